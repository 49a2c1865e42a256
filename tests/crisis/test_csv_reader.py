"""The one reader of CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis.csv_reader import (
    MalformedCsvError,
    decode_text,
    find_delimiter,
    read_records,
    read_rows,
)

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6)


@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]))
def test_rows_written_come_back_with_the_line_on_which_they_begin(table, delimiter, end):
    """Oracle: independent code: the writer of the standard library, and lines counted as they are written."""
    written, expected, line = "", [], 1
    for cells in table:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=delimiter, lineterminator=end).writerow(cells)
        text = stream.getvalue()
        if any(cell.strip() for cell in cells):
            expected.append((line, cells))
        line += text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
        written += text
    assert [(row.line, row.cells) for row in read_rows(written, delimiter=delimiter)] == expected


@pytest.mark.parametrize(
    ("text", "line", "end"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n', 3, 4),
        ('a,b\n"1"x,2\n', 2, 2),
        ('a,b\n"1\n2"x,2\n', 2, 3),
        (f"a,b\n\n1,{'x' * 200_000}\n", 3, 3),
    ],
)
def test_a_malformed_row_is_named_by_the_lines_on_which_it_stands(text, line, end):
    # Oracle: hand.
    with pytest.raises(MalformedCsvError) as caught:
        list(read_rows(text))
    assert (caught.value.line, caught.value.end) == (line, end)
    assert caught.value.reason in str(caught.value)


def test_records_pad_short_rows_and_drop_what_no_column_names():
    # Oracle: hand.
    columns, records = read_records("a,b\r\n1\r\n,,\r\n2,3,4\r\n")
    assert columns == ["a", "b"]
    assert list(records) == [(2, {"a": "1", "b": ""}), (4, {"a": "2", "b": "3"})]
    columns, records = read_records("")
    assert (columns, list(records)) == ([], [])


def test_separators_of_paragraphs_do_not_end_a_row():
    # Oracle: hand; such signs come from word processors and are part of a cell.
    assert [row.cells for row in read_rows("a\u2028b,c\x85d\n")] == [["a\u2028b", "c\x85d"]]


def test_text_is_utf8_with_or_without_a_mark_and_utf16_only_where_asked():
    # Oracle: hand.
    for content in ("é,b".encode(), "é,b".encode("utf-8-sig")):
        assert decode_text(content) == "é,b"
    assert decode_text("é,b".encode("utf-16"), utf16=True) == "é,b"
    for content in ("é,b".encode("utf-16"), "é,b".encode("latin-1")):
        with pytest.raises(UnicodeDecodeError):
            decode_text(content)


def test_the_delimiter_is_the_one_that_shows_the_columns():
    # Oracle: hand.
    assert find_delimiter("\n ;;\nName;x,y,z\n", ",;\t", wanted=("name", "x")) == ";"
    assert find_delimiter("name;x,y,z\n", ",;\t") == ","
    assert find_delimiter("", ",;\t") == ","
