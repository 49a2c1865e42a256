"""Commands in surroundings that lack something: every end is in order, with the right exit code.

Oracle: hand. A failure of the system is three lines on standard error and exit code 2; what can be said is said, what cannot
(a closed standard error) changes no exit code; a reader that goes ends a program quietly, with the code by which shells tell
SIGPIPE (141).
"""

import json
import os
import pwd
import re
import shlex
import subprocess
import sys

import pytest

import detente
from detente.cli import main
from detente.crisis.remembering import cache_folder

GAME = {
    "title": "t",
    "players": ["A", "B"],
    "tree": {
        "player": 0,
        "infoset": 0,
        "label": "h",
        "actions": ["l", "r"],
        "children": [{"payoffs": [1, 0]}, {"payoffs": [0, 1]}],
    },
}
LIST, CHECK, SOLVE = "list", "check nope", "solve g.json --lambda 1"
FAILED = "[system-failed]"

MATRIX = {
    # name: (command, redirection, environment, exit code, a word of stdout, a word of stderr)
    "all is well": (SOLVE, "", {}, 0, "lambda 1", ""),
    "output full": (LIST, ">/dev/full", {}, 2, "", FAILED),
    "output full, refused": (CHECK, ">/dev/full", {}, 2, "", "[crisis-unknown]"),
    "errors full": (CHECK, "2>/dev/full", {}, 2, "", ""),
    "output closed": (LIST, ">&-", {}, 2, "", FAILED),
    "errors closed": (CHECK, "2>&-", {}, 2, "", ""),
    "errors closed, game": (SOLVE, "2>&-", {}, 0, "lambda 1", ""),
    "input closed": ("query . -", "<&-", {}, 2, "", "[run-corrupt]"),
    "all closed": (CHECK, "<&- >&- 2>&-", {}, 2, "", ""),
    "reader gone": (f"{LIST} --json", "| true; exit ${PIPESTATUS[0]}", {}, 141, "", ""),
    "errors unread": (CHECK, "2> >(true)", {}, 2, "", ""),
    "ASCII": (SOLVE, "", {"PYTHONIOENCODING": "ascii"}, 0, "lambda 1", ""),
    "no locale": (
        f"{LIST} --help",
        "",
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        0,
        "Usage:",
        "",
    ),
    "no place to keep things": (LIST, "", {"DETENTE_CACHE": "/dev/null/x"}, 0, "cuba-1962", ""),
}


PROGRESS = re.compile(r"(?m)^[0-9,]+ of [0-9,]+ [a-z]+.*\n|^compiling the solver.*\n")


@pytest.mark.parametrize("name", MATRIX)
def test_commands_end_in_order_wherever_they_run(name, tmp_path):
    command, redirection, environment, code, out, err = MATRIX[name]
    (tmp_path / "g.json").write_text(json.dumps(GAME), encoding="utf-8")
    line = f"{shlex.quote(sys.executable)} -m detente {command} {redirection}"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )
    # a busy machine may take so long that a line says how far it is
    told = PROGRESS.sub("", done.stderr.decode())
    said = done.stdout.decode()
    assert done.returncode == code, told
    assert out in said
    assert err in told
    assert bool(told) == bool(err)
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert told.count("\n") == (3 if err else 0)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device", "x.csv"), "No space left on device"),
        (PermissionError(13, "Permission denied", "\x1b[2J"), "\\x1b[2J"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "invalid start byte"),
        (EOFError(), "ends where more was expected"),
        (MemoryError(), "memory"),
        (RecursionError("maximum depth"), "nested too deeply"),
        (BrokenPipeError(32, "Broken pipe"), "Broken pipe"),
    ],
)
def test_a_failing_system_is_told_in_three_lines(error, words, monkeypatch, capsys):
    """By way of a command, since the parser of commands has answers of its own to some kinds of errors."""

    def fail():
        raise error

    monkeypatch.setattr("detente.cli.list._rows", fail)
    monkeypatch.setattr(sys, "argv", ["detente", "list"])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 3)
    assert words in err
    assert FAILED in err
    assert "\n  fix: " in err


def test_a_mistake_of_the_program_keeps_its_traceback(monkeypatch, capsys):
    monkeypatch.setattr("detente.cli.list._rows", lambda: 1 + "\x1b")
    monkeypatch.setattr(sys, "argv", ["detente", "list"])
    with pytest.raises(SystemExit) as stop:
        main()
    err = capsys.readouterr().err
    assert stop.value.code == 1
    assert "Traceback (most recent call last)" in err
    assert "TypeError" in err
    assert "Please report it" in err


def test_nobody_has_no_folder_to_keep_things_in(monkeypatch):
    """As for a user id that the system does not know, where HOME is not set."""

    def unknown(number):
        raise KeyError(number)

    for name in ("HOME", "XDG_CACHE_HOME", "DETENTE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert cache_folder("documents") is None
    assert detente.load("cuba-1962").id == "cuba-1962"


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch, capsys):
    """The superuser, who may read everything, becomes nobody for it; what the command needs was loaded before."""

    def solve():
        monkeypatch.setattr(sys, "argv", ["detente", "solve", str(folder / "g.efg")])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code, capsys.readouterr().err

    folder = tmp_path / "closed"
    folder.mkdir()
    assert "[file-missing]" in solve()[1]
    folder.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        code, err = solve()
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)
    assert code == 2
    assert "Permission denied" in err
    assert str(folder) in err
