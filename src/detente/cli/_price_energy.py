"""``detente price CRISIS energy``: the gas year by month and country, then what every mechanism of energy says over draws."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.cli._output import json_text, make_table, number, print_table, text
from detente.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from detente.cli._pricing import PriceRequest
    from detente.linking.gas import GasYear

__all__ = ["price_subject"]

FULL = 0.995
"""A route above this share of its capacity over the year counts as full."""
FLOWS_SHOWN = 14


def price_subject(request: "PriceRequest") -> None:
    """Print the gas year at central values, and the mechanisms of energy over draws."""
    from detente.cli._pricing import describe_family, find_family, print_mechanism

    if request.coalition is not None:
        message = "the gas system takes its members from the crisis file"
        raise UsageError(message, code="option-invalid", at="--coalition", fix="leave it out")
    family = find_family(request)
    years = _years(request)
    found = describe_family(request, family)
    if request.as_json:
        from detente.linking.gas import gas_year_data

        found["gas_year"] = [gas_year_data(year) for year in years]
        sys.stdout.write(json_text(found))
        return
    if years:
        _print_years(years)
    for item in found["mechanisms"]:
        print_mechanism(item)


def _years(request: "PriceRequest") -> "tuple[GasYear, ...]":
    from detente.linking.gas import gas_mechanism, read_cuts, run_gas_years
    from detente.models.energy import weeks_from

    mechanism = gas_mechanism(request.crisis)
    if mechanism is None or (request.packages and mechanism.id not in request.packages):
        if request.cuts:
            message = f"crisis {request.crisis.id!r} binds no gas system to cut"
            raise UsageError(
                message,
                code="mechanism-unknown",
                at="--cut",
                fix="bind the model energy.gas_system under `mechanisms`",
            )
        return ()
    cut = read_cuts(request.crisis, request.cuts) if request.cuts else None
    weeks = weeks_from(request.crisis.as_of) if request.weekly else None
    return run_gas_years(request.crisis, mechanism, cut=cut, periods=weeks)


def _print_years(years: "tuple[GasYear, ...]") -> None:
    print_table(_cases(years))
    shown = next(year for year in years if year.id == "cut")
    print_table(_months(shown))
    print_table(_countries(years))
    print_table(_flows(shown))
    sys.stdout.write("All at the central values of the crisis; the ranges over draws follow.\n\n")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    """Return a table whose first column holds words, and the others numbers."""
    columns = [
        text(head) if place == 0 else number(head, no_wrap=True) for place, head in enumerate(heads)
    ]
    return make_table(columns, rows, title=title)


def _cases(years: "tuple[GasYear, ...]") -> "Table":
    from detente.linking.gas import case_totals

    heads = [
        "case",
        "demand lost, %",
        "cut off, TWh",
        "LNG, TWh",
        "stock at the end, TWh",
        "price, EUR/MWh",
    ]
    rows = [
        (
            year.label,
            f"{total['lost_pct']:.1f}",
            f"{total['cut_off']:.1f}",
            f"{total['liquefied']:.0f}",
            f"{total['stock']:.0f}",
            f"{total['price']:.0f}",
        )
        for year, total in ((year, case_totals(year)) for year in years)
    ]
    return _table("The gas year of the union, case by case", heads, rows)


def _months(year: "GasYear") -> "Table":
    from detente.linking.gas import balance_union, sea_price

    parts = balance_union(year)
    suppliers = [key for key in parts if key.startswith("from_") and key != "from_storage"]
    keys = [
        "demand",
        *suppliers,
        "liquefied",
        "over_border",
        "from_storage",
        "response",
        "cut_off",
    ]
    heads = ["period", *map(_head, keys), "stock", "EUR/MWh"]
    price = sea_price(year)
    rows = [
        (
            period.label,
            *(f"{parts[key][k]:.0f}" for key in keys),
            f"{parts['stock'][k]:.0f}",
            f"{price[k]:.0f}",
        )
        for k, period in enumerate(year.reading.system.periods)
    ]
    return _table(f"The union by period, {year.label}: TWh", heads, rows)


def _head(key: str) -> str:
    words = {"liquefied": "LNG", "over_border": "border", "from_storage": "storage"}
    return words.get(key, key.removeprefix("from_").replace("_", " "))


def _countries(years: "tuple[GasYear, ...]") -> "Table":
    from detente.linking.gas import country_totals

    def cell(total: dict[str, float]) -> str:
        shed = f" ({total['shed']:.0f})" if total["shed"] >= 0.5 else ""
        return f"{total['lost']:.0f}{shed}; {total['price']:.0f}"

    totals = [country_totals(year) for year in years]
    reading = years[0].reading
    rows = [
        (
            reading.names[node.name],
            f"{totals[0][k]['demand']:.0f}",
            *(cell(total[k]) for total in totals),
        )
        for k, node in enumerate(reading.system.nodes)
    ]
    return _table(
        "By country: share of demand lost, %, of it cut off in brackets; price over the year, EUR/MWh",
        ["country", "demand, TWh", *(year.label for year in years)],
        rows,
    )


def _flows(year: "GasYear") -> "Table":
    from detente.linking.gas import rank_flows

    rows = [
        (
            year.reading.names[name],
            f"{twh:.0f}",
            f"{100 * share:.0f}",
            "full" if share >= FULL else "",
        )
        for twh, name, share in rank_flows(year)[:FLOWS_SHOWN]
    ]
    columns = [
        text("route"),
        number("TWh", no_wrap=True),
        number("of its rate, %", no_wrap=True),
        text(""),
    ]
    return make_table(columns, rows, title=f"The largest flows, {year.label}")
