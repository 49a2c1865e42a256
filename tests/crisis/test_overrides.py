import pytest

from detente.crisis import load_crisis, override_paths
from detente.crisis.elements import Constant, Distribution
from detente.crisis.overrides import apply_overrides
from detente.errors import UsageError
from detente.testing import template_document, write_document


def test_number_fixes_a_quantity_and_range_makes_it_uniform(tiny):
    # Oracle: hand.
    crisis = load_crisis(tiny, overrides={"force.mid": "12", "quantities.war.gain": "20..40"})
    assert crisis.quantities["force.mid"].distribution == Distribution(
        family="fixed", parameters=(12.0,)
    )
    assert crisis.quantities["war.gain"].distribution == Distribution(
        family="uniform", parameters=(20.0, 40.0)
    )
    assert crisis.overrides == {"force.mid": "12", "quantities.war.gain": "20..40"}


def test_other_parts_stay_as_they_are(tiny):
    before, after = load_crisis(tiny), load_crisis(tiny, overrides={"force.mid": "12"})
    assert {p: q for p, q in before.quantities.items() if p != "force.mid"} == {
        p: q for p, q in after.quantities.items() if p != "force.mid"
    }
    assert after.instruments == before.instruments


def test_quantities_of_tables_can_be_set(tiny):
    paths = {
        "exposures.WES.gas_share": "0.2",
        "positions.NOR.membership": "10..30",
        "salience.NOR.membership": "1",
    }
    crisis = load_crisis(tiny, overrides=paths)
    assert crisis.quantities["exposures.WES.gas_share"].distribution.parameters == (0.2,)
    assert crisis.quantities["positions.NOR.membership"].distribution.parameters == (10, 30)
    assert crisis.quantities["salience.NOR.membership"].distribution.parameters == (1,)


def test_state_and_rounds_can_be_set(tiny):
    crisis = load_crisis(tiny, overrides={"state.posture": "armed", "rounds": "3"})
    assert crisis.state["posture"].initial == "armed"
    assert crisis.rounds == 3


def test_prior_of_one_of_two_types_leaves_the_rest_to_the_other(tiny):
    crisis = load_crisis(tiny, overrides={"types.north.revisionist": "0.7"})
    priors = {item.id: item.prior for item in crisis.players["north"].types}
    assert priors == {"limited": None, "revisionist": Constant(value=0.7)}
    crisis = load_crisis(tiny, overrides={"types.north.limited": "0.7"})
    priors = {item.id: item.prior for item in crisis.players["north"].types}
    assert priors == {"limited": Constant(value=0.7), "revisionist": None}


def _three_types(tiny, **priors):
    document = template_document()
    types = {name: {"label": name, "prior": prior} for name, prior in priors.items()}
    document["players"]["mid"]["types"] = types
    write_document(tiny, document)


def test_other_types_share_the_rest_in_proportion(tiny):
    # Oracle: hand. 0.2 and 0.6 stand 1 to 3; the rest of 0.8 is 0.2.
    _three_types(tiny, a=0.2, b=0.2, c="rest")
    crisis = load_crisis(tiny, overrides={"types.mid.b": "0.2"})
    assert [item.prior for item in crisis.players["mid"].types] == [
        Constant(value=pytest.approx(0.2)),
        Constant(value=0.2),
        None,
    ]
    crisis = load_crisis(tiny, overrides={"types.mid.b": "0.6"})
    assert crisis.players["mid"].types[0].prior == Constant(value=pytest.approx(0.1))


def test_types_that_had_no_weight_share_the_rest_evenly(tiny):
    _three_types(tiny, a=0, b=0, c=1)
    crisis = load_crisis(tiny, overrides={"types.mid.c": "0.5"})
    assert crisis.players["mid"].types[0].prior == Constant(value=0.25)


def test_uncertain_priors_count_by_their_median(tiny):
    # Oracle: hand. The uniform 0.1-0.3 has median 0.2; c takes 0.6 before, 0.3 of 0.4 after.
    document = template_document()
    quantity = dict(document["quantities"]["prior.resolute"], uniform=[0.1, 0.3])
    del quantity["triangular"]
    document["quantities"]["prior.a"] = quantity
    document["players"]["mid"]["types"] = {
        "a": {"label": "a", "prior": "prior.a"},
        "b": {"label": "b", "prior": 0.2},
        "c": {"label": "c"},
    }
    write_document(tiny, document)
    crisis = load_crisis(tiny, overrides={"types.mid.b": "0.6"})
    assert crisis.players["mid"].types[0].prior == Constant(value=pytest.approx(0.1))


def test_digest_depends_on_files_and_overrides(tiny):
    # Oracle: hand; each change must change the digest, and nothing else may.
    first = load_crisis(tiny).digest
    assert first == load_crisis(tiny, overrides={}).digest
    assert first != load_crisis(tiny, overrides={"rounds": "3"}).digest
    assert (
        load_crisis(tiny, overrides={"rounds": "3"}).digest
        == load_crisis(tiny, overrides={"rounds": "3"}).digest
    )
    table = tiny / "timeline.csv"
    table.write_text(table.read_text() + "\n")
    assert first != load_crisis(tiny).digest


REFUSED = [
    ("prior.revisonist", "0.5", "path-unknown", "prior.revisionist"),
    ("force.mids", "5", "path-unknown", "force.mid"),
    ("qqqqqqqq", "5", "path-unknown", "name a quantity"),
    ("state.weather", "dry", "path-unknown", "state."),
    ("types.north.hollow", "0.5", "path-unknown", "types."),
    ("types.south.limited", "0.5", "path-unknown", "types."),
    ("types", "0.5", "path-unknown", "types."),
    ("prior.revisionist", "1.5", "probability-out-of-range", "0 to 1"),
    ("prior.revisionist", "0.5..1.5", "probability-out-of-range", "0 to 1"),
    ("gas.share", "-0.1", "probability-out-of-range", "0 to 1"),
    ("force.mid", "-3", "value-out-of-range", "from 0"),
    ("force.mid", "many", "value-type", "low..high"),
    ("force.mid", "nan", "value-type", "low..high"),
    ("force.mid", "1e999", "distribution-invalid", "low"),
    ("force.mid", "5..5", "distribution-invalid", "low below high"),
    ("force.mid", "9..5", "distribution-invalid", "low below high"),
    ("force.mid", "", "value-type", "number"),
    ("force.mid", "1..2..3", "value-type", "number"),
    ("rationality", "0", "value-out-of-range", "positive"),
    ("state.posture", "heavy", "state-value-unknown", "none, armed"),
    ("rounds", "0", "value-out-of-range", "1 to 20"),
    ("rounds", "21", "value-out-of-range", "1 to 20"),
    ("rounds", "two", "value-type", "number"),
    ("rounds", "²", "value-type", "number"),
    ("types.north.limited", "1.2", "probability-out-of-range", "0 to 1"),
    ("types.north.limited", "0.1..0.2", "value-type", "0 to 1"),
    ("types.mid.only", "0.4", "priors-sum", "1"),
]


@pytest.mark.parametrize(("path", "text", "code", "hint"), REFUSED)
def test_bad_assignment_is_refused_with_its_code_and_a_hint(tiny, path, text, code, hint):
    # Oracle: hand.
    with pytest.raises(UsageError) as caught:
        load_crisis(tiny, overrides={path: text})
    assert caught.value.code == code
    assert hint in caught.value.fix
    assert caught.value.at == f"--set {path}"


def test_quantities_that_let_priors_exceed_one_are_refused(tiny):
    document = template_document()
    document["players"]["mid"]["types"] = {
        "a": {"label": "a", "prior": "prior.a"},
        "b": {"label": "b", "prior": 0.4},
        "c": {"label": "c"},
    }
    document["quantities"]["prior.a"] = dict(
        document["quantities"]["prior.resolute"], triangular=[0, 0.1, 0.2]
    )
    write_document(tiny, document)
    with pytest.raises(UsageError) as caught:
        load_crisis(tiny, overrides={"prior.a": "0.7"})
    assert caught.value.code == "priors-sum"


def test_every_path_offered_is_accepted(tiny):
    crisis = load_crisis(tiny)
    for path in override_paths(crisis):
        if path.startswith("state."):
            text = crisis.state[path[6:]].initial
        elif path in {"rounds", "types.mid.only"}:
            text = "1"
        else:
            text = "0.5"
        assert apply_overrides(crisis, {path: text}).overrides == {path: text}
