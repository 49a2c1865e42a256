"""Reading a run: series, ranges, drivers, regret, certificate, errors; on a run made up of plain functions."""

import numpy as np
import pytest

from detente.errors import RunError, UsageError
from detente.runs import run as results_module
from detente.runs.run import Run
from detente.runs.store import (
    Shard,
    read_manifest,
    read_shard,
    shard_file,
    write_shard,
)

N_DRAWS = 150


@pytest.fixture(params=["in memory", "by query"])
def results(run_folder, request, monkeypatch):
    if request.param == "by query":
        monkeypatch.setattr(results_module, "_DENSE_BYTES", 0)
    return Run.open(run_folder)


def x_values():
    return ((np.arange(N_DRAWS) * 0.6180339887) % 1.0).round(9)


def test_series_come_back_by_draw(results):
    # oracle by hand: 150 draws of the three whole shards
    assert results.n_draws == N_DRAWS
    assert results.policy_ids == ("wait", "arm")
    np.testing.assert_array_equal(results.values("quantity/x"), x_values())
    np.testing.assert_array_equal(results.values("attack", "wait"), 0.5 * x_values())
    np.testing.assert_array_equal(results.values("attack", "arm"), 0.25 * x_values())


def test_series_cannot_be_changed(results):
    with pytest.raises(ValueError, match="read-only"):
        results.values("attack", "wait")[0] = 1.0


def test_fixed_quantities_have_values_but_are_no_drivers(results):
    assert set(results.values("quantity/c.fixed")) == {7.0}
    assert results.quantities() == ("x", "y")


def test_metrics_are_listed_by_prefix(results):
    assert results.metrics("quantity/") == ("quantity/x", "quantity/y")
    assert results.metrics("attack", policy="") == ()
    assert results.has("attack", "arm")
    assert not results.has("attack")


def test_summaries_are_mean_and_quantiles(results):
    found = results.summary("attack", "wait")
    assert found.mean == pytest.approx(0.5 * x_values().mean())
    assert found.low == pytest.approx(0.5 * np.quantile(x_values(), 0.05))
    assert found.high == pytest.approx(0.5 * np.quantile(x_values(), 0.95))


def test_undefined_draws_are_counted_out_of_summaries(results):
    found = results.summary("belief/north/bold/invade", "wait")
    known = x_values()[np.arange(N_DRAWS) % 3 != 0]
    assert found.n_defined == known.size == 100
    assert found.mean == pytest.approx(known.mean())


def test_sql_reaches_the_same_numbers(results):
    # oracle by independent code
    rows = results.query(
        "SELECT policy, avg(value) FROM run WHERE metric = ? GROUP BY policy ORDER BY policy",
        ["attack"],
    )
    expected = [(policy, results.summary("attack", policy).mean) for policy in ("arm", "wait")]
    assert [row[0] for row in rows] == ["arm", "wait"]
    np.testing.assert_allclose([row[1] for row in rows], [row[1] for row in expected])


def test_drivers_find_the_quantity_that_matters(results):
    (path, effect), (_, other) = results.effects("attack", "wait")
    assert path == "x"
    assert effect == pytest.approx(0.4, abs=0.01)
    assert abs(other) < 0.05


def test_regret_uses_the_defenders_payoff_unless_told(results):
    table = results.regret()
    # oracle by hand: wait pays 3 - 4x, arm pays y; shortfall of arm is max(0, 3 - 4x - y)
    x, y = results.values("quantity/x"), results.values("quantity/y")
    wait, arm = table.rows
    assert arm.mean == pytest.approx(np.maximum(0.0, 3 - 4 * x - y).mean())
    assert wait.best_share == pytest.approx((3 - 4 * x > y).mean())
    attack = results.regret("attack", lower_is_better=True)
    assert attack.minimax == "arm"
    assert attack.rows[1].maximum == 0.0


def test_differences_are_taken_draw_by_draw(results):
    found = results.difference("attack", "arm", "wait")
    assert found.mean == pytest.approx(-0.25 * x_values().mean())
    assert found.share_higher == 0.0


def test_first_change_of_the_preferred_policy(results):
    # oracle by hand: wait is better where x is below (3 - mean of y) / 4, some 0.62; the fourth fifth starts at 0.6
    changes = results.first_changes()
    assert changes[0].path == "x"
    assert (changes[0].before, changes[0].after) == ("wait", "arm")
    assert changes[0].threshold == pytest.approx(0.6, abs=0.02)


def test_certificate_counts_what_did_not_converge(results):
    certificate = results.certificate
    assert certificate.unconverged == 2
    assert certificate.n_solutions == 2 * N_DRAWS
    assert certificate.unconverged_share == pytest.approx(2 / 300)
    assert certificate.unconverged_by_policy == {"wait": 1, "arm": 1}
    assert certificate.max_residual == 1e-10
    assert certificate.max_iterations == 12
    assert certificate.max_nashconv == pytest.approx(x_values().max() / 10)


@pytest.mark.parametrize(
    ("metric", "policy", "near"),
    [("atack", "wait", "attack"), ("quantity/xx", "", "quantity/x"), ("attack", "amr", "arm")],
)
def test_unknown_names_bring_the_nearest(results, metric, policy, near):
    with pytest.raises(UsageError) as caught:
        results.values(metric, policy)
    assert caught.value.code == "path-unknown"
    assert near in caught.value.fix


def test_unknown_policies_are_refused_in_regret(results):
    with pytest.raises(UsageError, match="'stay'"):
        results.regret(policies=["stay"])
    with pytest.raises(UsageError, match="no policy"):
        results.regret(policies=[])


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunError) as caught:
        Run.open(tmp_path)
    assert caught.value.code == "run-corrupt"


def test_a_missing_or_truncated_shard_is_named(run_folder):
    path = shard_file(run_folder, 2)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(RunError, match=r"shard-000002\.parquet") as caught:
        Run.open(run_folder)
    assert caught.value.code == "run-corrupt"
    assert "run the command that made it again" in caught.value.fix


def test_damage_inside_a_shard_is_found_on_reading(run_folder):
    path = shard_file(run_folder, 1)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"shard-000001\.parquet"):
        Run.open(run_folder).values("attack", "wait")


def test_shards_with_other_metrics_are_refused(run_folder):
    stamp = read_manifest(run_folder).stamp()
    shard = read_shard(run_folder, 1, stamp=stamp)
    series = (("", "quantity/z"), *shard.series[1:])
    write_shard(run_folder, Shard(number=1, series=series, values=shard.values), stamp=stamp)
    with pytest.raises(RunError, match="other metrics") as caught:
        Run.open(run_folder).values("attack", "wait")
    assert caught.value.code == "run-corrupt"


def test_queried_series_are_kept_up_to_a_limit(run_folder, monkeypatch):
    monkeypatch.setattr(results_module, "_DENSE_BYTES", 0)
    monkeypatch.setattr(results_module, "_CACHED_SERIES", 1)
    results = Run.open(run_folder)
    first = results.values("attack", "wait")
    assert results.values("attack", "wait") is first
    results.values("attack", "arm")
    again = results.values("attack", "wait")
    assert again is not first
    np.testing.assert_array_equal(again, first)


def test_a_metric_defined_in_no_draw_has_no_summary(run_folder):
    stamp = read_manifest(run_folder).stamp()
    for number in range(3):
        shard = read_shard(run_folder, number, stamp=stamp)
        values = shard.values.copy()
        values[0] = np.nan
        write_shard(
            run_folder, Shard(number=number, series=shard.series, values=values), stamp=stamp
        )
    found = Run.open(run_folder).summary("quantity/x")
    assert found.n_defined == 0
    assert np.isnan(found.mean)
