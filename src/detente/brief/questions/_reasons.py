"""Why the policy works under which an attack is least likely, and how much of an attack is noise of choice."""

import numpy as np

from detente.analysis.records import (
    OWN_ODDS,
    PLEDGE_PART,
    OptionReasons,
    ReasonsStudy,
    TypeReasons,
)
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, TableView, Trace, link, present_table
from detente.brief.words import join_words, sentence_case
from detente.crisis.crisis import Crisis

__all__ = ["enter_noise", "reason_table", "turns"]

LEAST_TURN = 0.005
"""Difference in how often an option is taken from which on it is told: half a point."""
LEAST_WORTH = 0.05
"""Difference in worth from which on it is told, in stakes: what a tenth rounds to."""
N_PARTS = 2
"""Parts of a difference in worth that are named, the largest first."""
SMALLEST = 0.2
"""A part that is smaller than this share of the largest one is not named."""
REFERENCE = "the same draws solved again under both policies; expected payoffs by consideration"
NOISE_REFERENCE = (
    "attacks by a move that was worth less to the mover than another, over all attacks"
)


def turns(options: tuple[OptionReasons, ...]) -> tuple[OptionReasons, ...]:
    """Return the option that a policy brings about most, and the one that it takes the place of, where it moves any."""
    if not options:
        return ()
    gained = max(options, key=lambda item: item.prob)
    lost = min(options, key=lambda item: item.prob)
    found = (gained,) if gained.prob >= LEAST_TURN else ()
    return (*found, lost) if lost.prob <= -LEAST_TURN else found


def reason_table(context: Context, book: Book) -> TableView | None:
    """Tabulate what the policy changes at the decision that bears most on an attack, by type; None where none helps."""
    study = _study(context)
    if study is None or not study.types:
        return None
    crisis, player = context.crisis, context.crisis.players[study.player]
    kinds = {kind.id: kind.label for kind in player.types}
    rows = [
        (f"{player.name}, “{kinds[item.type]}”" if len(kinds) > 1 else player.name, *row)
        for item in study.types
        for row in _rows(context, book, item)
    ]
    if not rows:
        return None
    phase = next(item.label for item in crisis.phases if item.id == study.phase)
    return present_table(
        "reasons",
        ("Who", "Option", "Taken more often", "Worth more", "Of that"),
        rows,
        title=context.say(
            "outlook", "reasons_title", policy=context.policies.get(study.policy).label
        ),
        numeric=(False, False, True, True, False),
        note=context.say("outlook", "reasons_note", phase=phase, round=study.round),
    )


def enter_noise(context: Context, book: Book) -> Figure | None:
    """Return and enter which part of an attack's chance is noise of choice, and how it falls as choice gets stricter."""
    study = _study(context)
    if study is None or not study.attack.mean() > 0.0:
        return None
    trace = Trace(
        sources=context.traces.sources_of([context.crisis.rationality.path]),
        quantities=(context.crisis.rationality.path,),
        model="game.logit_qre",
        reference=NOISE_REFERENCE,
        inputs_read=len(context.traces.game_inputs),
    )

    def share(name: str, label: str, chosen: slice | np.ndarray) -> Figure:
        value = float(study.noise[chosen].sum() / study.attack[chosen].sum())
        return book.number(name, label, value, unit="share", trace=trace, exact=False)

    whole = share("noise", "share of the chance of an attack that is noise of choice", slice(None))
    low, high = np.quantile(study.rationality, (1 / 3, 2 / 3))
    loose, strict = study.rationality <= low, study.rationality >= high
    if high > low and study.attack[loose].sum() > 0.0 and study.attack[strict].sum() > 0.0:
        share("noise.loose", "the same in the third of cases with the loosest choice", loose)
        share("noise.strict", "the same in the third with the strictest choice", strict)
    return whole


def _study(context: Context) -> ReasonsStudy | None:
    if not any(item.attack for item in context.crisis.outcomes.values()):
        return None
    return context.results.study("reasons", ReasonsStudy)


def _rows(context: Context, book: Book, item: TypeReasons) -> list[tuple[str, str, str, str]]:
    """Return the rows of a type: options that the policy opens, and those that it turns to or from."""
    opened = {name: prob for name, prob in item.opened.items() if prob >= LEAST_TURN}
    found = [_opened(context, book, item.type, name, prob) for name, prob in opened.items()]
    return [*found, *(_turn(context, book, item.type, one) for one in turns(item.options))]


def _opened(
    context: Context, book: Book, kind: str, name: str, prob: float
) -> tuple[str, str, str, str]:
    label = context.crisis.instruments[name].label
    figure = book.number(
        f"reason.{kind}.{name}",
        f"how often “{label}” is taken",
        prob,
        unit="prob",
        trace=_trace(context),
        exact=False,
    )
    return sentence_case(label), link(figure), "", "the policy opens it"


def _turn(
    context: Context, book: Book, kind: str, option: OptionReasons
) -> tuple[str, str, str, str]:
    label = context.crisis.instruments[option.instrument].label
    trace = _trace(context)
    key = f"reason.{kind}.{option.instrument}"
    often = book.number(
        key, f"how much more often “{label}” is taken", option.prob, unit="points", trace=trace
    )
    worth = book.number(
        f"{key}.worth",
        f"how much more “{label}” is worth",
        option.payoff,
        unit="stakes",
        trace=trace,
        exact=False,
    )
    if abs(option.payoff) < LEAST_WORTH:
        return sentence_case(label), link(often), "as before", ""
    ranked = sorted(option.parts.items(), key=lambda pair: -abs(pair[1]))[:N_PARTS]
    told = [pair for pair in ranked if abs(pair[1]) >= SMALLEST * abs(ranked[0][1])]
    parts = [
        _part(context.crisis, book, trace, f"{key}.{name}", name, value) for name, value in told
    ]
    return sentence_case(label), link(often), link(worth), join_words(parts)


def _trace(context: Context) -> Trace:
    return Trace(
        sources=(),
        quantities=(),
        model="game.logit_qre",
        reference=REFERENCE,
        inputs_read=len(context.traces.game_inputs),
    )


def _part(crisis: Crisis, book: Book, trace: Trace, key: str, name: str, value: float) -> str:
    known = {OWN_ODDS: "hopes", PLEDGE_PART: "the pledge"}
    label = known[name] if name in known else crisis.considerations[name].label
    figure = book.number(
        key, f"part of that: {label}", value, unit="stakes", trace=trace, exact=False
    )
    sign = "+" if value > 0.0 else "\N{MINUS SIGN}"
    return f"“{label}” {link(figure, sign + _size(figure).removesuffix(' stakes'))}"


def _size(figure: Figure) -> str:
    return figure.text.lstrip("+\N{MINUS SIGN}")
