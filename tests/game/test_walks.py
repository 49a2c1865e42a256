"""Walks over pieces of every size: up to four actions or nodes are straight code, more are loops."""

import itertools

import numba
import numpy as np
import pytest

from detente.game import solve_logit_qre
from detente.game.formats.trees import game_from_tree
from detente.game.kernels._lanes import LANES, exp, load, log, store
from detente.game.qre import solving as qre


def lottery(*, types, actions, replies, players):
    """A type that only the first player sees, its move, and replies by the second to the move alone."""
    rng = np.random.default_rng([types, actions, replies, players])

    def end():
        return {"payoffs": rng.normal(size=players).round(3).tolist()}

    def reply(action):
        return {
            "player": 1,
            "infoset": action,
            "actions": [f"r{number}" for number in range(replies)],
            "children": [end() for _ in range(replies)],
        }

    def move(kind):
        return {
            "player": 0,
            "infoset": kind,
            "actions": [f"a{number}" for number in range(actions)],
            "children": [reply(action) for action in range(actions)],
        }

    weights = rng.integers(1, 4, size=types).astype(float)
    return {
        "players": [f"player {number}" for number in range(players)],
        "tree": {
            "chance": (weights / weights.sum()).tolist(),
            "actions": [f"t{number}" for number in range(types)],
            "children": [move(kind) for kind in range(types)],
        },
    }


@pytest.mark.parametrize("small", [60, -1], ids=["traced", "accelerated"])
@pytest.mark.parametrize(
    ("types", "actions", "replies", "players"),
    [
        *((count, count, count, 2) for count in range(1, 7)),
        *((*shape, 3) for shape in itertools.permutations((2, 4, 5))),
        (9, 7, 3, 5),
    ],
)
def test_equilibria_answer_themselves(types, actions, replies, players, small, dense, monkeypatch):
    """Oracle: independent code, the logit response of the dense implementation, at four draws of rationality."""
    monkeypatch.setattr(qre, "_SMALL", small)
    tree = lottery(types=types, actions=actions, replies=replies, players=players)
    game = game_from_tree(tree)
    rates = [0.1, 0.7, 2.0, 3.0]
    result = solve_logit_qre(game.form, rates, payoffs=game.payoffs, chance_probs=game.chance_probs)
    assert result.converged.all()
    for draw, rate in enumerate(rates):
        cuts = np.split(result.strategy[:, draw], game.form.action_offset[1:-1])
        keys = zip(
            game.form.info_set_player.tolist(), map(int, game.form.info_set_label), strict=True
        )
        strategy = dict(zip(keys, cuts, strict=True))
        answer = dense.respond(tree, strategy, rate)
        gap = max(np.abs(strategy[key] - answer[key]).max() for key in strategy)
        assert gap <= 1e-9
        assert abs(gap - result.residual[draw]) <= 1e-12
        np.testing.assert_allclose(
            result.expected_payoffs[:, draw], dense.value(tree, strategy), atol=1e-12
        )


def test_exponentials_and_logarithms_are_good_to_an_ulp():
    """Oracle: independent code, numpy in extended precision; in single numbers and in lanes, to the same bits."""

    def apply(given, exponential, logarithm):
        for row in range(given.shape[0]):
            value = exp(load(given, row))
            store(exponential, row, value)
            store(logarithm, row, log(value))

    apply = numba.njit(apply)
    rng = np.random.default_rng(3)
    given = np.concatenate(
        [-np.geomspace(1e-18, 708.0, 4000), -rng.uniform(0.0, 40.0, 3992), np.zeros(8)]
    )
    single = np.empty((2, given.size))
    apply(given, *single)
    lanes = np.empty((2, given.size // LANES, LANES))
    apply(given.reshape(-1, LANES), *lanes)
    assert (single == lanes.reshape(2, -1)).all()
    exact = np.exp(given.astype(np.longdouble))
    assert np.abs(single[0] / exact - 1).max() <= np.finfo(float).eps
    back = np.log(single[0].astype(np.longdouble))
    assert (np.abs(single[1] - back) <= np.finfo(float).eps * np.maximum(np.abs(back), 1e-30)).all()
    assert (single[0][-8:] == 1.0).all()
