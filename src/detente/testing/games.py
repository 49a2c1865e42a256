"""Hypothesis strategies for games, as the nested trees of :mod:`detente.game.formats.trees`."""

from typing import Any

import hypothesis.strategies as st

__all__ = [
    "bargaining_tree",
    "game_trees",
    "kuhn_tree",
    "leduc_tree",
    "menu_lists",
    "with_menus",
    "with_own_odds",
]


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


@st.composite
def menu_lists(draw: st.DrawFn, options: list[str], *, max_depth: int = 3) -> list[Any]:
    """Draw a menu of these options, each once: nests of any kind down to a depth, weights and similarities."""
    groups: list[list[str]] = [[]]
    for option in draw(st.permutations(options)):
        apart = draw(st.booleans())
        if groups[-1] and apart:
            groups.append([])
        groups[-1].append(option)
    weight = st.sampled_from([0.25, 0.5, 1.0, 1.0, 2.0, 3.0])
    entries: list[Any] = []
    for number, group in enumerate(groups):
        if max_depth == 0 or not draw(st.booleans()):
            entries += [{"option": option, "weight": draw(weight)} for option in group]
            continue
        inner: list[Any] = draw(menu_lists(group, max_depth=max_depth - 1))
        similarity = draw(st.sampled_from([0.0, 0.2, 0.5, 0.8]))
        entries.append(
            {
                "nest": f"nest {number}",
                "similarity": similarity,
                "weight": draw(weight),
                "of": inner,
            }
        )
    return entries


def _inner_nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the nodes of a tree that have children."""
    found, stack = [], [tree]
    while stack:
        node = stack.pop()
        if node.get("children"):
            found.append(node)
            stack.extend(reversed(node["children"]))
    return found


@st.composite
def with_menus(draw: st.DrawFn, games: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """Draw a game and menus for some of its information sets."""
    game = draw(games)
    sets: dict[str, list[str]] = {}
    for node in _inner_nodes(game["tree"]):
        if "player" in node:
            sets[f"{node['player']}:{node['infoset']}"] = node["actions"]
    menus = {key: draw(menu_lists(options)) for key, options in sets.items() if draw(st.booleans())}
    return {**game, "menus": menus}


@st.composite
def with_own_odds(draw: st.DrawFn, games: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """Draw a game and own odds of some players at some of its chance nodes."""
    game = draw(games)
    for node in _inner_nodes(game["tree"]):
        if "chance" not in node:
            continue
        count = len(node["chance"])
        own = {}
        for player in range(len(game["players"])):
            if draw(st.booleans()):
                weights = draw(st.lists(st.integers(1, 4), min_size=count, max_size=count))
                own[str(player)] = [weight / sum(weights) for weight in weights]
        node["own"] = own
    return game


def bargaining_tree(
    *, rounds: int, challenger_types: int, defender_types: int, zero_sum: bool = False
) -> dict[str, Any]:
    """Return a crisis-bargaining game of private resolve and public moves, of any size.

    Each round the challenger waits, probes, attacks or backs down and the defender stands firm, concedes or punishes.
    Decision nodes: ``challenger_types * defender_types * (4 ** rounds - 1)``. With ``zero_sum`` the defender loses
    what the challenger wins.
    """
    sets: dict[tuple[int, int, str], int] = {}

    def set_of(player: int, kind: int, seen: str) -> int:
        mine = sum(key[0] == player for key in sets)
        return sets.setdefault((player, kind, seen), mine)

    def cost(number: int, count: int, low: float) -> float:
        return low if count == 1 else round(low + 0.7 * number / (count - 1), 6)

    def end(mine: float, theirs: float) -> dict[str, Any]:
        return {"payoffs": [mine, -mine if zero_sum else theirs]}

    def play(
        kinds: tuple[int, int], played: int, seen: str, probes: int, punished: int, waits: int
    ) -> dict[str, Any]:
        sunk = 0.03 * probes + 0.12 * punished + 0.02 * waits
        paid = 0.05 * probes + 0.06 * punished
        if played == rounds:
            return end(-0.15 * probes - sunk, -paid)
        number = set_of(0, kinds[0], seen)
        replies = []
        for move in "wp":
            probed, waited = probes + (move == "p"), waits + (move == "w")
            mine = 0.03 * probed + 0.12 * punished + 0.02 * waited
            theirs = 0.05 * probed + 0.06 * punished
            reply = set_of(1, kinds[1], seen + move)
            replies.append(
                {
                    "player": 1,
                    "infoset": reply,
                    "actions": ["firm", "concede", "punish"],
                    "children": [
                        play(kinds, played + 1, seen + move + "f", probed, punished, waited),
                        end(0.7 - mine, -0.8 - theirs),
                        play(kinds, played + 1, seen + move + "x", probed, punished + 1, waited),
                    ],
                }
            )
        odds = 0.6 + 0.04 * probes - 0.05 * punished
        war = end(
            odds - cost(kinds[0], challenger_types, 0.1) - sunk,
            -odds - cost(kinds[1], defender_types, 0.2) - paid,
        )
        back = end(-0.15 * (1 + probes) - sunk, 0.2 - paid)
        return {
            "player": 0,
            "infoset": number,
            "actions": ["wait", "probe", "attack", "back"],
            "children": [*replies, war, back],
        }

    pairs = [(i, j) for i in range(challenger_types) for j in range(defender_types)]
    return {
        "title": f"crisis bargaining, {rounds} rounds",
        "players": ["challenger", "defender"],
        "tree": {
            "chance": [1.0 / len(pairs)] * len(pairs),
            "children": [play(pair, 0, "", 0, 0, 0) for pair in pairs],
        },
    }


def kuhn_tree() -> dict[str, Any]:
    """Return Kuhn's poker: three cards, one each, one bet of one on top of an ante of one; value -1/18."""

    def showdown(mine: int, theirs: int, stake: float) -> dict[str, Any]:
        won = stake if mine > theirs else -stake
        return {"payoffs": [won, -won]}

    def play(mine: int, theirs: int) -> dict[str, Any]:
        def choose(player: int, seen: str, *children: dict[str, Any]) -> dict[str, Any]:
            card = theirs if player else mine
            actions = ["fold", "call"] if seen.endswith("b") else ["check", "bet"]
            return {
                "player": player,
                "infoset": f"{card}{seen}",
                "actions": actions,
                "children": list(children),
            }

        answer = choose(0, "cb", {"payoffs": [-1.0, 1.0]}, showdown(mine, theirs, 2.0))
        checked = choose(1, "c", showdown(mine, theirs, 1.0), answer)
        bet = choose(1, "b", {"payoffs": [1.0, -1.0]}, showdown(mine, theirs, 2.0))
        return choose(0, "", checked, bet)

    deals = [(mine, theirs) for mine in range(3) for theirs in range(3) if mine != theirs]
    return {
        "title": "Kuhn's poker",
        "players": ["first", "second"],
        "tree": {
            "chance": [1.0 / len(deals)] * len(deals),
            "children": [play(*deal) for deal in deals],
        },
    }


def leduc_tree() -> dict[str, Any]:
    """Return Leduc hold'em: two suits of three ranks, an ante of one, two rounds of at most two raises (2, then 4).

    The first player opens both rounds. After the first a public card is dealt; a pair with it wins, then the higher
    card. Suits do not matter, so chance deals ranks. Value -0.085606424 to the first player.
    """
    ranks = range(3)

    def showdown(hands: tuple[int, int], board: int, paid: tuple[int, int]) -> dict[str, Any]:
        strength = [10 * (hand == board) + hand for hand in hands]
        if strength[0] == strength[1]:
            return {"payoffs": [0.0, 0.0]}
        won = float(paid[1] if strength[0] > strength[1] else -paid[0])
        return {"payoffs": [won, -won]}

    def deal_board(hands: tuple[int, int], paid: tuple[int, int], seen: str) -> dict[str, Any]:
        left = [2 - (hands[0] == rank) - (hands[1] == rank) for rank in ranks]
        there = [rank for rank in ranks if left[rank]]
        return {
            "chance": [left[rank] / 4.0 for rank in there],
            "children": [play(hands, rank, paid, f"{seen}/{rank}", 0, 0) for rank in there],
        }

    def play(
        hands: tuple[int, int],
        board: int,
        paid: tuple[int, int],
        seen: str,
        mover: int,
        raises: int,
    ) -> dict[str, Any]:
        """Return what follows where ``mover`` is to act; ``board`` is -1 in the first round."""
        size = 2 if board < 0 else 4
        opened = seen[-1:] not in {"", "0", "1", "2"}
        facing = paid[0] != paid[1]
        level = (max(paid), max(paid))

        def after() -> dict[str, Any]:
            return deal_board(hands, level, seen) if board < 0 else showdown(hands, board, level)

        actions, children = [], []
        if facing:
            lost = float(paid[mover])
            actions.append("fold")
            children.append({"payoffs": [-lost, lost] if mover == 0 else [lost, -lost]})
        actions.append("call")
        children.append(
            after()
            if facing or opened
            else play(hands, board, level, seen + "c", 1 - mover, raises)
        )
        if raises < 2:
            more = [max(paid), max(paid)]
            more[mover] += size
            actions.append("raise")
            children.append(
                play(hands, board, (more[0], more[1]), seen + "r", 1 - mover, raises + 1)
            )
        return {
            "player": mover,
            "infoset": f"{hands[mover]}:{seen}",
            "actions": actions,
            "children": children,
        }

    deals = [(mine, theirs) for mine in ranks for theirs in ranks]
    return {
        "title": "Leduc hold'em",
        "players": ["first", "second"],
        "tree": {
            "chance": [(2.0 if mine == theirs else 4.0) / 30.0 for mine, theirs in deals],
            "children": [play(deal, -1, (1, 1), "", 0, 0) for deal in deals],
        },
    }
