"""The gas system in one month of one case: routes and what they carry, who is short, what is in store, and what else there is.

The workbench shows these pictures; they are read off the study of gas that a run keeps, as those of the briefing are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.analysis.records import GasStudy, GasYearRecord
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, link, present_table
from detente.brief.ground import describe_ground, read_courses, read_ground
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.flows import draw_months
from detente.brief.pictures.maps import Route, draw_routes
from detente.brief.pictures.palette import INK, OKABE_ITO, SOFT
from detente.brief.questions._gas_reader import GasReader
from detente.brief.questions._parts import picture_words
from detente.brief.words import format_date, sentence_case
from detente.crisis.elements import QuantityOf

__all__ = ["GasMonth", "MonthCase", "month_case", "read_gas_month"]

PAGE = "alliance"
STUDY, MODEL = "gas", "energy.gas_system"
DAYS = 365.0
"""Of the year that the most of a field is given for."""
SHORT = 0.005
"""Share of a month's demand below which a country is not short: half a point, what rounds to a point."""

MonthCase = Literal["all served", "one short", "some short", "all short"]
"""How a month is told: nobody lacks gas, one country does, several do, or each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasMonth:
    """A month of a case, in pictures; ``charts`` are the map where the crisis has one, who is short, and what is in store.

    ``case`` and ``month`` are the ids that were taken, ``cases`` and ``months`` the words for all that there are, by id.
    """

    case: str
    month: str
    cases: Mapping[str, str]
    months: Mapping[str, str]
    charts: tuple[Chart, ...]
    others: TableView


def read_gas_month(
    context: Context, book: Book, *, case: str = "", month: str = ""
) -> GasMonth | None:
    """Read a month of a case; None where the crisis binds no gas system.

    Parameters
    ----------
    context, book
        The run, and where figures are kept.
    case
        Id of a case of the study; a cut of gas where it is none.
    month
        A period, ``YYYY-MM``; the one in which most demand is lost where it is none.
    """
    if not context.levels.mechanisms(MODEL):
        return None
    study = context.results.study(STUDY, GasStudy)
    reader = GasReader(context, book, study)
    year = reader.years.get(case, reader.cut)
    at = study.periods.index(month) if month in study.periods else _worst(reader, year)
    teller = _Teller(reader, year, at)
    charts = (teller.routes(), teller.short(), teller.stock())
    return GasMonth(
        case=year.id,
        month=study.periods[at],
        cases={item.id: item.label for item in study.years},
        months=dict(zip(study.periods, map(_month_words, study.periods), strict=True)),
        charts=tuple(chart for chart in charts if chart is not None),
        others=teller.others(),
    )


def month_case(short: int, countries: int) -> MonthCase:
    """Return the case in which a month is told, by how many countries are short."""
    if short == 0:
        return "all served"
    if short == countries:
        return "all short"
    return "one short" if short == 1 else "some short"


def _month_words(period: str) -> str:
    """Write a period out.

    Examples
    --------
    >>> _month_words("2022-03")
    'March 2022'
    """
    return format_date(period)


def _lost(year: GasYearRecord) -> np.ndarray:
    """Return the demand that is not served, TWh by node and period."""
    return np.asarray(year.response_twh + year.shedding_twh)


def _worst(reader: GasReader, year: GasYearRecord) -> int:
    union = reader.study.union
    demand = np.maximum(year.demand_twh[union].sum(axis=0), 1e-12)
    return int(np.argmax(_lost(year)[union].sum(axis=0) / demand))


class _Teller:
    """Pictures of a month of a case."""

    def __init__(self, reader: GasReader, year: GasYearRecord, at: int) -> None:
        self.reader, self.year, self.at = reader, year, at
        self.period = reader.study.periods[at]
        self.when = f"{_month_words(self.period)}, {year.label}"
        self.key = f"{year.id}.{self.period}"

    def _amount(self, name: str, label: str, value: float, unit: str = "twh") -> Figure:
        return self.reader.figure(f"{self.key}.{name}", f"{label}, {self.when}", value, unit)

    def routes(self) -> Chart | None:
        """Draw the seller's routes, as wide as what they carry; None where the map has no two of them."""
        reader, study, context = self.reader, self.reader.study, self.reader.context
        courses = read_courses(context)
        if sum(route in courses for route in reader.sold) < 2:
            return None
        rows = []
        for entry, now, before in zip(
            study.entries, self.year.supply_twh, reader.stands.supply_twh, strict=True
        ):
            if entry in reader.sold:
                name = study.names[entry]
                rows.append(
                    Route(
                        label=name,
                        course=courses.get(entry, ()),
                        carries=self._amount(f"route.{entry}", name, float(now[self.at])),
                        left=reader.figure(
                            f"stands.{self.period}.route.{entry}",
                            f"{name}, {_month_words(self.period)}, as things stand",
                            float(before[self.at]),
                            "twh",
                        ),
                        colour=reader.colour,
                    )
                )
        total = sum(row.carries.value or 0.0 for row in rows)
        before_total = sum(row.left.value or 0.0 for row in rows)
        whole = self._amount("routes", f"gas from {reader.seller}", total)
        usual = reader.figure(
            f"stands.{self.period}.routes",
            f"gas from {reader.seller}, {_month_words(self.period)}, as things stand",
            before_total,
            "twh",
        )
        return draw_routes(
            f"{reader.book.question}-month-routes",
            rows,
            picture_words(
                context,
                PAGE,
                "month_routes",
                note=context.say(
                    PAGE,
                    "gas_routes_note",
                    source=reader.footnote(),
                    ground=describe_ground(context),
                ),
                month=_month_words(self.period),
                when=self.when,
                seller=reader.seller,
                whole=whole,
                usual=None if self.year is reader.stands else usual,
            ),
            ground=read_ground(context),
            heads=("Route", f"{sentence_case(self.year.label)}, TWh", "As things stand, TWh"),
        )

    def short(self) -> Chart:
        """Draw which share of its demand each country does without."""
        reader, study = self.reader, self.reader.study
        lost, demand = _lost(self.year)[:, self.at], self.year.demand_twh[:, self.at]
        spans = [
            Span(
                row=study.names[node],
                figure=self._amount(
                    f"short.{node}",
                    f"{study.names[node]}: share of demand that is not served",
                    float(lost[k] / max(demand[k], 1e-12)),
                    "share",
                ),
                colour=INK,
            )
            for k, node in enumerate(study.nodes)
        ]
        spans.sort(key=lambda span: -(span.figure.value or 0.0))
        short = [span for span in spans if (span.figure.value or 0.0) >= SHORT]
        first = spans[0]
        return draw_ranges(
            f"{reader.book.question}-month-short",
            spans,
            picture_words(
                reader.context,
                PAGE,
                "month_short",
                note=reader.footnote(),
                case=month_case(len(short), len(spans)),
                short=len(short),
                of=len(spans),
                first=first.row,
                share=first.figure,
                when=self.when,
            ),
            bars=True,
            row_title="Country",
            heads=("Share", ""),
        )

    def stock(self) -> Chart:
        """Draw what the union has in store at the end of each month; the month that is shown stands out."""
        reader, study = self.reader, self.reader.study
        inside = [bool(study.union[study.nodes.index(node)]) for node in study.store_nodes]
        stock = self.year.stock_twh[inside].sum(axis=0)
        full = float(study.store_twh[inside].sum())
        figures = [
            reader.figure(
                f"{self.year.id}.stock.{period}",
                f"in store at the end of {_month_words(period)}, {self.year.label}",
                float(twh),
                "twh",
            )
            for period, twh in zip(study.periods, stock, strict=True)
        ]
        nothing = reader.figure("stock.nothing", "nothing", 0.0, "twh")
        chosen = [figure if place == self.at else nothing for place, figure in enumerate(figures)]
        others = [nothing if place == self.at else figure for place, figure in enumerate(figures)]
        share = reader.figure(
            f"{self.key}.filled",
            f"share of the stores that is full at the end of {self.when}",
            float(stock[self.at] / max(full, 1e-12)),
            "share",
        )
        words = {"chosen": f"end of {_month_words(self.period)}", "others": "other months"}
        return draw_months(
            f"{reader.book.question}-month-stock",
            reader.periods,
            {words["others"]: others, words["chosen"]: chosen},
            picture_words(
                reader.context,
                PAGE,
                "month_stock",
                note=reader.footnote(),
                month=_month_words(self.period),
                share=share,
                stock=figures[self.at],
                case=self.year.label,
            ),
            colours={words["others"]: SOFT, words["chosen"]: OKABE_ITO["blue"]},
            unit="TWh",
        )

    def others(self) -> TableView:
        """Tabulate what there is beside the seller's gas: how much it can bring in a year, and what it brings in each case."""
        reader, study = self.reader, self.reader.study
        rows = []
        groups = [
            (self._supplier(name, routes), routes)
            for name, routes in study.suppliers.items()
            if name not in reader.suppliers
        ]
        for name, routes in groups:
            rows.append(
                self._row(
                    name,
                    self._capacity(routes),
                    [
                        float(year.supply_twh[[entry in routes for entry in study.entries]].sum())
                        for year in study.years
                    ],
                )
            )
        room = float((study.terminal_twh_per_day * study.days).sum())
        landed = [float(year.sendout_twh.sum()) for year in study.years]
        rows.append(self._row("liquefied gas, all terminals", room, landed))
        rows.sort(key=lambda row: -row[0])
        told = [
            reader.book.quantity(path)
            for name in ("lng_spare_twh", "lng_pact_twh")
            if (path := self._path(name))
        ]
        return present_table(
            "gas-others",
            (
                "Beside the seller's gas",
                "Can bring, TWh",
                *(sentence_case(year.label) for year in study.years),
            ),
            [row for _, row in rows],
            title=reader.context.say(PAGE, "month_others_title", seller=reader.seller),
            note=reader.context.say(
                PAGE,
                "month_others_note",
                first=_month_words(study.periods[0]),
                last=_month_words(study.periods[-1]),
                told=told,
            ),
        )

    def _row(
        self, name: str, room: float | None, brought: list[float]
    ) -> tuple[float, tuple[str, ...]]:
        key = name.replace(" ", "_").lower()
        reader = self.reader
        cells = [
            reader.figure(f"others.{key}.{year.id}", f"{name}, {year.label}", twh, "twh")
            for year, twh in zip(reader.study.years, brought, strict=True)
        ]
        able = (
            "not known"
            if room is None
            else link(
                reader.figure(f"others.{key}.room", f"{name}: most that it can bring", room, "twh")
            )
        )
        return brought[0], (sentence_case(name), able, *(link(cell) for cell in cells))

    def _supplier(self, name: str, routes: tuple[str, ...]) -> str:
        context = self.reader.context
        if name == "own":
            return "production of the countries themselves"
        if name in context.crisis.actors:
            return context.names.actor(name)
        return self.reader.study.names[routes[0]].partition(" to ")[0]

    def _capacity(self, routes: tuple[str, ...]) -> float | None:
        """Return what routes can bring in the year of the study, TWh; None where a row gives none."""
        table = self.reader.context.tables.get("gas_routes")
        days = float(self.reader.days.sum())
        found = 0.0
        for row in table.rows if table is not None else ():
            if row.cells["id"] in routes:
                rate, total = (
                    row.cells.get(name, "").strip()
                    for name in ("capacity_twh_per_day", "total_twh")
                )
                if not rate:
                    return None
                most = float(total) * days / DAYS if total else float("inf")
                found += min(float(rate) * days, most)
        return found

    def _path(self, name: str) -> str:
        """Return the path of the quantity that an input of the gas system reads, empty where it reads none or several."""
        for mechanism in self.reader.context.levels.mechanisms(MODEL):
            binding = mechanism.inputs.get(name)
            cases = getattr(binding, "cases", {}).values()
            for part in (binding, *cases):
                if isinstance(part, QuantityOf):
                    return part.path
        return ""
