"""Pictures of deterrence: what holds an option back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.charts import stack_bars
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    Key,
    Slot,
    Words,
    draw_axis,
    draw_key,
    lay_rows,
    make_chart,
)
from detente.brief.pictures.palette import NEUTRAL, OKABE_ITO, ink
from detente.brief.pictures.pen import Pen, Rect
from detente.brief.pictures.scales import make_scale
from detente.brief.words import format_number

__all__ = [
    "Balance",
    "draw_balance",
]

_PART_COLOURS = (OKABE_ITO["blue"], OKABE_ITO["sky"], OKABE_ITO["orange"], NEUTRAL)
_TEMPTING = OKABE_ITO["vermillion"]
"""Blues for denial, orange for punishment, grey for the shadow of a wider war."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What holds one option back, part by part in print order, against what tempts to it; all in one unit."""

    row: str
    parts: Mapping[str, Figure]
    temptation: Figure


def draw_balance(
    name: str, rows: Sequence[Balance], words: Words, *, tempting: str, row_title: str
) -> Chart:
    """Draw per option one stacked bar of what holds it back and a line where temptation stands.

    A bar that passes the line deters on average. Parts are drawn in the order in which the first row names them.
    """
    parts = list(rows[0].parts)
    shades = dict(zip(parts, _PART_COLOURS, strict=False))

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        keys = [Key(part, shades[part], "bar") for part in parts]
        top = draw_key(pen, [*keys, Key(tempting, _TEMPTING, "tick")])
        slots = [
            Slot(row=row.row, printed=(format_number(row.temptation.value or 0.0),)) for row in rows
        ]
        layout = lay_rows(pen, form, slots, top=top, heads=(tempting,), thick=32.0)
        sums = [sum(max(row.parts[part].value or 0.0, 0.0) for part in parts) for row in rows]
        values = [*sums, *(row.temptation.value for row in rows)]
        scale = make_scale(values, "stakes", start=layout.left, end=layout.right)
        draw_axis(pen, scale, layout)
        for row, y in zip(rows, layout.heights, strict=True):
            x = scale.at(row.temptation.value or 0.0)
            stacked = [(row.parts[part].value or 0.0, shades[part]) for part in parts]
            stack_bars(pen, scale, y, stacked, keep_off=x)
            pen.bar(Rect(x - 2, y - 15, x + 2, y + 15), ink(_TEMPTING))
        pen.height = layout.bottom
        return pen

    return make_chart(
        name,
        build,
        words,
        (row_title, *parts, tempting),
        tuple(
            (
                row.row,
                *(link(row.parts[part], row.parts[part].full_text) for part in parts),
                link(row.temptation, row.temptation.full_text),
            )
            for row in rows
        ),
    )
