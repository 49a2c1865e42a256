r"""Streams: stratified uniform numbers, one independent sequence per name, keyed by seed, name and draw number.

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

from collections.abc import Sequence

import numpy as np

from detente.arrays import FloatArray
from detente.engine.keys import ODD, key_of, mix

__all__ = ["MAX_DRAWS", "keyed_uniforms"]

_BITS = 24  # digits that are stratified; the digits below are filled at random
_FILL_BITS = 53 - _BITS
_BLOCK_BITS = 6
_BLOCK = 1 << _BLOCK_BITS  # draws that are stratified as a whole, in random order within
MAX_DRAWS = 1 << _BITS
"""Largest number of draws: the stratified digits of a stream tell this many apart."""


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
        np.array([key_of(seed, name, use) for name in names], dtype=np.uint64)[:, None]
        for use in ("order", "digits", "fill")
    )
    start, stop = first // _BLOCK * _BLOCK, -(-(first + n_draws) // _BLOCK) * _BLOCK
    index = np.arange(start, stop, dtype=np.uint64)[None, :]
    # A random order within each block: its numbers are the low bits of the shuffled index.
    chance = mix(index * ODD + order).reshape(len(names), (stop - start) // _BLOCK, _BLOCK)
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
            flips = mix((index >> (shift + one)) * ODD + order + shift)
            bit = ((index >> shift) ^ flips) & one
        # Owen's permutation of the value: a digit flips by a hash of the digits before it.
        flip = mix(prefix * ODD + digits + shift) & one
        whole |= (bit ^ flip) << np.uint64(_BITS - 1 - place)
        prefix |= bit << shift
    tail = mix(index * ODD + fill) >> np.uint64(64 - _FILL_BITS)
    mantissa = (whole << np.uint64(_FILL_BITS)) | tail
    # The half step keeps clear of 0; the largest mantissa would round to 1.
    result = (mantissa.astype(np.float64) + 0.5) * 2.0**-53
    return np.minimum(result, 1.0 - 2.0**-53)
