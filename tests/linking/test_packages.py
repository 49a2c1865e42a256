"""Packages of a crisis on its trade table. Oracle: hand, and the rows themselves."""

import csv
import shutil

import pytest

from detente.crisis import load_crisis, shipped_crises
from detente.errors import CrisisFileError, UsageError
from detente.linking import check_game
from detente.linking.packages import TRADE_TABLES, check_packages, read_trade_basis

SHIPPED = shipped_crises()["ukraine-2022"]


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("ukraine-2022")


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "copy")
    return tmp_path / "copy"


def edit(path, change):
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def put(number, column, value):
    def change(rows):
        rows[number][column] = value

    return change


def test_the_basis_has_every_package_and_every_member(crisis):
    basis = read_trade_basis(crisis)
    assert basis.table == "wiod-2011"
    for mechanism in crisis.mechanisms.values():
        if mechanism.design:
            assert mechanism.design in basis.packages
            assert set(mechanism.members) <= {p.actor for p in basis.participants}
    assert set(basis.sources) <= set(crisis.sources)
    whole = basis.designer().whole_coalition()
    assert whole["BAL"] == pytest.approx(1.0)
    assert max(whole.values()) <= 1.0
    assert basis.target not in whole


def test_a_crisis_without_the_tables_is_told_which_one(tmp_path):
    from detente.crisis.scaffold import new_crisis

    other = load_crisis(new_crisis("other", tmp_path / "other"))
    with pytest.raises(UsageError, match="no table of packages") as caught:
        read_trade_basis(other)
    assert caught.value.code == "table-missing"


@pytest.mark.parametrize(
    ("table", "change", "word"),
    [
        ("packages", put(0, "direction", "up"), "direction 'up'"),
        ("packages", put(0, "scales", "maybe"), "scales 'maybe'"),
        ("packages", put(1, "sectors", "MIN OIL"), "'OIL' is unknown"),
        ("packages", put(0, "coverage", "1.5"), "coverage '1.5'"),
        ("packages", put(0, "table", "gtap"), "table "),
        ("table_regions", put(0, "region", "ZZZ"), "'ZZZ' is unknown"),
        ("table_regions", put(0, "actor", "NOBODY"), "'NOBODY' is unknown"),
        ("table_sectors", put(2, "elasticity", "0"), "elasticity '0'"),
        ("table_sectors", lambda rows: rows[:-1], "each sector needs"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_its_line(folder, table, change, word):
    edit(folder / f"{table}.csv", change)
    with pytest.raises(CrisisFileError) as caught:
        read_trade_basis(load_crisis(folder))
    text = str(caught.value.findings[0])
    assert word in text
    assert caught.value.code == "table-row-invalid"
    assert f"{table}.csv:" in text
    found = list(check_packages(load_crisis(folder)))
    assert [finding.code for finding in found] == ["table-row-invalid"]


def test_what_is_priced_apart_is_another_package():
    """Oracle: the file: three packages ban gas, which is a part of mining."""
    basis = read_trade_basis(load_crisis("ukraine-2022"))
    assert set(basis.apart) == {"import_ban", "energy_embargo", "embargo"}
    for name, package in basis.apart.items():
        pairs = zip(package.elements, basis.packages[name].elements, strict=True)
        changed = [(rest.coverage, whole.coverage) for rest, whole in pairs if rest != whole]
        assert changed == [(0.75, 1.0)]
    assert not list(check_packages(load_crisis("ukraine-2022")))


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        (lambda rows: [r for r in rows if r["package"] != "banks"], "model-input-missing", "banks"),
        (put(0, "values", "1 2 3"), "input-invalid", "3 numbers"),
        (lambda rows: [r for r in rows if r["actor"] != "FIN"], "input-invalid", "FIN"),
    ],
)
def test_checks_find_a_design_that_lacks_or_is_damaged(folder, change, code, word):
    edit(folder / "responses.csv", change)
    findings = [f for f in check_game(load_crisis(folder)) if f.severity == "error"]
    assert any(f.code == code and word in f.message for f in findings)


def test_the_tables_are_named_once(crisis):
    assert set(TRADE_TABLES) <= set(crisis.tables)
