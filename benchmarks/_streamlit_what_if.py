"""The same what-if as a page of Streamlit: a slider for each assumption, a draft, its refinement, and a chart of the outcomes.

Run by ``what_if_in_streamlit.py``; the numbers are those of the workbench, by the same call.
"""

import sys

import streamlit as st

from detente.web.answers import Answers, Asked
from detente.web.assumptions import list_assumptions
from detente.web.workbench import Workbench

NAME = sys.argv[1]


@st.cache_resource
def find_answers():
    """Load the crisis once for all users."""
    bench = Workbench([NAME])
    return bench, Answers(bench)


def draw(place, answer):
    """Show the outcomes with their ranges."""
    rows = [
        {"outcome": row.label, "mean": row.now.mean, "low": row.now.low, "high": row.now.high}
        for row in answer.rows
        if row.now is not None
    ]
    axis = {"field": "outcome", "type": "nominal", "sort": None, "title": None}
    place.vega_lite_chart(
        {
            "data": {"values": rows},
            "layer": [
                {
                    "mark": "rule",
                    "encoding": {
                        "y": axis,
                        "x": {"field": "low", "type": "quantitative"},
                        "x2": {"field": "high"},
                    },
                },
                {
                    "mark": "point",
                    "encoding": {"y": axis, "x": {"field": "mean", "type": "quantitative"}},
                },
            ],
        }
    )


bench, answers = find_answers()
assumptions = list_assumptions(bench.crisis(NAME))
changed = {}
with st.sidebar:
    for item in assumptions:
        width = item.high - item.low
        value = st.slider(
            item.label, item.low, item.high, item.reference, step=width / 100, key=item.path
        )
        if value != item.reference:
            changed[item.path] = value
chart, said = st.empty(), st.empty()
for draws in (64, 256):
    draw(chart, answers.give(NAME, Asked(set=changed, draws=draws)))
    said.markdown(f"shown: {draws} draws, {sorted(changed.items())}")
