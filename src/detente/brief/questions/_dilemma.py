"""The security dilemma in question 7: what a mover means, what the observer infers, and what it does to the outcome."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.analysis.moves import LEAST_CHANGE, beliefs_after, kind_of_move, shared_fear
from detente.brief.context import Book, Context
from detente.brief.figures import Chart, Figure, TableView, Trace, link
from detente.brief.pictures.charts import Dumbbell, Span, draw_dumbbells, draw_ranges
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.palette import NEUTRAL, OKABE_ITO
from detente.brief.questions._parts import Reading, policy_figures, readings, run_note
from detente.brief.words import sentence_case
from detente.crisis.elements import Instrument, Player, PlayerType

__all__ = ["DilemmaParts", "dilemma_parts"]

FloatArray = NDArray[np.float64]

RARE, TINY = 0.02, 1e-6
"""First moves that no type makes with this chance are passed over; the smallest chance in a ratio."""
INTENTS = {
    "deterrence": "to deter",
    "posture": "to deter",
    "economic": "to press by its price",
    "information": "to press without war",
    "sanctions": "to deter by its price",
    "diplomacy": "to keep a way out open",
    "energy": "to be less exposed",
    "restraint": "to calm",
    "covert": "to press without war",
}
COLOURS = {
    "provocation": OKABE_ITO["vermillion"],
    "reassurance": OKABE_ITO["green"],
    "noise": NEUTRAL,
}
RULE = (
    "Provocation: the chance of an attack rises by a point or more; reassurance: it falls by as much; noise: neither. Of a "
    "commitment the whole effect counts, its costs to the other side included; of a move by the challenger the effect of what "
    "it tells."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DilemmaParts:
    """What question 7 says of the dilemma: sentences, pictures, tables."""

    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """One move: who means what by it, the observer's fear before and after, and what it does to an attack."""

    mover: Player
    label: str
    intent: str
    before: Figure | None
    after: Figure | None
    effect: Figure
    kind: str
    fear: tuple[FloatArray, FloatArray] | None = None

    @property
    def shift(self) -> float:
        if self.before is None or self.after is None:
            return 0.0
        return (self.after.value or 0.0) - (self.before.value or 0.0)


def dilemma_parts(context: Context, book: Book) -> DilemmaParts:
    """Read the moves of those who do not challenge off the commitments, and the challenger's off its first moves."""
    if not context.players("challenger"):
        return DilemmaParts()
    ours = _commitments(context, book)
    theirs = _first_moves(context, book)
    moves = [*ours, *theirs]
    if not moves:
        return DilemmaParts()
    sentences = (
        _kinds(ours),
        _spiral(context, book, ours, theirs),
        *_signals(context, book),
        _channels_text(context, book),
    )
    charts = (_fear_chart(context, moves), _effect_chart(context, moves))
    tables = (_table(moves), _channels(context, book))
    return DilemmaParts(
        sentences=tuple(text for text in sentences if text),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(table for table in tables if table is not None),
    )


# --- moves -----------------------------------------------------------------------------------------------------------


def _commitments(context: Context, book: Book) -> list[_Move]:
    """Each compared commitment to an instrument that the base case does not use, by a player that does not challenge."""
    challengers = {player.id for player in context.players("challenger")}
    read = readings(book)
    found = []
    for policy in context.policies_with(INTENTS):
        chosen = [
            context.crisis.instruments[one]
            for options in context.policy(policy).fix.values()
            for one in options
            if len(options) == 1 and one in context.crisis.instruments
        ]
        base = {one for options in context.policy(context.base).fix.values() for one in options}
        new = [
            item
            for item in chosen
            if item.id not in base and item.player not in challengers and item.kind != "restraint"
        ]
        if not new:
            continue
        _, change = policy_figures(book, [policy], "attack", "an attack")[policy]
        before, after, fear = _alarm(context, read, policy, new[0])
        found.append(
            _Move(
                mover=context.crisis.players[new[0].player],
                label=context.policy(policy).label,
                intent=INTENTS[new[0].kind],
                before=before,
                after=after,
                effect=change,
                kind=kind_of_move(change.value or 0.0),
                fear=fear,
            )
        )
    return found


def _alarm(
    context: Context, read: tuple[Reading, ...], policy: str, instrument: Instrument
) -> tuple[Figure | None, Figure | None, tuple[FloatArray, FloatArray] | None]:
    """Return the belief that a mechanism gives before and after an instrument, if it depends on what the instrument changes."""
    given = {**context.policy(policy).state, **instrument.effects}
    for reading in read:
        states = dict(reading.rows[0][0].state)
        if not any(variable in given for variable in states):
            continue
        known = context.crisis.state
        now = {name: known[name].initial for name in states if name in known}
        then = {**now, **{name: given[name] for name in states if name in given}}
        pair = [
            next(
                ((level, figure) for level, figure in reading.rows if dict(level.state) == state),
                None,
            )
            for state in (now, then)
        ]
        if pair[0] is not None and pair[1] is not None:
            (first, before), (second, after) = pair[0], pair[1]
            return before, after, (context.values(first.metric), context.values(second.metric))
    return None, None, None


def _first_moves(context: Context, book: Book) -> list[_Move]:
    """Each first move of a challenger with more than one type that a public observer can see."""
    found = []
    for player in context.players("challenger"):
        if len(player.types) < 2:
            continue
        kind = player.types[-1]
        name = f"prior/{player.id}/{kind.id}"
        if not context.has(name):
            continue
        priors = {one.id: context.values(f"prior/{player.id}/{one.id}") for one in player.types}
        threat = {
            one.id: context.values(f"attack_given/{player.id}/{one.id}") for one in player.types
        }
        before = book.metric(
            f"prior.{player.id}.{kind.id}", f"prior that {player.name} is “{kind.label}”", name
        )
        for metric in context.metrics(f"belief/{player.id}/{kind.id}/"):
            token = metric.rpartition("/")[2]
            instrument = context.crisis.instruments.get(token)
            beliefs = {
                one.id: context.values(f"belief/{player.id}/{one.id}/{token}")
                for one in player.types
            }
            # an attack is no signal of one
            if instrument is None or instrument.kind == "military":
                continue
            if not np.isfinite(beliefs[kind.id]).all():
                continue
            after = book.metric(
                f"belief.{player.id}.{kind.id}.{token}",
                f"belief that {player.name} is “{kind.label}” after “{instrument.label}”",
                metric,
            )
            shift = sum((beliefs[one] - priors[one]) * threat[one] for one in threat)
            effect = book.array(
                f"dilemma.{player.id}.{token}.effect",
                f"change of the attack to be expected by what “{instrument.label}” tells of {player.name}",
                np.asarray(shift),
                unit="points",
                trace=context.trace(metric),
            )
            found.append(
                _Move(
                    mover=player,
                    label=instrument.label,
                    intent=INTENTS.get(instrument.kind, instrument.kind),
                    before=before,
                    after=after,
                    effect=effect,
                    kind=kind_of_move(effect.value or 0.0),
                    fear=(priors[kind.id], beliefs[kind.id]),
                )
            )
    return found


# --- sentences -------------------------------------------------------------------------------------------------------


def _kinds(moves: list[_Move]) -> str:
    """Say which commitments meant to deter or to calm do the opposite, and which alarm and yet hold the other back."""
    parts = []
    for move in sorted(moves, key=lambda item: item.effect.value or 0.0):
        effect = link(move.effect, move.effect.aside_text)
        if move.kind == "provocation":
            parts.append(
                f"“{move.label}”, meant {move.intent}, makes an attack likelier ({effect})"
            )
        elif (
            move.shift >= LEAST_CHANGE and move.kind == "reassurance" and move.after and move.before
        ):
            parts.append(
                f"“{move.label}”, meant {move.intent}, raises the other side's fear from {link(move.before)} to "
                f"{link(move.after)} and still lowers the chance of an attack ({effect})"
            )
    if not parts:
        return ""
    return f"Meaning and effect can part: {'; '.join(parts)}."


def _spiral(context: Context, book: Book, ours: list[_Move], theirs: list[_Move]) -> str:
    """Say how far the most alarming move of each side raises both sides' fear."""
    mine = max((move for move in ours if move.fear), key=lambda move: move.shift, default=None)
    other = max((move for move in theirs if move.fear), key=lambda move: move.shift, default=None)
    if mine is None or other is None or mine.fear is None or other.fear is None:
        return ""
    index = shared_fear(mine.fear, other.fear)
    base = context.trace("attack")
    figure = book.array(
        "dilemma.spiral",
        f"spiral index of “{mine.label}” and “{other.label}”",
        index,
        unit="ratio",
        trace=replace(
            base,
            model="beliefs.spiral_index",
            reference="kydd1997, fear rises by Bayes' rule; index our own",
            metric="",
        )
        if isinstance(base, Trace)
        else Trace(),
    )
    verb = "rise" if (figure.value or 0.0) > 0 else "do not rise"
    return (
        f"Fears on both sides {verb} together: “{mine.label}” by {mine.mover.name} and “{other.label}” by {other.mover.name} "
        f"fill {link(figure, figure.full_text)} of the way from what was believed to certainty of the worst (0: moves tell "
        "nothing; 1: both sides are sure)."
    )


def _open_policy(context: Context, player: str) -> str:
    """Choose a compared policy under which a player's moves are its own: one that fixes none of its instruments."""
    for policy in context.policies:
        fixed = [one for options in context.policy(policy).fix.values() for one in options]
        owners = {
            context.crisis.instruments[one].player
            for one in fixed
            if one in context.crisis.instruments
        }
        if player not in owners:
            return policy
    return context.base


def _signals(context: Context, book: Book) -> list[str]:
    """Say which first move tells a player's types apart most and which least, each player that has types."""
    found = []
    for player in context.players():
        if len(player.types) < 2:
            continue
        policy = _open_policy(context, player.id)
        kinds = (player.types[0], player.types[-1])
        rows = []
        for item in context.instruments_of(player.id):
            names = [f"first/{player.id}/{kind.id}/{item.id}" for kind in kinds]
            if item.kind == "military" or not all(context.has(name) for name in names):
                continue
            means = [float(context.values(name, policy).mean()) for name in names]
            if max(means) >= RARE:
                rows.append((abs(np.log(max(means[0], TINY) / max(means[1], TINY))), item, names))
        if len(rows) < 2:
            continue
        rows.sort(key=lambda row: row[0])
        (_, least, least_names), (_, most, most_names) = rows[0], rows[-1]

        def shares(
            item: Instrument,
            names: list[str],
            *,
            player: Player = player,
            kinds: tuple[PlayerType, PlayerType] = kinds,
            policy: str = policy,
        ) -> str:
            figures = [
                book.metric(
                    f"signal.{player.id}.{kind.id}.{item.id}",
                    f"{player.name} opens with “{item.label}” if “{kind.label}”",
                    name,
                    policy=policy,
                )
                for kind, name in zip(kinds, names, strict=True)
            ]
            return " and ".join(
                f"{link(figure)} if “{kind.label}”"
                for figure, kind in zip(figures, kinds, strict=True)
            )

        found.append(
            f"Of the first moves of {player.name} “{most.label}” tells its types apart most (chosen with {shares(most, most_names)}), "
            f"“{least.label}” least ({shares(least, least_names)})."
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """A first move in confidence: what those who see it and what the public make of the mover's type."""

    mover: Player
    label: str
    look: str
    kind: str
    prior: Figure
    inside: Figure
    public: Figure


def _channel_rows(context: Context, book: Book) -> list[_Channel]:
    found = []
    for player in context.players():
        if len(player.types) < 2:
            continue
        policy = _open_policy(context, player.id)
        names = [
            item.id
            for item in context.instruments_of(player.id)
            if context.has(f"first/{player.id}/{player.types[0].id}/{item.id}")
        ]
        items = [context.crisis.instruments[name] for name in names]
        if not any(item.seen_by and item.looks_like in names for item in items):
            continue
        prior = np.stack(
            [context.values(f"prior/{player.id}/{one.id}", policy) for one in player.types]
        )
        likelihood = np.stack(
            [
                [context.values(f"first/{player.id}/{one.id}/{name}", policy) for name in names]
                for one in player.types
            ]
        )
        looks = tuple(
            names.index(item.looks_like)
            if item.seen_by and item.looks_like in names
            else names.index(item.id)
            for item in items
        )
        inside, public = beliefs_after(prior, likelihood, looks)
        at = len(player.types) - 1 if player.role == "challenger" else 0
        kind = player.types[at]
        trace = replace(
            context.trace(f"first/{player.id}/{kind.id}/{names[0]}", policy),
            model="beliefs.posteriors",
            reference="Bayes' rule on the solution's strategies",
        )
        before = book.metric(
            f"channel.{player.id}.prior",
            f"prior that {player.name} is “{kind.label}”",
            f"prior/{player.id}/{kind.id}",
            policy=policy,
        )
        for place, item in enumerate(items):
            if looks[place] == place and looks.count(place) == 1:
                continue
            pair = [
                book.array(
                    f"channel.{player.id}.{item.id}.{who}",
                    f"belief that {player.name} is “{kind.label}” after “{item.label}”, {said}",
                    values[at, place],
                    unit="prob",
                    trace=trace,
                )
                for who, said, values in (
                    ("inside", "by those who see it", inside),
                    ("public", "by the public", public),
                )
            ]
            found.append(
                _Channel(
                    mover=player,
                    label=item.label,
                    look=items[looks[place]].label,
                    kind=kind.label,
                    prior=before,
                    inside=pair[0],
                    public=pair[1],
                )
            )
    return found


def _be(name: str) -> str:
    return "are" if " and " in name else "is"


def _channels_text(context: Context, book: Book) -> str:
    rows = [row for row in _channel_rows(context, book) if row.label != row.look]
    if not rows:
        return ""
    row = max(rows, key=lambda item: abs((item.inside.value or 0) - (item.public.value or 0)))
    return (
        f"Channels differ: in public “{row.label}” looks like “{row.look}” and leaves the belief that {row.mover.name} "
        f"{_be(row.mover.name)} “{row.kind}” at {link(row.public)}; those who see it take it to {link(row.inside)} (before: {link(row.prior)}), as the "
        "model has it where the mover is bound by no commitment."
    )


# --- pictures and tables -----------------------------------------------------------------------------------------------


def _fear_chart(context: Context, moves: list[_Move]) -> Chart | None:
    shown = [move for move in moves if move.before is not None and move.after is not None]
    shown = [move for move in shown if abs(move.shift) >= LEAST_CHANGE / 2]
    if not shown:
        return None
    shown.sort(key=lambda move: (move.mover.id, -move.shift))
    top = max(shown, key=lambda move: abs(move.shift))
    verb = "raises" if top.shift > 0 else "lowers"
    rows = [
        Dumbbell(
            row=f"{sentence_case(move.label)} ({move.intent})",
            start=move.before,
            end=move.after,
            colour=context.colours[move.mover.id],
        )
        for move in shown
        if move.before is not None and move.after is not None
    ]
    before, after = top.before, top.after
    change = f"from {before.text} to {after.text}" if before and after else ""
    return draw_dumbbells(
        "outlook-dilemma-fear",
        rows,
        Words(
            title=f"“{sentence_case(top.label)}”, meant {top.intent}, {verb} the other side's fear most: {change}",
            subtitle="Observer's belief that the mover is dangerous before (hollow) and after (filled) a move, what the mover means "
            "by it in brackets; coloured by mover, mean over explored cases",
            footnote=run_note(context).replace(" Point: mean; line: 5\N{EN DASH}95% of cases.", ""),
        ),
        start="Before",
        end="After",
        row_title="Move (what is meant)",
    )


def _effect_chart(context: Context, moves: list[_Move]) -> Chart | None:
    if not moves:
        return None
    ranked = sorted(moves, key=lambda move: move.effect.value or 0.0)
    counts = {kind: sum(move.kind == kind for move in moves) for kind in COLOURS}
    title = (
        f"Of {len(moves)} moves {counts['reassurance']} hold the other side back, {counts['provocation']} "
        f"provoke{'s' if counts['provocation'] == 1 else ''}, {counts['noise']} change little"
    )
    return draw_ranges(
        "outlook-dilemma-effect",
        [
            Span(
                row=f"{sentence_case(move.label)} ({move.intent})",
                figure=move.effect,
                colour=COLOURS[move.kind],
            )
            for move in ranked
        ],
        Words(
            title=title,
            subtitle="What a move does to the chance of an attack, in points: green, it falls by a point or more; red, it rises by "
            "as much; grey, neither; mean over explored cases",
            footnote=run_note(context),
        ),
        zero_line=True,
        row_title="Move (what is meant)",
    )


def _table(moves: list[_Move]) -> TableView:
    rows = []
    for move in sorted(moves, key=lambda item: (item.mover.id, item.effect.value or 0.0)):
        infers = "nothing new"
        if (
            move.before is not None
            and move.after is not None
            and abs(move.shift) >= LEAST_CHANGE / 2
        ):
            infers = f"{link(move.before)} → {link(move.after)}"
        rows.append(
            (
                sentence_case(move.label),
                move.mover.name,
                move.intent,
                infers,
                link(move.effect, move.effect.full_text),
                move.kind,
            )
        )
    return TableView(
        id="dilemma",
        title="What is meant, what is inferred, what it does",
        columns=(
            "Move",
            "By",
            "Meant",
            "Observer's fear",
            "Chance of an attack",
            "Reading",
        ),
        rows=tuple(rows),
        numeric=(False, False, False, True, True, False),
        note=RULE,
    )


def _channels(context: Context, book: Book) -> TableView | None:
    rows = _channel_rows(context, book)
    if not rows:
        return None
    return TableView(
        id="channels",
        title="What is said in confidence tells only those who hear it",
        columns=("First move", "Looks like", "Belief in", "Before", "Public", "Those who see it"),
        rows=tuple(
            (
                sentence_case(row.label),
                row.look,
                f"{row.mover.name} “{row.kind}”",
                link(row.prior),
                link(row.public, row.public.full_text),
                link(row.inside, row.inside.full_text),
            )
            for row in rows
        ),
        numeric=(False, False, False, True, True, True),
        note="Where the mover chooses freely; Bayes' rule on its first move. The public sees what the move looks like.",
    )
