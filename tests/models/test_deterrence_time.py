"""Forces in time, the nuclear shadow, and what a deterrence margin is made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from detente.models import find_model
from detente.models.deterrence import (
    critical_risk,
    option_value,
    threshold_escalation_prob,
)

OPTION = find_model("deterrence.option")
ARRIVAL = find_model("deterrence.arrival")
BRINK = find_model("deterrence.brinkmanship")
days = st.floats(-10.0, 120.0)
spans = st.floats(0.0, 40.0).map(lambda value: round(value, 4))
stakes = st.floats(0.0, 100.0)
probs = st.floats(0.0, 1.0).map(lambda value: round(value, 6))


# --- arrivals


def in_place(day, **given):
    return ARRIVAL(day=day, **given)["share_in_place"]


def test_a_battalion_on_five_days_notice_by_hand():
    """Oracle: hand. Order on day 3, notice 5, way 2, assembly over 10: half of it on day 15, all on day 20."""
    given = {"decision_day": 3, "notice_days": 5, "transit_days": 2, "assembly_days": 10}
    got = in_place([9.9, 10.0, 15.0, 20.0, 90.0], **given)
    np.testing.assert_allclose(got, [[0.0, 0.0, 0.5, 1.0, 1.0]])
    answer = ARRIVAL(day=15, **given)
    assert answer["share_in_place"].item() == 0.5
    assert (answer["first_day"].item(), answer["ready_day"].item()) == (10.0, 20.0)


@pytest.mark.parametrize(("day", "share"), [(6.999, 0.0), (7.0, 1.0), (8.0, 1.0)])
def test_without_assembly_all_arrive_at_once(day, share):
    """Oracle: hand."""
    assert in_place(day, notice_days=5, transit_days=2) == share


@given(days, st.floats(0.0, 30.0), spans, spans, spans, st.floats(0.0, 20.0))
def test_time_helps_and_delay_hurts(day, order, notice, way, assembly, more):
    """Oracle: theorem, monotone in every argument."""
    base = {
        "decision_day": order,
        "notice_days": notice,
        "transit_days": way,
        "assembly_days": assembly,
    }
    here = in_place(day, **base)
    assert 0.0 <= here <= 1.0
    assert in_place(day + more, **base) >= here - 1e-9
    for name, value in base.items():
        assert in_place(day, **{**base, name: value + more}) <= here + 1e-9


# --- what a margin is made of


@given(probs, stakes, stakes, stakes, stakes, probs, stakes, st.floats(-100.0, 100.0))
def test_parts_sum_to_the_margin(prob, gain, loss, cost, punished, risk, clash, hold):
    """Oracle: theorem: an identity, against the value of the option as first written down."""
    shared = {"gain": gain, "loss": loss, "escalation_prob": risk, "escalation_cost": clash}
    value = option_value(prob, **shared, cost=cost + punished)
    got = OPTION(
        success_prob=prob, **shared, cost=cost, punishment=punished, hold_value=hold, quiet_value=1
    )
    parts = {name: array.item() for name, array in got.items()}
    total = sum(parts[name] for name in ("failure", "fighting", "punishment", "shadow"))
    assert total - parts["temptation"] == pytest.approx(hold - value, abs=1e-9)
    assert parts["margin"] == pytest.approx(hold - value, abs=1e-9)
    assert parts["quiet_margin"] == pytest.approx(1 - value, abs=1e-9)
    assert parts["failure"] == pytest.approx((1 - prob) * (gain + loss), abs=1e-9)
    assert parts["temptation"] == pytest.approx(gain - hold, abs=1e-9)
    assert parts["shadow"] == pytest.approx(risk * clash, abs=1e-9)
    assert (parts["fighting"], parts["punishment"]) == (cost, punished)


@given(probs, stakes, stakes, stakes, st.floats(1.0, 300.0), st.floats(-50.0, 50.0))
def test_at_the_threshold_risk_striking_and_holding_are_worth_the_same(
    prob, gain, loss, cost, clash, hold
):
    """Oracle: theorem: the threshold solves the value for the risk."""
    risk = threshold_escalation_prob(
        prob, gain=gain, loss=loss, cost=cost, escalation_cost=clash, hold_value=hold
    )
    value = option_value(
        prob, gain=gain, loss=loss, cost=cost, escalation_prob=risk, escalation_cost=clash
    )
    if 0.0 < risk < 1.0:
        assert value == pytest.approx(hold, abs=1e-6)
    elif risk == 0.0:
        assert value <= hold + 1e-9
    else:
        assert value >= hold - 1e-9


def test_arms_work_through_denial_and_sanctions_through_punishment():
    """Oracle: theorem: what lowers the chance moves failure alone, what is imposed moves punishment alone."""
    base = {"success_prob": 0.6, "gain": 50, "loss": 10, "cost": 20, "punishment": 5}
    first, armed = OPTION(**base), OPTION(**{**base, "success_prob": 0.5})
    assert armed["failure"].item() - first["failure"].item() == pytest.approx(6.0)
    assert armed["margin"].item() - first["margin"].item() == pytest.approx(6.0)
    threatened = OPTION(**{**base, "punishment": 12})
    assert threatened["punishment"].item() - first["punishment"].item() == pytest.approx(7.0)
    for name in ("failure", "fighting", "shadow", "temptation"):
        assert threatened[name].item() == first[name].item()


def test_what_can_be_undone_keeps_part_of_waiting():
    """Oracle: hand. Half reversible, waiting worth 8: striking is worth 4 more and its margin 4 less."""
    base = {
        "success_prob": 0.6,
        "gain": 50,
        "loss": 10,
        "cost": 20,
        "hold_value": 5,
        "quiet_value": 1,
    }
    first = OPTION(**base)
    second = OPTION(**base, reversibility=0.5, waiting_value=8)
    assert second["value"].item() - first["value"].item() == pytest.approx(4.0)
    for name in ("margin", "quiet_margin"):
        assert second[name].item() - first[name].item() == pytest.approx(-4.0)
    assert second["temptation"].item() - first["temptation"].item() == pytest.approx(4.0)
    parts = sum(second[name].item() for name in ("failure", "fighting", "punishment", "shadow"))
    assert parts - second["temptation"].item() == pytest.approx(second["margin"].item())


# --- brinkmanship


def best_power(*, success_high, risk_high, **given):
    """The model by the chance and the risk with the most power, in place of what it adds to those with the least."""
    more = {
        "success_more": success_high - given["success_low"],
        "risk_more": risk_high - given["risk_low"],
    }
    return {name: array.item() for name, array in BRINK(**given, **more).items()}


@pytest.mark.parametrize(
    ("win", "leave", "disaster", "risk"),
    [(30, 0, -120, 0.2), (10, 20, -100, 0.0), (10, -200, -100, 1.0), (5, 5, 5, 0.0)],
)
def test_critical_risk_by_hand(win, leave, disaster, risk):
    """Oracle: hand."""
    assert critical_risk(win=win, quit_value=leave, disaster=disaster) == pytest.approx(risk)


@given(probs, probs, probs, probs, stakes, stakes, stakes, st.floats(0.0, 300.0), probs)
def test_no_power_is_better_than_the_best(a, b, r, s, gain, loss, cost, clash, cap):
    """Oracle: independent code: the value written out and searched."""
    low, high = min(a, b), max(a, b)
    calm, wild = min(r, s), max(r, s)
    best = best_power(
        success_low=low,
        success_high=high,
        risk_low=calm,
        risk_high=wild,
        gain=gain,
        loss=loss,
        cost=cost,
        escalation_cost=clash,
        risk_cap=cap,
    )

    def value(k):
        p, q = low + k * (high - low), calm + k * (wild - calm)
        return (1 - q) * (p * gain - (1 - p) * loss - cost) - q * clash

    assert best["value"] == pytest.approx(value(best["power"]), abs=1e-9)
    most = 1.0 if wild <= cap else 0.0 if wild == calm else max(0.0, (cap - calm) / (wild - calm))
    searched = minimize_scalar(
        lambda k: -value(k), bounds=(0.0, max(most, 1e-12)), method="bounded"
    )
    assert best["value"] >= max(-searched.fun, value(0.0)) - 1e-6
    assert best["power"] <= most + 1e-9


@given(st.floats(0.01, 0.5), st.floats(0.0, 0.4))
def test_a_sharper_trade_off_brings_less_power_to_bear(risk, more):
    """Oracle: theorem (powell2015): a less stable balance makes conflict at high levels of violence less likely."""
    shared = {
        "success_low": 0.3,
        "success_high": 0.8,
        "risk_low": 0.0,
        "gain": 60.0,
        "loss": 10.0,
        "cost": 5.0,
        "escalation_cost": 100.0,
    }
    mild = best_power(**shared, risk_high=risk)
    sharp = best_power(**shared, risk_high=risk + more)
    assert sharp["power"] <= mild["power"] + 1e-12
    assert sharp["value"] <= mild["value"] + 1e-12


@given(probs, probs)
def test_a_more_resolute_defender_caps_the_power(first, second):
    """Oracle: theorem (powell2015): the likelier resolve favours the defender, the less power is brought to bear."""
    shared = {
        "success_low": 0.3,
        "success_high": 0.8,
        "risk_low": 0.0,
        "risk_high": 0.3,
        "gain": 60.0,
        "loss": 10.0,
        "cost": 5.0,
        "escalation_cost": 20.0,
    }
    low, high = sorted((first, second))
    less, more = (best_power(**shared, risk_cap=cap)["power"] for cap in (low, high))
    assert less <= more


def test_without_a_shadow_all_power_is_used():
    """Oracle: theorem."""
    got = BRINK(
        success_low=0.2,
        success_more=0.5,
        risk_low=0.0,
        risk_more=0.0,
        gain=50,
        loss=10,
        cost=5,
        escalation_cost=100,
    )
    assert got["power"].item() == 1.0
    assert got["success_prob"].item() == pytest.approx(0.7)
    assert got["resolve"].item() == pytest.approx(45 / 145)
