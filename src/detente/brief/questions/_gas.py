"""The gas system in the briefing: by month, by country, where it enters, what it costs, what liquefied gas can replace.

The pictures show the programme at the central values of the crisis, as the run keeps it; losses come with their range.
"""

from dataclasses import dataclass, replace

import numpy as np

from detente.analysis.records import GasStudy
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, link, present_table
from detente.brief.levels import Level
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.flows import draw_months
from detente.brief.pictures.palette import INK, NEUTRAL, OKABE_ITO, SOFT
from detente.brief.questions._gas_flows import flows_chart, routes_chart
from detente.brief.questions._gas_reader import GasReader
from detente.brief.questions._parts import picture_words
from detente.brief.words import sentence_case

__all__ = ["GasNumbers", "GasSection", "describe_gas", "gas_losses", "gas_numbers"]


PAGE = "alliance"
STUDY, MODEL, LOSS = "gas", "energy.gas_system", "member_loss_pct_gdp"
LNG = OKABE_ITO["sky"]
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
    reader = GasReader(context, book, context.results.study(STUDY, GasStudy))
    teller = _Teller(reader)
    return GasSection(
        numbers=teller.numbers(),
        charts=tuple(
            chart
            for chart in (
                teller.months(),
                flows_chart(reader),
                routes_chart(reader),
                teller.prices(),
            )
            if chart is not None
        ),
        tables=(teller.countries(),),
    )


def gas_numbers(context: Context, book: Book) -> GasNumbers | None:
    """Return what a cut does in numbers; None where the crisis binds no gas system."""
    if not context.levels.mechanisms(MODEL):
        return None
    reader = GasReader(context, book, context.results.study(STUDY, GasStudy))
    return _Teller(reader).numbers()


def gas_losses(context: Context) -> dict[str, Level]:
    """Return what each member loses in the state nearest to the start in which something is lost, by actor."""
    for mechanism in context.levels.mechanisms(MODEL):
        every = context.levels.of(mechanism.id, LOSS)
        near = context.levels.main(mechanism.id, LOSS, skip_zero=True)
        states = [one.state for one in near if (context.columns.values(one.metric) > 0).any()]
        states += [one.state for one in reversed(every) if context.columns.values(one.metric).any()]
        return {one.member: one for one in every if one.state in states[:1]}
    return {}


class _Teller:
    """Sentences, pictures and the table of what the reader read."""

    def __init__(self, reader: GasReader) -> None:
        self.reader = reader

    # --- sentences -------------------------------------------------------------------------------------------------------

    def numbers(self) -> GasNumbers:
        """Say what a cut takes and what can stand in."""
        before, after = self.reader.parts(self.reader.stands), self.reader.parts(self.reader.cut)
        lost = float((before["challenger"] - after["challenger"]).sum())
        gained = float(
            (after["lng"] - before["lng"]).sum() + (after["others"] - before["others"]).sum()
        )
        saved = float((after["response"] - before["response"]).sum())
        shed = float((after["cut_off"] - before["cut_off"]).sum())
        prices = [
            self.reader.figure(
                f"price.{year.id}",
                f"mean price, {year.label}",
                year.union_price.mean(),
                "eur_per_mwh",
            )
            for year in (self.reader.stands, self.reader.cut)
        ]
        idle, full = self._limits()
        return GasNumbers(
            lost=self.reader.figure("lost", "gas withheld in twelve months", lost, "twh"),
            came=self.reader.figure("came", "more gas by ship and from neighbours", gained, "twh"),
            saved=self.reader.figure("saved", "demand that gives way to the price", saved, "twh"),
            shed=self.reader.figure("shed", "demand cut off", max(shed, 0.0), "twh"),
            is_shed=shed >= LEAST_CUT_TWH,
            price=(prices[0], prices[1]),
            idle=idle,
            full=full,
            pact=self._pact(),
        )

    def _limits(self) -> tuple[tuple[Figure, tuple[str, ...]] | None, tuple[str, ...]]:
        """Return the room of terminals that the lines behind them cannot use, with where it is, and the lines that are full."""
        year = self.reader.cut
        room = -self.reader.terminals_of(year)
        for node, rate in zip(
            self.reader.study.terminal_nodes, self.reader.study.terminal_twh_per_day, strict=True
        ):
            room[self.reader.names.index(node)] += float((rate * self.reader.days).sum())
        mean = float(year.union_price.mean())
        price = (year.price * year.demand_twh).sum(axis=1) / np.maximum(
            year.demand_twh.sum(axis=1), 1e-12
        )
        places = [k for k in np.argsort(-room) if room[k] > LEAST_TWH and price[k] < CHEAP * mean]
        full = [
            self.reader.study.names[pipe]
            for pipe, rate, twh in zip(
                self.reader.study.pipelines,
                self.reader.study.pipeline_twh_per_day,
                year.flow_twh,
                strict=True,
            )
            if twh.sum() > LEAST_TWH and twh.sum() >= FULL * float((rate * self.reader.days).sum())
        ]
        if not places:
            return None, tuple(full)
        spare = self.reader.figure(
            "idle", "room of terminals behind full lines", float(room[places].sum()), "twh"
        )
        where = tuple(self.reader.study.names[self.reader.names[k]] for k in places[:3])
        return (spare, where), tuple(full)

    def _pact(self) -> tuple[Figure, Figure] | None:
        year = self.reader.years.get("pact")
        if year is None:
            return None
        without, beside = (
            float((parts["response"] + parts["cut_off"]).sum())
            for parts in (self.reader.parts(self.reader.cut), self.reader.parts(year))
        )
        return (
            self.reader.figure("pact", "gas that the pact diverts", year.lng_pact_twh, "twh"),
            self.reader.figure(
                "served", "demand that the pact serves", max(without - beside, 0.0), "twh"
            ),
        )

    # --- pictures --------------------------------------------------------------------------------------------------------

    def months(self) -> Chart:
        """Draw what covers demand by month when gas is cut."""
        words = {
            "others": "own and other pipelines",
            "challenger": f"from {self.reader.seller}",
            "lng": "LNG",
            "storage": "out of storage",
            "response": "lower demand",
            "cut_off": "cut off",
            "filled": "into storage",
        }
        parts = self.reader.parts(self.reader.cut)
        figures = {
            words[key]: [
                self.reader.figure(
                    f"month.{key}.{period}", f"{words[key]}, {period}", twh, "twh_per_day"
                )
                for period, twh in zip(self.reader.keys, parts[key] / self.reader.days, strict=True)
            ]
            for key in words
        }
        worst = int(
            np.argmax((parts["response"] + parts["cut_off"]) / np.maximum(parts["demand"], 1e-12))
        )
        share = self.reader.figure(
            f"worst.{self.reader.keys[worst]}",
            f"share of demand lost in {self.reader.keys[worst]}",
            float(
                (parts["response"] + parts["cut_off"])[worst] / max(parts["demand"][worst], 1e-12)
            ),
            "share",
        )
        peak = float(parts["storage"].max() / self.reader.days[int(parts["storage"].argmax())])
        return draw_months(
            f"{self.reader.book.question}-gas-months",
            self.reader.periods,
            figures,
            picture_words(
                self.reader.context,
                PAGE,
                "gas_months",
                note=self.reader.footnote(),
                seller=self.reader.seller,
                peak=f"{peak:.1f}",
                share=share,
                withheld=self.reader.withheld(),
            ),
            colours={
                words["others"]: NEUTRAL,
                words["challenger"]: self.reader.colour,
                words["lng"]: LNG,
                words["storage"]: SOFT,
                words["response"]: OKABE_ITO["yellow"],
                words["cut_off"]: INK,
                words["filled"]: SOFT,
            },
            below=(words["filled"],),
        )

    def prices(self) -> Chart:
        """Draw the mean price of every case, from its cheapest to its dearest month."""
        look = {"stands": NEUTRAL, "cut": INK, "pact": LNG, "hoarding": OKABE_ITO["purple"]}
        spans = [
            Span(
                row=sentence_case(year.label),
                figure=replace(
                    self.reader.figure(
                        f"mean_price.{year.id}",
                        f"mean price, {year.label}",
                        year.union_price.mean(),
                        "eur_per_mwh",
                    ),
                    low=float(year.union_price.min()),
                    high=float(year.union_price.max()),
                ),
                colour=look[year.id],
            )
            for year in self.reader.years.values()
        ]
        low, high = self.reader.stands.union_price.mean(), self.reader.cut.union_price.mean()
        apart = self.reader.years["hoarding"].union_price.mean()
        return draw_ranges(
            f"{self.reader.book.question}-gas-prices",
            spans,
            picture_words(
                self.reader.context,
                PAGE,
                "gas_prices",
                note=f"{self.reader.footnote()} {self.reader.context.say(PAGE, 'gas_prices_note')}",
                cut=f"{high / max(low, 1e-12):.1f}",
                hoarding=f"{apart / max(low, 1e-12):.1f}",
            ),
            heads=("Mean", "Months"),
            row_title="Case",
        )

    # --- table -----------------------------------------------------------------------------------------------------------

    def countries(self) -> TableView:
        """List the countries: what is lost in each case, and the loss of the members with its range."""
        worst = gas_losses(self.reader.context)
        rows = []
        for k, node in enumerate(self.reader.names):
            cells = []
            for year in self.reader.years.values():
                demand = max(float(year.demand_twh[k].sum()), 1e-12)
                lost = float((year.response_twh + year.shedding_twh)[k].sum()) / demand
                figure = self.reader.figure(
                    f"country.{node}.{year.id}",
                    f"{self.reader.study.names[node]}: share of demand lost, {year.label}",
                    lost,
                    "share",
                )
                cells.append(link(figure))
            losses = []
            for actor in self.reader.study.actors[k]:
                if actor in worst:
                    figure = self.reader.book.level(
                        f"gas.loss.{actor}",
                        f"{self.reader.context.names.actor(actor)}: loss when gas is cut",
                        worst[actor],
                        unit="pct_gdp",
                    )
                    prefix = f"{actor} " if len(self.reader.study.actors[k]) > 1 else ""
                    losses.append(prefix + link(figure, figure.full_text))
            rows.append((self.reader.study.names[node], *cells, "; ".join(losses) or "\N{EN DASH}"))
        rows.sort(key=lambda row: row[0])
        return present_table(
            "gas-countries",
            (
                "Country",
                *(year.label.capitalize() for year in self.reader.years.values()),
                "Loss when gas is cut",
            ),
            rows,
            title=self.reader.context.say(PAGE, "gas_countries_title"),
            numeric=(False, *(True for _ in self.reader.years), False),
            note=self.reader.context.say(PAGE, "gas_countries_note"),
        )
