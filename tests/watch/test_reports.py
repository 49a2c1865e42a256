"""Reports written for the purpose, and what the rules of each crisis make of them.

The tables of ``reports/`` hold invented reports with the reading that a careful reader gives them: ``reading`` in the words of the
column ``does``, and ``trap`` where a report is built to be misread. They were written before the rules were last changed.
Oracle of every test here: hand; nothing was taken from the rules.
"""

import csv
from datetime import date
from pathlib import Path

import pytest

from detente.crisis import load_crisis, shipped_crises
from detente.watch.events import Event, understand

HERE = Path(__file__).parent / "reports"


def reports(name):
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def event_of(row, line):
    return Event(
        day=date.fromisoformat(row["date"]),
        actor=row["actor"],
        target=row["target"],
        category=row["category"],
        mode=row["mode"],
        text=row["event"],
        line=line,
    )


def said(reading):
    """What a reading says, in the words of the tables: what tells nothing is noise, whether a rule says so or none fits."""
    rule = reading.rule
    if reading.kind == "move":
        return f"move:{rule.move}"
    if reading.kind == "state":
        return "state:" + ",".join(f"{name}={value}" for name, value in rule.state.items())
    if reading.kind == "evidence":
        return "evidence:" + ",".join(f"{player}.{kind}" for player, kind in rule.evidence)
    return "noise"


def misread(name, crisis):
    """Return the reports of a table that are read otherwise than they should be, each with its reading."""
    rows = reports(name)
    events = [event_of(row, place + 2) for place, row in enumerate(rows)]
    found = [said(item) for item in understand(events, crisis)]
    return [
        (row["event"], row["reading"], read)
        for row, read in zip(rows, found, strict=True)
        if row["reading"] != read
    ]


@pytest.mark.parametrize("name", shipped_crises())
def test_a_hundred_reports_are_written_and_a_third_are_traps(name):
    """Oracle: hand."""
    rows = reports(name)
    assert len(rows) == 100
    assert sum(bool(row["trap"]) for row in rows) >= 33
    assert len({row["event"] for row in rows}) == 100
