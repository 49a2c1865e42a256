"""What no input may bring about, whatever it is: the faults that a case is judged by.

``traceback``; ``exit`` (a code that is not documented); ``uncoded`` and ``no fix`` (a refusal without its code or its way out);
``hang``; ``memory``; ``control`` (a control character reached a terminal); ``warning`` (a warning of a library leaked);
``accepted`` (nonsense taken without a word) and ``refused`` (a good input turned away); in what was written, ``active`` (content
that a browser would run or fetch), ``control`` and ``left over``.
"""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

from children import Outcome

from detente.characters import find_forbidden
from detente.errors import CODES

MOST_BYTES = 6 * 2**30
_CODE = re.compile(r"\[([a-z0-9-]+)\]")
_WARNING = re.compile(
    r"^.*\b(?:Runtime|User|Deprecation|Resource|Future|Syntax)Warning\b.*$", re.MULTILINE
)
_ENTITY = re.compile(r"(?<!\\)<(script|img|svg|iframe)|(?<!\\)\]\((javascript|data|vbscript):")
_TEXTS = {".html", ".md", ".json", ".csv", ".svg"}


def judge(outcome: Outcome, *, exit_codes: tuple[int, ...], wanted: str) -> list[str]:
    """Return the faults of how a command ended; ``wanted`` is ``accept``, ``refuse`` or ``any``."""
    said = f"{outcome.out}\n{outcome.err}"
    faults = []
    if outcome.hung:
        faults.append("hang")
    if outcome.peak_bytes > MOST_BYTES:
        faults.append(f"memory {outcome.peak_bytes / 2**30:.1f} GiB")
    if "Traceback (most recent call last)" in said:
        last = (outcome.err.strip().splitlines() or ["?"])[-1]
        faults.append(f"traceback {last[:160]}")
    elif not outcome.hung and outcome.exit_code not in exit_codes:
        faults.append(f"exit {outcome.exit_code}")
    if outcome.exit_code == 2 and not outcome.hung:
        faults += _unexplained(said)
    leaked = _WARNING.search(outcome.err)
    if leaked:
        faults.append(f"warning {leaked[0][:120]}")
    at = find_forbidden(said)
    if at is not None and said[at] != "\ufffd":
        faults.append(f"control U+{ord(said[at]):04X}")
    if wanted == "refuse" and outcome.exit_code == 0:
        faults.append("accepted")
    if wanted == "accept" and outcome.exit_code != 0:
        faults.append("refused")
    return faults


def _unexplained(said: str) -> list[str]:
    codes = [code for code in _CODE.findall(said) if code in CODES]
    if not codes and "Usage:" not in said and '"code":' not in said:
        return ["uncoded"]
    return ["no fix"] if codes and "fix:" not in said else []


def judge_files(folder: Path, *, scripts: int) -> list[str]:
    """Return the faults of what stands in a folder of results; ``scripts`` is how many a page may hold."""
    faults: list[str] = []
    for path in folder.rglob("*"):
        if path.name.endswith((".part", ".brief-new", ".brief-old")):
            faults.append(f"left over {path.name}")
        if path.is_symlink() or not path.is_file():
            continue
        if path.suffix in _TEXTS:
            faults += _judge_text(path, path.read_text("utf-8", "replace"), scripts)
    return sorted(set(faults))


def _judge_text(path: Path, text: str, scripts: int) -> list[str]:
    at = find_forbidden(text)
    faults = [] if at is None else [f"control {path.name} U+{ord(text[at]):04X}"]
    if path.suffix == ".html":
        page = _Page()
        page.feed(text)
        page.close()
        if page.scripts != scripts:
            faults.append(f"active {page.scripts} scripts in {path.name}")
        faults += [f"active {what}" for what in page.active[:3]]
    elif path.suffix == ".svg":
        faults += _judge_picture(text)
    elif path.suffix == ".md":
        found = _ENTITY.search(text)
        faults += [f"active {found[0]} in {path.name}"] if found else []
    elif path.name == "brief.json":
        try:
            json.loads(text, parse_constant=_refuse_constant)
        except ValueError as error:
            faults.append(f"json {error}")
    return faults


def _refuse_constant(name: str) -> None:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _judge_picture(text: str) -> list[str]:
    try:
        root = ET.fromstring(text)  # noqa: S314 - a picture that the program has just drawn
    except ET.ParseError as error:
        return [f"picture {error}"]
    faults = []
    for element in root.iter():
        name = element.tag.rsplit("}")[-1].lower()
        if name in {"script", "foreignobject", "a", "image", "use"}:
            faults.append(f"active {name} in a picture")
        faults += [
            f"active {key}={value[:40]} in a picture"
            for key, value in element.attrib.items()
            if key.lower().startswith("on") or ("href" in key and not value.startswith("#"))
        ]
    return faults


class _Page(HTMLParser):
    """What of a page a browser would run or fetch."""

    _ACTIVE = frozenset({"iframe", "object", "embed", "link", "base", "form", "foreignobject"})
    _FETCHED = frozenset({"src", "srcset", "xlink:href", "data", "action", "formaction", "poster"})

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag in self._ACTIVE or tag in {"animate", "set"}:
            self.active.append(tag)
        for key, given in attrs:
            value = given or ""
            if (
                key.startswith("on")
                or key in self._FETCHED
                or (tag == "meta" and key == "http-equiv")
                or (key == "href" and not value.startswith(("#", "http://", "https://")))
                or (key == "style" and re.search(r"url\(|expression|@import", value))
            ):
                self.active.append(f"{key}={value[:60]}")
