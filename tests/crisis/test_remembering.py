"""The tree of a crisis file is kept, and what is kept is what the parser makes of the text."""

import pytest

from detente.crisis import reading, shipped_crises
from detente.crisis.reading import read_document
from detente.crisis.remembering import cache_folder, keep

LONG = "# " + "-" * 20_000 + "\n"
TEXT = (
    LONG
    + 'a: 1\nb:\n  - two\n  - {c: 3.5, d: "yes"}\ne: &x [1, 2, {}]\nf: *x\ng:\nh: ["\\ud83d\\ude00"]\n'
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def picture(node):
    """Everything that a node holds, as plain values."""
    content = node.content
    if isinstance(content, dict):
        content = {key: picture(child) for key, child in content.items()}
    elif isinstance(content, list):
        content = [picture(child) for child in content]
    return (node.line, type(node.content), content, node.key_lines, node.size, node.height)


@pytest.mark.parametrize("name", ["own", *shipped_crises()])
def test_a_tree_that_is_kept_is_that_of_the_parser(folder, monkeypatch, name):
    # oracle: the parser
    text = TEXT if name == "own" else (shipped_crises()[name] / "crisis.yaml").read_text("utf-8")
    first = read_document(text, "crisis.yaml")
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(reading, "_parse", lambda *_: pytest.fail("parsed again"))
    again = read_document(text, "crisis.yaml")
    assert picture(again.root) == picture(first.root)
    assert not again.findings


@pytest.mark.parametrize("text", [LONG + "a: 1\na: 2\n", LONG + "a: [\n", "a: 1\n"])
def test_a_text_with_a_finding_and_a_short_one_are_not_kept(folder, text):
    # oracle by hand
    read_document(text, "crisis.yaml")
    assert not folder.exists()


@pytest.mark.parametrize(
    "content", [b"", b"[1", b"[]", b"7", b"[1,null,[[2]],[3]]", b"[" * 100_000]
)
def test_what_cannot_be_read_is_parsed_again(folder, content):
    # oracle: the parser
    fresh = read_document(TEXT, "crisis.yaml")
    (kept,) = folder.iterdir()
    kept.write_bytes(content)
    assert picture(read_document(TEXT, "crisis.yaml").root) == picture(fresh.root)


def test_another_reader_takes_no_tree_of_this_one(folder, monkeypatch):
    read_document(TEXT, "crisis.yaml")
    monkeypatch.setattr(reading, "_READER", b"another ")
    read_document(TEXT, "crisis.yaml")
    assert len(list(folder.iterdir())) == 2


def test_nothing_is_kept_where_the_variable_is_empty(monkeypatch, tmp_path):
    monkeypatch.setenv("DETENTE_CACHE", "")
    assert cache_folder("documents") is None
    assert read_document(TEXT, "crisis.yaml").root is not None
    monkeypatch.delenv("DETENTE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder("documents") == tmp_path / "detente" / "documents"


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    keep(tmp_path / "file" / "below" / "a", lambda stream: stream.write(b"x"))
    assert (tmp_path / "file").read_text() == ""
