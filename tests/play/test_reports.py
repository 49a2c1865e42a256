"""What is said after a session: expected against done, turning points by their rule, goals, and tables without names."""

import csv
import io
import json

import numpy as np
import pytest
from tests.play.driving import Driven

from detente.errors import UsageError
from detente.play.batches import play_alone
from detente.play.forecasts import Outlook, forecast, parallels, thousand
from detente.play.options import SessionOptions
from detente.play.reports import (
    CHANGED,
    UNLIKELY,
    UNSEEN,
    PlayedStep,
    find_steps,
    report_data,
    turning,
)
from detente.play.research import COLUMNS, event_lines, move_table, write_report

TYPES = {"north": "limited", "west": "hollow"}


def _forecast(war):
    ends = {"war": (war, war, war), "peace": (1 - war, 1 - war, 1 - war)}
    return Outlook(ends=ends, attack=ends["war"], settlement=ends["peace"])


def _made(*, expected=0.2, likeliest="wait", before=0.2, after=0.5, hidden=(), unseen=0.0):
    return PlayedStep(
        turn=1,
        round=1,
        phase="p",
        seat="north",
        did="strike",
        of="",
        by="human",
        why="",
        expected=(expected, expected, expected),
        of_type=None,
        likeliest=likeliest,
        likeliest_chance=0.5,
        hidden_from=hidden,
        before=_forecast(before),
        after=_forecast(after),
        unseen=("war", unseen),
    )


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ("changed_the_ends",)),
        ({"expected": UNLIKELY + 0.01}, ()),
        ({"expected": UNLIKELY}, ("changed_the_ends",)),
        ({"likeliest": "strike"}, ()),
        ({"after": 0.2 + CHANGED - 0.01}, ()),
        ({"before": 0.5, "after": 0.2}, ("changed_the_ends",)),
        ({"after": 0.2, "hidden": ("west",), "unseen": UNSEEN}, ("kept_an_end_open_unseen",)),
        ({"after": 0.2, "hidden": ("west",), "unseen": UNSEEN - 0.01}, ()),
        ({"after": 0.2, "hidden": (), "unseen": 0.5}, ()),
        ({"hidden": ("west",), "unseen": 0.3}, ("changed_the_ends", "kept_an_end_open_unseen")),
    ],
)
def test_a_turning_point_is_found_by_the_rule(changes, reasons):
    """Oracle: hand, the rule of decision note 0123 with a number on each side of each bound."""
    assert turning(_made(**changes)) == reasons


def _played(book, *moves, **options):
    """A session of people whose seats are played as listed, in order."""
    seats = dict.fromkeys(book.crisis.players, "human")
    driven = Driven(book, chosen=TYPES, seats=seats, case=0, **options).do("control", "start")
    for seat, choice in moves:
        driven.do(seat, "seal", choices=[choice], why=f"because {choice}")
    return driven


def test_what_was_expected_is_that_of_the_solved_game(coercion):
    """Oracle: independent code: the engine's own shares of first moves and of ends, mixed over types and cases."""
    driven = _played(coercion, ("west", "arm"), ("north", "withdraw"))
    data = report_data(driven.state)
    solution = coercion.engine.solve(None, draws=coercion.drawn)
    first = solution.measure(["prior/west/", "first/west/"])
    by_hand = np.mean(
        sum(
            first[f"prior/west/{kind}"] * first[f"first/west/{kind}/arm"]
            for kind in ("resolute", "hollow")
        )
    )
    assert data["steps"][0]["expected"][0] == pytest.approx(by_hand, abs=1e-6)
    prior, chosen = first["prior/west/hollow"], first["first/west/hollow/arm"]
    own = (prior * chosen).sum() / prior.sum()
    assert data["steps"][0]["expected_of_type"][0] == pytest.approx(own, abs=1e-6)
    assert data["turns"][0]["attack"][0] == pytest.approx(solution["attack"].mean, abs=1e-6)
    ends = data["turns"][0]["thousand"]
    assert sum(ends.values()) == 1000
    assert ends["war"] == pytest.approx(1000 * solution["outcome/war"].mean, abs=1)


def test_a_chance_is_the_mean_over_what_follows(coercion):
    """Oracle: theorem, the law of total probability: ends before a move are those after each option, weighed by its chance."""
    driven = _played(coercion, ("west", "wait"), ("north", "withdraw"))
    turn = driven.state.turns[0]
    course, crisis = turn.opening.course, coercion.crisis
    before = forecast(turn.opening, crisis, parallels(course, turn.before))
    total = 0.0
    reach = sum(
        turn.opening.mass[turn.opening.node(s)].sum() for s in parallels(course, turn.before)
    )
    for choice in turn.before.position.available():
        stands = parallels(course, course.after(turn.before, choice))
        weight = sum(turn.opening.mass[turn.opening.node(s)].sum() for s in stands) / reach
        total += weight * forecast(turn.opening, crisis, stands).attack[0]
    assert before.attack[0] == pytest.approx(total, abs=1e-5)


def test_a_hidden_move_is_told_apart_from_what_it_looked_like(coercion):
    """Oracle: the crisis file: subversion is hidden from the west, holding from nobody."""
    driven = _played(coercion, ("west", "arm"), ("north", "subvert"))
    driven.do("control", "end", why="time is up")
    steps = {step.did: step for step in find_steps(driven.state)}
    assert steps["subvert"].hidden_from == ("west",)
    assert steps["subvert"].unseen[0] == "pressure"
    assert steps["subvert"].unseen[1] > 0
    assert steps["arm"].hidden_from == ()
    ladder = [turn["ladder"] for turn in report_data(driven.state)["turns"]]
    assert ladder == [8, 6]  # deterrence, covert; of the register of kinds


def test_goals_are_what_the_end_is_worth_beside_what_was_expected(coercion):
    """Oracle: independent code: what the seat's type expects at the start is the engine's metric of its payoff, in the case."""
    driven = _played(coercion, ("west", "arm"), ("north", "withdraw"))
    goals = {goal["seat"]: goal for goal in report_data(driven.state)["goals"]}
    found = coercion.engine.solve(None, draws=coercion.drawn).measure(["payoff/north/limited"])
    assert goals["north"]["expected"] == pytest.approx(found["payoff/north/limited"][0])
    assert goals["north"]["worst"] <= goals["north"]["stakes"] <= goals["north"]["best"]
    assert goals["north"]["met"] is (goals["north"]["stakes"] >= goals["north"]["expected"])
    assert goals["north"]["met"] is False  # to withdraw is worse than what it hoped for
    asked = report_data(driven.state)["questions"]
    assert {"goal_missed"} <= {question["case"] for question in asked}


def test_after_a_change_from_outside_goals_are_not_modelled(coercion):
    """Oracle: hand."""
    driven = _played(coercion, ("west", "wait"))
    driven.do("control", "inject", state={"posture": "armed"}, why="to see")
    driven.do("north", "seal", choices=["hold"])
    while driven.state.status != "ended":
        seat = driven.state.waiting_for[0]
        driven.do(seat, "seal", choices=[menu[0] for menu in driven.open_to(seat)])
    data = report_data(driven.state)
    assert [goal["modelled"] for goal in data["goals"]] == [False] * 3
    assert all(abs(sum(turn["thousand"].values()) - 1000) == 0 for turn in data["turns"])


def test_a_report_waits_for_the_end(coercion):
    """Oracle: hand; before it a report would tell secrets."""
    with pytest.raises(UsageError) as caught:
        report_data(_played(coercion, ("west", "arm")).state)
    assert caught.value.code == "command-invalid"


def test_tables_for_research_hold_no_name_and_no_text(coercion, tmp_path):
    """Oracle: hand; ids stay, people are numbered, texts come only if asked for."""
    driven = _played(coercion, ("west", "arm"))
    driven.do("north", "join", name="Ilse Marchand").do("north", "say", text="Ilse says hello")
    driven.do("north", "seal", choices=["invade"], why="Ilse wants it")
    while driven.state.status != "ended":
        seat = driven.state.waiting_for[0]
        driven.do(seat, "seal", choices=[menu[0] for menu in driven.open_to(seat)])
    rows = list(csv.DictReader(io.StringIO(move_table(driven.state))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["did"] for row in rows[:3]][:2] == ["arm", "invade"]
    assert rows[1]["person"] == "person1"
    assert rows[2]["seat"] == ""
    assert rows[2]["of"] == "invade"
    lines = event_lines(driven.state, driven.events)
    assert "Ilse" not in lines + move_table(driven.state)
    assert [json.loads(line)["event"] for line in lines.splitlines()] == list(
        range(1, len(driven.events) + 1)
    )
    assert "Ilse says hello" in event_lines(driven.state, driven.events, with_texts=True)
    paths = write_report(tmp_path / "out", driven.state, driven.events)
    names = ["report.json", "moves.csv", "survey.csv", "events.jsonl"]
    assert [path.name for path in paths] == names
    assert json.loads(paths[0].read_text("utf-8"))["outcome"] == driven.state.outcome


@pytest.mark.parametrize("seed", range(6))
def test_a_report_of_any_play_holds_together(cuba, seed):
    """Oracle: theorem; chances lie between 0 and 1, runs add up, forecasts pass from turn to turn, what was done ends the session."""
    state = play_alone(cuba, SessionOptions(draws=16, session_seed=seed))
    data = report_data(state)
    json.dumps(data)
    for step in data["steps"]:
        assert 0 < step["expected"][0] <= 1
        assert sum(share[0] for share in step["after"]["ends"].values()) == pytest.approx(
            1, abs=1e-4
        )
    for one, next_one in zip(data["steps"], data["steps"][1:], strict=False):
        assert one["after"] == next_one["before"]
    assert data["steps"][-1]["after"]["ends"][state.outcome][0] == pytest.approx(1)


def test_runs_are_apportioned():
    """Oracle: hand."""
    assert thousand({"a": 0.0004, "b": 0.9996}) == {"a": 0, "b": 1000}
    assert thousand({"a": 0.0005, "b": 0.0005, "c": 0.999}) == {"a": 1, "b": 0, "c": 999}
