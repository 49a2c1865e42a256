"""Tables of cases read from CSV and Parquet: by hand, and one against the other."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detente.analysis.case_tables import read_cases
from detente.analysis.discovery import find_box
from detente.errors import UsageError

TEXT = "a,n,kind,told,gap,void\n0.5,1,x,True,3,\n1.5,2,y,False,,\n,3,x,True,5,\n2.5,4,y,True,6,\n"


@pytest.fixture
def tables(tmp_path):
    plain = tmp_path / "cases.csv"
    plain.write_text(TEXT, encoding="utf-8")
    columns = {
        "a": [0.5, 1.5, None, 2.5],
        "n": [1, 2, 3, 4],
        "kind": ["x", "y", "x", "y"],
        "told": [True, False, True, True],
        "gap": [3, None, 5, 6],
        "void": pa.array([None] * 4, pa.string()),
    }
    packed = tmp_path / "cases.parquet"
    pq.write_table(pa.table(columns), packed)
    return plain, packed


def test_both_forms_are_read_alike(tables):
    # oracle by hand: two cases have a value in every column that has some
    for path in tables:
        found = read_cases(path, drop_missing=True).columns
        assert found["a"].tolist() == [0.5, 2.5]
        assert found["n"].tolist() == [1, 4]
        assert found["gap"].tolist() == [3, 6]
        assert found["n"].dtype.kind == found["gap"].dtype.kind == "i"
        assert found["told"].tolist() == ["True", "True"]
        assert found["void"].tolist() == ["", ""]
        whole = read_cases(path, leave_out=["a", "gap"]).columns
        assert whole["kind"].tolist() == ["x", "y", "x", "y"]
        with pytest.raises(UsageError, match="among numbers") as caught:
            read_cases(path)
        assert "--drop-missing" in caught.value.fix


def test_a_column_without_values_hinders_no_search(tables):
    columns = read_cases(tables[1], leave_out=["a", "gap"]).columns | {
        "nothing": np.full(4, np.nan)
    }
    found = find_box(columns, np.array([1, 0, 1, 0]), mass_min=0.3)
    assert {column.name for column in found.columns} == {"n", "kind", "told"}


def test_the_workbench_name_of_the_objective_is_taken():
    # oracle theorem: the same steps
    x = {"x": np.arange(100.0)}
    hit = x["x"] > 70
    assert find_box(x, hit, objective="lenient1").bounds[-1].ends.tolist() == (
        find_box(x, hit, objective="lenient").bounds[-1].ends.tolist()
    )


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: path.write_bytes(b"no table"), "table-row-invalid"),
        (lambda path: path.with_name("other").touch(), "file-missing"),
        (lambda path: pq.write_table(pa.table({"a": [1]}), path), "table-row-invalid"),
        (
            lambda path: pq.write_table(
                pa.table({"a": pa.array([], pa.int8()), "b": pa.array([], pa.int8())}), path
            ),
            "table-row-invalid",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, make, code):
    path = tmp_path / "cases.parquet"
    make(path)
    with pytest.raises(UsageError) as caught:
        read_cases(path)
    assert caught.value.code == code


def test_no_case_left_is_refused(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("a,b\n1,\n,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no case has a value"):
        read_cases(path, drop_missing=True)
