"""Boxes and trees: against recorded runs of EMA Workbench and scikit-learn, hidden boxes, counts by hand, properties.

The recorded runs are made by ``benchmarks/ensemble_peers.py --record`` on the tables of :func:`make_table`.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from detente.analysis.cart import grow_tree
from detente.analysis.discovery import find_box, find_boxes
from detente.errors import UsageError
from detente.testing.profiles import examples

PEERS = json.loads((Path(__file__).parent / "recorded" / "peers.json").read_text())


def make_table(kind, seed, n_cases=400):
    rng = np.random.default_rng(seed)
    inputs = {f"x{k}": rng.random(n_cases) for k in range(5)}
    hit = (inputs["x0"] > 0.6) & (inputs["x1"] < 0.5)
    if kind == "mixed":
        inputs["kind"] = np.array(list("abcd"))[rng.integers(0, 4, n_cases)]
        inputs["tied"] = np.round(rng.random(n_cases), 1)
        hit &= inputs["kind"] != "b"
    return inputs, hit ^ (rng.random(n_cases) < 0.05)


@pytest.mark.parametrize(
    "peer", PEERS["prim"], ids=lambda row: f"{row['kind']}-{row['seed']}-{row['objective']}"
)
def test_trajectories_agree_with_the_workbench(peer):
    # oracle independent code: EMA Workbench 2.5.3 on the same table
    inputs, hit = make_table(peer["kind"], peer["seed"])
    found = find_box(inputs, hit, objective=peer["objective"])
    assert [box.coverage for box in found.boxes] == pytest.approx(peer["coverage"], abs=1e-12)
    assert [box.density for box in found.boxes] == pytest.approx(peer["density"], abs=1e-12)
    last = {limit.name: limit for limit in found.last.limits}
    assert set(last) == set(peer["last"])
    for name, expected in peer["last"].items():
        limit = last[name]
        if limit.categories:
            assert list(limit.categories) == expected
            assert limit.p_low == pytest.approx(peer["quasi_p"][name][0], abs=1e-9)
            continue
        assert [limit.low, limit.high] == pytest.approx(expected, abs=1e-12)
        for ours, theirs in zip((limit.p_low, limit.p_high), peer["quasi_p"][name], strict=True):
            assert (np.isnan(ours) and theirs == -1) or ours == pytest.approx(theirs, abs=1e-9)


@examples(15)
@given(seed=st.integers(0, 1000), low=st.floats(0.1, 0.5), width=st.floats(0.3, 0.45))
def test_the_limits_of_a_hidden_box_are_recovered(seed, low, width):
    # oracle by construction: the box is known
    rng = np.random.default_rng(seed)
    inputs = {f"x{k}": rng.random(3000) for k in range(6)}
    hit = (inputs["x2"] > low) & (inputs["x2"] < low + width) & (inputs["x4"] > 0.5)
    found = find_box(inputs, hit)
    box = found.simplify(found.balanced)
    limits = {limit.name: limit for limit in box.limits}
    assert set(limits) == {"x2", "x4"}
    assert limits["x2"].low == pytest.approx(low, abs=0.05)
    assert limits["x2"].high == pytest.approx(low + width, abs=0.05)
    assert limits["x4"].low == pytest.approx(0.5, abs=0.05)
    assert limits["x4"].high_open
    assert min(box.coverage, box.density) > 0.85


@examples(15)
@given(seed=st.integers(0, 1000), share=st.floats(0.02, 0.9), integer=st.booleans())
def test_boxes_of_a_trajectory_are_counted_rightly_and_shrink(seed, share, integer):
    # oracle by hand: count again from the limits
    rng = np.random.default_rng(seed)
    inputs = {
        "a": rng.integers(0, 9, 300) if integer else rng.random(300),
        "b": np.round(rng.random(300), 1),
        "c": np.array(["u", "v", "w"])[rng.integers(0, 3, 300)],
        "flag": rng.random(300) < 0.5,
    }
    hit = rng.random(300) < share
    hit[0] = True
    found = find_box(inputs, hit)
    assert found.boxes[0].limits == ()
    assert found.boxes[0].coverage == 1.0
    sizes = [box.n_cases for box in found.boxes if box.phase != "paste"]
    assert sizes == sorted(sizes, reverse=True)
    for box in found.boxes:
        inside = np.ones(300, dtype=bool)
        for limit in box.limits:
            values = inputs[limit.name]
            if limit.categories:
                inside &= np.isin(values.astype(str), limit.categories)
            else:
                inside &= (values >= limit.low) & (values <= limit.high)
        assert (found.inside(box) == inside).all()
        assert box.n_cases == inside.sum()
        assert box.n_interest == hit[inside].sum()
        assert box.coverage == pytest.approx(hit[inside].sum() / hit.sum())
        assert box.density == pytest.approx(hit[inside].mean())
        assert box.mass >= 0.05
    simple = found.simplify(found.last)
    ends = [end for limit in simple.limits for end in (limit.p_low, limit.p_high)]
    assert not any(end > 0.05 for end in ends)
    assert simple.coverage >= found.last.coverage


def test_quasi_p_values_are_binomial_tests():
    # oracle independent code: scipy's test, one end set free at a time
    inputs, hit = make_table("float", 7)
    found = find_box(inputs, hit)
    box = found.last
    limit = next(item for item in box.limits if not item.low_open)
    inside = found.inside(box)
    others = [item for item in box.limits if item.name != limit.name]
    wider = np.ones(hit.size, dtype=bool)
    for item in others:
        wider &= (inputs[item.name] >= item.low) & (inputs[item.name] <= item.high)
    wider &= inputs[limit.name] <= limit.high
    test = binomtest(
        int(hit[inside].sum()), int(inside.sum()), float(hit[wider].mean()), alternative="greater"
    )
    assert limit.p_low == pytest.approx(test.pvalue, rel=1e-9)


def test_numbers_count_from_a_threshold_on_either_side():
    inputs, _ = make_table("float", 2)
    cost = inputs["x0"] * 10.0
    above = find_box(inputs, cost, threshold=7.0)
    assert above.boxes[0].n_interest == (cost >= 7.0).sum()
    below = find_box(inputs, cost, threshold=3.0, below=True)
    assert below.boxes[0].n_interest == (cost <= 3.0).sum()
    assert below.balanced.limits[0].high == pytest.approx(0.3, abs=0.03)
    assert below.balanced.mean == pytest.approx(cost[below.inside(below.balanced)].mean())


def test_two_hidden_boxes_are_found_one_after_the_other():
    # oracle by construction
    rng = np.random.default_rng(4)
    inputs = {"x": rng.random(4000), "y": rng.random(4000)}
    hit = (inputs["x"] > 0.75) | (inputs["y"] < 0.2)
    pairs = find_boxes(inputs, hit)
    assert sum(box.coverage for _, box in pairs) > 0.95
    names = [[limit.name for limit in box.limits] for _, box in pairs[:2]]
    assert sorted(names) == [["x"], ["y"]]
    # a later search leaves out what earlier boxes hold
    first, second = pairs[0], pairs[1]
    assert not (first[0].inside(first[1]) & second[0].cases).any()


def test_noise_makes_no_box():
    rng = np.random.default_rng(1)
    inputs = {"x": rng.random(500), "y": rng.random(500)}
    assert find_boxes(inputs, rng.random(500) < 0.3) == ()


@pytest.mark.parametrize(
    ("options", "code", "fix"),
    [
        ({"outcome": [0, 1, 2]}, "option-invalid", "threshold"),
        ({"outcome": [0, 0, 0]}, "option-invalid", "threshold"),
        ({"outcome": []}, "option-invalid", "each case"),
        ({"outcome": [0, 1]}, "option-invalid", "each case"),
        ({"inputs": {"x": [1.0, np.nan, 2.0]}}, "value-not-finite", "leave out"),
        ({"inputs": {"x": [1.0, 1.0, 1.0]}}, "option-invalid", "varies"),
        ({"peel_alpha": 0.0}, "option-invalid", "0.05"),
        ({"mass_min": 1.5}, "option-invalid", "0.05"),
        ({"objective": "best"}, "option-invalid", "lenient"),
        ({"cases": [False, False, False]}, "option-invalid", "one at least"),
    ],
)
def test_tables_that_cannot_be_searched_are_refused(options, code, fix):
    given = {"inputs": {"x": [1.0, 2.0, 3.0]}, "outcome": [0, 1, 1]} | options
    with pytest.raises(UsageError) as caught:
        find_box(**given)
    assert caught.value.code == code
    assert fix in caught.value.fix


# --- trees -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", PEERS["cart"], ids=lambda row: str(row["seed"]))
def test_trees_agree_with_scikit_learn(peer):
    # oracle independent code: DecisionTreeClassifier(min_samples_leaf=20, max_depth=4) on the same table; where no split
    # lowers the impurity ours stops, so its leaves are unions of theirs
    inputs, hit = make_table("float", peer["seed"])
    tree = grow_tree(inputs, hit, mass_min=0.05, depth=4)
    ours = sorted([leaf.box.n_cases, leaf.box.n_interest] for leaf in tree.leaves)
    assert ours == peer["leaves"]


@examples(15)
@given(seed=st.integers(0, 1000))
def test_leaves_divide_the_cases(seed):
    # oracle by hand
    inputs, hit = make_table("mixed", seed)
    tree = grow_tree(inputs, hit)
    assert sum(leaf.box.n_cases for leaf in tree.leaves) == hit.size
    assert sum(leaf.box.coverage for leaf in tree.leaves) == pytest.approx(1.0)
    assert min(leaf.box.n_cases for leaf in tree.leaves) >= 20
    assert tree.impurity <= tree.impurity_before + 1e-12
    weighted = sum(
        leaf.box.mass * 2 * leaf.box.density * (1 - leaf.box.density) for leaf in tree.leaves
    )
    assert tree.impurity == pytest.approx(weighted)


def test_a_tree_splits_categories_in_two_groups():
    # oracle by construction
    kind = np.array(list("abcde") * 40)
    tree = grow_tree({"kind": kind, "x": np.arange(200.0)}, np.isin(kind, ["b", "d"]))
    assert [leaf.box.limits[0].categories for leaf in tree.leaves] == [("a", "c", "e"), ("b", "d")]
    assert tree.of_interest[0].box.density == 1.0
    assert tree.impurity == 0.0


def test_pure_cases_grow_no_tree():
    tree = grow_tree({"x": np.arange(40.0)}, np.ones(40))
    assert len(tree.leaves) == 1
    assert tree.leaves[0].box.limits == ()


@pytest.mark.parametrize(
    ("options", "at"), [({"depth": 0}, "depth"), ({"mass_min": 0.0}, "mass_min")]
)
def test_trees_that_cannot_grow_are_refused(options, at):
    with pytest.raises(UsageError) as caught:
        grow_tree({"x": np.arange(40.0)}, np.arange(40) > 20, **options)
    assert caught.value.at == at
