"""Prices, probabilities and payoffs against numbers worked out by hand."""

import dataclasses
from importlib.resources import files

import numpy as np
import pytest

from detente.crisis import load_crisis, ppf
from detente.crisis.elements import (
    ByState,
    Column,
    Distribution,
    Mechanism,
    OutputOf,
    Product,
    QuantityOf,
    Sum,
)
from detente.errors import CrisisFileError, ModelError, Place, UsageError
from detente.linking import plan_pricing, price
from detente.linking.bindings import column_paths
from detente.models import find_model
from detente.rules import compile_rules, unroll
from detente.testing.rules import (
    make_binding,
    make_condition,
    make_crisis,
    make_instrument,
    make_phase,
)

EXACT = 1e-12


def fixed(value):
    return Distribution(family="fixed", parameters=(value,))


CONTEST = Mechanism(
    id="contest",
    label="contest",
    model="deterrence.contest",
    members=(),
    inputs={
        "attacker_strength": QuantityOf(path="force"),
        "defender_strength": ByState(
            variable="aid", cases={"no": make_binding(10.0), "yes": make_binding(30.0)}
        ),
        "decisiveness": make_binding(1.0),
    },
    place=Place(file="crisis.yaml", line=9, path="mechanisms.contest"),
)


def war_crisis(**changes):
    """West may aid; north may attack and wins with the contest's probability."""
    parts = {
        "players": {"north": {"soft": "prior", "hard": None}, "west": {"only": 1.0}},
        "state": {"aid": ("no", "yes"), "war": ("no", "won", "lost")},
        "instruments": [
            make_instrument("wait", "west"),
            make_instrument("aid", "west", effects={"aid": "yes"}),
            make_instrument("hold", "north"),
            make_instrument(
                "attack",
                "north",
                chance={
                    "won": (OutputOf(mechanism="contest", output="success_prob"), {"war": "won"}),
                    "lost": (None, {"war": "lost"}),
                },
            ),
        ],
        "phases": [
            make_phase("help", ("west", ["wait", "aid"])),
            make_phase("act", ("north", ["hold", "attack"])),
        ],
        "outcomes": {
            "peace": make_condition({"war": "no"}),
            "won": make_condition({"war": "won"}),
            "lost": make_condition({"war": "lost"}),
        },
        "mechanisms": [CONTEST],
        "quantities": {
            "force": (fixed(10.0), "brigades"),
            "prior": (fixed(0.25), "prob"),
            "gain": (fixed(40.0), "stakes"),
        },
        "considerations": {
            "prize": (
                ByState(
                    variable="war",
                    cases={
                        "no": make_binding(0.0),
                        "won": make_binding("gain"),
                        "lost": Sum(terms=(make_binding(-5.0), make_binding(-1.0))),
                    },
                ),
                {"north": {"soft": 1.0, "hard": 2.0}},
            ),
            "risk": (
                Product(
                    factors=(
                        make_binding(10.0),
                        OutputOf(mechanism="contest", output="success_prob"),
                    )
                ),
                {"west": {"only": -1.0}, "north": {"soft": 0.5}},
            ),
        },
    }
    return make_crisis(**{**parts, **changes})


def priced_war(values=None, **changes):
    crisis = war_crisis(**changes)
    tree = unroll(compile_rules(crisis))
    plan = plan_pricing(tree, crisis)
    if values is None:
        values = {
            "force": np.array([10.0, 30.0]),
            "prior": np.array([0.25, 0.5]),
            "gain": np.array([40.0, 80.0]),
        }
    return tree, plan, price(plan, values)


def test_payoffs_are_weights_times_prices():
    """Oracle: hand. Force 10 or 30 against 10 (30 with aid): success 1/2, 3/4 (1/4, 1/2)."""
    tree, _, priced = priced_war()
    success = {"no": np.array([0.5, 0.75]), "yes": np.array([0.25, 0.5])}
    prize = {"no": np.zeros(2), "won": np.array([40.0, 80.0]), "lost": np.full(2, -6.0)}
    for number in range(len(tree.terminal_node)):
        row = tree.payoff_class[number]
        state = {
            **tree.level_state(0, tree.class_level[row, 0]),
            **tree.level_state(1, tree.class_level[row, 1]),
        }
        kind = tree.types[0][tree.class_types[row, 0]]
        risk = 10 * success[state["aid"]]
        north = prize[state["war"]] * (2.0 if kind == "hard" else 1.0)
        north = north + (0.5 * risk if kind == "soft" else 0.0)
        np.testing.assert_allclose(priced.payoffs[row, 0], north, atol=EXACT)
        np.testing.assert_allclose(priced.payoffs[row, 1], -risk, atol=EXACT)


def test_chances_are_priors_and_outputs():
    """Oracle: hand."""
    tree, _, priced = priced_war()
    named = {
        (int(code), tree.chance_label[low]): priced.chance_probs[low]
        for code, low in zip(tree.chance_level, tree.chance_offset[:-1], strict=True)
    }
    np.testing.assert_allclose(named[0, "north=soft, west=only"], [0.25, 0.5])
    np.testing.assert_allclose(named[0, "attack: won"], [0.5, 0.75])
    np.testing.assert_allclose(named[1, "attack: won"], [0.25, 0.5])
    starts = tree.chance_offset[:-1]
    np.testing.assert_allclose(np.add.reduceat(priced.chance_probs, starts), 1.0, atol=EXACT)


def test_mechanisms_keep_their_levels():
    """Oracle: hand."""
    _, plan, priced = priced_war()
    assert priced.level_states == {"contest": ({"aid": "no"}, {"aid": "yes"})}
    np.testing.assert_allclose(
        priced.outputs["contest"]["success_prob"], [[0.5, 0.75], [0.25, 0.5]]
    )
    assert plan.paths == ("force", "gain", "prior")
    assert set(priced.weights) == {
        ("north", "soft", "prize"),
        ("north", "hard", "prize"),
        ("north", "soft", "risk"),
        ("west", "only", "risk"),
    }


def test_a_mechanism_that_nothing_reads_is_evaluated_where_its_state_is_reached():
    """Oracle: hand. Aid is reached, so both levels are there, unless only payoffs are wanted."""
    idle = dataclasses.replace(CONTEST, id="idle")
    crisis = war_crisis(mechanisms=[CONTEST, idle])
    tree = unroll(compile_rules(crisis))
    assert plan_pricing(tree, crisis).level_states["idle"] == ({"aid": "no"}, {"aid": "yes"})
    assert "idle" not in plan_pricing(tree, crisis, reachable={}).level_states


def test_mechanisms_feed_on_each_other_in_order():
    """Oracle: hand. The option's value is p x 8 - (1 - p) x 2 - 1, with p of a contest listed after it."""
    option = Mechanism(
        id="option",
        label="option",
        model="deterrence.option",
        members=(),
        inputs={
            "success_prob": OutputOf(mechanism="contest", output="success_prob"),
            "gain": make_binding(8.0),
            "loss": make_binding(2.0),
            "cost": make_binding(1.0),
        },
    )
    _, plan, priced = priced_war(mechanisms=[option, CONTEST])
    prob = priced.outputs["contest"]["success_prob"]
    np.testing.assert_allclose(priced.outputs["option"]["value"], 10 * prob - 3, atol=EXACT)
    assert list(plan.level_states) == ["option", "contest"]


@pytest.fixture(scope="module")
def template():
    return load_crisis(str(files("detente.crisis") / "templates" / "coercion"))


def draws_of(crisis, n_draws=8):
    rng = np.random.default_rng(5)
    return {
        path: ppf(quantity.distribution, rng.random(n_draws))
        for path, quantity in crisis.quantities.items()
    }


def test_the_template_prices_member_inputs(template):
    """Oracle: the model called directly."""
    plan = plan_pricing(unroll(compile_rules(template)), template)
    values = draws_of(template)
    priced = price(plan, values)
    direct = find_model("sanctions.target_loss")(
        trade_share=values["exposures.WES.import_share"][None, None],
        joining_prob=np.ones((1, 1, 1)),
        trade_cost_pct=np.stack([np.zeros(8), values["trade.cost"]]),
        trade_elasticity=values["trade.elasticity"][None],
    )
    np.testing.assert_allclose(
        priced.outputs["target_loss"]["loss_pct_gdp"], direct["loss_pct_gdp"], rtol=EXACT
    )
    assert np.isfinite(priced.payoffs).all()


def test_policies_share_the_mechanisms_of_a_base(template):
    """Oracle: the plan that shares nothing."""
    base = plan_pricing(unroll(compile_rules(template)), template)
    values = draws_of(template)
    given = price(base, values)
    for policy in template.policies:
        tree = unroll(compile_rules(template, policy=policy))
        shared = plan_pricing(tree, template, base=base)
        assert shared.shared == set(template.mechanisms)
        alone = price(plan_pricing(tree, template, reachable={}), values)
        together = price(shared, values, base=given)
        assert np.array_equal(together.payoffs, alone.payoffs)
        assert np.array_equal(together.chance_probs, alone.chance_probs)
    for wrong in (None, price(base, draws_of(template, 3))):
        with pytest.raises(UsageError, match="does not fit") as caught:
            price(shared, values, base=wrong)
        assert "same draws" in caught.value.fix


def test_a_base_is_left_where_other_levels_are_needed():
    """Oracle: hand. Under the base nobody can aid; the free game needs the level with aid."""
    crisis = war_crisis()
    closed = war_crisis(phases=[make_phase("help", ("west", ["wait"])), *war_crisis().phases[1:]])
    base = plan_pricing(unroll(compile_rules(closed)), closed)
    plan = plan_pricing(unroll(compile_rules(crisis)), crisis, base=base)
    assert plan.shared == frozenset()


# --- errors ----------------------------------------------------------------------------------------------------------


def test_a_quantity_without_draws_is_named():
    """Oracle: hand."""
    with pytest.raises(UsageError, match="'gain'") as caught:
        priced_war({"force": np.ones(2), "prior": np.ones(2)})
    assert caught.value.code == "quantity-unknown"


def test_draws_of_different_lengths_are_refused():
    """Oracle: hand."""
    with pytest.raises(UsageError, match="different numbers of draws"):
        priced_war({"force": np.ones(2), "prior": np.ones(2), "gain": np.ones(3)})


def test_an_input_out_of_range_names_mechanism_input_and_value():
    """Oracle: hand."""
    values = {"force": np.array([-4.0]), "prior": np.ones(1), "gain": np.ones(1)}
    with pytest.raises(
        ModelError, match="'attacker_strength' of mechanism 'contest' is -4"
    ) as caught:
        priced_war(values)
    assert caught.value.code == "input-invalid"
    assert "check the unit" in caught.value.fix


def test_a_model_that_refuses_is_named_by_its_mechanism():
    """Oracle: hand. No side has any strength."""
    nobody = dataclasses.replace(
        CONTEST, inputs={**CONTEST.inputs, "defender_strength": make_binding(0.0)}
    )
    values = {"force": np.zeros(1), "prior": np.ones(1), "gain": np.ones(1)}
    with pytest.raises(ModelError, match="mechanism 'contest'"):
        priced_war(values, mechanisms=[nobody])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_no_price_that_is_not_finite_passes(bad):
    """Oracle: hand."""
    values = {"force": np.ones(1), "prior": np.ones(1), "gain": np.array([bad])}
    with pytest.raises(ModelError, match="price of consideration 'prize'") as caught:
        priced_war(values)
    assert caught.value.code == "payoff-not-finite"


def test_no_weight_that_is_not_finite_passes():
    """Oracle: hand."""
    values = {"force": np.ones(1), "prior": np.ones(1), "gain": np.array([np.nan])}
    with pytest.raises(ModelError, match=r"weight of 'west' \(only\)") as caught:
        priced_war(values, considerations={"prize": (1.0, {"west": {"only": "gain"}})})
    assert caught.value.code == "payoff-not-finite"


@pytest.mark.parametrize(
    ("players", "code"),
    [
        ({"north": {"soft": 0.7, "hard": 0.7}, "west": {"only": 1.0}}, "priors-sum"),
        ({"north": {"soft": 0.7, "hard": 0.7, "calm": None}, "west": {"only": 1.0}}, "priors-sum"),
        ({"north": {"soft": 0.7, "hard": 0.1}, "west": {"only": 1.0}}, "priors-sum"),
        ({"north": {"soft": 1.7, "hard": None}, "west": {"only": 1.0}}, "probability-out-of-range"),
        (
            {"north": {"soft": np.nan, "hard": None}, "west": {"only": 1.0}},
            "probability-out-of-range",
        ),
    ],
)
def test_priors_that_are_none_are_refused(players, code):
    """Oracle: hand."""
    with pytest.raises(CrisisFileError, match="priors of 'north'") as caught:
        priced_war(players=players, considerations={})
    assert caught.value.code == code
    assert caught.value.findings[0].path == "players.north"


def test_chances_above_one_are_refused():
    """Oracle: hand."""
    instruments = [
        make_instrument("hold", "north"),
        make_instrument("toss", "north", chance={"a": (0.8, {}), "b": (0.4, {}), "c": (None, {})}),
    ]
    with pytest.raises(CrisisFileError, match="chance outcomes of 'toss'") as caught:
        priced_war(
            instruments=instruments,
            phases=[make_phase("act", ("north", ["hold", "toss"]))],
        )
    assert caught.value.code == "probability-out-of-range"


def test_rounding_above_one_is_forgiven():
    """Oracle: hand. Shares that miss one by rounding are scaled to it."""
    _, _, priced = priced_war(
        players={"north": {"soft": 0.1, "hard": 0.9 + 1e-8}, "west": {"only": 1.0}}
    )
    assert priced.chance_probs[:2].sum(axis=0) == pytest.approx(1.0, abs=1e-15)


def test_without_quantities_there_is_one_draw():
    """Oracle: hand."""
    crisis = make_crisis(
        players={"north": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[make_instrument("a", "north"), make_instrument("b", "north")],
        phases=[make_phase("act", ("north", ["a", "b"]))],
    )
    tree = unroll(compile_rules(crisis))
    priced = price(plan_pricing(tree, crisis), {})
    assert priced.payoffs.tolist() == [[[0.0]]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": "no.model"}, "model-unknown"),
        ({"inputs": {**CONTEST.inputs, "luck": make_binding(1.0)}}, "model-input-unknown"),
        ({"inputs": {"decisiveness": make_binding(1.0)}}, "model-input-missing"),
        ({"inputs": {**CONTEST.inputs, "advantage": make_binding("luck")}}, "quantity-unknown"),
        (
            {
                "inputs": {
                    **CONTEST.inputs,
                    "advantage": OutputOf(mechanism="contest", output="success_prob"),
                }
            },
            "mechanism-cycle",
        ),
        (
            {"inputs": {**CONTEST.inputs, "advantage": Column(table="exposure", name="gas")}},
            "value-type",
        ),
    ],
)
def test_planning_refuses_what_the_checks_refuse(change, code):
    """Oracle: hand."""
    with pytest.raises(CrisisFileError) as caught:
        priced_war(mechanisms=[dataclasses.replace(CONTEST, **change)])
    assert caught.value.code == code


def test_planning_refuses_an_unknown_output():
    """Oracle: hand."""
    considerations = {"x": (OutputOf(mechanism="contest", output="luck"), {})}
    with pytest.raises(CrisisFileError) as caught:
        priced_war(considerations=considerations)
    assert caught.value.code == "model-output-unknown"


# --- one value per member --------------------------------------------------------------------------------------------


def member_crisis(*, first=("AAA", "BBB"), second=("BBB", "AAA"), missing=None, price_of=None):
    """Joining per member feeds the losses of senders over the same members in another order."""
    joining = Mechanism(
        id="joining",
        label="joining",
        model="alliance.joining",
        members=first,
        inputs={
            "dependence": ByState(
                variable="aid",
                cases={
                    "no": Column(table="exposure", name="gas", missing=missing),
                    "yes": make_binding(0.0),
                },
            ),
            "trade_exposure": make_binding(0.1),
            "bank_exposure": make_binding(0.0),
            "position": make_binding(50.0),
            "distance_km": make_binding(1000.0),
            "weight": make_binding(0.5),
            "severity": make_binding(0.5),
            "package_strength": make_binding(0.5),
            "side_payment": make_binding(0.0),
            "rationality": make_binding(1.0),
        },
    )
    senders = Mechanism(
        id="senders",
        label="senders",
        model="sanctions.sender_loss",
        members=second,
        inputs={
            "trade_share": make_binding(0.1),
            "joining_prob": OutputOf(mechanism="joining", output="joining_prob"),
            "trade_cost_pct": make_binding(30.0),
            "trade_elasticity": make_binding(5.0),
        },
    )
    crisis = war_crisis(
        mechanisms=[CONTEST, joining, senders],
        considerations={"loss": (price_of, {})} if price_of is not None else {},
    )
    quantities = dict(crisis.quantities)
    for member, share in (("AAA", 0.1), ("BBB", 0.9)):
        path = f"exposures.{member}.gas"
        quantities[path] = dataclasses.replace(
            crisis.quantities["prior"], path=path, unit="share", distribution=fixed(share)
        )
    return dataclasses.replace(crisis, quantities=quantities)


def test_members_are_matched_by_name():
    """Oracle: hand. The dependent member joins less; its place in the second mechanism is the first."""
    crisis = member_crisis()
    plan = plan_pricing(unroll(compile_rules(crisis)), crisis)
    priced = price(plan, draws_of(crisis, 2))
    joining = priced.outputs["joining"]["joining_prob"]
    losses = priced.outputs["senders"]["member_loss_pct_gdp"]
    assert joining.shape == losses.shape == (2, 2, 2)
    no_aid = 0
    assert (joining[0, no_aid] > joining[1, no_aid]).all()
    assert (losses[1, no_aid] > losses[0, no_aid]).all()
    assert joining[0, 1] == pytest.approx(joining[1, 1])


def test_a_member_without_a_value_takes_the_fill():
    """Oracle: hand. CCC has no row: with the fill of BBB's share it joins as BBB does."""
    crisis = member_crisis(first=("BBB", "CCC"), second=("CCC",), missing=0.9)
    plan = plan_pricing(unroll(compile_rules(crisis)), crisis)
    joining = price(plan, draws_of(crisis, 2)).outputs["joining"]["joining_prob"]
    np.testing.assert_allclose(joining[0], joining[1])


@pytest.mark.parametrize(
    ("kwargs", "code"),
    [
        ({"first": ("AAA", "CCC"), "second": ("AAA",)}, "exposure-unknown"),
        ({"second": ("AAA", "DDD")}, "value-type"),
        ({"price_of": OutputOf(mechanism="joining", output="joining_prob")}, "value-type"),
    ],
)
def test_members_that_do_not_fit_are_refused(kwargs, code):
    """Oracle: hand."""
    crisis = member_crisis(**kwargs)
    with pytest.raises(CrisisFileError) as caught:
        plan_pricing(unroll(compile_rules(crisis)), crisis)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("table", "name", "members", "paths"),
    [
        ("exposure", "gas", ("AAA", "BBB"), ["exposures.AAA.gas", None]),
        ("position", "talks", ("AAA", "BBB"), ["positions.AAA.talks", None]),
        ("position", "AAA", ("talks",), ["positions.AAA.talks"]),
        ("salience", "AAA", ("talks",), ["salience.AAA.talks"]),
    ],
)
def test_columns_read_actors_or_issues(template, table, name, members, paths):
    """Oracle: hand. Over actors a position names the issue, over issues the actor."""
    quantity = template.quantities["rationality"]
    crisis = dataclasses.replace(
        template,
        issues={"talks": template.issues["membership"]},
        quantities=dict.fromkeys(
            ["exposures.AAA.gas", "positions.AAA.talks", "salience.AAA.talks"], quantity
        ),
    )
    column = Column(table=table, name=name)
    assert [path for _, path in column_paths(column, crisis, members)] == paths


def test_an_input_near_the_largest_number_is_priced():
    """The ends of its range add up to more than a number holds; each is finite."""
    crisis = load_crisis(
        str(files("detente.crisis") / "templates" / "coercion"),
        overrides={"force.north": "1.7e308"},
    )
    plan = plan_pricing(unroll(compile_rules(crisis)), crisis)
    values = {
        path: ppf(item.distribution, np.full(2, 0.5)) for path, item in crisis.quantities.items()
    }
    found = price(plan, values)
    np.testing.assert_allclose(found.outputs["contest"]["success_prob"], 1.0)


def test_a_payoff_beyond_numbers_names_its_consideration():
    crisis = load_crisis(
        str(files("detente.crisis") / "templates" / "coercion"), overrides={"war.gain": "1.7e308"}
    )
    plan = plan_pricing(unroll(compile_rules(crisis)), crisis)
    values = {
        path: ppf(item.distribution, np.full(2, 0.5)) for path, item in crisis.quantities.items()
    }
    with pytest.raises(ModelError, match=r"'conquest' goes up to 1\.7e") as caught:
        price(plan, values)
    assert caught.value.code == "payoff-not-finite"
    assert "considerations.conquest" in caught.value.at
