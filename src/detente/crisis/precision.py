"""How strict choice is in a crisis: what its rationality says of an option that is ten stakes better."""

import math
from dataclasses import dataclass

import numpy as np

from detente.crisis.crisis import Crisis
from detente.crisis.quantities import ppf
from detente.summaries import html_fields, text_fields

__all__ = ["STAKES", "ChoicePrecision", "find_precision"]

STAKES = 10.0
"""The difference between two options that precision is told by: a tenth of the usual scale of payoffs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePrecision:
    """What a rationality means for two options that are :data:`STAKES` apart.

    Attributes
    ----------
    rationality
        Its 5%, 50% and 95% quantiles, per stake.
    odds
        How many times as often the better option is taken, at each of these.
    noise
        How often the worse one is taken, 0-1, at each of these.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    rationality: tuple[float, float, float]
    odds: tuple[float, float, float]
    noise: tuple[float, float, float]

    def __str__(self) -> str:
        """Say it in two sentences."""
        low, _, high = self.rationality
        span = f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
        times = _range(f"{self.odds[0]:.3g}", f"{self.odds[2]:.3g}")
        noise = _range(f"{self.noise[2]:.0%}", f"{self.noise[0]:.0%}")
        return (
            f"Choice: rationality {span} per stake. An option that is {STAKES:.0f} stakes better is taken {times} times "
            f"as often; of two such options the worse is still taken in {noise} of choices."
        )


def find_precision(crisis: Crisis) -> ChoicePrecision:
    """Return what the rationality of a crisis means, at the quantiles of its distribution.

    Examples
    --------
    >>> from detente.crisis import load_crisis
    >>> found = find_precision(load_crisis("cuba-1962").set({"rationality": 0.1}))
    >>> round(found.odds[1], 3), round(found.noise[1], 3)
    (2.718, 0.269)
    """
    law = crisis.quantities[crisis.rationality.path].distribution
    values = ppf(law, np.array([0.05, 0.5, 0.95])).tolist()
    low, middle, high = (float(value) for value in values)
    return ChoicePrecision(
        rationality=(low, middle, high),
        odds=(_odds(low), _odds(middle), _odds(high)),
        noise=(1 / (1 + _odds(low)), 1 / (1 + _odds(middle)), 1 / (1 + _odds(high))),
    )


def _odds(rationality: float) -> float:
    return math.exp(min(STAKES * rationality, 700.0))


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
