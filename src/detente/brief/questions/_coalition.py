"""Packages of measures in question 6: the strongest that holds, what each measure adds, the pivot, and what a gas cut-off splits."""

from dataclasses import dataclass

import numpy as np

from detente.analysis.records import CoalitionStudy
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, link, present_table
from detente.brief.pictures.charts import Dumbbell, draw_dumbbells
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.matrix import draw_matrix
from detente.brief.pictures.palette import INK
from detente.brief.questions._consent import adds_table, size_chart, size_table
from detente.brief.questions._package_reader import EVEN, RULE_HEADS, PackageReader
from detente.brief.words import format_percent, sentence_case

__all__ = ["CoalitionParts", "coalition_parts", "ranking_table", "who_title"]


STUDY, JOINING = "coalitions", "alliance.joining"
SHOWN = 14
RANKED = 5
SUBJECTS = {
    "consensus": "by consensus (nobody blocks; abstaining is allowed within limits)",
    "willing": "as a coalition of the willing with half of the weight",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoalitionParts:
    """What question 6 says of packages: sentences, pictures, tables."""

    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()


def coalition_parts(context: Context, book: Book) -> CoalitionParts:
    """Read every package of every joining mechanism that is made of measures; the first is shown in full."""
    if not context.levels.mechanisms(JOINING):
        return CoalitionParts()
    study = context.results.study(STUDY, CoalitionStudy)
    readers = [PackageReader(context, book, item) for item in study.coalitions]
    first = readers[0]
    sentences = [_strongest(reader) for reader in readers if reader.coalition.measures]
    sentences += [_pivot(first), _cut(first), _answers(readers)]
    charts = [size_chart(first), _who(first), _split(first)]
    tables = [adds_table(first), size_table(first), _rules(first), _pivots(first)]
    return CoalitionParts(
        sentences=tuple(text for text in sentences if text),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(table for table in tables if table is not None),
    )


# --- sentences -------------------------------------------------------------------------------------------------------


def _strongest(reader: PackageReader) -> str:
    parts = []
    for level, package in reader.coalition.strongest:
        least = f"at a chance of {format_percent(level)} or more"
        if package == 0:
            parts.append(f"{least}: none")
            continue
        figure = reader.chance(package)
        parts.append(f"{least}: {reader.package(package)} ({link(figure, figure.aside_text)})")
    rule = SUBJECTS[reader.coalition.rule]
    return f"In place of {reader.mechanism.label}, the strongest package that holds {rule} is {'; '.join(parts)}."


def _pivot(reader: PackageReader) -> str:
    coalition = reader.coalition
    package = coalition.full
    if not coalition.winning:
        return ""
    first = coalition.winning[0]
    name = reader.member(first.member)
    before = reader.chance(package)
    won = reader.book.array(
        f"package.{reader.key(package)}.won.{coalition.members[first.member]}",
        f"{reader.package(package)} holds if {name} joins for certain",
        first.chance,
        unit="prob",
        trace=reader.trace,
    )
    now = reader.joins(first.member, package, coalition.join[first.member, package])
    text = (
        f"The pivot of {reader.package(package)} is {name}: it joins with {link(now, now.aside_text)}, and won for certain it "
        f"would lift the chance that they hold from {link(before)} to {link(won)}"
    )
    if first.made_good is not None:
        made_good = reader.joins(first.member, package, first.made_good, "gas made good")
        text += f"; making good all the gas that it would lose takes it to {link(made_good)}"
    return text + "."


def _cut(reader: PackageReader) -> str:
    coalition, cut = reader.coalition, reader.coalition.cut_off
    if cut is None:
        return ""
    package = coalition.full
    calm, after = coalition.join[:, package].mean(axis=1), cut.join[:, package].mean(axis=1)
    order = np.argsort(after - calm, kind="stable")
    words = []
    for member in (int(order[0]), int(order[-1])):
        pair = (
            reader.joins(member, package, coalition.join[member, package]),
            reader.joins(member, package, cut.join[member, package], "gas cut"),
        )
        words.append(f"{reader.member(member)} goes from {link(pair[0])} to {link(pair[1])}")
    counts = [
        reader.book.number(
            f"package.{reader.key(package)}.likely.{name}",
            f"members likelier than not to join {reader.package(package)}{said}",
            float((level > 0.5).sum()),
            unit="number",
            trace=reader.trace,
        )
        for name, said, level in (("now", "", calm), ("cut", ", gas cut", after))
    ]
    who = reader.context.roles.names("challenger") or "the challenger"
    return (
        f"A gas cut-off by {who} would split the coalition: on {reader.package(package)} {words[0]}, while {words[1]}; of "
        f"{len(coalition.members)} members {link(counts[0])} are likelier than not to join before it, {link(counts[1])} after."
    )


def _answers(readers: list[PackageReader]) -> str:
    shares = [reader.coalition.multiple for reader in readers]
    first = readers[0]
    if max(shares) == 0.0:
        return ""
    worst = readers[int(np.argmax(shares))]
    figure = first.book.number(
        f"package.{worst.coalition.mechanism}.multiple",
        "share of packages and cases with more than one answer",
        max(shares),
        unit="share",
        trace=first.trace,
        exact=False,
    )
    return (
        f"In {link(figure)} of packages and cases more than one pattern of joining holds itself up; leadership or habit then "
        "decides, and the one nearest to even odds is shown."
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
        Words(
            title=who_title(
                reader.member(int(order[0])),
                reader.member(int(order[-1])),
                highest=float(whole.max()),
                every=reader.package(coalition.full),
            ),
            subtitle="Chance that each member joins each measure by itself, and all of them; "
            f"variants of {reader.mechanism.label}, mean over cases",
            footnote=reader.note(),
        ),
    )


def who_title(first: str, last: str, *, highest: float, every: str) -> str:
    """Say whether the most willing member is likelier than not to join all measures, and who is least willing."""
    if highest >= EVEN:
        return f"{first} is likeliest to join {every}, {last} least likely"
    return f"Nobody is likelier than not to join {every}; {last} is least likely"


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
        Words(
            title=f"A gas cut-off drives {most} off most, by {fall[order[0]] * 100:.0f} points",
            subtitle=f"Chance that a member joins {reader.package(package)} with gas flowing (hollow) and with gas cut (filled); "
            f"variants of {reader.mechanism.label}, mean over cases; the {len(rows)} that move most",
            footnote=reader.note(),
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
        title=f"What each rule of decision makes of a package: variants of {reader.mechanism.label}",
        note="Unanimity asks all members that sit in the body; the others are as the text says. "
        f"Mean and 5\N{EN DASH}95% of the first {coalition.join.shape[-1]} cases.",
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
        title=f"Whom to win for {reader.package(package)}: variants of {reader.mechanism.label}",
        note="The least willing members of the deciding body, by how much each would raise the chance; others answer the member "
        "that is won.",
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
        ("", *(sentence_case(context.names.exposure(name)) for name, _ in columns)),
        body,
        title="Who is most exposed depends on the channel",
        note="Each number names its own source and year.",
        numeric=(),
    )
