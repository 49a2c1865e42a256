"""Menus as a commitment finds them: what is open, and what is closed by what."""

import pytest

import detente
from detente.analysis.menus import list_menus
from detente.crisis.elements import Policy
from detente.engine.engine import Engine
from detente.rules.policies import FREE


@pytest.fixture(scope="module")
def engine():
    return Engine(detente.load("cuba-1962"), workers=1)


def cases(engine, policy):
    return {
        menu.key: {item.instrument: item.case for item in menu.options}
        for menu in list_menus(engine, policy)
    }


def test_without_a_commitment_nothing_is_committed_away(engine):
    """Oracle by hand: nothing is fixed, so nothing that is fixed closes anything; menus stand in the order of play."""
    found = list_menus(engine, FREE)
    assert {item.case for menu in found for item in menu.options} <= {"open", "ruled out"}
    assert [menu.key for menu in found][:3] == ["first_step@1", "line@1", "reply_to_force@1"]
    assert not any(item.chosen for menu in found for item in menu.options)


def test_a_proposal_that_is_made_closes_the_answer_that_asks_for_one(engine):
    """Oracle by hand, from the crisis file: Moscow asks for a trade where no terms are offered, and only then is there a reply."""
    pledge = Policy(id="x", label="x", fix={"second_step": ("offer_pledge",)})
    found = cases(engine, pledge)
    assert found["moscow@2"]["ask_trade"] == "committed away"
    assert found["moscow@2"]["withdraw"] == "open"
    assert set(found["reply_to_proposal@3"].values()) == {"committed away"}
    assert set(cases(engine, FREE)["reply_to_proposal@3"].values()) == {"open"}


def test_a_menu_is_judged_with_itself_left_open(engine):
    """Oracle by hand: what is fixed in a phase does not close the other options of that phase."""
    fixed = Policy(id="x", label="x", fix={"first_step@1": ("air_strike",)})
    found = {menu.key: menu for menu in list_menus(engine, fixed)}
    assert {item.case for item in found["first_step@1"].options} == {"open"}
    assert [item.instrument for item in found["first_step@1"].options if item.chosen] == [
        "air_strike"
    ]


def test_a_strike_at_once_leaves_no_second_step(engine):
    """Oracle by hand, from the crisis file: every end of a strike ends the calm in which the second step is taken."""
    fixed = Policy(id="x", label="x", fix={"first_step": ("air_strike",)})
    assert set(cases(engine, fixed)["second_step@2"].values()) == {"committed away"}
