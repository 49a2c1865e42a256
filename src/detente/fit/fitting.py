"""Fitting any of the models: one function, from a model's name, a table and a specification to a result."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detente.errors import UsageError, nearest, refuse
from detente.fit.penalties import PENALTIES
from detente.fit.results import FitResult, StandardErrors
from detente.fit.searching import Options
from detente.fit.specs import Spec, as_spec
from detente.fit.trees import TREES

__all__ = ["ERRORS", "GAME_STARTS", "MODELS", "STARTS", "fit_game"]

MODELS = (*TREES, "ultimatum", "signalling", "qre")
"""Names of the models; a file or a published game is one too."""
STARTS, GAME_STARTS = 4, 2
"""Searches from different points, unless said; and of a general game, each of whose rows is solved at every step."""
ERRORS: tuple[StandardErrors, ...] = ("hessian", "sandwich", "bootstrap")
"""Kinds of standard errors that may be asked for."""


def fit_game(
    model: str,
    data: Path | str,
    spec: Spec | Mapping[str, Any] | Path | str,
    *,
    method: str | None = None,
    errors: str = "hessian",
    resamples: int = 200,
    starts: int | None = None,
    seed: int = 1,
    penalty: str = "none",
) -> FitResult:
    """Estimate a game from data.

    Parameters
    ----------
    model
        ``egame12``, ``egame122``, ``egame123``, ``ultimatum``, ``signalling`` or ``qre``; or the file of a game, the name of a
        published one, or a crisis: its payoffs from how it ended in each row, or its rationality from counted choices.
    data
        A CSV file.
    spec
        What the columns mean: a YAML file, or the same as a mapping.
    method
        Of ``signalling``: ``cmle`` (the default), ``npl`` or ``pl``; all others have ``ml`` alone.
    errors
        Standard errors: ``hessian``, ``sandwich`` or ``bootstrap``.
    resamples
        Data sets that the bootstrap draws.
    starts
        Searches from different points: 4 unless said, 2 of a game by how it ended in each row.
    seed
        Of random starts and resamples.
    penalty
        ``log-f``, ``cauchy`` or ``jeffreys``; ``none`` by default.

    Raises
    ------
    UsageError
        For what is wrong in the specification or the table, with line and fix; ``regressor-collinear``,
        ``outcome-unobserved``, ``data-separated``, ``data-too-few`` or ``fit-unidentified`` for data that have no estimate.
    """
    given = as_spec(spec)
    path = Path(data)
    counted = given.value("outcome", "information_set") is not None
    if starts is None:
        starts = STARTS if model in MODELS or counted else GAME_STARTS
    options = _options(errors, resamples, starts, seed, penalty)
    if model == "signalling":
        from detente.fit.signalling_fitting import METHODS, fit_signalling  # noqa: PLC0415

        return fit_signalling(given, path, _method(method, METHODS), options)
    _method(method, ("ml",))
    if model in TREES:
        from detente.fit.tree_fitting import fit_tree  # noqa: PLC0415

        return fit_tree(model, given, path, options)
    if model == "ultimatum":
        from detente.fit.ultimatum_fitting import fit_ultimatum  # noqa: PLC0415

        return fit_ultimatum(given, path, options)
    if model != "qre" and not _is_game(model):
        near = nearest(model, MODELS) or MODELS
        refuse(
            f"there is no model {model[:80]!r}",
            code="model-unknown",
            at=model[:80],
            fix=f"use one of: {', '.join(near)}; or name the file of a game",
            error=UsageError,
        )
    if model != "qre" and not counted:
        from detente.fit.game_fitting import fit_any_game  # noqa: PLC0415

        return fit_any_game(model, given, path, options)
    from detente.fit.qre import fit_qre  # noqa: PLC0415

    return fit_qre(None if model == "qre" else model, given, path, options)


def _is_game(name: str) -> bool:
    from detente.crisis import shipped_crises  # noqa: PLC0415
    from detente.game.catalogue import catalogue  # noqa: PLC0415

    found = Path(name).exists() or "." in name or "/" in name
    return found or name in catalogue() or name in shipped_crises()


def _method(method: str | None, known: tuple[str, ...]) -> str:
    if method is None:
        return known[0]
    if method not in known:
        refuse(
            f"there is no method {method!r} for this model",
            code="option-invalid",
            at="method",
            fix=f"use one of: {', '.join(known)}",
            error=UsageError,
        )
    return method


def _options(errors: str, resamples: int, starts: int, seed: int, penalty: str) -> Options:
    added = next((known for known in PENALTIES if known == penalty), None)
    if added is None:
        refuse(
            f"there is no penalty {penalty!r}",
            code="option-invalid",
            at="penalty",
            fix=f"use one of: {', '.join(PENALTIES)}",
            error=UsageError,
        )
    kind = next((known for known in ERRORS if known == errors), None)
    if kind is None:
        refuse(
            f"there are no standard errors {errors!r}",
            code="option-invalid",
            at="errors",
            fix=f"use one of: {', '.join(ERRORS)}",
            error=UsageError,
        )
    if starts < 1 or resamples < 2 or seed < 0:
        refuse(
            f"starts is {starts}, resamples {resamples}, seed {seed}",
            code="option-invalid",
            at="starts, resamples, seed",
            fix="give at least one start and two resamples, and a seed of 0 or more",
            error=UsageError,
        )
    return Options(errors=kind, resamples=resamples, starts=starts, seed=seed, penalty=added)
