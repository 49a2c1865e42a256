"""Allies and gas in up to five numbers: who joins, what holds, what it costs, what gas costs and what a pact replaces.

What the crisis has no mechanism for is left out.
"""

from dataclasses import dataclass
from typing import Literal

from detente.analysis.records import Coalition, CoalitionStudy
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.levels import Level
from detente.brief.questions._gas import gas_losses, gas_numbers
from detente.brief.questions._package_reader import PackageReader

__all__ = ["AlliesNumber", "GasSplit", "NumberCase", "read_allies", "read_split"]

STUDY, JOINING, LOSS = "coalitions", "alliance.joining", "loss_pct_gdp"
MOST = 5
LEAST_LOSS = 0.05
"""Percent of income below which a loss is none to speak of."""
LIKELY = 0.5
SURE = 0.8
"""A package is told that holds with this chance or more, if there is one; else the surest."""

NumberCase = Literal[
    "joins_cut", "joins", "package", "target_loss", "gas_loss", "gas_price", "pact"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlliesNumber:
    """One number: which, the figure, a second one where it is a change or a pair, and whom or what it is about."""

    case: NumberCase
    figure: Figure
    other: Figure | None = None
    who: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSplit:
    """How many members are likelier than not to join all measures, before gas is cut and after."""

    members: int
    before: int
    after: int


def _first_coalition(context: Context) -> Coalition | None:
    if not context.levels.mechanisms(JOINING):
        return None
    study = context.results.study(STUDY, CoalitionStudy)
    return study.coalitions[0] if study.coalitions else None


def read_split(context: Context) -> GasSplit | None:
    """Count who is likelier than not to join, before and after a cut of gas; None where nothing is cut or it changes nothing."""
    coalition = _first_coalition(context)
    if coalition is None or coalition.cut_off is None:
        return None
    before, after = (
        int((join[:, coalition.full].mean(axis=1) > LIKELY).sum())
        for join in (coalition.join, coalition.cut_off.join)
    )
    if before == after:
        return None
    return GasSplit(members=len(coalition.members), before=before, after=after)


def read_allies(context: Context, book: Book) -> tuple[AlliesNumber, ...]:
    """Choose the numbers, at most five, in the order of the case list."""
    coalition = _first_coalition(context)
    gas = gas_numbers(context, book)
    found = [
        _joins(context, book, coalition),
        _package(context, book, coalition),
        _gas_loss(context, book),
        None if gas is None else _gas_price(gas.price),
        None if gas is None or gas.pact is None else _pact(gas.pact),
        _target_loss(context, book),
    ]
    return tuple(number for number in found if number is not None)[:MOST]


def _joins(context: Context, book: Book, coalition: Coalition | None) -> AlliesNumber | None:
    """Return whether the pivot joins, with gas and without; without a pivot the least willing member."""
    mechanisms = context.levels.mechanisms(JOINING)
    if not mechanisms:
        return None
    mechanism = mechanisms[0]
    starts = {
        level.member: level
        for level in context.levels.start(mechanism.id, "joining_prob")
        if level.member
    }
    if not starts:
        return None
    means = {name: float(context.columns.values(one.metric).mean()) for name, one in starts.items()}
    member = min(means, key=lambda name: means[name])
    if coalition is not None and coalition.winning:
        pivot = coalition.members[coalition.winning[0].member]
        member = pivot if pivot in starts else member
    name = context.names.actor(member)
    figure = _level(book, "joins", f"{name} joins {mechanism.label}", starts[member], unit="prob")
    cut = coalition.cut_off if coalition is not None else None
    state = dict(starts[member].state)
    if cut is not None and cut.variable in state:
        wanted = {**state, cut.variable: cut.value}
        for level in context.levels.of(mechanism.id, "joining_prob"):
            if level.member == member and dict(level.state) == wanted:
                label = f"{name} joins {mechanism.label} once gas is cut"
                after = _level(book, "joins_cut", label, level, unit="prob")
                if after.text != figure.text:
                    return AlliesNumber(
                        case="joins_cut", figure=figure, other=after, who=name, what=mechanism.label
                    )
    return AlliesNumber(case="joins", figure=figure, who=name, what=mechanism.label)


def _level(book: Book, name: str, label: str, level: Level, *, unit: str) -> Figure:
    return book.level(f"allies.{name}", label, level, unit=unit)


def _package(context: Context, book: Book, coalition: Coalition | None) -> AlliesNumber | None:
    """Return the strongest package that holds with the chance asked for, or the surest that was asked about."""
    if coalition is None or not coalition.measures:
        return None
    known = [(level, package) for level, package in coalition.strongest if package]
    if not known:
        return None
    _, package = next((pair for pair in known if pair[0] >= SURE), known[-1])
    reader = PackageReader(context, book, coalition)
    return AlliesNumber(case="package", figure=reader.chance(package), what=reader.package(package))


def _gas_loss(context: Context, book: Book) -> AlliesNumber | None:
    """Return the largest loss of a member in a year without the gas; None without a gas system."""
    losses = gas_losses(context)
    if not losses:
        return None
    means = {name: float(context.columns.values(one.metric).mean()) for name, one in losses.items()}
    actor = max(means, key=lambda name: means[name])
    name = context.names.actor(actor)
    label = f"{name}: loss when gas is cut"
    figure = _level(book, "gas_loss", label, losses[actor], unit="pct_gdp")
    return AlliesNumber(case="gas_loss", figure=figure, who=name)


def _gas_price(price: tuple[Figure, Figure]) -> AlliesNumber | None:
    before, after = price
    if before.text == after.text:
        return None
    return AlliesNumber(case="gas_price", figure=after, other=before)


def _pact(pact: tuple[Figure, Figure]) -> AlliesNumber:
    volume, served = pact
    return AlliesNumber(case="pact", figure=served, other=volume)


def _target_loss(context: Context, book: Book) -> AlliesNumber | None:
    """Return the largest loss of a target under a package, in whatever state; none that is next to nothing."""
    levels = [
        level
        for mechanism in context.levels.mechanisms("sanctions.")
        if "target" in mechanism.model
        for level in context.levels.main(mechanism.id, LOSS, skip_zero=True)
        if not level.member
    ]
    if not levels:
        return None
    most = max(levels, key=lambda level: float(context.columns.values(level.metric).mean()))
    label = context.levels.full_label(most)
    figure = _level(book, "target_loss", label, most, unit="pct_gdp")
    if (figure.value or 0.0) < LEAST_LOSS:
        return None
    return AlliesNumber(case="target_loss", figure=figure, what=label)
