"""Sanctions by measure in question 5: what each does alone and adds to others, and what members lose and join."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from detente.analysis.records import Coalition, CoalitionStudy, MeasureEffect, MeasureStudy
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, TableView, Trace, link, present_table
from detente.brief.words import plural, sentence_case
from detente.crisis.elements import TableRow

__all__ = ["Ally", "Measures", "describe_measures"]

STUDY, COALITIONS = "measures", "coalitions"
PAGE = "sanctions"
NONE = "not modelled"
HORIZONS = (("month", "1 month"), ("year", "1 year"), ("3y", "3 years"))
PERCENT_OF_GDP = "% of GDP"
LEAST_SHOWN = 0.05
"""Percent of income: a measure that costs every member less has no column of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ally:
    """An ally: what it loses most by, and what it joins."""

    name: str
    dearest: str
    loss: Figure
    least: Figure
    every: Figure
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What measures do by themselves, and tables.

    ``alone`` holds of each measure that has an effect its label and the target's loss after a year and after three, the
    largest first; ``first_month`` of each that moves the currency at once its label and that fall, the largest first, and
    ``late`` those of them whose cost in the first month is not modelled; ``prices`` of one that moves a world price the rise in
    the first month and after a year; ``unmodelled`` the others. ``ally`` is the first ally, with what it loses under its dearest measure, and how likely it joins the measure
    that it wants least and all of them.
    """

    alone: tuple[tuple[str, Figure, Figure | None], ...] = ()
    first_month: tuple[tuple[str, Figure], ...] = ()
    late: tuple[str, ...] = ()
    prices: tuple[tuple[str, Figure, Figure], ...] = ()
    unmodelled: tuple[str, ...] = ()
    ally: "Ally | None" = None
    tables: tuple[TableView, ...] = ()


class _Reader:
    """The study with the words and figures that sentences and tables share."""

    def __init__(self, context: Context, book: Book, study: MeasureStudy) -> None:
        self.context, self.book, self.study = context, book, study
        table = context.tables.get("effects")
        self.rows: dict[str, TableRow] = {}
        self.labels: dict[str, str] = {}
        for row in () if table is None else table.rows:
            self.rows[row.cells["id"]] = row
            self.labels.setdefault(row.cells["measure"], row.cells["label"])

    def trace(self, rows: Sequence[str]) -> Trace:
        """Where the rows of an effect come from: their own sources, and what prices those that are outputs."""
        trace = Trace()
        for name in rows:
            cells = self.rows[name].cells
            sources = tuple(key for key in cells["source"].split(";") if key)
            paths: tuple[str, ...] = (f"effects.{name}",) if cells["kind"] == "range" else ()
            more = Trace()
            if cells["output"]:
                mechanism, _, output = cells["output"].partition(".")
                levels = self.context.levels.of(mechanism, output)
                more = self.context.traces.of(levels[0].metric) if levels else Trace()
            trace = replace(
                trace,
                sources=tuple(dict.fromkeys((*trace.sources, *sources, *more.sources))),
                quantities=tuple(dict.fromkeys((*trace.quantities, *paths, *more.quantities))),
                model="; ".join(dict.fromkeys(filter(None, (trace.model, more.model)))),
                reference="; ".join(dict.fromkeys(filter(None, (trace.reference, more.reference)))),
            )
        return replace(
            trace,
            model=trace.model or "effects by measure",
            reference=trace.reference or "ranges of the table of effects",
        )

    def effect(self, measure: str, on: str, quantity: str, horizon: str) -> MeasureEffect | None:
        key = (measure, on, quantity, horizon)
        return next(
            (e for e in self.study.effects if (e.measure, e.on, e.quantity, e.horizon) == key),
            None,
        )

    def figure(
        self, measure: str, on: str, quantity: str, horizon: str, way: str = "alone"
    ) -> Figure | None:
        """Make the figure of an effect; None where it is not modelled."""
        effect = self.effect(measure, on, quantity, horizon)
        if effect is None or effect.adds is None:
            return None
        words = {"alone": "alone", "last": "after all others", "mean": "mean over orders"}[way]
        values = {"alone": effect.adds.alone, "last": effect.adds.last, "mean": effect.adds.mean}
        return self.book.array(
            f"measure.{measure}.{on}.{quantity}.{horizon}.{way}",
            f"{self.labels[measure]}: {quantity}, {on}, {dict(HORIZONS)[horizon]}, {words}",
            values[way],
            unit="pct_gdp" if quantity == "gdp" else "pct",
            trace=self.trace(effect.rows),
        )


def describe_measures(context: Context, book: Book) -> Measures:
    """Read the study of measures and say what each does; empty where the crisis lists no effects."""
    if context.tables.get("effects") is None:
        return Measures()
    reader = _Reader(context, book, context.results.study(STUDY, MeasureStudy))
    coalition = _coalition(context)
    tables = [_effects(reader), _members(reader, coalition)]
    return Measures(
        alone=_alone(reader),
        first_month=tuple((label, fall) for _, label, fall in _first_month(reader)),
        late=tuple(
            label
            for name, label, _ in _first_month(reader)
            if reader.figure(name, "target", "gdp", "month") is None
        ),
        prices=_prices(reader),
        unmodelled=_unmodelled(reader),
        ally=_ally(reader, coalition),
        tables=tuple(table for table in tables if table is not None),
    )


def _coalition(context: Context) -> Coalition | None:
    if not context.levels.mechanisms("alliance.joining"):
        return None
    study = context.results.study(COALITIONS, CoalitionStudy)
    return next((item for item in study.coalitions if item.measures), None)


def _cell(figure: Figure | None) -> str:
    return NONE if figure is None else link(figure, figure.full_text.replace(PERCENT_OF_GDP, ""))


def _alone(reader: _Reader) -> tuple[tuple[str, Figure, Figure | None], ...]:
    found = [
        (reader.labels[name], year, reader.figure(name, "target", "gdp", "3y"))
        for name in reader.study.measures
        if (year := reader.figure(name, "target", "gdp", "year")) is not None
        and (year.value or 0.0) >= LEAST_SHOWN
    ]
    return tuple(sorted(found, key=lambda row: -(row[1].value or 0.0)))


def _first_month(reader: _Reader) -> list[tuple[str, str, Figure]]:
    """Return the measures that move the currency in the first month, with that fall, the largest first."""
    found = [
        (name, reader.labels[name], fall)
        for name in reader.study.measures
        if (fall := reader.figure(name, "target", "currency", "month")) is not None
    ]
    return sorted(found, key=lambda row: -(row[2].value or 0.0))


def _prices(reader: _Reader) -> tuple[tuple[str, Figure, Figure], ...]:
    found = []
    for name in reader.study.measures:
        month, year = (
            reader.figure(name, "world", "price", horizon) for horizon in ("month", "year")
        )
        if month is not None and year is not None:
            found.append((reader.labels[name], month, year))
    return tuple(found)


def _unmodelled(reader: _Reader) -> tuple[str, ...]:
    return tuple(
        reader.labels[name]
        for name in reader.study.measures
        if all(reader.figure(name, "target", "gdp", horizon) is None for horizon, _ in HORIZONS)
    )


def _member_figure(reader: _Reader, actor: str, measure: str) -> Figure | None:
    for item in reader.study.members:
        if (item.actor, item.measure, item.horizon) == (actor, measure, "year"):
            rows = [
                name
                for name, row in reader.rows.items()
                if row.cells["measure"] == measure
                and row.cells["on"] in {"members", actor}
                and row.cells["horizon"] == "year"
                and row.cells["kind"] in {"range", "output"}
            ]
            return reader.book.array(
                f"measure.{measure}.{actor}",
                f"{reader.labels[measure]}: loss of {reader.context.names.actor(actor)} after a year",
                item.loss,
                unit="pct_gdp",
                trace=reader.trace(rows),
            )
    return None


def _actors(reader: _Reader) -> list[str]:
    """Put the members of allied players first in the order of the file, then the others by what they lose."""
    losses: dict[str, float] = {}
    for item in reader.study.members:
        if item.horizon == "year":
            losses[item.actor] = losses.get(item.actor, 0.0) + float(item.loss.mean())
    allied = [actor for player in reader.context.roles.players("ally") for actor in player.actors]
    first = [actor for actor in allied if actor in losses][:1]
    return [*first, *sorted((a for a in losses if a not in first), key=lambda a: -losses[a])]


def _joins(reader: _Reader, coalition: Coalition, actor: str, *, every: bool) -> Figure:
    """Make the figure of an actor's joining all measures, or the one that it is least willing to join by itself."""
    mine = coalition.join[coalition.members.index(actor)]
    count = len(coalition.measures)
    single = min(range(count), key=lambda place: float(mine[1 << place].mean()))
    label = (
        reader.context.crisis.mechanisms[coalition.measures[single]].label
        if not every
        else f"all {plural(count, 'measure')}"
    )
    name = "all" if every else "least"
    levels = reader.context.levels.start(coalition.mechanism, "coverage")
    trace = reader.context.traces.of(levels[0].metric) if levels else Trace()
    return reader.book.array(
        f"measure.joins.{actor}.{name}",
        f"{reader.context.names.actor(actor)} joins {label}",
        mine[coalition.full if every else 1 << single],
        unit="prob",
        trace=replace(
            trace,
            model="; ".join(coalition.models),
            reference="; ".join(coalition.references),
        ),
    )


def _ally(reader: _Reader, coalition: Coalition | None) -> Ally | None:
    """Return the first ally with what it loses most by, the answer of the other side among it, and what it joins."""
    actors = _actors(reader)
    if coalition is None or not actors or actors[0] not in coalition.members:
        return None
    actor = actors[0]
    losses = {
        name: figure
        for name in reader.study.measures
        if (figure := _member_figure(reader, actor, name)) is not None
        and (figure.value or 0.0) >= LEAST_SHOWN
    }
    if not losses:
        return None
    dearest = max(losses, key=lambda name: losses[name].value or 0.0)
    return Ally(
        name=reader.context.names.actor(actor),
        dearest=reader.labels[dearest],
        loss=losses[dearest],
        least=_joins(reader, coalition, actor, every=False),
        every=_joins(reader, coalition, actor, every=True),
        count=len(coalition.measures),
    )


def _effects(reader: _Reader) -> TableView | None:
    who = reader.context.roles.names("challenger")
    rows = []
    for name in reader.study.measures:
        cells = [reader.figure(name, "target", "gdp", horizon) for horizon, _ in HORIZONS]
        cells += [reader.figure(name, "target", "gdp", "year", way) for way in ("last", "mean")]
        cells += [reader.figure(name, "senders", "gdp", "year")]
        cells += [reader.figure(name, "target", "currency", "month")]
        rows.append((sentence_case(reader.labels[name]), *map(_cell, cells)))
    if not rows:
        return None
    return present_table(
        "by-measure",
        (
            "Measure",
            *(f"{sentence_case(who)}, {words}" for _, words in HORIZONS),
            "Added last, 1 year",
            "Mean over orders, 1 year",
            "Senders, 1 year",
            "Currency, 1 month",
        ),
        rows,
        title=reader.context.say(PAGE, "by_measure_title"),
        note=reader.context.say(PAGE, "by_measure_note"),
    )


def _members(reader: _Reader, coalition: Coalition | None) -> TableView | None:
    actors = _actors(reader)
    figures = {
        (actor, name): _member_figure(reader, actor, name)
        for actor in actors
        for name in reader.study.measures
    }
    priced = [
        name for name in reader.study.measures if any(figures[actor, name] for actor in actors)
    ]
    shown = [
        name
        for name in priced
        if any(
            figure is not None and abs(figure.value or 0.0) >= LEAST_SHOWN
            for actor in actors
            if (figure := figures[actor, name]) is not None
        )
    ]
    if not shown:
        return None
    rows = []
    for actor in actors:
        joins: list[str] = ["", ""]
        if coalition is not None and actor in coalition.members:
            pair = [_joins(reader, coalition, actor, every=every) for every in (False, True)]
            joins = [link(figure) for figure in pair]
        cells = [_cell(figures[actor, name]) for name in shown]
        rows.append((sentence_case(reader.context.names.actor(actor)), *cells, *joins))
    small = [reader.labels[name] for name in priced if name not in shown]
    lacking = [reader.labels[name] for name in reader.study.measures if name not in priced]
    heads = ["Joins what it wants least", "Joins all"] if coalition is not None else ["", ""]
    keep = len(shown) + 1 + (2 if coalition is not None else 0)
    return present_table(
        "members-by-measure",
        ("After a year", *(sentence_case(reader.labels[name]) for name in shown), *heads)[:keep],
        [row[:keep] for row in rows],
        title=reader.context.say(PAGE, "by_member_title"),
        note=reader.context.say(
            PAGE, "by_member_note", least=str(LEAST_SHOWN), small=small, lacking=lacking
        ),
    )
