"""What could it do? The challenger's instruments, how likely each is used, and how likely the military ones succeed."""

from detente.brief.charts import Span, Words, draw_ranges
from detente.brief.context import Book, Context
from detente.brief.figures import Answer, Chart, Figure, TableView, link
from detente.brief.parts import chance, change_sentences, run_note
from detente.brief.words import join_words, plain_label, plural, sentence_case
from detente.crisis.elements import Instrument, Player

__all__ = ["answer"]

ID = "options"
_LADDER = ("restraint", "diplomacy", "energy", "economic", "information", "covert", "posture")
"""Kinds of instruments from the least to the most forceful; others stand before the military ones."""


def answer(context: Context) -> Answer:
    """Answer the question from the challenger's menu and the solved games."""
    book = context.book(ID)
    challenger = context.names("challenger")
    ladder = _ladder(context, book)
    success = _success(context, book)
    charts = [_ladder_chart(context, ladder, challenger), _success_chart(context, success)]
    return Answer(
        id=ID,
        title="What could it do?",
        answer=_first_sentence(ladder, challenger),
        facts=context.facts(book),
        model=_paragraphs(ladder, success),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=_tables(context, book),
        changes=_changes(book, ladder),
        absent=()
        if success
        else ("No instrument of the challenger has a chance outcome bound to a mechanism.",),
        # evaluated last: the parts above make the figures
        figures=book.figures,
    )


def _rank(instrument: Instrument) -> int:
    if instrument.kind == "military":
        return len(_LADDER) + 1
    return _LADDER.index(instrument.kind) if instrument.kind in _LADDER else len(_LADDER)


def _ladder(context: Context, book: Book) -> list[tuple[Instrument, Figure]]:
    """Return the challenger's instruments with the probability that each is ever used, from restraint to force."""
    found = []
    for player in context.players("challenger"):
        for instrument in context.instruments_of(player.id):
            metric = f"use/{player.id}/{instrument.id}"
            if context.has(metric):
                label = f"{player.name} uses “{instrument.label}”"
                found.append((instrument, book.metric(f"use.{instrument.id}", label, metric)))
    return sorted(found, key=lambda pair: _rank(pair[0]))


def _by_use(ladder: list[tuple[Instrument, Figure]]) -> list[tuple[Instrument, Figure]]:
    return sorted(ladder, key=lambda pair: -(pair[1].value or 0.0))


def _first_sentence(ladder: list[tuple[Instrument, Figure]], challenger: str) -> str:
    if not ladder:
        return f"The run holds no instruments of {challenger}."
    force = [pair for pair in ladder if pair[0].kind == "military"]
    soft = [pair for pair in ladder if pair[0].kind != "military"]
    text = f"{challenger} has {plural(len(ladder), 'instrument')}, {len(soft)} of them short of open force"
    if soft:
        used = [f"“{item.label}” ({link(figure)})" for item, figure in _by_use(soft)[:2]]
        text += f"; it most often uses {join_words(used)}"
    if force:
        item, figure = _by_use(force)[0]
        text += f", and the military one it uses most often, “{item.label}”, is {chance(figure)}"
    return text + "."


def _success(context: Context, book: Book) -> list[tuple[Instrument, Figure]]:
    """Return the probability of the first chance outcome of each of the challenger's instruments, at the start."""
    found = []
    for player in context.players("challenger"):
        for instrument in context.instruments_of(player.id):
            for outcome in instrument.chance[:1]:
                known = context.binding_values(outcome.prob)
                if known is None:
                    continue
                values, metric = known
                figure = book.array(
                    f"chance.{instrument.id}.{outcome.id}",
                    f"“{instrument.label}”: {outcome.label}",
                    values,
                    unit="prob",
                    trace=context.trace(metric),
                )
                found.append((instrument, figure))
    return found


def _ladder_chart(
    context: Context, ladder: list[tuple[Instrument, Figure]], challenger: str
) -> Chart | None:
    if not ladder:
        return None
    first = _by_use(ladder)[0]
    force = [pair for pair in ladder if pair[0].kind == "military"]
    title = f"{challenger} most often uses “{first[0].label}”"
    if force and first[0].kind != "military":
        top = _by_use(force)[0]
        title += f"; of its military options, “{top[0].label}”"
    return draw_ranges(
        f"{ID}-ladder",
        [
            Span(
                row=sentence_case(instrument.label),
                figure=figure,
                colour=context.colours[instrument.player],
            )
            for instrument, figure in ladder
        ],
        Words(
            title=title,
            subtitle="Probability that each instrument is used at least once, from restraint (top) to force",
            footnote=run_note(context),
        ),
        row_title="Instrument",
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
                colour=context.colours[instrument.player],
            )
            for instrument, figure in known
        ],
        Words(
            title=f"The surest first result is that of “{best[0].label}”",
            subtitle="Probability of the named result at the state of the start",
            footnote=run_note(context),
        ),
        row_title="Result",
    )


def _paragraphs(
    ladder: list[tuple[Instrument, Figure]],
    success: list[tuple[Instrument, Figure]],
) -> tuple[str, ...]:
    paragraphs = []
    kinds = list(dict.fromkeys(item.kind for item, _ in ladder))
    if kinds:
        parts = [
            f"{plain_label(kind)} ({join_words(['“' + i.label + '”' for i, _ in ladder if i.kind == kind])})"
            for kind in kinds
        ]
        paragraphs.append(
            f"By kind, from restraint to force: {'; '.join(parts)}. Instruments may be used alone or in turn, "
            "so the probabilities below do not sum to one."
        )
    if success:
        parts = [f"{figure.label}, {link(figure, figure.full_text)}" for _, figure in success[:4]]
        paragraphs.append("Where chance decides: " + "; ".join(parts) + ".")
    hidden = [item for item, _ in ladder if item.seen_by]
    if hidden:
        names = join_words([f"“{item.label}”" for item in hidden])
        paragraphs.append(f"Not everyone sees every move: {names} may be hidden from others.")
    return tuple(paragraphs)


def _tables(context: Context, book: Book) -> tuple[TableView, ...]:
    views = [_first_moves(context, book, player) for player in context.players("challenger")]
    views.append(
        context.table_view(
            "estimates",
            {
                "option": "Option",
                "statement": "Statement",
                "value": "Value",
                "grade": "Grade",
                "as_of": "As of",
                "source": "Source",
            },
            title="What sources thought of each option",
            numeric=("value",),
        )
    )
    return tuple(view for view in views if view is not None)


def _first_moves(context: Context, book: Book, player: Player) -> TableView | None:
    """Tabulate the first move of each type: where types differ, the move tells something."""
    rows = []
    for instrument in context.instruments_of(player.id):
        metrics = [f"first/{player.id}/{kind.id}/{instrument.id}" for kind in player.types]
        if len(player.types) < 2 or not all(context.has(metric) for metric in metrics):
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
    return TableView(
        id=f"first-{player.id}",
        title=f"First move of {player.name}, by type",
        columns=("First move", *(sentence_case(kind.label) for kind in player.types)),
        rows=tuple(rows),
        numeric=(False, *(True for _ in player.types)),
        note="Mean and 5\N{EN DASH}95% of explored cases. A move that both types make equally tells nothing.",
    )


def _changes(book: Book, ladder: list[tuple[Instrument, Figure]]) -> tuple[str, ...]:
    force = [pair for pair in ladder if pair[0].kind == "military"] or ladder
    if not force:
        return ()
    instrument, _ = _by_use(force)[0]
    return change_sentences(
        book, f"use/{instrument.player}/{instrument.id}", f"the use of “{instrument.label}”"
    )
