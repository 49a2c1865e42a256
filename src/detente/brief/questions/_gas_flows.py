"""Where gas comes from: flows into the network when it is cut, and the seller's routes on the map."""

import numpy as np

from detente.brief.figures import Chart
from detente.brief.ground import describe_ground, read_courses, read_ground
from detente.brief.pictures.flows import Ribbon, draw_ribbons
from detente.brief.pictures.maps import Route, draw_routes
from detente.brief.pictures.palette import NEUTRAL, OKABE_ITO, SOFT
from detente.brief.questions._gas_reader import GasReader
from detente.brief.questions._parts import picture_words
from detente.brief.words import format_value

__all__ = ["flows_chart", "kept_words", "routes_chart"]

PAGE = "alliance"

LNG = OKABE_ITO["sky"]
SMALL = 0.04
"""Suppliers with less than this share of all gas are put together in the picture of flows."""
PLACES = 9
"""Countries that stand alone in the picture of flows; the rest are others."""
NOTHING = 0.5
"""TWh in a year below which a seller is said to send nothing."""


def kept_words(kept_twh: float) -> str:
    """Write what a cut leaves of the seller's gas; empty where it sends nothing.

    Examples
    --------
    >>> kept_words(279.6), kept_words(0.2)
    ('280 TWh', '')
    """
    return format_value(kept_twh, "twh") if kept_twh >= NOTHING else ""


def _by_source(flows: dict[tuple[str, str], float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for (source, _), twh in flows.items():
        found[source] = found.get(source, 0.0) + twh
    return found


def flows_chart(reader: GasReader) -> Chart:
    """Draw from where gas comes and where it enters when it is cut."""
    year = reader.cut
    table: dict[tuple[str, str], float] = {}
    for name, routes in reader.study.suppliers.items():
        for entry, node, twh in zip(
            reader.study.entries, reader.study.entry_nodes, year.supply_twh, strict=True
        ):
            if entry in routes:
                key = (_supplier(reader, name, routes), node)
                table[key] = table.get(key, 0.0) + float(twh.sum())
    for node, twh in zip(reader.names, reader.terminals_of(year), strict=True):
        table["LNG", node] = float(twh)
    enters = {
        node: sum(twh for (_, place), twh in table.items() if place == node)
        for node in reader.names
    }
    largest = sorted(reader.names, key=lambda node: -enters[node])[:PLACES]
    merged: dict[tuple[str, str], float] = {}
    for (source, node), twh in table.items():
        place = reader.study.names[node] if node in largest else "other countries"
        merged[source, place] = merged.get((source, place), 0.0) + twh
    sums = _by_source(merged)
    small = [
        source
        for source, twh in sums.items()
        if twh < SMALL * sum(sums.values()) and source not in {reader.seller, "LNG"}
    ]
    for source, place in [key for key in merged if key[0] in small]:
        key = ("other pipelines", place)
        merged[key] = merged.get(key, 0.0) + merged.pop((source, place))
    sums = _by_source(merged)
    order = sorted(
        sums, key=lambda source: (source != reader.seller, source != "LNG", -sums[source])
    )
    places = [*(reader.study.names[node] for node in largest), "other countries"]
    colours = {reader.seller: reader.colour, "LNG": LNG}
    ribbons = [
        Ribbon(
            source=source,
            place=place,
            figure=reader.figure(
                f"flow.{source}.{place}".replace(" ", "_").lower(),
                f"{source} to {place}",
                twh,
                "twh",
            ),
            colour=colours.get(source, NEUTRAL if source != "own production" else SOFT),
        )
        for source in order
        for place in places
        if (twh := merged.get((source, place), 0.0)) >= 1.0
    ]
    landed = reader.terminals_of(year)
    west = [k for k in np.argsort(-landed)[:3] if landed[k] > 0]
    share = float(landed[west].sum() / max(landed.sum(), 1e-12))
    landing = [reader.study.names[reader.names[k]] for k in west]
    lost = (year.response_twh + year.shedding_twh).sum(axis=1) / np.maximum(
        year.demand_twh.sum(axis=1), 1e-12
    )
    short = [reader.study.names[reader.names[k]] for k in np.argsort(-lost, kind="stable")[:3]]
    return draw_ribbons(
        f"{reader.book.question}-gas-flows",
        ribbons,
        picture_words(
            reader.context,
            PAGE,
            "gas_flows",
            note=f"{reader.footnote()} {reader.context.say(PAGE, 'gas_flows_note')}",
            seller=reader.seller,
            kept=kept_words(sums.get(reader.seller, 0.0)),
            landed=f"{share:.0%}",
            landing=landing,
            short=short,
            withheld=reader.withheld(),
        ),
        heads=("From", "Enters in", "TWh"),
    )


def routes_chart(reader: GasReader) -> Chart | None:
    """Draw the seller's routes on the map, as wide as what they carry; None where the map has no two of them."""
    courses = read_courses(reader.context)
    sold = reader.sold
    if sum(route in courses for route in sold) < 2:
        return None
    amounts = {
        entry: (
            reader.figure(
                f"route.{entry}",
                f"{reader.study.names[entry]}, as things stand",
                float(now.sum()),
                "twh",
            ),
            reader.figure(
                f"route.{entry}.cut",
                f"{reader.study.names[entry]}, cut",
                float(left.sum()),
                "twh",
            ),
        )
        for entry, now, left in zip(
            reader.study.entries, reader.stands.supply_twh, reader.cut.supply_twh, strict=True
        )
        if entry in sold
    }
    first = max(amounts, key=lambda entry: amounts[entry][0].value or 0.0)
    whole = sum(now.value or 0.0 for now, _ in amounts.values())
    unused = any(not (amounts[entry][0].value or 0.0) for entry in amounts if entry in courses)
    return draw_routes(
        f"{reader.book.question}-gas-routes",
        [
            Route(
                label=reader.study.names[entry],
                course=courses.get(entry, ()),
                carries=now,
                left=left,
                colour=reader.colour,
            )
            for entry, (now, left) in amounts.items()
        ],
        picture_words(
            reader.context,
            PAGE,
            "gas_routes",
            note=reader.context.say(
                PAGE,
                "gas_routes_note",
                source=reader.footnote(),
                ground=describe_ground(reader.context),
            ),
            seller=reader.seller,
            route=reader.study.names[first],
            share=f"{(amounts[first][0].value or 0.0) / max(whole, 1e-12):.0%}",
            unused=unused,
        ),
        ground=read_ground(reader.context),
        heads=("Route", "As things stand, TWh", "When gas is cut, TWh"),
    )


def _supplier(reader: GasReader, name: str, routes: tuple[str, ...]) -> str:
    if name in reader.suppliers:
        return reader.seller
    if name == "own":
        return "own production"
    if name in reader.context.crisis.actors:
        return reader.context.names.actor(name)
    return reader.study.names[routes[0]].partition(" to ")[0]
