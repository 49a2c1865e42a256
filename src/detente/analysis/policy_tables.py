"""Policies compared by several aims, from a run or by solving a crisis, and searched, as plain values for tables."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

import numpy as np

from detente.analysis._columns import StoredQuantities
from detente.analysis.effects import TypeEffect, read_type_effects, type_metrics
from detente.analysis.mixes import read_mixes
from detente.analysis.reading import find_crisis_of, paths_read, paths_read_in_run, uncertain_paths
from detente.analysis.robustness import (
    Aim,
    OutcomeCell,
    PolicyScore,
    find_pareto,
    find_switch_points,
    satisfice,
    score_policies,
    tabulate_policies,
)
from detente.analysis.search import default_aims, find_choices, search_policies
from detente.analysis.solving import PolicySolver, find_policies
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.crisis.metric_names import Metric, metric_name
from detente.engine import Engine
from detente.engine.designs import describe_cases
from detente.errors import UsageError
from detente.rules.policies import AdaptivePolicy
from detente.runs.run import Run

__all__ = ["compare_in_crisis", "compare_in_run", "search_in_crisis"]


def compare_in_run(
    results: Run, wanted: tuple[Aim, ...], limits: tuple[Aim, ...]
) -> dict[str, Any]:
    """Compare the policies of a run.

    Parameters
    ----------
    results
        The run.
    wanted
        Aims; empty for those that its search of mixes had, or else an attack and the defenders' payoffs.
    limits
        What is good enough.

    Returns
    -------
    dict
        Crisis, draws, what the cases are, aims, limits, policies with means, ranges, regret, and switch points of the
        quantities that the last aim can depend on (all, if the crisis is not at hand as it was).
    """
    manifest = results.manifest
    search = read_mixes(results.folder)
    stated = None if search is None else search.as_aims()
    aims = (
        wanted
        or stated
        or (
            Aim("attack", label="an attack"),
            *(
                Aim(metric_name("payoff", name), lower_is_better=False)
                for name in manifest.defenders
            ),
        )
    )
    metrics = dict.fromkeys(aim.metric for aim in (*aims, *limits))
    values = {
        metric: np.array(
            [
                np.sum([results.values(part, policy) for part in metric.split("+")], axis=0)
                for policy in results.policy_ids
            ]
        )
        for metric in metrics
    }
    labels = [manifest.policy_labels.get(name, name) for name in results.policy_ids]
    quantities = StoredQuantities(results, paths_read_in_run(results, aims[-1].metric))
    crisis = find_crisis_of(results)
    base = results.policy_ids[0]
    by_type = (
        []
        if crisis is None
        else [
            read_type_effects(
                crisis,
                lambda metric: results.values(metric, base),
                partial(_of_run, results, policy),
            )
            for policy in results.policy_ids
        ]
    )
    found = _compared(
        manifest.crisis,
        results.policy_ids,
        labels,
        values,
        aims,
        limits,
        excluded=[
            {metric for metric in metrics if results.is_excluded(metric, policy)}
            for policy in results.policy_ids
        ],
        forgone=[results.forgone(policy) for policy in results.policy_ids],
        quantities=quantities,
        by_type=by_type,
    )
    return found | describe_cases(manifest.plan)


def _of_run(results: Run, policy: str, metric: str) -> FloatArray:
    return results.values(metric, policy)


def _of_table(tables: Mapping[str, FloatArray], place: int, metric: str) -> FloatArray:
    return np.asarray(tables[metric][place])


def compare_in_crisis(
    crisis: Crisis,
    wanted: tuple[Aim, ...],
    limits: tuple[Aim, ...],
    adapt: Sequence[str],
    draws: int,
    seed: int,
    workers: int | None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Solve a crisis at some draws and compare its policies, and others that adapt to what is seen.

    Parameters
    ----------
    crisis
        A loaded crisis.
    wanted, limits
        As of :func:`compare_in_run`; the usual aims are those of the crisis.
    adapt
        Policies that adapt, each ``start,switch,signal``.
    draws, seed, workers, progress
        As for the solving of policies.

    Returns
    -------
    dict
        As of :func:`compare_in_run`, with ``idle_switches``: policies for which adapting changes nothing, and why.
    """
    aims = wanted or default_aims(crisis)
    policies: list[Policy | AdaptivePolicy] = [
        *find_policies(crisis),
        *(_adaptive(crisis, text) for text in adapt),
    ]
    metrics = tuple(dict.fromkeys(aim.metric for aim in (*aims, *limits)))
    engine = Engine(crisis, workers=workers or 2)
    solver = PolicySolver(engine, engine.draw(draws, seed=seed), progress=progress)
    idle = _idle_switches(crisis, solver, policies)
    given = type_metrics(crisis)
    solver.evaluate(policies, (*metrics, *given))
    found = solver.evaluate(policies, metrics)
    ruled_out = [game.excluded for game in solver.find_games(policies)]
    tables = solver.evaluate(policies, given).values if given else {}
    by_type = [
        read_type_effects(crisis, partial(_of_table, tables, 0), partial(_of_table, tables, place))
        for place in range(len(policies))
    ]
    drawn = solver.draws.as_mapping()
    read = paths_read(crisis, aims[-1].metric, uncertain_paths(crisis))
    compared = _compared(
        crisis.id,
        found.policies,
        found.labels,
        found.values,
        aims,
        limits,
        excluded=[
            {metric for metric in metrics if set(metric.split("+")) <= names} for names in ruled_out
        ],
        forgone=[
            tuple(
                player
                for player in crisis.players
                if metric_name("attack_by", player) in names - ruled_out[0]
            )
            for names in ruled_out
        ],
        quantities={path: drawn[path] for path in read},
        by_type=by_type,
        unconverged=sum(found.unconverged),
    )
    return compared | {"idle_switches": idle}


_IDLE = {
    "unseen": "under “{start}” nobody sees “{signal}” before a choice of its own",
    "alike": "both policies leave the same choices wherever “{signal}” has been seen",
}


def _idle_switches(
    crisis: Crisis, solver: PolicySolver, policies: Sequence[Policy | AdaptivePolicy]
) -> list[dict[str, str]]:
    """Return the policies that adapt and yet make the game of their start, with the reason in words."""
    found = []
    for policy, game in zip(policies, solver.find_games(policies), strict=True):
        if isinstance(policy, AdaptivePolicy):
            reason = game.board.masks.switching(policy)
            if reason != "changes":
                words = _IDLE[reason].format(
                    start=policy.start.label, signal=crisis.instruments[policy.signal].label
                )
                found.append({"id": policy.id, "reason": reason, "words": words})
    return found


def _adaptive(crisis: Crisis, text: str) -> AdaptivePolicy:
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
    policies: Sequence[str],
    labels: Sequence[str],
    values: Mapping[str, FloatArray],
    aims: "Sequence[Aim]",
    limits: "Sequence[Aim]",
    *,
    excluded: Sequence[AbstractSet[str]],
    forgone: Sequence[tuple[str, ...]],
    quantities: Mapping[str, FloatArray] | None = None,
    by_type: Sequence[tuple[TypeEffect, ...]] = (),
    unconverged: int = 0,
) -> dict[str, Any]:
    losses = np.array(
        [values[aim.metric].mean(axis=1) * (1.0 if aim.lower_is_better else -1.0) for aim in aims]
    ).T
    pareto = find_pareto(losses)
    cells = tabulate_policies({aim.metric: values[aim.metric] for aim in aims}, policies)
    good = {item.policy: item for item in satisfice(values, policies, limits)}
    scores = {aim.metric: _scores(aim, values[aim.metric], policies, forgone) for aim in aims}
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
                "forgoes": list(forgone[place]),
                "aims": {
                    cell.metric: _cell(
                        cell,
                        scores[cell.metric].get(name),
                        is_excluded=cell.metric in excluded[place],
                    )
                    for cell in cells
                    if cell.policy == name
                },
                "by_type": [effect.as_data() for effect in (by_type[place] if by_type else ())],
            }
            for place, name in enumerate(policies)
        ],
        "switches": [item._asdict() for item in switches[:10]],
    }


def _scores(
    aim: Aim, values: FloatArray, policies: Sequence[str], forgone: Sequence[tuple[str, ...]]
) -> dict[str, PolicyScore]:
    """Score policies by an aim; by an attack only those that forgo none: to forgo it deters nobody."""
    by_attack = Metric.parse(aim.metric).kind in {"attack", "attack_by", "attack_given"}
    ranked = [place for place, players in enumerate(forgone) if not (by_attack and players)]
    names = [policies[place] for place in ranked]
    return {score.policy: score for score in score_policies(aim, values[ranked], names)}


def _cell(cell: OutcomeCell, score: PolicyScore | None, *, is_excluded: bool) -> dict[str, Any]:
    """Return what is told of a policy by one aim; nothing of what is excluded, no score of what is not ranked."""

    def told(value: float) -> float | None:
        return None if is_excluded else value

    return {
        "mean": told(cell.mean),
        "low": told(cell.low),
        "high": told(cell.high),
        "excluded": is_excluded,
        "change": told(cell.change),
        "change_interval": [told(cell.change_low), told(cell.change_high)],
        "deviation": None if score is None else score.deviation,
        "regret_mean": None if score is None else score.regret_mean,
        "regret_max": None if score is None else score.regret_max,
        "best_share": None if score is None else score.best_share,
        "efficient": None if score is None else score.efficient,
    }


def search_in_crisis(
    crisis: Crisis,
    wanted: tuple[Aim, ...],
    phases: list[str] | None,
    draws: int,
    seed: int,
    workers: int | None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Search the combinations of commitments of a crisis for those that no other is better than in every aim.

    Parameters
    ----------
    crisis
        A loaded crisis.
    wanted
        Aims; empty for those of the crisis.
    phases
        Phases to search; None for all.
    draws, seed, workers, progress
        As for the solving of policies.

    Returns
    -------
    dict
        Crisis, draws, what the cases are, aims, choices, what was solved, and the Pareto set with means, standard errors,
        ranges over the cases, and an attack by type of the challenger.
    """
    given = [item for item in type_metrics(crisis) if Metric.parse(item).kind == "attack_given"]
    found = search_policies(
        crisis,
        aims=wanted or None,
        choices=find_choices(crisis, phases) if phases else None,
        n_draws=draws,
        seed=seed,
        workers=workers or 2,
        keep=given,
        progress=progress,
    )
    places = {name: place for place, name in enumerate(found.final.policies)}

    def spread(metric: str, policy: str) -> dict[str, float]:
        values = found.final.values[metric][places[policy]]
        low, high = np.quantile(values, (0.05, 0.95))
        return {"mean": float(values.mean()), "low": float(low), "high": float(high)}

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
                    aim.metric: {**spread(aim.metric, item.policy.id), "error": error}
                    for aim, error in zip(found.aims, item.errors, strict=True)
                },
                "by_type": [
                    {
                        **dict(zip(("player", "type"), Metric.parse(metric).parts, strict=True)),
                        **spread(metric, item.policy.id),
                    }
                    for metric in given
                ],
            }
            for item in found.pareto
        ],
    }
