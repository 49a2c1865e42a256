"""Distinct rows of small integers."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["KEY_LIMIT", "unique_rows"]

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
