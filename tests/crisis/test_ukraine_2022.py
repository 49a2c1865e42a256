"""The tables and facts of the reference crisis: coverage of claims, cut-off, provenance, contested values."""

import csv
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from detente.crisis import load_crisis, shipped_crises
from detente.crisis.dates import first_day
from detente.crisis.elements import Grade
from detente.testing import carried_claims

CUTOFF = date(2022, 1, 27)
ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
FOLDER = shipped_crises()["ukraine-2022"]
# the record of hindcasts says what came: it is shown after the event and no part of a run
TABLES = sorted(path.stem for path in FOLDER.glob("*.csv") if path.stem != "hindcasts")
RATED = [name for name in TABLES if name != "sources"]

# oracle: the list of claims of the reference explainer (compared with its page by a research test below)
COUNTS = {"W": 6, "O": 8, "D": 8, "F": 9, "S": 5, "A": 7, "N": 5}
CLAIMS = [f"{letter}{number}" for letter, last in COUNTS.items() for number in range(1, last + 1)]

MEMBERS = [
    "AUT", "BGR", "CAN", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "HUN", "ITA",
    "LTU", "LVA", "NLD", "POL", "ROU", "SVK", "TUR", "USA",
]  # fmt: skip

QUESTION_OF = {
    "W": "aims", "O": "options", "D": "diplomacy", "F": "deterrence", "S": "sanctions",
    "A": "alliance", "N": "outlook",
}  # fmt: skip


def rows(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def exposures(actor, variable):
    return [r for r in rows("exposures") if (r["actor"], r["variable"]) == (actor, variable)]


def exposure(actor, variable):
    (row,) = exposures(actor, variable)
    return float(row["value"])


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("ukraine-2022")


# --- coverage of the claims ------------------------------------------------------------------------------------------


@pytest.mark.research
def test_claim_list_is_that_of_the_reference_page():
    page = SHARED / "REFERENCE-CRISIS.md"
    if not page.exists():
        pytest.skip(f"the research data do not lie at {page}")
    found = re.findall(r"^\| ([A-Z]\d) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert found == CLAIMS


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_fact_states_each_claim_under_its_question_from_the_explainer(crisis, claim):
    stating = [fact for fact in crisis.facts if claim in fact.claims]
    assert any("norman-2022" in fact.sources for fact in stating)
    assert any(fact.question == QUESTION_OF[claim[0]] for fact in stating)


def test_every_claim_is_carried_by_more_than_prose(crisis):
    assert set(CLAIMS) - carried_claims(crisis) == set()


def test_no_entry_names_a_claim_that_does_not_exist(crisis):
    named = carried_claims(crisis) | {claim for fact in crisis.facts for claim in fact.claims}
    assert named == set(CLAIMS)


# --- the cut-off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_no_date_of_a_table_lies_after_the_cutoff(name):
    columns = {"as_of", "date", "stated_on"}
    for row in rows(name):
        for column in columns & row.keys():
            if row[column]:
                assert first_day(row[column]) <= CUTOFF, (name, row)


def test_no_source_is_printed_after_the_cutoff():
    for row in rows("sources"):
        for year, month in re.findall(r"\b(20\d{2})-(\d{2})", row["date_printed"]):
            assert (int(year), int(month)) <= (2022, 1), row
        for year in re.findall(r"\b(20\d{2})\b", row["date_printed"]):
            assert int(year) <= 2022, row


@pytest.mark.parametrize("name", TABLES)
def test_no_cell_speaks_with_hindsight(name):
    late = re.compile(r"2022-(0[2-9]|1[0-2])|2022-01-(28|29|3)|202[3-9]-\d|after-cutoff|README")
    for row in rows(name):
        for column, cell in row.items():
            assert column in {"scheduled_for", "edition"} or not late.search(cell), (name, row)


def test_only_scheduled_entries_look_ahead():
    for name in TABLES:
        for row in rows(name):
            if later := row.get("scheduled_for"):
                assert date.fromisoformat(later) > CUTOFF, (name, row)
                assert row.get("status", "scheduled") in {"scheduled", "pending"}, row


def test_facts_quantities_and_sources_of_the_loaded_crisis_keep_the_cutoff(crisis):
    assert crisis.as_of == CUTOFF
    assert all(fact.as_of <= CUTOFF for fact in crisis.facts)
    assert all(quantity.as_of <= CUTOFF for quantity in crisis.quantities.values())
    assert all(source.date is None or source.date <= CUTOFF for source in crisis.sources.values())


# --- provenance ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RATED)
def test_every_row_says_how_it_is_known(name):
    known = {row["key"] for row in rows("sources")}
    for row in rows(name):
        assert row["as_of"], row
        assert row["confidence"], row
        assert row["grade"] in get_args(Grade), row
        assert row["source"], row
        assert set(row["source"].split(";")) <= known, row


@pytest.mark.parametrize("name", RATED)
def test_what_rests_on_memory_is_never_a_fact(name):
    for row in rows(name):
        marked = "memory-unverified" in row.get("grade_wording", "") or set(
            row["source"].split(";")
        ) == {"mem"}
        if marked:
            assert row["grade"] == "memory-unverified", row


@pytest.mark.parametrize("name", RATED)
def test_a_claim_names_who_makes_it(name):
    for row in rows(name):
        if row["grade"] == "claim":
            assert row["claimed_by"] or row["source"] == "norman-2022" or name == "timeline", row


def test_keys_of_sources_are_unique_and_each_is_cited_or_offered():
    keys = [row["key"] for row in rows("sources")]
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys)


def test_every_fact_and_quantity_cites_a_listed_source(crisis):
    for entry in (*crisis.facts, *crisis.quantities.values()):
        assert entry.sources
        assert set(entry.sources) <= crisis.sources.keys()


def test_figures_of_facts_exist(crisis):
    for fact in crisis.facts:
        assert set(fact.figures) <= crisis.quantities.keys(), fact.id


def test_the_explainer_is_dated_at_the_cutoff_and_has_its_address():
    (row,) = (row for row in rows("sources") if row["key"] == "norman-2022")
    assert row["date"] == CUTOFF.isoformat()
    assert row["address"] == "https://bit.ly/33Uk7e0"


def test_data_that_may_not_ship_are_not_cited():
    text = (FOLDER / "sources.csv").read_text(encoding="utf-8")
    assert "SIPRI" not in text


def test_blank_positions_stay_blank():
    found = [row for row in rows("positions") if row["basis"] == "not found"]
    assert found
    assert all(row["value"] == row["salience"] == "" for row in found)


# --- contested values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "variable", "values"),
    [
        ("EU", "challenger_share_of_energy", {0.22, 0.33}),  # A3: our sum, explainer
        ("EU", "challenger_share_of_gas", {0.439, 0.4}),  # A4
        ("HUN", "challenger_share_of_gas", {0.4, 0.75}),
        ("DEU", "challenger_share_of_gas", {0.49, 0.55}),
        ("FIN", "challenger_land_border_km", {1340, 1271.8}),
    ],
)
def test_rival_figures_stand_side_by_side(crisis, actor, variable, values):
    quantity = crisis.quantities[f"exposures.{actor}.{variable}"]
    assert {value for value, _ in quantity.contested} == values
    assert len({source for _, source in quantity.contested}) == len(values)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("nato.east", {8000, 4000}),  # F2
        ("troops.challenger.border", {77000, 100000, 106000, 127000, 143500}),  # W1
        ("senate.pipeline_against", {44, 43}),
    ],
)
def test_rival_quantities_stand_side_by_side(crisis, path, values):
    assert {value for value, _ in crisis.quantities[path].contested} == values


def test_troop_totals_of_all_claimants_are_kept():
    totals = {
        float(r["value"]) for r in rows("forces") if r["id"] in {"F012", "F013", "F016", "F019"}
    }
    assert totals == {122000, 143500, 77000, 127000}


def marks():
    return [row for row in rows("forces") if row["latitude"]]


def test_the_hundred_thousand_are_placed_by_a_split_that_is_ours():
    """Oracle: hand, decision note 0093: 15 places, each with a range and a sighting by somebody else."""
    split = {row["id"]: row for row in marks() if row["id"].endswith("-split")}
    assert sum(float(row["value"]) for row in split.values()) == 100_000
    assert sum(float(row["low"]) for row in split.values()) == 54_000
    assert sum(float(row["high"]) for row in split.values()) == 141_000
    assert split["FP12-split"]["value"] == "32000"
    seen = {row["place"]: row for row in marks() if not row["id"].endswith("-split")}
    for row in split.values():
        assert row["source"] == "judgement"
        assert "our split" in row["item"]
        assert seen[row["place"]]["claimed_by"], row
        assert seen[row["place"]]["source"] not in {"judgement", "mem"}


def test_no_count_of_spring_2021_or_before_stands_on_the_map():
    """Oracle: hand; the build-ups of March and April 2021 and the corps of 2017 and 2018 stay in the table alone."""
    old = {row["id"] for row in rows("forces") if row["as_of"] < "2021-10-29" and row["value"]}
    assert {"F001", "F044", "F045", "F046", "F047", "F048", "F050", "F083"} <= old
    assert {row["id"] for row in marks()} & old == {"F088"}
    (kept,) = [row for row in marks() if row["id"] == "F088"]
    assert kept["holds"]


@pytest.mark.research
def test_marks_stand_where_the_gazetteer_has_them():
    """Oracle: independent; two gazetteers of the research data, each with its precision."""
    folder = SHARED / "data"
    if not (folder / "geo/places.csv").is_file():
        pytest.skip(f"the research data do not lie at {folder}")
    found = {}
    with (folder / "geo/places.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            for name in (row["name"], row["label"]):
                found[name] = (
                    float(row["latitude"]),
                    float(row["longitude"]),
                    float(row["precision_deg"]),
                )
    checked = 0
    for row in marks():
        name = row["place"] if row["place"] in found else row["place"].partition(",")[0]
        if (
            name in found and name != "Belarus"
        ):  # its point is the capital there, a label point here
            north, east, precision = found[name]
            assert abs(float(row["latitude"]) - north) <= 2 * precision + 0.1, row
            assert abs(float(row["longitude"]) - east) <= 2 * precision + 0.1, row
            checked += 1
    assert checked >= 25


NOTES = {
    "forces_in_theatre": ("forces", "forces"), "forces_places": ("places", "forces"), "arms_to_ukraine": ("arms", "arms"),
    "options_estimates": ("options", "estimates"), "reinforcement": ("reinforcement", "reinforcement"),
    "demands": ("demands", "demands"), "tracks": ("tracks", "tracks"), "sanctions_menu": ("measures", "measures"),
    "decision_rules": ("rules", "rules"), "markets_and_opinion_before": ("markets", "markets"),
    "war_outcome_base_rates": ("base rates", "base_rates"),
}  # fmt: skip
"""File of the research notes: its name on the page, and the table that its rows enter."""

WORDED = {
    "mem": "memory", "derived": "computed", "cow-wars": "inter-state war", "icb": "international crisis behavior", "times-211206": "this project",
    "military-times-220120": "military times", "ukraine-journal-1711": "forces_in_theatre.csv",
}  # fmt: skip
"""Words by which the notes name a source that the folder names otherwise."""


def notes(file):
    path = SHARED / f"data/ukraine-2022/{file}.csv"
    if not path.is_file():
        pytest.skip(f"the research data do not lie at {path}")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.research
@pytest.mark.parametrize("file", NOTES)
def test_rows_of_the_notes_are_in_their_table_or_on_the_list_of_those_left_out(file):
    """Oracle: independent, the ids of the notes against the table and the page."""
    name, table = NOTES[file]
    page = (ROOT / "docs/crises/ukraine-2022.md").read_text(encoding="utf-8")
    listed = re.findall(rf"^\| {name} \| ([A-Z0-9, ]+) \|", page, re.MULTILINE)
    out = {one for line in listed for one in line.split(", ")}
    used = {row["id"].removesuffix("-split") for row in rows(table)}
    every = {row["id"] for row in notes(file)}
    assert out == every - used


@pytest.mark.research
@pytest.mark.parametrize("file", NOTES)
def test_rows_from_the_notes_carry_a_source_that_the_notes_name(file):
    """Oracle: independent; key, title, publisher or address of a source stands in the note of the row."""
    known = {row["key"]: row for row in rows("sources")}
    made = {row["id"]: row for row in rows(NOTES[file][1])}
    checked = 0
    for note in notes(file):
        if note["id"] not in made:
            continue
        text = " ".join(
            cell or "" for column, cell in note.items() if column and column.startswith("source")
        ).lower()
        names = set()
        for key in made[note["id"]]["source"].split(";"):
            source = known[key]
            address = re.sub(r"^https?://(www\.)?", "", source["address"])
            names |= {
                source["title"],
                source["publisher"],
                address,
                WORDED.get(key, ""),
                f"{key}+",
                f"+{key}",
            }
            names |= {key} if note.get("source_key") == key else set()
        assert any(name and name.lower() in text for name in names), (note["id"], names)
        checked += 1
    assert checked >= 15


# --- content ---------------------------------------------------------------------------------------------------------


def test_both_drafts_stand_article_by_article():
    articles = {(row["document"], row["article"]) for row in rows("demands")}
    assert {a for d, a in articles if d == "US-Russia draft treaty"} == set("12345678")
    assert {a for d, a in articles if d == "NATO-Russia draft agreement"} == set("123456789")


@pytest.mark.parametrize(
    "variable",
    [
        "challenger_gas_dependence", "challenger_purchase_share", "trade_share_gdp", "distance_km",
        "gdp_weight", "gas_share_of_energy",
    ],
)  # fmt: skip
def test_every_member_has_the_exposures_that_the_models_need(variable):
    assert all(exposures(actor, variable) for actor in MEMBERS)


def test_bank_claims_stand_only_where_a_source_gives_them():
    have = {r["actor"] for r in rows("exposures") if r["variable"] == "bank_claims_share_gdp"}
    assert have == {"ITA", "FRA", "AUT", "USA", "DEU", "NLD"}


def test_weights_of_the_members_sum_to_one():
    assert sum(exposure(a, "gdp_weight") for a in MEMBERS) == pytest.approx(1, abs=1e-3)


def test_derived_exposures_follow_their_formula():  # oracle: hand
    assert exposure("FIN", "challenger_gas_dependence") == pytest.approx(0.0643 * 0.94, abs=1e-5)
    assert exposure("AUT", "bank_claims_share_gdp") == pytest.approx(17.5 / 435.049, abs=1e-5)
    assert exposure("BGR", "trade_share_gdp") == pytest.approx((0.0262 + 0.0817) / 2, abs=1e-5)


def spans(variable):
    """Value, low and high of each actor's exposure; rivals span from the lowest to the highest."""
    found = {}
    for row in rows("exposures"):
        if row["variable"] == variable:
            ends = [float(row[column]) for column in ("low", "value", "high") if row[column]]
            old = found.get(row["actor"], ())
            found[row["actor"]] = (*old, *ends)
    return {actor: (min(ends), max(ends)) for actor, ends in found.items()}


def test_figures_read_in_later_editions_have_the_ranges_of_the_decision_note():
    """Oracle: hand, decision note 0094."""
    gdp, gas = spans("gdp_usd_bn"), spans("challenger_share_of_gas")
    assert gdp["DEU"] == (3840, 3850)
    assert gdp["USA"] == pytest.approx((20953 * 0.985, 20953 * 1.015), rel=1e-4)
    assert gdp["FRA"] == pytest.approx((2647.4 * 0.97, 2647.4 * 1.03), rel=1e-4)
    assert spans("bank_claims_usd_bn")["ITA"] == pytest.approx((25.3 * 0.9, 25.3 * 1.1))
    assert {actor: gas[actor] for actor in ("LVA", "SVK", "EST", "FIN", "POL", "AUT", "DEU", "HUN", "EU")} == {
        "LVA": (0.9, 1), "SVK": (0.7, 1), "EST": (0.7, 1), "FIN": (0.92, 0.97), "POL": (0.4, 0.55), "AUT": (0.64, 0.86),
        "DEU": (0.49, 0.55), "HUN": (0.4, 0.95), "EU": (0.4, 0.439),
    }  # fmt: skip
    assert exposure("POL", "challenger_gas_dependence") == pytest.approx(0.1934 * 0.48, abs=1e-5)


@pytest.mark.research
def test_every_figure_that_the_check_of_provenance_proposes_stands_in_the_folder():
    """Oracle: hand, the rows of the check; what it proposes for the gas of Germany lies between the rivals that stay."""
    path = SHARED / "data/ukraine-2022/provenance_check.csv"
    if not path.is_file():
        pytest.skip(f"the research data do not lie at {path}")
    proposed = 0
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            actor = row["where"].removeprefix("exposures.csv ")
            variable = row["variable"].partition(" and ")[0]
            if row["low"] and variable in {"gdp_usd_bn", "challenger_share_of_gas"}:
                wanted = (float(row["low"]), float(row["high"]))
                assert spans(variable)[actor] == pytest.approx(wanted, rel=2e-3), row["id"]
                proposed += 1
    assert proposed == 19


def test_no_row_rests_on_the_figures_of_march_2022():
    """Oracle: hand; 24.4% of the Union's energy and eight shares beside it came out five weeks after the cut-off."""
    energy = [
        float(row["value"])
        for row in rows("exposures")
        if "share_of_energy" in row["variable"] and row["actor"] == "EU"
    ]
    assert energy
    assert 0.244 not in energy
    assert not {row["key"] for row in rows("sources")} & {"eurostat-2020", "eurostat-0322"}


def test_exposures_rank_as_published_by_channel():  # oracle: published rankings per channel
    banks = {a: exposure(a, "bank_claims_usd_bn") for a in ("ITA", "FRA", "AUT", "USA")}
    assert sorted(banks, key=banks.get, reverse=True) == ["ITA", "FRA", "AUT", "USA"]
    gas = {a: exposure(a, "challenger_share_of_gas") for a in ("FIN", "BGR", "ITA", "FRA")}
    assert sorted(gas, key=gas.get, reverse=True) == ["FIN", "BGR", "ITA", "FRA"]


def test_gas_balance_of_the_union_closes():
    """Supply and use come from different years and sources, so they agree only roughly."""
    supply = sum(
        exposure("EU", name)
        for name in (
            "challenger_gas_twh",
            "other_pipeline_gas_twh",
            "lng_twh",
            "gas_production_twh",
        )
    )
    assert supply == pytest.approx(exposure("EU", "gas_use_twh"), rel=0.05)


def test_exposures_have_no_blank_cell_and_shares_keep_their_range():
    for row in rows("exposures"):
        assert all(row[column] for column in ("actor", "variable", "value", "unit")), row
        if row["unit"] == "share":
            assert all(0 <= float(row[c]) <= 1 for c in ("value", "low", "high") if row[c]), row


@pytest.mark.parametrize("name", TABLES)
def test_files_are_utf8_with_plain_line_ends(name):
    content = (FOLDER / f"{name}.csv").read_bytes()
    content.decode("utf-8")
    assert b"\r" not in content
    assert content.endswith(b"\n")


@pytest.mark.research
def test_shipped_tables_are_those_of_the_compiler(tmp_path):
    if not (SHARED / "data/ukraine-2022").is_dir():
        pytest.skip(f"the research data do not lie at {SHARED / 'data'}")
    script = ROOT / "tools/compile_ukraine_2022.py"
    command = [sys.executable, str(script), "--shared", str(SHARED), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    # the tables of trade are set by hand, the responses compiled from them (tools/compile_responses.py)
    for name in sorted({*TABLES} - {"packages", "table_regions", "table_sectors", "responses"}):
        made, shipped = (folder / f"{name}.csv" for folder in (tmp_path, FOLDER))
        assert made.read_bytes() == shipped.read_bytes(), name
