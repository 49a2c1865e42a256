"""Commitments taken apart, and the search that a briefing reads, against what can be found by hand or by brute force."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.commitments import START, list_commitments
from detente.analysis.mixes import keep_mixes, read_mixes, search_mixes, with_mixes
from detente.analysis.robustness import find_pareto
from detente.analysis.search import default_aims
from detente.analysis.solving import PolicySolver
from detente.crisis import load_crisis
from detente.crisis.elements import StatedAim
from detente.engine import Design, Engine
from detente.errors import RunError
from detente.rules.policies import unite
from detente.runs import run_ensemble

TEMPLATES = Path(detente.crisis.__file__).with_name("templates")


def make_solver(crisis, *, n_draws, **options):
    engine = Engine(crisis)
    return PolicySolver(engine, engine.draw(n_draws, **options))


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATES / "occupation")


def test_policies_come_apart_into_choices(crisis):
    # oracle by hand: the template forbids in one policy and fixes menus of two rounds in two others
    start, first, second = list_commitments(crisis)
    assert (start.id, first.id, second.id) == (START, "step@1", "step@2")
    assert [option.forbid for option in start.options] == [
        ("build_up", "expel", "set_deadline"),
        (),
    ]
    assert [option.id for option in first.options] == ["", "build_up@1", "pay@1"]
    assert (first.n_fixed, first.n_policies, first.phase, first.round) == (2, 3, "step", 1)
    assert [option.id for option in second.options] == ["", "set_deadline@2"]
    assert list_commitments(crisis, ["free"]) == ()


def test_a_policy_put_together_again_is_that_policy(crisis):
    # oracle theorem
    evaluator = make_solver(crisis, n_draws=3)
    start, first, second = list_commitments(crisis)
    again = unite([start.options[1], first.options[1], second.options[1]])
    assert again.fix == crisis.policies["pressure"].fix
    assert evaluator.count([again, crisis.policies["pressure"]]) == 1


def test_the_search_finds_what_nothing_betters(crisis):
    # oracle by brute force: every combination solved by itself, none left out or put together with others
    found = search_mixes(crisis, tuple(crisis.policies), n_draws=64, seed=3)
    choices = list_commitments(crisis)
    combinations = [unite(one) for one in product(*(choice.options for choice in choices))]
    assert found.n_combinations == len(combinations) == 12
    bound = list(crisis.policies)
    aims = default_aims(crisis)
    evaluator = make_solver(crisis, n_draws=64, seed=3)
    every = [*(crisis.policies[name] for name in bound), *combinations]
    games = evaluator.find_games(every)
    losses = np.array(
        [
            [
                evaluator.evaluate([policy], [aim.metric]).values[aim.metric][0].mean()
                * (1 if aim.lower_is_better else -1)
                for aim in aims
            ]
            for policy in every
        ]
    )
    kept = find_pareto(losses)
    listed = {game.key for game in games[: len(bound)]}
    expected = {
        game.key for game, good in zip(games, kept, strict=True) if good and game.key not in listed
    }
    games_found = evaluator.find_games(found.mixes)
    assert {game.key for game in games_found} == expected
    assert found.n_unbeaten == len(expected) == len(found.mixes)
    assert found.n_games == len({game.key for game in games[len(bound) :]}) == 7


def test_masks_on_one_tree_give_the_numbers_of_a_run(crisis, tmp_path):
    # oracle independent code: the run compiles, unrolls and prices each policy by itself
    found = search_mixes(crisis, tuple(crisis.policies), n_draws=64, seed=3)
    wider = with_mixes(crisis, found)
    names = tuple(mix.id for mix in found.mixes)
    run = run_ensemble(wider, folder=tmp_path, policies=names, n_draws=64, seed=3)
    for mix in found.mixes:
        means = [
            sum(run.values(part, mix.id).mean() for part in metric.split("+"))
            for metric, _, _ in found.aims
        ]
        assert found.means[mix.id] == pytest.approx(means, abs=1e-9)


def test_the_space_is_cut_to_a_number_of_games(crisis):
    # oracle by hand: two starting positions make two games; a third choice would make more
    small = search_mixes(crisis, tuple(crisis.policies), n_draws=4, most_games=2)
    assert [name for name, _ in small.choices] == [START]
    assert small.left_open == ("step@1", "step@2")
    assert (small.n_combinations, small.n_games) == (2, 2)
    alone = search_mixes(crisis, ("free",), n_draws=4)
    assert (alone.choices, alone.mixes, alone.n_games) == ((), (), 0)


def test_the_record_is_kept_and_made_anew_if_damaged(crisis, tmp_path):
    # oracle by hand: equal bytes
    def keep(**others):
        return keep_mixes(
            crisis,
            tuple(crisis.policies),
            tmp_path,
            **{"n_draws": 20, "seed": 1, "design": Design(), **others},
        )

    found = keep()
    path = tmp_path / "search.json"
    before = path.read_bytes()
    assert read_mixes(tmp_path) == found == keep(workers=1)
    path.write_bytes(before.replace(b'"n_games": 7', b'"n_games": 8'))
    with pytest.raises(RunError, match="checksum"):
        read_mixes(tmp_path)
    assert keep() == found
    assert path.read_bytes() == before
    for broken in (b"", b"{", b"[]", b"null", json.dumps({"sha256": ""}).encode()):
        path.write_bytes(broken)
        with pytest.raises(RunError) as caught:
            read_mixes(tmp_path)
        assert caught.value.code == "run-corrupt"
    keep()
    assert path.read_bytes() == before
    assert keep(seed=2).n_draws == 20  # another search takes its place
    assert path.read_bytes() != before
    assert read_mixes(tmp_path / "nowhere") is None


def test_stated_aims_are_what_mixes_are_judged_by(crisis):
    # oracle by hand
    name = next(iter(crisis.considerations))
    aims = {"worry": StatedAim(id="worry", label="worry", metrics=(f"level/{name}",))}
    stated = replace(crisis, aims=aims)
    assert [aim.metric for aim in default_aims(stated)] == ["attack", f"level/{name}"]
    found = search_mixes(stated, tuple(crisis.policies), n_draws=4)
    assert [label for _, _, label in found.aims] == ["an attack by Westmark", "worry"]
