"""Games to and from Gambit's Python package and OpenSpiel, where those are installed (extras ``gambit``, ``openspiel``).

Both take whole trees. What either of them cannot hold is refused with its own words.
"""

import importlib
import io
from typing import Any

from detente.errors import GameError, UsageError, refuse
from detente.game.building import Game, GameBuilder, Place
from detente.game.formats._files import MOST_NODES
from detente.game.formats.efg import efg_file_of, parse_efg, write_efg
from detente.game.formats.efg_text import format_efg_file

__all__ = ["from_openspiel", "from_pygambit", "to_openspiel", "to_pygambit"]


def to_pygambit(game: Game) -> Any:
    """Return the game as a ``pygambit.Game``; chance probabilities and payoffs keep the digits of ``write_efg``.

    Raises
    ------
    UsageError
        ``extra-missing`` without pygambit.
    GameError
        ``game-invalid`` if Gambit does not take it, for instance for labels that it does not allow.
    """
    gambit = _load("pygambit", extra="gambit")
    try:
        return gambit.read_efg(io.StringIO(write_efg(game)))
    except ValueError as error:
        refuse(
            f"Gambit does not take the game: {error}",
            code="game-invalid",
            at=game.title[:80] or "game",
            fix="use labels of printable ASCII without outer or double blanks, and exact probabilities",
            error=GameError,
        )


def from_pygambit(game: Any) -> Game:
    """Return the game of a ``pygambit.Game`` that is a tree; its payoffs are exact until they become floats.

    Raises
    ------
    GameError
        ``game-invalid`` if the game has no tree, and as :func:`~detente.game.parse_efg`.
    """
    if not getattr(game, "is_tree", type(game).__name__ == "ExtensiveGame"):  # 16, 17
        refuse(
            f"{type(game).__name__} is no extensive game of pygambit",
            code="game-invalid",
            at="game",
            fix="pass a pygambit.Game that is a tree",
            error=GameError,
        )
    text = game.to_efg() if hasattr(game, "to_efg") else game.write("efg")
    return parse_efg(text, name="pygambit game")


def to_openspiel(game: Game) -> Any:
    """Return the game as a ``pyspiel.Game``.

    OpenSpiel numbers actions by name across the whole game: the legal actions of a state are in the order of
    the set's actions, but their numbers are OpenSpiel's.

    Raises
    ------
    UsageError
        ``extra-missing`` without OpenSpiel.
    GameError
        ``game-invalid`` if OpenSpiel does not take it.
    """
    spiel = _load("pyspiel", extra="openspiel")
    try:
        return spiel.load_efg_game(format_efg_file(efg_file_of(game), in_full=True))
    except spiel.SpielError as error:
        refuse(
            f"OpenSpiel does not take the game: {' '.join(str(error).split())[:200]}",
            code="game-invalid",
            at=game.title[:80] or "game",
            fix="use plain labels, without quotation marks or backslashes",
            error=GameError,
        )


def from_openspiel(game: Any) -> Game:
    """Return the game of a ``pyspiel.Game``, its tree walked to the end; a simultaneous game is made sequential.

    Players are named by their numbers and information sets by their information state strings.

    Raises
    ------
    GameError
        ``game-too-large`` beyond the largest tree that is read, ``game-invalid`` if the game does not say
        what its players know, ``recall-imperfect`` if they forget.
    """
    spiel = _load("pyspiel", extra="openspiel")
    kind = game.get_type()
    if kind.dynamics == spiel.GameType.Dynamics.SIMULTANEOUS:
        game = spiel.convert_to_turn_based(game)
        kind = game.get_type()
    sequential = kind.dynamics == spiel.GameType.Dynamics.SEQUENTIAL
    if not sequential or not kind.provides_information_state_string:
        refuse(
            f"{kind.short_name!r} has no tree with information states",
            code="game-invalid",
            at=kind.short_name,
            fix="choose a sequential game that provides information state strings",
            error=GameError,
        )
    names = [f"player {number}" for number in range(game.num_players())]
    builder = GameBuilder(names, title=kind.long_name)
    stack: list[tuple[Any, Place]] = [(game.new_initial_state(), None)]
    nodes = 0
    while stack:
        state, place = stack.pop()
        nodes += 1
        if nodes > MOST_NODES:
            refuse(
                f"{kind.short_name!r} has more than {MOST_NODES} nodes",
                code="game-too-large",
                at=kind.short_name,
                fix="choose smaller parameters for the game",
                error=GameError,
            )
        if state.is_terminal():
            builder.terminal(place, payoffs=[float(value) for value in state.returns()])
            continue
        mover = state.current_player()
        if state.is_chance_node():
            odds = dict(state.chance_outcomes())
            actions = list(odds)
            labels = _labels(state, mover, actions)
            node = builder.chance(place, probs=dict(zip(labels, odds.values(), strict=True)))
        else:
            actions = state.legal_actions()
            labels = _labels(state, mover, actions)
            known = state.information_state_string(mover)
            node = builder.decision(place, player=names[mover], info_set=known, actions=labels)
        below = [(state.child(action), (node, index)) for index, action in enumerate(actions)]
        stack.extend(reversed(below))
    return builder.build()


def _labels(state: Any, mover: int, actions: list[int]) -> list[str]:
    labels = [state.action_to_string(mover, action) for action in actions]
    return labels if len(set(labels)) == len(labels) else [str(action) for action in actions]


def _load(module: str, *, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        message = f"{module} is not installed"
        raise UsageError(
            message,
            code="extra-missing",
            at=module,
            fix=f"install it with: pip install 'detente[{extra}]'",
        ) from None
