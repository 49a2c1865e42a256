"""Print the table of the engine's targets: what was asked for, what was measured, how, and whether it was met.

``make bench`` runs it after pytest-benchmark, on the JSON file that that wrote; rows whose benchmark did not run say so.
What no benchmark times is measured here: the reference games, tracing to high rationality, poker, and the peers.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import peers

from detente.game import solve_logit_qre, solve_nash, trace_logit_branch
from detente.game.trees import game_from_tree
from detente.testing.games import kuhn_tree, leduc_tree

REFERENCE = peers.ROOT.parent / "shared" / "data" / "reference_agent_qre.json"
LAMBDAS = [1, 5, 10, 20, 50, 100]
MOST_WALKS = 60_000


class Times:
    """Figures of the benchmarks that ran, by the start of their names."""

    def __init__(self, path):
        file = Path(path)
        held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"benchmarks": []}
        self.found = {item["name"]: item for item in held["benchmarks"]}

    def least(self, name):
        """Return the least seconds of a benchmark, None if it did not run."""
        item = self.found.get(name)
        return None if item is None else item["stats"]["min"]

    def info(self, name, key):
        """Return what a benchmark noted beside its times, None if it did not run."""
        item = self.found.get(name)
        return None if item is None else item["extra_info"][key]


def limit(what, value, bound, unit, how, *, scale=1.0):
    """Return a row for a figure that is to stay below a bound."""
    if value is None:
        return what, f"< {bound:g} {unit}", "not run", how, "-"
    met = "met" if value * scale <= bound else "MISSED"
    return what, f"< {bound:g} {unit}", f"{value * scale:.3g} {unit}", how, met


def reference():
    """Return the row of the reference games."""
    what, target = "reference games, every probability", "1e-8"
    if not REFERENCE.exists():
        return what, target, "not run", "the research data are not beside the checkout", "-"
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
    return what, target, f"{worst:.1e}", how, "met" if worst <= 1e-8 else "MISSED"


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
    shown = (
        f"all, {taken:.2g} s"
        if good.all()
        else f"{', '.join(str(value) for value, fine in zip(LAMBDAS, good, strict=True) if fine)} only"
    )
    how = f"turns {'/'.join(map(str, branch.turns.tolist()))} at {'/'.join(map(str, LAMBDAS))}, up to {MOST_WALKS} walks"
    return (
        f"{size} at lambda 1-100 from one continuation",
        "residual 1e-9",
        shown,
        how,
        "met" if good.all() else "MISSED",
    )


def poker(name, tree, value):
    """Return the row of a poker's value."""
    game = game_from_tree(tree)
    result = solve_nash(
        game.form, payoffs=game.payoffs, chance_probs=game.chance_probs, tolerance=1e-4
    )
    off = abs(float(result.expected_payoffs[0]) - value)
    how = f"{result.iterations} iterations of CFR+, NashConv {result.nash_conv:.1e}"
    return (
        f"{name}, value {value:.8f}",
        "1e-4",
        f"{off:.1e}",
        how,
        "met" if off <= 1e-4 else "MISSED",
    )


def beside():
    """Return rows of the ratios to Gambit and OpenSpiel."""
    least = {("M", "logit"): 10_000.0, ("M", "walk"): 100.0}
    rows = []
    for size, task, one, label, other, ratio, open_end in peers.compare():
        bound = least.get((size, task))
        sign = "> " if open_end else ""
        met = (
            "-"
            if bound is None
            else "met"
            if ratio >= bound
            else "not shown"
            if open_end
            else "MISSED"
        )
        rows.append(
            (
                f"{task} on {size} beside {label}",
                "-" if bound is None else f"{bound:,.0f} times",
                f"{sign}{ratio:,.0f} times",
                f"{one:.3g} s here, {'over ' if open_end else ''}{other:.3g} s there",
                met,
            )
        )
    return rows


def rows_of(times):
    """Return all rows of the table."""
    walk_m, walk_l = "test_one_walk[M]", "test_one_walk[L]"
    ns = "walk_ns_per_node_draw"

    def first_cpu(key):
        value = times.info("test_first_solve", key)
        return "no time" if value is None else f"{value:.2f} s"

    rows = [
        reference(),
        *(traced(size) for size in peers.SIZES),
        limit(
            "one M game, lambda 5",
            times.least("test_one_draw_at_lambda_5[M]"),
            10,
            "ms",
            "one draw, warm, one core",
            scale=1e3,
        ),
        limit(
            "one L game, lambda 5",
            times.least("test_one_draw_at_lambda_5[L]"),
            0.3,
            "s",
            "one draw, warm, one core",
        ),
        limit(
            "1,000 draws of M, lambda 5",
            times.least("test_a_thousand_draws_of_m_at_lambda_5[2]"),
            2,
            "s",
            "two threads",
        ),
    ]
    for size, name in (("M", walk_m), ("L", walk_l)):
        value = times.info(name, ns)
        how = (
            "not run"
            if value is None
            else f"{value:.2f} ns a node and draw; limit: memory + exponentials as measured"
        )
        rows.append(
            limit(
                f"one walk of {size} beside the machine's limit",
                times.info(name, "times_the_sum"),
                2,
                "times",
                how,
            )
        )
    rows += [
        limit(
            "NashConv on L",
            times.least("test_nash_conv[L]"),
            20,
            "ms",
            "uniform strategy",
            scale=1e3,
        ),
        limit("NashConv 1e-3 on M", times.least("test_nash_to_a_thousandth[M]"), 0.1, "s", "CFR+"),
        poker("Kuhn", kuhn_tree(), -1 / 18),
        poker("Leduc", leduc_tree(), -0.085606424),
        limit(
            "million-node tree compiles",
            times.info("test_a_million_nodes", "build_s"),
            5,
            "s",
            "arrays checked, own process",
        ),
        limit(
            "million-node tree solves within",
            times.info("test_a_million_nodes", "peak_mib"),
            2048,
            "MiB",
            "peak of that process",
        ),
        limit(
            "import detente.game",
            times.least("test_import"),
            0.5,
            "s",
            "new process, bytecode kept",
        ),
        limit(
            "first solve, fresh cache",
            times.info("test_first_solve", "fresh_s"),
            15,
            "s",
            f"Kuhn; {first_cpu('fresh_cpu_s')} of processor; import not counted",
        ),
        limit(
            "first solve of a later process",
            times.info("test_first_solve", "after_s"),
            0.2,
            "s",
            f"Kuhn; {first_cpu('after_cpu_s')} of processor; import not counted, bytecode kept",
        ),
    ]
    if peers.PEERS.exists():
        rows += beside()
    else:
        rows.append(
            (
                "Gambit and OpenSpiel",
                "ratios",
                "not run",
                "make peers installs them into .peers",
                "-",
            )
        )
    return rows


def main(path):
    """Print the table."""
    heads = ("what", "target", "measured", "how", "")
    rows = [heads, *rows_of(Times(path))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    print("\n".join(["", lines[0], "-" * len(lines[0]), *lines[1:]]))  # noqa: T201  the command's answer


if __name__ == "__main__":
    main(sys.argv[1])
