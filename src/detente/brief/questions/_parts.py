"""Parts that several questions share: what drives a result, what a commitment changes, and how to say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.levels import Level
from detente.brief.pictures.drawing import Words
from detente.brief.words import sentence_case
from detente.crisis.elements import Instrument, Mechanism
from detente.crisis.metric_names import metric_name

__all__ = [
    "Moved",
    "PostureReading",
    "base_row",
    "grouped_row",
    "held_by",
    "moved_by",
    "picture_words",
    "policy_row",
    "readings",
    "run_note",
    "share_of_attacks",
]

SMALLEST_EFFECT = 0.01
"""Effects on a probability under one point are not worth a sentence."""
MOST_READINGS = 6
"""Levels of a mechanism of belief that are shown."""


def run_note(context: Context, *, marks: Literal["line", "bar", ""] = "line") -> str:
    """Footnote of a picture that is read off the run; ``marks`` says what stands for a mean with a range, a point or a bar."""
    return context.say(
        "pictures",
        "run_note",
        crisis=context.crisis.id,
        day=context.crisis.as_of.isoformat(),
        cases=context.results.n_draws,
        marks=marks,
    )


def policy_row(context: Context, policy: str) -> str:
    """Return how a row of a table names a policy; of the base case it says so."""
    label = sentence_case(context.policies.get(policy).label)
    return (
        context.say("pictures", "is_base", label=label)
        if policy == context.policies.base
        else label
    )


def base_row(context: Context) -> str:
    """Return how a row of a picture names the base case."""
    label = context.policies.get(context.policies.base).label
    return context.say("pictures", "base_case", label=label)


def picture_words(
    context: Context, page: str, name: str, *, note: str = "", **values: object
) -> Words:
    """Say the words of a picture: ``<name>_title``, ``<name>_measure`` and, without a note made elsewhere, ``<name>_note``.

    Parameters
    ----------
    context
        The crisis and its run.
    page
        The page that has the words.
    name
        What the blocks of the picture begin with.
    note
        The footnote, where pictures share it.
    values
        Figures, names and named cases that the words speak of.
    """
    title, measure = (
        context.say(page, f"{name}_{part}", **values) for part in ("title", "measure")
    )
    footnote = note or context.say(page, f"{name}_note", **values)
    return Words(title=title, subtitle=measure, footnote=footnote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A quantity that moves a result: its label, and the result where it is low and where it is high."""

    label: str
    low: Figure
    high: Figure


def moved_by(
    book: Book,
    metric: str,
    noun: str,
    *,
    policy: str | None = None,
    among: Iterable[str] | None = None,
    most: int = 3,
    unit: str = "prob",
    smallest: float = SMALLEST_EFFECT,
) -> tuple[Moved, ...]:
    """Return the quantities that move a result most, by more than chance and by more than rounding."""
    context = book.context
    wanted = None if among is None else set(among)
    found: list[Moved] = []
    for driver in context.traces.movers(metric, policy):
        quantity = context.crisis.quantities.get(driver.path)
        if quantity is None or abs(driver.effect) < smallest or len(found) == most:
            continue
        if wanted is not None and driver.path not in wanted:
            continue
        low, high = book.ends(driver, noun, metric, policy=policy, unit=unit)
        if low.text != high.text:
            found.append(Moved(label=quantity.label, low=low, high=high))
    return tuple(found)


def share_of_attacks(book: Book, instrument: Instrument) -> Figure | None:
    """Make the share of attacks in the course of which an instrument was used; None where the run does not hold it."""
    context = book.context
    metric = metric_name("attack_with", instrument.player, instrument.id)
    if not context.columns.has(metric):
        return None
    attack = float(context.columns.values("attack").mean())
    if attack <= 0.0:
        return None
    return book.number(
        f"attack_with.{instrument.id}",
        f"share of attacks in the course of which “{instrument.label}” was used",
        float(context.columns.values(metric).mean()) / attack,
        unit="share",
        trace=context.traces.of(metric),
        exact=False,
    )


def held_by(book: Book, level: Level, name: str, *, most: int = 3) -> tuple[Moved, ...]:
    """Return the quantities that decide whether holding back is worth more than an option, in shares of versions."""
    context = book.context
    margin = context.columns.values(level.metric)
    trace = context.traces.of(level.metric)
    found: list[Moved] = []
    for driver in context.traces.movers(level.metric)[:most]:
        quantity = context.crisis.quantities.get(driver.path)
        if quantity is None:
            continue
        values = context.columns.values(metric_name("quantity", driver.path))
        first, last = np.quantile(values, (0.2, 0.8))
        low, high = (
            book.share(
                f"held.{level.mechanism}.{driver.path}.{end}",
                f"share of the cases with “{quantity.label}” in its {where} fifth in which holding back beats {name}",
                margin[part] > 0,
                trace=trace,
            )
            for end, where, part in (
                ("low", "lowest", values <= first),
                ("high", "highest", values >= last),
            )
        )
        if low.text != high.text:
            found.append(Moved(label=quantity.label, low=low, high=high))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostureReading:
    """How a side reads the other's moves: a mechanism of belief, its prior, and the belief at each level."""

    mechanism: Mechanism
    prior: Figure
    rows: tuple[tuple[Level, Figure], ...]

    @property
    def widest(self) -> tuple[Level, Figure]:
        """The level at which the belief lies farthest from the prior."""
        return max(self.rows, key=lambda row: abs((row[1].value or 0) - (self.prior.value or 0)))


def readings(book: Book) -> tuple[PostureReading, ...]:
    """Find every mechanism of belief whose prior is a plain quantity, with its posterior by state."""
    context = book.context
    found = []
    for mechanism in context.levels.mechanisms("beliefs.posterior"):
        known = context.levels.binding_values(mechanism.inputs.get("prior"))
        levels = [
            level for level in context.levels.of(mechanism.id, "posterior") if not level.member
        ]
        if known is None or not levels:
            continue
        values, metric = known
        prior = book.array(
            f"reading.{mechanism.id}.prior",
            f"{mechanism.label}, before any move",
            values,
            unit="prob",
            trace=context.traces.of(metric),
        )
        rows = tuple(
            (
                level,
                book.level(
                    f"reading.{mechanism.id}{context.levels.key(level) or '.start'}",
                    f"{mechanism.label}, {context.levels.state_words(level)}",
                    level,
                    unit="prob",
                ),
            )
            for level in levels[:MOST_READINGS]
        )
        found.append(PostureReading(mechanism=mechanism, prior=prior, rows=rows))
    return tuple(found)


def grouped_row(context: Context, level: Level, seen: dict[str, int]) -> tuple[str, str]:
    """Return the short name of a level's row on a picture and its full name in a table.

    The first row of a mechanism bears its label; those after it only what differs, behind a dash. Equal names of
    different mechanisms are told apart by characters without width.
    """
    label = sentence_case(context.crisis.mechanisms[level.mechanism].label)
    state = context.levels.label(level) if context.levels.changed(level) else ""
    full = f"{label} {state}" if state else label
    count = seen.get(level.mechanism, 0)
    seen[level.mechanism] = count + 1
    if count == 0:
        return full, full
    rank = list(seen).index(level.mechanism)
    return f"\N{EN DASH} {state or 'as things stand'}" + "\N{ZERO WIDTH SPACE}" * rank, full
