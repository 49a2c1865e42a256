"""A watch and a run of the same crisis: the same figures on the day of the cut-off, and what a setting changes is said."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from detente.brief.settings import say_settings
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.rules.policies import FREE, base_policy, rules_out
from detente.runs import run_ensemble
from detente.testing import tiny_crisis_folder
from detente.watch.diary import keep_diary
from detente.watch.events import Event, understand
from detente.watch.watching import Watch

DRAWS = 64
SUMS = 1e-12
"""A run adds up histories by outcome, a watch by type and outcome and divides by their total: the last bits differ."""

SETTINGS = {
    "cuba-1962": {"prior.hawk": "0.3"},
    "kuwait-1990": {"optimism": "0"},
    "ukraine-2022": {"prior.revisionist": "0.1..0.5", "state.posture": "present"},
    "template": {"prior.revisionist": "0.1..0.3"},
}


def load(name, tmp_path_factory, settings):
    where = tiny_crisis_folder(tmp_path_factory.mktemp("crisis")) if name == "template" else name
    return load_crisis(where, overrides=settings)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("case", ["base", "second policy", "set"])
def test_on_the_day_of_the_cutoff_a_watch_says_what_the_engine_says(name, case, tmp_path_factory):
    """Oracle: the other path of code (metrics of a solution), in each draw and up to rounding of sums."""
    crisis = load(name, tmp_path_factory, SETTINGS[name] if case == "set" else {})
    policy = list(crisis.policies)[1] if case == "second policy" else None
    watch = Watch(crisis, n_draws=DRAWS, policy=policy)
    solution = Engine(crisis).solve(policy or base_policy(crisis), draws=DRAWS)
    look = watch._look(crisis.as_of)
    assert np.abs(look.attack - solution["attack"].values).max() < SUMS
    for place, outcome in enumerate(look.outcome_names):
        assert np.abs(look.outcomes[place] - solution[f"outcome/{outcome}"].values).max() < SUMS
    day = watch.advance([], crisis.as_of)
    assert day.settlement[0] == pytest.approx(solution["settlement"].values.mean(), abs=SUMS)
    assert day.attack[1] == pytest.approx(np.quantile(solution["attack"].values, 0.05), abs=SUMS)


@pytest.mark.parametrize("case", ["base", "set"])
def test_a_run_and_a_diary_agree_to_the_last_digit_that_is_kept(case, tmp_path_factory):
    """Oracle: the other path of code, files of both included."""
    crisis = load("template", tmp_path_factory, SETTINGS["template"] if case == "set" else {})
    first = next(iter(crisis.policies))
    folder = tmp_path_factory.mktemp("kept")
    run = run_ensemble(crisis, folder=folder / "run", n_draws=DRAWS)
    (day,) = keep_diary(crisis, [], folder=folder / "watch", since=crisis.as_of, n_draws=DRAWS)
    assert day["policy"] == first
    assert day["attack"][0] == pytest.approx(run.values("attack", first).mean(), abs=1e-7)


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    """The small crisis, whose base case is that Westmark waits."""
    found = load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))
    policies = {"nothing": found.policies["nothing"], **found.policies}
    return replace(found, policies=policies)


def report(crisis, does, *, weight, days=5):
    day = crisis.as_of + timedelta(days=days)
    event = Event(
        day=day, actor="WES", target="", category="", mode="", text=does, does=does, weight=weight
    )
    return understand([event], crisis)[0]


def test_a_report_that_the_commitment_is_broken_ends_it(crisis):
    """Oracle: the other path of code; nothing told before, so it is the watch that was never under a commitment."""
    told = report(crisis, "move:arm", weight=0.9)
    watch, free = Watch(crisis, n_draws=DRAWS), Watch(crisis, n_draws=DRAWS, policy="free")
    assert rules_out(crisis, watch.policy, "arm", 1)
    day, other = (item.advance([told], told.event.day) for item in (watch, free))
    assert watch.policy is FREE
    assert (day.policy, day.new_root) == ("free", True)
    assert day.attack == pytest.approx(other.attack, abs=1e-7)


def test_a_watch_that_goes_on_knows_that_the_commitment_is_over(crisis, tmp_path):
    """Oracle: the same days at once; the second call computes the last days alone and reads the others."""
    told = [
        report(crisis, "move:arm", weight=0.9),
        report(crisis, "noise: talk", weight=1.0, days=7),
    ]
    last = told[-1].event.day
    options = {"since": crisis.as_of, "n_draws": DRAWS}
    keep_diary(crisis, told[:1], folder=tmp_path / "parts", until=told[0].event.day, **options)
    parts = keep_diary(crisis, told, folder=tmp_path / "parts", until=last, **options)
    whole = keep_diary(crisis, told, folder=tmp_path / "whole", until=last, **options)
    assert [day["policy"] for day in whole] == ["nothing"] * 5 + ["free"] * 3
    assert [dict(day) for day in parts] == [dict(day) for day in whole]


def test_a_doubtful_report_does_not_end_a_commitment(crisis):
    """Oracle: hand; where no history has the move, its report multiplies all histories alike."""
    watch = Watch(crisis, n_draws=DRAWS)
    told = report(crisis, "move:arm", weight=0.5)
    before = watch.advance([], told.event.day)
    day = watch.advance([told], told.event.day)
    assert watch.policy.id == "nothing"
    assert day.attack == pytest.approx(before.attack, abs=SUMS)


def records(*policies):
    return [{"day": f"2030-01-{15 + place}", "policy": name} for place, name in enumerate(policies)]


def test_a_watch_says_its_commitment_and_what_is_set(crisis):
    """Oracle: hand, a line for each named case."""
    (plain,) = say_settings(crisis, records("nothing"))
    assert plain.startswith("Under “do nothing”, as a briefing: ")
    (other,) = say_settings(crisis, records("arm"))
    assert other.startswith("Under “arm Midland”; a briefing speaks of “do nothing”: ")
    changed = crisis.set({"prior.revisionist": 0.8, "state.posture": "armed", "war.gain": 40})
    lines = say_settings(changed, records("nothing", "nothing", "free"))
    assert lines[1] == (
        "Priors of types are set by hand, against the crisis file: prior.revisionist=0.8."
    )
    assert lines[2] == (
        "The start of the game is set by hand, against the crisis file: state.posture=armed."
    )
    assert lines[3] == "Other values are set by hand, against the crisis file: war.gain=40."
    assert lines[4] == (
        "From 17 January 2030 on with no commitment: a report says that “do nothing” was broken."
    )
