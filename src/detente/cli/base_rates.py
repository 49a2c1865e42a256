"""``detente base-rates``: how often past crises of a class went to war, beside a model's figure."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli._options import LEAVE_OUT, SINCE, UNTIL, JsonOption
from detente.cli._output import json_text, make_table, number, terminal, text
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.analysis.base_rates import BaseRate, ReferenceClass

__all__ = ["command"]

WHY = (
    "A base rate counts crises of every kind at their start. A crisis that one studies was chosen because it looked grave, "
    "and the model reads what such a class leaves out: the force in place, what the sides want, what was offered. "
    "Where the two lie far apart, say which of these carries the difference."
)

DataArgument = Annotated[
    Path | None,
    typer.Argument(
        help="Your copy of the table icb1 of the International Crisis Behavior project; without it, ready-made counts are printed.",
        metavar="[ICB1.csv]",
    ),
]
TriggerOption = Annotated[
    str | None, typer.Option("--trigger", help="What set it off, by name or code.", metavar="NAME")
]
GravityOption = Annotated[
    str | None,
    typer.Option("--gravity", help="Highest value threatened, by name or code.", metavar="NAME"),
]
TriggeredByOption = Annotated[
    int | None,
    typer.Option("--triggered-by", help="Numeric country code of who set it off.", metavar="N"),
]
SinceOption = Annotated[int | None, SINCE]
UntilOption = Annotated[int | None, UNTIL]
LeaveOutOption = Annotated[list[int] | None, LEAVE_OUT]
ViolenceOption = Annotated[
    str, typer.Option("--violence", help="Lowest violence that counts.", metavar="NAME")
]
WithinWarOption = Annotated[
    bool, typer.Option("--within-war", help="Crises that are part of a war instead.")
]
BesideOption = Annotated[
    Path | None,
    typer.Option(
        "--beside",
        help="A brief.json: says how far its attack departs from the rate.",
        metavar="BRIEF.json",
    ),
]


def command(
    data: DataArgument = None,
    *,
    trigger: TriggerOption = None,
    gravity: GravityOption = None,
    triggered_by: TriggeredByOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    leave_out: LeaveOutOption = None,
    violence: ViolenceOption = "full-scale-war",
    within_war: WithinWarOption = False,
    beside: BesideOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count how often past crises of a class went to war, with an interval, and put a briefing beside it.

    Choose the class by what was known at the start, before you look at outcomes. The data do not ship: give your own copy.

    For example:

      detente base-rates

      detente base-rates icb1v15.csv --trigger non-violent-military --until 2021

      detente base-rates icb1v15.csv --gravity existence --beside brief/my-crisis/brief.json
    """
    from detente.analysis.base_rates import ReferenceClass, ready_made
    from detente.crisis.past_crises import GRAVITIES, TRIGGERS

    prob = _attack(beside) if beside is not None else None
    if data is None:
        chosen = [trigger, gravity, triggered_by, since, until, leave_out, within_war or None]
        if any(item is not None for item in chosen):
            message = "a class can be counted on data only, and no table is given"
            fix = "name your copy of the table icb1: detente base-rates ICB1.csv ..."
            raise UsageError(message, code="option-invalid", at="ICB1.csv", fix=fix)
        _report(ready_made(), prob, as_json=as_json, source="version 15 of the data, counted by us")
        return
    reference = ReferenceClass(
        trigger=_code("--trigger", trigger, TRIGGERS),
        gravity=_code("--gravity", gravity, GRAVITIES),
        triggered_by=triggered_by,
        since=since,
        until=until,
        within_war=within_war,
        left_out=tuple(leave_out or ()),
    )
    rate, source = _count(data, reference, violence)
    _report((rate,), prob, as_json=as_json, source=source)


def _count(path: Path, reference: "ReferenceClass", violence: str) -> "tuple[BaseRate, str]":
    """Count a class in a table; return the rate and what the table is."""
    from detente.analysis.base_rates import count
    from detente.crisis.past_crises import (
        GRAVITIES,
        TRIGGERS,
        VIOLENCE,
        checksum,
        read_past_crises,
    )

    level = _code("--violence", violence, VIOLENCE)
    found = count(
        read_past_crises(path),
        reference,
        violence=level if level is not None else max(VIOLENCE),
        label=_label(reference, TRIGGERS, GRAVITIES),
    )
    return found, f"{path.name}, SHA-256 {checksum(path)[:16]}"


def _code(option: str, word: str | None, names: Mapping[int, str]) -> int | None:
    if word is None:
        return None
    by_name = {name: code for code, name in names.items()}
    if word in by_name:
        return by_name[word]
    by_number = {str(code): code for code in names}
    if word in by_number:
        return by_number[word]
    message = f"{word[:80]!r} is not known"
    fix = f"use one of: {', '.join(f'{name} ({code})' for code, name in names.items())}"
    raise UsageError(message, code="option-invalid", at=option, fix=fix)


def _label(
    reference: "ReferenceClass", triggers: Mapping[int, str], gravities: Mapping[int, str]
) -> str:
    parts = ["crises that are part of a war" if reference.within_war else "crises outside wars"]
    if reference.trigger is not None:
        parts.append(f"trigger {triggers[reference.trigger]}")
    if reference.gravity is not None:
        parts.append(f"threat to {gravities[reference.gravity]}")
    if reference.triggered_by is not None:
        parts.append(f"set off by {reference.triggered_by}")
    if reference.since is not None:
        parts.append(f"since {reference.since}")
    if reference.until is not None:
        parts.append(f"until {reference.until}")
    if reference.left_out:
        parts.append(f"without {', '.join(map(str, reference.left_out))}")
    return ", ".join(parts)


def _attack(path: Path) -> float:
    """Return the probability of an attack of a briefing's base case."""
    from detente.brief.export.data_files import read_data_file

    try:
        data = json.loads(read_data_file(path))
        figures = {
            figure["id"]: figure["value"]
            for question in data["questions"]
            for figure in question["figures"]
        }
        prob = float(figures["outlook.attack"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = "no briefing with a figure outlook.attack"
        raise _unfit(path, reason) from error
    if not 0.0 <= prob <= 1.0:
        raise _unfit(path, "a briefing whose figure outlook.attack is no probability")
    return prob


def _unfit(path: Path, reason: str) -> UsageError:
    fix = "give the brief.json that `detente brief` wrote"
    return UsageError(f"{path} is {reason}", code="option-invalid", at="--beside", fix=fix)


def _report(
    rates: "tuple[BaseRate, ...]", prob: float | None, *, as_json: bool, source: str
) -> None:
    from detente.analysis.base_rates import compare_with

    rows = []
    for base in rates:
        low, high = base.interval
        row: dict[str, object] = {
            "class": base.label,
            "hits": base.hits,
            "cases": base.cases,
            "rate": base.rate,
            "low": low,
            "high": high,
        }
        if prob is not None:
            found = compare_with(base, prob)
            row |= {
                "model": prob,
                "points": found.points,
                "odds_ratio": found.odds_ratio,
                "inside": found.inside,
            }
        rows.append(row)
    if as_json:
        data = {"source": source, "level": 0.9, "base_rates": rows}
        sys.stdout.write(json_text(data))
        return
    _print_table(rows, prob, source)


def _print_table(rows: list[dict[str, object]], prob: float | None, source: str) -> None:
    console = terminal()
    columns = [text("Past crises"), *map(number, ("Went as far", "Rate", "90% interval"))]
    if prob is not None:
        columns += map(number, ("Model", "Odds ratio", "Inside"))
    lines = []
    for row in rows:
        cells = [
            str(row["class"]),
            f"{row['hits']} of {row['cases']}",
            f"{row['rate']:.1%}",
            f"{row['low']:.1%} to {row['high']:.1%}",
        ]
        if prob is not None:
            inside = "yes" if row["inside"] else "no"
            cells += [f"{prob:.1%}", f"{row['odds_ratio']:.2g}", inside]
        lines.append(cells)
    console.print(make_table(columns, lines, head_style=None))
    console.print(f"Source: International Crisis Behavior project, {source}.")
    if prob is not None:
        console.print(f"\n{WHY}")
