"""The values that a question hands to the page: figures with their trace, facts, tables, charts, the answer.

Text in these values may link a number to its figure: :func:`link` writes such a link, in characters that no text of a crisis
can hold, and :func:`plain` removes the links again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from detente.brief.words import (
    KNOWN_DIGITS,
    LINK_CLOSES,
    LINK_OPENS,
    LINK_TEXT,
    format_range,
    format_value,
    likelihood_word,
)
from detente.summaries import html_fields, text_fields

__all__ = [
    "EXCLUDED",
    "Answer",
    "Chart",
    "FactView",
    "Figure",
    "Picture",
    "TableView",
    "Trace",
    "ValueView",
    "chance",
    "link",
    "links_in",
    "parts_of",
    "plain",
    "present_table",
]

EXCLUDED = "excluded"
"""What stands in the place of the probability of something to which the rules leave no way."""

_MARKS = LINK_OPENS + LINK_TEXT + LINK_CLOSES
_LINK = re.compile(f"{LINK_OPENS}([^{_MARKS}]+){LINK_TEXT}([^{_MARKS}]*){LINK_CLOSES}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a figure comes from.

    ``sources`` are keys and ``quantities`` paths of the crisis file; ``model`` is a name of the model register, or of
    the solver or statistic; ``reference`` is the equation in print. ``metric`` and ``policy`` name the column of the
    run that was summarised. Of a figure that depends on the whole game, ``quantities`` lists those that move it most
    and ``inputs_read`` counts all that the game reads.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    sources: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    model: str = ""
    reference: str = ""
    metric: str = ""
    policy: str = ""
    inputs_read: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number shown to a reader, with its 5-95 % range over the versions of the crisis and its trace.

    ``explored`` tells that it is a mean over cases of an exploratory run, which no likelihood word may be given;
    ``excluded`` that the rules leave no way to what it is the probability of: then it has no value.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    id: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    trace: Trace
    exact: bool = False
    digits: int = KNOWN_DIGITS
    explored: bool = False
    excluded: bool = False

    @property
    def text(self) -> str:
        """The value with its unit; of what cannot be, that it is excluded."""
        if self.excluded:
            return EXCLUDED
        return format_value(self.value, self.unit, exact=self.exact, digits=self.digits)

    @property
    def range_text(self) -> str:
        """The range, or the empty text where there is none."""
        return format_range(self.low, self.high, self.unit, exact=self.exact, digits=self.digits)

    @property
    def full_text(self) -> str:
        """The value with its range in brackets."""
        inside = format_range(
            self.low, self.high, self.unit, exact=self.exact, digits=self.digits, bare=True
        )
        return f"{self.text} ({inside})" if inside else self.text

    @property
    def aside_text(self) -> str:
        """The value with its range, to stand inside brackets."""
        return f"{self.text}, range {self.range_text}" if self.range_text else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueView:
    """One sourced value of a fact: rivals stand side by side."""

    label: str
    text: str
    source: str
    source_key: str
    as_of: str
    grade: str
    figure: str = ""
    rival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """A sourced sentence with the values that it speaks of."""

    id: str
    text: str
    sources: tuple[str, ...]
    as_of: str
    grade: str
    values: tuple[ValueView, ...] = ()
    contested: bool = False
    claims: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, tuple[ValueView, ...]], ...]:
        """The values by what they measure, rivals together."""
        labels = dict.fromkeys(value.label for value in self.values)
        return tuple(
            (label, tuple(value for value in self.values if value.label == label))
            for label in labels
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table of the briefing; cells may carry links to figures. ``numeric`` marks right-aligned columns."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...] = ()
    note: str = ""
    folded: bool = False


def present_table(
    name: str,
    columns: Sequence[str],
    rows: Iterable[tuple[str, ...]],
    *,
    title: str,
    numeric: Sequence[bool] | None = None,
    note: str = "",
    folded: bool = False,
) -> TableView:
    """Make a table of the briefing; unless told otherwise, all columns behind the first hold numbers."""
    columns = tuple(columns)
    marks = tuple(place > 0 for place in range(len(columns))) if numeric is None else numeric
    return TableView(
        id=name,
        title=title,
        columns=columns,
        rows=tuple(rows),
        numeric=tuple(marks),
        note=note,
        folded=folded,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing as SVG: in a file of its own, and within a page of either width.

    ``printed`` is the drawing for a printed page, without words around it and with its colours written out; where it is
    empty, there is none but that of the file.
    """

    svg: str
    wide: str
    narrow: str
    printed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture with its words and its text table.

    ``picture`` draws it when it is first asked for. ``inset`` draws one form for a page that has the tones in a style sheet;
    ``sheet`` draws the picture that stands alone, with a line more below its source.
    """

    id: str
    title: str
    subtitle: str
    footnote: str
    alt: str
    picture: Callable[[], Picture]
    inset: Callable[[Literal["wide", "narrow"]], str]
    sheet: Callable[[str], str]
    table: TableView

    @property
    def svg(self) -> str:
        """The picture that stands alone, with title and source in it."""
        return self.picture().svg

    @property
    def wide(self) -> str:
        """The picture without words for a desktop."""
        return self.picture().wide

    @property
    def narrow(self) -> str:
        """The picture without words for a phone."""
        return self.picture().narrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question answered: a sentence, what follows from it, why, what would change it, facts, pictures and tables.

    The first picture is the one that stands beside the answer; the others and the tables are for the appendix. ``language``
    is that of the words, of pictures and tables too where their words stand in a page; facts are in English.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    id: str
    title: str
    answer: str
    so_what: str = ""
    facts: tuple[FactView, ...] = ()
    model: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()
    changes: tuple[str, ...] = ()
    absent: tuple[str, ...] = field(default=())
    language: str = "en"


def link(figure: Figure, text: str = "") -> str:
    """Return text that links to the figure; without text, its value."""
    return f"{LINK_OPENS}{figure.id}{LINK_TEXT}{text or figure.text}{LINK_CLOSES}"


def chance(figure: Figure) -> str:
    """Say a probability as verb, word, number and range: "is unlikely (31%, range 8-62%)".

    Of an exploratory run it is an average over versions, without a word of likelihood.
    """
    if figure.excluded:
        return f"is {link(figure)}"
    if figure.value is None:
        return "is not known"
    if figure.explored:
        return f"averages {link(figure, figure.aside_text)} over all versions of the crisis"
    word = likelihood_word(figure.value)
    verb = "is"
    if word.endswith("chance"):
        verb = "has" if word.startswith("almost no") else "has a"
    return f"{verb} {word} ({link(figure, figure.aside_text)})"


def plain(text: str) -> str:
    """Remove the links to figures.

    Examples
    --------
    >>> plain(f"war: {LINK_OPENS}outlook.attack{LINK_TEXT}31%{LINK_CLOSES}")
    'war: 31%'
    """
    return _LINK.sub(lambda match: match[2], text)


def links_in(text: str) -> tuple[str, ...]:
    """Return the ids of the figures that a text links to, in order."""
    return tuple(match[1] for match in _LINK.finditer(text))


def parts_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text in order: the id of the figure that it links to, or nothing, and the words.

    Examples
    --------
    >>> list(parts_of(f"war: {LINK_OPENS}outlook.attack{LINK_TEXT}31%{LINK_CLOSES}."))
    [('', 'war: '), ('outlook.attack', '31%'), ('', '.')]
    """
    last = 0
    for match in _LINK.finditer(text):
        yield "", text[last : match.start()]
        yield match[1], match[2]
        last = match.end()
    yield "", text[last:]
