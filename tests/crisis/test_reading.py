import pytest

from detente.crisis import reading
from detente.crisis.reading import Document, decode, read_bytes, read_document

TEXT = """\
# a comment
a: 1            # one
b:
  - two
  - {c: 3.5, d: "yes"}
e: &x [1, 2]
f: *x
"""


def plain(text):
    document = read_document(text, "f.yaml")
    assert not document.findings
    return document.root.plain()


def test_document_keeps_values_and_lines():
    # Oracle: hand.
    document = read_document(TEXT, "f.yaml")
    assert document.root.plain() == {
        "a": 1,
        "b": ["two", {"c": 3.5, "d": "yes"}],
        "e": [1, 2],
        "f": [1, 2],
    }
    assert document.line("a") == 2
    assert document.line("b") == 3
    assert document.line("b", 0) == 4
    assert document.line("b", 1, "d") == 5
    assert document.line("b", 1, "missing") == 5
    assert document.line("b", 7) == 3
    assert document.line("f") == 7
    assert document.line("nowhere", "at", "all") == 2
    assert document.line("a", "deeper") == 2
    assert document.place("b", 1, "c").path == "b.1.c"
    assert Document(file="x").line("a") == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("+1.5e3", 1500.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("007", 7),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1:30", "1:30"),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("null", None),
        ("~", None),
        ("", None),
        ("2030-01-15", "2030-01-15"),
        ("'1'", "1"),
        ("|\n  x\n  y\n", "x\ny\n"),
        (str(10**17), 10**17),
        (str(10**30), 1e30),
    ],
)
def test_plain_scalars_follow_the_core_schema(text, value):
    # Oracle: hand, YAML 1.2 core schema; text where it and YAML 1.1 differ.
    found = plain(f"a: {text}\n")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.Inf", "+.INF", "1e999", "-1e400"])
def test_number_that_is_not_finite_is_noted_and_reading_goes_on(text):
    document = read_document(f"a: {text}\nb: 2\nb: 3\n", "f.yaml")
    assert [(item.code, item.line) for item in document.findings] == [
        ("value-not-finite", 1),
        ("yaml-duplicate-key", 3),
    ]
    assert document.findings[0].value == text
    assert document.root.plain()["b"] == 2


def test_byte_order_mark_is_accepted():
    assert decode(b"\xef\xbb\xbfa: 1", "f") == ("a: 1", None)


def test_bytes_that_are_no_utf8_are_placed():
    text, finding = decode(b"a: 1\nb: \xff", "f")
    assert not text
    assert (finding.code, finding.line, finding.value) == ("file-not-utf8", 2, "0xff")


def test_number_of_parts_is_limited_without_aliases(monkeypatch):
    monkeypatch.setattr(reading, "MAX_NODES", 50)
    document = read_document("a: [" + "1, " * 60 + "]", "f")
    assert document.root is None
    assert document.findings[0].code == "yaml-invalid"


def test_number_of_parts_counts_what_aliases_repeat(monkeypatch):
    monkeypatch.setattr(reading, "MAX_NODES", 50)
    document = read_document("a: &a [1,1,1,1,1,1,1,1]\nb: [*a,*a,*a,*a,*a,*a]\n", "f")
    assert document.findings[0].code == "yaml-alias-bomb"
    assert document.findings[0].line == 2


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 50_000,
        "- " * 100_000,
        "? " * 50_000,
        "&a " * 50_000,
        "!" * 100_000,
        "a: " + "x" * 1_000_000,
        "'" + "\\" * 500_000,
        "#" * 1_000_000,
        "\n" * 500_000,
        "*" * 100_000,
        "".join(f"k{k}: &k{k} 1\n" for k in range(5_000)),
    ],
    ids=range(12),
)
def test_hostile_text_ends_in_bounded_time(text):
    # Oracle: hand; each is refused or read; one that runs away hangs the test.
    document = read_document(text, "f")
    assert document.root is not None or document.findings


def test_findings_about_one_document_are_limited():
    document = read_document("a: 1\n" * 5000, "f")
    assert len(document.findings) == 1000


def test_unreadable_file_is_missing(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_text("a")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    content, finding = read_bytes(path, "x")
    assert content == b""
    assert finding.code == "file-missing"
    assert "Permission denied" in finding.message


def test_surprise_of_the_parser_is_a_finding(monkeypatch):
    class Broken:
        def __init__(self, **_):
            pass

        def parse(self, _):
            raise AssertionError

    monkeypatch.setattr("ruamel.yaml.YAML", Broken)
    document = read_document("a: 1", "f")
    assert document.findings[0].code == "yaml-invalid"
    assert "AssertionError" in document.findings[0].message
