"""The words of question 2: what is likeliest, short of war and at war, what would work, and where sources disagree."""

from collections.abc import Sequence

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure
from detente.brief.pages import PageWords, read_page
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.palette import INK, NEUTRAL
from detente.brief.questions._parts import moved_by, picture_words, run_note, share_of_attacks
from detente.brief.words import sentence_case
from detente.crisis.elements import Instrument
from detente.crisis.metric_names import metric_name
from detente.crisis.registers import kind_of

__all__ = ["forms_chart", "options_words"]

Options = Sequence[tuple[Instrument, Figure]]
MOST_RESULTS = 6
"""Results of chance that are told."""
TOLD = 0.1
"""Share of attacks from which a move that goes with them is told."""
APART = 0.2
"""Two chances that lie this far apart by type make what the challenger wants the answer."""


def options_words(
    book: Book,
    *,
    ladder: Options,
    chances: Options,
    departures: Sequence[tuple[str, Sequence[str]]],
) -> PageWords:
    """Say what the challenger could do.

    Parameters
    ----------
    book
        The book of the question.
    ladder
        Its instruments with the chance that each is used, from restraint to force.
    chances
        Its instruments with chances of success.
    departures
        Outcomes that the model holds likelier than others which sources hold likelier: each with those others.
    """
    context = book.context
    force = [pair for pair in ladder if kind_of(pair[0]).open_force]
    soft = [pair for pair in ladder if not kind_of(pair[0]).open_force]
    top = _likeliest(force)
    moved = () if top is None else moved_by(book, _use(top[0]), f"“{top[0].label}”")
    return read_page(
        "options",
        {
            "one_case": context.results.n_draws == 1,
            "names": context.roles.names("challenger"),
            "plural": len(context.roles.players("challenger")) > 1,
            "count": len(ladder),
            "short": len(soft),
            "softest": _likeliest(soft),
            "first": _first(_likeliest(soft), top),
            "top": top,
            "by_type": [] if top is None else _by_type(context, book, top[0]),
            "together": [] if top is None else _together(book, soft),
            "chances": _results(chances[:MOST_RESULTS]),
            "ends": _ends(context, book),
            "departures": departures,
            "hidden": [item.label for item, _ in ladder if item.seen_by],
            "what": "" if top is None else f"“{top[0].label}”",
            "moved_rows": moved,
        },
        language=context.language,
    )


def _results(chances: Options) -> list[tuple[str, list[tuple[str, Figure]]]]:
    """Return the results of chance by the option that they follow."""
    found: dict[str, list[tuple[str, Figure]]] = {}
    for instrument, figure in chances:
        result = figure.label.removeprefix(f"“{instrument.label}”: ")
        found.setdefault(instrument.label, []).append((result, figure))
    return list(found.items())


def _ends(context: Context, book: Book) -> list[tuple[str, Figure]]:
    """Return the outcomes, neither attacks nor settlements, that a result of chance of the challenger's alone brings about."""
    brought = {
        (variable, str(value))
        for player in context.roles.players("challenger")
        for item in context.roles.instruments_of(player.id)
        for result in item.chance
        for variable, value in result.effects.items()
    }
    found = []
    for rule in context.crisis.outcomes.values():
        states = {
            (variable, values[0])
            for one in rule.when
            for variable, values in one.allowed.items()
            if len(values) == 1
        }
        metric = metric_name("outcome", rule.id)
        if (
            rule.attack
            or rule.settlement
            or not states & brought
            or not context.columns.has(metric)
        ):
            continue
        found.append(
            (rule.label, book.metric(f"outcome.{rule.id}", f"outcome: {rule.label}", metric))
        )
    return found


def _use(instrument: Instrument) -> str:
    return metric_name("use", instrument.player, instrument.id)


def _likeliest(pairs: Options) -> tuple[Instrument, Figure] | None:
    return max(pairs, key=lambda pair: pair[1].value or 0.0, default=None)


def _first(soft: tuple[Instrument, Figure] | None, force: tuple[Instrument, Figure] | None) -> str:
    """Tell whether an option short of open force is likeliest, or an attack: ``soft`` or ``force``."""
    values = [pair[1].value or 0.0 if pair is not None else -1.0 for pair in (soft, force)]
    return "force" if values[1] > values[0] else "soft"


def _by_type(context: Context, book: Book, instrument: Instrument) -> list[tuple[str, Figure]]:
    """Return how likely each type is to attack at all, where types lie far apart."""
    found = []
    for player in context.roles.players("challenger"):
        for kind in (
            player.types if player.id == instrument.player and len(player.types) > 1 else ()
        ):
            figure = book.metric(
                f"attack_given.{player.id}.{kind.id}",
                f"attack if {player.name} is “{kind.label}”",
                metric_name("attack_given", player.id, kind.id),
            )
            found.append((context.names.type_clause(player.id, kind.id), figure))
    values = [figure.value or 0.0 for _, figure in found]
    return found if values and max(values) - min(values) >= APART else []


def _together(book: Book, soft: Options) -> list[tuple[str, Figure]]:
    """Return the covert moves that go with attacks, with the share of attacks that each goes with."""
    found = []
    for instrument, _ in soft:
        figure = share_of_attacks(book, instrument) if instrument.kind == "covert" else None
        if figure is not None and (figure.value or 0.0) >= TOLD:
            found.append((instrument.label, figure))
    return found


def forms_chart(context: Context, book: Book) -> Chart | None:
    """Draw how likely each form of attack is, by type of the challenger; None where nothing attacks or no types are told apart."""
    rules = [
        rule
        for rule in context.crisis.outcomes.values()
        if rule.attack and context.columns.has(metric_name("outcome", rule.id))
    ]
    players = [player for player in context.roles.players("challenger") if len(player.types) > 1]
    if not rules or len(players) != 1:
        return None
    player = players[0]
    colours = (NEUTRAL, context.roles.colours[player.id], INK)
    found: dict[tuple[str, str], Figure] = {}
    for rule in rules:
        for kind in player.types:
            metric = metric_name("outcome_given", player.id, kind.id, rule.id)
            if not context.columns.has(metric):
                return None
            found[rule.id, kind.id] = book.metric(
                f"given.{player.id}.{kind.id}.{rule.id}",
                f"{rule.label} if {player.name} is “{kind.label}”",
                metric,
            )
    rules.sort(key=lambda rule: -max(found[rule.id, kind.id].value or 0.0 for kind in player.types))
    first = rules[0]
    ranked = sorted(player.types, key=lambda kind: -(found[first.id, kind.id].value or 0.0))
    high, low = (found[first.id, kind.id] for kind in (ranked[0], ranked[-1]))
    clauses = [context.names.type_clause(player.id, kind.id) for kind in (ranked[0], ranked[-1])]
    return draw_ranges(
        "options-forms",
        [
            Span(
                row=sentence_case(rule.label),
                figure=found[rule.id, kind.id],
                series=sentence_case(kind.label),
                colour=colours[min(place, len(colours) - 1)],
            )
            for rule in rules
            for place, kind in enumerate(player.types)
        ],
        picture_words(
            context,
            "options",
            "forms",
            note=run_note(context),
            form=first.label,
            is_same=high.text == low.text,
            high=high,
            low=low,
            clauses=clauses,
            player=player.name,
        ),
        row_title="Outcome",
    )
