"""What to watch: days that are planned, signs that would point to an attack or away from it, moves that tell of a type."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.quantity_words import centre
from detente.brief.summary.value import TypeLine
from detente.crisis.dates import first_day
from detente.crisis.elements import Indicator, TableRow
from detente.crisis.metric_names import Metric, metric_name, metric_prefix
from detente.crisis.registers import kind_of

__all__ = ["TELLING", "Planned", "Telling", "attack_if_seen", "read_planned", "read_telling"]

MOST_DATES, MOST_SIGNS = 6, 4
TELLING = 0.02
"""Smallest shift of a probability that is worth watching for."""
MEMORY = "memory-unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A day ahead, what is planned for it and who takes part, in the words of the crisis; or the round that begins on it."""

    day: str
    what: str = ""
    who: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A sign or a move, and the probability before and after it is seen: of an attack, or of a type of a challenger."""

    case: Literal["indicator", "move"]
    label: str
    before: Figure
    after: Figure
    type: TypeLine | None = None

    @property
    def shift(self) -> float:
        """By how much the probability moves."""
        return (self.after.value or 0.0) - (self.before.value or 0.0)


# --- days ------------------------------------------------------------------------------------------------------------


def read_planned(context: Context) -> tuple[Planned, ...]:
    """Choose the days to name, told in their order; where nothing is scheduled, the days on which rounds begin.

    Facts come before what is from memory, rows that claims of the crisis rest on before others, then the earliest.
    """
    rows = [
        (
            (
                row.cells.get("grade", "") == MEMORY,
                not row.cells.get("claims", "").strip(),
                day,
                place,
            ),
            row,
        )
        for place, (day, row) in enumerate(_scheduled(context))
    ]
    chosen = sorted(rows, key=lambda item: item[0])[:MOST_DATES]
    if not chosen:
        return tuple(
            Planned(day=day.isoformat(), round=number)
            for number, day in enumerate(context.crisis.calendar, 1)
            if day > context.crisis.as_of
        )
    return tuple(
        _planned(context, key[2], row) for key, row in sorted(chosen, key=lambda item: item[0][2:])
    )


def _scheduled(context: Context) -> Iterable[tuple[str, TableRow]]:
    """Yield what is scheduled after the cut-off, with its day."""
    cut_off = context.crisis.as_of
    for table in context.crisis.tables.values():
        for row in table.rows:
            text = row.cells.get("scheduled_for", "").strip()
            day = first_day(text) if text else None
            if day is not None and day > cut_off:
                yield text, row


def _planned(context: Context, day: str, row: TableRow) -> Planned:
    cells = row.cells
    what = _first(cells, ("format", "event", "item", "rule", "series"))
    who = _first(cells, ("participants", "actors", "actor", "place"))
    named = context.names.actors_text(who.replace(",", ""))
    return Planned(day=day, what=what, who=who if named == who.replace(",", "") else named)


def _first(cells: Mapping[str, str], names: Iterable[str]) -> str:
    return next((cells[name].strip() for name in names if cells.get(name, "").strip()), "")


# --- signs -----------------------------------------------------------------------------------------------------------


def read_telling(
    context: Context, book: Book, attack: Figure, types: tuple[TypeLine, ...]
) -> tuple[Telling, ...]:
    """Choose what would tell most: the strongest, at least one of each direction if there is one."""
    found = [*_indicators(context, book, attack), *_moves(context, book, types)]
    telling = sorted(
        (item for item in found if abs(item.shift) >= TELLING), key=lambda item: -abs(item.shift)
    )
    chosen = telling[:MOST_SIGNS]
    for sign in (1.0, -1.0):
        other = next((item for item in telling if item.shift * sign > 0), None)
        if other is not None and other not in chosen:
            chosen[-1] = other
    return tuple(sorted(chosen, key=lambda item: -item.shift))


def attack_if_seen(
    outcomes: Mapping[str, FloatArray], ratios: Mapping[str, float], attacks: Iterable[str]
) -> FloatArray:
    """Return the chance of an attack once a sign is seen, by Bayes' rule, shape ``(n_draws,)``.

    Parameters
    ----------
    outcomes
        Probability of each outcome, shape ``(n_draws,)`` each; they sum to one.
    ratios
        How much likelier the sign is if it ends so, for outcomes that are named; 1 for the others.
    attacks
        Outcomes that are attacks.

    Examples
    --------
    >>> attack_if_seen({"war": np.array([0.2]), "peace": np.array([0.8])}, {"war": 4.0}, ["war"])
    array([0.5])
    """
    weights = {name: probs * ratios.get(name, 1.0) for name, probs in outcomes.items()}
    total = np.sum(list(weights.values()), axis=0)
    return np.asarray(np.sum([weights[name] for name in attacks], axis=0) / total)


def _indicators(context: Context, book: Book, attack: Figure) -> list[Telling]:
    """Return every indicator not yet seen, with the chance of an attack once it is."""
    rules = context.crisis.outcomes
    attacks = [name for name, rule in rules.items() if rule.attack]
    if not attacks or attack.value is None:
        return []
    outcomes = {name: context.columns.values(metric_name("outcome", name)) for name in rules}
    trace = context.traces.of("attack")
    return [
        Telling(
            case="indicator",
            label=indicator.label,
            before=attack,
            after=book.array(
                f"seen.{indicator.id}",
                f"an attack once this is seen: {indicator.label}",
                attack_if_seen(outcomes, _ratios(indicator), attacks),
                unit="prob",
                trace=trace,
            ),
        )
        for indicator in context.crisis.indicators.values()
        if indicator.seen != "yes"
    ]


def _ratios(indicator: Indicator) -> dict[str, float]:
    return {outcome: centre(law) for outcomes, law in indicator.ratios for outcome in outcomes}


def _moves(context: Context, book: Book, types: tuple[TypeLine, ...]) -> list[Telling]:
    """Return first moves of challengers short of open force, with the belief in the last of their types before and after."""
    found = []
    last = {line.player: line for line in types}
    for line in last.values():
        for metric in context.columns.metrics(metric_prefix("belief", line.player, line.id)):
            instrument = context.crisis.instruments.get(Metric.parse(metric).parts[-1])
            if (
                instrument is None
                or instrument.player != line.player
                or kind_of(instrument).open_force
            ):
                continue
            after = book.metric(
                f"belief.{line.player}.{line.id}.{instrument.id}",
                f"belief that {line.clause} after “{instrument.label}”",
                metric,
            )
            if after.value is not None:
                found.append(
                    Telling(
                        case="move",
                        label=instrument.label,
                        before=line.prior,
                        after=after,
                        type=line,
                    )
                )
    return found
