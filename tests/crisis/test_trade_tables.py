"""Reading input-output tables that users bring."""

from dataclasses import fields

import numpy as np
import pytest

from detente.crisis.trade_tables import TradeTable, read_trade_table, write_trade_table
from detente.errors import CrisisFileError

GOOD = """row,A_x,A_y,B_x,B_y,FD_A,FD_B,OUTPUT
A_x,1,2,3,4,5,6,21
A_y,1,1,1,1,1,1,6
B_x,2,2,2,2,2,2,12
B_y,0,,0.5,1e1,3,-0.5,13
VA,17,1,5.5,-4,,,
"""


def write(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def codes_of(path, **options):
    with pytest.raises(CrisisFileError) as caught:
        read_trade_table(path, **options)
    assert all(finding.fix for finding in caught.value.findings)
    return caught.value.findings


def test_arrays_by_hand(tmp_path):
    """Oracle: hand."""
    table = read_trade_table(write(tmp_path, GOOD))
    assert table.regions == ("A", "B")
    assert table.sectors == ("x", "y")
    assert table.intermediate[0, 0, 1, 1] == 4.0
    assert table.intermediate[1, 1, 0, 1] == 0.0
    assert table.intermediate[1, 1, 1, 1] == 10.0
    assert table.final[1, 1].tolist() == [3.0, -0.5]
    assert table.output[0].tolist() == [21.0, 6.0]
    assert table.other_rows == ("VA",)


def test_kinds_of_final_demand_are_added_and_output_may_be_missing(tmp_path):
    text = """V1,A_x,B_x,A_HFCE,A_GFCF,B_HFCE
A_x,1,2,3,4,5
B_x,1,1,1,1,1
"""
    table = read_trade_table(write(tmp_path, text))
    assert table.final[0, 0].tolist() == [7.0, 5.0]
    assert table.output[:, 0].tolist() == [15.0, 5.0]


def test_labels_of_another_form(tmp_path):
    text = "row,AAA1,BBB1,FD_AAA,FD_BBB\nAAA1,1,2,3,4\nBBB1,1,1,1,1\n"
    table = read_trade_table(
        write(tmp_path, text), pattern=r"(?P<region>[A-Z]{3})(?P<sector>[0-9]+)"
    )
    assert table.regions == ("AAA", "BBB")
    assert table.sectors == ("1",)


def test_written_and_read_is_the_same(tmp_path):
    rng = np.random.default_rng(1)
    table = TradeTable(
        regions=("A", "B", "C"),
        sectors=("x", "y"),
        intermediate=rng.integers(0, 100, (3, 2, 3, 2)).astype(float),
        final=rng.integers(0, 100, (3, 2, 3)).astype(float),
        output=rng.integers(0, 100, (3, 2)).astype(float),
    )
    path = tmp_path / "again.csv"
    write_trade_table(table, path)
    again = read_trade_table(path)
    for item in fields(TradeTable):
        assert np.array_equal(getattr(again, item.name), getattr(table, item.name))
    assert [entry.name for entry in tmp_path.iterdir()] == ["again.csv"]


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (("A_y,1,1", "A_y,one,1"), "table-row-invalid", "A_y, A_x"),
        (("A_y,1,1", "A_y,nan,1"), "value-not-finite", "A_y, A_x"),
        (("A_y,1,1,", "A_y,1,"), "table-row-invalid", "A_y"),
        (("B_y,0", "B_x,0"), "id-duplicate", "B_x"),
        (("A_y,B_x,B_y,FD", "A_y,B_x,B_x,FD"), "id-duplicate", "B_x"),
        (("FD_B", "FD_C"), "table-column-missing", "B"),
        (("B_y,0", "C_y,0"), "table-row-invalid", "B_y"),
    ],
)
def test_a_wrong_table_says_where(tmp_path, change, code, where):
    findings = codes_of(write(tmp_path, GOOD.replace(*change)))
    assert (code, where) in {(finding.code, finding.path) for finding in findings}


def test_line_of_a_wrong_cell(tmp_path):
    findings = codes_of(write(tmp_path, GOOD.replace("A_y,1,1", "A_y,1,x")))
    assert findings[0].line == 3


def test_no_file_no_text_no_rows(tmp_path, monkeypatch):
    assert codes_of(tmp_path / "nowhere.csv")[0].code == "file-missing"
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"row,\xff\xfe")
    assert codes_of(binary)[0].code == "file-not-utf8"
    assert codes_of(write(tmp_path, ""))[0].code == "table-row-invalid"
    assert codes_of(write(tmp_path, "row,a,b\nc,1,2\n"))[0].code == "table-column-missing"
    monkeypatch.setattr("detente.crisis.trade_tables.MAX_TABLE_BYTES", 3)
    assert codes_of(write(tmp_path, GOOD))[0].code == "file-too-large"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace(",", ";"),
        GOOD.replace(",", ";").replace(".", ","),
        GOOD.replace(",", "\t").replace(".", ","),
        "\ufeff" + GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\r\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_the_dialect_is_that_of_every_table(tmp_path, content, encoding):
    """Oracle: hand: the same table."""
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode(encoding))
    found, expected = read_trade_table(path), read_trade_table(write(tmp_path, GOOD))
    assert (found.regions, found.sectors) == (expected.regions, expected.sectors)
    for name in ("intermediate", "final", "output"):
        assert (getattr(found, name) == getattr(expected, name)).all()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1_000", "table-row-invalid"),
        ("12%", "table-row-invalid"),
        ("..", "table-row-invalid"),
        ("NA", "table-row-invalid"),
        ('"1,234"', "table-row-invalid"),
        ("٣", "table-row-invalid"),
        ("inf", "value-not-finite"),
        ("1e999", "value-not-finite"),
        ("2" * 140_000, "table-row-invalid"),
        ("\x1b", "character-forbidden"),
        ("\x85", "character-forbidden"),
    ],
)
def test_a_cell_that_is_no_plain_number_is_named(tmp_path, cell, code):
    """Oracle: hand."""
    (finding,) = codes_of(write(tmp_path, GOOD.replace("B_x,2,", f"B_x,{cell},")))
    assert finding.code == code
    assert finding.line == 4
