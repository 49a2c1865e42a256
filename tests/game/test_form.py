"""The checks of :mod:`detente.game.form`: what is no tree is refused, with place and fix. Oracle: hand."""

import numpy as np
import pytest

from detente.errors import GameError
from detente.game import ExtensiveForm

MATCHING = {
    # a hidden choice of player 0, then player 1, who does not see it
    "player": [0, 1, 1, -2, -2, -2, -2],
    "first_child": [1, 3, 5, -1, -1, -1, -1],
    "n_children": [2, 2, 2, 0, 0, 0, 0],
    "info_set": [0, 1, 1, -1, -1, -1, -1],
    "info_set_player": [0, 1],
    "action_offset": [0, 2, 4],
    "chance_offset": [0],
    "terminal_node": [3, 4, 5, 6],
    "payoff_class": [0, 1, 1, 0],
    "n_players": 2,
}


def build(**changes):
    return ExtensiveForm.from_arrays(**{**MATCHING, **changes})


def test_a_good_tree_has_its_derived_arrays():
    form = build()
    assert (form.n_nodes, form.n_info_sets, form.n_actions, form.n_branches, form.n_classes) == (
        (7, 2, 4, 0, 2)
    )
    assert form.parent.tolist() == [-1, 0, 0, 1, 1, 2, 2]
    assert form.info_set_parent.tolist() == [-1, -1]
    assert form.terminal_action.tolist() == [[0, 2], [0, 3], [1, 2], [1, 3]]
    assert form.uniform_strategy().tolist() == [0.5] * 4
    assert form.info_set_label == ("1", "2")


def test_arrays_are_private_copies():
    player = np.array(MATCHING["player"])
    form = build(player=player)
    player[0] = 1
    assert form.player[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        form.player[0] = 1


def test_labels_are_kept():
    form = build(
        player_label=("row", "column"),
        info_set_label=("first", "second"),
        action_label=("h", "t", "h", "t"),
    )
    assert form.player_label == ("row", "column")
    assert form.action_label[3] == "t"


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"player": []}, "player"),
        ({"player": [[0]]}, "player"),
        ({"player": [0.5] * 7}, "player"),
        ({"first_child": [2**40] * 7}, "first_child"),
        ({"n_players": 0}, "n_players"),
        ({"info_set": [0]}, "info_set"),
        ({"player": [0, 1, 2, -2, -2, -2, -2]}, "player[2]"),
        ({"player": [0, 1, -3, -2, -2, -2, -2]}, "player[2]"),
        ({"action_offset": [1, 2, 4]}, "action_offset"),
        ({"action_offset": [0, 2, 2]}, "action_offset"),
        ({"action_offset": [0, 4]}, "action_offset"),
        ({"chance_offset": []}, "chance_offset"),
        ({"n_children": [2, 0, 2, 0, 0, 0, 0]}, "n_children[1]"),
        ({"n_children": [2, 2, 2, 0, 0, 0, 1]}, "n_children[6]"),
        ({"first_child": [0, 3, 5, -1, -1, -1, -1]}, "first_child[0]"),
        ({"first_child": [1, 3, 6, -1, -1, -1, -1]}, "first_child[2]"),
        ({"first_child": [1, 3, 4, -1, -1, -1, -1]}, "first_child[6]"),
        ({"n_children": [2, 2, 1, 0, 0, 0, 0]}, "n_children"),
        ({"info_set_player": [0, 2]}, "info_set_player[1]"),
        ({"info_set": [0, 1, 2, -1, -1, -1, -1]}, "info_set[2]"),
        ({"action_offset": [0, 3, 5]}, "info_set[0]"),
        ({"info_set_player": [0, 0]}, "info_set[1]"),
        (
            {"info_set_player": [0, 1, 1], "action_offset": [0, 2, 4, 6]},
            "info_set_player[2]",
        ),
        ({"payoff_class": [0]}, "payoff_class"),
        ({"terminal_node": [3, 4, 5, 5]}, "terminal_node"),
        ({"payoff_class": [0, -1, 0, 0]}, "payoff_class[1]"),
        ({"player_label": ("one",)}, "player_label"),
    ],
)
def test_what_is_no_game_is_refused(changes, at):
    with pytest.raises(GameError) as caught:
        build(**changes)
    assert caught.value.code == "game-invalid"
    assert caught.value.at == at
    assert caught.value.fix


def test_a_player_who_forgets_its_move_is_refused_by_set():
    # the second mover is the first one again and does not know what it did
    with pytest.raises(GameError, match="'later'") as caught:
        build(
            player=[0, 0, 0, -2, -2, -2, -2],
            info_set_player=[0, 0],
            info_set_label=("now", "later"),
        )
    assert caught.value.code == "recall-imperfect"
    assert "information set 1" in str(caught.value)
    assert caught.value.fix


def test_an_absent_minded_player_is_refused():
    # one set twice on a path (Piccione and Rubinstein's driver)
    with pytest.raises(GameError) as caught:
        ExtensiveForm.from_arrays(
            [0, 0, -2, -2, -2], [1, 3, -1, -1, -1], [2, 2, 0, 0, 0], [0, 0, -1, -1, -1],
            [0], [0, 2], [0], [2, 3, 4], [0, 1, 2], 1,
        )  # fmt: skip
    assert caught.value.code == "recall-imperfect"


def test_chance_events_may_be_shared():
    form = ExtensiveForm.from_arrays(
        [0, -1, -1, -2, -2, -2, -2], [1, 3, 5, -1, -1, -1, -1], [2, 2, 2, 0, 0, 0, 0],
        [0, 0, 0, -1, -1, -1, -1], [0], [0, 2], [0, 2], [3, 4, 5, 6], [0, 1, 2, 3], 1,
    )  # fmt: skip
    assert form.n_branches == 2
