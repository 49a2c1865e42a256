"""Ranges over ghosts: marks stand where their values are, words touch nothing, and tones have values for a style sheet."""

import re

import pytest
from tests.brief.drawn import collisions

from detente.brief.figures import Figure, Trace
from detente.brief.pictures.ghosts import GhostRow, draw_ghosts, tones_of
from detente.brief.pictures.palette import INK, MUTED, OKABE_ITO, RULE, SOFT
from detente.brief.pictures.pen import declare_tones

LONG = "a name that is far too long to stand beside its marks on the screen of a telephone"


def figure(value, low=None, high=None):
    return Figure(id="x", label="x", value=value, low=low, high=high, unit="prob", trace=Trace())


def rows():
    return [
        GhostRow(
            row=LONG,
            now=figure(0.5, 0.2, 0.8),
            ghost=figure(0.25, 0.1, 0.4),
            colour=INK,
            printed=("50%", "+25"),
        ),
        GhostRow(
            row="same",
            now=figure(0.3, 0.1, 0.5),
            ghost=figure(0.3, 0.1, 0.5),
            colour=OKABE_ITO["green"],
            printed=("30%", "0"),
        ),
        GhostRow(
            row="excluded", now=figure(None), ghost=figure(0.1, 0.0, 0.2), printed=("excluded",)
        ),
    ]


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_points_and_rings_stand_where_their_values_are(form):
    """Oracle by hand: from 0 to 100 % the way is even, so 50 % lies twice as far from 0 % as 25 % does."""
    svg = draw_ghosts(rows(), form, heads=("now", "change")).inline("", "alt")
    circles = [
        (float(x), fill)
        for x, fill in re.findall(r'<circle cx="([\d.]+)"[^>]* fill="([^"]+)"', svg)
    ]
    zero = min(float(x) for x in re.findall(r"M([\d.]+) ", svg))
    ring, point = circles[0][0], circles[1][0]
    assert circles[0][1] == "var(--paper)"
    assert point - zero == pytest.approx(2 * (ring - zero), abs=1.0)
    assert len(circles) == 5  # a ring for each ghost, a point for each value that there is


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_words_touch_nothing(form):
    """Oracle by hand: the rule of all pictures."""
    assert not collisions(draw_ghosts(rows(), form, heads=("now", "change")).standalone("alt"))


def test_a_picture_without_a_name_has_no_style_of_its_own():
    """Oracle by hand: a page that allows no style in line shows it, and a style sheet has its tones in light and in dark."""
    svg = draw_ghosts(rows(), "wide").inline("", 'a "quoted" <alt>')
    assert "style" not in svg
    assert "<alt>" not in svg
    sheet = declare_tones(tones_of([INK, MUTED, RULE, SOFT, "#767676", OKABE_ITO["green"]]))
    wanted = set(re.findall(r"var\(--([a-z0-9]+)\)", svg)) - {"ink", "muted", "rule", "paper"}
    light, _, dark = sheet.partition("@media")
    assert wanted
    assert all(f"--{name}:" in light and f"--{name}:" in dark for name in wanted)
