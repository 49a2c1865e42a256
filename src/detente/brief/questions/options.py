"""What could it do? The challenger's instruments, how likely each is used, and how likely the military ones succeed."""

from dataclasses import dataclass

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView, chance, link, present_table
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.drawing import Words
from detente.brief.questions._parts import (
    change_sentences,
    run_note,
)
from detente.brief.shared import comparable, comparable_label
from detente.brief.words import (
    format_date,
    format_range,
    join_words,
    plural,
    sentence_case,
)
from detente.crisis.elements import Instrument, Player
from detente.crisis.metric_names import metric_name
from detente.crisis.registers import kind_of

__all__ = ["answer"]

ID, ORDER = "options", 20
MOST_RESULTS = 6
"""Results of chance that are named in the text; the picture shows all."""


def answer(book: Book) -> Answer:
    """Answer the question from the challenger's menu and the solved games."""
    context = book.context
    challenger = context.roles.names("challenger")
    ladder = _ladder(context, book)
    success = _success(context, book)
    verdicts = _verdicts(context, book)
    charts = [_ladder_chart(context, ladder, challenger), _success_chart(context, success)]
    return Answer(
        id=ID,
        title="What could it do?",
        answer=_first_sentence(ladder, challenger),
        facts=read_facts(book),
        model=(*_paragraphs(ladder, success), *_departures(context, book, verdicts)),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=_tables(context, book, verdicts),
        changes=_changes(book, ladder),
        absent=()
        if success
        else ("No instrument of the challenger has a chance outcome bound to a mechanism.",),
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


def _first_sentence(ladder: list[tuple[Instrument, Figure]], challenger: str) -> str:
    if not ladder:
        return f"The run holds no instruments of {challenger}."
    force = [pair for pair in ladder if kind_of(pair[0]).open_force]
    soft = [pair for pair in ladder if not kind_of(pair[0]).open_force]
    text = (
        f"{challenger} has {plural(len(ladder), 'option')}, {len(soft)} of them short of open force"
    )
    if soft:
        item, figure = _by_use(soft)[0]
        text += f"; the likeliest is “{item.label}” ({link(figure)})"
    if force:
        item, figure = _by_use(force)[0]
        text += f"{', and' if soft else ';'} the likeliest military one, “{item.label}”, {chance(figure)}"
    return text + "."


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
    title = f"{challenger} most often uses “{first[0].label}”"
    if force and not kind_of(first[0]).open_force:
        top = _by_use(force)[0]
        title += f"; of its military options, “{top[0].label}”"
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
        Words(
            title=title,
            subtitle="Model's probability that each option is used at least once, mean over explored cases; from restraint (top) to force",
            footnote=run_note(context),
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
        Words(
            title=f"“{sentence_case(best[0].label)}” is the surest to bring what it aims at: {best[1].text}",
            subtitle="Chance of the named result as things stand, mean over explored cases",
            footnote=run_note(context),
        ),
        row_title="Result",
    )


def _paragraphs(
    ladder: list[tuple[Instrument, Figure]],
    success: list[tuple[Instrument, Figure]],
) -> tuple[str, ...]:
    paragraphs = []
    kinds = list(dict.fromkeys(kind_of(item) for item, _ in ladder))
    if kinds:
        parts = [
            f"{kind.label} ({join_words(['“' + i.label + '”' for i, _ in ladder if i.kind == kind.name])})"
            for kind in kinds
        ]
        paragraphs.append(
            f"In order of force: {'; '.join(parts)}. Options may be used alone or in turn, "
            "so their probabilities do not sum to one."
        )
    if success:
        parts = [
            f"{figure.label}, {link(figure, figure.full_text)}"
            for _, figure in success[:MOST_RESULTS]
        ]
        paragraphs.append("Some results are decided by chance: " + "; ".join(parts) + ".")
    hidden = [item for item, _ in ladder if item.seen_by]
    if hidden:
        names = join_words([f"“{item.label}”" for item in hidden])
        verb = "is" if len(hidden) == 1 else "are"
        paragraphs.append(f"Not everyone sees every move: {names} {verb} hidden from some players.")
    return tuple(paragraphs)


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
        title="What sources expected, and what the model says",
        numeric=(False, False, False, True, True, False),
        note="“Read as” is our own reading of the words as probabilities; the sources gave none. “Within” means that the "
        "model's mean lies in it.",
    )


def _departures(context: Context, book: Book, verdicts: tuple[_Verdict, ...]) -> tuple[str, ...]:
    """Say where the model orders outcomes otherwise than the sources do, and what in the model makes the difference."""
    turned: dict[tuple[str, str], tuple[_Verdict, _Verdict]] = {}
    for above in verdicts:
        for below in verdicts:
            if above.low >= below.high and (above.figure.value or 0) < (below.figure.value or 0):
                turned.setdefault((above.compare, below.compare), (above, below))
    if not turned:
        return ()
    rivals: dict[str, list[_Verdict]] = {}
    for above, below in turned.values():
        rivals.setdefault(below.compare, []).append(above)
    paragraphs = []
    for name, others in rivals.items():
        figure = next(item.figure for item in verdicts if item.compare == name)
        label = comparable_label(context, name)
        words = [f"“{comparable_label(context, item.compare)}”" for item in others]
        given = [f"{word} {link(item.figure)}" for word, item in zip(words, others, strict=True)]
        text = (
            f"The model departs from its sources here. Some of them rate {join_words(words)} likelier than “{label}”; the "
            f"model gives {join_words([*given, f'“{label}” {link(figure)}'])}."
        )
        paragraphs.append(text + _by_type(context, book, name, others))
    return tuple(paragraphs)


def _by_type(context: Context, book: Book, name: str, others: list[_Verdict]) -> str:
    """Say of which type of the challenger the difference comes."""
    parts = []
    for player in context.roles.players("challenger"):
        for kind in player.types if len(player.types) > 1 else ():
            cells = []
            for outcome in (name, *(item.compare for item in others)):
                metric = metric_name("outcome_given", player.id, kind.id, outcome)
                if not context.columns.has(metric):
                    break
                label = comparable_label(context, outcome)
                figure = book.metric(
                    f"given.{player.id}.{kind.id}.{outcome}",
                    f"{label} if {player.name} is “{kind.label}”",
                    metric,
                )
                cells.append(f"{label} {link(figure)}")
            else:
                parts.append(f"if {player.name} is “{kind.label}”, {', '.join(cells)}")
    return f" By type: {'; '.join(parts)}." if parts else ""


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
            title="All that sources said of each option",
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
        title=f"First move of {player.name}, by type",
        note="Mean and 5\N{EN DASH}95% of explored cases. A move that both types make equally tells nothing.",
    )


def _changes(book: Book, ladder: list[tuple[Instrument, Figure]]) -> tuple[str, ...]:
    force = [pair for pair in ladder if kind_of(pair[0]).open_force] or ladder
    if not force:
        return ()
    instrument, _ = _by_use(force)[0]
    return change_sentences(
        book, metric_name("use", instrument.player, instrument.id), f"“{instrument.label}”"
    )
