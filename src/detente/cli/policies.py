"""``detente policies``: compare policies of a crisis or a run by several aims, or search combinations of commitments."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

import detente
from detente.cli._options import (
    DRAWS,
    SEARCH,
    SEED,
    SET,
    AllOption,
    CrisisOrRunArgument,
    JsonOption,
    WorkersOption,
    reworded,
)
from detente.cli._output import json_text
from detente.engine import usual
from detente.errors import UsageError

__all__ = ["command"]

DrawsOption = Annotated[int, reworded(DRAWS, help="Draws, if a crisis is solved.", metavar=None)]
SeedOption = Annotated[int, reworded(SEED, metavar=None)]
SetOption = Annotated[list[str] | None, reworded(SET, help="What if, as of detente brief.")]
SearchOption = Annotated[
    bool, reworded(SEARCH, help="Search combinations of commitments.", metavar=None, min=None)
]
AimsOption = Annotated[
    str | None,
    typer.Option(
        "--aims",
        help="Metrics, or sums A+B of some, with :min or :max, separated by commas; by default an attack and the aims of the crisis file, or else the others' payoffs.",
        metavar="A,B:max,...",
    ),
]
SatisfyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--satisfy", help="A limit such as attack<=0.2. May be repeated.", metavar="LIMIT"
    ),
]
PhasesOption = Annotated[
    list[str] | None,
    typer.Option("--phase", help="Search this phase. May be repeated.", metavar="ID"),
]
AdaptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--adapt",
        help="Also try START,SWITCH,SIGNAL: one policy until an instrument is seen, another after. May be repeated.",
        metavar="A,B,C",
    ),
]


def command(
    source: CrisisOrRunArgument,
    *,
    aims: AimsOption = None,
    satisfy: SatisfyOption = None,
    search: SearchOption = False,
    phases: PhasesOption = None,
    adapt: AdaptOption = None,
    draws: DrawsOption = usual.DRAWS_OF_A_COMPARISON,
    seed: SeedOption = usual.SEED,
    assignments: SetOption = None,
    workers: WorkersOption = None,
    show_all: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare policies case by case: outcomes, regret, good-enough shares, the Pareto set.

    A run is read; a crisis is solved at some draws for its policies, for combinations (--search) or for policies that
    adapt to what is seen (--adapt). All policies see the same draws.

    For example:

      detente policies brief/my-crisis --satisfy "attack<=0.2" --satisfy "payoff/west>=-5"

      detente policies my-crisis --search --aims attack,payoff/west:max --draws 512

      detente policies my-crisis --adapt as_is,arm,probe --json
    """
    from detente.analysis.robustness import parse_aims, parse_limits
    from detente.cli._runs import find_run, is_run_place

    limits = parse_limits(satisfy or ())
    wanted = parse_aims(aims) if aims else ()
    if is_run_place(source):
        if search or adapt or assignments:
            message = "a run is read, not solved: it cannot be searched or changed"
            raise UsageError(
                message,
                code="option-invalid",
                at="--search" if search else "--adapt" if adapt else "--set",
                fix="name the crisis instead of a run",
            )
        from detente.analysis.policy_tables import compare_in_run
        from detente.runs import Run

        data = compare_in_run(Run.open(find_run(Path(source))), wanted, limits)
    else:
        from detente.analysis.policy_tables import compare_in_crisis, search_in_crisis
        from detente.cli._crises import parse_assignments

        crisis = detente.load(source, parse_assignments(assignments or ()))
        if search:
            data = search_in_crisis(crisis, wanted, phases, draws, seed, workers)
        else:
            data = compare_in_crisis(crisis, wanted, limits, adapt or (), draws, seed, workers)
    sys.stdout.write(json_text(data) if as_json else _text(data, None if show_all else _ROWS))


_ROWS = 10
"""Rows of a table that are shown unless all are asked for."""

_WIDEST = 60
"""Most characters of a label in a table."""

# --- text ------------------------------------------------------------------------------------------------------------


def _text(data: dict[str, Any], most: int | None) -> str:
    return _search_text(data, most) if "pareto" in data else _compare_text(data, most)


def _more(shown: int, total: int) -> list[str]:
    """Say that not all rows are shown."""
    return [f"  {shown:,} of {total:,} are shown; --all shows all"] if shown < total else []


def _cut(words: str, width: int) -> str:
    """Return words in so many characters; what is cut off is shown by three dots."""
    return words if len(words) <= width else f"{words[: width - 3]}..."


def _head(data: dict[str, Any]) -> list[str]:
    aims = ", ".join(f"{aim['label']} ({aim['better']} is better)" for aim in data["aims"])
    cases = f"{data['draws']:,} {data['cases_are']}, the same under every policy"
    lines = [f"{data['crisis']}: {cases}", aims]
    if data["unconverged"]:
        lines.append(f"{data['unconverged']:,} solutions missed the tolerance; they are kept")
    return [*lines, ""]


def _search_text(data: dict[str, Any], most: int | None) -> str:
    lines = _head(data)
    how = "all solved" if data["exhaustive"] else f"{data['solved']:,} solved, step by step"
    lines += [
        (
            f"{data['combinations']:,} combinations of commitments, {how}: {data['games']:,} different games, "
            f"{data['candidates']:,} candidates at all draws"
        ),
        "No other combination is better in every aim than these (mean, standard error):",
        "",
    ]
    metrics = [aim["metric"] for aim in data["aims"]]
    heads = [aim["label"] for aim in data["aims"]]
    if any(len(head) > 18 for head in heads):
        lines[-1:] = [f"  ({place}) {head}" for place, head in enumerate(heads, 1)] + [""]
        heads = [f"({place})" for place in range(1, len(heads) + 1)]
    lines.append("  ".join(f"{head:>18}" for head in heads) + "  commitments")
    for item in data["pareto"][:most]:
        cells = [item["aims"][metric] for metric in metrics]
        row = "  ".join(f"{cell['mean']:10.4g} ({cell['error']:.2g})".rjust(18) for cell in cells)
        lines.append(f"{row}  {item['label']}")
    lines += _more(len(data["pareto"][:most]), len(data["pareto"]))
    return "\n".join(lines) + "\n"


def _order(metric: str, sign: float) -> Callable[[dict[str, Any]], float]:
    """Return what policies are sorted by: how well they do by an aim, where a chance of none is the least."""
    return lambda item: sign * (item["aims"][metric]["mean"] or 0.0)


def _aim_row(policy: dict[str, Any], cell: dict[str, Any], width: int) -> str:
    """Write how a policy does by one aim; of one that forgoes an attack, whose, in the place of its rank."""
    name = f"{_cut(policy['label'], width):{width}}"
    figures = f"{'excluded':>9} {'':>19} {'':>26}"
    if not cell["excluded"]:
        span = f"{cell['low']:.4g} to {cell['high']:.4g}"
        low, high = cell["change_interval"]
        change = f"{cell['change']:+.3g} ({low:+.3g} to {high:+.3g})"
        figures = f"{cell['mean']:9.4g} {span:>19} {change:>26}"
    if cell["regret_mean"] is None:
        return f"{name} {figures}  by forgoing the attack of {', '.join(policy['forgoes'])}"
    ranks = f"{cell['regret_mean']:8.3g} {cell['regret_max']:8.3g} {cell['best_share']:8.0%}"
    return f"{name} {figures} {ranks}"


def _types_text(policies: list[dict[str, Any]], most: int | None) -> list[str]:
    """Tabulate what each policy does to an attack of each type of the challenger, and the word for it."""
    heads = [f"{item['player']}/{item['type']}" for item in policies[0]["by_type"]]
    lines = [
        f"An attack given the type of the challenger ({', '.join(heads)}): mean, change, share of cases in which it falls / rises, and what that is"
    ]
    for policy in policies[:most]:
        for place, item in enumerate(policy["by_type"]):
            shares = f"{item['share_lower']:4.0%} /{item['share_higher']:4.0%}"
            told = (
                ("base case" if policy is policies[0] else "nothing changes by the rules")
                if item["forced"]
                else f"{item['attack_change'] * 100:+6.1f} points  {shares}  {item['label']}"
            )
            name = policy["label"] if place == 0 else ""
            lines.append(f"  {item['type']:14} {item['attack']:6.1%}  {told:48}  {name}".rstrip())
    return lines + _more(len(policies[:most]), len(policies))


def _compare_text(data: dict[str, Any], most: int | None) -> str:
    lines = _head(data)
    labels = {policy["id"]: policy["label"] for policy in data["policies"]}
    width = min(_WIDEST, max(28, *map(len, labels.values())))
    for aim in data["aims"]:
        metric = aim["metric"]
        lines.append(
            f"{_cut(aim['label'], width):{width}} {'mean':>9} {'5-95% of cases':>19} {'change (90%)':>26} {'regret':>8} {'worst':>8} {'best in':>8}"
        )
        sign = 1.0 if aim["better"] == "less" else -1.0
        ranked = [
            item for item in data["policies"] if item["aims"][metric]["regret_mean"] is not None
        ]
        others = [item for item in data["policies"] if item not in ranked]
        every = [*sorted(ranked, key=_order(metric, sign)), *others]
        lines += [_aim_row(policy, policy["aims"][metric], width) for policy in every[:most]]
        lines += _more(len(every[:most]), len(every))
        lines.append("")
    if data["limits"]:
        what = " and ".join(
            f"{item['metric']} {item['side']} {item['at']:g}" for item in data["limits"]
        )
        lines.append(f"Good enough ({what}), {data['share_label']}:")
        ranked = sorted(data["policies"], key=lambda item: -item["good_enough"])
        lines += [f"  {item['good_enough']:6.1%}  {item['label']}" for item in ranked[:most]]
        lines += _more(len(ranked[:most]), len(ranked))
        lines.append("")
    if any(policy["by_type"] for policy in data["policies"]):
        lines += [*_types_text(data["policies"], most), ""]
    labels = {policy["id"]: policy["label"] for policy in data["policies"]}
    lines += [
        f"Adapting changes nothing in “{labels[item['id']]}”: {item['words']}."
        for item in data.get("idle_switches", ())
    ]
    best = [policy["label"] for policy in data["policies"] if policy["pareto"]]
    lines.append("No other policy is better in every aim than:")
    lines += [f"  {label}" for label in best[:most]]
    lines += _more(len(best[:most]), len(best))
    lines += [
        f"From {item['quantity']} = {item['value']:.4g} ({item['low']:.4g} to {item['high']:.4g}) on, "
        f"“{labels[item['after']]}” instead of “{labels[item['before']]}”"
        for item in data["switches"]
    ]
    return "\n".join(lines) + "\n"
