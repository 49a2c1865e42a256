"""What a cell means: numbers in one of two styles, missing values, and what only looks like a number. Oracle: hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis.csv_cells import (
    MISSING_WORDS,
    NumberStyle,
    find_number_style,
    is_infinite,
    is_missing,
    looks_like_number,
    read_number,
)


@pytest.mark.parametrize("word", [*MISSING_WORDS, "na", "NULL", "NAN", "n/A"])
def test_missing_words_are_missing_in_any_case(word):
    assert is_missing(word)


@pytest.mark.parametrize("word", ["none", "None", "0", "no", "nil", "x", "-1"])
def test_words_that_name_something_are_not_missing(word):
    assert not is_missing(word)


@pytest.mark.parametrize(
    "cell",
    [
        "12%",
        "12,5%",
        "1,234",
        "1.234.567",
        "1'234",
        "2020_01",
        "$5",
        "5€",
        "(12)",
        "<5",
        "≥3",
        "+7",
        "1e5",
        ".5",
        "5.",
        "٣",
        "0x1F",
        "inf",
        "-Infinity",
        "nan",
        "1e999",
        "\N{MINUS SIGN}4",
        "1 234",
        "1\u00a0234,5",
        "$ 5",
        "- 3",
    ],
)
def test_what_people_write_for_numbers_is_meant_as_a_number(cell):
    assert looks_like_number(cell)


@pytest.mark.parametrize(
    "cell",
    ["x", "phase 2", "1a", "10-19", "2020-01-05", "05.01.2020", "12:30", "none", "e5", "a_1"],
)
def test_names_days_and_ranges_are_not(cell):
    assert not looks_like_number(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_it_is_written(number):
    """Oracle: theorem: ``repr`` of a float reads back."""
    assert read_number(repr(number)) == number
    assert looks_like_number(repr(number))


@pytest.mark.parametrize(
    "cell", ["1_000", "٣", "inf", "nan", "", "1e999", "0x10", "1,5", "5%", " 1"]
)
def test_nothing_else_is_a_number(cell):
    assert read_number(cell) is None


def test_a_comma_marks_decimals_only_where_it_separates_nothing():
    assert find_number_style(["0,5"], delimiter=",").read("0,5") is None
    assert find_number_style(["0,5"], delimiter=";").read("0,5") == 0.5


@pytest.mark.parametrize(
    ("others", "cell", "number"),
    [
        ([], "1,234", None),
        (["0,5"], "1,234", 1.234),
        (["0,5", "0.5"], "1,234", None),
        (["0.5"], "1,234", None),
        (["0,5"], "1.234", None),
        (["0.5", "0,5"], "1.234", 1.234),
        (["0.5"], "1.234", 1.234),
        ([], "1.234", 1.234),
    ],
)
def test_a_cell_that_can_be_read_in_two_ways_is_settled_by_most_others_or_not_read(
    others, cell, number
):
    style = find_number_style([*others, cell], delimiter=";")
    assert style.read(cell) == number
    assert style.is_ambiguous(cell) == (number is None)


@pytest.mark.parametrize("others", [[], ["0,5"], ["0.5"], ["0,5", "0.5"]])
def test_a_cell_that_settles_itself_is_read_in_any_table(others):
    style = find_number_style(others, delimiter=";")
    for cell, number in [("0,025", 0.025), ("-12,5e3", -12500.0), ("0.025", 0.025), ("12.5", 12.5)]:
        assert style.read(cell) == number
    assert style.read("1,234,567") is style.read("1.234,5") is style.read("1,234.5") is None


@pytest.mark.parametrize("others", [[], ["0,5"], ["0.5"], ["0,5", "0.5"], ["0,5", "0,7", "0.5"]])
@pytest.mark.parametrize("cell", ["1,234", "1.234", "12,500"])
def test_following_the_advice_on_an_ambiguous_cell_gives_a_number(others, cell):
    style = find_number_style([*others, cell], delimiter="\t")
    if style.is_ambiguous(cell):
        thousands = cell.replace(",", "").replace(".", "")
        decimals = style.write(cell.replace(",", "."))
        assert (
            style.advise(cell)
            == f"write {thousands}, or {decimals} if the mark is that of decimals"
        )
        for mended, number in (
            (thousands, float(thousands)),
            (decimals, float(cell.replace(",", "."))),
        ):
            assert find_number_style([*others, mended], delimiter="\t").read(mended) == number


def test_infinite_numbers_are_told_from_words():
    assert [is_infinite(cell) for cell in ("inf", "-Infinity", "1e999", "1e9", "x")] == [
        True
    ] * 3 + [False] * 2


def test_no_style_reads_commas_by_default():
    assert NumberStyle() == find_number_style([], delimiter=",")
