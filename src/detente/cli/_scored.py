"""What commands print of scored forecasts, as tables and as data."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from detente.cli._output import make_table, number, print_table, text

if TYPE_CHECKING:
    from detente.analysis.forecasts import PairedDifference, Scorecard

__all__ = [
    "describe_scores",
    "print_differences",
    "print_parts",
    "print_reliability",
    "print_scores",
]

NAMES = {"brier": "Brier", "log": "Log", "crps": "CRPS"}
MOST_TABLES = 5
"""Most tables of reliability that are printed, a forecaster each."""
MOST_PAIRS = 20
"""Most differences that are printed."""


def print_scores(kind: str, cards: "Sequence[Scorecard]") -> None:
    """Print mean scores and skill, a row for each forecaster and score."""
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
    if kind != "probability":
        known = "it gives each time the distribution of what came about in the end"
    sys.stdout.write(f"Climatology knows the outcomes: {known}.\n")


def print_parts(cards: "Sequence[Scorecard]") -> None:
    """Print the parts of the Brier score and the area under the curve."""
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


def print_reliability(cards: "Sequence[Scorecard]") -> None:
    """Print the table of reliability of each of the first forecasters."""
    for card in cards[:MOST_TABLES]:
        _print_reliability(card)
    if len(cards) > MOST_TABLES:
        sys.stdout.write(f"and {len(cards) - MOST_TABLES} more forecasters: see --json\n")


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


def print_differences(differences: "Sequence[PairedDifference]") -> None:
    """Print how forecasters differ on what both forecast."""
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


def describe_scores(
    cards: "Sequence[Scorecard]", differences: "Sequence[PairedDifference]"
) -> dict[str, Any]:
    """Return scores as data."""
    return {
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
    }


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with null where a number is infinite or not defined."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
