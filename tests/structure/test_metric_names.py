"""Names of metrics are written and taken apart in one module."""

import ast
import re
from pathlib import Path

import pytest

import detente
from detente.crisis.metric_names import METRIC_PARTS

SRC = Path(detente.__file__).parent
MODULES = sorted(path for path in SRC.rglob("*.py") if path.name != "metric_names.py")
NAME = re.compile(rf"\^?({'|'.join(METRIC_PARTS)})/")
SPLITTERS = {"split", "rsplit", "partition", "rpartition", "removeprefix", "replace"}


def _docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


@pytest.fixture(scope="module")
def trees():
    return {
        str(path.relative_to(SRC)): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES
    }


def test_no_module_writes_the_name_of_a_metric_by_hand(trees):
    # oracle: hand, a name is a kind and a slash at the beginning of a text
    found = []
    for place, tree in trees.items():
        skipped = set(_docstrings(tree))
        found += [
            f"{place}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
            and NAME.match(node.value)
        ]
    assert not found, "use detente.crisis.metric_names"


def test_no_module_takes_the_name_of_a_metric_apart_by_hand(trees):
    # oracle: hand, by the names that values of metrics go by
    found = [
        f"{place}:{node.lineno}"
        for place, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SPLITTERS
        and re.search(r"(^|[._])metric(s?\[[^]]*\])?$", ast.unparse(node.func.value))
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value != "+"
    ]
    assert not found, "use detente.crisis.metric_names"
