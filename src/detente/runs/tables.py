"""Tables of a run: what moves a metric, and how policies compare, as records that a screen can show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.runs.statistics import Driver, PolicyRegret
from detente.summaries import Ranged, html_bars, html_fields, html_grid, text_fields, text_grid

__all__ = ["DriverTable", "PolicyRow", "PolicyTable", "Summary"]

_SHOWN = 15
"""Drivers that a notebook shows."""


class Summary(NamedTuple):
    """Mean and range (5% and 95% quantiles) over the draws in which the metric is defined, and their number."""

    mean: float
    low: float
    high: float
    n_defined: int

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> "Summary":
        """Summarise a metric by draw, shape ``(n_draws,)``; NaN where it is undefined."""
        known = values[~np.isnan(values)]
        if known.size == 0:
            return cls(float("nan"), float("nan"), float("nan"), 0)
        low, high = np.quantile(known, (0.05, 0.95))
        return cls(float(known.mean()), float(low), float(high), int(known.size))

    @property
    def span(self) -> str:
        """The range in words."""
        return f"{self.low:.3f} to {self.high:.3f}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DriverTable:
    """What each uncertain quantity does to a metric under a policy, the largest absolute effect first.

    It is a sequence of :class:`~detente.runs.statistics.Driver`. ``labels`` has the words of quantities by path, as far as
    the crisis is at hand.
    """

    metric: str
    policy: str
    rows: tuple[Driver, ...]
    labels: Mapping[str, str]

    def __len__(self) -> int:
        """Return the number of quantities."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Driver]:
        """Go through the drivers, the strongest first."""
        return iter(self.rows)

    def __getitem__(self, place: int) -> Driver:
        """Return a driver by its rank, from 0."""
        return self.rows[place]

    def _title(self) -> str:
        under = f" under {self.policy}" if self.policy else ""
        return f"What moves {self.metric}{under}: {len(self.rows)} quantities"

    def __repr__(self) -> str:
        """Show the strongest: effect, and means where the quantity is in its lowest and highest fifth."""
        return text_grid(self._title(), ["quantity", "effect", "lowest", "highest"], self._cells())

    def _repr_html_(self) -> str:
        columns = ["quantity", "effect", "lowest fifth", "highest fifth", "what it is"]
        shown = self.rows[:_SHOWN]
        cells = [
            [*row, self.labels.get(driver.path, "")]
            for row, driver in zip(self._cells(), shown, strict=True)
        ]
        bars: list[Ranged] = [(row.path, row.effect, row.effect, row.effect) for row in shown]
        return html_grid(self._title(), columns, cells) + html_bars(self._title(), bars)

    def _cells(self) -> list[list[str]]:
        return [
            [
                row.path,
                f"{row.effect:+.3f}",
                f"{row.mean_at_bottom:.3f}",
                f"{row.mean_at_top:.3f}",
            ]
            for row in self.rows[:_SHOWN]
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A policy of a comparison: attack, outcomes by id, the defenders' payoff summed, and its regret.

    ``excluded`` tells that the rules leave no way to an attack under it.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    policy: str
    label: str
    attack: Summary
    outcomes: Mapping[str, Summary]
    payoff: Summary
    regret: PolicyRegret
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PolicyTable:
    """The policies of a run compared, in the order of the run; ``table["id"]`` is a :class:`PolicyRow`."""

    crisis: str
    cases: str
    n_draws: int
    rows: tuple[PolicyRow, ...]

    def __len__(self) -> int:
        """Return the number of policies."""
        return len(self.rows)

    def __iter__(self) -> Iterator[PolicyRow]:
        """Go through the policies in order."""
        return iter(self.rows)

    def __getitem__(self, policy: str) -> PolicyRow:
        """Return a policy by id.

        Raises
        ------
        KeyError
            If the run has none of that id.
        """
        return {row.policy: row for row in self.rows}[policy]

    def _title(self) -> str:
        return f"Policies of {self.crisis}: {self.n_draws:,} {self.cases}"

    def __repr__(self) -> str:
        """Show for each policy the chance of an attack, its likeliest outcome and the defenders' regret."""
        columns = ["policy", "attack", "5-95%", "likeliest outcome", "regret", "best in"]
        return text_grid(self._title(), columns, [self._cells(row) for row in self.rows])

    def _repr_html_(self) -> str:
        outcomes = list(dict.fromkeys(name for row in self.rows for name in row.outcomes))
        columns = ["policy", "attack", "5-95%", "likeliest outcome", "regret", "best in", *outcomes]
        cells = [
            [
                row.label,
                *self._cells(row)[1:],
                *(
                    f"{row.outcomes[name].mean:.0%}" if name in row.outcomes else ""
                    for name in outcomes
                ),
            ]
            for row in self.rows
        ]
        bars = [(row.label, row.attack.mean, row.attack.low, row.attack.high) for row in self.rows]
        return html_grid(self._title(), columns, cells) + html_bars("chance of an attack", bars)

    @staticmethod
    def _cells(row: PolicyRow) -> list[str]:
        likeliest = max(row.outcomes.items(), key=lambda pair: pair[1].mean, default=("", None))
        said = "" if likeliest[1] is None else f"{likeliest[0]} {likeliest[1].mean:.0%}"
        return [
            row.policy,
            "excluded" if row.excluded else f"{row.attack.mean:.3f}",
            "" if row.excluded else row.attack.span,
            said,
            f"{row.regret.mean:.1f}",
            f"{row.regret.best_share:.0%}",
        ]
