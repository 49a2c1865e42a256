"""What drives a result, from a run or by solving a crisis at settings of its own, as plain values for tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.analysis._columns import StoredQuantities
from detente.analysis.driving import (
    find_crisis_indices,
    find_crisis_swings,
    group_by_source,
)
from detente.analysis.provenance import count_standing, standing_of
from detente.analysis.reading import find_crisis_of, paths_read, uncertain_paths
from detente.analysis.sensitivity import measure_given_data, weigh_groups
from detente.analysis.solving import find_policies
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.engine.designs import describe_cases
from detente.runs.run import Run

__all__ = ["drivers_in_crisis", "drivers_in_run"]

STRONGEST = 10
"""Quantities of which it is told apart how many are judgement."""
MOST_DRAWS_OF_SOURCES = 8192
"""Most draws on which sources are weighed: a share of variance then has a standard error below 0.011."""


def drivers_in_run(results: Run, metric: str, policy: str | None) -> dict[str, Any]:
    """Say how much each quantity and each source explains of a metric of a run.

    Parameters
    ----------
    results
        The run.
    metric
        What to explain.
    policy
        Under this policy; None for the first.

    Returns
    -------
    dict
        Quantities with first-order shares and distances of distributions, ``beyond_chance`` where the distance is larger
        than that of chance. If the crisis is at hand as it was: only those that the metric can depend on, the others under
        ``not_read``, the sources, and how many of those read and of the strongest are the authors' judgement.
    """
    chosen = policy or results.policy_ids[0]
    stored = chosen if results.has(metric, chosen) else ""
    values = results.values(metric, stored if results.has(metric, stored) else chosen)
    known = ~np.isnan(values)
    crisis = find_crisis_of(results)
    paths = results.quantities()
    read = paths if crisis is None else paths_read(crisis, metric, paths)
    inputs = StoredQuantities(results, read, cases=known)
    effects = {driver.path: driver for driver in results.drivers(metric, stored)}
    groups = {} if crisis is None else group_by_source(crisis)
    labels = {} if crisis is None else {path: crisis.quantities[path].label for path in read}
    measured = measure_given_data(inputs, values[known])
    return {
        "crisis": results.manifest.crisis,
        "metric": metric,
        "policy": chosen,
        "draws": int(known.sum()),
        **describe_cases(results.manifest.plan),
        "is_crisis_at_hand": crisis is not None,
        "not_read": [path for path in paths if path not in set(read)],
        "quantities": [
            item._asdict()
            | {
                "label": labels.get(item.name, ""),
                "standing": None
                if crisis is None
                else standing_of(crisis, crisis.quantities[item.name]),
                "beyond_chance": item.pawn_median > item.pawn_dummy,
                "mean_at_bottom": effects[item.name].mean_at_bottom,
                "mean_at_top": effects[item.name].mean_at_top,
            }
            for item in measured
        ],
        "judgement": {}
        if crisis is None
        else {
            "read": count_standing(crisis, read).as_data(),
            "strongest": count_standing(
                crisis, [item.name for item in measured[:STRONGEST]]
            ).as_data(),
        },
        "sources": _sources(results, read, values, groups),
        "draws_of_sources": int(known[:MOST_DRAWS_OF_SOURCES].sum()),
    }


def _sources(
    results: Run, read: Sequence[str], values: FloatArray, groups: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Weigh the sources on the first draws: a group may hold a thousand quantities, fitted together."""
    if not groups:
        return []
    drawn = results.cases(MOST_DRAWS_OF_SOURCES)
    first = values[:MOST_DRAWS_OF_SOURCES]
    known = ~np.isnan(first)
    inputs = {path: drawn[path][known] for path in read}
    return [item._asdict() for item in weigh_groups(inputs, first[known], groups)]


def drivers_in_crisis(
    crisis: Crisis,
    metric: str,
    policy: str | None,
    *,
    tornado: bool,
    sobol: int | None,
    paths: Sequence[str] | None,
    workers: int,
) -> dict[str, Any]:
    """Solve a crisis at settings of its quantities and say which move a metric.

    Parameters
    ----------
    crisis
        A loaded crisis.
    metric
        What to explain.
    policy
        Under this policy; None for the first.
    tornado
        Move one quantity at a time.
    sobol
        Base points of Sobol' indices; None for no indices.
    paths
        Quantities to vary; None for all uncertain ones that the metric can depend on.
    workers
        Threads.

    Returns
    -------
    dict
        ``tornado`` and ``sobol``, as asked.
    """
    chosen = find_policies(crisis, [policy] if policy else None)[0]
    data: dict[str, Any] = {"crisis": crisis.id, "metric": metric, "policy": chosen.id}
    if paths is None:
        uncertain = uncertain_paths(crisis)
        paths = paths_read(crisis, metric, uncertain)
        data["not_read"] = [path for path in uncertain if path not in set(paths)]
    if tornado:
        swings = find_crisis_swings(crisis, metric, chosen, paths=paths, workers=workers)
        data["tornado"] = [
            swing._asdict() | {"label": crisis.quantities[swing.name].label} for swing in swings
        ]
    if sobol is not None:
        names, found = find_crisis_indices(
            crisis, metric, chosen, paths=paths, n_base=sobol, workers=workers
        )
        data |= describe_cases()
        data["sobol"] = {
            "base_points": found.n_base,
            "mean": found.mean,
            "variance": found.variance,
            "level": found.level,
            "indices": [
                {
                    "name": name,
                    "label": crisis.quantities[name].label,
                    "first": float(found.first[k]),
                    "first_interval": [float(found.first_low[k]), float(found.first_high[k])],
                    "total": float(found.total[k]),
                    "total_interval": [float(found.total_low[k]), float(found.total_high[k])],
                }
                for k, name in enumerate(names)
            ],
        }
        data["sobol"]["indices"].sort(key=lambda item: -item["total"])
    return data
