"""``detente watch``: follow a crisis day by day as events are reported."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._options import (
    JSON,
    OUT,
    OUTCOME,
    POLICY,
    SET,
    SINCE,
    UNTIL,
    CrisisArgument,
    DrawsOption,
    SeedOption,
    reworded,
)
from detente.cli._output import json_text, make_table, number, print_title, terminal, text
from detente.engine import usual
from detente.errors import UsageError
from detente.runs.progress import ProgressDisplay

if TYPE_CHECKING:
    from detente.crisis import Crisis
    from detente.watch.explaining import Explained
    from detente.watch.scoring import Forecast

__all__ = ["command"]

JsonOption = Annotated[bool, reworded(JSON, help="Print watch.json instead of the summary.")]
SinceOption = Annotated[
    str | None, reworded(SINCE, help="First day; by default that of the calendar.", metavar="DATE")
]
UntilOption = Annotated[
    str | None, reworded(UNTIL, help="Last day; by default that of the last event.", metavar="DATE")
]
SetOption = Annotated[
    list[str] | None,
    reworded(
        SET, help="A value or a range a..b for a quantity or state by its path. May be repeated."
    ),
]
PolicyOption = Annotated[str | None, reworded(POLICY, help="A commitment that holds all the time.")]
OutOption = Annotated[
    Path | None, reworded(OUT, help="Folder to write to; by default watch/CRISIS.")
]
OutcomeOption = Annotated[
    str | None,
    reworded(OUTCOME, help="The outcome that came about: scores the forecasts.", metavar="ID"),
]
EventsOption = Annotated[
    Path | None,
    typer.Option(
        "--events",
        help="CSV with date, actor, event, and target, category, mode, source, weight, does as known; by default events.csv of the crisis folder.",
        metavar="FILE.csv",
    ),
]
ForecastsOption = Annotated[
    Path | None,
    typer.Option(
        "--forecasts",
        help="CSV with date, forecaster, prob (of an attack, or of the outcome in a column event).",
        metavar="FILE.csv",
    ),
]
LayoutOption = Annotated[
    str | None,
    typer.Option(
        "--layout",
        help="The layout of another's event data, such as gdelt (the reference lists them); by default a table of events.",
        metavar="NAME",
    ),
]
ExplainOption = Annotated[
    Path | None,
    typer.Option(
        "--explain",
        help="Say how each report of a table is read and what else nearly fitted, and solve nothing.",
        metavar="FILE.csv",
    ),
]


def command(
    crisis: CrisisArgument,
    *,
    events: EventsOption = None,
    explain: ExplainOption = None,
    layout: LayoutOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    forecasts: ForecastsOption = None,
    outcome: OutcomeOption = None,
    draws: DrawsOption = usual.DRAWS,
    seed: SeedOption = usual.SEED,
    policy: PolicyOption = None,
    assignments: SetOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a crisis day by day: what is believed, what follows, which event moved it, what to watch next.

    Events are read by the event rules of the crisis folder, or by their own column `does`; what no rule fits is listed.
    Days are kept under OUT/days: a watch that is stopped goes on there, and another day costs that day only.

    For example:

      detente watch my-crisis --events reports.csv

      detente watch my-crisis --events reports.csv --until 2031-03-01 --outcome blockade --forecasts crowd.csv

      detente watch cuba-1962 --explain reports.csv
    """
    from detente.brief.film import make_film, write_film
    from detente.cli._crises import parse_assignments
    from detente.engine.drawing import check_draws
    from detente.watch.following import follow
    from detente.watch.scoring import score_days

    check_draws(draws, seed=seed)
    loaded = detente.load(crisis, parse_assignments(assignments or ()))
    if explain is not None:
        _explain(loaded, explain, layout, as_json=as_json)
        return
    others = _check(loaded, policy, forecasts, outcome)
    folder = out if out is not None else Path("watch") / loaded.id
    options: dict[str, Any] = {"draws": draws, "seed": seed, "policy": policy}
    options |= {"since": since, "until": until, "layout": layout}
    with ProgressDisplay("Watching", elsewhere="tenths", unit="step") as report:
        diary = follow(loaded, events, folder=folder, progress=report, note=_note, **options)
    scores = score_days(diary.days, loaded, outcome, others) if outcome is not None else ()
    film = make_film(
        loaded,
        diary.days,
        left_out=diary.left_out,
        scores=scores,
        outcome=outcome or "",
        draws=draws,
    )
    paths = write_film(film, folder)
    if as_json:
        sys.stdout.write(paths.json.read_text(encoding="utf-8"))
        return
    _summarise(loaded, diary.days, diary.left_out)
    sys.stdout.write(f"\nWatch: {paths.html}\nAlso:  {paths.markdown}, {paths.json}, {paths.csv}\n")


def _explain(crisis: "Crisis", table: Path, layout: str | None, *, as_json: bool) -> None:
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


def _note(words: str) -> None:
    """Say what was wrong with the folder of the watch."""
    sys.stderr.write(f"note: {words}\n")


def _check(
    crisis: "Crisis", policy: str | None, forecasts: Path | None, outcome: str | None
) -> "Sequence[Forecast]":
    """Check that policy and outcome are of the crisis; return what others forecast."""
    from detente.watch.scoring import read_forecasts

    if policy is not None and policy not in crisis.policies:
        message = f"crisis {crisis.id!r} has no policy {policy!r}"
        fix = f"use one of: {', '.join(crisis.policies)}"
        raise UsageError(message, code="option-invalid", at="--policy", fix=fix)
    others = read_forecasts(forecasts, crisis) if forecasts is not None else ()
    if others and outcome is None:
        message = "forecasts are scored against an outcome, and none is given"
        fix = f"add --outcome with one of: {', '.join(crisis.outcomes)}"
        raise UsageError(message, code="option-invalid", at="--outcome", fix=fix)
    return others


def _summarise(
    crisis: "Crisis", records: Sequence[dict[str, Any]], left_out: Sequence[tuple[str, str, str]]
) -> None:
    """Print where things stand, what moved them most, what to watch, and how many events were not used."""
    console = terminal()
    last = records[-1]
    mean, low, high, _ = last["attack"]
    print_title(console, crisis.title, f", {last['day']}, round {last['round']}")
    console.print(
        f"An attack: {mean:.0%} of explored cases on average (5-95%: {low:.0%} to {high:.0%}); "
        f"{records[0]['attack'][0]:.0%} on {records[0]['day']}.\n",
    )
    effects = [(record["day"], effect) for record in records for effect in record["effects"]]
    telling = sorted(effects, key=lambda pair: -abs(pair[1]["attack"]))[:8]
    rows = [
        (
            day,
            f"{effect['event']['actor']}: {effect['event']['text']}"[:90],
            f"{effect['kind']} {effect['says']}".strip(),
            f"{100 * effect['attack']:+.1f}",
        )
        for day, effect in telling
    ]
    columns = [text("Day"), text("Event"), text("Read as"), number("Attack")]
    console.print(make_table(columns, rows, head_style=None, title="What moved it most"))
    for signal in last["signals"][:3]:
        label = crisis.instruments[signal["instrument"]].label
        console.print(
            f"Watch for: {label} ({signal['prob']:.0%}; an attack {signal['attack_if']:.0%} with it, "
            f"{signal['attack_if_not']:.0%} without)",
        )
    unmapped = sum(effect["kind"] == "unmapped" for _, effect in effects)
    if unmapped or left_out:
        console.print(
            f"{unmapped} events fit no rule, {len(left_out)} are on no watched day or stand twice; watch.html lists them.",
        )
