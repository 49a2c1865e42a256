"""The gas system in the briefing: sentences, pictures and tables. Each test names its oracle."""

import re

import pytest
from tests.brief.drawn import words

from detente.analysis.records import GasStudy
from detente.analysis.studies import keep_studies
from detente.brief import compose, gas_months, to_html, to_markdown
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace, links_in, plain
from detente.brief.gas_months import month_case, read_gas_month
from detente.brief.pictures import flows as flow_charts
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.flows import Ribbon
from detente.brief.questions import _gas_flows
from detente.brief.questions._gas import describe_gas
from detente.brief.words import format_number, format_value
from detente.crisis import load_crisis
from detente.linking.checks import check_game
from detente.linking.gas import gas_mechanism, run_gas_years
from detente.runs import run_ensemble
from detente.testing import tiny_crisis_folder
from detente.testing.gas import GAS_FILES, write_gas_tables

WORDS = Words(title="One thing <leads>", subtitle="TWh", footnote="Source: here")
MECHANISM = """
  gas_year:
    label: gas by country and month
    model: energy.gas_system
    members: [AAA, BBB, CCC]
    inputs:
      cut_share: {by: talks, none: 0, offered: 0.8, agreed: 0.8}
      lng_spare_twh: 60
      lng_pact_twh: {by: talks, none: 0, offered: 20, agreed: 20}
      energy_share: 0.02
      elasticity: 0.1
"""


def figure(value, name="q.x"):
    return Figure(
        id=name, label="x", value=value, low=None, high=None, unit="twh", trace=Trace(model="m")
    )


class TestCharts:
    """Oracle: hand: every value stands in the table, every name on the picture."""

    def test_months_stack_and_sink(self):
        chart = flow_charts.draw_months(
            "m",
            ["Jan", "Feb"],
            {"wells": [figure(3.0), figure(2.0)], "filled": [figure(0.0), figure(1.0)]},
            WORDS,
            colours={"wells": "#7a7a7a", "filled": "#b5b5b5"},
            below=("filled",),
        )
        assert [row[0] for row in chart.table.rows] == ["Jan", "Feb"]
        assert chart.table.columns == ("Month", "wells", "filled")
        for form in (chart.wide, chart.narrow):
            assert "Jan" in form
            assert form.startswith("<svg")

    def test_a_part_without_any_value_is_left_out(self):
        chart = flow_charts.draw_months(
            "m",
            ["Jan"],
            {"wells": [figure(3.0)], "none": [figure(0.0)]},
            WORDS,
            colours={"wells": "#7a7a7a", "none": "#b5b5b5"},
        )
        assert chart.table.columns == ("Month", "wells")

    def test_ribbons_name_both_ends_with_their_sums(self):
        chart = flow_charts.draw_ribbons(
            "r",
            [
                Ribbon(source="north", place="coast", figure=figure(30.0), colour="#7a7a7a"),
                Ribbon(source="north", place="inland", figure=figure(10.0), colour="#7a7a7a"),
                Ribbon(source="ships", place="coast", figure=figure(5.0), colour="#56B4E9"),
            ],
            WORDS,
            heads=("From", "To", "TWh"),
        )
        for name in ("north 40", "ships 5", "coast 35", "inland 10"):
            assert name in chart.wide
            assert name in chart.narrow
        assert len(chart.table.rows) == 3


def gas_crisis_folder(where):
    """Write a small crisis that binds a gas system of three countries."""
    folder = tiny_crisis_folder(where)
    named = write_gas_tables(folder)
    for kind in named:
        path = folder / f"{kind}.csv"
        path.write_text(path.read_text("utf-8").replace("EAS", "NOR"), "utf-8")
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8")
    lines = "".join(f"  {kind}: {file}\n" for kind, file in named.items())
    text = text.replace("  sources: sources.csv\n", f"  sources: sources.csv\n{lines}", 1)
    actors = "".join(f"  {name}: {{name: {name}, kind: state}}\n" for name in ("AAA", "BBB", "CCC"))
    text = text.replace("\nactors:\n", f"\nactors:\n{actors}", 1)
    text = text.replace("\nmechanisms:", f"\nmechanisms:{MECHANISM}", 1)
    path.write_text(text, "utf-8")
    with (folder / "sources.csv").open("a", encoding="utf-8") as stream:
        stream.write("atlas,An atlas,Maps,2022-01-01,,book\n")
    return folder


@pytest.fixture(scope="module")
def gas_crisis(tmp_path_factory):
    return load_crisis(gas_crisis_folder(tmp_path_factory.mktemp("gas")))


@pytest.fixture(scope="module")
def gas_results(gas_crisis, tmp_path_factory):
    run = run_ensemble(gas_crisis, folder=tmp_path_factory.mktemp("run"), n_draws=16, seed=1)
    return keep_studies(gas_crisis, run)


def test_a_mechanism_without_its_tables_is_found_by_the_check(tmp_path):
    """Oracle: hand."""
    folder = tiny_crisis_folder(tmp_path)
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8").replace("\nmechanisms:", f"\nmechanisms:{MECHANISM}", 1)
    actors = "".join(f"  {name}: {{name: {name}, kind: state}}\n" for name in ("AAA", "BBB", "CCC"))
    path.write_text(text.replace("\nactors:\n", f"\nactors:\n{actors}", 1), "utf-8")
    found = [item for item in check_game(load_crisis(folder)) if item.code == "table-missing"]
    assert [item.value for item in found] == list(GAS_FILES)
    assert all(item.line and item.fix for item in found)


def test_a_crisis_without_a_gas_system_says_nothing_of_it(context):
    found = describe_gas(context, Book(context, "alliance"))
    assert (found.numbers, found.charts, found.tables) == (None, (), ())


def test_the_section_reads_from_the_programme(gas_crisis, gas_results):
    """Oracle: independent code: what is withheld is what the years at central values differ by."""
    context = Context.of(gas_crisis, gas_results)
    book = Book(context, "alliance")
    found = describe_gas(context, book)
    years = {year.id: year for year in run_gas_years(gas_crisis, gas_mechanism(gas_crisis))}
    withheld = (years["stands"].supply_of("NOR") - years["cut"].supply_of("NOR")).sum()
    figures = {item.id: item for item in book.figures}
    assert figures["alliance.gas.lost"].value == pytest.approx(withheld)
    assert len(found.charts) == 3
    assert {row[0] for row in found.tables[0].rows} == {"Arland", "Borland", "Corland"}
    told = found.numbers
    for figure in (told.lost, told.came, told.saved, told.shed, *told.price):
        assert figures[figure.id] is figure


def test_the_picture_of_flows_says_what_a_cut_leaves(gas_crisis, gas_results):
    """Oracle: independent code: title, subtitle and ribbons of the seller are the two years of the programme."""
    context = Context.of(gas_crisis, gas_results)
    book = Book(context, "alliance")
    chart = next(one for one in describe_gas(context, book).charts if one.id.endswith("gas-flows"))
    years = {year.id: year for year in run_gas_years(gas_crisis, gas_mechanism(gas_crisis))}
    before, after = (float(years[name].supply_of("NOR").sum()) for name in ("stands", "cut"))
    seller = context.roles.names("challenger")
    drawn = [
        float(plain(row[2]).split()[0].replace(",", ""))
        for row in chart.table.rows
        if plain(row[0]) == seller
    ]
    assert 0 < after < before
    assert sum(drawn) == pytest.approx(after, rel=0.05)
    assert chart.title.startswith(f"A cut leaves {format_value(after, 'twh')} from {seller};")
    assert f"if {seller} withholds {format_value(1 - after / before, 'share')} of its gas" in (
        chart.subtitle
    )
    assert f"{seller} {format_number(after)}" in {word.text for word in words(chart.wide)}


def test_every_month_adds_up_to_demand(gas_crisis, gas_results):
    """Oracle: accounting: parts above the line less what is stored are the demand of the union."""
    context = Context.of(gas_crisis, gas_results)
    book = Book(context, "alliance")
    describe_gas(context, book)
    figures = {item.id: item.value for item in book.figures}
    year = run_gas_years(gas_crisis, gas_mechanism(gas_crisis))[1]
    days = [period.days for period in year.reading.system.periods]
    demand = year.solution.demand_twh.sum(axis=0)
    months = list(
        dict.fromkeys(name.rsplit(".", 1)[1] for name in figures if ".gas.month.others." in name)
    )
    assert len(months) == 12
    for month, length, twh in zip(months, days, demand, strict=True):
        parts = {
            key: figures[f"alliance.gas.month.{key}.{month}"]
            for key in ("others", "challenger", "lng", "storage", "response", "cut_off", "filled")
        }
        assert (sum(parts.values()) - 2 * parts["filled"]) * length == pytest.approx(twh)


def test_the_page_holds_the_section(gas_crisis, gas_results):
    brief = compose(gas_crisis, gas_results)
    page = to_html(brief, single_file=True)
    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert "Gas by country" in page
    assert "Of a pact for" in to_markdown(brief)


def test_the_map_of_routes_is_what_the_programme_sends(gas_crisis, gas_results, monkeypatch):
    """Oracle: independent code: supply of the years by route; the title is that of the widest line."""
    context = Context.of(gas_crisis, gas_results)
    years = {year.id: year for year in run_gas_years(gas_crisis, gas_mechanism(gas_crisis))}
    study = context.results.study("gas", GasStudy)
    sold = study.suppliers["NOR"]
    courses = {route: ((1.0, 1.0), (2.0, 2.0 + k)) for k, route in enumerate(sold)}
    monkeypatch.setattr(_gas_flows, "read_courses", lambda _: courses)
    found = [c for c in describe_gas(context, Book(context, "alliance")).charts if "routes" in c.id]
    assert bool(found) is (len(sold) > 1)
    for chart in found:
        amounts = [float(plain(row[1]).split()[0].replace(",", "")) for row in chart.table.rows]
        assert sum(amounts) == pytest.approx(
            float(years["stands"].supply_of("NOR").sum()), rel=0.05
        )
        share = int(re.search(r"carries (\d+)% of the gas", chart.title)[1]) / 100
        assert share == pytest.approx(amounts[0] / sum(amounts), abs=0.015)  # two printed digits


@pytest.fixture
def month_of(gas_crisis, gas_results, monkeypatch):
    """Read a month of a case, with figures by id and the programme's answer; all routes of the seller have a course."""
    context = Context.of(gas_crisis, gas_results)
    study = context.results.study("gas", GasStudy)
    courses = {
        route: ((1.0, 1.0), (2.0, 2.0 + k)) for k, route in enumerate(study.suppliers["NOR"])
    }
    monkeypatch.setattr(gas_months, "read_courses", lambda _: courses)

    def read(case="", month=""):
        book = Book(context, "energy")
        found = read_gas_month(context, book, case=case, month=month)
        return found, {item.id: item for item in book.figures}, study

    return read


def test_a_month_is_what_the_programme_says_of_it(month_of, gas_crisis):
    """Oracle: independent code: the year solved by the linking floor, read at that month."""
    years = {year.id: year for year in run_gas_years(gas_crisis, gas_mechanism(gas_crisis))}
    for case in ("stands", "hoarding"):
        got = years[case].solution
        for at in (0, 7):
            month = years[case].reading.system.periods[at].label
            found, figures, study = month_of(case, month)
            assert (found.case, found.month) == (case, month)
            lost = got.response_twh[:, at] + got.shedding_twh[:, at]
            for k, node in enumerate(study.nodes):
                figure = figures[f"energy.gas.{case}.{month}.short.{node}"]
                assert figure.value == pytest.approx(lost[k] / got.demand_twh[k, at])
            stock = figures[f"energy.gas.{case}.stock.{month}"]
            assert stock.value == pytest.approx(got.stock_twh[:, at].sum())
            for k, entry in enumerate(study.entries):
                name = f"energy.gas.{case}.{month}.route.{entry}"
                if name in figures:
                    assert figures[name].value == pytest.approx(got.supply_twh[k, at])


def test_without_a_month_the_worst_one_of_a_cut_is_shown(month_of, gas_crisis):
    """Oracle by hand: no month of the case loses a larger share of its demand; what is unknown is the same as nothing."""
    year = run_gas_years(gas_crisis, gas_mechanism(gas_crisis))[1]
    lost = (year.solution.response_twh + year.solution.shedding_twh).sum(axis=0)
    share = lost / year.solution.demand_twh.sum(axis=0)
    found, *_ = month_of("no such case", "2199-01")
    assert found.case == "cut"
    assert share[list(found.months).index(found.month)] == pytest.approx(share.max())
    assert list(found.cases) == ["stands", "cut", "pact", "hoarding"]


def test_what_there_is_beside_the_seller_adds_up_to_all_supply(month_of):
    """Oracle: accounting: rows of other suppliers and ships, with the seller's own gas, are the supply of the year."""
    found, figures, study = month_of()
    for year in study.years:
        shown = sum(
            figures[name].value
            for row in found.others.rows
            for cell in row
            for name in links_in(cell)
            if name.endswith(f".{year.id}")
        )
        theirs = [entry in study.suppliers["NOR"] for entry in study.entries]
        seller = float(year.supply_twh[theirs].sum())
        whole = float(year.supply_twh.sum() + year.sendout_twh.sum())
        assert shown + seller == pytest.approx(whole)


def test_a_month_is_told_by_how_many_are_short():
    """Oracle by hand."""
    told = [month_case(short, 3) for short in range(4)]
    assert told == ["all served", "one short", "some short", "all short"]
    assert month_case(1, 1) == "all short"


def test_without_a_gas_system_there_is_no_month(context):
    """Oracle by hand."""
    assert read_gas_month(context, Book(context, "energy")) is None
