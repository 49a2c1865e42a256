"""``detente score``: how good forecasts were, measured against what came about."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import SEED, JsonOption, reworded
from detente.cli._output import json_text, make_table, number, print_table, text

if TYPE_CHECKING:
    from detente.analysis.forecasts import ForecastTable, PairedDifference, Scorecard

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
    typer.Option(
        "--resamples",
        help="How often events are drawn anew to compare two forecasters.",
        metavar="N",
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
NAMES = {"brier": "Brier", "log": "Log", "crps": "CRPS"}
MOST_TABLES = 5
"""Most tables of reliability that are printed, a forecaster each."""
MOST_PAIRS = 20
"""Most differences that are printed."""


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
        sys.stdout.write(json_text(_as_data(table, cards, differences)))
        return
    _print_scores(table, cards)
    if table.kind == "probability":
        _print_parts(cards)
        for card in cards[:MOST_TABLES]:
            _print_reliability(card)
        if len(cards) > MOST_TABLES:
            sys.stdout.write(f"and {len(cards) - MOST_TABLES} more forecasters: see --json\n")
    _print_differences(differences)


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


def _print_scores(table: "ForecastTable", cards: "Sequence[Scorecard]") -> None:
    baselines = list(cards[0].baselines)
    columns = [
        text("Forecaster"),
        *map(number, ("Forecasts", "Events")),
        text("Score"),
        number("Mean"),
        *(number(f"Skill over {name}") for name in baselines),
    ]
    rows = [
        [
            card.forecaster,
            str(card.forecasts),
            str(card.events),
            NAMES[name],
            _number(mean, card.infinite if name == "log" else 0),
            *(_share(card.skill(baseline, name)) for baseline in baselines),
        ]
        for card in cards
        for name, mean in card.means.items()
    ]
    print_table(make_table(columns, rows, head_style=None))
    known = "it gives each event the share that happened in the end"
    if table.kind != "probability":
        known = "it gives each time the distribution of what came about in the end"
    sys.stdout.write(f"Climatology knows the outcomes: {known}.\n")


def _print_parts(cards: "Sequence[Scorecard]") -> None:
    columns = [
        text("Forecaster"),
        *map(number, ("Reliability", "Resolution", "Uncertainty", "Within bins", "AUC")),
    ]
    rows = []
    for card in cards:
        if card.parts is not None:
            parts = asdict(card.parts).values()
            rows.append([card.forecaster, *map(_number, parts), _number(card.auc)])
    sys.stdout.write("\nBrier = reliability - resolution + uncertainty + within bins\n")
    print_table(make_table(columns, rows, head_style=None))


def _print_reliability(card: "Scorecard") -> None:
    columns = [text("Given"), *map(number, ("Mean", "Forecasts", "Happened", "Share"))]
    rows = [
        (
            f"{item.low:.3g}" if item.low == item.high else f"{item.low:.2f} to {item.high:.2f}",
            f"{item.mean:.3f}",
            str(item.count),
            str(item.happened),
            f"{item.rate:.3f}",
        )
        for item in card.bins
    ]
    sys.stdout.write(f"\nReliability of {card.forecaster}\n")
    print_table(make_table(columns, rows, head_style=None))


def _print_differences(differences: "Sequence[PairedDifference]") -> None:
    if not differences:
        return
    columns = [
        text("First less second"),
        text("Score"),
        *map(number, ("Forecasts", "Events", "Difference", "5% to 95%", "First better in")),
    ]
    rows = [
        (
            f"{item.first} less {item.second}",
            NAMES[item.score],
            str(item.forecasts),
            str(item.events),
            _signed(item.mean),
            f"{_signed(item.low)} to {_signed(item.high)}"
            if math.isfinite(item.low)
            else "not defined",
            _share(item.better),
        )
        for item in differences[:MOST_PAIRS]
    ]
    sys.stdout.write("\nDifferences on what both forecast, events drawn anew\n")
    print_table(make_table(columns, rows, head_style=None))
    if len(differences) > MOST_PAIRS:
        sys.stdout.write(f"and {len(differences) - MOST_PAIRS} more: see --json\n")


def _number(value: float, infinite: int = 0) -> str:
    if infinite:
        return f"infinite ({infinite})"
    return "not defined" if math.isnan(value) else f"{value:.4f}"


def _signed(value: float) -> str:
    return f"{value:+.4f}" if math.isfinite(value) else "not defined"


def _share(value: float) -> str:
    if math.isnan(value):
        return "not defined"
    return f"{value:.1%}" if math.isfinite(value) else "minus infinite"


def _as_data(
    table: "ForecastTable",
    cards: "Sequence[Scorecard]",
    differences: "Sequence[PairedDifference]",
) -> dict[str, Any]:
    return {
        "kind": table.kind,
        "forecasters": [
            {
                "forecaster": card.forecaster,
                "forecasts": card.forecasts,
                "events": card.events,
                "scores": _finite(card.means),
                "infinite_log_scores": card.infinite,
                "baselines": {name: _finite(scores) for name, scores in card.baselines.items()},
                "skill": {
                    name: _finite({score: card.skill(name, score) for score in card.means})
                    for name in card.baselines
                },
                "brier_parts": asdict(card.parts) if card.parts is not None else None,
                "auc": _finite({"auc": card.auc})["auc"],
                "reliability": [{**asdict(item), "rate": item.rate} for item in card.bins],
            }
            for card in cards
        ],
        "differences": [_finite(asdict(item)) for item in differences],
        "outcomes_without_forecast": list(table.without),
        "columns_not_read": list(table.unread),
    }


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with null where a number is infinite or not defined."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
