"""Runs as data frames; on a run made up of plain functions."""

import sys

import numpy as np
import pytest

from detente.errors import UsageError
from detente.runs import Run


@pytest.fixture
def results(run_folder):
    return Run.open(run_folder)


def test_pandas_has_a_row_per_policy_and_draw(results):
    # oracle by hand: arm attacks with 0.25 x, wait with 0.5 x
    pytest.importorskip("pandas")
    frame = results.to_pandas(["attack", "quantity/"])
    assert list(frame.columns) == ["attack", "quantity/x", "quantity/y"]
    assert frame.index.names == ["policy", "draw"]
    assert len(frame) == 300
    np.testing.assert_array_equal(frame.loc["arm", "attack"], 0.25 * frame.loc["arm", "quantity/x"])
    np.testing.assert_array_equal(frame.loc["wait", "attack"], 0.5 * frame.loc["arm", "quantity/x"])
    assert frame.attrs["mode"] == "probabilistic"
    assert "probability" in frame.attrs["share"]


def test_polars_has_the_same_numbers(results):
    # oracle by independent path
    pytest.importorskip("polars")
    pytest.importorskip("pandas")
    frame = results.to_polars(policies=["arm"])
    assert frame.columns[:2] == ["policy", "draw"]
    assert frame["draw"].to_list() == list(range(150))
    other = results.to_pandas(policies=["arm"])
    for name in other.columns:
        np.testing.assert_array_equal(frame[name].to_numpy(), other[name].to_numpy())


def test_xarray_keeps_what_depends_on_no_policy_apart(results):
    pytest.importorskip("xarray")
    data = results.to_xarray()
    assert data["quantity/x"].dims == ("draw",)
    assert data["attack"].dims == ("policy", "draw")
    np.testing.assert_array_equal(
        data["attack"].sel(policy="arm").values, results.values("attack", "arm")
    )
    assert data.attrs["design"] == "streams"
    assert bool(np.isnan(data["belief/north/bold/invade"]).any())


@pytest.mark.parametrize("method", ["to_pandas", "to_polars", "to_xarray"])
def test_a_missing_extra_is_named(results, monkeypatch, method):
    monkeypatch.setitem(sys.modules, method.removeprefix("to_"), None)
    with pytest.raises(UsageError, match="is not installed") as caught:
        getattr(results, method)()
    assert caught.value.code == "extra-missing"
    assert "detente[frames]" in caught.value.fix


@pytest.mark.parametrize(
    ("metrics", "policies"), [(["atack"], None), (["atta/"], None), (None, ["armm"])]
)
def test_unknown_names_are_refused(results, metrics, policies):
    with pytest.raises(UsageError) as caught:
        results.to_pandas(metrics, policies=policies)
    assert caught.value.code == "path-unknown"
