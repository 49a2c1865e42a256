"""Estimates put into a crisis: a quantity for each coefficient, their covariance as correlations, a source for all."""

import csv
import io
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np

from detente.crisis import Crisis, load_crisis
from detente.errors import UsageError, refuse
from detente.files.writing import write_whole
from detente.fit.results import FitResult

__all__ = ["put_into_crisis"]

_FILE = "crisis.yaml"
_FLOW = re.compile(r"correlations:\s*\{(?P<inside>[^{}]*)\}(?P<rest>\s*(#.*)?)")


def put_into_crisis(result: FitResult, folder: Path, *, data: str) -> tuple[str, ...]:
    """Write a result's coefficients as quantities of a crisis.

    The crisis file keeps its words and comments: lines are added under ``quantities`` and ``correlations``, and a row to the
    table of sources. The crisis is checked as it would be before anything is written.

    Parameters
    ----------
    result
        A fit that converged.
    folder
        The folder of the crisis.
    data
        What the result was fitted to, for the title of the source.

    Returns
    -------
    tuple
        Paths of the new quantities.

    Raises
    ------
    UsageError
        ``fit-unidentified`` for a result without standard errors, ``id-duplicate`` if the crisis has quantities of that name,
        ``crisis-unknown`` for no folder of a crisis.
    CrisisFileError
        If the crisis does not pass its checks, without or with what is added.
    """
    crisis = _load(folder)
    _check(result)
    group = f"fit.{_word(result.model)}"
    paths = _paths(result, group)
    known = next((path for path in paths if path in crisis.quantities), None)
    if known is not None:
        refuse(
            f"the crisis has a quantity {known!r} already",
            code="id-duplicate",
            at=str(folder / _FILE),
            fix="remove what an earlier fit of this model wrote: its quantities, its group of correlations, its source",
            error=UsageError,
        )
    text = (folder / _FILE).read_text("utf-8")
    text = _add_quantities(text, result, paths, group, crisis)
    text = _add_correlations(text, result, paths, group)
    sources = folder / _table_of_sources(crisis)
    rows = _add_source(sources.read_text("utf-8"), result, group, crisis, data)
    with tempfile.TemporaryDirectory() as place:
        trial = Path(place) / folder.resolve().name
        shutil.copytree(folder, trial)
        (trial / _FILE).write_text(text, encoding="utf-8")
        (trial / sources.name).write_text(rows, encoding="utf-8")
        load_crisis(trial)
    write_whole(sources, rows.encode())
    write_whole(folder / _FILE, text.encode())
    return tuple(paths)


def _load(folder: Path) -> Crisis:
    if not (folder / _FILE).is_file():
        refuse(
            f"{str(folder)!r} is no folder of a crisis: it has no {_FILE}",
            code="crisis-unknown",
            at="--into",
            fix="name a folder of your own; detente new makes one",
            error=UsageError,
        )
    return load_crisis(folder)


def _check(result: FitResult) -> None:
    if result.converged and all(item.se is not None for item in result.coefficients):
        return
    refuse(
        "the result has coefficients without a standard error, so there is no covariance to put into a crisis",
        code="fit-unidentified",
        at="--into",
        fix="fit a model that converges, with --errors bootstrap where a method has no others",
        error=UsageError,
    )


def _word(text: str) -> str:
    """Return a text as a part of a path: letters, digits and underscores."""
    return re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_") or "x"


def _paths(result: FitResult, group: str) -> list[str]:
    found: list[str] = []
    for item in result.coefficients:
        path = f"{group}.{_word(item.utility)}.{_word(item.term)}"
        while path in found:
            path += "_"
        found.append(path)
    return found


def _table_of_sources(crisis: Crisis) -> str:
    return Path(crisis.tables["sources"].file).name


def _add_quantities(
    text: str, result: FitResult, paths: list[str], group: str, crisis: Crisis
) -> str:
    lines = text.splitlines()
    place = _block(lines, "quantities")
    indent = _indent(lines, place)
    for number, (path, item) in enumerate(zip(paths, result.coefficients, strict=True)):
        label = f"{item.term} in {item.utility} of {result.model}".replace("'", "''")
        entry = (
            f"{indent}{path}: {{label: '{label}', normal: [{item.estimate:.10g}, {item.se:.10g}], unit: ratio, "
            f"as_of: {crisis.as_of.isoformat()}, source: {group}, grade: estimate, group: {group}}}"
        )
        lines.insert(place + 1 + number, entry)
    return "\n".join(lines) + "\n"


def _add_correlations(text: str, result: FitResult, paths: list[str], group: str) -> str:
    sizes = np.sqrt(np.diag(result.covariance))
    matrix = result.covariance / np.outer(sizes, sizes)
    rows = {
        path: {
            other: round(float(matrix[row, column]), 10) for column, other in enumerate(paths[:row])
        }
        for row, path in enumerate(paths)
        if row
    }
    if not rows:
        return text.replace(f", group: {group}}}", "}")
    lines = text.splitlines()
    flow = next((n for n, line in enumerate(lines) if _FLOW.fullmatch(line)), None)
    if flow is not None:
        found = _FLOW.fullmatch(lines[flow])
        inside = "" if found is None else found["inside"].strip()
        lines[flow : flow + 1] = ["correlations:"]
        lines[flow + 1 : flow + 1] = [
            f"  {part.strip()}" for part in inside.split(",") if part.strip()
        ]
    elif not any(line.startswith("correlations:") for line in lines):
        lines += ["", "correlations:"]
    place = _block(lines, "correlations")
    indent = _indent(lines, place)
    new = [f"{indent}{group}:"]
    for path, row in rows.items():
        pairs = ", ".join(f"{other}: {value:.10g}" for other, value in row.items())
        new.append(f"{indent}{indent}{path}: {{{pairs}}}")
    lines[place + 1 : place + 1] = new
    return "\n".join(lines) + "\n"


def _block(lines: list[str], key: str) -> int:
    """Return the line of a key whose entries stand below it, one a line."""
    for number, line in enumerate(lines):
        if re.fullmatch(rf"{key}:\s*(#.*)?", line):
            return number
    return refuse(
        f"{key} of the crisis file is not written one entry a line",
        code="value-type",
        at=f"{_FILE}  {key}",
        fix=f"write `{key}:` in a line of its own and each entry below it",
        error=UsageError,
    )


def _indent(lines: list[str], place: int) -> str:
    for line in lines[place + 1 :]:
        if line.strip() and not line.strip().startswith("#"):
            spaces = len(line) - len(line.lstrip())
            return " " * spaces if spaces else "  "
    return "  "


def _add_source(text: str, result: FitResult, group: str, crisis: Crisis, data: str) -> str:
    table = io.StringIO(text)
    names = next(csv.reader(table))
    title = (
        f"{result.model} ({result.method}) fitted to {data}: n {result.n}, log-likelihood {result.loglik:.4f}, standard errors "
        f"by {result.errors}"
    )
    values = {
        "key": group,
        "publisher": "detente fit",
        "title": title,
        "date": crisis.as_of.isoformat(),
        "standing": "estimate",
    }
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow([values.get(name, "") for name in names])
    return text.rstrip("\n") + "\n" + written.getvalue()
