"""Policies solved without a run: the same numbers as a run; adaptive policies against what they must equal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.solving import PolicySolver, find_policies
from detente.crisis import load_crisis
from detente.crisis.elements import Policy
from detente.engine import Engine
from detente.engine.drawing import draw_quantities
from detente.errors import UsageError
from detente.rules import AdaptivePolicy
from detente.runs import run_ensemble

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
SOLVED = 1e-8  # two solutions of one game to a residual of 1e-9


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


@pytest.fixture(scope="module")
def metrics(crisis):
    kinds = [kind.id for kind in crisis.players["north"].types]
    considerations = list(crisis.considerations)
    return (
        "attack",
        "settlement",
        "payoff/west",
        f"level/{considerations[0]}",
        f"attack_given/north/{kinds[0]}",
    )


def make_solver(crisis, *, n_draws=256, workers=2, **options):
    engine = Engine(crisis, workers=workers)
    return PolicySolver(engine, engine.draw(n_draws, **options))


def fixed(**phases):
    fix = {name: (instrument,) for name, instrument in phases.items()}
    return Policy(
        id="+".join(phases.values()), label="", description="", fix=fix, forbid=(), state={}
    )


def test_numbers_are_those_of_a_run_at_any_number_of_workers(crisis, metrics, tmp_path):
    # oracle independent code: the run's own solver and store
    policies = find_policies(crisis)
    found = make_solver(crisis, n_draws=70, seed=5, workers=2).evaluate(policies, metrics)
    run = run_ensemble(crisis, folder=tmp_path / "run", n_draws=70, seed=5)
    for metric in metrics:
        for place, policy in enumerate(found.policies):
            expected = run.values(metric, policy)
            assert found.values[metric][place] == pytest.approx(expected, abs=SOLVED)
    alone = make_solver(crisis, n_draws=70, seed=5, workers=1).evaluate(policies, metrics)
    assert all((alone.values[metric] == found.values[metric]).all() for metric in metrics)


def test_equal_games_are_solved_once(crisis):
    # oracle by hand: what is fixed at a menu that never comes, or as it is, changes nothing
    first = crisis.policies["arm"]
    found = make_solver(crisis, n_draws=3).evaluate(
        [first, crisis.policies["offer"], replace(first, id="other", label="other")], ["attack"]
    )
    assert found.same_as == (0, 1, 0)
    assert (found.values["attack"][0] == found.values["attack"][2]).all()


def test_settings_of_ones_own_replace_draws(crisis):
    # oracle theorem: settings that equal the draws change nothing; a quantity moved alone moves the result smoothly
    drawn = draw_quantities(crisis, 5, seed=2).as_mapping()
    plain = make_solver(crisis, n_draws=5, seed=2).evaluate(
        find_policies(crisis, ["free"]), ["attack"]
    )
    path = crisis.rationality.path
    same = make_solver(crisis, n_draws=5, seed=2, settings={path: drawn[path]})
    again = same.evaluate(find_policies(crisis, ["free"]), ["attack"])
    assert (again.values["attack"] == plain.values["attack"]).all()
    calm = make_solver(crisis, n_draws=5, seed=2, settings={path: np.zeros(5)})
    chance = calm.evaluate(find_policies(crisis, ["free"]), ["attack"]).values["attack"]
    assert chance.std() < 0.2  # at rationality zero all choose evenly, and only chance moves differ


def test_an_adaptive_policy_that_switches_to_itself_is_that_policy(crisis):
    # oracle theorem
    evaluator = make_solver(crisis, n_draws=4)
    for start in ("free", "nothing", "arm"):
        policy = crisis.policies[start]
        adaptive = AdaptivePolicy(id="a", label="a", start=policy, switch=policy, signal="subvert")
        found = evaluator.evaluate([policy, adaptive], ["attack", "payoff/west"])
        for values in found.values.values():
            assert values[1] == pytest.approx(values[0], abs=SOLVED)


def test_a_switch_matters_only_where_its_signal_can_be_seen(crisis):
    # oracle by hand: a signal given by the committed player itself never switches it; one by the challenger's does
    evaluator = make_solver(crisis, n_draws=4)
    start, switch = fixed(answer="wait"), fixed(answer="arm")

    def adapt(signal):
        return AdaptivePolicy(id=signal, label=signal, start=start, switch=switch, signal=signal)

    found = evaluator.evaluate(
        [start, switch, adapt("wait"), adapt("subvert"), adapt("hold")], ["attack"]
    )
    attack = found.values["attack"]
    assert attack[2] == pytest.approx(attack[0], abs=SOLVED)
    assert np.abs(attack[3] - attack[0]).max() > 1e-4
    assert np.abs(attack[3] - attack[1]).max() > 1e-4
    # to the defender subversion looks like talks: one cannot be told from the other
    assert attack[4] == pytest.approx(attack[3], abs=SOLVED)


@pytest.mark.parametrize(
    ("call", "code", "fix"),
    [
        (lambda c: find_policies(c, ["none"]), "policy-invalid", "arm"),
        (
            lambda c: make_solver(c, n_draws=2).evaluate(find_policies(c, ["free"]), ["atack"]),
            "path-unknown",
            "attack",
        ),
        (lambda c: make_solver(c, n_draws=2, settings={"x": [1, 2]}), "quantity-unknown", "path"),
        (
            lambda c: make_solver(c, n_draws=2, settings={c.rationality.path: [1]}),
            "option-invalid",
            "each setting",
        ),
        (
            lambda c: make_solver(c, n_draws=2).evaluate(
                [
                    AdaptivePolicy(
                        id="a",
                        label="a",
                        start=c.policies["arm"],
                        switch=c.policies["free"],
                        signal="flare",
                    )
                ],
                ["attack"],
            ),
            "policy-invalid",
            "subvert",
        ),
        (lambda c: make_solver(c, n_draws=0), "option-invalid", "draws"),
    ],
)
def test_what_cannot_be_solved_is_refused(crisis, call, code, fix):
    with pytest.raises(UsageError) as caught:
        call(crisis)
    assert caught.value.code == code
    assert fix in caught.value.fix
