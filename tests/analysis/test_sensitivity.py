"""Sobol' indices against exact values, SALib and theorems; measures for given data against SALib; tornado by hand."""

import numpy as np
import pytest

from detente.analysis.sensitivity import (
    draw_saltelli,
    find_sobol_indices,
    find_swings,
    find_telling_inputs,
    measure_given_data,
    weigh_groups,
)
from detente.errors import UsageError

SAMPLING = 0.012  # a few standard errors at 2**14 base points


def ishigami(points):
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


@pytest.mark.parametrize("first_order", ["saltelli", "jansen"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ishigami_has_its_exact_indices(first_order, seed):
    # oracle published: closed form of the function with a = 7, b = 0.1
    design = draw_saltelli(2**14, 3, seed=seed)
    found = find_sobol_indices(ishigami(design.points), n_inputs=3, first_order=first_order)
    assert found.first == pytest.approx([0.313905, 0.442411, 0.0], abs=SAMPLING)
    assert found.total == pytest.approx([0.557589, 0.442411, 0.243684], abs=SAMPLING)
    assert found.variance == pytest.approx(
        7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18 + 0.5, rel=0.02
    )
    assert found.mean == pytest.approx(3.5, abs=0.02)


def test_the_g_function_has_its_exact_indices():
    # oracle theorem: a product of independent factors, V_i = 1/(3 (1 + a_i)^2)
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    design = draw_saltelli(2**14, 8)
    values = ((np.abs(4.0 * design.points - 2.0) + a) / (1.0 + a)).prod(axis=1)
    parts = 1.0 / (3.0 * (1.0 + a) ** 2)
    whole = (1.0 + parts).prod() - 1.0
    found = find_sobol_indices(values, n_inputs=8)
    assert found.first == pytest.approx(parts / whole, abs=SAMPLING)
    assert found.total == pytest.approx(
        parts * (1.0 + parts).prod() / (1.0 + parts) / whole, abs=SAMPLING
    )


def test_indices_and_intervals_agree_with_salib():
    # oracle independent code: SALib on the same values
    from SALib.analyze import sobol

    design = draw_saltelli(512, 3)
    values = ishigami(design.points)
    blocks = values.reshape(5, 512)
    theirs = np.concatenate([blocks[:1], blocks[2:], blocks[1:2]]).T.reshape(-1)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    peer = sobol.analyze(problem, theirs, calc_second_order=False, num_resamples=1000, seed=1)
    found = find_sobol_indices(values, n_inputs=3, n_replicates=1000)
    # the first order depends a little on what values are centred on: A and B here, all of them there
    assert found.first == pytest.approx(peer["S1"], abs=1e-6)
    assert found.total == pytest.approx(peer["ST"], abs=1e-12)
    for low, high, width in (
        (found.first_low, found.first_high, peer["S1_conf"]),
        (found.total_low, found.total_high, peer["ST_conf"]),
    ):
        assert (high - low) / 2.0 == pytest.approx(width, rel=0.12)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    # oracle theorem: an additive function, S_i = c_i^2 / sum c^2 = T_i
    weights = np.array([3.0, 2.0, 1.0])
    truth = weights**2 / (weights**2).sum()
    inside = []
    for seed in range(60):
        points = np.random.default_rng(seed).random((2, 256, 3))  # plain Monte Carlo, not Sobol'
        mixed = [np.where(np.arange(3) == k, points[1], points[0]) for k in range(3)]
        values = np.concatenate([points[0], points[1], *mixed]) @ weights
        found = find_sobol_indices(values, n_inputs=3, level=0.9, seed=seed)
        inside.append((found.first_low <= truth) & (truth <= found.first_high))
    assert 0.75 < np.mean(inside) <= 1.0


def test_indices_ignore_scale_and_shift_and_move_with_the_inputs():
    # oracle theorem
    design = draw_saltelli(256, 3)
    values = ishigami(design.points)
    found = find_sobol_indices(values, n_inputs=3)
    other = find_sobol_indices(1e6 - 1e-3 * values, n_inputs=3)
    assert other.first == pytest.approx(found.first, abs=1e-6)
    assert other.total == pytest.approx(found.total, abs=1e-6)
    blocks = values.reshape(5, 256)[[0, 1, 4, 2, 3]]
    turned = find_sobol_indices(blocks, n_inputs=3)
    assert turned.total == pytest.approx(found.total[[2, 0, 1]], abs=1e-12)


def test_a_constant_function_has_no_indices():
    found = find_sobol_indices(np.full(40, 3.0), n_inputs=3)
    assert np.isnan(found.first).all()
    assert np.isnan(found.total_high).all()
    assert found.variance == 0.0


def test_the_design_sets_one_column_of_b_into_a():
    points, n_base, count = draw_saltelli(16, 4)
    blocks = points.reshape(count + 2, n_base, count)
    for place in range(count):
        assert (blocks[2 + place][:, place] == blocks[1][:, place]).all()
        others = np.arange(count) != place
        assert (blocks[2 + place][:, others] == blocks[0][:, others]).all()
    assert sorted((blocks[0][:, 0] * 16).astype(int)) == list(range(16))  # balanced


@pytest.mark.parametrize(
    ("call", "code", "fix"),
    [
        (lambda: draw_saltelli(1000, 3), "option-invalid", "1024"),
        (lambda: draw_saltelli(8, 0), "option-invalid", "1 or more"),
        (lambda: find_sobol_indices(np.ones(41), n_inputs=3), "option-invalid", "draw_saltelli"),
        (lambda: find_sobol_indices(np.ones(40), n_inputs=3, level=2.0), "option-invalid", "0.95"),
        (
            lambda: find_sobol_indices([np.nan] * 40, n_inputs=3),
            "value-not-finite",
            "leave out the cases",
        ),
        (lambda: find_sobol_indices(["a"] * 40, n_inputs=3), "option-invalid", "numbers"),
        (lambda: measure_given_data({"x": [1, 2]}, [1, 2]), "option-invalid", "two cases"),
        (
            lambda: measure_given_data({"x": [1, 2]}, np.arange(50)),
            "option-invalid",
            "each case",
        ),
        (
            lambda: find_swings(
                lambda p: p[:, 0], names=["a"], reference=[0, 1], low=[0], high=[1]
            ),
            "option-invalid",
            "every input",
        ),
        (
            lambda: find_swings(lambda _: [1], names=["a"], reference=[0], low=[0], high=[1]),
            "option-invalid",
            "each row",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(call, code, fix):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.code == code
    assert fix in caught.value.fix


# --- given data ------------------------------------------------------------------------------------------------------


def test_given_data_find_the_first_order_of_ishigami():
    # oracle published, as above; classes blur it a little
    points = np.random.default_rng(3).random((20_000, 3))
    found = {
        item.name: item
        for item in measure_given_data(dict(zip("abc", points.T, strict=True)), ishigami(points))
    }
    assert found["a"].first_order == pytest.approx(0.313905, abs=0.02)
    assert found["b"].first_order == pytest.approx(0.442411, abs=0.02)
    assert found["c"].first_order == pytest.approx(0.0, abs=0.02)
    assert (
        found["c"].pawn_median > found["c"].pawn_dummy
    )  # c matters, though its mean effect is nil


def test_pawn_agrees_with_salib():
    # oracle independent code; the classes' edges differ by a case
    from SALib.analyze import pawn

    points = np.random.default_rng(4).random((4000, 3))
    values = ishigami(points)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    peer = pawn.analyze(problem, points, values, S=10, seed=1)
    found = {
        item.name: item
        for item in measure_given_data(dict(zip("abc", points.T, strict=True)), values)
    }
    for place, name in enumerate("abc"):
        assert found[name].pawn_median == pytest.approx(peer["median"][place], abs=0.005)
        assert found[name].pawn_max == pytest.approx(peer["maximum"][place], abs=0.005)


def test_an_input_of_chance_stays_below_the_dummy_and_a_category_counts():
    rng = np.random.default_rng(5)
    kind = np.array(["low", "high"])[rng.integers(0, 2, 2000)]
    noise = rng.normal(size=2000)
    inputs = {"kind": kind, "chance": rng.random(2000), "same": np.ones(2000)}
    found = {item.name: item for item in measure_given_data(inputs, (kind == "high") + noise)}
    # oracle theorem: two classes of means 0 and 1 within noise of variance 1 hold 0.25 of 1.25
    assert found["kind"].first_order == pytest.approx(0.2, abs=0.04)
    assert abs(found["chance"].first_order) < 0.02
    assert found["chance"].pawn_median < 1.3 * found["chance"].pawn_dummy
    assert found["same"].first_order == 0.0
    assert found["same"].pawn_max == 0.0


# --- tornado ---------------------------------------------------------------------------------------------------------


def test_swings_of_a_linear_function_are_its_coefficients():
    # oracle by hand
    swings = find_swings(
        lambda points: points @ np.array([1.0, -5.0]) + 2.0,
        names=["a", "b"],
        reference=[1.0, 1.0],
        low=[0.0, 0.0],
        high=[3.0, 1.0],
    )
    assert swings[0] == ("b", 3.0, -2.0, -2.0)
    assert swings[1] == ("a", -3.0, 0.0, -2.0)
    assert [swing.width for swing in swings] == [5.0, 3.0]


# --- groups ----------------------------------------------------------------------------------------------------------


def test_groups_of_inputs_explain_their_share_of_the_variance():
    # oracle theorem: independent standard normals, y = 2a + b + noise of variance 1, plus c^2 of variance 2 (scaled by 1/2)
    rng = np.random.default_rng(8)
    a, b, c, idle, noise = rng.normal(size=(5, 8000))
    values = 2.0 * a + b + 0.5 * np.square(c) + noise
    total = 4.0 + 1.0 + 0.5 + 1.0
    groups = {"both": ["a", "b", "a"], "square": ["c"], "idle": ["idle"], "none": ["z"]}
    inputs = {"a": a, "b": b, "c": c, "idle": idle, "same": np.ones(8000)}
    found = {item.name: item for item in weigh_groups(inputs, values, groups)}
    assert found["both"].explained == pytest.approx(5.0 / total, abs=0.02)
    assert found["square"].explained == pytest.approx(0.5 / total, abs=0.02)
    assert found["idle"].explained == pytest.approx(0.0, abs=0.005)
    assert found["both"].n_inputs == 2
    assert "none" not in found


def test_telling_inputs_are_kept_in_their_order():
    rng = np.random.default_rng(9)
    inputs = {f"x{k}": rng.random(2000) for k in range(30)}
    values = inputs["x7"] + 2.0 * inputs["x3"]
    assert find_telling_inputs(inputs, values, most=2) == ("x3", "x7")
    with pytest.raises(UsageError):
        weigh_groups({"a": [1.0]}, [1.0, 2.0], {"g": ["a"]})
