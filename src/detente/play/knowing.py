"""What an observer may know where a session stands, by the rules and the model: nothing that depends on what it may not.

An observer is a player, or ``""``: one who sees only what all see. It knows what is the same in all its worlds
(:mod:`detente.play.courses`). What the model holds likely is read off the solved ensemble, all cases taken together as one mixture:
its Bayesian weights are the chances of coming to know what the observer knows (:doc:`/decisions/0122-what-a-seat-is-shown`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from detente.arrays import FloatArray
from detente.play.courses import Course, Stand
from detente.play.rulebooks import Opening
from detente.play.state import SessionState

__all__ = ["Knowledge", "Range", "possible", "weighted_range"]

Range = tuple[float, float, float]
"""Mean, and the ends of the 5-95% range."""

_DIGITS = 6
"""Decimals to which probabilities are shown: what is the same to a seat must be so to the last letter."""


class Knowledge:
    """What one observer may know of a session."""

    def __init__(self, state: SessionState, observer: str) -> None:
        self.state, self.observer = state, observer
        self.opening: Opening = state.begun
        self.course: Course = self.opening.course
        self.worlds = self.course.worlds(state.where, observer)

    def agreed(self, of: Callable[[Stand], Any]) -> Any:
        """Return what is the same in all worlds; None if there is no such thing."""
        found = [of(world.stand) for world in self.worlds]
        return found[0] if found and all(item == found[0] for item in found[1:]) else None

    @property
    def phase(self) -> tuple[int, str] | None:
        """The round and phase that is on, if the observer may know it."""
        found: tuple[int, str] | None = self.agreed(lambda stand: stand.where)
        return found

    @property
    def movers(self) -> tuple[str, ...] | None:
        """Who has a choice in the phase that is on, if the observer may know it."""
        if self.phase is None:
            return None
        found: tuple[str, ...] | None = self.agreed(
            lambda stand: tuple(dict.fromkeys(menu.player for menu in self.course.menus(stand)))
        )
        return found

    @property
    def turn(self) -> int | None:
        """Number of the turn that is on, if the observer may know it."""
        found: int | None = self.agreed(lambda stand: stand.turn)
        return found

    def values(self) -> dict[str, tuple[str, ...]]:
        """Return by state variable the values that it may have, in their order."""
        crisis = self.state.book.crisis
        held = [world.stand.position.state for world in self.worlds]
        return {
            name: tuple(value for value in variable.values if any(s[name] == value for s in held))
            for name, variable in crisis.state.items()
        }

    def beliefs(self) -> dict[str, dict[str, Range]]:
        """Return how likely each type of each other player is: by all cases together, and the 5-95% range over them."""
        crisis = self.state.book.crisis
        weights = self.opening.weigh(self.worlds)
        total = weights.sum(axis=0)
        found: dict[str, dict[str, Range]] = {}
        for player, who in crisis.players.items():
            if player == self.observer or len(who.types) == 1 or not total.any():
                continue
            found[player] = {}
            for kind in who.types:
                rows = [types[player] == kind.id for types in self.course.profiles]
                share = np.divide(
                    weights[rows].sum(axis=0), total, out=np.zeros_like(total), where=total > 0.0
                )
                found[player][kind.id] = weighted_range(share, total)
        return found

    def seen(self) -> list[dict[str, Any]]:
        """Return what was seen, in order of time, earlier openings included."""
        found: list[dict[str, Any]] = []
        for opening, stand in (*self.state.earlier, (self.opening, self.state.where)):
            rules, crisis = opening.course.rules, self.state.book.crisis
            names = [item.id for item in rules.instruments]
            for kind, *what in opening.course.observed(stand, self.observer):
                if kind != 1:
                    continue
                round_number, phase, code = what
                made = names[code - 1] if code <= len(names) else ""
                found.append(
                    {
                        "round": round_number,
                        "phase": rules.phases[phase].id,
                        "player": crisis.instruments[made].player if made else "",
                        "instrument": made,
                        "label": rules.sights[code],
                    }
                )
        return found

    def drawn(self) -> list[dict[str, Any]]:
        """Return the odds of what chance has drawn before the observer's eyes, as far as it may know them."""
        every = [
            _drawn(self.opening, world.stand, self.observer, self.state.case)
            for world in self.worlds
        ]
        common = [item for item in (every or [[]])[0] if all(item in other for other in every[1:])]
        return [
            {"round": place[0], "phase": place[1], "instrument": name, "odds": dict(odds)}
            for place, name, odds in common
        ]


def weighted_range(values: FloatArray, weights: FloatArray) -> Range:
    """Return the weighted mean, and the weighted 5% and 95% quantiles.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_range(np.array([0.0, 1.0]), np.array([3.0, 1.0]))
    (0.25, 0.0, 1.0)
    """
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order]) / weights.sum()
    low, high = (
        float(values[order][min(int(np.searchsorted(ends, share)), values.size - 1)])
        for share in (0.05, 0.95)
    )
    mean = float((values * weights).sum() / weights.sum())
    return (round(mean, _DIGITS), round(low, _DIGITS), round(high, _DIGITS))


Odds = tuple[tuple[str, float], ...]


def _drawn(
    opening: Opening, stand: Stand, observer: str, case: int
) -> list[tuple[tuple[int, str], str, Odds]]:
    """Return the chance events on the way to a stand of which an observer saw the outcome: when, after what, with what odds."""
    course = opening.course
    here = course.begin(stand.path[0])
    found: list[tuple[tuple[int, str], str, Odds]] = []
    for place in stand.path[1:]:
        names = here.position.chance() or here.position.available()
        name = here.drawing
        if name and course.sees_chance(name, observer):
            odds = opening.odds(here)[:, case].tolist()
            shown = tuple(
                (what, round(prob, _DIGITS)) for what, prob in zip(names, odds, strict=True)
            )
            found.append((here.where, name, shown))
        here = course.after(here, names[place])
    return found


def possible(values: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return values as they are shown: a sure one by itself, several as a list."""
    return {name: found[0] if len(found) == 1 else list(found) for name, found in values.items()}
