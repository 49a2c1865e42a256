"""``detente bargain``: run the models of a negotiated outcome on a table of actors."""

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from detente.cli._options import JSON, reworded
from detente.cli._output import json_text
from detente.errors import UsageError, nearest

if TYPE_CHECKING:
    from detente.cli._actor_table import ActorTable
    from detente.models.bargaining import (
        BargainingIssue,
        ExpectedUtilityResult,
        Predictor,
        QuadrantChart,
    )

__all__ = ["command"]

_MOST_ROUNDS = 1000
_SHOWN_ACTORS = 40
_SHOWN_ROUNDS = 10
_SLOW_ACTORS = 1500
_LARGEST_SALIENCE = 1e6

TableArgument = Annotated[
    str,
    typer.Argument(
        help="CSV file with the columns actor, capability, position, salience; - for standard input.",
        metavar="FILE.csv",
    ),
]
VariantOption = Annotated[
    str,
    typer.Option(
        help="all-pairs, all-pairs-nearest, pairwise or pairwise-nearest: what votes are divided by, and whether an actor takes the offer that moves it least."
    ),
]
RoundsOption = Annotated[int, typer.Option(help="Rounds of bargaining, 0 to 1000.")]
PredictorOption = Annotated[
    str, typer.Option(help="Forecast to put first; the others are printed beside it.")
]
LowOption = Annotated[
    float | None, typer.Option(help="Low end of the scale; by default the lowest position.")
]
HighOption = Annotated[
    float | None, typer.Option(help="High end of the scale; by default the highest position.")
]
SalienceMaxOption = Annotated[
    float | None,
    typer.Option(
        help="What full salience is in the table; by default 1, or 100 where the column can only be in per cent."
    ),
]
EqualCapabilityOption = Annotated[
    bool,
    typer.Option(
        "--equal-capability", help="Count all actors as equally capable; no column is read."
    ),
]
CapitulationOption = Annotated[
    bool,
    typer.Option(
        "--capitulation",
        help="Let actors give in that lose more by resisting than the other gains.",
    ),
]
QuadrantsOption = Annotated[
    str | None, typer.Option(help="Show how this actor sees all others before the first round.")
]
CompareOption = Annotated[
    bool, typer.Option("--compare", help="Show the mean by round under every variant.")
]
JsonOption = Annotated[bool, reworded(JSON, help="Print everything as JSON.")]


def command(
    table: TableArgument,
    *,
    variant: VariantOption = "all-pairs",
    rounds: RoundsOption = 10,
    predictor: PredictorOption = "predictive-median",
    low: LowOption = None,
    high: HighOption = None,
    salience_max: SalienceMaxOption = None,
    equal_capability: EqualCapabilityOption = False,
    capitulation: CapitulationOption = False,
    quadrants: QuadrantsOption = None,
    compare: CompareOption = False,
    as_json: JsonOption = False,
) -> None:
    """Forecast a decision from who wants what, how much they care and how much they can do.

    Prints Bueno de Mesquita's expected-utility model round by round, beside simple forecasts.

    The columns: capability is zero or more in any unit, position any number on one scale, salience a share from 0 to 1
    (or in per cent). Fields are separated by commas, semicolons, tabs or bars.

    For example:

      detente bargain actors.csv

      detente bargain actors.csv --variant pairwise-nearest --rounds 5 --low 0 --high 100

      detente bargain - --json < actors.csv
    """
    from detente.cli._actor_table import check_fits, read_actor_table
    from detente.models.bargaining import (
        MAX_ACTORS,
        VARIANTS,
        chart_quadrants,
        find_predictor,
        find_variant,
        make_issue,
    )

    find_variant(variant)
    first = find_predictor(predictor)
    _check(rounds, salience_max)
    actors = read_actor_table(table, salience_max=salience_max, equal_capability=equal_capability)
    pairs = rounds > 0 or quadrants is not None
    check_fits(actors, low=low, high=high, most_actors=MAX_ACTORS if pairs else None)
    chosen = _find_actor(quadrants, actors.names)
    issue = make_issue(actors.capability, actors.position, actors.salience, low=low, high=high)
    variants = VARIANTS if compare else (variant,)
    results = _solve(issue, variants, rounds=rounds, capitulation=capitulation)
    chart = None if chosen is None else chart_quadrants(issue, chosen, variant=variant)
    found = _Answer(actors, results[variant], _forecast(first, issue), results, chart)
    show = _as_json if as_json else _as_text
    sys.stdout.write(show(found, compared=compare))


class _Answer(NamedTuple):
    """What is printed: the result of the variant asked for, forecasts by name, and results by variant."""

    actors: "ActorTable"
    result: "ExpectedUtilityResult"
    forecasts: dict[str, float]
    results: "dict[str, ExpectedUtilityResult]"
    chart: "QuadrantChart | None"


def _check(rounds: int, salience_max: float | None) -> None:
    if not 0 <= rounds <= _MOST_ROUNDS:
        message = f"{rounds} rounds are not from 0 to {_MOST_ROUNDS}"
        raise UsageError(
            message, code="option-invalid", at="--rounds", fix="give a number of rounds, such as 10"
        )
    if salience_max is not None and not 0.0 < salience_max <= _LARGEST_SALIENCE:
        message = (
            f"full salience of {salience_max:g} is not above 0 and at most {_LARGEST_SALIENCE:g}"
        )
        raise UsageError(
            message,
            code="option-invalid",
            at="--salience-max",
            fix="give a number such as 1 or 100",
        )


def _solve(
    issue: "BargainingIssue", variants: Iterable[str], *, rounds: int, capitulation: bool
) -> "dict[str, ExpectedUtilityResult]":
    """Solve the issue under each variant; a large table takes long enough to show how far it is."""
    from detente.models.bargaining import solve_expected_utility
    from detente.runs.progress import ProgressDisplay

    def watched() -> "AbstractContextManager[ProgressDisplay | None]":
        if len(issue.position) <= _SLOW_ACTORS:
            return nullcontext()
        return ProgressDisplay("Bargaining", elsewhere="counter", unit="round")

    found = {}
    for name in variants:
        with watched() as display:
            found[name] = solve_expected_utility(
                issue,
                variant=name,
                rounds=rounds,
                capitulation=capitulation,
                progress=display,
            )
    return found


def _forecast(first: "Predictor", issue: "BargainingIssue") -> dict[str, float]:
    """Return all forecasts by name, the one asked for first."""
    from detente.models.bargaining import PREDICTORS

    forecasts = {first.name: first.predict(issue)}
    return forecasts | {name: item.predict(issue) for name, item in PREDICTORS.items()}


def _as_json(found: _Answer, *, compared: bool) -> str:
    data = _as_data(found.actors, found.result.issue, found.result, found.forecasts, found.chart)
    if compared:
        data["means"] = {name: result.means.tolist() for name, result in found.results.items()}
    return json_text(data)


def _as_text(found: _Answer, *, compared: bool) -> str:
    result = found.result
    parts = [_heading(found.actors, result), _forecasts(found.forecasts), _rounds(result)]
    if len(result.positions) > 1:
        parts.append(_positions(found.actors, result))
    if compared:
        parts.append(_comparison(found.results))
    if found.chart is not None:
        parts.append(_chart(found.actors, found.chart))
    return "\n".join(parts)


def _find_actor(name: str | None, names: Sequence[str]) -> int | None:
    if name is None:
        return None
    if name in names:
        return names.index(name)
    near = nearest(name, names) or names[:3]
    message = f"the table has no actor {name!r}"
    raise UsageError(
        message,
        code="actor-unknown",
        at="--quadrants",
        fix=f"name an actor such as {', '.join(near)}",
    )


def _heading(actors: "ActorTable", result: "ExpectedUtilityResult") -> str:
    issue = result.issue
    lines = [
        f"{len(actors.names)} actors on a scale from {issue.low:g} to {issue.high:g}",
        f"Variant {result.variant.name}: {result.variant.summary}"
        + ("; with capitulation" if result.capitulation else ""),
    ]
    lines += actors.notes
    if issue.position.min() == issue.position.max():
        lines.append("All actors hold the same position: there is nothing to bargain over.")
    return "\n".join(lines) + "\n"


def _forecasts(forecasts: dict[str, float]) -> str:
    from detente.models.bargaining import PREDICTORS

    rows = [[name, _number(value), PREDICTORS[name].summary] for name, value in forecasts.items()]
    return _table(["forecast", "outcome", "what it is"], rows, left=(0, 2))


def _rounds(result: "ExpectedUtilityResult") -> str:
    from detente.models.bargaining import MOVES

    rows = []
    for number, (mean, median) in enumerate(zip(result.means, result.medians, strict=True)):
        kinds = Counter(result.moves[number - 1].tolist()) if number else Counter()
        moves = [str(kinds[code]) if number else "" for code in range(1, len(MOVES))]
        rows.append([str(number), _number(mean), _number(median), *moves])
    heading = ["round", "mean", "median", "confronted", "compromised", "capitulated"]
    if not result.capitulation:
        heading, rows = heading[:-1], [row[:-1] for row in rows]
    return _table(heading, rows)


def _positions(actors: "ActorTable", result: "ExpectedUtilityResult") -> str:
    """Return positions by round of the actors with the most weight, and first-round risk exponents."""
    shown = range(len(actors.names))
    note = ""
    if len(actors.names) > _SHOWN_ACTORS:
        heaviest = (-result.issue.weights).argsort(kind="stable")[:_SHOWN_ACTORS]
        shown = sorted(heaviest.tolist())  # type: ignore[assignment]
        note = f"The {_SHOWN_ACTORS} actors with the most weight; --json has all.\n"
    last = len(result.positions) - 1
    step = max(1, -(-last // _SHOWN_ROUNDS))
    columns = sorted({*range(0, last + 1, step), last})
    rows = [
        [
            actors.names[i],
            f"{result.risk_exponents[0, i]:.3f}",
            *(f"{result.positions[column, i]:.4g}" for column in columns),
        ]
        for i in shown
    ]
    return _table(["actor", "risk", *(str(column) for column in columns)], rows, left=(0,)) + note


def _comparison(results: "dict[str, ExpectedUtilityResult]") -> str:
    columns = [found.means for found in results.values()]
    rows = [
        [str(number), *(_number(mean) for mean in means)]
        for number, means in enumerate(zip(*columns, strict=True))
    ]
    return _table(["mean in round", *results], rows)


def _chart(actors: "ActorTable", chart: "QuadrantChart") -> str:
    from detente.models.bargaining import QUADRANTS

    order = sorted(
        (i for i in range(len(actors.names)) if i != chart.actor),
        key=lambda i: (-float(chart.other[i]), i),
    )[:_SHOWN_ACTORS]
    rows = [
        [
            actors.names[i],
            f"{chart.win_prob[i]:.3f}",
            f"{chart.own[i]:+.3f}",
            f"{chart.other[i]:+.3f}",
            QUADRANTS[chart.quadrants[i]],
        ]
        for i in order
    ]
    name = actors.names[chart.actor]
    heading = [f"as {name} sees it", "chance", "own gain", "other's gain", "quadrant"]
    return _table(heading, rows, left=(0, 4))


def _as_data(
    actors: "ActorTable",
    issue: "BargainingIssue",
    result: "ExpectedUtilityResult",
    forecasts: dict[str, float],
    chart: "QuadrantChart | None",
) -> dict[str, Any]:
    from detente.models.bargaining import MOVES, QUADRANTS

    def partner(code: int) -> str | None:
        return actors.names[code] if code >= 0 else None

    data: dict[str, Any] = {
        "scale": [issue.low, issue.high],
        "variant": result.variant.name,
        "capitulation": result.capitulation,
        "notes": list(actors.notes),
        "predictor": next(iter(forecasts)),
        "forecasts": forecasts,
        "rounds": [
            {"round": number, "mean": float(mean), "median": float(median)}
            for number, (mean, median) in enumerate(zip(result.means, result.medians, strict=True))
        ],
        "actors": [
            {
                "actor": name,
                "capability": actors.capability[i],
                "salience": actors.salience[i],
                "positions": result.positions[:, i].tolist(),
                "risk_exponents": result.risk_exponents[:, i].tolist(),
                "moves": [MOVES[code] for code in result.moves[:, i]],
                "partners": [partner(code) for code in result.partners[:, i].tolist()],
            }
            for i, name in enumerate(actors.names)
        ],
    }
    if chart is not None:
        data["quadrants"] = {
            "actor": actors.names[chart.actor],
            "risk_exponent": chart.risk_exponent,
            "pairs": [
                {
                    "actor": name,
                    "win_prob": float(chart.win_prob[i]),
                    "own": float(chart.own[i]),
                    "other": float(chart.other[i]),
                    "quadrant": QUADRANTS[chart.quadrants[i]],
                }
                for i, name in enumerate(actors.names)
                if i != chart.actor
            ],
        }
    return data


def _number(value: float) -> str:
    return f"{value:.7g}"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = ()) -> str:
    """Return aligned columns; those in ``left`` flush left."""
    cells = [heading, *rows]
    widths = [max(_width(row[k]) for row in cells) for k in range(len(heading))]

    def padded(text: str, k: int) -> str:
        room = " " * (widths[k] - _width(text))
        return text + room if k in left else room + text

    lines = ["  ".join(padded(text, k) for k, text in enumerate(row)).rstrip() for row in cells]
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    """Columns that a text takes on a terminal: East Asian wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
