"""Polynomials through values at Chebyshev's nodes, for responses computed beforehand."""

from collections.abc import Sequence

import numpy as np

from detente.arrays import FloatArray

__all__ = ["chebyshev_nodes", "divide", "interpolate", "interpolate_between", "to_interval"]

_TINY = 1e-12


def chebyshev_nodes(low: float, high: float, n: int) -> FloatArray:
    """Chebyshev's nodes of the first kind on an interval, rising, shape ``(n,)``."""
    angle = (2.0 * np.arange(n)[::-1] + 1.0) * np.pi / (2.0 * n)
    return np.asarray(0.5 * (low + high) + 0.5 * (high - low) * np.cos(angle))


def to_interval(value: FloatArray) -> FloatArray:
    """From 0-1 to the interval of the polynomials."""
    return np.asarray(2.0 * np.asarray(value) - 1.0)


def divide(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Quotient, zero where there is nothing to divide by."""
    there = np.abs(whole) > _TINY
    return np.asarray(np.where(there, part / np.where(there, whole, 1.0), 0.0))


def interpolate(values: FloatArray, axes: Sequence[FloatArray], *, lead: int = 0) -> FloatArray:
    """Polynomial through values at the nodes of the last axes, at points of -1 to 1; points broadcast.

    The first ``lead`` axes of the values are kept.
    """
    shape = np.broadcast_shapes(*(np.shape(point) for point in axes))
    kept, sizes = values.shape[:lead], values.shape[lead:]
    basis = np.ones((1, *shape))
    for point, n in zip(axes, sizes, strict=True):
        cardinal = np.broadcast_to(_cardinal(point, n), (n, *shape))
        basis = (basis[:, None] * cardinal[None]).reshape(-1, *shape)
    flat = values.reshape(-1, int(np.prod(sizes))) @ basis.reshape(len(basis), -1)
    return np.asarray(flat.reshape(*kept, *shape))


def _cardinal(x: FloatArray, n: int) -> FloatArray:
    """Lagrange's polynomials of Chebyshev's nodes at x, shape ``(n, ...)``."""
    nodes = chebyshev_nodes(-1.0, 1.0, n)
    basis = []
    for i in range(n):
        product = np.ones_like(x)
        for j in range(n):
            if j != i:
                product = product * (x - nodes[j]) / (nodes[i] - nodes[j])
        basis.append(product)
    return np.asarray(basis)


def interpolate_between(x: FloatArray, nodes: FloatArray, values: FloatArray) -> FloatArray:
    """Polynomial through values at nodes that differ from point to point, ``(n, ...)``, at x."""
    total = np.zeros(np.broadcast_shapes(x.shape, values.shape[1:]))
    for i in range(len(nodes)):
        product = values[i]
        for j in range(len(nodes)):
            if j != i:
                product = product * ((x - nodes[j]) / (nodes[i] - nodes[j]))
        total = total + product
    return np.asarray(total)
