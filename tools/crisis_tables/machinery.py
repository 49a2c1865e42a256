"""What the compilers of crisis tables share: dates, grades, units, sources, provenance, reading and writing.

A :class:`Compiler` holds what differs between crises: the cut-off, the names of units, sources that need a hand, and which
rows are left out. Each crisis makes one in its own folder of ``tools/`` and calls its methods.
"""

import csv
import io
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

Row = dict[str, str]

URL = re.compile(r"^(?:https?://)?[\w.-]+\.[a-z]{2,}(?:/|$)")
ISO = re.compile(r"^\d{4}-\d{2}-\d{2}$")
HINDSIGHT = re.compile(r"after-cutoff|project timeline|^\s*later (?:statements|sources)|see file")

SOURCES = (
    "key", "publisher", "title", "date", "address", "standing", "date_printed", "edition",
)  # fmt: skip
"""Columns of the table of sources."""

PROVENANCE = (
    "as_of", "grade", "claimed_by", "grade_wording", "confidence", "source", "claims", "note",
)  # fmt: skip

EFFECTS = (
    "id", "kind", "measure", "label", "channel", "consent", "on", "quantity", "horizon", "low",
    "value", "high", "unit", "output", "when", *PROVENANCE,
)  # fmt: skip
"""Columns of the table of effects by measure."""


@dataclass
class Ledger:
    """Sources by key, and what was left out and why."""

    sources: dict[str, Row] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)

    def drop(self, table: str, reason: str) -> None:
        """Count a row that does not enter."""
        self.dropped[(table, reason)] += 1


# --- plain helpers ---------------------------------------------------------------------------------------------------


def number(text: str) -> str:
    """Return the cell if it is a number, else empty."""
    try:
        float(text)
    except ValueError:
        return ""
    return text.strip()


def plain(value: float, digits: int = 6) -> str:
    """Write a number without float noise."""
    text = f"{value:.{digits}g}"
    return text if "e" not in text else f"{value:.12f}".rstrip("0").rstrip(".")


def ranged(value: str, value_hi: str) -> dict[str, str]:
    """Return value, low and high of a printed figure: a range that the source prints has no value of its own."""
    if value and value_hi:
        return {"value": "", "low": value, "high": value_hi}
    return {"value": value, "low": "", "high": ""}


def who_says(cells: Mapping[str, str]) -> str:
    """Return who makes a count: the claimant, or whom the wording of a grade names in brackets."""
    named = re.fullmatch(r"(?:fact|estimate) \((.+)\)", cells["grade_wording"])
    who = named[1] if named else ""
    return cells["claimed_by"] or ("" if who in {"press", "observed"} else who)


def joined(*parts: str) -> str:
    """Join note parts that are not empty."""
    return "; ".join(part.strip() for part in parts if part and part.strip())


def exact_day(text: str) -> str:
    """Return the ISO day that a printed date names exactly; empty if it names a month, a year or nothing."""
    text = text.strip()
    return text if ISO.match(text) else ""


def without_hindsight(text: str) -> str:
    """Strip from a research note what points past the cut-off or to the research files."""
    text = re.sub(
        r"\s*\([^()]*: after-cutoff file\)|, 3 January see file|(?<=via rtp.pt) 2022-04", "", text
    )
    return "; ".join(part.strip() for part in text.split(";") if not HINDSIGHT.search(part))


def all_claims(*groups: str) -> str:
    """Union of claim ids, in the order of letters and numbers."""
    found = {one for group in groups for one in group.split()}
    return " ".join(sorted(found, key=lambda one: (one[0], int(one[1:]))))


def address_key(address: str) -> str:
    """Return an address without scheme, www and trailing slash, to find the same page twice."""
    return re.sub(r"^(https?://)?(www\.)?", "", address.strip()).rstrip("/").lower()


def split_citation(text: str) -> Row:
    """Split "publisher, title, date, address" into its parts; parentheses protect commas."""
    parts = re.split(r",\s+(?![^()]*\))", text.strip())
    address = parts.pop() if len(parts) > 1 and URL.match(parts[-1]) else ""
    if len(parts) > 1 and parts[-1] == "undated":
        parts.pop()
    printed = ""
    if len(parts) > 1 and re.match(r"^\d{4}(-\d{2}){0,2}$|^copies of ", parts[-1]):
        printed = parts.pop()
    publisher, title = parts[0], ", ".join(parts[1:])
    if address and not address.startswith("http"):
        address = f"https://{address}"
    return {
        "publisher": publisher,
        "title": title,
        "date": exact_day(printed),
        "address": address,
        "standing": "",
        "date_printed": printed,
    }


def read(path: Path) -> list[Row]:
    """Rows of a research table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    """Write a table with LF line ends; refuse unknown cells."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="raise", restval="")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow({key: re.sub(r"\s+", " ", value).strip() for key, value in row.items()})
        count += 1
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")
    return count


# --- what a crisis sets ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Compiler:
    """What differs between crises, and the steps that read it.

    ``left_out`` maps a value of the research column ``copy_after_cutoff`` to the reason why such rows do not enter.
    With ``later_writing`` a source written after the cut-off may carry an earlier fact: it enters without a date, and its
    year stands in the column ``edition`` alone. Without it such sources are left out, and rows that rest on nothing else.
    ``editions`` holds the day of the copy or edition that was read, per source, where it is another than that of the source.
    """

    cutoff: date
    units: Mapping[str, str]
    factors: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    not_a_source: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    row_sources: Mapping[str, str] = field(default_factory=dict)
    publishers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    grade_wordings: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(
        default_factory=lambda: {"yes": "only copy is later than the cut-off"}
    )
    later_writing: bool = False
    editions: Mapping[str, str] = field(default_factory=dict)
    explainer: tuple[str, str] = ("", "")
    claim: re.Pattern[str] = re.compile(r"\b([WODFSAN][1-9]\d?)\b")
    conventions: frozenset[str] = frozenset({"our convention", "our suggestion", ""})

    def period_end(self, text: str) -> date | None:
        """Last day of the period that a printed date names, not after the cut-off; None if it names none."""
        text = text.strip()
        if not text:
            return None
        named = re.findall(r"(\d{4})-(\d{2})-(\d{2})(?:/(\d{2})\b)?", text)
        if named:
            year, month, day, last = named[-1]
            found = date(int(year), int(month), int(last or day))
        elif match := re.search(r"(\d{4})-(\d{2})/(\d{2})\b", text):
            year, month = int(match[1]), int(match[3])
            found = date(year, month, monthrange(year, month)[1])
        elif match := re.search(r"(\d{4})-?H1", text):
            found = date(int(match[1]), 6, 30)
        elif match := re.search(r"(\d{4})Q\d-Q(\d)|(\d{4})Q(\d)", text):
            year, quarter = int(match[1] or match[3]), int(match[2] or match[4])
            month = 3 * quarter
            found = date(year, month, monthrange(year, month)[1])
        elif match := re.search(r"(\d{4})-(\d{2})\b", text):
            year, month = int(match[1]), int(match[2])
            found = date(year, month, monthrange(year, month)[1])
        elif years := re.findall(r"\b(1[89]\d{2}|20\d{2})\b", text):
            found = date(int(years[-1]), 12, 31)
        else:
            return None
        same_period = (found.year, found.month) == (self.cutoff.year, self.cutoff.month)
        whole = not named and (
            same_period or (found.year == self.cutoff.year and found.month == 12)
        )
        return self.cutoff if whole and found > self.cutoff else found

    def as_of(self, text: str) -> str:
        """ISO as-of date; entries without one are constants or statements of the moment and take the cut-off."""
        found = self.period_end(text)
        return (found or self.cutoff).isoformat()

    def is_late(self, text: str) -> bool:
        """Whether a printed publication date lies after the cut-off."""
        if match := re.search(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(match[0]) > self.cutoff
        if match := re.search(r"(\d{4})-(\d{2})", text):
            return (int(match[1]), int(match[2])) > (self.cutoff.year, self.cutoff.month)
        if match := re.search(r"\b(1[89]\d{2}|20\d{2})\b", text):
            return int(match[1]) > self.cutoff.year
        return False

    def grade_of(self, text: str) -> tuple[str, str]:
        """Map printed grades to the closed list; return grade and who claims it."""
        text = text.strip()
        if "memory-unverified" in text:
            return "memory-unverified", ""
        if text.startswith("claim"):
            match = re.match(r"claim (?:by |in |[WODFSAN]\d of )(?:the )?(.*)", text)
            who = match[1] if match else ""
            phrase, name = self.explainer
            if phrase and phrase in text:
                who = name
            return "claim", re.split(r"[:;]", who)[0].strip()
        if text.startswith(("derived", "computed")):
            return "derived", ""
        if text.startswith(("estimate", "I: ")):  # "I": our number on a sourced statement
            return "estimate", ""
        if text.startswith(("fact", "not published")):
            return "fact", ""
        if text in self.conventions:
            return "convention", ""
        message = f"grade {text!r} has no place in the closed list"
        raise SystemExit(message)

    def unit_of(self, text: str) -> tuple[str, str]:
        """Return the closed unit name, and the wording of the source where it says more."""
        core = re.sub(r"\s*\(.*?\)|,\s+[a-z ]+$", "", text).strip()
        unit = self.units.get(text.strip()) or self.units.get(core)
        if unit is None:
            message = f"unit {text!r} has no closed name; add it to UNITS"
            raise SystemExit(message)
        exact = text.strip() in self.units and unit != "number"
        return unit, "" if exact else text.strip()

    def claims_in(self, *texts: str) -> str:
        """Claim ids that the research notes name."""
        speaking = [text for text in texts if re.search(r"\bclaims?\b", text)]
        return " ".join(sorted({m for text in speaking for m in self.claim.findall(text)}))

    def add_source(self, ledger: Ledger, key: str, row: Mapping[str, str]) -> None:
        """Keep a source once; note it as late if its own date is after the cut-off."""
        if self.is_late(row["date_printed"]) or key in self.late:
            ledger.late.add(key)
            if not self.later_writing:
                return
            row = {**row, "date": "", "date_printed": "", "edition": row["date_printed"]}
        if key not in ledger.sources:
            dated = row["date"] or self.period_end(row["date_printed"])
            edition = self.editions.get(key) or row.get("edition") or ("" if dated else "undated")
            ledger.sources[key] = {"key": key, **row, "edition": edition}
            if row["address"]:
                ledger.by_address.setdefault(address_key(row["address"]), key)

    def keyed_sources(self, ledger: Ledger, row: Mapping[str, str]) -> str:
        """Keys of a row that carries ``source_key``, ``source`` and ``source_standing``; late ones left out."""
        if not row["source_key"]:
            return ""
        keys = [self.renamed.get(key, key) for key in row["source_key"].split("+")]
        texts = row["source"].split(" || ")
        standings = row.get("source_standing", "").split(" || ")
        if len(standings) == 1:
            standings *= len(texts)
        kept = []
        for key, text, standing in zip(keys, texts, standings, strict=True):
            if key in self.sources:
                self.add_source(ledger, key, self.sources[key])
            elif key in self.not_a_source:
                continue
            else:
                late = "page after cut-off" in standing or "page of 28 January" in standing
                if late:
                    ledger.late.add(key)
                else:
                    self.add_source(ledger, key, {**split_citation(text), "standing": standing})
            if key in ledger.sources:
                kept.append(key)
        real = [key for key in kept if key != "mem"]
        return ";".join(real or kept)

    def column_source(self, ledger: Ledger, row: Mapping[str, str]) -> str:
        """Key of a row that carries publisher, title, date and address in four columns; empty if late."""
        publisher, title, printed, address = (
            row[f"source_{name}"].strip() for name in ("publisher", "title", "date", "url")
        )
        if key := self.row_sources.get(row["id"]):
            return key
        for (start, inside), key in self.publishers.items():
            if publisher.startswith(start) and inside in title:
                if key in self.sources:
                    self.add_source(ledger, key, self.sources[key])
                return key if key in ledger.sources else ""
        if address and (key := ledger.by_address.get(address_key(address))):
            return key
        words = re.findall(r"[a-z0-9]+", re.sub(r"\(.*?\)", "", publisher).lower())
        stem = "-".join(words[:2]) or "source"
        found = self.period_end(printed)
        stamp = ""
        if match := re.search(r"\d{4}-\d{2}(?:-\d{2})?", printed):
            stamp = match[0][2:].replace("-", "")
        elif found:
            stamp = str(found.year)
        key = f"{stem}-{stamp}" if stamp else stem
        entry = {
            "publisher": publisher,
            "title": title,
            "date": exact_day(printed),
            "address": address,
            "standing": row.get("standing", "") or "press or official page, as named",
            "date_printed": printed,
        }
        serial, base = 1, key
        while key in ledger.sources and ledger.sources[key]["title"] != title:
            serial += 1
            key = f"{base}-{serial}"
        self.add_source(ledger, key, entry)
        return key if key in ledger.sources else ""

    def provenance(self, row: Mapping[str, str], source: str, *claims: str, note: str = "") -> Row:
        """Return the columns that every row carries."""
        grade, claimed_by = self.grade_of(row["grade"])
        if source == "mem" and grade in {"fact", "estimate"}:
            grade = "memory-unverified"
        wording = row["grade"] if row["grade"] != grade else ""
        text = row.get("note", "")
        return {
            "as_of": self.as_of(row["as_of"]),
            "grade": grade,
            "claimed_by": claimed_by,
            "grade_wording": self.grade_wordings.get(row.get("id", ""), wording),
            "confidence": row["confidence"],
            "source": source,
            "claims": all_claims(self.claims_in(text, row["grade"]), *claims),
            "note": joined(note, without_hindsight(text)),
        }

    def admissible(self, ledger: Ledger, table: str, row: Mapping[str, str], source: str) -> bool:
        """Whether a row may enter; counts it otherwise."""
        if reason := self.left_out.get(row.get("copy_after_cutoff", "")):
            ledger.drop(table, reason)
        elif not source:
            ledger.drop(table, "no source up to the cut-off")
        elif self.as_of(row["as_of"]) > self.cutoff.isoformat():
            ledger.drop(table, "as-of date after the cut-off")
        else:
            return True
        return False
