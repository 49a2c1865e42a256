"""The value ``BriefSummary`` and its parts. Texts may link to figures, as those of answers do; parts that do not exist are empty."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from detente.brief.figures import Chart, Figure, links_in, plain
from detente.summaries import html_fields, text_fields

__all__ = [
    "BriefSummary",
    "Confidence",
    "ConfidenceWord",
    "DebatedPolicy",
    "Headings",
    "KeyNumber",
    "PlannedDate",
    "Sign",
    "Takeaway",
    "TypeLine",
    "count_words",
]

ConfidenceWord = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """What stands above the parts, and the words before the record."""

    confidence: str
    moves: str
    choices: str
    allies: str
    ahead: str
    assumed: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """How sure the answer is, in a word, and a sentence for each reason."""

    word: ConfidenceWord
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeLine:
    """One type of a challenger, in the order in which its mark is drawn everywhere: its label and its prior."""

    player: str
    id: str
    label: str
    clause: str
    prior: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeaway:
    """What a chart shows: a few words in bold, and a sentence. ``case`` names the rule by which it was found."""

    case: str
    head: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebatedPolicy:
    """A commitment worth debating, named by its label, with what it does."""

    policy: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumber:
    """A number in large letters, and what it is."""

    value: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDate:
    """A day ahead of the cut-off, and what is planned for it."""

    day: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What may be seen, whether it would make an attack likelier (``up``) or less likely (``down``), and how far."""

    label: str
    direction: Literal["up", "down"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefSummary:
    """What two pages say of a briefing.

    ``question`` is the title; ``kicker`` stands above it, ``what_if`` below it where values were set by hand. ``lead`` holds up to three sentences or pairs of them: what is
    likely, what helps with each type, whether diplomacy and deterrence combine. ``outcomes`` is the first chart, ``moves``
    the main one (what each commitment does, by type), with up to three ``findings``; ``types`` explains its marks.
    ``tradeoff`` is the chart of an attack against cost, ``choices_lead`` and ``choices`` name what is worth debating, ``prepare``
    what remains to be prepared for. ``numbers`` are up to five about allies and gas, after ``allies_lead``. ``dates`` and ``signs``
    are what to watch; ``assumed`` and ``limits`` what was assumed and what is not modelled; ``record`` how the model
    did, written after the event. ``note`` says how to read percentages and whose base rates and views are shown.
    ``headings`` are the headings of these parts. ``figures`` are the figures of its own that texts and charts link to.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    crisis: str
    kicker: str
    question: str
    lead: tuple[str, ...]
    confidence: Confidence
    headings: Headings
    what_if: str = ""
    outcomes: Chart | None = None
    types: tuple[TypeLine, ...] = ()
    moves: Chart | None = None
    findings: tuple[Takeaway, ...] = ()
    tradeoff: Chart | None = None
    choices_lead: str = ""
    choices: tuple[DebatedPolicy, ...] = ()
    prepare: str = ""
    allies_lead: str = ""
    numbers: tuple[KeyNumber, ...] = ()
    dates: tuple[PlannedDate, ...] = ()
    signs: tuple[Sign, ...] = ()
    assumed: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    record: tuple[str, ...] = ()
    note: str = ""
    figures: tuple[Figure, ...] = ()

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts that there are, in order."""
        return tuple(
            chart for chart in (self.outcomes, self.moves, self.tradeoff) if chart is not None
        )

    def texts(self) -> Iterator[str]:
        """Yield everything that is read, in order and without links: sentences, names, titles and measures of charts."""
        yield from map(plain, self._texts())

    def links(self) -> Iterator[str]:
        """Yield the ids of the figures that the texts and the tables of the charts link to."""
        cells = (cell for chart in self.charts for row in chart.table.rows for cell in row)
        for text in (*self._texts(), *cells):
            yield from links_in(text)
        yield from (line.prior.id for line in self.types)

    def _texts(self) -> Iterator[str]:
        yield from (self.kicker, self.question, self.what_if, *self.lead)
        yield from self.confidence.reasons
        for chart in self.charts:
            yield from (chart.title, chart.subtitle)
        yield from (f"{line.label} {line.prior.text}" for line in self.types)
        for finding in self.findings:
            yield from (finding.head, finding.text)
        yield self.choices_lead
        for choice in self.choices:
            yield from (choice.label, choice.text)
        yield from (self.prepare, self.allies_lead)
        for number in self.numbers:
            yield from (number.value, number.words)
        for day in self.dates:
            yield from (day.day, day.text)
        for sign in self.signs:
            yield from (sign.label, sign.text)
        yield from (*self.assumed, *self.limits, *self.record, self.note)

    @property
    def n_words(self) -> int:
        """How many words are read, those inside charts apart."""
        return sum(map(count_words, self.texts()))


_WORD = re.compile(r"[^\W_]+(?:['\u2019.,\-\u2013][^\W_]+)*")


def count_words(text: str) -> int:
    """Count the words of a text; a number with its sign or its decimals is one.

    Examples
    --------
    >>> count_words("An attack is unlikely (31%, range 6-56%).")
    7
    """
    return len(_WORD.findall(text))
