"""Stepping and sampling agree with the unrolled tree: the same rules, three drivers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from detente.crisis import ppf
from detente.errors import CrisisFileError, UsageError
from detente.linking import plan_pricing, price
from detente.rules import compile_rules, sample, start, unroll
from detente.rules.phases import Kind
from detente.testing.profiles import examples
from detente.testing.rules import (
    crises,
    make_condition,
    make_crisis,
    make_instrument,
    make_phase,
)

RANDOM = examples(
    40,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)


def draw_values(crisis, n_draws, seed):
    rng = np.random.default_rng(seed)
    return {
        path: ppf(quantity.distribution, rng.random(n_draws))
        for path, quantity in crisis.quantities.items()
    }


def prior(kind, values):
    return values["prob"] if kind == "soft" else 1 - values["prob"] if kind == "hard" else 1.0


@RANDOM
@given(crisis=crises(), policy=st.sampled_from([None, "policy"]), seed=st.integers(0, 2**32 - 1))
def test_random_histories_are_found_in_the_tree(slow, crisis, policy, seed):
    """A walk with `step` meets the tree's nodes, levels, outcome, probabilities and payoffs.

    Oracle: two drivers against each other; payoffs and probabilities by independent code (conftest).
    """
    rules = compile_rules(crisis, policy=policy)
    tree = unroll(rules)
    values = draw_values(crisis, 3, seed)
    priced = price(plan_pricing(tree, crisis), values)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        position, node = start(rules), 0
        chance = np.ones(3)
        by_hand = np.ones(3)
        while not position.is_over:
            names = position.chance() or position.available()
            index = int(tree.info_set[node])
            assert len(names) == tree.n_children[node]
            number = int(rng.integers(len(names)))
            if position.mover is None:
                assert tree.player[node] == -1
                low = int(tree.chance_offset[index])
                label = tree.chance_label[low + number]
                assert label.endswith(names[number])
                chance = chance * priced.chance_probs[low + number]
                by_hand = by_hand * chance_by_hand(
                    slow, crisis, position, names[number], label, values
                )
            else:
                assert tree.players[tree.player[node]] == position.mover
                low, high = tree.action_offset[index : index + 2]
                assert tuple(tree.action_label[low:high]) == names
                memory = tree.memory_of(int(tree.info_set_memory[index]))
                assert memory == tuple(
                    (sight.round, sight.phase, sight.label)
                    for sight in position.seen(position.mover)
                )
            position = position.choose(names[number])
            node = int(tree.first_child[node]) + number
        at = int(np.flatnonzero(tree.terminal_node == node)[0])
        assert position.outcome == tree.outcomes[tree.outcome[at]]
        row = int(tree.payoff_class[at])
        for number, name in enumerate(tree.considerations):
            assert position.levels[name] == tree.level_state(number, tree.class_level[row, number])
        np.testing.assert_allclose(chance, by_hand, rtol=1e-12)
        for who, player in enumerate(tree.players):
            expected = payoff_by_hand(slow, crisis, position.state, player, values)
            np.testing.assert_allclose(priced.payoffs[row, who], expected, rtol=1e-9, atol=1e-9)


def chance_by_hand(slow, crisis, position, name, label, values):
    if not position.state:
        pairs = [part.split("=") for part in name.split(", ")]
        result = 1.0
        for _, kind in pairs:
            result = result * prior(kind, values)
        return result
    instrument = crisis.instruments[label.split(":")[0]]
    given = {
        outcome.id: slow.value(outcome.prob, position.state, values)
        for outcome in instrument.chance
        if outcome.id in position.chance() and outcome.prob is not None
    }
    return given.get(name, 1 - sum(given.values()))


def payoff_by_hand(slow, crisis, state, player, values):
    total = np.zeros(3)
    for item in crisis.considerations.values():
        weight = item.weights.get(player, {}).get(state[f"{player}.type"])
        if weight is not None:
            worth = slow.value(item.price, state, values)
            total = total + slow.value(weight, state, values) * worth
    return total


@RANDOM
@given(crisis=crises(), seed=st.integers(0, 2**32 - 1))
def test_sampled_histories_end_as_stepped_ones(crisis, seed):
    """Oracle: two drivers against each other. Each sampled game is stepped again by its picks."""
    rules = compile_rules(crisis)
    played = sample(rules, rng=np.random.default_rng(seed), n=6)
    for row in range(6):
        kinds = {
            player: rules.types[who][played.types[row, who]]
            for who, player in enumerate(rules.players)
        }
        position = start(rules, kinds)
        while not position.is_over:
            moment = position.moment
            pick = played.picks[row, position.at]
            move = rules.phases[moment.phase].moves[moment.move]
            if moment.kind is Kind.MOVE:
                position = position.choose(rules.instruments[move.menu[pick]].id)
            else:
                used = rules.instruments[position.batch.choice[0, moment.move]]
                position = position.choose(used.outcomes[pick].id)
        assert position.outcome == rules.outcomes[played.outcome[row]]
        assert position.batch.state[0].tolist() == played.state[row].tolist()


def test_uniform_play_reaches_outcomes_as_often_as_the_tree_says():
    """Oracle: hand. Two coins: both heads in a quarter of the games, within 5 standard errors."""
    crisis = make_crisis(
        players={"north": {"only": 1.0}},
        state={"heads": ("none", "one", "two")},
        instruments=[
            make_instrument("heads", "north", effects={"heads": "up"}),
            make_instrument("tails", "north"),
        ],
        phases=[make_phase("toss", ("north", ["heads", "tails"]))],
        rounds=2,
        outcomes={"two": make_condition({"heads": "two"}), "other": make_condition({})},
    )
    n = 10_000
    played = sample(compile_rules(crisis), rng=np.random.default_rng(1), n=n)
    share = (played.outcome == 0).mean()
    assert abs(share - 0.25) < 5 * np.sqrt(0.25 * 0.75 / n)


def test_sampling_with_a_chooser_of_ones_own():
    """Oracle: hand. Who always picks the first option never leaves it."""
    crisis = door_crisis()

    def first(moment, batch, open_, rng):
        del moment, batch, rng
        return open_.argmax(axis=1)

    played = sample(compile_rules(crisis), rng=np.random.default_rng(1), n=20, choose=first)
    assert set(played.outcome.tolist()) == {0}


def door_crisis(**kwargs):
    defaults = {
        "players": {"north": {"soft": 0.5, "hard": None}, "west": {"only": 1.0}},
        "state": {"door": ("shut", "open", "broken")},
        "instruments": [
            make_instrument("open", "north", effects={"door": "open"}),
            make_instrument(
                "kick", "north", chance={"breaks": (0.3, {"door": "broken"}), "holds": (None, {})}
            ),
            make_instrument("watch", "west"),
        ],
        "phases": [
            make_phase("act", ("north", ["open", "kick"])),
            make_phase("see", ("west", ["watch"])),
        ],
        "outcomes": {
            "open": make_condition({"door": "open"}),
            "broken": make_condition({"door": "broken"}),
            "shut": make_condition({}),
        },
    }
    return make_crisis(**{**defaults, **kwargs})


def test_a_game_can_be_stepped_by_hand():
    """Oracle: hand."""
    first = start(compile_rules(door_crisis()))
    assert (first.mover, first.available(), first.is_over, first.moment) == (None, (), False, None)
    assert (first.state, first.levels, first.outcome) == ({}, {}, None)
    assert first.chance() == ("north=soft, west=only", "north=hard, west=only")
    second = first.choose("north=hard, west=only")
    assert (second.mover, second.available(), second.chance()) == ("north", ("open", "kick"), ())
    assert second.state == {
        "door": "shut",
        "north.type": "hard",
        "west.type": "only",
        "round": "1",
    }
    third = second.choose("kick")
    assert (third.mover, third.available(), third.chance()) == (None, (), ("breaks", "holds"))
    assert third.outcome is None
    last = third.choose("breaks")
    assert (last.is_over, last.outcome, last.chance(), last.available()) == (True, "broken", (), ())
    assert [(made.player, made.choice, made.forced) for made in last.history] == [
        ("north", "kick", False),
        ("", "breaks", False),
        ("west", "watch", True),
    ]
    assert [sight.label for sight in last.seen("west")] == ["kick", "kick breaks", "watch"]
    # positions are values: the earlier ones are as they were
    assert second.choose("open").outcome == "open"
    assert second.history == ()


def test_types_with_one_value_may_be_left_out():
    """Oracle: hand."""
    assert start(compile_rules(door_crisis()), {"north": "soft"}).mover == "north"


@pytest.mark.parametrize(
    ("types", "code"),
    [
        ({"east": "soft"}, "player-unknown"),
        ({"north": "mad"}, "type-unknown"),
        ({}, "type-unknown"),
    ],
)
def test_unknown_types_are_refused(types, code):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        start(compile_rules(door_crisis()), types)
    assert caught.value.code == code
    assert caught.value.fix.startswith("use ")


def test_a_choice_that_is_not_open_is_refused():
    """Oracle: hand."""
    first = start(compile_rules(door_crisis()))
    with pytest.raises(UsageError, match="'watch' is not open here"):
        first.choose("watch")
    position = first.choose("north=soft, west=only")
    with pytest.raises(UsageError) as caught:
        position.choose("watch")
    assert caught.value.fix == "choose one of: open, kick"
    with pytest.raises(UsageError) as caught:
        position.choose("open").choose("open")
    assert "the game is over" in caught.value.fix


def stuck_crisis():
    return door_crisis(
        instruments=[
            make_instrument("open", "north", effects={"door": "open"}),
            make_instrument("kick", "north", when=make_condition({"door": "shut"})),
            make_instrument("watch", "west", when=make_condition({"door": "shut"})),
        ]
    )


def test_stepping_and_sampling_refuse_an_empty_menu():
    """Oracle: hand."""
    rules = compile_rules(stuck_crisis())
    with pytest.raises(CrisisFileError) as caught:
        start(rules, {"north": "soft"}).choose("open")
    assert caught.value.code == "menu-empty"
    with pytest.raises(CrisisFileError) as caught:
        sample(rules, rng=np.random.default_rng(1), n=50)
    assert caught.value.code == "menu-empty"


def test_stepping_and_sampling_refuse_an_end_without_a_name():
    """Oracle: hand."""
    rules = compile_rules(door_crisis(outcomes={"shut": make_condition({"door": "shut"})}))
    with pytest.raises(CrisisFileError) as caught:
        _ = start(rules, {"north": "soft"}).choose("open").outcome
    assert caught.value.code == "outcome-unnamed"
    with pytest.raises(CrisisFileError) as caught:
        sample(rules, rng=np.random.default_rng(1), n=50)
    assert caught.value.code == "outcome-unnamed"
