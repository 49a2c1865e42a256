"""The how-to page of play names what the package has."""

from pathlib import Path

import pytest

from detente.play.research import COLUMNS, SURVEY_COLUMNS
from detente.play.seat_commands import OF_SEATS
from detente.play.survey import QUESTIONS

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "play-a-crisis.md"


@pytest.mark.parametrize(
    "name", [*COLUMNS, *SURVEY_COLUMNS, *OF_SEATS, *(item.id for item in QUESTIONS)]
)
def test_columns_commands_and_questions_are_documented(name):
    """Oracle: the page itself."""
    assert f"`{name}`" in PAGE.read_text("utf-8")
