"""What reads a quantity."""

from detente.analysis.uses import find_uses
from detente.crisis import load_crisis
from detente.runs.tracing import quantities_read, trace_metric


def test_the_uses_of_a_quantity_are_those_of_the_file():
    """Oracle by hand: crisis.yaml of cuba-1962."""
    crisis = load_crisis("cuba-1962")
    uses = find_uses(crisis)
    prior = crisis.players["ussr"].types[1].prior
    assert ("prior", "ussr") in {use[:2] for use in uses[prior.path]}
    assert {use.kind for use in uses["calm"]} == {"price"}
    families = {use.family for found in uses.values() for use in found if use.kind == "mechanism"}
    assert families == {item.model.partition(".")[0] for item in crisis.mechanisms.values()}


def test_uses_and_traces_agree():
    """Oracle: independent code; what the game reads, found by following bindings, is what something of it reads."""
    for name in ("cuba-1962", "kuwait-1990"):
        crisis = load_crisis(name)
        read = set(trace_metric(crisis, "attack").quantities)
        assert read <= set(find_uses(crisis))


def test_bindings_are_not_followed_through_mechanisms():
    """Oracle by hand: an output of a mechanism reads nothing itself."""
    crisis = load_crisis("cuba-1962")
    prices = [item.price for item in crisis.considerations.values()]
    direct = set(quantities_read(crisis, prices))
    inputs = {
        path
        for item in crisis.mechanisms.values()
        for path in quantities_read(crisis, item.inputs.values(), item)
    }
    assert inputs
    assert not direct >= inputs
