"""Tables of a crisis as the briefing shows them."""

from collections.abc import Mapping, Sequence

from detente.brief.figures import TableView, present_table
from detente.brief.names import Names
from detente.brief.words import KNOWN_DIGITS, format_date, format_value, unit_words
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Table

__all__ = ["Tables"]

_CELL_KINDS = {
    "actor": {"actor", "side", "sender", "actors", "participants", "claimed_by"},
    "date": {"date", "as_of", "scheduled_for"},
}


class Tables:
    """The tables of a crisis folder, by kind.

    Parameters
    ----------
    crisis
        The crisis.
    names
        Its names, for cells that hold ids.
    """

    def __init__(self, crisis: Crisis, *, names: Names) -> None:
        self._crisis, self._names = crisis, names

    def get(self, kind: str) -> Table | None:
        """Return the crisis table of a kind, if the folder has one with rows."""
        for table in self._crisis.tables.values():
            if table.kind == kind and table.rows:
                return table
        return None

    def view(
        self,
        kind: str,
        columns: Mapping[str, str],
        *,
        title: str,
        numeric: Sequence[str] = (),
        note: str = "",
    ) -> TableView | None:
        """Return a folded table of the crisis, its columns named in words; None without rows.

        Actors' ids become names, source keys publishers, dates dates; a column without any value is left out.
        """
        table = self.get(kind)
        if table is None:
            return None
        used = [
            name for name in columns if any(row.cells.get(name, "").strip() for row in table.rows)
        ]
        rows = tuple(
            tuple(self._cell(name, row.cells.get(name, ""), row.cells) for name in used)
            for row in table.rows
        )
        return present_table(
            kind,
            tuple(columns[name] for name in used),
            rows,
            title=title,
            numeric=tuple(name in numeric for name in used),
            note=note,
            folded=True,
        )

    def _cell(self, name: str, text: str, cells: Mapping[str, str]) -> str:
        text = text.strip()
        if name == "grade":
            return self._names.grade(text, cells.get("claimed_by", ""))
        if name == "value":
            return _table_value(cells)
        if name in _CELL_KINDS["actor"]:
            return self._names.actors_text(text)
        if name in _CELL_KINDS["date"]:
            return format_date(text) if text else ""
        if name == "source":
            return self._names.sources(part.strip() for part in text.split(";") if part.strip())
        known = self._crisis.issues.get(text) if name == "issue" else None
        return text if known is None else known.label


def _table_value(cells: Mapping[str, str]) -> str:
    text, unit = cells.get("value", "").strip(), cells.get("unit", "").strip()
    low, high = (cells.get(name, "").strip() for name in ("low", "high"))
    digits = 2 if cells.get("grade") == "derived" else KNOWN_DIGITS
    try:
        ends = [
            float(part) for part in (low or text, high or cells.get("value_hi", "").strip()) if part
        ]
        value = float(text) if low and text else None
    except ValueError:
        return f"{text} {unit}".strip()
    parts = [format_value(end, unit, exact=True, digits=digits) for end in ends]
    if len(parts) == 2:
        parts[0] = parts[0].removesuffix(unit_words(unit)).strip()
    written = " to ".join(parts)
    if value is None:
        return written
    return f"{format_value(value, unit, exact=True, digits=digits)} ({written.removesuffix(unit_words(unit)).strip()})"
