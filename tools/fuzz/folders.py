"""Crisis folders: what the files hold, and what stands in place of files."""

import json
import os
import random
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cases import TEMPLATES, Case, category, fresh_template
from mutations import as_yaml, spoil_bytes, spoil_table, spoil_tree, spoil_yaml
from ruamel.yaml import YAML

NOBODY = 65534
EMPTY = "nothing in it"
UNREAD = frozenset({"reports.csv"})
"""What stands in a folder and is read only where a command names it."""


@category
def folders(rng: random.Random, work: Path) -> Case:
    """Bytes, cells and entries of a crisis."""
    folder = work / "c"
    name = fresh_template(rng, folder)
    file = folder / "crisis.yaml"
    chosen = rng.random()
    if chosen < 0.25:
        what, content = spoil_bytes(rng, file.read_bytes())
        file.write_bytes(content)
    elif chosen < 0.52:
        table = rng.choice(sorted(folder.glob("*.csv")))
        what, content = spoil_table(rng, table.read_bytes())
        table.write_bytes(content)
        what = f"{table.name} {what}"
    elif chosen < 0.60:
        what, text = spoil_yaml(rng, file.read_text("utf-8"))
        file.write_text(text, "utf-8", newline="")
    else:
        tree = json.loads(json.dumps(_document(name)))
        what = "; ".join(spoil_tree(rng, tree) for _ in range(rng.choice([1, 1, 1, 2, 5])))
        file.write_text(as_yaml(tree), "utf-8")
    return Case(what=f"{name}: {what}", arguments=("check", "./c"), crisis=folder)


_DOCUMENTS: dict[str, Any] = {}


def _document(name: str) -> Any:
    if name not in _DOCUMENTS:
        text = (TEMPLATES / name / "crisis.yaml").read_text("utf-8")
        document = YAML(typ="safe", pure=True).load(text)
        _DOCUMENTS[name] = json.loads(json.dumps(document, default=str))
    return _DOCUMENTS[name]


@category
def fs(rng: random.Random, work: Path) -> Case:
    """Folders, pipes, links, devices, sockets, modes and names in place of the files of a crisis."""
    folder = work / "c"
    name = fresh_template(rng, folder)
    what = rng.choice([*_INSTEAD, *_NAMED, *_FILLED])
    unread = UNREAD | ({"expect.yaml"} if what == EMPTY else set())
    file = rng.choice(sorted(item for item in folder.iterdir() if item.name not in unread))
    user = None
    if what in _INSTEAD:
        user = _INSTEAD[what](file)
    elif what in _FILLED:
        _FILLED[what](folder)
    else:
        text = _NAMED[what](folder)
        crisis = folder / "crisis.yaml"
        key = rng.choice(["sources", "positions", "timeline"])
        line = re.compile(rf"(?m)^(  {key}: ).*$")
        named = json.dumps(text)
        crisis.write_text(line.sub(lambda found: found[1] + named, crisis.read_text(), count=1))
    command = rng.choice(["check", "brief", "explore", "watch"])
    by_check_alone = file.name == "expect.yaml" and what in _INSTEAD
    good = what in {"names of other case", "a table in a folder"}
    wanted = "accept" if good else "any" if what == "a dot before the name" else "refuse"
    return Case(
        what=f"{name} {file.name}: {what}",
        arguments=("check" if good or by_check_alone else command, "./c"),
        wanted=wanted,
        user=user,
    )


def _link_to(target: str) -> Callable[[Path], None]:
    def link(path: Path) -> None:
        path.unlink()
        path.symlink_to(target)

    return link


def _folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _socket_instead(path: Path) -> None:
    path.unlink()
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _unreadable(path: Path) -> int:
    path.chmod(0)
    return NOBODY


def _unreadable_folder(path: Path) -> int:
    path.parent.chmod(0)
    return NOBODY


_INSTEAD: dict[str, Callable[[Path], int | None]] = {
    "a folder": _folder_instead,
    "a pipe": _pipe_instead,
    "a socket": _socket_instead,
    "a link out": _link_to("/etc/passwd"),
    "a link to zeros": _link_to("/dev/zero"),
    "a link to noise": _link_to("/dev/random"),
    "a link to nothing": _link_to("/nonexistent/x"),
    "a link to a link": _link_to("../c/crisis.yaml/.."),
    "no right to read": _unreadable,
    "no right to enter": _unreadable_folder,
    EMPTY: lambda path: path.write_bytes(b"") and None,
}
"""What stands in place of a file; each returns the user who reads, if it is another one."""


def _pipe_named(folder: Path) -> str:
    os.mkfifo(folder / "f.csv")
    return "f.csv"


def _linked_folder(folder: Path) -> str:
    (folder / "d").symlink_to("/etc")
    return "d/passwd"


def _environment(folder: Path) -> str:
    (folder / "p.csv").symlink_to("/proc/self/environ")
    return "p.csv"


_NAMED: dict[str, Callable[[Path], str]] = {
    "an absolute path": lambda _: "/etc/passwd",
    "a path up": lambda _: "../../../../../../etc/passwd",
    "a path up and back": lambda _: "../c/sources.csv",
    "a linked folder": _linked_folder,
    "a null byte": lambda _: "sources.csv\0.txt",
    "half a pair": lambda _: "\ud800.csv",
    "a long name": lambda _: "a" * 5000,
    "the folder": lambda _: ".",
    "a pipe by name": _pipe_named,
    "the crisis itself": lambda _: "crisis.yaml",
    "an address": lambda _: "http://127.0.0.1:9/x.csv",
    "a home": lambda _: "~/x.csv",
    "the environment": _environment,
}
"""What the crisis names as a table."""


def _append(name: str, content: bytes, times: int) -> Callable[[Path], None]:
    def append(folder: Path) -> None:
        with (folder / name).open("ab") as stream:
            stream.write(content * times)

    return append


def _other_case(folder: Path) -> None:
    (folder / "SOURCES.csv").write_text("x")
    (folder / "Crisis.yaml").write_text("x")


def _rename_table(old: str, new: str) -> Callable[[Path], None]:
    def rename(folder: Path) -> None:
        crisis = folder / "crisis.yaml"
        (folder / new).parent.mkdir(exist_ok=True)
        (folder / old).rename(folder / new)
        crisis.write_text(crisis.read_text().replace(f"sources: {old}", f"sources: {new}"))

    return rename


_FILLED: dict[str, Callable[[Path], None]] = {
    "a table of 200 MB": _append("timeline.csv", b"x,y\n", 50_000_000),
    "a crisis of 120 MB": _append("crisis.yaml", b"# x\n", 30_000_000),
    "names of other case": _other_case,
    "a table in a folder": _rename_table("sources.csv", "d/sources.csv"),
    "a dot before the name": _rename_table("sources.csv", "./sources.csv"),
}
"""What else a folder may hold."""
