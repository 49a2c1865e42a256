"""The unrolled tree against an independent recursive enumerator, and small games counted by hand."""

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from detente.crisis import load_crisis
from detente.crisis.elements import Constant
from detente.errors import CrisisFileError
from detente.rules import compile_rules, find_situations, start, unroll
from detente.rules._memory import compress
from detente.rules.unrolling import CHANCE, TERMINAL
from detente.testing.profiles import examples
from detente.testing.rules import (
    crises,
    make_condition,
    make_crisis,
    make_instrument,
    make_phase,
    make_policy,
)

RANDOM = examples(
    40,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture(scope="module")
def template():
    return load_crisis(str(files("detente.crisis") / "templates" / "coercion"))


def pairs(tree, root):
    """Walk the tree and the oracle side by side."""
    todo = [(0, root)]
    while todo:
        node, oracle = todo.pop()
        yield node, oracle
        assert tree.n_children[node] == len(oracle.children)
        todo.extend(
            (tree.first_child[node] + number, child) for number, child in enumerate(oracle.children)
        )


def assert_same_tree(root, tree):
    """Node for node: movers, labels, outcomes, types, levels and the partition into information sets."""
    terminal = {int(node): number for number, node in enumerate(tree.terminal_node)}
    key_of_set, set_of_key = {}, {}
    visited = 0
    for node, oracle in pairs(tree, root):
        visited += 1
        if oracle.kind == "end":
            assert tree.player[node] == TERMINAL
            number = terminal[node]
            assert tree.outcomes[tree.outcome[number]] == oracle.outcome
            row = tree.class_types[tree.payoff_class[number]]
            for who, player in enumerate(tree.players):
                assert tree.types[who][row[who]] == oracle.world[f"{player}.type"]
            for at, level in enumerate(tree.class_level[tree.payoff_class[number]]):
                named = tree.level_state(at, level)
                assert named == {name: oracle.world[name] for name in named}
            state = tree.state_codes[tree.terminal_state[number]]
            for name, values, code in zip(
                tree.rules.variables, tree.rules.values, state, strict=True
            ):
                assert name == "round" or values[code] == oracle.world[name]
            assert_same_use(tree, number, oracle)
        elif oracle.kind == "chance":
            assert tree.player[node] == CHANCE
        else:
            index = int(tree.info_set[node])
            assert tree.players[tree.player[node]] == oracle.mover
            assert tree.info_set_player[index] == tree.player[node]
            low, high = tree.action_offset[index : index + 2]
            assert tree.action_label[low:high] == oracle.labels
            assert tree.phases[tree.info_set_phase[index]] == oracle.phase
            assert tree.info_set_round[index] == oracle.round
            kind = tree.types[tree.player[node]][tree.info_set_type[index]]
            assert kind == oracle.world[f"{oracle.mover}.type"]
            assert key_of_set.setdefault(index, oracle.key) == oracle.key
            assert set_of_key.setdefault(oracle.key, index) == index
    assert visited == tree.n_nodes
    assert len(key_of_set) == tree.n_info_sets


def assert_same_use(tree, number, oracle):
    for item in tree.rules.instruments:
        used = item.id in {name for _, name in oracle.used}
        assert tree.used_by_terminal(item.id)[number] == used
    ids = [item.id for item in tree.rules.instruments]
    for who, player in enumerate(tree.players):
        own = [name for mover, name in oracle.used if mover == player]
        first = tree.first_move[number, who]
        assert (ids[first] if first >= 0 else None) == (own[0] if own else None)


@RANDOM
@given(crisis=crises(), policy=st.sampled_from([None, "policy"]))
def test_every_random_game_is_the_enumerated_one(slow, crisis, policy):
    """Oracle: independent code (conftest)."""
    root = slow.root(crisis, policy)
    tree = unroll(compile_rules(crisis, policy=policy))
    assert_same_tree(root, tree)


@RANDOM
@given(crisis=crises())
def test_nodes_are_counted_without_unrolling(slow, crisis):
    """Oracle: independent code (conftest)."""
    found = find_situations(compile_rules(crisis))
    assert found.n_nodes == slow.count(slow.root(crisis))


@RANDOM
@given(crisis=crises())
def test_nodes_are_in_breadth_first_order(crisis):
    """Oracle: definition. Children stand together, after their parent, in the order of the parents."""
    tree = unroll(compile_rules(crisis))
    assert tree.player[0] == CHANCE
    assert tree.parent[0] == -1
    inner = np.flatnonzero(tree.n_children)
    expected = 1 + np.cumsum(tree.n_children[inner]) - tree.n_children[inner]
    assert (tree.first_child[inner] == expected).all()
    assert (tree.first_child[tree.n_children == 0] == -1).all()
    assert (tree.parent[1:] == np.repeat(inner, tree.n_children[inner])).all()
    assert (tree.player[tree.terminal_node] == TERMINAL).all()
    assert (np.diff(tree.terminal_node) > 0).all()
    assert (tree.info_set[tree.player == TERMINAL] == -1).all()
    assert (tree.n_children[tree.player != TERMINAL] >= 1).all()
    assert tree.chance_offset[-1] == len(tree.chance_label)
    assert tree.action_offset[-1] == len(tree.action_label)


def assert_perfect_recall(tree):
    """At every information set each player has passed the same own sets and actions, whatever the history."""
    memory = {}

    def walk(node, own):
        mover = tree.player[node]
        if mover >= 0:
            index = int(tree.info_set[node])
            assert memory.setdefault(index, own[mover]) == own[mover]
        for number in range(tree.n_children[node]):
            after = own
            if mover >= 0:
                after = {**own, mover: (*own[mover], (index, number))}
            walk(int(tree.first_child[node]) + number, after)

    walk(0, dict.fromkeys(range(len(tree.players)), ()))


@RANDOM
@given(crisis=crises(max_rounds=3))
def test_players_forget_nothing(crisis):
    """Oracle: definition of perfect recall, by a recursive walk."""
    assert_perfect_recall(unroll(compile_rules(crisis)))


def sealed_pair(*, menus=(["wait", "offer"], ["stay", "arm"]), rounds=1):
    """West chooses from two menus at once, north from one; arms and an offer cancel each other's effect on the door."""
    ids = dict.fromkeys(name for menu in menus for name in menu)
    return make_crisis(
        players={"west": {"soft": 0.5, "hard": None}, "north": {"only": 1.0}},
        state={"door": ("none", "ajar", "open")},
        instruments=[
            *(
                make_instrument(
                    name, "west", effects={"door": "up"} if name in {"offer", "arm"} else {}
                )
                for name in ids
            ),
            make_instrument("hold", "north"),
            make_instrument("go", "north"),
        ],
        phases=[
            make_phase("both", ("west", menus[0]), ("north", ["hold", "go"]), ("west", menus[1])),
        ],
        rounds=rounds,
    )


def test_a_player_may_choose_a_combination_at_once(slow):
    """Oracle: hand, and the enumerator. Two menus of two make four combinations, and north sees none of them before it moves."""
    crisis = sealed_pair()
    tree = unroll(compile_rules(crisis))
    assert_same_tree(slow.root(crisis), tree)
    assert_perfect_recall(tree)
    assert len(tree.terminal_node) == 2 * 2 * 2 * 2
    mine = tree.info_set_player == 0
    # of each type of west: one set at its first menu, and one for each of its two choices at its second
    assert mine.sum() == 2 * (1 + 2)
    assert (~mine).sum() == 1
    assert set(tree.used_by_terminal("offer")) == {True, False}


def test_an_instrument_may_stand_in_two_menus_of_a_player(slow):
    """Oracle: hand, and the enumerator. Used twice it takes effect twice."""
    crisis = sealed_pair(menus=(["wait", "arm"], ["wait", "arm"]), rounds=2)
    tree = unroll(compile_rules(crisis))
    assert_same_tree(slow.root(crisis), tree)
    assert_perfect_recall(tree)
    one = sealed_pair(menus=(["wait", "arm"], ["wait", "arm"]))
    doors = {
        (first, last): start(compile_rules(one), {"west": "soft"})
        .choose(first)
        .choose("go")
        .choose(last)
        .state["door"]
        for first in ("wait", "arm")
        for last in ("wait", "arm")
    }
    assert doors == {
        ("wait", "wait"): "none",
        ("wait", "arm"): "ajar",
        ("arm", "wait"): "ajar",
        ("arm", "arm"): "open",
    }


def test_a_player_that_moves_twice_at_once_does_not_see_the_others_in_between():
    """Oracle: hand. At its second menu west knows its own first choice and nothing of north's."""
    position = start(compile_rules(sealed_pair()), {"west": "soft"}).choose("offer").choose("go")
    assert position.mover == "west"
    assert position.available() == ("stay", "arm")
    assert [sight.label for sight in position.seen("west")] == ["offer"]
    after = position.choose("arm")
    assert [sight.label for sight in after.seen("west")] == ["offer", "arm", "go"]
    assert [sight.label for sight in after.seen("north")] == ["go", "offer", "arm"]


def test_a_fix_binds_the_menus_that_hold_its_instruments():
    """Oracle: hand. One of two menus of the same player is fixed, or both by naming an instrument of each."""
    crisis = sealed_pair()
    for fix, n_ends in ((["offer"], 8), (["offer", "stay"], 4)):
        tree = unroll(compile_rules(crisis, policy=make_policy("p", fix={"both": fix})))
        assert len(tree.terminal_node) == n_ends


def test_the_template_has_perfect_recall(template):
    """Oracle: definition of perfect recall, by a recursive walk."""
    assert_perfect_recall(unroll(compile_rules(template)))


@pytest.mark.parametrize("policy", [None, "free", "arm", "offer", "threaten", "nothing"])
def test_the_template_is_the_enumerated_game(slow, template, policy):
    """Oracle: independent code (conftest)."""
    tree = unroll(compile_rules(template, policy=policy))
    assert_same_tree(slow.root(template, policy), tree)


def test_one_round_of_the_template_has_249_nodes(template):
    """Oracle: hand.

    Per type pair: 1 node of the west and 4 of the north, whose menus hold 17 instruments in all (accepting needs an
    offer). The 13 that are no invasion end the round. Each of 4 invasions has a chance node, 2 answers of the west,
    2 counter-measures and 6 ends. 1 + 4 + 13 + 4 x 11 = 62 for each of 4 pairs, and the root.
    """
    tree = unroll(compile_rules(template, rounds=1))
    assert tree.n_nodes == 249
    assert (tree.player >= 0).sum() == 4 * (1 + 4 + 4 * 4)


def hidden_game(**kwargs):
    """North acts, west answers without always knowing what happened."""
    return make_crisis(
        players={"north": {"only": 1.0}, "west": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[
            make_instrument("hold", "north"),
            make_instrument("march", "north", effects={"door": "open"}, **kwargs),
            make_instrument("spy", "north", **kwargs),
            make_instrument("shrug", "west"),
            make_instrument("protest", "west"),
        ],
        phases=[
            make_phase("act", ("north", ["hold", "march", "spy"])),
            make_phase("answer", ("west", ["shrug", "protest"])),
        ],
    )


@pytest.mark.parametrize(
    ("kwargs", "n_sets"),
    [
        ({}, 3),  # west tells all three apart
        ({"seen_by": ["north"]}, 2),  # hold, or something unseen
        ({"seen_by": ["north"], "looks_like": "hold"}, 1),  # always hold
        ({"seen_by": ["west"]}, 3),
    ],
)
def test_what_is_not_seen_is_not_told_apart(kwargs, n_sets):
    """Oracle: hand."""
    tree = unroll(compile_rules(hidden_game(**kwargs)))
    assert (tree.info_set_player == 1).sum() == n_sets


def test_labels_say_what_the_mover_has_seen():
    """Oracle: hand."""
    tree = unroll(compile_rules(hidden_game(seen_by=["north"])))
    assert tree.info_set_label == [
        "north (only), act, round 1: nothing yet",
        "west (only), answer, round 1: round 1: hold",
        "west (only), answer, round 1: round 1: a move it does not see",
    ]
    assert tree.chance_label == ["north=only, west=only"]


def test_a_look_that_is_itself_unseen_is_just_unseen():
    """Oracle: hand. Two covers that point at each other hide the same."""
    crisis = make_crisis(
        players={"north": {"only": 1.0}, "west": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[
            make_instrument("a", "north", seen_by=["north"], looks_like="b"),
            make_instrument("b", "north", seen_by=["north"], looks_like="a"),
            make_instrument("c", "north", seen_by=["north"], looks_like="d"),
            make_instrument("d", "north"),
            make_instrument("shrug", "west"),
            make_instrument("protest", "west"),
        ],
        phases=[
            make_phase("act", ("north", ["a", "b", "c", "d"])),
            make_phase("answer", ("west", ["shrug", "protest"])),
        ],
    )
    tree = unroll(compile_rules(crisis))
    assert (tree.info_set_player == 1).sum() == 2
    # an observer on no list first sees north's d, or nothing that it can name
    ids = [item.id for item in tree.rules.instruments]
    shown = {ids[code] if code >= 0 else None for code in tree.first_seen[:, 0]}
    assert shown == {None, "d"}


def test_sealed_choices_are_hidden_until_all_have_chosen():
    """Oracle: hand. West has one information set in the sealed phase and tells all apart afterwards."""
    crisis = make_crisis(
        players={"north": {"only": 1.0}, "west": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[
            make_instrument("stay", "north"),
            make_instrument("go", "north", effects={"door": "open"}),
            make_instrument("shrug", "west"),
            # its condition reads the state before the phase: north's choice does not open it
            make_instrument("rush", "west", when=make_condition({"door": "open"})),
            make_instrument("watch", "west"),
        ],
        phases=[
            make_phase("sealed", ("north", ["stay", "go"]), ("west", ["shrug", "rush", "watch"])),
            make_phase("after", ("west", ["shrug", "watch"])),
        ],
    )
    tree = unroll(compile_rules(crisis))
    west = tree.info_set_player == 1
    assert [int((tree.info_set_phase[west] == phase).sum()) for phase in (0, 1)] == [1, 4]


def test_a_forced_move_makes_no_node_and_is_seen():
    """Oracle: hand. Only `go` is open to north in round 2; west sees it."""
    crisis = make_crisis(
        players={"north": {"only": 1.0}, "west": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[
            make_instrument("go", "north", effects={"door": "open"}),
            make_instrument("shrug", "west"),
            make_instrument("watch", "west"),
        ],
        phases=[
            make_phase("act", ("north", ["go"])),
            make_phase("see", ("west", ["shrug", "watch"])),
        ],
    )
    tree = unroll(compile_rules(crisis))
    assert tree.player.tolist() == [CHANCE, 1, TERMINAL, TERMINAL]
    assert tree.memory_of(int(tree.info_set_memory[0])) == ((1, "act", "go"),)
    assert tree.used_by_terminal("go").all()


def test_information_sets_may_span_depths():
    """Oracle: hand. An unseen chance event lengthens some histories; west cannot tell."""
    crisis = make_crisis(
        players={"north": {"only": 1.0}, "west": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[
            make_instrument("hold", "north"),
            make_instrument(
                "plot",
                "north",
                chance={"caught": (0.5, {"door": "open"}), "safe": (None, {})},
                seen_by=["north"],
                looks_like="hold",
            ),
            make_instrument("shrug", "west"),
            make_instrument("watch", "west"),
        ],
        phases=[
            make_phase("act", ("north", ["hold", "plot"])),
            make_phase("see", ("west", ["shrug", "watch"])),
        ],
    )
    tree = unroll(compile_rules(crisis))
    assert (tree.info_set_player == 1).sum() == 1
    assert (tree.player == 1).sum() == 3


def test_up_and_down_stop_at_the_ends():
    """Oracle: hand. Three rounds up from `low` reach `high` and stay there."""
    crisis = make_crisis(
        players={"north": {"only": 1.0}},
        state={"alarm": ("low", "middle", "high")},
        instruments=[
            make_instrument("raise", "north", effects={"alarm": "up"}),
            make_instrument("calm", "north", effects={"alarm": "down"}),
        ],
        phases=[make_phase("act", ("north", ["raise", "calm"]))],
        rounds=3,
        outcomes={
            "high": make_condition({"alarm": "high"}),
            "middle": make_condition({"alarm": "middle"}),
            "low": make_condition({"alarm": "low"}),
        },
        considerations={"calm": (Constant(value=1.0), {"north": {"only": 1.0}})},
    )
    tree = unroll(compile_rules(crisis))
    # uuu uud udu udd duu dud ddu ddd
    named = [tree.outcomes[code] for code in tree.outcome]
    assert named == ["high", "middle", "middle", "low", "high", "low", "middle", "low"]


def test_a_game_without_a_choice_is_one_end_per_types():
    """Oracle: hand."""
    crisis = make_crisis(
        players={"north": {"soft": 0.5, "hard": None}},
        state={"door": ("shut",)},
        instruments=[make_instrument("hold", "north")],
        phases=[make_phase("act", ("north", ["hold"]))],
    )
    tree = unroll(compile_rules(crisis))
    assert tree.player.tolist() == [CHANCE, TERMINAL, TERMINAL]
    assert tree.n_info_sets == 0
    assert tree.info_set_label == []


def test_more_than_64_instruments_are_remembered():
    """Oracle: hand."""
    names = [f"i{number}" for number in range(70)]
    crisis = make_crisis(
        players={"north": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[make_instrument(name, "north") for name in names],
        phases=[make_phase("act", ("north", names))],
    )
    tree = unroll(compile_rules(crisis))
    for number in (0, 63, 64, 69):
        used = tree.used_by_terminal(f"i{number}")
        assert np.flatnonzero(used).tolist() == [number]


def test_many_variables_are_told_apart():
    """Oracle: hand. Rows wider than one 64-bit key: 45 variables of three values, each can be moved once."""
    names = [f"v{number}" for number in range(45)]
    crisis = make_crisis(
        players={"north": {"only": 1.0}},
        state=dict.fromkeys(names, ("a", "b", "c")),
        instruments=[
            make_instrument(f"move_{name}", "north", effects={name: "up"}) for name in names
        ],
        phases=[make_phase("act", ("north", [f"move_{name}" for name in names]))],
        rounds=2,
    )
    found = find_situations(compile_rules(crisis))
    # two moves: 45 variables twice, or a pair of different ones in either order
    assert len(found.terminal_states) == 45 + 45 * 44 // 2
    assert found.n_nodes == 1 + 1 + 45 + 45 * 45


def test_a_tree_above_the_limit_names_the_menus(template):
    """Oracle: hand. The error comes before anything is unrolled."""
    with pytest.raises(CrisisFileError, match="'move' of 'north'") as caught:
        unroll(compile_rules(template, rounds=30))
    assert caught.value.code == "game-too-large"
    assert "fewer rounds" in caught.value.fix
    with pytest.raises(CrisisFileError, match="1,805 nodes, above the limit of 1,804"):
        unroll(compile_rules(template), node_limit=1804)


def test_a_search_that_gives_up_says_more_than(template):
    """Oracle: hand."""
    rules = compile_rules(template)
    found = find_situations(rules, situation_limit=20)
    assert not found.complete
    with pytest.raises(CrisisFileError, match="has more than"):
        unroll(rules, situations=found)


def dead_end(outcomes=None):
    return make_crisis(
        players={"north": {"only": 1.0}},
        state={"door": ("shut", "open")},
        instruments=[
            make_instrument(
                "go", "north", when=make_condition({"door": "shut"}), effects={"door": "open"}
            ),
            make_instrument("wait", "north", when=make_condition({"door": "shut"})),
        ],
        phases=[make_phase("act", ("north", ["go", "wait"]))],
        rounds=2,
        outcomes=outcomes,
    )


def test_an_empty_menu_is_refused_and_names_the_state():
    """Oracle: hand."""
    with pytest.raises(CrisisFileError, match="door=open") as caught:
        unroll(compile_rules(dead_end()))
    assert caught.value.code == "menu-empty"
    assert "without `when`" in caught.value.fix


def test_an_unnamed_end_is_refused_and_names_the_state():
    """Oracle: hand."""
    crisis = dead_end({"shut": make_condition({"door": "shut"})})
    with pytest.raises(CrisisFileError, match="door=open") as caught:
        unroll(compile_rules(crisis, rounds=1))
    assert caught.value.code == "outcome-unnamed"
    assert "add an outcome" in caught.value.fix


def test_sparse_keys_are_sorted_and_dense_ones_counted():
    """Oracle: numpy.unique."""
    for key in (np.array([5, 3, 5, 4]), np.array([10**9, 0, 10**9, 7])):
        unique, rank = compress(key)
        expected, inverse = np.unique(key, return_inverse=True)
        assert unique.tolist() == expected.tolist()
        assert rank.tolist() == inverse.tolist()
