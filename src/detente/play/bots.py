"""Bots: what a seat without a person does. One that plays the odds of the solution, one by a script, one at random.

A bot knows what its seat knows: the odds of the solution are those of its information set. What it draws depends on the seed of
the session, the turn, the seat and the move, and on nothing else, so that a session replays and a fork with another seed differs.
"""

from collections.abc import Sequence

import numpy as np

from detente.engine.keys import key_of
from detente.play.courses import Menu, Stand
from detente.play.state import SessionState

__all__ = ["choose", "draw_chance", "fill", "pick", "scripted_move", "uniform"]


def uniform(seed: int, name: str) -> float:
    """Return the number strictly between 0 and 1 that belongs to a seed and a name.

    Examples
    --------
    >>> uniform(1, "2/west/0") == uniform(1, "2/west/0") != uniform(2, "2/west/0")
    True
    """
    return ((key_of(seed, name, "play") >> 11) + 0.5) * 2.0**-53


def pick(probs: Sequence[float], number: float) -> int:
    """Return the place that a number between 0 and 1 falls on, where each place is as long as it is likely."""
    ends = np.cumsum(np.asarray(probs, dtype=np.float64))
    return int(min(np.searchsorted(ends, number * ends[-1], side="right"), len(ends) - 1))


def fill(state: SessionState) -> dict[str, list[str]]:
    """Return what every mover of the phase chooses: as it sealed, or as its bot says; an equilibrium bot where a person did not."""
    course, stand = state.begun.course, state.where
    found: dict[str, list[str]] = {}
    for menu in state.menus:
        mine = found.setdefault(menu.player, [])
        order = state.orders.get(menu.player)
        mine.append(order.choices[len(mine)] if order else choose(state, stand, menu))
        stand = course.after(stand, mine[-1])
    return found


def choose(state: SessionState, stand: Stand, menu: Menu) -> str:
    """Return what the bot of a seat chooses at a stand, where its menu is on."""
    kind = state.seats[menu.player].kind
    number = uniform(state.seed, f"{stand.turn}/{menu.player}/{menu.move}")
    if kind == "random":
        return menu.open[pick([1.0] * len(menu.open), number)]
    if kind == "scripted":
        return scripted_move(state, stand, menu)
    return menu.open[pick(state.begun.odds(stand)[:, state.case].tolist(), number)]


def scripted_move(state: SessionState, stand: Stand, menu: Menu) -> str:
    """Return the first choice of a seat's script for this round and phase, or this phase, that is open; without one its default move."""
    round_number, phase = stand.where
    script = state.options.scripts.get(menu.player, {})
    wanted = script.get(f"{phase}@{round_number}", script.get(phase, ()))
    return next((name for name in wanted if name in menu.open), _default_move(state, menu))


def _default_move(state: SessionState, menu: Menu) -> str:
    """Return the move of one who does nothing: the first open one that changes nothing, else of the kind restraint, else at all."""
    moves = [state.book.crisis.instruments[name] for name in menu.open]
    still = [item.id for item in moves if not item.effects and not item.chance]
    restrained = [item.id for item in moves if item.kind == "restraint"]
    return (*still, *restrained, *menu.open)[0]


def draw_chance(state: SessionState) -> tuple[str, str, dict[str, float]]:
    """Draw what chance does where the session stands: the instrument that it follows, the outcome and the odds that it had."""
    position = state.where.position
    instrument = state.where.drawing
    names = position.chance()
    probs = state.begun.odds(state.where)[:, state.case].tolist()
    number = uniform(state.seed, f"{state.where.turn}/{len(state.where.path)}/{instrument}")
    return instrument, names[pick(probs, number)], dict(zip(names, probs, strict=True))
