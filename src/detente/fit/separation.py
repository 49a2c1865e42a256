r"""Data that separate: a linear function of the regressors that never is on the wrong side of a choice.

Then the likelihood rises for ever along some direction, and there is no estimate. Whether there is such a
direction is a linear programme :cite:p:`konis2007`: the most of :math:`\sum_i s_i x_i'\beta` over :math:`|\beta| \le 1` with every
:math:`s_i x_i'\beta \ge 0`, where :math:`s_i` is 1 for one choice and -1 for the other, is 0 if and only if there is none.
"""

import numpy as np
from scipy.optimize import linprog

from detente.arrays import BoolArray, FloatArray

__all__ = ["dependent_column", "separating_direction"]

_NOTHING = 1e-7


def dependent_column(columns: FloatArray) -> int | None:
    """Return the first column that is zero or a combination of those before it, None if there is none.

    Examples
    --------
    >>> dependent_column(np.array([[1.0, 2.0], [1.0, 2.0]])), dependent_column(np.eye(2))
    (1, None)
    """
    sizes = np.sqrt((columns**2).sum(axis=0))
    left = columns / np.where(sizes > 0.0, sizes, 1.0)
    for place in range(columns.shape[1]):
        column = left[:, place]
        length = float(np.linalg.norm(column))
        if length < _NOTHING:
            return place
        axis = column / length
        rest = left[:, place + 1 :]
        left[:, place + 1 :] = rest - np.outer(axis, axis @ rest)
    return None


def separating_direction(
    columns: FloatArray, left: BoolArray, right: BoolArray
) -> FloatArray | None:
    """Return coefficients that separate two choices, completely or but for ties; None if there are none.

    Parameters
    ----------
    columns
        Regressors of the choice, shape ``(n, k)``.
    left, right
        Which rows chose what, shape ``(n,)``; a row of counts may have chosen both.

    Examples
    --------
    >>> x = np.array([[1.0, -1.0], [1.0, 0.0], [1.0, 2.0]])
    >>> separating_direction(x, x[:, 1] < 1, x[:, 1] > 1) is not None
    True
    >>> separating_direction(x, x[:, 1] != 0, x[:, 1] == 0) is None
    True
    """
    sizes = np.abs(columns).max(axis=0, initial=0.0)
    scaled = columns / np.where(sizes > 0.0, sizes, 1.0)
    signed = np.unique(np.concatenate([scaled[right], -scaled[left]]), axis=0)
    # columns that are combinations of others are looked for elsewhere: along them nothing is gained
    found = linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1.0, 1.0)
    )
    if found.status != 0 or found.fun is None or -found.fun <= _NOTHING * len(signed):
        return None
    return np.asarray(found.x / np.where(sizes > 0.0, sizes, 1.0))
