"""Print the tables of targets: what was asked for, what was measured, how, and whether it was met.

``make bench`` runs it after pytest-benchmark, on the JSON file that that wrote; rows whose benchmark did not run say so.
What no benchmark times is measured here: the reference games, tracing to high rationality, poker, the peers, and how well
two workers share a run.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import ensemble_efficiency
import numpy as np
import peers
import peers_ensemble

from detente.game import solve_logit_qre, solve_nash, trace_logit_branch
from detente.game.formats.trees import game_from_tree
from detente.testing.games import kuhn_tree, leduc_tree

REFERENCE = peers.ROOT.parent / "shared" / "data" / "reference_agent_qre.json"
LAMBDAS = [1, 5, 10, 20, 50, 100]
MOST_WALKS = 200_000
GAME, GAS, TRADE, ENSEMBLE, ENGINE, FIT = (
    f"benchmarks/test_{part}.py::" for part in ("game", "gas", "trade", "ensemble", "engine", "fit")
)
NOT_RUN, MET, MISSED, NONE = "not run", "met", "MISSED", "-"


class Times:
    """Figures of the benchmarks that ran, by file and name."""

    def __init__(self, path):
        file = Path(path)
        held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"benchmarks": []}
        self.found = {item["fullname"]: item for item in held["benchmarks"]}

    def least(self, name):
        """Return the least seconds of a benchmark, None if it did not run."""
        item = self.found.get(name)
        return None if item is None else item["stats"]["min"]

    def info(self, name, key):
        """Return what a benchmark noted beside its times, None if it did not run."""
        item = self.found.get(name)
        return None if item is None else item["extra_info"].get(key)


def limit(what, value, bound, unit, how, *, scale=1.0):
    """Return a row for a figure that is to stay below a bound."""
    if value is None:
        return what, f"< {bound:g} {unit}", NOT_RUN, how, NONE
    met = MET if value * scale <= bound else MISSED
    return what, f"< {bound:g} {unit}", f"{value * scale:.3g} {unit}", how, met


def reference():
    """Return the row of the reference games."""
    what, target = "reference games, every probability", "1e-8"
    if not REFERENCE.exists():
        return what, target, NOT_RUN, "the research data are not beside the checkout", NONE
    worst, count = 0.0, 0
    games = json.loads(REFERENCE.read_text(encoding="utf-8"))["games"]
    for item in games:
        game = game_from_tree(item)
        numbers = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
        keys = {}
        for which, player in enumerate(game.form.info_set_player.tolist()):
            span = slice(game.form.action_offset[which], game.form.action_offset[which + 1])
            keys[game.form.player_label[player], game.form.info_set_label[which]] = span
        for point in item["qre"]:
            answer = solve_logit_qre(game.form, point["lam"], **numbers).strategy[:, 0]
            count += 1
            for entry in point["profile"]:
                span = keys[entry["player"], str(entry["infoset"])]
                worst = max(worst, float(np.abs(answer[span] - entry["probs"]).max()))
    how = f"{len(games)} games, {count} solutions against Gambit 16.7"
    return what, target, f"{worst:.1e}", how, MET if worst <= 1e-8 else MISSED


def traced(size):
    """Return the row of one game's continuation through all values of rationality."""
    game = peers.build(size, zero_sum=False)
    begin = time.perf_counter()
    branch = trace_logit_branch(
        game.form,
        LAMBDAS,
        payoffs=game.payoffs,
        chance_probs=game.chance_probs,
        most_walks=MOST_WALKS,
    )
    taken = time.perf_counter() - begin
    good = branch.residual <= 1e-9
    to = [str(value) for value, fine in zip(LAMBDAS, good, strict=True) if fine]
    shown = "all" if good.all() else f"to {to[-1]} only" if to else "none"
    turns = "/".join(map(str, branch.turns.tolist()))
    how = f"turns {turns}; {int(branch.walks.max()):,} walks of at most {MOST_WALKS:,}"
    if branch.apart.any():
        how += f"; {'/'.join(map(str, branch.apart.tolist()))} folds passed apart"
    return (
        f"{size} at lambda {'/'.join(map(str, LAMBDAS))}, one continuation",
        "residual 1e-9",
        f"{shown}, {seconds(taken)}",
        how,
        MET if good.all() else MISSED,
    )


def poker(name, tree, value):
    """Return the row of a poker's value."""
    game = game_from_tree(tree)
    result = solve_nash(
        game.form, payoffs=game.payoffs, chance_probs=game.chance_probs, tolerance=1e-4
    )
    off = abs(float(result.expected_payoffs[0]) - value)
    how = f"{result.iterations} iterations of CFR+, NashConv {result.nash_conv:.1e}"
    met = MET if off <= 1e-4 else MISSED
    return f"{name}, value {value:.8f}", "1e-4", f"{off:.1e}", how, met


def ratio_row(what, ratio, bound, how, *, open_end=False):
    """Return the row of a ratio to a peer; ``open_end`` if the peer was stopped, so that the ratio is a bound."""
    target = NONE if bound is None else f"> {bound:,.0f} times"
    if open_end:
        met = "met, a bound" if bound and ratio >= bound else "only a bound"
    else:
        met = NONE if bound is None else MET if ratio >= bound else MISSED
    shown = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"
    return what, target, f"{'> ' if open_end else ''}{shown} times", how, met


def beside():
    """Return rows of the ratios to Gambit and OpenSpiel."""
    if not peers.PEERS.exists():
        return [("Gambit and OpenSpiel", "ratios", NOT_RUN, "make peers installs them", NONE)]
    versions = peers.versions()
    least = {("M", "logit"): 10_000.0, ("M", "walk"): 100.0}
    units = {"logit": "one draw", "walk": "a walk", "cfr+": "an iteration", "nash_conv": "NashConv"}
    tasks = {"5": "traced to lambda 5", "cfr+": "an iteration of CFR+", "nash_conv": "NashConv"}
    rows = []
    for size, task, one, peer, other_task, other, ratio, open_end in peers.compare():
        name = f"{'Gambit' if peer == 'gambit' else 'OpenSpiel'} {versions[peer]}"
        how = f"{units[task]} {seconds(one)}; {tasks[other_task]} {'over ' if open_end else ''}{seconds(other)}"
        what = f"{size}, {'lambda 5' if task == 'logit' else task} beside {name}"
        if ratio != ratio:  # noqa: PLR0124  NaN: the peer failed
            rows.append((what, NONE, "the peer failed", how, NONE))
            continue
        rows.append(ratio_row(what, ratio, least.get((size, task)), how, open_end=open_end))
    return rows


def seconds(value):
    """Return a time with its unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e3)):
        if value * scale >= 1.0:
            return f"{value * scale:.3g} {unit}"
    return f"{value * 1e6:.3g} us"


def engine(times):
    """Return the rows of the game engine."""
    first, million = f"{GAME}test_first_solve", f"{GAME}test_a_million_nodes"

    def cpu(key):
        value = times.info(first, key)
        return "no time" if value is None else f"{value:.2f} s"

    def walk(size):
        name = f"{GAME}test_one_walk[{size}]"
        value = times.info(name, "walk_ns_per_node_draw")
        how = "limit: the larger of memory and exponentials"
        if value is not None:
            both = times.info(name, "times_the_sum")
            how = f"{value:.2f} ns; {how}; {both:.2g} times their sum"
        what = f"one walk of {size}, per node and draw"
        return limit(what, times.info(name, "times_the_larger_limit"), 2, "times the limit", how)

    one, batch = f"{GAME}test_one_draw_at_lambda_5", f"{GAME}test_a_thousand_draws_of_m_at_lambda_5"
    single = times.least(f"{batch}[1]")
    alone = "" if single is None else f"; one thread {single:.2g} s"
    warm = "one draw, warm, one core"
    return [
        reference(),
        *(traced(size) for size in peers.SIZES),
        limit("M, lambda 5", times.least(f"{one}[M]"), 10, "ms", warm, scale=1e3),
        limit("L, lambda 5", times.least(f"{one}[L]"), 300, "ms", warm, scale=1e3),
        limit(
            "1,000 draws of M, lambda 5", times.least(f"{batch}[2]"), 2, "s", f"two threads{alone}"
        ),
        walk("M"),
        walk("L"),
        limit(
            "NashConv on L",
            times.least(f"{GAME}test_nash_conv[L]"),
            20,
            "ms",
            "uniform strategy",
            scale=1e3,
        ),
        limit(
            "NashConv 1e-3 on M",
            times.least(f"{GAME}test_nash_to_a_thousandth[M]"),
            100,
            "ms",
            "CFR+",
            scale=1e3,
        ),
        poker("Kuhn", kuhn_tree(), -1 / 18),
        poker("Leduc", leduc_tree(), -0.085606424),
        limit("1.1 million nodes compile", times.info(million, "build_s"), 5, "s", "own process"),
        limit(
            "1.1 million nodes solve within",
            times.info(million, "peak_mib"),
            2048,
            "MiB",
            "peak of that process",
        ),
        limit(
            "import detente.game",
            times.least(f"{GAME}test_import"),
            0.5,
            "s",
            "new process, bytecode kept",
        ),
        limit(
            "first solve, fresh cache",
            times.info(first, "fresh_s"),
            15,
            "s",
            f"Kuhn; {cpu('fresh_cpu_s')} of processor; import not counted",
        ),
        limit(
            "first solve of a later process",
            times.info(first, "after_s"),
            0.2,
            "s",
            f"Kuhn; {cpu('after_cpu_s')} of processor; import not counted",
        ),
        *beside(),
    ]


def mechanisms(times):
    """Return the rows of sanctions and energy."""
    draws = times.least(f"{TRADE}test_draws")
    return [
        limit(
            "hat algebra, 27 x 14, cold", times.least(f"{TRADE}test_cold"), 500, "ms",
            "one scenario", scale=1e3,
        ),
        limit(
            "hat algebra, 27 x 14, warm-started", times.least(f"{TRADE}test_warm"), 50, "ms",
            "elasticity 5.2 from 5", scale=1e3,
        ),
        limit(
            "1,000 draws of elasticities", draws, 30, "s",
            "five times 200 draws", scale=5.0,
        ),
        limit(
            "one yearly gas programme", times.least(f"{GAS}test_reference_year"), 200, "ms",
            "the reference crisis, its tables read too", scale=1e3,
        ),
        limit(
            "the same, 30 nodes x 12 months", times.least(f"{GAS}test_cold[30 nodes x 12 months]"),
            200, "ms", "cold", scale=1e3,
        ),
    ]  # fmt: skip


def estimation(times):
    """Return the rows of estimation."""
    published = f"{FIT}test_published_data"
    return [
        limit(
            "egame12, 7,240 rows, 19 coefficients", times.least(f"{FIT}test_egame12_on_7240_rows"),
            1, "s", "made-up data, four starts, read from the file",
        ),
        limit(
            "the same, currency attacks",
            times.least(f"{published}[egame12-leblang2003.csv-currency-attacks.yaml]"),
            1, "s", "research data",
        ),
        limit(
            "signalling, CMLE, 418 dyads", times.least(f"{FIT}test_signalling_of_418_dyads"),
            20, "s", "made-up data, 8 coefficients, four starts",
        ),
        limit(
            "the same, sanctions",
            times.least(f"{published}[signalling-sanctions_signalling.csv-sanctions.yaml]"),
            20, "s", "research data, 20 coefficients; published: 243 s",
        ),
        limit(
            "a game of 60 decision nodes, 1,000 rows",
            times.least(f"{FIT}test_a_game_of_60_nodes_on_1000_rows"),
            30, "s", "hidden types, 8 coefficients, two starts",
        ),
    ]  # fmt: skip


def analyses(times):
    """Return the rows of runs and analyses."""
    rows = [
        limit(
            "PRIM, 10,000 x 20",
            times.least(f"{ENSEMBLE}test_prim"),
            0.3,
            "CPU-s",
            "all boxes of one search",
        ),
        limit(
            "Sobol' indices, 2^14 x 20",
            times.least(f"{ENSEMBLE}test_sobol_indices"),
            0.3,
            "CPU-s",
            "first and total",
        ),
        *(
            limit(
                f"engine.solve({policy!r}, draws=256)",
                times.least(f"{ENGINE}test_solve_after_one_changed_quantity[{policy}]"),
                0.3,
                "CPU-s",
                "one metric after one changed quantity, ukraine-2022",
            )
            for policy in ("as_announced", "dual_track", "free")
        ),
    ]
    rows.append(shared())
    what, target = "runs per CPU-second beside", f"> {peers_ensemble.TARGET} times"
    if not peers.PEERS.exists():
        return [*rows, (what, target, NOT_RUN, "make peers installs them", NONE)]
    _, mine, found = peers_ensemble.compare()
    for label, taken, note in found:
        if taken is None:
            rows.append((f"{what} {label}", target, NOT_RUN, note[:60], NONE))
            continue
        how = f"{seconds(mine)} here, {seconds(taken)} there; answers differ by {note:.0e}"
        rows.append(ratio_row(f"{what} {label}", taken / mine, float(peers_ensemble.TARGET), how))
    return rows


def shared():
    """Return the row of a run that two workers share."""
    what, target = "a run on two workers", "> 90%"
    try:
        ratios, work = ensemble_efficiency.compare(str(ensemble_efficiency.TEMPLATE), 2048, 3)
    except RuntimeError as error:
        return what, target, NOT_RUN, str(error)[:100], NONE
    share = statistics.median(ratios)
    pairs = ", ".join(f"{item:.0%}" for item in ratios)
    how = f"against two runs of one thread; pairs {pairs}; CPU time per case {statistics.median(work):.2f} times"
    return what, target, f"{share:.0%}", how, MET if share >= 0.9 else MISSED


def show(title, rows):
    """Return the lines of a table."""
    heads = ("what", "target", "measured", "how", "")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(5)]

    def line(row):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        return "  ".join([cells[0], cells[1], cells[2], cells[4], cells[3]]).rstrip()

    return ["", title, line(heads), "-" * (sum(widths[:3]) + widths[4] + 12), *map(line, rows)]


def main(path):
    """Print the tables, each when it is ready."""
    times = Times(path)
    parts = {
        "The game engine": engine,
        "Sanctions and energy": mechanisms,
        "Runs and analyses": analyses,
        "Estimation": estimation,
    }
    for title, rows_of in parts.items():
        print("\n".join(show(title, rows_of(times))), flush=True)  # noqa: T201  the command's answer


if __name__ == "__main__":
    main(sys.argv[1])
