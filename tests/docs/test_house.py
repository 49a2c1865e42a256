"""The page on the house names what is there: every folder, and every hand of the journeys that it counts."""

import re
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

import detente

SRC = Path(detente.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "house.md"
TEXT = PAGE.read_text("utf-8")
JOURNEYS = {
    head: re.findall(r"^(\d+)\. `([\w.]+):([\w.]+)`", text, re.MULTILINE)
    for head, text in re.findall(
        r"^### (From [^\n]*)\n(.*?)(?=^### |\Z)", TEXT, re.MULTILINE | re.DOTALL
    )
}
HANDS = [hand for hands in JOURNEYS.values() for hand in hands]


def test_every_folder_stands_in_the_picture():
    # oracle: the folders of the package
    picture = TEXT.partition("```\n")[2].partition("```")[0]
    shown = re.findall(r"^ +\d +(\w+)/ ", picture, re.MULTILINE)
    folders = [path.parent.name for path in SRC.glob("*/__init__.py")]
    assert sorted(shown) == sorted(folders)


def test_the_floors_are_those_of_the_contract():
    # oracle: the layers of import-linter, from the top; each stands in the picture no higher than the one before
    contract = re.search(
        r'name = "floors".*?layers = \[(.*?)\]',
        (PAGE.parents[2] / "pyproject.toml").read_text("utf-8"),
        re.DOTALL,
    )[1]
    layers = [re.findall(r"\w+", line) for line in re.findall(r'"([^"]+)"', contract)]
    floor = {
        name: int(number) for number, name in re.findall(r"^ +(\d) +(\w+)", TEXT, re.MULTILINE)
    }
    numbers = [{floor[name] for name in layer if name in floor} for layer in layers]
    drawn = [found for found in numbers if found]  # single modules of the package are not
    assert all(len(found) == 1 for found in drawn)  # one layer, one floor
    order = [found.pop() for found in drawn]
    assert set(order) == set(range(10))
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: ":".join(hand[1:]))
def test_every_hand_is_a_function_of_the_package(hand):
    # oracle: the package itself
    _, module, name = hand
    found = attrgetter(name)(import_module(f"detente.{module}"))
    assert callable(found) or isinstance(found, property) or hasattr(found, "func")


@pytest.mark.parametrize("journey", JOURNEYS)
def test_hands_are_numbered_and_counted(journey):
    # oracle: hand; the table of counts gives the number of each list
    numbers = [int(number) for number, _, _ in JOURNEYS[journey]]
    assert numbers == list(range(1, len(numbers) + 1))
    what = journey.removeprefix("From ")
    [count] = re.findall(rf"^\| {re.escape(what)} \| (\d+) \|", TEXT, re.MULTILINE)
    assert int(count) == len(numbers)
