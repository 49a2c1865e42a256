"""The scores of the track-record page, recomputed over the research copy of the table of events."""

import re
from pathlib import Path

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.watch.following import follow
from detente.watch.scoring import score_days

ROOT = Path(__file__).parents[2]
EVENTS = ROOT.parent / "shared/data/history/ukraine_2021_22_timeline.csv"
PAGE = ROOT / "docs/explanation/track-record.md"

pytestmark = [
    pytest.mark.research,
    pytest.mark.slow,
    pytest.mark.skipif(
        not EVENTS.is_file(), reason="the research copies of ../shared are not here"
    ),
]


def test_the_page_prints_the_scores_of_the_hindcast():
    """Oracle: golden, what the page printed when it was run once after its settings were committed."""
    settings = {"prior.revisionist": "0.1..0.5", "state.posture": "present"}
    crisis = load_crisis("ukraine-2022", overrides=settings)
    diary = follow(crisis, EVENTS, since="2021-11-01", until="2022-02-23")
    scores = score_days(diary.days, crisis, "full_invasion")
    rows = re.findall(
        r"\| detente \| an attack \| (\d+), from [^|]+\| ([\d.]+) \| ([\d.]+) \|",
        PAGE.read_text(encoding="utf-8"),
    )
    assert [int(row[0]) for row in rows] == [115, 74]
    for n_days, brier, log in rows:
        last = scores[-int(n_days) :]
        assert f"{np.mean([item.brier for item in last]):.3f}" == brier
        assert f"{np.mean([item.log for item in last]):.3f}" == log
