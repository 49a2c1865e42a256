"""``detente price CRISIS sanctions --by-measure``: what each measure does, what it adds, who loses and who joins."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.cli._pricing import PriceRequest, span_text
from detente.errors import UsageError

__all__ = ["print_by_measure"]

_HORIZONS = {"month": "1 month", "year": "1 year", "3y": "3 years"}
_WAYS = {"alone": "alone", "last": "last", "mean": "mean over orders"}
_SIDES = (
    ("target", "gdp", "Loss of the target in % of GDP, each measure alone"),
    ("senders", "gdp", "Loss of those who sanction in % of GDP, on average, each measure alone"),
    ("target", "currency", "Fall of the target's currency in dollars in %, each measure alone"),
    ("world", "price", "Rise of the world price in %"),
)
_NONE = "not modelled"
_SMALL = 0.05
"""A measure that costs every member less, in % of GDP, has no column of its own; the JSON has all."""
_NOTES = (
    "Mean [5%, 95% of draws]. A loss or a fall is positive. Not modelled: no estimate is at hand, and it counts for nothing in what measures come to together.",
    "Last: what a measure adds to all the others. Mean over orders: Shapley's value; the parts of one column add up to the whole.",
    "Within a channel the largest effect counts in full and of the others a share; between channels a loss falls on what the others left.",
)


def print_by_measure(request: PriceRequest) -> None:
    """Print the effects of every measure."""
    given = {
        "--package": request.packages,
        "--coalition": request.coalition,
        "--counter": request.counter,
    }
    for option, value in given.items():
        if value:
            message = f"{option} says who does what, and by measure every row has its own"
            raise UsageError(
                message, code="option-invalid", at=option, fix=f"leave out {option} or --by-measure"
            )
    from detente.analysis.measure_tables import describe_measures

    found = {
        "crisis": request.crisis.id,
        "as_of": request.crisis.as_of.isoformat(),
        "subject": request.subject,
        "draws": request.n_draws,
        "seed": request.seed,
        "overrides": dict(request.crisis.overrides),
        "range": "5-95% of draws",
        **describe_measures(request.crisis, n_draws=request.n_draws, seed=request.seed),
        "notes": list(_NOTES),
    }
    if request.as_json:
        sys.stdout.write(json_text(found))
        return
    for on, quantity, title in _SIDES:
        _print_side(found["measures"], on, quantity, title)
    _print_ways(found)
    _print_consent(found)
    _print_members(found)
    for note in found["notes"]:
        print_line(note)


def _cell(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return _NONE
    mean, interval = span_text(value)
    return f"{mean} [{interval.replace(' to ', ', ')}]"


def _effects(item: Mapping[str, Any], on: str, quantity: str) -> dict[str, Mapping[str, Any]]:
    return {
        effect["horizon"]: effect
        for effect in item["effects"]
        if (effect["on"], effect["quantity"]) == (on, quantity)
    }


def _print_side(measures: Sequence[Mapping[str, Any]], on: str, quantity: str, title: str) -> None:
    rows = []
    for item in measures:
        effects = _effects(item, on, quantity)
        if effects:
            cells = [_cell(effects.get(horizon, {}).get("alone")) for horizon in _HORIZONS]
            rows.append((item["label"], *cells))
    if rows:
        columns = [text("", overflow="fold")]
        columns += [number(heading, no_wrap=True) for heading in _HORIZONS.values()]
        print_table(make_table(columns, rows, title=title))
        sys.stdout.write("\n")


def _print_ways(found: Mapping[str, Any]) -> None:
    """Print what each measure adds to the target's loss after a year, and what all come to."""
    rows = []
    for item in found["measures"]:
        effect = _effects(item, "target", "gdp").get("year", {})
        if effect.get("modelled"):
            rows.append((item["label"], *(_cell(effect[way]) for way in _WAYS)))
    total = [
        item
        for item in found["totals"]
        if (item["on"], item["quantity"], item["horizon"]) == ("target", "gdp", "year")
    ]
    if len(rows) < 2 or not total:
        return
    rows.append(("all that is modelled", "", "", _cell(total[0])))
    columns = [text("", overflow="fold"), *(number(way, no_wrap=True) for way in _WAYS.values())]
    title = "What each adds to the target's loss after a year, in % of GDP"
    print_table(make_table(columns, rows, title=title))
    sys.stdout.write("\n")


def _print_consent(found: Mapping[str, Any]) -> None:
    consent = found["consent"]
    if consent is None:
        return
    rows = [
        (item["label"], *(_cell(_points(item["consent"][way])) for way in _WAYS))
        for item in found["measures"]
        if item["consent"]
    ]
    columns = [text("", overflow="fold"), *(number(way, no_wrap=True) for way in _WAYS.values())]
    title = f"What each adds to the chance that a package stands ({consent['rule']}), in points"
    print_table(make_table(columns, rows, title=title))
    sys.stdout.write("\n")
    sizes = [
        (
            str(item["size"]),
            str(item["packages"]),
            *(f"{100 * item[key]:.0f}" for key in ("mean", "least", "most")),
        )
        for item in consent["by_size"]
    ]
    columns = [number(name) for name in ("measures", "packages", "mean", "least", "most")]
    title = "Chance that a package stands in %, by its size: over the packages of that size"
    print_table(make_table(columns, sizes, title=title))
    sys.stdout.write("\n")


def _points(value: Mapping[str, float]) -> dict[str, float]:
    return {key: 100.0 * value[key] for key in ("mean", "low", "high")}


def _print_members(found: Mapping[str, Any]) -> None:
    """Print by member what it loses in a year under each measure that says so, and whether it joins all of them."""
    shown = {
        loss["measure"]
        for member in found["members"]
        for loss in member["losses"]
        if loss["horizon"] == "year"
    }
    largest = {
        name: max(
            abs(loss["mean"])
            for member in found["members"]
            for loss in member["losses"]
            if (loss["measure"], loss["horizon"]) == (name, "year")
        )
        for name in shown
    }
    labels = {item["measure"]: item["label"] for item in found["measures"]}
    named = [(name, label) for name, label in labels.items() if largest.get(name, 0.0) >= _SMALL]
    small = [label for name, label in labels.items() if largest.get(name, _SMALL) < _SMALL]
    if not named:
        return
    rows = []
    for member in found["members"]:
        losses = {loss["measure"]: loss for loss in member["losses"] if loss["horizon"] == "year"}
        joins = member["joins"] or {}
        single = [value["mean"] for name, value in joins.items() if name != "all"]
        asked = (
            (f"{100 * min(single):.0f}", f"{100 * joins['all']['mean']:.0f}") if joins else ("", "")
        )
        cells = (_cell(losses.get(measure)) for measure, _ in named)
        rows.append((member["name"], *cells, *(asked if found["consent"] else ())))
    columns = [text("", overflow="fold"), *(number(label, overflow="fold") for _, label in named)]
    title = "What each loses after a year in % of GDP by measure"
    if found["consent"]:
        columns += [number("joins what it wants least, %"), number("joins all, %")]
        title += ", and whether it joins"
    print_table(make_table(columns, rows, title=title))
    if small:
        print_line(f"Below {_SMALL} for everybody: {', '.join(small)}.")
    missing = [item["label"] for item in found["measures"] if item["measure"] not in shown]
    if missing:
        print_line(f"Not modelled by member: {', '.join(missing)}.")
    sys.stdout.write("\n")
