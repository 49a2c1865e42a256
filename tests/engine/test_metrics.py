"""Metrics of a strategy, against a slow recursion that steps through every history of the template crisis.

The strategy is no equilibrium: any strategy must be measured rightly. Probabilities of choice are a made-up function of
(type, phase, round, instrument), so that the recursion needs neither the tree nor its information sets.
"""

import hashlib
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.engine.drawing import draw_quantities
from detente.engine.metrics import compile_metrics, evaluate_metrics, find_move_keys
from detente.linking import plan_pricing, price
from detente.rules import compile_rules, start, unroll

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
N_DRAWS = 3
MEASURED = {"outcome", "use", "attack_with", "level", "prior"}
PUBLIC = {"subvert": "hold"}  # what an observer on no list takes a hidden move of the template for


def weight(*key):
    """A positive number that depends on the key, one per draw."""
    digest = hashlib.sha256(repr(key).encode()).digest()
    return np.array([0.2 + digest[place] / 100 for place in range(N_DRAWS)])


def make_strategy(tree):
    parts = []
    for index in range(tree.n_info_sets):
        player = tree.info_set_player[index]
        labels = tree.action_label[tree.action_offset[index] : tree.action_offset[index + 1]]
        kind = tree.types[player][tree.info_set_type[index]]
        phase = tree.phases[tree.info_set_phase[index]]
        weights = np.array(
            [weight(kind, phase, int(tree.info_set_round[index]), label) for label in labels]
        )
        parts.append(weights / weights.sum(axis=0))
    return np.concatenate(parts)


def terminal_probs(tree, strategy, chance):
    """Probability of each terminal given the type profile: a plain walk up from each."""
    probs = np.ones((len(tree.terminal_node), N_DRAWS))
    for row, terminal in enumerate(tree.terminal_node.tolist()):
        node, above = terminal, int(tree.parent[terminal])
        while above > 0:
            ordinal = node - tree.first_child[above]
            offsets, table = (
                (tree.chance_offset, chance)
                if tree.player[above] == -1
                else (tree.action_offset, strategy)
            )
            probs[row] *= table[offsets[tree.info_set[above]] + ordinal]
            node, above = above, int(tree.parent[above])
    return probs


class SlowMetrics:
    """Expectations by stepping through every history, types drawn first."""

    def __init__(self, crisis, rules, tree, priced):
        self.crisis, self.tree, self.priced = crisis, tree, priced
        self.rules = rules
        self.totals = defaultdict(lambda: np.zeros(N_DRAWS))
        self.first_total = defaultdict(lambda: np.zeros(N_DRAWS))
        for number, label in enumerate(start(rules).chance()):
            position = start(rules).choose(label)
            types = dict(pair.split("=") for pair in label.split(", "))
            self.step(position, priced.chance_probs[number], types)

    def step(self, position, prob, types):
        if position.is_over:
            self.measure(position, prob, types)
            return
        if position.mover:
            state = (types[position.mover], position.moment)
            phase = self.rules.phases[state[1].phase].id
            weights = [
                weight(state[0], phase, state[1].round, item) for item in position.available()
            ]
            for item, value in zip(position.available(), weights, strict=True):
                self.step(position.choose(item), prob * value / sum(weights), types)
            return
        success = self.level_value(
            self.priced.outputs["contest"]["success_prob"], "contest", position.state
        )
        assert position.chance() == ("won", "lost")
        self.step(position.choose("won"), prob * success, types)
        self.step(position.choose("lost"), prob * (1 - success), types)

    def level_value(self, values, mechanism, state):
        for number, level in enumerate(self.priced.level_states[mechanism]):
            if all(state[name] == value for name, value in level.items()):
                return values[number]
        raise AssertionError(state)

    def add(self, name, value):
        self.totals[name] = self.totals[name] + value

    def measure(self, position, prob, types):
        outcome = position.outcome
        self.add(f"outcome/{outcome}", prob)
        moves = [made for made in position.history if made.player]
        for made in {(made.player, made.choice) for made in moves}:
            self.add(f"use/{made[0]}/{made[1]}", prob)
            attacks = self.crisis.outcomes[outcome].attack
            self.add(f"attack_with/{made[0]}/{made[1]}", prob if attacks else 0 * prob)
        prices = {}
        for column, name in enumerate(self.tree.considerations):
            levels = [
                self.tree.level_state(column, level)
                for level in range(len(self.tree.level_codes[column]))
            ]
            prices[name] = self.priced.prices[name][levels.index(position.levels[name])]
            self.add(f"level/{name}", prob * prices[name])
        for player, kind in types.items():
            self.add(f"prior/{player}/{kind}", prob)
            self.add(f"joint/{player}/{kind}/{outcome}", prob)
            mine = [made.choice for made in moves if made.player == player]
            if mine:
                self.add(f"first/{player}/{kind}/{mine[0]}", prob)
                self.add(f"moved/{player}/{kind}", prob)
                self.add(f"seen/{player}/{kind}/{PUBLIC.get(mine[0], mine[0])}", prob)
            for name in self.tree.considerations:
                if (player, kind, name) in self.priced.weights:
                    part = prob * prices[name] * self.priced.weights[player, kind, name]
                    self.add(f"payoff/{player}", part)
                    self.add(f"payoff/{player}/{kind}", part)
                    self.add(f"payoff/{player}/{kind}/{name}", part)


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


@pytest.fixture(scope="module", params=["free", "arm", "nothing"])
def measured(request, crisis):
    rules = compile_rules(crisis, policy=request.param)
    tree = unroll(rules)
    draws = draw_quantities(crisis, N_DRAWS, seed=1).as_mapping()
    priced = price(plan_pricing(tree, crisis), draws)
    nature = slice(0, int(tree.chance_offset[1]))
    plan = compile_metrics(tree, crisis, find_move_keys(tree, crisis))
    metrics = evaluate_metrics(
        plan,
        given_profile=terminal_probs(tree, make_strategy(tree), priced.chance_probs),
        profile_probs=priced.chance_probs[nature],
        priced=priced,
    )
    return metrics, SlowMetrics(crisis, rules, tree, priced).totals


def test_unconditional_metrics_match_the_recursion(measured):
    # oracle by independent code: histories stepped one by one
    metrics, slow = measured
    names = [name for name in metrics if name.split("/")[0] in MEASURED]
    assert len(names) > 20
    for name in names:
        np.testing.assert_allclose(metrics[name], slow[name], rtol=1e-10, err_msg=name)
    stored = {name for name in slow if name.split("/")[0] in MEASURED}
    assert stored <= set(names)


def test_conditional_metrics_match_the_recursion(measured):
    metrics, slow = measured
    for name in metrics:
        family, _, rest = name.partition("/")
        player_type = "/".join(rest.split("/")[:2])
        if family == "outcome_given":
            expected = slow[f"joint/{rest}"] / slow[f"prior/{player_type}"]
        elif family == "first":
            expected = slow[name] / slow[f"moved/{player_type}"]
        elif family == "payoff" and "/" in rest:
            expected = slow[name] / slow[f"prior/{player_type}"]
        elif family == "payoff":
            expected = slow[name]
        else:
            continue
        np.testing.assert_allclose(metrics[name], expected, rtol=1e-10, atol=1e-13, err_msg=name)


def test_beliefs_match_bayes_on_the_recursion(measured):
    metrics, slow = measured
    names = [name for name in metrics if name.startswith("belief/")]
    for name in names:
        _, player, _, token = name.split("/")
        kinds = [key for key in slow if key.startswith(f"prior/{player}/")]
        total = sum(slow[f"seen/{player}/{key.split('/')[2]}/{token}"] for key in kinds)
        expected = slow[name.replace("belief/", "seen/", 1)] / total
        np.testing.assert_allclose(metrics[name], expected, rtol=1e-10, err_msg=name)
    assert "belief/north/revisionist/hold" in names
    assert not any("subvert" in name for name in names)


def test_outcomes_are_exhaustive_and_types_average_to_the_whole(measured):
    # oracle by theorem: probabilities sum to one; law of total probability over the types of each player
    metrics, _ = measured
    outcomes = [name for name in metrics if name.startswith("outcome/")]
    np.testing.assert_allclose(sum(metrics[name] for name in outcomes), 1.0, rtol=1e-12)
    for player, kinds in (("north", ("limited", "revisionist")), ("west", ("resolute", "hollow"))):
        for name in outcomes:
            outcome = name.removeprefix("outcome/")
            whole = sum(
                metrics[f"prior/{player}/{kind}"]
                * metrics[f"outcome_given/{player}/{kind}/{outcome}"]
                for kind in kinds
            )
            np.testing.assert_allclose(whole, metrics[name], rtol=1e-12)
    np.testing.assert_allclose(metrics["attack"], metrics["outcome/war"])
    np.testing.assert_allclose(metrics["settlement"], metrics["outcome/settlement"])


def test_first_moves_and_beliefs_are_distributions(measured):
    metrics, _ = measured
    first = [value for name, value in metrics.items() if name.startswith("first/north/limited/")]
    np.testing.assert_allclose(sum(first), 1.0, rtol=1e-12)
    for name in [name for name in metrics if name.startswith("belief/north/limited/")]:
        other = metrics[name.replace("limited", "revisionist")]
        np.testing.assert_allclose(metrics[name] + other, 1.0, rtol=1e-12)


def test_a_commitment_counts_as_first_move(crisis):
    tree = unroll(compile_rules(crisis, policy="arm"))
    assert [pair for pair in find_move_keys(tree, crisis).first if pair[0] == "west"] == [
        ("west", "arm")
    ]


def test_a_type_of_prior_zero_still_has_conditional_metrics(crisis):
    # oracle by theorem: what a type does does not depend on how likely it is, the strategy being given
    rules = compile_rules(crisis)
    tree = unroll(rules)
    plan = compile_metrics(tree, crisis, find_move_keys(tree, crisis))
    values = dict(draw_quantities(crisis, N_DRAWS, seed=1).as_mapping())
    found = []
    for prior in (0.4, 0.0):
        values["prior.revisionist"] = np.full(N_DRAWS, prior)
        priced = price(plan_pricing(tree, crisis), values)
        found.append(
            evaluate_metrics(
                plan,
                given_profile=terminal_probs(tree, make_strategy(tree), priced.chance_probs),
                profile_probs=priced.chance_probs[: tree.chance_offset[1]],
                priced=priced,
            )
        )
    some, none = found
    np.testing.assert_array_equal(none["prior/north/revisionist"], 0.0)
    for name in some:
        if name.startswith(("attack_given/north/", "first/north/", "outcome_given/north/")):
            np.testing.assert_allclose(none[name], some[name], rtol=1e-12, err_msg=name)
    np.testing.assert_array_equal(none["belief/north/revisionist/invade"], 0.0)
