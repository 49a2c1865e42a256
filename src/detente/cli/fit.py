"""``detente fit``: estimate a game from a table."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import RESAMPLES, SEED, JsonOption, reworded
from detente.cli._output import json_text

if TYPE_CHECKING:
    from detente.fit import FitResult

__all__ = ["command"]

ModelArgument = Annotated[
    str,
    typer.Argument(
        help="egame12, egame122, egame123, ultimatum, signalling or qre; or a game: a file (.efg, .nfg, .json), a published one by name, or a crisis.",
        metavar="MODEL",
    ),
]
DataArgument = Annotated[Path, typer.Argument(help="Table of observations.", metavar="DATA.csv")]
SpecOption = Annotated[
    Path,
    typer.Option(
        "--spec",
        help="What the columns mean: outcome, and the terms of each utility.",
        metavar="SPEC.yaml",
    ),
]
MethodOption = Annotated[
    str | None,
    typer.Option(
        "--method",
        help="Of signalling: cmle, npl or pl (constrained maximum, nested or plain pseudo-likelihood); ml for all others.",
        metavar="NAME",
    ),
]
ErrorsOption = Annotated[
    str,
    typer.Option(
        "--errors", help="Standard errors: hessian, sandwich or bootstrap.", metavar="KIND"
    ),
]
ResamplesOption = Annotated[int, reworded(RESAMPLES, help="Data sets that the bootstrap draws.")]
StartsOption = Annotated[
    int | None,
    typer.Option(
        "--starts",
        help="Searches from different points; 4, or 2 of a general game, unless said.",
        metavar="N",
    ),
]
SeedOption = Annotated[int, reworded(SEED, help="Key of random starts and resamples.")]
PenaltyOption = Annotated[
    str,
    typer.Option(
        "--penalty", help="On coefficients: none, log-f, cauchy or jeffreys.", metavar="NAME"
    ),
]
EffectsOption = Annotated[
    bool,
    typer.Option("--effects", help="Average marginal effects of all columns on each outcome."),
]
FoldsOption = Annotated[
    int,
    typer.Option(
        "--folds",
        help="Score rows that the model was not fitted to, in N parts; 0: no.",
        metavar="N",
    ),
]
TableOption = Annotated[
    str, typer.Option("--table", help="Form of the table: text, html or latex.", metavar="FORM")
]
IntoOption = Annotated[
    Path | None,
    typer.Option(
        "--into",
        help="Put the coefficients into this crisis, as quantities with their covariance.",
        metavar="FOLDER",
    ),
]


def command(
    model: ModelArgument,
    data: DataArgument,
    *,
    spec: SpecOption,
    method: MethodOption = None,
    errors: ErrorsOption = "hessian",
    resamples: ResamplesOption = 200,
    starts: StartsOption = None,
    seed: SeedOption = 1,
    penalty: PenaltyOption = "none",
    effects: EffectsOption = False,
    folds: FoldsOption = 0,
    table: TableOption = "text",
    into: IntoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate a game from data: whose utility holds which terms stands in a specification.

    Prints each coefficient with its standard error. What must be known beside the numbers goes to standard error. The exit code
    is 1 if no search converged: the numbers are then no estimate.

    For example:

      detente fit egame12 disputes.csv --spec disputes.yaml

      detente fit signalling dyads.csv --spec dyads.yaml --method npl --json

      detente fit centipede.efg choices.csv --spec choices.yaml --errors bootstrap
    """
    from detente.fit import fit_game, make_table

    found = fit_game(
        model,
        data,
        spec,
        method=method,
        errors=errors,
        resamples=resamples,
        starts=starts,
        seed=seed,
        penalty=penalty,
    )
    shown = make_table(found, form=table)
    more = _ask_more(found, effects=effects, folds=folds, seed=seed)
    sys.stdout.write(json_text(found.plain() | more) if as_json else shown + _tell_more(more))
    _warn(found)
    if into is not None:
        _put(found, into, data)
    if not found.converged:
        raise typer.Exit(1)


def _ask_more(found: "FitResult", *, effects: bool, folds: int, seed: int) -> dict[str, Any]:
    """Return what is asked beyond coefficients, as plain data."""
    from dataclasses import asdict

    from detente.fit import average_effects, cross_validate

    more: dict[str, Any] = {}
    if effects:
        more["effects"] = [asdict(item) for item in average_effects(found)]
    if folds:
        more["cross_validation"] = asdict(cross_validate(found, folds=folds, seed=seed))
    return more


def _tell_more(more: dict[str, Any]) -> str:
    """Return the same as text."""
    lines: list[str] = []
    if "effects" in more:
        named = any(item["name"] for item in more["effects"])
        what = "" if named else " on the probability of each outcome, outcomes from left to right"
        lines += ["", f"Average effects{what}"]
        for item in more["effects"]:
            error = "" if item["se"] is None else f" ({item['se']:.4f})"
            on = item["name"] or str(item["outcome"] + 1)
            lines.append(f"{item['column']:<24}  {on}  {item['effect']:+.4f}{error}")
    if "cross_validation" in more:
        found = more["cross_validation"]
        brier = "" if found["brier"] is None else f", Brier {found['brier']:.4f}"
        lost = f"; {found['lost']} parts without an estimate" if found["lost"] else ""
        scores = f"mean log-likelihood {found['log_score']:.4f} (fitted {found['in_sample']:.4f})"
        lines += ["", f"Rows not fitted to, {found['folds']} parts: {scores}{brier}{lost}"]
    return "".join(f"{line}\n" for line in lines)


def _put(found: "FitResult", folder: Path, data: Path) -> None:
    from detente.fit import put_into_crisis

    paths = put_into_crisis(found, folder, data=data.name)
    sys.stderr.write(f"note: {folder} has {len(paths)} new quantities, from {paths[0]} on\n")


def _warn(found: "FitResult") -> None:
    for words in (*found.separation, *found.warnings):
        sys.stderr.write(f"note: {words}\n")
