"""Allies and gas in up to five numbers: who joins, what holds, what it costs, what gas costs and what a pact replaces.

The numbers are figures of the answers, found by their ids; what an answer does not have is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from detente.analysis.records import Coalition, CoalitionStudy
from detente.brief.context import Context
from detente.brief.figures import Answer, Figure
from detente.brief.words import join_words

__all__ = ["AlliesNumber", "NumberCase", "Split", "read_allies", "read_split"]

STUDY, JOINING = "coalitions", "alliance.joining"
MOST = 5
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
class Split:
    """How many members are likelier than not to join all measures, before gas is cut and after."""

    members: int
    before: int
    after: int


def _first_coalition(context: Context) -> Coalition | None:
    if not context.levels.mechanisms(JOINING):
        return None
    study = context.results.study(STUDY, CoalitionStudy)
    return study.coalitions[0] if study.coalitions else None


def read_split(context: Context) -> Split | None:
    """Count who is likelier than not to join, before and after a cut of gas; None where the crisis has no such coalition or it changes nothing."""
    coalition = _first_coalition(context)
    if coalition is None or coalition.cut_off is None:
        return None
    before, after = (
        int((join[:, coalition.full].mean(axis=1) > LIKELY).sum())
        for join in (coalition.join, coalition.cut_off.join)
    )
    if before == after:
        return None
    return Split(members=len(coalition.members), before=before, after=after)


def read_allies(context: Context, answers: Sequence[Answer]) -> tuple[AlliesNumber, ...]:
    """Choose the numbers, at most five, in the order of the case list."""
    figures = {
        figure.id: figure
        for answer in answers
        for figure in answer.figures
        if figure.value is not None and not figure.excluded
    }
    coalition = _first_coalition(context)
    found = [
        _joins(context, coalition, figures),
        _package(context, coalition, figures),
        _gas_loss(context, figures),
        _gas_price(figures),
        _pact(figures),
        _target_loss(context, figures),
    ]
    return tuple(number for number in found if number is not None)[:MOST]


def _joins(
    context: Context, coalition: Coalition | None, figures: Mapping[str, Figure]
) -> AlliesNumber | None:
    """Return whether the pivot joins, with gas and without; without a pivot the least willing member."""
    mechanisms = context.levels.mechanisms(JOINING)
    if not mechanisms:
        return None
    mechanism = mechanisms[0]
    prefix = f"alliance.joining.{mechanism.id}."
    plain = {
        member: figures[f"{prefix}{member}"]
        for member in mechanism.members
        if f"{prefix}{member}" in figures
    }
    if not plain:
        return None
    member = min(plain, key=lambda name: plain[name].value or 0.0)
    if coalition is not None and coalition.winning:
        pivot = coalition.members[coalition.winning[0].member]
        member = pivot if pivot in plain else member
    name = context.names.actor(member)
    cut = coalition.cut_off if coalition is not None else None
    after = None if cut is None else figures.get(f"{prefix}{member}.{cut.variable}={cut.value}")
    if after is None or after.text == plain[member].text:
        return AlliesNumber(case="joins", figure=plain[member], who=name, what=mechanism.label)
    return AlliesNumber(
        case="joins_cut", figure=plain[member], other=after, who=name, what=mechanism.label
    )


def _package(
    context: Context, coalition: Coalition | None, figures: Mapping[str, Figure]
) -> AlliesNumber | None:
    """Return the strongest package that holds with the chance asked for, or the surest that was asked about."""
    if coalition is None or not coalition.measures:
        return None
    known = [(level, package) for level, package in coalition.strongest if package]
    if not known:
        return None
    level, package = next((pair for pair in known if pair[0] >= SURE), known[-1])
    figure = figures.get(f"alliance.package.{coalition.mechanism}.{package}.{coalition.rule}")
    if figure is None:
        return None
    del level
    names = [
        context.crisis.mechanisms[name].label
        for place, name in enumerate(coalition.measures)
        if package >> place & 1
    ]
    return AlliesNumber(case="package", figure=figure, what=join_words(names))


def _gas_loss(context: Context, figures: Mapping[str, Figure]) -> AlliesNumber | None:
    losses = {
        name.rsplit(".", 1)[1]: figure
        for name, figure in figures.items()
        if name.startswith("alliance.gas.loss.")
    }
    if not losses:
        return None
    actor = max(losses, key=lambda name: losses[name].value or 0.0)
    return AlliesNumber(case="gas_loss", figure=losses[actor], who=context.names.actor(actor))


def _gas_price(figures: Mapping[str, Figure]) -> AlliesNumber | None:
    """Return the price before and after; they are the two figures of it that the answer made, in their order."""
    prices = [figure for name, figure in figures.items() if name.startswith("alliance.gas.price.")]
    if len(prices) != 2 or prices[0].text == prices[1].text:
        return None
    return AlliesNumber(case="gas_price", figure=prices[1], other=prices[0])


def _pact(figures: Mapping[str, Figure]) -> AlliesNumber | None:
    volume, served = (figures.get(f"alliance.gas.{name}") for name in ("pact", "served"))
    if volume is None or served is None:
        return None
    return AlliesNumber(case="pact", figure=served, other=volume)


def _target_loss(context: Context, figures: Mapping[str, Figure]) -> AlliesNumber | None:
    """Return the largest loss of a target under a package, as things stand."""
    losses = [
        figure
        for mechanism in context.levels.mechanisms("sanctions.")
        if "target" in mechanism.model
        and (figure := figures.get(f"sanctions.loss.{mechanism.id}")) is not None
    ]
    if not losses:
        return None
    most = max(losses, key=lambda figure: figure.value or 0.0)
    return AlliesNumber(case="target_loss", figure=most, what=most.label)
