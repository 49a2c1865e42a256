"""Notebooks are text: their examples are run, and print what the page shows. Oracle: golden, the page."""

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [
    *sorted((DOCS / "notebooks").glob("*.md")),
    DOCS / "tutorials" / "notebook.md",
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_notebook_prints_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted > 5


def test_there_is_a_notebook_for_each_user():
    # oracle: hand, the users of the design
    assert {page.stem for page in PAGES} >= {"analyst", "researcher", "instructor"}
    listed = (DOCS / "index.md").read_text("utf-8")
    assert "notebooks/*" in listed
    assert "tutorials/notebook" in listed
