"""Characters that no text may hold. Oracle: hand, and the categories of the Unicode database."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.characters import describe_character, escape, find_forbidden, join_surrogates


@pytest.mark.parametrize(
    "sign",
    [
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\x9b",
        "\u202e",
        "\u2066",
        "\u200f",
        "\ud800",
        "\uffff",
    ],
)
def test_forbidden(sign):
    assert find_forbidden(f"ab{sign}c{sign}") == 2
    assert find_forbidden(escape(sign)) is None
    assert escape(sign).isascii()
    assert f"{ord(sign):04X}" in describe_character(sign)


@pytest.mark.parametrize(
    "text",
    ["", "a\tb\r\nc", "Köln", "\u2028", "\U0001f600", "e\u0301", "\u06a9\u200c\u0647", "\ufeff"],
)
def test_allowed(text):
    assert find_forbidden(text) is None


@given(st.text(st.characters(exclude_categories=[])))
def test_escaped_text_can_be_written_and_holds_no_control(text):
    """Oracle: independent code, the general categories of Unicode."""
    shown = escape(text)
    shown.encode("utf-8")
    assert not any(
        unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t" for sign in shown
    )
    assert find_forbidden(shown) is None
    assert escape(shown) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_pairs_are_joined(text):
    """Oracle: independent code, the UTF-16 codec read unit by unit."""
    units = text.encode("utf-16-le")
    halves = "".join(
        chr(int.from_bytes(units[at : at + 2], "little")) for at in range(0, len(units), 2)
    )
    assert join_surrogates(halves) == text
    assert join_surrogates("\ud800" + text) == "\ud800" + text or text.startswith(
        tuple("\udc00\udfff")
    )
