"""The track record that ships, made again from the research copies of the data."""

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HISTORY = ROOT.parent / "shared/data/history"

pytestmark = [
    pytest.mark.research,
    pytest.mark.slow,
    pytest.mark.skipif(
        not HISTORY.is_dir(), reason="the research copies of ../shared are not here"
    ),
]


def test_the_record_is_what_the_commands_print(tmp_path):
    """Oracle: golden, what was printed when both were run once after their specifications were committed."""
    printed = []
    for command in ("reference-class", "panel"):
        words = [command, str(HISTORY / "icb1v15.csv"), str(HISTORY / "icb2v15.csv"), "--json"]
        found = subprocess.run(
            [sys.executable, "-m", "detente", *words], check=True, capture_output=True, text=True
        )
        printed.append(tmp_path / f"{command}.json")
        printed[-1].write_text(found.stdout, encoding="utf-8")
    made = tmp_path / "record.json"
    script = [sys.executable, str(ROOT / "tools/track_record.py"), *map(str, printed), str(made)]
    subprocess.run(script, check=True)
    shipped = resources.files("detente.analysis").joinpath("track_record.json")
    assert json.loads(made.read_text("utf-8")) == json.loads(shipped.read_text("utf-8"))
