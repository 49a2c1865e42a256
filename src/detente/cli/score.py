"""``detente score``: how good forecasts were, measured against what came about."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli._options import RESAMPLES, SEED, JsonOption, reworded
from detente.cli._output import json_text
from detente.cli._scored import (
    describe_scores,
    print_differences,
    print_parts,
    print_reliability,
    print_scores,
)

if TYPE_CHECKING:
    from detente.analysis.forecasts import ForecastTable, Scorecard

__all__ = ["command"]

ForecastsArgument = Annotated[
    Path,
    typer.Argument(
        help="CSV with id and probability, or mean and sd, or q05, q50, q95 and so on; forecaster and date where there are several.",
        metavar="FORECASTS.csv",
    ),
]
OutcomesArgument = Annotated[
    Path,
    typer.Argument(
        help="CSV with id and outcome: 1 or 0 for an event, else the number.",
        metavar="OUTCOMES.csv",
    ),
]
BinsOption = Annotated[
    int,
    typer.Option("--bins", help="Bins of the table of reliability.", metavar="N", min=1, max=100),
]
ResamplesOption = Annotated[
    int,
    reworded(
        RESAMPLES,
        help="How often events are drawn anew to compare two forecasters.",
        min=100,
        max=100_000,
    ),
]
SeedOption = Annotated[int, reworded(SEED, help="Key of the resamples.", min=0)]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot", help="Write the picture of reliability to this file.", metavar="FILE.svg"
    ),
]


def command(
    forecasts: ForecastsArgument,
    outcomes: OutcomesArgument,
    *,
    bins: BinsOption = 10,
    resamples: ResamplesOption = 2000,
    seed: SeedOption = 1,
    plot: PlotOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score forecasts against what came about: less is better.

    Probabilities get Brier's and the logarithmic score, the parts of the first, a table of reliability, and their skill beside
    climatology and a coin; forecasts of a number get the CRPS. Two forecasters are compared on what both forecast.

    For example:

      detente score forecasts.csv outcomes.csv

      detente score forecasts.csv outcomes.csv --plot reliability.svg --json
    """
    from detente.analysis.forecasts import (
        compare_forecasters,
        read_forecast_table,
        score_forecasters,
    )

    table = read_forecast_table(forecasts, outcomes)
    cards = score_forecasters(table, bins=bins)
    differences = compare_forecasters(table, resamples=resamples, seed=seed)
    if plot is not None:
        _draw(plot, cards)
    _note(table)
    if as_json:
        data = {
            "kind": table.kind,
            **describe_scores(cards, differences),
            "outcomes_without_forecast": list(table.without),
            "columns_not_read": list(table.unread),
        }
        sys.stdout.write(json_text(data))
        return
    print_scores(table.kind, cards)
    if table.kind == "probability":
        print_parts(cards)
        print_reliability(cards)
    print_differences(differences)


def _draw(path: Path, cards: "Sequence[Scorecard]") -> None:
    from detente.brief.pictures.reliability import draw_reliability
    from detente.errors import refuse
    from detente.files.writing import write_whole

    curves = {card.forecaster: card.bins for card in cards if card.bins}
    if not curves:
        message = "reliability is drawn for probabilities of events, and the table has none"
        refuse(message, code="option-invalid", at="--plot", fix="leave out --plot")
    write_whole(path, draw_reliability("reliability", curves).svg.encode())


def _note(table: "ForecastTable") -> None:
    """Say what of the tables was not used."""
    if table.without:
        have = "outcome has" if len(table.without) == 1 else "outcomes have"
        sys.stderr.write(f"note: {len(table.without)} {have} no forecast: {_some(table.without)}\n")
    if table.unread:
        sys.stderr.write(f"note: columns that are not read: {_some(table.unread)}\n")


def _some(names: Sequence[str]) -> str:
    more = f", and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
