# ruff: noqa: PLC0415  # the peers are there in one environment only
"""Boxes, trees and indices of this project beside those of EMA Workbench, scikit-learn and SALib.

Run it in an environment of its own that holds ``ema_workbench``, ``SALib`` and this package::

    python benchmarks/ensemble_peers.py             # CPU seconds of either side
    python benchmarks/ensemble_peers.py --record    # write tests/analysis/recorded/peers.json anew
    python benchmarks/ensemble_peers.py --published # compare on the tables that the workbench ships (pandas < 3)
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

RECORDED = Path(__file__).parents[1] / "tests" / "analysis" / "recorded" / "peers.json"


def make_table(kind, seed, n_cases=400):
    """A table with a hidden box and five per cent of noise; tests/analysis/test_discovery.py makes the same."""
    rng = np.random.default_rng(seed)
    inputs = {f"x{k}": rng.random(n_cases) for k in range(5)}
    hit = (inputs["x0"] > 0.6) & (inputs["x1"] < 0.5)
    if kind == "mixed":
        inputs["kind"] = np.array(list("abcd"))[rng.integers(0, 4, n_cases)]
        inputs["tied"] = np.round(rng.random(n_cases), 1)
        hit &= inputs["kind"] != "b"
    return inputs, hit ^ (rng.random(n_cases) < 0.05)


def _ema(inputs, hit, objective):
    import pandas as pd
    from ema_workbench.analysis import prim

    chosen = prim.PRIMObjectiveFunctions(objective)
    search = prim.Prim(pd.DataFrame(inputs), hit, threshold=0.1, obj_function=chosen)
    return search.find_box()


def record():
    rows = []
    for kind in ("float", "mixed"):
        for seed in (0, 1, 2):
            for ours, theirs in (
                ("lenient", "lenient1"),
                ("lenient2", "lenient2"),
                ("original", "original"),
            ):
                inputs, hit = make_table(kind, seed)
                box = _ema(inputs, hit, theirs)
                last = {
                    name: sorted(box.box_lim[name][0])
                    if name == "kind"
                    else [float(end) for end in box.box_lim[name]]
                    for name in box.qp[-1]
                }
                quasi = {
                    name: [float(value) for value in ends] for name, ends in box.qp[-1].items()
                }
                rows.append(
                    {
                        "kind": kind,
                        "seed": seed,
                        "objective": ours,
                        "coverage": box.peeling_trajectory.coverage.tolist(),
                        "density": box.peeling_trajectory.density.tolist(),
                        "last": last,
                        "quasi_p": quasi,
                    }
                )
    trees = []
    from sklearn.tree import DecisionTreeClassifier

    for seed in (0, 1, 2):
        inputs, hit = make_table("float", seed)
        points = np.array(list(inputs.values())).T
        tree = DecisionTreeClassifier(min_samples_leaf=20, max_depth=4, random_state=0)
        leaf = tree.fit(points, hit).apply(points)
        sizes = sorted([int((leaf == one).sum()), int(hit[leaf == one].sum())] for one in set(leaf))
        trees.append({"seed": seed, "leaves": sizes})
    RECORDED.write_text(json.dumps({"prim": rows, "cart": trees}, indent=1) + "\n")


def _published():
    """Yield name, inputs and outcome of the tables that the workbench ships with its examples."""
    import ema_workbench
    import pandas as pd

    folder = Path(ema_workbench.__file__).parent / "examples" / "data"
    table = pd.read_csv(folder / "bryant et al 2010 data.csv", index_col=False)
    yield "Bryant and Lempert (2010)", table.iloc[:, 2:11], table.iloc[:, 15].to_numpy()
    for file in ("1000 flu cases no policy.tar.gz", "1000 flu cases with policies.tar.gz"):
        inputs, outcomes = ema_workbench.load_results(folder / file)
        dead = np.asarray(outcomes["deceased_population_region_1"])[:, -1]
        yield file, inputs, (dead > 1e6).astype(int)
    inputs, outcomes = ema_workbench.load_results(folder / "5000 runs WCM.tar.gz")
    traffic = np.asarray(outcomes["throughput Amsterdam"])
    yield "ports", inputs, (traffic > np.quantile(traffic, 0.9)).astype(int)


def compare_published():
    """Print for each published table how many trajectories agree with the workbench's, box by box."""
    from ema_workbench.analysis import prim

    from detente.analysis.discovery import find_box

    for name, inputs, outcome in _published():
        agree, settings = 0, 0
        for objective in ("lenient1", "lenient2", "original"):
            for alpha, mass in ((0.05, 0.05), (0.1, 0.05), (0.05, 0.1)):
                chosen = prim.PRIMObjectiveFunctions(objective)
                theirs = prim.Prim(
                    inputs,
                    outcome,
                    threshold=0.01,
                    obj_function=chosen,
                    peel_alpha=alpha,
                    mass_min=mass,
                ).find_box()
                ours = find_box(
                    {column: inputs[column].to_numpy() for column in inputs},
                    outcome,
                    objective=objective,
                    peel_alpha=alpha,
                    mass_min=mass,
                )
                pairs = [(box.coverage, box.density) for box in ours.boxes]
                want = theirs.peeling_trajectory[["coverage", "density"]].to_numpy()
                same = len(pairs) == len(want) and np.allclose(pairs, want, rtol=0, atol=1e-12)
                settings, agree = settings + 1, agree + int(same)
        print(f"{name}: {agree} of {settings} trajectories agree")  # noqa: T201


def _cpu(function, repeats=5):
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def measure():
    from SALib.analyze import sobol

    from detente.analysis.discovery import find_box
    from detente.analysis.sensitivity import draw_saltelli, find_sobol_indices

    rng = np.random.default_rng(1)
    inputs = {f"x{k}": rng.random(10_000) for k in range(20)}
    hit = (inputs["x3"] > 0.6) & (inputs["x7"] < 0.5) & (inputs["x11"] > 0.3)
    hit ^= rng.random(10_000) < 0.03
    ours = _cpu(lambda: find_box(inputs, hit).boxes)
    peer = _cpu(lambda: _ema(inputs, hit, "lenient1"), 2)
    print(f"PRIM, 10,000 x 20: {ours:.3f} CPU-s, EMA Workbench {peer:.2f}")  # noqa: T201
    n_base, count = 2**14, 20
    design = draw_saltelli(n_base, count)
    values = design.points @ rng.random(count) + design.points[:, 0] * design.points[:, 1]
    blocks = values.reshape(count + 2, n_base)
    theirs = np.concatenate([blocks[:1], blocks[2:], blocks[1:2]]).T.reshape(-1)
    problem = {"num_vars": count, "names": list(inputs), "bounds": [[0, 1]] * count}
    ours = _cpu(lambda: find_sobol_indices(values, n_inputs=count))
    peer = _cpu(lambda: sobol.analyze(problem, theirs, calc_second_order=False), 2)
    print(f"Sobol', 2**14 x 20, 100 replicates: {ours:.3f} CPU-s, SALib {peer:.2f}")  # noqa: T201


if __name__ == "__main__":
    if "--published" in sys.argv:
        compare_published()
    else:
        record() if "--record" in sys.argv else measure()
