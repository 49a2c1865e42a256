"""The text of a crisis file is changed where it is to change, and nowhere else."""

import copy
import difflib
from importlib import resources

import pytest

from detente.crisis.editing import (
    add_entry,
    lines_at,
    read_value,
    remove_entry,
    rename_entry,
    set_distribution,
    set_value,
    value_at,
    write_value,
)
from detente.crisis.reading import read_document
from detente.errors import UsageError

TEMPLATES = resources.files("detente.crisis").joinpath("templates")
TEXT = TEMPLATES.joinpath("coercion/crisis.yaml").read_text("utf-8")
FOREIGN = """\
top:   # kept
    block:
        a: 1        # one
        b: >-
            some folded
            text
        c: [x,  'y']   # odd blanks

    list:
    - {id: p}
    - id: q
      menu: [m]
    alias: &shared {deep: [1, 2]}
    again: *shared
    empty:
"""


def plain(text):
    document = read_document(text, "crisis.yaml")
    assert document.root is not None, document.findings
    return document.root.plain()


def paths(value, at=()):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in items:
        yield (*at, key)
        if isinstance(child, dict | list):
            yield from paths(child, (*at, key))


def parent(value, path):
    for key in path[:-1]:
        value = value[key]
    return value


SAMPLE = list(paths(plain(TEXT)))[::17]
HARD = ["some: text", 12.5, [1, "yes"], {"a": "b # c", "d": None}]


@pytest.mark.parametrize("number", range(len(SAMPLE)))
def test_change_means_what_it_would_in_plain_values(number):
    """Oracle: the same change made to the plain values that another reader gives."""
    path, value = SAMPLE[number], HARD[number % len(HARD)]
    wanted = plain(TEXT)
    parent(wanted, path)[path[-1]] = value
    assert plain(set_value(TEXT, path, value)) == wanted


@pytest.mark.parametrize("path", SAMPLE[::2], ids=str)
def test_removal_means_what_it_would_in_plain_values(path):
    """Oracle: the same removal from the plain values that another reader gives."""
    wanted = plain(TEXT)
    del parent(wanted, path)[path[-1]]
    assert plain(remove_entry(TEXT, path)) == wanted


@pytest.mark.parametrize(
    "path", [("quantities",), ("actors", "NOR"), ("correlations",), ("hopes",)]
)
def test_addition_means_what_it_would_in_plain_values(path):
    """Oracle: the same entry added to the plain values that another reader gives; block, flow and empty parents."""
    wanted = plain(TEXT)
    parent(wanted, (*path, ""))["new.key"] = {"x": [1, "no"]}
    assert plain(add_entry(TEXT, (*path, "new.key"), {"x": [1, "no"]})) == wanted


def test_only_the_line_that_changes_differs():
    """Oracle: hand. One line of the file, with its comment, is another; comments, order and quotes of all others stay."""
    changed = set_value(TEXT, ("as_of",), "2030-01-20")
    lines = [
        line for line in difflib.ndiff(TEXT.splitlines(), changed.splitlines()) if line[0] in "+-"
    ]
    assert lines == [
        "- as_of: 2030-01-15          # the cut-off: nothing dated later may enter",
        "+ as_of: 2030-01-20          # the cut-off: nothing dated later may enter",
    ]


def test_foreign_layouts_are_kept():
    """Oracle: hand. Four blanks of indentation, comments, odd blanks, a folded text and a list at the margin of its key."""
    text = set_value(FOREIGN, ("top", "block", "b"), "another text")
    text = add_entry(text, ("top", "block", "d"), "yes")
    text = add_entry(text, ("top", "list", "-"), {"id": "r"})
    text = add_entry(text, ("top", "list", "1", "menu", "-"), "next")
    text = set_value(text, ("top", "empty"), [1])
    text = remove_entry(text, ("top", "block", "a"))
    assert text == (
        "top:   # kept\n    block:\n        b: >-\n          another text\n        c: [x,  'y']   # odd blanks\n"
        '        d: "yes"\n\n    list:\n    - {id: p}\n    - id: q\n      menu: [m, next]\n    - {id: r}\n'
        "    alias: &shared {deep: [1, 2]}\n    again: *shared\n    empty: [1]\n"
    )


def test_what_is_written_in_the_place_of_an_alias_stands_there():
    """Oracle: hand. The alias is replaced, what it names is not."""
    found = plain(set_value(FOREIGN, ("top", "again"), 3))["top"]
    assert (found["alias"], found["again"]) == ({"deep": [1, 2]}, 3)


def test_entry_stands_before_another():
    """Oracle: hand. In the order of the file, before the outcome that takes all others."""
    text = add_entry(TEXT, ("outcomes", "coup"), {"label": "coup", "when": {}}, before="standoff")
    assert list(plain(text)["outcomes"])[-2:] == ["coup", "standoff"]
    flow = add_entry("a: {b: 1, c: 2}\n", ("a", "x"), 0, before="c")
    assert flow == "a: {b: 1, x: 0, c: 2}\n"


def test_last_entry_leaves_an_empty_parent():
    """Oracle: hand."""
    assert remove_entry("a:\n  b: 1\nc: 2\n", ("a", "b")) == "a: {}\nc: 2\n"
    assert remove_entry("a: [1]\n", ("a", "0")) == "a: []\n"


def test_section_that_is_missing_is_added():
    """Oracle: hand."""
    assert plain(add_entry("a: 1\n", ("aims", "x"), {"label": "y"})) == {
        "a": 1,
        "aims": {"x": {"label": "y"}},
    }


def test_key_is_renamed_where_it_stands():
    """Oracle: hand."""
    text = rename_entry(TEXT, ("nests", "talks"), "words")
    assert text.count("  words: {label: talks and offers") == 1
    assert list(plain(text)["nests"]) == [
        "words" if name == "talks" else name for name in plain(TEXT)["nests"]
    ]


@pytest.mark.parametrize(
    "value", [*HARD, "", "a", "2030-01-15", "1", "- x", "{", "ja, nein", 3, True, {}, [[1, 2], []]]
)
def test_value_is_read_as_it_was_written(value):
    """Oracle: theorem. Reading undoes writing."""
    assert read_value(write_value(value)) == value


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: set_value(TEXT, ("nowhere", "else"), 1), None),
        (lambda: remove_entry(TEXT, ("actors", "XYZ")), "path-unknown"),
        (lambda: set_value(TEXT, ("title", "deeper", "x"), 1), "path-unknown"),
        (lambda: add_entry(TEXT, ("actors", "NOR"), {}), "id-duplicate"),
        (lambda: rename_entry(TEXT, ("actors", "NOR"), "WES"), "id-duplicate"),
        (lambda: rename_entry(TEXT, ("actors", "XYZ"), "ABC"), "path-unknown"),
        (lambda: set_value("a: [", ("a",), 1), "yaml-invalid"),
        (lambda: read_value("[1"), "yaml-invalid"),
        (lambda: read_value("1\nother: 2"), "yaml-invalid"),
    ],
)
def test_what_cannot_be_changed_is_refused_with_code_and_fix(change, code):
    """Oracle: hand."""
    if code is None:
        assert plain(change())["nowhere"] == {"else": 1}
        return
    with pytest.raises(UsageError) as caught:
        change()
    assert caught.value.code == code
    assert caught.value.fix


def test_value_is_found_by_its_keys():
    """Oracle: hand."""
    assert value_at(TEXT, ("phases", 0, "menu", 1)) == "offer"
    assert value_at(TEXT, ("phases", 9, "menu")) is None
    assert value_at(TEXT, ("quantities", "war.gain", "triangular")) == [30, 50, 80]
    before = copy.deepcopy(plain(TEXT))
    value_at(TEXT, ("quantities",))["war.gain"] = None
    assert plain(TEXT) == before


def test_section_that_names_an_anchor_of_another_is_read_with_it():
    """Oracle: hand. Sections are read alone where that can be done."""
    text = "a: &x {deep: [1, 2]}\nb: *x\nc: {d: *x}\n"
    assert value_at(text, ("b", "deep", 1)) == 2
    assert value_at(text, ("c", "d", "deep")) == [1, 2]
    assert value_at(text, ("z",)) is None
    assert value_at(set_value(text, ("b",), 1), ("b",)) == 1


def test_distribution_changes_its_family_where_it_stands():
    """Oracle: hand. One way to give a value in the place of another; label, unit and source stay."""
    text = set_distribution(TEXT, "war.gain", "uniform", [30, 80])
    assert "war.gain: {label: worth of winning, uniform: [30, 80], unit: stakes" in text
    assert set_distribution(text, "war.gain", "triangular", [30, 50, 80]) == TEXT


def test_lines_of_an_entry():
    """Oracle: hand. A section to its last entry, an entry of several lines, and one of a single line."""
    start, end = lines_at(TEXT, ("instruments", "invade"))
    assert TEXT[start:end].startswith("  invade:\n    label: invade\n")
    assert TEXT[start:end].endswith("effects: {conflict: war_lost}}")
    start, end = lines_at(TEXT, ("policies",))
    assert TEXT[start:end].startswith("policies:\n")
    assert TEXT[start:end].endswith("fix: {answer: wait}}")
    start, end = lines_at(TEXT, ("actors", "NOR"))
    assert TEXT[start:end] == "  NOR: {name: Northland, kind: state, player: north}"
