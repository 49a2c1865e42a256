"""Who pays for each package, how soon, what the currency does, and what controls hit: parts of the sanctions question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from detente.analysis.records import ActorCost, PackageCosts, PayerStudy
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, Trace, link, present_table
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.palette import INK
from detente.brief.questions._parts import picture_words, run_note
from detente.brief.words import sentence_case

__all__ = ["CounterMeasure", "Payers", "find_payers"]

STUDY, MODEL = "payers", "sanctions.package_horizons"
CURRENCIES = ("sanctions.outflow", "sanctions.currency")
LISTING = "sanctions.personal_listing"
RESERVES = "sanctions.freezable_reserves"
HORIZONS = (("month", "1 month"), ("year", "1 year"), ("3y", "3 years"))
PERCENT_OF_GDP = "% of GDP"
PAGE = "sanctions"
LEAST_SHOWN = 0.1
"""Percent of income: smaller losses and gains are no more than that in the table of payers; the JSON has the digits."""
USES = "controls_use_"
"""Prefix of exposures that say what controlled goods are used for."""
Rows = Sequence[tuple[str, Figure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterMeasure:
    """What the other side's answer costs: whom it hits most, and the other side itself."""

    label: str
    who: str
    loss: Figure
    own: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Payers:
    """What the currency does, what controls hit, what an answer costs; charts and tables on who pays.

    ``currency`` and ``reserves`` are rows of a label and a figure, ``uses`` what controlled goods are used for, ``listings``
    what personal measures take from the chance to close a settlement. ``counter`` is the other side's answer, with whom it
    costs most, that loss, and what it costs the other side itself. ``limits`` are the notes of the trade table.
    """

    currency: Rows
    reserves: Rows
    uses: Rows
    listings: Rows
    counter: "CounterMeasure | None"
    has_packages: bool
    limits: tuple[str, ...]
    charts: tuple[Chart, ...]
    tables: tuple[TableView, ...]


def find_payers(context: Context, book: Book) -> Payers:
    """Read every package by horizon, the currency and the reserves; empty where the crisis binds no such mechanism."""
    packages = {
        mechanism.id: _target(context, book, mechanism.id)
        for mechanism in context.levels.mechanisms(MODEL)
    }
    packages = {name: found for name, found in packages.items() if found}
    currency = [
        row
        for model in CURRENCIES
        for row in _levels(context, book, model, "depreciation_pct", unit="pct")
    ]
    reserves = _levels(context, book, RESERVES, "frozen_share", unit="share")
    charts = [_horizon_chart(context, packages), _currency_chart(context, currency)]
    study = context.results.study(STUDY, PayerStudy) if packages else None
    costs = [] if study is None else [item for item in study.packages if item.package in packages]
    counter = None if study is None or not study.instrument else study
    matrices = [
        _matrix(context, book, {item.package: item.plain for item in costs}, None),
        _matrix(context, book, {item.package: item.countered for item in costs}, counter)
        if counter
        else None,
    ]
    return Payers(
        currency=currency,
        reserves=reserves,
        uses=_uses(context, book),
        listings=_listings(context, book),
        counter=_counter(context, book, costs, counter),
        has_packages=bool(packages),
        limits=_limits(context) if packages else (),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(matrix for matrix in matrices if matrix is not None),
    )


def _target(context: Context, book: Book, mechanism: str) -> dict[str, Figure]:
    """Losses of the target by horizon."""
    found: dict[str, Figure] = {}
    label = context.crisis.mechanisms[mechanism].label
    for horizon, words in HORIZONS:
        levels = context.levels.start(mechanism, f"loss_{horizon}_pct_gdp")
        if levels:
            found[horizon] = book.level(
                f"pays.{mechanism}.{horizon}",
                f"{label}: loss of the target after {words}",
                levels[0],
                unit="pct_gdp",
            )
    return found


def _levels(context: Context, book: Book, model: str, output: str, *, unit: str) -> Rows:
    found = []
    for mechanism in context.levels.mechanisms(model):
        for level in context.levels.main(mechanism.id, output)[:1]:
            figure = book.level(
                f"{output}.{mechanism.id}", sentence_case(mechanism.label), level, unit=unit
            )
            found.append((mechanism.label, figure))
    return found


def _listings(context: Context, book: Book) -> Rows:
    """Fall of the chance to close a settlement, by mechanism, where it is largest."""
    found = []
    for mechanism in context.levels.mechanisms(LISTING):
        levels = context.levels.of(mechanism.id, "channel_cost_prob")
        if not levels:
            continue
        worst = max(levels, key=lambda level: float(context.columns.values(level.metric).mean()))
        label = context.levels.label(worst) if context.levels.changed(worst) else mechanism.label
        name = f"channel_cost_prob.{mechanism.id}{context.levels.key(worst)}"
        words = f"fall of the chance to close a settlement, {label}"
        found.append((label, book.level(name, sentence_case(words), worst, unit="prob")))
    return found


def _horizon_chart(context: Context, packages: dict[str, dict[str, Figure]]) -> Chart | None:
    if not packages:
        return None
    hit = next(iter(context.roles.players("challenger")), None)
    colour = context.roles.colours[hit.id] if hit else INK
    spans = [
        Span(
            row=sentence_case(context.crisis.mechanisms[name].label),
            figure=figures[horizon],
            series=words,
            colour=colour,
        )
        for name, figures in packages.items()
        for horizon, words in HORIZONS
        if horizon in figures
    ]
    hardest = max(packages, key=lambda name: packages[name]["year"].value or 0.0)
    return draw_ranges(
        "sanctions-horizons",
        spans,
        picture_words(
            context,
            PAGE,
            "horizons",
            note=run_note(context),
            package=context.crisis.mechanisms[hardest].label,
            falls=_falls(packages[hardest]),
            names=context.roles.names("challenger"),
        ),
        row_title="Package",
    )


def _falls(figures: dict[str, Figure]) -> bool:
    """Tell whether the loss is largest at first and falls from then on."""
    values = [figures[horizon].value or 0.0 for horizon, _ in HORIZONS if horizon in figures]
    return values == sorted(values, reverse=True)


def _matrix(
    context: Context,
    book: Book,
    costs: Mapping[str, Sequence[ActorCost]],
    counter: PayerStudy | None,
) -> TableView | None:
    """Who pays for each package after a year, in all; with a counter-measure, what that adds stands beside."""
    if not costs:
        return None
    names = list(costs)
    actors = list(dict.fromkeys(cost.actor for rows in costs.values() for cost in rows))
    figures = {
        actor: [
            _total(context, book, name, cost, counter)
            for name in names
            for cost in costs[name]
            if cost.actor == actor
        ]
        for actor in actors
    }
    members = sorted(
        (actor for actor in actors if actor),
        key=lambda actor: -sum(figure.value or 0.0 for figure in figures[actor]),
    )
    who = {actor: context.names.actor(actor) for actor in members}
    rows = [
        (
            sentence_case(who.get(actor, context.roles.names("challenger"))),
            *map(_cell, figures[actor]),
        )
        for actor in ("", *members)
        if len(figures.get(actor, ())) == len(names)
    ]
    answer = "" if counter is None else context.crisis.instruments[counter.instrument].label
    return present_table(
        "payers" if counter is None else "payers-countered",
        (
            "Loss after a year",
            *(sentence_case(context.crisis.mechanisms[name].label) for name in names),
        ),
        rows,
        title=context.say(
            PAGE, "payers_title", names=context.roles.names("challenger"), answer=answer
        ),
        note=context.say(PAGE, "payers_note", least=str(LEAST_SHOWN), answer=answer),
    )


def _total(
    context: Context, book: Book, package: str, cost: ActorCost, counter: PayerStudy | None
) -> Figure:
    """Make the figure of all that an actor loses under a package after a year."""
    mechanism = context.crisis.mechanisms[package]
    who = context.names.actor(cost.actor) if cost.actor else "the target"
    mechanisms = [package, *([] if counter is None else [counter.mechanism])]
    with_counter = (
        "" if counter is None else f" with “{context.crisis.instruments[counter.instrument].label}”"
    )
    return book.array(
        ".".join(
            (
                "pays",
                package,
                cost.actor or "target",
                "total" if counter is None else counter.instrument,
            )
        ),
        f"{mechanism.label}{with_counter}: loss of {who} after a year",
        cost.total,
        unit="pct_gdp",
        trace=_trace(context, mechanisms, cost.actor),
    )


def _trace(context: Context, mechanisms: Sequence[str], member: str) -> Trace:
    """Put together where the parts of a loss come from."""
    traces = []
    for name in mechanisms:
        outputs = (
            ("member_loss_year_pct_gdp", "supplier_loss_pct_gdp", "loss_year_pct_gdp")
            if member
            else ("loss_year_pct_gdp", "supplier_loss_pct_gdp")
        )
        levels = [level for output in outputs for level in context.levels.of(name, output)]
        mine = [level for level in levels if level.member == member] or levels
        traces.append(context.traces.of(mine[0].metric))
    first, *others = traces
    for other in others:
        first = replace(
            first,
            sources=tuple(dict.fromkeys((*first.sources, *other.sources))),
            quantities=tuple(dict.fromkeys((*first.quantities, *other.quantities))),
            model=f"{first.model}; {other.model}",
            reference=f"{first.reference}; {other.reference}",
        )
    return first


def _counter(
    context: Context,
    book: Book,
    costs: Sequence[PackageCosts],
    counter: PayerStudy | None,
) -> CounterMeasure | None:
    """Return whom the counter-measure hits most, and what it costs the target, where no package bans gas before it."""
    plain = next((item for item in costs if not item.bans_gas), None)
    if counter is None or plain is None:
        return None
    gas = {cost.actor: cost.gas for cost in plain.countered if cost.gas is not None}
    if "" not in gas or len(gas) < 2:
        return None
    worst = max((actor for actor in gas if actor), key=lambda actor: float(gas[actor].mean()))
    priced = context.crisis.mechanisms[counter.mechanism].label
    answer = context.crisis.instruments[counter.instrument].label
    own = book.array(
        f"pays.{counter.mechanism}.{worst}",
        f"{priced}: loss of {context.names.actor(worst)} after a year",
        gas[worst],
        unit="pct_gdp",
        trace=_trace(context, [counter.mechanism], worst),
    )
    forgone = book.array(
        f"pays.{counter.mechanism}.target",
        f"{priced}: revenue that the target forgoes",
        gas[""],
        unit="pct_gdp",
        trace=_trace(context, [counter.mechanism], ""),
    )
    return CounterMeasure(label=answer, who=context.names.actor(worst), loss=own, own=forgone)


def _cell(figure: Figure | None) -> str:
    """Return a figure without its unit, which the note of the table names."""
    if figure is None:
        return ""
    if figure.value is not None and abs(figure.value) < LEAST_SHOWN:
        return link(figure, f"<{LEAST_SHOWN}")
    return link(figure, figure.full_text.replace(PERCENT_OF_GDP, ""))


def _currency_chart(context: Context, currency: Rows) -> Chart | None:
    if len(currency) < 2:
        return None
    hit = next(iter(context.roles.players("challenger")), None)
    worst = max(currency, key=lambda row: row[1].value or 0.0)
    return draw_ranges(
        "sanctions-currency",
        [
            Span(
                row=sentence_case(label),
                figure=figure,
                colour=context.roles.colours[hit.id] if hit else INK,
            )
            for label, figure in currency
        ],
        picture_words(
            context, PAGE, "currency", note=run_note(context), when=worst[0], rise=worst[1]
        ),
        zero_line=True,
        row_title="When",
    )


def _uses(context: Context, book: Book) -> Rows:
    """Return what controlled goods are used for, from the exposures of the challenger."""
    return [
        (context.names.exposure(path.rsplit(".", 1)[1]), book.quantity(path))
        for player in context.roles.players("challenger")
        for actor in player.actors
        for path in context.crisis.quantities
        if path.startswith(f"exposures.{actor}.{USES}")
    ]


def _limits(context: Context) -> tuple[str, ...]:
    """Return what the trade table behind the packages cannot show."""
    table = context.tables.get("table_sectors")
    notes = [row.cells.get("note", "") for row in table.rows] if table is not None else []
    return tuple(note for note in notes if note)
