"""Packages of measures in question 6: the strongest that holds, what each measure adds, the pivot, and what a gas cut-off splits."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.analysis.records import CoalitionStudy
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, link, present_table
from detente.brief.pictures.charts import Dumbbell, draw_dumbbells
from detente.brief.pictures.matrix import draw_matrix
from detente.brief.pictures.palette import INK
from detente.brief.questions._consent import adds_table, size_chart, size_table
from detente.brief.questions._package_reader import EVEN, RULE_HEADS, PackageReader
from detente.brief.questions._parts import picture_words
from detente.brief.words import sentence_case

__all__ = [
    "CoalitionParts",
    "DrivenOff",
    "MemberToWin",
    "Strongest",
    "coalition_parts",
    "ranking_table",
    "who_joins",
]


PAGE = "alliance"
STUDY, JOINING = "coalitions", "alliance.joining"
SHOWN = 14
RANKED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Strongest:
    """The strongest packages of one set of measures that hold with some chance: the words of each and its chance, the surest last."""

    announced: str
    rule: str
    packages: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberToWin:
    """The member to win for a package: how likely it joins, and the chance that the package holds without and with it.

    ``made_good`` is how likely it joins when the gas that it would lose is made good, where that changes anything.
    """

    member: str
    package: str
    joins: Figure
    holds: Figure
    won: Figure
    made_good: Figure | None
    several: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivenOff:
    """What a cut of gas does to a coalition: who is driven off most, and how many members are likely to join before and after."""

    package: str
    member: str
    before: Figure
    after: Figure
    likely: Figure
    likely_after: Figure
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoalitionParts:
    """What question 6 says of packages: numbers, pictures, tables."""

    strongest: tuple["Strongest", ...] = ()
    pivot: "MemberToWin | None" = None
    split: "DrivenOff | None" = None
    multiple: Figure | None = None
    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()


def coalition_parts(context: Context, book: Book) -> CoalitionParts:
    """Read every package of every joining mechanism that is made of measures; the first is shown in full."""
    if not context.levels.mechanisms(JOINING):
        return CoalitionParts()
    study = context.results.study(STUDY, CoalitionStudy)
    readers = [PackageReader(context, book, item) for item in study.coalitions]
    first = readers[0]
    charts = [size_chart(first), _who(first), _split(first)]
    tables = [adds_table(first), size_table(first), _rules(first), _pivots(first)]
    return CoalitionParts(
        strongest=tuple(_strongest(reader) for reader in readers if reader.coalition.measures),
        pivot=_pivot(first),
        split=_cut(first),
        multiple=_answers(readers),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(table for table in tables if table is not None),
    )


# --- numbers ---------------------------------------------------------------------------------------------------------


def _strongest(reader: PackageReader) -> Strongest:
    packages = dict.fromkeys(package for _, package in reader.coalition.strongest if package)
    return Strongest(
        announced=reader.mechanism.label,
        rule=reader.coalition.rule,
        packages=tuple((reader.package(item), reader.chance(item)) for item in packages),
    )


def _pivot(reader: PackageReader) -> MemberToWin | None:
    coalition = reader.coalition
    package = coalition.full
    if not coalition.winning:
        return None
    first = coalition.winning[0]
    name = reader.member(first.member)
    won = reader.book.array(
        f"package.{reader.key(package)}.won.{coalition.members[first.member]}",
        f"{reader.package(package)} holds if {name} joins for certain",
        first.chance,
        unit="prob",
        trace=reader.trace,
    )
    now = reader.joins(first.member, package, coalition.join[first.member, package])
    paid = (
        None
        if first.made_good is None
        else reader.joins(first.member, package, first.made_good, "gas made good")
    )
    return MemberToWin(
        member=name,
        package=reader.package(package),
        joins=now,
        holds=reader.chance(package),
        won=won,
        made_good=None if paid is None or paid.text == now.text else paid,
        several=len(coalition.measures) > 1,
    )


def _cut(reader: PackageReader) -> DrivenOff | None:
    coalition, cut = reader.coalition, reader.coalition.cut_off
    if cut is None:
        return None
    package = coalition.full
    calm, after = coalition.join[:, package].mean(axis=1), cut.join[:, package].mean(axis=1)
    member = int(np.argmin(after - calm))
    counts = [
        reader.book.number(
            f"package.{reader.key(package)}.likely.{name}",
            f"members likelier than not to join {reader.package(package)}{said}",
            float((level > EVEN).sum()),
            unit="number",
            trace=reader.trace,
        )
        for name, said, level in (("now", "", calm), ("cut", ", gas cut", after))
    ]
    pair = (
        reader.joins(member, package, coalition.join[member, package]),
        reader.joins(member, package, cut.join[member, package], "gas cut"),
    )
    if pair[0].text == pair[1].text:
        return None
    return DrivenOff(
        package=reader.package(package),
        member=reader.member(member),
        before=pair[0],
        after=pair[1],
        likely=counts[0],
        likely_after=counts[1],
        members=len(coalition.members),
    )


def _answers(readers: list[PackageReader]) -> Figure | None:
    """Make the share of packages and cases in which more than one pattern of joining holds itself up; None where there is one."""
    shares = [reader.coalition.multiple for reader in readers]
    if max(shares) == 0.0:
        return None
    worst = readers[int(np.argmax(shares))]
    return readers[0].book.number(
        f"package.{worst.coalition.mechanism}.multiple",
        "share of packages and cases with more than one answer",
        max(shares),
        unit="share",
        trace=readers[0].trace,
        exact=False,
    )


# --- pictures --------------------------------------------------------------------------------------------------------


def _who(reader: PackageReader) -> Chart | None:
    """Draw who joins each measure by itself, and all of them: no order of adding is in it."""
    coalition = reader.coalition
    count = len(coalition.measures)
    if count < 2:
        return None
    packages = [*(1 << place for place in range(count)), coalition.full]
    whole = coalition.join[:, coalition.full].mean(axis=1)
    order = np.argsort(-whole, kind="stable")
    return draw_matrix(
        "alliance-packages",
        [reader.member(int(member)) for member in order],
        [sentence_case(reader.package(package)) for package in packages],
        [
            [
                reader.joins(int(member), package, coalition.join[int(member), package])
                for package in packages
            ]
            for member in order
        ],
        picture_words(
            reader.context,
            PAGE,
            "packages",
            note=reader.note(),
            case=who_joins(float(whole.max())),
            first=reader.member(int(order[0])),
            last=reader.member(int(order[-1])),
            every=reader.package(coalition.full),
            variants=reader.mechanism.label,
        ),
    )


def who_joins(highest: float) -> Literal["some", "nobody"]:
    """Tell whether the most willing member is likelier than not to join all measures."""
    return "some" if highest >= EVEN else "nobody"


def _split(reader: PackageReader) -> Chart | None:
    coalition, cut = reader.coalition, reader.coalition.cut_off
    if cut is None:
        return None
    package = coalition.full
    fall = (coalition.join[:, package] - cut.join[:, package]).mean(axis=1)
    order = np.argsort(-fall, kind="stable")[:SHOWN]
    rows = [
        Dumbbell(
            row=reader.member(int(member)),
            start=reader.joins(int(member), package, coalition.join[int(member), package]),
            end=reader.joins(int(member), package, cut.join[int(member), package], "gas cut"),
            colour=INK,
        )
        for member in order
    ]
    most = reader.member(int(order[0]))
    return draw_dumbbells(
        "alliance-cut",
        rows,
        picture_words(
            reader.context,
            PAGE,
            "cut",
            note=reader.note(),
            member=most,
            fall=f"{fall[order[0]] * 100:.0f}",
            package=reader.package(package),
            variants=reader.mechanism.label,
            count=len(rows),
        ),
        start="Gas flowing",
        end="Gas cut",
        row_title="Member",
    )


# --- tables ----------------------------------------------------------------------------------------------------------


def _rules(reader: PackageReader) -> TableView | None:
    coalition = reader.coalition
    if len(coalition.measures) < 2:
        return None
    packages = list(
        dict.fromkeys(
            [
                *coalition.chain,
                coalition.announced,
                *(strongest for _, strongest in coalition.strongest),
            ]
        )
    )
    packages = [package for package in packages if package]
    packages.sort(key=lambda package: coalition.strength[package])
    rows = []
    for package in packages:
        cells = [reader.chance(package, rule) for rule in RULE_HEADS]
        mark = " (as announced)" if package == coalition.announced else ""
        rows.append(
            (
                sentence_case(reader.package(package)) + mark,
                *(link(cell, cell.full_text) for cell in cells),
            )
        )
    return present_table(
        "package-rules",
        ("Package, weakest first", *RULE_HEADS.values()),
        rows,
        title=reader.context.say(PAGE, "package_rules_title", variants=reader.mechanism.label),
        note=reader.context.say(PAGE, "package_rules_note", cases=coalition.join.shape[-1]),
    )


def _pivots(reader: PackageReader) -> TableView | None:
    coalition = reader.coalition
    package = coalition.full
    if not coalition.winning:
        return None
    rows = []
    for item in coalition.winning:
        now = reader.joins(item.member, package, coalition.join[item.member, package])
        won = reader.book.array(
            f"package.{reader.key(package)}.won.{coalition.members[item.member]}",
            f"{reader.package(package)} holds if {reader.member(item.member)} joins for certain",
            item.chance,
            unit="prob",
            trace=reader.trace,
        )
        rows.append(
            (
                reader.member(item.member),
                link(now, now.full_text),
                link(won, won.full_text),
            )
        )
    return present_table(
        "pivots",
        (
            "Member",
            "Joins now",
            "Package holds if it joins",
        ),
        rows,
        title=reader.context.say(
            PAGE,
            "pivots_title",
            package=reader.package(package),
            variants=reader.mechanism.label,
        ),
        note=reader.context.say(PAGE, "pivots_note"),
    )


def ranking_table(
    context: Context, dependence: list[tuple[str, list[tuple[str, Figure]]]]
) -> TableView | None:
    """Tabulate who is most exposed, channel by channel; None with fewer than two channels."""
    columns = [(name, rows) for name, rows in dependence if len(rows) > 1]
    if len(columns) < 2:
        return None
    body = []
    for rank in range(RANKED):
        cells = []
        for _, rows in columns:
            if rank < len(rows):
                actor, figure = rows[rank]
                cells.append(f"{context.names.actor(actor)} {link(figure)}")
            else:
                cells.append("")
        body.append((str(rank + 1), *cells))
    return present_table(
        "rankings",
        ("Rank", *(sentence_case(context.names.exposure(name)) for name, _ in columns)),
        body,
        title=context.say(PAGE, "rankings_title"),
        note=context.say(PAGE, "rankings_note"),
        numeric=(),
    )
