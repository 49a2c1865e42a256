"""Maps: where things stand, what is cut off at the frame, which lines are drawn and said."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.brief.drawn import collisions, dots, parts, words
from tests.brief.test_charts import HEX

from detente.brief.context import Context
from detente.brief.figures import Figure, Trace
from detente.brief.ground import describe_ground, read_courses, read_ground
from detente.brief.pictures import maps, palette
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.maps import Ground, Named, Route, Spot, beyond, draw_map, draw_routes
from detente.crisis import load_crisis

WORDS = Words(title="Here", subtitle="Persons", footnote="Source: here")
SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0))
DEGREES = st.tuples(st.floats(-20, 20), st.floats(-20, 20))


def spot(label, east, north, size=0.0, *, claimed=False):
    return Spot(
        label=label, latitude=north, longitude=east, size=size, series="N", colour="#D55E00", claimed=claimed
    )  # fmt: skip


def ground(**changes):
    names = (Named(name="Town", at=(8.0, 6.0)), Named(name="The Sea", at=(6.5, 4.2), sea=True))
    return Ground(**{"land": (SQUARE,), "names": names, **changes})


SPOTS = [spot("Ridge", 3.0, 4.0, 900), spot("Ford", 5.0, 5.0, 100, claimed=True), spot("Far", 40.0, 4.0)]  # fmt: skip


def test_places_beyond_the_land_are_left_out_and_told():
    """Oracle: hand."""
    chart = draw_map("m", SPOTS, [], WORDS, claim="A claim", ground=ground())
    said = {word.text for word in words(chart.wide)}
    assert {"Ridge", "Ford", "Town", "The Sea"} <= said
    assert "Far" not in said
    assert [one.label for one in beyond(ground(), SPOTS)] == ["Far"]
    assert beyond(Ground(), SPOTS) == []


def test_areas_of_discs_are_as_persons_and_claims_are_dashed():
    """Oracle: hand: 900 to 100 is three to one in radius, unless that were too small to see."""
    spots = [spot("a", 3.0, 4.0, 900), spot("b", 5.0, 5.0, 400), spot("c", 6.0, 3.0, 400, claimed=True)]  # fmt: skip
    chart = draw_map("m", spots, [], WORDS, claim="A claim", ground=ground())
    radii = sorted(radius for _, _, radius in dots(chart.wide))[-3:]
    assert radii == pytest.approx([20 * 2 / 3, 20 * 2 / 3, 20], abs=0.06)
    dashed = [part for tag, part, _, _ in parts(chart.wide) if part.get("stroke-dasharray")]
    assert [float(part.get("r")) for part in dashed] == pytest.approx([5.5, 20 * 2 / 3], abs=0.06)


def test_a_disputed_line_is_dashed_and_a_border_is_not():
    """Oracle: hand. Without either, no line is dashed."""
    line = ((4.0, 0.0), (4.0, 8.0))
    for kind, dashed in (("borders", []), ("disputed", ["4 3"]), ("rivers", [])):
        chart = draw_map(
            "m", SPOTS[:1], [], WORDS, claim="A claim", ground=ground(**{kind: (line,)})
        )
        found = [part.get("stroke-dasharray") for _, part, _, _ in parts(chart.wide)]
        assert [dash for dash in found if dash] == dashed


def test_no_part_of_the_ground_leaves_the_frame():
    """Oracle: independent code: end points of every step of every path, read back from the SVG."""
    wild = ((-90.0, -60.0), (90.0, -60.0), (70.0, 60.0), (5.0, 5.5), (-80.0, 50.0))
    chart = draw_map(
        "m",
        SPOTS[:2],
        [],
        WORDS,
        claim="A claim",
        ground=ground(land=(wild,), rivers=(wild,), names=()),
    )
    for svg in (chart.wide, chart.narrow):
        wide, high = (float(side) for side in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())
        paths = [part.get("d") for tag, part, _, _ in parts(svg) if tag == "path"]
        assert paths
        for path in paths:
            x = y = 0.0
            for step, dx, dy in re.findall(r"([Ml])(-?[\d.]+) (-?[\d.]+)", path):
                x, y = (x + float(dx), y + float(dy)) if step == "l" else (float(dx), float(dy))
                assert -0.2 <= x <= wide + 0.2
                assert -0.2 <= y <= high + 0.2


@given(DEGREES, DEGREES)
def test_a_cut_line_is_the_part_of_it_that_lies_inside(one, two):
    """Oracle: independent code: points along the line lie in the frame if and only if they lie on the part."""
    frame = maps.Extent(-5.0, -4.0, 6.0, 7.0)
    part = maps._clipped(one, two, frame)
    for k in range(41):
        share = k / 40
        point = (one[0] + share * (two[0] - one[0]), one[1] + share * (two[1] - one[1]))
        clear = (
            min(abs(point[0] + 5), abs(point[0] - 6), abs(point[1] + 4), abs(point[1] - 7)) > 1e-6
        )
        if frame.holds(point) and clear and one != two:
            assert part is not None
            (x1, y1), (x2, y2) = part
            assert min(x1, x2) - 1e-6 <= point[0] <= max(x1, x2) + 1e-6
            assert min(y1, y2) - 1e-6 <= point[1] <= max(y1, y2) + 1e-6
    for x, y in part or ():
        assert -5 - 1e-9 <= x <= 6 + 1e-9
        assert -4 - 1e-9 <= y <= 7 + 1e-9


def test_routes_are_as_wide_as_what_they_carry():
    """Oracle: hand: 100 to 25 is four to one; nothing is dashed; a route without a course is in the table alone."""

    def route(label, amount, north):
        carries, left = (
            Figure(id=f"r.{label}.{k}", label="x", value=value, low=None, high=None, unit="twh", trace=Trace(model="m"))
            for k, value in enumerate((amount, amount / 2))
        )  # fmt: skip
        course = ((1.0, north), (9.0, north)) if north else ()
        return Route(label=label, course=course, carries=carries, left=left, colour="#D55E00")

    routes = [route("big", 100.0, 2.0), route("small", 25.0, 4.0), route("idle", 0.0, 6.0), route("off", 50.0, 0.0)]  # fmt: skip
    chart = draw_routes("r", routes, WORDS, ground=ground(), heads=("Route", "Now", "Cut"))
    drawn = [
        part
        for tag, part, _, _ in parts(chart.wide)
        if part.get("stroke") == "var(--id55e00)" and part.get("fill") == "none"
    ]
    widths = [float(part.get("stroke-width")) for part in drawn]
    assert widths[0] / widths[1] == pytest.approx(4.0, rel=0.02)
    assert [part.get("stroke-dasharray") for part in drawn] == [None, None, "4 3"]
    assert [row[0] for row in chart.table.rows] == ["big", "off", "small", "idle"]
    assert "off: " not in chart.wide
    for svg in (chart.wide, chart.narrow):
        assert collisions(svg) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ukraine-2022", "No borders are drawn."),
        ("cuba-1962", "No borders are drawn."),
        ("kuwait-1990", "the line between Iraq and Kuwait (Natural Earth; Iraq denied the line"),
    ],
)
def test_the_caption_says_where_the_ground_is_from_and_which_lines_are_drawn(name, said, results):
    """Oracle: hand, decision note 0096."""
    context = Context.of(load_crisis(name), results)
    text = describe_ground(context)
    assert text.startswith("Coasts, lakes and rivers: Natural Earth.")
    assert said in text
    assert bool(read_ground(context).disputed) is (name == "kuwait-1990")
    assert bool(read_courses(context)) is (name == "ukraine-2022")


@given(HEX)
def test_lines_can_be_seen_on_land_and_water(colour):
    """Oracle: published, 3:1 for marks, WCAG 2.2, 1.4.11: inks, shores and borders against land and paper in both themes."""
    grounds = (palette.LAND, palette.ink(palette.PAPER))
    for theme in ("light", "dark"):
        for tone in (palette.ink(colour), palette.WATER, palette.ink(palette.MUTED)):
            for below in grounds:
                assert palette.contrast(getattr(tone, theme), getattr(below, theme)) >= 3.0


def test_a_crisis_without_a_map_says_nothing_of_borders(context):
    assert describe_ground(context) == ""
    assert read_ground(context).extent is None
