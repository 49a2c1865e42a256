"""Columns of a run as data frames: pandas, polars and xarray, from the extra ``frames``."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.arrays import FloatArray
from detente.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

__all__ = ["RunColumns", "to_pandas", "to_polars", "to_xarray"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunColumns:
    """Metrics of a run: of the crisis itself ``(n_draws,)``, of policies ``(n_policies, n_draws)``.

    ``labels`` say what run they are of.
    """

    policies: tuple[str, ...]
    n_draws: int
    blocks: Mapping[str, FloatArray]
    labels: Mapping[str, str]

    def rows(self, name: str) -> FloatArray:
        """Return a metric row by row, shape ``(n_policies * n_draws,)``: that of the crisis for every policy."""
        return np.broadcast_to(self.blocks[name], (len(self.policies), self.n_draws)).reshape(-1)


def to_pandas(columns: RunColumns) -> "pd.DataFrame":
    """Return metrics as a pandas data frame, a row per policy and draw.

    Returns
    -------
    pandas.DataFrame
        Index (policy, draw), a column per metric in the order of the store. A metric of the crisis itself stands in the
        rows of every policy. ``attrs`` name the crisis, the design, the mode and what shares of rows may be called.

    Raises
    ------
    UsageError
        ``extra-missing`` without pandas.
    """
    pandas = _load("pandas", "a pandas data frame", "to_pandas")
    index = pandas.MultiIndex.from_product(
        [list(columns.policies), range(columns.n_draws)], names=["policy", "draw"]
    )
    frame: pd.DataFrame = pandas.DataFrame(
        {name: columns.rows(name) for name in columns.blocks}, index=index
    )
    frame.attrs.update(columns.labels)
    return frame


def to_polars(columns: RunColumns) -> "pl.DataFrame":
    """Return metrics as a polars data frame: columns policy, draw and one per metric; as :func:`to_pandas`.

    Raises
    ------
    UsageError
        ``extra-missing`` without polars.
    """
    polars = _load("polars", "a polars data frame", "to_polars")
    keys = {
        "policy": np.repeat(np.array(columns.policies, dtype=object), columns.n_draws).tolist(),
        "draw": np.tile(np.arange(columns.n_draws), len(columns.policies)),
    }
    frame: pl.DataFrame = polars.DataFrame(
        keys | {name: columns.rows(name) for name in columns.blocks}
    )
    return frame


def to_xarray(columns: RunColumns) -> "xr.Dataset":
    """Return metrics as an xarray dataset.

    Returns
    -------
    xarray.Dataset
        A variable per metric over (policy, draw); those of the crisis itself over draw alone. ``attrs`` as
        :func:`to_pandas`.

    Raises
    ------
    UsageError
        ``extra-missing`` without xarray.
    """
    xarray = _load("xarray", "an xarray Dataset", "to_xarray")
    data: xr.Dataset = xarray.Dataset(
        {
            name: (("draw",) if block.ndim == 1 else ("policy", "draw"), block)
            for name, block in columns.blocks.items()
        },
        coords={"policy": list(columns.policies), "draw": np.arange(columns.n_draws)},
        attrs=dict(columns.labels),
    )
    return data


def _load(name: str, what: str, at: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"{name} is not installed, so the run cannot be read as {what}"
        fix = 'install the extra: pip install "detente[frames]"'
        raise UsageError(message, code="extra-missing", at=at, fix=fix) from error
