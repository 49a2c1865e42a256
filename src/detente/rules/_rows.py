"""Rows of small integers: which are distinct, and those of a tree in breadth-first order."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from detente.arrays import Int64Array

__all__ = ["KEY_LIMIT", "breadth_first", "unique_rows"]


KEY_LIMIT = 2**62
"""Largest key of a row; wider rows are keyed in steps."""


def unique_rows(
    columns: Iterable[tuple[NDArray[np.generic], int]], n_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the distinct rows of a table, in lexicographic order.

    Parameters
    ----------
    columns
        Each column with the number of values that it can take: integers from 0 to one less.
    n_rows
        Number of rows.

    Returns
    -------
    first, inverse
        A row at which each distinct one stands, and which distinct one stands at each row.

    Examples
    --------
    >>> unique_rows([(np.array([1, 0, 1]), 2), (np.array([0, 2, 0]), 3)], 3)
    (array([1, 0]), array([1, 0, 1]))
    """
    key = np.zeros(n_rows, dtype=np.int64)
    size = 1
    for column, n_values in columns:
        if size * n_values > KEY_LIMIT:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            size = n_rows + 1
        key = key * n_values + column.astype(np.int64)
        size *= n_values
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.astype(np.int64)


def breadth_first(
    depth: Int64Array, parent: Int64Array, ordinal: Int64Array, n_children: Int64Array
) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Order nodes level by level, the children of a node together.

    Returns
    -------
    place, order, first_child
        New index of each node; node at each new index; first child by new index (-1: none).
    """
    n_nodes = len(depth)
    place = np.empty(n_nodes, dtype=np.int64)
    order = np.empty(n_nodes, dtype=np.int64)
    first_child = np.full(n_nodes, -1, dtype=np.int64)
    by_depth = np.argsort(depth, kind="stable")
    bounds = np.concatenate(([0], np.cumsum(np.bincount(depth))))
    for level, (low, high) in enumerate(pairwise(bounds.tolist())):
        nodes = by_depth[low:high]
        place[nodes] = 0 if level == 0 else first_child[place[parent[nodes]]] + ordinal[nodes]
        order[place[nodes]] = nodes
        children = n_children[order[low:high]]
        starts = high + np.cumsum(children) - children
        first_child[low:high] = np.where(children > 0, starts, -1)
    return place, order, first_child
