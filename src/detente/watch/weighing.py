"""How likely what was reported is: of every history and of every combination of types, report by report.

Reports that say the same are counted, so that a root that is made anew need not go through all of them again; what an observer
has seen so far is kept as one product, so that a further report costs one multiplication. Products that become very small are
scaled: histories by one factor for all, since only their proportions matter; types in each draw by a factor of its own, whose
logarithm is kept, since it tells how well the draw foresaw what was reported.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.crisis.elements import Constant, EventRule, QuantityOf

__all__ = ["Likelihood", "Report", "Tally"]

_SMALL, _LARGE = 1e-200, 1e200
"""Where products are scaled: far from what a double holds, and far beyond what a few hundred reports give."""

_MANY = 64
"""From this many equal reports on, a power is taken by logarithms."""


@dataclass(frozen=True, slots=True)
class Report:
    """What reports of a kind say: that a move was made in a round, or what evidence of types is worth.

    ``weight`` is the probability that such a report is right, ``seen_by`` who sees it (empty: everybody), ``evidence`` pairs
    of (player, type) and number.
    """

    round: int
    move: str
    outcome: str
    weight: float
    seen_by: tuple[str, ...]
    evidence: tuple[tuple[tuple[str, str], Constant | QuantityOf], ...]

    @classmethod
    def of(cls, rule: EventRule, round_number: int, weight: float) -> "Report":
        """Return what a rule says of a report in a round."""
        return cls(
            round=round_number,
            move=rule.move,
            outcome=rule.outcome,
            weight=weight if rule.move else 1.0,
            seen_by=rule.seen_by,
            evidence=() if rule.move else tuple(rule.evidence.items()),
        )

    def is_seen_by(self, observer: str) -> bool:
        """Tell whether an observer sees such a report."""
        return not self.seen_by or observer in self.seen_by


class Tally:
    """How often each report was made, in the order of the first ones."""

    def __init__(self) -> None:
        self.counts: dict[Report, int] = {}

    def add(self, report: Report) -> None:
        """Count a report."""
        self.counts[report] = self.counts.get(report, 0) + 1

    def seen(self, observer: str, *, since: int, before: int | None) -> Mapping[Report, int]:
        """Return the reports that an observer sees of rounds from ``since`` on, and before a round if one is named."""
        return {
            report: count
            for report, count in self.counts.items()
            if report.is_seen_by(observer)
            and report.round >= since
            and (before is None or report.round < before)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """Likelihood of what an observer has seen: of histories ``(T,)`` and, by evidence, of profiles ``(V, D)``.

    Both are up to a factor: one number for the histories, and for the profiles one in each draw, whose logarithm is
    ``log_scale`` ``(D,)``. ``told`` are the moves that were reported, with their rounds.
    """

    factor: FloatArray
    evidence: FloatArray
    log_scale: FloatArray
    told: frozenset[tuple[str, int]] = field(default=frozenset())

    @classmethod
    def nothing(cls, n_histories: int, n_profiles: int, n_draws: int) -> "Likelihood":
        """Return the likelihood of having seen nothing."""
        return cls(
            factor=np.ones(n_histories),
            evidence=np.ones((n_profiles, n_draws)),
            log_scale=np.zeros(n_draws),
        )

    def with_move(self, report: Report, hit: BoolArray, count: int = 1) -> "Likelihood":
        """Take in that a move was reported some times; ``hit`` ``(T,)`` tells in which histories it is made."""
        weights = np.array([1.0 - report.weight, report.weight])
        term = _power(weights, count)[hit.astype(np.intp)]
        factor = self.factor * term
        most = factor.max()
        if 0.0 < most < _SMALL:
            factor /= most
        key = (report.move, report.round)
        told = self.told if key in self.told else self.told | {key}
        return Likelihood(
            factor=factor, evidence=self.evidence, log_scale=self.log_scale, told=told
        )

    def with_evidence(self, term: FloatArray, count: int = 1) -> "Likelihood":
        """Take in evidence, relative likelihoods of profiles ``(V, D)``, that was reported some times."""
        log_scale = self.log_scale
        if count >= _MANY:
            with np.errstate(divide="ignore"):
                logs = count * np.log(term)
            most = logs.max(axis=0)
            most[~np.isfinite(most)] = 0.0
            term, log_scale = np.exp(logs - most), log_scale + most
        elif count > 1:
            term = term**count
        evidence = self.evidence * term
        most = evidence.max(axis=0)
        extreme = (most > 0.0) & ((most < _SMALL) | (most > _LARGE))
        if extreme.any():
            evidence[:, extreme] /= most[extreme]
            log_scale = log_scale.copy()
            log_scale[extreme] += np.log(most[extreme])
        return Likelihood(
            factor=self.factor, evidence=evidence, log_scale=log_scale, told=self.told
        )

    def with_all(
        self,
        reports: Mapping[Report, int],
        *,
        hits: Callable[[Report], BoolArray],
        terms: Callable[[Report], FloatArray],
    ) -> "Likelihood":
        """Take in counted reports."""
        found = self
        for report, count in reports.items():
            if report.move:
                found = found.with_move(report, hits(report), count)
            else:
                found = found.with_evidence(terms(report), count)
        return found


def _power(weights: FloatArray, count: int) -> FloatArray:
    """Return powers, the larger one scaled to 1 where both may be too small for a double."""
    if count < _MANY:
        return weights if count == 1 else weights**count
    with np.errstate(divide="ignore"):
        logs = count * np.log(weights)
    return np.asarray(np.exp(logs - logs.max()))
