"""Who pays: what every package costs every actor in a year, with what the other side does in return and without."""

from collections.abc import Mapping
from functools import cache

from detente.analysis.records import ActorCost, PackageCosts, PayerStudy
from detente.analysis.studies._study import Study, binding
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Mechanism
from detente.crisis.metric_names import Metric, metric_prefix
from detente.linking.counters import (
    PACKAGE_MODEL,
    Counter,
    ReadOutput,
    bans_gas,
    find_counters,
    package_costs,
)
from detente.runs.run import Run

__all__ = ["STUDY", "read_levels", "study_payers"]

_YEAR = "year"


def study_payers(crisis: Crisis, results: Run) -> PayerStudy:
    """Put together what every package costs, from the outputs that a run stores.

    Parameters
    ----------
    crisis
        The crisis that was run.
    results
        Its run: all draws count, shape ``(n_draws,)``.

    Returns
    -------
    PayerStudy
        Packages in file order. The answer of the other side is the first instrument that a mechanism prices by horizon.
    """
    counter = next(iter(find_counters(crisis)), None)
    read = read_levels(results)
    return PayerStudy(
        instrument="" if counter is None else counter.instrument.id,
        mechanism="" if counter is None else counter.mechanism.id,
        packages=tuple(
            PackageCosts(
                package=item.id,
                bans_gas=bans_gas(crisis, item),
                plain=_costs(crisis, item, read, None),
                countered=() if counter is None else _costs(crisis, item, read, counter),
            )
            for item in crisis.mechanisms.values()
            if item.model == PACKAGE_MODEL
        ),
    )


def _costs(
    crisis: Crisis, package: Mechanism, read: ReadOutput, counter: Counter | None
) -> tuple[ActorCost, ...]:
    return tuple(
        ActorCost(actor=cost.actor, total=cost.parts["total"], gas=cost.parts.get("gas"))
        for cost in package_costs(crisis, package, read, counter=counter)
        if cost.horizon == _YEAR
    )


def read_levels(results: Run) -> ReadOutput:
    """Give outputs of mechanisms as the run stores them, by the state at which they were evaluated."""

    @cache
    def levels(mechanism: str, output: str) -> tuple[tuple[str, Metric], ...]:
        prefix = metric_prefix("mechanism", mechanism)
        named = ((name, Metric.parse(name)) for name in results.metrics(prefix, policy=""))
        return tuple((name, found) for name, found in named if found.parts[1:] == (output,))

    def read(
        mechanism: str, output: str, member: str, state: Mapping[str, str]
    ) -> FloatArray | None:
        for name, found in levels(mechanism, output):
            where = dict(found.state)
            if found.member == member and all(state.get(key) == where[key] for key in where):
                return results.values(name)
        return None

    return read


STUDY = Study(
    name="payers", is_about=binding(PACKAGE_MODEL), record=PayerStudy, compute=study_payers
)
