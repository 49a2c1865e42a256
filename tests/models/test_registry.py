"""Reading a model's signature: what is declared, what is prepared, what is refused. Oracle: hand."""

import datetime as dt
from typing import Annotated, TypedDict

import numpy as np
import pytest

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models import registry
from detente.models.inputs import share, stakes, sum_of_weights
from detente.models.registry import Output, Prepared, Setting, find_model, model


class Kept(TypedDict):
    kept: Annotated[FloatArray, Output("stakes", "worth that is left", per_member=True)]


@pytest.fixture(autouse=True)
def _own_register(monkeypatch):
    registry.all_models()  # imported into the register that others see, not into this one
    monkeypatch.setattr(registry, "_MODELS", {})


def declare(name="some.loss"):
    @model(name, cites=("key",), reference="own")
    def loss(
        *,
        worth: Annotated[FloatArray, stakes("worth before")],
        lost: Annotated[FloatArray, share("share lost", per_member=True, default=0.25)],
    ) -> Kept:
        """Worth that is left.

        More on it.
        """
        return {"kept": worth * (1.0 - lost)}

    return loss


def test_the_signature_is_the_declaration():
    loss = declare()
    assert find_model("some.loss") is loss
    assert [(item.name, item.unit, item.default) for item in loss.inputs] == [
        ("worth", "stakes", None),
        ("lost", "share", 0.25),
    ]
    assert [(item.name, item.per_member) for item in loss.outputs] == [("kept", True)]
    assert (loss.summary, loss.tables, loss.prepared) == ("Worth that is left.", (), None)
    assert repr(loss) == "<Model some.loss: worth, lost -> kept>"


def test_the_function_gets_arrays_of_two_and_three_axes():
    loss = declare()
    got = loss(worth=[10.0, 20.0], lost=np.array([0.5, 0.0]).reshape(2, 1, 1))["kept"]
    assert got.tolist() == [[[5.0, 10.0]], [[10.0, 20.0]]]
    assert loss(worth=8.0)["kept"].shape == (1, 1, 1)
    # the mathematics by itself takes what it is given
    assert loss.function(worth=8.0, lost=0.5) == {"kept": 4.0}


def test_a_parameter_or_an_output_that_declares_nothing_is_refused():
    class Bare(TypedDict):
        kept: FloatArray

    def bare_output(*, lost: Annotated[FloatArray, share("share lost")]) -> Bare:
        return {"kept": lost}

    def bare_input(*, lost: FloatArray) -> Kept:
        return {"kept": lost}

    def bare_table(table: object) -> Kept:
        return {"kept": table}

    for function, place in (
        (bare_output, "some.bare: kept is not annotated with Output"),
        (bare_input, "some.bare.lost is not annotated with Input"),
        (bare_table, "some.bare.table is not annotated with Prepared"),
    ):
        with pytest.raises(TypeError, match=place):
            model("some.bare", cites=(), reference="")(function)
    assert find_model("some.bare") is None


def test_what_is_prepared_is_made_of_the_setting():
    made = []

    def make(setting):
        made.append(setting)
        return 2.0 * setting.tables["rates"]["rate"][0]

    def grow(
        rate: Annotated[float, Prepared(make, tables=("rates",))],
        *,
        worth: Annotated[FloatArray, stakes("worth before")],
    ) -> Kept:
        return {"kept": rate * worth}

    grown = model("some.growth", cites=(), reference="")(grow)
    assert (grown.tables, grown.reads_responses) == (("rates",), False)
    setting = Setting(start=dt.date(2022, 1, 27), tables={"rates": {"rate": np.array([1.5])}})
    price = grown.bind(setting)
    assert [price(worth=worth)["kept"].item() for worth in (1.0, 2.0)] == [3.0, 6.0]
    assert made == [setting]
    assert grown.apply(5.0)(worth=1.0)["kept"].item() == 5.0
    with pytest.raises(ModelError, match="bound to any"):
        grown(worth=1.0)
    with pytest.raises(ModelError, match="needs the table 'rates'"):
        grown.bind(Setting(start=dt.date(2022, 1, 27)))


def test_weights_of_nothing_are_refused_with_their_place():
    weights = np.array([[[1.0, 0.0]], [[2.0, 0.0]]])
    with pytest.raises(ModelError, match="weight 0 is the sum over the members") as caught:
        sum_of_weights(weights, at="some.loss.weight")
    assert caught.value.at == "some.loss.weight (level 0, draw 1)"
    assert sum_of_weights(weights[..., :1], at="some.loss.weight").tolist() == [[3.0]]
