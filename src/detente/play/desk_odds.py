"""What the model expects where a session stands: for the desk of control alone, and for nobody before the report.

Ends as the report will count them, and with the types that were dealt; what the solution makes of each seat that is to move; and
the draws of chance that may come before the next phase (:doc:`/decisions/0128-the-desk-and-its-class`).
"""

from collections.abc import Sequence
from typing import Any

from detente.play.courses import Course, Stand
from detente.play.forecasts import Outlook, choice_chances, forecast, parallels
from detente.play.knowing import Range
from detente.play.priors import prior_of
from detente.play.rulebooks import Opening
from detente.play.state import SessionState

__all__ = ["chance_ahead", "desk_odds"]


def desk_odds(state: SessionState) -> dict[str, Any]:
    """Return the odds where a session stands, as plain data.

    Parameters
    ----------
    state
        Of a session that was created.

    Returns
    -------
    dict
        ``cases`` that were explored; ``expected`` as the report counts, ``dealt`` with the types that were dealt: ``attack``,
        ``settlement`` and ``ends``, each a mean and the ends of the 5-95% range over the cases; ``choices`` by player, for each
        of its menus the same by instrument; ``chance`` as of :func:`chance_ahead`; ``arguments`` by open
        argument as of :func:`detente.play.priors.prior_of`. None stands for what is not modelled, as no case
        leads here.
    """
    opening, stand, crisis = state.begun, state.where, state.book.crisis
    every = parallels(opening.course, stand)
    return {
        "cases": state.book.draws,
        "expected": _told(forecast(opening, crisis, every)) if _lead(opening, every) else None,
        "dealt": _told(forecast(opening, crisis, [stand])) if _lead(opening, [stand]) else None,
        "choices": _choices(state, every),
        "chance": chance_ahead(state),
        "arguments": {
            item.id: prior_of(state, item)
            for item in state.arguments.values()
            if item.status == "open"
        },
    }


def _lead(opening: Opening, stands: Sequence[Stand]) -> bool:
    """Tell whether any case leads to some stands."""
    return any(bool(opening.mass[opening.node(stand)].any()) for stand in stands)


def _told(found: Outlook) -> dict[str, Any]:
    return {
        "attack": list(found.attack),
        "settlement": list(found.settlement),
        "ends": {name: list(share) for name, share in found.ends.items()},
    }


def _choices(
    state: SessionState, every: Sequence[Stand]
) -> dict[str, list[dict[str, Range] | None]]:
    """Return how likely each order is for the type that was dealt, by player and menu.

    In a sealed phase a later mover does not know what an earlier one chose: its odds are over all that it may have chosen.
    """
    opening, course = state.begun, state.begun.course
    found: dict[str, list[dict[str, Range] | None]] = {}
    stands = list(every)
    for menu in state.menus:
        here = [
            stand
            for stand in stands
            if (stand.position.mover, stand.position.available()) == (menu.player, menu.open)
        ]
        own = state.types[menu.player]
        mine = [stand for stand in here if course.profiles[stand.path[0]][menu.player] == own]
        chances = choice_chances(opening, mine) if _lead(opening, mine) else None
        found.setdefault(menu.player, []).append(chances)
        stands = [course.after(stand, choice) for stand in here for choice in menu.open]
    return found


def chance_ahead(state: SessionState) -> dict[str, dict[str, Range] | None]:
    """Return by instrument the draws of chance that may come before the next phase begins, with the odds of each outcome.

    Odds are means and 5-95% ranges over the cases, from where the session stands, under the types that were dealt; None where no
    case leads there.
    """
    if state.status not in {"running", "paused"}:
        return {}
    opening = state.begun
    by_instrument: dict[str, list[Stand]] = {}
    for here in _drawing(opening.course, state.where):
        by_instrument.setdefault(here.drawing, []).append(here)
    return {
        name: choice_chances(opening, stands) if _lead(opening, stands) else None
        for name, stands in by_instrument.items()
    }


def _drawing(course: Course, stand: Stand) -> list[Stand]:
    """Return the stands at which chance is to draw, after a stand and before another phase begins."""
    found, todo = [], [stand]
    while todo:
        here = todo.pop()
        if here.position.chance():
            found.append(here)
        options = here.position.chance() or here.position.available()
        for choice in options:
            after = course.after(here, choice)
            if not after.begins and not after.position.is_over:
                todo.append(after)
    return found
