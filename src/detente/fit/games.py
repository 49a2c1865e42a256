r"""Estimating any game: payoffs that are linear in regressors, choices that are those of its agent quantal response equilibrium.

In each row the game of a file is played with payoffs of its own: those of the file, and named parts that are linear in the
row's regressors. With a probit link players have normal errors, of their actions or of the ends, and the game has perfect
information (:mod:`detente.fit.inducing`). With a logit link they err at each choice with logistic errors (agent error), so that

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
from typing import ClassVar, NamedTuple

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.fit.inducing import induce_shares
from detente.fit.jets import Jet, exp, log_add, total, variables
from detente.fit.maximising import AbstractOutcomeLikelihood, Equation
from detente.fit.trees import Errors, Link
from detente.game import CHANCE, TERMINAL, ExtensiveForm, Menus, solve_logit_qre

__all__ = ["LOG_LAMBDA", "LOG_SIGMA", "GameLikelihood", "Part"]

LOG_LAMBDA, LOG_SIGMA = "log_lambda", "log_sigma"
"""Names of the equation of lambda, or of the standard deviation of normal errors, if it is estimated; a player's own has its
label after a blank."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A named part of payoffs: what one unit of it adds for whom at which ends, shape ``(T, P)``."""

    name: str
    table: FloatArray


class _List(NamedTuple):
    """A list of a menu: of each entry the log of its share, and the action or the nest that it is; and its dissimilarity."""

    entries: "tuple[tuple[float, int | _List], ...]"
    theta: float


def _lists_of(menus: Menus) -> dict[int, _List]:
    """Return the list of each information set that has a menu, with the lists of its nests within it."""
    form = menus.form
    weight, alike = menus.weight[:, 0], menus.similarity[:, 0]

    def made(which: list[int], theta: float) -> _List:
        weights = np.array([weight[form.weight_row[entry]] for entry in which])
        logs = np.log(weights / weights.sum())
        entries: list[tuple[float, int | _List]] = []
        for entry, log in zip(which, logs.tolist(), strict=True):
            nest = int(form.nest[entry])
            if nest < 0:
                entries.append((log, int(form.action[entry])))
            else:
                inside = np.flatnonzero(form.holder == nest).tolist()
                similarity = float(alike[form.similarity_row[nest]])
                entries.append((log, made(inside, 1.0 - similarity)))
        return _List(tuple(entries), theta)

    return {
        int(place): made(np.flatnonzero((form.info_set == place) & (form.holder < 0)).tolist(), 1.0)
        for place in np.unique(form.info_set)
    }


def _worth(menu: _List, logits: Sequence[Jet], scale: float) -> Jet:
    """Return what a list is worth: a mean of its entries on the scale of logs, by their shares."""
    parts = [part * (1.0 / scale) + log for log, part in _entries(menu, logits, scale)]
    top = parts[0]
    for part in parts[1:]:
        top = log_add(top, part)
    return top * scale


def _entries(menu: _List, logits: Sequence[Jet], scale: float) -> list[tuple[float, Jet]]:
    return [
        (
            log,
            logits[entry] if isinstance(entry, int) else _worth(entry, logits, scale * entry.theta),
        )
        for log, entry in menu.entries
    ]


def _pick(
    menu: _List, logits: Sequence[Jet], scale: float, before: Jet | None, chosen: dict[int, Jet]
) -> None:
    """Write the logs of the probabilities of a list's actions, once the list is come to."""
    worth = _worth(menu, logits, scale)
    pairs = _entries(menu, logits, scale)
    for (log, part), (_, entry) in zip(pairs, menu.entries, strict=True):
        share = (part - worth) * (1.0 / scale) + log
        if before is not None:
            share = share + before
        if isinstance(entry, int):
            chosen[entry] = share
        else:
            _pick(entry, logits, scale * entry.theta, share, chosen)


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
        The parts that are estimated, by name; last the logs of lambda, or of the errors' scale, if they are.
    fixed
        Parts that are numbers.
    rationality
        Lambda where it is given.
    menus, own_odds
        Nests of options, and players' own odds of chance events, as the solver takes them.
    errors, link
        Where errors arise, and their distribution; private information has a probit link.
    near
        Strategies that the next solution starts from, shape ``(A, n)``.
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
    menus: Menus | None = None
    own_odds: Mapping[int, FloatArray] = field(default_factory=dict)
    errors: Errors = "agent"
    link: Link = "logit"
    near: FloatArray | None = field(default=None)
    _lists: Mapping[int, _List] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Put the lists of menus together."""
        self._lists = {} if self.menus is None else _lists_of(self.menus)

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
            menus=self.menus,
            own_odds=self.own_odds,
            errors=self.errors,
            link=self.link,
            near=None if self.near is None else self.near[:, rows],
        )

    def outcomes(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logs of the outcomes' probabilities in each row; NaN where no equilibrium was found."""
        reach = self._reach(self.choices(utilities), self.chance)
        found: list[Jet | None] = [None] * self.counts.shape[1]
        for end, node in enumerate(self.form.terminal_node):
            place = int(self.outcome[end])
            if place < 0:
                continue
            before = found[place]
            found[place] = reach[node] if before is None else log_add(before, reach[node])
        return [log for log in found if log is not None]

    def _payoffs(self, utilities: Sequence[Jet]) -> dict[tuple[int, int], Jet]:
        """Return the payoff of each end and player times its lambda, or in units of its errors' scale."""
        zero = utilities[0] * 0.0
        by_name = {item.name: jet for item, jet in zip(self.equations, utilities, strict=True)}
        rates = [self._rate(label, by_name) for label in self.form.player_label]
        found = {}
        for end, player in np.ndindex(*self.base.shape):
            worth = zero + float(self.base[end, player])
            for name, part in self.payoff_parts.items():
                share = float(part.table[end, player])
                if share:
                    given = by_name.get(name)
                    worth = worth + (self.fixed.get(name, 0.0) if given is None else given) * share
            found[end, player] = worth * rates[player]
        return found

    def _rate(self, label: str, by_name: Mapping[str, Jet]) -> Jet | float:
        """Return lambda of a player, or one over the standard deviation of its errors."""
        for sign, name in ((1.0, LOG_LAMBDA), (-1.0, LOG_SIGMA)):
            for key in (name, f"{name} {label}"):
                if key in by_name:
                    return exp(by_name[key] * sign)
        return self.rationality

    def payoff_table(self, theta: FloatArray) -> FloatArray:
        """Return lambda times the payoffs of each row's game, shape ``(T, P, n)``."""
        return self._table(self._payoffs(self.jets(theta)))

    def _table(self, payoffs: Mapping[tuple[int, int], Jet]) -> FloatArray:
        flat = np.stack([jet.value for jet in payoffs.values()])
        return flat.reshape(*self.base.shape, -1)

    def choices(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logs of actions' probabilities, with their derivatives by the utilities."""
        payoffs = self._payoffs(utilities)
        if self.link == "probit":
            players = range(self.form.n_players)
            odds = {player: self.own_odds.get(player, self.chance) for player in players}
            return induce_shares(self.form, payoffs, odds=odds, private=self.errors == "private")
        table = self._table(payoffs)
        if not np.isfinite(table).all() or np.abs(table).max() > 1e6:
            return [utilities[0] * np.nan] * self.form.n_actions
        solved = solve_logit_qre(
            self.form,
            1.0,
            payoffs=table,
            chance_probs=self.chance,
            menus=self.menus,
            own_odds=self.own_odds,
            start=self.near,
        )
        if not solved.converged.all() or (solved.strategy <= 0.0).any():
            return [utilities[0] * np.nan] * self.form.n_actions
        self.near = solved.strategy
        return self.differentiate(utilities, solved.strategy)

    def differentiate(self, utilities: Sequence[Jet], strategy: FloatArray) -> list[Jet]:
        """Return the logs of an equilibrium's probabilities, shape ``(A, n)``, with their derivatives by the utilities."""
        payoffs = self._payoffs(utilities)
        rows = utilities[0].value.size
        plain = {key: _plain(jet.value, 0) for key, jet in payoffs.items()}
        given = [_plain(np.log(share), 0) for share in strategy]
        at = [jet.value for jet in self._advantages(given, plain)]
        fixed = {key: _plain(jet.value, len(at), order=1) for key, jet in payoffs.items()}
        slopes = self._advantages(self._choose(variables(at, order=1)), fixed)
        matrix = np.eye(len(at)) - _by_row([jet.first for jet in slopes])
        size = len(utilities)
        first = {
            key: Jet(jet.value, jet.first, np.zeros((0, 0, rows))) for key, jet in payoffs.items()
        }
        still = self._choose([_plain(value, size, order=1) for value in at])
        ways = self._advantages(still, first)
        moved = np.linalg.solve(matrix, _by_row([jet.first for jet in ways])).transpose(1, 2, 0)
        zero = np.zeros((size, size, rows))
        straight = [Jet(value, way, zero) for value, way in zip(at, moved, strict=True)]
        bent = self._advantages(self._choose(straight), payoffs)
        upper = np.triu_indices(size)
        rests = np.linalg.solve(matrix, _by_row([jet.second[upper] for jet in bent]))
        second = np.zeros((len(at), size, size, rows))
        second[:, upper[0], upper[1]] = second[:, upper[1], upper[0]] = rests.transpose(1, 2, 0)
        return self._choose([Jet(*jet) for jet in zip(at, moved, second, strict=True)])

    def _choose(self, advantages: Sequence[Jet]) -> list[Jet]:
        """Return the logs of actions' probabilities by how far each is worth more than the first at its information set."""
        found: list[Jet] = []
        rest = iter(advantages)
        zero = advantages[0] * 0.0
        for count in np.diff(self.form.action_offset).tolist():
            found += [zero, *(next(rest) for _ in range(count - 1))]
        return self._shares(found)

    def _advantages(
        self, shares: Sequence[Jet], payoffs: Mapping[tuple[int, int], Jet]
    ) -> list[Jet]:
        """Return lambda times what each action is worth above the first at its information set."""
        worth = self._respond(shares, payoffs)
        return [
            worth[place] - worth[begin]
            for begin, end in pairwise(self.form.action_offset.tolist())
            for place in range(begin + 1, end)
        ]

    def _shares(self, logits: Sequence[Jet]) -> list[Jet]:
        """Return the logs of actions' probabilities."""
        shares: list[Jet] = []
        for place, (begin, end) in enumerate(pairwise(self.form.action_offset.tolist())):
            menu = self._lists.get(place)
            if menu is None:
                top = logits[begin]
                for logit in logits[begin + 1 : end]:
                    top = log_add(top, logit)
                shares += [logit - top for logit in logits[begin:end]]
            else:
                chosen: dict[int, Jet] = {}
                _pick(menu, logits, 1.0, None, chosen)
                shares += [chosen[action] for action in range(begin, end)]
        return shares

    def _reach(self, shares: Sequence[Jet], odds: FloatArray) -> list[Jet]:
        """Return the log of the probability that play comes to each node, by some odds of chance."""
        form = self.form
        found: list[Jet] = [shares[0] * 0.0]
        found += [found[0]] * (form.n_nodes - 1)
        with np.errstate(divide="ignore"):
            chances = np.log(odds)
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

    def _respond(self, shares: Sequence[Jet], payoffs: Mapping[tuple[int, int], Jet]) -> list[Jet]:
        """Return lambda times what each action is worth at its information set, by the logs of what all others do."""
        form = self.form
        reaches: dict[int, list[Jet]] = {}
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
            if player not in reaches:
                reaches[player] = self._reach(shares, self.own_odds.get(player, self.chance))
            reach = reaches[player]
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
            for player in players:
                if form.player[node] == CHANCE:
                    begin = int(form.chance_offset[place])
                    own = self.own_odds.get(player, self.chance)
                    odds: list[Jet | float] = [float(own[begin + k]) for k in range(len(children))]
                else:
                    begin = int(form.action_offset[place])
                    odds = [chances[begin + k] for k in range(len(children))]
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
