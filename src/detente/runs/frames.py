"""Runs as data frames: pandas, polars and xarray, from the extra ``frames``."""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.crisis.metric_names import Metric
from detente.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

    from detente.runs.results import Results

__all__ = ["to_pandas", "to_polars", "to_xarray"]

FloatArray = NDArray[np.float64]


def to_pandas(
    results: "Results",
    metrics: Sequence[str] | None = None,
    *,
    policies: Sequence[str] | None = None,
) -> "pd.DataFrame":
    """Return metrics as a pandas data frame, a row per policy and draw.

    Parameters
    ----------
    results
        The run.
    metrics
        Names of metrics, or prefixes that end in a slash (``quantity/``); all by default. Of a large run name those
        that are needed: each is held for every draw and policy.
    policies
        Ids of policies; all by default.

    Returns
    -------
    pandas.DataFrame
        Index (policy, draw), a column per metric in the order of the store. A metric of the crisis itself stands in the
        rows of every policy. ``attrs`` name the crisis, the design, the mode and what shares of rows may be called.

    Raises
    ------
    UsageError
        ``extra-missing`` without pandas, ``path-unknown`` for a metric or policy that the run does not hold.
    """
    pandas = _load("pandas", "a pandas data frame", "to_pandas")
    chosen, columns = _columns(results, metrics, policies)
    index = pandas.MultiIndex.from_product(
        [list(chosen), range(results.n_draws)], names=["policy", "draw"]
    )
    frame: pd.DataFrame = pandas.DataFrame(
        {name: values.reshape(-1) for name, values in columns.items()}, index=index
    )
    frame.attrs.update(_labels(results))
    return frame


def to_polars(
    results: "Results",
    metrics: Sequence[str] | None = None,
    *,
    policies: Sequence[str] | None = None,
) -> "pl.DataFrame":
    """Return metrics as a polars data frame: columns policy, draw and one per metric; as :func:`to_pandas`.

    Raises
    ------
    UsageError
        ``extra-missing`` without polars, ``path-unknown`` for a metric or policy that the run does not hold.
    """
    polars = _load("polars", "a polars data frame", "to_polars")
    chosen, columns = _columns(results, metrics, policies)
    n_draws = results.n_draws
    keys = {
        "policy": np.repeat(np.array(chosen, dtype=object), n_draws).tolist(),
        "draw": np.tile(np.arange(n_draws), len(chosen)),
    }
    values = {name: block.reshape(-1) for name, block in columns.items()}
    frame: pl.DataFrame = polars.DataFrame(keys | values)
    return frame


def to_xarray(
    results: "Results",
    metrics: Sequence[str] | None = None,
    *,
    policies: Sequence[str] | None = None,
) -> "xr.Dataset":
    """Return metrics as an xarray dataset.

    Returns
    -------
    xarray.Dataset
        A variable per metric over (policy, draw); those of the crisis itself over draw alone. ``attrs`` as
        :func:`to_pandas`.

    Raises
    ------
    UsageError
        ``extra-missing`` without xarray, ``path-unknown`` for a metric or policy that the run does not hold.
    """
    xarray = _load("xarray", "an xarray Dataset", "to_xarray")
    chosen, columns = _columns(results, metrics, policies, repeat=False)
    variables = {
        name: (("draw",), block) if block.ndim == 1 else (("policy", "draw"), block)
        for name, block in columns.items()
    }
    data: xr.Dataset = xarray.Dataset(
        variables,
        coords={"policy": list(chosen), "draw": np.arange(results.n_draws)},
        attrs=_labels(results),
    )
    return data


def _columns(
    results: "Results",
    metrics: Sequence[str] | None,
    policies: Sequence[str] | None,
    *,
    repeat: bool = True,
) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
    """Values of each metric, (n_policies, n_draws); those of the crisis (n_draws,) unless ``repeat``."""
    chosen = results.choose_policies(policies)
    columns: dict[str, FloatArray] = {}
    for name in _names(results, metrics):
        if results.has(name) or Metric.parse(name).kind == "quantity":
            values = results.values(name)
            columns[name] = np.tile(values, (len(chosen), 1)) if repeat else values
        else:
            columns[name] = np.array([results.values(name, policy) for policy in chosen])
    return chosen, columns


def _names(results: "Results", metrics: Sequence[str] | None) -> tuple[str, ...]:
    if metrics is None:
        return results.metrics()
    names: list[str] = []
    for name in metrics:
        names.extend((results.metrics(name) or (name,)) if name.endswith("/") else (name,))
    return tuple(dict.fromkeys(names))


def _labels(results: "Results") -> dict[str, str]:
    manifest = results.manifest
    return {
        "crisis": manifest.crisis,
        "digest": manifest.digest,
        "design": manifest.design,
        "mode": manifest.mode,
        "share": manifest.plan.share_label,
        "seed": str(manifest.seed),
    }


def _load(name: str, what: str, at: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"{name} is not installed, so the run cannot be read as {what}"
        fix = 'install the extra: pip install "detente[frames]"'
        raise UsageError(message, code="extra-missing", at=at, fix=fix) from error
