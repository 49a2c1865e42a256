"""One name, one thing: what the briefing calls a class is called so nowhere else in the package."""

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


def test_public_classes_of_the_briefing_have_names_of_their_own():
    # oracle: hand, each name with the modules that define a class of it
    places = {}
    for path in sorted(SRC.rglob("*.py")):
        for name in _public_classes(path):
            places.setdefault(name, []).append(str(path.relative_to(SRC)))
    twice = {
        name: where
        for name, where in places.items()
        if len(where) > 1 and any(place.startswith("brief") for place in where)
    }
    assert not twice


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
