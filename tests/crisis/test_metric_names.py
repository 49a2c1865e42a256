"""Names of metrics: written and taken apart by one type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis.metric_names import METRIC_PARTS, Metric, metric_name, metric_prefix

words = st.text("abcxyz_0123456789", min_size=1, max_size=6)
paths = st.lists(words, min_size=1, max_size=3).map(".".join)
pairs = st.lists(st.tuples(paths, words), max_size=3).map(tuple)


@st.composite
def metrics(draw):
    kind = draw(st.sampled_from(sorted(METRIC_PARTS)))
    if kind == "mechanism":
        member = draw(st.just("") | words)
        return Metric.of_output(draw(words), draw(words), draw(pairs), member=member)
    if kind == "quantity":
        return Metric.of(kind, draw(paths))
    parts = [draw(words) for _ in METRIC_PARTS[kind]]
    if kind == "payoff":
        parts = parts[: draw(st.integers(1, 3))]
    return Metric.of(kind, *parts)


@given(metric=metrics())
def test_a_name_taken_apart_is_the_metric_that_was_written(metric):
    # oracle: theorem, parsing is the inverse of writing
    assert Metric.parse(str(metric)) == metric


@given(text=st.text("abc/@=,.+", max_size=12))
def test_any_text_can_be_read(text):
    # oracle: theorem, reading what was written again changes nothing
    found = Metric.parse(text)
    assert Metric.parse(str(found)) == found


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        # oracle: hand, the names that runs have always stored
        (Metric.of("attack"), "attack"),
        (Metric.of("outcome", "war"), "outcome/war"),
        (Metric.of("use", "north", "invade"), "use/north/invade"),
        (Metric.of("payoff", "north"), "payoff/north"),
        (Metric.of("payoff", "north", "bold", "cost"), "payoff/north/bold/cost"),
        (Metric.of("quantity", "force.north"), "quantity/force.north"),
        (Metric.of("certificate", "residual"), "certificate/residual"),
        (Metric.of_output("m", "sum"), "mechanism/m/sum"),
        (Metric.of_output("m", "sum", member="AAA"), "mechanism/m/sum/AAA"),
        (
            Metric.of_output("m", "share", [("gas", "cut"), ("north.type", "bold")], member="AAA"),
            "mechanism/m/share@gas=cut,north.type=bold/AAA",
        ),
    ],
)
def test_names_are_written_and_read_as_they_are_stored(metric, name):
    assert str(metric) == name
    assert Metric.parse(name) == metric


def test_a_prefix_begins_the_names_about_its_parts():
    # oracle: hand, the forms of the names
    assert metric_name("belief", "north", "bold", "hold").startswith(
        metric_prefix("belief", "north", "bold")
    )
    assert metric_prefix("outcome") == "outcome/"


def test_what_the_crisis_alone_decides():
    # oracle: hand, the forms of the names
    assert Metric.of("quantity", "x").of_the_crisis
    assert Metric.of_output("m", "sum").of_the_crisis
    assert not Metric.of("belief", "north", "bold", "hold").of_the_crisis
    assert Metric.of("first", "north", "bold", "hold").dotted == "first.north.bold.hold"
    assert Metric.of("attack").about == ""
