"""How each row ended: counts of outcomes from a column of names, from the actions of each move, or from columns of counts."""

from collections.abc import Sequence

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.csv_cells import is_missing
from detente.errors import UsageError, nearest, refuse
from detente.fit.specs import Spec
from detente.fit.terms import Observations
from detente.fit.trees import DecisionNode, End

__all__ = ["check_outcomes", "check_size", "outcome_columns", "read_outcomes"]

_FORMS = ("column", "order", "actions", "counts")


def outcome_columns(spec: Spec) -> list[str]:
    """Return the columns of the outcome that every row must have."""
    spec.check_keys(_FORMS, "outcome")
    if spec.value("outcome", "counts") is not None:
        return spec.texts("outcome", "counts")
    if spec.value("outcome", "actions") is not None:
        return spec.texts("outcome", "actions")[:1]
    return [spec.text("outcome", "column")]


def read_outcomes(
    spec: Spec, data: Observations, names: Sequence[str], tree: DecisionNode | None = None
) -> FloatArray:
    """Return how often each row ended in each outcome, shape ``(n, outcomes)``.

    Parameters
    ----------
    spec
        Whose ``outcome`` says which form the data have.
    data
        The rows.
    names
        What the outcomes are, from left to right, for messages.
    tree
        The game, where its actions may be given one by one.

    Raises
    ------
    UsageError
        ``table-column-missing``, ``table-row-invalid``, or ``value-type`` for lists of the wrong length.
    """
    if spec.value("outcome", "counts") is not None:
        return _read_counts(spec, data, names)
    if spec.value("outcome", "actions") is not None and tree is not None:
        return _read_actions(spec, data, tree, len(names))
    return _read_labels(spec, data, names)


def check_outcomes(counts: FloatArray, names: Sequence[str], data: Observations, size: int) -> None:
    """Refuse data that cannot say anything on so many coefficients, or lack an outcome.

    Raises
    ------
    UsageError
        ``outcome-unobserved`` or ``data-too-few``.
    """
    check_size(counts, data, size)
    for place, name in enumerate(names):
        if not counts[:, place].any():
            refuse(
                f"no row ended in {name}, so what leads there has no finite estimate",
                code="outcome-unobserved",
                at=data.file,
                fix="check how outcomes are named in the data and in `outcome`; else use a game without this outcome",
                error=UsageError,
            )


def check_size(counts: FloatArray, data: Observations, size: int) -> None:
    """Refuse fewer observations than coefficients, as ``data-too-few``."""
    told = float(np.minimum(counts.sum(axis=1), counts.shape[1] - 1).sum())
    if told < size:
        refuse(
            f"{len(counts)} rows hold {told:g} observations, fewer than the {size} coefficients",
            code="data-too-few",
            at=data.at(len(counts) - 1),
            fix="give more rows, or leave out terms",
            error=UsageError,
        )


def _key(data: Observations, cell: str) -> str:
    number = data.table.style.read(cell)
    return cell if number is None else f"{number:g}"


def _read_labels(spec: Spec, data: Observations, names: Sequence[str]) -> FloatArray:
    column = spec.text("outcome", "column")
    order = spec.texts("outcome", "order")
    if len(order) != len(names) or len(set(order)) != len(order):
        spec.refuse(
            "value-type",
            f"order has {len(set(order))} different names for {len(names)} outcomes",
            "outcome",
            "order",
            fix=f"name what the column holds for: {', '.join(names)}",
        )
    places = {_key(data, label): place for place, label in enumerate(order)}
    counts = np.zeros((data.size, len(names)))
    for row, cell in enumerate(data.cells(column, spec, "outcome", "column")):
        place = places.get(_key(data, cell))
        if place is None:
            near = nearest(cell, order) or tuple(order)
            data.refuse(
                "table-row-invalid",
                f"{column} is {cell[:40]!r}, which is no outcome",
                row,
                fix=f"write one of: {', '.join(near)}; or add it to outcome.order",
            )
        counts[row, place] = 1.0
    return counts


def _read_counts(spec: Spec, data: Observations, names: Sequence[str]) -> FloatArray:
    columns = spec.texts("outcome", "counts")
    if len(columns) != len(names):
        spec.refuse(
            "value-type",
            f"counts has {len(columns)} columns for {len(names)} outcomes",
            "outcome",
            "counts",
            fix=f"name the columns that count: {', '.join(names)}",
        )
    counts = np.column_stack(
        [data.numbers(column, spec, "outcome", "counts") for column in columns]
    )
    bad = np.argwhere((counts < 0.0) | (counts != np.round(counts)))
    if len(bad):
        row, place = bad[0]
        data.refuse(
            "table-row-invalid",
            f"{columns[place]} is {counts[row, place]:g}, no count",
            int(row),
            fix="write a whole number, 0 or more",
        )
    return counts


def _read_actions(spec: Spec, data: Observations, tree: DecisionNode, outcomes: int) -> FloatArray:
    columns = spec.texts("outcome", "actions")
    moves = _moves_in_order(tree)
    if (
        len(columns) == 2
        and len(moves) == 3
        and all(isinstance(s, DecisionNode) for s in (tree.left, tree.right))
    ):
        columns = [columns[0], columns[1], columns[1]]  # the answer, whichever way the first went
    if len(columns) != len(moves):
        spec.refuse(
            "value-type",
            f"actions has {len(columns)} columns for {len(moves)} moves",
            "outcome",
            "actions",
            fix="name a column of 0 (left) and 1 (right) for each move, the first move first",
        )
    cells = {
        id(move): (column, data.cells(column, spec, "outcome", "actions"))
        for move, column in zip(moves, columns, strict=True)
    }
    counts = np.zeros((data.size, outcomes))
    for row in range(data.size):
        here: DecisionNode | End = tree
        while isinstance(here, DecisionNode):
            column, values = cells[id(here)]
            number = data.table.style.read(values[row])
            if number not in {0.0, 1.0}:
                what = "missing" if is_missing(values[row]) else repr(values[row][:40])
                data.refuse(
                    "table-row-invalid",
                    f"{column} is {what} where that move was reached",
                    row,
                    fix="write 0 for the left action and 1 for the right one",
                )
            here = here.right if number else here.left
        counts[row, here.outcome] = 1.0
    return counts


def _moves_in_order(tree: DecisionNode | End) -> list[DecisionNode]:
    if isinstance(tree, End):
        return []
    return [tree, *_moves_in_order(tree.left), *_moves_in_order(tree.right)]
