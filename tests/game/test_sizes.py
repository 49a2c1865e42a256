"""Games of unusual shape: many actions, many players. Oracle: theorem, the logit formula and symmetry."""

import numpy as np

from detente.game import (
    ExtensiveForm,
    GameBuilder,
    nash_conv,
    parse_efg,
    solve_logit_qre,
    trace_logit_branch,
    write_efg,
)


def test_a_thousand_actions_are_one_softmax():
    payoffs = np.random.default_rng(1).normal(size=1000)
    builder = GameBuilder(["chooser"])
    names = [f"a{number}" for number in range(1000)]
    root = builder.decision(None, player="chooser", info_set="pick", actions=names)
    for name, value in zip(names, payoffs, strict=True):
        builder.terminal((root, name), payoffs=[value])
    game = builder.build()
    weight = np.exp(3.0 * payoffs)
    for this in (game, parse_efg(write_efg(game))):
        result = solve_logit_qre(this.form, 3.0, payoffs=this.payoffs)
        np.testing.assert_allclose(result.strategy[:, 0], weight / weight.sum(), rtol=1e-12)


def test_a_thousand_actions_against_an_unseen_reply():
    """A guessing game of a thousand numbers: by symmetry everybody stays even."""
    count = 1000
    builder = GameBuilder(["hider", "seeker"])
    names = [str(number) for number in range(count)]
    root = builder.decision(None, player="hider", info_set="hide", actions=names)
    for number, name in enumerate(names):
        guess = builder.decision(
            (root, name), player="seeker", info_set="seek", actions=["low", "high"]
        )
        found = number >= count // 2
        builder.terminal((guess, "low"), payoffs=[float(found), float(not found)])
        builder.terminal((guess, "high"), payoffs=[float(not found), float(found)])
    game = builder.build()
    result = solve_logit_qre(game.form, 4.0, payoffs=game.payoffs)
    assert result.converged.all()
    np.testing.assert_allclose(result.strategy[:count, 0], 1.0 / count, rtol=1e-9)
    np.testing.assert_allclose(result.strategy[count:, 0], 0.5, atol=1e-9)


def test_two_hundred_players_pass_a_parcel():
    """Each of 200 may stop and pay the next one, or pass on. Perfect information: solved backwards by hand."""
    count, rate = 200, 2.0
    players = [f"player {number}" for number in range(count)]
    builder = GameBuilder(players)
    place = None
    for number, player in enumerate(players):
        node = builder.decision(place, player=player, info_set=player, actions=["stop", "pass"])
        pays = np.zeros(count)
        pays[number], pays[(number + 1) % count] = 1.0, 2.0
        builder.terminal((node, "stop"), payoffs=pays.tolist())
        place = (node, "pass")
    builder.terminal(place, payoffs=[0.5] * count)
    game = builder.build()
    result = solve_logit_qre(game.form, rate, payoffs=game.payoffs)
    value = np.full(count, 0.5)
    for number in range(count - 1, -1, -1):
        pays = np.zeros(count)
        pays[number], pays[(number + 1) % count] = 1.0, 2.0
        stop = 1.0 / (1.0 + np.exp(rate * (value[number] - 1.0)))
        value = stop * pays + (1.0 - stop) * value
        np.testing.assert_allclose(result.strategy[2 * number, 0], stop, rtol=1e-10)
    np.testing.assert_allclose(result.expected_payoffs[:, 0], value, atol=1e-12)
    assert nash_conv(game.form, result.strategy, game.payoffs)[0] > 0.0
    branch = trace_logit_branch(game.form, [rate], payoffs=game.payoffs)
    np.testing.assert_allclose(branch.strategy, result.strategy, atol=1e-12)


def tree_of(player, parent, info_set, info_set_player, action_offset, **more):
    """A form from its nodes in breadth-first order, each terminal node with payoffs of its own."""
    player, parent = np.asarray(player), np.asarray(parent)
    n_children = np.bincount(parent[1:], minlength=player.size)
    first_child = np.zeros(player.size, dtype=int)
    inner = np.flatnonzero(n_children)
    first_child[inner] = 1 + np.searchsorted(parent[1:], inner)
    ends = np.flatnonzero(player == -2)
    return ExtensiveForm.from_arrays(
        player=player,
        first_child=first_child,
        n_children=n_children,
        info_set=info_set,
        info_set_player=info_set_player,
        action_offset=action_offset,
        chance_offset=more.get("chance_offset", [0]),
        terminal_node=ends,
        payoff_class=np.arange(ends.size),
        n_players=2,
    )


def test_a_tree_two_thousand_moves_deep():
    """Two players take turns to stop or go on. Perfect information: solved backwards by hand."""
    depth, rate = 2000, 1.5
    player, parent, info_set, now = [0], [-1], [0], 0
    for level in range(1, depth + 1):
        goes_on = level < depth
        player += [-2, level % 2 if goes_on else -2]
        parent += [now, now]
        info_set += [-1, level if goes_on else -1]
        now = len(player) - 1
    form = tree_of(player, parent, info_set, np.arange(depth) % 2, 2 * np.arange(depth + 1))
    payoffs = np.random.default_rng(4).normal(size=(depth + 1, 2))
    result = solve_logit_qre(form, rate, payoffs=payoffs)
    value = payoffs[-1]
    for level in range(depth - 1, -1, -1):
        mover = level % 2
        stop = 1.0 / (1.0 + np.exp(rate * (value[mover] - payoffs[level, mover])))
        np.testing.assert_allclose(result.strategy[2 * level, 0], stop, rtol=1e-10)
        value = stop * payoffs[level] + (1.0 - stop) * value
    np.testing.assert_allclose(result.expected_payoffs[:, 0], value, atol=1e-12)
    assert nash_conv(form, result.strategy, payoffs)[0] > 0.0


def test_a_set_of_a_hundred_thousand_nodes():
    """One choice under uncertainty among as many states: the logit formula of the mean payoffs, by hand."""
    count = 100_000
    player = np.concatenate([[-1], np.zeros(count), np.full(2 * count, -2)]).astype(int)
    parent = np.concatenate([[-1], np.zeros(count), np.repeat(np.arange(1, count + 1), 2)])
    info_set = np.concatenate([np.zeros(count + 1), np.full(2 * count, -1)]).astype(int)
    form = tree_of(player, parent.astype(int), info_set, [0], [0, 2], chance_offset=[0, count])
    rng = np.random.default_rng(5)
    chance = rng.dirichlet(np.ones(count))
    payoffs = rng.normal(size=(2 * count, 2))
    result = solve_logit_qre(form, 3.0, payoffs=payoffs, chance_probs=chance)
    means = chance @ payoffs[:, 0].reshape(count, 2)
    np.testing.assert_allclose(
        result.strategy[0, 0], 1.0 / (1.0 + np.exp(3.0 * (means[1] - means[0]))), rtol=1e-11
    )


def test_many_sets_that_lie_above_and_below_each_other():
    """Five hundred copies of a game of two such sets, by a draw of chance: each is played as one alone. Theorem."""

    def copies(count):
        pairs = np.arange(count)
        heads, tails = 1 + 2 * pairs, 2 + 2 * pairs
        one, two = 2 * pairs, 2 * pairs + 1
        level = np.stack(
            [np.full(count, 1), np.full(count, -2), np.zeros(count), np.full(count, -2)], 1
        )
        sets = np.stack([two, np.full(count, -1), one, np.full(count, -1)], 1)
        below = 1 + 2 * count + np.arange(0, 4 * count, 2)
        player = [-1, *np.tile([0, 1], count), *level.ravel().astype(int), *np.full(4 * count, -2)]
        parent = [-1, *np.zeros(2 * count, int), *np.stack([heads, heads, tails, tails], 1).ravel()]
        parent += np.repeat(below, 2).tolist()
        info_set = [0, *np.stack([one, two], 1).ravel(), *sets.ravel(), *np.full(4 * count, -1)]
        form = tree_of(
            player, parent, info_set, np.tile([0, 1], count), 2 * np.arange(2 * count + 1),
            chance_offset=[0, 2 * count],
        )  # fmt: skip
        few = np.random.default_rng(6).normal(size=(6, 2))
        # terminal nodes: two for each pair on the middle level, then four for each pair
        payoffs = np.concatenate([np.tile(few[:2], (count, 1)), np.tile(few[2:], (count, 1))])
        chance = np.full(2 * count, 0.5 / count)
        return solve_logit_qre(form, 1.0, payoffs=payoffs, chance_probs=chance)

    alone, many = copies(1), copies(500)
    assert alone.converged.all()
    assert many.converged.all()
    np.testing.assert_allclose(many.strategy, np.tile(alone.strategy, (500, 1)), atol=1e-8)
