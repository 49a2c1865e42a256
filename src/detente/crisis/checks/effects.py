"""Checks of the table of effects by measure."""

from collections.abc import Iterator

from detente.crisis.csv_cells import read_number
from detente.crisis.draft import Draft
from detente.crisis.elements import TableRow
from detente.crisis.quantity_building import table_rows
from detente.crisis.registers import terms
from detente.errors import Finding

__all__ = ["check_effect_kinds", "check_effect_names"]

_ENDS = ("low", "value", "high")


def check_effect_kinds(draft: Draft) -> Iterator[Finding]:
    """Find rows of effects that give something else than their kind says: a range, an output, or nothing."""
    for row in table_rows(draft, "effects"):
        kind, numbers = row.cells["kind"], [read_number(row.cells[name]) for name in _ENDS]
        if kind not in terms("effect kind") or kind == "evidence":
            continue
        given = {
            "range" if any(row.cells[name] for name in _ENDS) else "",
            "output" if row.cells["output"] else "",
        } - {""}
        if given != ({kind} - {"none"}) or (kind == "range" and None in numbers):
            yield draft.finding(
                "table-row-invalid",
                f"a row of the kind {kind!r} gives {' and '.join(sorted(given)) or 'nothing'}",
                at=row.place,
                value=kind,
                fix="fill low, value and high for a range, the output for an output, and none of them where nothing is modelled",
            )
            continue
        yield from _words(draft, row)


def _words(draft: Draft, row: TableRow) -> Iterator[Finding]:
    for column, name in (("quantity", "effect quantity"), ("horizon", "effect horizon")):
        if row.cells[column] not in terms(name):
            yield draft.unknown("term-unknown", name, row.cells[column], terms(name), at=row.place)
    side, sides = row.cells["on"], (*terms("effect side"), *draft.named("actors"))
    if side not in sides:
        yield draft.unknown("term-unknown", "effect side", side, sides, at=row.place)


def check_effect_names(draft: Draft) -> Iterator[Finding]:
    """Find effects that name a mechanism, a state or a value that the crisis does not have."""
    for row in table_rows(draft, "effects"):
        for name in (row.cells["consent"], row.cells["output"].partition(".")[0]):
            if name and name not in draft.named("mechanisms"):
                known = draft.named("mechanisms")
                yield draft.unknown("mechanism-unknown", "mechanism", name, known, at=row.place)
        variable, _, value = row.cells["when"].partition("=")
        if not variable:
            continue
        if variable not in draft.state:
            yield draft.unknown(
                "variable-unknown", "state variable", variable, draft.state, at=row.place
            )
        elif value not in draft.state[variable].values:
            yield draft.unknown(
                "state-value-unknown",
                f"value of {variable!r}",
                value,
                draft.state[variable].values,
                at=row.place,
            )
