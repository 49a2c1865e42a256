"""A slow, dense implementation of the equilibrium, written for reading: the oracle of this folder's tests.

It walks nested trees by recursion and finds roots with scipy; it shares no line with ``detente.game``.
"""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import root


def _sets(tree):
    """Information sets in breadth-first order: (player, infoset) -> number of actions."""
    found, queue = {}, [tree]
    while queue:
        node = queue.pop(0)
        if "player" in node and node.get("children"):
            found.setdefault((node["player"], node["infoset"]), len(node["children"]))
        queue.extend(node.get("children", []))
    return found


def _probs(node, strategy):
    return node["chance"] if "chance" in node else strategy[node["player"], node["infoset"]]


def _value(node, strategy, n_players):
    total = np.array(node.get("payoffs", [0.0] * n_players))
    for prob, child in (
        zip(_probs(node, strategy), node["children"], strict=True) if node.get("children") else ()
    ):
        total = total + prob * _value(child, strategy, n_players)
    return total


def _visit(node, strategy, n_players, others, paid, found):
    """Collect, for each set, (others' reach, payoff of each action) of every node."""
    paid = paid + np.array(node.get("payoffs", [0.0] * n_players))
    if not node.get("children"):
        return
    if "player" in node:
        mover = node["player"]
        row = [
            paid[mover] + _value(child, strategy, n_players)[mover] for child in node["children"]
        ]
        found.setdefault((mover, node["infoset"]), []).append((others[mover], row))
    for prob, child in zip(_probs(node, strategy), node["children"], strict=True):
        reach = [
            value if node.get("player") == player else value * prob
            for player, value in enumerate(others)
        ]
        _visit(child, strategy, n_players, reach, paid, found)


def _action_payoffs(game, strategy):
    n_players = len(game["players"])
    found = {}
    _visit(game["tree"], strategy, n_players, [1.0] * n_players, np.zeros(n_players), found)
    answer = {}
    for key, rows in found.items():
        weight = np.array([row[0] for row in rows])
        answer[key] = (weight / weight.sum()) @ np.array([row[1] for row in rows])
    return answer


def _softmax(values):
    weight = np.exp(values - values.max())
    return weight / weight.sum()


def _respond(game, strategy, rationality):
    rates = np.broadcast_to(rationality, len(game["players"]))
    return {
        key: _softmax(rates[key[0]] * values)
        for key, values in _action_payoffs(game, strategy).items()
    }


def _solve(game, rationality, steps=12):
    """Trace the branch from the uniform strategy in even steps with scipy's hybrid method."""
    sets = _sets(game["tree"])
    rates = np.broadcast_to(np.asarray(rationality, dtype=float), len(game["players"]))
    cuts = np.cumsum(list(sets.values()))[:-1]

    def unpack(flat):
        return {key: _softmax(part) for key, part in zip(sets, np.split(flat, cuts), strict=True)}

    flat = np.zeros(sum(sets.values()))
    for share in np.linspace(0, 1, steps + 1)[1:]:

        def gap(point, share=share):
            payoffs = _action_payoffs(game, unpack(point))
            target = [share * rates[key[0]] * (payoffs[key] - payoffs[key].mean()) for key in sets]
            return point - np.concatenate(target)

        answer = root(gap, flat, tol=1e-13)
        flat = answer.x
    return unpack(flat), np.abs(answer.fun).max()


def _reach(node, strategy, prob=1.0):
    """Reach probabilities of all nodes in breadth-first order."""
    queue, answer = [(node, prob)], []
    while queue:
        item, reach = queue.pop(0)
        answer.append(reach)
        if item.get("children"):
            queue.extend(
                (child, reach * share)
                for share, child in zip(_probs(item, strategy), item["children"], strict=True)
            )
    return np.array(answer)


def _pure(sets, player):
    """All pure strategies of a player, as dicts."""
    mine = [(key, count) for key, count in sets.items() if key[0] == player]
    plans = [{}]
    for key, count in mine:
        plans = [{**plan, key: np.eye(count)[pick]} for plan in plans for pick in range(count)]
    return plans


def _best(game, strategy, player):
    """A player's best payoff, by trying every pure strategy."""
    sets = _sets(game["tree"])
    n_players = len(game["players"])
    return max(
        _value(game["tree"], {**strategy, **plan}, n_players)[player]
        for plan in _pure(sets, player)
    )


@pytest.fixture
def dense():
    """The functions of the dense implementation."""
    return SimpleNamespace(
        sets=_sets,
        value=lambda game, strategy: _value(game["tree"], strategy, len(game["players"])),
        action_payoffs=_action_payoffs,
        respond=_respond,
        solve=_solve,
        reach=lambda game, strategy: _reach(game["tree"], strategy),
        best=_best,
        flat=lambda strategy, sets: np.concatenate([strategy[key] for key in sets]),
    )


@pytest.fixture(scope="session")
def paths():
    """The functions of the implementation by whole paths: menus and own odds."""
    spec = importlib.util.spec_from_file_location(
        "whole_paths", Path(__file__).with_name("whole_paths.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
