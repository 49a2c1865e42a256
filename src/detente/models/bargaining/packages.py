"""Packages that three or more parties prefer to going on alone: existence, the fair points, what is missing.

Losses add up over issues and are linear between the ideal points and red lines of all parties, so a package is a mixture
of those points on each issue and every question is a linear programme. The programmes of all draws are solved together,
as one with blocks. An issue that cannot be divided takes one of its points whole; those choices are enumerated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError, SolverError
from detente.models.bargaining._declared import HARD

__all__ = ["MAX_CHOICES", "PackageResult", "Parties", "make_parties", "solve_packages"]

MAX_CHOICES = 256
"""Most combinations of whole choices on indivisible issues."""

_BLOCK = 32
_CUTS = 40
_GAP = 1e-9
_SMALLEST = 1e-9
_TOLERANCE = 1e-8
_FAR = 1e4
_NARROW = 1e-5
_TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Ideal points, red lines and shares of salience of several parties.

    ``position`` and ``red_line`` have shape ``(n_parties, n_issues, n_draws)``, 0-100, ``slope`` the shares of salience
    in the same shape; ``firmness`` is how many times dearer a point beyond a red line is, ``(n_parties, n_draws)``.
    """

    position: FloatArray
    red_line: FloatArray
    slope: FloatArray
    firmness: FloatArray

    def utilities(self, package: FloatArray) -> FloatArray:
        """Compute the utility of packages, shape ``(n_issues, ..., n_draws)``, to every party: ``(n_parties, ..., n_draws)``."""
        extra = package.ndim - 2
        a, red, slope = (
            array.reshape(*array.shape[:2], *(1,) * extra, array.shape[2])
            for array in (self.position, self.red_line, self.slope)
        )
        firm = self.firmness.reshape(len(self.firmness), 1, *(1,) * extra, -1)
        loss = np.abs(package - a) + (firm - 1.0) * _beyond(package, a, red)
        return np.asarray(1.0 - (slope * loss / 100.0).sum(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageResult:
    """What all parties can agree on.

    ``exists`` and ``slack`` (the largest gain that all can have at once; below zero, what each is short of) have shape
    ``(n_draws,)``; ``fairest`` is the package with that gain, ``nash_point`` and ``kalai_smorodinsky_point`` (equal to it
    where none exists) are packages too, ``(n_issues, n_draws)``; ``gains`` are those at the Nash point and ``most`` the
    most that a party can gain while the others get their values, ``(n_parties, n_draws)``, NaN where none exists.
    ``choices`` is the number of combinations of indivisible issues looked at.
    """

    exists: np.ndarray
    slack: FloatArray
    fairest: FloatArray
    nash_point: FloatArray
    kalai_smorodinsky_point: FloatArray
    gains: FloatArray
    most: FloatArray
    choices: int


def make_parties(
    position: ArrayLike,
    salience: ArrayLike,
    *,
    red_line: ArrayLike | None = None,
    firmness: ArrayLike = HARD,
) -> Parties:
    """Bind parties together and check them.

    Parameters
    ----------
    position
        Ideal points, 0-100, shape ``(n_parties, n_issues)`` or ``(n_parties, n_issues, n_draws)``.
    salience
        Saliences >= 0, same shape; only a party's proportions matter.
    red_line
        The farthest point from its ideal that a party signs at the usual price, same shape; NaN or None: no red line. A
        red line at the ideal point itself holds on both sides.
    firmness
        How many times dearer a point beyond a red line is, >= 1 (the default holds it), broadcastable to ``(n_parties, n_draws)``.

    Returns
    -------
    Parties
        Arrays with an axis of draws.

    Raises
    ------
    ModelError
        ``input-invalid`` for fewer than two parties, no issue, values out of range or shapes that do not fit.
    """
    a = np.asarray(position, dtype=np.float64)
    a = a[..., None] if a.ndim == 2 else a
    if a.ndim != 3 or a.shape[0] < 2 or a.size == 0:
        message = f"positions have shape {a.shape}"
        raise _invalid(
            message,
            "position",
            "give two parties or more on one issue or more",
        )
    s = np.asarray(salience, dtype=np.float64)
    red = np.full((1, 1, 1), np.nan) if red_line is None else np.asarray(red_line, np.float64)
    s, red = (array[..., None] if array.ndim == 2 else array for array in (s, red))
    try:
        a, s, red = np.broadcast_arrays(a, s, red)
        firm = np.broadcast_to(np.asarray(firmness, np.float64), (a.shape[0], a.shape[2]))
    except ValueError:
        message = f"positions {a.shape} do not fit saliences {s.shape} and red lines {red.shape}"
        raise _invalid(
            message,
            "salience",
            "give all in one shape (n_parties, n_issues, n_draws)",
        ) from None
    for name, array, wrong in (
        ("position", a, ~((a >= 0.0) & (a <= 100.0))),
        ("salience", s, ~((s >= 0.0) & np.isfinite(s))),
        ("red_line", red, ~(np.isnan(red) | ((red >= 0.0) & (red <= 100.0)))),
        ("firmness", firm, ~((firm >= 1.0) & np.isfinite(firm))),
    ):
        if wrong.any():
            place = tuple(int(k) for k in np.argwhere(wrong)[0])
            fix = "give positions from 0 to 100, saliences of zero or more, firmness of one or more"
            message = f"{name} is {array[place]:g}"
            raise _invalid(message, f"{name}{list(place)}", fix)
    total = s.sum(axis=1, keepdims=True)
    return Parties(
        position=a,
        red_line=red,
        slope=s / np.where(total > 0.0, total, 1.0),
        firmness=firm,
    )


def solve_packages(
    parties: Parties, values: ArrayLike, *, indivisible: Sequence[bool] | None = None
) -> PackageResult:
    """Find packages that every party prefers to its reservation value.

    Parameters
    ----------
    parties
        Ideal points, saliences and red lines.
    values
        What going on without a deal is worth to each party, shape ``(n_parties,)`` or ``(n_parties, n_draws)``.
    indivisible
        Which issues go whole to the ideal point of one party; by default none.

    Returns
    -------
    PackageResult
        Exact to about 1e-8.

    Raises
    ------
    ModelError
        ``input-invalid`` for values that do not fit, or more than :data:`MAX_CHOICES` combinations of whole choices.
    SolverError
        ``game-invalid`` if a linear programme fails, which it should not: all of them have a solution.

    References
    ----------
    :cite:p:`fearon1995` for the range; :cite:p:`nash1950` and :cite:p:`kalai1975` for the points, with more than two
    parties by their axioms; HiGHS for the programmes :cite:p:`huangfu2018`.
    """
    n_parties, n_issues, n_draws = parties.position.shape
    v = np.asarray(values, dtype=np.float64)
    v = v[:, None] if v.ndim == 1 else v
    if v.shape[0] != n_parties or v.shape[-1] not in {1, n_draws} or not np.isfinite(v).all():
        message = f"values have shape {v.shape} for {n_parties} parties and {n_draws} draws"
        raise _invalid(
            message,
            "values",
            "give one finite number per party, or per party and draw",
        )
    v = np.broadcast_to(v, (n_parties, n_draws))
    whole = np.zeros(n_issues, bool) if indivisible is None else np.asarray(indivisible, bool)
    if whole.shape != (n_issues,):
        message = f"indivisible has {whole.size} entries for {n_issues} issues"
        raise _invalid(
            message,
            "indivisible",
            "say for each issue whether it is indivisible",
        )
    choices = n_parties ** int(whole.sum())
    if choices > MAX_CHOICES:
        message = f"{int(whole.sum())} indivisible issues of {n_parties} parties make {choices} combinations"
        raise _invalid(
            message,
            "indivisible",
            f"keep them to {MAX_CHOICES}: treat issues that hardly matter as divisible",
        )
    blocks = [
        _solve_block(parties, v, slice(start, min(start + _BLOCK, n_draws)), whole)
        for start in range(0, n_draws, _BLOCK)
    ]
    joined = {key: np.concatenate([block[key] for block in blocks], axis=-1) for key in blocks[0]}
    return PackageResult(
        exists=joined["slack"] >= -_SMALLEST,
        slack=joined["slack"],
        fairest=joined["fairest"],
        nash_point=joined["nash"],
        kalai_smorodinsky_point=joined["kalai"],
        gains=joined["gains"],
        most=joined["most"],
        choices=choices,
    )


def _beyond(x: FloatArray, ideal: FloatArray, red: FloatArray) -> FloatArray:
    """How far a position lies beyond a red line, in points."""
    side = np.sign(red - ideal)
    over = np.where(side == 0.0, np.abs(x - ideal), np.maximum((x - red) * side, 0.0))
    return np.asarray(np.where(np.isnan(red), 0.0, over))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Menu:
    """Points that a package mixes on each issue: ``points`` (n_issues, n_points, n), losses (n_parties, ...)."""

    points: FloatArray
    loss: FloatArray


def _menus(parties: Parties, rows: slice, whole: np.ndarray) -> Iterator[_Menu]:
    """Yield the menu of every combination of whole choices."""
    a = parties.position[:, :, rows]
    red, slope = parties.red_line[:, :, rows], parties.slope[:, :, rows]
    firm = parties.firmness[:, rows]
    low, high = a.min(axis=0), a.max(axis=0)
    lines = np.clip(np.where(np.isnan(red), a, red), low, high)
    points = np.moveaxis(np.concatenate([a, lines]), 0, 1)
    for chosen in product(range(len(a)), repeat=int(whole.sum())):
        mixed = points.copy()
        for issue, party in zip(np.flatnonzero(whole), chosen, strict=True):
            mixed[issue] = a[party, issue]
        x = mixed[None]
        lost = np.abs(x - a[:, :, None]) + (firm[:, None, None] - 1.0) * _beyond(
            x, a[:, :, None], red[:, :, None]
        )
        yield _Menu(points=mixed, loss=slope[:, :, None] * lost / 100.0)


def _solve_block(
    parties: Parties, values: FloatArray, rows: slice, whole: np.ndarray
) -> dict[str, FloatArray]:
    v = values[:, rows]
    part = Parties(
        position=parties.position[:, :, rows],
        red_line=parties.red_line[:, :, rows],
        slope=parties.slope[:, :, rows],
        firmness=parties.firmness[:, rows],
    )
    n_parties, n = v.shape
    best: dict[str, FloatArray] = {}
    ones = np.ones((n_parties, n))
    menus = list(_menus(parties, rows, whole))

    def keep(name: str, score: FloatArray, package: FloatArray) -> None:
        better = score > best.get(f"{name}-score", np.full(n, -np.inf)) + 1e-12
        old = best.get(name, package)
        best[f"{name}-score"] = np.where(better, score, best.get(f"{name}-score", score))
        best[name] = np.where(better, package, old)

    eased = []
    for menu in menus:
        package = _programme(menu, v, ones)
        room = (part.utilities(package) - v).min(axis=0)
        keep("fairest", room, package)
        # a choice without any deal is still a programme with a solution; its packages do not count
        eased.append(np.where(room >= -_SMALLEST, v - _SMALLEST, v - _FAR))
    slack = best["fairest-score"]
    exists = slack >= -_SMALLEST
    most = np.full((n_parties, n), np.nan)
    if exists.any():
        for party in range(n_parties):
            aim = np.zeros((n_parties, n))
            aim[party] = 1.0
            for menu, lower in zip(menus, eased, strict=True):
                package = _programme(menu, lower, aim)
                gains = part.utilities(package) - v
                allowed = exists & (gains.min(axis=0) >= -_TOLERANCE)
                score = np.where(allowed, gains[party], np.nan)
                most[party] = np.fmax(most[party], score)
        share = np.where(exists, np.maximum(np.nan_to_num(most), 0.0), 1.0)
        for menu, lower in zip(menus, eased, strict=True):
            package = _programme(menu, lower, share)
            gains = part.utilities(package) - v
            relative = gains / np.where(share > _SMALLEST, share, np.inf)
            relative = np.where(share > _SMALLEST, relative, np.inf).min(axis=0)
            keep("kalai", np.where(gains.min(axis=0) >= -_TOLERANCE, relative, -np.inf), package)
            package = _nash(menu, part, v)
            gains = np.maximum(part.utilities(package) - v, _SMALLEST)
            keep("nash", np.log(gains).sum(axis=0), package)
    fairest = best["fairest"]
    nash = np.where(exists, best.get("nash", fairest), fairest)
    kalai = np.where(exists, best.get("kalai", fairest), fairest)
    gains = np.where(exists, np.maximum(part.utilities(nash) - v, 0.0), 0.0)
    return {
        "slack": slack,
        "fairest": fairest,
        "nash": nash,
        "kalai": kalai,
        "gains": gains,
        "most": most,
    }


def _programme(menu: _Menu, values: FloatArray, weights: FloatArray) -> FloatArray:
    """Maximise t with every party's gain at least t times its weight; return the packages."""
    solution = _solve_linear(menu, values, weights, cuts=[])
    return _package(menu, solution)


def _package(menu: _Menu, mixture: FloatArray) -> FloatArray:
    return np.asarray((mixture * menu.points).sum(axis=1))


def _nash(menu: _Menu, parties: Parties, values: FloatArray) -> FloatArray:
    """Maximise the sum of logs of gains by tangents from above, all draws at once."""
    package = _programme(menu, values, np.ones_like(values))
    gains = parties.utilities(package) - values
    # where hardly any gain is possible the fairest package is the answer
    wide = gains.min(axis=0) > _NARROW
    eased = np.where(wide, values, values - 1.0)
    cuts = [np.maximum(parties.utilities(package) - eased, _NARROW)]
    cuts += [np.full_like(values, at) for at in (1e-4, 1e-3, 1e-2, 0.05, 0.2, 0.6)]
    best, score = package, np.log(cuts[0]).sum(axis=0)
    for _ in range(_CUTS):
        package = _package(menu, _solve_linear(menu, eased, None, cuts=cuts))
        gains = np.maximum(parties.utilities(package) - eased, _NARROW)
        bound = np.min([np.log(cut) + gains / cut - 1.0 for cut in cuts], axis=0).sum(axis=0)
        found = np.log(gains).sum(axis=0)
        better = wide & (found > score)
        best, score = np.where(better, package, best), np.where(better, found, score)
        if (bound - score <= _GAP)[wide].all():
            break
        cuts.append(gains)
    return best


def _solve_linear(
    menu: _Menu, values: FloatArray, weights: FloatArray | None, *, cuts: list[FloatArray]
) -> FloatArray:
    """Solve one block programme; the mixture has shape ``(n_issues, n_points, n_draws)``.

    With ``weights``: maximise t with gains >= t * weight. With ``cuts``: maximise the sum of z with every z below the
    tangents of the logarithm at the cuts.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  slow to load
    from scipy.sparse import csr_array  # noqa: PLC0415  slow to load

    n_parties, n_issues, n_points, n = menu.loss.shape
    size = n_issues * n_points
    extra = 1 if weights is not None else n_parties
    width = size + extra
    draws = np.arange(n)
    # gain_i = 1 - v_i - sum of mixture * loss
    kinds = 1 if weights is not None else len(cuts)
    rows, cols, data, right = [], [], [], []
    loss = menu.loss.reshape(n_parties, size, n)
    for kind in range(kinds):
        for i in range(n_parties):
            row = (kind * n_parties + i) * n + draws
            at = np.repeat(row, size)
            columns = (draws[:, None] * width + np.arange(size)).ravel()
            if weights is not None:
                scale, bound = np.ones(n), 1.0 - values[i]
                rows.append(row)
                cols.append(draws * width + size)
                data.append(weights[i])
            else:
                # z <= log g + (gain - g) / g
                cut = cuts[kind][i]
                scale, bound = 1.0 / cut, np.log(cut) - 1.0 + (1.0 - values[i]) / cut
                rows.append(row)
                cols.append(draws * width + size + i)
                data.append(np.ones(n))
            rows.append(at)
            cols.append(columns)
            data.append((loss[i] * scale).T.ravel())
            right.append(bound)
    upper = csr_array(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(cols))),
        shape=(kinds * n_parties * n, width * n),
    )
    issue_rows = np.arange(n * n_issues)
    equal = csr_array(
        (
            np.ones(n * size),
            (
                np.repeat(issue_rows, n_points),
                (draws[:, None] * width + np.arange(size)).ravel(),
            ),
        ),
        shape=(n * n_issues, width * n),
    )
    cost = np.zeros((n, width))
    cost[:, size:] = -1.0
    low = np.zeros((n, width))
    low[:, size:] = -np.inf

    def solve(options: dict[str, float]) -> Any:
        # the stubs know neither sparse matrices nor the solver's tolerances
        return cast("Any", linprog)(
            cost.ravel(),
            A_ub=upper,
            b_ub=np.concatenate(right),
            A_eq=equal,
            b_eq=np.ones(n * n_issues),
            bounds=np.stack([low.ravel(), np.full(n * width, np.inf)], axis=1),
            options=options,
        )

    found = solve(_TIGHT)
    if found.status != 0:  # once more with the solver's own tolerances
        found = solve({})
    if found.status != 0:
        message = f"a linear programme of packages ended with: {found.message}"
        raise SolverError(
            message, code="game-invalid", at="solve_packages", fix="report this with its input"
        )
    mixture = np.asarray(found.x).reshape(n, width)[:, :size]
    return np.ascontiguousarray(mixture.T).reshape(n_issues, n_points, n)


def _invalid(message: str, at: str, fix: str) -> ModelError:
    return ModelError(message, code="input-invalid", at=at, fix=fix)
