"""What first moves tell of the types of those who make them, in question 7."""

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import (
    Chart,
    Figure,
)
from detente.brief.pictures.charts import Dumbbell, draw_dumbbells
from detente.brief.questions._parts import picture_words, run_note
from detente.crisis.elements import Player
from detente.crisis.metric_names import Metric, metric_name, metric_prefix

__all__ = ["Beliefs", "belief_chart", "read_beliefs"]

TELLING = 0.02
"""Smallest shift of a belief that is shown."""
Beliefs = list[tuple[Player, str, str, Figure, Figure]]


def read_beliefs(context: Context, book: Book) -> Beliefs:
    """Per player with two types or more: how each observed first move shifts the belief in one of the types."""
    found: Beliefs = []
    for player in context.roles.players():
        if len(player.types) < 2:
            continue
        kind = player.types[-1] if player.role == "challenger" else player.types[0]
        before = metric_name("prior", player.id, kind.id)
        if not context.columns.has(before):
            continue
        prior = book.metric(
            f"prior.{player.id}.{kind.id}", f"prior that {player.name} is “{kind.label}”", before
        )
        prefix = metric_prefix("belief", player.id, kind.id)
        for metric in context.columns.metrics(prefix):
            move = Metric.parse(metric).parts[-1]
            instrument = context.crisis.instruments.get(move)
            label = instrument.label if instrument is not None else "an unseen move"
            after = book.metric(
                f"belief.{player.id}.{kind.id}.{move}",
                f"belief that {player.name} is “{kind.label}” after “{label}”",
                metric,
            )
            if after.value is not None:
                found.append((player, kind.label, label, prior, after))
    return found


def _shift(item: tuple[Player, str, str, Figure, Figure]) -> float:
    return (item[4].value or 0.0) - (item[3].value or 0.0)


def belief_chart(context: Context, beliefs: Beliefs) -> Chart | None:
    """Draw the belief in a type before and after the first moves that tell most; None if none tells anything."""
    ranked = sorted(beliefs, key=lambda item: -abs(_shift(item)))[:12]
    ranked = [item for item in ranked if abs(_shift(item)) >= TELLING]
    if not ranked:
        return None
    ranked.sort(key=lambda item: (item[0].id, -_shift(item)))
    player, kind, label, prior, after = max(ranked, key=lambda item: abs(_shift(item)))
    return draw_dumbbells(
        "outlook-beliefs",
        [
            Dumbbell(
                row=f"{item[0].name}, “{item[2]}”: {item[1]}",
                start=item[3],
                end=item[4],
                colour=context.roles.colours[item[0].id],
            )
            for item in ranked
        ],
        picture_words(
            context,
            "outlook",
            "beliefs",
            note=run_note(context, marks=""),
            move=label,
            raises=(after.value or 0) > (prior.value or 0),
            player=player.name,
            kind=kind,
            before=prior,
            after=after,
        ),
        start="Before",
        end="After",
        row_title="Move and type",
    )
