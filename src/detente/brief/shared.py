"""The figures that the whole briefing rests on: an attack, each outcome, each policy, and what moves an attack most.

They are declared once, before any sentence is written: the first screen, the base rates and the last question, which they
belong to, all take them from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.type_effects import TypeChanges, type_changes
from detente.crisis.elements import OutcomeRule, Quantity
from detente.crisis.metric_names import metric_name

__all__ = [
    "Mover",
    "SharedFigures",
    "comparable",
    "comparable_label",
    "declare_shared",
]

QUESTION = "outlook"
"""The question that the figures belong to."""
MOST_MOVERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A quantity that moves the probability of an attack, with its mean where the quantity is low and where it is high."""

    quantity: Quantity
    effect: float
    low: Figure
    high: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFigures:
    """Figures that more than one part of the briefing speaks of.

    ``policies`` and ``settlements`` give the probability of an attack and of a settlement under each policy, with its
    change against the base case, ``by_type`` what each other policy changes for each type of a challenger; ``compared`` are the figures that base rates stand beside, by the name that rows give
    them.
    """

    attack: Figure
    outcomes: tuple[tuple[OutcomeRule, Figure], ...]
    policies: Mapping[str, tuple[Figure, Figure]]
    settlements: Mapping[str, tuple[Figure, Figure]]
    by_type: Mapping[str, TypeChanges]
    movers: tuple[Mover, ...]
    compared: Mapping[str, Figure]


def declare_shared(context: Context) -> SharedFigures:
    """Declare the figures that more than one part of the briefing speaks of."""
    book = Book(context, QUESTION)
    return SharedFigures(
        attack=book.metric("attack", "an attack", "attack"),
        outcomes=tuple(
            (rule, figure)
            for rule in context.crisis.outcomes.values()
            if (figure := _outcome(book, rule)) is not None
        ),
        policies=book.policies(context.policies.ids, "attack", "an attack"),
        settlements=book.policies(context.policies.ids, "settlement", "a settlement"),
        by_type={
            policy: type_changes(context, book, policy)
            for policy in context.policies.ids
            if policy != context.policies.base
        },
        movers=tuple(
            Mover(quantity=quantity, effect=driver.effect, low=low, high=high)
            for driver in context.traces.movers("attack")[:MOST_MOVERS]
            if (quantity := context.crisis.quantities.get(driver.path)) is not None
            for low, high in (book.ends(driver, "an attack", "attack"),)
        ),
        compared=_compared(book),
    )


def _outcome(book: Book, rule: OutcomeRule) -> Figure | None:
    metric = metric_name("outcome", rule.id)
    if not book.context.columns.has(metric):
        return None
    return book.metric(f"outcome.{rule.id}", f"outcome: {rule.label}", metric)


def _compared(book: Book) -> dict[str, Figure]:
    table = book.context.tables.get("base_rates")
    names = [row.cells.get("compare", "").strip() for row in table.rows] if table else []
    made = {name: comparable(book, name) for name in names if name}
    return {name: figure for name, figure in made.items() if figure is not None}


def comparable(book: Book, name: str) -> Figure | None:
    """Make the figure of the model that a row of a table names: an outcome, ``attack``, ``settlement`` or an output."""
    context = book.context
    if name in {"attack", "settlement"}:
        return book.metric(name, "an attack" if name == "attack" else "a settlement", name)
    rule = context.crisis.outcomes.get(name)
    found = None if rule is None else _outcome(book, rule)
    if found is not None:
        return found
    mechanism, _, output = name.partition(".")
    for level in context.levels.start(mechanism, output)[:1]:
        label = context.crisis.mechanisms[mechanism].label
        return book.level(f"compare.{name}", label, level, unit="prob")
    return None


def comparable_label(context: Context, name: str) -> str:
    """Return the words for what :func:`comparable` gives."""
    if name in {"attack", "settlement"}:
        return "an attack of any kind" if name == "attack" else "a settlement"
    rule = context.crisis.outcomes.get(name)
    if rule is not None:
        return rule.label
    mechanism = context.crisis.mechanisms.get(name.partition(".")[0])
    return name if mechanism is None else mechanism.label
