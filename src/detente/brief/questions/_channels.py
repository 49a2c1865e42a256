"""First moves in confidence, in question 7: what those who see them make of the mover, and what the public makes."""

from dataclasses import dataclass, replace

import numpy as np

from detente.analysis.moves import beliefs_after
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, TableView, link, present_table
from detente.brief.words import sentence_case
from detente.crisis.elements import Player
from detente.crisis.metric_names import metric_name

__all__ = ["Channel", "channel_table", "open_policy", "read_channels"]


def open_policy(context: Context, player: str) -> str:
    """Choose a compared policy under which a player's moves are its own: one that fixes none of its instruments."""
    for policy in context.policies.ids:
        owners = {
            context.crisis.instruments[one].player
            for _, one in context.policies.get(policy).fixed
            if one in context.crisis.instruments
        }
        if player not in owners:
            return policy
    return context.policies.base


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A first move in confidence: what those who see it and what the public make of the mover's type."""

    mover: Player
    label: str
    look: str
    kind: str
    clause: str
    prior: Figure
    inside: Figure
    public: Figure


def read_channels(context: Context, book: Book) -> list[Channel]:
    """Read the first moves that only some see, or that others look like, with the beliefs that they leave."""
    found = []
    for player in context.roles.players():
        if len(player.types) < 2:
            continue
        policy = open_policy(context, player.id)
        names = [
            item.id
            for item in context.roles.instruments_of(player.id)
            if context.columns.has(metric_name("first", player.id, player.types[0].id, item.id))
        ]
        items = [context.crisis.instruments[name] for name in names]
        if not any(item.seen_by and item.looks_like in names for item in items):
            continue
        prior = np.stack(
            [
                context.columns.values(metric_name("prior", player.id, one.id), policy)
                for one in player.types
            ]
        )
        likelihood = np.stack(
            [
                [
                    context.columns.values(metric_name("first", player.id, one.id, name), policy)
                    for name in names
                ]
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
            context.traces.of(metric_name("first", player.id, kind.id, names[0]), policy),
            model="beliefs.posteriors",
            reference="Bayes' rule on the solution's strategies",
        )
        before = book.metric(
            f"channel.{player.id}.prior",
            f"prior that {player.name} is “{kind.label}”",
            metric_name("prior", player.id, kind.id),
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
                Channel(
                    mover=player,
                    label=item.label,
                    look=items[looks[place]].label,
                    kind=kind.label,
                    clause=context.names.type_clause(player.id, kind.id),
                    prior=before,
                    inside=pair[0],
                    public=pair[1],
                )
            )
    return found


def channel_table(context: Context, book: Book) -> TableView | None:
    """Tabulate first moves in confidence with the beliefs they leave; None without any."""
    rows = read_channels(context, book)
    if not rows:
        return None
    return present_table(
        "channels",
        ("First move", "Looks like", "Belief in", "Before", "Public", "Those who see it"),
        tuple(
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
        title=context.say("outlook", "channels_title"),
        numeric=(False, False, False, True, True, True),
        note=context.say("outlook", "channels_note"),
    )
