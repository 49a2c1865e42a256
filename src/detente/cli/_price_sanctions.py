"""``detente price CRISIS sanctions``: packages by coalition and horizon, then every other sanctions mechanism."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from detente.arrays import FloatArray
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.cli._pricing import (
    PriceRequest,
    describe_family,
    find_family,
    price_situations,
    print_mechanism,
    print_origin,
    span_text,
)
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.arrays import FloatArray
    from detente.linking.counters import Cost, Counter
    from detente.linking.pricing import Priced

__all__ = ["price_subject"]

_COUNTER_NOTES = (
    "Parts come one on top of the other: total = 1 - (1 - trade)(1 - finance)(1 - gas).",
    """No gas is counted twice: where a package bans gas, its trade part leaves gas out and the gas part takes all of it
    away; else the gas part is that of the cut.""",
    """Gas: revenue forgone for the target; for the others the gas system of the crisis. The first month is that of the
    programme, whose planner knows the year.""",
)
_HORIZONS = "sanctions.package_horizons"
_NOTE = "A loss is that of real income while the package is in force, in percent of the income of the period."
_HEADINGS = {"month": "1 month", "year": "1 year", "3y": "3 years"}
_NOTES_ON_HORIZONS = (
    "The matrix is of trade alone; --counter puts trade, finance and gas together.",
    "Between the nodes of the design the loss is interpolated; members take part as one mean coalition.",
    "No published estimate isolates a cut-off from financial messaging: it has always come with other measures.",
)


def price_subject(request: PriceRequest) -> None:
    """Print packages as a matrix of who pays, by horizon, and the other mechanisms situation by situation."""
    if request.by_measure:
        from detente.cli._price_measures import print_by_measure

        print_by_measure(request)
        return
    request = _by_design(request)
    family = find_family(request)
    fixed = _coalition(request, family)
    if request.coalition is not None:
        family = tuple(name for name in family if name in fixed)
    priced = price_situations(request, fixed=fixed)
    found = describe_family(request, family, priced=priced)
    found["coalition"] = request.coalition
    if request.counter is not None:
        _price_counter(request, found, priced)
        return
    by_horizon = any(item["model"] == _HORIZONS for item in found["mechanisms"])
    found["notes"] = [_NOTE, *(_NOTES_ON_HORIZONS if by_horizon else ())]
    if request.as_json:
        sys.stdout.write(json_text(found))
        return
    for item in found["mechanisms"]:
        if item["model"] == _HORIZONS:
            _print_matrix(item, request)
        else:
            print_mechanism(item)
    for note in found["notes"]:
        print_line(note)


def _price_counter(request: PriceRequest, found: dict[str, Any], priced: "Priced") -> None:
    """Print every actor's loss under each package and what the other side does in return, part by part."""
    from detente.linking.counters import find_counter, package_costs, read_priced

    counter = find_counter(request.crisis, request.counter or "")
    named = [item["mechanism"] for item in found.pop("mechanisms") if item["model"] == _HORIZONS]
    if not named:
        known = [item.id for item in request.crisis.mechanisms.values() if item.model == _HORIZONS]
        message = "a counter-measure is priced with a package by horizon, and none is asked for"
        raise UsageError(
            message,
            code="mechanism-unknown",
            at="--package",
            fix=f"use one of: {', '.join(known)}" if known else f"bind the model {_HORIZONS}",
        )
    read = read_priced(request.crisis, priced)
    costs = {
        name: package_costs(request.crisis, request.crisis.mechanisms[name], read, counter=counter)
        for name in named
    }
    found["counter"] = {
        "instrument": counter.instrument.id,
        "label": counter.instrument.label,
        "changes": dict(counter.changes),
        "mechanism": counter.mechanism.id,
    }
    from detente.analysis.mechanism_prices import span

    found["packages"] = [
        {
            "mechanism": name,
            "label": request.crisis.mechanisms[name].label,
            "losses": [
                {"actor": cost.actor or "target", "horizon": cost.horizon}
                | {part: span(values) for part, values in cost.parts.items()}
                for cost in rows
            ],
        }
        for name, rows in costs.items()
    ]
    found["notes"] = [
        _NOTE,
        *(" ".join(note.split()) for note in _COUNTER_NOTES),
        *_NOTES_ON_HORIZONS[1:],
    ]
    if request.as_json:
        sys.stdout.write(json_text(found))
        return
    for name, rows in costs.items():
        for horizon in _HEADINGS:
            _print_costs(request, name, counter, horizon, rows)
    for note in found["notes"]:
        print_line(note)


def _print_costs(
    request: PriceRequest,
    package: str,
    counter: "Counter",
    horizon: str,
    rows: "Sequence[Cost]",
) -> None:
    from detente.analysis.mechanism_prices import span
    from detente.linking.counters import PARTS

    def cells(cost: "Cost") -> Iterator[str]:
        yield request.crisis.actors[cost.actor].name if cost.actor else "the target"
        for part in PARTS:
            yield _interval_text(span(cost.parts[part])) if part in cost.parts else "-"

    title = (
        f"{request.crisis.mechanisms[package].label}, answered by {counter.instrument.id}, after "
        f"{_HEADINGS[horizon]}\nloss in % of income: mean [5%, 95% of draws]"
    )
    columns = [text("", overflow="fold"), *(number(part, no_wrap=True) for part in PARTS)]
    chosen = [tuple(cells(cost)) for cost in rows if cost.horizon == horizon]
    table = make_table(columns, chosen, title=title)
    print_table(table)
    sys.stdout.write("\n")


def _by_design(request: PriceRequest) -> PriceRequest:
    """Let ``--package`` name the package itself: it stands for all mechanisms that read its design."""
    names: list[str] = []
    for name in request.packages:
        read = [item.id for item in request.crisis.mechanisms.values() if item.design == name]
        names += read if read and name not in request.crisis.mechanisms else [name]
    return replace(request, packages=tuple(dict.fromkeys(names)))


def _coalition(
    request: PriceRequest, family: Sequence[str]
) -> dict[str, Mapping[str, "FloatArray"]]:
    """Return the participation of each mechanism's members under the coalition asked for."""
    if request.coalition is None:
        return {}
    from detente.analysis.mechanism_prices import fix_joining

    fixed, known = fix_joining(request.crisis, family, request.coalition)
    if not fixed:
        lacking = [code for code in request.coalition if code not in known] or list(known)
        message = f"no mechanism of the crisis has {', '.join(lacking)} among its members"
        raise UsageError(
            message,
            code="actor-unknown",
            at="--coalition",
            fix=f"name members of one mechanism: {', '.join(known) or 'none takes part in any'}",
        )
    return fixed


def _print_matrix(item: Mapping[str, Any], request: PriceRequest) -> None:
    from detente.models.sanctions import HORIZONS
    from detente.rules.policies import start_state

    title = f"{item['label']} ({item['mechanism']})\nloss in % of income: mean [5%, 95% of draws]"
    rows: dict[str, dict[str, str]] = {}
    start = start_state(request.crisis)
    # as things stand: what a counter-measure changes is printed with it
    for situation in [s for s in item["situations"] if s["state"].items() <= start.items()][:1]:
        for value in situation["values"]:
            name = value.get("member", "")
            for horizon in HORIZONS:
                if value["output"] in {f"loss_{horizon}_pct_gdp", f"member_loss_{horizon}_pct_gdp"}:
                    rows.setdefault(name, {})[horizon] = _interval_text(value)
    columns = [text("", overflow="fold")]
    columns += [number(heading, no_wrap=True) for heading in ("1 month", "1 year", "3 years")]
    names = {name: request.crisis.actors[name].name if name else "the target" for name in rows}
    lines = [
        (names[name], *(cells[horizon] for horizon in HORIZONS)) for name, cells in rows.items()
    ]
    table = make_table(columns, lines, title=title)
    print_table(table)
    print_origin(item)


def _interval_text(value: Mapping[str, Any]) -> str:
    """Return mean and range in brackets: three of them and a name fit on 80 columns."""
    mean, interval = span_text(value)
    return f"{mean} [{interval.replace(' to ', ', ')}]"
