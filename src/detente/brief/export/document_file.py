"""The summary as a document of an office program, ``brief.docx``: the same words and pictures, to be edited."""

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from detente.brief.export.office import (
    GREY,
    HEADING_FONT,
    TEXT_FONT,
    allowed,
    fix_times,
    runs_of,
)
from detente.brief.figures import Chart, plain
from detente.brief.pages import LANGUAGE
from detente.brief.summary import BriefSummary
from detente.brief.words import sentence_case

if TYPE_CHECKING:
    from detente.brief.document import Brief

__all__ = ["to_docx"]

_ARROWS = {"up": "\N{UPWARDS ARROW}", "down": "\N{DOWNWARDS ARROW}"}
_WIDE, _MARGIN = 17.0, 2.0
"""Width of pictures and of margins, in centimetres."""


def to_docx(brief: "Brief", pictures: Mapping[str, bytes]) -> bytes:
    """Write the summary of a briefing as a document.

    Parameters
    ----------
    brief
        The briefing.
    pictures
        Its charts as PNG, by id, with their titles and sources (:func:`detente.brief.export.printing.to_png`).

    Returns
    -------
    bytes
        A document with headings, a title and a language set, and words for every picture.
    """
    import docx  # noqa: PLC0415  needed where a briefing is written

    paper = _Paper(docx.Document(), pictures)
    paper.set_up(brief)
    summary = brief.summary
    paper.grey(summary.kicker)
    paper.heading(summary.question, 0)
    paper.text("", head=summary.what_if)
    for sentence in summary.lead:
        paper.text(sentence)
    reasons = " ".join(summary.confidence.reasons)
    paper.text(reasons, head=summary.headings.confidence)
    paper.picture(summary.outcomes)
    for write in (_moves, _choices, _allies, _ahead, _behind):
        write(paper, summary)
    return fix_times(paper.content(), brief.crisis.as_of)


def _moves(paper: "_Paper", summary: BriefSummary) -> None:
    if summary.moves is None:
        return
    paper.heading(summary.headings.moves, 1)
    paper.grey(" \N{MIDDLE DOT} ".join(f"{one.label} {one.prior.text}" for one in summary.types))
    paper.picture(summary.moves)
    for finding in summary.findings:
        paper.text(finding.text, head=finding.head)


def _choices(paper: "_Paper", summary: BriefSummary) -> None:
    if not summary.choices_lead:
        return
    paper.heading(summary.headings.choices, 1)
    paper.text(summary.choices_lead)
    for choice in summary.choices:
        paper.text(choice.text, head=f"{sentence_case(choice.label)}.")
    paper.text(summary.prepare)
    paper.picture(summary.tradeoff)


def _allies(paper: "_Paper", summary: BriefSummary) -> None:
    if not summary.numbers:
        return
    paper.heading(summary.headings.allies, 1)
    paper.text(summary.allies_lead)
    paper.table((number.value, number.words) for number in summary.numbers)


def _ahead(paper: "_Paper", summary: BriefSummary) -> None:
    if not summary.dates and not summary.signs:
        return
    paper.heading(summary.headings.ahead, 1)
    paper.table((item.day, item.text) for item in summary.dates)
    for sign in summary.signs:
        paper.text(sign.text, head=f"{_ARROWS[sign.direction]} {plain(sign.label)}:")


def _behind(paper: "_Paper", summary: BriefSummary) -> None:
    paper.heading(summary.headings.assumed, 1)
    for sentence in summary.assumed:
        paper.text(sentence)
    paper.bullets(summary.limits)
    for sentence in summary.record:
        paper.text(sentence, head=summary.headings.after)
    paper.grey(summary.note)


class _Paper:
    """A document that is being written."""

    def __init__(self, document: Any, pictures: Mapping[str, bytes]) -> None:
        self._document, self._pictures = document, pictures

    def set_up(self, brief: "Brief") -> None:
        """Set paper, margins, fonts, title and language."""
        from docx.oxml.ns import qn  # noqa: PLC0415  as above
        from docx.shared import Cm, Pt  # noqa: PLC0415  as above

        document = self._document
        for section in document.sections:
            section.page_width, section.page_height = Cm(21.0), Cm(29.7)
            section.left_margin = section.right_margin = Cm(_MARGIN)
            section.top_margin = section.bottom_margin = Cm(1.8)
        for name, font, size in (
            ("Normal", TEXT_FONT, 10.0),
            ("Title", HEADING_FONT, 20.0),
            ("Heading 1", HEADING_FONT, 14.0),
        ):
            style = document.styles[name]
            style.font.name, style.font.size = font, Pt(size)
            properties = style.element.get_or_add_rPr()
            properties.rFonts.set(qn("w:eastAsia"), font)
            for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                properties.rFonts.attrib.pop(qn(f"w:{attribute}"), None)
        normal = document.styles["Normal"].element.get_or_add_rPr()
        language = normal.makeelement(qn("w:lang"), {qn("w:val"): LANGUAGE})
        normal.append(language)
        core = document.core_properties
        core.title, core.subject = brief.summary.question, brief.summary.kicker
        core.author, core.language, core.keywords = "detente", LANGUAGE, brief.crisis.id
        core.comments = ""
        core.created = core.modified = datetime.combine(brief.crisis.as_of, time(), tzinfo=UTC)
        core.last_modified_by = "detente"

    def heading(self, text: str, level: int) -> None:
        """Write a heading; level 0 is the title."""
        self._document.add_heading(allowed(plain(text)), level)

    def text(self, text: str, *, head: str = "") -> None:
        """Write a paragraph, behind a few words in bold if there are any; none without words."""
        if not text and not head:
            return
        paragraph = self._document.add_paragraph()
        if head:
            paragraph.add_run(allowed(f"{plain(head)} ")).bold = True
        _write(paragraph, text)

    def bullets(self, texts: Iterable[str]) -> None:
        """Write a list."""
        for text in texts:
            _write(self._document.add_paragraph(style="List Bullet"), text)

    def grey(self, text: str) -> None:
        """Write a paragraph in small grey letters; none without words."""
        if not text:
            return
        from docx.shared import Pt, RGBColor  # noqa: PLC0415  as above

        run = self._document.add_paragraph().add_run(allowed(plain(text)))
        run.font.size, run.font.color.rgb = Pt(9.0), RGBColor(*GREY)

    def picture(self, chart: Chart | None) -> None:
        """Set a picture with the words that stand for it; its own title and source are in it."""
        from docx.shared import Cm  # noqa: PLC0415  as above

        if chart is None:
            return
        shape = self._document.add_picture(io.BytesIO(self._pictures[chart.id]), width=Cm(_WIDE))
        shape._inline.docPr.set("descr", allowed(plain(chart.alt)))  # noqa: SLF001  the library has no other way
        shape._inline.docPr.set("title", allowed(plain(chart.title)))  # noqa: SLF001  as above

    def table(self, rows: Iterable[tuple[str, str]]) -> None:
        """Write a table of two columns, the first in bold."""
        from docx.shared import Cm  # noqa: PLC0415  as above

        kept = list(rows)
        if not kept:
            return
        table = self._document.add_table(rows=0, cols=2)
        for first, second in kept:
            cells = table.add_row().cells
            cells[0].paragraphs[0].add_run(allowed(plain(first))).bold = True
            _write(cells[1].paragraphs[0], second)
            cells[0].width, cells[1].width = Cm(3.6), Cm(_WIDE - 3.6)

    def content(self) -> bytes:
        """Return the file."""
        buffer = io.BytesIO()
        self._document.save(buffer)
        return buffer.getvalue()


def _write(paragraph: Any, text: str) -> None:
    for words, strong in runs_of(text):
        paragraph.add_run(allowed(words)).bold = strong or None
