"""Packages of measures: the lattice, decision rules, pivots and prices."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from detente.errors import ModelError
from detente.models import find_model
from detente.models.alliance import (
    BINS,
    RULES,
    Alliance,
    Votes,
    adoption_prob,
    consensus_prob,
    contains,
    find_joinings,
    find_pivots,
    majority_prob,
    package_members,
    package_strength,
    solve_joining,
    solve_packages,
    split_weight,
    strongest_packages,
    take_votes,
    unanimity_prob,
    veto_share,
    willing_prob,
)
from detente.testing.profiles import examples

EXACT = 1e-12
fractions = st.floats(0.0, 1.0)


def draw_alliance(rng, *, n_members=5, n_measures=3, n_draws=4, **changes):
    """A random alliance and the costs of measures to it."""
    given_ = {
        "worth": rng.uniform(0.0, 4.0, (n_members, n_draws)),
        "weight": rng.uniform(0.2, 2.0, (n_members, 1)),
        "rationality": rng.uniform(0.4, 1.5, n_draws),
    }
    return (
        Alliance(**(given_ | changes)),
        rng.uniform(0.0, 1.5, (n_measures, n_members, n_draws)),
    )


def enumerate_rule(rule, join, block, weight):
    """Sum over everything that every member can do. Oracle of the rules: independent code."""
    n, total = len(join), 0.0
    weight = np.asarray(weight) / np.sum(weight)
    for acts in itertools.product("jab", repeat=n):
        chance = 1.0
        for i, act in enumerate(acts):
            chance *= {"j": join[i], "b": block[i], "a": 1.0 - join[i] - block[i]}[act]
        yes, away = (np.array([act == kind for act in acts]) for kind in "ja")
        adopted = {
            "unanimity": yes.all(),
            "consensus": "b" not in acts
            and not (away.sum() >= n / 3 and weight[away].sum() >= 1 / 3),
            "majority": yes.sum() >= 0.55 * n
            and (weight[yes].sum() >= 0.65 - 1e-12 or (~yes).sum() < 4),
            "willing": weight[yes].sum() >= 0.5 - 1e-12,
        }[rule]
        total += chance * adopted
    return total


# --- the lattice ------------------------------------------------------------------------------------------------------


def test_packages_are_all_sets_of_measures():
    """Oracle: hand."""
    assert package_members(2).tolist() == [
        [False, False],
        [True, False],
        [False, True],
        [True, True],
    ]
    assert contains(0b111, 0b101)
    assert not contains(0b101, 0b111)
    np.testing.assert_allclose(package_strength([0.4, 0.6]), [0.0, 0.4, 0.6, 1.0])


@pytest.mark.parametrize("n_measures", [0, 9])
def test_a_lattice_of_no_size_is_refused(n_measures):
    with pytest.raises(ModelError, match="lattice of") as caught:
        package_members(n_measures)
    assert caught.value.fix


def test_a_negative_cost_is_refused():
    alliance, cost = draw_alliance(np.random.default_rng(1))
    with pytest.raises(ModelError, match="a cost is not negative"):
        solve_packages(alliance, -cost)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.5), st.floats(0.0, 1.0))
def test_a_larger_package_never_makes_a_member_more_willing(seed, social, burden):
    """Oracle: theorem (milgrom1990): costs add up, and with complements all answers fall together."""
    alliance, cost = draw_alliance(
        np.random.default_rng(seed), social=social, burden_sharing=burden * 0.5
    )
    prob = solve_packages(alliance, cost).prob
    for small, large in itertools.product(range(8), repeat=2):
        if contains(large, small):
            assert (prob[:, large] <= prob[:, small] + 1e-7).all()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_chosen_package_is_what_the_lattice_holds(seed):
    alliance, cost = draw_alliance(np.random.default_rng(seed), free_riding=0.2)
    whole = solve_packages(alliance, cost).prob
    some = solve_packages(alliance, cost, packages=[5, 2]).prob
    np.testing.assert_allclose(some, whole[:, [5, 2]], atol=1e-10)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_without_pressure_members_choose_apart(seed):
    """Oracle: theorem. No pressure, no slope: a plain logit each, and unanimity is their product."""
    rng = np.random.default_rng(seed)
    alliance, cost = draw_alliance(rng, social=0.0)
    prob = solve_packages(alliance, cost, packages=[7]).prob[:, 0]
    alone = expit(alliance.rationality * (alliance.worth - cost.sum(axis=0)))
    np.testing.assert_allclose(prob, alone, atol=EXACT)
    votes = take_votes(alliance, prob)
    np.testing.assert_allclose(
        adoption_prob("unanimity", votes), np.prod(alone, axis=0), atol=EXACT
    )
    np.testing.assert_allclose(unanimity_prob(prob), np.prod(alone, axis=0), atol=EXACT)


def test_the_strongest_package_of_each_chance():
    """Oracle: hand. The likelier of two equally strong ones; the empty package where none is likely enough."""
    chance = [1.0, 0.9, 0.6, 0.55, 0.6]
    strength = [0.0, 0.3, 0.5, 0.8, 0.5]
    found = strongest_packages(chance, strength, levels=(0.5, 0.6, 0.8, 0.95))
    assert found == {0.5: 3, 0.6: 2, 0.8: 1, 0.95: 0}
    assert strongest_packages([0.1, 0.2], [0.0, 1.0], levels=(0.5,)) == {0.5: 0}


# --- uniqueness -------------------------------------------------------------------------------------------------------


@examples(30)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 4.0), st.floats(0.1, 4.0))
def test_answers_called_proved_are_the_only_ones(seed, social, rationality):
    """Oracle: independent code, the search over the weight that joins."""
    rng = np.random.default_rng(seed)
    b, w, s = rng.normal(0, 1.5, 4), rng.uniform(0.3, 2.0, 4), rng.uniform(-1.5, 1.5, 4)
    got = solve_joining(
        b[:, None], weight=w[:, None], social=social, rationality=rationality, slope=s[:, None]
    )
    every = find_joinings(b, weight=w, social=social, rationality=rationality, slope=s)
    if got.proved[0]:
        assert every.shape[1] == 1
    assert got.multiple[0] == (every.shape[1] > 1)
    assert np.abs(every - got.prob).max(axis=0).min() < 1e-7
    assert not (got.proved & got.multiple).any()
    assert got.residual[0] < 1e-9


def test_the_bound_is_that_of_brock_and_durlauf_for_identical_members():
    """Oracle: theorem (brock2001). Their beta J < 1 is lambda J / 2 < 1 here."""
    social = np.array([1.0, 1.99, 2.01])
    got = solve_joining(np.zeros((6, 3)), weight=1.0, social=social, rationality=1.0)
    np.testing.assert_allclose(got.bound[:2], social[:2] / 2, atol=1e-3)
    assert got.proved.tolist() == [True, True, False]
    assert got.multiple.tolist() == [False, False, True]
    assert find_joinings(np.zeros(6), weight=1.0, social=3.0, rationality=1.0).shape == (6, 3)


def test_far_apart_members_are_unique_under_more_pressure_than_the_global_bound_allows():
    """Two camps that no pressure turns: the bound on the box proves what lambda * J < 2 cannot."""
    b = np.array([9.0, 8.0, -9.0, -8.0])[:, None]
    got = solve_joining(b, weight=1.0, social=3.0, rationality=1.0)
    assert got.bound[0] < 1.0
    assert got.proved[0]


def test_free_riders_can_have_three_answers_and_all_are_found():
    """Oracle: theorem. Two strong substitutes: either one acts or the other, and sharing the task is unstable."""
    got = solve_joining(
        np.full((2, 1), 3.0), weight=1.0, social=0.0, rationality=3.0, slope=np.full((2, 1), -6.0)
    )
    assert got.residual[0] < 1e-9
    assert got.multiple[0]
    np.testing.assert_allclose(got.prob, 0.5, atol=1e-9)
    every = find_joinings(np.full(2, 3.0), weight=1.0, social=0.0, rationality=3.0, slope=-6.0)
    assert every.shape == (2, 3)
    assert (np.sort(every.round(2), axis=0).T == [0, 1]).all(axis=1).sum() == 2


def test_a_lone_member_neither_shares_nor_rides_free():
    """Oracle: hand."""
    got = solve_joining(
        np.array([[0.7]]), weight=1.0, social=2.0, rationality=1.3, slope=np.array([[-3.0]])
    )
    assert got.prob[0, 0] == pytest.approx(expit(1.3 * 0.7), abs=EXACT)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4), st.floats(0.0, 1.0))
def test_a_costlier_exposure_never_raises_the_own_joining_even_among_free_riders(seed, who, more):
    """Oracle: theorem. Where responses contract, the inverse of a diagonally dominant matrix has a positive diagonal."""
    rng = np.random.default_rng(seed)
    alliance, cost = draw_alliance(rng, free_riding=0.3, burden_sharing=0.2, social=0.4)
    raised = cost.copy()
    raised[:, who] += more
    before, after = (solve_packages(alliance, c, packages=[7]) for c in (cost, raised))
    sure = before.proved & after.proved
    assert (after.prob[who] <= before.prob[who] + 1e-9)[sure].all()


# --- rules of decision ------------------------------------------------------------------------------------------------


@examples(20)
@given(
    st.lists(st.tuples(fractions, fractions), min_size=2, max_size=6),
    st.integers(0, 2**32 - 1),
    st.sampled_from(sorted(RULES)),
)
def test_rules_sum_over_everything_that_members_can_do(acts, seed, rule):
    """Oracle: independent code, by enumeration; weights in whole steps, for which the sum is exact."""
    join = np.array([a for a, _ in acts])
    block = (1.0 - join) * np.array([b for _, b in acts])
    cuts = np.sort(np.random.default_rng(seed).integers(0, 121, len(acts) - 1))
    weight = np.diff(np.concatenate(([0], cuts, [120]))).astype(float)
    votes = Votes(join=join[:, None], block=block[:, None], weight=weight)
    expected = enumerate_rule(rule, join, block, weight)
    assert adoption_prob(rule, votes)[0] == pytest.approx(expected, abs=1e-10)


def test_rules_by_hand():
    """Oracle: hand. Three equal members, each joins, abstains or blocks with a half, a third and a sixth."""
    third = np.full((3, 1), 1 / 3)
    votes = Votes(join=np.full((3, 1), 1 / 2), block=third / 2, weight=np.ones(3))
    assert adoption_prob("unanimity", votes)[0] == pytest.approx(1 / 8)
    # one abstaining member is a third of the states and of the people, so only unanimity passes
    assert consensus_prob(votes)[0] == pytest.approx(1 / 8)
    assert consensus_prob(votes, most_abstaining=2 / 3)[0] == pytest.approx(1 / 8 + 3 / 12)
    # two of three are 67 % of states and, within rounding, of people
    assert majority_prob(votes)[0] == pytest.approx(1 / 2)
    assert willing_prob(votes, least_weight=0.3)[0] == pytest.approx(7 / 8)


def test_no_more_blockers_than_four_ask_for_the_weight():
    """Oracle: published (euqmv). A blocking minority needs four members whatever their weight."""
    join = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0])[:, None]
    votes = Votes(join=join, block=0.0 * join, weight=np.array([1, 1, 1, 1, 30, 30, 30.0]))
    assert majority_prob(votes)[0] == pytest.approx(1.0)
    assert majority_prob(votes, least_blockers=3)[0] == pytest.approx(0.0)


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=12).filter(lambda w: sum(w) > 0))
def test_no_step_of_weight_is_lost(weights):
    w = np.array(weights)[:, None]
    bins = split_weight(w)
    assert bins.sum() == BINS
    assert np.abs(bins - w / w.sum() * BINS).max() < 1.0


def test_weights_may_differ_between_cases():
    join = np.array([[0.9, 0.9], [0.1, 0.1]])
    votes = Votes(join=join, block=0.0 * join, weight=np.array([[9.0, 1.0], [1.0, 9.0]]))
    np.testing.assert_allclose(willing_prob(votes), [0.9, 0.1])


@given(st.floats(-5, 5), st.floats(0, 5), st.floats(0, 3))
def test_a_dearer_veto_is_rarer(stake, price, rationality):
    """Oracle: hand. Half where nothing is at stake and a veto is free."""
    cheap = veto_share(stake, price=price, rationality=rationality)
    assert veto_share(stake, price=price + 1, rationality=rationality) <= cheap
    assert veto_share(0.0, price=0.0, rationality=rationality) == pytest.approx(0.5)


# --- pivots and prices ------------------------------------------------------------------------------------------------


@examples(20)
@given(st.integers(0, 2**32 - 1))
def test_under_unanimity_the_least_willing_member_is_the_pivot(seed):
    """Oracle: theorem. Without pressure the chance rises by one over the own probability."""
    alliance, cost = draw_alliance(np.random.default_rng(seed), n_draws=1, social=0.0)
    burden = cost.sum(axis=0)
    prob = solve_packages(alliance, burden[None], packages=[1]).prob[:, 0, 0]
    first, *_ = find_pivots(alliance, burden, rule="unanimity")
    assert prob[first.member] == pytest.approx(prob.min())
    assert first.chance[0] == pytest.approx(np.prod(prob) / prob.min(), rel=1e-9)
    assert first.before[0] == pytest.approx(np.prod(prob), rel=1e-9)


def test_pivots_sit_in_the_body_and_an_unknown_rule_is_refused():
    alliance, cost = draw_alliance(np.random.default_rng(3), votes=[True, False, True, True, False])
    found = find_pivots(alliance, cost.sum(axis=0), rule="consensus")
    assert sorted(item.member for item in found) == [0, 2, 3]
    assert all(item.gain >= -1e-12 for item in found)
    assert [item.gain for item in found] == sorted((i.gain for i in found), reverse=True)
    with pytest.raises(ModelError, match="no rule of decision"):
        find_pivots(alliance, cost.sum(axis=0), rule="acclamation")


# --- the models of the register ---------------------------------------------------------------------------------------


def members(*values):
    return np.array(values, dtype=float).reshape(-1, 1, 1)


def test_the_cost_of_a_measure_by_hand():
    """Oracle: hand. 0.4 * (2 + 2 * .75) + 2 * .5 * .3 * .5 * .8 + 10 * .02 * .2 + 20 * .01 * .6."""
    got = find_model("alliance.measure")(
        position=members(25),
        strength=0.4,
        dependence=members(0.5),
        trade_exposure=members(0.02),
        bank_exposure=members(0.01),
        cut_risk=0.5,
        gas_relief=members(0.2),
        gas_hit=0.3,
        trade_hit=0.2,
        bank_hit=0.6,
    )["cost"]
    assert got[0, 0, 0] == pytest.approx(0.4 * 3.5 + 0.12 + 0.04 + 0.12)


@given(st.sampled_from(["dependence", "trade_exposure", "bank_exposure"]), fractions, fractions)
def test_no_exposure_makes_a_measure_cheaper(channel, one, other):
    low, high = sorted((one, other))
    model = find_model("alliance.measure")
    costs = [
        model(
            position=members(50),
            strength=0.5,
            gas_hit=1,
            trade_hit=1,
            bank_hit=1,
            **{channel: members(x)},
        )
        for x in (low, high)
    ]
    assert costs[0]["cost"][0, 0, 0] <= costs[1]["cost"][0, 0, 0]


JOINING = {
    "position": members(90, 60, 30),
    "distance_km": members(2000, 1200, 900),
    "weight": members(1, 2, 1),
    "severity": 1.0,
    "package_strength": 1.0,
    "rationality": 0.8,
    "dependence": members(0.05, 0.5, 0.8),
}


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("history", 1),
        ("opinion", 1),
        ("arms", 1),
        ("resolve", 1),
        ("payment_pct_gdp", 1),
        ("gas_relief", 1),
        ("measure_cost", -1),
    ],
)
def test_what_a_member_brings_moves_its_joining_the_way_it_must(name, sign):
    """Oracle: the signs that the words of the inputs state."""
    model = find_model("alliance.joining")
    base = next(item for item in model.inputs if item.name == name).default
    step = {"opinion": 0.3, "gas_relief": 0.5}.get(name, 10.0)
    plain = model(**JOINING)["joining_prob"][:, 0, 0]
    moved = model(**JOINING, **{name: members(base, base + step, base)})["joining_prob"][:, 0, 0]
    assert sign * (moved[1] - plain[1]) > 0.01
    # the others follow the member that moved
    assert (sign * (moved - plain) >= 0).all()


def test_a_likelier_cut_off_drives_the_dependent_away():
    model = find_model("alliance.joining")
    calm, cut = (
        model(**JOINING, cut_risk=risk, w_social=0.0)["joining_prob"][:, 0, 0]
        for risk in (0.2, 1.0)
    )
    drop = calm - cut
    assert (drop > 0).all()
    assert drop[0] < drop[1]


def test_burden_sharing_raises_and_free_riding_lowers_joining():
    model = find_model("alliance.joining")
    plain = model(**JOINING)["joining_prob"]
    assert (model(**JOINING, burden_sharing=0.5)["joining_prob"] > plain).all()
    assert model(**JOINING, free_riding=0.5)["joining_prob"].mean() < plain.mean()


def test_adoption_by_hand():
    """Oracle: hand. Two sit and veto when out with 1 / (1 + e^3); the third is outside and free."""
    got = find_model("alliance.adoption")(
        joining_prob=members(0.9, 0.8, 0.5),
        votes=members(1, 1, 0),
        weight=members(2, 1, 1),
        rationality=1.0,
    )
    out = 1 / (1 + np.exp(3.0))
    veto = np.array([0.1, 0.2]) * out
    none = np.prod(1 - veto)
    # of two equal members one that abstains is more than a third of states and people
    adopted = 0.9 * 0.8
    np.testing.assert_allclose(got["veto_prob"][:, 0, 0], [*veto, 0.0], atol=EXACT)
    assert got["adopted_prob"][0, 0] == pytest.approx(adopted, abs=1e-9)
    applies = np.array([0.9, 0.8]) / (1 - veto) * adopted
    np.testing.assert_allclose(got["applies_prob"][:, 0, 0], [*applies, 0.5], atol=1e-9)
    assert got["applied_share"][0, 0] == pytest.approx((2 * applies[0] + applies[1] + 0.5) / 4)
    assert none > adopted


def test_a_seat_that_differs_between_cases_is_refused():
    votes = np.ones((2, 1, 3))
    votes[1, 0, 2] = 0.0
    with pytest.raises(ModelError, match="differs between cases"):
        find_model("alliance.adoption")(
            joining_prob=members(0.5, 0.5), votes=votes, weight=1.0, rationality=1.0
        )


def test_weights_of_zero_are_refused_in_an_adoption():
    with pytest.raises(ModelError, match="nothing to weigh by"):
        find_model("alliance.adoption")(joining_prob=members(0.5), weight=0.0, rationality=1.0)


def test_a_body_without_members_adopts_and_everyone_is_free():
    got = find_model("alliance.adoption")(
        joining_prob=members(0.3, 0.6), votes=0.0, weight=1.0, rationality=1.0
    )
    assert got["adopted_prob"][0, 0] == 1.0
    np.testing.assert_allclose(got["applies_prob"][:, 0, 0], [0.3, 0.6])
