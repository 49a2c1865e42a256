"""Coalitions read on the draws of a run."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from detente.analysis.studies.coalitions import solve_coalitions
from detente.crisis import load_crisis
from detente.crisis.elements import Constant
from detente.engine import draw_quantities
from detente.linking import evaluate_mechanisms
from detente.models.alliance import contains


def read_coalitions(crisis, *, n_draws, seed, state=None):
    """Solve the packages on some draws."""
    return solve_coalitions(
        crisis, draw_quantities(crisis, n_draws, seed=seed).as_mapping(), state=state
    )


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("ukraine-2022")


@pytest.fixture(scope="module")
def found(crisis):
    return read_coalitions(crisis, n_draws=32, seed=1)


def test_the_announced_package_is_what_the_mechanism_of_the_game_gives(crisis, found):
    """Oracle: independent code, the mechanisms as the game prices them."""
    draws = draw_quantities(crisis, 32, seed=1)
    values = dict(zip(draws.paths, draws.values, strict=True))
    for item, adoption in zip(found, ("adoption_invasion", "adoption_limited"), strict=True):
        for threat in ("vague", "maximum"):
            (read,) = (
                one
                for one in read_coalitions(crisis, n_draws=32, seed=1, state={"threat": threat})
                if one.mechanism == item.mechanism
            )
            states = ({"threat": threat}, {"threat": threat, "gas": "cut"})
            names = [item.mechanism, adoption]
            got = evaluate_mechanisms(crisis, names, values=values, states=states)
            prob = got[item.mechanism].outputs["joining_prob"]
            np.testing.assert_allclose(read.join[:, read.announced], prob[:, 0], atol=1e-9)
            assert read.cut_off is not None
            cut = read.cut_off.join[:, read.announced]
            np.testing.assert_allclose(cut, prob[:, 1], atol=1e-9)
            adopted = got[adoption].outputs["adopted_prob"][0]
            np.testing.assert_allclose(read.chance["consensus"][read.announced], adopted, atol=1e-9)


def test_measures_and_words_come_from_the_file(found):
    """Oracle: hand, the file: vague threats hold banks and the pipeline; oil nobody announced, and it can be asked for."""
    first = found[0]
    assert first.measures == tuple(
        f"measure_{name}" for name in ("banks", "swift", "chips", "pipeline", "oil", "personal")
    )
    assert first.announced == 0b001001
    assert first.full == 0b111111
    assert first.rule == "consensus"
    assert first.cut_off is not None
    assert (first.cut_off.variable, first.cut_off.value) == ("gas", "cut")


def test_the_chain_adds_one_measure_at_a_time_and_its_chance_falls(found):
    for item in found:
        chain = (0, *item.chain())
        assert len(chain) == 7
        means = item.chance[item.rule].mean(axis=1)
        for small, large in itertools.pairwise(chain):
            assert contains(large, small)
            assert (small ^ large).bit_count() == 1
            assert means[large] <= means[small] + 1e-9


def test_a_higher_bar_never_allows_a_stronger_package(found):
    for item in found:
        strength = [item.strength[package] for package in item.strongest((0.5, 0.8, 0.95)).values()]
        assert strength == sorted(strength, reverse=True)


def test_pivots_and_relief_move_the_right_way(found):
    """Oracle: theorem, winning a member never lowers the chance, and relief never its joining."""
    item = found[0]
    first = item.pivots(item.full, most=4)[0]
    assert first.gain > 0.0
    relieved = item.with_gas_made_good(item.full, first.member)
    assert (relieved >= item.join[first.member, item.full] - 1e-9).all()


def test_a_crisis_without_measures_has_one_package(crisis):
    """Oracle: hand. Exposures bound to the joining itself: one package, and its cost is that of the mechanism."""
    joining = crisis.mechanisms["joining_invasion"]
    inputs = {k: v for k, v in joining.inputs.items() if k not in {"measure_cost", "w_reluctance"}}
    inputs["dependence"] = crisis.mechanisms["measure_banks"].inputs["dependence"]
    inputs["package_strength"] = Constant(value=0.7)
    plain = replace(joining, inputs=inputs)
    mechanisms = {
        name: item for name, item in crisis.mechanisms.items() if item.model == "alliance.measure"
    }
    small = replace(crisis, mechanisms={**crisis.mechanisms, joining.id: plain})
    assert mechanisms
    item = read_coalitions(small, n_draws=8, seed=2)[0]
    assert item.measures == ()
    assert item.announced == item.full == 1
    draws = draw_quantities(small, 8, seed=2)
    values = dict(zip(draws.paths, draws.values, strict=True))
    got = evaluate_mechanisms(small, [joining.id], values=values)[joining.id]
    np.testing.assert_allclose(item.join[:, 1], got.outputs["joining_prob"][:, 0], atol=1e-9)


def test_a_crisis_without_joining_has_no_coalition(crisis):
    none = {k: v for k, v in crisis.mechanisms.items() if not v.model.startswith("alliance.")}
    assert read_coalitions(replace(crisis, mechanisms=none), n_draws=4, seed=1) == ()
