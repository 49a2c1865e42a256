"""Times of the game engine: solutions, batches, best responses, one walk against the machine's limits, a large tree.

S, M and L are crisis-bargaining games of 60, 2,295 and 49,140 decision nodes. ``extra_info`` says what a figure is per
node and draw, and what was measured beside it.
"""

import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import numba
import numpy as np
import pytest

from detente.game import Menus, equilibrium_sensitivity, nash_conv, solve_logit_qre, solve_nash
from detente.game.formats.trees import game_from_tree
from detente.game.kernels import logit as _kernels
from detente.game.kernels._lanes import exp, fma, load, store
from detente.game.qre._layout import layout_of
from detente.game.qre._tracing import tree_of
from detente.testing.games import bargaining_tree, leduc_tree

SIZES = {"S": (2, 2, 2), "M": (4, 3, 3), "L": (6, 4, 3)}
HERE = Path(__file__).parent


@cache
def game(size, *, zero_sum=False):
    rounds, challenger_types, defender_types = SIZES[size]
    return game_from_tree(
        bargaining_tree(
            rounds=rounds,
            challenger_types=challenger_types,
            defender_types=defender_types,
            zero_sum=zero_sum,
        )
    )


def solve(this, rationality=5.0, **options):
    options = {"payoffs": this.payoffs, "chance_probs": this.chance_probs, **options}
    return solve_logit_qre(this.form, rationality, **options)


@pytest.mark.parametrize("size", ["S", "M", "L"])
def test_one_draw_at_lambda_5(benchmark, size):
    """Targets: M under 10 ms, L under 0.3 s; warm, one core."""
    result = benchmark.pedantic(solve, args=(game(size),), rounds=10, warmup_rounds=1)
    assert result.converged.all()
    benchmark.extra_info |= {"walks": int(result.iterations[0])}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_thousand_draws_of_m_at_lambda_5(benchmark, threads):
    """Target: under 2 s on two cores."""
    this = game("M")
    noise = np.random.default_rng(1).normal(0.0, 0.05, (*this.payoffs.shape, 1000))
    payoffs = this.payoffs[..., None] + noise
    result = benchmark.pedantic(
        solve,
        args=(this,),
        kwargs={"payoffs": payoffs, "threads": threads},
        rounds=3,
        warmup_rounds=1,
    )
    assert result.converged.all()
    walks = int(result.iterations.sum())
    benchmark.extra_info |= {
        "walks_a_draw": walks / 1000,
        "ns_per_walk_node_draw": 1e9 * benchmark.stats["min"] / walks / this.form.n_nodes,
    }


def nests(this, similarity):
    """Menus for all sets of a game: the first option, and a nest of the others."""
    form = this.form
    rows = [slice(*form.action_offset[which : which + 2]) for which in range(form.n_info_sets)]
    lists = {}
    for which, row in enumerate(rows):
        first, *others = form.action_label[row]
        nest = {"nest": "others", "similarity": similarity, "of": others}
        lists[which] = [first, nest]
    return Menus.from_lists(form, lists)


@pytest.mark.parametrize("similarity", [0.2, 0.5])
def test_draws_of_m_with_nests_at_all_sets(benchmark, similarity):
    """Beside it the same draws without: the ratio of times, and that of times a walk (the rest are more walks)."""
    this = game("M")
    noise = np.random.default_rng(1).normal(0.0, 0.05, (*this.payoffs.shape, 64))
    options = {"payoffs": this.payoffs[..., None] + noise}
    menus = nests(this, similarity)
    solve(this, **options, menus=menus)
    plain = solve(this, **options)
    pairs = []
    for _ in range(5):
        start = time.process_time()
        solve(this, **options)
        between = time.process_time()
        solve(this, **options, menus=menus)
        pairs.append((time.process_time() - between) / (between - start))
    result = benchmark.pedantic(solve, args=(this,), kwargs={**options, "menus": menus}, rounds=3)
    assert result.converged.all()
    walks = result.iterations.sum() / plain.iterations.sum()
    ratio = sorted(pairs)[2]
    benchmark.extra_info |= {"times": ratio, "times_a_walk": ratio / walks}


@pytest.mark.parametrize("size", ["M", "L"])
def test_nash_conv(benchmark, size):
    """Target: L under 20 ms."""
    this = game(size)
    sigma = this.form.uniform_strategy()
    benchmark.pedantic(
        nash_conv,
        args=(this.form, sigma, this.payoffs, this.chance_probs),
        rounds=10,
        warmup_rounds=1,
    )


@pytest.mark.parametrize("which", ["M", "M, zero sum", "Leduc"])
def test_nash_to_a_thousandth(benchmark, which):
    """Target: M under 0.1 s."""
    this = game_from_tree(leduc_tree()) if which == "Leduc" else game("M", zero_sum="zero" in which)
    result = benchmark.pedantic(
        solve_nash,
        args=(this.form,),
        kwargs={"payoffs": this.payoffs, "chance_probs": this.chance_probs, "tolerance": 1e-3},
        rounds=5,
        warmup_rounds=1,
    )
    assert result.converged
    benchmark.extra_info |= {"iterations": result.iterations, "nash_conv": result.nash_conv}


def test_sensitivity_to_four_weights_of_m(benchmark):
    this = game("M")
    directions = np.random.default_rng(1).normal(size=(4, *this.payoffs.shape))
    result = benchmark.pedantic(
        equilibrium_sensitivity,
        args=(this.form, solve(this).strategy, 5.0),
        kwargs={
            "payoffs": this.payoffs,
            "directions": directions,
            "chance_probs": this.chance_probs,
        },
        rounds=5,
        warmup_rounds=1,
    )
    assert (result.residual < 1e-8).all()


def test_import(benchmark, tmp_path):
    """Target: under 0.5 s. A Python that imports nothing is timed beside it."""

    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def start(code):
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)  # noqa: S603

    start("pass")
    begin = time.perf_counter()
    start("pass")
    benchmark.extra_info |= {"bare_python_s": time.perf_counter() - begin}
    benchmark.pedantic(start, args=("import detente.game",), rounds=5, warmup_rounds=1)


FIRST = (
    "import time;"
    "from detente.game import read_efg, solve_logit_qre; from detente.game.catalogue import find_game;"
    "g = read_efg(find_game('kuhn1950/poker'));"
    "s, c = time.perf_counter(), time.process_time();"
    "solve_logit_qre(g.form, 1.0, payoffs=g.payoffs, chance_probs=g.chance_probs);"
    "print(time.perf_counter() - s, time.process_time() - c)"
)


def test_first_solve(benchmark, tmp_path):
    """Targets: under 15 s on a fresh cache of compiled code, under 0.2 s after."""

    # bytecode is kept too, as pip keeps it for what it installs
    own = {"NUMBA_CACHE_DIR": str(tmp_path / "numba"), "PYTHONPYCACHEPREFIX": str(tmp_path / "pyc")}
    environment = {**os.environ, **own}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def start():
        done = subprocess.run(  # noqa: S603  our own command
            [sys.executable, "-c", FIRST],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        return [float(figure) for figure in done.stdout.split()]

    fresh, fresh_cpu = benchmark.pedantic(start, rounds=1)
    after, after_cpu = min(start() for _ in range(3))
    benchmark.extra_info |= {
        "fresh_s": fresh,
        "fresh_cpu_s": fresh_cpu,
        "after_s": after,
        "after_cpu_s": after_cpu,
    }


def test_a_million_nodes(benchmark):
    """Targets: compiles in under 5 s, solves within 2 GiB; in a process of its own."""

    def start():
        command = [sys.executable, str(HERE / "_large_tree.py")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        return json.loads(done.stdout)

    report = benchmark.pedantic(start, rounds=1)
    assert report["residual"] <= 1e-9
    benchmark.extra_info |= report


@numba.njit(nogil=True)
def triad(a, b, c):
    """Two rows read and one written a turn: what memory gives at this working set."""
    for r in range(a.shape[0]):
        store(c, r, fma(load(a, r), 3.0, load(b, r)))


@numba.njit(nogil=True)
def exponentials(a, b):
    """One exponential a row: what arithmetic gives, from the nearest cache."""
    for _ in range(100):
        for r in range(a.shape[0]):
            store(b, r, exp(load(a, r)))


@numba.njit(nogil=True)
def gather(cell, value, out):
    """Read the payoffs of both players at every child, in the order of the walk, and do nothing with them."""
    for k in range(cell.size):
        store(out, k & 63, load(value, 2 * cell[k]) + load(value, 2 * cell[k] + 1))


def seconds(function, *arguments, least=0.1):
    """Return the least time of one call, of many."""
    function(*arguments)
    times, begin = [], time.perf_counter()
    while time.perf_counter() - begin < least:
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


def work_of(form):
    """Count what one walk of the accelerated iteration must do, per draw: bytes moved and exponentials.

    Bytes of draws only (the tree's indices serve eight draws at once). An access to an entry counts 8.
    """
    layout = layout_of(form)
    player, n_act = layout.piece[:, 0], layout.piece[:, 2].astype(np.int64)
    nodes = (layout.piece[:, 4] - layout.piece[:, 3]).astype(np.int64)
    decision, active = player >= 0, layout.piece[:, 7] != 0
    cells = nodes * n_act
    inner_cells = layout.node.size - 1
    beliefs = decision & (nodes > 1)
    down = 2 * inner_cells + 6 * n_act[active & decision].sum()
    up = (
        5 * nodes[beliefs].sum()  # largest, weight, division
        + 2 * cells[decision].sum()  # belief and value of the mover
        + 7 * n_act[decision].sum()  # payoffs of actions and choices
        + form.n_players * (cells.sum() + nodes.sum())  # values of nodes
    )
    exponentials = nodes[beliefs].sum() + n_act[decision].sum() + n_act[active & decision].sum()
    return 8.0 * (down + up), float(exponentials)


@pytest.mark.parametrize("size", ["M", "L"])
def test_one_walk(benchmark, size):
    """Target: within twice the limit that memory or arithmetic sets, both measured here."""
    this, lanes = game(size), _kernels.LANES
    form, layout = this.form, layout_of(this.form)
    inner, classes = layout.node.size, layout.payoff_class.size

    def rows(count):
        flat = np.zeros(count * lanes + 8)
        shift = (-flat.ctypes.data % 64) // 8
        return flat[shift : shift + count * lanes].reshape(count, lanes)

    block = _kernels.Block(
        lam=rows(form.n_players),
        chance=rows(form.n_branches),
        log_chance=rows(form.n_branches),
        value=rows((inner + classes) * form.n_players),
        reach=rows(inner),
        belief=rows(inner),
        sigma_in=rows(form.n_actions),
        sigma=rows(form.n_actions),
        out=rows(form.n_actions),
    )
    block.lam[:] = 5.0
    block.chance[:] = this.chance_probs[:, None]
    block.log_chance[:] = np.log(block.chance)
    tail = block.value[inner * form.n_players :].reshape(classes, form.n_players, lanes)
    tail[:] = this.payoffs[layout.payoff_class][:, :, None]
    point, change = rows(form.n_actions), rows(1)
    arguments = (tree_of(form, _kernels), block, point, False, change)
    walk = seconds(_kernels.walk, *arguments)
    benchmark.pedantic(_kernels.walk, args=arguments, rounds=50, warmup_rounds=3)
    moved, exps = work_of(form)
    held = sum(array.nbytes for array in block)
    length = max(held // (3 * 64), 8)
    one, two, three = rows(length), rows(length), rows(length)
    gb_s = 3.0 * 64 * length / seconds(triad, one, two, three) / 1e9
    small, image = rows(64), rows(64)
    exp_ns = 1e9 * seconds(exponentials, small, image) / (100 * 64 * lanes)
    gather_s = seconds(gather, layout.cell, block.value, image)
    memory_s, arithmetic_s = moved * lanes / gb_s / 1e9, exps * lanes * exp_ns / 1e9
    per = 1e9 / (form.n_nodes * lanes)
    benchmark.extra_info |= {
        "nodes": form.n_nodes,
        "working_set_kib": held / 1024,
        "bytes_per_node_draw": moved / form.n_nodes,
        "exps_per_node_draw": exps / form.n_nodes,
        "triad_gb_s": gb_s,
        "exp_ns": exp_ns,
        "walk_ns_per_node_draw": walk * per,
        "memory_ns_per_node_draw": memory_s * per,
        "gather_ns_per_node_draw": gather_s * per,
        "exp_ns_per_node_draw": arithmetic_s * per,
        "times_the_larger_limit": walk / max(memory_s, arithmetic_s),
        "times_the_sum": walk / (memory_s + arithmetic_s),
    }
