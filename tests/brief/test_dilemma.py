"""The security dilemma in question 7."""

import numpy as np
import pytest

from detente.analysis.effects import label_effect
from detente.brief.book import Book
from detente.brief.figures import links_in
from detente.brief.pages import say
from detente.brief.questions._dilemma import count_readings, dilemma_parts
from detente.crisis.registers import instrument_kinds


@pytest.fixture(scope="module")
def parts(full_context):
    book = Book(full_context, "outlook")
    return dilemma_parts(full_context, book), book


def test_every_move_has_an_intent_a_reading_and_an_effect(full_context, parts):
    """Oracle: independent code; labels from the columns of the run, type by type."""
    found, book = parts
    (table,) = (one for one in found.tables if one.id == "dilemma")
    figures = {figure.id: figure for figure in book.figures}
    columns = full_context.columns
    assert table.rows
    for row in table.rows:
        assert row[2] in {kind.intent for kind in instrument_kinds().values()}
        (name,) = (one for one in links_in(row[4]) if one in figures)
        if name.startswith("outlook.policy."):
            policy = name.split(".")[2]
            labels = []
            for kind in ("limited", "revisionist"):
                own, terms = (
                    columns.change(metric, policy)
                    for metric in (
                        f"outcome_given/north/{kind}/war",
                        f"settlement_given/north/{kind}",
                    )
                )
                labels.append(label_effect(own, terms))
            assert all(label in row[5] for label in labels)
            assert ("if “limited aims”" in row[5]) == (labels[0] != labels[1])
        else:
            assert row[5] in {"reassures", "provokes", "no clear effect"}


@pytest.mark.parametrize(
    ("readings", "title"),
    [
        (["deters"], "Of 1 move 1 deters"),
        (
            ["deters", "deters", "reassures", "no clear effect", "no clear effect"],
            "Of 5 moves 2 deter, 1 reassures, 2 have no clear effect",
        ),
        (
            ["differs by type", "spends leverage", "uses force", "provokes", "provokes"],
            "Of 5 moves 2 provoke, 1 uses force, 1 spends leverage, 1 differs by type",
        ),
    ],
)
def test_the_title_counts_each_reading(readings, title):
    """Oracle: hand."""
    counts = count_readings(readings)
    assert say("outlook", "effect_title", count=len(readings), readings=counts) == title


def test_beliefs_of_a_challenger_carry_the_effect(full_context, parts):
    """Oracle: independent code. The shift of each type's belief times the attack to be expected of it."""
    _, book = parts
    figures = [f for f in book.figures if f.id.startswith("outlook.dilemma.north.")]
    assert figures
    for figure in figures:
        token = figure.id.split(".")[3]
        expected = np.zeros(full_context.results.n_draws)
        for kind in ("limited", "revisionist"):
            after = full_context.columns.values(f"belief/north/{kind}/{token}")
            before = full_context.columns.values(f"prior/north/{kind}")
            expected = expected + (after - before) * full_context.columns.values(
                f"attack_given/north/{kind}"
            )
        assert figure.value == pytest.approx(expected.mean(), abs=1e-12)


def test_pictures_have_a_table_and_a_source(parts):
    found, _ = parts
    for chart in found.charts:
        assert chart.title
        assert "Source" in chart.footnote
        assert chart.table.rows


def test_cells_link_their_numbers(parts):
    """Oracle: hand."""
    found, book = parts
    known = {figure.id for figure in book.figures}
    linked = [
        name
        for table in found.tables
        for row in table.rows
        for cell in row
        for name in links_in(cell)
    ]
    assert linked
    assert set(linked) <= known
