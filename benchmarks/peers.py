"""Time the game engine beside Gambit and OpenSpiel on the same files, in one run; print the ratios.

All times are processor time of one thread, so that other work on the machine bears little on the ratios.

The peers live in an environment of their own, which ``make peers`` installs; ``make bench`` does both.
"""

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from detente.game import nash_conv, solve_logit_qre, solve_nash
from detente.game.formats.efg import efg_file_of
from detente.game.formats.efg_text import format_efg_file
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".peers" / "bin" / "python"
SIZES = {"S": (2, 2, 2), "M": (4, 3, 3), "L": (6, 4, 3)}
PATIENCE_S = 30.0
DRAWS = 64


def build(size, *, zero_sum):
    """Return the bargaining game of a size."""
    rounds, challenger_types, defender_types = SIZES[size]
    tree = bargaining_tree(
        rounds=rounds,
        challenger_types=challenger_types,
        defender_types=defender_types,
        zero_sum=zero_sum,
    )
    return game_from_tree(tree)


def least(function, rounds=3):
    """Return the least processor time of some calls after a first one."""
    function()
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        function()
        times.append(time.process_time() - begin)
    return min(times)


def ours(game, task):
    """Return the seconds of one unit of a task."""
    numbers = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
    if task == "cfr+":
        rounds = 200  # a tolerance below zero is never met
        run = lambda: solve_nash(game.form, tolerance=-1.0, most_iterations=rounds, **numbers)  # noqa: E731
        return least(run) / rounds
    if task == "nash_conv":
        even = game.form.uniform_strategy()
        return least(lambda: nash_conv(game.form, even, game.payoffs, game.chance_probs))
    numbers["payoffs"] = np.repeat(game.payoffs[:, :, None], DRAWS, axis=2)
    result = solve_logit_qre(game.form, 5.0, **numbers)
    taken = least(lambda: solve_logit_qre(game.form, 5.0, **numbers))
    return taken / (DRAWS if task == "logit" else float(result.iterations.sum()))


def theirs(peer, file, task):
    """Return the peer's seconds and whether it was stopped after them; NaN if it failed."""
    command = [str(PEERS), str(Path(__file__).with_name("_peer_times.py")), peer, str(file), task]
    before = spent_by_children()
    try:
        done = subprocess.run(  # noqa: S603  our own command
            command, check=True, capture_output=True, text=True, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return spent_by_children() - before, True
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stderr)
        return math.nan, False
    return float(json.loads(done.stdout.splitlines()[-1])), False


def spent_by_children():
    """Return the processor time of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare():
    """Yield size, our task, our seconds, the peer, its task, its seconds, the ratio, and whether the peer did not end."""
    tasks = [
        ("S", False, "logit", "gambit", "5"),
        ("M", False, "logit", "gambit", "5"),
        ("M", True, "walk", "openspiel", "cfr+"),
        ("M", True, "cfr+", "openspiel", "cfr+"),
        ("M", True, "nash_conv", "openspiel", "nash_conv"),
        ("L", True, "nash_conv", "openspiel", "nash_conv"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for size, zero_sum, mine, peer, task in tasks:
            game = build(size, zero_sum=zero_sum)
            file = Path(folder) / f"{size}.efg"
            # OpenSpiel knows no short mentions of what an earlier line describes
            text = format_efg_file(efg_file_of(game), in_full=peer == "openspiel")
            file.write_text(text, encoding="utf-8")
            one = ours(game, mine)
            other, open_end = theirs(peer, file, task)
            yield size, mine, one, peer, task, other, other / one, open_end


def versions():
    """Return the versions of the peers that are installed."""
    code = "import importlib.metadata as m; print(m.version('pygambit'), m.version('open_spiel'))"
    done = subprocess.run([str(PEERS), "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    return dict(zip(("gambit", "openspiel"), done.stdout.split(), strict=True))


def main():
    """Print a table: task, seconds of each, ratio."""
    lines = [f"{'game':5}{'detente':>22}{'peer':>34}{'ratio':>12}"]
    for size, mine, one, peer, task, other, ratio, open_end in compare():
        label = f"{peer} {'lambda 5' if mine == 'logit' else task}"
        shown = f"over {other:.3g} s" if open_end else f"{other:.3g} s"
        times = f"{'> ' if open_end else ''}{ratio:,.0f}"
        lines.append(f"{size:5}{mine:>10}{one:>10.3g} s{label:>22}{shown:>12}{times:>12}")
    print("\n".join(lines))  # noqa: T201  the command's answer


if __name__ == "__main__":
    if not PEERS.exists():
        sys.exit(f"no environment at {PEERS}: make peers")
    main()
