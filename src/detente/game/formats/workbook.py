"""Gambit's workbooks (``.gbt``): XML that holds the text of a game, with how it is shown on a screen around it.

Nothing in a workbook is expanded or fetched: document types, which entities are declared in, are refused.
"""

import re
from typing import NoReturn
from xml.parsers import expat

from detente.errors import GameError, refuse
from detente.game.formats._foreign import GAMBIT, WEB_PAGE, WORKBOOK, name_foreign

__all__ = ["find_game_text"]

_MARK = b"\xef\xbb\xbf"
_ROOTS = {
    "gambit:document": (f"{WORKBOOK} without a game", GAMBIT),
    "gte": ("a game of Game Theory Explorer (.gte)", "export it there as a Gambit file (.efg)"),
    "html": (WEB_PAGE, ""),
    "svg": ("a picture (SVG)", ""),
}
_KINDS = ("efgfile", "nfgfile")
_FIX = "open the workbook in Gambit and export the game as .efg (File > Export)"
# Gambit writes the text of the game as it is, without escaping what XML would want escaped
_RAW = re.compile(
    rb"(<(efgfile|nfgfile)\s*>)(?!\s*<!\[CDATA\[)(.*?)(</\2\s*>)", re.DOTALL | re.IGNORECASE
)
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")


def find_game_text(data: bytes, *, name: str) -> str:
    """Return the text of the game in a workbook, after as many line breaks as stand before it.

    Raises
    ------
    GameError
        ``file-foreign`` for XML that holds no game, ``game-invalid`` for XML that is damaged or declares entities.
    """
    above = len(data) - len(data.removeprefix(_MARK).lstrip())
    reader = _Reader(name)
    reader.read(_RAW.sub(_escape, data[above:]))
    if not reader.kind:
        what, fix = _ROOTS.get(
            reader.root.lower(), (f"XML that begins with <{reader.root[:40]}>", "")
        )
        name_foreign(what, at=name, **({"fix": fix} if fix else {}))
    return "\n" * (data.count(b"\n", 0, above) + reader.line - 1) + "".join(reader.parts)


def _escape(found: "re.Match[bytes]") -> bytes:
    text = _BARE.sub(b"&amp;", found[3]).replace(b"<", b"&lt;")
    return found[1] + text + found[4]


class _Reader:
    """Keeps the text of the first game in the document."""

    def __init__(self, name: str) -> None:
        self.name, self.root, self.kind = name, "", ""
        self.parts: list[str] = []
        self.line = 0
        self.inside = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.open
        self.parser.EndElementHandler = self.close
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse_doctype
        self.parser.EntityDeclHandler = self.refuse_doctype

    def read(self, data: bytes) -> None:
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            if not self.root:
                name_foreign("what begins like XML, but is none,", at=f"{self.name}:{error.lineno}")
            self.refuse(f"the workbook is damaged: {expat.ErrorString(error.code)}", error.lineno)

    def refuse(self, message: str, line: int) -> NoReturn:
        refuse(message, code="game-invalid", at=f"{self.name}:{line}", fix=_FIX, error=GameError)

    def refuse_doctype(self, root: str, *_what: object) -> NoReturn:
        if root.lower() == "html":
            name_foreign(WEB_PAGE, at=self.name)
        self.refuse(
            "the file declares a document type, which no workbook of Gambit does",
            self.parser.CurrentLineNumber,
        )

    def open(self, tag: str, _attributes: dict[str, str]) -> None:
        self.root = self.root or tag
        if tag in _KINDS and not self.kind:
            self.kind, self.inside = tag, True
            self.line = self.parser.CurrentLineNumber

    def close(self, tag: str) -> None:
        self.inside = self.inside and tag != self.kind

    def characters(self, text: str) -> None:
        if self.inside:
            self.parts.append(text)
