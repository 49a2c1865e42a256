"""Checks of the tables of a gas system. Oracle: hand: one thing is wrong in a folder that is right otherwise."""

import pytest

from detente.crisis import check_folder
from detente.testing.gas import GAS_FILES, write_gas_tables


@pytest.fixture
def folder(tiny):
    """Return a tiny crisis with the small gas system, all actors and the source known."""
    named = write_gas_tables(tiny)
    path = tiny / "crisis.yaml"
    text = path.read_text("utf-8")
    lines = "".join(f"  {kind}: {file}\n" for kind, file in named.items())
    text = text.replace("  sources: sources.csv\n", f"  sources: sources.csv\n{lines}", 1)
    actors = "".join(f"  {name}: {{name: {name}, kind: state}}\n" for name in ("AAA", "BBB", "CCC"))
    text = text.replace("\nactors:\n", f"\nactors:\n{actors}", 1)
    assert lines in text
    assert actors in text
    path.write_text(text, "utf-8")
    sources = tiny / "sources.csv"
    with sources.open("a", encoding="utf-8") as stream:
        stream.write("atlas,An atlas,Maps,2022-01-01,,book\n")
    return tiny


def change(folder, kind, old, new):
    path = folder / f"{kind}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def errors(folder):
    return [finding for finding in check_folder(folder) if finding.severity == "error"]


def test_the_small_system_has_no_error(folder):
    assert errors(folder) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "code", "words"),
    [
        ("gas_demand", "BB-07,BB,07,", "BB-07,BB,13,", "table-row-invalid", "month '13' is none"),
        ("gas_demand", "BB-07,BB,07,5.5", "BB-07,BB,07,-5", "value-out-of-range", "-5"),
        ("gas_demand", "BB-07,BB,07,5.5", "BB-07,BB,07,", "table-row-invalid", "no finite number"),
        ("gas_demand", "BB-07,BB,07", "BB-07,XX,07", "table-row-invalid", "no demand for month 07"),
        ("gas_demand", "BB-07,BB,07", "BB-07,BB,08", "table-row-invalid", "stands twice"),
        ("gas_routes", "AA_BB,Arland to Borland,AA,BB", "AA_BB,x,AA,XX", "table-row-invalid", "'XX'"),
        ("gas_routes", "AA_BB,Arland to Borland,AA,BB", "AA_BB,x,AA,AA", "table-row-invalid", "starts and ends"),
        ("gas_routes", "AA_BB,Arland to Borland,AA,BB", "AA_BB,x,XX,BB", "table-row-invalid", "no supplier"),
        ("gas_routes", "EAS,0.6,0.4,", "EAS,-0.6,0.4,", "value-out-of-range", "-0.6"),
        ("gas_routes", "EAS,0.6,0.4,", "EAS,0.3,0.4,", "value-out-of-range", "carries more"),
        ("gas_routes", "EAS,0.6,0.4,", "EAS,600,0.4,", "value-out-of-range", "600"),
        ("gas_routes", "EAS,0.6,0.4,", "EAS,nan,0.4,", "table-row-invalid", "no finite number"),
        ("gas_terminals", "port,Port of Borland,BB", "port,Port,BX", "table-row-invalid", "'BX'"),
        ("gas_stores", "AA,60,24,", "AA,60,74,", "value-out-of-range", "holds more"),
        ("gas_supply", ",market,0.1,80", ",markt,0.1,80", "table-row-invalid", "'markt'"),
        ("gas_nodes", "AA,Arland,AAA", "AA,Arland,AAX", "actor-unknown", "AAX"),
        ("gas_nodes", "as_of,grade", "asof,grade", "table-column-missing", "as_of"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_a_fix(folder, kind, old, new, code, words):
    change(folder, kind, old, new)
    found = errors(folder)
    assert [f for f in found if f.code == code and words in f.message]
    assert all(finding.fix for finding in found)
    assert all(finding.line for finding in found)
    assert any(finding.file == f"{kind}.csv" or kind == "gas_demand" for finding in found)


def test_a_system_without_demand_is_refused(folder):
    path = folder / "gas_demand.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    zero = [",".join([*row.split(",")[:3], "0", *row.split(",")[4:]]) for row in rows]
    path.write_text("\n".join([head, *zero]) + "\n", "utf-8")
    assert [f for f in errors(folder) if "demand of all nodes and months is zero" in f.message]


def test_half_a_system_is_refused(folder):
    path = folder / "crisis.yaml"
    path.write_text(path.read_text("utf-8").replace("  gas_stores: gas_stores.csv\n", ""), "utf-8")
    found = [f for f in errors(folder) if f.code == "table-missing"]
    assert [f.value for f in found] == ["gas_stores"]


def test_every_number_of_the_tables_has_a_row_in_the_register_of_attributes():
    """Oracle: the register itself: a column of numbers that it does not know would not be checked."""
    from detente.crisis import attributes
    from detente.crisis.tables import COMMON_COLUMNS, GAS_COLUMNS

    text = {"id", "name", "actors", "area", "start", "end", "supplier", "node", "month", "group"}
    for kind, columns in GAS_COLUMNS.items():
        assert kind in GAS_FILES
        for column in set(columns) - text - set(COMMON_COLUMNS):
            assert column in attributes(), column
