"""Courses and openings: the stands of a game, and the odds of the solution at them."""

import numpy as np
import pytest

from detente.game.form import CHANCE
from detente.play.bots import pick, uniform
from detente.play.rulebooks import Rulebook


def _all_stands(opening):
    todo = [opening.course.begin(number) for number in range(len(opening.course.profiles))]
    while todo:
        stand = todo.pop()
        yield stand
        choices = stand.position.chance() or stand.position.available()
        todo.extend(opening.course.after(stand, choice) for choice in choices)


@pytest.mark.parametrize("policy", [None, "arm"])
def test_each_stand_is_a_node_of_the_solved_game(coercion, policy):
    """Oracle: independent code: the tree is unrolled, the stands are stepped; mover, choices and ends must be the same."""
    book = Rulebook(coercion.crisis, policy=policy, draws=4)
    opening = book.opening()
    form, root = opening.root.form, opening.root
    ends = {int(node): place for place, node in enumerate(form.terminal_node)}
    count = 1
    for stand in _all_stands(opening):
        count += 1
        node, position = opening.node(stand), stand.position
        choices = position.chance() or position.available()
        assert form.n_children[node] == len(choices)
        if position.is_over:
            assert root.outcomes[root.outcome[ends[node]]] == position.outcome
        elif position.chance():
            assert form.player[node] == CHANCE
        else:
            assert book.opening().course.rules.players[form.player[node]] == position.mover
    assert count == form.n_nodes


def test_odds_of_a_seat_are_the_same_wherever_it_cannot_tell(coercion):
    """Oracle: theorem; a behaviour strategy is a function of the information set."""
    opening = coercion.opening()
    odds = {}
    for stand in _all_stands(opening):
        if stand.begins and stand.position.mover is not None:
            mover = stand.position.mover
            known = (stand.position.mover, stand.path[0], opening.course.knows(stand, mover))
            own = opening.course.profiles[stand.path[0]][mover]
            odds.setdefault((mover, own, known[2]), []).append(opening.odds(stand))
    several = [found for found in odds.values() if len(found) > 1]
    assert several
    for first, *others in several:
        for other in others:
            np.testing.assert_allclose(other, first, atol=1e-9)


def test_what_is_chosen_from_the_root_on_sums_to_one(coercion):
    """Oracle: theorem."""
    opening = coercion.opening()
    np.testing.assert_allclose(opening.prior().sum(axis=0), 1.0)
    stands = [opening.course.begin(number) for number in range(len(opening.course.profiles))]
    np.testing.assert_allclose(opening.ends(stands).sum(axis=0), 1.0)
    for stand in stands:
        np.testing.assert_allclose(opening.odds(stand).sum(axis=0), 1.0)


def test_beliefs_are_the_posteriors_of_the_solution(coercion):
    """Oracle: independent code, the engine's own metric of what a first move tells of a type, case by case."""
    opening = coercion.opening()
    course = opening.course
    begin = course.begin(course.profile({"north": "limited", "west": "hollow", "mid": "only"}))
    stand = course.after(course.after(begin, "wait"), "withdraw")
    assert stand.position.is_over
    weights = opening.weigh(course.worlds(stand, "west"))
    rows = [types["north"] == "limited" for types in course.profiles]
    found = weights[rows].sum(axis=0) / weights.sum(axis=0)
    # all ways on which north withdraws after west waited, summed over the tree by hand
    by_hand = np.zeros((2, coercion.draws))
    for number, types in enumerate(course.profiles):
        if types["west"] == "hollow":
            there = course.after(course.after(course.begin(number), "wait"), "withdraw")
            by_hand[int(types["north"] == "limited")] += opening.mass[opening.node(there)]
    np.testing.assert_allclose(found, by_hand[1] / by_hand.sum(axis=0))
    prior = opening.prior()
    likelier = prior[rows].sum(axis=0) / prior.sum(axis=0)
    assert (found > likelier).all()  # who is limited gives way more easily


def test_numbers_fall_where_they_are_likely():
    """Oracle: hand."""
    assert [pick([0.25, 0.75], number) for number in (0.01, 0.24, 0.26, 0.99)] == [0, 0, 1, 1]
    assert pick([0.0, 1.0, 0.0], 1.0 - 1e-16) == 1


def test_keyed_numbers_are_uniform():
    """Oracle: theorem; the mean of 4,096 uniform numbers lies within four standard errors of a half."""
    numbers = np.array([uniform(7, str(place)) for place in range(4096)])
    assert abs(numbers.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 4096)
    assert abs((numbers < 0.1).mean() - 0.1) < 4 * np.sqrt(0.09 / 4096)
