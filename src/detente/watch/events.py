"""Dated events: read from a table, put into the crisis's terms by its own rules, and never guessed.

An event is a row with a date, an actor, a target, a PLOVER category and mode (:cite:p:`halterman2023`) and a text. The first
rule of the crisis folder that fits says what it means; a column ``does`` of the table may say so itself. What no rule
fits is listed as unmapped.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import compress
from pathlib import Path

from detente.crisis.crisis import Crisis
from detente.crisis.csv_cells import NumberStyle, is_missing
from detente.crisis.elements import Constant, EventRule, QuantityOf
from detente.crisis.registers import event_categories, event_modes, said_categories
from detente.crisis.user_tables import read_user_table
from detente.errors import UsageError, nearest
from detente.watch.asserting import ReportText

__all__ = [
    "Event",
    "EventReading",
    "Miss",
    "known_names",
    "misses",
    "read_events",
    "read_meaning",
    "understand",
]

MAX_EVENTS = 2_000_000
"""Most rows of a table of events."""

_COLUMNS = ("date", "actor", "event")
_OTHERS = ("target", "category", "mode", "source", "weight", "does")
_ALIASES = {"plover": "category", "text": "event"}
NOBODY, ANYBODY = "none", "any"
"""What stands among the actors or targets of a rule for a report that names none, and for anybody at all."""

_DOES = "write move:INSTRUMENT, move:INSTRUMENT/OUTCOME, state:VARIABLE=VALUE, evidence:PLAYER.TYPE=NUMBER, indicator:ID or noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row: ``weight`` and ``does`` are the table's own, if it has such columns; ``line`` is its line in the file."""

    day: date
    actor: str
    target: str
    category: str
    mode: str
    text: str
    source: str = ""
    does: str = ""
    weight: float | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReading:
    """What an event means: a rule, with the event's own weight in place of the rule's where it has one.

    ``rule`` is None if the event is left out; ``reason`` then says why.
    """

    event: Event
    rule: EventRule | None
    reason: str = ""

    @property
    def kind(self) -> str:
        """``move``, ``state``, ``evidence`` (an indicator too), ``noise`` or ``unmapped``."""
        rule = self.rule
        if rule is None:
            return "unmapped"
        if rule.move:
            return "move"
        told = rule.evidence or rule.indicator
        return "state" if rule.state else "evidence" if told else "noise"


# --- reading ---------------------------------------------------------------------------------------------------------


def read_events(path: Path) -> tuple[tuple[Event, ...], tuple[EventReading, ...]]:
    """Read a table of events.

    Parameters
    ----------
    path
        A CSV file with the columns ``date``, ``actor`` and ``event`` (or ``text``), and as far as known ``target``,
        ``category`` (or ``plover``), ``mode``, ``source``, ``weight`` (probability that the report is right) and ``does``.

    Returns
    -------
    tuple
        The events by date, in the file's order within a day, and rows that stand twice, as readings without a rule.
        A time with a zone is taken to the day in UTC.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-not-utf8``, ``character-forbidden``, ``table-column-missing`` or ``table-row-invalid``,
        with the line.
    """
    table = read_user_table(path, "events", wanted=(*_COLUMNS, *_OTHERS), aliases=_ALIASES)
    name = str(path)
    _check_head(table.columns, name)
    if len(table.rows) > MAX_EVENTS:
        message = f"there are more than {MAX_EVENTS:,} events"
        fix = "split the table by time, or leave out what no rule reads"
        raise _wrong_row(message, name, table.rows[MAX_EVENTS].line, fix)
    events: list[Event] = []
    repeated: list[EventReading] = []
    seen: set[tuple[str, ...]] = set()
    told = [column != "source" for column in table.columns]
    for line, cells in table.rows:
        event = _event(dict(zip(table.columns, cells, strict=True)), table.style, name, line)
        key = tuple(compress(cells, told))
        if key in seen:
            reason = "the same row stands twice"
            repeated.append(EventReading(event=event, rule=None, reason=reason))
            continue
        seen.add(key)
        events.append(event)
    return tuple(sorted(events, key=lambda event: event.day)), tuple(repeated)


def _check_head(head: Sequence[str], name: str) -> None:
    missing = [column for column in _COLUMNS if column not in head]
    if missing:
        message = f"the table of events has no column {', '.join(missing)}"
        fix = "give it the columns date, actor and event; target, category, mode, source, weight and does as known"
        raise UsageError(message, code="table-column-missing", at=f"{name}:1", fix=fix)


def _event(row: Mapping[str, str], style: NumberStyle, name: str, line: int) -> Event:
    weight: float | None = None
    written = row.get("weight", "")
    if not is_missing(written):
        weight = style.read(written)
        if weight is None or not 0.0 <= weight <= 1.0:
            message = f"{written[:40]!r} is no weight"
            fix = "write a probability from 0 to 1, or leave the cell blank"
            raise _wrong_row(message, name, line, fix)
    if not row.get("actor"):
        message = "the event has no actor"
        raise _wrong_row(message, name, line, "name who acts")
    category, mode = row.get("category", ""), row.get("mode", "")
    return Event(
        day=_day(row.get("date", ""), name, line),
        actor=row["actor"],
        target=row.get("target", ""),
        category=_coded(
            category.upper(), event_categories(), "category", told=category, name=name, line=line
        ),
        mode=_coded(mode.lower(), event_modes(), "mode", told=mode, name=name, line=line),
        text=row.get("event", ""),
        source=row.get("source", ""),
        does=row.get("does", ""),
        weight=weight,
        line=line,
    )


def _coded(word: str, known: Collection[str], kind: str, *, told: str, name: str, line: int) -> str:
    """Return a word of the coding, empty for none; ``told`` is the word as the table writes it."""
    if is_missing(word):
        return ""
    if word not in known:
        near = nearest(word, known)
        message = f"{told[:40]!r} is no {kind} of PLOVER"
        fix = f"write {' or '.join(near)}" if near else f"write one of {', '.join(known)}"
        raise _wrong_row(message, name, line, f"{fix}; or leave the cell blank")
    return word


def _day(text: str, name: str, line: int) -> date:
    try:
        when = datetime.fromisoformat(text)
        return (when.astimezone(UTC) if when.tzinfo is not None else when).date()
    except ValueError as error:
        message = f"{text[:40]!r} is no day"
        fix = "write YYYY-MM-DD, or a time with its zone"
        raise _wrong_row(message, name, line, fix) from error
    except OverflowError as error:
        message = (
            f"{text[:40]!r} lies outside the calendar (years 1 to 9999) once it is taken to UTC"
        )
        fix = "write the day as YYYY-MM-DD, without a time"
        raise _wrong_row(message, name, line, fix) from error


def _wrong_row(message: str, name: str, line: int, fix: str) -> UsageError:
    return UsageError(message, code="table-row-invalid", at=f"{name}:{line}", fix=fix)


# --- meaning ---------------------------------------------------------------------------------------------------------


def understand(events: Iterable[Event], crisis: Crisis) -> tuple[EventReading, ...]:
    """Say what events mean: by their own column, else by the first rule of the crisis that fits.

    Parameters
    ----------
    events
        Events of any number of days.
    crisis
        The crisis with its ``event_rules``.

    Returns
    -------
    tuple of EventReading
        One for each event, in order.

    Raises
    ------
    UsageError
        ``table-row-invalid`` if a column ``does`` names what the crisis does not have.
    """
    known = known_names(crisis)
    return tuple(_understand(event, crisis, known) for event in events)


def _understand(event: Event, crisis: Crisis, known: Collection[str]) -> EventReading:
    if event.does:
        return _placed(event, read_meaning(event, crisis), crisis)
    if event.category and event.category not in event_categories():
        return EventReading(
            event=event, rule=None, reason=f"{event.category!r} is no category of PLOVER"
        )
    text = ReportText(event.text, event.day.year)
    for rule in crisis.event_rules:
        if next(misses(rule, event, text, known), None) is None:
            return _placed(event, rule, crisis)
    for kind, who in (("actor", event.actor), ("target", event.target)):
        strange = [part for part in _parts(who) if part not in known]
        if strange:
            reason = f"no rule fits; the crisis has no {kind} {strange[0]!r}"
            return EventReading(event=event, rule=None, reason=reason)
    return EventReading(event=event, rule=None, reason="no rule fits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Why a rule does not fit an event: the ``part`` of the rule that asks for something else, and a clause."""

    part: str
    why: str


def misses(
    rule: EventRule, event: Event, text: ReportText, known: Collection[str]
) -> Iterator[Miss]:
    """Yield why a rule does not fit an event; nothing if it fits.

    Parameters
    ----------
    rule, event
        The two.
    text
        The text of the event.
    known
        Whom the crisis knows: see :func:`known_names`.
    """
    whom = () if rule.noise else known
    yield from _named("actor", rule.actors, event.actor, whom)
    yield from _named("target", rule.targets, event.target, whom)
    yield from _coding("category", rule.categories, event.category)
    yield from _coding("mode", rule.modes, event.mode)
    kinds = _cue_kinds(rule, event)
    if rule.words and not text.find(rule.words):
        yield Miss(part="words", why="the text holds none of its words")
    elif rule.words and (cue := text.undoing(rule.words, kinds)) is not None:
        yield Miss(part="words", why=f"“{cue.words}” ({cue.kind}) undoes its word")
    elif not rule.words and (cue := text.undone_whole(kinds)) is not None:
        yield Miss(part="words", why=f"“{cue.words}” ({cue.kind}) undoes the report")
    if rule.about and not text.find(rule.about):
        yield Miss(part="about", why="the text holds nothing that it is about")
    if rule.without and (found := text.find(rule.without)):
        yield Miss(part="not", why=f"the text holds “{found}”")


def _cue_kinds(rule: EventRule, event: Event) -> tuple[str, ...]:
    """Return the kinds of cues that undo a word of a rule in an event."""
    if rule.noise:
        return ()
    said = event.category in said_categories()
    if said and not rule.words:
        return ("past",)
    if said or rule.evidence or rule.indicator:
        return ("denial", "reversal", "past")
    return ("denial", "reversal", "past", "possible")


def _coding(part: str, wanted: tuple[str, ...], given: str) -> Iterator[Miss]:
    if wanted and given not in wanted:
        yield Miss(
            part=part, why=f"the {part} is {given or 'not given'}, not {' or '.join(wanted)}"
        )


def _named(part: str, wanted: tuple[str, ...], who: str, known: Collection[str]) -> Iterator[Miss]:
    """Yield a miss unless one of several who act together (``ABC+XYZ``) is among those wanted.

    Where a rule names nobody, anybody will do whom the crisis knows; ``known`` is empty where that is not asked.
    """
    parts = _parts(who)
    if not wanted:
        if known and parts and not any(name in known for name in parts):
            why = f"the crisis has no {part} {who!r}, and the rule names none"
            yield Miss(part=part, why=why)
    elif ANYBODY not in wanted and not any(name in wanted for name in parts or (NOBODY,)):
        shown = who if parts else "not given"
        yield Miss(part=part, why=f"the {part} is {shown}, not {' or '.join(wanted)}")


def _parts(who: str) -> list[str]:
    """Return the names of those who act together; none for a blank cell and for ``all``."""
    names = [part.strip() for part in who.split("+")]
    return [name for name in names if not is_missing(name) and name != "all"]


def known_names(crisis: Crisis) -> frozenset[str]:
    """Return the actors of a crisis, and whom else its event rules name."""
    named = (name for rule in crisis.event_rules for name in (*rule.actors, *rule.targets))
    return frozenset([*crisis.actors, *named]) - {NOBODY, ANYBODY}


def _placed(event: Event, rule: EventRule, crisis: Crisis) -> EventReading:
    """Apply a rule to an event: the event's own weight counts, and a move before the first round is part of the start."""
    if event.weight is not None:
        rule = replace(rule, weight=Constant(value=event.weight))
    if rule.move and crisis.calendar and event.day < crisis.calendar[0]:
        label = crisis.instruments[rule.move].label
        noise = f"“{label}” before the first round is part of the start of the game"
        rule = replace(rule, move="", outcome="", noise=noise)
    return EventReading(event=event, rule=rule)


def read_meaning(event: Event, crisis: Crisis) -> EventRule:
    """Read the column ``does`` of an event as a rule.

    Raises
    ------
    UsageError
        ``table-row-invalid`` with the line, if it cannot be read or names what the crisis does not have.

    Examples
    --------
    ``move:full_invasion``, ``move:talks/fail``, ``state:posture=reinforced``, ``evidence:rus.revisionist=1.5``, ``noise``.
    """
    kind, _, rest = event.does.partition(":")
    left, _, right = rest.partition("=")
    move, _, outcome = rest.partition("/")
    parts: dict[str, object] = {}
    if kind == "move" and _has_move(crisis, move, outcome):
        parts = {"move": move, "outcome": outcome}
    elif kind == "state" and left in crisis.state and right in crisis.state[left].values:
        parts = {"state": {left: right}}
    elif kind == "evidence":
        player, _, of_type = left.partition(".")
        number = _number(right, crisis)
        types = (
            [item.id for item in crisis.players[player].types] if player in crisis.players else []
        )
        if of_type in types and number is not None:
            parts = {"evidence": {(player, of_type): number}}
    elif kind == "indicator" and rest in crisis.indicators:
        parts = {"indicator": rest}
    elif kind == "noise":
        parts = {"noise": rest or "said so in the table of events"}
    if not parts:
        message = f"{event.does[:80]!r} means nothing in the crisis {crisis.id!r}"
        raise UsageError(
            message,
            code="table-row-invalid",
            at=f"events:{event.line}",
            fix=f"{_DOES}, with names of the crisis file",
        )
    empty: dict[str, object] = {"move": "", "outcome": "", "state": {}, "evidence": {}, "noise": ""}
    return _rule_of(empty | parts)


def _rule_of(parts: Mapping[str, object]) -> EventRule:
    return EventRule(
        id="column does",
        actors=(),
        targets=(),
        categories=(),
        modes=(),
        words=(),
        about=(),
        without=(),
        weight=Constant(value=0.95),
        **parts,  # type: ignore[arg-type]
    )


def _has_move(crisis: Crisis, move: str, outcome: str) -> bool:
    if move not in crisis.instruments:
        return False
    return not outcome or outcome in {item.id for item in crisis.instruments[move].chance}


def _number(text: str, crisis: Crisis) -> Constant | QuantityOf | None:
    if text in crisis.quantities:
        return QuantityOf(path=text)
    try:
        value = float(text)
    except ValueError:
        return None
    return Constant(value=value) if 0.0 < value <= 1e6 else None
