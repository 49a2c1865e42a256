"""Small crises of which every page has something to show: solved in a second where the shipped ones take many."""

from pathlib import Path

from tests.brief.conftest import write_full_folder
from tests.brief.test_gas import gas_crisis_folder

FULL, GAS = "full", "gas"
JUDGED = "test.alarm"
"""The range of our judgement that the reading of moves rests on."""


def _named(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8").replace("\nid: my-crisis\n", f"\nid: {name}\n", 1)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return folder


def write_full(parent: Path) -> Path:
    """Write the template with every mechanism; how likely an offensive aim seems is a range."""
    folder = write_full_folder(parent / FULL)
    old = f"{JUDGED}: {{label: prior that Westmark is offensive, value: 0.3,"
    return _named(folder, FULL, (old, old.replace("value: 0.3", "triangular: [0.1, 0.3, 0.6]")))


def write_gas(parent: Path) -> Path:
    """Write a crisis with a gas system of three countries."""
    return _named(gas_crisis_folder(parent), GAS)
