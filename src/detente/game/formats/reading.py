"""Games from files of any format that is read, told apart by what stands in them and not by their names."""

from pathlib import Path

from detente.game.building import Game
from detente.game.formats._files import decode, read_bytes
from detente.game.formats._foreign import check_bytes
from detente.game.formats.efg import game_from_efg_file, parse_efg
from detente.game.formats.efg_text import parse_efg_file
from detente.game.formats.nfg import parse_nfg
from detente.game.formats.side_cars import NumberedGame, add_side_car, side_car_of
from detente.game.formats.trees import parse_tree
from detente.game.formats.workbook import find_game_text

__all__ = ["ENDINGS", "parse_game", "read_game"]

ENDINGS = frozenset({".efg", ".nfg", ".gbt", ".json", ".gz"})
"""Endings of the names of files that hold games."""


def read_game(path: Path | str, *, menus: Path | str | None = None) -> Game:
    """Return the game in a file: Gambit's ``.efg``, ``.nfg`` and workbooks (``.gbt``), trees in JSON, all also packed with gzip.

    Gambit's formats know no menus with nests and no odds of a player's own. They are read from ``menus``, or from
    ``game.menus.json`` beside ``game.efg`` if there is one; see :mod:`detente.game.formats.side_cars`.

    Raises
    ------
    GameError
        ``file-missing``, ``file-too-large``, ``file-not-utf8``; ``file-foreign`` for a file of another kind, which is named;
        ``menu-invalid`` and ``odds-incompatible``; otherwise as :func:`~detente.game.parse_efg`.
    """
    name = Path(path).name
    data = read_bytes(path)
    check_bytes(data, name=name)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        text = find_game_text(data, name=name)
    else:
        text = decode(data, name=name)
    is_tree = text.lstrip("\ufeff \t\r\n").startswith("{")
    if menus is None and not is_tree and side_car_of(path).exists():
        menus = side_car_of(path)
    if menus is None:
        return parse_game(text, name=name)
    return add_side_car(_numbered(text, name), menus)


def _numbered(text: str, name: str) -> NumberedGame:
    """Return a game with the numbers that its file gives information sets and chance events."""
    if text.lstrip("\ufeff \t\r\n").startswith("EFG"):
        document = parse_efg_file(text, name=name)
        return NumberedGame.from_document(game_from_efg_file(document), document)
    return NumberedGame.counted(parse_game(text, name=name))


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
