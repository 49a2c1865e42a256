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
