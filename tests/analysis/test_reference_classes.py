"""Reference classes: what was known of a crisis when it began, and forecasts that use nothing else."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.analysis.forecasts import score_forecasters
from detente.analysis.penalised_logit import choose_penalty, fit_ridge_logit, predict_logit
from detente.analysis.reference_classes import forecast_past_crises, tabulate_onsets
from detente.crisis.past_crises import CrisisActor, PastCrisis, read_crisis_actors, read_past_crises
from detente.errors import SolverError, UsageError
from detente.testing.profiles import examples

HISTORY = Path(__file__).parents[3] / "shared" / "data" / "history"
X = np.array([[0, 1.0], [1, 0.5], [1, -1], [0, 0], [1, 2], [0, -2], [1, 1], [0, 0.3]], dtype=float)
Y = np.array([0, 1, 0, 0, 1, 0, 1, 1]) > 0


def crisis(number, year, violence, **more):
    given = {
        "name": f"C{number}",
        "trigger": 9,
        "triggered_by": 365,
        "gravity": None,
        "within_war": False,
        "began": (year, 6, 1),
        "ended": (year, 9, 1),
        "region": 34,
        "conflict": None,
    }
    return PastCrisis(number=number, year=year, violence=violence, **(given | more))


def actor(number, code, began, **more):
    given = {"power": 2, "place": 1, "nuclear": 1, "regime": 2}
    return CrisisActor(crisis=number, actor=code, began=began, **(given | more))


def made_up(n=160, seed=5):
    """Crises from 1920 to 1999, of which those with a violent trigger go further."""
    rng = np.random.default_rng(seed)
    crises, actors = [], []
    for number in range(n):
        year = 1920 + number // 2
        trigger = int(rng.choice([2, 7, 9]))
        violent = rng.random() < (0.7 if trigger == 9 else 0.2)
        region = int(rng.choice([9, 12, 34]))
        crises.append(
            crisis(
                number,
                year,
                4 if violent else 1,
                trigger=trigger,
                region=region,
                triggered_by=int(rng.choice([2, 365, 996, 750])),
                conflict=int(rng.choice([1, 2])) if rng.random() < 0.5 else None,
            )
        )
        actors.extend(
            actor(number, int(code), (year, 6, 1), power=int(rng.integers(1, 5)))
            for code in rng.choice([100, 200, 300, 400], size=2, replace=False)
        )
    return crises, actors


# --- the logit -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("penalty", "beta"),
    [(0.3, [-0.85976309, 1.03643772, 1.26011346]), (2.0, [-0.31637653, 0.31946571, 0.63269402])],
)
def test_the_ridge_logit(penalty, beta):
    """Oracle: independent code, LogisticRegression of scikit-learn 1.9.1 with C = 1 / penalty."""
    assert fit_ridge_logit(X, Y, penalty) == pytest.approx(beta, abs=1e-6)


@given(st.integers(0, 1000), st.sampled_from([0.1, 1.0, 30.0]))
@examples(30)
def test_at_the_fit_the_slope_is_zero(seed, penalty):
    """Oracle: theorem, the first-order condition; and the mean forecast is the rate, since the intercept is free."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 7))
    y = rng.random(60) < 1 / (1 + np.exp(1 - x[:, 0]))
    beta = fit_ridge_logit(x, y, penalty)
    prob = predict_logit(x, beta)
    assert x.T @ (prob - y) + penalty * beta[1:] == pytest.approx(np.zeros(7), abs=1e-6)
    assert prob.mean() == pytest.approx(y.mean(), abs=1e-8)


def test_separated_cases_have_a_finite_fit():
    """Oracle: hand, the penalty bounds what likelihood does not."""
    x = np.arange(10.0)[:, None]
    beta = fit_ridge_logit(x, x[:, 0] > 4.5, 0.1)
    assert np.isfinite(beta).all()
    assert (predict_logit(x, beta) > 0.5).tolist() == (x[:, 0] > 4.5).tolist()


def test_all_or_none_is_refused():
    """Oracle: hand."""
    for happened in (np.ones(4, bool), np.zeros(4, bool)):
        with pytest.raises(SolverError, match="some and not all") as caught:
            fit_ridge_logit(np.zeros((4, 1)), happened, 1.0)
        assert caught.value.code == "input-invalid"


def test_noise_gets_a_strict_penalty_and_a_strong_signal_a_loose_one():
    """Oracle: theorem, cross-validation shrinks what does not predict."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 20))
    grid = (0.1, 1.0, 10.0, 100.0)
    assert choose_penalty(x, rng.random(300) < 0.5, grid) == 100.0
    signal = rng.random(300) < 1 / (1 + np.exp(-x @ np.linspace(-2, 2, 20)))
    assert choose_penalty(x, signal, grid) <= 1.0


# --- what was known --------------------------------------------------------------------------------------------------


def test_the_row_of_a_crisis_by_hand():
    """Oracle: hand. Of three ended crises two went as far; one of them was of the conflict and of the pair."""
    crises = [
        crisis(1, 1950, 4, conflict=3, within_war=True),
        crisis(2, 1951, 1, triggered_by=2),
        crisis(3, 1952, 3, triggered_by=700),
        crisis(4, 1953, 4, conflict=3, ended=(1955, 1, 1)),  # had not ended
        crisis(5, 1954, 1, trigger=7, conflict=3, region=9),
    ]
    day = (1954, 6, 1)
    actors = [
        actor(1, 290, (1950, 6, 1)),
        actor(5, 290, day, power=1, regime=1, nuclear=3, place=4),
        actor(5, 310, day, power=3, regime=4, place=2),
        actor(5, 2, (1954, 7, 1), power=4),  # joined later
    ]
    onsets = tabulate_onsets(crises, actors, violence=3)
    assert [item.number for item in onsets.crises] == [2, 3, 4, 5]
    row = dict(zip(onsets.names, onsets.columns[-1], strict=True))
    held = {name: value for name, value in row.items() if value}
    excess = (1 - 2 / 3) / 3
    assert held == {
        "year": 1954.0,
        "trigger=7": 1.0,
        "region=9": 1.0,
        "continent=1": 1.0,
        "by=major power": 1.0,
        "past crises of the conflict": pytest.approx(math.log(2)),
        "past excess of the conflict": pytest.approx(excess),
        "past crises of who set it off": pytest.approx(math.log(2)),
        "past excess of who set it off": pytest.approx(excess),
        "past crises of the pair": pytest.approx(math.log(2)),
        "past excess of the pair": pytest.approx(excess),
        "number of first actors": pytest.approx(math.log(2)),
        "nuclear=any": 1.0,
        "share of democracies": 0.5,
        "share of military regimes": 0.5,
        "power=3": 1.0,
        "place=2": 1.0,
    }


def test_only_numbers_are_scaled():
    """Oracle: hand."""
    onsets = tabulate_onsets(*made_up(), violence=3)
    for name, scaled, column in zip(onsets.names, onsets.scaled, onsets.columns.T, strict=True):
        assert scaled == ("=" not in name)
        assert scaled or set(np.unique(column)) <= {0.0, 1.0}


# --- forecasts -------------------------------------------------------------------------------------------------------


def probs_of(found):
    return {
        (who, name): float(row[0])
        for who, name, row in zip(
            found.table.forecasters, found.table.ids, found.table.numbers, strict=True
        )
    }


@pytest.fixture(scope="module")
def forecast():
    return forecast_past_crises(tabulate_onsets(*made_up(), violence=3), violence=3, since=1990)


def test_progress_goes_to_the_end(forecast):
    """Oracle: hand: every year once."""
    told = []
    forecast_past_crises(
        tabulate_onsets(*made_up(), violence=3),
        violence=3,
        since=1996,
        progress=lambda done, total: told.append((done, total)),
    )
    years = {item.year for item in forecast.crises if item.year >= 1996}
    assert told == [(done, len(years)) for done in range(1, len(years) + 1)]


def test_what_came_later_changes_no_forecast(forecast):
    """Oracle: theorem. Turning every outcome from 1995 on leaves the forecasts of crises before 1996 as they were."""
    crises, actors = made_up()
    turned = [
        replace(item, violence=5 - item.violence) if item.year >= 1995 else item for item in crises
    ]
    other = forecast_past_crises(
        tabulate_onsets(turned, actors, violence=3), violence=3, since=1990
    )
    years = {str(item.number): item.year for item in crises}
    before, after = probs_of(forecast), probs_of(other)
    for key, prob in before.items():
        if years[key[1]] <= 1995:
            assert after[key] == pytest.approx(prob, abs=1e-12)
    assert any(after[key] != before[key] for key in before if years[key[1]] > 1996)


def test_a_crisis_that_had_not_ended_teaches_nothing():
    """Oracle: theorem."""
    crises, actors = made_up()
    open_ended = [
        replace(item, ended=(1999, 12, 31)) if item.number in {136, 137, 138, 139} else item
        for item in crises
    ]
    one, two = (
        forecast_past_crises(
            tabulate_onsets(
                [
                    replace(item, violence=level) if item.number in {136, 137, 138, 139} else item
                    for item in open_ended
                ],
                actors,
                violence=3,
            ),
            violence=3,
            since=1994,
        )
        for level in (1, 4)
    )
    assert probs_of(one) == pytest.approx(probs_of(two), abs=1e-12)


def test_climatology_and_class_means_by_hand(forecast):
    """Oracle: hand, counted again from the crises that had ended before 1990."""
    crises, _ = made_up()
    known = [item for item in crises if item.year < 1990]
    rate = (sum(item.violence >= 3 for item in known) + 0.5) / (len(known) + 1)
    asked = next(item for item in crises if item.year == 1990)
    alike = [item.violence >= 3 for item in known if item.trigger == asked.trigger]
    found = probs_of(forecast)
    assert found["climatology", str(asked.number)] == pytest.approx(rate)
    mean = (sum(alike) + 2 * rate) / (len(alike) + 2)
    assert found["class means", str(asked.number)] == pytest.approx(mean)


def test_a_made_up_signal_is_found(forecast):
    """Oracle: theorem, in cases whose outcome depends on the trigger, forecasts that see it do better."""
    cards = {card.forecaster: card for card in score_forecasters(forecast.table, bins=10)}
    assert cards["class means"].means["log"] < cards["climatology"].means["log"]
    assert cards["logit"].means["log"] < cards["climatology"].means["log"]
    assert cards["logit"].auc > 0.6


def test_what_cannot_be_forecast_is_refused():
    """Oracle: hand."""
    crises, actors = made_up()
    with pytest.raises(UsageError, match="too few"):
        forecast_past_crises(tabulate_onsets(crises, actors, violence=3), violence=3, since=1920)
    with pytest.raises(UsageError, match="began in or after 2050"):
        forecast_past_crises(tabulate_onsets(crises, actors, violence=3), violence=3, since=2050)
    with pytest.raises(UsageError, match="has an end"):
        tabulate_onsets([replace(item, ended=None) for item in crises], actors, violence=3)
    with pytest.raises(UsageError, match="outside a war"):
        tabulate_onsets([replace(item, within_war=True) for item in crises], actors, violence=3)


@pytest.mark.research
@pytest.mark.skipif(not HISTORY.is_dir(), reason="the research copies of ../shared are not here")
def test_the_crises_that_are_forecast_are_those_of_the_known_figures():
    """Oracle: published data (ICB v15): 284 crises outside wars from 1960 on, 102 with serious clashes, 21 wars."""
    crises = read_past_crises(HISTORY / "icb1v15.csv")
    actors = read_crisis_actors(HISTORY / "icb2v15.csv")
    assert len(actors) == 1100
    for violence, hits in ((3, 102), (4, 21)):
        onsets = tabulate_onsets(crises, actors, violence=violence)
        late = np.array([item.year >= 1960 for item in onsets.crises])
        assert (int(late.sum()), int(onsets.hits[late].sum())) == (284, hits)
