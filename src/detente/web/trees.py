"""The game of a crisis as a tree: the first moves, the likelier ones, each as wide as it is often taken."""

from typing import NamedTuple

from detente.analysis.walking import Juncture, walk
from detente.brief.words import format_percent, sentence_case
from detente.crisis.crisis import Crisis
from detente.engine.solutions import Solution

__all__ = ["Limb", "draw_tree", "grow_tree", "list_limbs"]

_DEPTH, _LEAST = 3, 0.03
_ROW, _COLUMN, _LEFT = 28, 250, 8
_LETTERS = 34
"""Most letters of a label that is drawn."""


class Limb(NamedTuple):
    """A way on: who takes it, its label, how often play takes it from the start, 0-1, and what follows."""

    who: str
    label: str
    prob: float
    limbs: "tuple[Limb, ...]"


def grow_tree(crisis: Crisis, solution: Solution) -> tuple[Limb, ...]:
    """Return the first three steps of the game; ways that play takes in less than 3% of all plays are left out."""
    return _limbs(crisis, solution, walk(solution), 1.0, ())


def draw_tree(limbs: tuple[Limb, ...], *, alt: str) -> str:
    """Return the picture of a tree: from left to right, a line as wide as it is often taken, with its label above it."""
    parts: list[str] = []
    rows = _draw(limbs, 0, 0, parts, None)
    width, height = _LEFT + _DEPTH * _COLUMN, max(rows, 1) * _ROW + 12
    return f'<svg class="tree" viewBox="0 0 {width} {height}" role="img" aria-label="{_escape(alt)}">{"".join(parts)}</svg>'


def list_limbs(limbs: tuple[Limb, ...], before: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return the tree as rows of a table: the way from the start in words, and how often play takes it."""
    found = []
    for limb in limbs:
        way = (*before, f"{limb.who}: {limb.label}")
        found.append(("; ".join(way), format_percent(limb.prob)))
        found += list_limbs(limb.limbs, way)
    return found


def _limbs(
    crisis: Crisis, solution: Solution, here: Juncture, prob: float, path: tuple[str, ...]
) -> tuple[Limb, ...]:
    if here.kind == "end":
        return ()
    who = crisis.players[here.player].name if here.kind == "choice" else "chance"
    found = []
    for branch in here.branches:
        share = prob * branch.prob.mean
        if share < _LEAST:
            continue
        step = (*path, branch.id)
        below: tuple[Limb, ...] = ()
        if len(step) < _DEPTH:
            below = _limbs(crisis, solution, walk(solution, step), share, step)
        found.append(Limb(who, branch.label, share, below))
    return tuple(found)


def _draw(
    limbs: tuple[Limb, ...], depth: int, row: int, parts: list[str], start: float | None
) -> int:
    """Draw limbs from a row on; return the row after them."""
    for place, limb in enumerate(limbs):
        first = row
        row = max(_draw(limb.limbs, depth + 1, row, parts, first * _ROW + 22), row + 1)
        y, x = first * _ROW + 22, _LEFT + depth * _COLUMN
        wide = 1.0 + 9.0 * limb.prob
        if start is not None and start != y:
            parts.append(f'<path class="stem" d="M{x - 8} {start}V{y}H{x}"/>')
        parts.append(
            f'<line x1="{x}" x2="{x + _COLUMN - 16}" y1="{y}" y2="{y}" stroke-width="{wide:.1f}"/>'
            f'<text x="{x}" y="{y - 7}">{_said(limb, names=place == 0)} {format_percent(limb.prob)}</text>'
        )
    return row


def _said(limb: Limb, *, names: bool) -> str:
    """Return the label of a limb; the first of several also says whose they are."""
    label = limb.label if names else sentence_case(limb.label)
    room = _LETTERS - (len(limb.who) + 2 if names else 0)
    short = label if len(label) <= room else f"{label[: max(room - 1, 6)]}…"
    who = f'<tspan class="who">{_escape(limb.who)}:</tspan> ' if names else ""
    return who + _escape(short)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
