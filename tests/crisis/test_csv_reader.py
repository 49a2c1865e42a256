"""The one reader of CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.characters import find_forbidden
from detente.crisis.csv_reader import (
    MalformedCsvError,
    decode_text,
    find_delimiter,
    read_records,
    read_rows,
)

CELLS = st.text(max_size=8).filter(lambda text: find_forbidden(text) is None)
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
    for sign in "\u2028\u2029":
        assert [row.cells for row in read_rows(f"a{sign}b,c\n")] == [[f"a{sign}b", "c"]]
        assert find_delimiter(f"a{sign};b;c\n1;2;3\n") == ";"


@pytest.mark.parametrize(
    "sign", ["\x00", "\x0b", "\x0c", "\x1b", "\x1c", "\x85", "\u202e", "\ud800", "\uffff"]
)
def test_a_forbidden_character_is_named_by_line_column_and_position(sign):
    """Oracle: hand; the cell begins on the second line, its second line holds the sign."""
    with pytest.raises(MalformedCsvError) as caught:
        list(read_rows(f'a,b\n1,"x\ny{sign}"\n'))
    found = caught.value
    assert (found.code, found.line) == ("character-forbidden", 3)
    assert "column 2" in found.reason
    assert "position 4" in found.reason
    assert f"U+{ord(sign):04X}" in found.reason


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_text_is_utf8_or_utf16_with_or_without_a_mark(encoding):
    # Oracle: independent code: the encoders of the standard library. Most letters of a head are ASCII.
    text = "a,b,failed\r\nKöln,日本,1\r\n"
    assert decode_text(text.encode(encoding)) == text
    assert decode_text("\ufeff".encode(encoding) + text.encode(encoding)).lstrip("\ufeff") == text


def test_text_in_another_encoding_is_not_guessed():
    # Oracle: hand.
    for content in ("é,b".encode("latin-1"), "a,b\n1,2\n".encode("utf-16")[:-1]):
        with pytest.raises(UnicodeDecodeError):
            decode_text(content)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("", ","),
        ("a;b;failed\n0,025;0,025;0\n0,2;0,35;1\n", ";"),
        ("a\tb, in %\tc\n1\t2\t3\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('"x;y",b\n1,2\n', ","),
        ("sep=;\na;b\n1;2\n", ";"),
        ("a,b;c,d\n1,5;2,5\n3;4\n", ";"),
    ],
)
def test_the_delimiter_is_found_from_the_header_and_the_rows(text, delimiter):
    # Oracle: hand; the last has two cells in every row by semicolons, and three, three and one by commas.
    assert find_delimiter(text) == delimiter


def test_the_delimiter_shows_the_columns_that_are_wanted():
    # Oracle: hand.
    assert find_delimiter("\n ;;\nName;x,y,z\n", wanted=("name", "x")) == ";"
    assert find_delimiter("name;x,y,z\n") == ","


def test_a_line_that_names_the_separator_is_no_row():
    # Oracle: hand.
    assert list(read_rows("sep=;\r\na;b\r\n", delimiter=";")) == [(2, ["a", "b"])]
