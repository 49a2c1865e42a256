"""Arguments of a matrix game: who may do what when, the model's chance beside the odds, the draw, and what comes of it."""

import json
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from tests.play.driving import Driven

from detente.errors import DetenteError
from detente.play.commands import Command
from detente.play.deciding import decide
from detente.play.folding import fold_all
from detente.play.knowing import weighted_range
from detente.play.priors import FAR_ODDS, argument_questions, holding, prior_of, two_dice
from detente.play.reports import report_data
from detente.play.research import event_lines
from detente.play.views import PUBLIC, view, view_bytes

TYPES = {"north": "limited", "west": "hollow"}
ARMED = {"posture": "armed"}
CODES_OF = {
    "argue": [
        ({"text": "x", "reasons": ["y"]}, "command-invalid"),
        ({"text": "x", "reasons": [], "state": ARMED}, "command-invalid"),
        ({"text": "x", "reasons": list("abcd"), "state": ARMED}, "command-invalid"),
        ({"text": "x", "reasons": [3], "state": ARMED}, "command-invalid"),
        ({"text": "", "reasons": ["y"], "state": ARMED}, "command-invalid"),
        ({"text": "x", "reasons": ["y"], "state": {"moon": "full"}}, "variable-unknown"),
        ({"text": "x", "reasons": ["y"], "state": {"posture": "x"}}, "state-value-unknown"),
    ],
}


def begun(book, **options):
    """A session of people in which seats argue."""
    seats = dict.fromkeys(book.crisis.players, "human")
    given = {"chosen": TYPES, "case": 0, "arguments": True, **options}
    return Driven(book, seats=seats, **given).do("control", "start")


def argued(book, **options):
    """One in which the west has argued."""
    data = {"text": "A convoy arrives.", "reasons": ["It has left.", ""], "state": ARMED}
    return begun(book, **options).do("west", "argue", **data)


def code(driven, seat, kind, /, **data):
    """The code with which a command is refused."""
    before = len(driven.events)
    with pytest.raises(DetenteError) as caught:
        driven.do(seat, kind, **data)
    assert len(driven.events) == before
    assert caught.value.fix
    return caught.value.code


def ways(opening, stand, round_number):
    """Every way on until a phase of a round begins: the state there, and its chance in every case. Slow and clear."""
    found, todo = [], [(stand, np.ones(opening.mass.shape[1]))]
    while todo:
        here, chance = todo.pop()
        if here.position.is_over:
            continue
        if here.begins and here.where[0] == round_number:
            found.append((dict(here.position.state), chance))
            continue
        names = here.position.chance() or here.position.available()
        odds = opening.odds(here)
        todo.extend(
            (opening.course.after(here, name), chance * odds[n]) for n, name in enumerate(names)
        )
    return found


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("wanted", [ARMED, {"talks": "offered"}, {"conflict": "covert"}])
def test_the_prior_is_the_chance_over_all_ways_to_the_next_round(coercion, moved, wanted):
    """Oracle: independent code: all ways are walked and the odds of the choices multiplied; the public weighs types by their prior.

    In this template the state of a position in which round 2 begins is that in which round 1 closed: no move is forced between.
    """
    driven = begun(coercion)
    if moved:
        driven.do("west", "seal", choices=["arm"])
    driven.do("west", "argue", text="x", reasons=["y"], state=wanted)
    found = prior_of(driven.state, driven.state.arguments["A1"])
    opening = driven.state.begun

    def share(stands, weights):
        total, held = (np.zeros(opening.mass.shape[1]) for _ in range(2))
        for stand, weight in zip(stands, weights, strict=True):
            for state, chance in ways(opening, stand, 2):
                total += weight * chance
                held += weight * chance * all(state[name] == item for name, item in wanted.items())
        return weighted_range(held / total, total)

    prior = opening.prior()
    stands, weights = [], []
    for profile in range(len(opening.course.profiles)):
        stand, weight = opening.course.begin(profile), prior[profile]
        if moved:
            names = stand.position.available()
            weight = weight * opening.odds(stand)[names.index("arm")]
            stand = opening.course.after(stand, "arm")
        stands.append(stand)
        weights.append(weight)
    mine = driven.state.where.path[0]
    assert found["control"] == pytest.approx(share([stands[mine]], [weights[mine]]), abs=2e-6)
    assert found["public"] == pytest.approx(share(stands, weights), abs=2e-6)


def test_nothing_argued_is_sure_and_what_is_there_already_can_be(coercion):
    """Oracle: theorem: no condition holds for sure, two values of one variable have chances that sum to one."""
    driven = begun(coercion)
    opening, stand = driven.state.begun, driven.state.where
    ask = {"round_number": 2}
    assert holding(opening, [stand], wanted={}, **ask) == (1.0, 1.0, 1.0)
    one, other = (
        holding(opening, [stand], wanted={"posture": value}, **ask)[0]
        for value in ("none", "armed")
    )
    assert one + other == pytest.approx(1.0, abs=2e-6)
    assert holding(opening, [stand], wanted={}, round_number=3) is None


def test_two_dice_are_counted():
    """Oracle: hand: of 36 throws 21 show 7 or more, one shows 12, all show 2."""
    assert [36 * two_dice(number) for number in (2, 7, 12, 13)] == [36, 21, 1, 0]


def test_odds_come_true_as_often_as_they_say(coercion):
    """Oracle: theorem: over 2,000 seeds the share of successes lies within four standard errors of the odds."""
    driven, odds, tries = argued(coercion), 0.35, 2000
    command = Command(
        id="", seat="control", kind="judge", data={"argument": "A1", "odds": odds, "why": "x"}
    )
    won = 0
    for seed in range(tries):
        events = decide(replace(driven.state, seed=seed), command, now=driven.now)
        won += events[0][1]["status"] == "succeeded"
    assert abs(won / tries - odds) < 4 * sqrt(odds * (1 - odds) / tries)


@pytest.mark.parametrize(("odds", "status"), [(0.0, "failed"), (1, "succeeded")])
def test_sure_odds_are_sure_and_success_holds_when_the_round_begins(coercion, odds, status):
    """Oracle: hand: odds of 1 succeed and the value holds in round 2 although the west did not arm; odds of 0 change nothing."""
    driven = argued(coercion).do("control", "judge", argument="A1", odds=odds, why="so it is")
    assert driven.state.arguments["A1"].status == status
    assert [item.state for item in driven.state.injects.values()] == [ARMED] * int(odds)
    driven.do("west", "seal", choices=["wait"]).do("north", "seal", choices=["hold"])
    assert driven.state.where.where[0] == 2
    assert driven.state.where.position.state["posture"] == ("armed" if odds else "none")
    assert any("A1" in item.text and not item.to for item in driven.state.news)
    replayed = fold_all(coercion, json.loads(json.dumps(driven.events)))
    for who in ("north", "west", "mid", "control", PUBLIC):
        assert view_bytes(replayed, who) == view_bytes(driven.state, who)


def test_reasons_come_from_others_and_are_read_by_all(coercion):
    """Oracle: hand."""
    driven = argued(coercion)
    driven.do("mid", "reason", argument="A1", side="for", text="We need it.")
    driven.do("control", "reason", argument="A1", side="against", text="The sea is\x1b rough.")
    told = view(driven.state, PUBLIC)["arguments"][0]
    assert [(item["from"], item["side"], item["text"]) for item in told["reasons"]] == [
        ("west", "for", "It has left."),
        ("mid", "for", "We need it."),
        ("control", "against", "The sea is rough."),
    ]
    assert told == view(driven.state, "north")["arguments"][0]
    assert code(driven, "west", "reason", argument="A1", side="for", text="x") == "seat-foreign"
    assert code(driven, "mid", "reason", argument="A1", side="up", text="x") == "command-invalid"
    assert code(driven, "mid", "reason", argument="A2", side="for", text="x") == "command-invalid"
    assert code(driven, "mid", "withdraw", argument="A1") == "seat-foreign"
    assert code(driven, "mid", "judge", argument="A1", odds=1, why="x") == "seat-foreign"


def test_a_seat_argues_once_a_round_unless_it_withdraws(coercion):
    """Oracle: hand, by the decision note."""
    driven, again = argued(coercion), {"text": "x", "reasons": ["y"], "state": ARMED}
    assert code(driven, "west", "argue", **again) == "command-invalid"
    driven.do("west", "withdraw", argument="A1").do("west", "argue", **again)
    assert [item.status for item in driven.state.arguments.values()] == ["withdrawn", "open"]
    assert code(driven, "control", "judge", argument="A1", odds=1, why="x") == "command-invalid"
    driven.do("control", "judge", argument="A2", refused=True, why="It is no act of yours.")
    assert driven.state.arguments["A2"].status == "refused"
    assert code(driven, "west", "argue", **again) == "command-invalid"


def test_what_nobody_judged_lapses_and_the_last_round_takes_none(coercion):
    """Oracle: hand: the template has two rounds."""
    driven = argued(coercion)
    driven.do("west", "seal", choices=["wait"]).do("north", "seal", choices=["hold"])
    assert view(driven.state, "mid")["arguments"][0]["status"] == "lapsed"
    assert view(driven.state, "control")["arguments"][0]["status"] == "lapsed"
    assert code(driven, "control", "judge", argument="A1", odds=1, why="x") == "command-invalid"
    again = {"text": "x", "reasons": ["y"], "state": ARMED}
    assert code(driven, "west", "argue", **again) == "command-invalid"


@pytest.mark.parametrize(("data", "wanted"), CODES_OF["argue"])
def test_what_is_no_argument_is_refused(coercion, data, wanted):
    """Oracle: hand."""
    assert code(begun(coercion), "west", "argue", **data) == wanted


@pytest.mark.parametrize("odds", [None, True, "0.5", -0.1, 1.1, float("nan")])
def test_odds_are_a_probability(coercion, odds):
    """Oracle: hand."""
    driven = argued(coercion)
    assert code(driven, "control", "judge", argument="A1", odds=odds, why="x") == "command-invalid"
    bad = {"argument": "A1", "odds": 0.5, "refused": [], "why": "x"}
    assert code(driven, "control", "judge", **bad) == "command-invalid"


def test_without_the_option_and_before_the_start_nobody_argues(coercion):
    """Oracle: hand; and such a session says nothing of arguments."""
    data = {"text": "x", "reasons": ["y"], "state": ARMED}
    driven = begun(coercion, arguments=False)
    assert code(driven, "west", "argue", **data) == "command-invalid"
    assert view(driven.state, "west")["arguments"] is None
    seats = dict.fromkeys(coercion.crisis.players, "human")
    lobby = Driven(coercion, seats=seats, arguments=True)
    assert code(lobby, "west", "argue", **data) == "command-invalid"


def test_control_takes_back_openly(coercion):
    """Oracle: hand, by the decision note."""
    driven = argued(coercion).do("control", "judge", argument="A1", odds=1, why="x")
    driven.do("control", "withdraw", inject="I1")
    assert "taken back" in driven.state.news[-1].text
    assert not driven.state.news[-1].to


def test_seats_are_not_shown_the_prior_and_the_report_shows_it(coercion):
    """Oracle: hand: only the view of control and the report hold it; lines for research hold odds and prior, and no words."""
    driven = argued(coercion).do("mid", "reason", argument="A1", side="for", text="Secret words")
    driven.do("control", "judge", argument="A1", odds=1, why="I know it")
    for who in ("north", "west", "mid", PUBLIC):
        told = view(driven.state, who)["arguments"][0]
        assert (told["odds"], told["status"]) == (1.0, "succeeded")
        assert not {"prior", "inject"} & set(told)
    assert set(view(driven.state, "control")["arguments"][0]["prior"]) == {"control", "public"}
    driven.do("west", "seal", choices=["wait"]).do("north", "seal", choices=["hold"])
    driven.do("control", "end", why="time")
    report = report_data(driven.state)
    assert [(row["id"], row["came"]) for row in report["arguments"]] == [("A1", "happened")]
    told = [item for item in report["timeline"] if item["kind"] == "argued"]
    assert [(item["turn"], item["argument"]) for item in told] == [(1, "A1")]
    lines = event_lines(driven.state, driven.events)
    assert '"kind": "argued"' in lines
    assert '"prior"' in lines
    for words in ("convoy", "It has left", "Secret words", "I know it"):
        assert words not in lines


def _row(odds, prior):
    return {
        "turn": 1,
        "seat": "west",
        "id": "A1",
        "odds": odds,
        "prior": {"control": prior, "public": None},
    }


@pytest.mark.parametrize(
    ("odds", "prior", "asks"),
    [
        (0.5, (0.3, 0.2, 0.4), True),
        (0.5, (0.3, 0.2, 0.5), False),
        (0.45, (0.3, 0.2, 0.4), False),
        (0.0, (FAR_ODDS, 0.1, 0.4), True),
        (None, (0.3, 0.2, 0.4), False),
        (0.5, None, False),
    ],
)
def test_the_debrief_asks_about_odds_outside_the_range_and_far_from_the_mean(odds, prior, asks):
    """Oracle: hand: both bounds, each side of them, and what has no odds or no prior."""
    assert bool(argument_questions([_row(odds, prior)])) is asks
