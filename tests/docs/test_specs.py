"""Specifications that ship with the guide to fitting. Oracle: hand."""

from pathlib import Path

import pytest

from detente.fit import read_spec

DOCS = Path(__file__).parents[2] / "docs"
SPECS = sorted((DOCS / "specs").glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_specification_can_be_read_and_is_named_by_the_guide(path):
    spec = read_spec(path)
    assert {"outcome", "utilities"} <= set(spec.entries)
    assert f"../specs/{path.name}" in (DOCS / "how-to" / "fit-a-game.md").read_text("utf-8")


def test_there_is_one_for_each_published_row():
    assert len(SPECS) >= 5
