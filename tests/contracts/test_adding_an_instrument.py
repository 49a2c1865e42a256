"""A newcomer adds an instrument by one entry of the crisis file, and its name in a menu of the same file."""

import filecmp

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.rules import compile_rules, find_situations, unroll

NAME = "parade"
USE = "use/west/parade"
ENTRY = (
    "  parade: {label: parade arms at the border, player: west, kind: deterrence, "
    "when: {posture: none}, effects: {posture: armed, threat: up}}\n"
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folder of a new crisis as it is written, and another with one entry more."""
    place = tmp_path_factory.mktemp("crises")
    before, after = place / "before", place / "after"
    for folder in (before, after):
        done = CliRunner().invoke(app, ["new", "strait", "--folder", str(folder)])
        assert done.exit_code == 0, done.output
    path = after / "crisis.yaml"
    text = path.read_text("utf-8")
    text = text.replace("instruments:\n", "instruments:\n" + ENTRY)
    text = text.replace("menu: [wait, offer, arm,", f"menu: [wait, offer, {NAME}, arm,")
    path.write_text(text, "utf-8")
    return before, after


@pytest.fixture(scope="module")
def crisis(folders):
    return load_crisis(folders[1])


@pytest.fixture(scope="module")
def engine(crisis):
    return Engine(crisis, workers=1)


def test_one_file_is_touched(folders):
    """Oracle: the files that are not those of the template."""
    found = filecmp.dircmp(*folders)
    assert (found.left_only, found.right_only) == ([], [])
    assert found.diff_files == ["crisis.yaml"]
    lines = [(folder / "crisis.yaml").read_text("utf-8").splitlines() for folder in folders]
    fresh = [line for line in lines[1] if line not in lines[0]]
    assert [NAME in line for line in fresh] == [True, True]  # its entry, and the menu


def test_the_file_passes_its_checks(folders):
    """Oracle: the command that every author runs."""
    done = CliRunner().invoke(app, ["check", str(folders[1])])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0] == "0 problems"


def test_it_is_in_the_menu_of_a_game_and_does_what_its_entry_says(engine):
    """Oracle: hand, the two effects of the entry; armed, it cannot be chosen again."""
    position = engine.start({"north": "limited", "west": "hollow"})
    assert position.available() == ("wait", "offer", NAME, "arm", "threaten")
    after = position.choose(NAME)
    assert {"posture": "armed", "threat": "firm"}.items() <= after.state.items()
    again = after.choose("hold")
    assert again.mover == "west"
    assert again.available() == ("wait", "offer")


def test_it_is_in_the_tree(folders, crisis):
    """Oracle: the exact count of nodes before anything is unrolled; the tree of the template, which is smaller."""
    rules = compile_rules(crisis)
    tree = unroll(rules)
    assert tree.n_nodes == find_situations(rules).n_nodes
    assert tree.n_nodes > unroll(compile_rules(load_crisis(folders[0]))).n_nodes
    assert NAME in tree.action_label
    assert 0 < tree.used_by_terminal(NAME).sum() < len(tree.terminal_node)


def test_it_is_priced_solved_and_measured(engine):
    """Oracle: hand; its use has a probability where the menu is free, and none where a policy leaves something else."""
    draws = engine.draw(4, seed=1)
    assert np.isfinite(engine.price(draws).payoffs).all()
    solution = engine.solve("free", draws=draws, metrics=["use/"])
    assert solution.unconverged == 0
    used = solution[USE].values
    assert used.shape == (4,)
    assert ((used > 0.0) & (used < 1.0)).all()
    nothing = engine.solve("nothing", draws=draws, metrics=["use/"])
    assert USE not in nothing.measure(["use/"])
