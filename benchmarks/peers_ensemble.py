"""CPU time per solved case of the template crisis: this project beside EMA Workbench and Mesa, in one run.

``make peers`` installs them into an environment of their own, ``make bench`` prints what this finds. What is compared is one
game of the template crisis per run, under the policy ``free``. Our side is the whole way: it draws, prices payoffs from the
mechanisms, solves, measures hundreds of metrics, and writes and seals the shards. The peers are given tree, payoffs and chance
probabilities and have only to solve and to sum one outcome (see ``_ensemble_peer.py``). Their answers are compared with ours,
so that both sides are known to do the same sum.
"""

import itertools
import json
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import detente.crisis
from detente.crisis import load_crisis
from detente.engine import Design
from detente.engine.drawing import draw_quantities
from detente.linking import price
from detente.runs import run_ensemble
from detente.runs.running import make_manifest
from detente.runs.shards import ShardMaker

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".peers" / "bin" / "python"
TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
CASES = 16
OURS = 4096
TARGET = 200
"""Runs per CPU second that were asked for, as a multiple of the peers'."""


def ours(crisis, folder):
    """Return CPU seconds per run: all threads and the system's share count."""
    run_ensemble(crisis, folder=folder / "warm", policies=["free"], n_draws=64, workers=1)
    times = []
    for turn in range(3):
        begin = time.process_time()
        run_ensemble(crisis, folder=folder / str(turn), policies=["free"], n_draws=OURS, workers=1)
        times.append((time.process_time() - begin) / OURS)
    return min(times)


def export(crisis, folder, file):
    """Write the tree, the numbers of some draws and our answers for the peers."""
    with ThreadPoolExecutor(1) as pool:
        maker = ShardMaker(crisis, make_manifest(crisis, ["free"], 64, 1, Design()), pool)
    item = maker.prepared[0]
    tree, form = item.tree, item.form
    values = draw_quantities(crisis, 64, seed=1).as_mapping()
    priced = price(item.pricing, values)
    results = run_ensemble(
        crisis, folder=folder / "expected", policies=["free"], n_draws=64, seed=1
    )
    attack = [place for place, name in enumerate(tree.outcomes) if crisis.outcomes[name].attack]
    chance_nodes = np.flatnonzero((tree.player < 0) & (tree.n_children > 0))
    chance_of_node = np.full(tree.player.size, -1)
    chance_of_node[chance_nodes] = np.asarray(form.chance_offset)[tree.info_set[chance_nodes]]
    np.savez(
        file,
        player=tree.player,
        first_child=tree.first_child,
        n_children=tree.n_children,
        info_set=tree.info_set,
        info_set_player=tree.info_set_player,
        action_offset=tree.action_offset,
        terminal_node=tree.terminal_node,
        payoff_class=tree.payoff_class,
        chance_of_node=chance_of_node,
        payoffs=np.asarray(priced.payoffs).transpose(2, 1, 0)[:CASES],
        chance=np.asarray(priced.chance_probs).T[:CASES],
        rationality=values[crisis.rationality.path][:CASES],
        attack=np.isin(tree.outcome, attack),
        expected=results.values("attack", "free")[:CASES],
    )
    return int(tree.n_nodes)


def compare():
    """Return nodes of the game and CPU seconds per run here, and rows of peer, its seconds, its error or what failed."""
    crisis = load_crisis(TEMPLATE)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mine = ours(crisis, folder)
        file = folder / "game.npz"
        n_nodes = export(crisis, folder, file)
        for peer, style in itertools.product(("ema", "mesa"), ("plain", "numpy")):
            label = f"{'EMA Workbench' if peer == 'ema' else 'Mesa'}, {style}"
            command = [str(PEERS), str(Path(__file__).with_name("_ensemble_peer.py"))]
            command += [peer, style, str(file)]
            done = subprocess.run(  # noqa: S603  our own command
                [*command, str(CASES)], capture_output=True, text=True, check=False
            )
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no word"])[-1]
                rows.append((label, None, last[:120]))
                continue
            found = json.loads(done.stdout.splitlines()[-1])
            rows.append((label, found["seconds"], found["error"]))
    return n_nodes, mine, rows


def main():
    """Print a table: CPU seconds per run, runs per CPU-second, ratio, largest difference of the answers."""
    n_nodes, mine, rows = compare()
    lines = [
        f"one game of the template crisis ({n_nodes:,} nodes) per run, CPU time",
        f"{'detente':30}{mine * 1e3:>10.3f} ms{1 / mine:>12,.0f} per s",
    ]
    for label, seconds, note in rows:
        if seconds is None:
            lines.append(f"{label:30}  not run: {note}")
            continue
        ratio = seconds / mine
        lines.append(
            f"{label:30}{seconds * 1e3:>10.1f} ms{1 / seconds:>12,.1f} per s"
            f"{ratio:>10,.0f}x  {'met' if ratio >= TARGET else 'below'} ({TARGET}x asked for)"
            f"  answers differ by {note:.0e}"
        )
    print("\n".join(lines))  # noqa: T201  the command's answer


if __name__ == "__main__":
    if PEERS.exists():
        main()
    else:
        print("EMA Workbench and Mesa are not installed: make peers does so")  # noqa: T201
