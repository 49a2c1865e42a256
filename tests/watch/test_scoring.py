"""Scores by hand, and tables of forecasts that cannot be read."""

import math

import pytest

from detente.crisis import load_crisis
from detente.errors import UsageError
from detente.testing import tiny_crisis_folder
from detente.watch.scoring import read_forecasts, reference_forecasts, score_days

RECORDS = [
    {
        "day": "2030-01-15",
        "attack": [0.2, 0, 1, 0.2],
        "outcomes": {"war": [0.2], "standoff": [0.5]},
    },
    {
        "day": "2030-01-16",
        "attack": [0.4, 0, 1, 0.4],
        "outcomes": {"war": [0.4], "standoff": [0.3]},
    },
]


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


def write(folder, text):
    path = folder / "forecasts.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_scores_of_a_war(crisis):  # oracle: hand
    first, second = score_days(RECORDS, crisis, "war")
    assert (first.brier, first.log) == pytest.approx((0.64, -math.log(0.2)))
    assert (second.brier, second.log) == pytest.approx((0.36, -math.log(0.4)))


def test_scores_of_peace(crisis):  # oracle: hand
    first, _ = score_days(RECORDS, crisis, "standoff")
    assert (first.brier, first.log) == pytest.approx((0.04, -math.log(0.8)))


def test_others_stand_beside_on_the_days_that_were_watched(crisis, tmp_path):
    text = "date,forecaster,prob,event\n2030-01-16,crowd,0.9,\n2030-01-16,crowd,0.1,standoff\n2031-01-01,crowd,1,\n"
    found = score_days(RECORDS, crisis, "war", read_forecasts(write(tmp_path, text), crisis))
    assert [(item.event, item.forecaster, item.happened) for item in found] == [
        ("attack", "detente", True),
        ("attack", "detente", True),
        ("attack", "crowd", True),
        ("standoff", "detente", False),
        ("standoff", "detente", False),
        ("standoff", "crowd", False),
    ]
    assert found[2].brier == pytest.approx(0.01)


def test_a_certain_error_has_an_infinite_logarithmic_score(crisis, tmp_path):
    """Oracle: hand, minus the logarithm of nothing."""
    text = "date,forecaster,prob\n2030-01-16,crowd,0\n"
    found = score_days(RECORDS, crisis, "war", read_forecasts(write(tmp_path, text), crisis))
    assert (found[-1].brier, found[-1].log) == (1.0, math.inf)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "table-column-missing"),
        ("date,prob\n", "table-column-missing"),
        ("date,forecaster,prob\nsoon,crowd,0.5\n", "table-row-invalid"),
        ("date,forecaster,prob\n2030-01-16,crowd,1.5\n", "table-row-invalid"),
        ("date,forecaster,prob\n2030-01-16,crowd,\n", "table-row-invalid"),
        ("date,forecaster,prob,event\n2030-01-16,crowd,0.5,rain\n", "table-row-invalid"),
    ],
)
def test_a_broken_table_is_refused(crisis, tmp_path, text, code):
    with pytest.raises(UsageError) as caught:
        read_forecasts(write(tmp_path, text), crisis)
    assert caught.value.code == code


def test_an_unknown_outcome_is_refused(crisis):
    with pytest.raises(UsageError, match="rain"):
        score_days(RECORDS, crisis, "rain")


def test_who_knows_nothing_is_scored_beside():
    """Oracle: hand; half of one squared, and the rates that the table of the crisis gives."""
    crisis = load_crisis("cuba-1962")
    days = [{"day": "1962-10-23", "attack": [0.3], "outcomes": {}}]
    given = reference_forecasts(days, crisis)
    assert [(item.event, item.forecaster, item.prob) for item in given] == [
        ("attack", "an even chance", 0.5),
        ("attack", "base rate B3, ICB crises 1945 to before October 1962", 0.21),
        ("attack", "base rate B4, ICB crises 1945 to before October 1962", 0.19),
    ]
    found = {item.forecaster: item for item in score_days(days, crisis, "bargain", given)}
    assert found["an even chance"].brier == 0.25
    assert found["an even chance"].log == pytest.approx(math.log(2))
    assert found["base rate B3, ICB crises 1945 to before October 1962"].brier == pytest.approx(
        0.0441
    )


def test_a_crisis_without_base_rates_has_an_even_chance_alone(crisis):
    """Oracle: hand."""
    given = reference_forecasts(RECORDS, crisis)
    assert {(item.event, item.forecaster, item.prob) for item in given} == {
        ("attack", "an even chance", 0.5)
    }
