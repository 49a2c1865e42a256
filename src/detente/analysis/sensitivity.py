r"""What drives a function or a set of cases: Sobol' indices, measures for given data, tornado bars.

Everything here works on plain arrays: on a function of anybody's, on a table of cases from elsewhere, on a run. The Sobol'
indices of input :math:`i` are shares of the variance of :math:`Y = f(X_1, \dots, X_D)`,

.. math:: S_i = \frac{V[E(Y \mid X_i)]}{V(Y)}, \qquad T_i = 1 - \frac{V[E(Y \mid X_{\sim i})]}{V(Y)}

and need runs at designed points (:func:`draw_saltelli`); :func:`measure_given_data` takes the cases as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from detente.analysis._columns import numeric_column
from detente.arrays import BoolArray, FloatArray, IntArray
from detente.errors import refuse

__all__ = [
    "DataMeasure",
    "GroupWeight",
    "SaltelliDesign",
    "SobolIndices",
    "Swing",
    "draw_saltelli",
    "find_sobol_indices",
    "find_swings",
    "find_telling_inputs",
    "measure_given_data",
    "weigh_groups",
]

FirstOrder = Literal["saltelli", "jansen"]


class SaltelliDesign(NamedTuple):
    """Points at which a function is evaluated for its Sobol' indices.

    ``points`` of shape ``((n_inputs + 2) * n_base, n_inputs)`` lie in the unit cube: first the ``n_base`` rows of A, then
    those of B, then for each input those of A with the column of this input taken from B.
    """

    points: FloatArray
    n_base: int
    n_inputs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SobolIndices:
    """First-order and total indices with bootstrap intervals; all arrays have shape ``(n_inputs,)``.

    ``first_low`` and so on are the ends of an interval that holds ``level`` of the bootstrap's replicates; without
    replicates they are NaN. ``variance`` is that of the values at A and B.
    """

    first: FloatArray
    first_low: FloatArray
    first_high: FloatArray
    total: FloatArray
    total_low: FloatArray
    total_high: FloatArray
    mean: float
    variance: float
    level: float
    n_base: int


class DataMeasure(NamedTuple):
    """How much an input tells about a value, from cases as they are.

    ``first_order`` is the share of the variance of the value that lies between classes of the input, corrected for
    what classes of chance would hold (it may be slightly negative). ``pawn_median`` and ``pawn_max`` are the median and
    the largest distance (Kolmogorov and Smirnov's) between the distribution of the value within a class and overall;
    ``pawn_dummy`` is the 95% quantile of the median distance for an input that is pure chance: below it nothing is shown.
    """

    name: str
    first_order: float
    pawn_median: float
    pawn_max: float
    pawn_dummy: float


class Swing(NamedTuple):
    """A bar of a tornado: a value with one input at its low and at its high end, all others at the reference."""

    name: str
    at_low: float
    at_high: float
    reference: float

    @property
    def width(self) -> float:
        """Distance between the ends, the reference among them."""
        ends = (self.at_low, self.at_high, self.reference)
        return max(ends) - min(ends)


def draw_saltelli(n_base: int, n_inputs: int, *, seed: int | None = 1) -> SaltelliDesign:
    """Draw the points for Sobol' indices from a scrambled Sobol' sequence.

    Parameters
    ----------
    n_base
        Rows of A and of B, a power of two: the sequence is balanced only then.
    n_inputs
        Number of inputs.
    seed
        Key of the scrambling; ``None`` leaves the sequence unscrambled.

    Returns
    -------
    SaltelliDesign
        A and B are the halves of one sequence in ``2 * n_inputs`` dimensions.

    Raises
    ------
    UsageError
        ``option-invalid`` for a number of rows that is no power of two, or without inputs.

    References
    ----------
    :cite:p:`saltelli2010`, the radial design of A, B and columns of B set into A.

    Examples
    --------
    >>> draw_saltelli(8, 3).points.shape
    (40, 3)
    """
    from scipy.stats import qmc  # noqa: PLC0415  # takes half a second

    if n_base < 2 or n_base & (n_base - 1):
        refuse(
            f"{n_base} base points are no power of two",
            code="option-invalid",
            at="n_base",
            fix=f"use {2 ** max(1, n_base.bit_length())} for instance",
        )
    if n_inputs < 1:
        refuse(
            f"{n_inputs} inputs leave nothing to vary",
            code="option-invalid",
            at="n_inputs",
            fix="use 1 or more",
        )
    sampler = qmc.Sobol(2 * n_inputs, scramble=seed is not None, rng=seed)
    both = sampler.random(n_base)
    first, second = both[:, :n_inputs], both[:, n_inputs:]
    points = np.empty((n_inputs + 2, n_base, n_inputs))
    points[0], points[1], points[2:] = first, second, first
    for place in range(n_inputs):
        points[2 + place, :, place] = second[:, place]
    return SaltelliDesign(points.reshape(-1, n_inputs), n_base, n_inputs)


def find_sobol_indices(
    values: ArrayLike,
    *,
    n_inputs: int,
    first_order: FirstOrder = "saltelli",
    n_replicates: int = 100,
    level: float = 0.95,
    seed: int = 1,
) -> SobolIndices:
    r"""Estimate first-order and total Sobol' indices with bootstrap intervals.

    With values :math:`a, b` at A and B and :math:`c_i` at A with column :math:`i` of B:

    .. math::

        \hat V_i = \frac1N \sum_k b_k (c_{ik} - a_k) \ \text{(saltelli)}, \quad
        \hat V_i = \hat V - \frac1{2N} \sum_k (b_k - c_{ik})^2 \ \text{(jansen)}, \quad
        \hat T_i = \frac1{2N\hat V} \sum_k (a_k - c_{ik})^2

    Parameters
    ----------
    values
        The function at the points of :func:`draw_saltelli`, shape ``((n_inputs + 2) * n_base,)``, in that order.
    n_inputs
        Number of inputs.
    first_order
        Estimator of the first order. Saltelli's has less error for small indices, Jansen's for large ones.
    n_replicates
        Bootstrap replicates over base points; 0 for none.
    level
        Share of the replicates within the interval.
    seed
        Key of the bootstrap.

    Returns
    -------
    SobolIndices
        Of a constant function all indices are NaN.

    Raises
    ------
    UsageError
        ``option-invalid`` if the number of values does not fit, ``value-not-finite`` for NaN or infinity.

    References
    ----------
    :cite:p:`saltelli2010` and :cite:p:`jansen1999` (both first orders, and the totals). Values are centred on their mean
    first, which changes no index and lessens the error of the first estimator. The bootstrap over base points is our
    own choice of form: weighted sums instead of copies.
    """
    array = numeric_column("values", values)
    if n_inputs < 1 or array.size % (n_inputs + 2) or array.size < 2 * (n_inputs + 2):
        refuse(
            f"{array.size} values do not come from a design of {n_inputs} inputs",
            code="option-invalid",
            at="values",
            fix="evaluate all points of draw_saltelli, (n_inputs + 2) times a power of two",
        )
    if not 0.0 < level < 1.0:
        refuse(
            f"a level of {level} is no share",
            code="option-invalid",
            at="level",
            fix="use for instance 0.95",
        )
    array = array.reshape(n_inputs + 2, -1)
    n_base = array.shape[1]
    mean = float(array[:2].mean())
    scale = float(np.abs(array - mean).max()) or 1.0
    centred = (array - mean) / scale
    a, b, mixed = centred[0], centred[1], centred[2:]
    effects = b * (mixed - a) if first_order == "saltelli" else 0.5 * np.square(b - mixed)
    parts = np.concatenate(
        [effects, 0.5 * np.square(a - mixed), [a + b, np.square(a) + np.square(b)]]
    )
    first, total, variance = _indices(parts.mean(axis=1), n_inputs, first_order)
    bounds = np.full((4, n_inputs), np.nan)
    if n_replicates > 0 and variance > 0.0:
        sums = parts @ _bootstrap_weights(n_replicates, n_base, seed)
        firsts, totals, _ = _indices(sums / n_base, n_inputs, first_order)
        ends = (0.5 - level / 2, 0.5 + level / 2)
        bounds = np.concatenate([np.quantile(item, ends, axis=1) for item in (firsts, totals)])
    return SobolIndices(
        first=first,
        first_low=bounds[0],
        first_high=bounds[1],
        total=total,
        total_low=bounds[2],
        total_high=bounds[3],
        mean=mean,
        variance=float(variance) * scale**2,
        level=level,
        n_base=n_base,
    )


def _indices(
    means: FloatArray, n_inputs: int, first_order: FirstOrder
) -> tuple[FloatArray, FloatArray, Any]:
    """Compute indices from means of products, the first axis of ``means``; further axes are replicates."""
    variance = means[-1] / 2 - np.square(means[-2] / 2)
    variance = np.where(variance > 1e-28, variance, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = means[:n_inputs] / variance
        total = means[n_inputs : 2 * n_inputs] / variance
    if first_order == "jansen":
        first = 1.0 - first
    constant = variance == 0.0
    return np.where(constant, np.nan, first), np.where(constant, np.nan, total), variance


def _bootstrap_weights(n_replicates: int, n_base: int, seed: int) -> FloatArray:
    """How often each base point is drawn in each replicate, shape ``(n_base, n_replicates)``."""
    picks = np.random.default_rng(seed).integers(n_base, size=(n_replicates, n_base))
    picks += n_base * np.arange(n_replicates)[:, None]
    counts = np.bincount(picks.reshape(-1), minlength=n_replicates * n_base)
    return counts.reshape(n_replicates, n_base).T.astype(np.float64)


# --- given data ------------------------------------------------------------------------------------------------------


def measure_given_data(
    inputs: Mapping[str, ArrayLike],
    values: ArrayLike,
    *,
    n_classes: int = 10,
    n_fine: int | None = None,
    seed: int = 1,
) -> tuple[DataMeasure, ...]:
    r"""Measure what each input tells about a value, from cases that no design was made for.

    Parameters
    ----------
    inputs
        Inputs by name, each of shape ``(n_cases,)``: numbers, or categories as text or booleans.
    values
        The value of each case.
    n_classes
        Classes of equal count into which a numeric input is cut for the distances; one with fewer distinct values has a
        class for each.
    n_fine
        Classes for the first order; half the root of the number of cases by default, from ``n_classes`` to 64.
    seed
        Key of the dummy input.

    Returns
    -------
    tuple of DataMeasure
        Ordered by ``first_order``, the largest first.

    Raises
    ------
    UsageError
        ``option-invalid`` if lengths differ or there are fewer than two cases for each class, ``value-not-finite``.

    References
    ----------
    First order: the correlation ratio over classes, the idea of estimating from given data in :cite:t:`plischke2013`,
    corrected for its expectation under independence, :math:`1 - (1 - \eta^2)(n - 1)/(n - k)`. PAWN and its dummy:
    :cite:p:`pianosi2018`.
    """
    target = numeric_column("values", values)
    n_cases = target.size
    if n_classes < 2 or n_cases < 2 * n_classes:
        refuse(
            f"{n_cases} cases cannot be cut into {n_classes} classes",
            code="option-invalid",
            at="n_classes",
            fix="use 2 classes or more, with at least two cases for each",
        )
    fine = n_fine or int(np.clip(np.sqrt(n_cases) / 2, n_classes, 64))
    order = np.argsort(target, kind="stable")
    # Steps at which the overall distribution may be read: the last case of each distinct value.
    last = np.append(np.diff(target[order]) > 0.0, True)
    spread = float(np.var(target))
    generator = np.random.default_rng(seed)
    chance = np.arange(n_cases) % n_classes
    dummy = float(
        np.quantile(
            [
                np.median(_distances(generator.permutation(chance), order, last, n_classes))
                for _ in range(40)
            ],
            0.95,
        )
    )
    found = []
    for name, column in inputs.items():
        codes, count = _classes(name, column, n_cases, n_classes)
        distances = _distances(codes, order, last, count)
        codes, count = _classes(name, column, n_cases, fine)
        sizes = np.bincount(codes, minlength=count)
        means = np.bincount(codes, target, minlength=count) / sizes
        between = float((sizes * np.square(means - target.mean())).sum() / n_cases)
        ratio = between / spread if spread > 0.0 else 0.0
        corrected = 1.0 - (1.0 - ratio) * (n_cases - 1) / max(n_cases - count, 1)
        found.append(
            DataMeasure(
                name,
                corrected if count > 1 and spread > 0.0 else 0.0,
                float(np.median(distances)),
                float(distances.max()),
                dummy,
            )
        )
    return tuple(sorted(found, key=lambda item: (-item.first_order, item.name)))


def find_telling_inputs(
    inputs: Mapping[str, ArrayLike], values: ArrayLike, *, most: int = 8
) -> tuple[str, ...]:
    """Name the inputs that tell most about a value, in the order given; at most ``most``.

    An input counts if its first order is above zero or its distances are above those of chance
    (:func:`measure_given_data`). Boxes and trees among hundreds of inputs find chance; among the telling ones less of it.
    """
    found = measure_given_data(inputs, values)
    kept = {
        item.name
        for item in [
            item for item in found if item.first_order > 0.0 or item.pawn_median > item.pawn_dummy
        ][:most]
    }
    return tuple(name for name in inputs if name in kept)


def _classes(name: str, column: ArrayLike, n_cases: int, n_classes: int) -> tuple[IntArray, int]:
    """Class of each case and number of classes; equal values always share a class."""
    array = np.asarray(column).reshape(-1)
    if array.size != n_cases:
        refuse(
            f"input {name!r} has {array.size} cases where the value has {n_cases}",
            code="option-invalid",
            at=f"inputs[{name!r}]",
            fix="give one entry for each case",
        )
    if array.dtype.kind not in "fiu":
        distinct, codes = np.unique(array.astype(str), return_inverse=True)
        return codes.astype(np.intp), distinct.size
    array = numeric_column(f"inputs[{name!r}]", array)
    distinct, codes, counts = np.unique(array, return_inverse=True, return_counts=True)
    if distinct.size > n_classes:
        middle = np.cumsum(counts) - (counts + 1) / 2
        grouped = np.minimum((middle * n_classes / n_cases).astype(np.intp), n_classes - 1)
        _, grouped = np.unique(grouped, return_inverse=True)
        codes = grouped[codes]
    return codes.astype(np.intp), int(codes.max()) + 1


def _distances(codes: IntArray, order: IntArray, last: BoolArray, n_classes: int) -> FloatArray:
    """Distance between the distribution within each class and the overall one, shape ``(n_classes,)``."""
    ranked = codes[order]
    overall = (np.arange(1, order.size + 1) / order.size)[last]
    found = np.empty(n_classes)
    for number in range(n_classes):
        inside = np.cumsum(ranked == number)
        found[number] = np.abs(inside[last] / max(inside[-1], 1) - overall).max()
    return found


class GroupWeight(NamedTuple):
    """How much of the variance of a value a group of inputs explains together, and how many inputs it has."""

    name: str
    explained: float
    n_inputs: int


def weigh_groups(
    inputs: Mapping[str, ArrayLike], values: ArrayLike, groups: Mapping[str, Sequence[str]]
) -> tuple[GroupWeight, ...]:
    """Weigh groups of inputs, for instance all that rest on one source.

    Parameters
    ----------
    inputs
        Numeric inputs by name, each of shape ``(n_cases,)``.
    values
        The value of each case.
    groups
        Names of inputs per group; an input may stand in several. Names that are no inputs are left out.

    Returns
    -------
    tuple of GroupWeight
        Adjusted R squared of a least-squares fit on the inputs of the group and, where there are cases enough, their
        squares, at least 0; the largest first. What inputs do only together with those of other groups is not in it. The
        measure is our own choice.

    Raises
    ------
    UsageError
        ``value-not-finite``, or ``option-invalid`` if lengths differ.
    """
    target = numeric_column("values", values)
    spread = float(np.square(target - target.mean()).sum())
    standard: dict[str, FloatArray] = {}
    for name, given in inputs.items():
        column = numeric_column(f"inputs[{name!r}]", given)
        if column.size != target.size:
            refuse(
                f"input {name!r} has {column.size} cases where the value has {target.size}",
                code="option-invalid",
                at=f"inputs[{name!r}]",
                fix="give one entry for each case",
            )
        deviation = float(column.std())
        if deviation > 0.0:
            standard[name] = (column - column.mean()) / deviation
    found = []
    for group, names in groups.items():
        chosen = [standard[name] for name in dict.fromkeys(names) if name in standard]
        if not chosen:
            continue
        if 6 * len(chosen) <= target.size:
            chosen += [np.square(column) for column in chosen]
        design = np.array([np.ones(target.size), *chosen]).T
        freedom = target.size - design.shape[1]
        explained = 0.0
        if spread > 0.0 and freedom > 0:
            fit = design @ np.linalg.lstsq(design, target, rcond=None)[0]
            left = float(np.square(target - fit).sum()) / spread
            explained = max(0.0, 1.0 - left * (target.size - 1) / freedom)
        count = sum(name in standard for name in dict.fromkeys(names))
        found.append(GroupWeight(group, explained, count))
    return tuple(sorted(found, key=lambda item: (-item.explained, item.name)))


# --- tornado ---------------------------------------------------------------------------------------------------------


def find_swings(
    function: Callable[[FloatArray], ArrayLike],
    *,
    names: Sequence[str],
    reference: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
) -> tuple[Swing, ...]:
    """Move one input at a time from the reference to its ends: the bars of a tornado.

    Parameters
    ----------
    function
        Takes points of shape ``(n_points, n_inputs)``, returns a value for each; it is called once.
    names
        Names of the inputs.
    reference, low, high
        Values of each input, shape ``(n_inputs,)``.

    Returns
    -------
    tuple of Swing
        The widest first. What inputs do together is not in it: that is what total indices are for.

    Raises
    ------
    UsageError
        ``option-invalid`` if shapes differ.
    """
    middle, bottom, top = (
        numeric_column(at, array)
        for at, array in (("reference", reference), ("low", low), ("high", high))
    )
    count = len(names)
    if not middle.size == bottom.size == top.size == count:
        refuse(
            f"{count} names, {middle.size} reference values, {bottom.size} low and {top.size} high ends",
            code="option-invalid",
            at="names",
            fix="give one of each for every input",
        )
    points = np.tile(middle, (2 * count + 1, 1))
    rows = np.arange(count)
    points[1 + rows, rows], points[1 + count + rows, rows] = bottom, top
    values = np.asarray(function(points), dtype=np.float64).reshape(-1)
    if values.size != len(points):
        refuse(
            f"the function gave {values.size} values for {len(points)} points",
            code="option-invalid",
            at="function",
            fix="return one value for each row",
        )
    swings = (
        Swing(name, float(values[1 + row]), float(values[1 + count + row]), float(values[0]))
        for row, name in enumerate(names)
    )
    return tuple(sorted(swings, key=lambda swing: (-swing.width, swing.name)))
