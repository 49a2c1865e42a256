"""What the commands write, kept as files and reviewed as a diff (``make golden`` rewrites them).

Oracle: golden. A file here changes only where a word or a figure of a briefing or a watch changes: what belongs to the
machine, to the version or to the drawing is taken out first, and what is said again word for word is said once.
The tests know the command line alone.
"""

import difflib
import hashlib
import json
import math
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli import app

HERE = Path(__file__).parent
FILES = ("md", "json", "html")
DIGITS = 9
"""Significant digits of a number in a data file that another processor gives as well."""

NOTHING = 1e-12
"""A number below this is rounding noise around zero."""

LONG = 160
"""Characters from which a line that stands twice is shortened."""

SHOWN = 40
"""Lines of a difference that are shown."""

NOISE = (
    (r"residual is [0-9e.-]+", "residual is R"),
    (r"residual [0-9e.-]+;", "residual R;"),
    (r"at most [0-9,]+ iterations", "at most N iterations"),
    (r"detente [0-9]+\.[0-9][^\s,]*", "detente V"),
    (r"digest [0-9a-f]{8,64}\b", "digest D"),
)
"""What depends on the machine or on the version, and not on what is said."""

NOISY_KEYS = {"digest": "D", "key": "K", "max_residual": "R"}
"""Entries of a data file of which the same is true."""

BRIEF = ("--draws", "64", "--seed", "1", "--workers", "1")
EXPLORE = (*BRIEF, "--search", "0", "--mode", "exploratory")

EVENTS = """date,actor,target,category,mode,event,source
1962-10-20,USA,USR,ACCUSE,,Before the first day,frus11-36
1962-10-22,USA,CUB,COERCE,,The quarantine is announced,jfk-addr
1962-10-23,OAS,USA,SUPPORT,,The council votes for the quarantine,jfk-addr
1962-10-23,USR,USA,THREATEN,,"Ships will be defended, the note says",jfk-addr
1962-10-24,USR,USA,RETREAT,,Some ships change course,jfk-addr
1962-10-24,USR,CUB,MOBILIZE,,Work on the sites goes on,jfk-addr
1962-10-24,CUB,USA,ASSAULT,aerial,Fire at a reconnaissance aircraft,jfk-addr
1962-10-24,ALB,USA,ACCUSE,,A speech that no rule reads,jfk-addr
"""
"""Days of October 1962, invented where that makes an event of every kind."""


# --- making ------------------------------------------------------------------------------------------------------------


def detente(*words):
    """Run the command in this process; an error is not caught."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output


def brief(crisis, out, *options):
    detente("brief", crisis, *(options or (*BRIEF, "--search", "0")), "--out", out)


def brief_new(out):
    """Brief the crisis that ``detente new`` writes."""
    folder = out.parent / "my-crisis"
    detente("new", "my-crisis", "--folder", folder)
    brief(folder, out)


def watch(out):
    events = out.parent / "events.csv"
    events.write_text(EVENTS, encoding="utf-8")
    span = ("--events", events, "--until", "1962-10-24", "--outcome", "bargain")
    detente("watch", "cuba-1962", *span, "--draws", "64", "--seed", "1", "--out", out)


CASES = {
    "template": ("brief", brief_new),
    "ukraine-2022": ("brief", lambda out: brief("ukraine-2022", out)),
    "cuba-1962": ("brief", lambda out: brief("cuba-1962", out)),
    "kuwait-1990": ("brief", lambda out: brief("kuwait-1990", out)),
    "cuba-1962-search": ("brief", lambda out: brief("cuba-1962", out, *BRIEF, "--search", "8")),
    "cuba-1962-exploratory": ("brief", lambda out: brief("cuba-1962", out, *EXPLORE)),
    "cuba-1962-watch": ("watch", watch),
}
"""Folder of the goldens: stem of the files, and what makes them."""

QUICK = frozenset({"template", "cuba-1962", "cuba-1962-watch"})
"""Compared by default; the others are slow."""


# --- taking the noise out ------------------------------------------------------------------------------------------------


def without_noise(text, out):
    text = text.replace(str(out.parent), "OUT")
    for pattern, stand_in in NOISE:
        text = re.sub(pattern, stand_in, text)
    return text


def fold(text):
    """Shorten a long line that stood before to its beginning and a mark of the whole."""
    seen = set()
    lines = []
    for line in text.split("\n"):
        bare = line.strip()
        if len(bare) >= LONG and bare in seen:
            mark = hashlib.sha256(bare.encode()).hexdigest()[:8]
            lines.append(f"{bare[:40]} ... again, {mark}")
        else:
            seen.add(bare)
            lines.append(line)
    return "\n".join(lines)


def drawn_words(match):
    """Words and numbers of a picture, one a line, in the order in which they are drawn."""
    picture = match.group(0)
    label = re.search(r'aria-label="([^"]*)"', picture)
    texts = re.findall(
        r"<(?:text|title|desc)\b[^>]*>(.*?)</(?:text|title|desc)>", picture, re.DOTALL
    )
    words = [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)).strip() for text in texts]
    head = label.group(1) if label else ""
    return "\n".join(["", f"<svg>{head}", *(word for word in words if word), "</svg>", ""])


def page_text(text):
    """Write the page with pictures as words, an entry to a line."""
    text = re.sub(r"<svg\b.*?</svg>", drawn_words, text, flags=re.DOTALL)
    text = re.sub(r"(?<!\n)(<(?:tr|td|th|dt|dd|li|p|details|section)\b)", r"\n\1", text)
    text = re.sub(r'<a href="#s-([^"]*)">\1</a>', r"[\1]", text)
    text = re.sub(r"<code>([^<]*)</code>", r"`\1`", text)
    return fold(text)


def rounded(value):
    """Round numbers, and stand in for entries that are noise."""
    if isinstance(value, dict):
        return {key: NOISY_KEYS.get(key, rounded(item)) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.{DIGITS}g}") if abs(value) >= NOTHING else 0.0
    return value


def entries(value, indent=""):
    """Write data as JSON, a list or a table without further ones in it on one line."""
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list) or not any(
        isinstance(item, dict | list) for item in inner
    ):
        return json.dumps(value, ensure_ascii=False)
    deeper = indent + " "
    if isinstance(value, dict):
        rows = [
            f"{json.dumps(key, ensure_ascii=False)}: {entries(item, deeper)}"
            for key, item in value.items()
        ]
    else:
        rows = [entries(item, deeper) for item in value]
    brackets = "{}" if isinstance(value, dict) else "[]"
    body = ",\n".join(f"{deeper}{row}" for row in rows)
    return f"{brackets[0]}\n{body}\n{indent}{brackets[1]}"


def data_text(text):
    return fold(entries(rounded(json.loads(text)))) + "\n"


READERS = {"html": page_text, "md": lambda text: text, "json": data_text}


def difference(expected, found, name):
    """Say where two texts differ, in a few lines."""
    lines = difflib.unified_diff(
        expected.splitlines(), found.splitlines(), f"{name} as reviewed", "now", lineterm="", n=1
    )
    return [line[:200] for line in lines]


# --- comparing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CASES],
)
def test_golden_files_are_as_reviewed(name, tmp_path):
    stem, make = CASES[name]
    out = tmp_path / "out"
    make(out)
    differences = []
    for ending in FILES:
        found = (out / f"{stem}.{ending}").read_text(encoding="utf-8")
        found = READERS[ending](without_noise(found, out))
        golden = HERE / name / f"{stem}.{ending}"
        if os.environ.get("DETENTE_GOLDEN"):
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(found, encoding="utf-8", newline="\n")
        expected = golden.read_text(encoding="utf-8")
        if found != expected:
            differences += difference(expected, found, f"{name}/{stem}.{ending}")
    if differences:
        more = max(0, len(differences) - SHOWN)
        shown = "\n".join(differences[:SHOWN])
        pytest.fail(f"{shown}\n({more} lines more; `make golden` accepts them)", pytrace=False)
