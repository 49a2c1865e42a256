"""``detente panel``: past crises run as templates, and whether their games add anything to the class prior."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from detente.cli._options import DRAWS, JsonOption, SeedOption, reworded
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.cli._scored import (
    describe_scores,
    print_differences,
    print_parts,
    print_reliability,
    print_scores,
)
from detente.cli.reference_class import ActorsArgument, CrisesArgument, SinceOption

if TYPE_CHECKING:
    from detente.analysis.forecasts import Scorecard
    from detente.analysis.panel import Panel

__all__ = ["command"]

ANSWERS: Mapping[str, str] = {
    "adds": "The model adds to the class prior: the pool is better by both scores.",
    "worse": "The model does not help: the pool is worse than the class prior by both scores.",
    "not shown": "These crises do not show that the model adds anything to the class prior.",
}
DrawsOption = Annotated[int, reworded(DRAWS, help="Draws of each game.")]


def command(
    crises: CrisesArgument,
    actors: ActorsArgument,
    *,
    since: SinceOption = 1960,
    draws: DrawsOption = 64,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Run past crises as the templates that they have the shape of, and pool what the games say with the class prior.

    Says whether the pool forecasts serious clashes or war better than the mean of the trigger's class does. The data do not
    ship: give your own copies of the tables icb1 and icb2.

    For example:

      detente panel icb1v15.csv icb2v15.csv
    """
    from detente.analysis.forecasts import score_forecasters
    from detente.analysis.panel import run_panel
    from detente.crisis.past_crises import checksum, read_crisis_actors, read_past_crises
    from detente.runs.progress import ProgressDisplay

    past, takers = read_past_crises(crises), read_crisis_actors(actors)
    with ProgressDisplay("Running past crises", elsewhere="tenths") as display:
        found = run_panel(past, takers, since=since, draws=draws, seed=seed, progress=display)
    cards = score_forecasters(found.table, bins=10)
    templates = dict.fromkeys(sorted(case.template for case in found.cases))
    by_template = {name: score_forecasters(found.of_template(name), bins=10) for name in templates}
    source = ", ".join(f"{path.name} SHA-256 {checksum(path)[:16]}" for path in (crises, actors))
    if as_json:
        data = {"source": source, "since": since, "seed": seed}
        sys.stdout.write(json_text(data | _as_data(found, cards, by_template)))
        return
    _print(found, cards, by_template)
    print_line(f"Source: International Crisis Behavior project, {source}.")


def _print(
    found: "Panel",
    cards: "tuple[Scorecard, ...]",
    by_template: "Mapping[str, tuple[Scorecard, ...]]",
) -> None:
    hits = sum(case.happened for case in found.cases)
    sys.stdout.write(
        f"{ANSWERS[found.verdict]}\n\n"
        f"{len(found.cases)} crises, {hits} of which came to serious clashes or war; "
        f"{found.left_out} more have the shape of no template. {found.draws} draws each.\n"
        f"Weight of the model in the pool, fold by fold: {', '.join(f'{w:g}' for w in found.weights)}.\n\n"
    )
    missed = sum(case.unconverged for case in found.cases)
    if missed:
        sys.stdout.write(f"{missed} draws missed the tolerance of the solver; they count.\n\n")
    print_scores(found.table.kind, cards)
    print_parts(cards)
    print_reliability(cards[:3])
    print_differences(found.differences)
    columns = [
        text("Template"),
        text("Forecaster"),
        *map(number, ("Crises", "Happened", "Mean forecast", "Brier", "Log", "AUC")),
    ]
    rows = [
        (
            name,
            card.forecaster,
            str(card.forecasts),
            str(sum(item.happened for item in card.bins)),
            f"{sum(item.mean * item.count for item in card.bins) / card.forecasts:.3f}",
            f"{card.means['brier']:.4f}",
            f"{card.means['log']:.4f}",
            f"{card.auc:.4f}",
        )
        for name, scored in by_template.items()
        for card in scored[:3]
    ]
    sys.stdout.write("\nBy template\n")
    print_table(make_table(columns, rows, head_style=None))
    sys.stdout.write("\n")


def _as_data(
    found: "Panel",
    cards: "tuple[Scorecard, ...]",
    by_template: "Mapping[str, tuple[Scorecard, ...]]",
) -> dict[str, Any]:
    probs: dict[str, dict[str, float]] = {}
    rows = zip(found.table.ids, found.table.forecasters, found.table.numbers, strict=True)
    for name, forecaster, numbers in rows:
        probs.setdefault(name, {})[forecaster] = float(numbers[0])
    return {
        "draws": found.draws,
        "verdict": found.verdict,
        "weights": list(found.weights),
        "left_out": found.left_out,
        **describe_scores(cards, found.differences),
        "templates": {
            name: describe_scores(scored, ())["forecasters"] for name, scored in by_template.items()
        },
        "cases": [
            {
                "crisis": case.crisis.number,
                "name": case.crisis.name,
                "year": case.crisis.year,
                "template": case.template,
                "set": {
                    path: list(value) if isinstance(value, tuple) else value
                    for path, value in case.values.items()
                },
                "happened": case.happened,
                "unconverged": case.unconverged,
                **probs[str(case.crisis.number)],
            }
            for case in found.cases
        ],
    }
