"""The briefing of the template as Markdown, kept as a file and reviewed as a diff (``make golden`` rewrites it)."""

import os
import re
from pathlib import Path

from detente.brief import to_markdown

GOLDEN = Path(__file__).parents[1] / "golden" / "brief-template.md"
NOISE = (
    (r"residual is [0-9e.-]+", "residual is R"),
    (r"residual [0-9e.-]+;", "residual R;"),
    (r"at most [0-9]+ iterations", "at most N iterations"),
    (r"detente [0-9][^,]*, crisis file (\S+), digest \w+", r"detente V, crisis file \1, digest D"),
)
"""What depends on the machine or on the version, and not on the briefing."""


def test_template_briefing_is_as_reviewed(brief):
    text = to_markdown(brief)
    for pattern, stand_in in NOISE:
        text = re.sub(pattern, stand_in, text)
    if os.environ.get("DETENTE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
