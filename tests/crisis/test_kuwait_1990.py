"""The tables and facts of ``kuwait-1990``: coverage of claims, cut-off, strictness, provenance, contested values."""

import csv
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from detente.crisis import load_crisis, shipped_crises
from detente.crisis.elements import Grade
from detente.testing import carried_claims

CUTOFF = date(1990, 11, 30)
READ_LATER = {
    "mem": "2026-11",
    "natural-earth": "undated",
    "nmc": "undated",
    "un-1990": "2008",
    "usn-chron": "1996-09-17",
}
LAST_EDITION = date(1990, 12, 3)  # papers that report 30 November or before
ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
PACK = "data/kuwait-1990"
FOLDER = shipped_crises()["kuwait-1990"]
# the record of hindcasts says what came: it is shown after the event and no part of a run
TABLES = sorted(path.stem for path in FOLDER.glob("*.csv") if path.stem != "hindcasts")
RATED = [name for name in TABLES if name != "sources"]

# oracle: the list of claims of the pack (compared with it by a research test below)
COUNTS = {"W": 9, "O": 8, "D": 10, "F": 9, "S": 9, "A": 9, "N": 5}
CLAIMS = [f"{letter}{number}" for letter, last in COUNTS.items() for number in range(1, last + 1)]

QUESTION_OF = {
    "W": "aims", "O": "options", "D": "diplomacy", "F": "deterrence", "S": "sanctions",
    "A": "alliance", "N": "outlook",
}  # fmt: skip


def rows(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("kuwait-1990")


def pack_rows(name):
    path = SHARED / PACK / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"the research data do not lie at {path}")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# --- coverage of the claims ------------------------------------------------------------------------------------------


@pytest.mark.research
def test_claim_list_is_that_of_the_pack():
    page = SHARED / PACK / "CLAIMS.md"
    if not page.exists():
        pytest.skip(f"the research data do not lie at {page}")
    found = re.findall(r"^\| ([A-Z]\d+) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert found == CLAIMS


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_fact_states_each_claim_under_its_question(crisis, claim):
    stating = [fact for fact in crisis.facts if claim in fact.claims]
    assert any(fact.question == QUESTION_OF[claim[0]] for fact in stating)


def test_every_claim_is_carried_by_more_than_prose(crisis):
    assert set(CLAIMS) - carried_claims(crisis) == set()


def test_no_entry_names_a_claim_that_does_not_exist(crisis):
    named = carried_claims(crisis) | {claim for fact in crisis.facts for claim in fact.claims}
    assert named == set(CLAIMS)


# --- the cut-off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_no_date_of_a_table_lies_after_the_cutoff(name):
    for row in rows(name):
        for column in {"as_of", "date", "stated_on"} & row.keys():
            if row[column]:
                assert date.fromisoformat(row[column]) <= CUTOFF, (name, row)


def test_no_source_was_written_after_the_first_papers_of_december():
    for row in rows("sources"):
        assert row["date_printed"] <= CUTOFF.isoformat(), row
        if row["edition"] and row["key"] not in READ_LATER:
            assert CUTOFF < date.fromisoformat(row["edition"]) <= LAST_EDITION, row
            assert row["date"] == row["date_printed"] == "", row


def test_what_was_read_in_a_later_text_says_so():
    """Oracle: hand; memory, two data sets of another day, and two papers of 1990 at addresses of later years."""
    assert {
        row["key"]: row["edition"] for row in rows("sources") if row["key"] in READ_LATER
    } == READ_LATER


@pytest.mark.parametrize("name", TABLES)
def test_no_cell_speaks_with_hindsight(name):
    """Years after the cut-off, and words for what followed; plans for 1991 are dated by the plan."""
    late = re.compile(
        r"\b(?:199[2-9]|20\d\d)-|Desert Storm|held in the holdout|after-cutoff|README"
    )
    for row in rows(name):
        for column, cell in row.items():
            assert column == "edition" or not late.search(cell), (name, column, row)


@pytest.mark.parametrize("name", TABLES)
def test_sources_held_back_are_not_cited(name):
    """Oracle: keys of the pack that begin with ``h-`` are held back, but for three papers whose name begins so."""
    papers = {"hc-1114", "hc-1122"}
    for row in rows(name):
        keys = {row["key"]} if name == "sources" else set(row["source"].split(";"))
        assert not {key for key in keys if key.startswith("h-")} - papers, row


@pytest.mark.research
@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("economy", "markets"), ("forces", "forces"), ("demands", "demands"), ("tracks", "tracks"),
        ("instruments", "measures"), ("decision_rules", "rules"), ("options_estimates", "estimates"),
        ("opinion", "estimates"),
    ],
)  # fmt: skip
def test_rows_without_a_copy_of_the_time_stay_out(file, table):
    out = {
        row["id"]
        for row in pack_rows(file)
        if row["copy_after_cutoff"] in {"held", "later-page", "uncertain"}
    }
    assert out
    assert not out & {row["id"] for row in rows(table)} or file == "opinion"
    if file == "opinion":  # its ids are Q01 to Q08
        assert not out & {row["id"] for row in rows(table) if row["id"].startswith("Q")}


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
        assert row["grade"] in get_args(Grade), row
        assert row["source"], row
        assert set(row["source"].split(";")) <= known, row


@pytest.mark.parametrize("name", RATED)
def test_what_rests_on_memory_alone_is_never_a_fact(name):
    for row in rows(name):
        if set(row["source"].split(";")) == {"mem"}:
            assert row["grade"] not in {"fact", "estimate"} or name == "positions", row


def test_every_fact_and_quantity_cites_a_listed_source(crisis):
    for entry in (*crisis.facts, *crisis.quantities.values()):
        assert entry.sources
        assert set(entry.sources) <= crisis.sources.keys()


def test_figures_of_facts_exist(crisis):
    for fact in crisis.facts:
        assert set(fact.figures) <= crisis.quantities.keys(), fact.id


def test_a_claim_names_who_makes_it():
    for name in RATED:
        for row in rows(name):
            if row["grade"] == "claim":
                assert row["claimed_by"], (name, row)


# --- content ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("troops.challenger", {400000, 420000, 430000, 450000}),  # F1
        ("troops.usa.planned", {350000, 380000, 430000}),  # F2
        ("casualties.usa", {10000, 30000}),  # F9
    ],
)
def test_rival_quantities_stand_side_by_side(crisis, path, values):
    assert {value for value, _ in crisis.quantities[path].contested} == values


def test_shares_of_outlets_sum_to_one():  # oracle: hand, they are shares of one whole
    shares = [
        float(row["value"]) for row in rows("exposures") if row["variable"] == "embargo_weight"
    ]
    assert sum(shares) == pytest.approx(1)


def test_distances_follow_the_sphere():
    """Oracle: Baghdad to Kuwait is 556 km in the pack; Baghdad to Riyadh is some 1,000 km on any map."""
    (row,) = (
        row
        for row in rows("exposures")
        if (row["actor"], row["variable"]) == ("SAU", "distance_km")
    )
    assert float(row["value"]) == pytest.approx(980, abs=30)


def test_the_vote_on_the_deadline_is_12_to_2_with_one_abstention():  # oracle: D1
    votes = [row["value"] for row in rows("exposures") if row["variable"] == "vote_on_deadline"]
    assert (votes.count("1"), votes.count("-1"), votes.count("0")) == (12, 2, 1)


@pytest.mark.research
def test_shipped_tables_are_those_of_the_compiler(tmp_path):
    if not (SHARED / PACK).is_dir():
        pytest.skip(f"the research data do not lie at {SHARED / PACK}")
    script = ROOT / "tools/compile_kuwait_1990.py"
    command = [sys.executable, str(script), "--shared", str(SHARED), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in TABLES:
        made, shipped = (folder / f"{name}.csv" for folder in (tmp_path, FOLDER))
        assert made.read_bytes() == shipped.read_bytes(), name
