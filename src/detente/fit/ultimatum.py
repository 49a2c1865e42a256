r"""The statistical ultimatum game: offers between nothing and all, and whether they were accepted.

A proposer offers :math:`y` of :math:`Q` to a responder. Refused, both get reservation values :math:`R_m + \epsilon_m` with
logistic errors of scale :math:`s_m`, known to themselves alone :cite:p:`kenkel2014`. The responder accepts with probability
:math:`\Lambda((y - R_2)/s_2)`; the best offer of a proposer solves a first-order condition, so that offers have the
distribution function

.. math:: F(y) = \Lambda\!\left(-\frac{Q - y - R_1 - s_2 (1 + e^{(y - R_2)/s_2})}{s_1}\right),

cut off at both ends: an offer of nothing has probability :math:`F(0)`, one of all :math:`1 - F(Q)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.fit.jets import Jet, exp, log_logistic, softplus
from detente.fit.maximising import AbstractLikelihood, Equation

__all__ = ["UltimatumLikelihood"]

_EDGE = 1e-8
"""How near to an end of its range an offer counts as that end, relative to the range."""


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
        scales = iter(utilities[2:])
        zero = proposer * 0.0
        log_s1 = next(scales) if self.s1 is None else zero + np.log(self.s1)
        log_s2 = next(scales) if self.s2 is None else zero + np.log(self.s2)
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
