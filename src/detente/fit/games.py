r"""Estimating any game: payoffs that are linear in regressors, choices that are those of its agent quantal response equilibrium.

In each row the game of a file is played with payoffs of its own: those of the file, and named parts that are linear in the
row's regressors. Players err at each choice with logistic errors (agent error), so that

.. math:: x_a = \lambda\, E[u_I \mid I, a],\qquad \sigma_a = \mathrm{softmax}_a(x),

is the equilibrium :cite:p:`mckelvey1998`, on the principal branch; with perfect information it is the strategic model with a
logit link, by backward induction. Its derivatives by the parts :math:`v` are exact to second order, by the implicit function
theorem applied twice: with :math:`x = F(x, v)`,

.. math:: x' = (1 - F_x)^{-1} F_v,\qquad x'' = (1 - F_x)^{-1} R,

where :math:`R` holds the second derivatives of :math:`F(x(v), v)` but for :math:`F_x x''`: what comes out if second derivatives of
:math:`x` are left at zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.fit.jets import Jet, exp, log_add, total, variables
from detente.fit.maximising import AbstractOutcomeLikelihood, Equation
from detente.game import CHANCE, TERMINAL, ExtensiveForm, solve_logit_qre

__all__ = ["LOG_LAMBDA", "GameLikelihood", "Part"]

LOG_LAMBDA = "log_lambda"
"""Name of the equation of lambda, if it is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A named part of payoffs: what one unit of it adds for whom at which ends, shape ``(T, P)``."""

    name: str
    table: FloatArray


@dataclass(slots=True, kw_only=True, eq=False)
class GameLikelihood(AbstractOutcomeLikelihood):
    """The log-likelihood of how games ended.

    Attributes
    ----------
    form
        The game tree.
    chance
        Probability of each chance branch, shape ``(R,)``.
    base
        Payoffs that are given, shape ``(T, P)``.
    payoff_parts
        Parts of payoffs by name.
    counts
        How often each row's game ended with each outcome, shape ``(n, O)``.
    outcome
        Outcome of each end, shape ``(T,)``; -1 for an end of none.
    equations
        The parts that are estimated, by name; last the log of lambda, if it is.
    fixed
        Parts that are numbers.
    rationality
        Lambda where it is given.
    """

    block: ClassVar[int] = 512

    form: ExtensiveForm
    chance: FloatArray
    base: FloatArray
    payoff_parts: Mapping[str, Part]
    counts: FloatArray
    outcome: IntArray
    equations: Sequence[Equation]
    fixed: Mapping[str, float]
    rationality: float = 1.0
    near: FloatArray | None = field(default=None)

    def take(self, rows: IntArray) -> "GameLikelihood":
        """Return the likelihood of some rows, by number."""
        return GameLikelihood(
            form=self.form,
            chance=self.chance,
            base=self.base,
            payoff_parts=self.payoff_parts,
            counts=self.counts[rows],
            outcome=self.outcome,
            equations=[equation.take(rows) for equation in self.equations],
            fixed=self.fixed,
            rationality=self.rationality,
            near=None if self.near is None else self.near[:, rows],
        )

    def outcomes(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logs of the outcomes' probabilities in each row; NaN where no equilibrium was found."""
        logits = self._equilibrium(utilities)
        reach = self._reach(self._shares(logits))
        found: list[Jet | None] = [None] * self.counts.shape[1]
        for end, node in enumerate(self.form.terminal_node):
            place = int(self.outcome[end])
            if place < 0:
                continue
            before = found[place]
            found[place] = reach[node] if before is None else log_add(before, reach[node])
        return [log for log in found if log is not None]

    def _payoffs(self, utilities: Sequence[Jet]) -> dict[tuple[int, int], Jet]:
        """Return lambda times the payoff of each end and player."""
        zero = utilities[0] * 0.0
        by_name = {item.name: jet for item, jet in zip(self.equations, utilities, strict=True)}
        rate: Jet | float = self.rationality
        if LOG_LAMBDA in by_name:
            rate = exp(by_name[LOG_LAMBDA])
        found = {}
        for end, player in np.ndindex(*self.base.shape):
            worth = zero + float(self.base[end, player])
            for name, part in self.payoff_parts.items():
                share = float(part.table[end, player])
                if share:
                    given = by_name.get(name)
                    worth = worth + (self.fixed.get(name, 0.0) if given is None else given) * share
            found[end, player] = worth * rate
        return found

    def payoff_table(self, theta: FloatArray) -> FloatArray:
        """Return lambda times the payoffs of each row's game, shape ``(T, P, n)``."""
        payoffs = self._payoffs(self.jets(theta))
        flat = np.stack([payoffs[key].value for key in payoffs])
        return flat.reshape(*self.base.shape, -1)

    def _equilibrium(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logits of the equilibrium with their derivatives by the utilities."""
        rows = utilities[0].value.size
        payoffs = self._payoffs(utilities)
        table = np.stack([payoffs[key].value for key in payoffs]).reshape(*self.base.shape, rows)
        if not np.isfinite(table).all() or np.abs(table).max() > 1e6:
            return [utilities[0] * np.nan] * self.form.n_actions
        solved = solve_logit_qre(
            self.form, 1.0, payoffs=table, chance_probs=self.chance, start=self.near
        )
        if not solved.converged.all() or (solved.strategy <= 0.0).any():
            return [utilities[0] * np.nan] * self.form.n_actions
        self.near = solved.strategy
        plain = {key: _plain(jet.value, 0) for key, jet in payoffs.items()}
        given = [_plain(np.log(share), 0) for share in solved.strategy]
        at = [jet.value for jet in self._advantages(given, plain)]
        fixed = {key: _plain(jet.value, len(at), order=1) for key, jet in payoffs.items()}
        slopes = self._advantages(self._logits(variables(at, order=1)), fixed)
        matrix = np.eye(len(at)) - _by_row([jet.first for jet in slopes])
        size = len(utilities)
        first = {
            key: Jet(jet.value, jet.first, np.zeros((0, 0, rows))) for key, jet in payoffs.items()
        }
        still = self._logits([_plain(value, size, order=1) for value in at])
        ways = self._advantages(still, first)
        moved = np.linalg.solve(matrix, _by_row([jet.first for jet in ways])).transpose(1, 2, 0)
        zero = np.zeros((size, size, rows))
        straight = [Jet(value, way, zero) for value, way in zip(at, moved, strict=True)]
        bent = self._advantages(self._logits(straight), payoffs)
        upper = np.triu_indices(size)
        rests = np.linalg.solve(matrix, _by_row([jet.second[upper] for jet in bent]))
        second = np.zeros((len(at), size, size, rows))
        second[:, upper[0], upper[1]] = second[:, upper[1], upper[0]] = rests.transpose(1, 2, 0)
        return self._logits([Jet(*jet) for jet in zip(at, moved, second, strict=True)])

    def _logits(self, advantages: Sequence[Jet]) -> list[Jet]:
        """Return logits of all actions: 0 of the first at each information set, of the others how far they are above it."""
        found: list[Jet] = []
        rest = iter(advantages)
        zero = advantages[0] * 0.0
        for count in np.diff(self.form.action_offset).tolist():
            found += [zero, *(next(rest) for _ in range(count - 1))]
        return found

    def _advantages(
        self, logits: Sequence[Jet], payoffs: Mapping[tuple[int, int], Jet]
    ) -> list[Jet]:
        """Return lambda times what each action is worth above the first at its information set."""
        worth = self._respond(logits, payoffs)
        return [
            worth[place] - worth[begin]
            for begin, end in pairwise(self.form.action_offset.tolist())
            for place in range(begin + 1, end)
        ]

    def _shares(self, logits: Sequence[Jet]) -> list[Jet]:
        """Return the logs of actions' probabilities."""
        shares: list[Jet] = []
        for begin, end in pairwise(self.form.action_offset.tolist()):
            top = logits[begin]
            for logit in logits[begin + 1 : end]:
                top = log_add(top, logit)
            shares += [logit - top for logit in logits[begin:end]]
        return shares

    def _reach(self, shares: Sequence[Jet]) -> list[Jet]:
        """Return the log of the probability that play comes to each node."""
        form = self.form
        found: list[Jet] = [shares[0] * 0.0]
        found += [found[0]] * (form.n_nodes - 1)
        with np.errstate(divide="ignore"):
            chances = np.log(self.chance)
        for node, place, children in self._inner():
            for number, child in enumerate(children):
                if form.player[node] == CHANCE:
                    log = float(chances[form.chance_offset[place] + number])
                    found[child] = found[node] + log
                else:
                    found[child] = found[node] + shares[form.action_offset[place] + number]
        return found

    def _inner(self) -> list[tuple[int, int, range]]:
        form = self.form
        return [
            (
                node,
                int(form.info_set[node]),
                range(form.first_child[node], form.first_child[node] + form.n_children[node]),
            )
            for node in np.flatnonzero(form.player != TERMINAL).tolist()
        ]

    def _respond(self, logits: Sequence[Jet], payoffs: Mapping[tuple[int, int], Jet]) -> list[Jet]:
        """Return lambda times what each action is worth at its information set, if all act by some logits."""
        form = self.form
        shares = self._shares(logits)
        reach = self._reach(shares)
        value = self._values([exp(share) for share in shares], payoffs)
        members: dict[int, list[tuple[int, range]]] = {}
        for node, place, children in self._inner():
            if form.player[node] != CHANCE:
                members.setdefault(place, []).append((node, children))
        found: list[Jet] = []
        for place in range(form.n_info_sets):
            nodes, player = members[place], int(form.info_set_player[place])
            if len(nodes) == 1:
                found += [value[child, player] for child in nodes[0][1]]
                continue
            top = reach[nodes[0][0]]
            for node, _ in nodes[1:]:
                top = log_add(top, reach[node])
            beliefs = [exp(reach[node] - top) for node, _ in nodes]
            for number in range(len(nodes[0][1])):
                pairs = zip(beliefs, nodes, strict=True)
                worth = [
                    belief * value[children[number], player] for belief, (_, children) in pairs
                ]
                found.append(total(worth))
        return found

    def _values(
        self, chances: Sequence[Jet], payoffs: Mapping[tuple[int, int], Jet]
    ) -> dict[tuple[int, int], Jet]:
        """Return what each node is worth to each player, payoffs in units of lambda."""
        form = self.form
        players = sorted(set(form.info_set_player.tolist()))
        value = {
            (int(node), player): payoffs[end, player]
            for end, node in enumerate(form.terminal_node)
            for player in players
        }
        for node, place, children in reversed(self._inner()):
            if form.player[node] == CHANCE:
                begin = int(form.chance_offset[place])
                odds: list[Jet | float] = [
                    float(self.chance[begin + k]) for k in range(len(children))
                ]
            else:
                begin = int(form.action_offset[place])
                odds = [chances[begin + k] for k in range(len(children))]
            for player in players:
                pairs = zip(children, odds, strict=True)
                value[node, player] = total(
                    [value[child, player] * share for child, share in pairs]
                )
        return value


def _plain(value: FloatArray, count: int, *, order: int = 2) -> Jet:
    """Return a constant, with derivatives of zero by some variables."""
    size = count if order == 2 else 0
    return Jet(value, np.zeros((count, value.size)), np.zeros((size, size, value.size)))


def _by_row(parts: Sequence[FloatArray]) -> FloatArray:
    """Return derivatives of several numbers, each ``(k, n)``, as a matrix for each row, ``(n, numbers, k)``."""
    return np.stack(parts).transpose(2, 0, 1)
