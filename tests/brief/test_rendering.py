"""Rendering: text of a crisis file stays text, on the page and in Markdown."""

import re

import pytest
from tests.brief.test_questions import brief_of, changed

from detente.brief import to_appendix, to_html, to_markdown
from detente.brief.export.rendering import _address, _cell, _markdown

EVIL = "<img src=x onerror=alert(1)> <script>alert(2)</script> [x](javascript:alert(3)) *b* `c`"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<b>&lt; a < b <1%", "&lt;b>&amp;lt; a < b <1%"),
        ("[x](javascript:y)", r"\[x\](javascript:y)"),
        ("**b** _i_ snake_case `c` ~~s~~", r"\*\*b\*\* \_i\_ snake_case \`c\` \~\~s\~\~"),
        ("# a\n- b\n1. c\n    code", "\\# a\n\\- b\n1\\. c\ncode"),
        ("a|b\n:-:|---", "a|b\n\\:-:|---"),
        (">99% or -5", ">99% or -5"),
        ("a\\b", r"a\\b"),
    ],
)
def test_marks_are_escaped(text, escaped):
    assert str(_markdown(text)) == escaped


def test_a_cell_stays_one_cell():
    assert str(_cell("a|b\nc <i>")) == r"a\|b c &lt;i>"


def test_only_addresses_of_the_web_are_left():
    assert str(_address("https://a.example/_b_")) == "https://a.example/_b_"
    assert "](" not in str(_address("https://a.example)[x](javascript:y)")).replace("\\](", "")


def test_text_of_the_crisis_file_is_never_read_as_markup(template, tmp_path):
    crisis = changed(
        template,
        tmp_path / "evil",
        ("limited aims", EVIL.replace("[", "(").replace("]", ")").replace("`", "")),
        ("title: ", f"title: {EVIL!r}\nscope: ".replace("\nscope", "\n# ")),
    )
    brief = brief_of(crisis, tmp_path)
    for text in (to_html(brief), to_markdown(brief)):
        assert not re.search(r"<(?:img|script)\b", text)
        assert "onerror" in text
    assert "\n&lt;img src=x onerror=alert(1)>" in to_markdown(brief)
    assert r"\[x\](javascript" in to_markdown(brief)


def test_tables_stand_on_every_screen(brief):
    """Oracle: hand; the classes that hide a picture's other form on narrow or wide screens are for pictures alone."""
    tables = re.findall(r'<table class="([^"]*)"', to_appendix(brief))
    assert tables
    assert not {name for found in tables for name in found.split()} & {"wide", "narrow"}
