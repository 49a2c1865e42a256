"""A crisis followed through a table of events: what is read of it, and the diary of the days."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from detente.crisis.crisis import Crisis
from detente.engine.drawing import check_draws
from detente.engine.usual import DRAWS, SEED
from detente.errors import UsageError
from detente.watch.diary import Diary, keep_diary
from detente.watch.events import Event, EventReading, read_events, understand
from detente.watch.keeping import Note
from detente.watch.layouts import read_layout

__all__ = ["follow"]

Left = list[tuple[str, str, str]]


def follow(
    crisis: Crisis,
    events: str | Path | Sequence[Event] | None = None,
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    policy: str | None = None,
    folder: str | Path | None = None,
    layout: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    note: Note | None = None,
) -> Diary:
    """Watch a crisis day by day as a table of events reports it.

    Parameters
    ----------
    crisis
        A crisis with a calendar, its overrides applied.
    events
        A table as :func:`detente.watch.events.read_events` takes it, or events as such, none included; by default
        ``events.csv`` of the crisis folder.
    since, until
        First and last day, as dates or ``YYYY-MM-DD``; by default that of the calendar, and that of the last event.
    draws, seed
        The joint samples of everything uncertain.
    policy
        The commitment, as for :class:`detente.watch.watching.Watch`: the first of the crisis by default.
    folder
        Where days and solved games are kept, so that another day costs that day only; by default nowhere.
    layout
        The name of the layout of another's event data (:func:`detente.watch.layouts.read_layout`); by default the table is one
        of events.
    progress
        Told how many days and events are done, and of how many.
    note
        Told, in words, of each kept file that is damaged: it is made anew.

    Raises
    ------
    UsageError
        ``option-invalid`` for days, draws or a policy that cannot be, and if there are no events; the codes of
        :func:`detente.watch.events.read_events`.
    RunError
        ``output-unwritable`` if a day cannot be kept.
    """
    check_draws(draws, seed=seed)
    first, last = _day("since", since), _day("until", until)
    reported, left_out = _read(crisis, events, layout=layout, since=first, until=last)
    with tempfile.TemporaryDirectory(prefix="detente-watch-") as place:
        days = keep_diary(
            crisis,
            understand(reported, crisis),
            folder=Path(folder if folder is not None else place),
            since=first,
            until=last,
            n_draws=draws,
            seed=seed,
            policy=policy,
            progress=progress,
            note=note,
        )
    return Diary(crisis=crisis, days=days, left_out=tuple(left_out), draws=draws)


def _day(option: str, day: date | str | None) -> date | None:
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        message = f"{day!r} is no day"
        raise UsageError(
            message, code="option-invalid", at=f"--{option}", fix="write YYYY-MM-DD"
        ) from error


def _table(crisis: Crisis, path: str | Path | None) -> Path:
    """Return where the table of events lies."""
    source = Path(path) if path is not None else crisis.folder / "events.csv"
    if path is None and not source.is_file():
        message = f"the crisis {crisis.id!r} ships no events"
        fix = "give a table with --events FILE.csv; `detente watch --help` names its columns"
        raise UsageError(message, code="option-invalid", at="--events", fix=fix)
    return source


def _read(
    crisis: Crisis,
    given: str | Path | Sequence[Event] | None,
    *,
    layout: str | None,
    since: date | None,
    until: date | None,
) -> tuple[list[Event], Left]:
    """Read the events of the watched days, and say why others are left out."""
    if given is not None and not isinstance(given, str | Path):
        events: tuple[Event, ...] = tuple(given)
        repeated: tuple[EventReading, ...] = ()
    else:
        source = _table(crisis, given)
        events, repeated = (
            read_events(source) if layout is None else read_layout(source, layout, crisis)
        )
    first = since or (crisis.calendar[0] if crisis.calendar else crisis.as_of)
    left = [(str(item.event.day), item.event.text, item.reason) for item in repeated]
    kept = []
    for event in events:
        if event.day < first:
            left.append((str(event.day), event.text, f"before the first day, {first}"))
        elif until is not None and event.day > until:
            left.append((str(event.day), event.text, f"after the last day, {until}"))
        else:
            kept.append(event)
    return kept, left
