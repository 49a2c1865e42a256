"""The table of the map: what its rows must hold, and what the shipped ones have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis import examine_folder, load_crisis, shipped_crises
from detente.crisis.map_points import read_points

HEAD = "id,kind,name,points,as_of,grade,confidence,source,claims"
KNOWN = "2030-01-10,fact,high,gazette,"


def findings(folder, *rows):
    lines = [HEAD, *(f"M{k},{row},{KNOWN}" for k, row in enumerate(rows)), ""]
    (folder / "map.csv").write_text("\n".join(lines), encoding="utf-8")
    path = folder / "crisis.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  sources:", "  map: map.csv\n  sources:", 1), encoding="utf-8")
    found, _ = examine_folder(folder)
    return [(item.code, item.value) for item in found]


def test_a_map_that_can_be_drawn_is_not_told(tiny):
    """Oracle: hand."""
    rows = (
        "land,,1 1; 2 1; 2 2",
        "lake,Loch,1.2 1.2; 1.3 1.2; 1.3 1.3",
        "river,Flow,1 1; 2 2",
        "border,A and B,1 1; 2 2",
        "disputed,A and C,1 1; 2 2; 3 -4.5",
        "sea,The Sea,-3 80",
        "place,Town,1.5 1.5",
    )
    assert findings(tiny, *rows) == []


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("island,,1 1; 2 1; 2 2", "island"),
        ("land,,1 1; 2 1", "2"),
        ("river,,1 1", "1"),
        ("place,Town,1 1; 2 2", "2"),
        ("place,Town,1", "1"),
        ("place,Town,1 91", "1 91"),
        ("place,Town,nan 1", "nan 1"),
        ("place,Town,", ""),
        ("route,no_such_route,1 1; 2 2", "no_such_route"),
    ],
)
def test_what_cannot_be_drawn_is_told(tiny, row, value):
    """Oracle: hand: one finding, with the value."""
    assert findings(tiny, row) == [("table-row-invalid", value)]


@given(
    st.lists(
        st.tuples(st.integers(-18000, 18000), st.integers(-9000, 9000)), min_size=1, max_size=5
    )
)
def test_points_are_read_as_they_are_written(points):
    """Oracle: theorem: writing and reading again gives the same degrees."""
    cell = "; ".join(f"{east / 100:.2f} {north / 100:.2f}" for east, north in points)
    assert read_points(cell) == tuple((east / 100, north / 100) for east, north in points)


@given(st.text(max_size=30))
def test_any_text_is_points_or_none(text):
    """Oracle: theorem: nothing is raised, and what is read is degrees."""
    for east, north in read_points(text) or ():
        assert -180 <= east <= 180
        assert -90 <= north <= 90


@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_shipped_maps_hold_the_policy_of_borders(name):
    """Oracle: hand, decision note 0096: lines of Kuwait alone, the disputed one with its note; every shape with its source."""
    table = next(one for one in load_crisis(name).tables.values() if one.kind == "map")
    rows = [row.cells for row in table.rows]
    lines = [(row["kind"], row["name"]) for row in rows if row["kind"] in {"border", "disputed"}]
    wanted = [("disputed", "Iraq and Kuwait"), ("border", "Kuwait and Saudi Arabia")]
    assert sorted(lines) == (sorted(wanted) if name == "kuwait-1990" else [])
    assert all(row["note"] for row in rows if row["kind"] == "disputed")
    shapes = {row["source"] for row in rows if row["kind"] not in {"sea", "place", "route"}}
    assert shapes == {"natural-earth"}
