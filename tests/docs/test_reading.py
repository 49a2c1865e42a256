"""How texts are measured: the grade, and which words of a page count."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "docs" / "reading.py"


@pytest.fixture(scope="module")
def reading():
    spec = importlib.util.spec_from_file_location("reading", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["reading"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["reading"]


def test_the_grade_is_that_of_flesch_and_kincaid(reading):
    """Oracle: published, the example of the package flesch-kincaid: 1 sentence, 13 words, 26 syllables give 13.08."""
    found = reading.Reading(words=13, sentences=1, syllables=26)
    assert found.grade == pytest.approx(13.08, abs=0.005)


def test_words_sentences_and_syllables_are_counted(reading):
    """Oracle: hand."""
    found = reading.measure(
        "Russia signs only if it expects to lose (32%, range 8-57%). Both must trust."
    )
    assert (found.words, found.sentences) == (15, 2)
    words = ("risk", "attack", "settlement", "escalation", "the", "made", "table")
    assert [reading.syllables(word) for word in words] == [1, 2, 3, 4, 1, 1, 2]


def test_facts_headings_and_sources_are_not_measured(reading):
    """Oracle: hand, a page of each part."""
    lines = (
        "# Will it?",
        "It is so \\[1\\].",
        "![A picture](a.svg)",
        "Source: own computation.",
        "## 1. What does it want?",
        "**Much.**",
        "### Facts",
        "- A fact of some length.",
        "## What was assumed",
        "Three rounds.",
        "## Sources",
        "1. A source",
    )
    page = "\n\n".join(lines)
    assert reading.parts_of_page(page) == {
        "first screens": "It is so .",
        "cards": "Much.",
        "behind": "Three rounds.",
    }
