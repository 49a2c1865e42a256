r"""Which inputs made a change: a split of the difference between two settings by Shapley's value.

Between a setting *before* and one *after*, let :math:`v(S)` be the result with the inputs in :math:`S` as after and all others
as before. The part of input :math:`i` is what setting it changes, averaged over all orders in which inputs can be set
(:cite:p:`shapley1953`). Parts add up to the whole change, inputs that do the same get the same, one that does nothing
gets nothing; no other split has these properties and is additive over results.
"""

from collections.abc import Callable, Sequence
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray, IntArray
from detente.errors import refuse

__all__ = ["EXACT_INPUTS", "Contribution", "Split", "shapley_parts", "split_change"]


EXACT_INPUTS = 10
"""Up to this many inputs every set of them is evaluated and the split is exact."""


class Contribution(NamedTuple):
    """What an input contributes, with the standard error of sampled orders (zero if exact).

    ``alone`` is what it changes if set alone, ``last`` what it changes if set after all others: where these differ,
    inputs work together.
    """

    name: str
    part: float
    error: float
    alone: float
    last: float


class Split(NamedTuple):
    """The change of a result, split; parts are ordered by size and sum to ``after - before``."""

    before: float
    after: float
    parts: tuple[Contribution, ...]
    exact: bool
    n_evaluated: int


def split_change(
    function: Callable[[BoolArray], ArrayLike],
    names: Sequence[str],
    *,
    exact_up_to: int = EXACT_INPUTS,
    n_orders: int = 64,
    seed: int = 1,
) -> Split:
    """Split the change of a result between two settings among the inputs that differ.

    Parameters
    ----------
    function
        Takes a mask of shape ``(n_sets, n_inputs)``, true where an input is as after; returns the result of each set,
        shape ``(n_sets,)``. It is called once, each set given once.
    names
        Names of the inputs.
    exact_up_to
        With more inputs than this, orders are sampled.
    n_orders
        Orders to sample, in pairs of an order and its reverse.
    seed
        Key of the orders.

    Returns
    -------
    Split
        Sampled parts, too, sum to the change exactly.

    Raises
    ------
    UsageError
        ``option-invalid`` without inputs, or if the function returns another number of results.

    References
    ----------
    :cite:p:`shapley1953`; sampling of orders: :cite:p:`castro2009`. Pairs of reversed orders are our own choice, to lessen
    the error.

    Examples
    --------
    >>> split = split_change(lambda after: after @ np.array([1.0, 3.0]), ["a", "b"])
    >>> [(part.name, part.part) for part in split.parts]
    [('b', 3.0), ('a', 1.0)]
    """
    count = len(names)
    if count == 0:
        refuse(
            "no input differs between the settings",
            code="option-invalid",
            at="names",
            fix="name one or more",
        )
    exact = count <= exact_up_to
    ends = np.array([np.zeros(count), np.ones(count)], dtype=np.bool_)
    single = np.eye(count, dtype=np.bool_)
    if exact:
        codes = np.arange(2**count)
        sets = (codes[:, None] >> np.arange(count)) & 1 == 1
        orders = np.empty((0, count), dtype=np.intp)
    else:
        orders = _draw_orders(count, n_orders, seed)
        ranks = orders.argsort(axis=1)
        steps = np.arange(count + 1)
        sets = (ranks[:, None, :] < steps[None, :, None]).reshape(-1, count)
    wanted = np.concatenate([ends, single, ~single, sets])
    distinct, place = np.unique(np.packbits(wanted, axis=1), axis=0, return_inverse=True)
    place = place.reshape(-1)
    masks = np.unpackbits(distinct, axis=1, count=count).astype(np.bool_)
    results = np.asarray(function(masks), dtype=np.float64).reshape(-1)
    if results.size != len(masks):
        refuse(
            f"the function gave {results.size} results for {len(masks)} sets",
            code="option-invalid",
            at="function",
            fix="return one result for each row of the mask",
        )
    values = results[place]
    before, after = float(values[0]), float(values[1])
    alone = values[2 : 2 + count] - before
    last = after - values[2 + count : 2 + 2 * count]
    rest = values[2 + 2 * count :]
    if exact:
        parts, errors = shapley_parts(rest), np.zeros(count)
    else:
        parts, errors = _sampled_parts(rest.reshape(len(orders), count + 1), orders)
    found = (
        Contribution(name, float(parts[k]), float(errors[k]), float(alone[k]), float(last[k]))
        for k, name in enumerate(names)
    )
    return Split(
        before,
        after,
        tuple(sorted(found, key=lambda part: (-abs(part.part), part.name))),
        exact,
        len(masks),
    )


def shapley_parts(values: FloatArray) -> FloatArray:
    """Return Shapley's value: the mean over all orders of what each adds to those before it.

    Parameters
    ----------
    values
        Worth of every set, shape ``(2 ** n, ...)``: the bits of a place say who is in the set.

    Returns
    -------
    FloatArray
        Shape ``(n, ...)``; sums to the worth of the whole set less that of the empty one.

    References
    ----------
    :cite:p:`shapley1953`.

    Examples
    --------
    >>> shapley_parts(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [2.0, 3.0]
    """
    count = len(values).bit_length() - 1
    codes = np.arange(len(values))
    size = np.array([code.bit_count() for code in codes.tolist()])
    weights = np.array([factorial(k) * factorial(count - k - 1) for k in range(count)])
    weights = weights / factorial(count)
    parts = np.empty((count, *values.shape[1:]))
    for number in range(count):
        without = codes[codes >> number & 1 == 0]
        gains = values[without | (1 << number)] - values[without]
        parts[number] = np.tensordot(weights[size[without]], gains, axes=1)
    return parts


def _draw_orders(count: int, n_orders: int, seed: int) -> IntArray:
    generator = np.random.default_rng(seed)
    half = [generator.permutation(count) for _ in range(max(2, n_orders // 2))]
    return np.array([order for one in half for order in (one, one[::-1])], dtype=np.intp)


def _sampled_parts(values: FloatArray, orders: IntArray) -> tuple[FloatArray, FloatArray]:
    """Mean gain of each input over orders and its standard error over pairs of orders."""
    gains = np.empty(orders.shape)
    np.put_along_axis(gains, orders, np.diff(values, axis=1), axis=1)
    pairs = (gains[::2] + gains[1::2]) / 2.0
    return pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
