"""No key, scalar, cell or header of a crisis holds a character that no text may hold, however it is written.

Oracle: hand, for the two cases of a trial (an escape sequence and half a pair as a key at the end of the file); theorem, for
any text at any place.
"""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.characters import escape, find_forbidden
from detente.cli import main
from detente.crisis import check_folder
from detente.crisis.reading import decode, read_document
from detente.testing import template_document, tiny_crisis_folder, write_document

FORBIDDEN = [
    "\x1b]0;pwned\x07",
    "\x00",
    "\x9b31m",
    "\x85",
    "\u202egnp",
    "\u2066x",
    "\ud800",
    "\uffff",
]


@pytest.mark.parametrize("key", ['"\\e]0;pwned\\a"', '"\\ud800"', '"\\u202e"', '"\\x9b"'])
def test_a_key_at_the_end_of_a_file_is_refused_with_its_line(key, tmp_path, monkeypatch, capsys):
    folder = tiny_crisis_folder(tmp_path)
    path = folder / "crisis.yaml"
    text = path.read_text(encoding="utf-8") + f"{key}: 1\n"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["detente", "check", str(folder)])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capsys.readouterr()
    assert stop.value.code == 2
    assert f"crisis.yaml:{text.count(chr(10))}\n  error: " in out
    assert "[character-forbidden]" in out
    assert find_forbidden(out + err) is None


@pytest.mark.parametrize("words", FORBIDDEN)
@pytest.mark.parametrize("place", ["title", "actors.NOR.name", "key", "item", "free key"])
def test_text_and_keys_at_every_place_are_refused(words, place, tmp_path):
    folder = tiny_crisis_folder(tmp_path)
    document = template_document()
    if place == "key":
        document["instruments"][f"x{words}"] = {}
    elif place == "item":
        document["disputes"].append(f"a {words}")
    elif place == "free key":
        document["reported"][words] = 0.5
    else:
        parent = document
        *way, last = place.split(".")
        for key in way:
            parent = parent[key]
        parent[last] = f"a {words}"
    write_document(folder, document)
    found = [item for item in check_folder(folder) if item.code == "character-forbidden"]
    assert found
    assert found[0].line > 1
    assert find_forbidden("".join(item.message + item.path + item.value for item in found)) is None


@pytest.mark.parametrize("words", [word for word in FORBIDDEN if word != "\ud800"])
@pytest.mark.parametrize("row", [0, 1])
def test_a_table_is_refused_with_the_line(words, row, tmp_path):
    folder = tiny_crisis_folder(tmp_path)
    path = folder / "timeline.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[row] += words
    path.write_text("\n".join(lines), encoding="utf-8")
    found = [item for item in check_folder(folder) if item.code == "character-forbidden"]
    assert [(item.file, item.line) for item in found] == [("timeline.csv", row + 1)]
    assert found[0].fix


def test_halves_of_a_pair_are_the_character():
    text = '"\\ud83d\\ude00": {a: "x\\uD83D\\uDE00y"}\n'
    document = read_document(text, "crisis.yaml")
    assert not document.findings
    assert document.root.plain() == {"\U0001f600": {"a": "x\U0001f600y"}}


@given(
    key=st.text(st.characters(categories=None), max_size=5),
    value=st.text(st.characters(categories=None), max_size=5),
)
def test_what_is_read_is_clean_or_found(key, value):
    """JSON is YAML: every text can be written with escapes."""
    document = read_document(json.dumps({"a": 1, key or "b": value}), "crisis.yaml")
    joined = json.loads(json.dumps([key, value]))
    forbidden = any(find_forbidden(text) is not None for text in joined)
    codes = {item.code for item in document.findings}
    assert ("character-forbidden" in codes) == forbidden
    if document.root is not None:
        assert find_forbidden(json.dumps(document.root.plain(), ensure_ascii=False)) is None


def test_raw_bytes_are_looked_at_whole():
    text, finding = decode("a: b\n# comment \u202e\n".encode(), "crisis.yaml")
    assert not text
    assert (finding.code, finding.line) == ("character-forbidden", 2)
    assert escape(finding.value) == finding.value


def test_a_game_whose_label_is_half_a_pair_prints_nothing_raw(tmp_path, monkeypatch, capsys):
    data = '{"title":"t","players":["A","B"],"tree":{"player":0,"infoset":0,"label":"\\ud800","actions":["l","r"],"children":[{"payoffs":[1,0]},{"payoffs":[0,1]}]}}'
    (tmp_path / "g.json").write_text(data, encoding="ascii")
    for command in ("solve", "show"):
        words = [
            command,
            str(tmp_path / "g.json"),
            *(["--lambda", "1"] if command == "solve" else []),
        ]
        monkeypatch.setattr(sys, "argv", ["detente", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        assert stop.value.code in {0, 2}
        assert find_forbidden(out + err) is None
