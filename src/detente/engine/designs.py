r"""Designs: where the cases of an ensemble lie in the space of what is uncertain.

A design gives every stream (an uncertain quantity, or the shared factor of a correlation group) its uniform numbers;
:mod:`detente.engine.drawing` turns them into values. All of them are keyed by hashes of seed and name, so that any
stretch of draws can be made by itself, anywhere, in any order.

=============== ==================================================== =====================================================
design          one draw is                                          its first draws stay when more follow
=============== ==================================================== =====================================================
``streams``     a point of independently shuffled, stratified        yes; nor do they depend on the other quantities
                sequences, one per quantity
``sobol``       a point of one scrambled Sobol' sequence             yes, while the list of uncertain quantities stays
``monte-carlo`` independent uniform numbers                          yes; nor do they depend on the other quantities
``lhs``         a point of a Latin hypercube of all draws            no: each of N draws lies in its own N-th of the range
``factorial``   one combination of named alternatives                yes: more draws repeat the combinations
=============== ==================================================== =====================================================

A *mode* says what shares of draws mean. ``probabilistic`` draws from the declared distributions, so that a share is a
probability under them. ``exploratory`` spreads cases evenly over the declared ranges, so that a share is a share *of
explored cases* and nothing else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from detente.arrays import FloatArray, Uint64Array
from detente.crisis.elements import Distribution
from detente.crisis.quantities import ppf, support
from detente.engine.keys import ODD, key_of, mix
from detente.engine.streams import keyed_uniforms
from detente.errors import UsageError
from detente.summaries import html_fields, text_fields

__all__ = [
    "DESIGNS",
    "MODES",
    "Alternatives",
    "Design",
    "DesignName",
    "Mode",
    "check_size",
    "describe_cases",
    "explored_distribution",
    "latin_uniforms",
    "random_uniforms",
    "sobol_uniforms",
]


DesignName = Literal["streams", "sobol", "lhs", "monte-carlo", "factorial"]
DESIGNS: tuple[DesignName, ...] = get_args(DesignName)
"""Every design, the default first."""

Mode = Literal["probabilistic", "exploratory"]
MODES: tuple[Mode, ...] = get_args(Mode)
"""Every mode, the default first."""

Alternatives = tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
"""Per quantity its path and its alternatives, each with a name and a value."""

_SOBOL_BITS = 30
_MAX_DIMENSIONS = 21_201  # of the direction numbers
_ROUNDS = 8
_JITTER_BITS = 24
_UNBOUNDED_RANGE = (0.05, 0.95)  # quantiles that stand for the ends of an unbounded family


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Where cases lie and what a share of them means.

    ``alternatives`` are the factors of the factorial design, sorted by path; ``others`` says what its remaining
    uncertain quantities do: ``median`` holds them at their medians, ``drawn`` draws them anew for each repetition of all
    combinations, the same for every combination.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    name: DesignName = "streams"
    mode: Mode = "probabilistic"
    alternatives: Alternatives = ()
    others: Literal["median", "drawn"] = "median"

    @property
    def is_extensible(self) -> bool:
        """Whether the first draws stay as they are when more follow."""
        return self.name != "lhs"

    @property
    def n_cells(self) -> int:
        """Number of combinations of the alternatives; 1 without any."""
        return math.prod(len(levels) for _, levels in self.alternatives)

    @property
    def share_label(self) -> str:
        """What a share of this design's cases may be called."""
        if self.mode == "exploratory":
            return "share of explored cases"
        return "probability under the declared distributions"

    @property
    def case_label(self) -> str:
        """What the cases of this design are, for the label of a range or a mean over them."""
        if self.name == "factorial":
            held = (
                "at their medians" if self.others == "median" else "drawn evenly over their ranges"
            )
            return f"explored cases (exploratory: combinations of alternatives, other quantities {held})"
        if self.mode == "exploratory":
            return "explored cases (exploratory: spread evenly over the declared ranges)"
        return "draws (probabilistic: from the declared distributions)"

    def cells(self, first: int, n_draws: int) -> dict[str, FloatArray]:
        """Values of the factors in draws ``first`` to ``first + n_draws - 1``: the last factor varies fastest."""
        index = np.arange(first, first + n_draws) % self.n_cells
        shape = tuple(len(levels) for _, levels in self.alternatives)
        places = np.unravel_index(index, shape) if shape else ()
        return {
            path: np.array([value for _, value in levels])[place]
            for (path, levels), place in zip(self.alternatives, places, strict=True)
        }

    def uniforms(
        self, names: Sequence[str], *, seed: int, first: int, n_draws: int, total: int
    ) -> FloatArray:
        """Uniform numbers of each stream, shape ``(n_names, n_draws)``, strictly between 0 and 1.

        ``total`` is the number of draws that the design is laid out for; only the Latin hypercube depends on it.
        """
        if self.name == "sobol":
            return sobol_uniforms(names, seed=seed, first=first, n_draws=n_draws)
        if self.name == "lhs":
            return latin_uniforms(names, seed=seed, first=first, n_draws=n_draws, total=total)
        if self.name == "monte-carlo":
            return random_uniforms(names, seed=seed, first=first, n_draws=n_draws)
        if self.name == "factorial":
            turns = np.arange(first, first + n_draws) // self.n_cells
            start, stop = int(turns[0]), int(turns[-1]) + 1
            drawn = keyed_uniforms(names, seed=seed, first=start, n_draws=stop - start)
            return drawn[:, turns - start]
        return keyed_uniforms(names, seed=seed, first=first, n_draws=n_draws)


def describe_cases(design: Design | None = None) -> dict[str, str]:
    """Say what the cases of a design are and what a share of them is; without one, draws as they are by default.

    The fields stand in the data that every command prints about cases, so that the modes are never mixed up.
    """
    plan = design if design is not None else Design()
    return {
        "design": plan.name,
        "mode": plan.mode,
        "cases_are": plan.case_label,
        "share_label": plan.share_label,
    }


def check_size(design: Design, n_draws: int) -> None:
    """Refuse a number of draws that a design cannot have.

    Raises
    ------
    UsageError
        ``option-invalid``: a Sobol' run whose size is no power of two loses its balance; a factorial one is whole
        repetitions of all combinations.
    """
    if design.name == "sobol" and n_draws & (n_draws - 1):
        below = 1 << (n_draws.bit_length() - 1)
        near = below if n_draws - below < 2 * below - n_draws else 2 * below
        message = f"{n_draws:,} draws are not a power of two, which a Sobol' design needs"
        fix = f"ask for {near:,}, the nearest power of two"
        raise UsageError(message, code="option-invalid", at="draws", fix=fix)
    if design.name == "factorial":
        cells = design.n_cells
        if design.others == "median" and n_draws != cells:
            message = f"{n_draws:,} draws cannot be: the alternatives have {cells:,} combinations"
            fix = (
                f"ask for {cells:,} draws, or let the other quantities be drawn to repeat the "
                "combinations (--others drawn)"
            )
            raise UsageError(message, code="option-invalid", at="draws", fix=fix)
        if n_draws % cells:
            near = max(1, round(n_draws / cells)) * cells
            message = (
                f"{n_draws:,} draws are not whole repetitions of the {cells:,} combinations of the "
                "alternatives"
            )
            fix = f"ask for {near:,}, the nearest multiple"
            raise UsageError(message, code="option-invalid", at="draws", fix=fix)


def explored_distribution(distribution: Distribution) -> Distribution:
    """Return what the exploratory mode draws from: even over the declared range.

    A discrete quantity takes each of its possible values equally often. A family without ends goes from its 5% to its
    95% quantile, as ranges are printed. A fixed value stays fixed.

    Examples
    --------
    >>> explored_distribution(Distribution(family="triangular", parameters=(0, 1, 4)))
    Distribution(family='uniform', parameters=(0.0, 4.0))
    """
    if distribution.family in {"fixed", "uniform"}:
        return distribution
    if distribution.family == "discrete":
        pairs = zip(distribution.parameters[::2], distribution.parameters[1::2], strict=True)
        possible = sorted(value for value, prob in pairs if prob > 0)
        weights = [1.0 / len(possible)] * len(possible)
        flat = tuple(number for pair in zip(possible, weights, strict=True) for number in pair)
        return Distribution(family="discrete", parameters=flat)
    low, high = support(distribution)
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = ppf(distribution, _UNBOUNDED_RANGE).tolist()
    return Distribution(family="uniform", parameters=(low, high))


# --- uniform numbers -------------------------------------------------------------------------------------------------


def random_uniforms(names: Sequence[str], *, seed: int, first: int = 0, n_draws: int) -> FloatArray:
    """Independent uniform numbers: hashes of seed, name and draw number.

    Returns
    -------
    FloatArray
        Shape ``(n_names, n_draws)``, each strictly between 0 and 1.
    """
    index = np.arange(first, first + n_draws, dtype=np.uint64)[None, :]
    return _as_fraction(mix(mix(index * ODD + _keys(names, seed, "random")) + ODD))


def latin_uniforms(
    names: Sequence[str], *, seed: int, first: int = 0, n_draws: int, total: int
) -> FloatArray:
    r"""Coordinates of a Latin hypercube of ``total`` draws: :math:`(\pi(k) + U_k) / N`.

    Parameters
    ----------
    names
        Names of the streams, each with a permutation of its own.
    seed
        Key shared by all streams.
    first, n_draws
        Draws ``first`` to ``first + n_draws - 1``; numbers from ``total`` on start anew at the first.
    total
        Number of draws N of the hypercube: each stream has exactly one in each N-th of the unit interval.

    Returns
    -------
    FloatArray
        Shape ``(n_names, n_draws)``, each strictly between 0 and 1.

    References
    ----------
    :cite:p:`mckay1979`. The permutation of each stream is a keyed bijection that needs no table (a Feistel network over
    two residues with cycle walking, :cite:p:`black2002`), so that a stretch of a large hypercube costs no more than of a
    small one.

    Examples
    --------
    >>> u = latin_uniforms(["a"], seed=1, n_draws=10, total=10)
    >>> sorted((u[0] * 10).astype(int).tolist()) == list(range(10))
    True
    """
    index = np.arange(first, first + n_draws, dtype=np.uint64)[None, :] % np.uint64(total)
    place = _permute(index, total, _keys(names, seed, f"latin {total}"))
    fill = mix(mix(index * ODD + _keys(names, seed, "fill")) + ODD) >> np.uint64(64 - _JITTER_BITS)
    within = (fill.astype(np.float64) + 0.5) * 2.0**-_JITTER_BITS
    return (place.astype(np.float64) + within) / total


def sobol_uniforms(names: Sequence[str], *, seed: int, first: int = 0, n_draws: int) -> FloatArray:
    """Points of one Sobol' sequence, a dimension per name in the given order, each dimension scrambled by its key.

    Parameters
    ----------
    names
        Names of the streams; the place of a name is its dimension, its scrambling depends on seed and name alone.
    seed
        Key shared by all streams.
    first, n_draws
        Points ``first`` to ``first + n_draws - 1`` of the sequence.

    Returns
    -------
    FloatArray
        Shape ``(n_names, n_draws)``, each strictly between 0 and 1.

    Raises
    ------
    UsageError
        ``option-invalid`` for more names than there are direction numbers.

    References
    ----------
    Direction numbers of :cite:t:`joe2008` as :mod:`scipy.stats.qmc` ships them; nested uniform scrambling
    (:cite:p:`owen1998`) by hash-keyed permutations of digits (:cite:p:`burley2020`).
    """
    if len(names) > _MAX_DIMENSIONS:
        message = f"{len(names):,} uncertain quantities are more than the {_MAX_DIMENSIONS:,} dimensions of Sobol' numbers"
        raise UsageError(message, code="option-invalid", at="design", fix="use --design streams")
    if not names:
        return np.empty((0, n_draws))
    from scipy.stats import qmc  # noqa: PLC0415  slow to load

    engine = qmc.Sobol(len(names), scramble=False, bits=_SOBOL_BITS)
    start = first & ~63  # whole blocks: the engine expects powers of two
    if start:
        engine.fast_forward(start)
    stop = (first + n_draws + 63) & ~63
    points = np.concatenate([engine.random(64) for _ in range(start, stop, 64)])
    wanted = points[first - start : first - start + n_draws].T
    whole = np.ldexp(wanted, _SOBOL_BITS).astype(np.uint64)
    digits = _keys(names, seed, "sobol digits")
    one = np.uint64(1)
    prefix, scrambled = np.zeros_like(whole), np.zeros_like(whole)
    for place in range(_SOBOL_BITS):
        shift, weight = np.uint64(place), np.uint64(_SOBOL_BITS - 1 - place)
        bit = (whole >> weight) & one
        # Owen's permutation: a digit flips by a hash of the digits before it.
        flip = mix(prefix * ODD + digits + shift) & one
        scrambled |= (bit ^ flip) << weight
        prefix |= bit << shift
    index = np.arange(first, first + n_draws, dtype=np.uint64)[None, :]
    tail = mix(index * ODD + _keys(names, seed, "sobol fill")) >> np.uint64(11 + _SOBOL_BITS)
    return _as_fraction(((scrambled << np.uint64(53 - _SOBOL_BITS)) | tail) << np.uint64(11))


def _permute(index: Uint64Array, size: int, keys: Uint64Array) -> Uint64Array:
    """Permute 0 to size - 1 by a bijection per key; broadcasts ``index`` (1, n) against ``keys`` (n_names, 1)."""
    left_size = math.isqrt(size - 1) + 1 if size > 1 else 1
    right_size = -(-size // left_size)
    limit, left_n, right_n = (np.uint64(number) for number in (size, left_size, right_size))
    place = np.broadcast_to(index, (keys.shape[0], index.shape[1])).copy()
    outside = np.ones(place.shape, dtype=np.bool_)
    while outside.any():  # walk the cycle until it is back inside
        left, right = place // right_n, place % right_n
        for turn in range(_ROUNDS):
            left = (left + mix(right * ODD + keys + np.uint64(2 * turn)) % left_n) % left_n
            right = (right + mix(left * ODD + keys + np.uint64(2 * turn + 1)) % right_n) % right_n
        place = np.where(outside, left * right_n + right, place)
        outside = place >= limit
    return place


def _keys(names: Sequence[str], seed: int, use: str) -> Uint64Array:
    return np.array([key_of(seed, name, use) for name in names], dtype=np.uint64).reshape(-1, 1)


def _as_fraction(bits: Uint64Array) -> FloatArray:
    """Turn the upper 53 bits into a number strictly between 0 and 1; the half step keeps clear of 0."""
    result = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return np.minimum(result, 1.0 - 2.0**-53)
