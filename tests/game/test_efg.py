"""Gambit's files: what a reader must accept, what it must refuse with file and line. Oracle: hand, the format's text."""

import json
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from detente.characters import find_forbidden
from detente.cli import app
from detente.errors import GameError
from detente.game import solve_logit_qre
from detente.game.building import GameBuilder
from detente.game.formats.efg import parse_efg, read_efg, write_efg
from detente.game.formats.efg_text import format_efg_file, parse_efg_file
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree, game_trees
from detente.testing.profiles import examples

BAYES = """EFG 2 R "General \\"Bayesian\\" game" { "Player 1" "Player 2" }
"a comment
over two lines"

c "" 1 "(0,1)" { "1G" 1/3 "1B" 2/3 } 0
c "" 2 "(0,2)" { "2g" 0.25 "2b" .75 } 0
p "" 1 1 "(1,1)" { "H" "L" } 1 "Outcome 1" { 10, -2.5e0 }
t "" 2 "Outcome 2" { 0 1/2 }
t "" 1
p "" 1 1 0
t "" 2
t "" 0
p "name" 1 2 "" { "H" "" "H" } 0
t "" 2
t "" 2
t "" 1
"""


def test_payoffs_at_inner_nodes_fractions_and_short_mentions():
    game = parse_efg(BAYES)
    form = game.form
    assert game.title == 'General "Bayesian" game'
    np.testing.assert_array_equal(game.chance_probs, [1 / 3, 2 / 3, 0.25, 0.75])
    paid = [game.payoffs[row].tolist() for row in form.payoff_class]
    assert sorted(paid) == sorted(
        [[10, -2], [20, -5], [0, 0.5], [0, 0], [0, 0.5], [0, 0.5], [10, -2.5]]
    )
    assert form.info_set_label == ("(1,1)", "2")
    assert form.action_label == ("H", "L", "H_1", "_1", "H_2")


def test_writing_what_was_read_gives_the_same_bytes_again():
    once = write_efg(parse_efg(BAYES))
    assert write_efg(parse_efg(once)) == once


@examples(40)
@given(tree=game_trees(max_nodes=30))
def test_a_round_trip_keeps_the_game(tree):
    """Oracle: theorem, the same equilibrium on both sides."""
    game = game_from_tree(tree)
    text = write_efg(game)
    back = parse_efg(text)
    assert write_efg(back) == text
    one, two = (
        solve_logit_qre(item.form, 0.7, payoffs=item.payoffs, chance_probs=item.chance_probs)
        for item in (game, back)
    )
    np.testing.assert_allclose(one.expected_payoffs, two.expected_payoffs, atol=1e-12)


def test_one_third_is_written_as_a_fraction():
    game = game_from_tree(bargaining_tree(rounds=1, challenger_types=3, defender_types=1))
    assert '"1" 1/3 "2" 1/3 "3" 1/3' in write_efg(game)


HEAD = 'EFG 2 R "t" { "a" "b" }\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("EFG 3 R", 1),
        ("EFG 2 X", 1),
        ("EFG 2 R title", 1),
        ('EFG 2 R "t" "a"', 1),
        ('EFG 2 R "t" { a }', 1),
        ('EFG 2 R "t', 1),
        (HEAD, 2),
        (HEAD + 'x "" 1', 2),
        (HEAD + "t 1", 2),
        (HEAD + 't "" x', 2),
        (HEAD + 't "" 1', 2),
        (HEAD + 't "" 1 "" { 1 }', 2),
        (HEAD + 't "" 1 "" { 1, 2, 3 }', 2),
        (HEAD + 't "" 1 "" { 1, 2 }\nt "" 0', 3),
        (HEAD + 'p "" 3 1 "" { "x" } 0', 2),
        (HEAD + 'p "" 1 1 0', 2),
        (HEAD + 'p "" 1 1 "" { } 0', 2),
        (HEAD + 'p "" 1 1 "" { "x" } 0\np "" 1 1 "" { "y" } 0', 3),
        (HEAD + 'p "" 1 1 "" { "x" "y" } 0\nt "" 0\n', 4),
        (HEAD + 'c "" 1 0', 2),
        (HEAD + 'c "" 1 "" { } 0', 2),
        (HEAD + 'c "" 99999999999 "" { "x" 1 } 0', 2),
        (HEAD + 'p "" 1 1 "" { "x" 5 } 0', 2),
    ],
)
def test_what_is_no_game_is_refused_by_line(text, line):
    with pytest.raises(GameError) as caught:
        parse_efg(text, name="bad.efg")
    assert caught.value.at == f"bad.efg:{line}"
    assert caught.value.code == "game-invalid"
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('t "" 1 "" { nan, 1 }', "payoff-not-finite"),
        ('t "" 1 "" { -inf, 1 }', "payoff-not-finite"),
        ('t "" 1 "" { 1/0, 1 }', "payoff-not-finite"),
        ('t "" 1 "" { 1e999, 1 }', "payoff-not-finite"),
        ('t "" 1 "" { 1e999999999, 1 }', "payoff-not-finite"),
        ('t "" 1 "" { 1e301, 1 }', "payoff-not-finite"),
        ('t "" 1 "" { ' + "9" * 5000 + ", 1 }", "payoff-not-finite"),
        ('t "" 1 "" { x, 1 }', "game-invalid"),
        ('c "" 1 "" { "x" 1/2 "y" 1/3 } 0', "probability-out-of-range"),
        ('c "" 1 "" { "x" 3/2 "y" -1/2 } 0', "probability-out-of-range"),
        ('c "" 1 "" { "x" nan "y" 1 } 0', "probability-out-of-range"),
        ('t "" 0 "" { 1, 1 }', "game-invalid"),
        ('t "" 7', "game-invalid"),
        ('p "" 1 1 "" { ' + '"a" ' * 100_001 + "} 0", "game-too-large"),
    ],
)
def test_numbers_and_sizes_are_refused_by_code_and_line(text, code):
    with pytest.raises(GameError) as caught:
        parse_efg(HEAD + text, name="bad.efg")
    assert (caught.value.code, caught.value.at) == (code, "bad.efg:2")
    assert caught.value.fix


@pytest.mark.parametrize(
    "second",
    ['p "" 1 1 "other" { "x" } 0', 'p "" 1 1 "s" { "z" } 0', 'p "" 1 1 "s" { "x" } 1 "w" { 1, 2 }'],
)
def test_another_description_of_the_same_number_is_refused(second):
    with pytest.raises(GameError, match="another way") as caught:
        parse_efg(HEAD + 'p "" 1 1 "s" { "x" } 1 "v" { 1, 2 }\n' + second)
    assert caught.value.at == "text:3"


def test_sums_of_payoffs_are_exact():
    """Oracle: hand; 0.1 + 0.2 is 0.3, not the sum of the floats."""
    text = HEAD + 'p "" 1 1 "" { "x" } 1 "" { 0.1, 1/3 }\nt "" 2 "" { 0.2, 2/3 }\n'
    assert parse_efg(text).payoffs.tolist() == [[0.3, 1.0]]


def test_a_file_keeps_names_outcomes_and_numbers_as_written():
    document = parse_efg_file(BAYES)
    text = format_efg_file(document)
    assert format_efg_file(parse_efg_file(text)) == text
    assert '"2g" 0.25 "2b" .75' in text
    assert 'p "name" 1 2' in text
    assert '1 "Outcome 1" { 10, -2.5e0 }' in text


@examples(60)
@given(label=st.text(max_size=8).filter(lambda label: find_forbidden(label) is None))
def test_every_label_survives_the_round_trip(label):
    builder = GameBuilder([label or "_1"], title=label)
    move = builder.decision(None, player=label or "_1", info_set=label, actions=[label or "_1"])
    builder.terminal((move, label or "_1"), payoffs=[1.0])
    game = parse_efg(write_efg(builder.build()))
    assert game.title == label
    assert game.form.player_label == game.form.action_label == (label or "_1",)


def test_names_that_repeat_are_numbered_around_those_that_stand():
    """Oracle: published, Gambit's rule (``x``, ``x``, ``x_1`` must not become ``x_1`` twice)."""
    text = 'EFG 2 R "" { "a" } p "" 1 1 "" { "x" "x" "x_1" } 0 t "" 0 t "" 0 t "" 0'
    assert parse_efg(text).form.action_label == ("x_2", "x_3", "x_1")


def test_sets_events_and_outcomes_may_have_any_number():
    """Oracle: independent code, Gambit 17 reads these as well."""
    text = (
        HEAD
        + 'c "" 0 "" { "l" 1 } -1 "w" { 1, 2 }\np "" 1 0 "s" { "x" } +7 "v" { 3, 1 }\nt "" -1\n'
    )
    assert parse_efg(text).payoffs.tolist() == [[5.0, 5.0]]


def test_imperfect_recall_is_named():
    text = HEAD + (
        'p "" 1 1 "s" { "x" "y" } 0\np "" 1 2 "later" { "u" "v" } 0\nt "" 0\nt "" 0\n'
        'p "" 1 2 0\nt "" 0\nt "" 0\n'
    )
    with pytest.raises(GameError, match="later") as caught:
        parse_efg(text)
    assert caught.value.code == "recall-imperfect"
    assert "lines 3, 6" in str(caught.value)
    assert caught.value.at in {"text:3", "text:6"}


@examples(150)
@given(
    where=st.integers(0, len(BAYES) - 1),
    length=st.integers(0, 12),
    junk=st.text(alphabet=string.printable, max_size=12),
)
def test_damaged_files_are_games_or_refused(where, length, junk):
    try:
        game = parse_efg(BAYES[:where] + junk + BAYES[where + length :])
    except GameError:
        return
    assert np.isfinite(game.payoffs).all()


def test_files_that_cannot_be_read_are_refused(tmp_path, monkeypatch):
    with pytest.raises(GameError) as caught:
        read_efg(tmp_path / "none.efg")
    assert caught.value.code == "file-missing"
    bad = tmp_path / "bad.efg"
    bad.write_bytes(b"EFG 2 R \xff")
    with pytest.raises(GameError) as caught:
        read_efg(bad)
    assert caught.value.code == "file-not-utf8"
    monkeypatch.setattr("detente.game.formats._files.MOST_BYTES", 5)
    with pytest.raises(GameError) as caught:
        read_efg(bad)
    assert caught.value.code == "file-too-large"


@pytest.mark.parametrize("deep", [5_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_a_deep_file_needs_no_recursion(deep):
    text = HEAD + "".join(f'p "" 1 {n + 1} "" {{ "x" }} 0\n' for n in range(deep)) + 't "" 0\n'
    assert parse_efg(text).form.n_nodes == deep + 1


# detente solve


def test_solve_prints_a_table_and_json(tmp_path):
    game = game_from_tree(bargaining_tree(rounds=1, challenger_types=2, defender_types=2))
    file = tmp_path / "game.efg"
    file.write_text(write_efg(game), encoding="utf-8")
    shown = CliRunner().invoke(app, ["solve", str(file), "--lambda", "0,2"])
    assert shown.exit_code == 0
    assert "lambda 2" in shown.output
    assert "0.2500" in shown.output
    answer = CliRunner().invoke(app, ["solve", str(file), "--lambda", "0,2", "--json"])
    rows = json.loads(answer.output)
    assert [row["lambda"] for row in rows] == [0.0, 2.0]
    assert all(row["status"] == "converged" and row["residual"] < 1e-9 for row in rows)
    players = [item["player"] for item in rows[1]["information_sets"]]
    assert players == sorted(players)
    expected = solve_logit_qre(game.form, 2.0, payoffs=game.payoffs, chance_probs=game.chance_probs)
    np.testing.assert_allclose(rows[1]["payoffs"], expected.expected_payoffs[:, 0], atol=1e-9)


def test_solve_reads_nested_trees(tmp_path):
    file = tmp_path / "game.json"
    tree = bargaining_tree(rounds=1, challenger_types=1, defender_types=1)
    file.write_text(json.dumps(tree), encoding="utf-8")
    assert CliRunner().invoke(app, ["solve", str(file)]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("game.json", "{", []),
        ("game.json", None, []),
        ("game.efg", None, []),
        ("game.efg", HEAD + 't "" 0', ["--lambda", "much"]),
        ("game.efg", HEAD + 't "" 0', ["--lambda", "-1"]),
    ],
)
def test_solve_refuses_with_a_code(tmp_path, name, text, options):
    file = tmp_path / name
    if text is not None:
        file.write_text(text, encoding="utf-8")
    shown = CliRunner().invoke(app, ["solve", str(file), *options])
    assert shown.exception is not None
    assert shown.exception.fix
