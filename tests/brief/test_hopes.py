"""What a briefing says of hopes. Oracles: hand (the cases), independent code (the game solved again without them)."""

from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.records import HopesStudy
from detente.analysis.studies import keep_studies
from detente.analysis.studies.hopes import without_own_odds
from detente.brief import compose
from detente.brief.book import Book
from detente.brief.questions._hopes import hopes_case, read_hopes
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.runs import run_ensemble

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"


def brief_of(crisis, folder):
    results = run_ensemble(crisis, folder=folder, policies=["free", "arm"], n_draws=48)
    keep_studies(crisis, results)
    return compose(crisis, results), results


def test_common_odds_are_those_of_the_game_without_hopes(tmp_path):
    crisis = load_crisis(TEMPLATE)
    brief, results = brief_of(crisis, tmp_path)
    study = results.study("hopes", HopesStudy)
    plain = without_own_odds(crisis)
    assert plain.hopes == {}
    solution = Engine(plain).solve("free", draws=48)
    np.testing.assert_allclose(study.attack, solution["attack"].values, atol=1e-9)
    figures = brief.figures
    common = float(solution["attack"].mean)
    hoped = figures["outlook.attack"].value
    assert figures["outlook.hopes.common"].value == pytest.approx(common, abs=1e-9)
    assert figures["outlook.hopes.share"].value == pytest.approx(1 - common / hoped, abs=1e-9)
    assert hoped > common


def test_who_has_no_hopes_is_told_nothing(tmp_path):
    brief, _ = brief_of(without_own_odds(load_crisis(TEMPLATE)), tmp_path)
    assert not [name for name in brief.figures if "hopes" in name]


def test_hopes_of_nothing_move_nothing(tmp_path):
    crisis = load_crisis(TEMPLATE, overrides={"optimism": "0"})
    brief, _ = brief_of(crisis, tmp_path)
    case, common = read_hopes(brief.context, Book(brief.context, "outlook"))
    assert case == "nothing"
    assert common.text == brief.shared.attack.text
    assert "outlook.hopes.share" not in brief.figures


@pytest.mark.parametrize(
    ("hoped", "common", "case"),
    [(0.3, 0.2, "raise"), (0.2, 0.3, "lower"), (0.2, 0.2049, "nothing"), (0.0, 0.0, "nothing")],
)
def test_a_difference_below_half_a_point_is_none(hoped, common, case):
    assert hopes_case(hoped, common) == case
