"""What was to be expected at a moment of a session: ends and choices, of one who has seen every move and knows no type.

All cases of the ensemble are one mixture, given the moves made until then (:doc:`/decisions/0123-after-action-report`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.crisis.crisis import Crisis
from detente.play.courses import Course, Stand
from detente.play.knowing import Range, weighted_range
from detente.play.rulebooks import Opening

__all__ = [
    "Outlook",
    "choice_chances",
    "distance",
    "forecast",
    "names_of",
    "parallels",
    "thousand",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How likely the ends are from some stands: mean and 5-95% range over the cases, by outcome and for all attacks and settlements."""

    ends: Mapping[str, Range]
    attack: Range
    settlement: Range

    @property
    def shares(self) -> dict[str, float]:
        """The mean of each outcome."""
        return {name: found[0] for name, found in self.ends.items()}


def names_of(course: Course, stand: Stand) -> tuple[str, ...]:
    """Return what was chosen and drawn on the way to a stand."""
    here = course.begin(stand.path[0])
    found = []
    for place in stand.path[1:]:
        names = here.position.chance() or here.position.available()
        found.append(names[place])
        here = course.after(here, names[place])
    return tuple(found)


def parallels(course: Course, stand: Stand) -> list[Stand]:
    """Return the stands to which the same choices and draws lead, under each combination of types in which they are open."""
    names = names_of(course, stand)
    found = []
    for profile in range(len(course.profiles)):
        here: Stand | None = course.begin(profile)
        for name in names:
            if here is None or name not in (here.position.chance() or here.position.available()):
                here = None
                break
            here = course.after(here, name)
        if here is not None:
            found.append(here)
    return found


def forecast(opening: Opening, crisis: Crisis, stands: Sequence[Stand]) -> Outlook:
    """Return how the game ends from some stands, none of which lies on the way to another."""
    ends = opening.ends(stands)
    total = ends.sum(axis=0)
    shares = np.divide(ends, total, out=np.zeros_like(ends), where=total > 0.0)
    names = opening.root.outcomes
    attack = [place for place, name in enumerate(names) if crisis.outcomes[name].attack]
    settled = [place for place, name in enumerate(names) if crisis.outcomes[name].settlement]
    return Outlook(
        ends={name: weighted_range(shares[place], total) for place, name in enumerate(names)},
        attack=weighted_range(shares[attack].sum(axis=0), total),
        settlement=weighted_range(shares[settled].sum(axis=0), total),
    )


def choice_chances(opening: Opening, stands: Sequence[Stand]) -> dict[str, Range]:
    """Return how likely each choice or draw is at some stands that have the same: mean and 5-95% range over the cases."""
    names = stands[0].position.chance() or stands[0].position.available()
    below = np.array(
        [
            sum(opening.mass[opening.node(opening.course.after(stand, name))] for stand in stands)
            for name in names
        ]
    )
    total = below.sum(axis=0)
    shares = np.divide(below, total, out=np.zeros_like(below), where=total > 0.0)
    return {name: weighted_range(shares[place], total) for place, name in enumerate(names)}


def distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the part of runs that end otherwise: the total variation between two distributions of ends.

    Examples
    --------
    >>> distance({"war": 0.5, "peace": 0.5}, {"war": 0.25, "peace": 0.75})
    0.25
    """
    return sum(abs(one[name] - other[name]) for name in one) / 2.0


def thousand(shares: Mapping[str, float]) -> dict[str, int]:
    """Return shares as counts of a thousand runs that add up, by largest remainders.

    Examples
    --------
    >>> thousand({"war": 1 / 3, "peace": 2 / 3})
    {'war': 333, 'peace': 667}
    """
    total = sum(shares.values())
    exact = {name: 1000.0 * share / total for name, share in shares.items()}
    counts = {name: int(value) for name, value in exact.items()}
    by_rest = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
    for name in by_rest[: 1000 - sum(counts.values())]:
        counts[name] += 1
    return counts
