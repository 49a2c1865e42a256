"""The search over commitments against solving everything, and the split of a change between versions of a crisis."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.differences import (
    RULES,
    explain_change,
    find_changed_inputs,
    find_changed_priors,
    find_changed_rules,
)
from detente.analysis.robustness import Aim, find_pareto
from detente.analysis.search import combine, default_aims, find_choices, search_policies
from detente.analysis.solving import PolicySolver
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.errors import UsageError

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"


def make_solver(crisis, *, n_draws, **options):
    engine = Engine(crisis)
    return PolicySolver(engine, engine.draw(n_draws, **options))


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


def test_choices_are_the_menus_of_those_who_do_not_challenge(crisis):
    # oracle by hand
    assert find_choices(crisis) == {"answer": ("wait", "offer", "arm", "threaten")}
    assert find_choices(crisis, ["answer", "move", "response"]) == {
        "answer": ("wait", "offer", "arm", "threaten"),
        "response": ("impose", "condemn"),
    }
    assert [aim.metric for aim in default_aims(crisis)][:2] == ["attack", "payoff/west"]
    with pytest.raises(UsageError, match="no phase"):
        find_choices(crisis, ["nowhere"])
    with pytest.raises(UsageError, match="no menu"):
        find_choices(crisis, ["move"])


@pytest.fixture(scope="module")
def pareto(crisis):
    """Choices, and the best of their combinations by brute force: every one solved at all draws."""
    choices = find_choices(crisis, ["answer", "response"])
    aims = default_aims(crisis)
    policies = [
        combine(crisis, dict(zip(choices, one, strict=True))) for one in product(*choices.values())
    ]
    values = make_solver(crisis, n_draws=100).evaluate(policies, [aim.metric for aim in aims])
    losses = np.array(
        [
            values.values[aim.metric].mean(axis=1) * (1 if aim.lower_is_better else -1)
            for aim in aims
        ]
    ).T
    return choices, {policies[place].id for place in np.flatnonzero(find_pareto(losses))}


@pytest.mark.parametrize("most", [512, 2])
def test_the_search_finds_the_pareto_set_of_all_combinations(crisis, pareto, most):
    # oracle by brute force
    choices, expected = pareto
    found = search_policies(crisis, choices=choices, n_draws=100, exhaustive_up_to=most)
    assert {item.policy.id for item in found.pareto} == expected
    assert found.exhaustive == (most == 512)
    assert found.n_combinations == 8
    assert found.n_solved <= 8
    first = found.pareto[0]
    assert first.means[0] == min(item.means[0] for item in found.pareto)


def test_combinations_that_make_one_game_are_named_by_what_they_share(crisis):
    # oracle by hand: a choice left out of the menu in all rounds cannot matter
    choices = {"answer": ("offer",), "counter": ("shut", "supply"), "response": ("condemn",)}
    found = search_policies(crisis, choices=choices, n_draws=10, aims=[Aim("attack")])
    (best,) = found.pareto
    assert best.n_same == 2  # without sanctions there is nothing to counter
    assert best.commitments == ("offer", "condemn")
    assert "supply" not in best.label


# --- differences -----------------------------------------------------------------------------------------------------


def test_versions_that_differ_in_quantities_are_split_exactly(crisis):
    # oracle theorem: efficiency against direct solution; what does not enter gets nothing
    paths = [
        path for path, item in crisis.quantities.items() if item.distribution.family != "fixed"
    ]
    chosen = {path: crisis.quantities[path] for path in paths[:3]}
    other = load_crisis(
        TEMPLATE,
        overrides={path: f"{item.distribution.parameters[0]:g}" for path, item in chosen.items()},
    )
    assert {item.path for item in find_changed_inputs(crisis, other)} == set(chosen)
    assert find_changed_rules(crisis, other) == ()
    split = explain_change(crisis, other, "attack", n_draws=8)
    ends = [
        make_solver(one, n_draws=8)
        .evaluate([one.policies["free"]], ["attack"])
        .values["attack"]
        .mean()
        for one in (crisis, other)
    ]
    assert (split.before, split.after) == pytest.approx(tuple(ends), abs=1e-8)
    assert sum(part.part for part in split.parts) == pytest.approx(ends[1] - ends[0], abs=1e-8)
    assert split.exact


def test_rules_that_differ_are_one_input(crisis):
    outcomes = dict(crisis.policies)
    outcomes["free"] = replace(outcomes["free"], fix=outcomes["arm"].fix)
    other = replace(crisis, policies=outcomes)
    assert find_changed_rules(crisis, other) == ("policies.free",)
    split = explain_change(crisis, other, "attack", n_draws=4)
    assert [part.name for part in split.parts] == [RULES]
    direct = make_solver(crisis, n_draws=4).evaluate([crisis.policies["arm"]], ["attack"])
    assert split.after == pytest.approx(direct.values["attack"].mean(), abs=1e-8)


def test_a_prior_that_is_set_is_an_input_of_its_own(crisis):
    """Oracle: theorem, the parts sum to the change; independent code, both ends solved directly."""
    other = load_crisis(
        TEMPLATE, overrides={"types.north.revisionist": "0.7", "rationality": "0.2"}
    )
    (prior,) = find_changed_priors(crisis, other)
    assert (prior.path, prior.label) == ("types.north", "priors of Northland")
    assert prior.after == "limited the rest, revisionist 0.7"
    assert find_changed_rules(crisis, other) == ()
    split = explain_change(crisis, other, "attack", n_draws=8)
    assert {part.name for part in split.parts} == {"priors of Northland", "rationality"}
    alone = {
        "priors of Northland": {"types.north.revisionist": "0.7"},
        "rationality": {"rationality": "0.2"},
    }
    for part in split.parts:
        one = load_crisis(TEMPLATE, overrides=alone[part.name])
        solved = make_solver(one, n_draws=8).evaluate([one.policies["free"]], ["attack"])
        mean = solved.values["attack"].mean()
        assert part.alone == pytest.approx(mean - split.before, abs=1e-8)
    assert sum(part.part for part in split.parts) == pytest.approx(split.after - split.before)


def test_another_type_is_a_rule(crisis):
    """Oracle: hand; a renamed type is no prior."""
    north = crisis.players["north"]
    types = (replace(north.types[0], id="other"), *north.types[1:])
    other = replace(crisis, players={**crisis.players, "north": replace(north, types=types)})
    assert find_changed_priors(crisis, other) == ()
    assert find_changed_rules(crisis, other) == ("players.north",)


def test_words_are_no_rules(crisis):
    policies = {name: replace(item, label="other words") for name, item in crisis.policies.items()}
    assert find_changed_rules(crisis, replace(crisis, policies=policies)) == ()
    with pytest.raises(UsageError, match="do not differ"):
        explain_change(crisis, replace(crisis, policies=policies), "attack")
