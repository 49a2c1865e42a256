"""The page of a watched crisis: paths of outcomes and beliefs, the strip of events, and every day under a slider."""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path as FilePath
from typing import Any

from pydantic_core import to_json as to_json_bytes

from detente.brief.export.rendering import environment
from detente.brief.figures import Chart, TableView, present_table
from detente.brief.pages import say
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.palette import INK, NEUTRAL, player_colours
from detente.brief.pictures.paths import LEFT, Path, StripEvent, draw_paths, draw_strip, plot_width
from detente.brief.settings import say_settings
from detente.brief.signals import say_signal
from detente.brief.words import format_date, sentence_case
from detente.crisis.crisis import Crisis
from detente.files.generations import GenerationKind, write_generation
from detente.watch.scoring import Score

__all__ = ["Film", "FilmPaths", "make_film", "to_csv", "to_json", "view_day", "write_film"]

PAGE = "watch"
Record = Mapping[str, Any]
KINDS = {
    "move": "moves in the game",
    "state": "changes from outside",
    "evidence": "evidence on a type or an end",
    "noise": "told nothing",
    "unmapped": "not understood",
}
"""Kinds of readings, in the order of the strip."""
NEGLIGIBLE = 0.0005
WATCH = GenerationKind(
    word="watch",
    own=re.compile(r"watch\.(html|md|json|csv)"),
    again="write it again: the same detente watch command finishes what was begun",
)
"""Names of the files of a watch."""
SHOWN = 50
"""Most events of a day that told nothing, on the page; the data file holds them all."""
LISTED = 25
"""How many of them the table under the strip names, where a day has more than are shown."""
SIGNS = 5
"""Most indicators of a day on the page; the data file and ``--indicators`` have them all."""
QUIET = frozenset({"noise", "unmapped"})
"""Kinds that tell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A watched crisis, ready to be written: its days, the readings left out of them, its pictures and scores."""

    crisis: Crisis
    records: tuple[Record, ...]
    left_out: tuple[tuple[str, str, str], ...]
    charts: tuple[Chart, ...]
    scores: tuple[Score, ...]
    outcome: str
    draws: int

    @property
    def days(self) -> tuple[date, ...]:
        """The days, in order."""
        return tuple(date.fromisoformat(record["day"]) for record in self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmPaths:
    """Where the files of a watch lie."""

    html: FilePath
    markdown: FilePath
    json: FilePath
    csv: FilePath


def make_film(
    crisis: Crisis,
    records: Sequence[Record],
    *,
    left_out: Sequence[tuple[str, str, str]] = (),
    scores: Sequence[Score] = (),
    outcome: str = "",
    draws: int,
) -> Film:
    """Draw the pictures of a watch.

    Parameters
    ----------
    crisis
        The crisis.
    records
        Its days, from :func:`detente.watch.diary.keep_diary`.
    left_out
        Day, text and reason of each event that is on no day.
    scores, outcome
        Scores of the days, and the outcome that came about.
    draws
        Number of joint samples.
    """
    days = tuple(date.fromisoformat(record["day"]) for record in records)
    foot = say(PAGE, "source", version=version("detente"), cases=draws)
    charts = [
        _outlook(crisis, records, days, foot),
        _beliefs(crisis, records, days, foot),
        _strip(crisis, records, days),
    ]
    return Film(
        crisis=crisis,
        records=tuple(records),
        left_out=tuple(left_out),
        charts=tuple(chart for chart in charts if chart is not None),
        scores=tuple(scores),
        outcome=outcome,
        draws=draws,
    )


# --- pictures --------------------------------------------------------------------------------------------------------


def _outlook(crisis: Crisis, records: Sequence[Record], days: Sequence[date], foot: str) -> Chart:
    first, last = records[0]["attack"][0], records[-1]["attack"][0]
    case = "stays" if abs(last - first) < 0.02 else "rises" if last > first else "falls"
    paths = [_path("an attack", [record["attack"] for record in records], INK)]
    if any(rule.settlement for rule in crisis.outcomes.values()):
        rows = [record["settlement"] for record in records]
        paths.append(_path("a settlement", rows, "#0072B2", band=False))
    return draw_paths(
        "watch-outlook",
        days,
        paths,
        Words(
            title=say(PAGE, "outlook_title", case=case, first=f"{first:.0%}", last=f"{last:.0%}"),
            subtitle=say(PAGE, "outlook_measure"),
            footnote=foot,
        ),
    )


def _path(name: str, rows: Sequence[Sequence[float]], colour: str, *, band: bool = True) -> Path:
    return Path(
        name=name,
        values=[row[0] for row in rows],
        low=[row[1] for row in rows] if band else (),
        high=[row[2] for row in rows] if band else (),
        colour=colour,
    )


def _beliefs(
    crisis: Crisis, records: Sequence[Record], days: Sequence[date], foot: str
) -> Chart | None:
    colours = player_colours(crisis)
    paths: list[Path] = []
    for player in crisis.players.values():
        kinds = player.types[1:] if len(player.types) == 2 else player.types
        for kind in kinds if len(player.types) > 1 else ():
            rows = [
                next(
                    [item["mean"], item["low"], item["high"]]
                    for item in record["beliefs"]
                    if (item["observer"], item["player"], item["kind"])
                    == ("public", player.id, kind.id)
                )
                for record in records
            ]
            name = f"{player.name} is “{kind.label}”"
            paths.append(_path(name, rows, colours[player.id], band=not paths))
    if not paths:
        return None
    leading = max(paths, key=lambda item: abs(item.values[-1] - item.values[0]))
    return draw_paths(
        "watch-beliefs",
        days,
        paths,
        Words(
            title=say(
                PAGE,
                "beliefs_title",
                belief=leading.name,
                first=f"{leading.values[0]:.0%}",
                last=f"{leading.values[-1]:.0%}",
            ),
            subtitle=say(PAGE, "beliefs_measure"),
            footnote=foot,
        ),
    )


def _strip(crisis: Crisis, records: Sequence[Record], days: Sequence[date]) -> Chart | None:
    colours = player_colours(crisis)
    of_actor = {
        actor: colours[player.id] for player in crisis.players.values() for actor in player.actors
    }
    every = [
        StripEvent(
            day=k,
            row=KINDS[effect["kind"]],
            colour=next(
                (
                    of_actor[part]
                    for part in effect["event"]["actor"].split("+")
                    if part in of_actor
                ),
                NEUTRAL,
            ),
            words=f"{effect['event']['actor']}: {effect['event']['text']}",
        )
        for k, record in enumerate(records)
        for effect in record["effects"]
    ]
    if not every:
        return None
    # points of one colour on one place are one point
    moments = list({(item.day, item.row, item.colour): item for item in reversed(every)}.values())
    moments.sort(key=lambda item: item.day)
    used = [name for name in KINDS.values() if any(item.row == name for item in moments)]
    told = sum(item.row not in {KINDS[kind] for kind in QUIET} for item in every)
    return draw_strip(
        "watch-events",
        days,
        used,
        moments,
        _told(records, days),
        Words(
            title=say(PAGE, "events_title", told=told, of=len(every)),
            subtitle=say(PAGE, "events_measure"),
            footnote=say(PAGE, "events_note"),
        ),
    )


def _told(records: Sequence[Record], days: Sequence[date]) -> list[tuple[str, str, str]]:
    """Return day, kind and words of every event; of a day with very many that told nothing, the first and how many more."""
    rows = []
    for day, record in zip(days, records, strict=True):
        quiet = [effect for effect in record["effects"] if effect["kind"] in QUIET]
        more = len(quiet) - LISTED if len(quiet) > SHOWN else 0
        hidden = set(map(id, quiet[len(quiet) - more :]))
        rows += [
            (day.isoformat(), KINDS[effect["kind"]], f"{event['actor']}: {event['text']}")
            for effect in record["effects"]
            if id(effect) not in hidden
            for event in [effect["event"]]
        ]
        if more:
            words = say(PAGE, "more_quiet", more=more)
            rows.append((day.isoformat(), KINDS["noise"], words))
    return rows


# --- words -----------------------------------------------------------------------------------------------------------


def view_day(crisis: Crisis, record: Record) -> dict[str, Any]:
    """Return a day in words and tables, as pages show it."""
    outcomes = sorted(record["outcomes"].items(), key=lambda item: -item[1][0])
    quiet = [effect for effect in record["effects"] if effect["kind"] in QUIET]
    hidden = set(map(id, quiet[SHOWN:]))
    shown = [effect for effect in record["effects"] if id(effect) not in hidden]
    return {
        "day": record["day"],
        "title": format_date(date.fromisoformat(record["day"])),
        "round": record["round"],
        "new_root": record["new_root"],
        "attack": _range(record["attack"]),
        "quiet": _points(record["quiet_attack"]),
        "quiet_matters": abs(record["quiet_attack"]) >= NEGLIGIBLE,
        "outcomes": present_table(
            f"outcomes-{record['day']}",
            ("Outcome", "Mean", "5-95% of cases"),
            tuple(
                (
                    sentence_case(crisis.outcomes[name].label),
                    f"{row[0]:.0%}",
                    f"{row[1]:.0%} to {row[2]:.0%}",
                )
                for name, row in outcomes
            ),
            title="Outcomes",
        ),
        "beliefs": _belief_lines(crisis, record),
        "events": [_event_view(effect) for effect in shown],
        "more": len(record["effects"]) - len(shown),
        "signals": [say_signal(crisis, signal) for signal in record["signals"]],
        "indicators": [say_signal(crisis, signal) for signal in record["indicators"][:SIGNS]],
        "more_signs": len(record["indicators"]) - SIGNS,
    }


def _belief_lines(crisis: Crisis, record: Record) -> list[str]:
    """Say what each side believes about the types of the others; sides that believe the same share a line."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for item in record["beliefs"]:
        kinds = crisis.players[item["player"]].types
        if len(kinds) == 2 and item["kind"] == kinds[0].id:
            continue  # the other one's probability says it
        key = (
            item["player"],
            item["kind"],
            f"{item['mean']:.0%} ({item['low']:.0%} to {item['high']:.0%})",
        )
        who = (
            "the public" if item["observer"] == "public" else crisis.players[item["observer"]].name
        )
        lines.setdefault(key, []).append(who)
    return [
        f"{crisis.players[player].name} is “{_type_label(crisis, player, kind)}”: {text}, as seen by {', '.join(who)}"
        for (player, kind, text), who in lines.items()
    ]


def _type_label(crisis: Crisis, player: str, kind: str) -> str:
    return next(item.label for item in crisis.players[player].types if item.id == kind)


def _event_view(effect: Record) -> dict[str, Any]:
    event = effect["event"]
    code = " ".join(part for part in (event["category"], event["mode"]) if part)
    return {
        "who": f"{event['actor']} > {event['target']}" if event["target"] else event["actor"],
        "code": code,
        "text": " ".join(event["text"].split()),
        "source": event["source"],
        "kind": KINDS[effect["kind"]],
        "says": effect["says"],
        "attack": _points(effect["attack"]),
        "matters": abs(effect["attack"]) >= NEGLIGIBLE,
    }


def _range(row: Sequence[float]) -> str:
    return f"{row[0]:.0%} ({row[1]:.0%} to {row[2]:.0%})"


def _points(value: float) -> str:
    return f"{100 * value:+.1f} points".replace("-", "\N{MINUS SIGN}")


def _score_table(film: Film) -> TableView | None:
    if not film.scores:
        return None
    rows = []
    for key in dict.fromkeys((item.event, item.forecaster) for item in film.scores):
        mine = [item for item in film.scores if (item.event, item.forecaster) == key]
        last = mine[-1]
        rows.append(
            (
                key[1],
                "an attack" if key[0] == "attack" else film.crisis.outcomes[key[0]].label,
                str(len(mine)),
                f"{sum(item.brier for item in mine) / len(mine):.3f}",
                _mean_log([item.log for item in mine]),
                f"{last.prob:.0%} on {last.day.isoformat()}",
            )
        )
    return present_table(
        "scores",
        ("Forecaster", "Event", "Days", "Brier", "Log", "Last forecast"),
        rows,
        title=say(PAGE, "scores_title", outcome=film.crisis.outcomes[film.outcome].label),
        numeric=(False, False, True, True, True, False),
        note=say(PAGE, "scores_note"),
    )


def _mean_log(scores: Sequence[float]) -> str:
    """Say a mean of logarithmic scores, and how many of them are infinite."""
    infinite = sum(map(math.isinf, scores))
    return f"infinite ({infinite})" if infinite else f"{sum(scores) / len(scores):.3f}"


def _left_table(film: Film) -> TableView | None:
    unmapped = [
        (record["day"], f"{effect['event']['actor']}: {effect['event']['text']}", effect["says"])
        for record in film.records
        for effect in record["effects"]
        if effect["kind"] == "unmapped"
    ]
    rows = (*unmapped, *film.left_out)
    if not rows:
        return None
    return present_table(
        "left-out",
        ("Day", "Event", "Why"),
        tuple(rows[:500]),
        title=say(PAGE, "left_out_title"),
        numeric=(False, False, False),
        note=say(PAGE, "left_out_note", more=max(len(rows) - 500, 0)),
        folded=len(rows) > 12,
    )


# --- files -----------------------------------------------------------------------------------------------------------


def write_film(film: Film, folder: FilePath) -> FilmPaths:
    """Write ``watch.html``, ``watch.md``, ``watch.json`` and ``watch.csv`` into a folder, all of them or none.

    Raises
    ------
    RunError
        ``output-unwritable`` if one cannot be written, ``path-linked`` if a link stands in its place.
    """
    views = [view_day(film.crisis, record) for record in film.records]
    shared = {
        "film": film,
        "crisis": film.crisis,
        "views": views,
        "settings": say_settings(film.crisis, film.records),
        "scores": _score_table(film),
        "left_out": _left_table(film),
        "note": say("methods", "disclaimer"),
        "plot": {"left": LEFT, "wide": plot_width("wide"), "narrow": plot_width("narrow")},
    }
    texts = {
        "watch.json": to_json(film),
        "watch.csv": to_csv(film),
        "watch.md": re.sub(
            r"\n{3,}", "\n\n", environment(html=False).get_template("watch.md").render(shared)
        ),
        "watch.html": environment(html=True).get_template("watch.html").render(shared),
    }
    content = {name: text.encode() for name, text in texts.items()}
    write_generation(folder, content, kind=WATCH)
    return FilmPaths(
        html=folder / "watch.html",
        markdown=folder / "watch.md",
        json=folder / "watch.json",
        csv=folder / "watch.csv",
    )


def to_json(film: Film) -> str:
    """Return a watch as JSON: the days as they are kept, events left out, scores."""
    data = {
        "crisis": film.crisis.id,
        "digest": film.crisis.digest,
        "overrides": dict(film.crisis.overrides),
        "draws": film.draws,
        "settings": list(say_settings(film.crisis, film.records)),
        "note": say("methods", "disclaimer"),
        "days": [dict(record) for record in film.records],
        "left_out": [
            dict(zip(("day", "event", "reason"), row, strict=True)) for row in film.left_out
        ],
        "outcome": film.outcome,
        "scores": [
            {
                **asdict(item),
                "day": item.day.isoformat(),
                "log": item.log if math.isfinite(item.log) else None,
            }
            for item in film.scores
        ],
    }
    return to_json_bytes(data, indent=1, inf_nan_mode="constants").decode() + "\n"


def to_csv(film: Film) -> str:
    """Return a row per day and measure: outcomes, an attack, a settlement, public beliefs; mean and ends of the band."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["day", "measure", "mean", "low", "high"])
    for record in film.records:
        rows: list[tuple[str, Sequence[float]]] = [
            ("attack", record["attack"]),
            ("settlement", record["settlement"]),
            *((f"outcome.{name}", row) for name, row in record["outcomes"].items()),
            *(
                (
                    f"belief.{item['observer']}.{item['player']}.{item['kind']}",
                    [item["mean"], item["low"], item["high"]],
                )
                for item in record["beliefs"]
            ),
        ]
        for name, row in rows:
            writer.writerow([record["day"], name, *(f"{value:.6g}" for value in row[:3])])
    return stream.getvalue()
