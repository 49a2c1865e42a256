"""Terms, what holds back, arrivals and base rates in the briefing: what is said is what the run holds."""

import numpy as np
import pytest
from tests.brief.test_questions import by_id

from detente.brief.figures import Figure, Trace, links_in, plain
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.maps import Spot, draw_map
from detente.brief.pictures.terms import TermNames, TermRow, draw_terms
from detente.brief.questions._holding import typed_levels

TERM_NAMES = TermNames(
    issue="Issue",
    best="Best common terms",
    room="Room on this issue alone",
    line="Red line of a side, in its colour",
    lines=("Red line, North", "Red line, West"),
)
WORDS = Words(title="Title", subtitle="Subtitle", footnote="Source")


def figure(value, name="x"):
    return Figure(
        id=name, label=name, value=value, low=None, high=None, unit="score_0_100", trace=Trace()
    )


def test_best_terms_are_averaged_over_cases_with_a_range(full_brief):
    """Oracle: hand, from the columns of the run."""
    context = full_brief.context
    mechanism = context.levels.mechanisms("bargaining.settlement")[0].id
    exists = context.columns.values(context.levels.start(mechanism, "exists")[0].metric) > 0.5
    for level in context.levels.start(mechanism, "nash_point"):
        values = context.columns.values(level.metric)[exists]
        made = full_brief.figures[f"aims.nash_point.{mechanism}.{level.member}"]
        assert made.value == pytest.approx(float(np.mean(values)))


def test_every_number_of_the_terms_is_a_figure_with_a_trace(full_brief):
    for question in ("aims", "diplomacy", "deterrence"):
        answer = by_id(full_brief, question)
        for text in answer.model:
            for name in links_in(text):
                made = full_brief.figures[name]
                trace = made.trace
                assert trace.metric or trace.quantities or trace.place, name


def test_what_empties_the_range_is_said_with_its_share(full_brief):
    answer = by_id(full_brief, "aims")
    text = " ".join(plain(part) for part in (answer.answer, *answer.model))
    assert "a deal exists that both sides prefer to fighting" in text
    assert "The best deal found" in text
    assert "own chance of winning a war" in text


def test_parts_of_the_margin_sum_to_it(full_brief):
    """Oracle: theorem: the identity of the parts, on the means that the picture shows."""
    context = full_brief.context
    figures = full_brief.figures
    checked = 0
    for mechanism in context.levels.mechanisms("deterrence.option"):
        for level in typed_levels(context, mechanism.id, "margin"):
            tail = f"{mechanism.id}{context.levels.key(level)}"
            parts = [
                figures[f"deterrence.{part}.{tail}"].value
                for part in ("failure", "fighting", "punishment", "shadow")
            ]
            tempting = figures[f"deterrence.temptation.{tail}"].value
            margin = float(np.mean(context.columns.values(level.metric)))
            assert sum(parts) - tempting == pytest.approx(margin, abs=1e-9)
            checked += 1
    assert checked


def test_the_share_held_back_is_counted(full_brief):
    """Oracle: hand, from the columns of the run."""
    context = full_brief.context
    for mechanism in context.levels.mechanisms("deterrence.option"):
        levels = typed_levels(context, mechanism.id, "margin")
        assert len(levels) == 1
        share = full_brief.figures[f"deterrence.held.{mechanism.id}"].value
        assert share == pytest.approx(np.mean(context.columns.values(levels[0].metric) > 0))


def test_base_rates_stand_beside_the_models_figure(full_brief):
    """Oracle: hand, the row of the table."""
    text = " ".join(plain(part) for part in by_id(full_brief, "deterrence").model)
    assert "Of past crises, without a time limit: a crisis becomes a war in 17% of cases." in text


def test_types_of_a_level_are_told_apart():
    """Oracle: hand. Levels nearest to the start, one for each type, whatever the round."""

    class Stub:
        """The little that the function asks of a context."""

        def __init__(self, states):
            self.states = states

        @property
        def levels(self):
            return self

        def of(self, mechanism, output):
            from detente.brief.levels import Level

            return tuple(
                Level(metric=str(k), mechanism=mechanism, output=output, state=state)
                for k, state in enumerate(self.states)
            )

        def changed(self, level):
            return tuple(pair for pair in level.state if pair != ("aid", "usual"))

    states = [
        (("aid", aid), ("north.type", kind), ("round", number))
        for aid in ("usual", "large")
        for kind in ("limited", "bold")
        for number in ("1", "2")
    ]
    found = typed_levels(Stub(states), "m", "margin")
    assert [level.state for level in found] == [
        (("aid", "usual"), ("north.type", kind), ("round", "1")) for kind in ("limited", "bold")
    ]


def test_red_lines_stand_in_the_table_of_the_picture():
    rows = [
        TermRow(
            row="Border",
            positions=(figure(0.0, "a"), figure(100.0, "b")),
            red_lines=(figure(40.0, "c"), None),
            best=figure(30.0, "d"),
            ends=(figure(20.0, "e"), figure(45.0, "f")),
        ),
        TermRow(
            row="Fish",
            positions=(figure(10.0, "g"), figure(10.0, "h")),
            red_lines=(None, None),
            best=None,
            ends=None,
        ),
    ]
    chart = draw_terms(
        "t", rows, WORDS, sides=("North", "West"), colours=("#D55E00", "#0072B2"), names=TERM_NAMES
    )
    first = [plain(cell) for cell in chart.table.rows[0]]
    assert first == ["Border", "0", "100", "40", "", "30", "20 to 45"]
    assert "Border" in chart.wide
    assert "Border" in chart.narrow
    assert "North" in chart.svg


def test_a_sketch_of_places_needs_only_coordinates():
    spots = [
        Spot(
            label="Harbour",
            latitude=60.0,
            longitude=20.0,
            size=3000,
            series="North",
            colour="#D55E00",
        ),
        Spot(
            label="Pass",
            latitude=58.0,
            longitude=25.0,
            size=0,
            series="West",
            colour="#0072B2",
        ),
    ]
    marks = [(place, "", "", "", "", "", "") for place in ("Harbour", "Pass")]
    chart = draw_map("m", spots, marks, WORDS, claim="A claim")
    assert "Harbour" in chart.wide
    assert [row[0] for row in chart.table.rows] == ["Harbour", "Pass"]
