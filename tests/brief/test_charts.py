"""Pictures: every kind validates as Vega-Lite, keeps to the palette and has both forms."""

import re
import xml.etree.ElementTree as ET  # our own output
from functools import cache

import pytest

from detente.brief.figures import Figure, Trace
from detente.brief.pictures import charts, drawing
from detente.brief.pictures.charts import Dumbbell, Mark, Span
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.matrix import draw_matrix
from detente.brief.pictures.palette import OKABE_ITO, player_colours

WORDS = Words(title="One thing <leads> & stays", subtitle="Share, in %", footnote="Source: here")


def figure(value, low=None, high=None, unit="prob", name="q.x"):
    return Figure(
        id=name, label="x", value=value, low=low, high=high, unit=unit, trace=Trace(model="m")
    )


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(drawing, "VALIDATE", True)


@cache
def make(kind):  # noqa: PLR0911  # one return per kind of picture
    long = "a name that is far too long to stand beside its marks on the screen of a telephone"
    if kind == "ranges":
        spans = [Span(row=long, figure=figure(0.3, 0.1, 0.5)), Span(row="b", figure=figure(0.2))]
        return charts.draw_ranges("c", spans, WORDS)
    if kind == "bars":
        spans = [
            Span(row="a", figure=figure(0.0)),
            Span(row="b", figure=figure(2.0, 1, 3, "pct_gdp")),
        ]
        return charts.draw_ranges("c", spans, WORDS, bars=True)
    if kind == "series":
        spans = [
            Span(row=row, series=series, figure=figure(value, value / 2, value * 2, "stakes"))
            for row, series, value in (("a", "s", -3.0), ("a", "t", 2.0), ("b", "s", 1.0))
        ]
        return charts.draw_ranges("c", spans, WORDS, zero_line=True)
    if kind == "positions":
        marks = [
            Mark(row="a", series="N", value=0, low=0, high=10, colour="#D55E00"),
            Mark(row="a", series="W", value=85, colour="#0072B2"),
            Mark(row="a", series="terms", value=40, colour="#1c1c1c", kind="settlement"),
        ]
        return charts.draw_positions("c", marks, WORDS)
    if kind == "matrix":
        cells = [[figure(0.2), None], [figure(0.9), figure(0.5)]]
        return draw_matrix("c", ["a", "b"], ["short", long], cells, WORDS)
    if kind == "weeks":
        weeks = [("1 Jan", "Held", 2), ("8 Jan", "Held", 0), ("8 Jan", "Scheduled", 1)]
        return charts.draw_weeks("c", weeks, WORDS, states=["Held", "Scheduled"], unit="Week of")
    if kind == "stacks":
        rows = {
            row: {"one": figure(value, unit="twh"), "none": figure(0.0), "two": figure(3.0)}
            for row, value in (("a", 10.0), (long, 4.0))
        }
        colours = {"one": "#0072B2", "none": "#1c1c1c", "two": "#d9d9d9"}
        return charts.draw_stacks("c", rows, WORDS, colours=colours)
    rows = [Dumbbell(row=long, start=figure(0.4), end=figure(0.1))]
    return charts.draw_dumbbells("c", rows, WORDS, start="low", end="high", line_at=0.2)


KINDS = ("ranges", "bars", "series", "positions", "matrix", "weeks", "stacks", "dumbbells")


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_is_well_formed(kind):
    chart = make(kind)
    for svg in (chart.svg, chart.wide, chart.narrow):
        assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_stands_alone_with_its_words(kind):
    chart = make(kind)
    assert "One thing &lt;leads&gt; &amp; stays" in chart.svg
    assert "Source: here" in chart.svg
    assert "var(" not in chart.svg
    assert not re.search(r'href="http|<image|<script', chart.svg)


@pytest.mark.parametrize("kind", KINDS)
def test_forms_fit_their_screens_and_follow_the_theme(kind):
    chart = make(kind)
    widths = [
        float(re.search(r'viewBox="0 0 ([0-9.]+)', svg)[1]) for svg in (chart.wide, chart.narrow)
    ]
    assert widths[0] <= 720
    assert widths[1] <= 360
    assert "currentColor" in chart.wide
    assert "currentColor" in chart.narrow


def test_ids_inside_two_pictures_differ():
    first = make("ranges")
    ids = re.findall(r'id="([^"]+)"', first.wide + first.narrow)
    assert len(ids) == len(set(ids))


def test_long_heads_become_letters_with_a_key():
    chart = make("matrix")
    assert chart.key[0] == "A: short"
    assert chart.table.columns[2].startswith("a name")


def test_stacks_leave_out_parts_that_are_nothing():
    chart = make("stacks")
    assert chart.table.columns[1:] == ("one", "two")
    assert ">none<" not in chart.wide


def test_texts_are_large_enough_to_read():
    for kind in KINDS:
        chart = make(kind)
        sizes = [float(size) for size in re.findall(r'font-size="([0-9.]+)px"', chart.narrow)]
        assert sizes
        assert min(sizes) >= 11


def test_players_have_distinct_colours_of_the_palette(crisis):
    colours = player_colours(crisis)
    assert len(set(colours.values())) == len(colours)
    assert set(colours.values()) <= set(OKABE_ITO.values())
    assert colours["north"] == OKABE_ITO["vermillion"]
