"""Games as nested trees: the JSON form in which games travel between programs.

A game is ``{"title": ..., "players": [names], "tree": node}``. A node has ``children`` with ``actions`` (labels), and
either ``player`` (a number from 0) with ``infoset`` (a number or label, per player) or ``chance`` (a probability for
each branch); a node without children ends the game. ``payoffs`` (one per player) are paid on passing the node, so the
payoffs along a path add up. ``label`` may name an information set.

A chance node may have ``own``: the probabilities of players who do not share those of ``chance``, by the player's number as a
text. ``menus`` beside ``tree`` says which options stand in which nest: for an information set, named ``"player:infoset"``, a
list of entries, each an option, ``{"option": ..., "weight": ...}``, or
``{"nest": name, "similarity": ..., "weight": ..., "of": [entries]}``; see :class:`detente.game.Menus`.
"""

import json
import reprlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from detente.errors import Code, GameError, refuse
from detente.game.building import Game, GameBuilder, Place
from detente.game.form import CHANCE
from detente.game.formats._files import decode, read_bytes
from detente.game.formats._foreign import check_bytes, check_format, name_foreign
from detente.game.formats._json import JsonObject, parse_json

__all__ = ["game_from_tree", "parse_tree", "read_tree", "write_tree"]

_MOST_NODES = 1_000_000
_STEPS = 20


def game_from_tree(data: Mapping[str, Any]) -> Game:
    """Return the game that a nested tree describes.

    Raises
    ------
    GameError
        ``game-invalid`` with the path of the node that is wrong, ``recall-imperfect`` if a player would forget,
        ``menu-invalid`` for a wrong menu, ``odds-incompatible`` for own odds that leave open what chance does not.

    Examples
    --------
    >>> tree = {"player": 0, "infoset": 0, "actions": ["a", "b"],
    ...         "children": [{"payoffs": [1.0]}, {"payoffs": [2.0]}]}
    >>> game_from_tree({"players": ["you"], "tree": tree}).payoffs.tolist()
    [[1.0], [2.0]]
    """
    if not isinstance(data, Mapping):
        _refuse("a game", data, "game")
    players = data.get("players")
    if not isinstance(players, list) or not all(isinstance(name, str) for name in players):
        _refuse("a list of player names", players, "players")
    builder = GameBuilder(players, title=str(data.get("title", "")))
    path: list[int] = []
    on_path: set[int] = set()
    walked: list[int] = []
    stack: list[tuple[Any, Place, int, int]] = [(data.get("tree"), None, 0, 0)]
    while stack:
        node, place, depth, branch = stack.pop()
        del path[depth:]
        for gone in walked[depth:]:
            on_path.discard(gone)
        del walked[depth:]
        path.append(branch)
        at = _At(node, path)
        if not isinstance(node, Mapping):
            _refuse("a node", node, at)
        if id(node) in on_path:
            refuse(
                "a node lies below itself",
                code="game-invalid",
                at=str(at),
                fix="give every node its own place",
                error=GameError,
            )
        walked.append(id(node))
        on_path.add(id(node))
        number = _add_at(builder, node, place, at)
        if number >= _MOST_NODES:
            refuse(
                f"the tree has more than {_MOST_NODES} nodes",
                code="game-too-large",
                at=str(at),
                fix="build games of this size with ExtensiveForm.from_arrays",
                error=GameError,
            )
        children = node.get("children") or []
        labels = _labels(node, len(children))
        below = [
            (child, (number, label), depth + 1, index)
            for index, (child, label) in enumerate(zip(children, labels, strict=True))
        ]
        stack.extend(reversed(below))
    _add_menus(builder, data.get("menus", {}))
    return builder.build()


def _add_menus(builder: GameBuilder, menus: object) -> None:
    """Give the builder the menus that stand beside the tree."""
    where = f"{menus.place}  menus" if isinstance(menus, JsonObject) else "menus"
    if not isinstance(menus, Mapping):
        _refuse('menus by "player:infoset"', menus, where, code="menu-invalid")
    for key, entries in menus.items():
        mover, colon, which = str(key).partition(":")
        if not colon or not mover.isdigit() or int(mover) >= len(builder.players):
            _refuse('a set as "player:infoset"', key, where, code="menu-invalid")
        try:
            builder.menu(player=builder.players[int(mover)], info_set=which, entries=entries)
        except GameError as error:
            raise GameError(
                error.message, code=error.code, at=f"{where}[{key!r}]", fix=error.fix
            ) from None


def parse_tree(text: str, *, name: str = "text") -> Game:
    """Return the game that a JSON text describes; what is wrong is named with its line.

    Raises
    ------
    GameError
        ``game-invalid``, ``payoff-not-finite``, ``probability-out-of-range``, ``game-too-large``, ``player-unknown``,
        ``recall-imperfect``, ``menu-invalid``, ``odds-incompatible``, ``character-forbidden``, or ``file-foreign`` for a
        text of another kind.
    """
    check_format(text, name=name, wanted="json")
    data = parse_json(text.removeprefix("\ufeff"), name=name)
    if not isinstance(data, Mapping) or not data.keys() & {"players", "tree"}:
        keys = (
            f" with the keys {', '.join(map(repr, list(data)[:5]))}"
            if isinstance(data, Mapping)
            else ""
        )
        name_foreign(
            f"JSON{keys}",
            at=name,
            fix='write {"players": [...], "tree": {...}}, or save the game as .efg; the format is described at '
            "detente.game.formats.trees",
        )
    try:
        return game_from_tree(data)
    except GameError as error:
        if error.code != "menu-invalid" or error.at.startswith(name):
            raise
        at = f"{name}  {error.at}"
        raise GameError(error.message, code=error.code, at=at, fix=error.fix) from None


def read_tree(path: Path | str) -> Game:
    """Return the game in a JSON file.

    Raises
    ------
    GameError
        ``file-missing``, ``file-not-utf8``, ``file-too-large``, and as :func:`parse_tree`.
    """
    name = Path(path).name
    data = read_bytes(path)
    check_bytes(data, name=name)
    return parse_tree(decode(data, name=name), name=name)


def write_tree(game: Game) -> str:
    """Return the game as JSON text, a node a line; writing what was read gives the same bytes.

    Examples
    --------
    >>> tree = {"player": 0, "infoset": 0, "actions": ["a", "b"],
    ...         "children": [{"payoffs": [1.0]}, {"payoffs": [2.0]}]}
    >>> print(write_tree(game_from_tree({"title": "t", "players": ["you"], "tree": tree})), end="")
    {"title": "t", "players": ["you"], "tree":
    {"player": 0, "infoset": 0, "label": "0", "actions": ["a", "b"], "children": [
    {"payoffs": [1.0]},
    {"payoffs": [2.0]}]}}
    """
    form = game.form
    mover, which = form.player.tolist(), form.info_set.tolist()
    first, counts = form.first_child.tolist(), form.n_children.tolist()
    pays = dict(zip(form.terminal_node.tolist(), form.payoff_class.tolist(), strict=True))
    numbers: dict[int, int] = {}
    per_player = [0] * form.n_players
    title, players = _dump(game.title), _dump(list(form.player_label))
    parts = [f'{{"title": {title}, "players": {players}, "tree":\n']
    stack: list[int | str] = [0]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        here = which[node]
        if node in pays:
            parts.append(f'{{"payoffs": {_dump(game.payoffs[pays[node]].tolist())}}}')
            continue
        if mover[node] == CHANCE:
            span = slice(form.chance_offset[here], form.chance_offset[here + 1])
            probs = _dump(game.chance_probs[span].tolist())
            own = _own_text(game, span)
            parts.append(f'{{"chance": {probs}, {own}"actions": {_dump(form.chance_label[span])}, ')
        else:
            span = slice(form.action_offset[here], form.action_offset[here + 1])
            if here not in numbers:
                numbers[here] = per_player[mover[node]]
                per_player[mover[node]] += 1
            parts.append(
                f'{{"player": {mover[node]}, "infoset": {numbers[here]}, '
                f'"label": {_dump(form.info_set_label[here])}, "actions": {_dump(form.action_label[span])}, '
            )
        parts.append('"children": [\n')
        stack.append("]}")
        for child in range(first[node] + counts[node] - 1, first[node], -1):
            stack.extend((child, ",\n"))
        stack.append(first[node])
    parts.append(_menus_text(game, numbers))
    parts.append("}\n")
    return "".join(parts)


def _own_text(game: Game, span: slice) -> str:
    """Return the key that says how players see a chance event who do not share the analysts' odds of it."""
    odds = {player: values[span].tolist() for player, values in game.own_odds.items()}
    common = game.chance_probs[span].tolist()
    own = {str(player): values for player, values in odds.items() if values != common}
    return f'"own": {_dump(own)}, ' if own else ""


def _menus_text(game: Game, numbers: Mapping[int, int]) -> str:
    """Return the key of menus, a menu a line; ``numbers`` are those of information sets, by player."""
    if game.menus is None:
        return ""
    mover = game.form.info_set_player
    lines = [
        f"{_dump(f'{mover[which]}:{numbers[which]}')}: {_dump(entries)}"
        for which, entries in game.menus.lists_of(game.form).items()
    ]
    return ', "menus": {\n' + ",\n".join(lines) + "}"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


class _At:
    """Where a node is, put into words only if somebody asks."""

    def __init__(self, node: object, path: list[int]) -> None:
        self.node, self.path = node, path

    def __str__(self) -> str:
        steps = self.path[1:]
        dots = "..." if len(steps) > _STEPS else ""
        where = f"tree{dots}" + "".join(f".children[{step}]" for step in steps[-_STEPS:])
        return f"{self.node.place}  {where}" if isinstance(self.node, JsonObject) else where


def _add_at(builder: GameBuilder, node: Mapping[str, Any], place: Place, at: _At) -> int:
    """Add a node; what the builder refuses is named by its place in the tree."""
    try:
        return _add(builder, node, place, at)
    except GameError as error:
        if error.at.startswith(str(at)):
            raise
        raise GameError(error.message, code=error.code, at=str(at), fix=error.fix) from None


def _refuse(
    expected: str, value: object, at: _At | str, *, code: Code = "game-invalid"
) -> NoReturn:
    text = reprlib.repr(value)
    refuse(
        f"{text if len(text) < 60 else text[:57] + '...'} is not {expected}",
        code=code,
        at=str(at),
        fix=f"give {expected}; the format is described at detente.game.formats.trees",
        error=GameError,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e300


def _labels(node: Mapping[str, Any], count: int) -> list[str]:
    actions = node.get("actions")
    return [str(number + 1) for number in range(count)] if actions is None else list(actions)


def _add(builder: GameBuilder, node: Mapping[str, Any], place: Place, at: _At) -> int:
    """Add one node of the tree to the builder; return its number."""
    children, actions = node.get("children", []), node.get("actions")
    if not isinstance(children, list):
        _refuse("a list of children", children, f"{at}.children")
    if actions is not None and (
        not isinstance(actions, list)
        or len(actions) != len(children)
        or not all(isinstance(label, str) for label in actions)
    ):
        _refuse(f"a list of {len(children)} labels", actions, f"{at}.actions")
    payoffs = node.get("payoffs", [])
    if not isinstance(payoffs, list) or not all(_is_number(value) for value in payoffs):
        numbers = isinstance(payoffs, list) and all(
            isinstance(item, int | float) for item in payoffs
        )
        code: Code = "payoff-not-finite" if numbers else "game-invalid"
        _refuse("a list of finite numbers", payoffs, f"{at}.payoffs", code=code)
    if not children:
        return builder.terminal(place, payoffs=payoffs)
    labels = _labels(node, len(children))
    if "chance" in node:
        probs = node["chance"]
        if (
            not isinstance(probs, list)
            or len(probs) != len(children)
            or not all(_is_number(value) for value in probs)
        ):
            _refuse(f"a list of {len(children)} probabilities", probs, f"{at}.chance")
        return builder.chance(
            place,
            probs=dict(zip(labels, probs, strict=True)),
            own=_own(node.get("own", {}), labels, builder.players, at),
            payoffs=payoffs,
        )
    mover, which = node.get("player"), node.get("infoset")
    names = builder.players
    if not isinstance(mover, int) or isinstance(mover, bool) or not 0 <= mover < len(names):
        _refuse(f"a player from 0 to {len(names) - 1}", mover, f"{at}.player")
    if not isinstance(which, int | str) or isinstance(which, bool):
        _refuse("a number or label of an information set", which, f"{at}.infoset")
    return builder.decision(
        place,
        player=names[mover],
        info_set=str(which),
        actions=labels,
        payoffs=payoffs,
        label=_set_label(node, which, at),
    )


def _own(
    own: object, labels: list[str], players: Sequence[str], at: _At
) -> dict[str, dict[str, float]]:
    """Return the probabilities of players who do not share those of chance, by name and branch."""
    if not isinstance(own, Mapping):
        _refuse("probabilities by the number of a player", own, f"{at}.own")
    found = {}
    for key, probs in own.items():
        if not str(key).isdigit() or int(key) >= len(players):
            _refuse(f"a player from 0 to {len(players) - 1}", key, f"{at}.own")
        if (
            not isinstance(probs, list)
            or len(probs) != len(labels)
            or not all(_is_number(value) for value in probs)
        ):
            _refuse(f"a list of {len(labels)} probabilities", probs, f"{at}.own[{key!r}]")
        found[players[int(key)]] = dict(zip(labels, probs, strict=True))
    return found


def _set_label(node: Mapping[str, Any], which: int | str, at: _At) -> str:
    label = node.get("label", "")
    if not isinstance(label, str):
        _refuse("a label", label, f"{at}.label")
    return label or str(which)
