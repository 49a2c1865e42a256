"""Pictures: marks stand where their values are, words are those of the table and touch nothing, colours can be seen.

What is on a picture is read back from its SVG (:mod:`tests.brief.drawn`), never from the code that drew it.
"""

import re
import shutil
import xml.etree.ElementTree as ET  # our own output
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.brief.drawn import axis, bars, collisions, dots, words

import detente.brief.pages
from detente.brief.figures import Figure, Trace, plain
from detente.brief.pictures import charts, deterrence, flows, maps, palette, paths, scales
from detente.brief.pictures.charts import Dumbbell, Mark, Span
from detente.brief.pictures.deterrence import Balance
from detente.brief.pictures.drawing import Key, Words
from detente.brief.pictures.flows import Ribbon
from detente.brief.pictures.maps import Spot
from detente.brief.pictures.matrix import draw_matrix
from detente.brief.pictures.palette import INK, OKABE_ITO, player_colours
from detente.brief.pictures.paths import StripEvent
from detente.brief.pictures.pen import Pen, TextPlace, spread
from detente.brief.pictures.reliability import draw_reliability
from detente.brief.pictures.terms import TermNames, TermRow, draw_terms
from detente.brief.pictures.timeline import Arrival, Dated, draw_timeline
from detente.crisis import load_crisis
from detente.scores import ReliabilityBin

TERM_NAMES = TermNames(
    issue="Issue",
    best="Best common terms",
    room="Room on this issue alone",
    line="Red line of a side, in its colour",
    lines=("Red line, North", "Red line, West"),
)
WORDS = Words(title="One thing <leads> & stays", subtitle="Share, in %", footnote="Source: here")
LONG = "a name that is far too long to stand beside its marks on the screen of a telephone"
HOSTILE = '<script>x</script> & "quoted" ="var(--ink)" '
DAYS = [date(2022, 1, day) for day in range(1, 29)]


def figure(value, low=None, high=None, unit="prob", name="q.x"):
    return Figure(
        id=name, label="x", value=value, low=low, high=high, unit=unit, trace=Trace(model="m")
    )


@cache
def make(kind, name=""):  # noqa: PLR0911  # one return per kind of picture
    long = name or LONG
    if kind == "ranges":
        spans = [Span(row=long, figure=figure(0.3, 0.1, 0.5)), Span(row="b", figure=figure(0.2))]
        return charts.draw_ranges("c", spans, WORDS)
    if kind == "bars":
        spans = [
            Span(row="a", figure=figure(0.0, unit="pct_gdp")),
            Span(row=long, figure=figure(2.0, 1, 3, "pct_gdp")),
        ]
        keys = [Key(long, INK, "bar"), Key("short", OKABE_ITO["sky"])]
        return charts.draw_ranges("c", spans, WORDS, bars=True, keys=keys)
    if kind == "series":
        spans = [
            Span(row=row, series=series, figure=figure(value, value - 2, value + 1, "stakes"))
            for row, series, value in (("a", long, -3.0), ("a", "t", 2.0), ("b", long, 1.0))
        ]
        return charts.draw_ranges("c", spans, WORDS, zero_line=True)
    if kind == "positions":
        marks = [
            Mark(row=long, series="N", value=0, low=0, high=10, colour="#D55E00"),
            Mark(row=long, series="W", value=85, colour="#0072B2"),
            Mark(row=long, series="terms", value=40, colour=INK, kind="settlement"),
        ]
        return charts.draw_positions("c", marks, WORDS)
    if kind == "matrix":
        cells = [[figure(0.2), None], [figure(0.9), figure(0.5)]]
        return draw_matrix("c", ["a", long], ["short", long], cells, WORDS)
    if kind == "many columns":
        heads = [f"{long} {k}" for k in range(9)]
        cells = [[figure(k / 10) for k in range(9)] for _ in "ab"]
        return draw_matrix("c", ["a", long], heads, cells, WORDS)
    if kind == "weeks":
        weeks = [(f"{k} Jan", state, k % 3) for k in range(1, 29) for state in ("Held", long)]
        return charts.draw_weeks("c", weeks, WORDS, states=["Held", long], unit="Week of")
    if kind == "stacks":
        rows = {
            row: {"one": figure(value, unit="twh"), "none": figure(0.0), long: figure(3.0)}
            for row, value in (("a", 10.0), ("b", 4.0))
        }
        colours = {"one": "#0072B2", "none": INK, long: palette.RULE}
        return charts.draw_stacks("c", rows, WORDS, colours=colours)
    if kind == "dumbbells":
        rows = [
            Dumbbell(row=long, start=figure(0.4), end=figure(0.1)),
            Dumbbell(row="same", start=figure(0.3), end=figure(0.3)),
        ]
        return charts.draw_dumbbells("c", rows, WORDS, start="low", end="high", line_at=0.2)
    if kind == "terms":
        rows = [
            TermRow(
                row=long,
                positions=(figure(0.0, unit="score_0_100"), figure(80.0, unit="score_0_100")),
                red_lines=(figure(40.0), None),
                best=figure(30.0),
                ends=(figure(20.0), figure(45.0)),
            )
        ]
        return draw_terms(
            "c",
            rows,
            WORDS,
            sides=("North", "West"),
            colours=("#D55E00", "#0072B2"),
            names=TERM_NAMES,
        )
    if kind == "balance":
        parts = {"denial": figure(30.0), "punishment": figure(20.0)}
        rows = [Balance(row=long, parts=parts, temptation=figure(40.0, unit="stakes"))]
        return deterrence.draw_balance("c", rows, WORDS, tempting="Temptation", row_title="Option")
    if kind in {"arrivals", "dates"}:
        rows = [Arrival(row=long, first=figure(3.0, 1, 5), ready=figure(20.0, 15, 30), colour=INK)]
        dates = [Dated(words=f"{long} {k}", day=date(2022, 1, k)) for k in (3, 5, 30)]
        dates.append(Dated(words="short", day=date(2022, 1, 8), until=date(2022, 1, 15)))
        heads = ("In place", "Days ahead")
        rows = rows if kind == "arrivals" else []
        return draw_timeline("c", rows, dates, WORDS, start=DAYS[0], heads=heads)
    if kind == "map":
        spots = [
            Spot(
                label=f"{long} {k}", latitude=50 + k % 3, longitude=30 + k % 4,
                size=1000.0 * k, series="N", colour="#D55E00",
            )
            for k in range(12)
        ]  # fmt: skip
        return maps.draw_map("c", spots, [("p",) * 7], WORDS, claim="A claim")
    if kind == "months":
        parts = {part: [figure(float(k)) for k in range(12)] for part in ("wells", long)}
        periods = [f"{long[:9]} {k}" for k in range(12)]
        colours = {"wells": "#767676", long: OKABE_ITO["yellow"]}
        return flows.draw_months(
            "c", periods, parts, WORDS, colours=colours, below=(long,), unit="TWh"
        )
    if kind == "ribbons":
        rows = [
            Ribbon(source=f"{long} {k}", place=f"p{k % 3}", figure=figure(10.0 ** (k % 3)), colour=INK)
            for k in range(9)
        ]  # fmt: skip
        return flows.draw_ribbons("c", rows, WORDS, heads=("From", "To", "TWh"))
    if kind == "reliability":
        bins = [
            ReliabilityBin(
                low=k / 4, high=(k + 1) / 4, count=5 * 4**k, happened=k * 4**k, mean=0.25 * k + 0.1
            )
            for k in range(4)
        ]
        return draw_reliability("c", {long: bins, "short": bins[1:3]})
    if kind == "paths":
        lines = [
            paths.Path(
                name=f"{long[:30]} {k}",
                values=[0.1 + 0.002 * d + 0.001 * k for d in range(28)],
                low=[0.05] * 28 if not k else (),
                high=[0.3] * 28 if not k else (),
            )
            for k in range(3)
        ]
        return paths.draw_paths("c", DAYS, lines, WORDS)
    events = [StripEvent(day=k, row=long[:40], colour=INK, words="w") for k in (0, 3, 27)]
    return paths.draw_strip("c", DAYS, [long[:40]], events, [("d", "k", "w")], WORDS)


KINDS = (
    "ranges", "bars", "series", "positions", "matrix", "many columns", "weeks", "stacks", "dumbbells", "terms",
    "balance", "arrivals", "dates", "map", "months", "ribbons", "paths", "strip", "reliability",
)  # fmt: skip


def forms(chart):
    return chart.wide, chart.narrow, chart.svg


# --- form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_is_well_formed_and_the_same_bytes_again(kind):
    """Oracle: independent code (an XML parser), and the first drawing."""
    chart = make(kind)
    again = make.__wrapped__(kind)
    assert forms(chart) == forms(again)
    for svg in forms(chart):
        assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_stands_alone_with_its_words(kind):
    """Oracle: hand. Colours are written out, nothing is loaded, title, measure and source are words of the file."""
    chart = make(kind)
    svg = chart.svg
    said = " ".join(word.text for word in words(svg))
    for text in (chart.title, chart.subtitle, chart.footnote):
        assert text in said
    assert not re.search(r'"var\(|currentColor|href=|<image|<script|<style', svg)


@pytest.mark.parametrize("kind", KINDS)
def test_forms_have_their_widths_and_no_small_letters(kind):
    """Oracle: hand: 700 and 350 pixels, no letter under 12."""
    chart = make(kind)
    for svg, width in ((chart.wide, 700), (chart.narrow, 350)):
        assert f'viewBox="0 0 {width} ' in svg
        assert min(word.size for word in words(svg)) >= 12


def test_the_page_shrinks_no_letters():
    """Oracle: hand: where the wide form is shown, the column (the window less its padding) has its 700 pixels."""
    css = (Path(detente.brief.pages.__file__).parent / "en" / "brief.css").read_text("utf-8")
    breakpoint_rem = float(
        re.search(r"max-width: ([\d.]+)rem\) \{ \.wide \{ display: none", css)[1]
    )
    widest, padding = map(
        float, re.search(r"main.*max-width: ([\d.]+)rem.*padding: 0 ([\d.]+)rem", css).groups()
    )
    for column in (breakpoint_rem, widest):
        assert 16 * (column - 2 * padding) >= 700


@pytest.mark.parametrize("kind", KINDS)
def test_no_words_touch_words_or_marks(kind):
    """Oracle: independent code, boxes of words and marks as the SVG has them; every name here is as long as they come."""
    for svg in forms(make(kind)):
        assert collisions(svg) == []


def test_touching_words_would_be_found():
    """Oracle: hand. Words across a point, a thick line, each other, and the edge; a hairline may cross them."""
    pen = Pen(100.0)
    pen.height = 60.0
    pen.text(TextPlace(10.0, 20.0), "first")
    pen.text(TextPlace(20.0, 24.0), "second")
    pen.text(TextPlace(80.0, 50.0), "beyond")
    pen.text(TextPlace(2.0, 58.0), "under")
    pen.dot(15.0, 17.0, palette.ink(INK))
    pen.trace([(0.0, 52.0), (40.0, 56.0)], palette.ink(INK))
    pen.line((0.0, 14.0), (100.0, 14.0), palette.ink(INK))
    found = collisions(pen.inline("x", ""))
    assert found[:2] == [("first", "second"), ("beyond", "the edge")]
    assert {one for one, _ in found[2:]} == {"first", "under"}


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_a_crisis_is_only_text(kind):
    """Oracle: independent code. A parser finds the same elements and colours whatever the names say."""
    harmless, hostile = make(kind, "x" * len(HOSTILE)), make(kind, HOSTILE)
    for one, other in zip(forms(harmless), forms(hostile), strict=True):
        for svg in (one, other):
            tags = {part.tag.rpartition("}")[2] for part in ET.fromstring(svg).iter()}  # noqa: S314
            assert tags <= {"svg", "style", "g", "text", "rect", "circle", "line", "path"}
        found = list(ET.fromstring(other).iter())  # noqa: S314
        assert not any(name.startswith("on") for part in found for name in part.attrib)
        assert "<script" not in other


def test_ids_inside_two_pictures_differ():
    first = make("ranges")
    ids = re.findall(r'id="([^"]+)"', first.wide + first.narrow)
    assert len(ids) == len(set(ids)) == 2


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_ranges_stand_where_their_values_are(form):
    """Oracle: hand: the straight line through the words of the ticks, at 0.1, 0.3 and 0.5."""
    svg = getattr(make("ranges"), form)
    at = axis(svg)
    band = bars(svg)[0]
    assert [band.left, band.right] == pytest.approx([at(0.1), at(0.5)], abs=0.2)
    assert [x for x, _, _ in dots(svg)] == pytest.approx([at(0.3), at(0.2)], abs=0.2)
    assert band.top < dots(svg)[0][1] < band.bottom


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_bins_stand_where_they_were_given_and_happened(form):
    """Oracle: hand: both scales run from 0 to 1; areas are as counts, 4 to 1 is two to one in radius."""
    svg = getattr(make("reliability"), form)
    drawn = dots(svg)[2:]  # behind the two of the key
    (x0, y0, _), (x3, y3, r3) = drawn[0], drawn[3]
    ticks = [word for word in words(svg) if word.muted and re.fullmatch(r"\d+%", word.text)]
    lowest = max(word.bottom for word in ticks)
    across = {word.text: word.x for word in ticks if word.bottom == lowest}
    scale = (
        (across["60%"] - across["20%"]) / 0.4
        if "60%" in across
        else 2 * (across["50%"] - across["0%"])
    )
    assert (x3 - x0) / 0.75 == pytest.approx(scale, rel=0.01)
    assert (y0 - y3) / 0.6 == pytest.approx({"wide": 380.0, "narrow": 290.0}[form], rel=0.01)
    assert r3 / drawn[2][2] == pytest.approx(2.0, rel=0.02)


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_bars_begin_at_zero(form):
    """Oracle: hand: the bar of 2 runs from the tick of 0% to that of 2%; that of 0 is not drawn."""
    svg = getattr(make("bars"), form)
    at = axis(svg)
    (drawn,) = [bar for bar in bars(svg) if bar.bottom - bar.top > 12.5]
    assert [drawn.left, drawn.right] == pytest.approx([at(0.0), at(0.02)], abs=0.2)


def test_parts_of_a_stack_follow_each_other():
    """Oracle: hand: 10 and 3 from zero, then 4 and 3; a part that is nothing is left out of picture and table."""
    chart = make("stacks")
    at = axis(chart.wide)
    drawn = sorted(
        (bar for bar in bars(chart.wide) if bar.bottom - bar.top > 15),
        key=lambda bar: (bar.top, bar.left),
    )
    ends = [end for bar in drawn for end in (bar.left, bar.right)]
    wanted = [at(v) for v in (0, 10, 10, 13, 0, 4, 4, 7)]
    assert ends == pytest.approx(wanted, abs=0.2)
    assert chart.table.columns[1:] == ("one", LONG)
    assert ">none<" not in chart.wide


def test_dumbbells_run_from_the_ring_to_the_point():
    """Oracle: hand."""
    svg = make("dumbbells").wide
    at = axis(svg)
    drawn = dots(svg)[2:]  # behind the two of the key
    assert [x for x, _, _ in drawn] == pytest.approx([at(v) for v in (0.4, 0.1, 0.3, 0.3)], abs=0.2)


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_arrivals_and_days_stand_on_their_days(form):
    """Oracle: hand: weeks from the first day on are as wide as each other; bars run from day 3 to 20 and from day 7 to the end of day 14."""
    svg = getattr(make("arrivals"), form)
    edge = {"wide": 700, "narrow": 350}[form]
    ticks = [
        word
        for word in words(svg)
        if re.fullmatch(r"\d+ (?:Jan|Feb)", word.text) and word.left > 1 and word.right < edge - 1
    ]  # one at the edge is moved in
    places = {datetime.strptime(f"{word.text} 2022", "%d %b %Y").date(): word.x for word in ticks}  # noqa: DTZ007
    (start, first), (end, last) = min(places.items()), max(places.items())
    day = (last - first) / (end - start).days
    first -= day * (start - DAYS[0]).days
    force, span = bars(svg)
    wanted = [first + day * k for k in (3, 20, 7, 15)]
    assert [force.left, force.right, span.left, span.right] == pytest.approx(wanted, abs=0.3)


def test_a_place_further_north_and_east_stands_higher_and_to_the_right():
    """Oracle: hand; a degree of longitude at latitude 60 is half as long as one of latitude."""
    spots = [
        Spot(label=f"s{k}", latitude=lat, longitude=long, size=0, series="N", colour=INK)
        for k, (lat, long) in enumerate(((59.0, 30.0), (61.0, 30.0), (59.0, 34.0)))
    ]
    drawn = dots(maps.draw_map("m", spots, [], WORDS, claim="A claim").wide)[-3:]
    (x0, y0, _), (x1, y1, _), (x2, y2, _) = drawn
    assert x1 == x0
    assert y2 == y0
    assert y1 < y0
    assert (x2 - x0) / (y0 - y1) == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize(
    "kind", ["ranges", "bars", "series", "dumbbells", "balance", "matrix", "many columns"]
)
def test_printed_values_are_those_of_the_table(kind):
    """Oracle: independent code: every number beside or in a mark stands in a cell of the table."""
    chart = make(kind)
    cells = {plain(cell) for row in chart.table.rows for cell in row}
    joined = " ".join(cells)
    for svg in (chart.wide, chart.narrow):
        printed = [
            word.text
            for word in words(svg)
            if (word.bold or word.inside)
            and re.search(r"\d", word.text)
            and LONG[:6] not in word.text
        ]
        assert printed
        for text in printed:
            assert all(part.removesuffix("%") in joined for part in text.split(" → ")), text


def test_ranges_are_printed_beside_their_values():
    """Oracle: hand."""
    said = {word.text for word in words(make("ranges").wide)}
    assert {"30%", "10\N{EN DASH}50%", "20%", "Mean", "5\N{EN DASH}95% of cases"} <= said


def test_heads_of_a_matrix_are_words():
    """Oracle: hand. Nothing stands for a head but itself, however long it is."""
    for svg in (make("many columns").wide, make("many columns").narrow):
        said = " ".join(word.text for word in words(svg))
        assert all(f"telephone {k}" in said.replace("  ", " ") for k in range(9))


def test_flows_of_a_place_have_the_height_of_their_sum():
    """Oracle: hand: blocks of both sides in one measure, 40, 20, 30 and 30."""
    rows = [
        Ribbon(source=one, place=place, figure=figure(amount), colour=INK)
        for one, place, amount in (("a", "p", 30.0), ("a", "q", 10.0), ("b", "q", 20.0))
    ]
    svg = flows.draw_ribbons("r", rows, WORDS, heads=("From", "To", "TWh")).wide
    high = [bar.bottom - bar.top for bar in bars(svg)]
    assert [h / high[0] for h in high] == pytest.approx([1.0, 0.5, 0.75, 0.75], abs=0.005)


# --- scales, places --------------------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-6), min_size=1, max_size=6)
)
def test_a_scale_holds_zero_and_every_value(values):
    """Oracle: theorem. Ticks are even, in order, and their outermost ones hold what is drawn."""
    scale = scales.make_scale(values, "stakes", start=100.0, end=600.0)
    assert scale.low <= min(0.0, *values) + 1e-6 * abs(scale.low)
    assert scale.high >= max(0.0, *values) - 1e-6 * abs(scale.high)
    assert 0.0 in scale.ticks
    gaps = [b - a for a, b in pairwise(scale.ticks)]
    assert min(gaps) > 0
    assert gaps == pytest.approx([gaps[0]] * len(gaps), rel=1e-4)
    assert scale.at(scale.low) == 100.0
    assert scale.at(scale.high) == 600.0


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(5, 40)), min_size=1, max_size=12))
def test_labels_that_are_spread_are_apart_and_in_order(labels):
    """Oracle: theorem."""
    wanted, tall = [at for at, _ in labels], [high for _, high in labels]
    placed = spread(wanted, tall, top=0.0, bottom=300.0)
    order = sorted(range(len(labels)), key=lambda k: wanted[k])
    for one, other in pairwise(order):
        assert placed[other] - placed[one] >= (tall[one] + tall[other]) / 2 - 1e-6
    assert min(placed[k] - tall[k] / 2 for k in order) >= -1e-6
    if sum(tall) <= 300:
        assert max(placed[k] + tall[k] / 2 for k in order) <= 300 + 1e-6


def test_a_label_takes_the_first_free_place_or_none():
    """Oracle: hand."""
    pen = Pen(200.0)
    taken, free, beyond = TextPlace(10.0, 20.0), TextPlace(10.0, 60.0), TextPlace(190.0, 60.0)
    pen.text(taken, "here")
    assert pen.label([taken, beyond, free], "word") == free
    assert pen.label([taken, beyond, free], "word") is None


# --- colours ---------------------------------------------------------------------------------------------------------

HEX = (
    st.integers(0, 0xFFFFFF)
    .map("#{:06x}".format)
    .filter(lambda colour: colour not in {palette.PAPER, palette.RULE})
)
"""Colours that a player may have."""


def papers():
    """Return the papers of the page's themes, light first, as its style sheet has them."""
    css = (Path(detente.brief.pages.__file__).parent / "en" / "brief.css").read_text("utf-8")
    light, dark = re.findall(r"--paper: (#[0-9a-f]{6})", css)[:2]
    return light, dark


def check_tones(colour):
    for theme, paper in zip(("light", "dark"), papers(), strict=True):
        mark, word = (getattr(tone(colour), theme) for tone in (palette.band, palette.ink))
        assert palette.contrast(mark, paper) >= 3.0
        assert palette.contrast(word, paper) >= 4.5
        assert palette.contrast(getattr(palette.on_band(colour), theme), mark) >= 4.5


@pytest.mark.parametrize(
    "colour", [*OKABE_ITO.values(), palette.INK, palette.NEUTRAL, palette.SOFT]
)
def test_colours_of_the_palette_can_be_seen_in_both_themes(colour):
    """Oracle: published: 3:1 for marks and 4.5:1 for words, WCAG 2.2, 1.4.3 and 1.4.11, on the papers of the page."""
    check_tones(colour)


@given(HEX)
def test_any_colour_of_a_crisis_can_be_seen_in_both_themes(colour):
    """Oracle: published, as above; the colour is whatever a crisis file says."""
    check_tones(colour)


@pytest.mark.parametrize("level", [k / 40 for k in range(-1, 42)])
def test_numbers_in_cells_can_be_read(level):
    """Oracle: published, 4.5:1."""
    for theme in ("light", "dark"):
        cell, word = (getattr(tone(level), theme) for tone in (palette.shade, palette.on_shade))
        assert palette.contrast(cell, word) >= 4.5


def test_contrast_is_that_of_the_recommendation():
    """Oracle: hand, by the formula of WCAG 2.2: grey 0.5 has luminance 0.2140."""
    assert palette.contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert palette.contrast("#808080", "#ffffff") == pytest.approx(1.05 / 0.2659, rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_on_a_page_follow_its_theme(kind):
    """Oracle: hand. Every colour is a property, and those that the page lacks have a value for either theme."""
    for svg in (make(kind).wide, make(kind).narrow):
        assert not re.search(r'(?:fill|stroke)="#', svg)
        used = set(re.findall(r'"var\(--([a-z0-9]+)\)"', svg)) - {"ink", "muted", "rule", "paper"}
        blocks = re.findall(r"\{((?:--[a-z0-9]+:#[0-9a-f]{6};?)+)\}", svg)
        named = [set(re.findall(r"--([a-z0-9]+):", block)) for block in blocks]
        assert named == [used] * (3 if used else 0)


def test_pale_marks_have_an_edge_that_can_be_seen():
    """Oracle: published, 3:1: the part drawn in the colour of hairlines is outlined in that of secondary text."""
    assert 'fill="var(--rule)" stroke="var(--muted)"' in make("stacks").wide


@pytest.mark.parametrize("colour", [palette.PAPER, palette.PAPER.upper(), palette.RULE])
def test_a_player_in_the_colour_of_the_ground_is_grey(colour, template, tmp_path):
    """Oracle: hand: white on white could not be seen."""
    folder = tmp_path / "white"
    shutil.copytree(template, folder)
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8").replace(
        "    role: challenger", f'    colour: "{colour}"\n    role: challenger', 1
    )
    path.write_text(text, "utf-8")
    assert palette.NEUTRAL in player_colours(load_crisis(folder)).values()


def test_players_have_distinct_colours_of_the_palette(crisis):
    colours = player_colours(crisis)
    assert len(set(colours.values())) == len(colours)
    assert set(colours.values()) <= set(OKABE_ITO.values())
    assert colours["north"] == OKABE_ITO["vermillion"]
