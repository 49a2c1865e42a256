"""Boxes and trees as plain values for tables, and the cases that they are looked for in."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from detente.analysis._columns import InputColumn
from detente.analysis.cart import CartTree
from detente.analysis.case_tables import CaseTable, read_cases
from detente.analysis.discovery import Box, BoxSearch
from detente.analysis.reading import paths_read_in_run
from detente.analysis.single_inputs import SingleInput, find_single_inputs
from detente.analysis.wording import limits_words
from detente.arrays import BoolArray, FloatArray
from detente.crisis.metric_names import metric_name
from detente.errors import UsageError
from detente.runs.run import Run

__all__ = [
    "cases_of_run",
    "cases_of_table",
    "describe_boxes",
    "describe_tree",
    "warn_of_single_inputs",
]

Columns = dict[str, NDArray[Any]]


def cases_of_run(
    results: Run, outcome: str, policy: str | None, leave_out: Sequence[str] = ()
) -> tuple[Columns, FloatArray]:
    """Return the quantities of a run that one of its metrics can depend on, and that metric, case by case.

    Parameters
    ----------
    results
        The run.
    outcome
        The metric.
    policy
        Under this policy; None for the first.
    leave_out
        Quantities to leave out.
    """
    name = results.policy_ids[0] if policy is None else policy
    stored = name if results.has(outcome, name) else ""
    values = results.values(outcome, stored if results.has(outcome, stored) else name)
    columns: Columns = {
        path: results.values(metric_name("quantity", path))
        for path in paths_read_in_run(results, outcome)
        if path not in leave_out
    }
    return columns, values


def cases_of_table(
    source: Path,
    outcome: str,
    *,
    leave_out: Sequence[str] = (),
    drop_missing: bool = False,
    keep: Collection[str] = (),
) -> tuple[Columns, Any, tuple[str, ...]]:
    """Return the inputs and the outcome of a table of cases, and what was left out, in sentences.

    Words for true and false of the outcome are read as 1 and 0.

    Parameters
    ----------
    source, leave_out, drop_missing, keep
        As for :func:`detente.analysis.case_tables.read_cases`.
    outcome
        Column that says which cases are of interest.

    Raises
    ------
    UsageError
        ``table-column-missing`` without such a column, ``value-type`` if it holds other words, and the codes of reading.
    """
    kept = {*keep, outcome}
    table = read_cases(source, leave_out=leave_out, drop_missing=drop_missing, keep=kept)
    columns: Columns = dict(table.columns)
    if outcome not in columns:
        message = f"{source.name} has no column {outcome!r}"
        raise UsageError(
            message,
            code="table-column-missing",
            at="--outcome",
            fix=f"use one of: {', '.join(columns)}",
        )
    values = columns.pop(outcome)
    if values.dtype.kind in "fiu":
        return columns, values, table.notes
    return columns, _truth(source, outcome, values, table), table.notes


def _truth(source: Path, outcome: str, values: Any, table: CaseTable) -> Any:
    """Read words for true and false as 1 and 0."""
    words = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
    cells = list(zip(table.lines, values.tolist(), strict=True))
    odd = next(((line, cell) for line, cell in cells if cell.lower() not in words), None)
    if odd is not None:
        held = repr(odd[1]) if odd[1] else "no value"
        message = f"the outcome column holds {held}, neither a number nor true or false"
        raise UsageError(
            message,
            code="value-type",
            at=f"{source}:{odd[0]}  {outcome}",
            fix="write 1 for cases of interest and 0 for others, or a number with --threshold",
        )
    return [words[cell.lower()] for cell in values.tolist()]


def _limit_data(box: Box) -> list[dict[str, Any]]:
    def known(value: float) -> float | None:
        return None if value != value else value  # noqa: PLR0124  # NaN is not itself

    return [
        {
            "input": limit.name,
            "low": None if limit.categories or limit.low_open else limit.low,
            "high": None if limit.categories or limit.high_open else limit.high,
            "categories": list(limit.categories),
            "quasi_p": [known(limit.p_low), known(limit.p_high)],
        }
        for limit in box.limits
    ]


def _box_row(box: Box, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "coverage": box.coverage,
        "density": box.density,
        "mass": box.mass,
        "mean": box.mean,
        "cases": box.n_cases,
        "of_interest": box.n_interest,
        "restricted": len(box.limits),
        "phase": box.phase,
        "limits": _limit_data(box),
        "words": limits_words(box.limits, labels=labels),
    }


def describe_boxes(
    search: BoxSearch, found: Sequence[Box], what: str, *, labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a search as plain values: its trajectory and the boxes found; ``what`` names the outcome, ``labels`` inputs.

    ``bend`` and ``second_choice`` are numbers of boxes on the trajectory; the second is None if no box trades otherwise.
    """
    second = search.second_choice()
    return {
        "outcome": what,
        "cases": int(search.interest.size),
        "of_interest": int(search.interest.sum()),
        "trajectory": [_box_row(box, labels) for box in search.boxes],
        "bend": search.boxes.index(search.bend),
        "second_choice": None if second is None else search.boxes.index(second),
        "boxes": [_box_row(box, labels) for box in found],
    }


def warn_of_single_inputs(columns: tuple[InputColumn, ...], interest: BoolArray) -> tuple[str, ...]:
    """Say which inputs alone nearly determine which cases are of interest, in sentences."""
    return tuple(_single_words(item) for item in find_single_inputs(columns, interest))


def _single_words(found: SingleInput) -> str:
    words = limits_words((found.limit,))
    rule = f"not ({words})" if found.outside else words
    return (
        f"{found.limit.name} alone nearly determines the outcome: {rule} in {found.hits} of {found.n_hits} cases of "
        f"interest and in {found.misses} of {found.n_misses} others. If it says the same as the outcome, leave it out "
        f"(--leave-out {found.limit.name})."
    )


def describe_tree(
    tree: CartTree, what: str, *, labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a tree as plain values: impurities and leaves; ``what`` names the outcome, ``labels`` inputs."""
    leaves = [{"path": leaf.path, **_box_row(leaf.box, labels)} for leaf in tree.leaves]
    return {
        "outcome": what,
        "cases": sum(leaf["cases"] for leaf in leaves),
        "of_interest": sum(leaf["of_interest"] for leaf in leaves),
        "impurity_before": tree.impurity_before,
        "impurity": tree.impurity,
        "leaves": leaves,
    }
