import dataclasses
from datetime import date

import pytest

from detente.crisis import (
    check_folder,
    claims_of,
    crisis_schema,
    examine_folder,
    load_crisis,
    shipped_crises,
)
from detente.crisis.checks import all_checks
from detente.crisis.dates import first_day, last_day
from detente.crisis.draft import suggest
from detente.crisis.elements import (
    AlternativeCondition,
    ByState,
    Column,
    Constant,
    OutputOf,
    Product,
    QuantityOf,
    Sum,
)
from detente.crisis.expressions import NEVER
from detente.crisis.registers import attributes, units
from detente.crisis.schema import LIST_SECTIONS, MAPPING_SECTIONS, CrisisDocument, Header
from detente.errors import CrisisFileError, UsageError, nearest
from detente.testing import template_document, write_document


def change(folder, **sections):
    """Rewrite the crisis file with some of its sections updated."""
    document = template_document()
    for name, entries in sections.items():
        if isinstance(document.get(name), dict) and entries:
            document[name].update(entries)
        else:
            document[name] = entries
    write_document(folder, document)


def codes(folder):
    return {finding.code for finding in check_folder(folder)}


def test_template_loads_as_it_reads(tiny):
    # Oracle: hand.
    crisis = load_crisis(tiny)
    assert crisis.id == "my-crisis"
    assert crisis.as_of == date(2030, 1, 15)
    assert crisis.folder == tiny
    assert crisis.players["north"].types[1].prior == QuantityOf(path="prior.revisionist")
    assert crisis.players["north"].types[0].prior is None
    assert crisis.players["mid"].types[0].prior == Constant(value=1)
    assert crisis.instruments["wait"].when == ()
    assert crisis.instruments["arm"].when == (AlternativeCondition(allowed={"posture": ("none",)}),)
    assert crisis.instruments["invade"].chance[0].prob == OutputOf(
        mechanism="contest", output="success_prob"
    )
    assert crisis.instruments["invade"].chance[1].prob is None
    assert crisis.phases[0].moves[0].menu == ("wait", "offer", "arm", "threaten")
    assert crisis.outcomes["standoff"].when == ()
    assert len(crisis.ends_when) == 3
    assert crisis.mechanisms["contest"].inputs["defender_strength"] == Sum(
        terms=(
            QuantityOf(path="force.mid"),
            ByState(
                variable="posture",
                cases={"none": Constant(value=0), "armed": QuantityOf(path="force.aid")},
            ),
        )
    )
    assert crisis.mechanisms["target_loss"].inputs["trade_share"] == Column(
        table="exposure", name="import_share"
    )
    assert isinstance(crisis.considerations["energy_cost"].price, Product)
    assert crisis.considerations["settlement"].weights["north"] == {
        "limited": Constant(value=1),
        "revisionist": Constant(value=1),
    }
    assert crisis.policies["arm"].fix == {"answer@1": ("arm",)}
    assert crisis.facts[0].figures == ("force.north",)
    assert crisis.sources["judgement"].date == date(2030, 1, 15)
    assert crisis.overrides == {}


def test_entries_know_their_line(tiny):
    crisis = load_crisis(tiny)
    lines = (tiny / "crisis.yaml").read_text().splitlines()
    for section in (crisis.actors, crisis.instruments, crisis.quantities, crisis.policies):
        for name, entry in section.items():
            if entry.place.file == "crisis.yaml":
                assert name in lines[entry.place.line - 1]
    assert crisis.quantities["exposures.WES.gas_share"].place.file == "exposures.csv"
    assert crisis.quantities["exposures.WES.gas_share"].place.line == 2


def test_tables_make_quantities(tiny):
    # Oracle: hand, the rules of the reference page.
    crisis = load_crisis(tiny)
    assert crisis.quantities["exposures.WES.gas_share"].distribution.parameters == (0.55,)
    assert crisis.quantities["exposures.WES.import_share"].distribution.parameters == (
        0.1,
        0.12,
        0.15,
    )
    assert crisis.quantities["positions.NOR.membership"].distribution.parameters == (0, 0, 10)
    assert crisis.quantities["positions.MID.membership"].distribution.parameters == (85, 95, 100)
    assert crisis.quantities["salience.WES.membership"].distribution.parameters == (0.6,)
    assert crisis.quantities["exposures.WES.gas_share"].as_of == date(2029, 12, 31)


def test_rival_rows_are_all_kept(tiny):
    # Oracle: hand. Equal weight a row: 0.55 twice and 0.7 once.
    with (tiny / "exposures.csv").open("a") as table:
        table.write("WES,gas_share,0.7,,,share,2029-06,estimate,low,judgement,W1,\n")
        table.write("WES,gas_share,0.55,,,share,2028,fact,low,gazette;judgement,W2 W1,\n")
    quantity = load_crisis(tiny).quantities["exposures.WES.gas_share"]
    assert quantity.contested == (
        (0.55, "gazette"),
        (0.7, "judgement"),
        (0.55, "gazette;judgement"),
    )
    assert quantity.distribution.parameters == pytest.approx((0.55, 2 / 3, 0.7, 1 / 3))
    assert quantity.sources == ("gazette", "judgement")
    assert quantity.claims == ("W1", "W2")


def test_rivals_that_agree_are_fixed_and_stay_rivals(tiny):
    with (tiny / "exposures.csv").open("a") as table:
        table.write("WES,gas_share,0.55,,,share,2029-06,estimate,low,judgement,,\n")
    quantity = load_crisis(tiny).quantities["exposures.WES.gas_share"]
    assert quantity.distribution.family == "fixed"
    assert len(quantity.contested) == 2


def test_indirect_position_has_twice_the_spread_and_blanks_make_nothing(tiny):
    with (tiny / "positions.csv").open("a") as table:
        table.write("NOR,other,50,,2030-01-10,estimate,low,inferred,gazette,,\n")
        table.write("WES,other,,0.5,2030-01-10,estimate,low,direct,gazette,,\n")
    change(tiny, issues={"other": dict(template_document()["issues"]["membership"])})
    crisis = load_crisis(tiny)
    assert crisis.quantities["positions.NOR.other"].distribution.parameters == (30, 50, 70)
    assert "salience.NOR.other" not in crisis.quantities
    assert "positions.WES.other" not in crisis.quantities


def test_low_and_high_that_equal_the_value_are_fixed(tiny):
    with (tiny / "exposures.csv").open("a") as table:
        table.write("WES,depth,5,5,5,km,2029,fact,low,gazette,,\n")
    assert load_crisis(tiny).quantities["exposures.WES.depth"].distribution.family == "fixed"


FAMILIES = [
    ({"value": 3}, ("fixed", (3.0,))),
    ({"uniform": [1, 2]}, ("uniform", (1, 2))),
    ({"normal": [100, 1]}, ("normal", (100, 1))),
    ({"lognormal": [3, 0.5]}, ("lognormal", (3, 0.5))),
    ({"beta": [2, 3]}, ("beta", (2, 3, 0, 1))),
    ({"beta": [2, 3, 10, 20]}, ("beta", (2, 3, 10, 20))),
    ({"discrete": {"1": 0.25, "2.5": 0.75}}, ("discrete", (1, 0.25, 2.5, 0.75))),
    ({"discrete": [[1, 0.25], [2.5, 0.75]]}, ("discrete", (1, 0.25, 2.5, 0.75))),
    (
        {
            "contested": [
                {"value": 1, "source": "gazette"},
                {"value": 2, "source": ["judgement", "gazette"]},
            ]
        },
        ("discrete", (1, 0.5, 2, 0.5)),
    ),
]


@pytest.mark.parametrize(("given", "expected"), FAMILIES)
def test_each_family_is_read(tiny, given, expected):
    # Oracle: hand.
    entry = dict(template_document()["quantities"]["war.gain"])
    del entry["triangular"]
    change(tiny, quantities={"war.gain": entry | given})
    quantity = load_crisis(tiny).quantities["war.gain"]
    assert (quantity.distribution.family, quantity.distribution.parameters) == expected
    if "contested" in given:
        assert quantity.contested == ((1, "gazette"), (2, "judgement;gazette"))
        assert quantity.sources == ("judgement", "gazette")


def test_quantity_that_is_missing_has_no_value_but_may_stand(tiny):
    entry = dict(template_document()["quantities"]["war.gain"], missing={"reason": "secret"})
    del entry["triangular"]
    change(tiny, quantities={"nobody.knows": entry})
    assert "nobody.knows" not in load_crisis(tiny).quantities


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (2029, date(2029, 12, 31)),
        ("2029-02", date(2029, 2, 28)),
        (2030, date(2030, 1, 15)),
        ("2030-01-03", date(2030, 1, 3)),
    ],
)
def test_date_of_a_period_is_its_last_day_before_the_cutoff(tiny, text, day):
    # Oracle: hand.
    change(
        tiny,
        quantities={"war.gain": dict(template_document()["quantities"]["war.gain"], as_of=text)},
    )
    assert load_crisis(tiny).quantities["war.gain"].as_of == day


def test_dates_by_hand():
    assert first_day("2030-02-30") is None
    assert first_day("30-1-1") is None
    assert last_day("x") is None
    assert last_day("2030") == date(2030, 12, 31)
    assert first_day("0000") is None


def test_short_and_long_forms_are_the_same(tiny):
    # Oracle: hand.
    change(
        tiny,
        phases=[
            *template_document()["phases"][:3],
            {
                "id": "counter",
                "label": "both at once",
                "rounds": [1, 2],
                "moves": [
                    {"player": "north", "menu": ["shut", "supply"]},
                    {"player": "west", "menu": "wait"},
                ],
            },
        ],
        ends_when=[{"conflict": "backdown"}, {}],
        state={
            "level": {
                "label": "level",
                "values": [1, 2, True],
                "initial": 1,
                "value_labels": {"1": "low"},
            }
        },
        instruments={
            "wait": {
                "label": "wait",
                "player": "west",
                "kind": "restraint",
                "when": [{"level": 1, "round": [1, 2]}, {"north.type": "limited", "level": True}],
                "effects": {"level": "up"},
                "source": ["gazette"],
                "claims": "W1 W2",
            }
        },
        policies={
            "free": {
                "label": "free",
                "forbid": "arm",
                "state": {"level": 2},
                "fix": {"counter": ["shut", "wait"]},
            }
        },
        correlations=None,
    )
    crisis = load_crisis(tiny)
    assert crisis.phases[3].rounds == (1, 2)
    assert crisis.phases[3].moves[1].menu == ("wait",)
    assert crisis.ends_when == (
        AlternativeCondition(allowed={"conflict": ("backdown",)}),
        AlternativeCondition(allowed={}),
    )
    assert crisis.state["level"].values == ("1", "2", "true")
    assert crisis.instruments["wait"].when[0].allowed == {"level": ("1",), "round": ("1", "2")}
    assert crisis.instruments["wait"].when[1].allowed["level"] == ("true",)
    assert crisis.instruments["wait"].claims == ("W1", "W2")
    assert crisis.policies["free"].state == {"level": "2"}
    assert crisis.policies["free"].forbid == ("arm",)
    assert set(claims_of(crisis)) == {"W1", "W2"}
    assert [place.path for place in claims_of(crisis)["W1"]] == ["instruments.wait"]


def test_game_without_an_end_condition_never_ends_early(tiny):
    document = template_document()
    for absent in ({"ends_when": None}, {"ends_when": []}):
        write_document(tiny, document | absent)
        assert load_crisis(tiny).ends_when == NEVER
    del document["ends_when"]
    write_document(tiny, document)
    assert load_crisis(tiny).ends_when == NEVER


def test_optional_sections_may_be_empty(tiny):
    document = template_document()
    document |= {"facts": None, "issues": None}
    del document["tables"]["positions"]
    write_document(tiny, document)
    crisis = load_crisis(tiny)
    assert crisis.facts == ()
    assert crisis.issues == {}


def test_positions_feed_mechanisms_over_actors_and_over_issues(tiny):
    # Oracle: hand; only the form is checked here, not the model.
    mechanism = {"label": "x", "model": "bargaining.settlement"}
    change(
        tiny,
        mechanisms={
            "over_actors": mechanism
            | {"members": ["NOR", "WES"], "inputs": {"a": {"position": "membership"}}},
            "over_issues": mechanism
            | {"members": "membership", "inputs": {"a": {"salience": "NOR"}}},
            "filled": mechanism
            | {"members": ["MID", "NOR"], "inputs": {"a": {"exposure": "gas_share", "missing": 0}}},
        },
    )
    crisis = load_crisis(tiny)
    assert crisis.mechanisms["filled"].inputs["a"].missing == 0
    change(
        tiny,
        mechanisms={
            "bare": mechanism | {"members": ["MID"], "inputs": {"a": {"exposure": "gas_share"}}}
        },
    )
    assert codes(tiny) == {"exposure-unknown"}


def test_many_problems_come_out_in_one_pass(tiny):
    text = (tiny / "crisis.yaml").read_text()
    for old, new in (
        ("rounds: 2", "rounds: 2\nroundz: 3"),
        (
            "unit: brigades, as_of: 2030-01-10, source: gazette, grade: fact",
            "unit: brigade, as_of: 2031, source: gazete, grade: fact",
        ),
        ("menu: [shut, supply]", "menu: [shut, suply]"),
        (
            "{name: Northland, kind: state, player: north}",
            "{name: Northland, kind: state, player: nort, x: 1}",
        ),
        ("effects: {talks: offered}", "effects: {talks: offer}"),
    ):
        assert old in text
        text = text.replace(old, new)
    (tiny / "crisis.yaml").write_text(text)
    (tiny / "timeline.csv").write_text("id,date\n")
    findings = check_folder(tiny)
    assert {finding.code for finding in findings} >= {
        *(
            "key-unknown",
            "unit-unknown",
            "date-after-cutoff",
            "source-unknown",
            "instrument-unknown",
        ),
        *("player-unknown", "state-value-unknown", "table-column-missing"),
    }
    places = [(finding.file != "crisis.yaml", finding.file, finding.line) for finding in findings]
    assert places == sorted(places)


def test_broken_entry_is_still_known_by_name(tiny):
    # Oracle: hand. Only the fault itself is reported, not every use of the entry.
    text = (tiny / "crisis.yaml").read_text()
    (tiny / "crisis.yaml").write_text(text.replace("{label: wait, player", "{labe: wait, player"))
    assert codes(tiny) == {"key-unknown", "key-missing"}


def test_broken_phase_does_not_break_the_policies_that_fix_it(tiny):
    text = (tiny / "crisis.yaml").read_text()
    (tiny / "crisis.yaml").write_text(text.replace("{id: answer, label", "{id: answer, labl"))
    assert codes(tiny) == {"key-unknown", "key-missing"}


def test_unreadable_sources_do_not_make_every_source_unknown(tiny):
    (tiny / "sources.csv").write_text("key\n")
    assert codes(tiny) == {"table-column-missing"}


def test_unreadable_tables_do_not_make_every_exposure_unknown(tiny):
    (tiny / "exposures.csv").write_text("actor\n")
    (tiny / "positions.csv").write_text("actor\n")
    assert codes(tiny) == {"table-column-missing"}


def test_nearest_names_come_with_the_fix(tiny):
    text = (tiny / "crisis.yaml").read_text()
    (tiny / "crisis.yaml").write_text(text.replace("when: {talks: none}", "when: {tals: none}"))
    (finding,) = check_folder(tiny)
    assert "did you mean talks" in finding.fix
    assert finding.value == "tals"
    assert finding.path == "instruments.offer.when.tals"
    assert "{tals: none}" in (tiny / "crisis.yaml").read_text().splitlines()[finding.line - 1]


def test_suggestions_by_hand():
    assert suggest("x", [], otherwise="define it") == "define it"
    assert (
        suggest("x", ["apple", "pear"], otherwise="define it")
        == "define it; there are: apple, pear"
    )
    assert suggest("x", [f"name{k}" for k in range(20)], otherwise="define it") == "define it"
    assert nearest("TALKS", ["talks"]) == ("talks",)


def test_warning_does_not_stop_loading(tiny):
    change(tiny, correlations={"lonely": 0.2})
    (finding,) = check_folder(tiny)
    assert (finding.code, finding.severity) == ("correlation-invalid", "warning")
    assert load_crisis(tiny).correlations == {"lonely": 0.2}


def test_valid_correlation_group_is_kept(tiny):
    quantities = template_document()["quantities"]
    change(
        tiny,
        correlations={"war": -0.9},
        quantities={
            name: dict(quantities[name], group="war") for name in ("war.gain", "war.cost.north")
        },
    )
    assert not check_folder(tiny)


@pytest.mark.parametrize("name", ["nowhere", "", "a\0b", "x" * 5000, "ukrain"])
def test_unknown_crisis_is_named(name):
    with pytest.raises(UsageError) as caught:
        load_crisis(name)
    assert caught.value.code == "crisis-unknown"
    assert caught.value.fix


def test_folder_and_file_name_the_same_crisis(tiny, monkeypatch):
    crisis = load_crisis(tiny)
    assert load_crisis(tiny / "crisis.yaml") == crisis
    assert load_crisis(str(tiny)).digest == crisis.digest
    monkeypatch.chdir(tiny.parent)
    assert load_crisis("tiny").digest == crisis.digest


def test_folder_without_a_crisis_file_says_so(tmp_path):
    with pytest.raises(CrisisFileError) as caught:
        load_crisis(tmp_path)
    assert caught.value.code == "file-missing"
    assert examine_folder(tmp_path)[1] is None


@pytest.mark.parametrize("name", shipped_crises())
def test_shipped_crisis_has_no_finding(name):
    assert check_folder(name) == ()


def test_link_inside_the_folder_is_followed(tiny):
    (tiny / "timeline.csv").rename(tiny / "events.csv")
    (tiny / "timeline.csv").symlink_to(tiny / "events.csv")
    assert len(load_crisis(tiny).tables["timeline"].rows) == 2


def test_crisis_parts_are_frozen(tiny):
    crisis = load_crisis(tiny)
    with pytest.raises(dataclasses.FrozenInstanceError):
        crisis.rounds = 3


def test_schema_knows_every_section_and_key():
    sections = {**MAPPING_SECTIONS, **LIST_SECTIONS}
    assert set(CrisisDocument.model_fields) == set(Header.model_fields) | set(sections)
    schema = crisis_schema()
    for name, model in sections.items():
        assert name in schema["properties"]
        definition = schema["$defs"][model.__name__]
        assert all(
            part.get("description") or part.get("$ref")
            for part in definition["properties"].values()
        )
    assert "x-definition" not in str(schema)


def test_template_and_shipped_crises_satisfy_the_json_schema():
    # Oracle: independent code, the package jsonschema.
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(crisis_schema())
    validator.check_schema(crisis_schema())
    assert not list(validator.iter_errors(template_document()))
    broken = template_document()
    broken["roundz"] = 1
    broken["quantities"]["war.gain"]["value"] = 3
    broken["instruments"]["wait"]["when"] = "never"
    assert len(list(validator.iter_errors(broken))) == 3


def test_registers_have_ranges_and_meanings():
    assert all(unit.meaning and unit.low < unit.high for unit in units().values())
    for attribute in attributes().values():
        assert attribute.unit in units()
        assert attribute.description
        assert attribute.low < attribute.high


def test_every_check_is_found():
    names = [check.__name__ for check in all_checks()]
    assert len(names) == len(set(names)) > 20
    assert all(name.startswith("check_") for name in names)
    assert all(check.__doc__.startswith("Find ") for check in all_checks())
