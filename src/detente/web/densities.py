"""The density of a quantity, as it is in a draft and as it was: how likely its values are."""

from detente.brief.pictures.scales import Scale
from detente.brief.words import format_number
from detente.crisis.elements import Distribution
from detente.crisis.quantities import outline

__all__ = ["draw_density"]

_WIDTH, _GROUND, _TOP, _HEIGHT = 560.0, 104.0, 16.0, 132.0


def draw_density(law: Distribution | None, before: Distribution | None, *, alt: str) -> str:
    """Return the picture of a distribution, over a dashed one of what it was before; empty where there is neither.

    Both have the same scale, and the higher of the two the whole height. A value that stands alone is a stick as high as its
    probability.

    Parameters
    ----------
    law, before
        What is drawn.
    alt
        What is to be read in its place.
    """
    shown = [item for item in (law, before) if item is not None]
    if not shown:
        return ""
    ends = [x for item in shown for x, _ in outline(item)]
    pad = (max(ends) - min(ends)) * 0.06 or abs(ends[0]) * 0.1 or 1.0
    across = Scale(
        low=min(ends) - pad, high=max(ends) + pad, start=8.0, end=_WIDTH - 8.0, ticks=(), words=()
    )
    parts = [f'<line class="axis" x1="0" x2="{_WIDTH:g}" y1="{_GROUND:g}" y2="{_GROUND:g}"/>']
    if before is not None and before != law:
        parts.append(_drawn(before, across, "before", shown))
    if law is not None:
        parts.append(_drawn(law, across, "now", shown))
    for number, value in enumerate(dict.fromkeys([min(ends), max(ends)])):
        anchor = ("start", "end")[number]
        at = min(max(across.at(value), 8.0), _WIDTH - 8.0)
        parts.append(
            f'<text x="{at:.1f}" y="{_HEIGHT - 8:g}" text-anchor="{anchor}">{format_number(value)}</text>'
        )
    return (
        f'<svg class="density" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{_escape(alt)}">'
        f"{''.join(parts)}</svg>"
    )


def _drawn(law: Distribution, across: Scale, kind: str, shown: list[Distribution]) -> str:
    alone = law.family in {"fixed", "discrete"}
    alike = [item for item in shown if (item.family in {"fixed", "discrete"}) == alone]
    most = max(y for item in alike for _, y in outline(item))
    points = [
        (across.at(x), _GROUND - (_GROUND - _TOP) * y / most if most > 0 else _GROUND)
        for x, y in outline(law)
    ]
    if alone:
        return "".join(
            f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{_GROUND:g}" y2="{y:.1f}"/>'
            for x, y in points
        )
    inner = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    first, last = points[0][0], points[-1][0]
    return (
        f'<polygon class="{kind}" points="{first:.1f},{_GROUND:g} {inner} {last:.1f},{_GROUND:g}"/>'
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
