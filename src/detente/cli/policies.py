"""``detente policies``: compare policies of a crisis or a run by several aims, or search combinations of commitments."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import (
    DRAWS,
    SEARCH,
    SEED,
    SET,
    CrisisOrRunArgument,
    JsonOption,
    WorkersOption,
    reworded,
)
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.analysis.robustness import Aim
    from detente.crisis import Crisis

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
    draws: DrawsOption = 256,
    seed: SeedOption = 1,
    assignments: SetOption = None,
    workers: WorkersOption = None,
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
    from detente.cli._runs import is_run_place

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
        data = _from_run(Path(source), wanted, limits)
    else:
        from detente.cli._crises import load_checked, parse_assignments

        crisis = load_checked(source, parse_assignments(assignments or ()))
        if search:
            data = _searched(crisis, wanted, phases, draws, seed, workers)
        else:
            data = _solved(crisis, wanted, limits, adapt or (), draws, seed, workers)
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n" if as_json else _text(data)
    sys.stdout.write(text)


def _from_run(source: Path, wanted: "tuple[Aim, ...]", limits: "tuple[Aim, ...]") -> dict[str, Any]:
    import numpy as np

    from detente.analysis.mixes import read_mixes
    from detente.analysis.robustness import Aim
    from detente.cli._runs import describe_cases, find_run
    from detente.runs import Results

    results = Results.open(find_run(source))
    manifest = results.manifest
    search = read_mixes(results.folder)
    stated = None if search is None else search.as_aims()
    aims = (
        wanted
        or stated
        or (
            Aim("attack", label="an attack"),
            *(Aim(f"payoff/{name}", lower_is_better=False) for name in manifest.defenders),
        )
    )
    metrics = dict.fromkeys(aim.metric for aim in (*aims, *limits))
    values = {
        metric: np.array(
            [
                np.sum([results.values(part, policy) for part in metric.split("+")], axis=0)
                for policy in results.policies
            ]
        )
        for metric in metrics
    }
    labels = [manifest.policy_labels.get(name, name) for name in results.policies]
    quantities = {path: results.values(f"quantity/{path}") for path in results.quantities()}
    found = _compared(
        manifest.crisis, results.policies, labels, values, aims, limits, quantities=quantities
    )
    return found | describe_cases(manifest.plan)


def _solved(
    crisis: "Crisis",
    wanted: "tuple[Aim, ...]",
    limits: "tuple[Aim, ...]",
    adapt: "Sequence[str]",
    draws: int,
    seed: int,
    workers: int | None,
) -> dict[str, Any]:
    from detente.analysis.driving import uncertain_paths
    from detente.analysis.evaluating import Evaluator, find_policies
    from detente.analysis.search import default_aims
    from detente.engine.drawing import draw_quantities

    aims = wanted or default_aims(crisis)
    policies = [*find_policies(crisis), *(_adaptive(crisis, text) for text in adapt)]
    metrics = tuple(dict.fromkeys(aim.metric for aim in (*aims, *limits)))
    solver = Evaluator(crisis, n_draws=draws, seed=seed, workers=workers or 2)
    found = solver.evaluate(policies, metrics)
    by_type = solver.evaluate(policies, _type_metrics(crisis)).values
    drawn = draw_quantities(crisis, draws, seed=seed).as_mapping()
    return _compared(
        crisis.id,
        found.policies,
        found.labels,
        found.values,
        aims,
        limits,
        quantities={path: drawn[path] for path in uncertain_paths(crisis)},
        by_type=by_type,
        unconverged=sum(found.unconverged),
    )


def _type_metrics(crisis: "Crisis") -> tuple[str, ...]:
    return tuple(
        f"attack_given/{player.id}/{kind.id}"
        for player in crisis.players.values()
        if player.role == "challenger" and len(player.types) > 1
        for kind in player.types
    )


def _adaptive(crisis: "Crisis", text: str) -> Any:
    from detente.analysis.evaluating import AdaptivePolicy, find_policies

    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3:
        message = f"--adapt {text!r} does not name a start, a switch and a signal"
        raise UsageError(
            message,
            code="option-invalid",
            at="--adapt",
            fix="write two policies and an instrument: as_is,arm,probe",
        )
    start, switch = find_policies(crisis, parts[:2])
    signal = crisis.instruments.get(parts[2])
    seen = parts[2] if signal is None else signal.label
    return AdaptivePolicy(
        id=f"{start.id}>{switch.id}@{parts[2]}",
        label=f"{start.label}; {switch.label} once “{seen}” is seen",
        start=start,
        switch=switch,
        signal=parts[2],
    )


def _compared(
    crisis: str,
    policies: "Sequence[str]",
    labels: "Sequence[str]",
    values: "Mapping[str, NDArray[np.float64]]",
    aims: "Sequence[Aim]",
    limits: "Sequence[Aim]",
    *,
    quantities: "Mapping[str, NDArray[np.float64]] | None" = None,
    by_type: "Mapping[str, NDArray[np.float64]] | None" = None,
    unconverged: int = 0,
) -> dict[str, Any]:
    import numpy as np

    from detente.analysis.robustness import (
        find_pareto,
        find_switch_points,
        satisfice,
        score_policies,
        tabulate_policies,
    )
    from detente.cli._runs import describe_cases

    losses = np.array(
        [values[aim.metric].mean(axis=1) * (1.0 if aim.lower_is_better else -1.0) for aim in aims]
    ).T
    pareto = find_pareto(losses)
    cells = tabulate_policies({aim.metric: values[aim.metric] for aim in aims}, policies)
    good = {item.policy: item for item in satisfice(values, policies, limits)}
    scores = {
        aim.metric: {
            score.policy: score for score in score_policies(aim, values[aim.metric], policies)
        }
        for aim in aims
    }
    last = aims[-1]
    switches = (
        find_switch_points(
            quantities,
            values[last.metric],
            policies,
            lower_is_better=last.lower_is_better,
        )
        if quantities
        else ()
    )
    return {
        "crisis": crisis,
        "draws": int(next(iter(values.values())).shape[1]),
        **describe_cases(),
        "unconverged": unconverged,
        "aims": [
            {
                "metric": aim.metric,
                "better": "less" if aim.lower_is_better else "more",
                "label": aim.label or aim.metric,
            }
            for aim in aims
        ],
        "limits": [
            {"metric": aim.metric, "at": aim.limit, "side": "<=" if aim.lower_is_better else ">="}
            for aim in limits
        ],
        "policies": [
            {
                "id": name,
                "label": labels[place],
                "pareto": bool(pareto[place]),
                "good_enough": good[name].share if limits else None,
                "aims": {
                    cell.metric: {
                        "mean": cell.mean,
                        "low": cell.low,
                        "high": cell.high,
                        "change": cell.change,
                        "change_interval": [cell.change_low, cell.change_high],
                        "deviation": scores[cell.metric][name].deviation,
                        "regret_mean": scores[cell.metric][name].regret_mean,
                        "regret_max": scores[cell.metric][name].regret_max,
                        "best_share": scores[cell.metric][name].best_share,
                        "efficient": scores[cell.metric][name].efficient,
                    }
                    for cell in cells
                    if cell.policy == name
                },
                "by_type": {
                    metric: float(table[place].mean()) for metric, table in (by_type or {}).items()
                },
            }
            for place, name in enumerate(policies)
        ],
        "switches": [item._asdict() for item in switches[:10]],
    }


def _searched(
    crisis: "Crisis",
    wanted: "tuple[Aim, ...]",
    phases: list[str] | None,
    draws: int,
    seed: int,
    workers: int | None,
) -> dict[str, Any]:
    from detente.analysis.search import find_choices, search_policies
    from detente.cli._runs import describe_cases

    found = search_policies(
        crisis,
        aims=wanted or None,
        choices=find_choices(crisis, phases) if phases else None,
        n_draws=draws,
        seed=seed,
        workers=workers or 2,
    )
    return {
        "crisis": crisis.id,
        "draws": found.n_draws,
        **describe_cases(),
        "aims": [
            {
                "metric": aim.metric,
                "better": "less" if aim.lower_is_better else "more",
                "label": aim.label or aim.metric,
            }
            for aim in found.aims
        ],
        "choices": {
            choice.id: [option.id or "open" for option in choice.options]
            for choice in found.choices
        },
        "combinations": found.n_combinations,
        "solved": found.n_solved,
        "games": found.n_games,
        "exhaustive": found.exhaustive,
        "candidates": len(found.policies),
        "unconverged": sum(found.final.unconverged),
        "pareto": [
            {
                "id": item.policy.id,
                "label": item.label,
                "commitments": list(item.commitments),
                "same_game": item.n_same,
                "aims": {
                    aim.metric: {"mean": mean, "error": error}
                    for aim, mean, error in zip(found.aims, item.means, item.errors, strict=True)
                },
            }
            for item in found.pareto
        ],
    }


# --- text ------------------------------------------------------------------------------------------------------------


def _text(data: dict[str, Any]) -> str:
    return _search_text(data) if "pareto" in data else _compare_text(data)


def _head(data: dict[str, Any]) -> list[str]:
    aims = ", ".join(f"{aim['label']} ({aim['better']} is better)" for aim in data["aims"])
    cases = f"{data['draws']:,} {data['cases_are']}, the same under every policy"
    lines = [f"{data['crisis']}: {cases}", aims]
    if data["unconverged"]:
        lines.append(f"{data['unconverged']:,} solutions missed the tolerance; they are kept")
    return [*lines, ""]


def _search_text(data: dict[str, Any]) -> str:
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
    for item in data["pareto"]:
        cells = [item["aims"][metric] for metric in metrics]
        row = "  ".join(f"{cell['mean']:10.4g} ({cell['error']:.2g})".rjust(18) for cell in cells)
        lines.append(f"{row}  {item['label']}")
    return "\n".join(lines) + "\n"


def _compare_text(data: dict[str, Any]) -> str:
    lines = _head(data)
    width = min(72, max(28, *(len(policy["id"]) for policy in data["policies"])))
    for aim in data["aims"]:
        metric = aim["metric"]
        lines.append(
            f"{aim['label']:{width}.{width}} {'mean':>9} {'5-95% of cases':>19} {'change (90%)':>26} {'regret':>8} {'worst':>8} {'best in':>8}"
        )
        sign = 1.0 if aim["better"] == "less" else -1.0
        for policy in sorted(
            data["policies"], key=lambda item: sign * item["aims"][metric]["mean"]
        ):
            cell = policy["aims"][metric]
            span = f"{cell['low']:.4g} to {cell['high']:.4g}"
            low, high = cell["change_interval"]
            change = f"{cell['change']:+.3g} ({low:+.3g} to {high:+.3g})"
            lines.append(
                f"{policy['id']:{width}.{width}} {cell['mean']:9.4g} {span:>19} {change:>26} "
                f"{cell['regret_mean']:8.3g} {cell['regret_max']:8.3g} {cell['best_share']:8.0%}"
            )
        lines.append("")
    if data["limits"]:
        what = " and ".join(
            f"{item['metric']} {item['side']} {item['at']:g}" for item in data["limits"]
        )
        lines.append(f"Good enough ({what}), {data['share_label']}:")
        ranked = sorted(data["policies"], key=lambda item: -item["good_enough"])
        lines += [f"  {item['good_enough']:6.1%}  {item['label']}" for item in ranked]
        lines.append("")
    if any(policy["by_type"] for policy in data["policies"]):
        metrics = list(data["policies"][0]["by_type"])
        lines.append(
            "By type of the challenger: " + ", ".join(name.split("/", 1)[1] for name in metrics)
        )
        for policy in data["policies"]:
            cells = "  ".join(f"{policy['by_type'][name]:7.1%}" for name in metrics)
            lines.append(f"  {cells}  {policy['label']}")
        lines.append("")
    best = [policy["label"] for policy in data["policies"] if policy["pareto"]]
    lines.append("No other policy is better in every aim than:")
    lines += [f"  {label}" for label in best]
    lines += [
        f"From {item['quantity']} = {item['value']:.4g} ({item['low']:.4g} to {item['high']:.4g}) on, "
        f"{item['after']} instead of {item['before']}"
        for item in data["switches"]
    ]
    return "\n".join(lines) + "\n"
