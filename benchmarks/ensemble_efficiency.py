"""Parallel efficiency of a run on two workers, on a machine that may be busy with other work.

    python benchmarks/ensemble_efficiency.py [CRISIS] [DRAWS] [PAIRS]

One process with two workers is paired with two processes of one worker each, which share the same draws out and start
together: these cannot hinder each other, so that they are what perfect parallel work gets from the machine in that minute.
The efficiency is the wall time of the latter over that of the former; both compete with other work by two threads, so
that a busy machine slows both alike. The order alternates, and the median of the pairs is given with all of them. The
CPU time of either side shows what two workers cost in extra work. Clocks run from the first finished shard, after trees
are compiled, which each process does for itself; of 64 shards this is good to about one per cent.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import detente.crisis

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
CHILD = """
import json, sys, time
from detente.crisis import load_crisis
from detente.ensemble import run_ensemble
name, folder, draws, workers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
crisis = load_crisis(name)
run_ensemble(crisis, folder=folder + "-warm", n_draws=64, workers=workers)
print("ready", flush=True)
sys.stdin.readline()
clocks = []
def note(done, total):
    clocks.append((time.perf_counter(), time.process_time()))
run_ensemble(crisis, folder=folder, n_draws=draws, workers=workers, shard_draws=64, progress=note)
(wall, cpu), (wall_end, cpu_end) = clocks[1], clocks[-1]  # from the first shard on: compiling is over
print(json.dumps([wall_end - wall, cpu_end - cpu]), flush=True)
"""


def measure(crisis, draws, folder, shares):
    """Run children with these workers side by side; return the longest wall time and the sum of CPU times."""
    children = [
        subprocess.Popen(  # noqa: S603  our own command
            [
                sys.executable,
                "-c",
                CHILD,
                crisis,
                f"{folder}/{place}",
                str(draws // len(shares)),
                str(workers),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for place, workers in enumerate(shares)
    ]
    for child in children:
        child.stdout.readline()
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    found = [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]
    return max(wall for wall, _ in found), sum(cpu for _, cpu in found)


def main():
    """Print the efficiency of each pair and the median."""
    crisis = sys.argv[1] if len(sys.argv) > 1 else str(TEMPLATE)
    draws = int(sys.argv[2]) if len(sys.argv) > 2 else 4096
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    ratios, work = [], []
    for pair in range(pairs):
        taken = {}
        for shares in ((2,), (1, 1)) if pair % 2 else ((1, 1), (2,)):
            with tempfile.TemporaryDirectory() as folder:
                taken[shares] = measure(crisis, draws, folder, shares)
        ratios.append(taken[1, 1][0] / taken[(2,)][0])
        work.append(taken[(2,)][1] / taken[1, 1][1])
    listed = ", ".join(f"{ratio:.0%}" for ratio in ratios)
    print(  # noqa: T201  the command's answer
        f"two workers against two processes, {draws:,} draws of {Path(crisis).name}: efficiency "
        f"{statistics.median(ratios):.0%} (pairs {listed}); CPU time {statistics.median(work):.2f} times"
    )


if __name__ == "__main__":
    main()
