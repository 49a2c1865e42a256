"""What a report leads with and asks, by the rules of decision note 0127, and its one timeline."""

import pytest
from tests.play.driving import Driven

from detente.play.debrief import (
    CHANGED,
    FAR,
    MOST_QUESTIONS,
    UNLIKELY,
    WARNED,
    ask_questions,
    lead_of,
    path_case,
    path_of,
)
from detente.play.folding import KINDS_OF_EVENT, TOLD, fold
from detente.play.reports import report_data
from detente.play.timeline import _ENTRIES

TYPES = {"north": "limited", "west": "hollow"}


def step(**changes):
    """A move of a seat that nothing is to be said about."""
    plain = {
        "turn": 1,
        "seat": "north",
        "did": "hold",
        "of": "",
        "by": "human",
        "expected": [0.5, 0.4, 0.6],
        "likeliest": "hold",
        "likeliest_chance": 0.5,
        "moved": 0.0,
        "unseen": {"end": "", "by": 0.0},
        "turning": [],
    }
    return {**plain, **changes}


def goal(seat="north", **changes):
    plain = {"modelled": True, "met": True, "stakes": 5.0, "expected": 3.0}
    return {"seat": seat, **plain, "best": 10.0, "worst": 0.0, **changes}


def asked(state, *, steps=(), turns=(), goals=(), changes=()):
    return ask_questions(state, steps=steps, turns=turns, goals=goals, changes=changes)


@pytest.fixture
def quiet(coercion):
    """A session in which nothing was claimed."""
    return Driven(coercion, chosen=TYPES, case=0, seats=dict.fromkeys(TYPES, "human"))


def test_a_game_of_which_nothing_is_to_be_said_asks_nothing(quiet):
    """Oracle: hand."""
    assert asked(quiet.state, steps=[step()], goals=[goal()]) == []


@pytest.mark.parametrize(
    ("changes", "case"),
    [
        ({"turning": ["changed_the_ends"], "moved": 0.3}, "changed_the_ends"),
        (
            {"turning": ["kept_an_end_open_unseen"], "unseen": {"end": "war", "by": 0.2}},
            "kept_an_end_open_unseen",
        ),
        ({"by": "control", "moved": CHANGED}, "intervened"),
        ({"by": "control", "moved": CHANGED - 0.01}, None),
        ({"by": "control", "moved": 0.3, "turning": ["changed_the_ends"]}, "intervened"),
        ({"expected": [UNLIKELY, 0, 1], "likeliest_chance": UNLIKELY + CHANGED}, "unexpected"),
        ({"expected": [0.3, 0, 1], "likeliest_chance": 0.49}, None),
        ({"expected": [UNLIKELY + 0.01, 0, 1], "likeliest_chance": 0.9}, None),
        ({"expected": [0.1, 0, 1], "likeliest_chance": 0.9, "seat": ""}, None),
    ],
)
def test_a_step_is_asked_about_by_the_rule(quiet, changes, case):
    """Oracle: hand, the rules of note 0127 with a number on each side of each bound."""
    found = asked(quiet.state, steps=[step(), step(**changes)])
    assert [item["case"] for item in found] == ([case] if case else [])


@pytest.mark.parametrize(
    ("own", "asks"),
    [(0.6 + FAR, True), (0.6 + FAR - 0.01, False), (0.4 - FAR, True), (0.5, False), (None, False)],
)
def test_an_estimate_far_from_what_could_be_believed_is_asked_about(quiet, own, asks):
    """Oracle: hand: the model's range is 40 to 60."""
    turn = {"turn": 3, "beliefs": {"west": {"north": {"limited": (0.5, 0.4, 0.6)}}}}
    estimates = {} if own is None else {"west": {"north.limited": own}}
    found = asked(quiet.state, turns=[{**turn, "estimates": estimates}])
    assert [(item["case"], item["seat"], item["turn"]) for item in found] == (
        [("far_estimate", "west", 3)] if asks else []
    )


def test_the_farthest_estimate_of_a_seat_is_the_one_that_is_asked_about(quiet):
    """Oracle: hand."""
    beliefs = {"west": {"north": {"limited": (0.5, 0.4, 0.6)}}}
    turns = [
        {"turn": number, "beliefs": beliefs, "estimates": {"west": {"north.limited": own}}}
        for number, own in ((1, 0.9), (2, 1.0), (3, 0.95))
    ]
    assert [(item["turn"], item["own"]) for item in asked(quiet.state, turns=turns)] == [(2, 1.0)]


def test_terms_that_were_signed_and_said_to_be_broken_are_asked_about_once(coercion):
    """Oracle: hand; a second claim of the same, and one that is claimed of another, are told apart."""
    driven = Driven(coercion, chosen=TYPES, case=0, seats=dict.fromkeys(TYPES, "human"))
    driven.do("control", "start")
    issue = next(name for name, item in coercion.crisis.issues.items() if item.negotiable)
    driven.do("west", "propose", to=["north"], terms={issue: 40}, text="half")
    driven.do("north", "sign", proposal="P1")
    driven.do("west", "breach", proposal="P1", of="north")
    driven.do("west", "breach", proposal="P1", of="north")
    driven.do("north", "breach", proposal="P1", of="west")
    found = asked(driven.state)
    assert [(item["case"], item["by"], item["seat"]) for item in found] == [
        ("signed_and_broken", "west", "north"),
        ("signed_and_broken", "north", "west"),
    ]


def test_the_largest_of_each_case_comes_first_and_eight_are_asked(quiet):
    """Oracle: hand; the order of note 0127."""
    turned = [
        step(turn=number, turning=["changed_the_ends"], moved=moved)
        for number, moved in enumerate((0.3, 0.5, 0.4, 0.35, 0.33, 0.31, 0.32, 0.25), 1)
    ]
    goals = [
        goal("north", met=False, stakes=1.0),
        goal("west", met=False, stakes=1.0, worst=-90.0),
    ]
    found = asked(quiet.state, steps=turned, goals=goals)
    assert len(found) == MOST_QUESTIONS
    assert [(item["case"], item.get("turn"), item["seat"]) for item in found[:4]] == [
        ("changed_the_ends", 2, "north"),
        ("goal_missed", None, "north"),
        ("changed_the_ends", 3, "north"),
        ("goal_missed", None, "west"),
    ]


def test_a_change_from_outside_is_asked_about_if_it_mattered(quiet):
    """Oracle: hand."""
    changes = [{"turn": 2, "moved": CHANGED}, {"turn": 3, "moved": CHANGED - 0.01}]
    found = asked(quiet.state, changes=changes)
    assert [(item["case"], item["turn"]) for item in found] == [("intervened", 2)]


def test_the_head_tells_the_turning_point_that_moved_most():
    """Oracle: hand."""
    turned = {"turning": ["changed_the_ends"]}
    assert lead_of([step()]) == ("none", None)
    steps = [step(**turned, moved=0.3), step(**turned, moved=0.4, did="strike"), step(moved=0.9)]
    assert lead_of(steps) == ("by_seat", steps[1])
    assert lead_of([step(**turned, seat="", by="chance")])[0] == "by_chance"
    assert lead_of([step(**turned, by="control")])[0] == "by_control"


@pytest.mark.parametrize(
    ("shares", "outcome", "case", "between"),
    [
        ([0.2, 0.2 + WARNED - 0.01, 1.0], "war", "unwarned", (0.2, 0.29)),
        ([0.2, 0.2 + WARNED, 1.0, 1.0], "war", "warned", (0.2, 0.3)),
        ([0.4, 0.4, 0.0], "peace", "unmoved", (0.4, 0.4)),
        ([0.4, 0.1, 0.0, 0.0], "peace", "moved", (0.1, 0.4)),
        ([0.0, 0.0], "peace", "plain", (0.0, 0.0)),
        ([0.4, 0.1], "", "stopped", (0.0, 0.0)),
        ([], "peace", "stopped", (0.0, 0.0)),
    ],
)
def test_the_path_is_titled_by_the_rule(shares, outcome, case, between):
    """Oracle: hand, the rule of note 0127 with a number on each side of its bound."""
    path = [{"attack": (share, share, share)} for share in shares]
    assert path_case(path, outcome) == (case, pytest.approx(between))


def test_the_path_has_a_point_for_the_start_each_step_and_each_change():
    """Oracle: hand; a change before the moves of its turn stands before them."""

    def odds(share):
        return {"attack": [share] * 3, "settlement": [0.0] * 3}

    steps = [
        {"turn": 1, "before": odds(0.1), "after": odds(0.2)},
        {"turn": 2, "before": odds(0.5), "after": odds(0.6)},
    ]
    path = path_of(steps, [{"turn": 2, "after": odds(0.5)}])
    assert [(item["turn"], item["step"], item["attack"][0]) for item in path] == [
        (0, 0, 0.1),
        (1, 1, 0.2),
        (2, 0, 0.5),
        (2, 2, 0.6),
    ]
    assert path_of([], []) == []


def test_one_timeline_tells_all_kinds_in_the_order_of_the_log(coercion):
    """Oracle: hand: a game with talk, terms, a claim, a takeover, an inject, an order set by control and a survey."""
    seats = {"north": "human", "west": "human", "mid": "equilibrium"}
    driven = Driven(coercion, chosen=TYPES, case=0, seats=seats)
    driven.do("west", "join", name="Ada").do("control", "start")
    issue = next(name for name, item in coercion.crisis.issues.items() if item.negotiable)
    driven.do("north", "propose", to=["west"], terms={issue: 40})
    driven.do("west", "sign", proposal="P1")
    driven.do("west", "say", text="signed")
    driven.do("west", "breach", proposal="P1", of="north")
    driven.do("control", "inject", state={"posture": "armed"}, why="to see", text="News!")
    driven.do("control", "override", seat="west", choices=["wait"], why="time")
    driven.do("north", "seal", choices=["hold"])
    driven.do("control", "take", seat="north", kind="random")
    if driven.state.status == "running":
        driven.do("control", "end", why="enough")
    driven.do("west", "survey", answers={"aims": 3})
    told = report_data(driven.state)["timeline"]
    kinds = [item["kind"] for item in told]
    firsts = ["joined", "proposed", "signed", "said", "breached", "overridden", "revealed"]
    assert [kind for kind in dict.fromkeys(kinds) if kind in firsts] == firsts
    assert kinds[0] == "joined"
    assert told[0]["turn"] == 0
    assert kinds.index("happened") < kinds.index("changed") < kinds.index("taken")
    assert (kinds[-1], told[-1]["after"]) == ("surveyed", True)
    assert [item["turn"] for item in told] == sorted(item["turn"] for item in told)
    assert {item["text"] for item in told if item["kind"] == "news"} >= {"News!"}
    changed = report_data(driven.state)["changes"]
    assert [(item["injects"], item["round"]) for item in changed] == [(["I1"], 2)]


def test_a_change_measures_the_two_games(coercion):
    """Oracle: independent code: what was expected before is the end of the last step, after it the start of the next."""
    driven = Driven(coercion, chosen=TYPES, case=0, seats=dict.fromkeys(TYPES, "human"))
    driven.do("control", "start")
    driven.do("control", "inject", state={"posture": "armed"}, why="to see")
    driven.do("west", "seal", choices=["wait"]).do("north", "seal", choices=["hold"])
    while driven.state.status != "ended":
        seat = driven.state.waiting_for[0]
        driven.do(seat, "seal", choices=[menu[0] for menu in driven.open_to(seat)])
    data = report_data(driven.state)
    change = data["changes"][0]
    before = [item for item in data["steps"] if item["turn"] < change["turn"]][-1]
    after = next(item for item in data["steps"] if item["turn"] >= change["turn"])
    assert change["before"] == before["after"]
    assert change["after"] == after["before"]


def test_events_of_other_kinds_are_not_told(coercion):
    """Oracle: hand; what control notes and looks at is no part of a report."""
    driven = Driven(coercion, chosen=TYPES, case=0)
    state = fold(driven.state, "noted", {"text": "a note"})
    assert state.history == driven.state.history


def test_every_kind_that_is_kept_for_a_report_is_told():
    """Oracle: theorem: what the state keeps in order is what the timeline knows to tell, and all of it are events."""
    assert set(_ENTRIES) == TOLD
    assert set(KINDS_OF_EVENT) >= TOLD
