"""The page on tables says what the code does. Oracle: the code's own lists and constants."""

from pathlib import Path

import pytest

from detente.analysis.case_tables import IDENTIFIER_SHARE, NUMERIC_SHARE
from detente.crisis.csv_cells import MISSING_WORDS
from detente.crisis.csv_reader import DELIMITERS
from detente.crisis.user_tables import MAX_BYTES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "tables.md").read_text("utf-8")
MISSING = PAGE.split("## Missing values")[1].split("`none`")[0]


def test_missing_words_are_listed_all_and_no_other():
    listed = MISSING.split("`")[1::2]
    assert listed == [word for word in MISSING_WORDS if word]
    assert "(blank)" in MISSING


@pytest.mark.parametrize(
    "words",
    [
        f"at least {NUMERIC_SHARE:.0%}",
        f"{MAX_BYTES >> 20} MiB",
        *DELIMITERS.values(),
    ],
)
def test_limits_are_those_of_the_code(words):
    assert words in PAGE


def test_names_of_cases_are_told_by_half():
    assert IDENTIFIER_SHARE == 0.5
    assert "more different words than half of the cases" in PAGE
