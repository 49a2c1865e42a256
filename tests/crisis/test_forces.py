"""What a mark on the map of forces must say.

Oracle: hand, the tiny crisis (cut-off 15 January 2030, no finding) with a table of forces of one row changed at a time.
"""

import pytest

from detente.crisis import examine_folder, load_crisis, shipped_crises
from detente.crisis.checks.forces import MOST_DAYS

COLUMNS = [
    "id", "side", "actor", "item", "place", "latitude", "longitude", "value", "low", "high", "unit", "holds", "as_of",
    "grade", "claimed_by", "confidence", "source", "claims",
]  # fmt: skip
MARK = {
    "id": "F1", "side": "NOR", "item": "troops", "place": "Pass", "latitude": "50.1", "longitude": "30.2", "value": "900",
    "unit": "persons", "as_of": "2030-01-10", "grade": "claim", "claimed_by": "WES", "confidence": "low", "source": "gazette",
}  # fmt: skip


def findings(folder, *rows):
    lines = [",".join(COLUMNS)]
    lines += [",".join(f'"{row.get(name, "")}"' for name in COLUMNS) for row in rows]
    (folder / "forces.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    path = folder / "crisis.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("  sources:", "  forces: forces.csv\n  sources:", 1), encoding="utf-8"
    )
    found, _ = examine_folder(folder)
    return [(item.code, item.severity, item.value) for item in found]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"value": "", "low": "800", "high": "1000"},
        {"low": "800", "high": "1000"},
        {"value": "", "unit": ""},
        {"grade": "fact", "claimed_by": ""},
        {"latitude": "", "longitude": "", "claimed_by": "", "place": "", "as_of": "2020"},
    ],
    ids=["count", "range", "count with range", "no count", "fact", "no mark"],
)
def test_what_says_all_is_not_told(tiny, changes):
    assert findings(tiny, MARK | changes) == []


@pytest.mark.parametrize("column", ["latitude", "longitude", "place", "item", "claimed_by"])
def test_a_mark_that_lacks_something_is_told(tiny, column):
    assert findings(tiny, MARK | {column: ""}) == [("mark-incomplete", "warning", "F1")]


@pytest.mark.parametrize(
    ("day", "stale"),
    [
        ("2029-10-17", False),
        ("2029-10-16", True),
        ("2029-10", False),
        ("2029-09", True),
        ("2029", False),
        ("2028", True),
    ],
)
def test_a_count_older_than_ninety_days_is_told(tiny, day, stale):
    """17 October is 90 days before 15 January; of a month or a year the last day counts."""
    assert MOST_DAYS == 90
    expected = [("count-stale", "warning", day)] if stale else []
    assert findings(tiny, MARK | {"as_of": day}) == expected


@pytest.mark.parametrize(
    "changes", [{"holds": "counted once a year"}, {"latitude": "", "longitude": ""}, {"value": ""}]
)
def test_an_old_count_with_a_reason_off_the_map_or_without_a_number_is_not_told(tiny, changes):
    assert findings(tiny, MARK | {"as_of": "2028"} | changes) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"low": "800"}, ("table-row-invalid", "error", "800..")),
        ({"low": "950", "high": "1000"}, ("distribution-invalid", "error", "900")),
        ({"value": "", "low": "1000", "high": "900"}, ("distribution-invalid", "error", "1000")),
        ({"latitude": "91"}, ("value-out-of-range", "error", "91")),
        ({"longitude": "-181"}, ("value-out-of-range", "error", "-181")),
    ],
)
def test_ranges_and_coordinates_are_held_to_their_order(tiny, changes, finding):
    assert findings(tiny, MARK | changes) == [finding]


def test_a_place_stands_at_one_point(tiny):
    other = MARK | {"id": "F2", "longitude": "30.3"}
    assert findings(tiny, MARK, other) == [("table-row-invalid", "error", "50.1, 30.3")]


@pytest.mark.parametrize("crisis", sorted(shipped_crises()))
def test_claims_of_shipped_forces_have_a_claimant_on_the_map_or_off_it(crisis):
    for row in load_crisis(crisis).tables["forces"].rows:
        assert row.cells["grade"] != "claim" or row.cells["claimed_by"], row
