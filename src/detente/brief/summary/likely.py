"""What is likely: the question, the chance of an attack by type, and the likeliest kind of outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from detente.analysis.leading import find_lead
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.shared import SharedFigures
from detente.brief.summary.value import TypeLine
from detente.crisis.elements import Player
from detente.crisis.metric_names import metric_name

__all__ = [
    "Horizon",
    "Likely",
    "attackers",
    "challenger_types",
    "read_horizon",
    "read_likely",
    "read_types",
]

APART = 0.05
"""Types whose chances of an attack lie nearer than this are not told apart in the first sentence."""
SHORT = 21
"""Up to so many days a horizon is told in days, above in weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How far the crisis looks ahead, as a count with its noun."""

    count: int
    noun: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """What is likely. ``by_type`` is empty where types do not differ; ``lead`` says what is likeliest.

    ``lead`` is ``attack`` where attacks of all kinds together are likeliest, ``alone`` for one outcome, ``together`` for a
    group that the file names.
    """

    lead: Literal["attack", "alone", "together"]
    likeliest: str
    share: Figure
    by_type: tuple[tuple[TypeLine, Figure], ...]


def attackers(context: Context) -> tuple[Player, ...]:
    """Return the players whose act an attack can be, in file order."""
    acting = {rule.attack for rule in context.crisis.outcomes.values() if rule.attack}
    return tuple(player for player in context.roles.players() if player.id in acting)


def challenger_types(context: Context) -> tuple[tuple[Player, str], ...]:
    """Return the types of the challengers that have several, in file order."""
    return tuple(
        (player, kind.id)
        for player in context.roles.players("challenger")
        if len(player.types) > 1
        for kind in player.types
    )


def read_types(context: Context, book: Book) -> tuple[TypeLine, ...]:
    """Read the prior of each type of a challenger; those that the run holds no prior of are left out."""
    found = []
    for player, kind in challenger_types(context):
        metric = metric_name("prior", player.id, kind)
        if not context.columns.has(metric):
            continue
        label = context.names.type_of(player.id, kind)
        prior = book.metric(
            f"prior.{player.id}.{kind}", f"prior that {player.name} is “{label}”", metric
        )
        found.append(
            TypeLine(
                player=player.id,
                id=kind,
                label=label,
                clause=context.names.type_clause(player.id, kind),
                prior=prior,
            )
        )
    return tuple(found)


def read_horizon(context: Context) -> Horizon | None:
    """Return how many days or weeks lie between the cut-off and the last day watched; None where the file names none."""
    end = context.crisis.watched_until
    days = 0 if end is None else (end - context.crisis.as_of).days
    if days <= 0:
        return None
    if days <= SHORT:
        return Horizon(count=days, noun="day")
    return Horizon(count=round(days / 7), noun="week")


def read_likely(
    context: Context, book: Book, shared: SharedFigures, types: Sequence[TypeLine]
) -> Likely:
    """Read what is likeliest, and the chance of an attack by type where types differ."""
    lead = find_lead(
        {
            rule.id: context.columns.values(metric_name("outcome", rule.id))
            for rule, _ in shared.outcomes
        },
        [rule for rule, _ in shared.outcomes],
    )
    group = lead.group
    if len(group.members) == 1:
        share = next(figure for rule, figure in shared.outcomes if rule.id == group.id)
    else:
        share = book.array(
            f"group.{group.id}",
            f"{group.label}: {' or '.join(rule.label for rule in group.members)}",
            lead.probs,
            unit="prob",
            trace=context.traces.of(metric_name("outcome", group.members[0].id)),
        )
    attack = bool(group.members[0].attack)
    return Likely(
        lead="attack" if attack else "alone" if len(group.members) == 1 else "together",
        likeliest=group.label,
        share=share,
        by_type=_by_type(context, book, types),
    )


def _by_type(
    context: Context, book: Book, types: Sequence[TypeLine]
) -> tuple[tuple[TypeLine, Figure], ...]:
    pairs = [
        (
            line,
            book.metric(
                f"attack_given.{line.player}.{line.id}", f"an attack if {line.clause}", metric
            ),
        )
        for line in types
        if context.columns.has(metric := metric_name("attack_given", line.player, line.id))
    ]
    values = [figure.value for _, figure in pairs if figure.value is not None]
    if len(values) < 2 or max(values) - min(values) < APART:
        return ()
    return tuple(pairs)
