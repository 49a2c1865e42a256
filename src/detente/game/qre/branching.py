"""What else there is beside the principal branch: the bifurcations that it passes, and equilibria on the curves from there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import SolverError, refuse
from detente.game._inputs import as_chance, as_payoffs, as_rationality
from detente.game.evaluation import expected_payoffs
from detente.game.form import ExtensiveForm
from detente.game.menus import Menus
from detente.game.qre._terms import ChoiceTerms
from detente.game.qre._tracing import TESTED, State, Tracer
from detente.game.qre.bifurcations import (
    MOST_POINTS,
    BranchPoint,
    Curve,
    follow_curve,
    leave_branch,
)
from detente.game.qre.certifying import logit_residual
from detente.summaries import html_fields, text_fields

__all__ = ["Bifurcation", "OtherBranchesResult", "OtherEquilibrium", "find_other_branches"]

MOST_SPAN = 1e4
"""Largest lambda times spread of payoffs that bifurcations are looked for at: beyond, rounding looks like one."""
_SMALL = 60
"""Up to so many unknowns bifurcations of the principal branch are looked for even if nobody asks what lies on others."""
_MOST_CURVES = 60
_SAME = 1e-6
"""Largest difference of two strategies that are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bifurcation:
    """A point that a curve passes.

    ``kind`` is "turn" where it turns in lambda, and "branch point" where it meets other curves. ``curve`` counts curves from
    0, the principal branch; ``curves`` is how many others were found to leave a branch point, -1 if nobody looked.
    """

    rationality: float
    kind: str
    curve: int
    curves: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEquilibrium:
    """An equilibrium beside the one that the principal branch comes to first.

    ``strategy`` ``(A,)``, ``expected_payoffs`` ``(P,)``; ``residual`` is its certificate, the larger one of two. ``met_at`` is
    the lambda of the branch point that its curve left from, NaN if it lies on the principal branch, behind a turn.
    """

    rationality: float
    strategy: FloatArray
    expected_payoffs: FloatArray
    residual: float
    met_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherBranchesResult:
    """What the principal branch passes, and what lies elsewhere.

    Attributes
    ----------
    bifurcations
        What was passed on the way to the largest value, on the principal branch first, in the order of the way.
    passed
        For each value asked for how many of them lie on the principal branch before it, shape ``(S,)``.
    equilibria
        Others at the values asked for; each is within the tolerance. Curves that do not meet those traced are not found.
    left_out
        Why nothing was looked for, at all values or at some, in a sentence; empty if it was.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    bifurcations: tuple[Bifurcation, ...]
    passed: tuple[int, ...]
    equilibria: tuple[OtherEquilibrium, ...]
    left_out: str


def find_other_branches(
    form: ExtensiveForm,
    rationality: ArrayLike,
    *,
    payoffs: ArrayLike,
    chance_probs: ArrayLike = (),
    menus: Menus | None = None,
    own_odds: Mapping[int, ArrayLike] | None = None,
    tolerance: float = 1e-9,
    switch: bool = True,
    progress: Callable[[float], None] | None = None,
) -> OtherBranchesResult:
    """Find the bifurcations of the principal branch of one game, and the equilibria on the curves that leave it there.

    Parameters
    ----------
    form
        The game tree; up to 150 actions that bear on beliefs, with more nothing is looked for.
    rationality
        Values of lambda, at least 0, shape ``(S,)``.
    payoffs
        Payoff of each player in each payoff class, shape ``(K, P)``.
    chance_probs
        Probability of each chance branch, shape ``(R,)``.
    menus, own_odds
        As for :func:`~detente.game.solve_logit_qre`, of one draw.
    tolerance
        Largest residual of an equilibrium that is kept.
    switch
        Whether to follow the other curves, and those that leave them in turn; otherwise bifurcations are named alone.
    progress
        Called with how far the search is, from 0 to 1.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, ``rationality-invalid``, or ``game-invalid`` for arrays that do not fit the form.

    Examples
    --------
    Two players who meet or miss each other: even choices answer each other at every lambda, and from lambda 2 on
    agreeing on either place does as well.

    >>> from detente.game.formats.nfg import parse_nfg
    >>> game = parse_nfg('NFG 1 R "meet" { "a" "b" } { 2 2 } 1 1 0 0 0 0 1 1')
    >>> found = find_other_branches(game.form, [3.0], payoffs=game.payoffs)
    >>> [f"{item.kind} at {item.rationality:.4f}" for item in found.bifurcations]
    ['branch point at 2.0000']
    >>> sorted(round(float(item.strategy[0]), 4) for item in found.equilibria)
    [0.0707, 0.9293]
    """
    table, chance = as_payoffs(form, payoffs), as_chance(form, chance_probs)
    values = as_rationality(form, np.atleast_1d(np.asarray(rationality, dtype=np.float64)))[0]
    terms = ChoiceTerms.check(form, chance, menus, own_odds)
    if any(array.shape[-1] != 1 for array in (table, chance, *terms.draws.values())):
        refuse(
            "branches are traced for one game, but an argument has a draw axis",
            code="game-invalid",
            at="payoffs",
            fix="look at draws one at a time",
            error=SolverError,
        )
    search = _Search(form, values, table[:, :, 0], chance[:, 0], terms, tolerance)
    left_out = search.left_out(switch=switch)
    if not search.near.any() or search.is_large(switch=switch) or not search.size:
        return OtherBranchesResult(
            bifurcations=(), passed=(0,) * values.size, equilibria=(), left_out=left_out
        )
    return search.run(switch=switch, progress=progress or (lambda _share: None))


class _Search:
    """Traces curves of one game and keeps what lies on them."""

    def __init__(
        self,
        form: ExtensiveForm,
        values: FloatArray,
        payoffs: FloatArray,
        chance: FloatArray,
        terms: ChoiceTerms,
        tolerance: float,
    ) -> None:
        self.form, self.values, self.payoffs, self.chance = form, values, payoffs, chance
        self.terms, self.tolerance = terms, tolerance
        paid = payoffs[np.unique(form.payoff_class)]
        self.spread = float(np.ptp(paid, axis=0).max(initial=0.0))
        with np.errstate(over="ignore"):
            self.near = values * self.spread <= MOST_SPAN
        self.tracer = Tracer(form, terms, most_points=0)
        self.size = self.tracer.unknown.size
        self.equilibria: list[OtherEquilibrium] = []
        self.known: list[tuple[float, FloatArray]] = []

    def is_large(self, *, switch: bool) -> bool:
        return self.size > (TESTED if switch else _SMALL)

    def left_out(self, *, switch: bool) -> str:
        """Return what is not looked for, and why."""
        if self.is_large(switch=switch):
            most = TESTED if switch else _SMALL
            return (
                f"branch points are looked for in games of up to {most} actions that bear on beliefs; "
                f"here are {self.size}"
            )
        if self.size and not self.near.all():
            far = ", ".join(f"{value:g}" for value in self.values[~self.near])
            return (
                f"branch points are not looked for at lambda {far}, where lambda times the spread of payoffs is "
                f"beyond {MOST_SPAN:g}"
            )
        return ""

    def run(self, *, switch: bool, progress: Callable[[float], None]) -> OtherBranchesResult:
        top = max(float(self.values[self.near].max()), 1e-300)
        tracer = self.tracer = Tracer(self.form, self.terms, most_points=MOST_POINTS)
        tracer.prepare(self.payoffs, self.chance, np.full(self.form.n_players, top), self.terms)
        self.unit = tracer.span / top
        main = follow_curve(tracer, State.begin(self.size), tracer.span)
        self.keep(main, np.nan)
        found, places = self.passed_by(main, 0)
        passed = tuple(
            int((places < self.first(main, value)).sum()) if near else len(found)
            for value, near in zip(self.values, self.near, strict=True)
        )
        bifurcations = found
        if switch:
            bifurcations = self.switch(main, found, progress)
        return OtherBranchesResult(
            bifurcations=tuple(bifurcations),
            passed=passed,
            equilibria=tuple(self.equilibria),
            left_out=self.left_out(switch=switch),
        )

    def switch(
        self, main: Curve, found: list[Bifurcation], progress: Callable[[float], None]
    ) -> list[Bifurcation]:
        """Follow the curves that leave branch points, one after the other, and those that leave them."""
        waiting = [(0, point, point.t) for point in main.branch_points]
        done: list[BranchPoint] = []
        ends: list[FloatArray] = [self.end(main)]
        counts: dict[tuple[int, float], int] = {}
        others: list[Bifurcation] = []
        number = 0
        while waiting and number < _MOST_CURVES:
            curve, point, origin = waiting.pop(0)
            if any(_is_same(point, other) for other in done):
                continue
            done.append(point)
            leaving = 0
            for arm in leave_branch(self.tracer, point, self.tracer.span):
                self.keep(arm, origin)
                end = self.end(arm)
                if any(np.abs(end - other).max() < _SAME for other in ends):
                    continue
                ends.append(end)
                leaving += 1
                number += 1
                others += self.passed_by(arm, number)[0]
                waiting += [(number, further, origin) for further in arm.branch_points]
                progress(number / (number + 1 + len(waiting)))
            counts[curve, self.rationality(point.t)] = leaving
        return [
            Bifurcation(
                rationality=item.rationality,
                kind=item.kind,
                curve=item.curve,
                curves=counts.get((item.curve, item.rationality), -1),
            )
            for item in (*found, *others)
        ]

    def end(self, curve: Curve) -> FloatArray:
        """Return the point in which a curve comes to the largest value, or else its last one."""
        top = self.tracer.span
        there = curve.crossings(self.tracer, top)
        return np.append(there[-1], top) if there else curve.points[-1]

    def rationality(self, t: float) -> float:
        return t / self.unit

    def first(self, curve: Curve, value: float) -> float:
        """Return the place on the curve where it first comes to a value."""
        there = np.flatnonzero(curve.points[:, -1] >= value * self.unit * (1.0 - 1e-12))
        return float(there[0]) if there.size else float(len(curve.points))

    def passed_by(self, curve: Curve, number: int) -> tuple[list[Bifurcation], FloatArray]:
        """Return the bifurcations on a curve in the order of the way, and their places on it."""
        listed = [
            (place, Bifurcation(rationality=self.rationality(t), kind="turn", curve=number))
            for place, t in curve.turns
        ]
        listed += [
            (
                point.place,
                Bifurcation(
                    rationality=self.rationality(point.t), kind="branch point", curve=number
                ),
            )
            for point in curve.branch_points
        ]
        listed.sort(key=lambda item: item[0])
        return [item for _, item in listed], np.array([place for place, _ in listed])

    def keep(self, curve: Curve, origin: float) -> None:
        """Keep the equilibria on a curve at the values asked for that are not known yet."""
        for value in np.unique(self.values[self.near]):
            for which, x in enumerate(curve.crossings(self.tracer, float(value * self.unit))):
                strategy, residual = self.tracer.strategy_at(x, float(value * self.unit))
                strategy = strategy.copy()
                check = logit_residual(
                    self.form,
                    strategy,
                    value,
                    payoffs=self.payoffs,
                    chance_probs=self.chance,
                    menus=self.terms.menus,
                    own_odds=self.terms.own,
                )
                residual = max(residual, float(check[0]))
                if not residual <= self.tolerance or any(
                    value == at and np.abs(strategy - other).max() < _SAME
                    for at, other in self.known
                ):
                    continue
                self.known.append((value, strategy))
                if np.isnan(origin) and which == 0:
                    continue  # the one that the principal branch comes to first
                paid = expected_payoffs(
                    self.form, strategy, self.payoffs, self.chance, own_odds=self.terms.own
                )
                self.equilibria.append(
                    OtherEquilibrium(
                        rationality=float(value),
                        strategy=strategy,
                        expected_payoffs=paid[:, 0],
                        residual=residual,
                        met_at=self.rationality(origin),
                    )
                )


def _is_same(one: BranchPoint, other: BranchPoint) -> bool:
    near = abs(one.t - other.t) < 1e-4 * (1.0 + one.t)
    return near and bool(np.abs(one.x - other.x).max() < 1e-4)
