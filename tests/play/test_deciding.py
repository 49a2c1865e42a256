"""Commands: what is legal becomes events, and what is illegal, late or foreign is refused with its code, place and fix."""

import json
from dataclasses import replace

import pytest
from tests.play.driving import Driven

from detente.crisis.elements import Policy
from detente.errors import UsageError
from detente.play.folding import KINDS_OF_EVENT, fold, fold_all
from detente.play.menus import condition_words
from detente.play.options import read_options
from detente.play.rulebooks import Rulebook
from detente.play.views import view, view_bytes
from detente.testing.rules import make_condition

TYPES = {"north": "limited", "west": "hollow"}


def _people(book, **options):
    seats = dict.fromkeys(book.crisis.players, "human")
    return Driven(book, chosen=TYPES, seats=seats, case=0, **options)


def _refused(driven, code, seat, kind, /, **data):
    before = len(driven.events)
    with pytest.raises(UsageError) as caught:
        driven.do(seat, kind, **data)
    assert caught.value.code == code
    assert caught.value.fix
    assert caught.value.at
    assert len(driven.events) == before
    return caught.value


def test_a_session_is_played_to_its_end_by_people(coercion):
    """Oracle: hand; who backs down in the template ends the crisis so."""
    driven = _people(coercion).do("control", "start")
    assert driven.open_to("west") == [("wait", "offer", "arm", "threaten")]
    driven.do("west", "seal", choices=["wait"], why="let us see")
    driven.do("north", "seal", choices=["withdraw"])
    assert driven.state.status == "ended"
    assert driven.state.outcome == "backdown"
    assert [
        turn.orders[who].why
        for turn, who in zip(driven.state.turns, ("west", "north"), strict=True)
    ] == [
        "let us see",
        "",
    ]


def test_events_are_plain_data_and_replay_to_the_same_state(coercion):
    """Oracle: theorem, the fold of the same events is the same, here after a way through JSON."""
    driven = _people(coercion, minutes=5.0).do("control", "start")
    driven.do("west", "join", name="Ilse").do("west", "say", text="good morning")
    driven.do("west", "seal", choices=["arm"])
    driven.do(
        "control", "inject", text="a summit is called", state={"talks": "agreed"}, why="to see"
    )
    driven.do("north", "seal", choices=["hold"])
    copied = json.loads(json.dumps(driven.events))
    state = fold_all(coercion, copied)
    for who in (*driven.state.seats, "control", "public"):
        assert view_bytes(state, who) == view_bytes(driven.state, who)
    assert {kind for kind, _ in copied} <= set(KINDS_OF_EVENT)


def test_an_order_can_be_opened_again_until_all_have_sealed(cuba):
    """Oracle: hand."""
    seats = dict.fromkeys(cuba.crisis.players, "human")
    driven = Driven(cuba, seats=seats, reveal="control", case=0).do("control", "start")
    (menu,) = driven.open_to("usa")
    driven.do("usa", "seal", choices=[menu[1]])
    assert view(driven.state, "usa")["order"]["choices"] == [menu[1]]
    driven.do("usa", "open").do("usa", "seal", choices=[menu[0]])
    assert driven.state.turns == ()
    driven.do("control", "reveal")
    assert driven.state.turns[0].orders["usa"].choices == (menu[0],)


@pytest.mark.parametrize(
    ("code", "seat", "kind", "data"),
    [
        ("order-illegal", "west", "seal", {"choices": ["accept"]}),
        ("order-illegal", "west", "seal", {"choices": []}),
        ("order-illegal", "west", "seal", {"choices": {"a": 1}}),
        ("phase-over", "north", "seal", {"choices": ["hold"]}),
        ("phase-over", "west", "seal", {"choices": ["wait"], "phase": "gone"}),
        ("seat-foreign", "west", "pause", {}),
        ("seat-foreign", "control", "seal", {"choices": ["wait"]}),
        ("seat-foreign", "nobody", "say", {"text": "x"}),
        ("seat-foreign", "control", "look", {}),
        ("command-invalid", "west", "dance", {}),
        ("command-invalid", "west", "say", {"text": ""}),
        ("command-invalid", "west", "say", {"text": "x" * 2001}),
        ("command-invalid", "west", "say", {"text": "x", "to": ["moon"]}),
        ("command-invalid", "west", "say", {"text": "x", "to": ["west"]}),
        ("command-invalid", "west", "propose", {"to": ["north"], "terms": {}}),
        ("command-invalid", "west", "propose", {"to": [], "terms": {"membership": 1}}),
        ("command-invalid", "west", "propose", {"to": ["north"], "terms": {"membership": 101}}),
        ("issue-unknown", "west", "propose", {"to": ["north"], "terms": {"moon": 1}}),
        ("command-invalid", "west", "sign", {"proposal": "P1"}),
        ("command-invalid", "west", "estimate", {"estimates": {"north.limited": 2}}),
        ("command-invalid", "west", "estimate", {"estimates": {"x": 0.5}}),
        ("phase-over", "west", "open", {}),
        ("command-invalid", "control", "start", {}),
        ("command-invalid", "control", "resume", {}),
        ("command-invalid", "control", "extend", {}),
        ("command-invalid", "control", "reveal", {}),
        ("command-invalid", "control", "end", {}),
        ("command-invalid", "control", "take", {"seat": "west", "kind": "oracle"}),
        ("command-invalid", "control", "inject", {"state": {"talks": "agreed"}}),
        ("variable-unknown", "control", "inject", {"state": {"moon": "full"}, "why": "x"}),
        ("state-value-unknown", "control", "inject", {"state": {"talks": "x"}, "why": "x"}),
        (
            "command-invalid",
            "control",
            "inject",
            {"state": {"talks": "agreed"}, "why": "x", "round": 9},
        ),
        ("command-invalid", "control", "withdraw", {"inject": "I1"}),
        ("order-illegal", "control", "override", {"seat": "west", "choices": ["x"], "why": "x"}),
        ("command-invalid", "control", "override", {"seat": "west", "choices": ["wait"]}),
        ("instrument-unknown", "control", "override", {"instrument": "x", "why": "x"}),
        ("command-invalid", "control", "override", {"instrument": "arm", "why": "x"}),
        ("phase-over", "control", "answer", {"seat": "west"}),
    ],
)
def test_what_is_illegal_late_or_foreign_is_refused(coercion, code, seat, kind, data):
    """Oracle: hand; each refusal has a code, a place and a fix, and leaves the session as it was."""
    _refused(_people(coercion).do("control", "start"), code, seat, kind, **data)


def test_control_characters_are_dropped_and_markup_is_text(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("west", "join", name="a\x1b[31m\u202eb<b>")
    driven.do("west", "say", text="<script>\x00alert</script>")
    shown = view(driven.state, "north")
    assert shown["messages"][0]["text"] == "<script>alert</script>"
    assert next(seat for seat in shown["seats"] if seat["id"] == "west")["people"] == ["a[31mb<b>"]


def test_private_words_reach_only_those_named(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("west", "say", to=["mid"], text="between us")
    reached = {
        who: bool(view(driven.state, who)["messages"])
        for who in ("north", "west", "mid", "public", "control")
    }
    assert reached == {"north": False, "west": True, "mid": True, "public": False, "control": True}


@pytest.mark.parametrize(("talk", "to"), [("all", ["mid"]), ("none", [])])
def test_talk_is_as_the_session_settled(coercion, talk, to):
    """Oracle: hand; control can be written to in any case."""
    driven = _people(coercion, talk=talk)
    _refused(driven, "command-invalid", "west", "say", to=to, text="x")
    driven.do("west", "say", to=["control"], text="x")


def test_a_proposal_is_signed_and_breached_by_its_parties_alone(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("control", "start")
    driven.do("west", "propose", to=["north"], terms={"membership": 40}, lapses=1)
    assert view(driven.state, "mid")["proposals"] == []
    _refused(driven, "command-invalid", "mid", "sign", proposal="P1")
    _refused(driven, "command-invalid", "north", "breach", proposal="P1", of="west")
    driven.do("north", "sign", proposal="P1")
    assert view(driven.state, "west")["proposals"][0]["in_force"] is True
    driven.do("west", "breach", proposal="P1", of="north")
    assert driven.state.proposals["P1"].breaches == (("west", "north"),)


def test_a_proposal_that_lapsed_is_not_signed(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("control", "start")
    driven.do("west", "propose", to=["north"], terms={"membership": 40}, lapses=1)
    while driven.state.where.where[0] == 1:
        (seat,) = driven.state.movers
        driven.do(seat, "seal", choices=[menu[0] for menu in driven.open_to(seat)])
    _refused(driven, "command-invalid", "north", "sign", proposal="P1")


@pytest.mark.parametrize("missing", ["bot", "default", "extend", "pause"])
def test_a_missing_order_is_met_as_settled(coercion, missing):
    """Oracle: hand; the default move of west is to wait, the only one of the kind restraint."""
    driven = _people(coercion, minutes=5.0, missing=missing).do("control", "start")
    ends = driven.state.ends
    driven.wait(4).do("control", "tick")
    assert driven.state.turn == 1
    driven.wait(2)
    error = _refused(driven, "phase-over", "west", "seal", choices=["arm"])
    assert ends in error.message
    driven.do("control", "tick")
    if missing in {"bot", "default"}:
        order = driven.state.turns[0].orders["west"]
        assert order.by == missing
        assert order.choices == ("wait",) or missing == "bot"
    elif missing == "extend":
        assert driven.state.ends > ends
        driven.do("west", "seal", choices=["arm"])
    else:
        assert driven.state.status == "paused"
        _refused(driven, "command-invalid", "west", "seal", choices=["arm"])


def test_a_pause_keeps_the_time_that_was_left(coercion):
    """Oracle: hand: five minutes, two gone, three left however long the pause."""
    driven = _people(coercion, minutes=5.0).do("control", "start").wait(2).do("control", "pause")
    driven.wait(60).do("control", "resume")
    left = driven.wait(2.9).do("west", "seal", choices=["wait"])
    assert left.state.turn == 2


def test_a_value_set_from_outside_starts_the_next_round(coercion):
    """Oracle: hand; where talks are agreed on when a round begins, north may accept, and all are told."""
    driven = _people(coercion).do("control", "start")
    driven.do(
        "control", "inject", state={"posture": "armed"}, why="aid from elsewhere", text="Arms came"
    )
    driven.do("west", "seal", choices=["wait"])
    assert driven.state.where.position.state["posture"] == "none"
    driven.do("north", "seal", choices=["hold"])
    assert driven.state.where.where[0] == 2
    assert driven.state.where.position.state["posture"] == "armed"
    shown = view(driven.state, "mid")
    assert shown["state"]["posture"] == "armed"
    assert [item["kind"] for item in shown["news"]] == ["inject", "state"]
    assert [item["label"] for item in shown["seen"]][:1] == ["wait"]
    while driven.state.status != "ended":
        seat = driven.state.waiting_for[0]
        driven.do(seat, "seal", choices=[menu[0] for menu in driven.open_to(seat)])
    assert driven.state.injects["I1"].status == "happened"


def test_an_inject_waits_for_its_condition_and_can_be_taken_back(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("control", "start")
    driven.do("control", "inject", text="seen", when={"posture": "armed"}, round=2)
    driven.do("control", "inject", text="not seen", when={"posture": "none"}, round=2)
    driven.do("control", "inject", text="never", round=2)
    driven.do("control", "withdraw", inject="I3")
    driven.do("west", "seal", choices=["arm"]).do("north", "seal", choices=["hold"])
    assert [item["text"] for item in view(driven.state, "north")["news"]] == ["seen"]
    assert [item.status for item in driven.state.injects.values()] == [
        "happened",
        "passed",
        "withdrawn",
    ]


def test_an_override_is_legal_has_a_reason_and_is_told(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("control", "start").do("west", "seal", choices=["wait"])
    driven.do(
        "control", "override", instrument="invade", outcome="lost", why="the bridges are down"
    )
    driven.do("north", "seal", choices=["invade"])
    assert [(item.outcome, item.by) for item in driven.state.turns[-1].draws] == [
        ("lost", "control")
    ]
    assert "the bridges are down" in view(driven.state, "mid")["news"][0]["text"]


def test_control_sees_sealed_orders_only_after_a_look_that_is_logged(cuba):
    """Oracle: hand."""
    seats = dict.fromkeys(cuba.crisis.players, "human")
    driven = Driven(cuba, seats=seats, looks=True, reveal="control", case=0).do("control", "start")
    driven.do("usa", "seal", choices=[driven.open_to("usa")[0][0]])
    assert view(driven.state, "control")["orders"] == {}
    driven.do("control", "look")
    assert set(view(driven.state, "control")["orders"]) == {"usa"}
    assert driven.events[-1][0] == "looked"


def test_a_bot_takes_a_seat_over_and_a_person_takes_it_back(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("control", "start")
    driven.do("control", "take", seat="west", kind="random")
    assert driven.state.turns[0].orders["west"].by == "random"
    driven.do("west", "join", name="Jonas")
    assert driven.state.seats["west"].kind == "human"


def test_scripts_are_followed_where_they_can_be(coercion):
    """Oracle: hand; a move that is closed gives way to the next of the script, and then to the default move."""
    with pytest.raises(UsageError, match="does not have"):
        Driven(coercion, seats={"west": "scripted"}, scripts={"west": {"moon": ["arm"]}})
    scripts = {"west": {"answer@1": ["accept", "arm"]}, "north": {"move": ["accept"]}}
    driven = Driven(
        coercion, seats={"west": "scripted", "north": "scripted"}, scripts=scripts, chosen=TYPES
    ).do("control", "start")
    first, second = driven.state.turns[:2]
    assert first.orders["west"].choices == ("arm",)
    assert second.orders["north"].choices == ("hold",)


@pytest.mark.parametrize(
    "options",
    [
        {"moon": 1},
        {"types": "open"},
        {"seats": {"west": "oracle"}},
        {"draws": 0},
        {"case": 99},
        {"session_seed": -1},
        {"minutes": 0},
        {"minutes": True},
    ],
)
def test_options_that_are_none_are_refused(options):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        read_options(options)
    assert caught.value.code == "command-invalid"


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("player-unknown", {"seats": {"moon": "human"}}),
        ("type-unknown", {"chosen": {"west": "moon"}}),
        ("command-invalid", {"draws": 8}),
    ],
)
def test_options_that_do_not_fit_the_crisis_are_refused(coercion, code, options):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        Driven(coercion, **options)
    assert caught.value.code == code


def test_a_session_of_another_crisis_is_not_opened(coercion, cuba):
    """Oracle: hand."""
    driven = Driven(coercion)
    for book, events in ((cuba, driven.events), (coercion, [*driven.events, ("danced", {})])):
        with pytest.raises(UsageError) as caught:
            fold_all(book, events)
        assert caught.value.code == "session-mismatch"


def test_types_that_lie_open_are_told_and_known_by_bots(coercion):
    """Oracle: theorem; with all types known there is nothing to believe, and odds are those of the types alone."""
    driven = Driven(coercion, types="dealt", chosen=TYPES, seats={"west": "human"}).do(
        "control", "start"
    )
    shown = view(driven.state, "west")
    assert shown["types"]["north"] == "limited"
    assert shown["beliefs"] == {}
    hidden = Driven(coercion, chosen=TYPES, seats={"west": "human"}).do("control", "start")
    assert driven.state.begun.prior().max(axis=0).min() == pytest.approx(1.0)
    assert hidden.state.begun.prior().max() < 1.0


def test_a_commitment_shortens_menus_and_says_so(coercion):
    """Oracle: hand; under the policy arm nothing but arming is open in round 1, so that west has no choice there."""
    book = Rulebook(coercion.crisis, policy="arm", draws=4)
    seats = dict.fromkeys(book.crisis.players, "human")
    driven = Driven(book, chosen=TYPES, seats=seats).do("control", "start")
    assert driven.state.movers == ("north",)
    assert driven.state.where.position.state["posture"] == "armed"
    assert view(driven.state, "north")["commitment"] == "arm Midland"


def test_a_closed_move_says_when_it_is_open_and_not_how_things_stand(coercion):
    """Oracle: the crisis file: north accepts only where an offer was made."""
    driven = _people(coercion).do("control", "start").do("west", "seal", choices=["wait"])
    closed = view(driven.state, "north")["menus"][0]["closed"]
    assert [(item["id"], item["why"]) for item in closed] == [
        ("accept", "open only with talks: offered")
    ]


def test_folding_does_not_change_the_state_before(coercion):
    """Oracle: theorem, states are values."""
    driven = _people(coercion).do("control", "start")
    before = driven.state
    words = view_bytes(before, "control")
    driven.do("west", "seal", choices=["arm"]).do("north", "seal", choices=["hold"])
    fold(before, "noted", {"text": "x"})
    assert view_bytes(before, "control") == words


def test_control_sets_an_order_within_the_menu_and_it_is_told(coercion):
    """Oracle: hand; the order that was sealed gives way, and the log says who set it and why."""
    driven = _people(coercion, reveal="control").do("control", "start")
    driven.do("west", "seal", choices=["wait"])
    driven.do("control", "override", seat="west", choices=["arm"], why="an order came late by mail")
    driven.do("control", "reveal")
    order = driven.state.turns[0].orders["west"]
    assert (order.choices, order.by) == (("arm",), "control")
    assert "an order came late by mail" in view(driven.state, "north")["news"][0]["text"]
    _refused(driven, "command-invalid", "control", "override", seat="mid", choices=["x"], why="x")
    _refused(
        driven,
        "command-invalid",
        "control",
        "override",
        instrument="invade",
        outcome="moon",
        why="x",
    )


def test_control_gives_more_time(coercion):
    """Oracle: hand: five minutes and three more; an order after seven is in time."""
    driven = _people(coercion, minutes=5.0).do("control", "start")
    driven.do("control", "extend", minutes=3).wait(7).do("west", "seal", choices=["wait"])
    assert driven.state.turn == 2
    _refused(driven, "command-invalid", "control", "extend", minutes=-1)


def test_a_proposal_is_refused_before_it_is_signed_by_all_and_not_after(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("control", "start")
    driven.do("west", "propose", to=["north"], terms={"membership": 40})
    driven.do("north", "refuse", proposal="P1")
    assert view(driven.state, "west")["proposals"][0]["answers"] == {
        "west": "signed",
        "north": "refused",
    }
    _refused(driven, "command-invalid", "north", "sign", proposal="P1")
    driven.do("west", "propose", to=["north"], terms={"membership": 30})
    driven.do("north", "sign", proposal="P2")
    _refused(driven, "command-invalid", "west", "refuse", proposal="P2")
    _refused(driven, "command-invalid", "west", "breach", proposal="P2", of="mid")
    _refused(
        driven,
        "command-invalid",
        "west",
        "propose",
        to=["north"],
        terms={"membership": 3},
        lapses=-1,
    )


def test_news_reach_those_they_are_for_and_values_must_be_named(coercion):
    """Oracle: hand."""
    driven = _people(coercion).do("control", "start")
    driven.do("control", "inject", text="a letter", to=["west"])
    assert [item["text"] for item in view(driven.state, "west")["news"]] == ["a letter"]
    assert view(driven.state, "north")["news"] == []
    for data in ({"state": []}, {"text": "x", "round": "two"}):
        _refused(driven, "command-invalid", "control", "inject", **data)
    driven.do("control", "note", text="remember")
    assert view(driven.state, "control")["notes"] == ["remember"]
    driven.do("control", "end", why="lunch")
    assert driven.state.status == "ended"
    assert driven.state.outcome == ""
    _refused(driven, "command-invalid", "control", "take", seat="moon", kind="random")


def test_conditions_are_said_in_words(cuba):
    """Oracle: hand, of the words of the crisis file."""
    crisis = cuba.crisis
    both = crisis.instruments["press_berlin"].when
    assert condition_words(crisis, both) == (
        "terms on offer: nothing in return, ships at the line: the line was tested and held; "
        "or terms on offer: nothing in return, measure at sea: blockade with fuel"
    )
    when = make_condition({"round": ["2", "3"], "ussr.type": ["bargainer", "moon"]})
    label = next(item.label for item in crisis.players["ussr"].types if item.id == "bargainer")
    assert condition_words(crisis, when) == f"round 2 or 3, Moscow: {label} or moon"


def test_a_move_that_a_commitment_rules_out_says_so(coercion):
    """Oracle: hand; under a policy that leaves two moves of a menu the rest of it is closed by the commitment, in its round alone."""
    half = Policy(id="half", label="to arm or to threaten", fix={"answer@1": ("arm", "threaten")})
    book = Rulebook(replace(coercion.crisis, policies={"half": half}), policy="half", draws=2)
    seats = dict.fromkeys(book.crisis.players, "human")
    driven = Driven(book, chosen=TYPES, seats=seats, case=0).do("control", "start")
    (menu,) = view(driven.state, "west")["menus"]
    assert [item["id"] for item in menu["open"]] == ["arm", "threaten"]
    assert {item["id"]: item["why"] for item in menu["closed"]} == {
        "wait": "ruled out by the commitment: to arm or to threaten",
        "offer": "open only with talks: none; ruled out by the commitment: to arm or to threaten",
    }
    driven.do("west", "seal", choices=["arm"]).do("north", "seal", choices=["hold"])
    assert driven.open_to("west") == [("wait", "offer", "threaten")]
