"""``detente watch``: follow a crisis day by day as events are reported."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._explained import explain_table
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
from detente.cli._output import make_table, number, print_title, terminal, text
from detente.engine import usual
from detente.errors import UsageError
from detente.runs.progress import ProgressDisplay

if TYPE_CHECKING:
    from detente.brief.film import Film
    from detente.crisis import Crisis
    from detente.watch.diary import Diary
    from detente.watch.events import Event
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
PolicyOption = Annotated[
    str | None,
    reworded(
        POLICY,
        help="Under this policy; the first by default, as in a briefing. `free`: no commitment.",
    ),
]
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
IndicatorsOption = Annotated[
    bool,
    typer.Option(
        "--indicators",
        help="List the signs to watch for on the last day, the most telling first; without events, on the day of the cut-off.",
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
    indicators: IndicatorsOption = False,
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
    from detente.brief.film import write_film
    from detente.cli._crises import parse_assignments
    from detente.engine.drawing import check_draws
    from detente.watch.following import follow

    check_draws(draws, seed=seed)
    loaded = detente.load(crisis, parse_assignments(assignments or ()))
    if explain is not None:
        explain_table(loaded, explain, layout, as_json=as_json)
        return
    others = _check(loaded, policy, forecasts, outcome)
    folder = out if out is not None else Path("watch") / loaded.id
    options: dict[str, Any] = {"draws": draws, "seed": seed, "policy": policy}
    options |= {"since": since, "until": until, "layout": layout}
    with ProgressDisplay("Watching", elsewhere="tenths", unit="step") as report:
        given = _events(loaded, events, needed=not indicators)
        diary = follow(loaded, given, folder=folder, progress=report, note=_note, **options)
    paths = write_film(_film(diary, outcome or "", others), folder)
    if as_json:
        sys.stdout.write(paths.json.read_text(encoding="utf-8"))
        return
    _summarise(loaded, diary.days, diary.left_out, signs=indicators)
    sys.stdout.write(f"\nWatch: {paths.html}\nAlso:  {paths.markdown}, {paths.json}, {paths.csv}\n")


def _events(
    crisis: "Crisis", events: Path | None, *, needed: bool
) -> "Path | tuple[Event, ...] | None":
    """Return the table of events, or no events where neither the call nor the crisis has any and none are needed."""
    has_any = events is not None or (crisis.folder / "events.csv").is_file()
    return events if has_any or needed else ()


def _film(diary: "Diary", outcome: str, others: "Sequence[Forecast]") -> "Film":
    """Make the page of a diary, with scores if it is known how it ended."""
    from detente.brief.film import make_film
    from detente.watch.scoring import reference_forecasts, score_days

    crisis, days = diary.crisis, diary.days
    others = (*others, *reference_forecasts(days, crisis))
    return make_film(
        crisis,
        days,
        left_out=diary.left_out,
        scores=score_days(days, crisis, outcome, others) if outcome else (),
        outcome=outcome,
        draws=diary.draws,
    )


def _list_indicators(crisis: "Crisis", record: dict[str, Any]) -> None:
    """Print every sign that may still be seen, the most telling about an attack first."""
    from detente.brief.signals import say_direction

    console = terminal()
    rows = [
        (
            crisis.indicators[sign["indicator"]].label,
            say_direction(sign),
            f"{sign['prob']:.0%}",
            f"{sign['attack_if']:.0%}",
            f"{sign['attack_if_not']:.0%}",
            f"{sign['bits']:.4f}",
            crisis.indicators[sign["indicator"]].lead,
        )
        for sign in record["indicators"]
    ]
    if not rows:
        console.print("\nThe crisis has no indicators that were not seen yet.")
        return
    columns = [text("Sign"), text("It"), number("Seen"), number("Attack if"), number("if not")]
    columns += [number("Bits"), number("Days before")]
    console.print()
    console.print(make_table(columns, rows, head_style=None, title=f"Signs, {record['day']}"))


def _note(words: str) -> None:
    """Say what was wrong with the folder of the watch."""
    sys.stderr.write(f"note: {words}\n")


def _check(
    crisis: "Crisis", policy: str | None, forecasts: Path | None, outcome: str | None
) -> "Sequence[Forecast]":
    """Check that policy and outcome are of the crisis; return what others forecast."""
    from detente.rules.policies import FREE
    from detente.watch.scoring import read_forecasts

    if policy is not None and policy not in (*crisis.policies, FREE.id):
        message = f"crisis {crisis.id!r} has no policy {policy!r}"
        fix = f"use one of: {', '.join(dict.fromkeys([*crisis.policies, FREE.id]))}"
        raise UsageError(message, code="option-invalid", at="--policy", fix=fix)
    others = read_forecasts(forecasts, crisis) if forecasts is not None else ()
    if others and outcome is None:
        message = "forecasts are scored against an outcome, and none is given"
        fix = f"add --outcome with one of: {', '.join(crisis.outcomes)}"
        raise UsageError(message, code="option-invalid", at="--outcome", fix=fix)
    return others


def _summarise(
    crisis: "Crisis",
    records: Sequence[dict[str, Any]],
    left_out: Sequence[tuple[str, str, str]],
    *,
    signs: bool,
) -> None:
    """Print where things stand, what moved them most, what to watch, how many events were not used, and signs if asked."""
    from detente.brief.settings import say_settings

    console = terminal()
    last = records[-1]
    mean, low, high, _ = last["attack"]
    print_title(console, crisis.title, f", {last['day']}, round {last['round']}")
    console.print(
        f"An attack: {mean:.0%} on average over all versions of the crisis (5-95%: {low:.0%} to {high:.0%}); "
        f"{records[0]['attack'][0]:.0%} on {records[0]['day']}.",
    )
    for line in say_settings(crisis, records):
        console.print(line)
    console.print()
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
    if signs:
        _list_indicators(crisis, last)
