"""Walking a solved game: probabilities, beliefs and worth after a history."""

import itertools

import numpy as np
import pytest

from detente.analysis.pairs import compare_pair
from detente.analysis.robustness import Aim
from detente.analysis.walking import walk
from detente.analysis.why import explain_choice, find_decisions
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.errors import UsageError


@pytest.fixture(scope="module")
def solution():
    return Engine(load_crisis("cuba-1962"), workers=1).solve("as_announced", draws=8)


def every_place(solution, path=(), most=3):
    """Yield the junctures of the first moves, all ways."""
    place = walk(solution, path)
    yield place
    if len(path) < most:
        for branch in place.branches:
            yield from every_place(solution, (*path, branch.id), most)


@pytest.fixture(scope="module")
def places(solution):
    return list(every_place(solution))


def test_at_the_start_everything_is_as_the_solution_says(solution):
    """Oracle: independent code, the metrics of the engine."""
    start = walk(solution)
    assert start.reach.mean == pytest.approx(1.0)
    assert start.outcomes == start.at_start
    for name, found in start.outcomes.items():
        values = solution["attack" if name == "attack" else f"outcome/{name}"]
        assert found.mean == pytest.approx(values.mean, abs=1e-12)
        assert (found.low, found.high) == pytest.approx((values.low, values.high), abs=1e-12)
    assert start.beliefs == start.priors


def test_the_prior_is_that_of_the_crisis(solution):
    """Oracle: the crisis file; the prior of a type is a quantity, drawn."""
    crisis = load_crisis("cuba-1962")
    start = walk(solution)
    drawn = Engine(crisis).draw(8).as_mapping()
    for kind in crisis.players["ussr"].types[1:]:
        assert start.priors["ussr", kind.id].mean == pytest.approx(
            drawn[kind.prior.path].mean(), abs=1e-12
        )


def test_options_and_beliefs_sum_to_one(places):
    """Oracle: theorem; the mean of a sum is the sum of the means."""
    for place in places:
        for choice in place.choices:
            assert sum(prob.mean for prob in choice.probs) == pytest.approx(1.0)
        if place.branches:
            assert sum(branch.prob.mean for branch in place.branches) == pytest.approx(1.0)
        for _, group in itertools.groupby(place.beliefs, key=lambda key: key[0]):
            assert sum(place.beliefs[key].mean for key in group) == pytest.approx(1.0)
        outcomes = [found.mean for name, found in place.outcomes.items() if name != "attack"]
        assert sum(outcomes) == pytest.approx(1.0)


def test_the_ways_on_share_what_comes_here(places):
    """Oracle: theorem, the law of total probability: the ways on are reached as often as the place they leave."""
    by_path = {place.path: place for place in places}
    checked = 0
    for place in places:
        after = [
            by_path[(*place.path, branch.id)]
            for branch in place.branches
            if (*place.path, branch.id) in by_path
        ]
        if after and len(after) == len(place.branches):
            assert sum(one.reach.mean for one in after) == pytest.approx(place.reach.mean)
            checked += 1
    assert checked > 3


def test_beliefs_follow_bayes():
    """Oracle: theorem; weighed by how often play comes there, beliefs after all ways on average to those before, in each draw.

    Checked at one draw, where the mean over the draws is the value.
    """
    one = Engine(load_crisis("cuba-1962"), workers=1).solve("as_announced", draws=1)
    before = walk(one)
    assert len(before.choices) > 1
    after = [walk(one, [branch.id]) for branch in before.branches]
    for key, prior in before.beliefs.items():
        total = sum(place.beliefs[key].mean * place.reach.mean for place in after)
        assert total == pytest.approx(prior.mean)
    mover = before.player
    moved = [
        abs(place.beliefs[key].mean - prior.mean)
        for place in after
        for key, prior in before.beliefs.items()
        if key[0] == mover
    ]
    still = [
        abs(place.beliefs[key].mean - prior.mean)
        for place in after
        for key, prior in before.beliefs.items()
        if key[0] != mover
    ]
    assert max(moved) > 1e-3
    assert max(still) < 1e-12  # a move tells nothing of those who have not moved


def test_the_first_choice_is_that_of_the_decision(solution):
    """Oracle: independent code; before anything was seen a decision has one information set for each type."""
    start = walk(solution)
    known = {
        item.type: item
        for item in find_decisions(solution)
        if (item.phase, item.round, item.player) == (start.phase, start.round, start.player)
    }
    for choice in start.choices:
        worths = {item.instrument: item for item in explain_choice(solution, known[choice.type])}
        for branch, prob in zip(start.branches, choice.probs, strict=True):
            assert worths[branch.id].prob == pytest.approx(prob.mean)
        assert {item.instrument: item.payoff for item in choice.worths} == pytest.approx(
            {name: item.payoff for name, item in worths.items()}
        )


def test_the_parts_of_a_worth_add_up(places):
    """Oracle: theorem, payoffs are sums over considerations."""
    for place in places:
        for choice in place.choices:
            for worth in choice.worths:
                assert sum(worth.parts.values()) == pytest.approx(worth.payoff)


def test_what_was_seen_is_what_was_done_openly(solution):
    """Oracle by hand: Moscow, asked in the second round, has seen its own move and that the ship was stopped."""
    place = walk(solution, ["test_line", "stopped"])
    assert place.player == "ussr"
    assert "test the line at sea" in place.seen
    assert walk(solution).choices != place.choices


def test_a_move_that_is_not_open_is_refused(solution):
    """Oracle by hand: the code, and what is open."""
    with pytest.raises(UsageError) as error:
        walk(solution, ["test_line", "march_home"])
    assert error.value.code == "instrument-unknown"
    assert "stopped" in error.value.fix


def test_a_pair_is_compared_draw_by_draw():
    """Oracle by hand: three draws lower, one alike, none higher; more is wanted of the second aim."""
    first = [np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 1.0, 2.0, 3.0])]
    second = [np.array([0.2, 0.3, 0.4, 0.4]), np.array([1.0, 2.0, 1.0, 1.0])]
    less, more = compare_pair(
        [Aim("attack"), Aim("payoff/x", lower_is_better=False)], first, second
    )
    assert (less.lower, less.equal, less.higher, less.better) == (3, 1, 0, 3)
    assert less.first.change == pytest.approx(-0.075)
    assert (less.first.mean, less.second.mean) == pytest.approx((0.25, 0.325))
    assert (more.lower, more.equal, more.higher, more.better) == (1, 1, 2, 2)
