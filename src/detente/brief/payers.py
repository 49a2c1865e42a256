"""Who pays for each package, how soon, what the currency does, and what controls hit: parts of the sanctions question."""

from collections.abc import Sequence
from dataclasses import dataclass

from detente.brief.charts import Span, draw_ranges
from detente.brief.context import Book, Context, Level
from detente.brief.drawing import Words
from detente.brief.figures import Chart, Figure, TableView, link
from detente.brief.palette import INK, MUTED, NEUTRAL
from detente.brief.parts import run_note
from detente.brief.words import join_words, sentence_case

__all__ = ["Payers", "find_payers"]

MODEL = "sanctions.package_horizons"
CURRENCY = "sanctions.currency"
LISTING = "sanctions.personal_listing"
RESERVES = "sanctions.freezable_reserves"
HORIZONS = (("month", "1 month"), ("year", "1 year"), ("3y", "3 years"))
USES = "controls_use_"
"""Prefix of exposures that say what controlled goods are used for."""
MESSAGING_FLAG = (
    "No published estimate isolates a cut-off from financial messaging: it has always come with other measures, so its "
    "range is judgement on what officials said."
)

Rows = Sequence[tuple[str, Figure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payers:
    """Sentences, charts and tables on who pays."""

    paragraphs: tuple[str, ...]
    charts: tuple[Chart, ...]
    tables: tuple[TableView, ...]


def find_payers(context: Context, book: Book) -> Payers:
    """Read every package by horizon, the currency and the reserves; empty where the crisis binds no such mechanism."""
    packages = {
        mechanism.id: _target(context, book, mechanism.id)
        for mechanism in context.mechanisms(MODEL)
    }
    packages = {name: found for name, found in packages.items() if found}
    currency = _levels(context, book, CURRENCY, "depreciation_pct", unit="pct")
    reserves = _levels(context, book, RESERVES, "frozen_share", unit="share")
    charts = [_horizon_chart(context, packages), _currency_chart(context, currency)]
    matrix = _matrix(context, book, packages)
    sentences = [
        _horizon_sentence(context, packages),
        _currency_sentence(currency, reserves),
        _uses_sentence(context, book),
        _listing_sentence(_levels(context, book, LISTING, "channel_cost_prob", unit="prob")),
        MESSAGING_FLAG if packages else "",
        _limits_sentence(context) if packages else "",
    ]
    return Payers(
        paragraphs=tuple(sentence for sentence in sentences if sentence),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=() if matrix is None else (matrix,),
    )


def _target(context: Context, book: Book, mechanism: str) -> dict[str, Figure]:
    """Losses of the target by horizon."""
    found: dict[str, Figure] = {}
    label = context.crisis.mechanisms[mechanism].label
    for horizon, words in HORIZONS:
        levels = context.start_levels(mechanism, f"loss_{horizon}_pct_gdp")
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
    for mechanism in context.mechanisms(model):
        for level in context.main_levels(mechanism.id, output)[:1]:
            figure = book.level(
                f"{output}.{mechanism.id}", sentence_case(mechanism.label), level, unit=unit
            )
            found.append((mechanism.label, figure))
    return found


def _horizon_chart(context: Context, packages: dict[str, dict[str, Figure]]) -> Chart | None:
    if not packages:
        return None
    hit = next(iter(context.players("challenger")), None)
    colours = {"month": MUTED, "year": context.colours[hit.id] if hit else INK, "3y": NEUTRAL}
    spans = [
        Span(
            row=sentence_case(context.crisis.mechanisms[name].label),
            figure=figures[horizon],
            series=words,
            colour=colours[horizon],
        )
        for name, figures in packages.items()
        for horizon, words in HORIZONS
        if horizon in figures
    ]
    hardest = max(packages, key=lambda name: packages[name]["year"].value or 0.0)
    return draw_ranges(
        "sanctions-horizons",
        spans,
        Words(
            title=f"{sentence_case(context.crisis.mechanisms[hardest].label)} hits hardest{_when(packages[hardest])}",
            subtitle=f"Loss of {context.names('challenger')} in % of the income of the period while the package is in force, trade alone",
            footnote=run_note(context),
        ),
        row_title="Package",
    )


def _when(figures: dict[str, Figure]) -> str:
    """Say that the loss is largest at first, if it is."""
    values = [figures[horizon].value or 0.0 for horizon, _ in HORIZONS if horizon in figures]
    return ", and the first weeks are the worst" if values == sorted(values, reverse=True) else ""


def _matrix(
    context: Context, book: Book, packages: dict[str, dict[str, Figure]]
) -> TableView | None:
    if not packages:
        return None
    names = list(packages)
    first = context.crisis.mechanisms[names[0]]
    rows = [
        (
            sentence_case(context.names("challenger")),
            *(_cell(packages[name].get("year")) for name in names),
        )
    ]
    sizes: list[tuple[float, tuple[str, ...]]] = []
    for member in first.members:
        figures = [_member(context, book, name, member) for name in names]
        total = sum((figure.value or 0.0) for figure in figures if figure is not None)
        sizes.append((-total, (context.actor_name(member), *map(_cell, figures))))
    rows += [row for _, row in sorted(sizes, key=lambda pair: pair[0])]
    return TableView(
        id="payers",
        title="Who pays for each package",
        columns=(
            "Loss after a year",
            *(sentence_case(context.crisis.mechanisms[name].label) for name in names),
        ),
        rows=tuple(rows),
        numeric=(False, *(True for _ in names)),
        note="In % of income while the package is in force, trade alone; mean and 5\N{EN DASH}95% of explored cases. Below zero is a gain.",
    )


def _member(context: Context, book: Book, mechanism: str, member: str) -> Figure | None:
    levels: Sequence[Level] = [
        level
        for level in context.start_levels(mechanism, "member_loss_year_pct_gdp")
        if level.member == member
    ]
    if not levels:
        return None
    label = f"{context.crisis.mechanisms[mechanism].label}: loss of {context.actor_name(member)} after a year"
    return book.level(f"pays.{mechanism}.{member}", label, levels[0], unit="pct_gdp")


def _cell(figure: Figure | None) -> str:
    return "" if figure is None else link(figure, figure.full_text)


def _horizon_sentence(context: Context, packages: dict[str, dict[str, Figure]]) -> str:
    if not packages:
        return ""
    ranked = sorted(packages, key=lambda name: -(packages[name]["year"].value or 0.0))
    parts = [
        f"{context.crisis.mechanisms[name].label} costs {context.names('challenger')} "
        f"{link(packages[name]['month'])} in the first month, {link(packages[name]['year'])} after a year and "
        f"{link(packages[name]['3y'])} after three"
        for name in ranked
        if len(packages[name]) == len(HORIZONS)
    ]
    return sentence_case(f"{join_words(parts)}, by trade alone.") if parts else ""


def _currency_sentence(currency: Rows, reserves: Rows) -> str:
    parts = []
    if reserves:
        held = [f"{label}: {link(figure, figure.full_text)}" for label, figure in reserves]
        parts.append(f"Reserves within reach by currency: {join_words(held)}.")
    if currency:
        moves = [f"{label}, {link(figure, figure.full_text)}" for label, figure in currency]
        parts.append(
            "Price of foreign currency against before (a rise is a fall of the currency): "
            f"{join_words(moves)}. A rate that recovers says nothing about the damage: stops of imports lift it."
        )
    return " ".join(parts)


def _currency_chart(context: Context, currency: Rows) -> Chart | None:
    if len(currency) < 2:
        return None
    hit = next(iter(context.players("challenger")), None)
    worst = max(currency, key=lambda row: row[1].value or 0.0)
    return draw_ranges(
        "sanctions-currency",
        [
            Span(
                row=sentence_case(label),
                figure=figure,
                colour=context.colours[hit.id] if hit else INK,
            )
            for label, figure in currency
        ],
        Words(
            title=f"{sentence_case(worst[0])}: foreign currency costs {worst[1].text} more",
            subtitle="Price of foreign currency relative to before; above zero the currency has lost",
            footnote=run_note(context),
        ),
        zero_line=True,
        row_title="When",
    )


def _uses_sentence(context: Context, book: Book) -> str:
    """Say what controlled goods are used for, from the exposures of the challenger."""
    found = []
    for player in context.players("challenger"):
        for actor in player.actors:
            prefix = f"exposures.{actor}.{USES}"
            for path in context.crisis.quantities:
                if path.startswith(prefix):
                    figure = book.quantity(path)
                    found.append(f"{context.exposure_label(path.rsplit('.', 1)[1])} {link(figure)}")
    if not found:
        return ""
    return f"What controlled goods are used for: {join_words(found)}."


def _listing_sentence(listings: Rows) -> str:
    parts = [f"{label}: {link(figure, figure.full_text)}" for label, figure in listings]
    return f"What personal measures cost the channel: {join_words(parts)}." if parts else ""


def _limits_sentence(context: Context) -> str:
    """Say what the trade table behind the packages cannot show."""
    table = context.table("table_sectors")
    if table is None:
        return ""
    notes = [row.cells.get("note", "") for row in table.rows]
    found = join_words([note for note in notes if note])
    return f"Limits of the trade table: {found}." if found else ""
