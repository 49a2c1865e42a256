"""Sessions for research: a table of moves and the events as lines, people numbered, ids canonical, texts only if asked for."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from detente.files.links import check_links
from detente.files.writing import make_folder, write_whole
from detente.play.reports import find_steps, report_data, turning
from detente.play.state import SessionState
from detente.play.survey import QUESTIONS

__all__ = [
    "COLUMNS",
    "SURVEY_COLUMNS",
    "event_lines",
    "move_table",
    "number_people",
    "survey_table",
    "write_report",
]

COLUMNS: Final = (
    "crisis",
    "digest",
    "commitment",
    "seed",
    "case",
    "turn",
    "round",
    "phase",
    "seat",
    "type",
    "by",
    "person",
    "did",
    "of",
    "expected",
    "expected_of_type",
    "likeliest",
    "attack_before",
    "attack_after",
    "settlement_before",
    "settlement_after",
    "turning",
    "outcome",
)
"""Columns of the table of moves; a draw of chance has no seat, and ``of`` names the instrument that it follows."""

SURVEY_COLUMNS: Final = (
    "crisis",
    "digest",
    "commitment",
    "seed",
    "case",
    "seat",
    "type",
    *(item.id for item in QUESTIONS if item.kind == "points"),
    "outcome",
)
"""Columns of the table of the survey: points from 1 to 5, empty where a seat left a question out."""

_TEXTS: Final = frozenset(
    {"text", "why", "reasons", "prompt", "reply", "fault"}
    | {item.id for item in QUESTIONS if item.kind == "text"}
)
"""What people or models wrote."""


def move_table(state: SessionState) -> str:
    """Return a session as a table in CSV, a row for each move and draw."""
    people = _people(state)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    policy = state.book.policy
    for step in find_steps(state):
        names = state.seats[step.seat].names if step.seat and step.by == "human" else ()
        writer.writerow(
            {
                "crisis": state.book.crisis.id,
                "digest": state.book.crisis.digest,
                "commitment": policy.id if policy is not None else "",
                "seed": state.seed,
                "case": state.case,
                "turn": step.turn,
                "round": step.round,
                "phase": step.phase,
                "seat": step.seat,
                "type": state.types[step.seat] if step.seat else "",
                "by": step.by,
                "person": " ".join(people[name] for name in names),
                "did": step.did,
                "of": step.of,
                "expected": step.expected[0],
                "expected_of_type": step.of_type[0] if step.of_type else "",
                "likeliest": step.likeliest,
                "attack_before": step.before.attack[0],
                "attack_after": step.after.attack[0],
                "settlement_before": step.before.settlement[0],
                "settlement_after": step.after.settlement[0],
                "turning": " ".join(turning(step)),
                "outcome": state.outcome,
            }
        )
    return out.getvalue()


def survey_table(state: SessionState) -> str:
    """Return the points of the survey as a table in CSV, a row for each seat that answered."""
    out = io.StringIO()
    writer = csv.DictWriter(out, SURVEY_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    policy, crisis = state.book.policy, state.book.crisis
    for seat, answers in state.surveys.items():
        common = {"crisis": crisis.id, "digest": crisis.digest, "seed": state.seed}
        own = {"case": state.case, "seat": seat, "type": state.types[seat]}
        bound = {"commitment": policy.id if policy is not None else "", "outcome": state.outcome}
        writer.writerow({**answers, **common, **own, **bound})
    return out.getvalue()


def number_people(state: SessionState, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report in which people are numbered where their names stand as such; what they wrote stays as it is."""
    people = _people(state)
    return {
        **report,
        "seats": [
            {**seat, "people": [people[name] for name in seat["people"]]}
            for seat in report["seats"]
        ],
        "timeline": [
            {**item, "name": people[item["name"]]} if item["kind"] == "joined" else item
            for item in report["timeline"]
        ],
    }


def _people(state: SessionState) -> dict[str, str]:
    """Return a number for each person, by seat and in the order in which they joined it."""
    names = [name for seat in state.seats.values() for name in seat.names]
    return {name: f"person{number}" for number, name in enumerate(dict.fromkeys(names), 1)}


def event_lines(
    state: SessionState,
    events: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    with_texts: bool = False,
) -> str:
    """Return events as lines of JSON, people numbered; without what anybody wrote unless it is asked for."""
    people = _people(state)
    lines = []
    for number, (kind, data) in enumerate(events, 1):
        kept = _without(dict(data), with_texts=with_texts)
        if kind == "joined":
            kept["name"] = people[data["name"]]
        lines.append(json.dumps({"event": number, "kind": kind, **kept}, sort_keys=True) + "\n")
    return "".join(lines)


def _without(data: Any, *, with_texts: bool) -> Any:
    """Leave out texts of people, wherever they stand."""
    if isinstance(data, Mapping):
        return {
            name: _without(value, with_texts=with_texts)
            for name, value in data.items()
            if with_texts or name not in _TEXTS
        }
    return data


def write_report(
    folder: Path,
    state: SessionState,
    events: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    report: Mapping[str, Any] | None = None,
    pages: Mapping[str, bytes] | None = None,
) -> tuple[Path, ...]:
    """Write the report of a session, and its moves, survey and events for research, into a folder; return the files.

    Parameters
    ----------
    folder
        Made if it is not there.
    state, events
        The session.
    report
        Its report, people numbered; made by default.
    pages
        Further files by name: the report as it is read and printed.

    Raises
    ------
    RunError
        ``path-linked`` or ``output-unwritable`` where a file cannot be written.
    """
    told = number_people(state, report_data(state)) if report is None else report
    made = {
        "report.json": (json.dumps(told, indent=1, sort_keys=True) + "\n").encode(),
        "moves.csv": move_table(state).encode(),
        "survey.csv": survey_table(state).encode(),
        "events.jsonl": event_lines(state, events).encode(),
        **(pages or {}),
    }
    check_links(folder, tuple(made))
    make_folder(folder, within=folder.parent)
    for name, content in made.items():
        write_whole(folder / name, content, within=folder)
    return tuple(folder / name for name in made)
