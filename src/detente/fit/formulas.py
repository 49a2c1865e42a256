"""Data frames and formulas: utilities written as in R, evaluated by ``formulaic`` (extra ``formulas``)."""

import importlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detente.errors import UsageError, refuse
from detente.fit.fitting import fit_game
from detente.fit.results import FitResult

__all__ = ["fit_frame"]

_CONSTANTS = {"Intercept": "const"}


def fit_frame(model: str, frame: Any, spec: Mapping[str, Any], **options: Any) -> FitResult:
    """Estimate a game from a data frame, with formulas for utilities.

    A formula is evaluated as Python, with the names of the frame and of numpy as ``np``: write it yourself. That is why
    formulas stand in Python only, and no file holds any.

    Parameters
    ----------
    model
        As for :func:`detente.fit.fit_game`.
    frame
        A pandas data frame.
    spec
        As for :func:`detente.fit.fit_game`, as a mapping; any list of terms may be a formula in its place, such as
        ``"1 + x + np.log(gdp) + C(region) + x:z"``. A formula without ``0 +`` has a constant.
    options
        As for :func:`detente.fit.fit_game`.

    Raises
    ------
    UsageError
        ``extra-missing`` without ``formulaic``, ``option-invalid`` for a formula that cannot be evaluated, and what
        :func:`detente.fit.fit_game` raises; rows count from 2, as in a file with a row of names.
    """
    columns = {str(name): frame[name] for name in frame.columns}
    changed = {
        key: _translate(value, frame, columns, key)
        if key in {"utilities", "scale", "rationality"}
        else value
        for key, value in spec.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame"
        _pandas().DataFrame(columns).to_csv(path, index=False)
        try:
            return fit_game(model, path, changed, **options)
        except UsageError as error:
            error.at = error.at.replace(str(path), "frame")
            raise


def _translate(value: Any, frame: Any, columns: dict[str, Any], at: str) -> Any:
    """Return an entry with formulas turned into lists of columns, which are added to the others."""
    if isinstance(value, Mapping):
        return {
            key: part
            if key in {"player", "ends"}
            else _translate(part, frame, columns, f"{at}.{key}")
            for key, part in value.items()
        }
    if not isinstance(value, str):
        return value
    names = []
    for name, column in _evaluate(value, frame, at).items():
        label = _CONSTANTS.get(name, name)
        names.append(label)
        if label != "const" and label not in columns:
            columns[label] = column
    return names


def _evaluate(formula: str, frame: Any, at: str) -> dict[str, Any]:
    try:
        formulaic = importlib.import_module("formulaic")
    except ImportError as error:
        refuse(
            "formulas need the package formulaic, which is not installed",
            code="extra-missing",
            at=at,
            fix='install the extra: pip install "detente[formulas]"; or give lists of terms',
            error=UsageError,
            cause=error,
        )
    import numpy as np  # noqa: PLC0415  for formulas

    try:
        found = formulaic.model_matrix(formula, frame, na_action="ignore", context={"np": np})
    except Exception as error:  # noqa: BLE001  what a formula may raise has no bounds
        refuse(
            f"the formula {formula!r} cannot be evaluated: {error}",
            code="option-invalid",
            at=at,
            fix="use names of the frame, and what formulaic knows",
            error=UsageError,
            cause=error,
        )
    return {str(name): found[name] for name in found.columns}


def _pandas() -> Any:
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        refuse(
            "data frames need pandas, which is not installed",
            code="extra-missing",
            at="fit_frame",
            fix='install the extra: pip install "detente[frames]"; or fit a file by fit_game',
            error=UsageError,
            cause=error,
        )
