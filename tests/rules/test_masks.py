"""Policies as masks on a tree: what they leave is the tree that is unrolled under the policy itself."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente.crisis
from detente.crisis import load_crisis
from detente.rules import FREE, AdaptivePolicy, compile_rules, unroll
from detente.rules.masks import TreeMasks
from detente.rules.policies import after_change, after_use, start_of
from detente.testing.rules import crises, make_instrument, make_policy

HERE = Path(detente.crisis.__file__).parent
CRISES = sorted(
    path for kind in ("shipped", "templates") for path in (HERE / kind).iterdir() if path.is_dir()
)


def masks_of(crisis, policy):
    start = replace(FREE, state=dict(start_of(crisis, policy)))
    return TreeMasks(unroll(compile_rules(crisis, policy=start)))


def menus_of(tree):
    """How often each (mover, phase, round, menu) stands at a node, and the tree's shape."""
    menus = [
        tuple(tree.action_label[tree.action_offset[which] : tree.action_offset[which + 1]])
        for which in range(tree.n_info_sets)
    ]
    return Counter(
        (
            int(tree.info_set_player[which]),
            int(tree.info_set_phase[which]),
            int(tree.info_set_round[which]),
            menus[which],
        )
        for which in tree.info_set[tree.player >= 0].tolist()
    )


def check_same(crisis, policy):
    masks = masks_of(crisis, policy)
    whole, cut = masks.tree, masks.cut(masks.allowed(policy))
    own = unroll(compile_rules(crisis, policy=policy))
    np.testing.assert_array_equal(cut.player, own.player)
    np.testing.assert_array_equal(cut.first_child, own.first_child)
    np.testing.assert_array_equal(cut.n_children, own.n_children)
    np.testing.assert_array_equal(cut.terminal_node, own.terminal_node)
    np.testing.assert_array_equal(whole.outcome[cut.terminals], own.outcome)
    np.testing.assert_array_equal(whole.used[cut.terminals], own.used)
    np.testing.assert_array_equal(whole.first_seen[cut.terminals], own.first_seen)
    left = Counter()
    for which in cut.info_set[cut.player >= 0].tolist():
        actions = cut.actions[cut.action_offset[which] : cut.action_offset[which + 1]]
        there = cut.info_sets[which]
        left[
            int(whole.info_set_player[there]),
            int(whole.info_set_phase[there]),
            int(whole.info_set_round[there]),
            tuple(whole.action_label[action] for action in actions),
        ] += 1
    assert left == menus_of(own)
    return cut, own


@given(crises())
def test_the_menus_of_a_mask_are_those_of_the_rules_compiled_with_the_policy(crisis):
    # oracle independent code: the tree unrolled under the policy, node for node
    check_same(crisis, crisis.policies["policy"])
    check_same(crisis, FREE)


@given(crises(), st.data())
def test_so_are_those_of_made_up_policies(crisis, data):
    # oracle independent code
    names = sorted(crisis.instruments)
    some = st.lists(st.sampled_from(names), max_size=4, unique=True)
    keys = [phase.id for phase in crisis.phases] + [f"{crisis.phases[0].id}@1"]
    policy = make_policy(
        "made",
        fix=data.draw(st.dictionaries(st.sampled_from(keys), some, max_size=3)),
        forbid=data.draw(some),
    )
    check_same(crisis, policy)


@pytest.mark.parametrize("folder", CRISES, ids=lambda path: path.name)
def test_in_crises_that_ship_the_whole_game_is_the_same(folder):
    # oracle independent code; here information sets agree too, since no menu tells more than what was seen
    crisis = load_crisis(folder)
    for policy in crisis.policies.values():
        cut, own = check_same(crisis, policy)
        np.testing.assert_array_equal(cut.info_set[cut.player >= 0], own.info_set[own.player >= 0])


def test_a_switch_that_is_never_seen_leaves_the_start():
    # oracle by hand
    crisis = load_crisis(HERE / "templates" / "coercion")
    start, switch = crisis.policies["nothing"], crisis.policies["arm"]
    policy = AdaptivePolicy(id="a", label="a", start=start, switch=switch, signal="wait")
    masks = masks_of(crisis, start)
    np.testing.assert_array_equal(masks.allowed(policy), masks.allowed(start))
    assert masks.came_up(masks.allowed(start)) <= masks.came_up(masks.allowed(FREE))


def test_effects_of_a_use_come_one_after_the_other():
    # oracle by hand: up, then by the chance outcome up again, stopping at the end
    crisis = load_crisis(HERE / "templates" / "coercion")
    name, variable = next(
        (name, item) for name, item in crisis.state.items() if len(item.values) > 2
    )
    first, second, *_, last = variable.values
    used = make_instrument("x", "west", effects={name: "up"}, chance={"won": (1.0, {name: "up"})})
    state = {name: first}
    assert after_use(crisis.state, state, used)[name] == second
    assert after_use(crisis.state, state, used, "won")[name] == variable.values[2]
    assert after_change(crisis.state, {name: last}, {name: "up"})[name] == last
    assert after_change(crisis.state, {name: last}, {name: first})[name] == first
