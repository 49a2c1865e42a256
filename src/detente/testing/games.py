"""Hypothesis strategies for games, as the nested trees of :mod:`detente.game.trees`."""

from typing import Any

import hypothesis.strategies as st

__all__ = ["game_trees"]


@st.composite
def game_trees(
    draw: st.DrawFn,
    *,
    max_players: int = 4,
    max_depth: int = 5,
    max_nodes: int = 60,
    inner_payoffs: bool = True,
) -> dict[str, Any]:
    """Draw a game of perfect recall with chance, information sets and payoffs at inner nodes.

    Nodes of one player with as many actions and the same own past may fall into one information set, whatever their
    depth: sets that lie above and below each other on different paths do occur.
    """
    n_players = draw(st.integers(1, max_players))
    payoff = st.integers(-4, 4).map(lambda value: value / 2)
    payoff_list = st.lists(payoff, min_size=n_players, max_size=n_players)
    pools: dict[tuple[int, int, tuple[tuple[int, int], ...]], list[int]] = {}
    counts = [0] * n_players
    n_nodes = 1
    root: dict[str, Any] = {}
    queue: list[tuple[dict[str, Any], int, dict[int, tuple[tuple[int, int], ...]]]] = [
        (root, 0, dict.fromkeys(range(n_players), ()))
    ]
    while queue:
        node, depth, past = queue.pop(0)
        n_actions = draw(st.integers(1 if depth else 2, 3))
        ends = depth >= max_depth or n_nodes + n_actions > max_nodes
        if ends or (depth > 1 and draw(st.integers(0, 3)) == 0):
            node["payoffs"] = draw(payoff_list)
            continue
        if inner_payoffs and draw(st.integers(0, 5)) == 0:
            node["payoffs"] = draw(payoff_list)
        node["actions"] = [f"a{number}" for number in range(n_actions)]
        node["children"] = [{} for _ in range(n_actions)]
        n_nodes += n_actions
        if draw(st.integers(0, 4)) == 0:
            weights = draw(st.lists(st.integers(1, 3), min_size=n_actions, max_size=n_actions))
            node["chance"] = [weight / sum(weights) for weight in weights]
            queue.extend((child, depth + 1, past) for child in node["children"])
            continue
        player = draw(st.integers(0, n_players - 1))
        pool = pools.setdefault((player, n_actions, past[player]), [])
        choice = draw(st.integers(0, len(pool))) if pool else 0
        if choice == len(pool):
            pool.append(counts[player])
            counts[player] += 1
        node["player"], node["infoset"] = player, pool[choice]
        for action, child in enumerate(node["children"]):
            own = (*past[player], (pool[choice], action))
            queue.append((child, depth + 1, {**past, player: own}))
    return {"players": [f"player {n + 1}" for n in range(n_players)], "tree": root}
