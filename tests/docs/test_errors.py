"""Every error code has a page, and every page a code."""

from pathlib import Path

import pytest

from detente.errors import CODES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "errors"
SOURCES = [
    path.read_text(encoding="utf-8")
    for path in (ROOT / "src").rglob("*.py")
    if path.name != "errors.py"
]


def test_no_page_is_orphaned():
    assert {page.stem for page in PAGES.glob("*")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_code_has_a_page_with_meaning_example_and_fix(code):
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}\n\n")
    meaning, _, rest = text.partition("```text\n")
    example, _, fix = rest.partition("\n```\n")
    assert len(meaning.split()) > 10
    assert f"[{code}]" in example
    assert "fix: " in example
    assert fix.startswith("\n**What to do.** ")


@pytest.mark.parametrize("code", CODES)
def test_code_is_raised_somewhere(code):
    """A code that nothing gives is a promise that nothing keeps."""
    assert any(f'"{code}"' in text for text in SOURCES)
