"""Tables of a crisis from a research pack: one CSV per kind, each row with ``source_key``, ``source`` and ``copy_after_cutoff``.

Packs name some columns differently; :func:`first` takes whichever a row has. What needs judgement (claim ids, names of
units, rows that were secret) is given to :class:`Pack` by the crisis.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crisis_tables.machinery import (
    PROVENANCE,
    Compiler,
    Ledger,
    Row,
    joined,
    number,
    plain,
    ranged,
    read,
    who_says,
)

POSITIONS = (
    "actor", "issue", "value", "salience", "basis", "spread", "paraphrase", "statement_grade", *PROVENANCE,
)  # fmt: skip
DEMANDS = (
    "id", "side", "document", "article", "issue", "demand", "binds", "value", "unit", "answer",
    "challenger_status", "defender_status", *PROVENANCE,
)  # fmt: skip
TRACKS = (
    "id", "date", "status", "scheduled_for", "format", "place", "participants", "level", "value", "unit",
    "result", "visibility", *PROVENANCE,
)  # fmt: skip
FORCES = (
    "id", "side", "actor", "item", "place", "latitude", "longitude", "value", "low", "high", "unit", "scheduled_for",
    "ready", "seen", *PROVENANCE,
)  # fmt: skip
RULES = (
    "id", "body", "matter", "rule", "value", "unit", "who_can_block", "lag", *PROVENANCE,
)  # fmt: skip
MARKETS = ("id", "series", "place", "value", "unit", *PROVENANCE)
BASE_RATES = (
    "id", "topic", "population", "statistic", "value", "lo90", "hi90", "n", "unit", "show", "words", "compare",
    "differs", *PROVENANCE,
)  # fmt: skip
TIMELINE = ("id", "date", "actors", "event", "visibility", *PROVENANCE)
MEASURES = (
    "id", "measure", "variant", "proposed_by", "objected_by", "state", "effect_on", "value", "unit", "lag",
    *PROVENANCE,
)  # fmt: skip
EXPOSURES = (
    "actor", "variable", "label", "value", "low", "high", "unit", *PROVENANCE,
)  # fmt: skip

DAY = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?!\d)(?:-\d{2})?)?")
AHEAD = frozenset({"scheduled", "pending", "asked for", "proposed", "offered"})


def first(row: Mapping[str, str], *names: str) -> str:
    """Return the first of some columns that the row has, stripped; empty if it has none."""
    return next((row[name].strip() for name in names if name in row), "")


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A folder of research tables, with what a person decided about their rows.

    ``claims`` holds claim ids per table and row (``id``, or ``actor/issue`` of a position); ``skip`` the rows that do not enter,
    per table, with the reason; ``mended`` the cells that we word anew, per table and row.
    """

    compiler: Compiler
    ledger: Ledger
    folder: Path
    claims: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skip: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    mended: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    ahead: frozenset[str] = AHEAD

    def rows(
        self, file: str, table: str, key: Sequence[str] = ("id",)
    ) -> Iterator[tuple[Row, str, str]]:
        """Rows that may enter a table, with the keys of their sources and their claims."""
        for row in read(self.folder / f"{file}.csv"):
            name = "/".join(row[column] for column in key)
            row.update(self.mended.get(table, {}).get(name, {}))
            source = self.compiler.keyed_sources(self.ledger, row)
            if reason := self.skip.get(table, {}).get(name):
                self.ledger.drop(table, reason)
            elif self.compiler.admissible(self.ledger, table, row, source):
                yield row, source, self.claims.get(table, {}).get(name, "")

    def measured(self, row: Mapping[str, str]) -> tuple[str, str, str, str]:
        """Value, upper value, closed unit, and what the printed unit said beyond it."""
        value, value_hi = number(row["value"]), number(first(row, "value_hi"))
        printed = row["unit"].strip()
        if not value or not printed:
            return "", "", "", row["value"].strip() if not value else ""
        unit, wording = self.compiler.unit_of(printed)
        if factor := self.compiler.factors.get(re.sub(r"\s*\(.*", "", printed)):
            high = plain(float(value_hi) * factor, 6) if value_hi else ""
            return plain(float(value) * factor, 6), high, unit, f"printed as {value} {printed}"
        return value, value_hi, unit, f"unit in the source: {wording}" if wording else ""

    def positions(self, private: str = "direct (private)") -> list[Row]:
        """Positions on the 0-100 scales; blank stays blank, and so does what was said behind closed doors."""
        found = []
        for row, source, claims in self.rows("positions", "positions", ("actor", "issue")):
            value, basis, note = row["value"], row["basis"], ""
            if value and basis == private:
                value, basis, note = "", "not found", "said in a closed meeting, so not shown"
            cells = self.compiler.provenance(row, source, claims, note=note)
            if value and cells["grade"] in {"convention", "fact"}:
                cells["grade"] = "estimate"
            found.append(
                {
                    "actor": row["actor"],
                    "issue": row["issue"],
                    "value": value,
                    "salience": row["salience_0_1"] if value else "",
                    "basis": basis,
                    "spread": first(row, "spread_pm", "spread") if value else "",
                    "paraphrase": row["paraphrase"] if value else "",
                    "statement_grade": row["grade"],
                    **cells,
                    "grade_wording": "",
                }
            )
        return found

    def demands(self, challenger: Sequence[str]) -> list[Row]:
        """Demands and wishes with the answer known by the cut-off; ``challenger`` names the sides on that side."""
        found = []
        for row, source, claims in self.rows("demands", "demands"):
            value, _, unit, words = self.measured(row)
            own, other = row["own_status"], first(row, "other_side_status", "other_status")
            theirs = row["side"] in challenger
            answers = [name for name in row if name.startswith("answer")]
            found.append(
                {
                    "id": row["id"],
                    "side": row["side"],
                    "document": row["document"],
                    "article": "",
                    "issue": row["issue"],
                    "demand": row["demand"],
                    "binds": row["binds"],
                    "value": value,
                    "unit": unit,
                    "answer": joined(*(row[name] for name in answers)),
                    "challenger_status": own if theirs else other,
                    "defender_status": other if theirs else own,
                    **self.compiler.provenance(row, source, claims, note=words),
                }
            )
        return found

    def tracks(self) -> list[Row]:
        """Meetings, letters and briefings; what lay ahead has ``scheduled_for``."""
        found = []
        for row, source, claims in self.rows("tracks", "tracks"):
            value, _, unit, words = self.measured(row)
            cells = self.compiler.provenance(row, source, claims, note=words)
            later = row["status"] in self.ahead
            printed = DAY.match(row["date"])
            found.append(
                {
                    "id": row["id"],
                    "date": cells["as_of"] if later or not printed else printed[0],
                    "status": "scheduled"
                    if row["status"] in {"asked for", "pending"}
                    else row["status"],
                    "scheduled_for": printed[0] if later and printed else "",
                    "format": row["format"],
                    "place": row["place"],
                    "participants": row["participants"],
                    "level": row["level"],
                    "value": value,
                    "unit": unit,
                    "result": row["outcome"],
                    "visibility": row["visibility"],
                    **cells,
                }
            )
        return found

    def forces(
        self, points: Mapping[str, tuple[str, str]], scheduled: Mapping[str, str]
    ) -> list[Row]:
        """List forces of both sides, as the parties counted them: which stand where on the map, which are due when."""
        found = []
        for row, source, claims in self.rows("forces", "forces"):
            value, value_hi, unit, words = self.measured(row)
            cells = self.compiler.provenance(row, source, claims, note=words)
            found.append(
                {
                    "id": row["id"],
                    "side": row["side"],
                    "actor": row["actor"],
                    "item": row["item"],
                    "place": row["where"],
                    **dict(
                        zip(("latitude", "longitude"), points.get(row["id"], ("", "")), strict=True)
                    ),
                    **ranged(value, value_hi),
                    "unit": unit,
                    "scheduled_for": scheduled.get(row["id"], ""),
                    "ready": first(row, "ready_or_arrival", "ready_or_arrives"),
                    "seen": first(row, "seen_by_other_side"),
                    **cells,
                    "claimed_by": who_says(cells),
                }
            )
        return found

    def rules(self) -> list[Row]:
        """Who decides and who can block."""
        found = []
        for row, source, claims in self.rows("decision_rules", "rules"):
            value, _, unit, words = self.measured(row)
            found.append(
                {
                    "id": row["id"],
                    "body": row["body"],
                    "matter": "",
                    "rule": row["rule"],
                    "value": value,
                    "unit": unit,
                    "who_can_block": row["who_can_block"],
                    "lag": row["speed"],
                    **self.compiler.provenance(row, source, claims, note=words),
                }
            )
        return found

    def markets(self, file: str = "economy") -> list[Row]:
        """Figures of the economy: series with a value."""
        found = []
        for row, source, claims in self.rows(file, "markets"):
            value, _, unit, words = self.measured(row)
            if not value:
                self.ledger.drop("markets", "no value found")
                continue
            found.append(
                {
                    "id": row["id"],
                    "series": first(row, "indicator", "item"),
                    "place": first(row, "place", "actor"),
                    "value": value,
                    "unit": unit,
                    **self.compiler.provenance(row, source, claims, note=words),
                }
            )
        return found

    def timeline(self, public: Sequence[str], known: Mapping[str, str]) -> list[Row]:
        """Dated events. ``public`` visibilities enter as they stand; ``known`` adds words that say who knew; others stay out.

        A key of ``known`` is ``ACTOR/visibility``.
        """
        found = []
        for index, (row, source, claims) in enumerate(
            self.rows("timeline", "timeline", ("date", "event")), start=1
        ):
            seen = row["visibility"].strip()
            words = known.get(f"{row['actor']}/{seen}", "")
            if seen not in public and not words:
                self.ledger.drop("timeline", "secret at the time")
                continue
            hour = row["date"][10:].strip()
            value, _, unit, printed = self.measured(row)
            amount = f"{value} {row['unit']}" if value and not printed.startswith("printed") else ""
            printed_day = DAY.match(row["date"])
            found.append(
                {
                    "id": f"E{index:02d}",
                    "date": printed_day[0] if printed_day else "",
                    "actors": joined(row["actor"], row["target"]),
                    "event": row["event"] + (f" ({words})" if words else ""),
                    "visibility": seen,
                    **self.compiler.provenance(row, source, claims, note=joined(hour, amount)),
                }
            )
            del unit
        return found

    def base_rates(self, shown: Mapping[str, tuple[str, str, str]] | None = None) -> list[Row]:
        """Frequencies of past crises; ``shown`` gives words, the model's figure beside, and why they may differ."""
        found = []
        for row, source, claims in self.rows("base_rates", "base_rates"):
            value, _, unit, words = self.measured(row)
            said, compare, differs = (shown or {}).get(row["id"], ("", "", ""))
            found.append(
                {
                    "id": row["id"],
                    "topic": row["topic"],
                    "population": row["population"],
                    "statistic": row["statistic"],
                    "value": value,
                    "lo90": "",
                    "hi90": "",
                    "n": number(row["n"]),
                    "unit": unit,
                    "show": "yes" if said else "",
                    "words": said,
                    "compare": compare,
                    "differs": differs,
                    **self.compiler.provenance(row, source, claims, note=joined(words, row["how"])),
                }
            )
        return found

    def exposures(self, names: Mapping[str, tuple[str, str]], file: str = "allies") -> list[Row]:
        """Figures of single actors: ``names`` maps a printed variable to its closed name and its label."""
        found = []
        for row, source, claims in self.rows(file, "exposures", ("actor", "variable")):
            value, _, unit, words = self.measured(row)
            name = names.get(row["variable"])
            if not value or name is None:
                self.ledger.drop("exposures", "no figure that the crisis uses")
                continue
            found.append(
                {
                    "actor": row["actor"],
                    "variable": name[0],
                    "label": name[1],
                    "value": value,
                    "low": "",
                    "high": "",
                    "unit": unit,
                    **self.compiler.provenance(row, source, claims, note=words),
                }
            )
        return found

    def measures(self, kept: Mapping[str, Row]) -> list[Row]:
        """Economic and other measures on the table, from the list of instruments; ``kept`` adds cells by id."""
        found = []
        for row, source, claims in self.rows("instruments", "measures"):
            if row["id"] not in kept:
                continue
            value, _, unit, words = self.measured(row)
            found.append(
                {
                    "id": row["id"],
                    "measure": row["instrument"],
                    "variant": first(row, "requirement_or_cost", "requirement"),
                    "proposed_by": row["actor"],
                    "objected_by": "",
                    "state": first(row, "status_at_cutoff", "condition"),
                    "effect_on": "",
                    "value": value,
                    "unit": unit,
                    "lag": first(row, "lead_time", "lead_time_days"),
                    **kept[row["id"]],
                    **self.compiler.provenance(row, source, claims, note=words),
                }
            )
        return found
