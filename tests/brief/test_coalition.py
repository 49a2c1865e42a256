"""Packages of measures in question 6 and measures in question 5, on the reference crisis under its base case alone."""

import numpy as np
import pytest

from detente.analysis.studies import keep_studies
from detente.analysis.studies.coalitions import CASES, solve_coalitions
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import plain
from detente.brief.pages import say
from detente.brief.questions._coalition import coalition_parts, ranking_table, who_joins
from detente.brief.questions._consent import consent_case
from detente.brief.questions._measures import describe_measures
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


def test_every_number_told_is_a_figure_with_a_trace(found):
    """Oracle: hand."""
    parts, figures = found
    told = [figure for _, figure in parts.strongest[0].packages]
    told += [parts.pivot.joins, parts.pivot.holds, parts.pivot.won, parts.pivot.made_good]
    told += [parts.split.before, parts.split.after, parts.split.likely, parts.split.likely_after]
    for figure in told:
        assert figures[figure.id] is figure
        assert figure.trace.quantities
        assert figure.trace.sources
        assert "alliance.joining" in figure.trace.model


def test_the_strongest_packages_are_those_of_the_coalition(found, coalitions):
    """Oracle: independent code, the reading of the lattice."""
    parts, figures = found
    first = coalitions[0]
    for package in first.strongest().values():
        figure = figures[f"alliance.package.{first.mechanism}.{package}.consensus"]
        assert figure.value == pytest.approx(first.chance["consensus"][package].mean(), abs=1e-12)
    told = parts.strongest[0]
    assert told.rule == "consensus"
    chances = [figure.value for _, figure in told.packages]
    assert chances == sorted(chances)
    assert chances[-1] >= 0.95


def test_the_pivot_and_what_gas_would_do_are_told_without_a_price(found, coalitions, context):
    """Oracle: independent code for the pivot; hand for the price: the slope of a logit is no payment."""
    parts, figures = found
    first = coalitions[0]
    pivot = first.pivots(first.full, most=6)[0]
    member = first.members[pivot.member]
    won = figures[f"alliance.package.{first.mechanism}.{first.full}.won.{member}"]
    assert won.value == pytest.approx(float(pivot.chance.mean()), rel=1e-9)
    assert parts.pivot.package == parts.split.package == "all 6 measures"
    assert parts.pivot.won.value > parts.pivot.holds.value
    fall = (first.join[:, first.full] - first.cut_off.join[:, first.full]).mean(axis=1)
    most = context.names.actor(first.members[int(np.argmax(fall))])
    assert parts.split.member == most
    assert not any(figure.unit == "pct_gdp" for figure in figures.values())


def test_sizes_fall_and_the_matrix_is_in_order(found, coalitions):
    """Oracle: independent code, the mean over packages of a size; theorem, a larger package is never likelier."""
    parts, figures = found
    charts = {chart.id: chart for chart in parts.charts}
    assert set(charts) == {"alliance-sizes", "alliance-packages", "alliance-cut"}
    first = coalitions[0]
    sizes = [
        figures[f"alliance.package.{first.mechanism}.size.{size}"].value for size in range(1, 7)
    ]
    assert sizes == sorted(sizes, reverse=True)
    means = first.chance["consensus"].mean(axis=1)
    fives = [means[code] for code in range(64) if code.bit_count() == 5]
    assert sizes[4] == pytest.approx(np.mean(fives))
    case, at = consent_case(first.record())
    assert f"runs out at {at} measures" in charts["alliance-sizes"].title or case != "whichever"
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
    assert parts.strongest == parts.charts == parts.tables == ()
    assert parts.pivot is parts.split is None


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ([0.9, 0.8, 0.7, 0.6], ("holds", 2)),
        ([0.9, 0.8, 0.7, 0.4], ("whichever", 2)),
        ([0.9, 0.6, 0.3, 0.2], ("depends", 1)),
    ],
)
def test_consent_runs_out_whichever_or_depending(coalitions, chances, expected):
    """Oracle: hand. The mean over a size below even odds; for every package of it, or for some."""
    from dataclasses import replace

    chance = np.array(chances)[:, None]
    made = replace(
        coalitions[0].record(),
        measures=("one", "other"),
        strength=np.zeros(4),
        chance={"consensus": chance},
    )
    assert consent_case(made) == expected


def test_the_title_says_whether_anybody_is_likely_to_join_all():
    """Oracle: hand, on both sides of even odds."""
    words = {"first": "A", "last": "B", "every": "all 2 measures"}
    said = [
        say("alliance", "packages_title", case=who_joins(highest), **words)
        for highest in (0.5, 0.4)
    ]
    assert said == [
        "A is likeliest to join all 2 measures, B least likely",
        "Nobody is likelier than not to join all 2 measures; B is least likely",
    ]


def test_what_measures_add_is_the_fall_of_consent(found, coalitions):
    """Oracle: theorem, Shapley's value adds up; independent code for the last."""
    _, figures = found
    first = coalitions[0]
    means = first.chance["consensus"].mean(axis=1)
    parts = [
        figures[f"alliance.package.{first.mechanism}.{name}.mean"].value for name in first.measures
    ]
    assert sum(parts) == pytest.approx(100 * (means[first.full] - means[0]))
    last = figures[f"alliance.package.{first.mechanism}.measure_banks.last"].value
    assert last == pytest.approx(100 * (means[first.full] - means[first.full ^ 1]))


# --- measures in question 5 -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measures(context):
    book = Book(context, "sanctions")
    return describe_measures(context, book), {figure.id: figure for figure in book.figures}


def test_the_table_of_measures_says_what_is_not_modelled(measures):
    """Oracle: hand, the table of effects: nothing isolates persons or settlement in dollars, and nothing small stands there."""
    parts, _ = measures
    table = parts.tables[0]
    rows = {plain(row[0]): [plain(cell) for cell in row[1:]] for row in table.rows}
    assert set(rows["Personal sanctions"]) == {"not modelled"}
    assert set(rows["Stop of all settlement in dollars"]) == {"not modelled"}
    assert rows["Blocked banks"][0] == "not modelled"
    assert "not modelled" not in {rows["Blocked banks"][1], rows["Ban on oil"][1]}
    assert parts.unmodelled == ("stop of all settlement in dollars", "personal sanctions")
    losses = [year.value for _, year, _ in parts.alone]
    assert losses == sorted(losses, reverse=True)
    assert "blocked banks" in [label for label, _, _ in parts.alone]


def test_germany_comes_first_with_its_loss_of_gas(measures, context):
    """Oracle: independent code, the study of payers: what a gas cut-off costs Germany in a year."""
    from detente.analysis.records import PayerStudy

    parts, figures = measures
    members = parts.tables[1]
    assert plain(members.rows[0][0]) == "Germany"
    study = context.results.study("payers", PayerStudy)
    plainly = next(item for item in study.packages if not item.bans_gas)
    gas = next(cost.gas for cost in plainly.countered if cost.actor == "DEU")
    figure = figures["sanctions.measure.gas.DEU"]
    assert figure.value == pytest.approx(float(gas.mean()))
    assert (parts.ally.name, parts.ally.loss) == ("Germany", figure)
    assert parts.ally.least.value > parts.ally.every.value
    assert figure.trace.quantities


def test_every_number_of_a_measure_is_a_figure_with_sources(measures):
    """Oracle: hand. Each figure names a source of the crisis."""
    parts, figures = measures
    told = [figure for _, *pair in (*parts.alone, *parts.prices) for figure in pair if figure]
    assert len(told) >= 8
    for figure in told:
        assert figures[figure.id].trace.sources
        assert figures[figure.id].trace.model


def test_a_crisis_without_effects_says_nothing_of_measures(context):
    """Oracle: hand."""
    from dataclasses import replace

    tables = {kind: table for kind, table in context.crisis.tables.items() if kind != "effects"}
    bare = Context.of(replace(context.crisis, tables=tables), context.results)
    parts = describe_measures(bare, Book(bare, "sanctions"))
    assert parts.alone == parts.tables == ()
