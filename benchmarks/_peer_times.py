"""Run in the environment of the peers: time one task of one of them on a game file; print JSON."""

import json
import sys
import time
from pathlib import Path


def timed(function, *arguments, rounds=3):
    """Return the least processor time of some calls."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        function(*arguments)
        times.append(time.process_time() - begin)
    return min(times)


def openspiel(path, task):
    """Time an iteration of CFR+ or NashConv of the uniform strategy, both in C++."""
    import pyspiel  # noqa: PLC0415  there in one environment only

    game = pyspiel.load_efg_game(Path(path).read_text(encoding="utf-8"))
    if task == "cfr+":
        return timed(pyspiel.CFRPlusSolver(game).evaluate_and_update_policy)
    return timed(pyspiel.nash_conv, game, pyspiel.UniformRandomPolicy(game))


def gambit(path, rationality):
    """Time the tracing of agent quantal response equilibria up to a rationality."""
    import pygambit  # noqa: PLC0415  there in one environment only

    game = pygambit.read_efg(path)
    trace = pygambit.qre.logit_solve_lambda
    return timed(lambda: trace(game, [float(rationality)], use_strategic=False), rounds=1)


if __name__ == "__main__":
    peer, file, what = sys.argv[1:]
    print(json.dumps((openspiel if peer == "openspiel" else gambit)(file, what)))  # noqa: T201
