"""What the briefing says of texts that are younger than the cut-off. Oracle: hand, case by case."""

import dataclasses
from datetime import date

import pytest

from detente.brief.behind import MOST_NAMED, say_sources
from detente.brief.export.explaining import explain_figure
from detente.brief.export.page import to_appendix, to_html, to_markdown
from detente.brief.export.rendering import as_data, to_json
from detente.crisis.elements import Source

NO_LATER_EVENT = "Nothing that happened after 15 January 2030 was used: no row, figure or fact of the folder is dated later."
DAY = date(2030, 1, 10)


def source(key="a", *, day=DAY, edition="", standing="press"):
    return Source(
        key=key,
        publisher=f"Paper {key}",
        title="News",
        date=day,
        address="",
        standing=standing,
        edition=edition,
    )


@pytest.mark.parametrize(
    ("sources", "rest"),
    [
        ([source(), source("b", edition="2030-01-12")], ["All sources were read in texts of that day or before."]),
        (
            [source(edition="2031-04")],
            [
                (
                    "1 source published by then was read in later copies: Paper a (as read in April 2031). "
                    "What stood in them may have been revised since."
                )
            ],
        ),
        (
            [source(day=None, edition="2040"), source("b", day=None, edition="2041-02-03")],
            [
                (
                    "2 sources were written, or revised, after that day: Paper a (as read in 2040) and Paper b (as read on 3 "
                    "February 2041). They are read for what was so by then."
                )
            ],
        ),
        ([source(edition="undated")], ["1 source was read in texts of unknown day: Paper a."]),
        (
            [source("m", day=None, edition="2040", standing="memory")],
            ["What is graded as from memory was written down later, without a page to check it against."],
        ),
    ],
    ids=["none", "copy", "written later", "undated", "memory"],
)  # fmt: skip
def test_each_kind_of_source_has_its_sentence(crisis, sources, rest):
    assert list(say_sources(crisis, sources)) == [NO_LATER_EVENT, *rest]


@pytest.mark.parametrize(
    ("edition", "late"), [("2029", False), ("2030", True), ("2030-01", True), ("2030-01-15", False)]
)
def test_an_edition_that_may_be_younger_counts_as_younger(crisis, edition, late):
    """Oracle: hand; the last day that a month or a year covers decides."""
    assert ("later copies" in " ".join(say_sources(crisis, [source(edition=edition)]))) is late


def test_many_sources_are_counted_and_not_named(crisis):
    many = [
        source(str(year), day=None, edition=str(year)) for year in range(2031, 2032 + MOST_NAMED)
    ]
    line = say_sources(crisis, many)[1]
    assert line.startswith(
        f"{MOST_NAMED + 1} sources were written, or revised, after that day: "
        f"they are marked in the list (of 2031 to {2031 + MOST_NAMED})."
    )


def test_two_texts_of_one_publisher_and_day_are_named_once(crisis):
    twice = [
        source(edition="2031-04"),
        dataclasses.replace(source("b", edition="2031-04"), publisher="Paper a"),
    ]
    line = say_sources(crisis, twice)[1]
    assert line.startswith(
        "2 sources published by then were read in later copies: Paper a (as read in April 2031). "
    )


def test_who_knew_is_said_where_the_tables_say_it(crisis):
    later = [source(day=None, edition="2040")]
    assert len(say_sources(crisis, later)) == 2
    timeline = crisis.tables["timeline"]
    seen = dataclasses.replace(
        timeline.rows[0], cells={**timeline.rows[0].cells, "visibility": "secret"}
    )
    tables = {
        **crisis.tables,
        "timeline": dataclasses.replace(timeline, rows=(seen, *timeline.rows[1:])),
    }
    lines = say_sources(dataclasses.replace(crisis, tables=tables), later)
    assert (
        lines[2]
        == "What is known now was not known to every side then: the tables of talks and events say what was public."
    )


def test_page_text_and_data_show_the_sentences_and_the_edition(brief):
    """The sentences stand above the list, the edition at the source; the data file carries it."""
    first, *others = brief.sources
    changed = dataclasses.replace(
        brief,
        sources=(dataclasses.replace(first, edition="2031-04"), *others),
        vintage=("One.", "Two."),
    )
    for text in (to_html(changed), to_markdown(changed)):
        assert text.index(">Sources</h2>" if "<h2" in text else "## Sources") < text.index("One.")
    assert to_appendix(changed).count("as read in April 2031") == 1
    assert as_data(changed)["sources"][first.key]["edition"] == "2031-04"
    assert "edition" not in as_data(changed)["sources"][others[0].key]
    assert brief.vintage == (
        NO_LATER_EVENT,
        "All sources were read in texts of that day or before.",
    )


def test_a_trace_says_in_which_text_a_source_was_read(tmp_path, brief):
    """Oracle: hand; the data file of the briefing carries the edition to what ``detente trace`` prints."""
    figure = next(figure for figure in brief.figures.values() if figure.trace.sources)
    later = tuple(dataclasses.replace(one, edition="undated") for one in brief.sources)
    (tmp_path / "brief.json").write_text(
        to_json(dataclasses.replace(brief, sources=later)), encoding="utf-8"
    )
    text = explain_figure(figure.id, tmp_path / "brief.json").as_text()
    assert ", as read in an undated text\n" in text
