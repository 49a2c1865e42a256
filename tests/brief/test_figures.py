"""Figures: every number has an id, a trace and a place on the page."""

import re

import pytest

from detente.brief.export.page import to_appendix, to_html, to_markdown
from detente.brief.figures import Figure, Trace, link, links_in, plain
from detente.brief.questions import find_questions
from detente.brief.words import LINK_OPENS


def all_texts(brief):
    yield from brief.headline
    yield from brief.sure
    for answer in brief.answers:
        yield answer.answer
        yield from answer.model
        yield from answer.changes
        tables = [*answer.tables, *(chart.table for chart in answer.charts)]
        for table in tables:
            for row in table.rows:
                yield from row


def test_links_are_written_and_removed():
    figure = Figure(
        id="outlook.attack", label="x", value=0.31, low=None, high=None, unit="prob", trace=Trace()
    )
    assert plain(f"war {link(figure)}.") == "war 31%."
    assert links_in(link(figure, "a") + link(figure)) == ("outlook.attack", "outlook.attack")


def test_every_link_leads_to_a_figure(brief):
    linked = {name for text in all_texts(brief) for name in links_in(text)}
    assert linked
    assert linked <= set(brief.figures)


def test_ids_are_unique_and_begin_with_their_question(brief):
    for answer in brief.answers:
        ids = [figure.id for figure in answer.figures]
        assert len(ids) == len(set(ids))
        assert all(name.startswith(f"{answer.id}.") for name in ids)


def test_every_figure_has_a_source_or_a_model(brief):
    for figure in brief.figures.values():
        assert figure.trace.sources or figure.trace.model, figure.id


def test_traces_name_known_quantities_and_sources(brief):
    for figure in brief.figures.values():
        assert set(figure.trace.quantities) <= set(brief.crisis.quantities), figure.id
        assert set(figure.trace.sources) <= set(brief.crisis.sources), figure.id


def test_ranges_hold_their_value(brief):
    for figure in brief.figures.values():
        if figure.low is not None and figure.high is not None and figure.value is not None:
            assert figure.low <= figure.high, figure.id
        if figure.id.startswith(("outlook.outcome", "outlook.attack")):
            assert figure.low <= figure.value <= figure.high


def test_every_figure_has_an_anchor_and_every_link_a_place(brief):
    """Oracle: hand; within the page, within the appendix, from the one to the other, and in one file that holds both."""
    page, more, single = (
        to_html(brief),
        to_appendix(brief),
        to_html(brief, single_file=True),
    )
    places = [re.findall(r'\bid="([^"]+)"', text) for text in (page, more, single)]
    for text, anchors in zip((page, more, single), places, strict=True):
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([^"]+)"', text)) <= set(anchors)
    assert set(brief.figures) <= set(places[1])
    assert set(brief.figures) <= set(places[2])
    assert set(re.findall(r'href="appendix\.html#([^"]+)"', page)) <= set(places[1])
    assert "appendix.html" not in single


def test_every_chart_has_a_table_and_a_text(brief):
    page = to_html(brief, single_file=True)
    for chart in brief.charts:
        assert chart.table.rows
        assert chart.alt
        assert chart.title in page.replace("&#39;", "'")
        assert page.count(f'<div id="{chart.id}-table">') == 1
        assert page.count(f'<figure id="{chart.id}">') <= 1


def test_the_page_stands_alone(brief):
    page = to_html(brief)
    assert "<script" not in page
    assert not re.search(r'(?:src|srcset)="', page)
    assert "@import" not in page
    assert "url(http" not in page


def test_exclamations_and_raw_links_are_absent(brief):
    text = to_markdown(brief)
    assert LINK_OPENS not in text
    prose = [line for line in text.splitlines() if not line.startswith("![")]
    assert not any("!" in line for line in prose)


def test_questions_come_in_the_order_of_the_explainer(brief):
    assert [answer.id for answer in brief.answers] == [
        "aims",
        "options",
        "diplomacy",
        "deterrence",
        "sanctions",
        "alliance",
        "outlook",
    ]
    assert [question.id for question in find_questions()] == [answer.id for answer in brief.answers]


@pytest.mark.parametrize("index", range(7))
def test_each_answer_is_one_sentence(brief, index):
    text = plain(brief.answers[index].answer)
    assert text.endswith(".")
    assert len(re.findall(r"[.?](?:\s|$)", text)) == 1


def test_three_sentences_come_first(brief):
    assert 1 <= len(brief.headline) <= 3
    assert all(plain(text).endswith(".") for text in brief.headline)
