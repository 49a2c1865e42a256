"""Widths of text and lines that fit."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.brief.pictures.letters import _BOLD, _REGULAR, balanced, text_width, wrap_text

FONTS = Path("/usr/share/fonts/truetype/liberation")
SENTENCES = st.lists(st.text("abcmW .,é中", min_size=1, max_size=12), min_size=1, max_size=12).map(
    " ".join
)


@pytest.mark.parametrize(
    ("letter", "regular", "bold"),
    [("A", 667, 722), ("a", 556, 556), ("i", 222, 278), ("m", 833, 889), ("W", 944, 944), ("%", 889, 889), ("€", 556, 556)],
)  # fmt: skip
def test_widths_are_those_of_helvetica(letter, regular, bold):
    """Oracle: published: the advance widths that Adobe's metrics of Helvetica and Helvetica-Bold give."""
    assert text_width(letter, 1000.0) == regular
    assert text_width(letter, 1000.0, bold=True) == bold


@pytest.mark.parametrize(("file", "table"), [("Regular", _REGULAR), ("Bold", _BOLD)])
def test_widths_are_those_of_the_font(file, table):
    """Oracle: independent code: the font's own table, read by Pillow, where both are there."""
    fonts = pytest.importorskip("PIL.ImageFont", reason="Pillow is not installed")
    path = FONTS / f"LiberationSans-{file}.ttf"
    if not path.exists():
        pytest.skip("Liberation Sans is not installed")
    font = fonts.truetype(str(path), 2000, layout_engine=fonts.Layout.BASIC)
    for letter, width in table.items():
        assert font.getlength(letter) / 2 == pytest.approx(width, abs=1.0), letter


@given(SENTENCES, st.floats(30, 300))
def test_lines_fit_and_lose_nothing(text, room):
    """Oracle: theorem. Joined, the lines are the text; none is wider than the room unless it is a single letter."""
    for lines in (wrap_text(text, room, 12.0), balanced(text, room, 12.0)):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(text_width(line, 12.0) <= room or len(line) == 1 for line in lines)
    assert len(balanced(text, room, 12.0)) == len(wrap_text(text, room, 12.0))


def test_even_lines():
    """Oracle: hand. No word stands alone on a last line where the lines could be even."""
    assert wrap_text("one two three four", 90.0, 12.0) == ["one two three", "four"]
    assert balanced("one two three four", 90.0, 12.0) == ["one two", "three four"]


def test_even_lines_break_no_word_that_fits():
    """Oracle: hand."""
    assert balanced("Messaging cut-off", 60.0, 12.0) == ["Messaging", "cut-off"]
