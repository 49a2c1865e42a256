"""Packages of measures in question 6, on the reference crisis under its base case alone."""

import numpy as np
import pytest

from detente.analysis.studies import keep_studies
from detente.analysis.studies.coalitions import CASES, TARGET, solve_coalitions
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import links_in, plain
from detente.brief.questions._coalition import coalition_parts, ranking_table
from detente.crisis import load_crisis
from detente.engine import draw_quantities
from detente.runs import run_ensemble


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    crisis = load_crisis("ukraine-2022")
    folder = tmp_path_factory.mktemp("allies")
    results = run_ensemble(crisis, folder=folder, policies=["as_announced"], n_draws=64, seed=1)
    return Context.of(crisis, keep_studies(crisis, results))


@pytest.fixture(scope="module")
def found(context):
    book = Book(context, "alliance")
    return coalition_parts(context, book), {figure.id: figure for figure in book.figures}


@pytest.fixture(scope="module")
def coalitions(context):
    n_draws = min(CASES, context.results.n_draws)
    return solve_coalitions(
        context.crisis, draw_quantities(context.crisis, n_draws, seed=1).as_mapping()
    )


def test_every_number_in_the_sentences_is_a_figure_with_a_trace(found):
    parts, figures = found
    assert len(parts.sentences) >= 4
    for sentence in parts.sentences:
        links = links_in(sentence)
        assert links
        for name in links:
            trace = figures[name].trace
            assert trace.quantities
            assert trace.sources
            assert "alliance.joining" in trace.model


def test_the_strongest_packages_are_those_of_the_coalition(found, coalitions):
    """Oracle: independent code, the reading of the lattice."""
    parts, figures = found
    first = coalitions[0]
    for package in first.strongest().values():
        figure = figures[f"alliance.package.{first.mechanism}.{package}.consensus"]
        assert figure.value == pytest.approx(first.chance["consensus"][package].mean(), abs=1e-12)
    text = plain(parts.sentences[0])
    assert "by consensus" in text
    assert "95% or more" in text


def test_the_pivot_its_price_and_what_gas_would_do_are_told(found, coalitions):
    parts, figures = found
    first = coalitions[0]
    pivot = first.pivots(first.full, most=6)[0]
    member = first.members[pivot.member]
    price = figures[f"alliance.package.{first.mechanism}.{first.full}.price.{member}"]
    expected = first.price(first.full, pivot.member, target=TARGET)
    assert price.value == pytest.approx(float(expected.mean()), rel=1e-9)
    assert price.unit == "pct_gdp"
    text = " ".join(plain(sentence) for sentence in parts.sentences)
    assert "The pivot of all 5 measures is" in text
    assert "A gas cut-off by Russia would split the coalition" in text


def test_the_ladder_falls_and_the_matrix_is_in_order(found, coalitions):
    parts, figures = found
    charts = {chart.id: chart for chart in parts.charts}
    assert set(charts) == {"alliance-ladder", "alliance-packages", "alliance-cut"}
    first = coalitions[0]
    ladder = [
        figures[f"alliance.package.{first.mechanism}.{package}.consensus"].value
        for package in first.chain()
    ]
    assert ladder == sorted(ladder, reverse=True)
    names = [row[0] for row in charts["alliance-packages"].table.rows]
    order = np.argsort(-first.join[:, first.full].mean(axis=1), kind="stable")
    assert len(names) == len(order)
    assert names[0] == "United Kingdom"
    for chart in charts.values():
        assert "Source" in chart.footnote


def test_channels_are_ranked_side_by_side(context):
    """Oracle: the table of exposures. Gas, imports and bank claims have other members first."""
    book = Book(context, "alliance")
    rows = []
    for name in ("challenger_share_of_gas", "import_share_gdp", "bank_claims_share_gdp"):
        column = [
            (actor, book.quantity(f"exposures.{actor}.{name}"))
            for actor in context.crisis.actors
            if f"exposures.{actor}.{name}" in context.crisis.quantities and actor != "EU"
        ]
        rows.append((name, sorted(column, key=lambda pair: -(pair[1].value or 0.0))))
    table = ranking_table(context, rows)
    assert table is not None
    first, third = plain(table.rows[0][1]), plain(table.rows[0][3])
    assert first.startswith("Finland")
    assert third.startswith("Austria")
    assert ranking_table(context, rows[:1]) is None


def test_a_crisis_without_joining_says_nothing(context):
    from dataclasses import replace

    none = {
        name: item
        for name, item in context.crisis.mechanisms.items()
        if not item.model.startswith("alliance.")
    }
    bare = Context.of(replace(context.crisis, mechanisms=none), context.results)
    parts = coalition_parts(bare, Book(bare, "alliance"))
    assert parts.sentences == parts.charts == parts.tables == ()
