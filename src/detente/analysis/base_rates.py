"""Base rates: how often past crises of a class went as far as something, with an interval, and how far a model departs.

The class is chosen by what was known when a crisis began, never by how it ended. Intervals are Wilson's score intervals
(:cite:p:`wilson1927`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from detente.crisis.csv_reader import decode_text, read_records
from detente.crisis.past_crises import PastCrisis
from detente.errors import UsageError

__all__ = ["BaseRate", "Departure", "ReferenceClass", "compare_with", "count", "ready_made"]

WAR = 4
LEVEL = 0.9
_SCORE = 1.6448536269514722
"""Quantile of the standard normal distribution that leaves half of what :data:`LEVEL` leaves out above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceClass:
    """Crises that are alike in what was known at their start; None and empty mean any.

    ``trigger``, ``gravity`` and ``triggered_by`` are codes of the data; ``left_out`` are numbers of crises, such as the one
    that is studied.
    """

    trigger: int | None = None
    gravity: int | None = None
    triggered_by: int | None = None
    since: int | None = None
    until: int | None = None
    within_war: bool = False
    left_out: tuple[int, ...] = ()

    def holds(self, crisis: PastCrisis) -> bool:
        """Tell whether a crisis belongs to the class."""
        return (
            crisis.within_war == self.within_war
            and (self.trigger is None or crisis.trigger == self.trigger)
            and (self.gravity is None or crisis.gravity == self.gravity)
            and (self.triggered_by is None or crisis.triggered_by == self.triggered_by)
            and (self.since is None or crisis.year >= self.since)
            and (self.until is None or crisis.year <= self.until)
            and crisis.number not in self.left_out
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRate:
    """``hits`` of ``cases`` went as far; ``low`` and ``high`` bound the rate with 90% confidence."""

    label: str
    hits: int
    cases: int

    @property
    def rate(self) -> float:
        """The share of cases that went as far; NaN without a case."""
        return self.hits / self.cases if self.cases else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        r"""The 90% score interval of the rate, 0 to 1 without a case.

        .. math:: \frac{2 n p + z^2 \mp z \sqrt{4 n p (1 - p) + z^2}}{2 (n + z^2)}

        Its ends at no hit and at nothing but hits are 0 and 1.
        """
        if not self.cases:
            return 0.0, 1.0
        n, p, z = self.cases, self.rate, _SCORE
        scale = 2 * (n + z**2)
        centre = (2 * n * p + z**2) / scale
        half = z / scale * math.sqrt(4 * n * p * (1 - p) + z**2)
        low = centre - half if self.hits else 0.0
        high = centre + half if self.hits < n else 1.0
        return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """How far a probability lies from a base rate: in points, as a ratio of odds, and whether inside its interval."""

    base: BaseRate
    prob: float
    points: float
    odds_ratio: float
    inside: bool


def ready_made() -> tuple[BaseRate, ...]:
    """Return counts that ship: full-scale wars among crises of 1918-2019 that are not part of a war.

    Facts counted by us on version 15 of the data; :func:`count` counts them again on a user's copy.
    """
    content = resources.files("detente.crisis").joinpath("past_crises.csv").read_bytes()
    return tuple(
        BaseRate(label=row["label"], hits=int(row["hits"]), cases=int(row["cases"]))
        for _, row in read_records(decode_text(content))[1]
    )


def count(
    crises: Sequence[PastCrisis],
    reference: ReferenceClass,
    *,
    violence: int = WAR,
    label: str = "",
) -> BaseRate:
    """Count how many crises of a class went at least as far as a level of violence.

    Parameters
    ----------
    crises
        Past crises, from :func:`detente.crisis.past_crises.read_past_crises`.
    reference
        The class.
    violence
        Lowest level of violence that counts, from 2 (minor clashes) to 4 (full-scale war).
    label
        Name of the class.

    Returns
    -------
    BaseRate
        Crises whose violence is not coded are left out.

    Raises
    ------
    UsageError
        ``option-invalid`` if the class is empty.
    """
    chosen = [item for item in crises if reference.holds(item) and item.violence is not None]
    if not chosen:
        message = "no past crisis is of this class"
        fix = "widen the class: leave out a condition, or change the years"
        raise UsageError(message, code="option-invalid", at="reference class", fix=fix)
    hits = sum(item.violence is not None and item.violence >= violence for item in chosen)
    return BaseRate(label=label, hits=hits, cases=len(chosen))


def compare_with(base: BaseRate, prob: float) -> Departure:
    """Say how far a probability departs from a base rate.

    The odds ratio uses the rate's Jeffreys estimate (hits + 1/2) / (cases + 1), so that it is defined for none and all.
    """
    low, high = base.interval
    shrunk = (base.hits + 0.5) / (base.cases + 1.0)
    held = min(max(prob, 1e-12), 1.0 - 1e-12)
    return Departure(
        base=base,
        prob=prob,
        points=100.0 * (prob - base.rate),
        odds_ratio=(held / (1.0 - held)) / (shrunk / (1.0 - shrunk)),
        inside=low <= prob <= high,
    )
