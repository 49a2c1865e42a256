"""Commitments that may not hold, and what they cost.

Oracles: theorem (a pledge that surely holds and costs nothing is the policy without it, to the bit; one that never holds
leaves the free game; a cost that does not depend on the play changes no choice), hand (a game of one choice, whose logit is
written down; the player who hears a pledge decides by its credibility), independent code (the policy compiled into the rules,
everything in one piece, as in ``test_engine.py``).
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.parts import kinds_and_odds

import detente.crisis
from detente.analysis.why import PLEDGE_PART, explain_choice, find_decisions
from detente.crisis import load_crisis
from detente.crisis.elements import Constant, Distribution, Pledge, QuantityOf
from detente.engine import Engine
from detente.engine.metrics import compile_metrics, evaluate_metrics, find_move_keys
from detente.engine.solving import form_of, solve_draws
from detente.errors import DetenteError
from detente.game import terminal_probs
from detente.linking import plan_pricing, price
from detente.rules import AdaptivePolicy, compile_rules, sample, start, unroll
from detente.rules.policies import pledgers, unite
from detente.testing.profiles import examples
from detente.testing.rules import (
    make_condition,
    make_crisis,
    make_instrument,
    make_phase,
    make_policy,
)

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
DRAWS = 24
EXACT = 1e-12
SOLVED = 1e-9


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


def resting(policy, *, credibility=None, cost=(), broken=()):
    """The policy on a pledge."""
    chance = (
        Constant(value=float(credibility)) if isinstance(credibility, int | float) else credibility
    )
    paid = {
        name: tuple((player, Constant(value=float(value))) for player, value in dict(given).items())
        for name, given in (("cost", cost), ("broken", broken))
    }
    return replace(policy, pledges=(Pledge(id=policy.id, credibility=chance, **paid),))


def measured(crisis, policy, n_draws=DRAWS):
    engine = Engine(crisis, workers=1)
    return engine.measure(engine.solve(policy, draws=n_draws))


def probabilities(found):
    kinds = (
        "outcome",
        "attack",
        "settlement",
        "use",
        "first",
        "level",
        "payoff",
        "belief",
        "prior",
    )
    return {name: values for name, values in found.items() if name.partition("/")[0] in kinds}


@pytest.mark.parametrize("policy", ["arm", "threaten", "nothing"])
def test_a_pledge_that_surely_holds_and_costs_nothing_changes_no_bit(crisis, policy):
    plain = measured(crisis, crisis.policies[policy])
    law = Distribution(family="fixed", parameters=(1.0,))
    quantity = replace(crisis.quantities["prior.resolute"], path="kept", distribution=law)
    known = replace(crisis, quantities={**crisis.quantities, "kept": quantity})
    for one, where in (
        (resting(crisis.policies[policy], credibility=1, cost={"west": 0}), crisis),
        (resting(crisis.policies[policy], cost={"west": 0, "mid": 0}), crisis),
        (resting(known.policies[policy], credibility=QuantityOf(path="kept")), known),
    ):
        found = measured(where, one)
        assert list(found) == list(plain)
        assert all(np.array_equal(found[name], plain[name]) for name in plain)


@pytest.mark.parametrize("policy", ["arm", "threaten"])
def test_a_pledge_that_never_holds_leaves_the_free_game(crisis, policy):
    pledged = resting(crisis.policies[policy], credibility=0)
    free = replace(crisis.policies[policy], fix={}, forbid=())
    found, plain = probabilities(measured(crisis, pledged)), probabilities(measured(crisis, free))
    assert found.keys() == plain.keys()
    for name, values in plain.items():
        np.testing.assert_allclose(found[name], values, rtol=EXACT, atol=EXACT, err_msg=name)


def door(*, rationality=1.0, **pledge):
    """West says it will close the door; north then goes or stays, and gains if the door is open, loses if it is shut.

    West moves after north: closing costs it, so it would rather not. Nobody sees whether west is bound before it moves.
    """
    return make_crisis(
        players={"west": {"only": 1.0}, "north": {"only": 1.0}},
        state={"door": ("open", "shut"), "gone": ("no", "yes")},
        instruments=[
            make_instrument("stay", "north"),
            make_instrument("go", "north", effects={"gone": "yes"}),
            make_instrument("leave", "west"),
            make_instrument("close", "west", effects={"door": "shut"}),
        ],
        phases=[
            make_phase("move", ("north", ["stay", "go"])),
            make_phase(
                "answer", ("west", ["leave", "close"]), when=make_condition({"gone": "yes"})
            ),
        ],
        outcomes={
            "stopped": make_condition({"door": "shut"}),
            "through": make_condition({"gone": "yes"}),
            "calm": (),
        },
        considerations={
            "passage": (
                by("gone", no=0.0, yes=by("door", open=1.0, shut=-1.0)),
                {"north": {"only": 1.0}},
            ),
            "price": (by("door", open=0.0, shut=1.0), {"west": {"only": -1.0}}),
        },
        quantities={
            "rationality": (Distribution(family="fixed", parameters=(rationality,)), "per_stake")
        },
        policies=[make_policy("close", fix={"answer": ["close"]}, **pledge)],
    )


def by(variable, **cases):
    from detente.crisis.elements import ByState
    from detente.testing.rules import make_binding

    return ByState(
        variable=variable, cases={name: make_binding(value) for name, value in cases.items()}
    )


def logit(gain):
    return 1.0 / (1.0 + np.exp(-gain))


@given(
    credibility=st.floats(0.0, 0.999),
    rationality=st.floats(0.1, 5.0),
    cost=st.floats(-2.0, 2.0),
    broken=st.floats(0.0, 3.0),
)
@examples(40)
def test_who_hears_a_pledge_decides_by_its_credibility(credibility, rationality, cost, broken):
    # oracle hand: unbound, west closes with the logit of what closing costs it, less what breaking its word does
    crisis = door(
        rationality=rationality,
        credibility=credibility,
        cost={"west": cost},
        broken={"west": broken},
    )
    found = measured(crisis, "close", 1)
    close = logit(rationality * (broken - 1.0))
    shut = credibility + (1.0 - credibility) * close
    go = logit(rationality * (1.0 - 2.0 * shut))
    expected = {
        "outcome/stopped": go * shut,
        "outcome/through": go * (1.0 - shut),
        "outcome/calm": 1.0 - go,
        "payoff/north": go * (1.0 - 2.0 * shut),
        "pledge/west/only": cost + broken * go * (1.0 - shut),
        "payoff/west": -go * shut - cost - broken * go * (1.0 - shut),
    }
    for name, value in expected.items():
        if name in found or cost or broken:
            assert found[name][0] == pytest.approx(value, abs=SOLVED), name


def test_a_cost_of_pledging_changes_payoffs_and_no_choice(crisis):
    plain = measured(crisis, "arm")
    found = measured(crisis, resting(crisis.policies["arm"], cost={"west": 3, "mid": -1}))
    for name, values in probabilities(plain).items():
        shift = {"payoff/west": -3.0, "payoff/mid": 1.0}
        parts = name.split("/")
        expected = (
            shift.get("/".join(parts[:2]), 0.0) if parts[0] == "payoff" and len(parts) < 4 else 0.0
        )
        np.testing.assert_allclose(
            found[name] - values, expected, rtol=0, atol=SOLVED, err_msg=name
        )
    assert set(found["pledge/west/resolute"]) == {3.0}
    assert "pledge/west/resolute" not in plain


def by_hand(crisis, policy, n_draws):
    """Nature's odds put in by hand into the tree of the rules compiled under the pledged policy."""
    tree = unroll(compile_rules(crisis, policy=policy))
    values = Engine(crisis).draw(n_draws).as_mapping()
    priced = price(plan_pricing(tree, crisis), values)
    chance = priced.chance_probs.copy()
    n = int(tree.chance_offset[1])
    holds = policy.pledges[0].credibility.value
    chance[:n:2] *= 2 * holds
    chance[1:n:2] *= 2 * (1 - holds)
    rationality = np.ascontiguousarray(values[crisis.rationality.path])
    form = form_of(tree)
    more = kinds_and_odds(tree, crisis, priced, form)
    for own in more["own_odds"].values():
        own[:n] = chance[:n]
    solved = solve_draws(form, rationality, payoffs=priced.payoffs, chance_probs=chance, **more)
    given_ = chance.copy()
    given_[:n] = 1.0 / n
    return evaluate_metrics(
        compile_metrics(tree, crisis, find_move_keys(tree, crisis)),
        given_profile=terminal_probs(form, solved.strategy, given_) * n,
        profile_probs=chance[:n],
        priced=priced,
    )


@pytest.mark.parametrize("policy", ["arm", "threaten"])
def test_the_mask_of_a_pledge_is_the_game_of_the_rules_compiled_with_it(crisis, policy):
    pledged = resting(crisis.policies[policy], credibility=0.6)
    found, expected = measured(crisis, pledged), by_hand(crisis, pledged, DRAWS)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=EXACT, atol=EXACT, err_msg=name)


def test_the_attack_lies_between_a_kept_and_an_unkept_pledge_where_credibility_does(crisis):
    chances = [
        measured(crisis, resting(crisis.policies["threaten"], credibility=c))[
            "use/west/threaten"
        ].mean()
        for c in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert chances == sorted(chances)


# --- rules ---


def test_only_who_pledges_knows_whether_it_binds():
    tree = unroll(compile_rules(door(credibility=0.5), policy="close"))
    north = np.flatnonzero(tree.info_set_player == 1)
    west = np.flatnonzero(tree.info_set_player == 0)
    assert len(north) == 1  # of both profiles
    assert tree.info_set_free[west].tolist() == [True]  # bound, it has no choice
    assert "not bound" in tree.describe_info_set(int(west[0]))
    assert pledgers(door(credibility=0.5), door(credibility=0.5).policies["close"]) == ("west",)
    assert pledgers(door(credibility=1), door(credibility=1).policies["close"]) == ()


def test_a_pledged_game_is_stepped_and_sampled_as_it_is_unrolled():
    rules = compile_rules(door(credibility=0.5), policy="close")
    assert start(rules).chance() == (
        "west=only, north=only, policy.pledge=binds",
        "west=only, north=only, policy.pledge=free",
    )
    bound = start(rules, {}, pledge="binds").choose("go")
    assert bound.outcome == "stopped"
    free = start(rules, {}, pledge="free").choose("go")
    assert free.available() == ("leave", "close")
    with pytest.raises(DetenteError) as caught:
        start(rules, {})
    assert caught.value.code == "option-invalid"
    assert "binds" in caught.value.fix
    played = sample(rules, rng=np.random.default_rng(3), n=2000)
    names = np.array(rules.outcomes)[played.outcome]
    # oracle hand: half are bound, half go, half of the unbound close
    share = {name: (names == name).mean() for name in rules.outcomes}
    assert share["calm"] == pytest.approx(0.5, abs=0.06)
    assert share["stopped"] == pytest.approx(0.375, abs=0.06)


def test_a_start_draws_whether_the_pledge_binds_by_its_credibility():
    engine = Engine(door(credibility=0.25))
    drawn = [
        engine.start({}, policy="close", seed=seed).choose("go").is_over for seed in range(200)
    ]
    assert np.mean(drawn) == pytest.approx(0.25, abs=0.1)
    assert engine.start({}, policy="close", pledge="binds").choose("go").is_over


def test_pledges_of_parts_are_made_once_and_all_must_hold():
    one = resting(make_policy("one", fix={"a": ["x"]}), credibility=0.5, cost={"west": 1})
    two = resting(make_policy("two", fix={"b": ["y"]}), credibility=0.5)
    assert unite([one, one]).pledges == one.pledges
    assert unite([one, two]).pledges == (*one.pledges, *two.pledges)


def test_two_pledges_hold_together_with_the_product_of_their_chances():
    crisis = door()
    policy = crisis.policies["close"]
    both = replace(
        policy, pledges=tuple(Pledge(id=name, credibility=Constant(value=0.5)) for name in "ab")
    )
    quarter = resting(policy, credibility=0.25)
    one, two = measured(crisis, both, 1), measured(crisis, quarter, 1)
    assert one["outcome/stopped"][0] == pytest.approx(two["outcome/stopped"][0], abs=EXACT)


def test_a_pledge_cannot_be_switched_by_a_signal(crisis):
    pledged = resting(crisis.policies["arm"], credibility=0.5)
    policy = AdaptivePolicy(
        id="a", label="a", start=pledged, switch=crisis.policies["free"], signal="withdraw"
    )
    with pytest.raises(DetenteError) as caught:
        Engine(crisis).solve(policy, draws=1)
    assert caught.value.code == "policy-invalid"


def test_a_credibility_that_is_no_probability_in_some_draw_is_refused():
    wide = {"chance": (Distribution(family="uniform", parameters=(0.5, 1.5)), "prob")}
    crisis = door(credibility="chance")
    quantity = replace(
        crisis.quantities["rationality"], path="chance", distribution=wide["chance"][0]
    )
    crisis = replace(crisis, quantities={**crisis.quantities, "chance": quantity})
    with pytest.raises(DetenteError) as caught:
        measured(crisis, "close", 32)
    assert "close" in str(caught.value)


def test_why_counts_what_a_pledge_takes():
    # oracle hand: unbound, leaving costs west what breaking its word does, closing what closing costs; both the pledge's price
    crisis = door(credibility=0.5, cost={"west": 0.25}, broken={"west": 2.0})
    solution = Engine(crisis).solve("close", draws=1)
    (decision,) = [one for one in find_decisions(solution) if one.player == "west"]
    worth = {item.instrument: item for item in explain_choice(solution, decision)}
    assert worth["leave"].payoff == pytest.approx(-2.25, abs=SOLVED)
    assert worth["close"].payoff == pytest.approx(-1.25, abs=SOLVED)
    assert worth["leave"].parts[PLEDGE_PART] == pytest.approx(-2.25, abs=SOLVED)
    assert worth["close"].parts[PLEDGE_PART] == pytest.approx(-0.25, abs=SOLVED)
    for item in worth.values():
        assert sum(item.parts.values()) == pytest.approx(item.payoff, abs=SOLVED)
    assert worth["close"].prob == pytest.approx(logit(1.0), abs=SOLVED)
