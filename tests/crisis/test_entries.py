"""Actors, moves and outcomes are added, renamed and removed with all that refers to them."""

from importlib import resources

import pytest

from detente.crisis import examine_folder, load_crisis
from detente.crisis.editing import value_at
from detente.crisis.entries import add_named, id_of, remove_named, rename_named
from detente.crisis.expectations import read_expectations
from detente.engine import Engine
from detente.errors import UsageError
from detente.linking import check_game

TEMPLATES = resources.files("detente.crisis").joinpath("templates")
NAMES = ("blockade", "coercion", "occupation")


def files_of(name):
    return {item.name: item.read_text("utf-8") for item in TEMPLATES.joinpath(name).iterdir()}


def write(files, folder):
    folder.mkdir()
    for name, text in files.items():
        folder.joinpath(name).write_text(text, "utf-8")
    return folder


def findings(folder):
    found, crisis = examine_folder(folder)
    return [str(item) for item in found], crisis


@pytest.mark.parametrize("name", NAMES)
def test_everything_renamed_passes_every_check(name, tmp_path):
    """Oracle: the checks of the package, which find any name that is not defined; the template passes them."""
    files = files_of(name)
    crisis = load_crisis(write(files, tmp_path / "old"))
    for kind in ("actors", "instruments", "outcomes"):
        for item in getattr(crisis, kind):
            files = rename_named(files, kind, item, f"{item}_x")
    found, renamed = findings(write(files, tmp_path / "new"))
    assert found == []
    assert len(read_expectations(renamed)) == len(read_expectations(crisis))
    assert not {"actors", "instruments"} & {item.path.split(".")[0] for item in check_game(renamed)}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_moves_and_outcomes_change_no_number(name, tmp_path):
    """Oracle: theorem. A game is the same under other names."""
    files = files_of(name)
    crisis = load_crisis(write(files, tmp_path / "old"))
    for kind in ("instruments", "outcomes"):
        for item in getattr(crisis, kind):
            files = rename_named(files, kind, item, f"{item}_x")
    renamed = load_crisis(write(files, tmp_path / "new"))
    before, after = (Engine(item).solve(draws=4)["attack"].values for item in (crisis, renamed))
    assert after.tolist() == before.tolist()


def test_move_that_is_removed_is_named_nowhere(tmp_path):
    """Oracle: hand. Its uses in the template: a menu, a policy, an event rule, and the table of what is reported."""
    files = remove_named(files_of("coercion"), "instruments", "arm")
    text = files["crisis.yaml"]
    assert value_at(text, ("phases", 0, "menu")) == ["wait", "offer", "threaten"]
    assert "arm" not in value_at(text, ("reported",))
    assert "arm" not in {rule.get("move") for rule in value_at(text, ("event_rules",))}
    assert value_at(text, ("policies", "arm", "fix")) == {}
    found, _ = findings(write(files, tmp_path / "x"))
    assert [item.splitlines()[0] for item in found] == [
        "nothing sets 'posture' to 'armed' [entry-unused]"
    ]


def test_last_move_of_a_phase_takes_the_phase_with_it():
    """Oracle: hand."""
    files = files_of("coercion")
    for name in ("shut", "supply"):
        files = remove_named(files, "instruments", name)
    text = files["crisis.yaml"]
    assert [phase["id"] for phase in value_at(text, ("phases",))] == ["answer", "move", "response"]


def test_outcome_that_is_removed_leaves_no_expectation_of_it(tmp_path):
    """Oracle: hand. One expectation of the template is about it."""
    files = remove_named(files_of("coercion"), "outcomes", "backdown")
    _, crisis = findings(write(files, tmp_path / "x"))
    assert "costly_retreat" not in {item.id for item in read_expectations(crisis)}


def test_actor_that_is_removed_leaves_lists_and_tables(tmp_path):
    """Oracle: hand. It is the only actor of its player, which the checks then say."""
    files = remove_named(files_of("coercion"), "actors", "MID")
    assert "MID" not in files["positions.csv"]
    found, _ = findings(write(files, tmp_path / "x"))
    assert found
    assert all("MID" not in item for item in found)


def test_new_move_stands_on_the_menus_that_are_named(tmp_path):
    """Oracle: hand."""
    entry = {
        "label": "embargo",
        "player": "west",
        "kind": "sanctions",
        "effects": {"threat": "firm"},
    }
    files = add_named(files_of("coercion"), "instruments", "embargo", entry, phases=("answer",))
    found, crisis = findings(write(files, tmp_path / "x"))
    assert found == []
    assert crisis.phases[0].moves[0].menu[-1] == "embargo"


def test_new_outcome_stands_before_that_of_all_others(tmp_path):
    """Oracle: hand. The first rule that holds counts, so one behind it would never hold."""
    entry = {"label": "armed peace", "when": {"posture": "armed"}}
    files = add_named(files_of("coercion"), "outcomes", "armed", entry)
    _, crisis = findings(write(files, tmp_path / "x"))
    assert list(crisis.outcomes)[-2:] == ["armed", "standoff"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda files: add_named(files, "actors", "a b", {}), "id-invalid"),
        (lambda files: add_named(files, "actors", "NOR", {}), "id-duplicate"),
        (lambda files: rename_named(files, "actors", "NOR", "1"), "id-invalid"),
        (lambda files: rename_named(files, "actors", "NOR", "WES"), "id-duplicate"),
        (lambda files: remove_named(files, "outcomes", "none"), "path-unknown"),
    ],
)
def test_bad_names_are_refused_with_code_and_fix(change, code):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        change(files_of("coercion"))
    assert caught.value.code == code
    assert caught.value.fix


def test_id_is_made_of_a_label():
    """Oracle: hand."""
    assert [id_of(text, {"a": 0}) for text in ("A", "99 Red", "!", "Seize it")] == [
        "a_2",
        "e_99_red",
        "entry",
        "seize_it",
    ]
