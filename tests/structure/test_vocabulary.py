"""The page of the vocabulary holds every word, and every public class of a package. Oracle: hand, the design's list."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import detente

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "vocabulary.md"
WORDS = [
    "crisis",
    "source",
    "quantity",
    "actor",
    "player",
    "type",
    "instrument",
    "phase",
    "state",
    "policy",
    "mechanism",
    "consideration",
    "draw",
    "engine",
    "solution",
    "metric",
    "run",
    "figure",
    "question",
    "day",
    "session",
    "seat",
]
NOT_YET = set()


def _rows(title):
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def _named(path):
    module, _, name = path.rpartition(".")
    found = importlib.import_module(module)
    assert name in found.__all__, path
    return getattr(found, name)


def _carriers():
    cells = {word: re.findall(r"`(detente[\w.]+)`", cell) for word, _, cell in _rows("Words")}
    return {word: [_named(path) for path in paths] for word, paths in cells.items()}


def _offered():
    """Every class that a package offers, by package and name."""
    names = [
        "detente",
        *(m.name for m in pkgutil.walk_packages(detente.__path__, "detente.") if m.ispkg),
    ]
    for package in map(importlib.import_module, names):
        for name in getattr(package, "__all__", ()):
            if isinstance(getattr(package, name), type):
                yield package.__name__, name, getattr(package, name)


def _reasoned():
    return {
        (package.strip("`"), name): why
        for package, names, why in _rows("Other public classes")
        for name in re.findall(r"`(\w+)`", names)
    }


def test_every_word_stands_on_the_page_once_with_a_meaning():
    rows = _rows("Words")
    assert [word for word, _, _ in rows] == WORDS
    assert all(meaning.endswith(".") for _, meaning, _ in rows)


def test_every_word_is_carried_by_a_public_object_of_its_own():
    carriers = _carriers()
    assert {word for word, found in carriers.items() if not found} <= NOT_YET
    objects = [item for found in carriers.values() for item in found]
    assert len(objects) == len({id(item) for item in objects})


def test_every_class_of_a_package_is_a_word_or_has_a_reason():
    words = {id(item) for found in _carriers().values() for item in found}
    reasons = {id(getattr(importlib.import_module(package), name)) for package, name in _reasoned()}
    bare = [
        f"{package}.{name}" for package, name, item in _offered() if id(item) not in words | reasons
    ]
    assert not bare, f"add them to {PAGE.name}, or make them private"


@pytest.mark.parametrize(("place", "why"), _reasoned().items(), ids=str)
def test_every_class_with_a_reason_is_offered_and_is_no_word(place, why):
    package, name = place
    assert why
    assert name in importlib.import_module(package).__all__
    words = [item for found in _carriers().values() for item in found]
    assert getattr(importlib.import_module(package), name) not in words
