"""Two briefings compared: what came, went and was renamed, against what was done to their data by hand."""

import copy

import pytest

from detente.brief.export.comparing import compare_briefs
from detente.brief.export.rendering import as_data


@pytest.fixture
def data(brief):
    return as_data(brief)


def test_equal_briefings_do_not_differ(data):
    found = compare_briefs(data, copy.deepcopy(data))
    assert found.same_digest
    assert (found.figures, found.inputs) == ((), ())


def test_a_removed_policy_a_renamed_and_a_new_source_are_named(data):
    # oracle by hand
    other = copy.deepcopy(data)
    other["policies"] = [item for item in other["policies"] if item["id"] != "arm"]
    key = next(iter(other["sources"]))
    moved = other["sources"].pop(key)
    other["sources"]["renamed"] = moved | {"line": 99}
    other["sources"]["new"] = moved | {"title": "Another title"}
    rows = {path: (before, after) for path, _, before, after in compare_briefs(data, other).inputs}
    assert rows["policies.arm"] == ("arm Midland", "absent")
    assert rows[f"sources.{key}"] == (key, "renamed, the same source renamed")
    assert rows["sources.new"][0] == "absent"
    assert len(rows) == 3


def test_a_changed_quantity_is_named_with_the_figures_that_moved(data):
    # oracle by hand
    other = copy.deepcopy(data)
    path = next(iter(other["inputs"]))
    other["inputs"][path]["parameters"] = [99.0]
    figure = next(f for q in other["questions"] for f in q["figures"] if f["value"] is not None)
    figure["value"] += 1.0
    found = compare_briefs(data, other)
    assert [row[0] for row in found.inputs] == [path]
    assert [item.id for item in found.figures] == [figure["id"]]
    assert found.figures[0].change == pytest.approx(1.0)


def test_figures_of_the_headline_come_first_and_the_same_figure_once(data):
    """Oracle: hand; every probability is moved, by less the nearer it stands to the headline."""
    other = copy.deepcopy(data)
    figures = [item for q in other["questions"] for item in q["figures"] if item["unit"] == "prob"]
    for item in figures:
        item["value"] += 0.001 if item["id"] in data["headline_figures"] else 0.1
    found = compare_briefs(data, other).figures
    lead = [item.id for item in found][: len(data["headline_figures"])]
    moved = {item["id"] for item in figures}
    assert lead[0] in data["headline_figures"]
    quoted = [name for name in data["headline_figures"] if name in moved]
    first = [name for name in lead if name in quoted]
    assert first == lead[: len(first)]
    known = {name for item in found for name in (item.id, *item.same_as)}
    assert known == moved
    shown = [(item.label, item.unit, item.before, item.after) for item in found]
    assert len(set(shown)) == len(shown)
    assert any(item.same_as for item in found)


def test_other_draws_are_told(data):
    """Oracle: hand."""
    for key, value in (("draws", 1), ("seed", 99), ("design", "lhs")):
        assert not compare_briefs(data, data | {key: value}).same_draws
    assert compare_briefs(data, data).same_draws
