"""Signs that any model of this crisis must show, over the ensemble (oracle: theory; common random numbers)."""

import numpy as np
import pytest

POLICY = "as_announced"
MEMBERS = ["DEU", "ITA", "BGR", "FRA"]

WAR_COST = {
    "cost.invasion.rus": ("12", "45"),
    "cost.quagmire_more.rus": ("15", "55"),
    "cost.incursion.rus": ("4", "20"),
    "cost.air.rus": ("2", "13"),
}
CREDIBILITY = {
    "prior.resolute": ("0.4", "0.9"),
    "weight.honour.hollow": ("0.1", "0.5"),
    "honour.limited": ("4", "18"),
    "honour.invasion": ("12", "45"),
    "honour.pivot": ("0.4", "1"),
    "finance.unprepared": ("0.5", "1"),
}
BARGAINING_RANGE = {
    "war_cost.rus": ("0.1", "0.6"),
    "war_cost.west": ("0.1", "0.5"),
    "room.disagreement": ("0.4", "0"),
    "room.commitment": ("0.3", "0"),
}


def ends(ranges):
    low = {path: pair[0] for path, pair in ranges.items()}
    high = {path: pair[1] for path, pair in ranges.items()}
    return low, high


def falls_in_nearly_all_draws(low, high, *, metric):
    change = high.values(metric, POLICY) - low.values(metric, POLICY)
    return change.mean() < 0 and np.mean(change <= 1e-9) > 0.9


def test_a_costlier_war_lowers_attack(explore):
    low, high = (explore(settings) for settings in ends(WAR_COST))
    assert falls_in_nearly_all_draws(low, high, metric="attack")


@pytest.mark.parametrize("path", sorted(WAR_COST))
def test_each_war_cost_lowers_its_own_option(explore, path):
    option = {"invasion": "full_invasion", "quagmire_more": "full_invasion"}.get(
        path.split(".")[1], {"air": "airstrikes"}.get(path.split(".")[1], "incursion")
    )
    low, high = (explore({path: value}) for value in WAR_COST[path])
    assert falls_in_nearly_all_draws(low, high, metric=f"outcome/{option}")


def test_credible_sanctions_lower_attack(explore):
    low, high = (explore(settings) for settings in ends(CREDIBILITY))
    assert falls_in_nearly_all_draws(low, high, metric="attack")


def test_a_resolute_alliance_is_attacked_less(explore):
    low, high = (explore({"prior.resolute": value}) for value in CREDIBILITY["prior.resolute"])
    assert high.summary("attack", POLICY).mean < low.summary("attack", POLICY).mean


def test_a_heavier_package_lowers_attack(explore):
    light = explore({"finance.banks": "1", "finance.europe": "0.3"})
    heavy = explore({"finance.banks": "5", "finance.europe": "2.5"})
    assert falls_in_nearly_all_draws(light, heavy, metric="attack")


def test_a_likelier_revisionist_raises_attack(explore):
    low, high = (explore({"prior.revisionist": value}) for value in ("0.2", "0.7"))
    assert high.summary("attack", POLICY).mean > low.summary("attack", POLICY).mean + 0.05
    assert low.summary("attack", POLICY).mean > 0


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("mechanism", ["joining_invasion", "joining_limited"])
def test_more_gas_dependence_lowers_joining(explore, member, mechanism):
    path = f"exposures.{member}.challenger_share_of_gas"
    low, high = explore({path: "0.05"}), explore({path: "0.95"})
    metric = f"mechanism/{mechanism}/joining_prob@threat=vague,lng=none,gas=flowing/{member}"
    assert np.all(high.values(metric, "") < low.values(metric, ""))


def test_a_larger_bargaining_range_raises_settlement(explore):
    low, high = (explore(settings) for settings in ends(BARGAINING_RANGE))
    width = "mechanism/room/width@answer=limits,aid=delivering"
    assert np.all(high.values(width, "") >= low.values(width, ""))
    assert high.summary("settlement", POLICY).mean > low.summary("settlement", POLICY).mean + 0.05


def test_personal_measures_cost_the_channel_only_where_they_are_named(explore):
    """S5: with sanctions spelled out a settlement is less likely the more a listing narrows the talks."""
    path, named = "listing.narrowing", "severe_sanctions"
    change = {
        policy: explore({path: "0.5"}, policy=policy).values("settlement", policy)
        - explore({path: "0.05"}, policy=policy).values("settlement", policy)
        for policy in (POLICY, named)
    }
    assert change[named].mean() < -0.01
    assert np.mean(change[named] <= 1e-9) > 0.9
    np.testing.assert_array_equal(change[POLICY], 0.0)


def test_identical_types_leave_beliefs_unchanged(explore):
    same = explore(
        {
            "weight.control.limited": "0.8",
            "weight.control.revisionist": "0.8",
            "weight.deal.revisionist": "1",
            "weight.cost.revisionist": "1",
            "weight.fear.revisionist": "1",
        }
    )
    for kind in ("limited", "revisionist"):
        prior = same.values(f"prior/rus/{kind}", POLICY)
        beliefs = same.metrics(f"belief/rus/{kind}")
        assert beliefs
        for metric in beliefs:
            assert np.allclose(same.values(metric, POLICY), prior, atol=1e-9)
    attack = [
        same.values(f"attack_given/rus/{kind}", POLICY) for kind in ("limited", "revisionist")
    ]
    assert np.allclose(*attack, atol=1e-9)


def test_different_types_move_beliefs(explore):
    base = explore()
    moved = [
        np.abs(base.values(metric, POLICY) - base.values("prior/rus/revisionist", POLICY)).max()
        for metric in base.metrics("belief/rus/revisionist")
    ]
    assert max(moved) > 0.01


def test_every_draw_is_solved(explore):
    assert explore().certificate.unconverged == 0
    assert explore().certificate.max_residual < 1e-8


def test_no_outcome_class_is_certain_or_impossible(explore):
    base = explore()
    for metric in base.metrics("outcome/"):
        assert 0.005 < base.summary(metric, POLICY).mean < 0.75, metric
