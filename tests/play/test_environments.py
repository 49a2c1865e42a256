"""A crisis as an environment of PettingZoo: its own test of the interface, and the rules behind it."""

import sys

import numpy as np
import pytest

from detente.errors import UsageError
from detente.play.environments import make_environment


@pytest.fixture(params=["coercion", "cuba"])
def env(request):
    book = request.getfixturevalue(request.param)
    found = make_environment(book.crisis, draws=4)
    found.reset(seed=5)
    return found


@pytest.mark.filterwarnings(
    "ignore:We recommend agents to be named"
)  # they keep the ids of the crisis
def test_it_passes_the_test_of_pettingzoo(env, capsys):
    """Oracle: independent code, PettingZoo's own api_test; all its warnings but one on names are errors."""
    from pettingzoo.test import api_test

    api_test(env, num_cycles=200)
    assert "Passed" in capsys.readouterr().out


def _play(env, seed):
    env.reset(seed=seed)
    random = np.random.default_rng(seed)
    done, rewards = [], {}
    for agent in env.agent_iter():
        observed, reward, over, _, info = env.last()
        if over:
            rewards[agent] = reward
            done.append(info["outcome"])
            env.step(None)
            continue
        action = int(random.choice(np.flatnonzero(info["action_mask"])))
        done.append((agent, action, observed.tobytes()))
        env.step(action)
    return done, rewards


def test_the_same_seed_plays_the_same_game(env):
    """Oracle: theorem."""
    plays = [_play(env, seed) for seed in range(8)]
    assert plays == [_play(env, seed) for seed in range(8)]
    assert len({str(done) for done, _ in plays}) > 1


def test_rewards_are_what_the_end_is_worth(env):
    """Oracle: independent code: the payoffs of the priced tree at the end that the position of the rules came to."""
    _, rewards = _play(env, 3)
    book, opening = env.book, env.book.opening()
    node = opening.node(env._stand)
    (end,) = np.flatnonzero(opening.root.form.terminal_node == node)
    for number, player in enumerate(book.crisis.players):
        assert rewards[player] == pytest.approx(book.payoffs[end, number, env._drawn])


def test_a_hidden_move_is_not_observed(coercion):
    """Oracle: the crisis file: to the west subversion looks like holding; mid sees it."""
    seen = {}
    for name in ("hold", "subvert"):
        env = make_environment(coercion.crisis, draws=2, case=0)
        env.reset(seed=1)
        names = list(coercion.crisis.instruments)
        env.step(names.index("arm"))
        assert env.agent_selection == "north"
        env.step(names.index(name))
        seen[name] = {who: env.observe(who).tobytes() for who in ("west", "mid")}
    assert seen["hold"]["west"] == seen["subvert"]["west"]
    assert seen["hold"]["mid"] != seen["subvert"]["mid"]


def test_an_action_that_is_not_open_is_refused(coercion):
    """Oracle: hand."""
    env = make_environment(coercion.crisis, draws=2)
    env.reset(seed=1)
    with pytest.raises(UsageError) as caught:
        env.step(list(coercion.crisis.instruments).index("accept"))
    assert caught.value.code == "order-illegal"


def test_without_the_package_the_extra_is_named(coercion, monkeypatch):
    """Oracle: hand."""
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    monkeypatch.delitem(sys.modules, "detente.play._environment", raising=False)
    with pytest.raises(UsageError) as caught:
        make_environment(coercion.crisis, draws=2)
    assert caught.value.code == "extra-missing"
    assert "detente[pettingzoo]" in caught.value.fix
