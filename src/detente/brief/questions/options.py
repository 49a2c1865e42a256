"""What could it do? The challenger's instruments, how likely each is used, and how likely the military ones succeed."""

from dataclasses import dataclass

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView, link, present_table
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.questions._options_card import forms_chart, options_words
from detente.brief.questions._parts import picture_words, run_note
from detente.brief.shared import comparable, comparable_label
from detente.brief.words import (
    format_date,
    format_range,
    sentence_case,
)
from detente.crisis.elements import Instrument, Player
from detente.crisis.metric_names import metric_name
from detente.crisis.registers import kind_of

__all__ = ["answer"]

ID, ORDER = "options", 20


def answer(book: Book) -> Answer:
    """Answer the question from the challenger's menu and the solved games."""
    context = book.context
    challenger = context.roles.names("challenger")
    ladder = _ladder(context, book)
    success = _success(context, book)
    verdicts = _verdicts(context, book)
    charts = [
        forms_chart(context, book),
        _ladder_chart(context, ladder, challenger),
        _success_chart(context, success),
    ]
    said = options_words(
        book, ladder=ladder, chances=success, departures=_departures(context, verdicts)
    )
    return Answer(
        id=ID,
        title=said.title,
        answer=said.answer,
        so_what=said.so_what,
        facts=read_facts(book),
        model=said.model,
        charts=tuple(chart for chart in charts if chart is not None),
        tables=_tables(context, book, verdicts),
        changes=said.changes,
        absent=said.absent,
    )


def _ladder(context: Context, book: Book) -> list[tuple[Instrument, Figure]]:
    """Return the challenger's instruments with the probability that each is ever used, from restraint to force."""
    found = []
    for player in context.roles.players("challenger"):
        for instrument in context.roles.instruments_of(player.id):
            metric = metric_name("use", player.id, instrument.id)
            if context.columns.has(metric):
                label = f"{player.name} uses “{instrument.label}”"
                found.append((instrument, book.metric(f"use.{instrument.id}", label, metric)))
    return sorted(found, key=lambda pair: kind_of(pair[0]).force)


def _by_use(ladder: list[tuple[Instrument, Figure]]) -> list[tuple[Instrument, Figure]]:
    return sorted(ladder, key=lambda pair: -(pair[1].value or 0.0))


def _success(context: Context, book: Book) -> list[tuple[Instrument, Figure]]:
    """Return the probabilities of the chance outcomes of the challenger's instruments, at the start; of two, the first."""
    found = []
    for player in context.roles.players("challenger"):
        for instrument in context.roles.instruments_of(player.id):
            # of two results the second is what the first leaves
            shown = 1 if len(instrument.chance) == 2 else len(instrument.chance)
            for outcome in instrument.chance[:shown]:
                known = context.levels.binding_values(outcome.prob)
                if known is None:
                    continue
                values, metric = known
                figure = book.array(
                    f"chance.{instrument.id}.{outcome.id}",
                    f"“{instrument.label}”: {outcome.label}",
                    values,
                    unit="prob",
                    trace=context.traces.of(metric),
                )
                found.append((instrument, figure))
    return found


def _ladder_chart(
    context: Context, ladder: list[tuple[Instrument, Figure]], challenger: str
) -> Chart | None:
    if not ladder:
        return None
    first = _by_use(ladder)[0]
    force = [pair for pair in ladder if kind_of(pair[0]).open_force]
    is_soft = force and not kind_of(first[0]).open_force
    return draw_ranges(
        f"{ID}-ladder",
        [
            Span(
                row=sentence_case(instrument.label),
                figure=figure,
                colour=context.roles.colours[instrument.player],
            )
            for instrument, figure in ladder
        ],
        picture_words(
            context,
            ID,
            "ladder",
            note=run_note(context),
            names=challenger,
            first=first[0].label,
            military=_by_use(force)[0][0].label if is_soft else "",
        ),
        row_title="Option",
    )


def _success_chart(context: Context, success: list[tuple[Instrument, Figure]]) -> Chart | None:
    known = [pair for pair in success if pair[1].value is not None]
    if len(known) < 2:
        return None
    best = max(known, key=lambda pair: pair[1].value or 0.0)
    return draw_ranges(
        f"{ID}-chance",
        [
            Span(
                row=sentence_case(figure.label),
                figure=figure,
                colour=context.roles.colours[instrument.player],
            )
            for instrument, figure in known
        ],
        picture_words(
            context, ID, "chance", note=run_note(context), option=best[0].label, chance=best[1]
        ),
        row_title="Result",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What a source expects of an outcome, the probabilities as which that is read, and the model's figure."""

    compare: str
    words: str
    low: float
    high: float
    day: str
    source: str
    figure: Figure

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def place(self) -> str:
        value = round(self.figure.value or 0.0, 2)
        if value < self.low:
            return "below"
        return "above" if value > self.high else "within"


def _verdicts(context: Context, book: Book) -> tuple[_Verdict, ...]:
    """Read the verdicts of the table of estimates that speak of an outcome of the model."""
    table = context.tables.get("estimates")
    found = []
    for row in table.rows if table is not None else ():
        cells = row.cells
        try:
            low, high = float(cells.get("reads_low", "")), float(cells.get("reads_high", ""))
        except ValueError:
            continue
        figure = comparable(book, cells.get("compare", ""))
        if figure is None or figure.value is None:
            continue
        keys = [part.strip() for part in cells.get("source", "").split(";") if part.strip()]
        found.append(
            _Verdict(
                compare=cells["compare"],
                words=cells.get("verdict", "") or cells.get("statement", ""),
                low=low,
                high=high,
                day=format_date(cells.get("as_of", "")),
                source=context.names.sources(keys),
                figure=figure,
            )
        )
    return tuple(found)


def _verdict_table(context: Context, verdicts: tuple[_Verdict, ...]) -> TableView | None:
    if not verdicts:
        return None
    return present_table(
        "verdicts",
        ("Outcome", "Verdict", "Source", "Read as", "Model", "The model is"),
        tuple(
            (
                sentence_case(comparable_label(context, item.compare)),
                item.words,
                item.source,
                format_range(item.low, item.high, "prob"),
                link(item.figure, item.figure.full_text),
                item.place if item.place == "within" else f"{item.place} it",
            )
            for item in verdicts
        ),
        title=context.say(ID, "verdicts_title"),
        numeric=(False, False, False, True, True, False),
        note=context.say(ID, "verdicts_note"),
    )


def _departures(context: Context, verdicts: tuple[_Verdict, ...]) -> list[tuple[str, list[str]]]:
    """Return outcomes that the model holds likelier than others which sources hold likelier, each with those others."""
    turned: dict[str, dict[str, None]] = {}
    for above in verdicts:
        for below in verdicts:
            if above.low >= below.high and (above.figure.value or 0) < (below.figure.value or 0):
                turned.setdefault(below.compare, {})[above.compare] = None
    return [
        (comparable_label(context, name), [comparable_label(context, other) for other in others])
        for name, others in turned.items()
    ]


def _tables(context: Context, book: Book, verdicts: tuple[_Verdict, ...]) -> tuple[TableView, ...]:
    views = [_verdict_table(context, verdicts)]
    views += [_first_moves(context, book, player) for player in context.roles.players("challenger")]
    views.append(
        context.tables.view(
            "estimates",
            {
                "option": "Option",
                "statement": "Statement",
                "value": "Value",
                "grade": "Grade",
                "as_of": "As of",
                "source": "Source",
            },
            title=context.say(ID, "estimates_title"),
            numeric=("value",),
        )
    )
    return tuple(view for view in views if view is not None)


def _first_moves(context: Context, book: Book, player: Player) -> TableView | None:
    """Tabulate the first move of each type: where types differ, the move tells something."""
    rows = []
    for instrument in context.roles.instruments_of(player.id):
        metrics = [metric_name("first", player.id, kind.id, instrument.id) for kind in player.types]
        if len(player.types) < 2 or not all(context.columns.has(metric) for metric in metrics):
            continue
        cells = []
        for kind, metric in zip(player.types, metrics, strict=True):
            figure = book.metric(
                f"first.{kind.id}.{instrument.id}",
                f"first move “{instrument.label}” if {player.name} is “{kind.label}”",
                metric,
            )
            cells.append(link(figure, figure.full_text))
        rows.append((sentence_case(instrument.label), *cells))
    if not rows:
        return None
    return present_table(
        f"first-{player.id}",
        ("First move", *(sentence_case(kind.label) for kind in player.types)),
        rows,
        title=context.say(ID, "first_title", player=player.name),
        note=context.say(ID, "first_note"),
    )
