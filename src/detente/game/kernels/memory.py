"""Memory for the kernels: arrays of rows side by side in one stretch."""

import numpy as np

from detente.arrays import FloatArray

__all__ = ["side_by_side"]

_LINE = 64
_GAP = 17
"""Cache lines left free between arrays, so that the same row of several does not fall into the same set of a cache."""


def side_by_side(lanes: int, **counts: int) -> dict[str, FloatArray]:
    """Return zero arrays of shape ``(count, lanes)`` that start on cache lines.

    One stretch of memory for all of them gets large pages from the system sooner than each array by itself.

    Examples
    --------
    >>> rooms = side_by_side(8, out=3, reach=2)
    >>> rooms["reach"].shape, rooms["reach"].ctypes.data % 64
    ((2, 8), 0)
    """
    entries = _LINE // 8
    sizes = [-(-count * lanes // entries) * entries + _GAP * entries for count in counts.values()]
    flat = np.zeros(sum(sizes) + entries)
    start = (-flat.ctypes.data % _LINE) // 8
    arrays = {}
    for (name, count), size in zip(counts.items(), sizes, strict=True):
        arrays[name] = flat[start : start + count * lanes].reshape(count, lanes)
        start += size
    return arrays
