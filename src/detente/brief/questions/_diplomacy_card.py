"""The words of question 3: whether talks work, what they tell, what others talk about, and what would help."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.pages import PageWords, read_page
from detente.brief.questions._channels import Channel, read_channels
from detente.brief.questions._parts import moved_by, share_of_attacks
from detente.brief.words import format_date
from detente.crisis.elements import Instrument
from detente.crisis.metric_names import metric_name

__all__ = ["diplomacy_words"]

ALIKE = 0.1
"""Types that open with talks this nearly alike tell little by it."""
TELLS = 0.02
"""Least shift of a belief and least share of attacks that are told."""
MOST_HIDDEN = 3


def diplomacy_words(
    book: Book,
    *,
    kinds: frozenset[str],
    settlement: Figure,
    room: Figure | None,
    effects: Mapping[str, tuple[Figure, Figure]],
    meetings: tuple[Sequence[object], Sequence[object]] | None,
    since: date | None,
) -> PageWords:
    """Say whether diplomacy works.

    Parameters
    ----------
    book
        The book of the question.
    kinds
        Kinds of instruments that are diplomacy.
    settlement
        The chance of a settlement.
    room
        The share of cases with terms that both sides prefer to fighting, where a mechanism says so.
    effects
        Per commitment that uses diplomacy, the chance of a settlement and what it changes.
    meetings
        Meetings held and ahead, where the file has a table of tracks.
    since
        The day of the first meeting held.
    """
    context = book.context
    best = max(effects, key=lambda policy: effects[policy][1].value or 0.0, default="")
    helps = bool(best) and (effects[best][1].value or 0.0) >= 0.005
    talks = _talks(context, book, kinds)
    return read_page(
        "diplomacy",
        {
            "one_case": context.results.n_draws == 1,
            "names": context.roles.names("challenger"),
            "verdict": _verdict(settlement),
            "counts_settlements": context.has_settlement,
            "settlement": settlement,
            "room": room,
            "best": (context.policies.get(best).label, effects[best][0]) if helps else None,
            "talks": talks,
            "alike": talks and _spread([figure for _, figure in talks]) < ALIKE,
            "has_tracks": meetings is not None,
            "held": len(meetings[0]) if meetings else 0,
            "ahead": len(meetings[1]) if meetings else 0,
            "since": format_date(since) if since is not None else "",
            "closing": _closing(context, book),
            "others": _others(context, book, kinds),
            "stalls": _stalls(book, kinds),
            "answer": _standing_answer(context, book, kinds),
            "hidden": _hidden(context, kinds),
            "confided": _confided(context, book, kinds),
            "moved_rows": moved_by(book, "settlement", "a settlement")
            if context.has_settlement
            else None,
        },
        language=context.language,
    )


def _verdict(settlement: Figure) -> str:
    """Name the case of the first sentence: a settlement is very unlikely (``no``), likely (``yes``) or neither."""
    value = settlement.value or 0.0
    return "no" if value < 0.2 else "part" if value < 0.55 else "yes"


def _spread(figures: Sequence[Figure]) -> float:
    values = [figure.value or 0.0 for figure in figures]
    return max(values) - min(values)


def _talks(context: Context, book: Book, kinds: frozenset[str]) -> list[tuple[str, Figure]]:
    """Return how likely each type of a challenger is to open with diplomacy."""
    found = []
    for player in context.roles.players("challenger"):
        talk = [item for item in context.roles.instruments_of(player.id) if item.kind in kinds]
        for kind in player.types if len(player.types) > 1 else ():
            metrics = [metric_name("first", player.id, kind.id, item.id) for item in talk]
            known = [metric for metric in metrics if context.columns.has(metric)]
            if known:
                figure = book.array(
                    f"talk.{player.id}.{kind.id}",
                    f"first move is diplomacy if {player.name} is “{kind.label}”",
                    np.sum([context.columns.values(metric) for metric in known], axis=0),
                    unit="prob",
                    trace=context.traces.of(known[0]),
                )
                found.append((context.names.type_clause(player.id, kind.id), figure))
    return found


def _closing(context: Context, book: Book) -> list[tuple[str, Figure]]:
    """Return the moves that close a deal by chance, with the chance that it is closed."""
    found = []
    for item in context.crisis.instruments.values():
        if item.kind != "diplomacy" or not item.chance:
            continue
        known = context.levels.binding_values(item.chance[0].prob)
        if known is not None:
            figure = book.array(
                f"chance.{item.id}",
                f"“{item.label}”: {item.chance[0].label}",
                known[0],
                unit="prob",
                trace=context.traces.of(known[1]),
            )
            found.append((item.label, figure))
    return found[:1]


def _others(
    context: Context, book: Book, kinds: frozenset[str]
) -> list[tuple[str, list[tuple[str, Figure]]]]:
    """Return what a target or an ally with a choice in talks of its own does there."""
    found = []
    for player in context.roles.players("target", "ally"):
        moves = []
        for item in context.roles.instruments_of(player.id):
            metric = metric_name("first", player.id, player.types[0].id, item.id)
            if item.kind in kinds and len(player.types) == 1 and context.columns.has(metric):
                figure = book.metric(
                    f"first.{item.id}", f"first move of {player.name}: “{item.label}”", metric
                )
                if (figure.value or 0.0) >= TELLS:
                    moves.append((item.label, figure))
        if len(moves) > 1:
            found.append((player.name, sorted(moves, key=lambda pair: -(pair[1].value or 0.0))))
    return found


def _stalls(book: Book, kinds: frozenset[str]) -> list[tuple[str, Figure]]:
    """Return the challenger's moves in talks that go with attacks: talks as a pretext."""
    found = []
    for player in book.context.roles.players("challenger"):
        for item in book.context.roles.instruments_of(player.id):
            figure = share_of_attacks(book, item) if _is_pretext(item, kinds) else None
            if figure is not None and (figure.value or 0.0) >= TELLS:
                found.append((item.label, figure))
    return found


def _is_pretext(item: Instrument, kinds: frozenset[str]) -> bool:
    """Tell whether a move in talks is hidden from somebody and changes something: it serves what others may not see."""
    return item.kind in kinds and bool(item.seen_by) and bool(item.effects)


def _standing_answer(
    context: Context, book: Book, kinds: frozenset[str]
) -> tuple[str, str, str, Figure, Figure] | None:
    """Return the answer that the base case holds to, whether it moves a belief about the one who gave it, which, and how."""
    base = context.policies.get(context.policies.base)
    for player in context.roles.players("defender"):
        if len(player.types) < 2:
            continue
        kind = player.types[0]
        for name in base.forced:
            item = context.crisis.instruments.get(name)
            if item is None or item.player != player.id or item.kind not in kinds:
                continue
            metrics = (
                metric_name("prior", player.id, kind.id),
                metric_name("belief", player.id, kind.id, item.id),
            )
            if all(map(context.columns.has, metrics)):
                before, after = (
                    book.metric(
                        f"answer.{name}.{item.id}",
                        f"{words} that {player.name} is “{kind.label}”",
                        metric,
                    )
                    for name, words, metric in zip(
                        ("before", "after"),
                        ("prior", f"belief after “{item.label}”"),
                        metrics,
                        strict=True,
                    )
                )
                case = "same" if before.text == after.text else "moves"
                clause = context.names.type_clause(player.id, kind.id)
                return item.label, case, clause, before, after
    return None


def _confided(context: Context, book: Book, kinds: frozenset[str]) -> list[tuple[Channel, str]]:
    """Return the offer in confidence that tells those who see it most, and whether the public learns from it: ``same`` or ``moves``."""
    talks = {
        item.label
        for item in context.crisis.instruments.values()
        if item.kind in kinds and item.seen_by
    }
    known = [row for row in read_channels(context, book) if row.label in talks]

    def apart(row: Channel) -> float:
        return abs((row.inside.value or 0.0) - (row.public.value or 0.0))

    most = max(known, key=apart, default=None)
    if most is None or apart(most) < TELLS:
        return []
    return [(most, "same" if most.public.text == most.prior.text else "moves")]


def _hidden(context: Context, kinds: frozenset[str]) -> list[tuple[list[str], list[str]]]:
    """Return the moves in talks that only some see, with those who see them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for item in context.crisis.instruments.values():
        if item.seen_by and item.kind in kinds:
            groups.setdefault(tuple(item.seen_by), []).append(item.label)
    return [
        (names[:MOST_HIDDEN], [context.names.actor(who) for who in seen_by])
        for seen_by, names in groups.items()
    ]
