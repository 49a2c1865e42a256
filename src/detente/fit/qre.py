r"""Agent quantal response from choices: rationality and payoffs of any extensive game.

The choices of a table, counted by information set and action, have the log-likelihood :math:`\sum_a n_a \log \sigma_a` under
the logit agent quantal response equilibrium :cite:p:`mckelvey1998` on the principal branch. Gradient and Hessian are exact, by the
implicit function theorem (:mod:`detente.fit.games`): raising a player's lambda by a factor is raising its payoffs by it. Unknown
payoffs are named parts, added to what a player gets at some ends of the game.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.errors import UsageError, nearest, refuse
from detente.fit.branches import has_hidden_moves
from detente.fit.fitted import Fitted
from detente.fit.game_fitting import find
from detente.fit.games import LOG_LAMBDA, GameLikelihood, Part
from detente.fit.jets import Jet, exp, total
from detente.fit.maximising import AbstractLikelihood, Equation, Maximum, information, maximise
from detente.fit.paths import ends_under
from detente.fit.penalties import penalise
from detente.fit.results import SAME, FitResult, Start
from detente.fit.searching import (
    Options,
    covariance_of,
    finish,
    inverse,
    resampled,
    tell_starts,
)
from detente.fit.specs import Spec
from detente.fit.terms import CONST, Observations, read_observations
from detente.game import (
    ExtensiveForm,
    Game,
    Status,
    find_other_branches,
    trace_logit_branch,
)

__all__ = ["ChoiceLikelihood", "choice_names", "fit_qre"]

_KEYS = ("game", "outcome", "rationality", "payoffs", "missing")
_SPREADS = (0.03, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Values of lambda at which the search looks first, in units of one over the spread of payoffs."""
_MOST_SPAN, _LEAST_SPAN = 500.0, 1e-5
"""Lambda times the spread of payoffs beyond which choices count as free of error, and below which as without any reason."""


@dataclass(slots=True, kw_only=True, eq=False)
class ChoiceLikelihood(AbstractLikelihood):
    """The likelihood of counted choices of one game, as a function of log-rationality and payoffs: one row.

    Attributes
    ----------
    game
        The game, with the logs of lambda and named parts of payoffs as its equations, each of a constant.
    counts
        How often each action was chosen, shape ``(A,)``.
    spread
        Of the payoffs that are given: what lambda is counted in.
    """

    game: GameLikelihood
    equations: Sequence[Equation]
    counts: FloatArray
    spread: float

    @property
    def rates(self) -> int:
        """How many lambdas are estimated; they come first."""
        return sum(equation.name.startswith(LOG_LAMBDA) for equation in self.equations)

    @property
    def observed(self) -> int:
        """Number of choices."""
        return int(self.counts.sum())

    def take(self, rows: IntArray) -> "ChoiceLikelihood":
        """Return the likelihood of some choices, by number, in the order of the actions that were chosen."""
        actions = np.repeat(np.arange(self.counts.size), self.counts.astype(np.intp))
        counts = np.bincount(actions[rows], minlength=self.counts.size).astype(np.float64)
        return replace(self, counts=counts)

    def choices(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logs of actions' probabilities on the principal branch; NaN where none is found."""
        strategy = self.solve(np.array([jet.value[0] for jet in utilities]))
        if strategy is None:
            return [utilities[0] * np.nan] * self.counts.size
        return self.game.differentiate(utilities, strategy[:, np.newaxis])

    def rows(self, utilities: Sequence[Jet]) -> Jet:
        """Return the log-likelihood of all choices."""
        logs = self.choices(utilities)
        return total([log * float(count) for log, count in zip(logs, self.counts, strict=True)])

    def standardise(self, coefficients: Sequence[Jet]) -> list[Jet]:
        """Return lambda in units of one over the spread of payoffs, and payoffs in units of one over their player's lambda."""
        rates = {
            equation.name: exp(jet)
            for equation, jet in zip(self.equations, coefficients, strict=True)
            if equation.name.startswith(LOG_LAMBDA)
        }
        found = [rate * self.spread for rate in rates.values()]
        form = self.game.form
        for equation, jet in list(zip(self.equations, coefficients, strict=True))[len(rates) :]:
            player = int(self.game.payoff_parts[equation.name].table.any(axis=0).argmax())
            own = rates.get(f"{LOG_LAMBDA} {form.player_label[player]}", rates.get(LOG_LAMBDA))
            if own is not None:
                found.append(jet * own)
        return found

    def expected_information(self, theta: FloatArray) -> FloatArray:
        """Return the information on lambda and payoffs of as many choices at each information set as there were."""
        logs = self.choices(self.jets(theta))
        found = np.zeros((self.size, self.size))
        for begin, end in pairwise(self.game.form.action_offset.tolist()):
            times = float(self.counts[begin:end].sum())
            if times:
                found += information(self.equations, logs[begin:end], np.array([times]))
        return found / np.outer(*2 * [self.told_scale(theta)])

    def told_scale(self, theta: FloatArray) -> FloatArray:
        """Return the derivative of each coefficient as it is told, lambda in place of its logarithm, shape ``(K,)``."""
        return np.where(np.arange(theta.size) < self.rates, np.exp(theta), 1.0)

    def rationality(self, theta: FloatArray) -> FloatArray:
        """Return lambda of each player, shape ``(P,)``."""
        logs = {equation.name: value for equation, value in zip(self.equations, theta, strict=True)}
        common = logs.get(LOG_LAMBDA, 0.0)
        labels = self.game.form.player_label
        return np.exp([logs.get(f"{LOG_LAMBDA} {label}", common) for label in labels])

    def solve(self, theta: FloatArray) -> FloatArray | None:
        """Return the equilibrium on the principal branch, shape ``(A,)``; None if it is not found.

        Players' rates are in their payoffs, so that one lambda of 1 is traced to.
        """
        if np.abs(theta[: self.rates]).max() > 40.0:
            return None
        answer = trace_logit_branch(
            self.game.form,
            [1.0],
            payoffs=self.payoffs(theta),
            chance_probs=self.game.chance,
            menus=self.game.menus,
            own_odds=self.game.own_odds,
        )
        if answer.status[0] != Status.CONVERGED or (answer.strategy <= 0.0).any():
            return None
        return np.asarray(answer.strategy[:, 0])

    def payoffs(self, theta: FloatArray) -> FloatArray:
        """Return lambda times the payoffs, shape ``(T, P)``."""
        return self.game.payoff_table(theta)[:, :, 0]

    def value(self, theta: FloatArray) -> float:
        """Return the log-likelihood alone; minus infinity where there is no equilibrium."""
        strategy = self.solve(theta)
        if strategy is None:
            return -np.inf
        return float(self.counts @ np.log(strategy))


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
    choices = _read_choices(spec, game, counts)
    maximum, starts = _search(choices, options)
    separation = _check_bounds(choices, data, options, maximum)
    warnings = [*tell_starts(starts), *_tell_others(choices, maximum)]
    if options.errors == "bootstrap":
        covariance, lost = _resample(choices, maximum, options)
        if lost:
            warnings.append(
                f"{lost} of {options.resamples} resamples had no estimate and are left out"
            )
    elif options.penalty == "jeffreys":
        scale = choices.told_scale(maximum.theta)
        told = inverse(choices.expected_information(maximum.theta))
        covariance = told / np.outer(scale, scale)
    else:
        covariance = covariance_of(maximum.evaluation, "hessian")
    scale = choices.told_scale(maximum.theta)
    theta = np.where(np.arange(scale.size) < choices.rates, scale, maximum.theta)
    result = FitResult(
        model="qre",
        method="ml",
        loglik=choices.value(maximum.theta),
        converged=maximum.converged,
        n=choices.observed,
        coefficients=(),
        covariance=covariance,
        errors=options.errors,
        starts=starts,
        separation=tuple(separation),
        warnings=tuple(warnings),
        penalty="" if options.penalty == "none" else options.penalty,
        fitted=Fitted(likelihood=choices, data=data, theta=maximum.theta),
    )
    names = choice_names(choices)
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


def choice_names(choices: ChoiceLikelihood) -> list[tuple[str, str]]:
    """Return who each coefficient is of, ``all`` for a common lambda, and its name."""
    found = []
    form = choices.game.form
    for equation in choices.equations:
        if equation.name.startswith(LOG_LAMBDA):
            found.append((equation.name.removeprefix(LOG_LAMBDA).strip() or "all", "lambda"))
        else:
            table = choices.game.payoff_parts[equation.name].table
            found.append((form.player_label[int(table.any(axis=0).argmax())], equation.name))
    return found


def _read_choices(spec: Spec, game: Game, counts: FloatArray) -> ChoiceLikelihood:
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
    rates = [f"{LOG_LAMBDA} {form.player_label[player]}" for player in moved]
    parts = _read_parts(spec, form)
    one = np.ones((1, 1))
    equations = [
        Equation(name=name, terms=(CONST,), columns=one)
        for name in (*(rates if apart else [LOG_LAMBDA]), *parts)
    ]
    base = game.payoffs[ends]
    likelihood = GameLikelihood(
        form=alone,
        chance=game.chance_probs,
        base=base,
        payoff_parts=parts,
        counts=np.zeros((1, ends.size)),
        outcome=np.arange(ends.size),
        equations=equations,
        fixed={},
        menus=game.menus,
        own_odds=game.own_odds,
    )
    return ChoiceLikelihood(
        game=likelihood,
        equations=equations,
        counts=counts,
        spread=float(np.ptp(base, axis=0).max()) or 1.0,
    )


def _read_parts(spec: Spec, form: ExtensiveForm) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for key in spec.mapping("payoffs"):
        name = str(key)
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
        found[name] = Part(name=name, table=table)
    return found


def _search(choices: ChoiceLikelihood, options: Options) -> tuple[Maximum, tuple[Start, ...]]:
    """Look at a grid of lambdas, then climb from the best of its peaks."""
    size, spread = choices.size, choices.spread
    grid = []
    for times in _SPREADS:
        theta = np.zeros(size)
        theta[: choices.rates] = np.log(times / spread)
        grid.append((choices.value(theta), theta))
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
    evaluate = penalise(choices, options.penalty)
    runs = [(name, maximise(evaluate, point, sizes)) for name, point in points]
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


def _tell_others(choices: ChoiceLikelihood, maximum: Maximum) -> list[str]:
    """Say how many other equilibria the game has at the estimate, on curves that meet the principal branch."""
    form = choices.game.form
    if not has_hidden_moves(form):
        return []
    others = find_other_branches(
        form,
        [1.0],
        payoffs=choices.payoffs(maximum.theta),
        chance_probs=choices.game.chance,
        menus=choices.game.menus,
        own_odds=choices.game.own_odds,
    ).equilibria
    if not others:
        return []
    return [
        f"the game has {len(others)} other equilibria at the estimate: the likelihood is that of the branch from lambda 0"
    ]


def _check_bounds(
    choices: ChoiceLikelihood, data: Observations, options: Options, maximum: Maximum
) -> list[str]:
    """Refuse choices that are best told by a lambda of zero, or by one beyond all bounds; tell the latter under a penalty."""
    plain = maximum
    if options.penalty != "none":
        plain = maximise(choices.evaluate, maximum.theta, np.ones(choices.size))
    rates = choices.rationality(plain.theta)
    payoffs = choices.payoffs(plain.theta)
    if rates.min() * np.ptp(payoffs / rates, axis=0).max() < _LEAST_SPAN:
        refuse(
            "the likelihood falls from lambda 0 on: what pays more is not chosen more often, so the estimate is 0",
            code="fit-unidentified",
            at=data.file,
            fix="check that the counts stand beside the right actions; else the model does not fit these choices",
            error=UsageError,
        )
    if np.ptp(payoffs, axis=0).max() <= _MOST_SPAN and not _rises(choices, plain.theta):
        return []
    words = "the choices look free of error: no finite lambda is the maximum of the likelihood"
    if options.penalty != "none":
        return [words]
    return refuse(
        f"the likelihood still rises at a lambda of {rates.max():.4g}; {words}",
        code="data-separated",
        at=data.file,
        fix="check the counts, or use a penalty; choices without any error are those of a Nash equilibrium",
        error=UsageError,
    )


def _rises(choices: ChoiceLikelihood, theta: FloatArray) -> bool:
    """Tell whether some lambda may be doubled without a loss in likelihood, which no maximum allows."""
    here = choices.value(theta)
    ways = np.log(2.0) * np.eye(theta.size)[: choices.rates]
    return any(choices.value(theta + way) > here - SAME for way in ways)


def _resample(
    choices: ChoiceLikelihood, maximum: Maximum, options: Options
) -> tuple[FloatArray, int]:
    """Return the covariance over choices drawn again, as many at each information set as there were."""
    generator = np.random.default_rng(options.seed)
    offsets: IntArray = np.asarray(choices.game.form.action_offset, dtype=np.intp)
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
        evaluate = penalise(sample, options.penalty)
        again = maximise(evaluate, maximum.theta, np.ones(maximum.theta.size))
        if again.converged:
            found.append(again.theta)
    return resampled(found, maximum.theta.size), options.resamples - len(found)
