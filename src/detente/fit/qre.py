r"""Agent quantal response from choices: rationality and payoffs of any extensive game.

The choices of a table, counted by information set and action, have the log-likelihood :math:`\sum_a n_a \log \sigma_a` under
the logit agent quantal response equilibrium :cite:p:`mckelvey1998` on the principal branch. Its gradient is that of the
equilibrium, by the implicit function theorem: raising a player's lambda by a factor is raising its payoffs by it. Unknown
payoffs are named parts, added to what a player gets at some ends of the game.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.errors import UsageError, nearest, refuse
from detente.fit.branches import has_hidden_moves
from detente.fit.game_fitting import find
from detente.fit.maximising import Expansion, Maximum, maximise
from detente.fit.paths import ends_under
from detente.fit.results import FitResult, Start
from detente.fit.searching import Options, covariance_of, finish, resampled, tell_starts
from detente.fit.specs import Spec
from detente.fit.terms import Observations, read_observations
from detente.game import (
    ExtensiveForm,
    Game,
    Status,
    equilibrium_sensitivity,
    find_other_branches,
    trace_logit_branch,
)

__all__ = ["fit_qre"]

_KEYS = ("game", "outcome", "rationality", "payoffs", "missing")
_SPREADS = (0.03, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Values of lambda at which the search looks first, in units of one over the spread of payoffs."""
_STEP = 1e-4
_MOST_SPAN, _LEAST_SPAN = 500.0, 1e-5
"""Lambda times the spread of payoffs beyond which choices count as free of error, and below which as without any reason."""


class _Parts(NamedTuple):
    """Names of what is estimated: payoffs by player, and the table that each adds to payoffs, shape ``(W, T, P)``."""

    names: list[tuple[str, str]]
    tables: FloatArray


@dataclass(slots=True, kw_only=True, eq=False)
class _Choices:
    """The likelihood of counted choices, as a function of log-rationality and payoffs."""

    game: Game
    form: ExtensiveForm
    payoffs: FloatArray
    parts: _Parts
    counts: FloatArray
    by_player: list[int]

    @property
    def rates(self) -> int:
        return max(len(self.by_player), 1)

    def rationality(self, theta: FloatArray) -> FloatArray:
        """Return lambda of each player, shape ``(P,)``."""
        rate = np.full(self.form.n_players, np.exp(theta[0]))
        for place, player in enumerate(self.by_player):
            rate[player] = np.exp(theta[place])
        return rate

    def table(self, theta: FloatArray) -> FloatArray:
        return np.asarray(
            self.payoffs + np.tensordot(theta[self.rates :], self.parts.tables, axes=1)
        )

    def solve(self, theta: FloatArray) -> FloatArray | None:
        """Return the equilibrium on the principal branch, None if it is not found.

        Players' rates are put into their payoffs, so that one lambda of 1 is traced to.
        """
        if np.abs(theta[: self.rates]).max() > 40.0:
            return None
        payoffs = self.table(theta) * self.rationality(theta)
        answer = trace_logit_branch(
            self.form,
            [1.0],
            payoffs=payoffs,
            chance_probs=self.game.chance_probs,
            menus=self.game.menus,
            own_odds=self.game.own_odds,
        )
        if answer.status[0] != Status.CONVERGED:
            return None
        return np.asarray(answer.strategy[:, 0])

    def slope(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Return the log-likelihood and its gradient; minus infinity where there is no equilibrium."""
        strategy = self.solve(theta)
        nothing = np.zeros(theta.size)
        if strategy is None or (strategy[self.counts > 0.0] <= 0.0).any():
            return -np.inf, nothing
        rate = self.rationality(theta)
        payoffs = self.table(theta) * rate
        seen = self.counts > 0.0
        value = float((self.counts[seen] * np.log(strategy[seen])).sum())
        ways = [*self._scalings(payoffs), *(self.parts.tables * rate)]
        moves = equilibrium_sensitivity(
            self.form,
            strategy,
            1.0,
            payoffs=payoffs,
            directions=np.stack(ways),
            chance_probs=self.game.chance_probs,
            menus=self.game.menus,
            own_odds=self.game.own_odds,
        )
        return value, np.asarray((self.counts[seen] / strategy[seen]) @ moves.strategy[seen])

    def _scalings(self, payoffs: FloatArray) -> list[FloatArray]:
        if not self.by_player:
            return [payoffs]
        only = np.eye(self.form.n_players)
        return [payoffs * only[player] for player in self.by_player]

    def evaluate(self, theta: FloatArray) -> Expansion:
        """Return the likelihood with its gradient, and the Hessian from differences of the gradient."""
        with np.errstate(all="ignore"):
            return self._evaluate(theta)

    def _evaluate(self, theta: FloatArray) -> Expansion:
        value, gradient = self.slope(theta)
        hessian = np.zeros((theta.size, theta.size))
        if np.isfinite(value):
            for place in range(theta.size):
                step = np.zeros(theta.size)
                step[place] = _STEP * max(1.0, abs(theta[place]))
                up, down = self.slope(theta + step)[1], self.slope(theta - step)[1]
                hessian[place] = (up - down) / (2.0 * step[place])
        hessian = 0.5 * (hessian + hessian.T)
        return Expansion(value, gradient, hessian, np.zeros((0, theta.size)))


def fit_qre(name: str | None, spec: Spec, path: Path, options: Options) -> FitResult:
    """Fit rationality and payoffs of the game of that name, or of the one that the specification names."""
    spec.check_keys(_KEYS)
    if options.errors == "sandwich":
        spec.refuse(
            "option-invalid",
            "counted choices have no sandwich errors",
            fix="use hessian or bootstrap",
        )
    title = spec.text("game") if name is None else name
    game = find(title)
    columns = [spec.text("outcome", key) for key in ("information_set", "action", "count")]
    spec.check_keys(("information_set", "action", "count", "player"), "outcome")
    data = read_observations(path, spec, columns)
    counts = _read_counts(spec, data, game.form, columns)
    choices = _choices(spec, game, counts)
    maximum, starts = _search(choices, options)
    _check_bounds(choices, maximum, data)
    warnings = [*tell_starts(starts), *_tell_others(choices, maximum)]
    if options.errors == "bootstrap":
        covariance, lost = _resample(choices, maximum, options)
        if lost:
            warnings.append(
                f"{lost} of {options.resamples} resamples had no estimate and are left out"
            )
    else:
        covariance = covariance_of(maximum.evaluation, "hessian")
    theta = maximum.theta.copy()
    rates = choices.rates
    theta[:rates] = np.exp(theta[:rates])
    scale = np.concatenate([theta[:rates], np.ones(theta.size - rates)])
    who = [game.form.player_label[player] for player in choices.by_player] or ["all"]
    result = FitResult(
        model="qre",
        method="ml",
        loglik=maximum.evaluation.value,
        converged=maximum.converged,
        n=int(counts.sum()),
        coefficients=(),
        covariance=covariance,
        errors=options.errors,
        starts=starts,
        warnings=tuple(warnings),
    )
    names = [*((label, "lambda") for label in who), *choices.parts.names]
    return finish(names, theta, covariance * np.outer(scale, scale), result)


def _read_counts(
    spec: Spec, data: Observations, form: ExtensiveForm, columns: Sequence[str]
) -> FloatArray:
    """Return how often each action was chosen, shape ``(A,)``."""
    sets, actions = (data.cells(name, spec, "outcome") for name in columns[:2])
    numbers = data.numbers(columns[2], spec, "outcome", "count")
    players = None
    if spec.value("outcome", "player") is not None:
        players = data.cells(spec.text("outcome", "player"), spec, "outcome", "player")
    counts = np.zeros(form.n_actions)
    for row, (label, action, count) in enumerate(zip(sets, actions, numbers, strict=True)):
        if count < 0.0 or count != np.round(count):
            data.refuse(
                "table-row-invalid",
                f"{columns[2]} is {count:g}, no count",
                row,
                fix="write a whole number, 0 or more",
            )
        player = None if players is None else players[row]
        place = _find_set(form, label, player, data, row)
        begin, end = form.action_offset[place], form.action_offset[place + 1]
        labels = list(form.action_label[begin:end])
        if labels.count(action) != 1:
            data.refuse(
                "table-row-invalid",
                f"information set {label!r} has no action {action[:40]!r}",
                row,
                fix=f"write one of: {', '.join(labels)}",
            )
        counts[begin + labels.index(action)] += count
    if not counts.any():
        refuse(
            "no choice is counted",
            code="data-too-few",
            at=data.file,
            fix="give counts above 0",
            error=UsageError,
        )
    return counts


def _find_set(
    form: ExtensiveForm, label: str, player: str | None, data: Observations, row: int
) -> int:
    found = [
        place
        for place, name in enumerate(form.info_set_label)
        if name == label
        and (player is None or form.player_label[form.info_set_player[place]] == player)
    ]
    if len(found) != 1:
        near = nearest(label, form.info_set_label) or form.info_set_label[:6]
        what = "no information set" if not found else "several information sets"
        data.refuse(
            "table-row-invalid",
            f"the game has {what} {label[:40]!r}",
            row,
            fix=f"use a label of the game, such as {', '.join(near)}; outcome.player names the column of the player",
        )
    return found[0]


def _choices(spec: Spec, game: Game, counts: FloatArray) -> _Choices:
    """Put together the likelihood: a payoff row for each end, named parts, players with a lambda of their own."""
    form = game.form
    ends = form.payoff_class[: form.terminal_node.size]
    alone = replace(form, payoff_class=np.arange(ends.size, dtype=form.payoff_class.dtype))
    apart = spec.word("rationality", ("common", "by player")) == "by player"
    moved = [
        player
        for player in range(form.n_players)
        if any(
            counts[form.action_offset[place] : form.action_offset[place + 1]].any()
            for place in range(form.n_info_sets)
            if form.info_set_player[place] == player
        )
    ]
    if apart and len(moved) < form.n_players:
        spec.refuse(
            "outcome-unobserved",
            "a player without a counted choice has no rationality of its own to be estimated",
            "rationality",
            fix="write rationality: common, or give counts for every player",
        )
    return _Choices(
        game=game,
        form=alone,
        payoffs=game.payoffs[ends],
        parts=_read_parts(spec, form),
        counts=counts,
        by_player=moved if apart else [],
    )


def _read_parts(spec: Spec, form: ExtensiveForm) -> _Parts:
    names: list[tuple[str, str]] = []
    tables: list[FloatArray] = []
    for name in spec.mapping("payoffs"):
        spec.check_keys(("player", "ends"), "payoffs", name)
        player = spec.text("payoffs", name, "player")
        if player not in form.player_label:
            spec.refuse(
                "player-unknown",
                f"the game has no player {player!r}",
                "payoffs",
                name,
                "player",
                fix=f"write one of: {', '.join(form.player_label)}",
            )
        table = np.zeros((form.terminal_node.size, form.n_players))
        for wanted in spec.texts("payoffs", name, "ends"):
            hit = ends_under(form, wanted, spec, "payoffs", name, "ends")
            table[hit, form.player_label.index(player)] = 1.0
        names.append((player, str(name)))
        tables.append(table)
    shape = (0, form.terminal_node.size, form.n_players)
    return _Parts(names, np.stack(tables) if tables else np.zeros(shape))


def _search(choices: _Choices, options: Options) -> tuple[Maximum, tuple[Start, ...]]:
    """Look at a grid of lambdas, then climb from the best of its peaks."""
    size = choices.rates + len(choices.parts.names)
    spread = float(np.ptp(choices.payoffs, axis=0).max()) or 1.0
    grid = []
    for times in _SPREADS:
        theta = np.zeros(size)
        theta[: choices.rates] = np.log(times / spread)
        grid.append((choices.slope(theta)[0], theta))
    values = [-np.inf, *(value for value, _ in grid), -np.inf]
    peaks = [
        place
        for place in range(len(grid))
        if values[place + 1] >= values[place] and values[place + 1] >= values[place + 2]
    ]
    peaks.sort(key=lambda place: -grid[place][0])
    generator = np.random.default_rng(options.seed)
    points = [
        (f"lambda {_SPREADS[place] / spread:.3g}", grid[place][1])
        for place in peaks[: options.starts]
    ]
    best = points[0][1]
    points.extend(
        (f"random {number}", best + 0.5 * generator.standard_normal(size))
        for number in range(1, options.starts - len(points) + 1)
    )
    sizes = np.ones(size)
    runs = [(name, maximise(choices.evaluate, point, sizes)) for name, point in points]
    runs.sort(
        key=lambda item: (
            not item[1].converged,
            -item[1].evaluation.value if np.isfinite(item[1].evaluation.value) else np.inf,
        )
    )
    starts = tuple(
        Start(name=name, loglik=item.evaluation.value, converged=item.converged, reason=item.reason)
        for name, item in runs
    )
    return runs[0][1], starts


def _tell_others(choices: _Choices, maximum: Maximum) -> list[str]:
    """Say how many other equilibria the game has at the estimate, on curves that meet the principal branch."""
    if not has_hidden_moves(choices.form):
        return []
    payoffs = choices.table(maximum.theta) * choices.rationality(maximum.theta)
    others = find_other_branches(
        choices.form,
        [1.0],
        payoffs=payoffs,
        chance_probs=choices.game.chance_probs,
        menus=choices.game.menus,
        own_odds=choices.game.own_odds,
    ).equilibria
    if not others:
        return []
    return [
        f"the game has {len(others)} other equilibria at the estimate: the likelihood is that of the branch from lambda 0"
    ]


def _check_bounds(choices: _Choices, maximum: Maximum, data: Observations) -> None:
    """Refuse choices that are best told by a lambda of zero, or by one beyond all bounds."""
    spread = np.ptp(choices.table(maximum.theta), axis=0).max()
    spans = np.exp(maximum.theta[: choices.rates]) * spread
    if (spans > _MOST_SPAN).any():
        refuse(
            f"the likelihood still rises at a lambda of {np.exp(maximum.theta[: choices.rates]).max():.4g}: the choices look "
            "free of error, and no finite lambda is the estimate",
            code="data-separated",
            at=data.file,
            fix="check the counts; choices without any error are those of a Nash equilibrium",
            error=UsageError,
        )
    if (spans < _LEAST_SPAN).any():
        refuse(
            "the likelihood falls from lambda 0 on: what pays more is not chosen more often, so the estimate is 0",
            code="fit-unidentified",
            at=data.file,
            fix="check that the counts stand beside the right actions; else the model does not fit these choices",
            error=UsageError,
        )


def _resample(choices: _Choices, maximum: Maximum, options: Options) -> tuple[FloatArray, int]:
    """Return the covariance over choices drawn again, as many at each information set as there were."""
    generator = np.random.default_rng(options.seed)
    offsets: IntArray = np.asarray(choices.form.action_offset, dtype=np.intp)
    found = []
    for _ in range(options.resamples):
        counts = np.zeros_like(choices.counts)
        for begin, end in pairwise(offsets):
            total = choices.counts[begin:end].sum()
            if total:
                counts[begin:end] = generator.multinomial(
                    int(total), choices.counts[begin:end] / total
                )
        sample = replace(choices, counts=counts)
        again = maximise(sample.evaluate, maximum.theta, np.ones(maximum.theta.size))
        if again.converged:
            found.append(again.theta)
    return resampled(found, maximum.theta.size), options.resamples - len(found)
