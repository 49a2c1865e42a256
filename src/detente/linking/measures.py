"""What each measure of sanctions does by itself: rows of the table of effects, as draws.

A row is a range that was drawn, an output of a mechanism at a state, or says that nothing is modelled. Several rows of one
measure, side, quantity and horizon are its parts, one on top of the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import TableRow
from detente.errors import Finding
from detente.linking.counters import ReadOutput, join_losses_pct
from detente.models import find_model
from detente.rules.policies import start_state

__all__ = [
    "EFFECT_HORIZONS",
    "Measure",
    "check_effect_outputs",
    "effect_rows",
    "find_measures",
    "read_effect",
    "read_overlaps",
]

EFFECT_HORIZONS = ("month", "year", "3y")
"""Horizons of effects, by their names in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure of sanctions: ``channel`` holds those that work through the same, ``consent`` the mechanism that says who wants it."""

    id: str
    label: str
    channel: str
    consent: str


def effect_rows(crisis: Crisis, *, evidence: bool = False) -> tuple[TableRow, ...]:
    """Return the rows of effects that count, or the precedents; none if the crisis has no such table."""
    table = crisis.tables.get("effects")
    rows = () if table is None else table.rows
    return tuple(row for row in rows if (row.cells["kind"] == "evidence") == evidence)


def find_measures(crisis: Crisis) -> tuple[Measure, ...]:
    """Return the measures whose effects the crisis lists, in the order of the table."""
    found: dict[str, Measure] = {}
    for row in effect_rows(crisis):
        cells = row.cells
        if cells["quantity"] != "overlap":
            found.setdefault(
                cells["measure"],
                Measure(
                    id=cells["measure"],
                    label=cells["label"] or cells["measure"],
                    channel=cells["channel"] or cells["measure"],
                    consent=cells["consent"],
                ),
            )
    return tuple(found.values())


def read_overlaps(crisis: Crisis, values: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return by channel the share of a further measure that adds to the largest, draws ``(D,)``."""
    return {
        row.cells["channel"]: values[f"effects.{row.cells['id']}"]
        for row in effect_rows(crisis)
        if row.cells["quantity"] == "overlap" and row.cells["kind"] == "range"
    }


def read_effect(
    crisis: Crisis,
    rows: tuple[TableRow, ...],
    read: ReadOutput,
    values: Mapping[str, FloatArray],
    *,
    member: str = "",
) -> FloatArray | None:
    """Return the effect that rows of one measure come to, draws ``(D,)``; None where it is not modelled.

    Parameters
    ----------
    crisis
        The crisis.
    rows
        Its rows for one measure, side, quantity and horizon.
    read
        Gives what the mechanisms said.
    values
        Draws of the quantities by path.
    member
        Whose effect, where the rows are about members.
    """
    parts = []
    for row in rows:
        cells = row.cells
        if cells["kind"] == "range":
            parts.append(values[f"effects.{cells['id']}"])
        elif cells["kind"] == "output":
            mechanism, _, output = cells["output"].partition(".")
            variable, _, value = cells["when"].partition("=")
            state = {**start_state(crisis), **({variable: value} if variable else {})}
            said = read(mechanism, output, member, state)
            if said is not None:
                parts.append(said)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else join_losses_pct(*parts)


def check_effect_outputs(crisis: Crisis) -> Iterator[Finding]:
    """Find effects that name an output which the model of the mechanism does not have, or not for a member."""
    for row in effect_rows(crisis):
        mechanism, _, output = row.cells["output"].partition(".")
        model = find_model(crisis.mechanisms[mechanism].model) if mechanism else None
        if model is None:
            continue
        members = row.cells["on"] not in {"target", "senders", "world"}
        known = [item.name for item in model.outputs if item.per_member == members]
        if output not in known:
            yield Finding(
                code="model-output-unknown",
                message=f"the effect {row.cells['id']!r} reads {output!r}, which {mechanism!r} does not give"
                + (" for each member" if members else " for all"),
                file=row.place.file,
                line=row.place.line,
                path=row.place.path,
                value=output,
                fix=f"use one of: {', '.join(known) or 'none'}",
            )
