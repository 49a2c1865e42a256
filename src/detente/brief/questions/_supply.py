"""What covers the demand for gas in each situation, in question 6."""

import numpy as np

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure
from detente.brief.pictures.charts import draw_stacks
from detente.brief.pictures.palette import INK, NEUTRAL, OKABE_ITO, RULE, SOFT
from detente.brief.questions._parts import picture_words, run_note
from detente.brief.words import format_number, sentence_case
from detente.crisis.elements import Constant

__all__ = ["supply_charts"]

OWN = "own and other pipelines"
SUPPLIES = (
    ("challenger_used_twh", "from the challenger", NEUTRAL),
    ("lng_used_twh", "LNG", OKABE_ITO["sky"]),
    ("storage_draw_twh", "storage", SOFT),
    ("demand_response_twh", "lower demand", RULE),
    ("shortfall_twh", "unmet", INK),
)
"""Outputs of the annual balance that cover demand, in words, with their colours."""


def supply_charts(context: Context, book: Book) -> list[Chart]:
    """Draw, per balance of gas, what covers demand in each situation."""
    found = []
    owner = context.roles.players("challenger")
    head, *others = SUPPLIES
    seller = f"from {context.roles.names('challenger')}" if owner else head[1]
    supplies = (
        (head[0], seller, context.roles.colours[owner[0].id] if owner else NEUTRAL),
        *others,
    )
    for mechanism in context.levels.mechanisms("energy.annual_balance"):
        binding = mechanism.inputs.get("demand_twh")
        known = context.levels.binding_values(binding)
        if known is None and not isinstance(binding, Constant):
            continue
        demand = binding.value if isinstance(binding, Constant) else known[0] if known else 0.0
        rows: dict[str, dict[str, Figure]] = {}
        for shown in context.levels.main(mechanism.id, "shortfall_share"):
            levels = {
                output: next(
                    level
                    for level in context.levels.of(mechanism.id, output)
                    if level.state == shown.state
                )
                for output, _, _ in SUPPLIES
            }
            parts = {
                output: context.columns.values(level.metric) for output, level in levels.items()
            }
            own = demand - np.sum(list(parts.values()), axis=0)
            cells = {
                words: book.level(
                    f"supply.{mechanism.id}.{output}{context.levels.key(shown)}",
                    f"{words}, {context.levels.label(shown)}",
                    levels[output],
                    unit="twh",
                )
                for output, words, _ in supplies
            }
            cells[OWN] = book.array(
                f"supply.{mechanism.id}.own{context.levels.key(shown)}",
                f"{OWN}, {context.levels.label(shown)}",
                own,
                unit="twh",
                trace=context.traces.of(levels["challenger_used_twh"].metric),
            )
            rows[sentence_case(context.levels.label(shown))] = cells
        if len(rows) < 2:
            continue
        colours = {words: colour for _, words, colour in supplies}
        taken = [cells[seller].value or 0.0 for cells in rows.values()]
        lost = max(taken) - min(taken)
        before, *after = rows.values()
        rising = [
            words
            for output, words, _ in others
            if output != "shortfall_twh"
            and any((cells[words].value or 0.0) > (before[words].value or 0.0) for cells in after)
        ]
        found.append(
            draw_stacks(
                f"{book.question}-supply-{mechanism.id}",
                rows,
                picture_words(
                    context,
                    "alliance",
                    "supply",
                    note=run_note(context, marks=""),
                    lost=format_number(lost),
                    rising=rising,
                    balance=mechanism.label,
                ),
                colours={OWN: NEUTRAL, **colours},
                row_title="Situation",
            )
        )
    return found
