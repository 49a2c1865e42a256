"""The terms that two sides could sign, read off the bargaining mechanism: picture, best package, causes, beliefs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, link, present_table
from detente.brief.levels import Level
from detente.brief.pages import say
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.palette import INK
from detente.brief.pictures.terms import TermNames, TermRow, draw_terms
from detente.brief.questions._parts import picture_words, run_note
from detente.brief.questions._red_lines import red_line
from detente.brief.words import sentence_case
from detente.crisis.elements import Issue, Mechanism

__all__ = [
    "CAUSES",
    "Terms",
    "causes_chart",
    "read_terms",
    "room_table",
    "terms_chart",
    "terms_table",
]

PAGE = "aims"
CAUSES = (
    "exists_common_beliefs",
    "exists_firm_deals",
    "exists_no_red_lines",
    "exists_undivided",
)
"""Outputs of the mechanism in which one thing is different; pages have their words."""
NOTABLE = 0.01
"""Smallest change of a share that is worth a clause."""
TELLING = 0.05
"""Smallest part of a range, or lead in the worth of a point, that is worth naming an issue for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the bargaining mechanism says at the start of the game."""

    mechanism: Mechanism
    exists: Figure
    open_cases: np.ndarray
    best: dict[str, Figure]
    ends: dict[str, tuple[Figure, Figure]]
    carried: dict[str, Figure]
    trade: dict[str, Figure]
    causes: tuple[tuple[str, Figure], ...]


def read_terms(book: Book) -> Terms | None:
    """Read the first bargaining mechanism over issues at the start of the game; None where there is none."""
    context = book.context
    for mechanism in context.levels.mechanisms("bargaining.settlement"):
        first = context.levels.start(mechanism.id, "exists")[:1]
        if not first:
            continue
        exists = context.columns.values(first[0].metric) > 0.5
        found = book.share(
            f"room.{mechanism.id}",
            "share of versions with terms that both sides prefer to fighting",
            exists,
            trace=context.traces.of(first[0].metric),
        )
        return Terms(
            mechanism=mechanism,
            exists=found,
            open_cases=exists,
            best=_by_issue(book, mechanism, "nash_point", "best common terms on", exists),
            ends=_ends(book, mechanism, exists),
            carried=_by_issue(
                book, mechanism, "carried", "share of the range carried by", exists, unit="share"
            ),
            trade=_by_issue(
                book,
                mechanism,
                "trade_rate",
                "worth of a point to the challenger as a share of its worth to both,",
                None,
                unit="share",
            ),
            causes=_causes(book, mechanism),
        )
    return None


def _member_levels(context: Context, mechanism: Mechanism, output: str) -> dict[str, Level]:
    return {level.member: level for level in context.levels.start(mechanism.id, output)}


def _by_issue(
    book: Book,
    mechanism: Mechanism,
    output: str,
    words: str,
    cases: np.ndarray | None,
    *,
    unit: str = "score_0_100",
) -> dict[str, Figure]:
    """Make a figure per issue over the cases in which there is a range."""
    context = book.context
    found = {}
    for issue, level in _member_levels(context, mechanism, output).items():
        if issue not in context.crisis.issues:
            continue
        values = context.columns.values(level.metric)
        if cases is not None:
            values = np.where(cases, values, np.nan)
        found[issue] = book.array(
            f"{output}.{mechanism.id}.{issue}",
            f"{words} {context.crisis.issues[issue].label}"
            + (", cases with a range" if cases is not None else ""),
            values,
            unit=unit,
            trace=context.traces.of(level.metric),
        )
    return {issue: figure for issue, figure in found.items() if figure.value is not None}


def _ends(book: Book, mechanism: Mechanism, exists: np.ndarray) -> dict[str, tuple[Figure, Figure]]:
    near = _by_issue(
        book, mechanism, "range_challenger_end", "nearest to the challenger on", exists
    )
    far = _by_issue(book, mechanism, "range_defender_end", "nearest to the defender on", exists)
    return {issue: (near[issue], far[issue]) for issue in near if issue in far}


def _causes(book: Book, mechanism: Mechanism) -> tuple[tuple[str, Figure], ...]:
    context = book.context
    found = []
    for output in CAUSES:
        words = say("diplomacy", "causes_row", case=output)
        for level in context.levels.start(mechanism.id, output)[:1]:
            figure = book.share(
                f"{output}.{mechanism.id}",
                f"share of versions with such terms: {words[0].lower()}{words[1:]}",
                context.columns.values(level.metric) > 0.5,
                trace=context.traces.of(level.metric),
            )
            found.append((output, figure))
    return tuple(found)


def terms_chart(
    context: Context,
    book: Book,
    terms: Terms,
    issues: Sequence[Issue],
    *,
    sides: tuple[str, str],
    colours: tuple[str, str],
    positions: dict[str, tuple[Figure, Figure]],
) -> Chart | None:
    """Draw the range by issue."""
    inputs = terms.mechanism.inputs
    rows, clashing = [], []
    for issue in issues:
        if issue.id not in positions or issue.id not in terms.best:
            continue
        rows.append(
            TermRow(
                row=sentence_case(issue.label),
                positions=positions[issue.id],
                red_lines=(
                    red_line(book, inputs.get("challenger_red_line"), issue),
                    red_line(book, inputs.get("defender_red_line"), issue),
                ),
                best=terms.best[issue.id],
                ends=terms.ends.get(issue.id),
            )
        )
        if _clash(rows[-1]):
            clashing.append(issue.label)
    if not rows:
        return None
    row_name, best, room, line = context.say_lines(PAGE, "terms_heads")
    return draw_terms(
        "aims-terms",
        rows,
        picture_words(
            context,
            PAGE,
            "terms",
            note=f"{run_note(context, marks='')} {context.say(PAGE, 'terms_note')}",
            exists=terms.exists,
            clashing=clashing,
            has_lines=any(one is not None for row in rows for one in row.red_lines),
        ),
        names=TermNames(
            issue=row_name,
            best=best,
            room=room,
            line=line,
            lines=tuple(context.say(PAGE, "terms_line", side=side) for side in sides),
        ),
        sides=sides,
        colours=colours,
    )


def _clash(row: TermRow) -> bool:
    """Say whether neither side's red line leaves room for the other's."""
    first, second = row.red_lines
    mine, theirs = (figure.value for figure in row.positions)
    if first is None or second is None or mine is None or theirs is None:
        return False
    if first.value is None or second.value is None:
        return False
    return first.value < second.value if mine <= theirs else first.value > second.value


# --- tables ----------------------------------------------------------------------------------------------------------


def room_table(book: Book, terms: Terms, sides: tuple[str, str]) -> TableView | None:
    """Tabulate how wide the range is, and what either side would have to waive where there is none."""
    context, rows = book.context, []
    for level in context.levels.start(terms.mechanism.id, "width")[:1]:
        width = book.level(
            f"width.{terms.mechanism.id}", "width of the bargaining range", level, unit="share"
        )
        rows.append((context.say(PAGE, "room_row", side=""), link(width, width.full_text)))
    shut = ~terms.open_cases
    for role, side in zip(("challenger", "defender"), sides, strict=True):
        for level in context.levels.start(terms.mechanism.id, f"{role}_shortfall")[:1]:
            if not shut.any():
                continue
            figure = book.array(
                f"shortfall.{terms.mechanism.id}.{role}",
                f"what {side} alone would have to waive, cases without a range",
                np.where(shut, context.columns.values(level.metric), np.nan),
                unit="share",
                trace=context.traces.of(level.metric),
            )
            words = context.say(PAGE, "room_row", side=side)
            rows.append((words, link(figure, figure.full_text)))
    if not rows:
        return None
    return present_table(
        "room",
        context.say_lines(PAGE, "room_heads"),
        rows,
        title=context.say(PAGE, "room_title"),
        folded=True,
    )


def causes_chart(context: Context, terms: Terms) -> Chart | None:
    """Draw what empties the range: the share of cases with terms as things stand and without each cause."""
    if len(terms.causes) < 2:
        return None
    spans = [
        Span(row=context.say("diplomacy", "causes_row", case=case), figure=figure, colour=INK)
        for case, figure in (("", terms.exists), *terms.causes)
    ]
    base = terms.exists.value or 0.0
    case, most = max(terms.causes, key=lambda item: (item[1].value or 0.0) - base)
    gains = (most.value or 0.0) - base >= NOTABLE
    return draw_ranges(
        "diplomacy-causes",
        spans,
        picture_words(
            context,
            "diplomacy",
            "causes",
            note=run_note(context, marks=""),
            case=case if gains else "",
            most=most,
            exists=terms.exists,
        ),
        bars=True,
        row_title="Condition",
        heads=("Share", "Range"),
    )


def terms_table(context: Context, terms: Terms, issues: Sequence[Issue]) -> TableView | None:
    """Tabulate per issue what it carries and for whom a point is worth more."""
    rows = tuple(
        (
            sentence_case(issue.label),
            link(terms.best[issue.id], terms.best[issue.id].full_text),
            link(terms.carried[issue.id], terms.carried[issue.id].full_text),
            link(terms.trade[issue.id], terms.trade[issue.id].full_text),
        )
        for issue in issues
        if issue.id in terms.best and issue.id in terms.carried and issue.id in terms.trade
    )
    if not rows:
        return None
    return present_table(
        "terms",
        context.say_lines(PAGE, "carried_heads"),
        rows,
        title=context.say(PAGE, "carried_title"),
        note=context.say(PAGE, "carried_note"),
        folded=True,
    )
