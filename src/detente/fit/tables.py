r"""Tables of estimates as text, HTML and LaTeX: a row for each coefficient, or a column for each of several models."""

import html
from collections.abc import Sequence

from detente.errors import UsageError, refuse
from detente.fit.results import Coefficient, FitResult

__all__ = ["FORMS", "make_table"]

FORMS = ("text", "html", "latex")
"""Forms of a table."""

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}
_ERRORS = {
    "hessian": "Standard errors from the inverse of the Hessian in parentheses.",
    "sandwich": "Standard errors from the sandwich of Hessian and outer products in parentheses.",
    "bootstrap": "Standard errors from the bootstrap in parentheses.",
    "none": "No standard errors are known.",
}


def make_table(*results: FitResult, form: str = "text", digits: int = 3) -> str:
    """Return estimates as a table: utilities one below the other, a column for each model, errors in parentheses.

    Parameters
    ----------
    results
        One model, or several of the same rows side by side.
    form
        ``text``, ``html`` or ``latex`` (with the rules of the package ``booktabs``).
    digits
        Decimals.

    Raises
    ------
    UsageError
        ``option-invalid`` for another form, or for no result.
    """
    if form not in FORMS or not results:
        refuse(
            f"a table of {len(results)} results as {form!r}",
            code="option-invalid",
            at="form",
            fix=f"give at least one result, and one of: {', '.join(FORMS)}",
            error=UsageError,
        )
    rows = _rows(results, digits)
    write = {"text": _text, "html": _html, "latex": _latex}[form]
    return write([_head(result) for result in results], rows, _notes(results))


def _head(result: FitResult) -> str:
    return result.model if result.method == "ml" else f"{result.model}, {result.method}"


_Row = tuple[str, tuple[str, ...]]


def _rows(results: Sequence[FitResult], digits: int) -> list[_Row]:
    """Return name and cells of each row; a row without cells is the head of a utility, one without name or cells a rule."""
    found: list[dict[tuple[str, str], Coefficient]] = [
        {(item.utility, item.term): item for item in result.coefficients} for result in results
    ]
    utilities: dict[str, dict[str, None]] = {}
    for result in results:
        for item in result.coefficients:
            utilities.setdefault(item.utility, {})[item.term] = None
    rows: list[_Row] = []
    for utility, terms in utilities.items():
        rows.append((utility, ()))
        for term in terms:
            items = [table.get((utility, term)) for table in found]
            estimates = ("" if item is None else f"{item.estimate:.{digits}f}" for item in items)
            errors = tuple(
                "" if item is None or item.se is None else f"({item.se:.{digits}f})"
                for item in items
            )
            rows.append((f"  {term}", tuple(estimates)))
            if any(errors):
                rows.append(("  ", errors))
    rows.append(("", ()))
    rows.append(("log-likelihood", tuple(f"{result.loglik:.{digits}f}" for result in results)))
    rows.append(("n", tuple(str(result.n) for result in results)))
    return rows


def _notes(results: Sequence[FitResult]) -> list[str]:
    kinds = dict.fromkeys(result.errors for result in results)
    notes = [_ERRORS[kind] for kind in kinds]
    penalties = dict.fromkeys(result.penalty for result in results if result.penalty)
    notes += [f"Penalised: {penalty}." for penalty in penalties]
    if not all(result.converged for result in results):
        notes.append("A search did not converge: its numbers are no estimates.")
    return notes


def _text(heads: Sequence[str], rows: Sequence[_Row], notes: Sequence[str]) -> str:
    name = max(len(row[0]) for row in rows)
    widths = [
        max(len(head), *(len(cells[place]) for _, cells in rows if cells))
        for place, head in enumerate(heads)
    ]

    def line(label: str, cells: Sequence[str]) -> str:
        shown = "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=False))
        return f"{label:<{name}}{shown}".rstrip()

    rule = "-" * (name + sum(width + 2 for width in widths))
    body = [line(label, cells) if label else rule for label, cells in rows]
    return "\n".join([line("", heads), rule, *body, rule, *notes]) + "\n"


def _html(heads: Sequence[str], rows: Sequence[_Row], notes: Sequence[str]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in heads)
    lines = ["<table>", f"<tr><th></th>{head}</tr>"]
    for label, cells in rows:
        shown = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        if cells:
            lines.append(f"<tr><th>{html.escape(label.strip())}</th>{shown}</tr>")
        elif label:
            lines.append(f'<tr><th colspan="{len(heads) + 1}">{html.escape(label)}</th></tr>')
    foot = html.escape(" ".join(notes))
    lines += [f'<tr><td colspan="{len(heads) + 1}">{foot}</td></tr>', "</table>"]
    return "\n".join(lines) + "\n"


def _latex(heads: Sequence[str], rows: Sequence[_Row], notes: Sequence[str]) -> str:
    lines = [
        rf"\begin{{tabular}}{{l{'r' * len(heads)}}}",
        r"\toprule",
        "".join(f" & {_escape(head)}" for head in heads) + r" \\",
        r"\midrule",
    ]
    for label, cells in rows:
        indent = r"\quad " if label.startswith("  ") and label.strip() else ""
        shown = "".join(f" & {_number(cell)}" for cell in cells)
        if not label and not cells:
            lines.append(r"\midrule")
        elif cells:
            lines.append(f"{indent}{_escape(label.strip())}{shown} \\\\")
        else:
            lines.append(rf"\emph{{{_escape(label)}}} \\")
    lines.append(r"\bottomrule")
    foot = _escape(" ".join(notes))
    lines += [
        rf"\multicolumn{{{len(heads) + 1}}}{{l}}{{\footnotesize {foot}}} \\",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)


def _number(cell: str) -> str:
    return cell.replace("-", "$-$")
