"""The data file of a briefing, read back: what commands look at has the shape in which it was written.

Oracle: hand; and theorem, a file changed at any place is read as one of the same shape or refused with a code.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.brief.export.comparing import compare_briefs
from detente.brief.export.explaining import explain_figure
from detente.brief.export.reading import read_brief
from detente.brief.export.rendering import to_json
from detente.errors import DetenteError, RunError
from detente.testing.profiles import examples

ODD = [None, True, "", "x", -1, 1e308, float("nan"), [], {}, [[]], "\x1b[2J", "\u202e", "\ud800"]


@pytest.fixture(scope="module")
def text(brief):
    return to_json(brief)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("read") / "brief.json"


def places(part, at=()):
    """Yield the keys that lead to every part of plain data."""
    if at:
        yield at
    items = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    )
    for key, value in items:
        yield from places(value, (*at, key))


def test_what_was_written_is_read(text, place):
    place.write_text(text, encoding="utf-8")
    assert read_brief(place) == json.loads(text)


@pytest.mark.parametrize("words", ["a\x1b[2J", "a\u202eb", "\ud800", "\x9b31m", "x\ufffe"])
def test_a_forbidden_character_is_refused_and_a_pair_is_joined(text, place, words):
    data = json.loads(text)
    data["questions"][0]["figures"][0]["label"] = words
    place.write_text(json.dumps(data), encoding="ascii")
    with pytest.raises(RunError) as caught:
        read_brief(place)
    assert caught.value.code == "character-forbidden"
    assert caught.value.fix
    data["questions"][0]["figures"][0]["label"] = "\U0001f600"
    place.write_text(json.dumps(data), encoding="ascii")  # as two halves
    assert read_brief(place) == data


@given(drawn=st.data())
@examples(100)
def test_a_file_changed_anywhere_is_read_whole_or_refused(text, place, drawn):
    data = json.loads(text)
    at = drawn.draw(st.sampled_from(sorted(places(data), key=str)))
    parent = data
    for key in at[:-1]:
        parent = parent[key]
    if drawn.draw(st.booleans()):
        parent[at[-1]] = drawn.draw(st.sampled_from(ODD))
    else:
        del parent[at[-1]]
    place.write_text(json.dumps(data), encoding="ascii")
    try:
        found = read_brief(place)
        assert compare_briefs(json.loads(text), found)
        explain_figure("outlook.attack", place).as_text()
        code = ""
    except DetenteError as error:
        code = error.code
    assert code in {"", "run-corrupt", "character-forbidden", "figure-unknown"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"{}", b"null"])
def test_what_is_no_data_file_is_refused(place, content):
    place.write_bytes(content)
    with pytest.raises(RunError) as caught:
        read_brief(place)
    assert caught.value.code == "run-corrupt"
