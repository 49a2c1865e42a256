"""What must hold for the tree as a whole."""

import ast
import csv
import importlib
import re
from pathlib import Path

import pytest

import detente

SRC = Path(detente.__file__).parent
SHIPPED = SRC / "crisis" / "shipped"
TABLES = SRC / "crisis" / "trade"
"""Tables of world trade name the countries of the world."""
MODULES = sorted(
    path
    for path in SRC.rglob("*.py")
    if not path.is_relative_to(SHIPPED) and path.name != "__main__.py"
)


def _dotted(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _names_of_shipped_actors() -> set[str]:
    """Names and adjectives by which the actors of the shipped crises go. Oracle: hand."""
    names = set()
    for folder in SHIPPED.iterdir():
        table = folder / "exposures.csv"
        if table.exists():
            with table.open(encoding="utf-8", newline="") as stream:
                names |= {row["actor"] for row in csv.DictReader(stream)}
    countries = [
        "Russia",
        "Russian",
        "Ukraine",
        "Ukrainian",
        "Germany",
        "German",
        "France",
        "French",
        "Britain",
        "British",
        "Poland",
        "Polish",
        "Lithuania",
        "Latvia",
        "Estonia",
        "Romania",
        "Bulgaria",
        "Spain",
        "Denmark",
        "Canada",
        "Italy",
        "Netherlands",
        "Hungary",
        "Austria",
        "Czech",
        "Slovakia",
        "Finland",
        "Turkey",
        "Qatar",
        "Belarus",
        "NATO",
        "Kremlin",
        "Moscow",
        "Kyiv",
        "Berlin",
        "Putin",
        "Biden",
        "Scholz",
        "Macron",
        "Zelensky",
        "Gazprom",
        "SWIFT",
        "Minsk",
        "Crimea",
        "Donbas",
    ]
    return {name for name in names if len(name) == 3 and name.isupper()} | set(countries)


def test_no_room_but_the_shipped_crises_names_an_actor_of_theirs():
    pattern = re.compile(
        r"(?<![A-Za-z])("
        + "|".join(sorted(map(re.escape, _names_of_shipped_actors())))
        + r")(?![A-Za-z])"
    )
    country = re.compile(r"ukrain|russia|kremlin|gazprom", re.IGNORECASE)
    hits = []
    for path in sorted(SRC.rglob("*")):
        if (
            path.is_relative_to(SHIPPED)
            or path.is_relative_to(TABLES)
            or path.name
            in {"past_crises.csv", "event_names.csv"}  # the world, which no crisis owns
            or path.suffix
            not in {
                ".py",
                ".html",
                ".md",
                ".yaml",
                ".csv",
                ".json",
                ".css",
                ".j2",
            }
        ):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if pattern.search(line) or country.search(line):
                hits.append(f"{path.relative_to(SRC)}:{number}: {line.strip()[:80]}")
    assert hits == []


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_public_names_are_listed_and_importable(path):
    """Oracle: the names that the source defines, read with ast."""
    if path.name.startswith("_") and path.name != "__init__.py":
        return
    tree = ast.parse(path.read_text("utf-8"))
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    if not defined and "__all__" not in path.read_text("utf-8"):
        return
    module = importlib.import_module(_dotted(path))
    listed = set(getattr(module, "__all__", ()))
    assert defined <= listed, f"missing from __all__: {sorted(defined - listed)}"
    missing = [name for name in listed if not hasattr(module, name)]
    assert missing == []


def test_every_changelog_fragment_has_a_known_kind():
    folder = SRC.parents[1] / "changelog.d"
    kinds = {"added", "changed", "fixed", "numbers", "removed"}
    names = [path.name for path in folder.glob("*.md") if path.name != "README.md"]
    assert names
    assert [name for name in names if name.split(".")[1] not in kinds] == []
