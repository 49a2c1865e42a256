"""Cases by a state variable: `else` stands for the values that are not named.

Oracles: hand (what each value of the template's variable gets, and the finding for each fault) and theorem (a file that
names every value and one that says the same with `else` are the same crisis).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis import check_folder, crisis_schema, load_crisis
from detente.crisis.elements import Constant, QuantityOf
from detente.testing import template_document, tiny_crisis_folder, write_document

CONFLICT = ("none", "backdown", "covert", "war_won", "war_lost")


def priced(folder, price):
    document = template_document()
    document["considerations"]["conquest"]["price"] = price
    write_document(folder, document)
    return load_crisis(folder).considerations["conquest"].price


def findings(folder, change):
    document = template_document()
    change(document)
    write_document(folder, document)
    # what the changed price no longer reads is a finding of its own
    return [item for item in check_folder(folder) if not item.code.endswith("-unused")]


def test_else_stands_for_every_value_that_is_not_named(tiny):
    cases = priced(tiny, {"by": "conflict", "war_won": "war.gain", "else": 0}).cases
    assert set(cases) == set(CONFLICT)
    assert cases["war_won"] == QuantityOf(path="war.gain")
    assert {cases[name] for name in CONFLICT if name != "war_won"} == {Constant(value=0.0)}


def test_else_stands_for_types_too_and_may_be_nested(tiny):
    inner = {"by": "north.type", "limited": 1, "else": 2}
    cases = priced(tiny, {"by": "conflict", "none": 0, "else": inner}).cases
    assert cases["covert"].cases == {
        "limited": Constant(value=1.0),
        "revisionist": Constant(value=2.0),
    }


@given(named=st.sets(st.sampled_from(CONFLICT), max_size=4), rest=st.integers(-3, 3))
def test_a_crisis_with_else_is_the_crisis_that_names_all(tmp_path_factory, named, rest):
    folder = tiny_crisis_folder(tmp_path_factory.mktemp("cases"))
    full = {name: (index if name in named else rest) for index, name in enumerate(CONFLICT)}
    short = {name: full[name] for name in CONFLICT if name in named}
    whole = priced(folder, {"by": "conflict", **full})
    assert priced(folder, {"by": "conflict", **short, "else": rest}) == whole


def test_without_else_a_value_that_is_left_out_is_an_error(tiny):
    def change(document):
        document["considerations"]["conquest"]["price"] = {"by": "conflict", "none": 0}

    found = findings(tiny, change)
    assert {item.code for item in found} == {"key-missing"}
    assert {item.value for item in found} == set(CONFLICT) - {"none"}
    assert all("else" in item.fix for item in found)


def test_an_else_that_covers_nothing_is_a_finding(tiny):
    full = {"by": "conflict", **dict.fromkeys(CONFLICT, 0), "else": 1}

    def change(document):
        document["considerations"]["conquest"]["price"] = full

    (item,) = findings(tiny, change)
    assert (item.code, item.severity) == ("case-idle", "warning")
    assert item.path == "considerations.conquest.price.else"
    assert "remove" in item.fix


def test_a_fault_under_else_is_found_once(tiny):
    def change(document):
        document["considerations"]["conquest"]["price"] = {"by": "conflict", "else": "no.such"}

    (item,) = findings(tiny, change)
    assert (item.code, item.path) == ("quantity-unknown", "considerations.conquest.price.else")


@pytest.mark.parametrize("name", ["else", "by"])
def test_words_of_cases_name_neither_a_value_nor_a_type(tiny, name):
    def value(document):
        document["state"]["talks"]["values"].append(name)

    def kind(document):
        document["players"]["mid"]["types"][name] = {"label": "odd", "prior": 0.1}

    for change in (value, kind):
        assert "id-invalid" in {item.code for item in findings(tiny, change)}


def test_the_schema_for_editors_knows_else():
    cases = [
        form
        for form in crisis_schema()["$defs"]["Binding"]["anyOf"]
        if "by" in form.get("required", [])
    ]
    assert "else" in cases[0]["properties"]
