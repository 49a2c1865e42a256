"""Consent to packages in question 6: by size, and what each measure takes from it, whatever the order."""

from detente.analysis.records import Coalition
from detente.brief.figures import Chart, Figure, TableView, link, present_table
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.palette import OKABE_ITO
from detente.brief.questions._package_reader import EVEN, RULE_HEADS, PackageReader
from detente.brief.questions._parts import picture_words
from detente.brief.words import plural, sentence_case

__all__ = ["adds_table", "consent_case", "size_chart", "size_table"]

PAGE = "alliance"


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


def _size_figure(reader: PackageReader, size: int) -> Figure:
    coalition = reader.coalition
    return reader.book.array(
        f"package.{coalition.mechanism}.size.{size}",
        f"a package of {plural(size, 'measure')} holds, mean over all of them, {reader.mechanism.label}",
        coalition.chance[coalition.rule][_of_size(coalition, size)].mean(axis=0),
        unit="prob",
        trace=reader.trace,
    )


def size_chart(reader: PackageReader) -> Chart | None:
    """Draw the chance that a package holds by its size; None with fewer than two measures."""
    count = len(reader.coalition.measures)
    if count < 2:
        return None
    figures = [_size_figure(reader, size) for size in range(1, count + 1)]
    case, at = consent_case(reader.coalition)
    return draw_ranges(
        "alliance-sizes",
        [
            Span(row=plural(size, "measure"), figure=figure, colour=OKABE_ITO["blue"])
            for size, figure in enumerate(figures, start=1)
        ],
        picture_words(
            reader.context,
            PAGE,
            "sizes",
            note=reader.note(),
            case=case,
            at=at,
            of=count,
            chance=figures[at - 1],
            every=reader.package(reader.coalition.full),
            rule=RULE_HEADS[reader.coalition.rule].lower(),
            variants=reader.mechanism.label,
        ),
        bars=True,
        row_title="Package",
    )


def adds_table(reader: PackageReader) -> TableView | None:
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
        title=reader.context.say(
            PAGE,
            "adds_title",
            last=_last_takes_most(coalition),
            variants=reader.mechanism.label,
        ),
        note=reader.context.say(PAGE, "adds_note"),
    )


def _last_takes_most(coalition: Coalition) -> bool:
    """Whether every measure alone leaves consent above even odds and takes more when it comes last."""
    means = coalition.chance[coalition.rule].mean(axis=1)
    return all(
        means[1 << place] >= EVEN and adds.last.mean() < adds.alone.mean()
        for place, adds in enumerate(coalition.adds)
    )


def size_table(reader: PackageReader) -> TableView | None:
    """Tabulate the chance that a package holds by its size, with the least and the most willing package."""
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
        title=reader.context.say(PAGE, "package_sizes_title", variants=reader.mechanism.label),
        note=reader.context.say(PAGE, "package_sizes_note"),
        numeric=(True,) * 5,
    )
