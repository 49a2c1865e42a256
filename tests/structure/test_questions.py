"""Questions stand alone: none reads another, and none is fetched a figure by its id."""

import ast
from pathlib import Path

import pytest

import detente
from detente.brief.questions import find_questions

BRIEF = Path(detente.__file__).parent / "brief"
FROM_DATA = {"comparing.py", "explaining.py", "reading.py"}
"""Modules that read the data file of a briefing, where figures have nothing but ids."""
IDS = [question.id for question in find_questions()]


def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", IDS)
def test_a_question_imports_no_other(name):
    # oracle: hand, every import of the module
    others = {f"detente.brief.questions.{other}" for other in IDS if other != name}
    for node in ast.walk(_tree(BRIEF / "questions" / f"{name}.py")):
        if isinstance(node, ast.ImportFrom):
            assert node.module not in others
            assert not others & {f"{node.module}.{item.name}" for item in node.names}
        elif isinstance(node, ast.Import):
            assert not others & {item.name for item in node.names}


def _begins(node):
    """Return the fixed text with which an expression begins."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_no_module_fetches_a_figure_by_its_id():
    # oracle: hand, subscripts and lookups whose key begins with the id of a question and a dot
    starts = tuple(f"{name}." for name in IDS)
    found = []
    for path in sorted(BRIEF.rglob("*.py")):
        for node in ast.walk(_tree(path)) if path.name not in FROM_DATA else ():
            keys = []
            if isinstance(node, ast.Subscript):
                keys = [node.slice]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                keys = node.args[:1] if node.func.attr == "get" else []
            if any(_begins(key).startswith(starts) for key in keys):
                found.append(f"{path.relative_to(BRIEF)}:{node.lineno}")
    assert not found


def test_tables_are_made_in_one_place():
    # oracle: hand, every call of the class
    found = {
        path.name
        for path in sorted(BRIEF.rglob("*.py"))
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "TableView"
    }
    assert found == {"figures.py"}
