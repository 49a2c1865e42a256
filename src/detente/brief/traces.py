"""Traces: where the columns of a run come from, and which quantities move them."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from statistics import NormalDist

import numpy as np

from detente.brief.columns import Columns, tamed
from detente.brief.figures import Trace
from detente.brief.levels import EvaluatedLevels, reads
from detente.brief.quantity_words import file_line
from detente.crisis.crisis import Crisis
from detente.crisis.elements import QuantityOf
from detente.crisis.metric_names import Metric, metric_name
from detente.runs.run import Run
from detente.runs.statistics import Driver
from detente.runs.tracing import Memory, trace_metric

__all__ = ["STRONGEST", "Traces"]

SOLUTION_MODEL = "game.logit_qre"
BELIEF_REFERENCE = "Bayes' rule on the solution's strategies"
STRONGEST = 12
"""Quantities named in the trace of a figure that depends on many."""


class Traces:
    """What lies behind the metrics of a run.

    Parameters
    ----------
    crisis
        The crisis.
    results
        The finished run.
    columns
        The values of the run.
    levels
        The evaluated levels of its mechanisms.
    """

    def __init__(
        self, crisis: Crisis, results: Run, *, columns: Columns, levels: EvaluatedLevels
    ) -> None:
        self._crisis, self._results = crisis, results
        self._columns, self._levels = columns, levels
        self._kept: dict[tuple[str, str], Trace] = {}
        self._moved: dict[tuple[str, str], tuple[Driver, ...]] = {}

    def of(self, metric: str, policy: str | None = None) -> Trace:
        """Trace of a figure read off a stored metric, under a policy (default: the base case).

        Of a metric that depends on the play of the whole game, the quantities that move it most are named.
        """
        key = (metric, policy or self._columns.base)
        if key not in self._kept:
            self._kept[key] = self._make_trace(*key)
        return self._kept[key]

    def movers(self, metric: str, policy: str | None = None) -> tuple[Driver, ...]:
        """Return the quantities that move a metric by more than chance among the draws would, the strongest first.

        Only quantities that the metric can depend on are looked at. The bar is a two-sided test of the difference
        between the ends at 5 %, corrected for their number (Bonferroni).
        """
        key = (metric, policy or self._columns.base)
        if key not in self._moved:
            self._moved[key] = self._find_movers(*key)
        return self._moved[key]

    def _find_movers(self, metric: str, policy: str) -> tuple[Driver, ...]:
        possible = set(trace_metric(self._crisis, metric, memory=self._memory).quantities)
        chosen = self._columns.policy_of(metric, policy)
        every = self._results.drivers(metric, chosen)
        table = tuple(driver for driver in every if driver.path in possible)
        if not table:
            return ()
        values = self._columns.values(metric, policy)
        (tame,), scale = tamed(values)
        spread = float(np.nanstd(tame)) * scale * (2 * 5 / values.size) ** 0.5
        bar = NormalDist().inv_cdf(1 - 0.025 / len(table)) * spread
        return tuple(driver for driver in table if abs(driver.effect) > max(bar, 1e-12))

    def inputs_of(self, *models: str) -> tuple[str, ...]:
        """Return the quantities that mechanisms of some models read, and those priced together with their outputs."""
        found: dict[str, None] = {}
        for mechanism in self._levels.mechanisms(*models):
            trace = trace_metric(
                self._crisis, metric_name("mechanism", mechanism.id, "any"), memory=self._memory
            )
            found.update(dict.fromkeys(trace.quantities))
        names = {mechanism.id for mechanism in self._levels.mechanisms(*models)}
        for consideration in self._crisis.considerations.values():
            if reads(consideration.price, names):
                trace = trace_metric(
                    self._crisis, metric_name("level", consideration.id), memory=self._memory
                )
                found.update(dict.fromkeys(trace.direct))
        return tuple(found)

    @cached_property
    def game_inputs(self) -> tuple[str, ...]:
        """Every quantity that the play of the game can depend on."""
        return trace_metric(self._crisis, "attack", memory=self._memory).quantities

    def sources_of(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the source keys of quantities, sorted, each once."""
        found = {
            key
            for path in paths
            if path in self._crisis.quantities
            for key in self._crisis.quantities[path].sources
        }
        return tuple(sorted(found))

    def _make_trace(self, metric: str, policy: str) -> Trace:
        named = Metric.parse(metric)
        drivers = (
            []
            if named.of_the_crisis
            else self._results.effects(metric, self._columns.policy_of(metric, policy))
        )
        if named.kind == "prior":
            return self._trace_prior(metric)
        found = trace_metric(self._crisis, metric, drivers=drivers, memory=self._memory)
        paths = found.quantities
        if found.by_play:
            known = set(paths)
            moving = [path for path, effect in drivers if path in known and effect]
            paths = tuple(dict.fromkeys((*found.direct, *moving)))
        elif named.kind == "mechanism":
            paths = _nearest_first(paths, named.member)
        paths = paths[:STRONGEST]
        model, reference = "; ".join(found.models), "; ".join(found.references)
        if named.kind == "belief":
            model, reference = "beliefs.posterior", BELIEF_REFERENCE
        elif found.by_play:
            model, reference = SOLUTION_MODEL, found.references[0]
        return Trace(
            sources=self.sources_of(paths),
            quantities=paths,
            model=model,
            reference=reference,
            metric=metric,
            policy=policy if found.by_play else "",
            inputs_read=len(found.quantities),
        )

    def _trace_prior(self, metric: str) -> Trace:
        """Trace a prior to its own quantity, to the file's line where it is a number, or to those that leave the rest."""
        name, kind = Metric.parse(metric).parts
        player = self._crisis.players[name]
        own = next((item.prior for item in player.types if item.id == kind), None)
        priors = [item.prior for item in player.types] if own is None else [own]
        paths = tuple(
            dict.fromkeys(
                prior.path
                for prior in priors
                if isinstance(prior, QuantityOf) and prior.path in self._crisis.quantities
            )
        )
        return Trace(
            sources=self.sources_of(paths),
            quantities=paths,
            model="prior of the crisis file",
            metric=metric,
            inputs_read=len(paths),
            place="" if isinstance(own, QuantityOf) else file_line(player),
        )

    @cached_property
    def _memory(self) -> Memory:
        return Memory(self._crisis)


def _nearest_first(paths: Sequence[str], member: str) -> tuple[str, ...]:
    """Put a member's own quantities first, then those of nobody in particular, then those of other members."""

    def rank(path: str) -> int:
        parts = path.split(".")
        if member in parts:
            return 0
        return 2 if parts[0] in {"exposures", "positions", "salience", "red_lines"} else 1

    return tuple(sorted(paths, key=rank))
