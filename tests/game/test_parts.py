"""Parts of games and folds that are passed in them."""

import numpy as np
import pytest
from hypothesis import given

from detente.game import Status, solve_logit_qre, trace_logit_branch
from detente.game.formats.trees import game_from_tree
from detente.game.qre._parts import Parts
from detente.testing.games import bargaining_tree, game_trees
from detente.testing.profiles import examples


def below(form, nodes):
    """The nodes and everything under them, by the definition."""
    found = set(map(int, nodes))
    for node in range(form.n_nodes):  # children come after their parents
        if int(form.parent[node]) in found:
            found.add(node)
    return found


@examples(60)
@given(tree=game_trees())
def test_parts_are_closed_and_as_small_as_can_be(tree):
    """Oracle: the definition: no information set lies partly inside, and no half of the first nodes would do."""
    form = game_from_tree(tree).form
    parts = Parts(form)
    sets = [
        set(np.flatnonzero((form.player >= 0) & (form.info_set == s)))
        for s in range(form.n_info_sets)
    ]
    for node in range(1, form.n_nodes):
        first = parts.first(node)
        assert node in first
        inside = below(form, first)
        closed = all(members <= inside or not members & inside for members in sets)
        assert parts.closed[node] == closed
        reached, rest = below(form, [node]), set(map(int, first)) - {node}
        while True:  # whoever shares a set with what is reached must be in
            more = {n for n in rest if any(m & reached and m & below(form, [n]) for m in sets)}
            if not more:
                break
            rest -= more
            reached |= below(form, more)
        assert not rest


def test_a_part_is_a_game_with_the_same_payoffs():
    """Oracle: theorem, given the odds of its first nodes a part's equilibrium is that of the whole game."""
    game = game_from_tree(bargaining_tree(rounds=3, challenger_types=2, defender_types=2))
    whole = solve_logit_qre(game.form, 5.0, payoffs=game.payoffs, chance_probs=game.chance_probs)
    reach = whole.reach_probs()[:, 0]
    parts = Parts(game.form)
    for depth in (2, 3, 5):
        node = int(np.flatnonzero((parts.depth == depth) & (game.form.player >= 0))[0])
        part = parts.part(node)
        odds = reach[part.first] / reach[part.first].sum()
        chance = np.concatenate([odds, game.chance_probs[part.branch]])
        alone = solve_logit_qre(part.form, 5.0, payoffs=game.payoffs, chance_probs=chance)
        np.testing.assert_allclose(alone.strategy, whole.strategy[part.row], atol=1e-9)


def test_the_smallest_part_around_some_actions_is_found_first():
    """Oracle: hand, on a chain of two moves behind each of two deals that nobody confuses."""
    pays = {"payoffs": [0.0]}
    deal = lambda which: {  # noqa: E731
        "player": 0, "infoset": which, "children": [pays, {"player": 0, "infoset": which + 10, "children": [pays, pays]}],
    }  # fmt: skip
    tree = {"chance": [0.5, 0.5], "children": [deal(0), deal(1)]}
    game = game_from_tree({"players": ["a"], "tree": tree})
    form, parts = game.form, Parts(game.form)
    weight = np.zeros(form.n_actions)
    late = form.info_set_label.index("10") if "10" in form.info_set_label else 2
    weight[form.action_offset[late]] = 1.0
    node = int(np.flatnonzero((form.player >= 0) & (form.info_set == late))[0])
    assert parts.around(weight, 0.9) == [node, int(form.parent[node])]
    weight[:] = 1.0
    assert parts.around(weight, 0.9) == []


@pytest.mark.parametrize(
    "size", [(3, 2, 2), (3, 4, 3), pytest.param((4, 4, 3), marks=pytest.mark.slow)]
)
def test_folds_passed_apart_lead_to_the_answers_of_the_branch(monkeypatch, size):
    """Oracle: the branch of the whole game, which these games let be followed round all its turns."""
    rounds, mine, theirs = size
    game = game_from_tree(
        bargaining_tree(rounds=rounds, challenger_types=mine, defender_types=theirs)
    )
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
    base = trace_logit_branch(game.form, [20.0, 50.0, 100.0], **options)
    assert (base.status == Status.CONVERGED).all()
    assert not base.apart.any()
    monkeypatch.setattr("detente.game.qre._unwinding._NESTED", 0)
    apart = trace_logit_branch(game.form, [20.0, 50.0, 100.0], **options)
    assert (apart.status == Status.CONVERGED).all()
    assert apart.apart[0] == 0
    assert apart.apart[-1] > 0
    assert apart.walks[-1] < base.walks[-1]
    np.testing.assert_allclose(apart.strategy, base.strategy, atol=1e-9)


def scaled(node, factor, shift):
    turned = dict(node)
    if "player" in node:
        turned["infoset"] = node["infoset"] + shift
    if "payoffs" in node:
        turned["payoffs"] = [factor * pay for pay in node["payoffs"]]
    turned["children"] = [scaled(child, factor, shift) for child in node.get("children", [])]
    return turned


def test_many_games_beside_each_other_are_solved_as_each_alone():
    """A lot picks one of four nearly equal games, each with a fold of its own: the joint branch may turn up to 80 times,
    and other curves come as near as the folds do.
    Oracle: theorem, what is played in one game does not bear on another one, and each is traced alone."""
    base = bargaining_tree(rounds=2, challenger_types=2, defender_types=2)
    factors = [1.0, 1.0001, 1.0002, 1.0003]
    trees = [scaled(base["tree"], factor, 1000 * k) for k, factor in enumerate(factors)]
    tree = {"chance": [1 / len(trees)] * len(trees), "children": trees}
    both = game_from_tree({"players": base["players"], "tree": tree})
    values = [20.0, 50.0, 100.0]
    joint = trace_logit_branch(
        both.form, values, payoffs=both.payoffs, chance_probs=both.chance_probs
    )
    assert (joint.status == Status.CONVERGED).all()
    assert joint.apart[0] == 0
    assert joint.apart[-1] > 0
    rows = {
        (int(player), label): slice(*both.form.action_offset[which : which + 2])
        for which, (player, label) in enumerate(
            zip(both.form.info_set_player, both.form.info_set_label, strict=True)
        )
    }
    for part in trees:
        game = game_from_tree({"players": base["players"], "tree": part})
        alone = trace_logit_branch(
            game.form, values, payoffs=game.payoffs, chance_probs=game.chance_probs
        )
        assert alone.turns.tolist() == [0, 2, 2]
        for which, label in enumerate(game.form.info_set_label):
            span = slice(*game.form.action_offset[which : which + 2])
            found = joint.strategy[rows[int(game.form.info_set_player[which]), label]]
            np.testing.assert_allclose(found, alone.strategy[span], atol=1e-8)
