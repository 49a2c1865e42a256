"""What hopes do: the chance of an attack as it stands, beside what it would be if everybody had the analysts' odds."""

from typing import Literal

from detente.analysis.records import HopesStudy
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace
from detente.crisis.elements import QuantityOf
from detente.crisis.odds import has_own_odds

__all__ = ["HopesCase", "hopes_case", "read_hopes"]

REFERENCE = "the same draws solved again with the analysts' odds for everybody"
LEAST = 0.005
"""Difference in the chance of an attack below which hopes are said to move nothing: half a point."""

HopesCase = Literal["raise", "lower", "nothing"]


def hopes_case(hoped: float, common: float) -> HopesCase:
    """Return what hopes do to a chance.

    Examples
    --------
    >>> hopes_case(0.3, 0.2), hopes_case(0.2, 0.3), hopes_case(0.2, 0.202)
    ('raise', 'lower', 'nothing')
    """
    if abs(hoped - common) < LEAST:
        return "nothing"
    return "raise" if hoped > common else "lower"


def read_hopes(context: Context, book: Book) -> tuple[HopesCase, Figure] | None:
    """Return what hopes do and what common odds would give, and enter the share of an attack's chance that comes of hopes.

    None where nobody has any.
    """
    crisis = context.crisis
    players = [item.name for item in crisis.players.values() if has_own_odds(crisis, item.id)]
    if not players:
        return None
    study = context.results.study("hopes", HopesStudy)
    hoped = context.columns.values("attack")[: study.attack.size]
    paths = context.traces.game_inputs
    hopes = [item.path for item in crisis.hopes.values() if isinstance(item, QuantityOf)]
    trace = Trace(
        sources=context.traces.sources_of(hopes),
        quantities=tuple(dict.fromkeys(hopes)),
        model="game.logit_qre",
        reference=REFERENCE,
        inputs_read=len(paths),
    )
    common = book.array(
        "hopes.common", "an attack with common odds", study.attack, unit="prob", trace=trace
    )
    mean, other = float(hoped.mean()), float(study.attack.mean())
    case = hopes_case(mean, other)
    if case == "raise":
        book.number(
            "hopes.share",
            "share of the chance of an attack that comes of hopes",
            (mean - other) / mean,
            unit="share",
            trace=trace,
            exact=False,
        )
    return case, common
