"""Games from files of any format that is read, told apart by what stands in them and not by their names."""

from pathlib import Path

from detente.game.building import Game
from detente.game.formats._files import decode, read_bytes
from detente.game.formats._foreign import check_bytes
from detente.game.formats.efg import parse_efg
from detente.game.formats.nfg import parse_nfg
from detente.game.formats.trees import parse_tree
from detente.game.formats.workbook import find_game_text

__all__ = ["ENDINGS", "parse_game", "read_game"]

ENDINGS = frozenset({".efg", ".nfg", ".gbt", ".json", ".gz"})
"""Endings of the names of files that hold games."""


def read_game(path: Path | str) -> Game:
    """Return the game in a file: Gambit's ``.efg``, ``.nfg`` and workbooks (``.gbt``), trees in JSON, all also packed with gzip.

    Raises
    ------
    GameError
        ``file-missing``, ``file-too-large``, ``file-not-utf8``; ``file-foreign`` for a file of another kind, which is named;
        otherwise as :func:`~detente.game.parse_efg`.
    """
    name = Path(path).name
    data = read_bytes(path)
    check_bytes(data, name=name)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return parse_game(find_game_text(data, name=name), name=name)
    return parse_game(decode(data, name=name), name=name)


def parse_game(text: str, *, name: str = "text") -> Game:
    """Return the game that a text describes in one of the formats ``.efg``, ``.nfg`` and tree in JSON.

    Examples
    --------
    >>> parse_game('NFG 1 R "" { "a" "b" } { 2 2 } 1 2 3 4 5 6 7 8').form.n_info_sets
    2
    """
    head = text[:4096].removeprefix("\ufeff").lstrip()
    if head.startswith("NFG"):
        return parse_nfg(text, name=name)
    stem = name.lower().removesuffix(".gz")
    if head.startswith("{") and not head.startswith("{\\"):
        return parse_tree(text, name=name)
    if stem.endswith(".json") and not head.startswith("EFG"):
        return parse_tree(text, name=name)
    return parse_efg(text, name=name)
