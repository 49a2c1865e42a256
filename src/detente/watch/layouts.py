"""Event data of others, read by a named layout of the register: columns, codes and names become events of a crisis.

What cannot be told is left out with a reason: a code in no list, or one that may be two categories, an event without an actor.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from detente.crisis.crisis import Crisis
from detente.crisis.csv_cells import is_missing
from detente.crisis.csv_reader import MalformedCsvError, decode_text, read_rows
from detente.crisis.registers import (
    EventLayout,
    event_categories,
    event_codes,
    event_layouts,
    event_modes,
    event_names,
)
from detente.crisis.user_tables import read_content, read_user_table, table_error
from detente.errors import UsageError, nearest
from detente.watch.events import Event, EventReading

__all__ = ["read_layout"]

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WRITTEN = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4}|\d{2})")
_FORCES = re.compile(
    r"(?:military forces|police forces|government|armed forces) of ", re.IGNORECASE
)
_YEARS = re.compile(r"\s*\(\d{4}-(?:\d{4})?\).*")
_MOST_SOURCES = 5
_CENTURY = 69
"""Last year of two digits that is of this century."""

Rows = list[tuple[int, dict[str, str]]]


def read_layout(
    path: Path, layout: str, crisis: Crisis
) -> tuple[tuple[Event, ...], tuple[EventReading, ...]]:
    """Read a table of event data in a named layout.

    Parameters
    ----------
    path
        A file as its source gives it out.
    layout
        A name of :func:`detente.crisis.registers.event_layouts`.
    crisis
        The crisis whose actors are looked for; others keep the name that they have.

    Returns
    -------
    tuple
        The events by date, and the rows that are left out, as readings without a rule.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown layout; the codes of :func:`detente.crisis.user_tables.read_user_table`;
        ``table-column-missing`` or ``table-row-invalid`` for a table in another layout.
    """
    layouts = event_layouts()
    if layout not in layouts:
        near = nearest(layout, layouts)
        message = f"there is no layout {layout!r}"
        fix = f"write {' or '.join(near or tuple(layouts))}"
        raise UsageError(message, code="option-invalid", at="--layout", fix=fix)
    reader = _Reader(layouts[layout], crisis, str(path))
    events: list[Event] = []
    left: list[EventReading] = []
    seen: set[tuple[object, ...]] = set()
    for line, row in reader.newest(reader.rows(path)):
        event, reason, key = reader.event(row, line)
        if not reason and key in seen:
            reason = "the same event stands twice"
        if reason:
            left.append(EventReading(event=event, rule=None, reason=reason))
            continue
        seen.add(key)
        events.append(event)
    return tuple(sorted(events, key=lambda event: event.day)), tuple(left)


class _Reader:
    """The rows of one file in one layout."""

    def __init__(self, layout: EventLayout, crisis: Crisis, name: str) -> None:
        self.layout, self.file = layout, name
        self.actors = {actor.name.casefold(): ident for ident, actor in crisis.actors.items()}
        self.actors |= {ident.casefold(): ident for ident in crisis.actors}
        self.others = event_names(layout.name)

    def rows(self, path: Path) -> Rows:
        """Return the rows with their cells by the names of the register's columns."""
        fields = self.layout.fields
        columns = list(dict.fromkeys(name for item in fields.values() for name in item.columns))
        if fields["file"].value:
            return self._placed(path, int(fields["file"].value))
        folded = [name.casefold() for name in columns]
        table = read_user_table(path, "events", wanted=folded)
        needed = [
            item.columns[0]
            for field, item in fields.items()
            if field in {"date", "actor", "category"}
        ]
        missing = [name for name in needed if name.casefold() not in table.columns]
        if missing:
            message = f"a table in the layout {self.layout.name!r} has the column {missing[0]!r}, and this one has not"
            fix = "name the layout of the table, or leave --layout out"
            raise UsageError(message, code="table-column-missing", at=f"{self.file}:1", fix=fix)
        return [
            (line, {name: cells.get(name.casefold(), "") for name in columns})
            for line, cells in table.records()
        ]

    def _placed(self, path: Path, cells: int) -> Rows:
        """Return rows of a file without a row of names: columns by their place."""
        places = {
            name: place
            for item in self.layout.fields.values()
            for name, place in zip(item.columns, item.places, strict=False)
        }
        rows: Rows = []
        try:
            for line, row in read_rows(decode_text(read_content(path, "events")), delimiter="\t"):
                if len(row) != cells:
                    message = f"the row has {len(row)} cells, and one in the layout {self.layout.name!r} has {cells}"
                    raise self._wrong(
                        message, line, "name the layout of the table, or mend the row"
                    )
                rows.append(
                    (line, {name: row[place - 1].strip() for name, place in places.items()})
                )
        except (UnicodeDecodeError, MalformedCsvError) as error:
            raise table_error(error, path, "events") from error
        return rows

    def newest(self, rows: Rows) -> Rows:
        """Return the rows; of those with one id that the layout keeps on revision, the newest."""
        once, stamp = self.layout.fields.get("once"), self.layout.fields.get("newest")
        if once is None or stamp is None:
            return rows
        best: dict[str, tuple[int, dict[str, str]]] = {}
        for line, row in rows:
            ident = row[once.columns[0]] or f"line {line}"
            held = best.get(ident)
            if held is None or row[stamp.columns[0]] >= held[1][stamp.columns[0]]:
                best[ident] = (line, row)
        return sorted(best.values(), key=lambda item: item[0])

    def event(self, row: Mapping[str, str], line: int) -> tuple[Event, str, tuple[object, ...]]:
        """Return the event of a row, why it is left out if it is, and what makes it the same as another."""
        category, mode, reason = self._coded(row)
        actor, target = self._who(row, "actor"), self._who(row, "target")
        if self.layout.coding == "acled" and self._cell(row, "category") == "Battles" and target:
            actor = target = f"{actor}+{target}"
        event = Event(
            day=self._day(self._cell(row, "date"), line),
            actor=actor,
            target=target,
            category=category,
            mode=mode,
            text=self._text(row, category),
            source=", ".join(self._cells(row, "source")),
            weight=self._weight(row, line),
            line=line,
        )
        reason = self._left(row) or reason
        if not reason and not actor:
            reason = "no actor is named"
        story = self._cell(row, "once")
        return event, reason, (event.day, actor, target, category, mode, story or event.text)

    def _left(self, row: Mapping[str, str]) -> str:
        """Return why a row is left out by a rule of its layout, or nothing."""
        keep, leave = self.layout.fields.get("keep"), self.layout.fields.get("leave")
        if keep is not None and row[keep.columns[0]] != keep.value:
            return f"{keep.columns[0]} is {row[keep.columns[0]]!r}, not {keep.value!r}"
        if leave is not None and row[leave.columns[0]] == leave.value:
            return f"{leave.columns[0]} is {leave.value!r}"
        return ""

    def _coded(self, row: Mapping[str, str]) -> tuple[str, str, str]:
        """Return category and mode in PLOVER, or why there are none."""
        if self.layout.coding == "plover":
            return self._plover(row)
        code = " / ".join(self._cells(row, "category"))
        known = event_codes(self.layout.coding)
        shown = f"the code {code!r} of {self.layout.coding.upper()}"
        found = known.get(code)
        if self.layout.coding == "cameo":
            cuts = [code[:end] for end in range(len(code), 1, -1)]
            found = next((known[cut] for cut in cuts if cut in known), None)
        if found is None:
            return "", "", f"{shown} is in no list"
        if len(found.categories) == 1:
            return found.categories[0], found.mode, ""
        if found.categories:
            return "", "", f"{shown} may be {' or '.join(found.categories)}: {found.note}"
        return "", "", f"{shown} has no category of PLOVER: {found.note}"

    def _plover(self, row: Mapping[str, str]) -> tuple[str, str, str]:
        category, mode = self._cell(row, "category").upper(), self._cell(row, "mode").lower()
        if category not in event_categories():
            return "", "", f"{category!r} is no category of PLOVER"
        context = self.layout.fields["context"]
        if mode in {"", "none"}:
            held = [part.strip() for part in row[context.columns[0]].lower().split(";")]
            mode = context.value if context.value in held and category == "COERCE" else ""
        if mode and mode not in event_modes():
            return category, "", f"{mode!r} is no mode of PLOVER"
        return category, mode, ""

    def _who(self, row: Mapping[str, str], field: str) -> str:
        """Return who acts, or at whom: several joined by ``+``."""
        written = self._cell(row, field)
        if self.layout.coding == "cameo" and self.layout.fields["file"].value:
            written = written[:3]
        names = (self._name(part) for part in written.split(";"))
        return "+".join(dict.fromkeys(name for name in names if name))

    def _name(self, written: str) -> str:
        plain = _YEARS.sub("", _FORCES.sub("", written.strip()))
        folded = plain.casefold()
        return self.actors.get(folded) or self.others.get(folded) or plain.replace("+", " ")

    def _weight(self, row: Mapping[str, str], line: int) -> float:
        field = self.layout.fields["weight"]
        each = float(field.value)
        if not field.columns:
            return each
        written = row[field.columns[0]]
        if not written.isdecimal():
            message = f"{written[:40]!r} is no number of sources"
            raise self._wrong(message, line, "name the layout of the table, or mend the row")
        return 1.0 - (1.0 - each) ** min(max(int(written), 1), _MOST_SOURCES)

    def _text(self, row: Mapping[str, str], category: str) -> str:
        """Return the text of a row; where the layout has no sentence, names and place beside the category."""
        cells = self._cells(row, "text")
        sentence = len(self.layout.fields["text"].columns) == 1
        return " ".join(cells) if sentence else ", ".join([category, *cells])

    def _day(self, text: str, line: int) -> date:
        written = _WRITTEN.fullmatch(text)
        try:
            if written is not None and written.group(2).lower() in _MONTHS:
                year = int(written.group(3))
                if len(written.group(3)) == 2:
                    year += 2000 if year <= _CENTURY else 1900
                month = _MONTHS.index(written.group(2).lower()) + 1
                return date(year, month, int(written.group(1)))
            return date.fromisoformat(text)
        except ValueError as error:
            message = f"{text[:40]!r} is no day"
            raise self._wrong(message, line, "write YYYY-MM-DD") from error

    def _cells(self, row: Mapping[str, str], field: str) -> list[str]:
        item = self.layout.fields.get(field)
        return [row[name] for name in (item.columns if item else ()) if not is_missing(row[name])]

    def _cell(self, row: Mapping[str, str], field: str) -> str:
        """Return the first cell of a field that is not blank, or nothing."""
        return next(iter(self._cells(row, field)), "")

    def _wrong(self, message: str, line: int, fix: str) -> UsageError:
        return UsageError(message, code="table-row-invalid", at=f"{self.file}:{line}", fix=fix)
