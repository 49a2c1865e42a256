r"""Strategic models: likelihoods of games in which players err, or know their own payoffs better than the analyst.

A model is a small tree in which every move has two actions. From its ends up, the mover's expected utilities are compared
:cite:p:`signorino1999,signorino2003`. With *agent error* each action's utility has an error of its own when it is chosen; with
*private information* each outcome's utility has one, known to its player from the start, so that the spread of an expected
utility depends on what the others do after. With :math:`p_k` the chance of outcome :math:`k` once an action is taken,

.. math:: \Pr(\text{right}) = F\!\left(\frac{\sum_{k \in R} p_k u_k - \sum_{k \in L} p_k u_k}{s}\right),
   \quad s^2 = 2\sigma^2 \text{ (agent)}, \quad s^2 = \sigma^2 \sum_k p_k^2 \text{ (private)}.

Every outcome has an error, one whose utility is set to 0 too. That, and the factor 2 under either link, are the conventions of
the R package `games` :cite:p:`kenkel2014`, so that coefficients compare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.fit.jets import Jet, exp, log_logistic, log_normal, power, total
from detente.fit.maximising import AbstractOutcomeLikelihood, Equation

__all__ = [
    "TREES",
    "DecisionNode",
    "End",
    "Errors",
    "Link",
    "TreeLikelihood",
    "ends_of",
    "moves_of",
]

Errors = Literal["agent", "private"]
Link = Literal["probit", "logit"]


@dataclass(frozen=True, slots=True)
class End:
    """An outcome, and the name of each player's utility there; a player without one has utility 0."""

    outcome: int
    utilities: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class DecisionNode:
    """A player's choice between two subtrees."""

    player: int
    left: "DecisionNode | End"
    right: "DecisionNode | End"


TREES: dict[str, DecisionNode] = {
    "egame12": DecisionNode(1, End(0, {1: "u11"}), DecisionNode(2, End(1, {1: "u13"}), End(2, {1: "u14", 2: "u24"}))),
    "egame122": DecisionNode(
        1,
        DecisionNode(2, End(0, {1: "u11"}), End(1, {1: "u12", 2: "u22"})),
        DecisionNode(2, End(2, {1: "u13"}), End(3, {1: "u14", 2: "u24"})),
    ),
    "egame123": DecisionNode(
        1,
        End(0, {1: "u11"}),
        DecisionNode(
            2,
            End(1, {1: "u13", 2: "u23"}),
            DecisionNode(3, End(2, {1: "u15", 2: "u25"}), End(3, {1: "u16", 2: "u26", 3: "u36"})),
        ),
    ),
}  # fmt: skip
"""The game of each model, utilities named by player and terminal node as in the literature."""


def ends_of(tree: DecisionNode | End) -> list[End]:
    """Return the outcomes of a tree from left to right."""
    return [tree] if isinstance(tree, End) else [*ends_of(tree.left), *ends_of(tree.right)]


def moves_of(tree: DecisionNode | End) -> list[DecisionNode]:
    """Return the moves of a tree, the last ones first."""
    if isinstance(tree, End):
        return []
    return [*moves_of(tree.left), *moves_of(tree.right), tree]


_Lottery = list[tuple[End, Jet | None]]
"""Ends of a subtree, each with the log of its chance once the subtree is reached; None of a certain one."""


@dataclass(slots=True, kw_only=True, eq=False)
class TreeLikelihood(AbstractOutcomeLikelihood):
    """The log-likelihood of outcomes of a tree.

    Attributes
    ----------
    tree
        The game.
    counts
        How often each row ended in each outcome, shape ``(n, outcomes)``.
    equations
        Utilities that are estimated; then log-scales, named ``log_sigma`` for all players, or ``log_sigma1`` and so on.
    fixed
        Utilities that are numbers.
    errors, link
        Where errors arise, and their distribution.
    """

    tree: DecisionNode
    counts: FloatArray
    equations: Sequence[Equation]
    fixed: Mapping[str, float]
    errors: Errors = "agent"
    link: Link = "probit"
    _places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Find each utility by name."""
        self._places = {equation.name: place for place, equation in enumerate(self.equations)}

    def take(self, rows: IntArray) -> "TreeLikelihood":
        """Return the likelihood of some rows, by number."""
        return TreeLikelihood(
            tree=self.tree,
            counts=self.counts[rows],
            equations=[equation.take(rows) for equation in self.equations],
            fixed=self.fixed,
            errors=self.errors,
            link=self.link,
        )

    def outcomes(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logs of the outcomes' probabilities in each row, from left to right."""
        lottery = self.unfold(self.tree, utilities)
        return [chance for _, chance in lottery if chance is not None]

    def unfold(self, tree: DecisionNode | End, utilities: Sequence[Jet]) -> _Lottery:
        """Return the ends of a subtree with the logs of their chances once it is reached."""
        if isinstance(tree, End):
            return [(tree, None)]
        left = self.unfold(tree.left, utilities)
        right = self.unfold(tree.right, utilities)
        gain = self._gain(tree.player, left, right, utilities)
        log_share = log_normal if self.link == "probit" else log_logistic
        shares = (log_share(-gain), log_share(gain))
        return [
            (end, share if chance is None else chance + share)
            for share, lottery in zip(shares, (left, right), strict=True)
            for end, chance in lottery
        ]

    def _gain(self, player: int, left: _Lottery, right: _Lottery, utilities: Sequence[Jet]) -> Jet:
        """Return what the mover gains by going right, in units of its spread."""
        gain = utilities[0] * 0.0
        squares: list[Jet] = []
        certain = 0.0
        for sign, lottery in ((-1.0, left), (1.0, right)):
            for end, chance in lottery:
                utility = self._utility(end.utilities.get(player), utilities)
                if chance is None:
                    certain += 1.0
                    gain = gain + sign * utility
                    continue
                prob = exp(chance)
                if self.errors == "private":
                    squares.append(exp(chance + chance))
                if isinstance(utility, Jet) or utility:
                    part = prob * utility
                    gain = gain + part if sign > 0.0 else gain - part
        if self.errors == "agent" or not squares:
            gain = gain * (1.0 / np.sqrt(2.0))
        else:
            gain = gain * power(total(squares) + certain, -0.5)
        scale = self._scale(player, utilities)
        return gain if scale is None else gain * exp(-scale)

    def _utility(self, name: str | None, utilities: Sequence[Jet]) -> "Jet | float":
        if name is None:
            return 0.0
        place = self._places.get(name)
        return self.fixed.get(name, 0.0) if place is None else utilities[place]

    def _scale(self, player: int, utilities: Sequence[Jet]) -> Jet | None:
        for name in ("log_sigma", f"log_sigma{player}"):
            if name in self._places:
                return utilities[self._places[name]]
        return None
