"""Run in the environment of the peers: the game of a crisis solved draw by draw in EMA Workbench and in Mesa; print JSON.

The peer gets what this project has to compute for itself: the unrolled tree and, for each draw, the payoffs of every
terminal and the probabilities of every chance move. What is left to it is the game alone: the logit equilibrium by damped
iteration to a residual of 1e-8 and the probability of each terminal. ``plain`` walks node after node in Python, as a model is
mostly written for either; ``numpy`` works on whole levels of the tree, as a practised user would write this one.
"""

import json
import logging
import math
import sys
import time
import warnings

import numpy as np

TOLERANCE = 1e-8
MOST_ITERATIONS = 5000


class Tree:
    """The tree by levels, from the arrays of the file; nodes are in breadth-first order."""

    def __init__(self, data):
        self.player = data["player"]
        self.first_child, self.n_children = data["first_child"], data["n_children"]
        self.info_set, self.action_offset = data["info_set"], data["action_offset"]
        self.info_set_player, self.terminal_node = data["info_set_player"], data["terminal_node"]
        self.payoff_class, self.chance_of_node = data["payoff_class"], data["chance_of_node"]
        self.n_nodes, self.n_actions = self.player.size, int(self.action_offset[-1])
        self.n_players = data["payoffs"].shape[1]
        self.parent = np.full(self.n_nodes, -1)
        self.action = np.full(self.n_nodes, -1)  # of the move into a node, -1 for chance
        self.chance = np.full(self.n_nodes, -1)
        depth = np.zeros(self.n_nodes, dtype=int)
        for node in np.flatnonzero(self.n_children):
            for place in range(self.n_children[node]):
                child = self.first_child[node] + place
                self.parent[child], depth[child] = node, depth[node] + 1
                if self.player[node] >= 0:
                    self.action[child] = self.action_offset[self.info_set[node]] + place
                else:
                    self.chance[child] = self.chance_of_node[node] + place
        self.levels = [np.flatnonzero(depth == level) for level in range(1, depth.max() + 1)]
        self.owner = np.repeat(self.info_set_player, np.diff(self.action_offset))
        self.set_of_action = np.repeat(
            np.arange(self.info_set_player.size), np.diff(self.action_offset)
        )
        self.mover = np.where(self.player >= 0, self.player, -1)

    def uniform(self):
        return 1.0 / np.diff(self.action_offset)[self.set_of_action]

    def edges(self, strategy, chance_probs):
        prob = np.ones(self.n_nodes)
        moved, drawn = self.action >= 0, self.chance >= 0
        prob[moved] = strategy[self.action[moved]]
        prob[drawn] = chance_probs[self.chance[drawn]]
        return prob

    def response(self, strategy, payoffs, chance_probs, rationality):
        """Logit response of every information set to a strategy, conditional on reaching the set."""
        prob = self.edges(strategy, chance_probs)
        value = np.zeros((self.n_players, self.n_nodes))
        value[:, self.terminal_node] = payoffs[:, self.payoff_class]
        for level in reversed(self.levels):
            parents = self.parent[level]
            for player in range(self.n_players):
                value[player] += np.bincount(
                    parents, prob[level] * value[player, level], self.n_nodes
                )
        # Reach by all but the mover, so that the condition on reaching a set does not divide by zero.
        reach = np.ones((self.n_players, self.n_nodes))
        for level in self.levels:
            parents = self.parent[level]
            mine = self.mover[parents][None, :] == np.arange(self.n_players)[:, None]
            reach[:, level] = reach[:, parents] * np.where(mine, 1.0, prob[level])
        nodes = np.flatnonzero(self.action >= 0)
        owner, action = self.mover[self.parent[nodes]], self.action[nodes]
        weight = reach[owner, nodes]
        numbers = np.bincount(action, weight * value[owner, nodes], self.n_actions)
        mass = np.bincount(action, weight, self.n_actions)
        score = rationality * numbers / mass
        top = np.full(self.info_set_player.size, -np.inf)
        np.maximum.at(top, self.set_of_action, score)
        raised = np.exp(score - top[self.set_of_action])
        return raised / np.bincount(self.set_of_action, raised)[self.set_of_action]

    def terminal_probs(self, strategy, chance_probs):
        prob = self.edges(strategy, chance_probs)
        reach = np.ones(self.n_nodes)
        for level in self.levels:
            reach[level] = reach[self.parent[level]] * prob[level]
        return reach[self.terminal_node]


class PlainTree(Tree):
    """The same tree, walked node by node."""

    def __init__(self, data):
        super().__init__(data)
        self.rows = list(
            zip(
                self.parent.tolist(),
                self.action.tolist(),
                self.chance.tolist(),
                self.mover[self.parent].tolist(),
                strict=True,
            )
        )
        self.ends = list(zip(self.terminal_node.tolist(), self.payoff_class.tolist(), strict=True))
        self.sets = [
            range(int(a), int(b))
            for a, b in zip(self.action_offset[:-1], self.action_offset[1:], strict=True)
        ]

    def response(self, strategy, payoffs, chance_probs, rationality):
        strategy, chance_probs = strategy.tolist(), chance_probs.tolist()
        columns = payoffs.T.tolist()
        players = range(self.n_players)
        value = [[0.0] * self.n_players for _ in range(self.n_nodes)]
        for node, which in self.ends:
            value[node] = columns[which]
        for node in range(self.n_nodes - 1, 0, -1):
            parent, action, chance, _ = self.rows[node]
            prob = strategy[action] if action >= 0 else chance_probs[chance]
            for player in players:
                value[parent][player] += prob * value[node][player]
        reach = [[1.0] * self.n_players for _ in range(self.n_nodes)]
        numbers, mass = [0.0] * self.n_actions, [0.0] * self.n_actions
        for node in range(1, self.n_nodes):
            parent, action, chance, mover = self.rows[node]
            prob = strategy[action] if action >= 0 else chance_probs[chance]
            for player in players:
                reach[node][player] = reach[parent][player] * (1.0 if player == mover else prob)
            if action >= 0:
                weight = reach[node][mover]
                numbers[action] += weight * value[node][mover]
                mass[action] += weight
        answer = [0.0] * self.n_actions
        for actions in self.sets:
            scores = [rationality * numbers[a] / mass[a] for a in actions]
            top = max(scores)
            raised = [math.exp(score - top) for score in scores]
            total = sum(raised)
            for action, one in zip(actions, raised, strict=True):
                answer[action] = one / total
        return np.array(answer)


def solve(tree, payoffs, chance_probs, rationality):
    """Damped iteration of the logit response."""
    strategy = tree.uniform()
    for _ in range(MOST_ITERATIONS):
        answer = tree.response(strategy, payoffs, chance_probs, rationality)
        if np.abs(answer - strategy).max() < TOLERANCE:
            return answer
        strategy = 0.5 * strategy + 0.5 * answer
    message = "the damped iteration did not settle"
    raise RuntimeError(message)


def run_ema(tree, data, n_runs):
    """EMA Workbench's sequential evaluator on a model function of one case."""
    from ema_workbench import (  # noqa: PLC0415  there in one environment only
        IntegerParameter,
        Model,
        ScalarOutcome,
        SequentialEvaluator,
        ema_logging,
    )

    ema_logging.log_to_stderr(logging.ERROR)
    attack = data["attack"]

    def game(case=0):
        strategy = solve(
            tree, data["payoffs"][case], data["chance"][case], data["rationality"][case]
        )
        return {"attack": tree.terminal_probs(strategy, data["chance"][case])[attack].sum()}

    model = Model("game", function=game)
    model.uncertainties = [IntegerParameter("case", 0, len(data["rationality"]) - 1)]
    model.outcomes = [ScalarOutcome("attack")]
    with SequentialEvaluator(model) as evaluator:
        begin = time.process_time()
        cases, outcomes = evaluator.perform_experiments(scenarios=n_runs)
        taken = time.process_time() - begin
    expected = data["expected"][cases["case"].to_numpy().astype(int)]
    return taken / n_runs, float(np.abs(outcomes["attack"] - expected).max())


def run_mesa(tree, data, n_runs):
    """Mesa: an agent per player, who answers the others' strategies with every step until nobody moves."""
    import mesa  # noqa: PLC0415  there in one environment only

    class Player(mesa.Agent):
        def __init__(self, model, number):
            super().__init__(model)
            self.mine = np.flatnonzero(tree.owner == number)

        def step(self):
            if not self.mine.size:
                return
            answer = self.model.answer[self.mine]
            before = self.model.strategy[self.mine]
            self.model.moved = max(self.model.moved, float(np.abs(answer - before).max()))
            self.model.following[self.mine] = 0.5 * before + 0.5 * answer

    class Game(mesa.Model):
        def __init__(self, case):
            super().__init__()
            self.payoffs, self.chance = data["payoffs"][case], data["chance"][case]
            self.rationality = data["rationality"][case]
            self.strategy = tree.uniform()
            self.moved = np.inf
            for number in range(tree.n_players):
                Player(self, number)

        def step(self):
            self.moved = 0.0
            self.answer = tree.response(self.strategy, self.payoffs, self.chance, self.rationality)
            self.following = self.strategy.copy()
            self.agents.do("step")
            self.strategy = self.following

    errors, begin = [], time.process_time()
    for case in range(n_runs):
        case %= len(data["rationality"])  # noqa: PLW2901
        model = Game(case)
        while model.moved > TOLERANCE:
            model.step()
        attack = tree.terminal_probs(model.strategy, model.chance)[data["attack"]].sum()
        errors.append(abs(attack - data["expected"][case]))
    return (time.process_time() - begin) / n_runs, float(max(errors))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    peer, style, path, count = sys.argv[1:]
    arrays = dict(np.load(path))
    made = (Tree if style == "numpy" else PlainTree)(arrays)
    seconds, error = (run_ema if peer == "ema" else run_mesa)(made, arrays, int(count))
    print(json.dumps({"seconds": seconds, "error": error}))  # noqa: T201
