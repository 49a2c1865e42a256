"""Parallel efficiency of a run on two workers, on a machine that may be busy with other work.

    python benchmarks/ensemble_efficiency.py [CRISIS] [DRAWS] [PAIRS] [EXECUTOR]

EXECUTOR is processes (the default) or threads. One run with two workers is paired with two runs of one thread each, which
share the same draws out and start together: these cannot hinder each other, so that they are what perfect parallel work gets
from the machine in that minute. The efficiency is the cases per second of the former over those of the latter together; both
compete with other work by two threads, so that a busy machine slows both alike. The order alternates, and the median of the
pairs is given with all of them. CPU time per case, that of worker processes included (on Linux), shows what two workers cost
in extra work: it does not depend on how busy the machine is. Clocks run from a quarter of the run on, when every worker has
compiled its trees.
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
import json, multiprocessing, os, sys, time
from detente.crisis import load_crisis
from detente.runs import run_ensemble

def cpu():
    ticks = 0
    for child in multiprocessing.active_children():
        with open(f"/proc/{child.pid}/stat") as stream:
            ticks += sum(map(int, stream.read().rpartition(")")[2].split()[11:13]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

def main():
    name, folder, draws, workers, executor = *sys.argv[1:3], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    crisis = load_crisis(name)
    run_ensemble(crisis, folder=folder + "-warm", n_draws=64, workers=1)
    print("ready", flush=True)
    sys.stdin.readline()
    clocks = []
    def note(done, total):
        clocks.append((time.perf_counter(), cpu(), done))
    run_ensemble(
        crisis, folder=folder, n_draws=draws, workers=workers, shard_draws=64, progress=note, executor=executor
    )
    (wall, work, done), (wall_end, work_end, done_end) = clocks[len(clocks) // 4], clocks[-1]
    print(json.dumps([(done_end - done) / (wall_end - wall), (work_end - work) / (done_end - done)]), flush=True)

if __name__ == "__main__":
    main()
"""


def measure(crisis, draws, folder, shares, executor):
    """Run children with these workers side by side; return their cases per second together, and CPU seconds per case."""
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
                executor if workers > 1 else "threads",
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
    said = [child.communicate()[0] for child in children]
    if any(child.returncode for child in children):
        message = "a run failed, as it says above"
        raise RuntimeError(message)
    found = [json.loads(text.splitlines()[-1]) for text in said]
    return sum(rate for rate, _ in found), statistics.mean(cpu for _, cpu in found)


def compare(crisis, draws, pairs, executor="processes"):
    """Return the efficiency of each pair of runs, and the CPU time per case of two workers over that of one thread."""
    ratios, work = [], []
    for pair in range(pairs):
        taken = {}
        for shares in ((2,), (1, 1)) if pair % 2 else ((1, 1), (2,)):
            with tempfile.TemporaryDirectory() as folder:
                taken[shares] = measure(crisis, draws, folder, shares, executor)
        ratios.append(taken[(2,)][0] / taken[1, 1][0])
        work.append(taken[(2,)][1] / taken[1, 1][1])
    return ratios, work


def main():
    """Print the efficiency of each pair and the median."""
    crisis = sys.argv[1] if len(sys.argv) > 1 else str(TEMPLATE)
    draws = int(sys.argv[2]) if len(sys.argv) > 2 else 4096
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    executor = sys.argv[4] if len(sys.argv) > 4 else "processes"
    ratios, work = compare(crisis, draws, pairs, executor)
    listed = ", ".join(f"{ratio:.0%}" for ratio in ratios)
    print(  # noqa: T201  the command's answer
        f"two workers ({executor}) against two runs of one thread, {draws:,} draws of {Path(crisis).name}: efficiency "
        f"{statistics.median(ratios):.0%} (pairs {listed}); CPU time per case {statistics.median(work):.2f} times"
    )


if __name__ == "__main__":
    main()
