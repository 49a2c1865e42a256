"""The gas system in the briefing: by month, by country, where it enters, what it costs, what liquefied gas can replace.

The pictures show the programme at the central values of the crisis, as the run keeps it; losses come with their range.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.analysis.records import GasStudy, GasYearRecord
from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, Trace, link, present_table
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.flows import Course, Ribbon, draw_courses, draw_months, draw_ribbons
from detente.brief.pictures.palette import INK, NEUTRAL, OKABE_ITO, SOFT
from detente.brief.words import format_value, join_words

__all__ = ["GasNumbers", "GasSection", "describe_gas", "flows_title"]


STUDY, MODEL = "gas", "energy.gas_system"
LNG = OKABE_ITO["sky"]
SMALL = 0.04
"""Suppliers with less than this share of all gas are put together in the picture of flows."""
PLACES = 9
"""Countries that stand alone in the picture of flows; the rest are others."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CHEAP = 0.85
"""A node whose price is below this share of the union's mean is cut off from it by full lines."""
FULL = 0.995
LEAST_TWH = 20.0
LEAST_CUT_TWH = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class GasNumbers:
    """What a cut does at the central values: what is lost, what stands in, what it costs, and where terminals lie idle.

    ``pact`` holds the volume of a pact and the demand that it serves; ``full`` names lines that are full all year.
    """

    lost: Figure
    came: Figure
    saved: Figure
    shed: Figure
    is_shed: bool
    price: tuple[Figure, Figure]
    idle: tuple[Figure, tuple[str, ...]] | None
    full: tuple[str, ...]
    pact: tuple[Figure, Figure] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSection:
    """What a question takes over: numbers, pictures and tables."""

    numbers: GasNumbers | None = None
    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()


def describe_gas(context: Context, book: Book) -> GasSection:
    """Describe the gas system of the crisis; nothing if it binds none."""
    if not context.levels.mechanisms(MODEL):
        return GasSection()
    teller = _Teller(context, book, context.results.study(STUDY, GasStudy))
    return GasSection(
        numbers=teller.numbers(),
        charts=(teller.months(), teller.flows(), teller.prices()),
        tables=(teller.countries(),),
    )


def flows_title(
    seller: str, kept_twh: float, *, landed: float, landing: Sequence[str], short: Sequence[str]
) -> str:
    """Say what a cut leaves of the seller's gas, where gas by ship lands, and where gas is shortest.

    Examples
    --------
    >>> flows_title("Northland", 279.6, landed=0.59, landing=["East", "West"], short=["Isle"])
    'A cut leaves 280 TWh from Northland; 59% of LNG lands in East and West; gas is shortest in Isle'
    >>> flows_title("Northland", 0.2, landed=0.59, landing=["East"], short=["Isle"])
    'A cut leaves no gas from Northland; 59% of LNG lands in East; gas is shortest in Isle'
    """
    left = f"{format_value(kept_twh, 'twh')} from" if kept_twh >= LEAST_CUT_TWH else "no gas from"
    return f"A cut leaves {left} {seller}; {landed:.0%} of LNG lands in {join_words(landing)}; gas is shortest in {join_words(short)}"


def _by_source(flows: dict[tuple[str, str], float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for (source, _), twh in flows.items():
        found[source] = found.get(source, 0.0) + twh
    return found


def _month(label: str, index: int) -> str:
    """Return a short name of a period ``YYYY-MM``: the year stands with the first and with January."""
    year, month = label.split("-")
    name = MONTHS[int(month) - 1]
    return f"{name} {year[2:]}" if index == 0 or name == "Jan" else name


class _Teller:
    """The years of the crisis at central values and the figures made of them."""

    def __init__(self, context: Context, book: Book, study: GasStudy) -> None:
        self.context, self.book, self.study = context, book, study
        self.years = {year.id: year for year in study.years}
        self.stands, self.cut = self.years["stands"], self.years["cut"]
        self.trace = Trace(
            sources=study.sources,
            quantities=context.traces.inputs_of(study.model),
            model=study.model,
            reference=study.reference,
        )
        self.periods = tuple(_month(label, k) for k, label in enumerate(study.periods))
        self.keys = study.periods
        self.days = study.days
        self.names = study.nodes
        challenger = context.roles.players("challenger")
        self.seller = context.roles.names("challenger") or "the challenger"
        self.colour = context.roles.colours[challenger[0].id] if challenger else NEUTRAL
        actors = tuple(actor for player in challenger for actor in player.actors)
        self.suppliers = tuple(name for name in actors if name in study.suppliers)

    def figure(self, name: str, label: str, value: float, unit: str) -> Figure:
        return self.book.keep(
            Figure(
                id=f"{self.book.question}.gas.{name}",
                label=label,
                value=float(value),
                low=None,
                high=None,
                unit=unit,
                trace=self.trace,
            )
        )

    def _terminals_of(self, year: GasYearRecord) -> FloatArray:
        """Return liquefied gas by node, TWh of the year."""
        found = np.zeros(len(self.names))
        for node, twh in zip(self.study.terminal_nodes, year.sendout_twh, strict=True):
            found[self.names.index(node)] += twh.sum()
        return found

    def _inside(self, nodes: tuple[str, ...]) -> list[bool]:
        """Say of parts, by their nodes, whether they count to the union."""
        return [bool(self.study.union[self.names.index(node)]) for node in nodes]

    def _parts(self, year: GasYearRecord) -> dict[str, FloatArray]:
        """Return what covers the union's demand, TWh by period."""
        study, union = self.study, self.study.union
        sold = {route for name in self.suppliers for route in study.suppliers[name]}
        theirs = [
            inside and entry in sold
            for inside, entry in zip(self._inside(study.entry_nodes), study.entries, strict=True)
        ]
        landed, stores = self._inside(study.terminal_nodes), self._inside(study.store_nodes)
        net = (year.withdrawal_twh - year.injection_twh)[stores].sum(axis=0)
        demand = year.demand_twh[union].sum(axis=0)
        parts = {
            "challenger": year.supply_twh[theirs].sum(axis=0),
            "lng": year.sendout_twh[landed].sum(axis=0),
            "storage": np.maximum(net, 0.0),
            "response": year.response_twh[union].sum(axis=0),
            "cut_off": year.shedding_twh[union].sum(axis=0),
        }
        filled = np.maximum(-net, 0.0)
        others = demand + filled - sum(parts.values())
        return {"others": others, **parts, "filled": filled, "demand": demand}

    # --- sentences -------------------------------------------------------------------------------------------------------

    def numbers(self) -> GasNumbers:
        """Say what a cut takes and what can stand in."""
        before, after = self._parts(self.stands), self._parts(self.cut)
        lost = float((before["challenger"] - after["challenger"]).sum())
        gained = float(
            (after["lng"] - before["lng"]).sum() + (after["others"] - before["others"]).sum()
        )
        saved = float((after["response"] - before["response"]).sum())
        shed = float((after["cut_off"] - before["cut_off"]).sum())
        prices = [
            self.figure(
                f"price.{year.id}",
                f"mean price, {year.label}",
                year.union_price.mean(),
                "eur_per_mwh",
            )
            for year in (self.stands, self.cut)
        ]
        idle, full = self._limits()
        return GasNumbers(
            lost=self.figure("lost", "gas withheld in twelve months", lost, "twh"),
            came=self.figure("came", "more gas by ship and from neighbours", gained, "twh"),
            saved=self.figure("saved", "demand that gives way to the price", saved, "twh"),
            shed=self.figure("shed", "demand cut off", max(shed, 0.0), "twh"),
            is_shed=shed >= LEAST_CUT_TWH,
            price=(prices[0], prices[1]),
            idle=idle,
            full=full,
            pact=self._pact(),
        )

    def _limits(self) -> tuple[tuple[Figure, tuple[str, ...]] | None, tuple[str, ...]]:
        """Return the room of terminals that the lines behind them cannot use, with where it is, and the lines that are full."""
        year = self.cut
        room = -self._terminals_of(year)
        for node, rate in zip(
            self.study.terminal_nodes, self.study.terminal_twh_per_day, strict=True
        ):
            room[self.names.index(node)] += float((rate * self.days).sum())
        mean = float(year.union_price.mean())
        price = (year.price * year.demand_twh).sum(axis=1) / np.maximum(
            year.demand_twh.sum(axis=1), 1e-12
        )
        places = [k for k in np.argsort(-room) if room[k] > LEAST_TWH and price[k] < CHEAP * mean]
        full = [
            self.study.names[pipe]
            for pipe, rate, twh in zip(
                self.study.pipelines, self.study.pipeline_twh_per_day, year.flow_twh, strict=True
            )
            if twh.sum() > LEAST_TWH and twh.sum() >= FULL * float((rate * self.days).sum())
        ]
        if not places:
            return None, tuple(full)
        spare = self.figure(
            "idle", "room of terminals behind full lines", float(room[places].sum()), "twh"
        )
        where = tuple(self.study.names[self.names[k]] for k in places[:3])
        return (spare, where), tuple(full)

    def _pact(self) -> tuple[Figure, Figure] | None:
        year = self.years.get("pact")
        if year is None:
            return None
        without, beside = (
            float((parts["response"] + parts["cut_off"]).sum())
            for parts in (self._parts(self.cut), self._parts(year))
        )
        return (
            self.figure("pact", "gas that the pact diverts", year.lng_pact_twh, "twh"),
            self.figure("served", "demand that the pact serves", max(without - beside, 0.0), "twh"),
        )

    # --- pictures --------------------------------------------------------------------------------------------------------

    def _withholding(self) -> str:
        """Say which share of its gas the challenger withholds when gas is cut, as the programme was run."""
        sold = {route for name in self.suppliers for route in self.study.suppliers[name]}
        theirs = [entry in sold for entry in self.study.entries]
        before, after = (float(year.supply_twh[theirs].sum()) for year in (self.stands, self.cut))
        share = self.figure(
            "withheld",
            f"share of its gas that {self.seller} withholds",
            1 - after / max(before, 1e-12),
            "share",
        )
        return f"{self.seller} withholds {share.text} of its gas"

    def _footnote(self) -> str:
        return "One run of the programme at the median of every quantity. Sources: tables of gas of the crisis; each row names its own."

    def months(self) -> Chart:
        """Draw what covers demand by month when gas is cut."""
        words = {
            "others": "own and other pipelines",
            "challenger": f"from {self.seller}",
            "lng": "LNG",
            "storage": "out of storage",
            "response": "lower demand",
            "cut_off": "cut off",
            "filled": "into storage",
        }
        parts = self._parts(self.cut)
        figures = {
            words[key]: [
                self.figure(f"month.{key}.{period}", f"{words[key]}, {period}", twh, "twh_per_day")
                for period, twh in zip(self.keys, parts[key] / self.days, strict=True)
            ]
            for key in words
        }
        worst = int(
            np.argmax((parts["response"] + parts["cut_off"]) / np.maximum(parts["demand"], 1e-12))
        )
        share = self.figure(
            f"worst.{self.keys[worst]}",
            f"share of demand lost in {self.keys[worst]}",
            float(
                (parts["response"] + parts["cut_off"])[worst] / max(parts["demand"][worst], 1e-12)
            ),
            "share",
        )
        peak = float(parts["storage"].max() / self.days[int(parts["storage"].argmax())])
        return draw_months(
            f"{self.book.question}-gas-months",
            self.periods,
            figures,
            Words(
                title=f"If {self.seller} cuts, storage gives up to {peak:.1f} TWh a day, and {share.text} of demand gives way in the worst month",
                subtitle=f"What covers the union's gas demand by month if {self._withholding()}, TWh a day",
                footnote=self._footnote(),
            ),
            colours={
                words["others"]: NEUTRAL,
                words["challenger"]: self.colour,
                words["lng"]: LNG,
                words["storage"]: SOFT,
                words["response"]: OKABE_ITO["yellow"],
                words["cut_off"]: INK,
                words["filled"]: SOFT,
            },
            below=(words["filled"],),
        )

    def flows(self) -> Chart:
        """Draw from where gas comes and where it enters when it is cut."""
        year = self.cut
        table: dict[tuple[str, str], float] = {}
        for name, routes in self.study.suppliers.items():
            for entry, node, twh in zip(
                self.study.entries, self.study.entry_nodes, year.supply_twh, strict=True
            ):
                if entry in routes:
                    key = (self._supplier(name, routes), node)
                    table[key] = table.get(key, 0.0) + float(twh.sum())
        for node, twh in zip(self.names, self._terminals_of(year), strict=True):
            table["LNG", node] = float(twh)
        enters = {
            node: sum(twh for (_, place), twh in table.items() if place == node)
            for node in self.names
        }
        largest = sorted(self.names, key=lambda node: -enters[node])[:PLACES]
        merged: dict[tuple[str, str], float] = {}
        for (source, node), twh in table.items():
            place = self.study.names[node] if node in largest else "other countries"
            merged[source, place] = merged.get((source, place), 0.0) + twh
        sums = _by_source(merged)
        small = [
            source
            for source, twh in sums.items()
            if twh < SMALL * sum(sums.values()) and source not in {self.seller, "LNG"}
        ]
        for source, place in [key for key in merged if key[0] in small]:
            key = ("other pipelines", place)
            merged[key] = merged.get(key, 0.0) + merged.pop((source, place))
        sums = _by_source(merged)
        order = sorted(
            sums, key=lambda source: (source != self.seller, source != "LNG", -sums[source])
        )
        places = [*(self.study.names[node] for node in largest), "other countries"]
        colours = {self.seller: self.colour, "LNG": LNG}
        ribbons = [
            Ribbon(
                source=source,
                place=place,
                figure=self.figure(
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
        landed = self._terminals_of(year)
        west = [k for k in np.argsort(-landed)[:3] if landed[k] > 0]
        share = float(landed[west].sum() / max(landed.sum(), 1e-12))
        landing = [self.study.names[self.names[k]] for k in west]
        lost = (year.response_twh + year.shedding_twh).sum(axis=1) / np.maximum(
            year.demand_twh.sum(axis=1), 1e-12
        )
        short = [self.study.names[self.names[k]] for k in np.argsort(-lost, kind="stable")[:3]]
        return draw_ribbons(
            f"{self.book.question}-gas-flows",
            ribbons,
            Words(
                title=flows_title(
                    self.seller,
                    sums.get(self.seller, 0.0),
                    landed=share,
                    landing=landing,
                    short=short,
                ),
                subtitle=f"Where gas comes from and where it enters the network if {self._withholding()}, TWh in twelve months",
                footnote=self._footnote()
                + " Flows between countries: detente price CRISIS energy.",
            ),
            heads=("From", "Enters in", "TWh"),
        )

    def _supplier(self, name: str, routes: tuple[str, ...]) -> str:
        if name in self.suppliers:
            return self.seller
        if name == "own":
            return "own production"
        if name in self.context.crisis.actors:
            return self.context.names.actor(name)
        return self.study.names[routes[0]].partition(" to ")[0]

    def prices(self) -> Chart:
        """Draw the price by month in every case."""
        look = {
            "stands": (NEUTRAL, (1, 0)),
            "cut": (INK, (1, 0)),
            "pact": (LNG, (6, 3)),
            "hoarding": (OKABE_ITO["purple"], (2, 2)),
        }
        courses = [
            Course(
                label=year.label,
                values=[
                    self.figure(
                        f"path.{year.id}.{period}",
                        f"price in {period}, {year.label}",
                        value,
                        "eur_per_mwh",
                    )
                    for period, value in zip(self.keys, year.union_price, strict=True)
                ],
                colour=look[year.id][0],
                dash=look[year.id][1],
            )
            for year in self.years.values()
        ]
        low, high = self.stands.union_price.mean(), self.cut.union_price.mean()
        apart = self.years["hoarding"].union_price.mean()
        return draw_courses(
            f"{self.book.question}-gas-prices",
            self.periods,
            courses,
            Words(
                title=f"A cut multiplies the price by {high / max(low, 1e-12):.1f}; hoarding by {apart / max(low, 1e-12):.1f}",
                subtitle="Price of gas in the union by month, weighted by demand, EUR/MWh",
                footnote=self._footnote()
                + " The programme foresees the year, so that prices are flat.",
            ),
        )

    # --- table -----------------------------------------------------------------------------------------------------------

    def countries(self) -> TableView:
        """List the countries: what is lost in each case, and the loss of the members with its range."""
        level = next(
            (
                one.state
                for one in reversed(
                    self.context.levels.of(self.study.mechanism, "member_loss_pct_gdp")
                )
                if self.context.columns.values(one.metric).any()
            ),
            (),
        )
        state = self._state(level)
        worst = {
            one.member: one
            for one in self.context.levels.of(self.study.mechanism, "member_loss_pct_gdp")
            if one.state == state
        }
        rows = []
        for k, node in enumerate(self.names):
            cells = []
            for year in self.years.values():
                demand = max(float(year.demand_twh[k].sum()), 1e-12)
                lost = float((year.response_twh + year.shedding_twh)[k].sum()) / demand
                figure = self.figure(
                    f"country.{node}.{year.id}",
                    f"{self.study.names[node]}: share of demand lost, {year.label}",
                    lost,
                    "share",
                )
                cells.append(link(figure))
            losses = []
            for actor in self.study.actors[k]:
                if actor in worst:
                    figure = self.book.level(
                        f"gas.loss.{actor}",
                        f"{self.context.names.actor(actor)}: loss when gas is cut",
                        worst[actor],
                        unit="pct_gdp",
                    )
                    prefix = f"{actor} " if len(self.study.actors[k]) > 1 else ""
                    losses.append(prefix + link(figure, figure.full_text))
            rows.append((self.study.names[node], *cells, "; ".join(losses) or "\N{EN DASH}"))
        rows.sort(key=lambda row: row[0])
        return present_table(
            "gas-countries",
            (
                "Country",
                *(year.label.capitalize() for year in self.years.values()),
                "Loss when gas is cut",
            ),
            rows,
            title="Gas by country: share of demand lost in each case, and what a cut costs",
            numeric=(False, *(True for _ in self.years), False),
            note="Shares: one run at the median of every quantity. Loss: mean and 5\N{EN DASH}95% of explored cases, without a pact.",
        )

    def _state(self, fallback: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Return the state nearest to the start in which something is lost."""
        for one in self.context.levels.main(
            self.study.mechanism, "member_loss_pct_gdp", skip_zero=True
        ):
            if (self.context.columns.values(one.metric) > 0).any():
                return one.state
        return fallback
