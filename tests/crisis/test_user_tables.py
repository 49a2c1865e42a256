"""Tables of users as named columns. Oracle: hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis.csv_reader import MalformedCsvError
from detente.crisis.user_tables import parse_user_table, read_user_table
from detente.errors import UsageError

ALIASES = {"text": "event"}


def test_rows_have_a_cell_for_every_name():
    table = parse_user_table('\n a ; b\n 1;"x\ny"\n\n2; \n')
    assert table.columns == ("a", "b")
    assert table.line == 2
    assert list(table.records()) == [(3, {"a": "1", "b": "x\ny"}), (6, {"a": "2", "b": ""})]
    assert table.notes == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_will_do(end):
    table = parse_user_table(f"a,b{end}1,2{end}3,4")
    assert [row.line for row in table.rows] == [2, 3]


def test_names_that_are_looked_for_are_read_in_any_case_and_by_other_names():
    table = parse_user_table(
        " Date , Text,Extra\n1,2,3\n", wanted=("date", "event"), aliases=ALIASES
    )
    assert table.columns == ("date", "event", "extra")


@pytest.mark.parametrize(
    "head",
    ["date,a,date", "date,a, Date", "event,a,text", "Text,a,EVENT", "my name,a,my  name", "a,a,"],
)
def test_a_column_that_stands_twice_is_refused_however_it_is_written(head):
    with pytest.raises(MalformedCsvError, match=r"same column|stands twice") as caught:
        parse_user_table(f"{head}\n1,2,3\n", wanted=("date",), aliases=ALIASES)
    assert (caught.value.code, caught.value.line) == ("table-row-invalid", 1)


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
@pytest.mark.parametrize("first", [0, 1])
def test_row_numbers_of_data_frames_are_left_out_with_a_note(name, first):
    rows = "".join(f"{first + k},x{k},{k}\n" for k in range(3))
    table = parse_user_table(f"{name},a,b\n{rows}")
    assert table.columns == ("a", "b")
    assert [row.cells[0] for row in table.rows] == ["x0", "x1", "x2"]
    assert len(table.notes) == 1


@pytest.mark.parametrize("cells", ["5,6", "0,2", "x,y"])
def test_another_column_without_a_name_is_refused(cells):
    one, two = cells.split(",")
    with pytest.raises(MalformedCsvError, match="column 1 has no name"):
        parse_user_table(f",a\n{one},1\n{two},2\n")


def test_empty_columns_at_the_end_are_left_out_with_a_note():
    table = parse_user_table("a,b,,\n1,2,,\n")
    assert table.columns == ("a", "b")
    assert "at the end" in table.notes[0]
    with pytest.raises(MalformedCsvError, match="column 3 has no name"):
        parse_user_table("a,b,,\n1,2,3,\n")


@pytest.mark.parametrize("row", ["1", "1,2,3"])
def test_a_row_of_another_length_is_refused_with_its_line(row):
    with pytest.raises(MalformedCsvError, match="under 2 names") as caught:
        parse_user_table(f'a,b\n"1\n",2\n{row}\n')
    assert caught.value.line == 4


def test_a_file_is_read_or_refused_with_its_place(tmp_path):
    path = tmp_path / "t.csv"
    for content, code, line in [
        (None, "file-missing", ""),
        (b"\xff\xfe\xfd", "file-not-utf8", ""),
        (b"PK\x03\x04\xff", "file-not-utf8", ""),
        (b"a,b\n1,\x1b[31m\n", "character-forbidden", ":2"),
        (b'a,b\n1,"2\n', "table-row-invalid", ":2"),
        (b"a,b\n1," + b"x" * 140_000 + b"\n", "table-row-invalid", ":2"),
    ]:
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UsageError) as caught:
            read_user_table(path, "things")
        assert caught.value.code == code
        assert caught.value.at == f"{path}{line}"
        assert caught.value.fix


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_read_or_refused(tmp_path_factory, content, with_head):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes((b"a,b\n" if with_head else b"") + content)
    try:
        table = read_user_table(path, "things")
    except UsageError:
        return
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
