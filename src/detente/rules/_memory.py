"""What players remember while a tree grows.

A memory is an integer: each new thing seen gives a fresh integer to each distinct (old memory, thing) pair, so two
histories have the same memory exactly if the player has seen the same things at the same moments.
"""

import numpy as np
from numpy.typing import NDArray

from detente.arrays import Int64Array

__all__ = ["SightMemory", "compress", "rank"]


class SightMemory:
    """Everything that any player can remember, as a forest of (earlier memory, sight)."""

    def __init__(self) -> None:
        self.parent: list[Int64Array] = []
        self.sight: list[Int64Array] = []
        self.moment: list[Int64Array] = []
        self.size = 0

    def add(self, parent: Int64Array, sight: Int64Array, moment: int) -> None:
        """Enter new memories."""
        self.parent.append(parent)
        self.sight.append(sight)
        self.moment.append(np.full(len(parent), moment))
        self.size += len(parent)

    def update(
        self, memory: NDArray[np.int32], codes: Int64Array, sight: Int64Array, moment: int
    ) -> None:
        """Let rows see something, in place.

        ``codes`` ``(n,)`` tell sights apart (0: this row sees nothing); ``sight[code]`` is what to remember it as.
        """
        rows = np.flatnonzero(codes)
        if not len(rows):
            return
        width = len(sight)
        unique, inverse = compress(memory[rows].astype(np.int64) * width + codes[rows])
        memory[rows] = self.size + inverse
        self.add(unique // width, sight[unique % width], moment)


def compress(key: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return the sorted distinct keys and each key's rank; counts in place of sorting where the range is small."""
    low = int(key.min())
    span = int(key.max()) - low + 1
    if span > 16 * len(key) + 1024:
        unique, inverse = np.unique(key, return_inverse=True)
        return unique, inverse
    present = np.zeros(span, dtype=np.bool_)
    present[key - low] = True
    rank = np.cumsum(present) - 1
    return np.flatnonzero(present) + low, rank[key - low]


def rank(codes: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Renumber codes densely, keeping 0; return the new codes and the old code of each."""
    old = np.unique(np.append(codes, 0))
    return np.searchsorted(old, codes), old
