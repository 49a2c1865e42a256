"""Types of the arrays that the package passes around, each named once."""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BoolArray",
    "FloatArray",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "IntArray",
    "Uint64Array",
]

FloatArray = NDArray[np.float64]
"""Numbers: quantities, payoffs, probabilities, metrics."""

BoolArray = NDArray[np.bool_]
"""Masks."""

IntArray = NDArray[np.intp]
"""Positions in another array, in the machine's own width."""

Int8Array = NDArray[np.int8]
"""Small codes, such as the player of a node."""

Int16Array = NDArray[np.int16]
"""Codes of states, instruments and moves."""

Int32Array = NDArray[np.int32]
"""Positions in the arrays of an extensive form."""

Int64Array = NDArray[np.int64]
"""Positions in tables that may hold more than two thousand million rows, and packed keys."""

Uint64Array = NDArray[np.uint64]
"""Bits: hashes, counters of streams, Sobol' points."""
