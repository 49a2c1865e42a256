r"""Draws: joint samples of the uncertain quantities of a crisis, keyed by seed, path and draw number.

Every quantity owns a one-dimensional Sobol' sequence (van der Corput's, base two) whose *values* and *order* are both
scrambled by Owen's nested uniform permutations, keyed by (seed, path of the quantity); within blocks of 64 the order is
simply random. Putting independently shuffled
sequences side by side is Latin supercube sampling (:cite:p:`owen1998`), with hash-keyed permutations as in
:cite:t:`burley2020`. It gives three things that one joint Sobol' sequence over all quantities does not:

* draw ``k`` of a quantity depends on the seed, the path and ``k`` alone: not on how many draws follow, on chunks or
  workers, nor on which other quantities the crisis has or which of them are overridden;
* every block of :math:`2^m \ge 64` draws that starts at a multiple of :math:`2^m` puts exactly one draw into each of
  :math:`2^m` equal bins of probability, for every quantity;
* no pair of quantities is aliased, as pairs of high Sobol' dimensions are in short runs (:doc:`/explanation/ensembles`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from detente.crisis.elements import Crisis
from detente.crisis.quantities import ppf
from detente.errors import UsageError

__all__ = ["MAX_DRAWS", "Draws", "check_draws", "draw_quantities", "keyed_uniforms"]

FloatArray = NDArray[np.float64]
_BITS = 24  # digits that are stratified; the digits below are filled at random
_FILL_BITS = 53 - _BITS
_BLOCK_BITS = 6
_BLOCK = 1 << _BLOCK_BITS  # draws that are stratified as a whole, in random order within
MAX_DRAWS = 1 << _BITS
"""Largest number of draws: the stratified digits of a stream tell this many apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Joint samples of all quantities of a crisis.

    ``paths`` are sorted by name; ``values`` has shape ``(n_quantities, n_draws)``, in the unit of each quantity;
    ``first`` is the number of the first draw. Fixed quantities are constant rows.
    """

    paths: tuple[str, ...]
    values: FloatArray
    first: int
    seed: int

    @property
    def n_draws(self) -> int:
        """Number of draws held here."""
        return int(self.values.shape[1])

    def as_mapping(self) -> Mapping[str, FloatArray]:
        """Return the values of each quantity, shape ``(n_draws,)``, by path."""
        return dict(zip(self.paths, self.values, strict=True))


def draw_quantities(crisis: Crisis, n_draws: int, *, seed: int, first: int = 0) -> Draws:
    """Draw all quantities of a crisis jointly.

    Parameters
    ----------
    crisis
        The crisis; quantities with the same ``group`` share the correlation of ``crisis.correlations``
        between their normal scores (Gaussian copula).
    n_draws
        How many draws.
    seed
        Key of all random numbers, an integer from 0.
    first
        Number of the first draw: draws ``first`` to ``first + n_draws - 1`` are returned.

    Returns
    -------
    Draws
        Values of shape ``(n_quantities, n_draws)``.

    Raises
    ------
    UsageError
        ``option-invalid`` for a negative seed or a number of draws outside 1 to :data:`MAX_DRAWS`.

    References
    ----------
    :cite:p:`owen1998` (supercube sampling), :cite:p:`burley2020` (hash-keyed nested uniform permutations).
    The choice of one stream per quantity is our own; see :doc:`/explanation/ensembles`.
    """
    check_draws(n_draws, seed=seed, first=first)
    paths = tuple(sorted(crisis.quantities))
    uncertain = [path for path in paths if crisis.quantities[path].distribution.family != "fixed"]
    scores = _group_scores(crisis, seed=seed, first=first, n_draws=n_draws)
    lone = [path for path in uncertain if path not in scores]
    uniforms = dict(
        zip(lone, keyed_uniforms(lone, seed=seed, first=first, n_draws=n_draws), strict=True)
    )
    values = np.empty((len(paths), n_draws))
    for row, path in enumerate(paths):
        distribution = crisis.quantities[path].distribution
        if distribution.family == "fixed":
            values[row] = distribution.parameters[0]
        else:
            uniform = uniforms[path] if path in uniforms else ndtr(scores[path])
            values[row] = ppf(distribution, uniform)
    return Draws(paths=paths, values=values, first=first, seed=seed)


def check_draws(n_draws: int, *, seed: int, first: int = 0) -> None:
    """Refuse a seed or a number of draws that cannot be.

    Raises
    ------
    UsageError
        ``option-invalid``.
    """
    if seed < 0:
        message = f"the seed {seed} is negative"
        raise UsageError(message, code="option-invalid", at="seed", fix="give an integer from 0")
    if n_draws < 1 or first < 0 or first + n_draws > MAX_DRAWS:
        start = f" from number {first}" if first else ""
        message = f"a run of {n_draws} draws{start} cannot be: from 1 to {MAX_DRAWS:,} can"
        fix = f"ask for 1 to {MAX_DRAWS:,} draws"
        raise UsageError(message, code="option-invalid", at="draws", fix=fix)


def keyed_uniforms(names: Sequence[str], *, seed: int, first: int = 0, n_draws: int) -> FloatArray:
    """Stratified uniform numbers, one stream per name.

    Parameters
    ----------
    names
        Names of the streams.
    seed
        Key shared by all streams.
    first, n_draws
        Numbers ``first`` to ``first + n_draws - 1`` of each stream.

    Returns
    -------
    FloatArray
        Shape ``(n_names, n_draws)``, each strictly between 0 and 1.

    Examples
    --------
    >>> u = keyed_uniforms(["a", "b"], seed=1, n_draws=64)
    >>> sorted((u[0] * 64).astype(int).tolist()) == list(range(64))
    True
    >>> bool((keyed_uniforms(["b"], seed=1, first=4, n_draws=2) == u[1:, 4:6]).all())
    True
    """
    order, digits, fill = (
        np.array([_key(seed, name, use) for name in names], dtype=np.uint64)[:, None]
        for use in ("order", "digits", "fill")
    )
    start, stop = first // _BLOCK * _BLOCK, -(-(first + n_draws) // _BLOCK) * _BLOCK
    index = np.arange(start, stop, dtype=np.uint64)[None, :]
    # A random order within each block: its numbers are the low bits of the shuffled index.
    chance = _mix(index * _ODD + order).reshape(len(names), (stop - start) // _BLOCK, _BLOCK)
    low = chance.argsort(axis=2).argsort(axis=2).reshape(len(names), stop - start).astype(np.uint64)
    wanted = slice(first - start, first - start + n_draws)
    index, low = index[:, wanted], low[:, wanted]
    one = np.uint64(1)
    whole = np.zeros((len(names), n_draws), dtype=np.uint64)
    prefix = np.zeros_like(whole)  # digits of the shuffled sequence so far, most significant first
    for place in range(_BITS):
        shift = np.uint64(place)
        if place < _BLOCK_BITS:
            bit = (low >> shift) & one
        else:  # Owen's permutation of the order: a bit of the index flips by a hash of the bits above it
            flips = _mix((index >> (shift + one)) * _ODD + order + shift)
            bit = ((index >> shift) ^ flips) & one
        # Owen's permutation of the value: a digit flips by a hash of the digits before it.
        flip = _mix(prefix * _ODD + digits + shift) & one
        whole |= (bit ^ flip) << np.uint64(_BITS - 1 - place)
        prefix |= bit << shift
    tail = _mix(index * _ODD + fill) >> np.uint64(64 - _FILL_BITS)
    mantissa = (whole << np.uint64(_FILL_BITS)) | tail
    # The half step keeps clear of 0; the largest mantissa would round to 1.
    result = (mantissa.astype(np.float64) + 0.5) * 2.0**-53
    return np.minimum(result, 1.0 - 2.0**-53)


def _group_scores(crisis: Crisis, *, seed: int, first: int, n_draws: int) -> dict[str, FloatArray]:
    """Draw normal scores of every quantity in a correlation group, by path.

    A positive common correlation is one shared factor, so that a member's scores do not depend on who else is in the
    group. A negative one has no such form: there the symmetric square root of the correlation matrix is used.
    """
    scores: dict[str, FloatArray] = {}
    for group, rho in sorted(crisis.correlations.items()):
        members = sorted(path for path, item in crisis.quantities.items() if item.group == group)
        if not members or rho == 0.0:
            continue
        own = ndtri(keyed_uniforms(members, seed=seed, first=first, n_draws=n_draws))
        if rho > 0.0:
            name = [f"group {group}"]
            shared = ndtri(keyed_uniforms(name, seed=seed, first=first, n_draws=n_draws))
            joint = np.sqrt(rho) * shared + np.sqrt(1.0 - rho) * own
        else:
            mean = own.mean(axis=0, keepdims=True)
            spread = max(0.0, 1.0 + (len(members) - 1) * rho)
            joint = np.sqrt(1.0 - rho) * (own - mean) + np.sqrt(spread) * mean
        scores |= dict(zip(members, joint, strict=True))
    return scores


def _key(seed: int, name: str, use: str) -> int:
    """64 bits that depend on seed, stream and use."""
    text = f"{seed}\x1f{name}\x1f{use}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "little")


_ODD = np.uint64(0x9E3779B97F4A7C15)  # the step of splitmix64: 2**64 over the golden ratio


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Apply the finalizer of splitmix64 (Steele, Lea and Flood 2014): a bijection of 64 bits that avalanches."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
