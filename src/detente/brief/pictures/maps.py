"""Maps: coasts, water and places of the theatre, and on them forces by claimant or routes by amount.

The ground is what the table of the map of the crisis has; without it the places stand on paper. There are no borders but
those that the table asks for, and no country is filled.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import WIDTH, Form, Key, Words, draw_key, make_chart
from detente.brief.pictures.letters import balanced, text_width
from detente.brief.pictures.palette import LAND, MUTED, PAPER, WATER, band, ink
from detente.brief.pictures.pen import LINE, SMALL, Pen, Rect, TextPlace, is_clear

__all__ = [
    "MARK_COLUMNS",
    "Extent",
    "Ground",
    "Named",
    "Route",
    "Spot",
    "beyond",
    "draw_map",
    "draw_routes",
]

Point = tuple[float, float]
"""Degrees east and degrees north; in pixels, right and down."""

MARK_COLUMNS = ("Place", "Side", "What", "How many", "Who says so", "As of", "Grade")
"""What the table beside the map says of each mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name on the map: that of a sea, or of a place to find one's way by."""

    name: str
    at: Point
    sea: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What lies below the marks, in degrees; lines of ``disputed`` are dashed."""

    land: tuple[tuple[Point, ...], ...] = ()
    lakes: tuple[tuple[Point, ...], ...] = ()
    rivers: tuple[tuple[Point, ...], ...] = ()
    borders: tuple[tuple[Point, ...], ...] = ()
    disputed: tuple[tuple[Point, ...], ...] = ()
    names: tuple[Named, ...] = ()

    @property
    def extent(self) -> "Extent | None":
        """What the land covers; None without land."""
        points = [point for ring in self.land for point in ring]
        return Extent.around(points) if points else None


@dataclass(frozen=True, slots=True)
class Extent:
    """Degrees west, south, east and north of a map."""

    west: float
    south: float
    east: float
    north: float

    @staticmethod
    def around(points: Sequence[Point]) -> "Extent":
        """Return the smallest box that holds points."""
        easts, norths = [east for east, _ in points], [north for _, north in points]
        return Extent(min(easts), min(norths), max(easts), max(norths))

    def holds(self, point: Point) -> bool:
        """Tell whether a point lies in the box."""
        return self.west <= point[0] <= self.east and self.south <= point[1] <= self.north

    @property
    def squeeze(self) -> float:
        """Length of a degree of longitude in the middle of the map, in degrees of latitude."""
        return math.cos(math.radians((self.south + self.north) / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on the map; ``size`` in persons is zero where nobody counts them; ``claimed`` where a count is a claim."""

    label: str
    latitude: float
    longitude: float
    size: float
    series: str
    colour: str
    claimed: bool = False

    @property
    def at(self) -> Point:
        """Where it lies."""
        return self.longitude, self.latitude


def beyond(ground: Ground, spots: Iterable[Spot]) -> list[Spot]:
    """Return the spots that lie beyond the land of the map; none where it has no land."""
    extent = ground.extent
    return [] if extent is None else [spot for spot in spots if not extent.holds(spot.at)]


def draw_map(
    name: str,
    spots: Sequence[Spot],
    marks: Sequence[tuple[str, ...]],
    words: Words,
    *,
    claim: str,
    ground: Ground | None = None,
) -> Chart:
    """Draw places at their coordinates on the ground of the crisis.

    The area of a disc grows with the number of persons; places without a count are small; a count that is a
    claim has a dashed ring. A label that finds no free place is left to the table. ``marks`` are the rows of the table beside the
    map (:data:`MARK_COLUMNS`), ``claim`` what a dashed ring is called.
    """
    ground = ground or Ground()
    far = beyond(ground, spots)
    shown = sorted((spot for spot in spots if spot not in far), key=lambda spot: -spot.size)
    sides = {spot.series: spot.colour for spot in reversed(spots)}
    largest = max([*(spot.size for spot in shown), 1.0])

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        keys = [Key(one, sides[one]) for one in dict.fromkeys(spot.series for spot in spots)]
        if any(spot.claimed for spot in shown):
            keys.append(Key(claim, MUTED, "claim"))
        top = draw_key(pen, keys) + 4
        most = 20.0 if form == "wide" else 14.0
        at = _lay_ground(pen, form, ground, [spot.at for spot in shown], top=top, margin=most + 6)
        discs = [
            (spot, *at(spot.at), max(3.5, most * math.sqrt(max(spot.size, 0.0) / largest)))
            for spot in shown
        ]
        for spot, x, y, radius in discs:
            if spot.claimed:
                pen.dot(x, y, ink(spot.colour), radius=max(radius, 5.0), look="dashed")
            else:
                pen.dot(x, y, band(spot.colour), radius=radius)
        frame = Rect(2.0, top + 2, pen.width - 2, pen.height - 2)
        for spot, x, y, radius in discs:
            around = max(
                wide - math.hypot(x - left, y - high)
                for _, left, high, wide in discs
                if math.hypot(x - left, y - high) < wide
            )
            places = _around(x, y, max(radius, around))
            pen.label(places, spot.label, tone=ink(spot.colour), within=frame)
        _write_names(pen, ground, at, top=top)
        return pen

    return make_chart(
        name,
        build,
        words,
        MARK_COLUMNS,
        tuple(marks),
        numeric=tuple(column == "How many" for column in MARK_COLUMNS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route by its course, empty where the map has none, with what it carries and what is left of that in a cut."""

    label: str
    course: tuple[Point, ...]
    carries: Figure
    left: Figure
    colour: str


def draw_routes(
    name: str, routes: Sequence[Route], words: Words, *, ground: Ground, heads: tuple[str, ...]
) -> Chart:
    """Draw routes on the ground of the crisis, as wide as what they carry; one that carries nothing is dashed.

    ``heads`` are those of the table: the route, what it carries, what is left.
    """
    shown = sorted(
        (route for route in routes if route.course), key=lambda route: -(route.carries.value or 0.0)
    )
    largest = max([*(route.carries.value or 0.0 for route in shown), 1e-12])

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        widest = 13.0 if form == "wide" else 8.0
        points = [point for route in shown for point in route.course]
        at = _lay_ground(pen, form, ground, points, top=4.0, margin=22.0)
        courses = [(route, [at(point) for point in route.course]) for route in shown]
        for route, course in courses:
            wide = widest * (route.carries.value or 0.0) / largest
            empty = wide < 0.05
            pen.trace(
                course,
                ink(route.colour),
                width=1.4 if empty else max(wide, 1.2),
                dash="4 3" if empty else "",
            )
        for route, course in courses:
            pen.label(
                _along(course), f"{route.label}: {route.carries.text}", tone=ink(route.colour)
            )
        _write_names(pen, ground, at, top=4.0)
        return pen

    rows = sorted(routes, key=lambda route: -(route.carries.value or 0.0))
    return make_chart(
        name,
        build,
        words,
        heads,
        tuple(
            (
                route.label,
                link(route.carries, route.carries.full_text),
                link(route.left, route.left.full_text),
            )
            for route in rows
        ),
        numeric=(False, True, True),
    )


# --- ground ----------------------------------------------------------------------------------------------------------

_LEAST = 1.5
"""Degrees that a map shows around its marks at least."""
_SHAPE: dict[Form, tuple[float, float]] = {"wide": (0.5, 0.85), "narrow": (0.8, 1.2)}
"""Least and greatest height of a map, as a share of its width."""


def _lay_ground(
    pen: Pen, form: Form, ground: Ground, points: Sequence[Point], *, top: float, margin: float
) -> Callable[[Point], Point]:
    """Draw the ground around the points, and return how degrees become pixels; the pen's height is set.

    A kilometre is as long to the east as to the north in the middle of the map. The places of the ground are in sight: which
    there are says what the map shows.
    """
    extent = ground.extent
    places = [item.at for item in ground.names if not item.sea]
    points = [*points, *(at for at in places if extent is None or extent.holds(at))]
    box, high = _window(points, extent, _SHAPE[form], margin=margin / pen.width)
    unit = pen.width / (box.squeeze * (box.east - box.west))
    pen.height = top + high * pen.width

    def at(point: Point) -> Point:
        return (
            unit * box.squeeze * (point[0] - box.west),
            top + unit * (box.north - point[1]),
        )

    frame = box
    pen.shapes((_pixels(ring, frame, at) for ring in ground.land), LAND)
    pen.shapes((_pixels(ring, frame, at) for ring in ground.lakes), ink(PAPER))
    pen.shapes(
        [
            [at(point) for point in run]
            for ring in (*ground.land, *ground.lakes)
            for run in _inside((*ring, ring[0]), frame, extent)
        ],
        WATER,
        width=0.8,
    )
    pen.shapes(
        [[at(p) for p in run] for line in ground.rivers for run in _inside(line, frame, None)],
        WATER,
        width=0.8,
    )
    for lines, dash in ((ground.borders, ""), (ground.disputed, "4 3")):
        pen.shapes(
            [[at(p) for p in run] for line in lines for run in _inside(line, frame, None)],
            ink(MUTED),
            width=1.0,
            dash=dash,
        )
    return at


def _window(
    points: Sequence[Point], extent: Extent | None, shape: tuple[float, float], *, margin: float
) -> tuple[Extent, float]:
    """Choose what the map shows: the points with room around, in a shape that is neither flat nor tall, on the land there is."""
    tight = Extent.around(points)
    squeeze = tight.squeeze
    across = max((tight.east - tight.west) * squeeze, _LEAST)
    down = max(tight.north - tight.south, _LEAST)
    across, down = across / (1 - 2 * margin), down / (1 - 2 * margin)
    across, down = max(across, down / shape[1]), max(down, across * shape[0])
    if extent is not None:
        across = min(across, (extent.east - extent.west) * squeeze)
        down = min(down, extent.north - extent.south)
    middle = ((tight.west + tight.east) / 2, (tight.south + tight.north) / 2)
    west, south = middle[0] - across / squeeze / 2, middle[1] - down / 2
    if extent is not None:
        west = min(max(west, extent.west), extent.east - across / squeeze)
        south = min(max(south, extent.south), extent.north - down)
    box = Extent(west, south, west + across / squeeze, south + down)
    return box, (box.north - box.south) / (box.squeeze * (box.east - box.west))


def _pixels(ring: Sequence[Point], frame: Extent, at: Callable[[Point], Point]) -> list[Point]:
    """Clip a ring to the frame, edge by edge (Sutherland and Hodgman), and put it on the picture."""
    kept = list(ring)
    edges = ((0, frame.west, 1), (1, frame.south, 1), (0, frame.east, -1), (1, frame.north, -1))
    for axis, limit, sign in edges:
        found: list[Point] = []
        for one, two in zip([*kept[-1:], *kept[:-1]], kept, strict=True):
            was, now = sign * (one[axis] - limit) >= 0, sign * (two[axis] - limit) >= 0
            if was != now:
                found.append(_crossing(one, two, axis, limit))
            if now:
                found.append(two)
        kept = found
    return [at(point) for point in kept]


def _crossing(one: Point, two: Point, axis: int, limit: float) -> Point:
    share = (limit - one[axis]) / (two[axis] - one[axis])
    return one[0] + share * (two[0] - one[0]), one[1] + share * (two[1] - one[1])


def _inside(line: Sequence[Point], frame: Extent, coast: Extent | None) -> list[list[Point]]:
    """Cut a line to the frame; what runs along the end of the land that there is, is no coast and is left out."""
    runs: list[list[Point]] = [[]]
    for one, two in pairwise(line):
        part = _clipped(one, two, frame)
        if part is None or (coast is not None and _along_edge(one, two, coast)):
            runs.append([])
            continue
        if not runs[-1] or runs[-1][-1] != part[0]:
            runs.append([part[0]])
        runs[-1].append(part[1])
    return [run for run in runs if len(run) > 1]


def _along_edge(one: Point, two: Point, box: Extent) -> bool:
    return any(
        one[axis] == two[axis] == limit
        for axis, limit in ((0, box.west), (0, box.east), (1, box.south), (1, box.north))
    )


def _clipped(one: Point, two: Point, frame: Extent) -> tuple[Point, Point] | None:
    """Clip a segment to the frame (Liang and Barsky); None where it lies outside."""
    (x, y), step = one, (two[0] - one[0], two[1] - one[1])
    start, end = 0.0, 1.0
    for slope, room in (
        (-step[0], x - frame.west),
        (step[0], frame.east - x),
        (-step[1], y - frame.south),
        (step[1], frame.north - y),
    ):
        if slope == 0:
            if room < 0:
                return None
        elif slope < 0:
            start = max(start, room / slope)
        else:
            end = min(end, room / slope)
    if start >= end:
        return None
    first = one if start == 0 else (x + start * step[0], y + start * step[1])
    last = two if end == 1 else (x + end * step[0], y + end * step[1])
    return first, last


# --- names -----------------------------------------------------------------------------------------------------------


def _write_names(pen: Pen, ground: Ground, at: Callable[[Point], Point], *, top: float) -> None:
    """Write the names of seas and places where there is room for them; a place without a name has no mark."""
    inside = Rect(4.0, top + 4, pen.width - 4, pen.height - 4)
    for item in ground.names:
        x, y = at(item.at)
        if not Rect(x, y, x, y).within(inside):
            continue
        if item.sea:
            _write_sea(pen, item.name, x, y)
            continue
        square = Rect(x - 2, y - 2, x + 2, y + 2)
        if is_clear(pen, square.grown(1.5)):
            place = pen.label(_around(x, y, 2.5), item.name, tone=ink(MUTED), within=inside)
            if place is not None:
                pen.bar(square, ink(MUTED))


def _write_sea(pen: Pen, name: str, x: float, y: float) -> None:
    lines = balanced(name, 80.0, SMALL) if len(name) > 12 else [name]
    wide = max(text_width(line, SMALL) for line in lines)
    box = Rect(x - wide / 2, y - 12, x + wide / 2, y + LINE * (len(lines) - 1) + 4)
    if is_clear(pen, box.grown(3)) and box.left > 0 and box.right < pen.width:
        pen.lines(
            TextPlace(x, y, "middle"), lines, tone=ink(MUTED), size=SMALL, halo=True, slanted=True
        )


def _around(x: float, y: float, radius: float) -> list[TextPlace]:
    """Return places for a name around a disc: beside it, above and below it, then further off."""
    return [
        place
        for off in (radius + 4, radius + 10)
        for place in (
            TextPlace(x + off, y + 4),
            TextPlace(x - off, y + 4, "end"),
            TextPlace(x, y - off - 1, "middle"),
            TextPlace(x, y + off + 9, "middle"),
            TextPlace(x + 0.7 * off, y - 0.7 * off),
            TextPlace(x + 0.7 * off, y + 0.7 * off + 8),
            TextPlace(x - 0.7 * off, y - 0.7 * off, "end"),
            TextPlace(x - 0.7 * off, y + 0.7 * off + 8, "end"),
        )
    ]


def _along(course: Sequence[Point]) -> list[TextPlace]:
    """Return places for a name along a course: above and below its parts, the middle ones first."""
    middles = [((x1 + x2) / 2, (y1 + y2) / 2) for (x1, y1), (x2, y2) in pairwise(course)]
    middles.sort(key=lambda point: abs(point[0] - course[len(course) // 2][0]))
    return [
        place
        for x, y in (*middles, *course)
        for off in (10.0, 16.0)
        for place in _around(x, y, off)
    ]
