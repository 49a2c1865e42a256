"""Points of the table of the map: degrees east and north, as the cells write them."""

import math

__all__ = ["LEAST_POINTS", "Point", "read_points"]

Point = tuple[float, float]
"""Degrees east and degrees north."""

LEAST_POINTS = {"land": 3, "lake": 3, "sea": 1, "place": 1}
"""Fewest points of a kind, two for any other; the kinds that are one point have no more."""


def read_points(cell: str) -> tuple[Point, ...] | None:
    """Read the points of a cell, None where it is no list of degrees.

    Examples
    --------
    >>> read_points("30.52 50.45; 31 50")
    ((30.52, 50.45), (31.0, 50.0))
    >>> read_points("30.52, 50.45"), read_points("200 10"), read_points("")
    (None, None, None)
    """
    found = []
    for pair in cell.split(";"):
        parts = pair.split()
        try:
            east, north = (float(part) for part in parts)
        except ValueError:
            return None
        if not (math.isfinite(east) and math.isfinite(north)):
            return None
        if not (-180 <= east <= 180 and -90 <= north <= 90):
            return None
        found.append((east, north))
    return tuple(found)
