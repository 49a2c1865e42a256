"""``detente reference-class``: how far past crises went, by what was known when they began, and how well that forecasts."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import SINCE, JsonOption, reworded
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.cli._scored import (
    describe_scores,
    print_differences,
    print_parts,
    print_reliability,
    print_scores,
)

if TYPE_CHECKING:
    from detente.analysis.base_rates import BaseRate
    from detente.analysis.forecasts import PairedDifference, Scorecard
    from detente.analysis.reference_classes import ReferenceForecasts
    from detente.crisis.past_crises import PastCrisis

__all__ = ["command"]

OUTCOMES: Mapping[str, int] = {"serious clashes or war": 3, "full-scale war": 4}
CrisesArgument = Annotated[
    Path,
    typer.Argument(
        help="Your copy of the table icb1 (crises) of the International Crisis Behavior project.",
        metavar="ICB1.csv",
    ),
]
ActorsArgument = Annotated[
    Path, typer.Argument(help="Your copy of its table icb2 (actors).", metavar="ICB2.csv")
]
SinceOption = Annotated[int, reworded(SINCE, help="First year that is forecast.")]


def command(
    crises: CrisesArgument,
    actors: ActorsArgument,
    *,
    since: SinceOption = 1960,
    as_json: JsonOption = False,
) -> None:
    """Say how far past crises went, by trigger, and score forecasts of each by those that had ended before its year.

    Climatology, the mean of the trigger's class, and a penalised logit on what was known when a crisis began; for serious
    clashes or war, and for full-scale war. The data do not ship: give your own copies.

    For example:

      detente reference-class icb1v15.csv icb2v15.csv
    """
    from detente.analysis.forecasts import compare_forecasters, score_forecasters
    from detente.analysis.reference_classes import forecast_past_crises, tabulate_onsets
    from detente.crisis.past_crises import checksum, read_crisis_actors, read_past_crises
    from detente.runs.progress import ProgressDisplay

    past, takers = read_past_crises(crises), read_crisis_actors(actors)
    source = ", ".join(f"{path.name} SHA-256 {checksum(path)[:16]}" for path in (crises, actors))
    results = []
    for outcome, violence in OUTCOMES.items():
        rates = _rates(past, violence)
        onsets = tabulate_onsets(past, takers, violence=violence)
        with ProgressDisplay(f"Forecasting {outcome}", elsewhere="tenths", unit="year") as display:
            found = forecast_past_crises(onsets, violence=violence, since=since, progress=display)
        cards = score_forecasters(found.table, bins=10)
        differences = compare_forecasters(found.table)
        if as_json:
            results.append(_as_data(outcome, rates, found, cards, differences))
        else:
            _print(outcome, rates, found, cards, differences, since)
    if as_json:
        sys.stdout.write(json_text({"source": source, "since": since, "outcomes": results}))
        return
    print_line(f"Source: International Crisis Behavior project, {source}.")


def _rates(past: "tuple[PastCrisis, ...]", violence: int) -> "list[BaseRate]":
    """Count crises outside wars by what set them off; triggers of no crisis are left out."""
    from detente.analysis.base_rates import ReferenceClass, count
    from detente.crisis.past_crises import TRIGGERS

    coded = [item for item in past if item.violence is not None and not item.within_war]
    return [
        count(past, ReferenceClass(), violence=violence, label="any"),
        *(
            count(past, ReferenceClass(trigger=code), violence=violence, label=name)
            for code, name in TRIGGERS.items()
            if any(item.trigger == code for item in coded)
        ),
    ]


def _print(
    outcome: str,
    rates: "list[BaseRate]",
    found: "ReferenceForecasts",
    cards: "tuple[Scorecard, ...]",
    differences: "tuple[PairedDifference, ...]",
    since: int,
) -> None:
    hits = sum(found.table.values[: len(found.crises)])
    sys.stdout.write(f"{outcome.upper()}\n\nCrises outside wars, all years\n")
    rows = [
        (
            item.label,
            f"{item.hits} of {item.cases}",
            f"{item.rate:.1%}",
            f"{item.interval[0]:.1%} to {item.interval[1]:.1%}",
        )
        for item in rates
    ]
    columns = [text("Set off by"), *map(number, ("Went as far", "Rate", "90% interval"))]
    print_table(make_table(columns, rows, head_style=None))
    sys.stdout.write(
        f"\nForecasts of {len(found.crises)} crises from {since} on, {hits:.0f} of which went as far, "
        "each by those that had ended before its year\n"
    )
    print_scores(found.table.kind, cards)
    print_parts(cards)
    print_reliability(cards)
    print_differences(differences)
    sys.stdout.write("\n")


def _as_data(
    outcome: str,
    rates: "list[BaseRate]",
    found: "ReferenceForecasts",
    cards: "tuple[Scorecard, ...]",
    differences: "tuple[PairedDifference, ...]",
) -> dict[str, Any]:
    probs: dict[str, dict[str, float]] = {}
    rows = zip(found.table.ids, found.table.forecasters, found.table.numbers, strict=True)
    for number_, forecaster, numbers in rows:
        probs.setdefault(number_, {})[forecaster] = float(numbers[0])
    return {
        "outcome": outcome,
        "rates": [
            {"trigger": item.label, "hits": item.hits, "cases": item.cases, "rate": item.rate}
            for item in rates
        ],
        **describe_scores(cards, differences),
        "penalties": {str(year): penalty for year, penalty in found.penalties.items()},
        "forecasts": [
            {
                "crisis": item.number,
                "name": item.name,
                "year": item.year,
                "happened": item.violence is not None and item.violence >= found.violence,
                **probs[str(item.number)],
            }
            for item in found.crises
        ],
    }
