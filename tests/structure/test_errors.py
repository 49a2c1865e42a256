"""Errors are raised and names suggested by one function each. Oracle: hand."""

import ast
from pathlib import Path

import pytest

import detente

SRC = Path(detente.__file__).parent


@pytest.fixture(scope="module")
def trees():
    return {
        str(path.relative_to(SRC)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SRC.rglob("*.py"))
    }


def test_names_are_compared_in_one_module(trees):
    found = {
        place
        for place, tree in trees.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(item.name == "difflib" for item in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "difflib")
    }
    assert found == {"errors.py"}, "use detente.errors.nearest"


def test_what_is_named_refuse_never_returns(trees):
    public = []
    for place, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.strip("_").startswith("refuse"):
                assert node.returns is not None, (place, node.name)
                assert ast.unparse(node.returns) == "NoReturn", (place, node.name)
        public += [
            (place, node.name)
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("refuse")
        ]
    assert public == [("errors.py", "refuse")], "use detente.errors.refuse"
