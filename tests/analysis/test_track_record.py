"""The track record that ships: it agrees with itself, and the page prints it."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from detente.analysis.forecasts import PairedDifference
from detente.analysis.track_record import judge_pool, read_track_record
from detente.crisis.scaffold import template_names

PAGE = Path(__file__).parents[2] / "docs/explanation/track-record.md"


def difference(low, high):
    return PairedDifference(
        first="pool",
        second="class prior",
        score="brier",
        forecasts=9,
        events=9,
        mean=(low + high) / 2,
        low=low,
        high=high,
        better=0.5,
    )


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        (((-0.2, -0.1), (-0.2, -0.1)), "adds"),
        (((-0.2, -0.1), (-0.2, 0.0)), "not shown"),
        (((-0.2, -0.1), (0.1, 0.2)), "not shown"),
        (((0.0, 0.0), (0.0, 0.0)), "not shown"),
        (((0.1, 0.2), (0.1, 0.2)), "worse"),
        (((math.nan, math.nan), (math.nan, math.nan)), "not shown"),
        ((), "not shown"),
    ],
)
def test_the_answer(ends, verdict):
    """Oracle: hand, by note 0101."""
    assert judge_pool(difference(*pair) for pair in ends) == verdict


@pytest.mark.parametrize(
    ("crisis", "verdict", "judgement"),
    [
        ("cuba-1962", "worse", "replay better"),
        ("kuwait-1990", "adds", "replay worse"),
        ("my-crisis", "adds", "panel adds"),
        ("my-crisis", "worse", "panel worse"),
        ("my-crisis", "not shown", "panel not shown"),
    ],
)
def test_what_the_record_says_of_a_crisis(crisis, verdict, judgement):
    """Oracle: hand, by note 0103: its own replays first, else the panel."""
    record = replace(read_track_record(), verdict=verdict)
    assert record.judge(crisis) == judgement
    assert bool(record.hindcasts_of(crisis)) == (crisis != "my-crisis")
    assert record.panel_cases == 191


def test_the_record_agrees_with_itself():
    """Oracle: hand: the answer is that of its differences, and the templates' cases are all cases."""
    record = read_track_record()
    own = [
        item for item in record.differences if (item.first, item.second) == ("pool", "class prior")
    ]
    assert len(own) == 2
    assert record.verdict == judge_pool(own)
    counts = {
        (row.template, row.forecaster): (row.cases, row.hits, row.cases * row.brier)
        for row in record.panel
    }
    assert {name for name, _ in counts} == {"", *template_names()}
    for who in ("pool", "class prior", "model"):
        whole = counts["", who]
        parts = [counts[name, who] for name in template_names()]
        assert [sum(column) for column in zip(*parts, strict=True)] == pytest.approx(
            whole, rel=1e-3
        )
    asked = {row.cases for row in record.reference_classes}
    assert asked == {counts["", "pool"][0] + record.left_out}


def cells(pattern):
    """Rows of the page's tables whose first cell fits."""
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (.*) \|$", text)
    return [
        row
        for row in ([cell.strip() for cell in line.split("|")] for line in rows)
        if re.fullmatch(pattern, row[0])
    ]


def shown(row):
    auc = "" if math.isnan(row.auc) else f"{row.auc:.4f}"
    return [
        row.forecaster,
        str(row.cases),
        str(row.hits),
        f"{row.brier:.4f}",
        f"{row.log:.4f}",
        auc,
    ]


def test_the_page_prints_the_record():
    """Oracle: the record, row by row."""
    record = read_track_record()
    assert cells("serious clashes or war|full-scale war") == [
        [row.outcome, *shown(row)] for row in record.reference_classes
    ]
    assert cells("any|`[a-z]+`") == [
        [f"`{row.template}`" if row.template else "any", *shown(row)] for row in record.panel
    ]
    assert cells(".* less .*")[1:] == [
        [
            f"{item.first} less {item.second}",
            {"brier": "Brier", "log": "log"}[item.score],
            f"{item.mean:+.4f}",
            f"{item.low:+.4f} to {item.high:+.4f}",
        ]
        for item in record.differences
    ]


def test_the_page_says_what_the_record_says():
    """Oracle: hand, one sentence for each answer."""
    text = PAGE.read_text(encoding="utf-8")
    record = read_track_record()
    assert record.verdict == "not shown"
    assert "These crises do not show that the model adds anything to the class prior" in text
    assert set(record.weights) == {0.0}
    assert "The weight that is chosen is 0 in every fold" in text
    for command in record.made_by:
        assert f"$ {command}" in text
