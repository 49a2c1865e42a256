"""Games by hand and as nested trees; hostile input is refused with a place and a fix. Oracle: hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import GameError
from detente.game import GameBuilder, solve_logit_qre
from detente.game.formats.trees import game_from_tree
from detente.testing.profiles import examples


def deterrence():
    builder = GameBuilder(["challenger", "defender"], title="deterrence")
    root = builder.chance(None, probs={"strong": 0.3, "weak": 0.7}, payoffs=[0.0, -1.0])
    for kind, bonus in (("strong", 1.0), ("weak", -1.0)):
        node = builder.decision(
            (root, kind), player="challenger", info_set="blind", actions=["hold", "attack"]
        )
        builder.terminal((node, "hold"), payoffs=[0.0, 0.0])
        reply = builder.decision(
            (node, "attack"), player="defender", info_set=kind, actions=["yield", "fight"],
            payoffs=[-0.5, 0.0],
        )  # fmt: skip
        builder.terminal((reply, "yield"), payoffs=[2.0, -2.0])
        builder.terminal((reply, "fight"), payoffs=[-1.0, bonus])
    return builder


def test_payoffs_add_up_along_the_path_and_equal_ones_share_a_class():
    game = deterrence().build()
    form = game.form
    assert form.n_classes == 4
    paid = game.payoffs[form.payoff_class].tolist()
    assert paid == [[0, -1], [0, -1], [1.5, -3], [-1.5, 0], [1.5, -3], [-1.5, -2]]
    assert form.info_set_label == ("blind", "strong", "weak")
    assert form.chance_label == ("strong", "weak")
    assert game.title == "deterrence"
    assert solve_logit_qre(
        form, 1.0, payoffs=game.payoffs, chance_probs=game.chance_probs
    ).converged.all()


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda _: GameBuilder([]), "game-invalid"),
        (lambda _: GameBuilder(["a", "a"]), "game-invalid"),
        (
            lambda b: b.decision((1, "hold"), player="nobody", info_set="x", actions=["a"]),
            "player-unknown",
        ),
        (
            lambda b: b.decision(None, player="defender", info_set="strong", actions=["a"]),
            "game-invalid",
        ),
        (
            lambda b: b.decision(None, player="defender", info_set="new", actions=["a", "a"]),
            "game-invalid",
        ),
        (lambda b: b.decision(None, player="defender", info_set="new", actions=[]), "game-invalid"),
        (lambda b: b.chance(None, probs={"a": 0.5, "b": 0.6}), "game-invalid"),
        (lambda b: b.chance(None, probs={"a": float("nan")}), "game-invalid"),
        (lambda b: b.terminal(None, payoffs=[1.0]), "game-invalid"),
        (lambda b: b.terminal(None, payoffs=[1.0, float("inf")]), "game-invalid"),
        (lambda b: b.terminal(None, payoffs=[1.0, 0.0]), "game-invalid"),
        (lambda b: b.terminal((99, "a"), payoffs=[1.0, 0.0]), "game-invalid"),
        (lambda b: b.terminal((0, "other"), payoffs=[1.0, 0.0]), "game-invalid"),
        (lambda b: b.terminal((0, "strong"), payoffs=[1.0, 0.0]), "game-invalid"),
        (lambda _: GameBuilder(["a"]).build(), "game-invalid"),
    ],
)
def test_the_builder_refuses(attempt, code):
    with pytest.raises(GameError) as caught:
        attempt(deterrence())
    assert caught.value.code == code
    assert caught.value.fix


def test_places_may_be_numbered():
    builder = GameBuilder(["a"])
    root = builder.decision(None, player="a", info_set="s", actions=["left", "right"], label="S")
    builder.terminal((root, 1), payoffs=[1.0])
    builder.terminal((root, 0), payoffs=[0.0])
    with pytest.raises(GameError, match="no action 2"):
        builder.terminal((root, 2), payoffs=[0.0])
    game = builder.build()
    assert game.form.info_set_label == ("S",)
    assert game.payoffs[game.form.payoff_class].tolist() == [[0.0], [1.0]]


def test_an_action_that_leads_nowhere_is_named():
    builder = GameBuilder(["a"])
    root = builder.decision(None, player="a", info_set="s", actions=["left", "right"])
    builder.terminal((root, "left"), payoffs=[0.0])
    with pytest.raises(GameError, match="'right' of node 0"):
        builder.build()


LEAF = {"payoffs": [0.0]}


@pytest.mark.parametrize(
    ("tree", "at"),
    [
        (None, "tree"),
        ({"children": 3}, "tree.children"),
        ({"children": [LEAF], "actions": ["a", "b"]}, "tree.actions"),
        ({"children": [LEAF], "actions": [1]}, "tree.actions"),
        ({"payoffs": ["x"]}, "tree.payoffs"),
        ({"payoffs": [True]}, "tree.payoffs"),
        ({"payoffs": 1.0}, "tree.payoffs"),
        ({"chance": [0.5], "children": [LEAF, LEAF]}, "tree.chance"),
        ({"chance": ["half"], "children": [LEAF]}, "tree.chance"),
        ({"chance": 1.0, "children": [LEAF]}, "tree.chance"),
        ({"children": [LEAF]}, "tree.player"),
        ({"player": 1, "infoset": 0, "children": [LEAF]}, "tree.player"),
        ({"player": True, "infoset": 0, "children": [LEAF]}, "tree.player"),
        ({"player": 0, "infoset": 0.5, "children": [LEAF]}, "tree.infoset"),
        ({"player": 0, "infoset": True, "children": [LEAF]}, "tree.infoset"),
        ({"player": 0, "infoset": 0, "children": [LEAF, "end" * 50]}, "tree.children[1]"),
    ],
)
def test_a_tree_that_is_no_game_is_refused_by_its_path(tree, at):
    with pytest.raises(GameError) as caught:
        game_from_tree({"players": ["a"], "tree": tree})
    assert caught.value.at == at
    assert caught.value.fix


@pytest.mark.parametrize("data", [[], {"players": "ab"}, {"players": [1]}, {"players": []}])
def test_a_document_that_is_no_game_is_refused(data):
    with pytest.raises(GameError):
        game_from_tree(data)


def test_a_deep_tree_needs_no_recursion():
    """Oracle: hand, 20,000 nodes in a line."""
    tree = {"payoffs": [1.0]}
    for number in range(20_000):
        tree = {"player": 0, "infoset": number, "children": [tree]}
    game = game_from_tree({"players": ["a"], "tree": tree})
    assert game.form.n_nodes == 20_001


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["children", "actions", "player", "infoset", "chance", "payoffs"]),
            inner,
        )
    ),
    max_leaves=20,
)


@examples(150)
@given(players=JSON | st.just(["a"]), tree=JSON)
def test_any_document_is_a_game_or_is_refused_with_a_code(players, tree):
    try:
        game = game_from_tree({"players": players, "tree": tree})
    except GameError:
        return
    assert np.isfinite(game.payoffs).all()
