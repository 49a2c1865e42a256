"""Nested trees in JSON: round trips, and what is refused with line and path. Oracle: hand unless said otherwise."""

import json
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.characters import find_forbidden
from detente.errors import GameError
from detente.game.formats._json import parse_json
from detente.game.formats.efg import parse_efg, write_efg
from detente.game.formats.trees import game_from_tree, parse_tree, read_tree, write_tree
from detente.testing.games import game_trees
from detente.testing.profiles import examples

TEXT = """{"title": "t", "players": ["a", "b"],
 "tree": {"chance": [0.25, 0.75], "actions": ["x", "y"], "payoffs": [1, 0], "children": [
  {"player": 1, "infoset": 0, "label": "s", "actions": ["u", "v"], "children": [
   {"payoffs": [0, 1]}, {"payoffs": [2, 0.5]}]},
  {"payoffs": [0, 0]}]}}
"""
TEXTS = st.text().filter(lambda text: find_forbidden(text) is None)


def test_a_tree_is_read_and_written_with_the_same_bytes():
    game = parse_tree(TEXT)
    assert sorted(game.payoffs.tolist()) == [[1, 0], [1, 1], [3, 0.5]]
    assert game.form.info_set_label == ("s",)
    once = write_tree(game)
    assert write_tree(parse_tree(once)) == once


@examples(30)
@given(tree=game_trees(max_nodes=30))
def test_both_formats_carry_the_same_game(tree):
    """Oracle: theorem, a game that goes through both formats comes back the same."""
    game = game_from_tree(tree)
    text = write_tree(game)
    assert write_tree(parse_tree(text)) == text
    through = parse_efg(write_efg(parse_tree(text)))
    assert write_efg(through) == write_efg(game)
    np.testing.assert_array_equal(through.chance_probs, parse_efg(write_efg(game)).chance_probs)


@examples(200)
@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | TEXTS,
        lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
        max_leaves=12,
    ),
    indent=st.none() | st.integers(0, 2),
)
def test_json_means_what_the_standard_library_says(value, indent):
    """Oracle: independent code."""
    assert parse_json(json.dumps(value, indent=indent), name="x") == value


@examples(300)
@given(
    where=st.integers(0, len(TEXT) - 1),
    length=st.integers(0, 12),
    junk=st.text(alphabet=string.printable, max_size=12),
)
def test_damaged_trees_are_games_or_refused(where, length, junk):
    try:
        game = parse_tree(TEXT[:where] + junk + TEXT[where + length :])
    except GameError:
        return
    assert np.isfinite(game.payoffs).all()


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("[0, 1]", "[0, NaN]", "payoff-not-finite", 4),
        ("[0, 1]", "[0, 1e999]", "payoff-not-finite", 4),
        ("[0, 1]", "[0]", "game-invalid", 4),
        ('{"payoffs": [0, 1]}', "{}", "game-invalid", 4),
        ("0.75", "0.5", "game-invalid", 2),
        ('"player": 1', '"player": 2', "game-invalid", 3),
        ('"player": 1', '"player": 1, "player": 1', "game-invalid", 3),
        ('["u", "v"]', '["u", "u"]', "game-invalid", 3),
        ('["u", "v"]', '["u"]', "game-invalid", 3),
        ("0]}]}}", "0]}]}", "game-invalid", 6),
        ("0]}]}}", "0]}]]}", "game-invalid", 5),
        ("0]}]}}", "0]}]}} 1", "game-invalid", 5),
        ('"s"', '"s', "game-invalid", 3),
        ("[0, 1]", "[0, " + "9" * 400 + "]", "game-invalid", 4),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old, new, code, line):
    assert old in TEXT
    with pytest.raises(GameError) as caught:
        parse_tree(TEXT.replace(old, new), name="game.json")
    assert caught.value.code == code
    assert caught.value.at.split()[0] == f"game.json:{line}"
    assert caught.value.fix


@pytest.mark.parametrize("deep", [5_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_depth_costs_nothing(deep):
    inner = "".join(
        f'{{"player": 0, "infoset": {n}, "actions": ["x"], "children": [' for n in range(deep)
    )
    text = f'{{"players": ["a"], "tree": {inner}{{"payoffs": [1]}}{"]}" * deep}}}'
    game = parse_tree(text)
    assert game.form.n_nodes == deep + 1
    with pytest.raises(GameError):
        parse_tree("[" * 200_000)


def test_a_node_below_itself_is_refused():
    node = {"player": 0, "infoset": 0, "actions": ["x"]}
    node["children"] = [node]
    with pytest.raises(GameError, match="below itself"):
        game_from_tree({"players": ["a"], "tree": node})


def test_a_tree_shared_beyond_measure_is_refused(monkeypatch):
    monkeypatch.setattr("detente.game.formats.trees._MOST_NODES", 1000)
    node = {"payoffs": [1]}
    for depth in range(60):
        node = {"player": 0, "infoset": depth, "children": [node, node]}
    with pytest.raises(GameError) as caught:
        game_from_tree({"players": ["a"], "tree": node})
    assert caught.value.code == "game-too-large"


def test_files_are_read_by_path(tmp_path):
    file = tmp_path / "game.json"
    file.write_text(TEXT, encoding="utf-8-sig")
    assert read_tree(file).title == "t"
    file.write_bytes(b'{"title": "\xe9"}')
    with pytest.raises(GameError) as caught:
        read_tree(file)
    assert (caught.value.code, caught.value.at) == ("file-not-utf8", "game.json:1")


def test_a_text_of_too_many_objects_is_refused_before_it_fills_memory(monkeypatch):
    monkeypatch.setattr("detente.game.formats._json.MOST_OBJECTS", 10)
    with pytest.raises(GameError) as caught:
        parse_tree('{"players": ["a"], "tree":\n' + "[" * 20, name="big.json")
    assert (caught.value.code, caught.value.at) == ("game-too-large", "big.json:2")
    assert caught.value.fix
