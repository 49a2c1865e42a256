"""What holds a challenger back, by option and type: shares of cases, parts of the margin, base rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, Trace
from detente.brief.levels import Level
from detente.brief.pictures.deterrence import Balance, draw_balance
from detente.brief.questions._parts import picture_words, run_note
from detente.brief.words import join_words, sentence_case
from detente.crisis.metric_names import Metric, metric_name

__all__ = [
    "Held",
    "balance_chart",
    "base_rates_of_attack",
    "quiet_shares",
    "read_held",
    "shadows",
    "typed_levels",
]

RISK = 0.005
"""Least risk of a wider war that is told; below it other costs hold an option back."""
PARTS = {
    "failure": "Failure (denial)",
    "fighting": "Fighting (denial)",
    "punishment": "Punishment",
    "shadow": "Risk of a wider war",
}
"""Parts of a margin in the order in which they are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One option: in which share of cases holding back is worth more, over all types and by type."""

    mechanism: str
    share: Figure
    by_type: tuple[tuple[str, Level, Figure], ...]


def typed_levels(context: Context, mechanism: str, output: str) -> tuple[Level, ...]:
    """Return the levels of an output nearest to the start of the game, one for each type of a player that it reads."""
    every = context.levels.of(mechanism, output)

    def types(level: Level) -> tuple[tuple[str, str], ...]:
        return tuple(pair for pair in level.state if pair[0].endswith(".type"))

    def steps(level: Level) -> int:
        return sum(
            pair[0] != "round" and pair not in types(level)
            for pair in context.levels.changed(level)
        )

    least = min((steps(level) for level in every), default=0)
    found: dict[object, Level] = {}
    for level in every:
        if steps(level) == least:
            found.setdefault((types(level), level.member), level)
    return tuple(found.values())


def _type_name(context: Context, level: Level) -> str:
    names = [
        context.names.type_of(variable.removesuffix(".type"), value)
        for variable, value in level.state
        if variable.endswith(".type")
    ]
    return join_words(names)


def _prior(context: Context, level: Level) -> np.ndarray | float:
    """Prior of the types that a level is about, per draw; one where it is about none."""
    weight: np.ndarray | float = 1.0
    for variable, value in level.state:
        if variable.endswith(".type"):
            metric = metric_name("prior", variable.removesuffix(".type"), value)
            if context.columns.has(metric):
                weight = weight * context.columns.values(metric)
    return weight


def read_held(book: Book) -> list[Held]:
    """Read for every option that the file prices in which share of cases holding back is worth more."""
    context = book.context
    found = []
    for mechanism in context.levels.mechanisms("deterrence.option"):
        levels = typed_levels(context, mechanism.id, "margin")
        if not levels:
            continue
        label = f"share of versions in which holding back is worth more: {mechanism.label}"
        by_type = []
        total: np.ndarray | float = 0.0
        weights: np.ndarray | float = 0.0
        for level in levels:
            name = _type_name(context, level)
            holds = context.columns.values(level.metric) > 0
            weight = _prior(context, level)
            total, weights = total + weight * holds, weights + weight
            if len(levels) > 1:
                figure = book.share(
                    f"held.{mechanism.id}{context.levels.key(level)}",
                    f"{label}, {context.levels.label(level)}",
                    holds,
                    trace=context.traces.of(level.metric),
                )
                by_type.append((name, level, figure))
        share = book.number(
            f"held.{mechanism.id}",
            label + (", types weighted by their prior" if len(levels) > 1 else ""),
            float(np.mean(total / weights)),
            unit="share",
            trace=context.traces.of(levels[0].metric),
            exact=False,
        )
        found.append(Held(mechanism=mechanism.id, share=share, by_type=tuple(by_type)))
    return found


# --- what the margin is made of --------------------------------------------------------------------------------------


def _part(book: Book, level: Level, output: str) -> Figure | None:
    context = book.context
    metric = str(Metric.of_output(level.mechanism, output, level.state, member=level.member))
    if not context.columns.has(metric):
        return None
    label = context.crisis.mechanisms[level.mechanism].label
    return book.metric(
        f"{output}.{level.mechanism}{context.levels.key(level)}",
        f"{PARTS.get(output, output)}: {label} {context.levels.label(level)}",
        metric,
        unit="stakes",
    )


def _balances(book: Book, held: list[Held]) -> list[Balance]:
    context = book.context
    rows = []
    for item in held:
        label = sentence_case(context.crisis.mechanisms[item.mechanism].label)
        levels = [level for _, level, _ in item.by_type] or list(
            typed_levels(context, item.mechanism, "margin")
        )
        for level in levels:
            parts = {words: _part(book, level, output) for output, words in PARTS.items()}
            tempting = _part(book, level, "temptation")
            known = {words: figure for words, figure in parts.items() if figure is not None}
            if tempting is None or len(known) < len(PARTS):
                continue
            name = _type_name(context, level)
            rows.append(
                Balance(row=f"{label}, {name}" if name else label, parts=known, temptation=tempting)
            )
    return rows


def balance_chart(book: Book, held: list[Held]) -> Chart | None:
    """Draw what holds each option back against what tempts to it."""
    rows = _balances(book, held)
    if not rows:
        return None
    context = book.context

    def gap(row: Balance) -> float:
        return sum(figure.value or 0.0 for figure in row.parts.values()) - (
            row.temptation.value or 0.0
        )

    weak = [row for row in rows if gap(row) < 0]
    kinds = {row.row.rpartition(", ")[2] for row in weak}
    whole = [row for row in rows if row.row.rpartition(", ")[2] in kinds]
    is_one_type = len(kinds) == 1 and len(whole) == len(weak) < len(rows)
    denial = sum(
        (row.parts[PARTS["failure"]].value or 0) + (row.parts[PARTS["fighting"]].value or 0)
        for row in rows
    )
    outside = sum(
        (row.parts[PARTS["punishment"]].value or 0) + (row.parts[PARTS["shadow"]].value or 0)
        for row in rows
    )
    return draw_balance(
        "deterrence-balance",
        rows,
        picture_words(
            context,
            "deterrence",
            "balance",
            note=run_note(context, marks=""),
            case="holds" if not weak else "type" if is_one_type else "some",
            names=context.roles.names("challenger"),
            kind=min(kinds, default=""),
            weak=len(weak),
            of=len(rows),
            denial=denial >= outside,
        ),
        tempting="Temptation",
        row_title="Option",
    )


def _weighted(book: Book, item: Held, output: str) -> tuple[np.ndarray, Level] | None:
    """Values of an output at the start, types weighted by their prior."""
    context = book.context
    levels = typed_levels(context, item.mechanism, output)
    if not levels:
        return None
    total: np.ndarray | float = 0.0
    weights: np.ndarray | float = 0.0
    for level in levels:
        weight = _prior(context, level)
        total = total + weight * context.columns.values(level.metric)
        weights = weights + weight
    return np.asarray(total / weights), levels[0]


def shadows(
    book: Book, held: Sequence[Held]
) -> list[tuple[str, Figure, Figure, Literal["same", "apart"]]]:
    """Return per option the risk of a wider war from which it no longer pays, the file's, and whether both print alike.

    Options that are held back without such a risk are left out.
    """
    context = book.context
    found: list[tuple[str, Figure, Figure, Literal["same", "apart"]]] = []
    for item in held:
        known = _weighted(book, item, "threshold_escalation")
        risk = context.levels.binding_values(
            context.crisis.mechanisms[item.mechanism].inputs.get("escalation_prob")
        )
        if known is None or risk is None:
            continue
        values, level = known
        label = context.crisis.mechanisms[item.mechanism].label
        needed = book.array(
            f"threshold_escalation.{item.mechanism}",
            f"risk of a wider war from which {label} no longer pays, types weighted by their prior",
            values,
            unit="prob",
            trace=context.traces.of(level.metric),
        )
        given = book.array(
            f"escalation.{item.mechanism}",
            f"risk of a wider war in {label}",
            risk[0],
            unit="prob",
            trace=context.traces.of(risk[1]),
        )
        if (needed.value or 0.0) >= RISK:
            found.append((label, needed, given, "same" if needed.text == given.text else "apart"))
    return found


def quiet_shares(book: Book, held: Sequence[Held]) -> list[tuple[str, Figure, Figure]]:
    """Return per option the share of cases in which it is worth less than never having raised the crisis, and than standing down now."""
    context, found = book.context, []
    for item in held:
        if _weighted(book, item, "quiet_margin") is None:
            continue
        levels = typed_levels(context, item.mechanism, "quiet_margin")
        total = sum(
            _prior(context, level) * (context.columns.values(level.metric) > 0) for level in levels
        )
        weight = sum(_prior(context, level) for level in levels)
        label = context.crisis.mechanisms[item.mechanism].label
        figure = book.number(
            f"quiet.{item.mechanism}",
            f"share of versions in which never having raised the crisis is worth more: {label}",
            float(np.mean(np.asarray(total) / np.asarray(weight))),
            unit="share",
            trace=context.traces.of(levels[0].metric),
            exact=False,
        )
        found.append((label, figure, item.share))
    return found


# --- base rates ------------------------------------------------------------------------------------------------------


def base_rates_of_attack(book: Book) -> list[tuple[str, Figure]]:
    """Return past rates of what the table compares with an attack, with the words that say what happened."""
    context, found = book.context, []
    table = context.tables.get("base_rates")
    outcomes = {name for name, rule in context.crisis.outcomes.items() if rule.attack}
    for row in table.rows if table is not None else ():
        cells = row.cells
        name = cells.get("compare", "").strip()
        if name not in outcomes or not cells.get("words", "").strip():
            continue
        try:
            value = float(cells.get("value", ""))
        except ValueError:
            continue
        keys = tuple(key.strip() for key in cells.get("source", "").split(";") if key.strip())
        figure = book.number(
            f"base_rate.{cells.get('id', '')}",
            f"base rate: {cells['words']} ({cells.get('population', '')})",
            value,
            unit="share",
            trace=Trace(
                sources=keys,
                model="count of past cases",
                place=f"{table.file if table else ''}:{row.place.line}",
            ),
            exact=False,
        )
        found.append((cells["words"], figure))
    return found
