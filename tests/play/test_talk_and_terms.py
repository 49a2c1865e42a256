"""What seats say to each other, terms sent back changed, and estimates that must add up."""

import csv
from importlib.resources import files

import pytest
from tests.play.driving import Driven

from detente.errors import DetenteError
from detente.play.aims import positions_on_issues
from detente.play.state import CONTROL
from detente.play.views import PUBLIC, view, view_bytes


@pytest.fixture
def table(coercion):
    """Three people at a table, started."""
    seats = dict.fromkeys(coercion.crisis.players, "human")
    return Driven(coercion, seats=seats, case=0).do(CONTROL, "start")


@pytest.fixture
def issue(coercion):
    return next(item.id for item in coercion.crisis.issues.values() if item.negotiable)


def refused(session, *given, **data):
    before = len(session.events)
    with pytest.raises(DetenteError) as error:
        session.do(*given, **data)
    assert len(session.events) == before
    return error.value


def test_sending_back_refuses_and_proposes_in_one_act(table, issue):
    """Oracle by hand: P1 is refused by who answers it, P2 stands in its place, to the same parties."""
    table.do("north", "propose", to=["west", "mid"], terms={issue: 40.0})
    before = len(table.events)
    table.do("west", "propose", terms={issue: 60.0}, instead_of="P1")
    assert [kind for kind, _ in table.events[before:]] == ["refused", "proposed"]
    old, new = view(table.state, "mid")["proposals"]
    assert old["answers"] == {"north": "signed", "west": "refused"}
    assert (new["id"], new["sponsor"], new["instead_of"]) == ("P2", "west", "P1")
    assert set(new["parties"]) == {"north", "west", "mid"}
    assert new["terms"] == {issue: 60.0}


@pytest.mark.parametrize(
    ("seat", "data", "at"),
    [
        ("mid", {"instead_of": "P1"}, "instead_of"),
        ("west", {"instead_of": "P7"}, "instead_of"),
        ("west", {"instead_of": ["P1"]}, "instead_of"),
        ("west", {"instead_of": "P1", "to": ["mid"]}, "to"),
        ("west", {"instead_of": "P1", "terms": {}}, "terms"),
    ],
)
def test_what_cannot_be_sent_back_leaves_the_old_terms(table, issue, seat, data, at):
    """Oracle by hand: a stranger, an unknown proposal, other parties, no terms: refused at the place, and P1 stays open."""
    table.do("north", "propose", to=["west"], terms={issue: 40.0})
    error = refused(table, seat, "propose", **{"terms": {issue: 60.0}, **data})
    assert (error.code, error.at) == ("command-invalid", at)
    assert table.state.proposals["P1"].answers == {"north": "signed"}


def test_what_all_have_signed_is_not_sent_back(table, issue):
    """Oracle by hand: terms in force can be broken and not refused."""
    table.do("north", "propose", to=["west"], terms={issue: 40.0}).do("west", "sign", proposal="P1")
    error = refused(table, "west", "propose", terms={issue: 60.0}, instead_of="P1")
    assert error.at == "instead_of"


def test_terms_sent_back_reach_their_parties_alone(table, issue):
    """Oracle by hand: the public and the third seat are sent the same bytes before and after."""
    before = [view_bytes(table.state, who) for who in ("mid", PUBLIC)]
    table.do("north", "propose", to=["west"], terms={issue: 40.0})
    table.do("west", "propose", terms={issue: 60.0}, instead_of="P1")
    assert [view_bytes(table.state, who) for who in ("mid", PUBLIC)] == before


def types_of(crisis, player):
    return [f"{player}.{kind.id}" for kind in crisis.players[player].types]


def test_estimates_of_all_types_add_up(table, coercion):
    """Oracle by hand: 60 and 40 are kept, 60 and 30 refused with the sum and the fix; off by rounding is kept."""
    one, other = types_of(coercion.crisis, "north")
    error = refused(table, "west", "estimate", estimates={one: 0.6, other: 0.3})
    assert (error.code, error.at) == ("command-invalid", "estimates.north")
    assert "90%" in str(error)
    for first, second in ((0.6, 0.4), (0.605, 0.405), (0.6, 0.39)):
        table.do("west", "estimate", estimates={one: first, other: second})
    assert refused(table, "west", "estimate", estimates={one: 0.6, other: 0.42}).fix


def test_an_estimate_of_one_type_stands_alone(table, coercion):
    """Oracle by hand: one of two types at any share says nothing wrong; ends are not summed, since an end may be left out."""
    one, _ = types_of(coercion.crisis, "north")
    outcomes = list(coercion.crisis.outcomes)
    table.do("west", "estimate", estimates={one: 0.2, f"outcome.{outcomes[0]}": 0.9})
    assert view(table.state, "west")["estimates"] == [{one: 0.2, f"outcome.{outcomes[0]}": 0.9}]
    assert view(table.state, "north")["estimates"] == []


def test_positions_are_those_of_the_file(cuba):
    """Oracle: independent code: the positions table, read as text; a point lies within the spread of its value, and none is left out."""
    text = (files("detente.crisis") / "shipped" / "cuba-1962" / "positions.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    found = positions_on_issues(cuba.crisis)
    told = {
        (actor, issue): point
        for issue, players in found.items()
        for points in players.values()
        for actor, point in points.items()
    }
    actors = {actor for who in cuba.crisis.players.values() for actor in who.actors}
    shown = [
        row for row in rows if row["value"]
    ]  # the table leaves out what was said in closed meetings
    mine = [row for row in shown if row["actor"] in actors and row["issue"] in cuba.crisis.issues]
    assert {*told} == {(row["actor"], row["issue"]) for row in mine}
    for row in mine:
        gap = abs(told[row["actor"], row["issue"]] - float(row["value"]))
        assert gap <= float(row["spread"]), row
