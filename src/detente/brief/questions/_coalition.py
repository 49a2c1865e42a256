"""Packages of measures in question 6: the strongest that holds, what each measure adds, the pivot, and what a gas cut-off splits."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from detente.analysis.records import Coalition, CoalitionStudy
from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, Trace, link, present_table
from detente.brief.pictures.charts import Dumbbell, Span, draw_dumbbells, draw_ranges
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.matrix import draw_matrix
from detente.brief.pictures.palette import INK, OKABE_ITO
from detente.brief.words import format_percent, join_words, plural, sentence_case

__all__ = ["CoalitionParts", "coalition_parts", "consent_case", "ranking_table"]


STUDY, JOINING = "coalitions", "alliance.joining"
EVEN = 0.5
"""Chance below which consent has run out."""
SHOWN = 14
RANKED = 5
SUBJECTS = {
    "consensus": "by consensus (nobody blocks; abstaining is allowed within limits)",
    "willing": "as a coalition of the willing with half of the weight",
}
RULE_HEADS = {
    "unanimity": "All join",
    "consensus": "Nobody blocks",
    "majority": "Qualified majority",
    "willing": "Half of the weight",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoalitionParts:
    """What question 6 says of packages: sentences, pictures, tables."""

    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()


class _Reader:
    """One coalition with the words and figures that sentences, pictures and tables share."""

    def __init__(self, context: Context, book: Book, coalition: Coalition) -> None:
        self.context, self.book, self.coalition = context, book, coalition
        self.mechanism = context.crisis.mechanisms[coalition.mechanism]

    @cached_property
    def trace(self) -> Trace:
        levels = self.context.levels.start(self.coalition.mechanism, "coverage")
        base = self.context.traces.of(levels[0].metric) if levels else Trace()
        return replace(
            base,
            model="; ".join(self.coalition.models),
            reference="; ".join(self.coalition.references),
        )

    def measure(self, place: int) -> str:
        """Words for one measure."""
        if not self.coalition.measures:
            return self.mechanism.label
        return self.context.crisis.mechanisms[self.coalition.measures[place]].label

    def package(self, package: int) -> str:
        """Words for a package: its measures, or that it holds all of them."""
        places = [k for k in range(package.bit_length()) if package >> k & 1]
        if package == self.coalition.full and len(places) > 2:
            return f"all {plural(len(places), 'measure')}"
        return join_words([self.measure(k) for k in places])

    def member(self, member: int) -> str:
        return self.context.names.actor(self.coalition.members[member])

    def key(self, package: int) -> str:
        return f"{self.coalition.mechanism}.{package}"

    def chance(self, package: int, rule: str = "") -> Figure:
        rule = rule or self.coalition.rule
        return self.book.array(
            f"package.{self.key(package)}.{rule}",
            f"{self.package(package)}: {RULE_HEADS[rule].lower()}, {self.mechanism.label}",
            self.coalition.chance[rule][package],
            unit="prob",
            trace=self.trace,
        )

    def joins(self, member: int, package: int, values: FloatArray, when: str = "") -> Figure:
        return self.book.array(
            f"package.{self.key(package)}.joins.{self.coalition.members[member]}{when and '.' + when.replace(' ', '_')}",
            f"{self.member(member)} joins {self.package(package)}{when and ', ' + when}",
            values,
            unit="prob",
            trace=self.trace,
        )


def coalition_parts(context: Context, book: Book) -> CoalitionParts:
    """Read every package of every joining mechanism that is made of measures; the first is shown in full."""
    if not context.levels.mechanisms(JOINING):
        return CoalitionParts()
    study = context.results.study(STUDY, CoalitionStudy)
    readers = [_Reader(context, book, item) for item in study.coalitions]
    first = readers[0]
    sentences = [_strongest(reader) for reader in readers if reader.coalition.measures]
    sentences += [_pivot(first), _cut(first), _answers(readers)]
    charts = [_sizes(first), _who(first), _split(first)]
    tables = [_adds(first), _size_table(first), _rules(first), _pivots(first)]
    return CoalitionParts(
        sentences=tuple(text for text in sentences if text),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(table for table in tables if table is not None),
    )


# --- sentences -------------------------------------------------------------------------------------------------------


def _strongest(reader: _Reader) -> str:
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


def _pivot(reader: _Reader) -> str:
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


def _cut(reader: _Reader) -> str:
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


def _answers(readers: list[_Reader]) -> str:
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


def _steps(reader: _Reader) -> list[tuple[str, int]]:
    """Put the chain of packages in words: the first measure, then what each step adds."""
    rows, before = [], 0
    for package in reader.coalition.chain:
        added = reader.measure((package ^ before).bit_length() - 1)
        rows.append((sentence_case(added) if not before else f"+ {added}", package))
        before = package
    return rows


def consent_case(coalition: Coalition) -> tuple[str, int]:
    """Say at how many measures consent runs out, and how: ``whichever`` they are, or it ``depends``; ``holds`` to the end.

    Consent has run out where the mean over the packages of a size is below even odds; whichever they are, where that is so
    of every one of them.
    """
    means = coalition.chance[coalition.rule].mean(axis=1)
    for size in range(1, coalition.full.bit_count() + 1):
        mine = [float(means[code]) for code in _of_size(coalition, size)]
        if sum(mine) / len(mine) < EVEN:
            return ("whichever" if max(mine) < EVEN else "depends"), size
    return "holds", coalition.full.bit_count()


def _of_size(coalition: Coalition, size: int) -> list[int]:
    return [code for code in range(coalition.full + 1) if code.bit_count() == size]


def _size_figure(reader: _Reader, size: int) -> Figure:
    coalition = reader.coalition
    return reader.book.array(
        f"package.{coalition.mechanism}.size.{size}",
        f"a package of {plural(size, 'measure')} holds, mean over all of them, {reader.mechanism.label}",
        coalition.chance[coalition.rule][_of_size(coalition, size)].mean(axis=0),
        unit="prob",
        trace=reader.trace,
    )


def _sizes(reader: _Reader) -> Chart | None:
    count = len(reader.coalition.measures)
    if count < 2:
        return None
    figures = [_size_figure(reader, size) for size in range(1, count + 1)]
    case, at = consent_case(reader.coalition)
    titles = {
        "whichever": f"Consent runs out at {at} measures of {count}, whichever they are: {figures[at - 1].text}",
        "depends": f"Consent to {at} measures of {count} depends on which they are: {figures[at - 1].text} in the mean",
        "holds": f"Consent holds to the last measure: {figures[-1].text} for {reader.package(reader.coalition.full)}",
    }
    return draw_ranges(
        "alliance-sizes",
        [
            Span(row=plural(size, "measure"), figure=figure, colour=OKABE_ITO["blue"])
            for size, figure in enumerate(figures, start=1)
        ],
        Words(
            title=titles[case],
            subtitle=f"Chance that a package holds ({RULE_HEADS[reader.coalition.rule].lower()}), mean over all packages of a size; "
            f"variants of {reader.mechanism.label}, mean over cases",
            footnote=_note(reader),
        ),
        bars=True,
        row_title="Package",
    )


def _who(reader: _Reader) -> Chart | None:
    coalition = reader.coalition
    if len(coalition.measures) < 2:
        return None
    steps = _steps(reader)
    order = np.argsort(-coalition.join[:, coalition.full].mean(axis=1), kind="stable")
    first, last = reader.member(int(order[0])), reader.member(int(order[-1]))
    return draw_matrix(
        "alliance-packages",
        [reader.member(int(member)) for member in order],
        [row for row, _ in steps],
        [
            [
                reader.joins(int(member), package, coalition.join[int(member), package])
                for _, package in steps
            ]
            for member in order
        ],
        Words(
            title=f"{first} joins whatever is added, {last} least of all",
            subtitle="Chance that each member joins as measures are added from left to right; "
            f"variants of {reader.mechanism.label}, mean over cases",
            footnote=_note(reader),
        ),
    )


def _split(reader: _Reader) -> Chart | None:
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
            footnote=_note(reader),
        ),
        start="Gas flowing",
        end="Gas cut",
        row_title="Member",
    )


def _note(reader: _Reader) -> str:
    crisis = reader.context.crisis
    n_draws = reader.coalition.join.shape[-1]
    return (
        f"Source: own computation on the crisis file {crisis.id} as of {crisis.as_of.isoformat()}, every package solved on "
        f"the first {plural(n_draws, 'explored case')}."
    )


# --- tables ----------------------------------------------------------------------------------------------------------


def _adds(reader: _Reader) -> TableView | None:
    """Tabulate what each measure takes from the chance that a package holds: alone, last, and over all orders."""
    coalition = reader.coalition
    if len(coalition.adds) < 2:
        return None
    rows = []
    for place, adds in enumerate(coalition.adds):
        figures = [
            reader.book.array(
                f"package.{coalition.mechanism}.{coalition.measures[place]}.{way}",
                f"{reader.measure(place)}: what it changes in the chance that a package holds, {words}",
                100.0 * values,
                unit="pct_points",
                trace=reader.trace,
            )
            for way, words, values in (
                ("alone", "alone", adds.alone),
                ("last", "after all others", adds.last),
                ("mean", "mean over orders", adds.mean),
            )
        ]
        rows.append(
            (sentence_case(reader.measure(place)), *(link(f, f.full_text) for f in figures))
        )
    return present_table(
        "package-adds",
        ("Measure", "Alone", "After all others", "Mean over orders"),
        rows,
        title=f"No measure breaks consent by itself; what comes last takes most: variants of {reader.mechanism.label}"
        if _last_takes_most(coalition)
        else f"What each measure takes from consent: variants of {reader.mechanism.label}",
        note="Points of the chance that a package holds. The mean over orders is Shapley's value: it does not depend on which "
        "measure is named last, and adds up to the fall from no measure to all.",
    )


def _last_takes_most(coalition: Coalition) -> bool:
    """Whether every measure alone leaves consent above even odds and takes more when it comes last."""
    means = coalition.chance[coalition.rule].mean(axis=1)
    return all(
        means[1 << place] >= EVEN and adds.last.mean() < adds.alone.mean()
        for place, adds in enumerate(coalition.adds)
    )


def _size_table(reader: _Reader) -> TableView | None:
    coalition = reader.coalition
    count = len(coalition.measures)
    if count < 2:
        return None
    means = coalition.chance[coalition.rule].mean(axis=1)
    rows = []
    for size in range(1, count + 1):
        codes = sorted(_of_size(coalition, size), key=lambda code: float(means[code]))
        figure = _size_figure(reader, size)
        ends = [reader.chance(code) for code in (codes[0], codes[-1])]
        rows.append(
            (
                str(size),
                str(len(codes)),
                link(figure, figure.full_text),
                *(link(end, end.text) for end in ends),
            )
        )
    return present_table(
        "package-sizes",
        ("Measures", "Packages", "Mean", "Least willing package", "Most willing package"),
        rows,
        title=f"Chance that a package holds by its size: variants of {reader.mechanism.label}",
        note="Over all packages of a size, those too that nobody has announced.",
        numeric=(True,) * 5,
    )


def _rules(reader: _Reader) -> TableView | None:
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


def _pivots(reader: _Reader) -> TableView | None:
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
