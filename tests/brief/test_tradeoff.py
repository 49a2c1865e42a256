"""The scatter of policies: every point is named, beside it or in the list below, and nothing touches.

Oracle: independent code, the words and marks that the SVG gives.
"""

import re

import pytest
from tests.brief.drawn import collisions, words

from detente.brief.figures import Figure, Trace
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.tradeoff import TradeoffPoint, draw_tradeoff

WORDS = Words(title="One helps", subtitle="Chance of an attack", footnote="Source: here")
LIST = "Too close to others:"


def point(label, across, up, kind="other"):
    def figure(value, unit):
        return Figure(
            id="q.x",
            label=label,
            value=value,
            low=value - 0.1,
            high=value + 0.1,
            unit=unit,
            trace=Trace(),
        )

    return TradeoffPoint(
        label=label, across=figure(across, "prob"), up=figure(up, "stakes"), kind=kind
    )


def draw(points):
    return draw_tradeoff(
        "c",
        points,
        WORDS,
        colour="#0072B2",
        across="chance",
        up="better",
        crowded=LIST,
        columns=("Commitment",),
        rows=[(item.label,) for item in points],
    )


def forms(chart):
    return (chart.wide, chart.narrow, chart.picture().printed)


def said(svg):
    return " ".join(word.text for word in words(svg))


APART = [
    point("Hold back", 0.3, 0.0, "base"),
    point("Offer talks", 0.2, 5.0, "named"),
    point("Send arms", 0.28, -4.0),
]
CROWD = [  # as many as a phone cannot name, and no more: naming them is slow
    point("Hold back", 0.3, 0.0, "base"),
    *(
        point(f"A commitment of many words, one of a crowd, number {k}", 0.3 + k / 1000, k / 100)
        for k in range(1, 19)
    ),
]


@pytest.mark.parametrize("points", [APART, CROWD], ids=["apart", "crowd"])
def test_every_point_is_named_and_nothing_touches(points):
    for svg in forms(draw(points)):
        text = said(svg)
        assert [item.label for item in points if item.label not in text] == []
        assert collisions(svg) == []
        assert min(word.size for word in words(svg)) >= 12


def test_names_without_a_place_stand_below_with_their_values():
    """A list is there only where it has to be; what stands in it has the numbers of its point."""
    assert LIST not in "".join(map(said, forms(draw(APART))))
    listed = said(draw(CROWD).narrow).partition(LIST)[2]
    assert re.search(r"number (\d+) \(3[0-2]%, 0(?:\.[01]\d?)? stakes\)", listed)
