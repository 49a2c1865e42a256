"""Red lines of a negotiation: where they stand, whether they are soft, and by how much the best package crosses them."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.brief.book import Book
from detente.brief.figures import Figure, TableView, link, present_table
from detente.crisis.elements import Binding, Column, Constant, Issue, Mechanism
from detente.crisis.metric_names import metric_name

__all__ = ["lines_table", "red_line"]

CROSSED = 0.5
"""Points by which a package must pass a line to have crossed it; less is none as figures are printed."""
HARD = 1e4
"""Price of a point beyond a line from which on no gain on other points pays for it: the line is hard."""
PAGE = "aims"
LineCase = Literal["hard", "priced", "soft"]
"""How red lines bind: nobody signs beyond one, at a known price, or at some price."""
_LINES = ("challenger_red_line", "defender_red_line")


def red_line(book: Book, binding: Binding | None, issue: Issue) -> Figure | None:
    """Make the figure of a side's red line on an issue where the mechanism reads one from the table."""
    path = _path(book, binding, issue)
    if path is None or not isinstance(binding, Column):
        return None
    name = book.context.names.actor(binding.name)
    return book.quantity(path, label=f"red line of {name} on {issue.label}")


def lines_table(
    book: Book, mechanism: Mechanism, issues: Sequence[Issue], *, cases: BoolArray
) -> TableView | None:
    """Tabulate how often and how far the best package crosses each red line that a mechanism reads; None if it reads none.

    Parameters
    ----------
    book
        The book of the question.
    mechanism
        A mechanism of the model ``bargaining.settlement``.
    issues
        The issues to speak of, in order.
    cases
        Which cases have a range: in the others there is no package, shape ``(n_draws,)``.
    """
    drawn = [
        (issue, role, mechanism.inputs[role])
        for issue in issues
        for role in _LINES
        if issue.id in mechanism.members and _path(book, mechanism.inputs.get(role), issue)
    ]
    if not drawn:
        return None
    context = book.context
    case, price = _price(book, mechanism)
    rows = []
    if case != "hard" and cases.any():
        found = [
            row
            for issue, role, line in drawn
            if (row := _crossing(book, mechanism, issue, role, line, cases)) is not None
        ]
        rows = [row for _, row in sorted(found, key=lambda item: -item[0])]
    return present_table(
        "red-lines",
        context.say_lines(PAGE, "lines_heads"),
        rows or [(context.say(PAGE, "lines_row", side=""), "", "")],
        title=context.say(PAGE, "lines_title"),
        note=context.say(PAGE, "lines_note", case=case, price=price),
        folded=True,
    )


def _path(book: Book, binding: Binding | None, issue: Issue) -> str | None:
    if not isinstance(binding, Column) or binding.table != "red_line":
        return None
    path = f"red_lines.{binding.name}.{issue.id}"
    return path if path in book.context.crisis.quantities else None


def _price(book: Book, mechanism: Mechanism) -> tuple[LineCase, Figure | None]:
    """Tell whether lines are hard, and what crossing a soft one costs, where that is known."""
    binding = mechanism.inputs.get("red_line_firmness")
    if binding is None:
        return "hard", None
    if isinstance(binding, Constant):
        if binding.value >= HARD:
            return "hard", None
        figure = book.number(
            f"firmness.{mechanism.id}",
            "how many times dearer a point beyond a red line is",
            binding.value,
            unit="ratio",
            trace=book.context.traces.of(metric_name("mechanism", mechanism.id, "exists")),
        )
        return "priced", figure
    known = book.context.levels.binding_values(binding)
    if known is None:
        return "soft", None
    values, metric = known
    if (values >= HARD).all():
        return "hard", None
    figure = book.array(
        f"firmness.{mechanism.id}",
        "how many times dearer a point beyond a red line is",
        values,
        unit="ratio",
        trace=book.context.traces.of(metric),
    )
    return "priced", figure


def _crossing(
    book: Book, mechanism: Mechanism, issue: Issue, role: str, line: Binding, cases: BoolArray
) -> tuple[float, tuple[str, str, str]] | None:
    """Return in what share of cases the best package crosses a line, and its row in the table; None if it never does."""
    context, path = book.context, _path(book, line, issue)
    levels = context.levels.start(mechanism.id, "nash_point")
    best = next((level for level in levels if level.member == issue.id), None)
    if best is None or path is None or not isinstance(line, Column):
        return None
    ideal = f"positions.{line.name}.{issue.id}"
    if ideal not in context.crisis.quantities:
        return None
    drawn, own = (context.columns.values(metric_name("quantity", one)) for one in (path, ideal))
    beyond = _beyond(context.columns.values(best.metric), own, drawn)
    crossed = cases & (beyond > CROSSED)
    if not crossed.any():
        return None
    trace = context.traces.of(best.metric)
    name = context.names.actor(line.name)
    tail = f"{mechanism.id}.{role}.{issue.id}"
    how_far = book.array(
        f"crossed.{tail}",
        f"points by which the best package crosses the red line of {name} on {issue.label}, where it does",
        np.where(crossed, beyond, np.nan),
        unit="score_0_100",
        trace=trace,
    )
    how_often = book.share(
        f"crosses.{tail}",
        f"share of cases with a range in which the best package crosses the red line of {name} on {issue.label}",
        crossed[cases],
        trace=trace,
    )
    return (
        how_often.value or 0.0,
        (
            context.say(PAGE, "lines_row", side=name, issue=issue.label),
            link(how_often),
            link(how_far, how_far.full_text),
        ),
    )


def _beyond(package: FloatArray, ideal: FloatArray, line: FloatArray) -> FloatArray:
    """Return how many points a package lies beyond a line that is drawn on one side of an ideal point."""
    away = np.sign(float(np.mean(line - ideal)))
    return np.asarray(np.maximum((package - line) * away, 0.0))
