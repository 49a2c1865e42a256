"""How likely what was reported is: of every history and of every combination of types, report by report.

What an observer has seen so far is kept as one product, so that a further report costs one multiplication. Products that
become very small are scaled: histories by one factor for all, since only their proportions matter; types in each draw by a
factor of its own, whose logarithm is kept, since it tells how well the draw foresaw what was reported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.crisis.elements import Constant, EventRule, QuantityOf
from detente.engine.roots import Root

__all__ = ["Likelihood", "Report", "Weighed"]

_SMALL, _LARGE = 1e-200, 1e200
"""Where products are scaled: far from what a double holds, and far beyond what a few hundred reports give."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: that a move was made in a round, or what evidence of types is worth.

    ``weight`` is the probability that such a report is right, ``seen_by`` who sees it (empty: everybody), ``evidence`` pairs
    of (player, type) and number, ``indicator`` a sign that was seen: it bears on how things end, so it counts in every later
    game too.
    """

    round: int
    move: str
    outcome: str
    weight: float
    seen_by: tuple[str, ...]
    evidence: tuple[tuple[tuple[str, str], Constant | QuantityOf], ...]
    indicator: str = ""

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
            indicator=rule.indicator,
        )

    def is_seen_by(self, observer: str) -> bool:
        """Tell whether an observer sees such a report."""
        return not self.seen_by or observer in self.seen_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """Likelihood of what an observer has seen: of histories ``(T,)`` and, by evidence, of profiles and ends ``(V, O, D)``.

    Both are up to a factor: one number for the histories, and for the evidence one in each draw, whose logarithm is
    ``log_scale`` ``(D,)``. ``told`` are the moves that were reported, with their rounds.
    """

    factor: FloatArray
    evidence: FloatArray
    log_scale: FloatArray
    told: frozenset[tuple[str, int]] = field(default=frozenset())

    def with_move(self, report: Report, hit: BoolArray) -> "Likelihood":
        """Take in that a move was reported; ``hit`` ``(T,)`` tells in which histories it is made."""
        factor = self.factor * np.where(hit, report.weight, 1.0 - report.weight)
        most = factor.max()
        if 0.0 < most < _SMALL:
            factor /= most
        key = (report.move, report.round)
        told = self.told if key in self.told else self.told | {key}
        return Likelihood(
            factor=factor, evidence=self.evidence, log_scale=self.log_scale, told=told
        )

    def with_evidence(self, term: FloatArray) -> "Likelihood":
        """Take in evidence, relative likelihoods of profiles ``(V, 1, D)`` or outcomes ``(1, O, D)``."""
        evidence, log_scale = self.evidence * term, self.log_scale
        most = evidence.max(axis=(0, 1))
        extreme = (most > 0.0) & ((most < _SMALL) | (most > _LARGE))
        if extreme.any():
            evidence[..., extreme] /= most[extreme]
            log_scale = log_scale.copy()
            log_scale[extreme] += np.log(most[extreme])
        return Likelihood(
            factor=self.factor, evidence=evidence, log_scale=log_scale, told=self.told
        )


class Weighed:
    """A root and how likely its histories are by what each observer has seen; it takes in what it has not yet.

    Parameters
    ----------
    root
        The solved game.
    term
        Gives the relative likelihood of a report's evidence by profile, outcome and draw, shape ``(V, 1, D)`` or ``(1, O, D)``.
    """

    def __init__(self, root: Root, *, term: Callable[[Root, Report], FloatArray]) -> None:
        self.root = root
        self._term = term
        self._kept: dict[str, tuple[int, Likelihood]] = {}
        self._hits: dict[tuple[str, str, int, str], BoolArray] = {}
        self._terms: dict[object, FloatArray] = {}

    def nothing(self) -> Likelihood:
        """Return the likelihood of having seen nothing."""
        root = self.root
        shape = (len(root.profile_types), len(root.outcomes), root.reach.shape[1])
        return Likelihood(
            factor=np.ones(root.n_histories),
            evidence=np.ones(shape),
            log_scale=np.zeros(shape[-1]),
        )

    def seen(self, observer: str, reports: Sequence[Report]) -> Likelihood:
        """Return the likelihood of those of all reports so far that an observer sees, from the root's first round on."""
        done, found = self._kept.get(observer) or (0, self.nothing())
        found = self._with(found, observer, reports[done:])
        self._kept[observer] = (len(reports), found)
        return found

    def seen_before(
        self, round_number: int, observer: str, reports: Sequence[Report]
    ) -> Likelihood:
        """Return the likelihood of reports of the rounds before one, but of indicators, which count in the later game."""
        earlier = [
            report for report in reports if report.round < round_number and not report.indicator
        ]
        return self._with(self.nothing(), observer, earlier)

    def _with(self, found: Likelihood, observer: str, reports: Sequence[Report]) -> Likelihood:
        for report in reports:
            over = report.round < self.root.first_round and not report.indicator
            if over or not report.is_seen_by(observer):
                continue
            if report.move:
                found = found.with_move(report, self._hit(observer, report))
            else:
                found = found.with_evidence(self._of_types(report))
        return found

    def _hit(self, observer: str, report: Report) -> BoolArray:
        """Tell for each history whether it has the move that was reported, as an observer sees it."""
        key = (observer, report.move, report.round, report.outcome)
        if key not in self._hits:
            self._hits[key] = self.root.looks(report.move, report.round, report.outcome, observer)
        return self._hits[key]

    def _of_types(self, report: Report) -> FloatArray:
        key = (report.evidence, report.indicator)
        if key not in self._terms:
            self._terms[key] = self._term(self.root, report)
        return self._terms[key]
