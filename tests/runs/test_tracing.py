"""Tracing a metric to quantities, sources and models, on the template crisis."""

from pathlib import Path

import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.errors import UsageError
from detente.runs.tracing import trace_metric

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


def test_a_quantity_traces_to_itself_and_its_source(crisis):
    trace = trace_metric(crisis, "quantity/force.north")
    assert trace.quantities == ("force.north",)
    assert trace.sources == ("gazette",)
    assert trace.models == ()
    assert not trace.by_play


def test_a_mechanism_traces_to_its_inputs_model_and_reference(crisis):
    # oracle by hand: the inputs written in the template
    trace = trace_metric(crisis, "mechanism/contest/success_prob@posture=armed")
    assert trace.quantities == (
        "force.north",
        "force.mid",
        "force.aid",
        "contest.decisiveness",
        "contest.advantage",
    )
    assert trace.models == ("deterrence.contest",)
    assert len(trace.references) == 1
    assert set(trace.sources) == {"gazette", "judgement"}


def test_a_level_leaves_out_the_cases_of_other_levels(crisis):
    trace = trace_metric(crisis, "mechanism/contest/success_prob@posture=none")
    assert "force.aid" not in trace.quantities


def test_columns_trace_to_the_members_rows(crisis):
    trace = trace_metric(crisis, "mechanism/target_loss/loss_pct_gdp@sanctions=imposed")
    assert "exposures.WES.import_share" in trace.quantities


def test_a_price_traces_through_its_mechanism_and_then_to_all_that_moves_play(crisis):
    trace = trace_metric(crisis, "level/energy_cost")
    assert trace.direct == ("sanctions.damage", "gas.share", "gas.elasticity", "gas.cut")
    assert trace.quantities[:4] == trace.direct
    assert {"rationality", "prior.revisionist", "war.gain"} <= set(trace.quantities)
    assert trace.by_play
    assert "sanctions.ces_loss" in trace.models
    assert trace.references[0].startswith("mckelvey1998")


def test_payoff_parts_trace_to_price_and_weight(crisis):
    trace = trace_metric(crisis, "payoff/north/revisionist/conquest")
    assert trace.direct == ("war.gain", "weight.revisionist")
    assert trace_metric(crisis, "payoff/north/limited/conquest").direct == ("war.gain",)
    assert set(trace_metric(crisis, "payoff/north").direct) > {"war.gain", "audience.cost"}


def test_outcomes_trace_to_all_quantities_of_the_game_by_drivers(crisis):
    drivers = [("war.gain", -0.3), ("audience.cost", 0.1)]
    trace = trace_metric(crisis, "outcome/war", drivers=drivers)
    assert trace.direct == ()
    assert trace.quantities[:2] == ("war.gain", "audience.cost")
    # oracle by hand: what prices, weights, priors, chances and rationality read; no position feeds the game
    read = {path for path in crisis.quantities if not path.startswith(("positions.", "salience."))}
    assert set(trace.quantities) == read - {"exposures.WES.gas_share"}


@pytest.mark.parametrize(
    "metric",
    ["prior/north/revisionist", "prior/west/hollow"],
)
def test_priors_trace_to_their_quantity(crisis, metric):
    trace = trace_metric(crisis, metric)
    assert len(trace.quantities) == 1
    assert trace.quantities[0].startswith("prior.")


@pytest.mark.parametrize(
    "metric",
    [
        "",
        "weather",
        "quantity/war.loot",
        "mechanism/magic/x",
        "level/glory",
        "prior/nobody/x",
        "payoff/nobody",
        "payoff/north/timid",
        "payoff/north/limited/glory",
    ],
)
def test_unknown_metrics_are_refused(crisis, metric):
    with pytest.raises(UsageError) as caught:
        trace_metric(crisis, metric)
    assert caught.value.code == "path-unknown"


def test_a_design_traces_to_the_sources_of_its_package_and_responses():
    """Oracle: hand, the rows of the reference crisis."""
    shipped = load_crisis("ukraine-2022")
    trace = trace_metric(shipped, "mechanism/pays_controls/loss_year_pct_gdp")
    assert {"wiod", "caliendo-2015", "tt-fdpr"} <= set(trace.sources)
    assert set(trace.sources) <= set(shipped.sources)
