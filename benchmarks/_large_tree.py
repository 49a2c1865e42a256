"""Build and solve a tree of a million nodes in this process; print seconds and peak memory as JSON."""

import json
import resource
import time

import numpy as np

from detente.game import ExtensiveForm, solve_logit_qre
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree


def large_arrays(types=9, rounds=6):
    """Arrays of the bargaining game for ``types`` types on each side, copied from that of one type each."""
    game = game_from_tree(bargaining_tree(rounds=rounds, challenger_types=1, defender_types=1))
    base, pairs = game.form, types * types
    below = base.n_nodes - 2
    pair = np.repeat(np.arange(pairs), below)
    start = 1 + pairs + pair * below

    def copies(values):
        """The root's entry aside: the entries of the pairs' first nodes, and then of all nodes below."""
        return np.concatenate([np.repeat(values[1], pairs), np.tile(values[2:], pairs)])

    def per_pair(values, width):
        """Entries of the nodes, shifted by pair."""
        shift = np.concatenate([np.arange(pairs), pair]) * width
        return copies(values) + shift

    mine = base.info_set_player == 0
    rank = np.where(mine, np.cumsum(mine) - 1, np.cumsum(~mine) - 1)
    counts = np.array([mine.sum(), (~mine).sum()])
    owner = copies(base.player)
    own_type = np.concatenate([np.arange(pairs), pair])
    own_type = np.where(owner == 0, own_type // types, own_type % types)
    place = own_type * counts[np.maximum(owner, 0)] + copies(rank[np.maximum(base.info_set, 0)])
    place = np.where(owner == 1, types * counts[0] + place, place)
    info_set = np.where(owner >= 0, place, -1)
    first = np.concatenate(
        [1 + pairs + np.arange(pairs) * below, start + np.tile(base.first_child[2:] - 2, pairs)]
    )
    sizes = np.diff(base.action_offset)
    widths = np.concatenate([np.tile(sizes[mine], types), np.tile(sizes[~mine], types)])
    class_of = np.zeros(base.n_nodes, dtype=np.int64)
    class_of[base.terminal_node] = base.payoff_class
    player = np.concatenate([[-1], owner])
    terminal = np.flatnonzero(player == -2)
    rng = np.random.default_rng(1)
    payoffs = np.tile(game.payoffs, (pairs, 1))
    payoffs += rng.normal(0.0, 0.1, payoffs.shape)
    arrays = {
        "player": player,
        "first_child": np.concatenate([[1], first]),
        "n_children": np.concatenate([[pairs], copies(base.n_children)]),
        "info_set": np.concatenate([[0], info_set]),
        "info_set_player": np.repeat([0, 1], types * counts),
        "action_offset": np.concatenate([[0], np.cumsum(widths)]),
        "chance_offset": [0, pairs],
        "terminal_node": terminal,
        "payoff_class": per_pair(class_of, base.n_classes)[terminal - 1],
        "n_players": 2,
    }
    return arrays, payoffs, np.full(pairs, 1.0 / pairs)


def main():
    """Build, solve once at lambda 2 and report; the kernels are compiled beforehand on a small game."""
    small = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=2))
    solve_logit_qre(small.form, 2.0, payoffs=small.payoffs, chance_probs=small.chance_probs)
    arrays, payoffs, chance = large_arrays()
    before = time.perf_counter()
    form = ExtensiveForm.from_arrays(**arrays)
    built = time.perf_counter()
    result = solve_logit_qre(form, 2.0, payoffs=payoffs, chance_probs=chance)
    solved = time.perf_counter()
    report = {
        "nodes": form.n_nodes,
        "build_s": built - before,
        "solve_s": solved - built,
        "residual": float(result.residual[0]),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(report))  # noqa: T201  its answer to the caller


if __name__ == "__main__":
    main()
