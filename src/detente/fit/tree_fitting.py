"""Strategic models of trees, from a specification and a table to an estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.errors import UsageError, refuse
from detente.fit.jets import Jet, log_logistic, log_normal
from detente.fit.maximising import AbstractOutcomeLikelihood, Equation, maximise
from detente.fit.outcomes import check_outcomes, outcome_columns, read_outcomes
from detente.fit.penalties import Penalty, penalise
from detente.fit.results import FitResult
from detente.fit.searching import Options, estimate
from detente.fit.separation import dependent_column, separating_direction
from detente.fit.specs import Spec
from detente.fit.terms import Observations, read_observations
from detente.fit.trees import (
    TREES,
    DecisionNode,
    End,
    Errors,
    Link,
    TreeLikelihood,
    ends_of,
    moves_of,
)

__all__ = [
    "check_link",
    "fit_tree",
    "induce_backwards",
    "read_equations",
    "read_scales",
    "scale_terms",
    "used_terms",
]

_KEYS = ("outcome", "errors", "link", "utilities", "scale", "missing")


def used_terms(spec: Spec, *keys: str) -> list[str]:
    """Return every term of the lists at some keys."""
    return [
        term
        for name, value in spec.mapping(*keys).items()
        if not _is_number(value)
        for term in spec.texts(*keys, name)
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_equations(
    spec: Spec, data: Observations, known: Sequence[str]
) -> tuple[list[Equation], dict[str, float]]:
    """Return the utilities that are estimated, and those that are numbers."""
    spec.check_keys(known, "utilities")
    entries = spec.mapping("utilities")
    fixed = {
        name: spec.number("utilities", name) for name, value in entries.items() if _is_number(value)
    }
    equations = [
        data.equation(name, spec.texts("utilities", name), spec, "utilities", name)
        for name in known
        if name in entries and name not in fixed
    ]
    return [equation for equation in equations if equation.terms], fixed


def scale_terms(spec: Spec) -> list[str]:
    """Return every term of the scale of errors."""
    found = spec.value("scale")
    if found is None:
        return []
    return used_terms(spec, "scale") if isinstance(found, dict) else spec.texts("scale")


def read_scales(spec: Spec, data: Observations, names: Mapping[str, str]) -> list[Equation]:
    """Return the log-scales of errors: one for all, or those of players, by the names of their equations."""
    found = spec.value("scale")
    if found is None:
        return []
    if not isinstance(found, dict):
        return [data.equation("log_sigma", spec.texts("scale"), spec, "scale")]
    spec.check_keys(list(names), "scale")
    by_player = {str(key): key for key in found}
    return [
        data.equation(name, spec.texts("scale", by_player[player]), spec, "scale")
        for player, name in names.items()
        if player in by_player
    ]


def check_link(spec: Spec) -> tuple[Errors, Link]:
    """Return where errors arise and their distribution; a logit link of private information is refused."""
    errors = spec.word("errors", ("agent", "private"))
    link = spec.word("link", ("probit", "logit"))
    if errors == "private" and link == "logit":
        spec.refuse(
            "option-invalid",
            "private information has no logit link: a sum of logistic errors is not logistic",
            "link",
            fix="write link: probit, or errors: agent",
        )
    return "private" if errors == "private" else "agent", "logit" if link == "logit" else "probit"


def fit_tree(model: str, spec: Spec, path: Path, options: Options) -> FitResult:
    """Fit ``egame12``, ``egame122`` or ``egame123``."""
    spec.check_keys(_KEYS)
    tree = TREES[model]
    ends = ends_of(tree)
    names = [f"outcome {end.outcome + 1} of {model}" for end in ends]
    errors, link = check_link(spec)
    used = [*outcome_columns(spec), *used_terms(spec, "utilities"), *scale_terms(spec)]
    data = read_observations(path, spec, used)
    known = list(dict.fromkeys(name for end in ends for name in end.utilities.values()))
    known.sort()
    counts = read_outcomes(spec, data, names, tree)
    players = sorted({move.player for move in moves_of(tree)})
    equations, fixed = read_equations(spec, data, known)
    equations += read_scales(spec, data, {str(number): f"log_sigma{number}" for number in players})
    if not equations:
        spec.refuse(
            "key-missing",
            "no utility has a term, so there is nothing to estimate",
            "utilities",
            fix=f"give a list of terms to some of: {', '.join(known)}",
        )
    likelihood = TreeLikelihood(
        tree=tree,
        counts=counts,
        equations=equations,
        fixed=fixed,
        errors=errors,
        link=link,
    )
    check_outcomes(counts, names, data, likelihood.size)
    induced, separation = induce_backwards(likelihood, data, options.penalty)
    begin = {"backward induction": induced, "zero": np.zeros(likelihood.size)}
    return estimate(model, likelihood, begin, options, data=data, separation=separation)


@dataclass(slots=True, kw_only=True, eq=False)
class _Choice(AbstractOutcomeLikelihood):
    """One move by itself: the right action where an index is above an error."""

    counts: FloatArray
    equations: Sequence[Equation]
    offset: FloatArray
    link: Link

    def take(self, rows: IntArray) -> "_Choice":
        return _Choice(
            equations=[item.take(rows) for item in self.equations],
            offset=self.offset[rows],
            counts=self.counts[rows],
            link=self.link,
        )

    def outcomes(self, utilities: Sequence[Jet]) -> list[Jet]:
        log_share = log_normal if self.link == "probit" else log_logistic
        index = utilities[0] + self.offset
        return [log_share(-index), log_share(index)]


def induce_backwards(
    likelihood: TreeLikelihood, data: Observations, penalty: Penalty
) -> tuple[FloatArray, list[str]]:
    """Estimate move by move, the last ones first, each by itself: statistical backward induction :cite:p:`kenkel2014`.

    It is where the search begins, and where it is seen whether each move's choices can be told apart at all. Under a penalty
    separated choices are told, not refused.

    Raises
    ------
    UsageError
        ``regressor-collinear`` or ``data-separated``, with the move, the terms and a row.
    """
    theta = np.zeros(likelihood.size)
    separation: list[str] = []
    ends = np.cumsum([0, *(len(item.terms) for item in likelihood.equations)])
    places = {item.name: place for place, item in enumerate(likelihood.equations)}
    for move in moves_of(likelihood.tree):
        parts, offset = _regressors(likelihood, move, theta)
        if not parts:
            continue
        names = [
            (name, term) for name, _ in parts for term in likelihood.equations[places[name]].terms
        ]
        columns = np.hstack([part for _, part in parts])
        left, right = (
            likelihood.counts[:, [end.outcome for end in ends_of(side)]].sum(axis=1)
            for side in (move.left, move.right)
        )
        reached = np.flatnonzero(left + right > 0.0)
        choice = _Choice(
            equations=[Equation(name="index", terms=("",) * len(names), columns=columns[reached])],
            offset=offset[reached],
            counts=np.stack([left, right], axis=1)[reached],
            link=likelihood.link,
        )
        separation += _check_choice(choice, move, names, data, reached, penalty)
        found = maximise(penalise(choice, penalty), np.zeros(len(names)), choice.sizes()).theta
        start = 0
        for name, part in parts:
            stop = start + part.shape[1]
            theta[ends[places[name]] : ends[places[name] + 1]] = found[start:stop]
            start = stop
    return theta, separation


def _regressors(
    likelihood: TreeLikelihood, move: DecisionNode, theta: FloatArray
) -> tuple[list[tuple[str, FloatArray]], FloatArray]:
    """Return what each utility of a mover adds to its index by its terms, and what fixed utilities add."""
    jets = likelihood.jets(theta)
    columns = {item.name: item.columns for item in likelihood.equations}
    offset = np.zeros(likelihood.counts.shape[0])
    squares = np.zeros_like(offset)
    parts: dict[str, FloatArray] = {}
    for sign, side in ((-1.0, move.left), (1.0, move.right)):
        for end, chance in likelihood.unfold(side, jets):
            prob = np.ones_like(offset) if chance is None else np.exp(chance.value)
            squares += prob**2
            name = end.utilities.get(move.player, "")
            if name in columns:
                part = sign * prob[:, np.newaxis] * columns[name]
                parts[name] = parts[name] + part if name in parts else part
            elif name:
                offset += sign * prob * likelihood.fixed.get(name, 0.0)
    spread = np.sqrt(2.0 if likelihood.errors == "agent" else squares) * np.ones_like(offset)
    return [(name, part / spread[:, np.newaxis]) for name, part in parts.items()], offset / spread


def _check_choice(
    choice: _Choice,
    move: DecisionNode,
    names: Sequence[tuple[str, str]],
    data: Observations,
    reached: IntArray,
    penalty: Penalty,
) -> list[str]:
    """Refuse a choice whose terms depend on each other, or separate it; under a penalty, return what separates."""
    columns = choice.equations[0].columns
    who = f"player {move.player}"
    if isinstance(move.left, End) and isinstance(move.right, End):
        given = ""
    else:
        given = ", at the estimated chances of what follows"
    place = dependent_column(columns)
    if place is not None:
        utility, term = names[place]
        refuse(
            f"{term!r} in {utility} depends on other terms of {who}'s choice in the {len(columns)} rows that reached it{given}",
            code="regressor-collinear",
            at=data.at(int(reached[-1])),
            fix=f"leave {term!r} out of one utility of {who}, or use data in which it varies by itself where {who} chooses",
            error=UsageError,
        )
    direction = separating_direction(columns, choice.counts[:, 0] > 0.0, choice.counts[:, 1] > 0.0)
    if direction is not None:
        told = [
            f"{utility} {term}"
            for (utility, term), weight, size in zip(
                names, direction, np.abs(columns).max(axis=0), strict=True
            )
            if abs(weight * size) > 1e-6
        ]
        words = f"{who}'s choices are separated by {', '.join(told)}{given}"
        if penalty != "none":
            return [words]
        refuse(
            f"{words}: some coefficients have no finite estimate",
            code="data-separated",
            at=data.at(int(reached[np.argmax(np.abs(columns @ direction))])),
            fix="leave one of these terms out, merge categories, add rows in which it does not decide alone, or use a penalty",
            error=UsageError,
        )
    return []
