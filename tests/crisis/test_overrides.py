import hashlib
import json
import tempfile
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis import load_crisis, override_paths, shipped_crises
from detente.crisis.elements import Constant, Distribution
from detente.errors import UsageError
from detente.testing import template_document, tiny_crisis_folder, write_document


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
        assert crisis.set({path: text}).overrides == {path: text}


def same(one, other):
    """Whether two crises agree in every field, the ones that no comparison looks at included."""
    return all(getattr(one, item.name) == getattr(other, item.name) for item in fields(one))


VALUES = [
    ({"force.mid": 12}, {"force.mid": "12"}),
    ({"force.mid": 12.0}, {"force.mid": "12"}),
    ({"force.mid": 0.1 + 0.2}, {"force.mid": "0.30000000000000004"}),
    ({"force.mid": 1e-7}, {"force.mid": "1e-07"}),
    ({"war.gain": (20, 40)}, {"war.gain": "20..40"}),
    ({"war.gain": [20.5, 40]}, {"war.gain": "20.5..40"}),
    ({"war.gain": np.float32(0.5)}, {"war.gain": "0.5"}),
    ({"rounds": np.int64(3)}, {"rounds": "3"}),
    ({"types.north.revisionist": 0.8}, {"types.north.revisionist": "0.8"}),
    ({"state.posture": "armed"}, {"state.posture": "armed"}),
]


@pytest.mark.parametrize(("values", "text"), VALUES)
def test_numbers_and_pairs_are_what_their_text_is(tiny, values, text):
    # Oracle: hand.
    crisis = load_crisis(tiny)
    changed = crisis.set(values)
    assert changed.overrides == text
    assert same(changed, crisis.set(text))
    assert same(changed, load_crisis(tiny, overrides=text))
    assert crisis.overrides == {}


@pytest.mark.parametrize("value", [None, True, float("nan"), (1,), (1, 2, 3), ("a", "b"), {}])
def test_a_value_of_no_kind_is_refused(tiny, value):
    with pytest.raises(UsageError) as caught:
        load_crisis(tiny).set({"force.mid": value})
    assert (caught.value.code, caught.value.at) == ("value-type", "--set force.mid")
    assert "give a number" in caught.value.fix


@pytest.mark.parametrize("name", [*shipped_crises(), "tiny"])
def test_the_digest_is_that_of_files_and_assignments(tiny, name):
    """Oracle: independent code, the rule by which runs on disk were named."""
    folder = shipped_crises().get(name, tiny)
    crisis = load_crisis(folder).set({"rounds": 1}).set({"rationality": "0.3..0.4"})
    state = hashlib.sha256()
    files = {"crisis.yaml", *(table.file for table in crisis.tables.values())}
    for file in sorted(files):
        content = (folder / file).read_bytes()
        state.update(f"{len(file)} {file} {len(content)}\n".encode())
        state.update(content)
    state.update(json.dumps([["rationality", "0.3..0.4"], ["rounds", "1"]]).encode())
    assert crisis.digest == state.hexdigest()


def test_a_path_set_again_or_in_its_other_spelling_has_its_last_value(tiny):
    # Oracle: hand.
    crisis = load_crisis(tiny)
    again = crisis.set({"war.gain": 30}).set({"quantities.war.gain": 31})
    assert again.overrides == {"quantities.war.gain": "31"}
    assert same(again, crisis.set({"war.gain": 30, "quantities.war.gain": 31}))
    assert same(again, crisis.set({"quantities.war.gain": 31}))


def test_priors_set_together_both_hold_and_the_others_share_the_rest(tiny):
    # Oracle: hand. 0.1 and 0.3 stand 1 to 3; the rest of 0.2 and 0.4 is 0.4.
    _three_types(tiny, a=0.1, b=0.2, c=0.3, d="rest")
    crisis = load_crisis(tiny)
    for changed in (
        crisis.set({"types.mid.b": 0.2, "types.mid.d": 0.4}),
        crisis.set({"types.mid.d": 0.4}).set({"types.mid.b": 0.2}),
        crisis.set({"types.mid.d": 0.9}).set({"types.mid.b": 0.2, "types.mid.d": 0.4}),
    ):
        assert [item.prior for item in changed.players["mid"].types] == [
            Constant(value=pytest.approx(0.1)),
            Constant(value=0.2),
            None,
            Constant(value=0.4),
        ]


def test_priors_of_all_types_must_sum_to_one(tiny):
    # Oracle: hand.
    crisis = load_crisis(tiny)
    both = crisis.set({"types.north.limited": 0.3}).set({"types.north.revisionist": 0.7})
    assert [item.prior.value for item in both.players["north"].types] == [0.3, 0.7]
    for second, hint in ((0.6, "leave one type out"), (0.8, "lower the priors")):
        with pytest.raises(UsageError) as caught:
            crisis.set({"types.north.limited": 0.3}).set({"types.north.revisionist": second})
        assert caught.value.code == "priors-sum"
        assert caught.value.at == "--set types.north"
        assert hint in caught.value.fix
        with pytest.raises(UsageError):
            crisis.set({"types.north.limited": 0.3, "types.north.revisionist": second})


def test_a_crisis_made_by_hand_gets_a_digest_of_its_own(tiny):
    # Oracle: hand; other files or other assignments must give another digest.
    crisis = replace(load_crisis(tiny), files={}, digest="0")
    found = {
        crisis.digest,
        crisis.set({"rounds": 1}).digest,
        crisis.set({"rounds": 3}).digest,
        replace(crisis, digest="1").set({"rounds": 1}).digest,
    }
    assert len(found) == 4
    assert same(
        crisis.set({"rounds": 1}).set({"force.mid": 3}),
        crisis.set({"rounds": 1, "force.mid": 3}),
    )


@cache
def _property_crisis():
    """The template with an uncertain prior and four types of one player."""
    with tempfile.TemporaryDirectory() as parent:
        folder = tiny_crisis_folder(Path(parent))
        document = template_document()
        document["quantities"]["prior.a"] = dict(
            document["quantities"]["prior.resolute"], triangular=[0, 0.1, 0.2]
        )
        priors = {"a": "prior.a", "b": 0.2, "c": 0.3, "d": "rest"}
        document["players"]["mid"]["types"] = {
            name: {"label": name, "prior": prior} for name, prior in priors.items()
        }
        write_document(folder, document)
        return load_crisis(folder)


ASSIGNMENTS = st.fixed_dictionaries(
    {},
    optional={
        "rounds": st.integers(1, 20),
        "state.posture": st.sampled_from(["none", "armed"]),
        "prior.a": st.floats(0, 0.2),
        "war.gain": st.tuples(st.floats(0, 20), st.floats(21, 40)),
        "force.mid": st.floats(0, 1e6),
        "types.mid.a": st.floats(0, 0.25),
        "types.mid.b": st.floats(0, 0.25),
        "types.mid.d": st.floats(0, 0.25),
        "types.north.limited": st.floats(0, 1),
    },
)


@given(ASSIGNMENTS, st.data())
def test_two_steps_in_any_order_set_what_one_step_sets(values, data):
    """Property: the crisis depends on the assignments as a set; to the last bit, as one digest must mean one crisis."""
    crisis = _property_crisis()
    order = data.draw(st.permutations(list(values)))
    cut = data.draw(st.integers(0, len(order)))
    first, second = ({path: values[path] for path in part} for part in (order[:cut], order[cut:]))
    assert same(crisis.set(values), crisis.set(first).set(second))
