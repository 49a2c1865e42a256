"""Menus as a commitment finds them: which options are open in each phase, and which are closed and by what.

Read off the tree that the rules make of the starting position, and what a policy leaves of it; nothing is solved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.engine.boards import PolicyGame
from detente.engine.engine import Engine, find_game
from detente.rules.policies import fixed_by_round
from detente.summaries import html_fields, text_fields

__all__ = ["MenuChoice", "OfferedMenu", "OptionCase", "list_menus"]

OptionCase = Literal["open", "committed away", "ruled out"]
"""An option of a menu: it may be open when play comes to the phase; what is committed to elsewhere closes it; the rules do."""

_Offers = Mapping[tuple[str, int], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChoice:
    """An option of a menu: an instrument, whether it is open, and whether the policy leaves it."""

    instrument: str
    case: OptionCase
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedMenu:
    """What a player may choose from in a phase of a round; ``key`` names it as policies do."""

    __repr__ = text_fields
    _repr_html_ = html_fields

    key: str
    phase: str
    round: int
    player: str
    options: tuple[MenuChoice, ...]


def list_menus(engine: Engine, policy: Policy) -> tuple[OfferedMenu, ...]:
    """Return the menus in which somebody has a choice by the rules, in the order of play.

    An option is judged with its own menu left open: what the policy fixes in other phases may close it.

    Parameters
    ----------
    engine
        Of the crisis.
    policy
        A commitment.
    """
    crisis = engine.crisis
    start = replace(policy, fix={}, forbid=())
    fixed = fixed_by_round(crisis, policy)
    everywhere = _offers(find_game(engine, start))
    found = []
    for key, phase, number, player, menu in _menus(crisis):
        possible = everywhere.get((phase, number), frozenset())
        if not possible & set(menu):
            continue
        others = replace(policy, fix={one: names for one, names in fixed.items() if one != key})
        here = _offers(find_game(engine, others)).get((phase, number), frozenset())
        found.append(
            OfferedMenu(
                key=key,
                phase=phase,
                round=number,
                player=player,
                options=tuple(
                    MenuChoice(
                        instrument=name,
                        case="open"
                        if name in here
                        else "committed away"
                        if name in possible
                        else "ruled out",
                        chosen=name in fixed.get(key, ()),
                    )
                    for name in menu
                ),
            )
        )
    return tuple(found)


def _menus(crisis: Crisis) -> Iterator[tuple[str, str, int, str, tuple[str, ...]]]:
    """Yield key, phase, round, player and menu of everything that a policy may fix."""
    for number in range(1, crisis.rounds + 1):
        for phase in crisis.phases:
            if phase.rounds and number not in phase.rounds:
                continue
            menus: dict[str, dict[str, None]] = {}
            for move in phase.moves:
                menus.setdefault(move.player, {}).update(dict.fromkeys(move.menu))
            for player, menu in menus.items():
                yield f"{phase.id}@{number}", phase.id, number, player, tuple(menu)


def _offers(game: PolicyGame) -> _Offers:
    """Return the options that play may find open, by phase and round."""
    masks, tree = game.board.masks, game.board.tree
    reached = masks.reached(game.allowed)
    found: dict[tuple[str, int], set[str]] = {}
    for action in (reached[masks.owner] & game.allowed).nonzero()[0].tolist():
        place = int(masks.owner[action])
        key = (tree.phases[int(tree.info_set_phase[place])], int(tree.info_set_round[place]))
        found.setdefault(key, set()).add(tree.action_label[action])
    return {key: frozenset(names) for key, names in found.items()}
