"""Odds at the desk: the engine's own, those of the report, and in nobody else's view."""

import json

import numpy as np
import pytest
from tests.play.driving import Driven

from detente.engine import Engine
from detente.play.desk_odds import chance_ahead, desk_odds
from detente.play.reports import report_data
from detente.play.rulebooks import Rulebook
from detente.play.views import PUBLIC, view_bytes

TYPES = {"north": "limited", "west": "hollow"}


def _played(book, **options):
    people = dict.fromkeys(book.crisis.players, "human")
    return Driven(book, seats=people, case=0, **options).do("control", "start")


def test_the_odds_at_the_start_are_those_of_the_engine(cuba):
    """Oracle: independent code: the solved ensemble's attack and settlement, all types, on the same cases."""
    found = desk_odds(_played(cuba).state)["expected"]
    solved = Engine(cuba.crisis).solve(draws=cuba.draws, seed=cuba.seed)
    assert found["attack"][0] == pytest.approx(float(np.mean(solved["attack"].values)), abs=1e-6)
    assert found["settlement"][0] == pytest.approx(
        float(np.mean(solved["settlement"].values)), abs=1e-6
    )
    assert sum(share[0] for share in found["ends"].values()) == pytest.approx(1.0, abs=1e-5)


def test_what_the_desk_was_shown_is_what_the_report_says(coercion):
    """Oracle: theorem: at each turn the report's ends, and what it expected of a type, are what stood on the desk then."""
    driven, shown = _played(coercion, chosen=TYPES), {}
    while driven.state.status != "ended":
        odds = desk_odds(driven.state)
        shown[driven.state.turn] = odds
        for seat in driven.state.movers:
            driven.do(seat, "seal", choices=[menu[-1] for menu in driven.open_to(seat)])
    report = report_data(driven.state)
    assert len(report["turns"]) > 2
    for turn in report["turns"]:
        told = shown[turn["turn"]]["expected"]
        assert (turn["ends"], turn["attack"]) == (told["ends"], told["attack"])
    for step in report["steps"]:
        if step["seat"]:
            (menu,) = shown[step["turn"]]["choices"][step["seat"]]
            assert list(menu[step["did"]]) == step["expected_of_type"]


def test_with_the_types_as_dealt_the_ends_are_those_of_each_case(coercion):
    """Oracle by hand: the ends of each case given the types, weighted by how likely the case makes them; with one case, a choice is what
    a bot of that type draws from."""
    driven = _played(coercion, chosen=TYPES)
    root, stand = driven.state.begun.root, driven.state.where
    odds = desk_odds(driven.state)
    mine = root.profile == stand.path[0]
    names = [name for name, item in coercion.crisis.outcomes.items() if item.attack]
    attack = sum(
        root.reach[mine & (root.outcome == root.outcomes.index(name))].sum() for name in names
    )
    assert odds["dealt"]["attack"][0] == pytest.approx(attack / root.reach[mine].sum(), abs=1e-6)
    assert odds["dealt"] != odds["expected"]
    single = Rulebook(coercion.crisis, draws=1)
    state = _played(single, chosen=TYPES).state
    (menu,) = state.menus
    chances = desk_odds(state)["choices"][menu.player][0]
    drawn_from = state.begun.odds(state.where)[:, 0]
    assert [chances[name][0] for name in menu.open] == pytest.approx(drawn_from, abs=1e-6)


def test_a_later_mover_of_a_sealed_phase_does_not_know_the_earlier_ones_order():
    """Oracle: theorem: the odds of the second mover are the same whatever the first one chooses, and those that the desk shows."""
    from detente.crisis import load_crisis

    book = Rulebook(load_crisis("ukraine-2022"), draws=4)
    driven = _played(book)
    while len(driven.state.movers) < 2 and driven.state.status != "ended":
        for seat in driven.state.movers:
            driven.do(seat, "seal", choices=[menu[0] for menu in driven.open_to(seat)])
    opening, stand = driven.state.begun, driven.state.where
    first, second = driven.state.menus[:2]
    found = [opening.odds(opening.course.after(stand, name)) for name in first.open]
    for other in found[1:]:
        np.testing.assert_allclose(found[0], other, atol=1e-9)
    shown = desk_odds(driven.state)["choices"][second.player][0]
    assert tuple(shown) == second.open


def test_chance_that_may_come_is_what_then_is_drawn(coercion):
    """Oracle: the rules stepped: an instrument is listed if and only if some open order leads to its chance in this phase, and in the
    case of the session the odds lie in the range that is listed."""
    driven, listed = _played(coercion, chosen=TYPES), 0
    while driven.state.status != "ended":
        found = chance_ahead(driven.state)
        chancy = {
            name
            for menu in driven.state.menus
            for name in menu.open
            if coercion.crisis.instruments[name].chance
        }
        assert set(found) == chancy
        before = len(driven.state.turns)
        for seat in driven.state.movers:
            menus = driven.open_to(seat)
            order = [next((name for name in menu if name in chancy), menu[-1]) for menu in menus]
            driven.do(seat, "seal", choices=order)
        for turn in driven.state.turns[before:]:
            for draw in turn.draws:
                listed += 1
                assert set(draw.odds) == set(found[draw.instrument])
    assert listed > 0
    assert chance_ahead(driven.state) == {}


def test_no_view_of_a_seat_or_of_the_public_holds_the_odds(coercion):
    """Oracle: theorem: views are the same bytes before and after the desk was priced, and none has a number of it that is not its own."""
    driven = _played(coercion, chosen=TYPES, beliefs=False)
    before = {who: view_bytes(driven.state, who) for who in (*driven.state.seats, PUBLIC)}
    odds = desk_odds(driven.state)
    numbers = {
        json.dumps(value)
        for told in (odds["expected"], odds["dealt"])
        for share in (told["attack"], told["settlement"], *told["ends"].values())
        for value in share
        if len(json.dumps(value)) > 6
    }
    assert len(numbers) > 10
    for who, sent in before.items():
        assert view_bytes(driven.state, who) == sent
        assert not any(number in sent.decode() for number in numbers)
