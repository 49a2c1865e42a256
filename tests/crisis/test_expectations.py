"""What a crisis is expected to say: read with lines, refused with places. Oracle: hand."""

import os
import shutil
from pathlib import Path

import pytest

import detente.crisis
from detente.analysis.checking import examine
from detente.crisis import load_crisis, shipped_crises
from detente.crisis.expectations import EXPECTATIONS_FILE, read_expectations
from detente.errors import CrisisFileError

TEMPLATES = Path(detente.crisis.__file__).with_name("templates")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "c"
    shutil.copytree(TEMPLATES / "coercion", made)
    return made


def read(folder, text):
    (folder / EXPECTATIONS_FILE).write_text(text, "utf-8")
    return read_expectations(load_crisis(folder))


def test_all_that_can_be_said_is_read(folder):
    text = """# a comment
- {id: a, metric: attack, range: [0, 1], why: It is a probability.}
- id: b
  why: Words.
  set: {war.gain: 60, war.cost.north: [45, 60], types.north.revisionist: "0.8"}
  policy: arm
  against: free
  metric: outcome/war+attack
  sign: lower
"""
    first, second = read(folder, text)
    assert (first.id, first.policy, first.range, first.place.line) == ("a", "free", (0, 1), 2)
    assert (first.sign, first.against, dict(first.overrides)) == (None, "", {})
    assert dict(second.overrides) == {
        "war.gain": "60",
        "war.cost.north": "45..60",
        "types.north.revisionist": "0.8",
    }
    assert (second.policy, second.against, second.sign) == ("arm", "free", "lower")
    assert (second.place.file, second.place.line) == (EXPECTATIONS_FILE, 3)


def test_a_folder_without_the_file_expects_nothing(folder):
    (folder / EXPECTATIONS_FILE).unlink()
    assert read_expectations(load_crisis(folder)) == ()


def test_expectations_are_no_input(folder):
    before = load_crisis(folder).digest
    (folder / EXPECTATIONS_FILE).write_text("- nonsense", "utf-8")
    assert load_crisis(folder).digest == before


WRONG = {
    "nothing expected": ("- {id: a, metric: attack, why: w}", "value-type", 1),
    "a sign of nothing": ("- {id: a, metric: attack, sign: lower, why: w}", "value-type", 1),
    "a range turned round": ("- {id: a, metric: attack, range: [1, 0], why: w}", "value-type", 1),
    "no reason": ("- {id: a, metric: attack, range: [0, 1]}", "key-missing", 1),
    "an unknown key": ("- {id: a, metrc: attack, range: [0, 1], why: w}", "key-unknown", 1),
    "an unknown sign": (
        "- {id: a, metric: attack, against: arm, sign: less, why: w}",
        "value-out-of-range",
        1,
    ),
    "an unknown policy": (
        "#\n- {id: a, metric: attack, policy: amr, range: [0, 1], why: w}",
        "policy-invalid",
        2,
    ),
    "an unknown other": (
        "- {id: a, metric: attack, against: amr, sign: lower, why: w}",
        "policy-invalid",
        1,
    ),
    "an unknown path": (
        "- {id: a, metric: attack, set: {war.gian: 3}, sign: lower, why: w}",
        "path-unknown",
        1,
    ),
    "a value out of its unit": (
        "- {id: a, metric: attack, set: {types.north.revisionist: 2}, sign: lower, why: w}",
        "probability-out-of-range",
        1,
    ),
    "an id twice": (
        "- {id: a, metric: attack, range: [0, 1], why: w}\n- {id: a, metric: attack, range: [0, 1], why: w}",
        "id-duplicate",
        2,
    ),
    "a mapping": ("a: 1", "value-type", 1),
    "nothing at all": ("", "value-type", 1),
    "no YAML": ("- {id: [", "yaml-invalid", 1),
    "a control character": (
        '- {id: "a\\e", metric: attack, range: [0, 1], why: w}',
        "character-forbidden",
        1,
    ),
    "not a number": ("- {id: a, metric: attack, range: [.nan, 1], why: w}", "value-not-finite", 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_its_line(folder, name):
    text, code, line = WRONG[name]
    with pytest.raises(CrisisFileError) as caught:
        read(folder, text)
    found = {(item.code, item.file, item.line) for item in caught.value.findings}
    assert (code, EXPECTATIONS_FILE, line) in found
    assert all(item.fix for item in caught.value.findings)


@pytest.mark.parametrize(
    "place",
    [*(TEMPLATES / name for name in ("blockade", "coercion", "occupation")), *shipped_crises()],
)
def test_every_crisis_that_ships_says_what_is_expected(place):
    found = read_expectations(load_crisis(place))
    assert len(found) >= 10
    assert any(item.range for item in found)
    assert sum(item.sign is not None for item in found) >= 8


INSTEAD = {
    "a folder": lambda path: path.mkdir(),
    "a link to nothing": lambda path: path.symlink_to("nowhere.yaml"),
    "a pipe": os.mkfifo,
    "words": lambda path: path.write_text("no list"),
    "half an entry": lambda path: path.write_text("- {id: a, metric: attack}"),
}


@pytest.mark.parametrize("what", INSTEAD)
def test_the_check_looks_at_the_file_also_when_it_does_not_solve(folder, what):
    """Oracle: hand."""
    path = folder / EXPECTATIONS_FILE
    path.unlink()
    INSTEAD[what](path)
    findings, crisis = examine(str(folder))
    assert crisis is not None
    assert [item.file for item in findings if item.severity == "error"] == [EXPECTATIONS_FILE]
    assert all(item.fix for item in findings)
