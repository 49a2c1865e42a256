"""Menus and own odds in files: trees, side-cars, and what .efg can say. Oracles: hand, theorems, round trips."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import DetenteError
from detente.game import (
    game_from_tree,
    parse_efg,
    read_game,
    solve_logit_qre,
    write_efg,
    write_side_car,
)
from detente.game.formats.plain import plain_game
from detente.game.formats.side_cars import NumberedGame, add_side_car
from detente.game.formats.trees import parse_tree, write_tree
from detente.testing.games import game_trees, with_menus, with_own_odds
from detente.testing.profiles import examples

SLOW = examples(
    25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
SMALL_GAMES = game_trees(max_players=3, max_depth=4, max_nodes=24)
EFG = """EFG 2 R "war" { "Fred" "Alice" }
""

p "" 1 7 "start" { "wait" "raid" "war" } 0
t "" 1 "" { 0 0 }
p "" 2 3 "reply" { "yield" "fight" } 0
t "" 2 "" { 1 -1 }
t "" 3 "" { -1 -1 }
c "" 5 "" { "won" 0.4 "lost" 0.6 } 0
t "" 4 "" { 3 -3 }
t "" 5 "" { -2 1 }
"""
BESIDE = {
    "menus": {"Fred:7": ["wait", {"nest": "force", "similarity": 0.5, "of": ["raid", "war"]}]},
    "own": {"5": {"Fred": [0.7, 0.3]}},
}


def solve(game, rationality=1.3):
    return solve_logit_qre(
        game.form,
        rationality,
        payoffs=game.payoffs,
        chance_probs=game.chance_probs,
        menus=game.menus,
        own_odds=game.own_odds,
    )


def same(one, other):
    """Whether two games have the same menus and odds, by what stands in a file."""
    assert write_tree(one) == write_tree(other)


@SLOW
@given(with_own_odds(with_menus(SMALL_GAMES)))
def test_a_tree_is_written_as_it_was_read(tree):
    """Oracle: round trip, the same bytes and the same answer."""
    game = game_from_tree(tree)
    text = write_tree(game)
    again = parse_tree(text)
    assert write_tree(again) == text
    # the same numbers; weights that stand in another order may add up to other last digits
    np.testing.assert_allclose(
        np.sort(solve(again).expected_payoffs, axis=0),
        np.sort(solve(game).expected_payoffs, axis=0),
        atol=1e-9,
    )


def test_a_side_car_is_found_by_its_name(tmp_path):
    """Oracle: hand, the menu of set 7 of Fred and his odds of event 5."""
    (tmp_path / "war.efg").write_text(EFG, encoding="utf-8")
    alone = read_game(tmp_path / "war.efg")
    assert alone.menus is None
    assert not alone.own_odds
    (tmp_path / "war.menus.json").write_text(json.dumps(BESIDE), encoding="utf-8")
    game = read_game(tmp_path / "war.efg")
    assert game.menus.lists_of(game.form)[0][1]["of"] == ["raid", "war"]
    np.testing.assert_array_equal(game.own_odds[0], [0.7, 0.3])
    with gzip.open(tmp_path / "war.efg.gz", "wt", encoding="utf-8") as file:
        file.write(EFG)
    same(read_game(tmp_path / "war.efg.gz"), game)
    (tmp_path / "other.json").write_text(json.dumps({"own": {}, "menus": {}}), encoding="utf-8")
    plain = read_game(tmp_path / "war.efg", menus=tmp_path / "other.json")
    assert plain.menus is None


def test_solve_reads_and_names_them(tmp_path):
    """Oracle: hand, the command gives the solver's numbers, and says what the analysts' odds would pay."""
    file, beside = tmp_path / "war.efg", tmp_path / "hopes.json"
    file.write_text(EFG, encoding="utf-8")
    beside.write_text(json.dumps(BESIDE), encoding="utf-8")
    arguments = ["solve", str(file), "--lambda", "1.3", "--menus", str(beside)]
    found = CliRunner().invoke(app, [*arguments, "--json"])
    assert found.exit_code == 0, found.output
    row = json.loads(found.stdout)[0]
    result = solve(read_game(file, menus=beside))
    probs = [item["probability"] for one in row["information_sets"] for item in one["actions"]]
    np.testing.assert_allclose(probs, result.strategy[:, 0], atol=1e-12)
    np.testing.assert_allclose(row["payoffs"], result.expected_payoffs[:, 0], atol=1e-12)
    np.testing.assert_allclose(
        row["payoffs_by_analysts"], result.analysts_payoffs()[:, 0], atol=1e-12
    )
    words = CliRunner().invoke(app, arguments).stdout
    assert "by the analysts' odds" in " ".join(words.split())


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        ({"menus": {"Fred:1": ["wait", "raid", "war"]}}, "menu-invalid", "menus"),
        ({"menus": {"Fred:7": ["wait", "raid"]}}, "menu-invalid", "menu of 'start'"),
        ({"own": {"1": {"Fred": [0.5, 0.5]}}}, "menu-invalid", "own"),
        ({"own": {"5": {"Bob": [0.5, 0.5]}}}, "menu-invalid", "own.5"),
        ({"own": {"5": {"Fred": [0.5]}}}, "game-invalid", "own.5"),
        ({"own": {"5": {"Fred": [1.0, 0.0]}}}, "odds-incompatible", "own"),
        ({"own": {"5": {"Fred": [0.5, 0.6]}}}, "game-invalid", "own"),
        ({"own": {"5": [0.5, 0.5]}}, "game-invalid", "own.5"),
        ({"own": []}, "game-invalid", "own"),
        ({"hopes": {}}, "game-invalid", "war.menus.json"),
        ([1], "game-invalid", "war.menus.json"),
    ],
)
def test_a_side_car_that_does_not_fit_is_refused(tmp_path, change, code, at):
    """Oracle: hand, each entry breaks one rule and is named with its file."""
    (tmp_path / "war.efg").write_text(EFG, encoding="utf-8")
    (tmp_path / "war.menus.json").write_text(json.dumps(change), encoding="utf-8")
    with pytest.raises(DetenteError) as caught:
        read_game(tmp_path / "war.efg")
    assert caught.value.code == code
    assert caught.value.at.startswith("war.menus.json")
    assert at in caught.value.at
    assert caught.value.fix


def test_menus_stand_in_one_place(tmp_path):
    """Oracle: hand."""
    tree = json.loads(write_tree(parse_efg(EFG)))
    tree["menus"] = {"0:0": ["wait", {"nest": "force", "similarity": 0.1, "of": ["raid", "war"]}]}
    (tmp_path / "war.json").write_text(json.dumps(tree), encoding="utf-8")
    (tmp_path / "more.json").write_text(
        json.dumps({"menus": {"Fred:1": ["wait", "raid", "war"]}}), encoding="utf-8"
    )
    assert read_game(tmp_path / "war.json").menus is not None
    with pytest.raises(DetenteError) as caught:
        read_game(tmp_path / "war.json", menus=tmp_path / "more.json")
    assert caught.value.code == "game-invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"menus": []},
        {"menus": {"0": ["wait", "raid", "war"]}},
        {"menus": {"5:0": ["wait", "raid", "war"]}},
        {"menus": {"0:9": ["wait", "raid", "war"]}},
        {"menus": {"0:0": ["wait", "raid"]}},
    ],
)
def test_menus_of_a_tree_that_do_not_fit_are_refused(change):
    """Oracle: hand, each entry breaks one rule."""
    tree = json.loads(write_tree(parse_efg(EFG)))
    with pytest.raises(DetenteError) as caught:
        parse_tree(json.dumps({**tree, **change}), name="war.json")
    assert caught.value.code == "menu-invalid"
    assert caught.value.at.startswith("war.json")
    assert "menu" in caught.value.at


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ([], "game-invalid"),
        ({"7": [0.5, 0.5]}, "game-invalid"),
        ({"Fred": [0.5, 0.5]}, "game-invalid"),
        ({"0": [0.5]}, "game-invalid"),
        ({"0": [0.5, "half"]}, "game-invalid"),
        ({"0": [0.5, 0.6]}, "game-invalid"),
        ({"0": [0.0, 1.0]}, "odds-incompatible"),
    ],
)
def test_own_odds_of_a_tree_that_do_not_fit_are_refused(own, code):
    """Oracle: hand, each entry breaks one rule."""
    leaf = {"payoffs": [1.0]}
    tree = {"chance": [0.5, 0.5], "own": own, "actions": ["a", "b"], "children": [leaf, leaf]}
    with pytest.raises(DetenteError) as caught:
        game_from_tree({"players": ["me"], "tree": tree})
    assert caught.value.code == code


@SLOW
@given(with_own_odds(with_menus(SMALL_GAMES)))
def test_what_is_written_beside_an_efg_is_read_back(tmp_path_factory, tree):
    """Oracle: round trip, by the numbers that the writer of .efg gives."""
    game = game_from_tree(tree)
    bare = game_from_tree({**tree, "menus": {}, "tree": without_own(tree["tree"])})
    folder = tmp_path_factory.mktemp("side-cars")
    (folder / "game.efg").write_text(write_efg(bare), encoding="utf-8")
    (folder / "game.menus.json").write_text(write_side_car(game), encoding="utf-8")
    again = read_game(folder / "game.efg")
    np.testing.assert_allclose(
        solve(again).expected_payoffs, solve(game).expected_payoffs, atol=1e-8
    )


def without_own(node):
    less = {key: value for key, value in node.items() if key != "own"}
    if "children" in less:
        less["children"] = [without_own(child) for child in node["children"]]
    return less


def weighted(depth=1):
    """A mover whose options have the weights 1, 2 and 3, and who moves again after the second."""
    again = {
        "player": 0, "infoset": "again", "actions": ["x", "y"],
        "children": [{"payoffs": [1.0, 0.0]}, {"payoffs": [0.0, 2.0]}],
    }  # fmt: skip
    guess = lambda low, high, one: {  # noqa: E731
        "player": 1, "infoset": "guess", "actions": ["l", "r"],
        "children": [{"payoffs": [low, -low]}, {"payoffs": [high, -high]} if one else again],
    }  # fmt: skip
    tree = {
        "player": 0, "infoset": "first", "actions": ["a", "b", "c"],
        "children": [guess(0.5, -0.5, True), guess(0.3, 0.9, False), guess(-0.2, 0.8, True)],
    }  # fmt: skip
    weights = [{"option": name, "weight": depth * n} for n, name in enumerate("abc", 1)]
    return {"players": ["one", "two"], "tree": tree, "menus": {"0:first": weights}}


def test_whole_weights_are_written_as_copies():
    """Oracle: theorem 1, copies in the same information sets; the mover's later sets are there once for each copy."""
    for depth in (1, 0.5):
        game = game_from_tree(weighted(depth))
        written = parse_efg(write_efg(game))
        assert written.menus is None
        assert np.diff(written.form.action_offset).max() == 6
        for lam in (0.0, 0.7, 2.5):
            wanted, found = solve(game, lam), solve(written, lam)
            first = found.strategy[:6, 0]
            np.testing.assert_allclose(
                [first[0], first[1:3].sum(), first[3:].sum()], wanted.strategy[:3, 0], atol=1e-12
            )
            np.testing.assert_allclose(found.expected_payoffs, wanted.expected_payoffs, atol=1e-12)


def test_own_odds_behind_the_last_move_are_written_as_payoffs():
    """Oracle: theorem, the chance node becomes an end that pays each player its own expectation."""
    data = {**BESIDE, "menus": {}}
    bare = parse_efg(EFG)
    game = game_from_tree(
        json.loads(
            write_tree(bare).replace(
                '"chance": [0.4, 0.6]', '"chance": [0.4, 0.6], "own": {"0": [0.7, 0.3]}'
            )
        )
    )
    np.testing.assert_array_equal(game.own_odds[0], data["own"]["5"]["Fred"])
    written = parse_efg(write_efg(game))
    assert written.form.n_branches == 0
    wanted, found = solve(game), solve(written)
    np.testing.assert_allclose(found.strategy, wanted.strategy, atol=1e-13)
    np.testing.assert_allclose(found.expected_payoffs, wanted.expected_payoffs, atol=1e-13)


def moves_after_own_odds(node, *, before=False):
    """Whether somebody moves after chance of which a player has odds that differ."""
    if not node.get("children"):
        return False
    here = before or any(odds != node["chance"] for odds in node.get("own", {}).values())
    if "player" in node and here:
        return True
    return any(moves_after_own_odds(child, before=here) for child in node["children"])


@SLOW
@given(with_own_odds(SMALL_GAMES))
def test_what_is_written_without_own_odds_is_the_same_game(tree):
    """Oracle: theorem, or a refusal where somebody moves after chance of which players have their own odds."""
    game = game_from_tree(tree)
    assume(game.own_odds)
    if moves_after_own_odds(tree["tree"]):
        with pytest.raises(DetenteError) as caught:
            plain_game(game)
        assert caught.value.code == "odds-incompatible"
        return
    plain = plain_game(game)
    assert not plain.own_odds
    np.testing.assert_allclose(
        solve(plain).expected_payoffs, solve(game).expected_payoffs, atol=1e-9
    )


@pytest.mark.parametrize(
    "menu",
    [
        ["a", {"nest": "n", "similarity": 0.2, "of": ["b", "c"]}],
        [{"option": "a", "weight": 0.7}, "b", "c"],
        [{"option": "a", "weight": 5000}, "b", "c"],
    ],
)
def test_what_an_efg_cannot_say_is_refused(menu):
    """Oracle: hand, nests, weights that are no numbers of copies, and own odds before somebody moves."""
    game = game_from_tree({**weighted(), "menus": {"0:first": menu}})
    with pytest.raises(DetenteError) as caught:
        write_efg(game)
    assert caught.value.code == "menu-invalid"
    tree = weighted()
    tree["tree"] = {
        "chance": [0.5, 0.5], "own": {"1": [0.4, 0.6]}, "actions": ["u", "d"],
        "children": [tree["tree"], {"payoffs": [0.0, 0.0]}],
    }  # fmt: skip
    with pytest.raises(DetenteError) as caught:
        write_efg(game_from_tree(tree))
    assert caught.value.code == "odds-incompatible"


def test_a_nest_of_one_option_is_written_as_that_option():
    """Oracle: theorem, such a nest is its option, exactly."""
    menu = ["a", {"nest": "n", "similarity": 0.9, "of": ["b"]}, "c"]
    game = game_from_tree({**weighted(), "menus": {"0:first": menu}})
    written = parse_efg(write_efg(game))
    np.testing.assert_allclose(solve(written).strategy, solve(game).strategy, atol=1e-13)


def test_sets_and_events_are_counted_where_no_file_numbers_them(tmp_path):
    """Oracle: hand, a normal form has one set a player."""
    (tmp_path / "game.nfg").write_text(
        'NFG 1 R "g" { "a" "b" } { 2 2 } 1 2 3 4 5 6 7 8', encoding="utf-8"
    )
    game = read_game(tmp_path / "game.nfg")
    numbered = NumberedGame.counted(game)
    assert list(numbered.sets) == ["a:1", "b:1"]
    labels = list(game.form.action_label[:2])
    beside = tmp_path / "game.menus.json"
    beside.write_text(
        json.dumps({"menus": {"a:1": [labels[0], {"option": labels[1], "weight": 2}]}}),
        encoding="utf-8",
    )
    assert add_side_car(numbered, beside).menus is not None
    assert read_game(tmp_path / "game.nfg").menus is not None


def test_solve_warns_where_rounding_may_show(tmp_path):
    """Oracle: hand, lambda 400 times a spread of 5 over the scale 0.5 is 4,000."""
    (tmp_path / "war.efg").write_text(EFG, encoding="utf-8")
    (tmp_path / "war.menus.json").write_text(json.dumps(BESIDE), encoding="utf-8")
    arguments = ["solve", str(tmp_path / "war.efg"), "--lambda", "1,400"]
    rows = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert "span" not in rows[0]
    np.testing.assert_allclose(rows[1]["span"], 400 * 5 / 0.5)
    words = " ".join(CliRunner().invoke(app, arguments).stdout.split())
    assert "rounding may show" in words
