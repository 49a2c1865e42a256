"""Any game with payoffs linear in regressors, from a file, a specification and a table to an estimate."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.errors import nearest
from detente.fit.branches import has_hidden_moves, tell_other_equilibria
from detente.fit.crisis_games import CrisisGame, crisis_game, load_if_crisis
from detente.fit.games import LOG_LAMBDA, LOG_SIGMA, GameLikelihood, Part
from detente.fit.inducing import player_of_two_moves
from detente.fit.outcomes import check_size
from detente.fit.paths import ends_under, paths_of
from detente.fit.results import FitResult
from detente.fit.searching import Options, estimate
from detente.fit.specs import Spec
from detente.fit.terms import Observations, read_observations
from detente.fit.tree_fitting import check_link, read_scales, scale_terms
from detente.fit.trees import Errors, Link
from detente.game import ExtensiveForm, Game, read_game
from detente.game.catalogue import find_game

__all__ = ["find", "fit_any_game", "read_game_likelihood"]

_KEYS = ("outcome", "utilities", "errors", "link", "rationality", "scale", "missing")


def find(name: str) -> Game:
    """Return the game of a file, or a published one."""
    file = Path(name)
    return read_game(file if file.exists() or file.suffix else find_game(name))


def fit_any_game(name: str, spec: Spec, path: Path, options: Options) -> FitResult:
    """Fit named parts of the payoffs of a game, and lambda, to how it ended in each row."""
    likelihood, data = read_game_likelihood(name, spec, path)
    begin = {"zero": np.zeros(likelihood.size)}
    result = estimate(Path(name).stem, likelihood, begin, options, data=data)
    theta = np.array([item.estimate for item in result.coefficients])
    others = tell_other_equilibria(likelihood, theta)
    return replace(result, warnings=(*result.warnings, *others))


def read_game_likelihood(name: str, spec: Spec, path: Path) -> tuple[GameLikelihood, Observations]:
    """Read a game, and the rows of a table that say how it ended.

    Raises
    ------
    UsageError
        For what is wrong in the specification or the table, with the line.
    """
    crisis = load_if_crisis(name)
    spec.check_keys(_KEYS if crisis is None else (*_KEYS, "policy"))
    policy = None if spec.value("policy") is None else spec.text("policy")
    source = None if crisis is None else crisis_game(crisis, policy)
    game = find(name) if source is None else source.game
    form = game.form
    ends = form.payoff_class[: form.terminal_node.size]
    alone = replace(form, payoff_class=np.arange(ends.size, dtype=form.payoff_class.dtype))
    errors, link = _read_errors(spec, game)
    spec.check_keys(("column", "ends"), "outcome")
    column = spec.text("outcome", "column")
    payoff_parts, base = _read_parts(spec, form, game.payoffs[ends], source)
    terms = {key: spec.value("utilities", key, "terms") for key in payoff_parts}
    used = [
        term
        for key, value in terms.items()
        if not _is_number(value)
        for term in spec.texts("utilities", key, "terms")
    ]
    rate = spec.value("rationality")
    if rate is not None and not _is_number(rate):
        used += spec.texts("rationality")
    used += scale_terms(spec)
    data = read_observations(path, spec, [column, *used])
    labels, outcome = _read_outcomes(spec, form, source)
    counts = _count(spec, data, column, labels)
    equations = [
        data.equation(key, spec.texts("utilities", key, "terms"), spec, "utilities", key, "terms")
        for key, value in terms.items()
        if not _is_number(value)
    ]
    fixed = {
        key: spec.number("utilities", key, "terms")
        for key, value in terms.items()
        if _is_number(value)
    }
    rationality = 1.0 if source is None or link == "probit" else source.rationality
    if _is_number(rate):
        rationality = spec.number("rationality")
        if rationality <= 0.0:
            spec.refuse(
                "rationality-invalid",
                f"rationality is {rationality:g}",
                "rationality",
                fix="give a number above 0, or a list of terms of its logarithm",
            )
    elif rate is not None:
        equations.append(data.equation(LOG_LAMBDA, spec.texts("rationality"), spec, "rationality"))
    names = {label: f"{LOG_SIGMA} {label}" for label in form.player_label}
    equations += read_scales(spec, data, names)
    equations = [equation for equation in equations if equation.terms]
    if not equations:
        spec.refuse(
            "key-missing",
            "no part has a term, so there is nothing to estimate",
            "utilities",
            fix="give a list of terms to some part of the payoffs, or to rationality",
        )
    likelihood = GameLikelihood(
        form=alone,
        chance=game.chance_probs,
        base=base,
        payoff_parts=payoff_parts,
        counts=counts,
        outcome=outcome,
        equations=equations,
        fixed=fixed,
        rationality=rationality,
        menus=game.menus,
        own_odds=game.own_odds,
        errors=errors,
        link=link,
    )
    check_size(counts, data, likelihood.size)
    return likelihood, data


def _read_errors(spec: Spec, game: Game) -> tuple[Errors, Link]:
    """Return where errors arise and their distribution: those of the quantal response equilibrium unless said.

    Normal errors are refused where no closed form is exact: in games with hidden moves, menus of nests, or, of private
    information, two moves of a player on one path.
    """
    written = [key for key in ("errors", "link") if spec.value(key) is not None]
    errors, link = check_link(spec) if written else ("agent", "logit")
    if errors == "agent" and "link" not in written:
        link = "logit"
    other = "rationality" if link == "probit" else "scale"
    if spec.value(other) is not None:
        words = {"scale": "normal errors have a scale", "rationality": "logistic errors a lambda"}
        fitting = "scale" if link == "probit" else "rationality"
        spec.refuse(
            "option-invalid",
            f"{words[fitting]}, so {other} is not known here",
            other,
            fix=f"write {fitting} in place of {other}, or another link",
        )
    if link == "logit":
        return errors, link
    form = game.form
    twice = player_of_two_moves(form) if errors == "private" else None
    why = ""
    if has_hidden_moves(form):
        why = "it has hidden moves, and a player's beliefs then turn on what others know of their errors"
    elif game.menus is not None:
        why = "its options stand in nests or have weights, which are those of logistic errors"
    elif twice is not None:
        why = (
            f"{form.player_label[twice]} moves more than once on a path, so that its first move tells "
            "what it knows, and the choices are not independent"
        )
    if why:
        what = "private information" if errors == "private" else "a probit link"
        spec.refuse(
            "option-invalid",
            f"{what} is not modelled in this game: {why}",
            written[0],
            fix="leave errors and link out: agent error with a logit link is modelled in every game",
        )
    return errors, link


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_parts(
    spec: Spec, form: ExtensiveForm, base: FloatArray, source: CrisisGame | None
) -> tuple[dict[str, Part], FloatArray]:
    """Return the parts of payoffs by name, and what is given: without the considerations whose weights are estimated."""
    found: dict[str, Part] = {}
    base = base.copy()
    known = (
        ("player", "ends", "terms")
        if source is None
        else ("player", "ends", "consideration", "terms")
    )
    for key in spec.mapping("utilities"):
        name = str(key)
        spec.check_keys(known, "utilities", name)
        player = spec.text("utilities", name, "player")
        if player not in form.player_label:
            near = nearest(player, form.player_label) or form.player_label
            spec.refuse(
                "player-unknown",
                f"the game has no player {player!r}",
                "utilities",
                name,
                "player",
                fix=f"write one of: {', '.join(near)}",
            )
        table = np.zeros((form.terminal_node.size, form.n_players))
        place = form.player_label.index(player)
        if source is not None and spec.value("utilities", name, "consideration") is not None:
            considered = _consideration(spec, name, source)
            table[:, place] = source.prices[considered]
            base[:, place] -= source.shares[considered][:, place]
        else:
            for wanted in spec.texts("utilities", name, "ends"):
                hit = ends_under(form, wanted, spec, "utilities", name, "ends")
                table[hit, place] = 1.0
        if spec.value("utilities", name, "terms") is None:
            spec.refuse(
                "key-missing",
                f"the part {name!r} has no terms",
                "utilities",
                name,
                fix="add terms: a list, or a number",
            )
        found[name] = Part(name=name, table=table)
    return found, base


def _consideration(spec: Spec, name: str, source: CrisisGame) -> str:
    found = spec.text("utilities", name, "consideration")
    if found not in source.prices:
        near = nearest(found, source.prices) or tuple(source.prices)
        spec.refuse(
            "term-unknown",
            f"the crisis has no consideration {found!r}",
            "utilities",
            name,
            "consideration",
            fix=f"use one of: {', '.join(near)}",
        )
    return found


def _read_outcomes(
    spec: Spec, form: ExtensiveForm, source: CrisisGame | None
) -> tuple[list[str], IntArray]:
    """Return the labels of outcomes, and the outcome of each end.

    Without a list they are those of the crisis; of another game every end is its own, by its path.
    """
    if spec.value("outcome", "ends") is None:
        if source is not None:
            return list(source.outcomes), source.outcome
        return paths_of(form), np.arange(form.terminal_node.size)
    labels = [str(label) for label in spec.mapping("outcome", "ends")]
    outcome = np.full(form.terminal_node.size, -1)
    for place, label in enumerate(labels):
        for wanted in spec.texts("outcome", "ends", label):
            hit = ends_under(form, wanted, spec, "outcome", "ends", label)
            if (outcome[hit] >= 0).any():
                spec.refuse(
                    "value-type",
                    f"{wanted!r} stands in two outcomes",
                    "outcome",
                    "ends",
                    label,
                    fix="give each end of the game to one outcome",
                )
            outcome[hit] = place
    left = np.flatnonzero(outcome < 0)
    if left.size:
        spec.refuse(
            "value-type",
            f"no outcome holds the end {paths_of(form)[left[0]]!r}",
            "outcome",
            "ends",
            fix="give each end of the game to one outcome: chances that belong to none would be lost",
        )
    return labels, outcome


def _count(spec: Spec, data: Observations, column: str, labels: Sequence[str]) -> FloatArray:
    places = {label: place for place, label in enumerate(labels)}
    counts = np.zeros((data.size, len(labels)))
    for row, cell in enumerate(data.cells(column, spec, "outcome", "column")):
        if cell not in places:
            near = nearest(cell, labels) or tuple(labels[:6])
            data.refuse(
                "table-row-invalid",
                f"{column} is {cell[:40]!r}, which is no outcome of the game",
                row,
                fix=f"write one of: {', '.join(near)}",
            )
        counts[row, places[cell]] = 1.0
    return counts
