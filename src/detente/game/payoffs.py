r"""Payoffs by draw: as tables, or priced from parts and never written out for all draws at once.

A priced payoff is a sum over considerations, each at one of a few levels in every payoff class:

.. math:: u_i(k; d) = \sum_c w_{i, t, c}(d)\; p_{c, \ell_c(k)}(d),

with the price of each level and the weight that a player, or a type of it, gives to each consideration, both by draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int32Array, Int64Array, IntArray
from detente.errors import SolverError, refuse
from detente.game._inputs import MOST_PAYOFF, as_payoffs, count_draws
from detente.game.form import ExtensiveForm
from detente.summaries import html_fields, text_fields

__all__ = ["DrawRows", "PayoffTable", "Payoffs", "PricedPayoffs", "payoff_source", "take_draws"]

DrawRows = IntArray | slice
"""Which draws: their numbers, or a range of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PayoffTable:
    """Payoffs written out, shape ``(K, P, D or 1)``."""

    table: FloatArray

    @property
    def n_draws(self) -> int:
        """Number of draws, 1 if all have the same payoffs."""
        return int(self.table.shape[2])

    def block(self, draws: DrawRows) -> FloatArray:
        """Return the payoffs of some draws, shape ``(K, P, n)``, or ``(K, P, 1)`` if all draws have the same."""
        return self.table if self.n_draws == 1 else self.table[:, :, draws]

    def pick(self, draws: DrawRows) -> "PayoffTable":
        """Return the payoffs of some draws only."""
        return PayoffTable(table=self.block(draws))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PricedPayoffs:
    """Payoffs as levels, prices and weights; make one with :meth:`from_parts`, which checks them.

    Attributes
    ----------
    level
        The level of each consideration in each payoff class, shape ``(K, C)``.
    prices
        For each consideration the price of each of its levels, ``C`` arrays of shape ``(levels, D or 1)``.
    weights
        Rows of weights of the considerations, shape ``(W, C, D or 1)``.
    weight_row
        The row of weights that each player has in each payoff class, shape ``(K, P)``; types differ by row.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    level: Int32Array
    prices: tuple[FloatArray, ...]
    weights: FloatArray
    weight_row: Int32Array

    @classmethod
    def from_parts(
        cls,
        level: ArrayLike,
        prices: Sequence[ArrayLike],
        weights: ArrayLike,
        *,
        weight_row: ArrayLike | None = None,
    ) -> "PricedPayoffs":
        """Check the parts and keep them.

        Parameters
        ----------
        level
            The level of each consideration in each payoff class, shape ``(K, C)``.
        prices
            For each consideration the price of each level, shape ``(levels,)`` or ``(levels, D)``.
        weights
            Rows of weights, shape ``(W, C)`` or ``(W, C, D)``.
        weight_row
            The row of each player in each payoff class, shape ``(K, P)``. If left out, row ``i`` is player ``i``'s.

        Raises
        ------
        SolverError
            ``payoff-not-finite``, or ``game-invalid`` for parts that do not fit one another.

        Examples
        --------
        Two outcomes, war (level 1 of the only consideration) or not, which cost the players 3 and 5:

        >>> parts = PricedPayoffs.from_parts([[0], [1]], [[0.0, -1.0]], [[3.0], [5.0]])
        >>> parts.block(slice(None))[:, :, 0].tolist()
        [[0.0, 0.0], [-3.0, -5.0]]
        """
        levels = _indices("level", level)
        tables = tuple(_floats(f"prices[{c}]", item, ndim=2) for c, item in enumerate(prices))
        rows = _floats("weights", weights, ndim=3)
        if len(tables) != levels.shape[1] or rows.shape[1] != levels.shape[1]:
            refuse(
                f"level has {levels.shape[1]} considerations, prices {len(tables)} and weights {rows.shape[1]}",
                code="game-invalid",
                at="level",
                fix="give every consideration a column of levels, a table of prices and weights",
                error=SolverError,
            )
        for c, table in enumerate(tables):
            _check_range(f"level[:, {c}]", levels[:, c], table.shape[0])
        if weight_row is None:
            which = np.broadcast_to(np.arange(rows.shape[0]), (levels.shape[0], rows.shape[0]))
        else:
            which = _indices("weight_row", weight_row)
        if which.shape[0] != levels.shape[0]:
            refuse(
                f"weight_row has {which.shape[0]} payoff classes where level has {levels.shape[0]}",
                code="game-invalid",
                at="weight_row",
                fix="give both one row for each payoff class",
                error=SolverError,
            )
        _check_range("weight_row", which, rows.shape[0])
        count_draws(weights=rows, **{f"prices[{c}]": table for c, table in enumerate(tables)})
        return cls(
            level=levels.astype(np.int32),
            prices=tables,
            weights=rows,
            weight_row=np.array(which, dtype=np.int32),
        )

    @property
    def n_draws(self) -> int:
        """Number of draws, 1 if all have the same payoffs."""
        sizes = [self.weights.shape[2], *(table.shape[1] for table in self.prices)]
        return 0 if 0 in sizes else max(sizes)

    def part(self, consideration: int, draws: DrawRows) -> FloatArray:
        """Return what one consideration adds to the payoffs of some draws, shape ``(K, P, n or 1)``."""
        price = take_draws(self.prices[consideration], draws)[self.level[:, consideration]]
        weight = take_draws(self.weights[:, consideration], draws)[self.weight_row]
        return np.asarray(weight * price[:, np.newaxis])

    def block(self, draws: DrawRows) -> FloatArray:
        """Return the payoffs of some draws, shape ``(K, P, n)``, or ``(K, P, 1)`` if all draws have the same.

        Raises
        ------
        SolverError
            ``payoff-not-finite`` if products of weights and prices overflow.
        """
        total = np.zeros((*self.weight_row.shape, 1))
        with np.errstate(over="ignore", invalid="ignore"):
            for consideration in range(self.level.shape[1]):
                total = total + self.part(consideration, draws)
        if total.size and not max(total.max(), -total.min()) <= MOST_PAYOFF:
            refuse(
                "weights times prices are too large to add up",
                code="payoff-not-finite",
                at="payoffs",
                fix="state prices and weights on a smaller scale",
                error=SolverError,
            )
        return total

    def pick(self, draws: DrawRows) -> "PricedPayoffs":
        """Return the payoffs of some draws only."""
        return PricedPayoffs(
            level=self.level,
            prices=tuple(take_draws(table, draws) for table in self.prices),
            weights=take_draws(self.weights, draws),
            weight_row=self.weight_row,
        )


Payoffs = ArrayLike | PayoffTable | PricedPayoffs
"""What solvers and evaluations take as payoffs."""


def payoff_source(form: ExtensiveForm, payoffs: Payoffs) -> PayoffTable | PricedPayoffs:
    """Return checked payoffs for the form, to be had by blocks of draws.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, or ``game-invalid`` for payoffs that do not fit the form.
    """
    if isinstance(payoffs, PayoffTable):
        payoffs = payoffs.table
    if not isinstance(payoffs, PricedPayoffs):
        return PayoffTable(table=as_payoffs(form, payoffs))
    classes, players = payoffs.weight_row.shape
    if classes < form.n_classes or players != form.n_players:
        refuse(
            f"payoffs are priced for {classes} payoff classes and {players} players",
            code="game-invalid",
            at="payoffs",
            fix=f"price {form.n_classes} payoff classes for {form.n_players} players",
            error=SolverError,
        )
    return payoffs


def take_draws(array: FloatArray, draws: DrawRows) -> FloatArray:
    """Return some draws of an array with draws in its last axis; an array for all draws stays as it is."""
    return array if array.shape[-1] == 1 else array[..., draws]


def _floats(name: str, values: ArrayLike, *, ndim: int) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == ndim - 1:
        array = array[..., np.newaxis]
    if array.ndim != ndim:
        refuse(
            f"{name} has shape {array.shape}",
            code="game-invalid",
            at=name,
            fix=f"give {ndim - 1} axes, and one more where draws differ",
            error=SolverError,
        )
    if not np.isfinite(array).all():
        refuse(
            f"{name} holds {array[~np.isfinite(array)][0]}",
            code="payoff-not-finite",
            at=name,
            fix="give a finite number everywhere; leave out draws that have none",
            error=SolverError,
        )
    return array


def _indices(name: str, values: ArrayLike) -> Int64Array:
    array = np.asarray(values)
    if array.ndim != 2 or (array.size and array.dtype.kind not in "iu"):
        refuse(
            f"{name} has shape {array.shape} and type {array.dtype}",
            code="game-invalid",
            at=name,
            fix="give a table of whole numbers, one row for each payoff class",
            error=SolverError,
        )
    return array.astype(np.int64)


def _check_range(name: str, index: Int64Array, count: int) -> None:
    if index.size and (index.min() < 0 or index.max() >= count):
        wrong = index[(index < 0) | (index >= count)][0]
        refuse(
            f"{name} is {wrong}, with {count} rows to choose from",
            code="game-invalid",
            at=name,
            fix=f"use numbers from 0 to {count - 1}",
            error=SolverError,
        )
