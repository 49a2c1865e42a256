"""Boxes and trees as plain values for tables, and the cases that they are looked for in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from detente.analysis.cart import CartTree
from detente.analysis.case_tables import read_cases
from detente.analysis.discovery import Box, BoxSearch
from detente.analysis.reading import paths_read_in_run
from detente.analysis.wording import limits_words
from detente.arrays import FloatArray
from detente.crisis.metric_names import metric_name
from detente.errors import UsageError
from detente.runs.run import Run

__all__ = ["cases_of_run", "cases_of_table", "describe_boxes", "describe_tree"]

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
    source: Path, outcome: str, *, leave_out: Sequence[str] = (), drop_missing: bool = False
) -> tuple[Columns, Any]:
    """Return the inputs and the outcome of a table of cases; words for true and false are read as 1 and 0.

    Parameters
    ----------
    source, leave_out, drop_missing
        As for :func:`detente.analysis.case_tables.read_cases`.
    outcome
        Column that says which cases are of interest.

    Raises
    ------
    UsageError
        ``table-column-missing`` without such a column, ``value-type`` if it holds other words, and the codes of reading.
    """
    columns: Columns = dict(read_cases(source, leave_out=leave_out, drop_missing=drop_missing))
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
        return columns, values
    return columns, _truth(source, outcome, values)


def _truth(source: Path, outcome: str, values: Any) -> Any:
    """Read words for true and false as 1 and 0."""
    words = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
    odd = next((cell for cell in values.tolist() if cell.lower() not in words), None)
    if odd is not None:
        message = f"the outcome column holds {odd!r}, neither a number nor true or false"
        raise UsageError(
            message,
            code="value-type",
            at=f"{source} {outcome}",
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


def _box_row(box: Box) -> dict[str, Any]:
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
        "words": limits_words(box.limits),
    }


def describe_boxes(search: BoxSearch, found: Sequence[Box], what: str) -> dict[str, Any]:
    """Return a search as plain values: its trajectory and the boxes found; ``what`` names the outcome."""
    return {
        "outcome": what,
        "cases": int(search.interest.size),
        "of_interest": int(search.interest.sum()),
        "trajectory": [_box_row(box) for box in search.boxes],
        "boxes": [_box_row(box) for box in found],
    }


def describe_tree(tree: CartTree, what: str) -> dict[str, Any]:
    """Return a tree as plain values: impurities and leaves; ``what`` names the outcome."""
    leaves = [{"path": leaf.path, **_box_row(leaf.box)} for leaf in tree.leaves]
    return {
        "outcome": what,
        "cases": sum(leaf["cases"] for leaf in leaves),
        "of_interest": sum(leaf["of_interest"] for leaf in leaves),
        "impurity_before": tree.impurity_before,
        "impurity": tree.impurity,
        "leaves": leaves,
    }
