"""How the reports of a table are read, as printed by ``detente watch --explain``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.cli._output import json_text, make_table, terminal, text

if TYPE_CHECKING:
    from detente.crisis import Crisis
    from detente.watch.explaining import Explained

__all__ = ["explain_table"]


def explain_table(crisis: "Crisis", table: Path, layout: str | None, *, as_json: bool) -> None:
    """Print how each report of a table is read."""
    from detente.watch.events import read_events
    from detente.watch.explaining import explain
    from detente.watch.layouts import read_layout

    events, left = read_events(table) if layout is None else read_layout(table, layout, crisis)
    told = explain(events, crisis, left_out=left)
    if as_json:
        sys.stdout.write(json_text([_record(item) for item in told]))
        return
    rows: list[tuple[str, str, str]] = []
    for item in told:
        says = f"{item.reading} ({item.rule})" if item.rule else item.reading
        rows.append((str(item.event.day), f"{item.event.actor}: {item.event.text}"[:90], says))
        rows += [("", f"  not {near.rule}: {near.why}", "") for near in item.nearly[:2]]
    columns = [text(name) for name in ("Day", "Report", "Read as (rule)")]
    terminal().print(make_table(columns, rows, title=f"How {table.name} is read"))


def _record(item: "Explained") -> dict[str, Any]:
    event = item.event
    return {
        "event": {
            "date": str(event.day),
            "actor": event.actor,
            "target": event.target,
            "category": event.category,
            "mode": event.mode,
            "event": event.text,
            "line": event.line,
        },
        "rule": item.rule or None,
        "reading": item.reading,
        "nearly": [{"rule": near.rule, "why": near.why} for near in item.nearly],
    }
