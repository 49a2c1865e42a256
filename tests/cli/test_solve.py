"""``detente solve`` and ``detente show``. Oracle: hand, unless said otherwise."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.cli.solve import describe
from detente.errors import GameError
from detente.game import read_efg, solve_logit_qre, trace_logit_branch, write_efg
from detente.game.catalogue import catalogue, find_game
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree

TOOL = Path(__file__).parents[2].parent / "shared" / "tools" / "crisis_bargaining_game.py"


def run(*arguments):
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_json_has_exactly_the_promised_shape():
    rows = json.loads(run("solve", "books/myerson1991/fig2_1", "--lambda", "0.25,2", "--json"))
    assert [row["lambda"] for row in rows] == [0.25, 2.0]
    for row in rows:
        assert set(row) == {"lambda", "residual", "status", "payoffs", "information_sets"}
        assert row["status"] == "converged"
        assert row["residual"] <= 1e-9
        assert len(row["payoffs"]) == 2
        assert [item["player"] for item in row["information_sets"]] == ["Fred", "Fred", "Alice"]
        for item in row["information_sets"]:
            assert set(item) == {"player", "label", "actions"}
            assert all(set(action) == {"label", "probability"} for action in item["actions"])
            np.testing.assert_allclose(sum(a["probability"] for a in item["actions"]), 1.0)
    first = rows[0]["information_sets"][0]["actions"][0]
    assert first["label"] == "Raise"
    np.testing.assert_allclose(first["probability"], 0.5349690035990672, atol=1e-8)  # Gambit 16.7.0


def many_games(tmp_path):
    """Four nearly equal games beside each other, whose folds nearly coincide."""
    base = bargaining_tree(rounds=2, challenger_types=2, defender_types=2)

    def scaled(node, factor, shift):
        turned = dict(node)
        if "player" in node:
            turned["infoset"] = node["infoset"] + shift
        if "payoffs" in node:
            turned["payoffs"] = [factor * pay for pay in node["payoffs"]]
        turned["children"] = [scaled(child, factor, shift) for child in node.get("children", [])]
        return turned

    trees = [scaled(base["tree"], 1.0 + 1e-4 * k, 1000 * k) for k in range(4)]
    tree = {"chance": [0.25] * 4, "children": trees}
    game = game_from_tree({"players": base["players"], "tree": tree})
    file = tmp_path / "many.efg"
    file.write_text(write_efg(game), encoding="utf-8")
    return game, str(file)


def test_answers_that_are_not_certified_to_lie_on_the_branch_say_so(tmp_path):
    """Oracle: hand, each of the four games turns back once and forward once."""
    _, file = many_games(tmp_path)
    plain, behind = json.loads(run("solve", file, "--lambda", "20,50", "--json"))
    assert "segment" not in plain
    assert "turns" not in plain
    assert (plain["status"], behind["status"]) == ("converged", "converged")
    assert behind["segment"] == "apart"
    assert behind["turns"] == 8
    assert 1 <= behind["apart"] <= 4
    shown = run("solve", file, "--lambda", "20,50")
    assert "folds passed apart" in shown
    assert (
        "lambda 50: an equilibrium by its residual, but not certified to lie on the principal branch"
        in shown
    )


def test_values_that_stall_say_why(tmp_path):
    game, _ = many_games(tmp_path)
    branch = trace_logit_branch(
        game.form, [1.0, 50.0], payoffs=game.payoffs, chance_probs=game.chance_probs, most_walks=400
    )
    first, second = describe(game, branch)
    assert "reason" not in first
    assert second["status"] == "stalled"
    assert second["reason"].startswith("given up after 4")
    assert "allow more walks" in second["reason"]
    assert branch.reasons[0] == ""
    assert 1.0 < branch.reached < 50.0


def test_the_table_shows_strategies_payoffs_and_residual():
    shown = run("solve", "kuhn1950/poker", "--lambda", "1")
    for word in (
        "Kuhn poker",
        "Player 2",
        "J check bet",
        "call",
        "payoff",
        "residual",
        "converged",
    ):
        assert word in shown


def test_the_list_names_every_published_game():
    shown = run("solve", "--list")
    for name in catalogue():
        assert name in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["solve"], "path-unknown"),
        (["solve", "no/such/game"], "path-unknown"),
        (["solve", "none.efg"], "file-missing"),
        (["solve", "none.json"], "file-missing"),
        (["solve", "kuhn1950/poker", "--lambda", "one"], "option-invalid"),
        (["solve", "kuhn1950/poker", "--lambda", "-1"], "rationality-invalid"),
        (["solve", "kuhn1950/poker", "--lambda", "nan"], "rationality-invalid"),
    ],
)
def test_an_error_is_three_lines_and_exit_code_two(arguments, code):
    done = subprocess.run(
        [sys.executable, "-m", "detente", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith(f"[{code}]")
    assert lines[1].startswith("  at:")
    assert lines[2].startswith("  fix: ")


@pytest.mark.research
@pytest.mark.slow
@pytest.mark.parametrize(("size", "decisions"), [("2 2 2", 60), ("4 3 3", 2295), ("6 4 3", 49_140)])
def test_benchmark_games_are_read_whole(tmp_path, size, decisions):
    """Oracle: independent code, the generator's own counts."""
    if not TOOL.exists():
        pytest.skip("the research tools are not beside the checkout")
    file = tmp_path / "game.efg"
    subprocess.run([sys.executable, TOOL, *size.split(), file], check=True, capture_output=True)
    game = read_efg(file)
    assert int((game.form.player >= 0).sum()) == decisions
    result = solve_logit_qre(game.form, 1.0, payoffs=game.payoffs, chance_probs=game.chance_probs)
    assert result.residual[0] <= 1e-9


def test_a_file_beats_a_published_game_of_the_same_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = find_game("selten1975/fig2").read_text("utf-8").replace("Perfection", "My own")
    Path("mine.efg").write_text(text, encoding="utf-8")
    assert "My own" in run("solve", "mine.efg")


def test_show_draws_what_fits_and_sums_up_what_does_not(tmp_path):
    assert run("show", "selten1975/fig1").startswith("<svg")
    out = tmp_path / "tree.svg"
    shown = run("show", "selten1975/fig1", "--out", str(out))
    assert out.read_text("utf-8").startswith("<svg")
    assert "9: 4 decisions" in shown
    long = 'EFG 2 R "long" { "a" }\n' + "".join(
        f'p "" 1 {n} "" {{ "x" "y" }} 0\nt "" 0\n' for n in range(1, 101)
    )
    file = tmp_path / "long.efg"
    file.write_text(long + 't "" 0\n', encoding="utf-8")
    assert "100 information sets" in run("show", str(file))


def test_names_in_brackets_are_printed_as_they_are(tmp_path):
    file = tmp_path / "game.efg"
    file.write_text(
        'EFG 2 R "[red]t[/red]" { "[bold]a" }\np "" 1 1 "[/x]" { "[q" "y]" } 0\nt "" 1 "" { 1 }\nt "" 0\n',
        encoding="utf-8",
    )
    shown = run("solve", str(file))
    for word in ("[red]t[/red]", "[bold]a", "[/x]", "[q", "y]", "0.7311"):
        assert word in shown


def test_a_long_table_is_printed_in_columns(tmp_path):
    moves = 1000
    file = tmp_path / "long.efg"
    file.write_text(
        'EFG 2 R "long" { "a" }\n'
        + "".join(f'p "" 1 {n} "" {{ "go" "stop" }} 0\n' for n in range(1, moves + 1))
        + 't "" 0\n' * (moves + 1),
        encoding="utf-8",
    )
    lines = run("solve", str(file), "--lambda", "0,3").splitlines()
    assert lines[0] == "long"
    assert lines[2].split() == ["a", "1", "go", "0.5000", "0.5000"]
    assert len(lines) == 2 + 2 * moves + 4


def invoke(*arguments):
    return CliRunner().invoke(app, list(arguments))


def game_file(tmp_path, text, name="game.nfg"):
    file = tmp_path / name
    file.write_text(text)
    return str(file)


MEETING = 'NFG 1 R "meeting" { "a" "b" } { 2 2 }\n1 1 0 0 0 0 1 1\n'
ONE_CHOICE = (
    'EFG 2 R "One" { "A" }\n""\n\np "" 1 1 "" { "l" "r" } 0\nt "" 1 "" { 4 }\nt "" 2 "" { 0 }\n'
)


def test_a_huge_lambda_does_not_spoil_the_others(tmp_path):
    """Oracle: hand, 1 / (1 + exp(-4))."""
    file = game_file(tmp_path, ONE_CHOICE, "two.efg")
    rows = json.loads(invoke("solve", file, "--lambda", "1,1e308", "--json").stdout)
    probs = [row["information_sets"][0]["actions"][0]["probability"] for row in rows]
    assert probs == pytest.approx([0.9820137900379085, 1.0], rel=1e-15)
    assert [row["status"] for row in rows] == ["converged", "converged"]


def test_the_branch_points_that_were_passed_are_named(tmp_path):
    """Oracle: hand, see tests/game/test_branching.py."""
    file = game_file(tmp_path, MEETING)
    shown = invoke("solve", file, "--lambda", "1,3").stdout
    assert "met another one at lambda 2 (a branch point); --branch shows what lies there" in shown
    rows = json.loads(invoke("solve", file, "--lambda", "1,3", "--json").stdout)
    assert "bifurcations" not in rows[0]
    assert [item["kind"] for item in rows[1]["bifurcations"]] == ["branch point"]
    assert "others" not in rows[1]


def test_other_branches_are_printed_on_request_with_their_certificates(tmp_path):
    file = game_file(tmp_path, MEETING)
    shown = invoke("solve", file, "--lambda", "1,3", "--branch").stdout
    assert "other curves that leave it: 2" in shown
    assert "Other equilibria" in shown
    rows = json.loads(invoke("solve", file, "--lambda", "1,3", "--branch", "--json").stdout)
    assert rows[0]["others"] == []
    assert len(rows[1]["others"]) == 2
    for other in rows[1]["others"]:
        assert other["residual"] <= 1e-9
        assert other["status"] == "converged"
        assert other["from_lambda"] == pytest.approx(2.0, abs=1e-8)
    far = invoke("solve", file, "--lambda", "1e9", "--branch")
    assert "branch points are not looked for at lambda 1e+09" in far.stdout
    assert "no other equilibrium" in invoke("solve", file, "--lambda", "1", "--branch").stdout


def test_a_switch_that_fails_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("detente.game.qre.branching.leave_branch", lambda *_args: iter(()))
    shown = invoke("solve", game_file(tmp_path, MEETING), "--lambda", "3", "--branch").stdout
    assert "no other curve could be followed from there" in shown


def test_progress_is_shown_where_it_takes_long(tmp_path, monkeypatch):
    """Also where standard error is no terminal; quick answers come without a word."""
    file = game_file(tmp_path, MEETING)
    assert "hundredths of the way" not in invoke("solve", file, "--lambda", "3").stderr
    monkeypatch.setattr("detente.cli.solve._PATIENCE", 0.0)
    assert "hundredths of the way" in invoke("solve", file, "--lambda", "3", "--branch").stderr


def test_large_payoffs_are_shown_in_powers_of_ten(tmp_path):
    file = game_file(tmp_path, ONE_CHOICE.replace("{ 4 }", "{ 4e290 }"), "large.efg")
    assert "4e+290" in invoke("solve", file, "--lambda", "1").stdout


@pytest.mark.parametrize(
    ("text", "code"),
    [("%PDF-1.4\n", "file-foreign"), ("<html></html>", "file-foreign"), (MEETING.replace("meeting", "\x1b"), "character-forbidden")],
)  # fmt: skip
def test_files_that_hold_no_game_exit_with_two(tmp_path, text, code):
    result = invoke("solve", game_file(tmp_path, text))
    assert isinstance(result.exception, GameError)
    assert result.exception.code == code
