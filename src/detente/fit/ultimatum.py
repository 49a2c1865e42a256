r"""The statistical ultimatum game: offers between nothing and all, and whether they were accepted.

A proposer offers :math:`y` of :math:`Q` to a responder. Refused, both get reservation values :math:`R_m + \epsilon_m` with
logistic errors of scale :math:`s_m`, known to themselves alone :cite:p:`kenkel2014`. The responder accepts with probability
:math:`\Lambda((y - R_2)/s_2)`; the best offer of a proposer solves a first-order condition, so that offers have the
distribution function

.. math:: F(y) = \Lambda\!\left(-\frac{Q - y - R_1 - s_2 (1 + e^{(y - R_2)/s_2})}{s_1}\right),

cut off at both ends: an offer of nothing has probability :math:`F(0)`, one of all :math:`1 - F(Q)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.fit.jets import Jet, exp, log_logistic, softplus
from detente.fit.maximising import AbstractLikelihood, Equation, information

__all__ = ["UltimatumLikelihood"]

_EDGE = 1e-8
"""How near to an end of its range an offer counts as that end, relative to the range."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_TAIL, _PANEL, _MOST_PANELS = 36.0, 9.0, 60
"""Where the logistic distribution ends to all digits, width of a panel of integration over it, and most panels."""


@dataclass(slots=True, kw_only=True, eq=False)
class UltimatumLikelihood(AbstractLikelihood):
    """The log-likelihood of offers and answers.

    Attributes
    ----------
    offer
        What was offered, shape ``(n,)``, from ``smallest`` to ``largest``.
    accept
        1 where it was accepted, 0 where not, shape ``(n,)``; None if answers are not looked at.
    equations
        ``R1``, ``R2``, then ``log_s1`` and ``log_s2`` where they are estimated.
    s1, s2
        Scales that are given; None for one that is estimated.
    smallest, largest
        Ends of the range of offers.
    """

    offer: FloatArray
    accept: FloatArray | None
    equations: Sequence[Equation]
    smallest: float
    largest: float
    s1: float | None = None
    s2: float | None = None

    def take(self, rows: IntArray) -> "UltimatumLikelihood":
        """Return the likelihood of some rows, by number."""
        return UltimatumLikelihood(
            offer=self.offer[rows],
            accept=None if self.accept is None else self.accept[rows],
            equations=[equation.take(rows) for equation in self.equations],
            smallest=self.smallest,
            largest=self.largest,
            s1=self.s1,
            s2=self.s2,
        )

    def rows(self, utilities: Sequence[Jet]) -> Jet:
        """Return the log-likelihood of each row."""
        proposer, responder = utilities[:2]
        log_s1, log_s2 = self._log_scales(utilities)
        width = _EDGE * (self.largest - self.smallest)
        none = np.asarray(self.offer <= self.smallest + width, dtype=np.float64)
        all_of_it = np.asarray(self.offer >= self.largest - width, dtype=np.float64)
        offer: FloatArray = np.where(
            none, self.smallest, np.where(all_of_it, self.largest, self.offer)
        )
        above = (offer - responder) * exp(-log_s2)
        markup = softplus(above)
        margin = (self.largest - offer - proposer - exp(log_s2 + markup)) * exp(-log_s1)
        below, beyond = log_logistic(-margin), log_logistic(margin)
        inside: FloatArray = 1.0 - none - all_of_it
        answer = (
            below * (inside + none) + beyond * (inside + all_of_it) + (markup - log_s1) * inside
        )
        if self.accept is not None:
            answer = answer + log_logistic(above) * self.accept
            answer = answer + log_logistic(-above) * (1.0 - self.accept)
        return answer

    def standardise(self, coefficients: Sequence[Jet]) -> list[Jet]:
        """Return the coefficients of reservation values in units of one over their regressors' sizes, and of the errors' scales."""
        counts = [len(item.terms) for item in self.equations[:2]]
        scales = self._log_scales([*coefficients[:2], *coefficients[sum(counts) :]])
        sizes = iter(self.sizes().tolist())
        rest = iter(coefficients)
        return [
            next(rest) * next(sizes) * exp(-scale)
            for count, scale in zip(counts, scales, strict=True)
            for _ in range(count)
        ]

    def expectations(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the mean offer and the probability that the offer is accepted, in each row, without second derivatives."""
        offers, weights = self._nodes(utilities)
        spread = _tile(utilities, len(offers))
        _, log_s2 = self._log_scales(spread)
        density = exp(self._at(offers, None).rows(spread)) * weights.ravel()
        accepted = exp(log_logistic((offers.ravel() - spread[1]) * exp(-log_s2)))
        return [_sum(part, len(offers)) for part in (density * offers.ravel(), density * accepted)]

    def expected_information(self, theta: FloatArray) -> FloatArray:
        """Return the expected outer product of a row's gradient, over offers and answers by their probabilities."""
        utilities = self.jets(theta)
        offers, weights = self._nodes(utilities)
        spread = _tile(utilities, len(offers))
        rows = np.tile(np.arange(self.offer.size), len(offers))
        equations = [equation.take(rows) for equation in self.equations]
        answers = (None,) if self.accept is None else (0.0, 1.0)
        logs = [self._at(offers, accept).rows(spread) for accept in answers]
        return information(equations, logs, weights.ravel())

    def _log_scales(self, utilities: Sequence[Jet]) -> tuple[Jet, Jet]:
        scales = iter(utilities[2:])
        zero = utilities[0] * 0.0
        log_s1 = next(scales) if self.s1 is None else zero + np.log(self.s1)
        log_s2 = next(scales) if self.s2 is None else zero + np.log(self.s2)
        return log_s1, log_s2

    def _at(self, offers: FloatArray, accept: float | None) -> "UltimatumLikelihood":
        """Return the likelihood of some offers, shape ``(K, n)``, and one answer."""
        answers = None if accept is None else np.full(offers.size, accept)
        return replace(self, offer=offers.ravel(), accept=answers)

    def _nodes(self, utilities: Sequence[Jet]) -> tuple[FloatArray, FloatArray]:
        """Return offers and their weights in a sum that stands for an expectation, both of shape ``(K, n)``.

        The first two are the ends of the range. What a proposer would have to gain elsewhere to make just this offer has a
        logistic distribution: nodes are even in it, and narrower where answers are sharp.
        """
        log_s1, log_s2 = (log.value for log in self._log_scales(utilities))
        proposer, responder = (jet.value for jet in utilities[:2])
        s1, s2 = np.exp(log_s1), np.exp(log_s2)

        def margin(offer: FloatArray) -> FloatArray:
            with np.errstate(over="ignore"):
                answer = s2 + np.exp((offer - responder) / s2 + log_s2)
            return np.asarray((self.largest - offer - proposer - answer) / s1)

        ends = [np.full_like(s1, end) for end in (self.largest, self.smallest)]
        low, high = np.maximum(margin(ends[0]), -_TAIL), np.minimum(margin(ends[1]), _TAIL)
        sharpest = min(1.0, 2.0 * float((s2 / s1).min()))
        panels = int(np.clip(np.ceil(2.0 * _TAIL / (_PANEL * sharpest)), 1, _MOST_PANELS))
        shares = ((np.arange(panels)[:, np.newaxis] + 0.5 * (1.0 + _NODES)) / panels).reshape(-1, 1)
        wanted = low + shares * (high - low)
        left, right = np.full_like(wanted, self.smallest), np.full_like(wanted, self.largest)
        for _ in range(60):
            middle = 0.5 * (left + right)
            above = margin(middle) > wanted
            left, right = np.where(above, middle, left), np.where(above, right, middle)
        offers = 0.5 * (left + right)
        with np.errstate(over="ignore"):
            per_offer = (1.0 + np.exp((offers - responder) / s2)) / s1
        steps = np.tile(_WEIGHTS, panels)[:, np.newaxis] * 0.5 / panels
        weights = steps * np.maximum(high - low, 0.0) / per_offer
        one = np.ones_like(s1)
        return np.stack([*ends, *offers]), np.stack([one, one, *weights])


def _tile(utilities: Sequence[Jet], times: int) -> list[Jet]:
    """Return jets of the same rows over and over, without second derivatives."""
    return [
        Jet(
            np.tile(jet.value, times),
            np.tile(jet.first, (1, times)),
            np.zeros((0, 0, times * jet.value.size)),
        )
        for jet in utilities
    ]


def _sum(jet: Jet, times: int) -> Jet:
    """Return the sum of what stands over and over, row by row."""
    first = jet.first.reshape(len(jet.first), times, -1).sum(axis=1)
    value = jet.value.reshape(times, -1).sum(axis=0)
    return Jet(value, first, np.zeros((0, 0, value.size)))
