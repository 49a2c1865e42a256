"""The tables and facts of ``cuba-1962``: coverage of claims, cut-off, who knew what, provenance, strictness."""

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
from detente.rules import compile_rules, find_situations
from detente.testing import carried_claims
from detente.watch.events import read_events, understand

CUTOFF = date(1962, 10, 22)
ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
PACK = SHARED / "data/cuba-1962"
FOLDER = shipped_crises()["cuba-1962"]
# the record of hindcasts says what came: it is shown after the event and no part of a run
TABLES = sorted(path.stem for path in FOLDER.glob("*.csv") if path.stem != "hindcasts")
RATED = [name for name in TABLES if name != "sources"]

# oracle: the list of claims of the research pack (compared with it by a research test below)
COUNTS = {"W": 10, "O": 11, "D": 8, "F": 11, "S": 5, "A": 6, "N": 4}
CLAIMS = [f"{letter}{number}" for letter, last in COUNTS.items() for number in range(1, last + 1)]
QUESTION_OF = {
    "W": "aims", "O": "options", "D": "diplomacy", "F": "deterrence", "S": "sanctions",
    "A": "alliance", "N": "outlook",
}  # fmt: skip

# oracle: the claims that the pack marks as resting on facts hidden from one side, and words that would give them away
HIDDEN = {
    "F2": "41,|42,",
    "F3": "54 |68 ",
    "F4": "without nuclear|Presidium",
    "F9": "torpedo",
    "D8": "not told",
}


def rows(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def pack(name):
    with (PACK / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("cuba-1962")


@pytest.fixture
def research():
    if not PACK.is_dir():
        pytest.skip(f"the research data do not lie at {PACK}")


# --- coverage of the claims ------------------------------------------------------------------------------------------


@pytest.mark.research
@pytest.mark.usefixtures("research")
def test_claim_list_is_that_of_the_pack():
    text = (PACK / "CLAIMS.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([A-Z]\d+) \|", text, re.MULTILINE) == CLAIMS


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
        for column in {"as_of", "date", "date_printed"} & row.keys():
            for text in re.findall(r"\d{4}(?:-\d{2}){0,2}", row[column]):
                assert text <= CUTOFF.isoformat(), (name, row)


@pytest.mark.parametrize("name", RATED)
def test_no_cell_speaks_with_hindsight(name):
    """Years after the cut-off stand in one place alone: the edition of a source that was written later."""
    late = re.compile(
        r"\b(?:196[3-9]|19[7-9]\d|20[0-2]\d)\b(?!,? ?(?:km|persons))|1962-1[12]|README"
    )
    words = {"event", "result", "note", "paraphrase", "demand", "answer", "rule", "item", "measure"}
    for row in rows(name):
        for column in words & row.keys():
            assert not late.search(row[column].replace(",", "")), (name, row)


def test_a_source_written_later_has_no_date_and_names_its_edition():
    sources = rows("sources")
    later = [row for row in sources if row["edition"]]
    assert later
    assert all(not row["date"] and not row["date_printed"] for row in later)
    assert all(row["edition"] > CUTOFF.isoformat() for row in later)


def test_only_scheduled_entries_look_ahead():
    for row in rows("tracks"):
        if row["scheduled_for"]:
            assert row["scheduled_for"] > CUTOFF.isoformat()[:7], row
            assert row["status"] in {"scheduled", "proposed"}, row


def test_facts_quantities_and_sources_of_the_loaded_crisis_keep_the_cutoff(crisis):
    assert crisis.as_of == CUTOFF
    assert all(fact.as_of <= CUTOFF for fact in crisis.facts)
    assert all(quantity.as_of <= CUTOFF for quantity in crisis.quantities.values())
    assert all(source.date is None or source.date <= CUTOFF for source in crisis.sources.values())


@pytest.mark.research
@pytest.mark.usefixtures("research")
@pytest.mark.parametrize("name", ["forces", "positions", "demands", "tracks"])
def test_rows_of_uncertain_date_are_out(name):  # oracle: column copy_after_cutoff of the pack
    out = {row.get("id") for row in pack(name) if row["copy_after_cutoff"] == "uncertain"}
    assert not out & {row.get("id", "-") for row in rows(name)} - {None}


# --- who knew what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "words"), HIDDEN.items())
def test_no_fact_tells_what_one_side_hid(crisis, claim, words):
    stating = [fact for fact in crisis.facts if claim in fact.claims]
    assert stating
    for fact in stating:
        assert not re.search(words, fact.text), fact.id


def test_no_fact_cites_a_hidden_figure(crisis):
    assert not [f.id for f in crisis.facts if any(p.startswith("hidden.") for p in f.figures)]


@pytest.mark.research
@pytest.mark.usefixtures("research")
def test_secret_events_of_the_other_side_are_no_common_knowledge():  # oracle: column visibility of the pack
    secret = {
        row["event"]
        for row in pack("timeline")
        if row["visibility"] in {"secret", "cargo secret"} and row["actor"] in {"USR", "CUB"}
    }
    assert len(secret) == 11
    assert not secret & {row["event"] for row in rows("timeline")}


@pytest.mark.parametrize("name", RATED)
def test_no_row_names_what_moscow_alone_knew(name):
    told = re.compile(
        r"presidium|torpedo|initialled|malinovsk|pliyev|mated|warheads ashore", re.IGNORECASE
    )
    for row in rows(name):
        assert not any(told.search(cell) for cell in row.values()), (name, row)


def test_an_event_that_was_secret_says_who_knew():
    for row in rows("timeline"):
        if row["visibility"].startswith(("secret", "private")):
            assert row["event"].endswith(")"), row


def test_what_was_said_behind_closed_doors_has_no_position():
    hidden = [row for row in rows("positions") if "closed meeting" in row["note"]]
    assert {(row["actor"], row["issue"]) for row in hidden} >= {("USA", "jupiters")}
    assert all(row["value"] == row["salience"] == "" for row in hidden)


def test_hidden_figures_act_through_one_switch_alone():
    """With the island as Washington believes it to be no hidden quantity reaches a payoff or a chance."""
    text = (FOLDER / "crisis.yaml").read_text(encoding="utf-8")
    game = text[text.index("\ninstruments:") : text.index("\nfacts:")]
    for line in game.splitlines():
        for path in re.findall(r"hidden\.\w+", line):
            assert f"actual: {path}" in line, line


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
        if set(row["source"].split(";")) == {"mem"}:
            assert row["grade"] in {"memory-unverified", "estimate"}, row


@pytest.mark.parametrize("name", RATED)
def test_a_claim_names_who_makes_it(name):
    assert all(row["claimed_by"] for row in rows(name) if row["grade"] == "claim")


def test_every_fact_and_quantity_cites_a_listed_source(crisis):
    for entry in (*crisis.facts, *crisis.quantities.values()):
        assert entry.sources
        assert set(entry.sources) <= crisis.sources.keys()


@pytest.mark.parametrize(
    ("path", "values"),
    [  # oracle: the table of contradictions of the pack
        ("balance.usa", {160, 203, 136}),
        ("hidden.balance", {20, 36}),
        ("hidden.troops", {41902, 42822}),
        ("sites.ready", {4, 2}),
    ],
)
def test_rival_figures_stand_side_by_side(crisis, path, values):
    assert {value for value, _ in crisis.quantities[path].contested} == values


def test_distances_follow_the_great_circle():
    """Oracle: hand, Ottawa to Havana by the spherical law of cosines."""
    (row,) = (r for r in rows("exposures") if (r["actor"], r["variable"]) == ("CAN", "distance_km"))
    assert float(row["value"]) == pytest.approx(2551, abs=2)


def test_the_game_has_the_size_that_was_agreed(crisis):
    """Oracle: hand, the size of decision 0089 (an air strike in the last round, too)."""
    assert 1000 < int(find_situations(compile_rules(crisis)).n_nodes) < 13_000


@pytest.mark.research
@pytest.mark.usefixtures("research")
def test_shipped_tables_are_those_of_the_compiler(tmp_path):
    script = ROOT / "tools/compile_cuba_1962.py"
    command = [sys.executable, str(script), "--shared", str(SHARED), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in TABLES:
        made, shipped = (folder / f"{name}.csv" for folder in (tmp_path, FOLDER))
        assert made.read_bytes() == shipped.read_bytes(), name


# --- what events mean ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "target", "category", "mode", "text", "meaning"),
    [  # oracle: hand; made-up reports, each of which could have come on the next day
        ("USA", "CUB", "ASSAULT", "aerial", "Aircraft attack the sites", "air_strike"),
        ("USA", "CUB", "ASSAULT", "heavy-weapons", "A landing begins", "invade"),
        ("USR", "USA", "RETREAT", "withdraw", "Ships change course", "turn_back"),
        ("USR", "USA", "CONCEDE", "", "The missiles are to be dismantled", "withdraw"),
        ("USA", "CUB", "COERCE", "restrict", "Petroleum is stopped as well", "widen_to_fuel"),
        ("USR", "FRG", "COERCE", "restrict", "Traffic to Berlin is held up", "press_berlin"),
        ("USR", "USA", "REQUEST", "change", "An exchange of bases is proposed", "ask_trade"),
        ("CUB", "USA", "ASSAULT", "aerial", "An aircraft is shot down", "incident"),
        ("CHN", "IND", "ASSAULT", "heavy-weapons", "War goes on at the border", ""),
    ],
)
def test_a_report_means_what_a_reader_takes_it_for(
    crisis, tmp_path, actor, target, category, mode, text, meaning
):
    table = tmp_path / "events.csv"
    table.write_text(
        "date,actor,target,category,mode,event\n"
        f"1962-10-22,{actor},{target},{category},{mode},{text}\n",
        encoding="utf-8",
    )
    events, _ = read_events(table)
    (reading,) = understand(events, crisis)
    rule = reading.rule
    found = "" if rule is None else (rule.move or " ".join(rule.state))
    assert found == meaning
