"""What a policy fixes and forbids, and what an effect does, is said in one place."""

import ast
from pathlib import Path

import detente

SRC = Path(detente.__file__).parent

# oracle: hand, each module that may read what a policy fixes or forbids, and why
READERS = {
    "crisis/elements.py": "Policy itself",
    "crisis/building.py": "reads the crisis file",
    "crisis/checks/policies.py": "checks the crisis file",
    "rules/policies.py": "says what they mean",
    "analysis/commitments.py": "takes policies apart into choices",
    "analysis/mixes.py": "writes the record of a search",
    "brief/export/rendering.py": "writes the mixes of a search",
}
# whose `.fix` is what to do about a problem
PROBLEMS = {"error", "finding", "problem", "first"}


def _trees():
    for path in sorted(SRC.rglob("*.py")):
        yield path.relative_to(SRC).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _is_of_a_problem(node, place):
    return place == "errors.py" or (isinstance(node.value, ast.Name) and node.value.id in PROBLEMS)


def test_what_a_policy_fixes_and_forbids_is_read_by_few():
    found = {
        place
        for place, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (node.attr == "forbid" or (node.attr == "fix" and not _is_of_a_problem(node, place)))
    }
    assert found == set(READERS)


def test_menus_are_masked_and_effects_applied_by_one_module_and_its_users():
    # oracle: hand, each name of rules/policies.py with the modules that import it
    users = {
        "menu_masks": {"rules/phases.py", "rules/masks.py"},
        "narrow": {"rules/transition.py", "rules/masks.py"},
        "change_table": {"rules/state.py"},
        "after_change": {"watch/world.py"},
        "changes_at_start": {"linking/counters.py", "analysis/moves.py"},
        "after_use": {"watch/world.py"},
        "unite": {"analysis/mixes.py", "analysis/search.py"},
    }
    found = {name: set() for name in users}
    for place, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "detente.rules.policies":
                for alias in node.names:
                    found.get(alias.name, set()).add(place)
    assert found == users


def test_no_other_module_moves_a_variable_up_or_down():
    # oracle: hand; the words of the crisis file for a change along an order, outside what reads and checks the file
    found = {
        place
        for place, tree in _trees()
        if not place.startswith("crisis/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and any(
            isinstance(part, ast.Constant) and part.value in {"up", "down"}
            for part in node.comparators
        )
    }
    assert found == {"rules/policies.py"}
