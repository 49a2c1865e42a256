"""Why a policy works, in the briefing. Oracles: hand (the cases), independent code (the command on the same draws)."""

from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.records import OptionReasons, ReasonsStudy
from detente.analysis.studies import keep_studies
from detente.analysis.why import (
    compare_worth,
    explain_choice,
    find_turning_point,
    noise_of_attack,
)
from detente.brief import compose
from detente.brief.questions._reasons import turns
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.runs import run_ensemble

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
DRAWS = 48


def brief_of(folder, policies):
    crisis = load_crisis(TEMPLATE)
    results = run_ensemble(crisis, folder=folder, policies=policies, n_draws=DRAWS)
    keep_studies(crisis, results)
    return compose(crisis, results), results


def reasons(brief):
    (answer,) = [item for item in brief.answers if item.id == "outlook"]
    return [table for table in answer.tables if table.id == "reasons"]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return brief_of(tmp_path_factory.mktemp("both"), ["free", "offer"])


@pytest.fixture(scope="module")
def solved():
    engine = Engine(load_crisis(TEMPLATE))
    draws = engine.draw(DRAWS)
    return engine.solve("free", draws=draws), engine.solve("offer", draws=draws)


def test_what_is_told_is_what_the_two_games_differ_in(both, solved):
    """Oracle: independent code; the run drew the same cases, and both games are solved here again."""
    brief, results = both
    study = results.study("reasons", ReasonsStudy)
    before, after = solved
    assert study.policy == "offer"
    assert after["attack"].mean < before["attack"].mean
    place = find_turning_point(after)
    assert (study.round, study.phase, study.player) == (
        place[0].round,
        place[0].phase,
        place[0].player,
    )
    for decision, told in zip(place, study.types, strict=True):
        changes = compare_worth(explain_choice(before, decision), explain_choice(after, decision))
        assert told.type == decision.type
        for option, change in zip(told.options, changes, strict=True):
            assert option.prob == pytest.approx(change.prob, abs=1e-9)
            assert option.payoff == pytest.approx(change.payoff, abs=1e-7)
            assert sum(option.parts.values()) == pytest.approx(option.payoff, abs=1e-9)
        for option in turns(told.options):
            figure = brief.figures[f"outlook.reason.{told.type}.{option.instrument}"]
            assert figure.value == pytest.approx(option.prob, abs=1e-12)
    (table,) = reasons(brief)
    told = sum(len(turns(item.options)) for item in study.types)
    assert len([row for row in table.rows if row[4] != "the policy opens it"]) == told
    assert table.title.startswith("Why “")


def test_noise_is_that_of_the_first_policy(both, solved):
    """Oracle: independent code."""
    brief, _ = both
    figures = brief.figures
    assert figures["outlook.noise"].value == pytest.approx(noise_of_attack(solved[0]), abs=1e-7)
    ends = [figures[f"outlook.noise.{end}"].value for end in ("strict", "loose")]
    assert all(0.0 <= end <= 1.0 for end in ends)


def test_a_policy_that_does_not_help_has_no_reason(tmp_path):
    """Oracle: hand; of two runs of one policy none is lower."""
    brief, results = brief_of(tmp_path, ["free"])
    assert results.study("reasons", ReasonsStudy).policy == ""
    assert reasons(brief) == []
    assert "outlook.noise" in brief.figures


def option(name, prob):
    return OptionReasons(instrument=name, prob=prob, payoff=0.0, parts={})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"a": 0.1, "b": -0.1}, ["a", "b"]),
        ({"a": 0.1, "b": 0.2, "c": -0.05, "d": -0.25}, ["b", "d"]),
        ({"a": 0.004, "b": -0.004}, []),
        ({"a": -0.2}, ["a"]),
        ({}, []),
    ],
)
def test_the_option_that_gains_most_and_the_one_that_loses_most_are_told(changes, told):
    found = turns(tuple(option(name, prob) for name, prob in changes.items()))
    assert [item.instrument for item in found] == told


def test_shares_of_noise_lie_between_none_and_all(both):
    _, results = both
    study = results.study("reasons", ReasonsStudy)
    assert np.all(study.noise >= 0.0)
    assert np.all(study.noise <= study.attack + 1e-9)
