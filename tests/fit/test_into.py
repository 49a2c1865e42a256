"""Estimates in a crisis: drawn from it, they have the estimates' mean and covariance."""

from dataclasses import replace

import numpy as np
import pytest

from detente.crisis import check_folder, load_crisis, new_crisis
from detente.engine import Engine
from detente.errors import UsageError
from detente.fit import fit_game, put_into_crisis
from detente.testing.disputes import DISPUTES_SPEC, draw_disputes


@pytest.fixture
def folder(tmp_path):
    return new_crisis("mine", tmp_path / "mine")


@pytest.fixture
def result(write_table, disputes):
    return fit_game("egame12", write_table(disputes), DISPUTES_SPEC)


def test_draws_have_the_covariance_of_the_estimates(folder, result):
    """Oracle: theorem: a sample covariance of n normal draws has standard error of some 1 / sqrt(n) of its scale."""
    paths = put_into_crisis(result, folder, data="data.csv")
    crisis = load_crisis(folder)
    draws = Engine(crisis).draw(4096, seed=3).as_mapping()
    values = np.array([draws[path] for path in paths])
    sizes = np.sqrt(np.diag(result.covariance))
    truth = [item.estimate for item in result.coefficients]
    np.testing.assert_allclose((values.mean(axis=1) - truth) / sizes, 0.0, atol=4 / 64)
    found = np.cov(values) / np.outer(sizes, sizes)
    np.testing.assert_allclose(found, result.covariance / np.outer(sizes, sizes), atol=6 / 64)
    # a correlation that is far from none is among them, so that the test can fail
    assert np.abs(found - np.eye(len(paths))).max() > 0.3


def test_what_is_written_passes_the_checks_and_says_where_it_is_from(folder, result):
    """Oracle: hand; that nothing reads the quantities yet is a warning for each."""
    before = (folder / "crisis.yaml").read_text("utf-8").splitlines()
    paths = put_into_crisis(result, folder, data="data.csv")
    after = (folder / "crisis.yaml").read_text("utf-8").splitlines()
    assert [line for line in before if line not in after] == ["correlations: {}"]
    findings = check_folder(folder)
    assert {(item.code, item.severity) for item in findings} == {("entry-unused", "warning")}
    assert len(findings) == len(paths) == 6
    crisis = load_crisis(folder)
    quantity = crisis.quantities["fit.egame12.u24.z"]
    assert quantity.grade == "estimate"
    assert crisis.sources["fit.egame12"].title == (
        f"egame12 (ml) fitted to data.csv: n 400, log-likelihood {result.loglik:.4f}, standard errors by hessian"
    )


def test_a_group_of_the_crisis_stays(folder, result):
    """Oracle: hand."""
    path = folder / "crisis.yaml"
    text = path.read_text("utf-8").replace("correlations: {}", "correlations: {war: 0.5}")
    text = text.replace("  war.gain: {", "  war.gain: {group: war, ", 1)
    path.write_text(text.replace("  war.cost.north: {", "  war.cost.north: {group: war, ", 1))
    put_into_crisis(result, folder, data="data.csv")
    assert load_crisis(folder).correlations["war"] == 0.5


def test_a_second_time_is_refused_and_changes_nothing(folder, result):
    """Oracle: hand."""
    put_into_crisis(result, folder, data="data.csv")
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(UsageError) as caught:
        put_into_crisis(result, folder, data="data.csv")
    assert caught.value.code == "id-duplicate"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept


def test_what_is_no_folder_or_no_estimate_is_refused(folder, result, tmp_path):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        put_into_crisis(result, tmp_path / "none", data="data.csv")
    assert caught.value.code == "crisis-unknown"
    with pytest.raises(UsageError) as caught:
        put_into_crisis(replace(result, converged=False), folder, data="data.csv")
    assert caught.value.code == "fit-unidentified"


def test_draw_disputes_is_keyed():
    """Oracle: hand."""
    first, again, other = (draw_disputes(20, seed=seed) for seed in (1, 1, 2))
    assert (first["x"] == again["x"]).all()
    assert not (first["x"] == other["x"]).all()
