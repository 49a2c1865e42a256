"""Nothing dated after a crisis's cut-off is one of its inputs: the trade table, its overlay, the responses made from them.

Oracle: hand: the dates on which the sources were printed.
"""

import csv
from datetime import date
from pathlib import Path

import pytest

from detente.crisis import load_crisis, shipped_crises
from detente.crisis.trade_tables import trade_table_provenance

PURCHASES = Path(__file__).parents[2] / "tools" / "trade"
TABLES = ("responses", "packages", "table_regions", "table_sectors")
PRICED = {  # crises with packages, and the trade tables that these name; read without loading the crises
    name: sorted({row["table"] for row in csv.DictReader(file.read_text("utf-8").splitlines())})
    for name, folder in sorted(shipped_crises().items())
    if (file := folder / "packages.csv").exists()
}


@pytest.fixture(scope="module")
def loaded():
    return {name: load_crisis(name) for name in PRICED}


def first_day(printed):
    """Of a day, month or year as written; an empty or unreadable date is an error, never a pass."""
    year, month, day = [*printed.split("-"), "1", "1"][:3]
    return date(int(year), int(month), int(day))


def late(purchases, cutoff):
    return [row["buyer"] for row in purchases if first_day(row["printed"]) > cutoff]


def dates_printed(name):
    """The date of each source, or where that is empty what stands there as printed."""
    with (shipped_crises()[name] / "sources.csv").open(encoding="utf-8", newline="") as stream:
        return {row["key"]: row["date"] or row["date_printed"] for row in csv.DictReader(stream)}


def tables_of(crisis):
    return sorted({row.cells["table"] for row in crisis.tables["packages"].rows})


def test_a_crisis_with_packages_ships(loaded):
    assert "ukraine-2022" in PRICED
    for name in shipped_crises():
        crisis = loaded[name] if name in PRICED else load_crisis(name)
        assert (tables_of(crisis) if "packages" in crisis.tables else []) == PRICED.get(name, [])


@pytest.mark.parametrize("name", PRICED)
def test_no_figure_of_the_overlay_was_printed_after_the_cutoff(name, loaded):
    crisis = loaded[name]
    for table in tables_of(crisis):
        found = trade_table_provenance(table)
        assert found["overlay"]["purchases"]
        assert late(found["overlay"]["purchases"], crisis.as_of) == []
        assert found["year"] <= crisis.as_of.year


def test_a_figure_of_the_day_after_is_noticed(loaded):
    crisis = loaded["ukraine-2022"]
    rows = [{"buyer": "AAA", "printed": "2022-01-27"}, {"buyer": "BBB", "printed": "2022-01-28"}]
    assert late(rows, crisis.as_of) == ["BBB"]
    assert late([{"buyer": "DEU", "printed": "2022-02-24"}], crisis.as_of) == ["DEU"]
    with pytest.raises(ValueError, match="invalid literal"):
        late([{"buyer": "CCC", "printed": ""}], crisis.as_of)


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("name", PRICED)
def test_no_source_of_the_responses_was_printed_after_the_cutoff(name, kind, loaded):
    crisis = loaded[name]
    keys = {key for row in crisis.tables[kind].rows for key in row.cells["source"].split(";")}
    assert keys
    printed = dates_printed(name)
    for key in sorted(keys):
        assert first_day(printed[key]) <= crisis.as_of, key


def test_the_responses_name_the_source_of_the_overlay(loaded):
    crisis = loaded["ukraine-2022"]
    assert crisis.sources["eurostat-1112"].date == date(2011, 12, 12)
    for row in crisis.tables["responses"].rows:
        assert {"wiod", "eurostat-1112"} <= set(row.cells["source"].split(";"))


@pytest.mark.parametrize("name", sorted({table for tables in PRICED.values() for table in tables}))
def test_provenance_holds_the_purchases_that_the_script_read(name):
    with (PURCHASES / f"{name}.overlay-purchases.csv").open(encoding="utf-8", newline="") as stream:
        assert trade_table_provenance(name)["overlay"]["purchases"] == list(csv.DictReader(stream))
