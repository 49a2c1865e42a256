"""What a policy does to each type, and the word for it. Oracle: hand, on three cases each; Ukraine against its own run."""

import numpy as np
import pytest

from detente.analysis.differences import explain_by_type
from detente.analysis.effects import (
    TypeEffect,
    are_forced_equal,
    label_effect,
    label_news,
    read_type_effects,
    type_metrics,
    types_differ,
)
from detente.analysis.policy_tables import compare_in_crisis, compare_in_run
from detente.analysis.run_differences import compare_runs
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.runs import run_ensemble

UP, DOWN, EVEN = [0.01, 0.02, -0.03], [-0.01, -0.02, 0.03], [0.004, -0.004, 0.0]
SPLIT = [0.3, -0.001, -0.002]
"""Up by ten points in the mean, and in one case of three alone."""


def change(values):
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("own", "settlement", "others", "label"),
    [
        (UP, DOWN, EVEN, "provokes"),
        (UP, UP, UP, "provokes"),
        (EVEN, UP, UP, "uses force"),
        (DOWN, EVEN, UP, "uses force"),
        (DOWN, UP, EVEN, "reassures"),
        (EVEN, UP, DOWN, "reassures"),
        (DOWN, EVEN, EVEN, "deters"),
        (DOWN, DOWN, EVEN, "deters"),
        (EVEN, DOWN, EVEN, "spends leverage"),
        (SPLIT, EVEN, EVEN, "no clear effect"),
        (EVEN, UP, EVEN, "no clear effect"),
        (EVEN, EVEN, EVEN, "no clear effect"),
    ],
)
def test_each_label_by_shares_of_cases(own, settlement, others, label):
    """Oracle: hand, the table of decision 0090; two cases of three are enough, whatever the mean."""
    assert label_effect(change(own), change(settlement), change(others)) == label


def test_without_settlements_and_others_nothing_of_them_is_said():
    """Oracle: hand."""
    assert label_effect(change(DOWN), None) == "deters"
    assert label_effect(change(EVEN), None) == "no clear effect"


@pytest.mark.parametrize(
    ("moved", "label"), [(UP, "provokes"), (DOWN, "reassures"), (SPLIT, "no clear effect")]
)
def test_news_is_read_by_the_attack_to_be_expected(moved, label):
    """Oracle: hand."""
    assert label_news(change(moved)) == label


def effect(*moved):
    rows = change(moved)
    return TypeEffect(player="a", type="b", before=rows * 0, attack=rows, own=rows, settlement=None)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (0.011, -0.046, True),  # in sign
        (0.0, -0.024, True),  # by more than half
        (-0.037, -0.068, False),  # by less than half
        (-0.035, -0.098, True),
        (0.004, -0.004, False),  # both under half a point
    ],
)
def test_types_are_told_apart_by_sign_or_half(first, second, told):
    """Oracle: hand, with the figures that a reader asked for: arming, reinforcing, limits, both together."""
    assert types_differ([effect(first), effect(second)]) is told


def test_one_type_is_not_told_apart():
    """Oracle: hand."""
    assert not types_differ([effect(0.2)])


def test_what_no_case_moves_is_forced():
    """Oracle: hand; the rounding of a sum is no difference, one case in a thousand is."""
    assert effect(0.0, 1e-15, 0.0).is_forced
    assert not effect(0.0, 1e-6, 0.0).is_forced
    assert are_forced_equal(change([0.3, 0.1]), change([0.1 + 0.2, 0.1]))


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("kuwait-1990")


@pytest.fixture(scope="module")
def effects(crisis):
    engine = Engine(crisis)
    draws = engine.draw(16, seed=1)
    base, other = (engine.solve(name, draws=draws) for name in ("as_announced", "face_saver"))
    read = read_type_effects(
        crisis, lambda name: base[name].values, lambda name: other[name].values
    )
    return base, other, read


def test_own_attacks_are_those_of_the_challenger(crisis, effects):
    """Oracle: independent code; of three attacks one is Iraq's."""
    base, other, read = effects
    assert [(item.player, item.type) for item in read] == [("irq", "bargainer"), ("irq", "stander")]
    for item in read:
        name = f"outcome_given/irq/{item.type}/iraqi_strike"
        np.testing.assert_allclose(item.own, other[name].values - base[name].values)
        name = f"attack_given/irq/{item.type}"
        np.testing.assert_allclose(item.attack, other[name].values - base[name].values)
    assert "outcome_given/irq/stander/iraqi_strike" in type_metrics(crisis)
    assert not any("air_war" in name for name in type_metrics(crisis))


def test_policies_of_a_crisis_and_of_a_run_tell_the_same_by_type(crisis, effects, tmp_path):
    """Oracle: independent code, a run and games solved for the purpose."""
    _, _, read = effects
    policies = ["as_announced", "face_saver"]
    run = run_ensemble(crisis, folder=tmp_path / "run", n_draws=16, seed=1, policies=policies)
    tables = [compare_in_run(run, (), ()), compare_in_crisis(crisis, (), (), (), 16, 1, 1)]
    for table in tables:
        rows = {row["id"]: row["by_type"] for row in table["policies"]}
        assert all(item["forced"] for item in rows["as_announced"])
        for item, expected in zip(rows["face_saver"], read, strict=True):
            assert item["attack_change"] == pytest.approx(expected.attack.mean(), abs=1e-9)
            assert item["label"] == expected.label
            assert item["share_lower"] == expected.share_lower


def test_two_runs_and_two_versions_tell_what_moved_by_type(crisis, tmp_path):
    """Oracle: independent code; a dearer defeat, run twice and solved twice."""
    dear = crisis.set({"face.defeat": "60"})
    policies = ["as_announced"]
    runs = [
        run_ensemble(one, folder=tmp_path / str(k), n_draws=16, seed=1, policies=policies)
        for k, one in enumerate((crisis, dear))
    ]
    from_runs = compare_runs(*runs).by_type
    solved = explain_by_type(crisis, dear, n_draws=16, seed=1)
    assert [item.as_data()["label"] for item in from_runs] == [
        item.as_data()["label"] for item in solved
    ]
    for first, second in zip(from_runs, solved, strict=True):
        np.testing.assert_allclose(first.attack, second.attack, atol=1e-9)
    assert any(abs(item.attack.mean()) > 0.005 for item in solved)
