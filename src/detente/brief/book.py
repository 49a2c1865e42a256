"""The book of a question: its figures in the order in which they are declared."""

from collections.abc import Iterable, Sequence

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.brief.columns import tamed
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace
from detente.brief.levels import Level
from detente.brief.quantity_words import centre, file_line, given_range, is_given, known_digits
from detente.crisis.elements import Table
from detente.crisis.metric_names import Metric
from detente.runs.statistics import Driver

__all__ = ["Book"]


class Book:
    """The figures of one question, in the order of their making; the same id gives the same figure back."""

    def __init__(self, context: Context, question: str) -> None:
        self.context, self.question = context, question
        self._figures: dict[str, Figure] = {}

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures made so far."""
        return tuple(self._figures.values())

    def keep(self, figure: Figure) -> Figure:
        """Enter a figure made elsewhere; an id that is already there keeps its first figure."""
        return self._figures.setdefault(figure.id, figure)

    def keep_all(self, figures: Iterable[Figure]) -> None:
        """Enter figures made elsewhere, in their order."""
        for figure in figures:
            self.keep(figure)

    def metric(
        self, name: str, label: str, metric: str, *, policy: str | None = None, unit: str = "prob"
    ) -> Figure:
        """Make a figure of a stored column of the solved games: mean and 5-95 % range."""
        trace = self.context.traces.of(metric, policy)
        if self.context.results.is_excluded(metric, policy):
            return self.excluded(name, label, unit=unit, trace=trace)
        values = self.context.columns.values(metric, policy)
        return self.array(name, label, values, unit=unit, trace=trace)

    def excluded(self, name: str, label: str, *, unit: str, trace: Trace) -> Figure:
        """Make the figure of what the rules leave no way to: it has no value."""
        return self.keep(
            Figure(
                id=f"{self.question}.{name}",
                label=label,
                value=None,
                low=None,
                high=None,
                unit=unit,
                trace=trace,
                excluded=True,
            )
        )

    def level(self, name: str, label: str, level: Level, *, unit: str) -> Figure:
        """Make a figure of a mechanism's output at a level."""
        return self.metric(name, label, level.metric, unit=unit)

    def array(
        self, name: str, label: str, values: FloatArray, *, unit: str, trace: Trace
    ) -> Figure:
        """Make a figure of one value per draw: mean and 5-95 % range; draws without a value are left out."""
        finite = values[np.isfinite(values)]
        if finite.size == 0:
            centre, low, high = None, None, None
        else:
            (tame,), scale = tamed(finite)
            centre = float(np.mean(tame)) * scale
            low, high = (float(end) * scale for end in np.quantile(tame, (0.05, 0.95)))
        return self.keep(
            Figure(
                id=f"{self.question}.{name}",
                label=label,
                value=centre,
                low=low,
                high=high,
                unit=unit,
                trace=trace,
                explored=self.context.results.manifest.mode == "exploratory",
            )
        )

    def share(self, name: str, label: str, holds: BoolArray, *, trace: Trace) -> Figure:
        """Make a figure of the share of versions in which something holds; it has no range of its own."""
        return self.keep(
            Figure(
                id=f"{self.question}.{name}",
                label=label,
                value=float(np.mean(holds)),
                low=None,
                high=None,
                unit="share",
                trace=trace,
            )
        )

    def number(
        self, name: str, label: str, value: float, *, unit: str, trace: Trace, exact: bool = True
    ) -> Figure:
        """Make a figure without a range: a count, a largest value, a mean over part of the cases."""
        return self.keep(
            Figure(
                id=f"{self.question}.{name}",
                label=label,
                value=value,
                low=None,
                high=None,
                unit=unit,
                trace=trace,
                exact=exact,
            )
        )

    def policies(
        self, policies: Sequence[str], metric: str, noun: str
    ) -> dict[str, tuple[Figure, Figure]]:
        """Make, per policy, the figure of a probability under it and of its change against the base case."""
        context, key = self.context, Metric.parse(metric).dotted
        found = {}
        for policy in policies:
            label = context.policies.get(policy).label
            level = self.metric(
                f"policy.{policy}.{key}", f"{noun} under “{label}”", metric, policy=policy
            )
            words = f"change of {noun} under “{label}” against the base case"
            trace = context.traces.of(metric, policy)
            change = (
                self.excluded(f"policy.{policy}.{key}.change", words, unit="points", trace=trace)
                if level.excluded
                else self.array(
                    f"policy.{policy}.{key}.change",
                    words,
                    context.columns.change(metric, policy),
                    unit="points",
                    trace=trace,
                )
            )
            found[policy] = (level, change)
        return found

    def ends(
        self,
        driver: Driver,
        noun: str,
        metric: str,
        *,
        policy: str | None = None,
        unit: str = "prob",
    ) -> tuple[Figure, Figure]:
        """Make the means of a metric where a quantity that moves it is in its lowest and in its highest fifth."""
        label = self.context.crisis.quantities[driver.path].label
        trace = self.context.traces.of(metric, policy)
        low, high = (
            self.number(
                f"driver.{Metric.parse(metric).dotted}.{driver.path}.{end}",
                f"{noun} where “{label}” is in its {where} fifth",
                value,
                unit=unit,
                trace=trace,
                exact=False,
            )
            for end, where, value in (
                ("low", "lowest", driver.mean_at_bottom),
                ("high", "highest", driver.mean_at_top),
            )
        )
        return low, high

    def count(self, name: str, label: str, table: Table, number: int) -> Figure:
        """Make a figure that counts rows of a crisis table; its sources are those of the table."""
        keys = {
            key.strip()
            for row in table.rows
            for key in row.cells.get("source", "").split(";")
            if key.strip()
        }
        trace = Trace(sources=tuple(sorted(keys)), model="count of table rows", place=table.file)
        return self.number(name, label, float(number), unit="number", trace=trace)

    def quantity(self, path: str, *, label: str = "") -> Figure:
        """Make a figure of a quantity of the crisis: its centre and the 5-95 % range of its distribution."""
        quantity = self.context.crisis.quantities[path]
        distribution = quantity.distribution
        fixed = distribution.family == "fixed"
        low, high = (None, None) if fixed else given_range(distribution)
        return self.keep(
            Figure(
                id=f"{self.question}.quantity.{path}",
                label=label or quantity.label,
                value=centre(distribution),
                low=low,
                high=high,
                unit=quantity.unit,
                trace=Trace(
                    sources=tuple(quantity.sources),
                    quantities=(path,),
                    model=f"input of the crisis file: {distribution.family}",
                    place=file_line(quantity),
                ),
                exact=is_given(distribution),
                digits=known_digits(quantity),
            )
        )
