"""Words and numbers, by hand and against the published scale."""

import pytest

from detente.brief.words import (
    LIKELIHOOD_BANDS,
    LINK_CLOSES,
    LINK_OPENS,
    LINK_TEXT,
    format_exact,
    format_number,
    format_percent,
    format_points,
    format_range,
    format_value,
    join_words,
    likelihood_word,
    round_significant,
    sentence_case,
    spread_word,
)

# published: Intelligence Community Directive 203 (2 January 2015), D.6.e.(2)(a), first row of terms
PUBLISHED = {
    "almost no chance": (1, 5),
    "very unlikely": (5, 20),
    "unlikely": (20, 45),
    "roughly even chance": (45, 55),
    "likely": (55, 80),
    "very likely": (80, 95),
    "almost certain": (95, 99),
}


def test_bands_are_those_of_the_directive():
    ours = {term: (round(low * 100), round(high * 100)) for term, low, high in LIKELIHOOD_BANDS}
    assert ours == PUBLISHED


@pytest.mark.parametrize(("term", "band"), PUBLISHED.items())
def test_inside_of_each_band_has_its_term(term, band):
    low, high = band
    for percent in range(low + 1, high):
        assert likelihood_word(percent / 100) == term


@pytest.mark.parametrize(
    ("percent", "term"),
    [
        (5, "very unlikely"),
        (20, "unlikely"),
        (45, "roughly even chance"),
        (55, "roughly even chance"),
        (80, "likely"),
        (95, "very likely"),
    ],
)
def test_an_edge_takes_the_term_nearer_to_even(percent, term):
    assert likelihood_word(percent / 100) == term


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (0.0, "almost no chance"),
        (0.004, "almost no chance"),
        (0.999, "almost certain"),
        (1, "almost certain"),
    ],
)
def test_beyond_the_scale_keeps_the_outer_terms(value, term):
    assert likelihood_word(value) == term


def test_word_agrees_with_the_percentage_printed_beside_it():
    assert format_percent(0.1975) == "20%"
    assert likelihood_word(0.1975) == likelihood_word(0.20)


def test_words_are_symmetric_about_even():
    mirror = dict(zip(PUBLISHED, reversed(PUBLISHED), strict=True))
    for percent in range(101):
        assert likelihood_word(1 - percent / 100) == mirror[likelihood_word(percent / 100)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (3.14159, "3.1"),
        (0.03456, "0.035"),
        (10.0, "10"),
        (99.6, "100"),
        (127_400, "130,000"),
        (-2.4, "\N{MINUS SIGN}2.4"),
        (0.999, "1.0"),
        (float("nan"), "n/a"),
    ],
)
def test_model_numbers_have_two_significant_digits(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (106000.0, "106,000"),
        (24.4, "24.4"),
        (0.55, "0.55"),
        (-5, "\N{MINUS SIGN}5"),
        (1571.25, "1,571.25"),
    ],
)
def test_sourced_numbers_keep_their_digits(value, text):
    assert format_exact(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0%"), (0.004, "<1%"), (0.005, "<1%"), (0.314, "31%"), (0.996, ">99%"), (1, "100%")],
)
def test_percentages_are_whole(value, text):
    assert format_percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.081, "+8 points"),
        (-0.081, "\N{MINUS SIGN}8 points"),
        (0.01, "+1 point"),
        (0.001, "under 1 point"),
    ],
)
def test_differences_are_points_with_a_sign(value, text):
    assert format_points(value) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.08, 0.62, "prob", "8\N{EN DASH}62%"),
        (0.001, 0.3, "share", "<1\N{EN DASH}30%"),
        (1.52, 2.91, "pct_gdp", "1.5\N{EN DASH}2.9% of GDP"),
        (0.4, 12.3, "stakes", "0\N{EN DASH}12 stakes"),
        (-22.4, 31.6, "stakes", "\N{MINUS SIGN}22 to 32 stakes"),
        (-0.01, 0.08, "points", "\N{MINUS SIGN}1 to +8 points"),
        (0.311, 0.312, "prob", ""),
        (None, None, "prob", ""),
        (3, 3, "stakes", ""),
    ],
)
def test_ranges_name_the_unit_once(low, high, unit, text):
    assert format_range(low, high, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "exact", "text"),
    [
        (20, "brigades", True, "20 brigades"),
        (0.244, "share", True, "24.4%"),
        (1.5712, "pct_gdp", False, "1.6% of GDP"),
        (84.6, "score_0_100", False, "85"),
        (200, "usd_mn", True, "USD 200 million"),
        (None, "prob", False, "n/a"),
    ],
)
def test_values_carry_their_unit(value, unit, exact, text):
    assert format_value(value, unit, exact=exact) == text


def test_rounding_to_significant_digits():
    assert [round_significant(v) for v in (0, 1234, 0.00123)] == [0, 1200, 0.0012]


def test_spread_words():
    assert [spread_word(0.1, high) for high in (0.15, 0.3, 0.6)] == ["narrow", "moderate", "wide"]


def test_joining_and_case():
    def linked(words):
        return f"{LINK_OPENS}x.y{LINK_TEXT}{words}{LINK_CLOSES} it"

    assert join_words(["a", "b", "c"], last="or") == "a, b or c"
    assert sentence_case("“arm”") == "“Arm”"
    assert sentence_case(linked("arm")) == linked("Arm")
