"""What about defence and deterrence? What forces and aid add to the price of each option, and how they are read."""

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView, link
from detente.brief.levels import Level
from detente.brief.pictures.charts import Dumbbell, Span, draw_dumbbells, draw_ranges
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.palette import INK
from detente.brief.questions._holding import (
    Held,
    arrivals_chart,
    balance_chart,
    base_rate_paragraphs,
    holding_paragraphs,
    read_held,
    typed_levels,
)
from detente.brief.questions._parts import (
    PostureReading,
    change_sentences,
    effect_sentence,
    grouped_row,
    held_sentences,
    reading_sentence,
    readings,
    run_note,
)
from detente.brief.questions._theatre import theatre_chart
from detente.brief.type_effects import reading_words, type_changes, type_clause
from detente.brief.words import join_words, sentence_case
from detente.crisis.metric_names import metric_name
from detente.crisis.registers import kinds_for

__all__ = ["answer"]

ID, ORDER = "deterrence", 40
DEPLOYMENTS = kinds_for(ID, open_force=False)
"""Kinds of instruments that deploy or arm."""
KINDS = kinds_for(ID)
"""The same with the use of force: all that tells of resolve."""
METRIC = "attack"
SHIFT = 0.02
"""Smallest shift of a belief that is worth a sentence."""


def answer(book: Book) -> Answer:
    """Answer the question from margins, chances of success and commitments that deploy or arm."""
    context = book.context
    attack = book.metric("attack", "an attack", METRIC)
    margins = _levels(context, book, "margin", "stakes", "margin against")
    success = _levels(context, book, "success_prob", "prob", "")
    effects = book.policies(context.policies.with_kinds(DEPLOYMENTS), METRIC, "an attack")
    held = read_held(book)
    read = readings(book)
    charts = [
        balance_chart(book, held),
        _margin_chart(context, margins),
        arrivals_chart(book),
        theatre_chart(book),
        _alarm_chart(context, read),
        _success_chart(context, success),
        _policy_chart(context, attack, effects),
    ]
    return Answer(
        id=ID,
        title="What about defence and deterrence?",
        answer=_first_sentence(context, book, attack, held, success, effects),
        facts=read_facts(book),
        model=(
            *_held_paragraph(context, held),
            *holding_paragraphs(book, held),
            *base_rate_paragraphs(book),
            *_effects(context, book, effects),
            *_alarm(context, read),
            *_readings(context, book),
        ),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=_tables(context),
        changes=_changes(context, book, held),
        absent=_absent(context, margins),
    )


Rows = list[tuple[Level, Figure]]


def _levels(context: Context, book: Book, output: str, unit: str, words: str) -> Rows:
    found: Rows = []
    for mechanism in context.levels.mechanisms("deterrence."):
        levels = (
            typed_levels(context, mechanism.id, output)
            if output == "margin"
            else context.levels.main(mechanism.id, output)
        )
        for level in levels:
            label = f"{words} {mechanism.label}".strip()
            figure = book.level(
                f"{output}.{mechanism.id}{context.levels.key(level)}",
                f"{label} {context.levels.label(level)}",
                level,
                unit=unit,
            )
            found.append((level, figure))
    return found


def _first_sentence(
    context: Context,
    book: Book,
    attack: Figure,
    held: list[Held],
    success: Rows,
    effects: dict[str, tuple[Figure, Figure]],
) -> str:
    challenger = context.roles.names("challenger")
    if held:
        ranked = sorted(held, key=lambda item: item.share.value or 0.0)
        name, last = (
            context.crisis.mechanisms[item.mechanism].label for item in (ranked[0], ranked[-1])
        )
        text = "Deterrence holds" + (" least" if len(ranked) > 1 else "")
        text += (
            f" against {name}: holding back serves {challenger} better than striking in "
            f"{link(ranked[0].share)} of explored cases"
        )
        if len(ranked) > 1:
            text += f", against {link(ranked[-1].share)} for {last}"
    elif success:
        first = success[0]
        name = context.crisis.mechanisms[first[0].mechanism].label
        text = f"The {name} stands at {link(first[1], first[1].full_text)} before any further step"
    else:
        text = f"The model's probability of an attack is {link(attack, attack.full_text)} as things stand"
    if effects:
        policy, (_, change) = min(effects.items(), key=lambda item: item[1][1].value or 0.0)
        label = context.policies.get(policy).label
        if (change.value or 0.0) < 0:
            text += f"; “{label}” lowers the probability of an attack most, by {_drop(change)}"
            if parted := type_clause(context, type_changes(context, book, policy)):
                text += f" on average (by type: {parted})"
        else:
            only = len(effects) == 1
            text += (
                f"; “{label}”, the only such commitment compared, does not lower the probability of an attack"
                if only
                else "; none of the deployments compared lowers the probability of an attack"
            )
    return text + "."


def _changes(context: Context, book: Book, held: list[Held]) -> tuple[str, ...]:
    """Say what would change the option that deterrence holds back least; without margins, what moves an attack."""
    if held:
        weakest = min(held, key=lambda item: item.share.value or 0.0)
        rows = [(level, figure) for _, level, figure in weakest.by_type]
        level = (
            min(rows, key=lambda row: row[1].value or 0.0)[0]
            if rows
            else typed_levels(context, weakest.mechanism, "margin")[0]
        )
        label = context.crisis.mechanisms[level.mechanism].label
        if rows:
            label += f" {context.levels.label(level)}"
        found = held_sentences(book, level, label)
        if found:
            return found
    among = context.traces.inputs_of("deterrence.") or None
    return change_sentences(book, METRIC, "an attack", among=among)


def _drop(change: Figure) -> str:
    return link(change, change.text.removeprefix("\N{MINUS SIGN}"))


def _held_paragraph(context: Context, held: list[Held]) -> tuple[str, ...]:
    if not held:
        return ()
    parts = [
        f"{link(item.share)} against {context.crisis.mechanisms[item.mechanism].label}"
        for item in held
    ]
    return (
        (
            "Deterrence holds in a case where holding back is worth more than striking. As things stand that is so in "
            f"{join_words(parts)}. The margin is counted in stakes, the common measure of what the players care about; "
            "it is the value of one decision, before the other moves of the game are played out."
        ),
    )


def _effects(
    context: Context, book: Book, effects: dict[str, tuple[Figure, Figure]]
) -> tuple[str, ...]:
    """Say what each commitment changes in an attack, by type where types answer it differently."""
    ranked = sorted(effects.items(), key=lambda item: item[1][1].value or 0.0)
    return tuple(
        effect_sentence(context, policy, "an attack", pair) + _by_type(context, book, policy)
        for policy, pair in ranked[:4]
    )


def _by_type(context: Context, book: Book, policy: str) -> str:
    changes = type_changes(context, book, policy)
    parted = type_clause(context, changes)
    return f" By type: {parted} ({reading_words(context, policy, changes)})." if parted else ""


def _alarm(context: Context, read: tuple[PostureReading, ...]) -> tuple[str, ...]:
    """Say how a side reads the other's moves, and where that reading has a price."""
    paragraphs = []
    for reading in read:
        text = f"How it is read. {reading_sentence(context, reading)}"
        prices = [item.label for item in context.levels.priced_by(reading.mechanism.id)]
        if prices:
            text += f" That belief has its price in the game: it enters {join_words([f'“{name}”' for name in prices])}."
        rise = (reading.widest[1].value or 0.0) - (reading.prior.value or 0.0)
        if rise >= SHIFT:
            text += (
                " This is the security dilemma: the same step that makes an attack dearer makes the stand-off look more "
                "dangerous to the side that it deters."
            )
        paragraphs.append(text)
    return tuple(paragraphs)


def _alarm_chart(context: Context, read: tuple[PostureReading, ...]) -> Chart | None:
    if not read:
        return None
    rows = [
        Dumbbell(
            row=sentence_case(context.levels.state_words(level))
            if len(read) == 1
            else f"{sentence_case(reading.mechanism.label)} {context.levels.state_words(level)}",
            start=reading.prior,
            end=figure,
            colour=INK,
        )
        for reading in read
        for level, figure in reading.rows
    ]
    first = max(
        read, key=lambda item: abs((item.widest[1].value or 0.0) - (item.prior.value or 0.0))
    )
    level, after = first.widest
    shift = (after.value or 0.0) - (first.prior.value or 0.0)
    title = f"{sentence_case(first.mechanism.label)}: no posture moves it"
    if abs(shift) >= SHIFT:
        verb = "rises" if shift > 0 else "falls"
        title = (
            f"{sentence_case(first.mechanism.label)} {verb} from {first.prior.text} to {after.text} "
            f"{context.levels.state_words(level)}"
        )
    return draw_dumbbells(
        f"{ID}-readings",
        rows,
        Words(
            title=title,
            subtitle="Belief before any move (hollow) and after each posture is seen (filled), mean over explored cases",
            footnote=run_note(context, spread=False),
        ),
        start="Before",
        end="After",
        row_title="Posture",
    )


def _readings(context: Context, book: Book) -> tuple[str, ...]:
    """Say how each deployment is read by others: the belief in the mover's types after it."""
    sentences = []
    for player in context.roles.players("defender", "ally", "target"):
        if len(player.types) < 2:
            continue
        kind = player.types[0]
        before = metric_name("prior", player.id, kind.id)
        for instrument in context.roles.instruments_of(player.id):
            metric = metric_name("belief", player.id, kind.id, instrument.id)
            if instrument.kind not in KINDS or not (
                context.columns.has(metric) and context.columns.has(before)
            ):
                continue
            prior = book.metric(
                f"prior.{player.id}.{kind.id}",
                f"prior that {player.name} is “{kind.label}”",
                before,
            )
            after = book.metric(
                f"belief.{player.id}.{kind.id}.{instrument.id}",
                f"belief that {player.name} is “{kind.label}” after “{instrument.label}”",
                metric,
            )
            sentences.append(
                f"after “{instrument.label}” others hold {player.name} to be “{kind.label}” with "
                f"{link(after, after.full_text)}, before it with {link(prior)}"
            )
    if not sentences:
        return ()
    return (f"What it says of resolve: {join_words(sentences[:4])}.",)


def _rows(context: Context, rows: Rows) -> list[Span]:
    spans = []
    seen: dict[str, int] = {}
    for level, figure in _start_first(context, rows):
        row, name = grouped_row(context, level, seen)
        spans.append(Span(row=row, name=name, figure=figure, colour=INK))
    return spans


def _start_first(context: Context, rows: Rows) -> Rows:
    """Put the state of the start before the others of a mechanism."""
    order = list(dict.fromkeys(level.mechanism for level, _ in rows))
    return sorted(
        rows, key=lambda row: (order.index(row[0].mechanism), bool(context.levels.changed(row[0])))
    )


def _margin_chart(context: Context, margins: Rows) -> Chart | None:
    if not margins:
        return None
    challenger = context.roles.names("challenger")
    positive = sum((figure.value or 0.0) > 0 for _, figure in margins)
    if positive == len(margins):
        title = f"On average {challenger} does better by holding back in every situation shown"
    elif positive == 0:
        title = f"On average {challenger} does better by striking in every situation shown"
    else:
        title = f"On average holding back beats striking in {positive} of {len(margins)} situations"
    return draw_ranges(
        f"{ID}-margins",
        _rows(context, margins),
        Words(
            title=title,
            subtitle=f"Margin in stakes: value to {challenger} of holding back minus value of striking; above zero deterrence holds",
            footnote=run_note(context),
        ),
        zero_line=True,
        row_title="Option and posture",
    )


def _success_chart(context: Context, success: Rows) -> Chart | None:
    if not success:
        return None
    known = [pair for pair in success if pair[1].value is not None]
    low = min(known, key=lambda pair: pair[1].value or 0.0)
    high = max(known, key=lambda pair: pair[1].value or 0.0)
    mechanisms = list(dict.fromkeys(level.mechanism for level, _ in success))
    names = join_words([context.crisis.mechanisms[name].label for name in mechanisms])
    subject = f"The {names}" if len(mechanisms) == 1 else "The chance that a strike succeeds"
    title = f"{subject} runs from {low[1].text} to {high[1].text}"
    if low[1].text == high[1].text:
        title = f"{subject} is {low[1].text}"
        title += " in every situation shown" if len(success) > 1 else ""
    return draw_ranges(
        f"{ID}-success",
        _rows(context, success),
        Words(
            title=title,
            subtitle=f"Mean over explored cases of the {names}",
            footnote=run_note(context),
        ),
        row_title="Situation",
    )


def _policy_chart(
    context: Context, attack: Figure, effects: dict[str, tuple[Figure, Figure]]
) -> Chart | None:
    if len(effects) < 2:
        return None
    ranked = sorted(effects.items(), key=lambda item: item[1][0].value or 0.0)
    spans = [
        Span(row=f"Base case: {context.policies.get(context.policies.base).label}", figure=attack)
    ]
    spans += [
        Span(row=sentence_case(context.policies.get(policy).label), figure=level, colour=INK)
        for policy, (level, _) in ranked
    ]
    policy, (level, change) = ranked[0]
    label = context.policies.get(policy).label
    title = (
        f"“{sentence_case(label)}” lowers the probability of an attack to {level.text}"
        if (change.value or 0.0) < 0
        else "No deployment compared lowers the probability of an attack"
    )
    return draw_ranges(
        f"{ID}-policies",
        spans,
        Words(
            title=title,
            subtitle="Model's probability of an attack under each commitment that deploys or arms, mean over explored cases",
            footnote=run_note(context),
        ),
        row_title="Commitment",
    )


def _tables(context: Context) -> tuple[TableView, ...]:
    common = {"value": "Value", "as_of": "As of", "grade": "Grade", "source": "Source"}
    views = [
        context.tables.view(
            "forces",
            {"side": "Side", "item": "Item", "place": "Place", **common},
            title="Forces in the theatre",
            numeric=("value",),
            note="Counts of the same forces by different sources stand side by side; do not add them.",
        ),
        context.tables.view(
            "arms",
            {"sender": "Sender", "item": "Item", **common},
            title="Arms delivered or promised",
            numeric=("value",),
        ),
        context.tables.view(
            "reinforcement",
            {"side": "Side", "item": "Item", "place": "Place", **common},
            title="Notice, transport and other times",
            numeric=("value",),
        ),
    ]
    return tuple(view for view in views if view is not None)


def _absent(context: Context, margins: Rows) -> tuple[str, ...]:
    notes = []
    if not context.levels.mechanisms("deterrence."):
        notes.append("The crisis file uses no deterrence mechanism.")
    elif not margins:
        notes.append(
            "The crisis file does not price holding back against striking (deterrence.option), so no margin is shown."
        )
    if context.tables.get("forces") is None:
        notes.append("The crisis file holds no table of forces.")
    return tuple(notes)
