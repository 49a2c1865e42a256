"""Correcting who buys from whom in an input-output table, and rebalancing the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.sanctions.trade_table import InputOutputTable

__all__ = ["BalancedMatrix", "Overlay", "balance_matrix", "overlay_purchases"]

Status = Literal["converged", "stalled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedMatrix:
    """A matrix with prescribed totals.

    Attributes
    ----------
    matrix
        The answer, in the shape of the first guess; signs and zeros are kept.
    residual
        Largest gap of a total, relative to the mean absolute total.
    iterations
        Passes over rows and columns.
    status
        ``converged`` or ``stalled``.
    """

    matrix: FloatArray
    residual: float
    iterations: int
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A table with some bilateral purchases set from another source.

    Attributes
    ----------
    table
        The new table; outputs, value added, technology and final demand by sector are those of the old one.
    residual
        Largest gap of a total after balancing, relative to the mean total.
    iterations
        Passes of the balancing.
    before, after
        Purchases of each buyer from the seller, shape ``(N,)``, in the table's unit.
    """

    table: InputOutputTable
    residual: float
    iterations: int
    before: FloatArray
    after: FloatArray


def balance_matrix(
    guess: FloatArray,
    *,
    row_totals: FloatArray,
    column_totals: FloatArray,
    tolerance: float = 1e-10,
    max_iterations: int = 5000,
) -> BalancedMatrix:
    r"""Nearest matrix with given totals, entries of either sign (GRAS; RAS where all are positive).

    With the guess split in positive and negative parts, :math:`A = P - N`, the answer is

    .. math:: x_{ij} = r_i p_{ij} s_j - \frac{n_{ij}}{r_i s_j}, \qquad
              r_i = \frac{u_i + \sqrt{u_i^2 + 4 p_i n_i}}{2 p_i},
              \quad p_i = \sum_j p_{ij} s_j, \quad n_i = \sum_j \frac{n_{ij}}{s_j}

    and likewise for the columns.

    Parameters
    ----------
    guess
        First guess, shape ``(m, n)``.
    row_totals, column_totals
        Totals to meet, shapes ``(m,)`` and ``(n,)``; equal sums.
    tolerance
        Largest gap of a total, relative to the mean absolute total.
    max_iterations
        Most passes.

    Returns
    -------
    BalancedMatrix
        The answer and its residual.

    Raises
    ------
    ModelError
        ``input-invalid`` if the totals do not add up to the same, or a total is called for where the guess is empty.

    References
    ----------
    :cite:p:`junius2003`; :cite:p:`lenzen2007` for the form used here.
    """
    positive, negative = np.maximum(guess, 0.0), np.maximum(-guess, 0.0)
    size = float(np.abs(row_totals).mean()) or 1.0
    for name, totals, axis in (("row", row_totals, 1), ("column", column_totals, 0)):
        empty = (positive.sum(axis=axis) + negative.sum(axis=axis) == 0.0) & (
            np.abs(totals) > tolerance * size
        )
        if empty.any():
            at = int(empty.argmax())
            message = f"{name} {at} is empty but its total is to be {totals[at]:g}"
            raise ModelError(
                message,
                code="input-invalid",
                at=f"{name}_totals",
                fix="give the guess an entry there",
            )
    gap = abs(float(row_totals.sum() - column_totals.sum()))
    if gap > 1e-6 * size * len(row_totals):
        message = (
            f"row totals add up to {row_totals.sum():g}, column totals to {column_totals.sum():g}"
        )
        raise ModelError(
            message, code="input-invalid", at="column_totals", fix="make the two sums equal"
        )
    s = np.ones(guess.shape[1])
    residual, iterations = np.inf, 0
    matrix = guess
    while residual > tolerance and iterations < max_iterations:
        iterations += 1
        r = _multiplier(row_totals, positive @ s, negative @ (1.0 / s))
        s = _multiplier(column_totals, r @ positive, (1.0 / r) @ negative)
        matrix = r[:, None] * positive * s - negative / (r[:, None] * s)
        residual = float(
            max(
                np.abs(matrix.sum(axis=1) - row_totals).max(),
                np.abs(matrix.sum(axis=0) - column_totals).max(),
            )
            / size
        )
    return BalancedMatrix(
        matrix=matrix,
        residual=residual,
        iterations=iterations,
        status="converged" if residual <= tolerance else "stalled",
    )


def overlay_purchases(
    table: InputOutputTable,
    *,
    seller: str,
    sector: str,
    purchases: Mapping[str, float],
    tolerance: float = 1e-10,
) -> Overlay:
    """Set what buyers purchase of one sector from one seller, and rebalance who supplies the others.

    The buyer's purchases from the seller keep their pattern over uses and are held; all other sales of the sector are
    rebalanced so that each seller sells and each user buys as much of the sector as before. Technology, value added
    and final demand therefore do not change: only sourcing does.

    Parameters
    ----------
    table
        The table to correct.
    seller, sector
        Whose sales, and of what.
    purchases
        Value bought by each region named, in the table's unit, >= 0.
    tolerance
        Of the balancing.

    Returns
    -------
    Overlay
        The table, with the residual of the balancing and what changed.

    Raises
    ------
    ModelError
        ``input-invalid`` for unknown codes, a buyer that bought nothing before (no pattern), purchases above what the
        seller sells or the buyer uses, or totals that cannot be met.

    References
    ----------
    Own; the balancing is :func:`balance_matrix`. See decision note 0020.
    """
    at, row = table.region_positions([seller])[0], table.sector_positions([sector])[0]
    buyers = table.region_positions(purchases)
    n, j = len(table.regions), len(table.sectors)
    # sales of this sector: sellers x (users in each region, then final users)
    sales = np.concatenate([table.intermediate[:, row], table.final[:, row, :, None]], axis=2)
    before = sales[at].sum(axis=1)
    held = np.zeros((n, j + 1))
    is_held = np.zeros((n, n, j + 1), dtype=bool)
    for code, buyer in zip(purchases, buyers, strict=True):
        value = purchases[code]
        if not 0.0 <= value < np.inf or before[buyer] <= 0.0:
            message = f"{code} is to buy {value:g} {table.unit} of {seller}_{sector}, {before[buyer]:g} before"
            raise ModelError(
                message,
                code="input-invalid",
                at=f"purchases.{code}",
                fix="give a value of zero or more for a region that bought something before",
            )
        held[buyer] = sales[at, buyer] * value / before[buyer]
        is_held[at, buyer] = True
    used = sales.sum(axis=0)
    # a user cannot buy more from the seller than it uses: the rest goes to the region's other users
    for code, buyer in zip(purchases, buyers, strict=True):
        held[buyer] = _cap(held[buyer], 0.999 * np.maximum(used[buyer], 0.0), code)
    free = np.where(is_held, 0.0, sales)
    column_totals = used - held
    row_totals = sales.sum(axis=(1, 2))
    row_totals = row_totals - np.where(np.arange(n) == at, held.sum(), 0.0)
    if row_totals[at] < 0.0:
        message = (
            f"{seller}_{sector} is to sell {held.sum():g} {table.unit} to the buyers named, "
            f"more than the {sales[at].sum():g} it sells in all"
        )
        raise ModelError(
            message, code="input-invalid", at="purchases", fix="give values within its output"
        )
    balanced = balance_matrix(
        free.reshape(n, -1),
        row_totals=row_totals,
        column_totals=column_totals.ravel(),
        tolerance=tolerance,
    )
    if balanced.status != "converged":
        message = f"the purchases named cannot be met: a gap of {balanced.residual:.1e} remains"
        raise ModelError(
            message, code="input-invalid", at="purchases", fix="give values nearer to the table's"
        )
    new = balanced.matrix.reshape(n, n, j + 1)
    new[at] += np.where(is_held[at], held, 0.0)
    intermediate, final = table.intermediate.copy(), table.final.copy()
    intermediate[:, row], final[:, row] = new[:, :, :j], new[:, :, j]
    return Overlay(
        table=replace(table, intermediate=intermediate, final=final),
        residual=balanced.residual,
        iterations=balanced.iterations,
        before=before,
        after=new[at].sum(axis=1),
    )


def _multiplier(totals: FloatArray, positive: FloatArray, negative: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        both = (totals + np.sqrt(totals**2 + 4.0 * positive * negative)) / (2.0 * positive)
        only_negative = -negative / totals
    value = np.where(positive > 0.0, both, np.where(negative > 0.0, only_negative, 1.0))
    return np.maximum(value, 1e-300)


def _cap(wanted: FloatArray, room: FloatArray, code: str) -> FloatArray:
    """Keep the total of what is wanted, no use above its room; the excess is spread over the room that is left."""
    for _ in range(100):
        over = wanted > room
        excess = float((wanted - room)[over].sum())
        if excess <= 0.0:
            return wanted
        wanted = np.minimum(wanted, room)
        left = room - wanted
        if left.sum() < excess:
            break
        wanted = wanted + excess * left / left.sum()
    message = f"{code} is to buy more than it uses of the sector in all"
    raise ModelError(
        message, code="input-invalid", at=f"purchases.{code}", fix="give a smaller value"
    )
