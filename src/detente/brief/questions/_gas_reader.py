"""The gas system at the central values of the crisis, as the run keeps it: its years, and the figures made of them."""

import numpy as np

from detente.analysis.records import GasStudy, GasYearRecord
from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace
from detente.brief.pictures.palette import NEUTRAL

__all__ = ["GasReader"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _month(label: str, index: int) -> str:
    """Return a short name of a period ``YYYY-MM``: the year stands with the first and with January."""
    year, month = label.split("-")
    name = MONTHS[int(month) - 1]
    return f"{name} {year[2:]}" if index == 0 or name == "Jan" else name


class GasReader:
    """The years of the crisis at central values, and the figures made of them."""

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
        """Keep a figure of the programme's run, which has no range."""
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

    def terminals_of(self, year: GasYearRecord) -> FloatArray:
        """Return liquefied gas by node, TWh of the year."""
        found = np.zeros(len(self.names))
        for node, twh in zip(self.study.terminal_nodes, year.sendout_twh, strict=True):
            found[self.names.index(node)] += twh.sum()
        return found

    def _inside(self, nodes: tuple[str, ...]) -> list[bool]:
        """Say of parts, by their nodes, whether they count to the union."""
        return [bool(self.study.union[self.names.index(node)]) for node in nodes]

    def parts(self, year: GasYearRecord) -> dict[str, FloatArray]:
        """Return what covers the union's demand, TWh by period."""
        study, union = self.study, self.study.union
        theirs = [
            inside and entry in self.sold
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

    @property
    def sold(self) -> set[str]:
        """Routes and sources that the challenger supplies."""
        return {route for name in self.suppliers for route in self.study.suppliers[name]}

    def withheld(self) -> Figure:
        """Make the figure of the share of its gas that the challenger withholds when gas is cut, as the programme was run."""
        theirs = [entry in self.sold for entry in self.study.entries]
        before, after = (float(year.supply_twh[theirs].sum()) for year in (self.stands, self.cut))
        return self.figure(
            "withheld",
            f"share of its gas that {self.seller} withholds",
            1 - after / max(before, 1e-12),
            "share",
        )

    def footnote(self) -> str:
        """Say what stands below a picture of the run."""
        return self.context.say("alliance", "gas_note")
