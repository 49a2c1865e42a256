"""Menus and own odds in a file beside a game whose format cannot say them: ``game.menus.json`` beside ``game.efg``.

``{"menus": {"Fred:1": [entries]}, "own": {"1": {"Alice": [probabilities]}}}``: information sets by player and number, chance
events by number, both as they stand in the ``.efg`` file; entries as in :mod:`detente.game.formats.trees`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from detente.arrays import FloatArray
from detente.errors import Code, GameError, nearest, refuse
from detente.game._inputs import as_own_odds
from detente.game.building import Game
from detente.game.formats._files import decode, read_bytes
from detente.game.formats._json import parse_json
from detente.game.formats.efg import efg_file_of
from detente.game.formats.efg_text import EfgFile
from detente.game.menus import Menus

__all__ = ["NumberedGame", "add_side_car", "side_car_of", "write_side_car"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberedGame:
    """A game with the names that a file gives its information sets (``"player:number"``) and chance events (``"number"``)."""

    game: Game
    sets: Mapping[str, int]
    events: Mapping[str, int]

    @classmethod
    def from_document(cls, game: Game, document: EfgFile) -> "NumberedGame":
        """Return the game of an ``.efg`` file with the numbers that stand in it."""
        return cls(
            game=game,
            sets={
                f"{document.players[item.player]}:{item.number}": which
                for which, item in enumerate(document.sets)
            },
            events={str(item.number): which for which, item in enumerate(document.events)},
        )

    @classmethod
    def counted(cls, game: Game) -> "NumberedGame":
        """Return a game with its sets counted from 1 for each player, and its events, in the order of the game."""
        form = game.form
        seen = [0] * form.n_players
        sets = {}
        for which, mover in enumerate(form.info_set_player.tolist()):
            seen[mover] += 1
            sets[f"{form.player_label[mover]}:{seen[mover]}"] = which
        count = form.chance_offset.size - 1
        return cls(
            game=game, sets=sets, events={str(number + 1): number for number in range(count)}
        )


def side_car_of(path: Path | str) -> Path:
    """Return where menus and own odds of a game's file stand, if it has any.

    Examples
    --------
    >>> side_car_of("games/kuhn.efg.gz").name
    'kuhn.menus.json'
    """
    file = Path(path)
    name = file.name[: -len(".gz")] if file.name.lower().endswith(".gz") else file.name
    return file.with_name(f"{Path(name).stem}.menus.json")


def add_side_car(numbered: NumberedGame, path: Path | str) -> Game:
    """Return a game with the menus and own odds of a file.

    Raises
    ------
    GameError
        ``file-missing``, ``file-not-utf8``, ``file-too-large``, ``character-forbidden``; ``menu-invalid`` and
        ``odds-incompatible`` for what does not fit the game, ``game-invalid`` for another shape of file.
    """
    name = Path(path).name
    data = parse_json(decode(read_bytes(path), name=name), name=name)
    if not isinstance(data, Mapping) or not data or not data.keys() <= {"menus", "own"}:
        _refuse(
            "the file has other keys than menus and own",
            at=name,
            fix='write {"menus": {"player:number": [...]}, "own": {"event": {"player": [...]}}}',
        )
    game = numbered.game
    menus, own = data.get("menus", {}), data.get("own", {})
    if (menus and game.menus is not None) or (own and game.own_odds):
        _refuse(
            "the game has menus or own odds already",
            at=name,
            fix="state them in one place",
        )
    for key, value in (("menus", menus), ("own", own)):
        if not isinstance(value, Mapping):
            _refuse(
                f"{key} is no object", at=f"{name}  {key}", fix="write names and what they have"
            )
    lists = {
        _find(key, numbered.sets, "information set", at=f"{name}  menus"): entries
        for key, entries in menus.items()
    }
    try:
        found = Menus.from_lists(game.form, lists) if lists else game.menus
        odds = _odds(numbered, own, name)
    except GameError as error:
        at = error.at if error.at.startswith(name) else f"{name}  {error.at}"
        raise GameError(error.message, code=error.code, at=at, fix=error.fix) from None
    return replace(game, menus=found, own_odds=odds or game.own_odds)


def _find(key: str, known: Mapping[str, int], kind: str, *, at: str) -> int:
    if key not in known:
        guess = nearest(key, known)
        _refuse(
            f"there is no {kind} {key!r}",
            at=at,
            fix=f"did you mean {guess!r}?"
            if guess
            else f"use the numbers of the file: {', '.join([*known][:5])}",
            code="menu-invalid",
        )
    return known[key]


def _odds(numbered: NumberedGame, own: Mapping[str, Any], name: str) -> dict[int, FloatArray]:
    """Return the odds of all branches for each player who has its own of some."""
    game, form = numbered.game, numbered.game.form
    players = {label: number for number, label in enumerate(form.player_label)}
    found: dict[int, FloatArray] = {}
    for key, beliefs in own.items():
        at = f"{name}  own.{key}"
        event = _find(key, numbered.events, "chance event", at=f"{name}  own")
        rows = slice(int(form.chance_offset[event]), int(form.chance_offset[event + 1]))
        if not isinstance(beliefs, Mapping):
            _refuse("own odds are no object", at=at, fix="write probabilities by player")
        for label, probs in beliefs.items():
            player = _find(label, players, "player", at=at)
            numbers = isinstance(probs, list) and all(
                isinstance(value, int | float) and not isinstance(value, bool) for value in probs
            )
            if not numbers or len(probs) != rows.stop - rows.start:
                _refuse(
                    f"the odds of {label!r} are no list of {rows.stop - rows.start} probabilities",
                    at=at,
                    fix="give a probability for each branch, in the order of the file",
                )
            mine = found.setdefault(player, np.array(game.chance_probs))
            mine[rows] = probs
    try:
        as_own_odds(form, found, game.chance_probs[:, np.newaxis])
    except ValueError as error:
        code: Code = getattr(error, "code", "game-invalid")
        _refuse(
            getattr(error, "message", str(error)),
            at=f"{name}  own",
            fix=getattr(error, "fix", ""),
            code=code,
        )
    return found


def write_side_car(game: Game) -> str:
    """Return the text of the file that holds a game's menus and own odds, by the numbers that ``write_efg`` gives it.

    Examples
    --------
    >>> from detente.game import game_from_tree
    >>> tree = {"player": 0, "infoset": 0, "actions": ["a", "b"], "children": [{"payoffs": [1.0]}, {"payoffs": [2.0]}]}
    >>> menus = {"0:0": ["a", {"option": "b", "weight": 0.5}]}
    >>> print(write_side_car(game_from_tree({"players": ["you"], "tree": tree, "menus": menus})), end="")
    {"menus": {
    "you:1": ["a", {"option": "b", "weight": 0.5}]},
    "own": {}}
    """
    bare = replace(game, menus=None, own_odds={})
    document = efg_file_of(bare)
    form = game.form
    sets, events = _order(game)
    lists = {} if game.menus is None else game.menus.lists_of(form)
    menus = [
        f"{_dump(f'{document.players[item.player]}:{item.number}')}: {_dump(lists[which])}"
        for which, item in zip(sets, document.sets, strict=True)
        if which in lists
    ]
    own = []
    for event, item in zip(events, document.events, strict=True):
        rows = slice(int(form.chance_offset[event]), int(form.chance_offset[event + 1]))
        odds = {
            form.player_label[player]: values[rows].tolist()
            for player, values in game.own_odds.items()
            if (values[rows] != game.chance_probs[rows]).any()
        }
        if odds:
            own.append(f"{_dump(str(item.number))}: {_dump(odds)}")
    inner = ["{" + "\n" * bool(lines) + ",\n".join(lines) + "}" for lines in (menus, own)]
    return f'{{"menus": {inner[0]},\n"own": {inner[1]}}}\n'


def _order(game: Game) -> tuple[list[int], list[int]]:
    """Return information sets and chance events in the order in which a file meets them."""
    form = game.form
    sets: dict[int, None] = {}
    events: dict[int, None] = {}
    stack = [0]
    while stack:
        node = stack.pop()
        first, count = int(form.first_child[node]), int(form.n_children[node])
        stack.extend(range(first + count - 1, first - 1, -1))
        if count:
            into = sets if form.player[node] >= 0 else events
            into.setdefault(int(form.info_set[node]))
    return list(sets), list(events)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _refuse(message: str, *, at: str, fix: str, code: Code = "game-invalid") -> NoReturn:
    refuse(message, code=code, at=at, fix=fix, error=GameError)
