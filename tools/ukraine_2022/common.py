"""The compiler of ``ukraine-2022``: its cut-off and hand-written parts in the shared machinery."""

from datetime import date

from crisis_tables.machinery import (
    PROVENANCE,
    Compiler,
    Ledger,
    Row,
    all_claims,
    exact_day,
    joined,
    number,
    plain,
    ranged,
    read,
    who_says,
    without_hindsight,
    write,
)
from ukraine_2022 import hand

__all__ = [
    "COMPILER",
    "CUTOFF",
    "PROVENANCE",
    "Ledger",
    "Row",
    "add_source",
    "admissible",
    "all_claims",
    "as_of",
    "claims_in",
    "column_source",
    "exact_day",
    "grade_of",
    "joined",
    "keyed_sources",
    "number",
    "period_end",
    "plain",
    "provenance",
    "ranged",
    "read",
    "unit_of",
    "who_says",
    "without_hindsight",
    "write",
]  # fmt: skip

CUTOFF = date(2022, 1, 27)

COMPILER = Compiler(
    cutoff=CUTOFF,
    units=hand.UNITS,
    factors=hand.FACTORS,
    sources=hand.SOURCES,
    renamed=hand.RENAMED,
    not_a_source=frozenset(hand.NOT_A_SOURCE),
    late=frozenset(hand.LATE),
    row_sources=hand.ROW_SOURCES,
    publishers=hand.PUBLISHERS,
    grade_wordings=hand.GRADE_WORDINGS,
    editions=hand.EDITIONS,
    explainer=("reference explainer", "Norman (norman-2022)"),
)

add_source = COMPILER.add_source
admissible = COMPILER.admissible
as_of = COMPILER.as_of
claims_in = COMPILER.claims_in
column_source = COMPILER.column_source
grade_of = COMPILER.grade_of
keyed_sources = COMPILER.keyed_sources
period_end = COMPILER.period_end
provenance = COMPILER.provenance
unit_of = COMPILER.unit_of
