"""What a commitment does to the attack of each type of the challenger, in words and in a table."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from detente.analysis.effects import (
    EffectLabel,
    TypeEffect,
    label_effect,
    read_type_effects,
    types_differ,
)
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, TableView, link, present_table
from detente.brief.words import format_percent, join_words, sentence_case
from detente.crisis.metric_names import metric_name

__all__ = [
    "MIXED",
    "EffectReading",
    "TypeChanges",
    "common_reading",
    "effects_table",
    "reading_of",
    "reading_words",
    "type_changes",
    "type_clause",
]

MIXED: Literal["differs by type"] = "differs by type"
EffectReading = EffectLabel | Literal["differs by type"]
"""What is said of a move as a whole: a label, or that types answer it differently."""

TypeChanges = tuple[tuple[TypeEffect, Figure], ...]
"""Effects on the types of the challenger, each with the figure of its change of an attack."""


def type_changes(context: Context, book: Book, policy: str) -> TypeChanges:
    """Make the change of an attack by each type under a policy; none where nothing changes for any by the rules."""
    columns = context.columns
    effects = read_type_effects(
        context.crisis,
        columns.values,
        lambda metric: columns.values(metric, policy),
    )
    if all(effect.is_forced for effect in effects):
        return ()
    label = context.policies.get(policy).label
    found = []
    for effect in effects:
        metric = metric_name("attack_given", effect.player, effect.type)
        figure = book.array(
            f"policy.{policy}.attack_given.{effect.player}.{effect.type}.change",
            f"change of an attack under “{label}” if {_who(context, effect)}",
            effect.attack,
            unit="points",
            trace=context.traces.of(metric, policy),
        )
        found.append((effect, figure))
    return tuple(found)


def type_clause(context: Context, changes: TypeChanges) -> str:
    """Say how the change parts by type, for a sentence that gave the mean; nothing where it does not part."""
    if not types_differ([effect for effect, _ in changes]):
        return ""
    several = len({effect.player for effect, _ in changes}) > 1
    parts = [
        f"{link(figure)} if {_who(context, effect, named=several or not place)}"
        for place, (effect, figure) in enumerate(changes)
        if not effect.is_forced
    ]
    return join_words(parts)


def reading_of(context: Context, policy: str, changes: TypeChanges) -> EffectReading:
    """Read a policy: the label that holds for every type, or that types answer differently."""
    if changes:
        return common_reading([effect.label for effect, _ in changes if not effect.is_forced])
    columns = context.columns
    terms = columns.change("settlement", policy) if context.has_settlement else None
    acts = [
        columns.change(metric_name("attack_by", player.id), policy)
        for player in context.roles.players("challenger")
        if columns.has(metric_name("attack_by", player.id))
    ]
    attack = columns.change("attack", policy)
    own = np.sum([*acts, np.zeros_like(attack)], axis=0)
    return label_effect(own, terms, attack - own)


def common_reading(labels: Sequence[EffectLabel]) -> EffectReading:
    """Return the label that holds for every type, or that they differ.

    Examples
    --------
    >>> common_reading(["deters", "no clear effect"])
    'differs by type'
    >>> common_reading(["deters", "deters"])
    'deters'
    """
    return labels[0] if len(set(labels)) == 1 else MIXED


def reading_words(context: Context, policy: str, changes: TypeChanges) -> str:
    """Write the reading out: one word for every type, or each with its types; of a policy that forgoes an attack, whose."""
    if forgone := context.policies.forgoes(policy):
        return f"forgoes the attack of {forgone}"
    reading = reading_of(context, policy, changes)
    if reading != MIXED:
        return reading
    types: dict[str, list[str]] = {}
    for effect, _ in changes:
        if not effect.is_forced:
            who = _who(context, effect, named=False)
            types.setdefault(effect.label, []).append(who)
    return "; ".join(f"{label} if {join_words(names, last='or')}" for label, names in types.items())


def effects_table(context: Context, under_each: Mapping[str, TypeChanges]) -> TableView | None:
    """Tabulate what each commitment does to each type, and how that is read; None where no type is told apart."""
    shown = {policy: changes for policy, changes in under_each.items() if changes}
    if not shown:
        return None
    first = next(iter(shown.values()))
    heads = [f"If {_who(context, effect)}" for effect, _ in first]
    rows = [
        (
            sentence_case(context.policies.get(policy).label),
            *(
                "no choice left"
                if effect.is_forced
                else f"{link(figure)} ({format_percent(effect.share_lower)} / {format_percent(effect.share_higher)})"
                for effect, figure in changes
            ),
            reading_words(context, policy, changes),
        )
        for policy, changes in shown.items()
    ]
    return present_table(
        "policy-effects",
        ("Commitment", *heads, "Reading"),
        rows,
        title=context.say("outlook", "effects_title"),
        note=f"{context.say('outlook', 'effects_note')} {context.say('outlook', 'readings_note')}",
        numeric=(False, *(True for _ in heads), False),
    )


def _who(context: Context, effect: TypeEffect, *, named: bool = True) -> str:
    player = context.crisis.players[effect.player]
    kind = next(kind.label for kind in player.types if kind.id == effect.type)
    return f"{player.name} is “{kind}”" if named else f"“{kind}”"
