"""Questions adapt to what the crisis file holds: with every mechanism, with few, with none."""

import dataclasses
import re
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from tests.brief.drawn import parts
from tests.brief.test_data import SCHEMA

import detente.brief
from detente.analysis.studies import keep_studies
from detente.brief import base_rates, compose, to_appendix, to_html, to_json, to_markdown
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.export.rendering import as_data
from detente.brief.figures import Figure, Trace, chance, links_in, plain
from detente.brief.levels import Level
from detente.brief.questions import options, sanctions
from detente.crisis import load_crisis
from detente.crisis.elements import QuantityOf
from detente.errors import SolverError
from detente.runs import run_ensemble


def by_id(brief, name):
    return next(answer for answer in brief.answers if answer.id == name)


def test_missing_mechanisms_are_said(brief):
    assert any("bargaining" in text for text in by_id(brief, "aims").absent)
    assert any("alliance" in text for text in by_id(brief, "alliance").absent)
    assert any("tracks" in text for text in by_id(brief, "diplomacy").absent)


def test_every_mechanism_is_used_where_there_is_one(full_brief):
    assert not by_id(full_brief, "alliance").absent
    ids = set(full_brief.figures)
    for wanted in (
        "aims.room.deal",
        "aims.nash_point.deal.membership",
        "diplomacy.tracks.held",
        "deterrence.held.pays",
        "deterrence.margin.pays",
        "sanctions.loss.target_loss.sanctions=imposed",
        "sanctions.loss.senders.conflict=war_won+sanctions=imposed",
        "alliance.joining.joins.WES",
        "alliance.coverage.joins",
        "alliance.shortfall.balance.gas=cut",
    ):
        assert wanted in ids, wanted


def test_pictures_of_every_mechanism(full_brief):
    names = {chart.id for chart in full_brief.charts}
    assert {
        "aims-terms",
        "options-ladder",
        "diplomacy-weeks",
        "diplomacy-causes",
        "deterrence-balance",
        "deterrence-margins",
        "deterrence-success",
        "sanctions-losses",
        "alliance-joining",
        "alliance-energy",
        "outlook-outcomes",
        "outlook-policies",
    } <= names


def _loss(mechanism, number, value):
    level = Level(metric=f"{mechanism}{number}", mechanism=mechanism, output="loss", state=())
    return level, Figure(
        id=f"l.{mechanism}.{number}", label="x", value=value, low=None, high=None, unit="pct_gdp", trace=Trace(model="m")
    )  # fmt: skip


@pytest.mark.parametrize("small", [3, 12, 30])
def test_the_picture_of_losses_has_rows_of_every_package(small):
    """Oracle: hand. However many situations a small package has, the largest loss of each is drawn, the hardest first."""
    rows = [_loss("chips", k, 0.01 * k) for k in range(small)]
    rows += [_loss("banks", k, 3.0 - k) for k in range(2)] + [_loss("embargo", 0, 7.0)]
    shown = sanctions._of_each_package(rows)
    assert len(shown) <= sanctions.MOST_ROWS
    first = {level.mechanism: figure.value for level, figure in reversed(shown)}
    assert first == {"embargo": 7.0, "banks": 3.0, "chips": 0.01 * (small - 1)}
    assert list(dict.fromkeys(level.mechanism for level, _ in shown)) == [
        "embargo",
        "banks",
        "chips",
    ]


def test_the_title_of_losses_is_that_of_the_rows_drawn(full_brief):
    """Oracle: independent code: the longest bar of either side, by its colour, read back from the SVG."""
    chart = next(one for one in full_brief.charts if one.id == "sanctions-losses")
    longest = {}
    for tag, part, _, _ in parts(chart.wide):
        if tag == "rect":
            colour, wide = part.get("fill"), float(part.get("width"))
            longest[colour] = max(longest.get(colour, 0.0), wide)
    target, senders = longest.get("var(--bd55e00)", 0.0), longest.get("var(--b0072b2)", 0.0)
    assert target
    assert senders
    wanted = (
        "Sanctions cost the target more than those who impose them"
        if target > senders
        else "Those who impose sanctions may lose more than the target"
    )
    assert chart.title == wanted


def test_tracks_are_counted_by_hand(full_brief):
    assert full_brief.figures["diplomacy.tracks.held"].value == 2
    assert full_brief.figures["diplomacy.tracks.ahead"].value == 1


def test_dates_ahead_are_listed(full_brief):
    tables = {table.id: table for table in by_id(full_brief, "outlook").tables}
    assert tables["watch"].rows[0][0] == "22 January 2030"


def test_rival_values_stand_side_by_side(full_brief):
    fact = by_id(full_brief, "aims").facts[0]
    assert fact.contested
    rivals = dict(fact.groups)["Counted troops"]
    assert [value.text for value in rivals] == ["20,000 persons", "26,000 persons"]
    assert "Sources differ. Counted troops: " in to_html(full_brief)
    assert "sources differ" in to_appendix(full_brief)
    assert full_brief.disputed is not None


def test_facts_carry_source_date_and_grade(brief):
    fact = by_id(brief, "aims").facts[0]
    assert fact.sources == ("gazette",)
    assert fact.grade == "claim by Westmark"
    assert fact.as_of == "10 January 2030"


def test_base_rates_are_shown_with_interval(full_brief):
    (table,) = full_brief.base_rates
    assert table.rows[0][1:4] == ("17%", "14\N{EN DASH}20%", "387")
    assert links_in(table.rows[0][4]) == ("outlook.outcome.war",)
    assert plain(table.rows[0][4]).startswith("War: ")
    assert "past crises of all kinds" in table.rows[0][4]


def test_the_most_general_rate_of_a_topic_is_chosen(full_brief):
    table = full_brief.context.tables.get("base_rates")
    (row,) = base_rates._general(table)
    assert row.cells["n"] == "387"


def test_verdicts_of_sources_stand_beside_the_model(full_brief):
    tables = {table.id: table for table in by_id(full_brief, "options").tables}
    rows = tables["verdicts"].rows
    assert [row[3] for row in rows] == ["0\N{EN DASH}1%", "50\N{EN DASH}90%"]
    assert [row[5] for row in rows] == ["above it", "below it"]
    text = " ".join(plain(part) for part in by_id(full_brief, "options").model)
    assert "Some sources hold “Northland withdraws” likelier than “war”. The model does not" in text


def test_beliefs_about_the_other_side_are_shown(full_brief):
    answer = by_id(full_brief, "deterrence")
    assert any(chart.id == "deterrence-readings" for chart in answer.charts)
    text = " ".join(plain(part) for part in answer.model)
    assert "Northland's belief that Westmark is offensive rises from 30% to" in text
    assert "with arms aid" in text
    outlook = plain(by_id(full_brief, "outlook").so_what)
    assert "Northland's belief that Westmark is offensive rises from 30% to" in outlook


def test_the_posterior_is_that_of_bayes(full_brief):
    figure = full_brief.figures["deterrence.reading.alarm.posture=armed"]
    assert figure.value == pytest.approx(0.3 / (0.3 + 0.7 * 0.5))


def test_supplies_add_up_to_demand(full_brief):
    parts = [
        figure.value
        for name, figure in full_brief.figures.items()
        if name.startswith("alliance.supply.balance.") and name.endswith(".gas=cut")
    ]
    assert len(parts) == 6
    assert sum(parts) == pytest.approx(100)


def test_answers_are_short(full_brief):
    for answer in full_brief.answers:
        assert len(plain(answer.answer).split()) <= 45, answer.answer


def test_exposures_bear_the_label_of_their_table(full_brief):
    assert full_brief.context.names.exposure("gas_share") == "Northland's share of its gas"
    text = " ".join(plain(part) for part in by_id(full_brief, "alliance").model)
    assert "gas_share" not in text


def changed(folder, new, *pairs):
    """Copy a crisis with some of its text replaced."""
    shutil.copytree(folder, new)
    path = new / "crisis.yaml"
    text = path.read_text(encoding="utf-8")
    for old, other in pairs:
        assert old in text, old
        text = text.replace(old, other)
    path.write_text(text, encoding="utf-8")
    return load_crisis(new)


def brief_of(crisis, tmp_path, **options):
    run = run_ensemble(crisis, folder=tmp_path / "run", **{"n_draws": 8, "seed": 1} | options)
    return compose(crisis, keep_studies(crisis, run))


def test_the_sides_are_those_that_the_bargaining_mechanism_compares(full_folder, tmp_path):
    crisis = changed(
        full_folder,
        tmp_path / "sides",
        ("defender_position: {position: WES}", "defender_position: {sum: [{position: MID}, 0]}"),
        ("defender_salience: {salience: WES}", "defender_salience: {salience: MID}"),
    )
    answer = by_id(brief_of(crisis, tmp_path), "aims")
    mine, other = (crisis.quantities[f"positions.{one}.membership"] for one in ("NOR", "MID"))
    gap = abs(mine.distribution.parameters[1] - other.distribution.parameters[1])
    assert f"The two sides stand {gap:.0f} of 100 points apart" in plain(answer.so_what)
    assert any("Midland signs only if" in plain(text) for text in answer.model)
    assert "Midland" in answer.charts[0].table.columns


def test_a_constant_prior_is_traced_to_its_own_place(template, tmp_path):
    crisis = changed(
        template,
        tmp_path / "priors",
        (
            "aims are limited, prior: rest}",
            "aims are limited, prior: rest}\n      mad: {label: mad, prior: 0.1}",
        ),
        ("north: {limited: 1,", "north: {mad: 1, limited: 1,"),
    )
    figures = brief_of(crisis, tmp_path).figures
    trace = figures["aims.prior.north.mad"].trace
    assert trace.quantities == ()
    assert trace.place == f"crisis.yaml:{crisis.players['north'].place.line}"
    assert figures["aims.prior.north.revisionist"].trace.quantities == ("prior.revisionist",)
    assert figures["aims.prior.north.limited"].trace.quantities == ("prior.revisionist",)


def test_dates_of_sources_are_no_more_exact_than_the_file(template, tmp_path):
    folder = tmp_path / "dates"
    shutil.copytree(template, folder)
    path = folder / "sources.csv"
    text = path.read_text(encoding="utf-8")
    assert "2030-01-10" in text
    assert "2030-01-15" in text
    path.write_text(text.replace("2030-01-10", "2029-11").replace("2030-01-15", "2029"))
    brief = brief_of(load_crisis(folder), tmp_path)
    for page in (to_html(brief), to_markdown(brief)):
        assert "November 2029" in page
        assert "1 November 2029" not in page
        assert "January 2029" not in page
    dates = {row["date"] for row in as_data(brief)["sources"].values()}
    assert dates == {"2029-11", "2029"}
    jsonschema.Draft202012Validator(SCHEMA).validate(as_data(brief))


@pytest.mark.filterwarnings("error")
def test_huge_values_are_averaged_without_a_warning(context):
    book = Book(context, "aims")
    values = np.array([1.0e308, 1.5e308, 1.7e308])
    figure = book.array("huge", "huge", values, unit="stakes", trace=Trace())
    assert figure.value == pytest.approx(1.4e308)
    assert figure.low < figure.value < figure.high


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", ["1e160", "1e300"])
def test_a_crisis_with_a_huge_quantity_is_refused(template, tmp_path, value):
    """Oracle: hand; no float tells how often a player whose stakes are that large errs, so no figure would be true."""
    crisis = load_crisis(template, overrides={"war.cost.north": value})
    with pytest.raises(SolverError) as caught:
        brief_of(crisis, tmp_path, n_draws=16, policies=["arm", "nothing"])
    assert caught.value.code == "rationality-invalid"


def test_a_crisis_with_a_large_quantity_briefs(template, tmp_path):
    """A thousand times the usual stakes: choice is all but certain, and all pages are written."""
    crisis = load_crisis(template, overrides={"war.cost.north": "40000"})
    brief = brief_of(crisis, tmp_path, n_draws=16, policies=["arm", "nothing"])
    assert to_html(brief)
    assert to_json(brief)


def test_the_label_of_any_row_of_an_exposure_is_used(template, tmp_path):
    """Only the second row has one."""
    folder = tmp_path / "labels"
    shutil.copytree(template, folder)
    head, first, *others = (folder / "exposures.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{first},", f"{first},gas bought in the north".replace("WES", "MID")]
    rows += [f"{line}," for line in others]
    (folder / "exposures.csv").write_text(
        "\n".join([f"{head},label", *rows]) + "\n", encoding="utf-8"
    )
    crisis = load_crisis(folder)
    answer = by_id(brief_of(crisis, tmp_path), "alliance")
    (chart,) = [one for one in answer.charts if one.id == "alliance-dependence"]
    assert "Gas bought in the north" in chart.title
    assert "Gas bought in the north" in chart.subtitle


def test_policies_are_compared_case_by_case(brief, results):
    figure = brief.figures["outlook.policy.arm.attack.change"]
    change = results.values("attack", "arm") - results.values("attack", "free")
    assert figure.value == pytest.approx(change.mean())


def test_the_leading_share_is_counted_by_hand(brief, results):
    """Oracle: hand; the groups of the template written out."""
    groups = [("war",), ("settlement",), ("backdown",), ("pressure", "standoff")]
    sums = [sum(results.values(f"outcome/{name}", "free") for name in group) for group in groups]
    best = max(range(4), key=lambda place: sums[place].mean())
    wins = sum(max(range(4), key=lambda place: sums[place][k]) == best for k in range(64))
    name = "+".join(groups[best])
    assert brief.figures[f"outlook.leading.{name}"].value == pytest.approx(wins / 64)


def test_named_effects_stand_out_from_chance(context):
    clear = context.traces.movers("attack")
    table = context.results.drivers("attack", "free")
    assert clear
    assert len(clear) < len(table)
    assert min(abs(d.effect) for d in clear) > 0.02


def test_a_crisis_with_one_policy_briefs(crisis, tmp_path):
    results = run_ensemble(crisis, folder=tmp_path, policies=["arm"], n_draws=64, seed=1)
    brief = compose(crisis, keep_studies(crisis, results))
    assert len(brief.headline) == 1
    assert by_id(brief, "outlook").absent
    assert to_json(brief)


def test_a_bare_crisis_briefs(template, tmp_path):
    """No facts, no tables but sources, one policy, no positions: every question still answers."""
    folder = tmp_path / "bare"
    shutil.copytree(template, folder)
    text = (folder / "crisis.yaml").read_text(encoding="utf-8")
    text = (
        text[: text.index("policies:")]
        + "policies:\n  free: {label: free, description: All choose freely.}\nfacts: []\n"
    )
    for kind in ("positions", "timeline"):
        text = text.replace(f"  {kind}: {kind}.csv\n", "")
    (folder / "crisis.yaml").write_text(text, encoding="utf-8")
    crisis = load_crisis(folder)
    run = run_ensemble(crisis, folder=tmp_path / "run", n_draws=64, seed=1)
    brief = compose(crisis, keep_studies(crisis, run))
    assert all(answer.answer for answer in brief.answers)
    assert to_html(brief)


def test_what_was_set_by_hand_is_said_first(template, tmp_path):
    crisis = load_crisis(template, overrides={"war.gain": "20"})
    run = run_ensemble(crisis, folder=tmp_path, n_draws=64, seed=1)
    brief = compose(crisis, keep_studies(crisis, run))
    page = to_html(brief)
    assert "war.gain = 20" in page
    assert page.index("What if.") < page.index(">Confidence: ")


def test_no_place_of_the_reference_crisis_in_the_code():
    folder = Path(detente.brief.__file__).parent
    words = ("russia", "ukrain", "nato", "germany", "kremlin", "putin", "biden", "swift", "moscow")
    for path in [
        *folder.rglob("*.py"),
        *folder.rglob("*.html"),
        *folder.rglob("*.md"),
        *folder.rglob("*.j2"),
    ]:
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(rf"\b(?:{'|'.join(words)})", text), path.name


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "has almost no chance (0%)"),
        (0.5, "has a roughly even chance (50%)"),
        (0.3, "is unlikely (30%)"),
        (None, "is not known"),
    ],
)
def test_a_chance_is_a_sentence(value, words):
    figure = Figure(id="x", label="x", value=value, low=None, high=None, unit="prob", trace=Trace())
    assert plain(chance(figure)) == words


def test_a_small_crisis_of_one_draw_reads_well(template, tmp_path):
    """One policy without a description, one draw, no settlement, a track with the ids of actors."""
    folder = tmp_path / "small"
    shutil.copytree(template, folder)
    text = (folder / "crisis.yaml").read_text(encoding="utf-8")
    text = text[: text.index("policies:")] + "policies:\n  free: {label: free}\nfacts: []\n"
    text = text.replace(", settlement: true", "").replace("settlement: true", "settlement: false")
    for kind in ("positions", "timeline"):
        text = text.replace(f"  {kind}: {kind}.csv\n", "")
    text = text.replace("  sources: s", "  tracks: tracks.csv\n  sources: s", 1)
    (folder / "crisis.yaml").write_text(text, encoding="utf-8")
    (folder / "tracks.csv").write_text(
        "id,date,status,scheduled_for,format,place,participants,result,visibility,as_of,grade,confidence,source,claims\n"
        "K1,2029-12-20,held,,,,NOR;WES,,public,2029-12-20,fact,high,gazette,\n"
        "K2,2030-01-15,scheduled,2030-01-22,ministers,,NOR;WES,,public,2030-01-15,fact,high,gazette,\n",
        encoding="utf-8",
    )
    crisis = load_crisis(folder)
    assert not any(rule.settlement for rule in crisis.outcomes.values())
    brief = brief_of(crisis, tmp_path, n_draws=1)
    page = to_markdown(brief)
    for wrong in (
        r"\b1 (?:games|cases|commitments|meetings|versions)\b",
        "settlement is",
        "below where there",
        "listed below",
        "Only the base case",
        "range of an attack",
        r"”: \n",
        r"e\+00",
        "NOR;WES",
        "more than chance",
        "[(, ]0 come",
    ):
        assert not re.search(wrong, page), wrong
    assert "1 meeting or call has been held" in page
    assert "One version does not show which input moves" in page
    assert "The one game is solved" in to_appendix(brief)
    assert "Northland and Westmark" in to_appendix(brief)
    assert "counts no outcome as a settlement" in page
    assert "The base case is “free”." in page


def test_every_result_of_a_draw_of_three_is_shown(template, tmp_path):
    crisis = load_crisis(template)
    name, instrument = next((key, item) for key, item in crisis.instruments.items() if item.chance)
    first = dataclasses.replace(instrument.chance[0], prob=QuantityOf(path="prior.revisionist"))
    more = tuple(dataclasses.replace(first, id=f"r{k}", label=f"result {k}") for k in range(3))
    changed_one = dataclasses.replace(instrument, chance=more)
    results = run_ensemble(crisis, folder=tmp_path, n_draws=8, seed=1)
    changed_crisis = dataclasses.replace(
        crisis, instruments={**crisis.instruments, name: changed_one}
    )
    answer = options.answer(Book(Context.of(changed_crisis, results), "options"))
    text = " ".join(plain(part) for part in answer.model)
    assert all(f"result {k}" in text for k in range(3))


def test_sources_differ_is_said_of_the_figure_and_not_of_the_fact(full_brief):
    page = to_markdown(full_brief)
    fact = by_id(full_brief, "aims").facts[0]
    assert "Sources differ. Counted troops: 20,000 persons" in page
    assert f"{fact.text} Sources differ" not in page
