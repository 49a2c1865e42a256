r"""Where something holds, by a tree: CART, the alternative to PRIM.

Cases are split in two, again and again, where the split tells most about the outcome (:cite:p:`breiman1984`). The leaves
divide all cases between them, so that together they say where something holds and where it does not; a box of PRIM is
chosen to say one thing well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from detente.analysis._columns import InputColumn, split_columns
from detente.analysis.discovery import Box, Limit, limits_hold, read_outcome
from detente.arrays import BoolArray, FloatArray
from detente.errors import refuse

__all__ = ["CartTree", "Leaf", "grow_tree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf: its box, and the place of its path, a letter per split (``l`` for the lower or first part)."""

    box: Box
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartTree:
    """The leaves of a tree, from left to right, and its error.

    ``impurity`` is the mean Gini impurity of the leaves, ``impurity_before`` that of all cases.
    """

    leaves: tuple[Leaf, ...]
    columns: tuple[InputColumn, ...]
    impurity: float
    impurity_before: float

    @property
    def of_interest(self) -> tuple[Leaf, ...]:
        """Leaves in which more cases are of interest than overall, the densest first."""
        total = sum(leaf.box.n_cases for leaf in self.leaves)
        overall = sum(leaf.box.n_interest for leaf in self.leaves) / total
        chosen = [leaf for leaf in self.leaves if leaf.box.density > overall]
        return tuple(sorted(chosen, key=lambda leaf: (-leaf.box.density, leaf.path)))


class _Split(NamedTuple):
    """The best split of a node: gain, input, value or categories of the left part, cases of the left part."""

    gain: float
    column: int
    value: float
    codes: tuple[int, ...]
    left: BoolArray


def grow_tree(
    inputs: Mapping[str, ArrayLike],
    outcome: ArrayLike,
    *,
    threshold: float | None = None,
    below: bool = False,
    mass_min: float = 0.05,
    depth: int = 4,
) -> CartTree:
    r"""Grow a classification tree for cases of interest.

    A node with share :math:`p` of cases of interest has Gini impurity :math:`2p(1-p)`; the split taken lowers the mean
    impurity most. Categories are put in the order of their shares, which for two classes contains the best split of all.

    Parameters
    ----------
    inputs, outcome, threshold, below
        As of :func:`detente.analysis.discovery.find_box`.
    mass_min
        The smallest leaf, as a share of all cases.
    depth
        Splits on a path at most.

    Returns
    -------
    CartTree
        A split that lowers the impurity of no part is not taken.

    Raises
    ------
    UsageError
        As of :func:`detente.analysis.discovery.find_box`.

    References
    ----------
    :cite:p:`breiman1984`, Gini splits and the ordering of categories.
    """
    if not 0.0 < mass_min < 1.0 or depth < 1:
        refuse(
            f"leaves of {mass_min} of the cases at depth {depth} cannot be",
            code="option-invalid",
            at="mass_min" if depth >= 1 else "depth",
            fix="use a share between 0 and 1 and a depth of 1 or more",
        )
    values, interest = read_outcome(outcome, threshold=threshold, below=below)
    columns = split_columns(inputs, values.size)
    smallest = max(1, int(mass_min * values.size))
    leaves: list[Leaf] = []
    impurity = 0.0

    def grow(cases: BoolArray, limits: tuple[Limit, ...], path: str) -> None:
        nonlocal impurity
        split = _best_split(columns, interest, cases, smallest) if len(path) < depth else None
        if split is None:
            share = float(interest[cases].mean())
            impurity += 2.0 * share * (1.0 - share) * float(cases.mean())
            leaves.append(Leaf(box=_box(columns, values, interest, cases, limits), path=path))
            return
        for side, part in (("l", cases & split.left), ("r", cases & ~split.left)):
            grow(part, _narrow(columns, limits, split, side), path + side)

    grow(np.ones(values.size, dtype=np.bool_), (), "")
    overall = float(interest.mean())
    return CartTree(
        leaves=tuple(leaves),
        columns=columns,
        impurity=impurity,
        impurity_before=2.0 * overall * (1.0 - overall),
    )


def _best_split(
    columns: tuple[InputColumn, ...], interest: BoolArray, cases: BoolArray, smallest: int
) -> _Split | None:
    where = np.flatnonzero(cases)
    hits, count = float(interest[where].sum()), where.size
    if hits in {0.0, float(count)} or count < 2 * smallest:
        return None
    before = hits * (count - hits) / count
    best: _Split | None = None
    for number, column in enumerate(columns):
        values, order_of = column.values[where], {}
        if column.labels:
            codes = np.unique(values)
            shares = np.array([interest[where][values == code].mean() for code in codes])
            ranked = codes[np.lexsort((codes, shares))]
            order_of = {float(code): rank for rank, code in enumerate(ranked)}
            values = np.array([order_of[float(code)] for code in values], dtype=np.float64)
        order = np.argsort(values, kind="stable")
        row, below = values[order], np.cumsum(interest[where][order])
        n_left = np.arange(1, count)
        k_left = below[:-1].astype(np.float64)
        allowed = (row[1:] > row[:-1]) & (n_left >= smallest) & (count - n_left >= smallest)
        if not allowed.any():
            continue
        k_right, n_right = hits - k_left, count - n_left
        after = k_left * (n_left - k_left) / n_left + k_right * (n_right - k_right) / n_right
        gains = np.where(allowed, before - after, -1.0)
        at = int(gains.argmax())
        if gains[at] <= 1e-12 * count or (best is not None and gains[at] <= best.gain):
            continue
        value = float((row[at] + row[at + 1]) / 2.0)
        chosen: tuple[int, ...] = ()
        left = column.values <= value
        if column.labels:
            chosen = tuple(sorted(int(code) for code, rank in order_of.items() if rank <= row[at]))
            left = np.isin(column.values, chosen)
        best = _Split(float(gains[at]), number, value, chosen, left)
    return best


def _narrow(
    columns: tuple[InputColumn, ...], limits: tuple[Limit, ...], split: _Split, side: str
) -> tuple[Limit, ...]:
    """Add a side of a split to the limits of a path; limits stay in the order of the inputs."""
    column = columns[split.column]
    known = {limit.name: limit for limit in limits}
    if column.labels:
        held = known.get(column.name)
        kept = column.labels if held is None else held.categories
        first = {column.labels[code] for code in split.codes}
        kept = tuple(label for label in kept if (label in first) == (side == "l"))
        known[column.name] = Limit(column.name, float("nan"), float("nan"), kept)
    else:
        start = Limit(
            column.name,
            float(column.values.min()),
            float(column.values.max()),
            low_open=True,
            high_open=True,
        )
        held = known.get(column.name, start)
        known[column.name] = (
            held._replace(high=split.value, high_open=False)
            if side == "l"
            else held._replace(low=split.value, low_open=False)
        )
    order = {item.name: number for number, item in enumerate(columns)}
    return tuple(sorted(known.values(), key=lambda limit: order[limit.name]))


def _box(
    columns: tuple[InputColumn, ...],
    values: FloatArray,
    interest: BoolArray,
    cases: BoolArray,
    limits: tuple[Limit, ...],
) -> Box:
    inside = limits_hold(columns, limits) & cases
    hits = int(interest[inside].sum())
    return Box(
        limits=limits,
        coverage=hits / int(interest.sum()),
        density=hits / int(inside.sum()),
        mean=float(values[inside].mean()),
        mass=float(inside.mean()),
        n_cases=int(inside.sum()),
        n_interest=hits,
        phase="choice",
    )
