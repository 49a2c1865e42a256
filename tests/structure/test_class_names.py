"""One name, one thing: no two public classes of the package share a name."""

import ast
from pathlib import Path

import detente

SRC = Path(detente.__file__).parent


def _public_classes(path):
    return [
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def test_a_public_class_has_a_name_of_its_own():
    # oracle: hand, each name with the modules that define a class of it
    places = {}
    for path in sorted(SRC.rglob("*.py")):
        for name in _public_classes(path):
            places.setdefault(name, []).append(str(path.relative_to(SRC)))
    assert not {name: where for name, where in places.items() if len(where) > 1}


def test_classes_of_the_briefing_are_small():
    # oracle: hand, the bound that the house sets itself: fifteen public methods, five hundred lines
    for path in sorted((SRC / "brief").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 500, path
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                methods = [
                    item.name
                    for item in node.body
                    if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")
                ]
                assert len(methods) <= 15, (path, node.name, methods)
