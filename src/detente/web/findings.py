"""Findings: which sentence a what-if or a comparison is told in. The words stand in ``templates/words.j2``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from detente.analysis.leading import find_likeliest
from detente.brief.words import format_percent
from detente.crisis.elements import OutcomeRule
from detente.web.answers import Row

__all__ = [
    "Leader",
    "LeaderCase",
    "SharesCase",
    "TellCase",
    "change_of",
    "find_leader",
    "tell",
    "tell_shares",
]

TellCase = Literal["excluded", "ruled out", "possible", "as filed", "unmoved", "rises", "falls"]
"""How the chance of something is told: the rules leave no way to it, or now or before none; nothing was changed; it was
changed and the number that is printed is the same, larger, or smaller."""

LeaderCase = Literal["likeliest", "together", "excluded", "still", "gains most", "loses most"]
"""What is told of the outcomes: the likeliest, or the likeliest group of them, or that none is possible; that none moves by
a point; the one that moves most, and which way."""

SharesCase = Literal["none", "still", "all", "most", "largest"]
"""How the parts of a change are told: there is none; none moves by a point; there is one; the largest has more than half, and
none is against it; or it is the largest alone."""

_POINT = 0.005
"""Less than half a point does not show in whole points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """The case, the outcome or group of outcomes that is told, and its chance, or its change, in 0-1."""

    case: LeaderCase
    label: str = ""
    value: float = 0.0


def tell(row: Row, *, changed: bool) -> TellCase:
    """Return the case in which a probability is told.

    Parameters
    ----------
    row
        Now and as filed.
    changed
        Whether anything was changed.
    """
    if row.now is None:
        return "excluded" if row.filed is None else "ruled out"
    if row.filed is None:
        return "possible"
    if not changed:
        return "as filed"
    before, after = format_percent(row.filed.mean), format_percent(row.now.mean)
    if before == after:
        return "unmoved"
    return "rises" if row.now.mean > row.filed.mean else "falls"


def find_leader(rows: Sequence[Row], rules: Iterable[OutcomeRule], *, changed: bool) -> Leader:
    """Return the outcome that moves most, or without changes what leads, as the briefing has it.

    Parameters
    ----------
    rows
        Of an answer; the first is an attack of any kind, which is no outcome.
    rules
        The outcomes of the crisis.
    changed
        Whether anything was changed.
    """
    outcomes = [row for row in rows[1:] if row.now is not None]
    if not changed:
        means = {row.id: row.now.mean for row in outcomes if row.now is not None}
        told = [rule for rule in rules if rule.id in means]
        if not told:
            return Leader(case="excluded")
        top = find_likeliest(means, told)
        alone = len(top.group.members) == 1
        return Leader(
            case="likeliest" if alone else "together", label=top.group.label, value=top.mean
        )
    moved = max(outcomes, key=lambda row: abs(change_of(row)), default=None)
    if moved is None or abs(change_of(moved)) < _POINT:
        return Leader(case="still")
    change = change_of(moved)
    return Leader(
        case="gains most" if change > 0 else "loses most", label=moved.label, value=change
    )


def tell_shares(parts: Sequence[float]) -> SharesCase:
    """Return the case in which the parts of a change are told.

    Parameters
    ----------
    parts
        What each of the changes adds, the largest first, in 0-1.

    Examples
    --------
    >>> tell_shares([0.03, 0.01]), tell_shares([0.03, -0.01]), tell_shares([0.001])
    ('most', 'largest', 'still')
    """
    if not parts:
        return "none"
    if abs(parts[0]) < _POINT:
        return "still"
    if len(parts) == 1:
        return "all"
    against = any(part * parts[0] < 0 for part in parts)
    return "largest" if against or abs(parts[0]) <= abs(sum(parts)) / 2 else "most"


def change_of(row: Row) -> float:
    """Return by how much a mean differs from that of the crisis as filed; what is excluded on one side has none there."""
    return (row.now.mean if row.now else 0.0) - (row.filed.mean if row.filed else 0.0)
