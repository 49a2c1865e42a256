"""What drives a result of a crisis: its function of settings for tornado bars and Sobol' indices, and its sources."""

from collections.abc import Callable, Sequence

import numpy as np

from detente.analysis.reading import uncertain_paths
from detente.analysis.sensitivity import (
    SobolIndices,
    Swing,
    draw_saltelli,
    find_sobol_indices,
    find_swings,
)
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.crisis.quantities import ppf, reference_value
from detente.engine import Engine
from detente.errors import refuse

__all__ = ["find_crisis_indices", "find_crisis_swings", "group_by_source"]


def find_crisis_swings(
    crisis: Crisis,
    metric: str,
    policy: Policy,
    *,
    paths: Sequence[str] | None = None,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Swing, ...]:
    """Tornado of a metric: each quantity at its 5% and 95% quantile, all others at their reference value.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    metric
        A metric of the solved game.
    policy
        The policy to solve under.
    paths
        Quantities to move; all that are not fixed by default.
    workers
        Threads.
    progress
        As of :meth:`detente.engine.Engine.solve`.
    """
    chosen = _chosen(crisis, paths)
    laws = [crisis.quantities[path].distribution for path in chosen]
    ends = np.array([ppf(law, np.array([0.05, 0.95])) for law in laws])
    return find_swings(
        lambda points: _evaluate(crisis, metric, policy, chosen, points, workers, progress),
        names=chosen,
        reference=np.array([reference_value(law) for law in laws]),
        low=ends[:, 0],
        high=ends[:, 1],
    )


def find_crisis_indices(
    crisis: Crisis,
    metric: str,
    policy: Policy,
    *,
    paths: Sequence[str] | None = None,
    n_base: int = 64,
    seed: int = 1,
    workers: int = 2,
) -> tuple[tuple[str, ...], SobolIndices]:
    """Sobol' indices of a metric over quantities drawn independently, all others at their reference value.

    Parameters
    ----------
    crisis, metric, policy, paths, workers
        As of :func:`find_crisis_swings`.
    n_base
        Base points, a power of two; ``n_base * (len(paths) + 2)`` games are solved.
    seed
        Key of the design.

    Returns
    -------
    tuple
        The paths, and their indices in that order.

    Raises
    ------
    UsageError
        ``option-invalid`` if quantities that the crisis file ties together are among the paths: Sobol' indices are shares of
        variance only for independent inputs.
    """
    chosen = _chosen(crisis, paths)
    tied = [
        path
        for path in chosen
        if crisis.correlations.get(crisis.quantities[path].group or "", 0.0) != 0.0
    ]
    if tied:
        refuse(
            f"{tied[0]} is tied to others in group {crisis.quantities[tied[0]].group!r}",
            code="option-invalid",
            at="paths",
            fix="leave correlated quantities out, or measure given data instead",
        )
    design = draw_saltelli(n_base, len(chosen), seed=seed)
    points = np.empty_like(design.points)
    for place, path in enumerate(chosen):
        uniform = np.clip(design.points[:, place], 1e-12, 1.0 - 1e-12)
        points[:, place] = ppf(crisis.quantities[path].distribution, uniform)
    values = _evaluate(crisis, metric, policy, chosen, points, workers)
    return chosen, find_sobol_indices(values, n_inputs=len(chosen), seed=seed)


def group_by_source(crisis: Crisis) -> dict[str, tuple[str, ...]]:
    """Return the uncertain quantities that rest on each source, by source key."""
    groups: dict[str, list[str]] = {}
    for path in uncertain_paths(crisis):
        for key in crisis.quantities[path].sources:
            groups.setdefault(key, []).append(path)
    return {key: tuple(paths) for key, paths in sorted(groups.items())}


def _chosen(crisis: Crisis, paths: Sequence[str] | None) -> tuple[str, ...]:
    known = uncertain_paths(crisis)
    chosen = known if paths is None else tuple(paths)
    for path in chosen:
        if path not in known:
            refuse(
                f"{path!r} is no uncertain quantity of crisis {crisis.id!r}",
                code="option-invalid",
                at="paths",
                fix="use paths of quantities that are not fixed",
            )
    if not chosen:
        refuse(
            f"crisis {crisis.id!r} has no uncertain quantity",
            code="option-invalid",
            at="paths",
            fix="give a quantity a range",
        )
    return chosen


def _evaluate(
    crisis: Crisis,
    metric: str,
    policy: Policy,
    paths: Sequence[str],
    points: FloatArray,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> FloatArray:
    """Metric at points of shape ``(n_points, n_paths)``; quantities not named stay at their reference value."""
    settings = {
        path: np.full(len(points), reference_value(item.distribution))
        for path, item in crisis.quantities.items()
    }
    settings |= dict(zip(paths, points.T, strict=True))
    engine = Engine(crisis, workers=workers)
    draws = engine.draw(len(points), settings=settings)
    return engine.solve(policy, draws=draws, progress=progress)[metric].values
