"""What every registered mechanism must do. Oracle: the declarations of the model itself."""

import csv
import datetime as dt
import math
import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from detente.errors import ModelError
from detente.models import all_models, find_model, model
from detente.models.registry import Setting
from detente.models.sanctions.responses import SIZES
from detente.testing.gas import gas_tables


def members_of(model, inputs):
    """As many members as the inputs have."""
    arrays = [
        np.asarray(inputs[item.name])
        for item in model.inputs
        if item.per_member and item.name in inputs
    ]
    n_members = max((array.shape[0] for array in arrays if array.ndim == 3), default=1)
    return ("AAA", "BBB", "CCC")[:n_members]


class Bound:
    """A model bound to the small gas system and to made-up responses, for as many members as its inputs have."""

    def __init__(self, model):
        self.model, self._functions = model, {}

    def __getattr__(self, name):
        return getattr(self.model, name)

    def __call__(self, **inputs):
        members = members_of(self.model, inputs)
        if members not in self._functions:
            setting = Setting(
                tables=gas_tables(),
                start=dt.date(2022, 1, 27),
                members=members,
                challengers=("EAS",),
                remember=remember,
                design="made-up",
                responses=make_responses(members),
            )
            self._functions[members] = self.model.bind(setting)
        return self._functions[members](**inputs)


DESIGNS = {}


def remember(parts, compute):
    hoarding = parts[0]
    if hoarding not in DESIGNS:
        DESIGNS[hoarding] = compute()
    return DESIGNS[hoarding]


def make_responses(members):
    """Rows of a made-up design for some members."""
    rng = np.random.default_rng(7)
    cases = [(case, "", "") for case in ("target", "followed")]
    cases += [(case, "", region) for case in ("reach", "pair") for region in members]
    cases += [(case, m, "") for case in ("alone", "together", "outside") for m in members]
    cases += [("cross", m, " ".join(members)) for m in members]
    return [
        {
            "case": case,
            "actor": actor,
            "region": region,
            "stands_for": f"{region}=1",
            "scales": "yes",
            "values": " ".join(
                f"{value:.6f}"
                for value in rng.uniform(0.2, 0.4, (len(region.split()) or 1, *SIZES[case])).ravel()
                * {"target": -0.1 * len(members), "pair": 1.0, "cross": 0.01}.get(case, -0.1)
            ),
        }
        for case, actor, region in cases
    ]


MODELS = {name: Bound(model) for name, model in all_models().items()}
NAMES = list(MODELS)
N_MEMBERS, N_LEVELS, N_DRAWS = 3, 2, 5
BIBLIOGRAPHY = Path(__file__).parents[2] / "docs" / "references.bib"

# a sensible value for each input that has neither a default nor two finite bounds
MIDDLE = {
    "attacker_strength": 20.0,
    "defender_strength": 15.0,
    "trade_share": 0.1,
    "trade_cost_pct": 30.0,
    "trade_elasticity": 5.0,
    "elasticity_scale": 0.4,
    "scale_month": 0.2,
    "scale_year": 0.4,
    "scale_3y": 0.7,
    "export_ratio": 1.3,
    "export_stop": 0.05,
    "held_share": 0.1,
    "import_elasticity": 0.8,
    "hoarding_elasticity": 0.8,
    "input_change_pct": -10.0,
    "rationality": 2.0,
    "win_prob": 0.4,
    "challenger_war_cost": 0.1,
    "defender_war_cost": 0.2,
    "decisiveness": 0.7,
    "elasticity": 0.3,
    "trade_exposure": 0.05,
    "bank_exposure": 0.02,
    "distance_km": 900.0,
    "weight": 1.0,
    "challenger_salience": 0.5,
    "defender_salience": 0.4,
    "challenger_position": 20.0,
    "challenger_red_line": 75.0,
    "defender_red_line": 25.0,
    "defender_position": 80.0,
    "position": 70.0,
    "salience": 0.6,
    "war_cost": 0.2,
    "package": 40.0,
    "day": 30.0,
}
UNIT_RANGE = {
    "prob": (0.0, 1.0),
    "share": (0.0, 1.0),
    "score_0_100": (0.0, 100.0),
    "twh": (0.0, np.inf),
}
# shares that add up over members, or that leave a market nothing to clear with at one
SUMMED_OR_CLEARING = {"trade_share", "held_share", "export_stop", "import_stop"}
# differences of two probabilities
SIGNED = {("beliefs.posterior", "shift")}


def middle(item):
    if item.name in MIDDLE:
        return MIDDLE[item.name]
    if item.default is not None and not math.isnan(item.default):
        return item.default
    if item.unit == "twh":
        return 100.0
    if item.unit == "stakes":
        return 10.0
    assert np.isfinite([item.low, item.high]).all(), item.name
    return 0.5 * (item.low + item.high)


def make_inputs(model, *, spread, shape=(N_LEVELS, N_DRAWS), seed=0):
    rng = np.random.default_rng(seed)
    inputs = {}
    for item in model.inputs:
        full = (N_MEMBERS, *shape) if item.per_member else shape
        value = middle(item) * (1.0 + spread * rng.uniform(-1.0, 1.0, full))
        inputs[item.name] = np.clip(value, item.low, item.high)
    return inputs


def assert_outputs(model, outputs, shape, n_members):
    assert set(outputs) == {item.name for item in model.outputs}
    for item in model.outputs:
        full = (n_members, *shape) if item.per_member else shape
        values = np.broadcast_to(outputs[item.name], full)
        assert np.isfinite(values).all(), item.name
        low, high = UNIT_RANGE.get(item.unit, (-np.inf, np.inf))
        if (model.name, item.name) in SIGNED:
            low, high = -1.0, 1.0
        assert values.min() >= low - 1e-12, item.name
        assert values.max() <= high + 1e-12, item.name


def test_the_register_holds_the_mechanisms_that_crises_bind():
    assert set(NAMES) >= {
        "sanctions.ces_loss",
        "sanctions.target_loss",
        "sanctions.sender_loss",
        "energy.annual_balance",
        "energy.gas_system",
        "alliance.joining",
        "bargaining.settlement",
        "deterrence.contest",
        "deterrence.option",
        "beliefs.posterior",
    }


@pytest.mark.parametrize("name", NAMES)
def test_units_come_from_the_closed_list(name):
    text = (resources.files("detente.crisis") / "units.csv").read_text("utf-8")
    units = {row["unit"] for row in csv.DictReader(text.splitlines())} | {"any"}
    model = MODELS[name]
    assert {item.unit for item in (*model.inputs, *model.outputs)} <= units


@pytest.mark.parametrize("name", NAMES)
def test_declarations_are_complete(name):
    model = MODELS[name]
    assert model.summary.endswith(".")
    assert model.reference
    names = [item.name for item in model.inputs]
    assert len(names) == len(set(names))
    for item in (*model.inputs, *model.outputs):
        assert item.description
    for item in model.inputs:
        assert item.low < item.high
        if item.default is not None:
            assert math.isnan(item.default) or item.low <= item.default <= item.high
        assert model.find_input(item.name) is item
    for item in model.outputs:
        assert model.find_output(item.name) is item


@pytest.mark.parametrize("name", NAMES)
def test_citations_are_in_the_bibliography(name):
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", BIBLIOGRAPHY.read_text("utf-8"), re.MULTILINE))
    assert MODELS[name].cites
    assert set(MODELS[name].cites) <= keys


@pytest.mark.parametrize("name", NAMES)
def test_required_inputs_alone_are_enough(name):
    model = MODELS[name]
    inputs = {item.name: middle(item) for item in model.inputs if item.default is None}
    assert_outputs(model, model(**inputs), (1, 1), 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1, 1), (N_LEVELS, 1), (1, N_DRAWS), (N_LEVELS, N_DRAWS)])
def test_outputs_have_the_shapes_and_the_meaning_declared(name, shape):
    model = MODELS[name]
    inputs = make_inputs(model, spread=0.3, shape=shape)
    assert_outputs(model, model(**inputs), shape, N_MEMBERS)


@pytest.mark.parametrize("name", NAMES)
def test_broadcast_inputs_give_what_full_inputs_give(name):
    model = MODELS[name]
    rng = np.random.default_rng(3)
    small, full = {}, {}
    for index, item in enumerate(model.inputs):
        shape = (N_LEVELS, 1) if index % 2 else (1, N_DRAWS)
        shape = (N_MEMBERS, *shape) if item.per_member else shape
        value = middle(item) * (1.0 + 0.2 * rng.uniform(-1.0, 1.0, shape))
        small[item.name] = np.clip(value, item.low, item.high)
        target = (N_LEVELS, N_DRAWS)
        target = (N_MEMBERS, *target) if item.per_member else target
        full[item.name] = np.broadcast_to(small[item.name], target).copy()
    got, expected = model(**small), model(**full)
    for key in expected:
        np.testing.assert_allclose(
            np.broadcast_to(got[key], expected[key].shape), expected[key], rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("name", NAMES)
def test_each_case_is_priced_on_its_own(name):
    model = MODELS[name]
    inputs = make_inputs(model, spread=0.3)
    whole = model(**inputs)
    for level in range(N_LEVELS):
        for draw in range(N_DRAWS):
            one = model(
                **{
                    key: value[..., level : level + 1, draw : draw + 1]
                    for key, value in inputs.items()
                }
            )
            for item in model.outputs:
                shape = (N_MEMBERS,) if item.per_member else ()
                full = np.broadcast_to(whole[item.name], (*shape, N_LEVELS, N_DRAWS))
                np.testing.assert_allclose(
                    np.broadcast_to(one[item.name], (*shape, 1, 1))[..., 0, 0],
                    full[..., level, draw],
                    rtol=1e-10,
                    atol=1e-10,
                )


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_left_as_they_were(name):
    model = MODELS[name]
    inputs = make_inputs(model, spread=0.2)
    before = {key: value.copy() for key, value in inputs.items()}
    for value in inputs.values():
        value.flags.writeable = False
    model(**inputs)
    for key, value in inputs.items():
        np.testing.assert_array_equal(value, before[key])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", NAMES)
def test_values_that_are_not_finite_are_refused(name, bad):
    model = MODELS[name]
    for item in model.inputs:
        inputs = make_inputs(model, spread=0.0)
        inputs[item.name][..., 1, 2] = bad
        with pytest.raises(ModelError) as caught:
            model(**inputs)
        assert caught.value.code == "input-invalid"
        assert f"{name}.{item.name}" in caught.value.at
        assert "level 1, draw 2" in caught.value.at
        assert caught.value.fix


@pytest.mark.parametrize("name", NAMES)
def test_values_out_of_range_are_refused_with_value_and_place(name):
    model = MODELS[name]
    for item in model.inputs:
        for bound, step in ((item.low, -1.0), (item.high, 1.0)):
            if not np.isfinite(bound):
                continue
            inputs = make_inputs(model, spread=0.0)
            inputs[item.name][..., 0, 1] = bound + step
            with pytest.raises(ModelError) as caught:
                model(**inputs)
            assert caught.value.code == "input-invalid"
            assert f"{bound + step:g}" in caught.value.message
            assert "level 0, draw 1" in caught.value.at
            assert caught.value.fix


@pytest.mark.parametrize("name", NAMES)
def test_rounding_beyond_a_bound_is_not_an_error(name):
    model = MODELS[name]
    for item in model.inputs:
        if item.unit not in {"share", "prob"} or item.name in SUMMED_OR_CLEARING:
            continue
        inputs = make_inputs(model, spread=0.0)
        inputs[item.name] = inputs[item.name] * 0.0 + min(item.high, 1.0) + 1e-13
        assert_outputs(model, model(**inputs), (N_LEVELS, N_DRAWS), N_MEMBERS)


@pytest.mark.parametrize("name", NAMES)
def test_missing_and_unknown_inputs_are_refused(name):
    model = MODELS[name]
    inputs = make_inputs(model, spread=0.0)
    with pytest.raises(ModelError, match="no input 'tanks'"):
        model(**inputs, tanks=np.ones((1, 1)))
    required = next(item.name for item in model.inputs if item.default is None)
    del inputs[required]
    with pytest.raises(ModelError, match=f"needs the input '{required}'"):
        model(**inputs)


@pytest.mark.parametrize("name", NAMES)
def test_shapes_that_do_not_fit_are_refused(name):
    model = MODELS[name]
    first, second = model.inputs[0].name, model.inputs[-1].name
    inputs = make_inputs(model, spread=0.0)
    inputs[first] = inputs[first][..., :3]
    inputs[second] = inputs[second][..., :4]
    with pytest.raises(ModelError, match="do not fit together"):
        model(**inputs)
    inputs = make_inputs(model, spread=0.0)
    inputs[first] = np.ones((2, 2, 2, 2))
    with pytest.raises(ModelError, match="has the shape"):
        model(**inputs)
    inputs[first] = "many"
    with pytest.raises(ModelError, match="not a number"):
        model(**inputs)


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="registered twice"):
        model(NAMES[0], cites=(), reference="")(MODELS[NAMES[0]].function)
    assert find_model(NAMES[0]) is MODELS[NAMES[0]].model
    assert find_model("tea.leaves") is None
    assert MODELS[NAMES[0]].find_input("leaves") is None
    assert MODELS[NAMES[0]].find_output("leaves") is None
