"""Running what a crisis is expected to say: each what-if solved, and held against the sign or the range of its author."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from detente.crisis.crisis import Crisis
from detente.crisis.expectations import Expectation
from detente.engine import Engine
from detente.engine.usual import DRAWS_OF_AN_EXPECTATION, SEED
from detente.summaries import html_fields, text_fields

__all__ = ["ExpectationResult", "run_expectations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationResult:
    """What came of an expectation.

    Attributes
    ----------
    expected
        The expectation.
    mean
        Mean of its metric over draws.
    base
        Mean of what it is compared with; None if nothing is.
    holds
        Whether sign and range are as expected, those that are given.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    expected: Expectation
    mean: float
    base: float | None
    holds: bool

    @property
    def change(self) -> float | None:
        """The mean less what it is compared with."""
        return None if self.base is None else self.mean - self.base


def run_expectations(
    crisis: Crisis,
    expectations: Sequence[Expectation],
    *,
    draws: int = DRAWS_OF_AN_EXPECTATION,
    seed: int = SEED,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[ExpectationResult, ...]:
    """Solve what-ifs and say which are as expected.

    All of them see the same draws of what they do not change, so that a sign is that of the change and not of chance.

    Parameters
    ----------
    crisis
        The crisis.
    expectations
        Of :func:`detente.crisis.expectations.read_expectations`.
    draws, seed, workers
        As of :class:`detente.engine.Engine`.
    progress
        Called with the number of expectations done and of all.

    Raises
    ------
    UsageError
        ``path-unknown`` for a metric that there is not.
    """
    known: dict[tuple[tuple[tuple[str, str], ...], str, str], float] = {}

    def mean(overrides: Mapping[str, str], policy: str, metric: str) -> float:
        key = (tuple(sorted(overrides.items())), policy, metric)
        if key not in known:
            engine = Engine(crisis.set(overrides), workers=workers)
            solution = engine.solve(policy or None, draws=draws, seed=seed, metrics=[metric])
            known[key] = solution[metric].mean
        return known[key]

    found = []
    for done, item in enumerate(expectations, start=1):
        value = mean(item.overrides, item.policy, item.metric)
        base = None
        if item.against:
            base = mean(item.overrides, item.against, item.metric)
        elif item.overrides:
            base = mean({}, item.policy, item.metric)
        found.append(
            ExpectationResult(expected=item, mean=value, base=base, holds=_holds(item, value, base))
        )
        if progress is not None:
            progress(done, len(expectations))
    return tuple(found)


def _holds(item: Expectation, mean: float, base: float | None) -> bool:
    told = mean if base is None else mean - base
    if item.sign == "lower" and not told < 0.0:
        return False
    if item.sign == "higher" and not told > 0.0:
        return False
    return item.range is None or item.range[0] <= told <= item.range[1]
