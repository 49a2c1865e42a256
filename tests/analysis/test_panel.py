"""The panel of past crises: which template a case has, what of it is set there, the pool and its weight, the answer."""

import math
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.analysis.forecasts import PairedDifference
from detente.analysis.panel import (
    FOLDS,
    MODEL,
    POOL,
    PRIOR,
    WEIGHTS,
    PanelCase,
    choose_weight,
    pool,
    run_panel,
    weigh_panel,
)
from detente.crisis import load_crisis
from detente.crisis.past_crises import CrisisActor, PastCrisis
from detente.errors import UsageError
from detente.testing.profiles import examples

HISTORY = Path(__file__).parents[3] / "shared" / "data" / "history"
PROBS = st.floats(0.01, 0.99)


def crisis(number, year, **more):
    given = {
        "name": f"C{number}",
        "trigger": 7,
        "triggered_by": 640,
        "gravity": None,
        "violence": 1,
        "within_war": False,
        "began": (year, 6, 1),
        "ended": (year, 9, 1),
        "region": 34,
    }
    return PastCrisis(number=number, year=year, **(given | more))


def actor(number, code, year, **more):
    given = {"power": 2, "place": 1, "nuclear": 1, "regime": 2}
    return CrisisActor(crisis=number, actor=code, began=(year, 6, 1), **(given | more))


def made_up(last=()):
    """Crises from 1920 to 1999 by two states, and those to be looked at after them."""
    rng = np.random.default_rng(4)
    crises, actors = [], []
    for number in range(160):
        year = 1920 + number // 2
        violence = 4 if rng.random() < 0.4 else 1
        code = int(rng.choice([700, 710]))
        crises.append(
            crisis(
                number,
                year,
                violence=violence,
                trigger=int(rng.choice([6, 7, 9])),
                triggered_by=int(rng.choice([365, 640])),
            )
        )
        actors.append(actor(number, code, year, power=int(rng.integers(1, 5))))
    return crises + [item for item, _ in last], actors + [row for _, rows in last for row in rows]


# --- cases -----------------------------------------------------------------------------------------------------------

LAST = [
    (crisis(501, 2000), [actor(501, 2, 2000, power=4, nuclear=4)]),
    (crisis(502, 2000, triggered_by=365), [actor(502, 2, 2000, power=4)]),
    (crisis(503, 2000, triggered_by=365), [actor(503, 290, 2000)]),
    (crisis(504, 2000, trigger=9), [actor(504, 290, 2000)]),
    (crisis(505, 2000, trigger=6), [actor(505, 290, 2000)]),
    (crisis(506, 2000, triggered_by=996), [actor(506, 290, 2000)]),
    (crisis(507, 2000), [actor(507, 640, 2000)]),
]


@pytest.fixture(scope="module")
def told():
    """What was told of the progress of ``panel``."""
    return []


@pytest.fixture(scope="module")
def panel(told):
    def progress(done, total):
        told.append((done, total))

    return run_panel(*made_up(LAST), since=1970, draws=4, seed=1, progress=progress)


def test_progress_goes_to_the_end(panel, told):
    """Oracle: hand: every crisis once, the last when all are done."""
    total = len(panel.cases) + panel.left_out
    assert told == [(done, total) for done in range(total + 1)]


def test_the_template_of_a_case(panel):
    """Oracle: hand, by note 0101: a great power as target of a state, of a major power; a small target; force; and none."""
    found = {case.crisis.number: case.template for case in panel.cases}
    assert [found.get(number) for number in range(501, 508)] == [
        "coercion",
        "blockade",
        "coercion",
        "occupation",
        None,
        None,
        None,
    ]
    none = sum(item.year >= 1970 and item.trigger == 6 for item in made_up(LAST)[0])
    assert panel.left_out == none + 2


def test_what_is_set_by_hand():
    """Oracle: hand. One of two ended crises of the state went as far; it met the target before; two steps of power."""
    crises, actors = made_up()
    crises += [
        crisis(601, 1950, triggered_by=750, violence=3),
        crisis(602, 1951, triggered_by=750),
        crisis(603, 2000, triggered_by=750),
    ]
    actors += [
        actor(601, 290, 1950),
        actor(602, 750, 1951, power=1, regime=1),
        actor(603, 290, 2000, power=3, nuclear=3),
    ]
    found = run_panel(crises, actors, since=1970, draws=4, seed=1)
    (case,) = [item for item in found.cases if item.crisis.number == 603]
    assert case.values["prior.revisionist"] == pytest.approx((1 + 2 * case.prior) / 4)
    template = load_crisis(str(resources.files("detente.crisis") / "templates/coercion"))

    def quantile(path, u):  # of a triangular distribution, from its density
        low, mode, high = template.quantities[path].distribution.parameters
        if u < (mode - low) / (high - low):
            return low + math.sqrt(u * (high - low) * (mode - low))
        return high - math.sqrt((1 - u) * (high - low) * (high - mode))

    force = quantile("force.north", 0.5)
    expected = {
        "prior.revisionist": case.values["prior.revisionist"],
        "force.north": (force / 50.0, force / 8.6),
        "war.cost.north": (quantile("war.cost.north", 0.5), quantile("war.cost.north", 0.95)),
        "audience.cost": (quantile("audience.cost", 0.5), quantile("audience.cost", 0.95)),
        "war.gain": (quantile("war.gain", 0.5), quantile("war.gain", 0.95)),
    }
    assert set(case.values) == set(expected)
    for path, value in expected.items():
        assert case.values[path] == pytest.approx(value), path


def test_what_is_not_known_leaves_the_range(panel):
    """Oracle: hand. Nothing is known of state 640 but what it set off; states without arms, a first meeting."""
    (case,) = [item for item in panel.cases if item.crisis.number == 504]
    assert set(case.values) == {"prior.stander", "port.worth", "port.principle"}
    worth = load_crisis(str(resources.files("detente.crisis") / "templates/occupation")).quantities[
        "port.worth"
    ]
    low, mode, high = worth.distribution.parameters
    middle = high - math.sqrt(0.5 * (high - low) * (high - mode))
    assert case.values["port.worth"][1] == pytest.approx(middle)


def test_what_came_later_changes_no_forecast_of_the_model(panel):
    """Oracle: theorem. Turning what happened from 1990 on leaves priors and games of earlier crises as they were."""
    crises, actors = made_up(LAST)
    turned = [
        replace(item, violence=5 - item.violence) if item.year >= 1990 else item for item in crises
    ]
    other = {
        case.crisis.number: case
        for case in run_panel(turned, actors, since=1970, draws=4, seed=1).cases
    }
    for case in panel.cases:
        if case.crisis.year <= 1990:
            assert other[case.crisis.number].model == case.model
            assert other[case.crisis.number].prior == case.prior
    assert any(
        other[case.crisis.number].model != case.model
        for case in panel.cases
        if case.crisis.year > 1991
    )


# --- the pool --------------------------------------------------------------------------------------------------------


@given(PROBS, PROBS, st.floats(0, 1), st.floats(0.1, 10))
@examples(100)
def test_the_pool_is_externally_bayesian(one, two, weight, ratio):
    """Oracle: theorem (Genest and Zidek): updating both by one likelihood and pooling is pooling and updating."""

    def update(prob):
        odds = prob / (1 - prob) * ratio
        return odds / (1 + odds)

    first = pool(np.array([update(one)]), np.array([update(two)]), weight)
    second = update(pool(np.array([one]), np.array([two]), weight))
    assert first == pytest.approx(second, rel=1e-9)


@given(PROBS, PROBS)
@examples(30)
def test_the_ends_of_the_pool(one, two):
    """Oracle: theorem. Without a weight, or of two that agree, the prior comes back bit for bit: rounding is no difference."""
    prior, model = np.array([one]), np.array([two])
    assert pool(prior, model, 0.0).tolist() == prior.tolist()
    assert pool(prior, model, 1.0) == pytest.approx(model)
    assert pool(prior, prior, 0.7).tolist() == prior.tolist()


def test_the_weight_goes_to_who_knows():
    """Oracle: theorem, the log score is proper; with forecasts that agree the smallest weight is taken."""
    rng = np.random.default_rng(8)
    truth = rng.uniform(0.05, 0.95, 4000)
    noise = rng.uniform(0.05, 0.95, 4000)
    happened = rng.random(4000) < truth
    assert choose_weight(noise, truth, happened) >= 0.95
    assert choose_weight(truth, noise, happened) <= 0.05
    assert choose_weight(truth, truth, happened) == 0.0
    assert len(WEIGHTS) == 21


def cases_of(prior, model, happened):
    return [
        PanelCase(
            crisis=crisis(number, 1970),
            template="coercion",
            values={},
            happened=bool(came),
            prior=float(one),
            logit=float(one),
            model=float(two),
            unconverged=0,
        )
        for number, (one, two, came) in enumerate(zip(prior, model, happened, strict=True))
    ]


def test_a_model_that_knows_adds_and_one_that_does_not_is_not_shown_to():
    """Oracle: theorem, on made-up truths."""
    rng = np.random.default_rng(5)
    truth = rng.uniform(0.05, 0.95, 400)
    happened = rng.random(400) < truth
    flat = np.full(400, happened.mean())
    assert weigh_panel(cases_of(flat, truth, happened), left_out=0, draws=1).verdict == "adds"
    noise = rng.uniform(0.3, 0.7, 400)
    found = weigh_panel(cases_of(truth, noise, happened), left_out=0, draws=1)
    assert found.verdict == "not shown"
    assert len(found.weights) == FOLDS


def test_a_fold_is_pooled_with_the_weight_of_the_others():
    """Oracle: theorem. Turning what happened in one fold leaves its pooled forecasts as they were."""
    rng = np.random.default_rng(6)
    truth = rng.uniform(0.05, 0.95, 200)
    prior, happened = rng.uniform(0.2, 0.8, 200), rng.random(200) < truth
    turned = happened ^ (np.arange(200) % FOLDS == 3)
    one, two = (
        weigh_panel(cases_of(prior, truth, came), left_out=0, draws=1)
        for came in (happened, turned)
    )
    assert one.weights[3] == two.weights[3]
    for name in dict.fromkeys(one.table.forecasters):
        rows = [row for row in one.table.places(name) if int(one.table.ids[row]) % FOLDS == 3]
        assert one.table.numbers[rows] == pytest.approx(two.table.numbers[rows], abs=1e-12)


def test_other_pairs_do_not_count_for_the_answer(panel):
    """Oracle: hand, by note 0101: only the pool less the class prior does."""
    better = {"score": "brier", "forecasts": 9, "events": 9, "mean": -0.1, "better": 1.0}
    ends = {"low": -0.2, "high": -0.1}
    other = PairedDifference(first=PRIOR, second=MODEL, **better, **ends)
    assert replace(panel, differences=(other,)).verdict == "not shown"
    own = PairedDifference(first=POOL, second=PRIOR, **better, **ends)
    assert replace(panel, differences=(own, other)).verdict == "adds"


def test_too_few_cases_are_refused():
    """Oracle: hand."""
    few = np.full(15, 0.5)
    with pytest.raises(UsageError, match="too few for a panel") as caught:
        weigh_panel(cases_of(few, few, np.arange(15) > 7), left_out=0, draws=1)
    assert caught.value.code == "option-invalid"
