"""Games of unusual shape: many actions, many players. Oracle: theorem, the logit formula and symmetry."""

import numpy as np

from detente.game import (
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
