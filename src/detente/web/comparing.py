"""Two policies side by side, as programs get them and a page shows them."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.analysis.pairs import PairedAim, compare_pair
from detente.analysis.policy_tables import compare_in_crisis
from detente.analysis.search import default_aims
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import Metric
from detente.engine.usual import DRAWS_OF_A_CHANGE, SEED
from detente.rules.policies import find_policy
from detente.web.answers import Row, Spread, metrics_of, read_metrics, rows_of
from detente.web.workbench import Workbench

__all__ = [
    "AimRow",
    "AskedPair",
    "Pair",
    "compare",
    "compare_all",
    "compare_in",
    "default_pair",
    "tell_pair",
    "unit_of",
]

PairCase = Literal["both excluded", "a excluded", "b excluded", "same", "differ"]
"""How two policies are told: whether each leaves a way to an attack, and whether the printed numbers differ."""

_CHANCES = frozenset({"attack", "attack_by", "attack_given", "settlement", "outcome"})


class AskedPair(BaseModel):
    """Two policies of a crisis with values set, to be compared on the same draws."""

    model_config = ConfigDict(extra="forbid")

    a: str = Field(max_length=200)
    b: str = Field(max_length=200)
    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    draws: Literal[64, 256, 1024] = 256
    seed: int = Field(default=SEED, ge=0, lt=2**53)
    channel: str = Field(default="", max_length=64)


class AimRow(BaseModel):
    """An aim under both policies; ``better`` counts the draws in which A does better, ``equal`` those with no difference.

    ``unit`` is ``prob`` or ``stakes``; ``interval`` holds the mean change of A against B with 90%.
    """

    metric: str
    label: str
    wanted: Literal["less", "more"]
    unit: Literal["prob", "stakes"]
    a: Spread
    b: Spread
    change: float
    interval: tuple[float, float]
    better: int
    equal: int


class Pair(BaseModel):
    """Two policies: in each row ``now`` is A and ``filed`` is B."""

    crisis: str
    digest: str
    draws: int
    seed: int
    a: str
    a_label: str
    b: str
    b_label: str
    unsolved: int
    rows: list[Row]
    aims: list[AimRow]


def compare(
    bench: Workbench,
    name: str,
    asked: AskedPair,
    *,
    is_stopped: Callable[[], bool] | None = None,
) -> Pair:
    """Solve a crisis under two policies on the same draws, and compare them case by case.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown policy, and the codes of :meth:`detente.crisis.Crisis.set`.
    concurrent.futures.CancelledError
        If ``is_stopped`` says so.
    """
    return compare_in(bench, bench.changed(name, asked.set), asked, is_stopped=is_stopped)


def compare_in(
    bench: Workbench,
    crisis: Crisis,
    asked: AskedPair,
    *,
    is_stopped: Callable[[], bool] | None = None,
) -> Pair:
    """Compare two policies of a crisis as it is; as :func:`compare`."""
    labels = [getattr(find_policy(crisis, item), "label", "") for item in (asked.a, asked.b)]
    first, second = (
        bench.solve(crisis, policy=item, draws=asked.draws, seed=asked.seed, is_stopped=is_stopped)
        for item in (asked.a, asked.b)
    )
    metrics = metrics_of(crisis)
    aims = default_aims(crisis)
    paired = compare_pair(
        aims,
        [first[aim.metric].values for aim in aims],
        [second[aim.metric].values for aim in aims],
    )
    return Pair(
        crisis=crisis.id,
        digest=crisis.digest,
        draws=asked.draws,
        seed=asked.seed,
        a=asked.a,
        a_label=labels[0],
        b=asked.b,
        b_label=labels[1],
        unsolved=first.unconverged + second.unconverged,
        rows=rows_of(crisis, read_metrics(first, metrics), read_metrics(second, metrics)),
        aims=[_aim_row(item) for item in paired],
    )


def compare_all(
    bench: Workbench, name: str, changes: Mapping[str, float | str | tuple[float, float]], seed: int
) -> dict[str, Any]:
    """Compare all policies of a crisis with values set by its aims, with regret, as ``detente policies`` does.

    Raises
    ------
    UsageError
        The codes of :meth:`detente.crisis.Crisis.set`.
    """
    crisis = bench.changed(name, changes)
    draws = DRAWS_OF_A_CHANGE

    def make() -> dict[str, Any]:
        return compare_in_crisis(crisis, (), (), (), draws, seed, None)

    return bench.tables.get((crisis.digest, seed), make)


def default_pair(crisis: Crisis) -> tuple[str, str]:
    """Return the policies that a comparison begins with: the second of the crisis against the first."""
    names = list(crisis.policies)
    return names[min(1, len(names) - 1)], names[0]


def tell_pair(row: Row) -> PairCase:
    """Return the case in which two policies are told."""
    if row.now is None:
        return "both excluded" if row.filed is None else "a excluded"
    if row.filed is None:
        return "b excluded"
    return "same" if f"{row.now.mean:.0%}" == f"{row.filed.mean:.0%}" else "differ"


def unit_of(metric: str) -> Literal["prob", "stakes"]:
    """Return the unit of an aim's metric: a probability, or stakes."""
    kind = Metric.parse(metric.partition("+")[0]).kind
    return "prob" if kind in _CHANCES else "stakes"


def _aim_row(item: PairedAim) -> AimRow:
    aim, first, second = item.aim, item.first, item.second
    return AimRow(
        metric=aim.metric,
        label=aim.label or aim.metric,
        wanted="less" if aim.lower_is_better else "more",
        unit=unit_of(aim.metric),
        a=Spread(mean=first.mean, low=first.low, high=first.high),
        b=Spread(mean=second.mean, low=second.low, high=second.high),
        change=first.change,
        interval=(first.change_low, first.change_high),
        better=item.better,
        equal=item.equal,
    )
