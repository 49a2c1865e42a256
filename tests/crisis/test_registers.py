"""Registers of words: what code knows is data, ``check`` refuses other words, and the nearest one is named.

Oracle: hand, unless a test says otherwise.
"""

from typing import get_args

import pytest

from detente.analysis.checking import examine
from detente.crisis import examine_folder, load_crisis, shipped_crises
from detente.crisis.elements import Actor, Fact, Grade, Role
from detente.crisis.registers import (
    event_categories,
    event_modes,
    instrument_kinds,
    kind_of,
    kinds_for,
    term_lists,
    terms,
)
from detente.crisis.schema import crisis_schema
from detente.models.sanctions.trade_packages import DIRECTIONS
from detente.testing import tiny_crisis_folder

QUESTIONS = get_args(Fact.__annotations__["question"])


def changed(folder, old, new, *, file="crisis.yaml"):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def only(folder):
    """Return the one error of a folder."""
    (found,) = [item for item in examine_folder(folder)[0] if item.severity == "error"]
    return found


def test_an_unknown_kind_of_instrument_is_refused_with_the_nearest(tmp_path):
    folder = changed(tiny_crisis_folder(tmp_path), "kind: restraint", "kind: restrain")
    found = only(folder)
    assert (found.code, found.value) == ("term-unknown", "restrain")
    assert found.path.endswith(".kind")
    assert found.fix == "did you mean restraint?"


@pytest.mark.parametrize(
    ("coding", "value", "nearest"),
    [
        ("category: ASSULT", "ASSULT", "did you mean ASSAULT"),
        ("category: ASSAULT, mode: areal", "areal", "did you mean aerial"),
        ("category: [AGREE, ASSAULT], mode: visit", "visit", "goes with: CONSULT"),
    ],
)
def test_an_event_rule_that_can_fit_no_event_is_refused(tmp_path, coding, value, nearest):
    folder = tiny_crisis_folder(tmp_path)
    rule = f"event_rules:\n  - {{id: strike, {coding}, noise: for the test}}"
    changed(folder, "event_rules:", rule)
    found = only(folder)
    assert (found.code, found.value) == ("term-unknown", value)
    assert nearest in found.fix


def test_a_rule_with_a_mode_of_one_of_its_categories_is_taken(tmp_path):
    folder = tiny_crisis_folder(tmp_path)
    rule = "event_rules:\n  - {id: strike, category: [AGREE, ASSAULT], mode: aerial, noise: a test}"
    changed(folder, "event_rules:", rule)
    assert load_crisis(folder).event_rules[0].modes == ("aerial",)


def test_the_basis_of_a_position_is_a_word_of_its_list(tmp_path):
    """Any other word would silently take the spread of what is inferred."""
    folder = changed(tiny_crisis_folder(tmp_path), "direct", "driect", file="positions.csv")
    found = only(folder)
    assert (found.code, found.fix) == ("term-unknown", "did you mean direct?")


def test_a_word_that_the_shape_refuses_gets_the_nearest_too(tmp_path):
    folder = changed(tiny_crisis_folder(tmp_path), "role: challenger", "role: chalenger")
    found = [item for item in examine_folder(folder)[0] if item.path.endswith(".role")]
    assert [item.fix for item in found] == ["did you mean challenger?"]


def test_registers_agree_with_the_types_that_code_branches_on():
    """Oracle: the types of the elements, read by themselves."""
    assert tuple(terms("role")) == get_args(Role)
    assert tuple(terms("grade")) == get_args(Grade)
    assert tuple(terms("actor kind")) == get_args(Actor.__annotations__["kind"])
    assert tuple(terms("question")) == QUESTIONS
    assert tuple(terms("package direction")) == DIRECTIONS
    assert all(meaning for name in term_lists() for meaning in terms(name).values())


def test_every_kind_has_words_for_the_briefing_and_a_question():
    kinds = instrument_kinds().values()
    assert all(kind.label and kind.meaning and kind.intent.startswith("to ") for kind in kinds)
    assert {kind.question for kind in kinds} <= set(QUESTIONS)
    assert [kind.force for kind in kinds] == sorted(kind.force for kind in kinds)
    assert [kind.name for kind in kinds if kind.restrains] == ["restraint"]
    assert set(kinds_for("deterrence")) - set(kinds_for("deterrence", open_force=False)) == {
        "military"
    }


def test_every_mode_goes_with_categories_of_the_register():
    assert all(set(mode.categories) <= set(event_categories()) for mode in event_modes().values())
    assert all(mode.categories and mode.meaning for mode in event_modes().values())


def test_editors_are_offered_the_registers():
    """Oracle: the registers."""
    defined = crisis_schema()["$defs"]
    kind = defined["InstrumentEntry"]["properties"]["kind"]
    assert kind["enum"] == list(instrument_kinds())
    category = defined["EventRuleEntry"]["properties"]["category"]
    assert category["anyOf"][0]["enum"] == list(event_categories())


@pytest.mark.parametrize("name", shipped_crises())
def test_shipped_crises_use_words_of_the_registers(name):
    crisis = load_crisis(name)
    assert all(kind_of(item).label for item in crisis.instruments.values())
    assert not [item for item in examine(name)[0] if item.code == "term-unknown"]


def test_a_mechanism_that_moves_a_closed_issue_is_refused(tmp_path):
    """A package would move what the file says no settlement may move."""
    folder = tiny_crisis_folder(tmp_path)
    changed(folder, "negotiable: true", "negotiable: false")
    room = """
mechanisms:
  room: {label: room, model: bargaining.settlement, members: [membership], inputs: {}}"""
    changed(folder, "\nmechanisms:", room)
    found = [item for item in examine_folder(folder)[0] if item.code == "issue-closed"]
    assert [item.value for item in found] == ["membership"]
