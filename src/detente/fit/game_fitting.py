"""Any game with payoffs linear in regressors, from a file, a specification and a table to an estimate."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.errors import nearest
from detente.fit.branches import tell_other_equilibria
from detente.fit.games import LOG_LAMBDA, GameLikelihood, Part
from detente.fit.outcomes import check_size
from detente.fit.paths import ends_under, paths_of
from detente.fit.results import FitResult
from detente.fit.searching import Options, estimate
from detente.fit.specs import Spec
from detente.fit.terms import Observations, read_observations
from detente.game import ExtensiveForm, Game, read_game
from detente.game.catalogue import find_game

__all__ = ["find", "fit_any_game", "read_game_likelihood"]

_KEYS = ("outcome", "utilities", "rationality", "missing")


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
    spec.check_keys(_KEYS)
    game = find(name)
    form = game.form
    ends = form.payoff_class[: form.terminal_node.size]
    alone = replace(form, payoff_class=np.arange(ends.size, dtype=form.payoff_class.dtype))
    spec.check_keys(("column", "ends"), "outcome")
    column = spec.text("outcome", "column")
    payoff_parts = _read_parts(spec, form)
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
    data = read_observations(path, spec, [column, *used])
    labels, outcome = _read_outcomes(spec, form)
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
    rationality = 1.0
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
        base=game.payoffs[ends],
        payoff_parts=payoff_parts,
        counts=counts,
        outcome=outcome,
        equations=equations,
        fixed=fixed,
        rationality=rationality,
        menus=game.menus,
        own_odds=game.own_odds,
    )
    check_size(counts, data, likelihood.size)
    return likelihood, data


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_parts(spec: Spec, form: ExtensiveForm) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for key in spec.mapping("utilities"):
        name = str(key)
        spec.check_keys(("player", "ends", "terms"), "utilities", name)
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
        for wanted in spec.texts("utilities", name, "ends"):
            hit = ends_under(form, wanted, spec, "utilities", name, "ends")
            table[hit, form.player_label.index(player)] = 1.0
        if spec.value("utilities", name, "terms") is None:
            spec.refuse(
                "key-missing",
                f"the part {name!r} has no terms",
                "utilities",
                name,
                fix="add terms: a list, or a number",
            )
        found[name] = Part(name=name, table=table)
    return found


def _read_outcomes(spec: Spec, form: ExtensiveForm) -> tuple[list[str], IntArray]:
    """Return the labels of outcomes, and the outcome of each end; without a list every end is its own, by its path."""
    if spec.value("outcome", "ends") is None:
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
