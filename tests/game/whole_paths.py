"""A second slow implementation, of menus with nests and of own odds: the oracle of the tests beside it.

It lists every path from the root to an end and sums over whole paths: what a player expects from an action is the mean of
its payoffs over the ends behind it, weighted by how likely the player holds each path. Responses follow the definition
list by list. Nothing is shared with ``detente.game`` or with the dense implementation of ``conftest.py``.
"""

from math import exp, log

import numpy as np
from scipy.optimize import root


def paths_of(game):
    """All paths: a list of (steps, payoffs), a step being ("move", key, place) or ("chance", node, place)."""
    n_players = len(game["players"])
    found = []

    def visit(node, steps, paid):
        paid = paid + np.array(node.get("payoffs", [0.0] * n_players))
        if not node.get("children"):
            found.append((steps, paid))
            return
        for place, child in enumerate(node["children"]):
            kind = (
                ("chance", node, place)
                if "chance" in node
                else ("move", (node["player"], node["infoset"]), place)
            )
            visit(child, (*steps, kind), paid)

    visit(game["tree"], (), np.zeros(n_players))
    return found


def options_of(game):
    """The options of every information set, in the order of the first path to each."""
    found = {}

    def visit(node):
        for child in node.get("children", []):
            visit(child)
        if node.get("children") and "player" in node:
            found.setdefault((node["player"], node["infoset"]), node["actions"])

    visit(game["tree"])
    return found


def odds_of(node, place, player):
    """How likely a player, or the analysts for None, hold a branch of chance."""
    own = node.get("own", {}).get(str(player), node["chance"])
    return own[place]


def weight_of(steps, strategy, player, without=None):
    """How likely a player holds a path, without one move."""
    total = 1.0
    for kind, what, place in steps:
        if kind == "chance":
            total *= odds_of(what, place, player)
        elif what != without:
            total *= strategy[what][place]
    return total


def payoffs_of_actions(game, strategy):
    """What the mover of each set expects from each action."""
    paths = paths_of(game)
    answer = {}
    for key, options in options_of(game).items():
        means = []
        for place in range(len(options)):
            behind = [(s, paid) for s, paid in paths if ("move", key, place) in s]
            weights = [weight_of(s, strategy, key[0], without=key) for s, _ in behind]
            means.append(
                sum(w * paid[key[0]] for w, (_, paid) in zip(weights, behind, strict=True))
            )
            means[-1] /= sum(weights)
        answer[key] = np.array(means)
    return answer


def menu_of(game, key):
    """The menu of a set, as entries of (weight, option or (similarity, entries))."""
    stated = game.get("menus", {}).get(f"{key[0]}:{key[1]}", options_of(game)[key])

    def entry(item):
        if isinstance(item, str):
            return 1.0, item
        if "option" in item:
            return item.get("weight", 1.0), item["option"]
        return item.get("weight", 1.0), (item["similarity"], [entry(one) for one in item["of"]])

    return [entry(item) for item in stated]


def response(menu, x, scale=1.0):
    """Probabilities of options by the definition, and the value of the list; ``x`` are lambda times payoffs, by option."""
    rows, total = [], sum(weight for weight, _ in menu)
    for weight, what in menu:
        if isinstance(what, str):
            rows.append((weight / total, x[what], {what: 1.0}))
        else:
            inside, value = response(what[1], x, scale * (1.0 - what[0]))
            rows.append((weight / total, value, inside))
    top = max(value for _, value, _ in rows)
    sums = [q * exp((value - top) / scale) for q, value, _ in rows]
    probs = {}
    for part, (_, _, inside) in zip(sums, rows, strict=True):
        for option, prob in inside.items():
            probs[option] = part / sum(sums) * prob
    return probs, top + scale * log(sum(sums))


def respond(game, payoffs, rates):
    """The response of every set to payoffs of actions."""
    answer = {}
    for key, options in options_of(game).items():
        x = dict(zip(options, rates[key[0]] * payoffs[key], strict=True))
        probs, _ = response(menu_of(game, key), x)
        answer[key] = np.array([probs[option] for option in options])
    return answer


def solve(game, rationality, steps=10):
    """Trace the branch in even steps of lambda with scipy's hybrid method; return the strategy and the last gap."""
    options = options_of(game)
    if not options:
        return {}, 0.0
    rates = np.broadcast_to(np.asarray(rationality, dtype=float), len(game["players"]))
    cuts = np.cumsum([len(item) for item in options.values()])[:-1]
    point, gap = np.zeros(sum(map(len, options.values()))), 0.0
    for share in np.linspace(0.0, 1.0, steps + 1)[1:]:

        def miss(point, share=share):
            payoffs = dict(zip(options, np.split(point, cuts), strict=True))
            found = payoffs_of_actions(game, respond(game, payoffs, share * rates))
            return np.concatenate([found[key] for key in options]) - point

        answer = root(miss, point, tol=1e-13)
        point, gap = answer.x, np.abs(answer.fun).max()
    payoffs = dict(zip(options, np.split(point, cuts), strict=True))
    return respond(game, payoffs, rates), gap


def expected(game, strategy, *, own=True):
    """Every player's payoff, by its own odds or by the analysts'."""
    return np.array(
        [
            sum(weight_of(s, strategy, p if own else None) * paid[p] for s, paid in paths_of(game))
            for p in range(len(game["players"]))
        ]
    )


def ends(game, strategy):
    """How often play comes to each end, by the analysts' odds, depth first."""
    return np.array([weight_of(s, strategy, None) for s, _ in paths_of(game)])


def best(game, strategy, player):
    """The most a player can expect, by its own odds, by trying every pure strategy."""
    mine = [(key, len(item)) for key, item in options_of(game).items() if key[0] == player]
    plans = [{}]
    for key, count in mine:
        plans = [{**plan, key: np.eye(count)[pick]} for plan in plans for pick in range(count)]
    return max(expected(game, {**strategy, **plan})[player] for plan in plans)
