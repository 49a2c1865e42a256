r"""Whether one input alone nearly says which cases are of interest: often it is the outcome under another name."""

from typing import NamedTuple

import numpy as np

from detente.analysis._columns import InputColumn
from detente.analysis.discovery import Limit
from detente.arrays import BoolArray, FloatArray

__all__ = ["DETERMINED", "SingleInput", "find_single_inputs"]

DETERMINED = 0.95
"""Share of the cases of interest that a condition catches less that of the others: from here on it nearly determines them."""

_FEWEST = 5
"""Fewest cases of interest, and others, of which anything is said."""


class SingleInput(NamedTuple):
    """A condition on one input: it holds for ``hits`` of ``n_hits`` cases of interest and for ``misses`` of ``n_misses`` others.

    ``limit`` is an interval or a set of categories; if ``outside``, the condition is to lie outside of the interval.
    """

    limit: Limit
    outside: bool
    hits: int
    n_hits: int
    misses: int
    n_misses: int


def find_single_inputs(
    columns: tuple[InputColumn, ...], interest: BoolArray, *, least: float = DETERMINED
) -> tuple[SingleInput, ...]:
    r"""Find inputs of which an interval, its complement or a set of categories tells cases of interest from others.

    A condition is judged by the share of the cases of interest that it catches less the share of the others that it catches:
    1 if it tells all apart, about 0 by chance. The best condition on each input is found exactly.

    Parameters
    ----------
    columns
        Inputs of ``n_cases`` values.
    interest
        Mask of the cases of interest, shape ``(n_cases,)``.
    least
        Least difference of the shares, 0-1.

    Returns
    -------
    tuple of SingleInput
        The most telling first; none if there are fewer than five cases of interest or five others.

    Examples
    --------
    >>> x = InputColumn("x", np.arange(40.0))
    >>> found, = find_single_inputs((x,), x.values > 29)
    >>> found.limit.low, found.hits, found.misses
    (29.5, 10, 0)
    """
    n_hits = int(interest.sum())
    n_misses = interest.size - n_hits
    if min(n_hits, n_misses) < _FEWEST:
        return ()
    found = []
    for column in columns:
        limit, outside = _best_condition(column, interest, n_hits, n_misses)
        inside = _holds(column, limit) ^ outside
        hits, misses = int(interest[inside].sum()), int((inside & ~interest).sum())
        index = hits / n_hits - misses / n_misses
        if index >= least:
            found.append((index, SingleInput(limit, outside, hits, n_hits, misses, n_misses)))
    return tuple(item for _, item in sorted(found, key=lambda pair: -pair[0]))


def _best_condition(
    column: InputColumn, interest: BoolArray, n_hits: int, n_misses: int
) -> tuple[Limit, bool]:
    """Return the condition that tells most, and whether it is to lie outside."""
    values, codes = np.unique(column.values, return_inverse=True)
    weights = np.where(interest, 1.0 / n_hits, -1.0 / n_misses)
    gains: FloatArray = np.bincount(codes.reshape(-1), weights=weights).astype(np.float64)
    if column.labels:
        chosen = tuple(column.labels[int(code)] for code in values[gains > 0.0])
        return Limit(column.name, np.nan, np.nan, chosen), False
    best, first, last = _largest_run(gains)
    worst, low, high = _largest_run(-gains)
    outside = worst > best + 1e-12
    if outside:
        first, last = low, high
    return _interval(column.name, values, first, last), outside


def _largest_run(gains: FloatArray) -> tuple[float, int, int]:
    """Return the largest sum of neighbours, and the places of the first and the last of them."""
    sums = np.concatenate(([0.0], np.cumsum(gains)))
    lowest = np.minimum.accumulate(sums[:-1])
    last = int((sums[1:] - lowest).argmax())
    first = int(sums[: last + 1].argmin())
    return float(sums[last + 1] - sums[first]), first, last


def _interval(name: str, values: FloatArray, first: int, last: int) -> Limit:
    """Return an interval that ends midway between values; it is open where it takes the last of them."""
    low_open, high_open = first == 0, last == values.size - 1
    low = values[0] if low_open else (values[first - 1] + values[first]) / 2.0
    high = values[-1] if high_open else (values[last] + values[last + 1]) / 2.0
    return Limit(name, float(low), float(high), low_open=low_open, high_open=high_open)


def _holds(column: InputColumn, limit: Limit) -> BoolArray:
    if column.labels:
        wanted = [code for code, label in enumerate(column.labels) if label in limit.categories]
        return np.isin(column.values, wanted)
    return (column.values >= limit.low) & (column.values <= limit.high)
