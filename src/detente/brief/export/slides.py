"""The summary as slides, ``brief.pptx``: one idea a slide, its title the finding, the sources in the notes."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from detente.brief.export.office import (
    GREY,
    HEADING_FONT,
    INK,
    TEXT_FONT,
    allowed,
    fix_times,
    runs_of,
)
from detente.brief.figures import Chart, plain
from detente.brief.pages import LANGUAGE
from detente.brief.words import sentence_case

if TYPE_CHECKING:
    from detente.brief.document import Brief

__all__ = ["to_pptx"]

_WIDTH, _HEIGHT, _MARGIN = 33.867, 19.05, 1.6
"""A slide of 16 to 9 and its margin, in centimetres."""
_TOP, _FOOT = 3.9, 17.9
"""Where the body of a slide begins and its footer stands."""
_BODY_TITLE_ONLY = 5
"""The layout of the library's own template that has a title alone."""
_ARROWS = {"up": "\N{UPWARDS ARROW}", "down": "\N{DOWNWARDS ARROW}"}

Line = tuple[str, str]
"""Some words in bold, which may be none, and a text."""


def to_pptx(brief: "Brief", pictures: Mapping[str, bytes]) -> bytes:
    """Write the summary of a briefing as slides.

    Parameters
    ----------
    brief
        The briefing.
    pictures
        Its charts as PNG, by id, without words around them.

    Returns
    -------
    bytes
        A deck of 16 to 9; every slide has a title and notes, every picture words that stand for it.
    """
    import pptx  # noqa: PLC0415  needed where a briefing is written

    summary = brief.summary
    deck = _Deck(pptx.Presentation(), pictures, footer=summary.kicker, note=summary.note)
    deck.set_up(brief)
    confidence: Line = (summary.headings.confidence, " ".join(summary.confidence.reasons))
    lead: list[Line] = [("", text) for text in (summary.what_if, *summary.lead)]
    deck.words(summary.question, [*lead, confidence], size=20.0)
    deck.picture(summary.outcomes)
    deck.picture(summary.moves)
    if summary.findings:
        lines = [(finding.head, finding.text) for finding in summary.findings]
        deck.words(summary.headings.moves, lines)
    deck.picture(summary.tradeoff)
    if summary.choices:
        deck.words(
            summary.headings.choices,
            [
                ("", summary.choices_lead),
                *((f"{sentence_case(item.label)}.", item.text) for item in summary.choices),
                ("", summary.prepare),
            ],
            size=17.0,
        )
    if summary.numbers:
        deck.numbers(summary.headings.allies, summary.allies_lead, summary.numbers)
    ahead = [
        *((item.day, item.text) for item in summary.dates),
        *((f"{_ARROWS[sign.direction]} {sign.label}:", sign.text) for sign in summary.signs),
    ]
    if ahead:
        deck.words(summary.headings.ahead, ahead, size=17.0)
    deck.words(
        summary.headings.assumed,
        [
            *(("", text) for text in (*summary.assumed, *summary.limits)),
            *((summary.headings.after, text) for text in summary.record),
        ],
        size=17.0,
    )
    return fix_times(deck.content(), brief.crisis.as_of)


class _Deck:
    """Slides that are being made."""

    def __init__(self, deck: Any, pictures: Mapping[str, bytes], *, footer: str, note: str) -> None:
        self._deck, self._pictures = deck, pictures
        self._footer, self._note = plain(footer), plain(note)

    def set_up(self, brief: "Brief") -> None:
        """Set the size of slides, title and language."""
        from pptx.util import Cm  # noqa: PLC0415  as above

        self._deck.slide_width, self._deck.slide_height = Cm(_WIDTH), Cm(_HEIGHT)
        core = self._deck.core_properties
        core.title, core.subject = allowed(brief.summary.question), allowed(brief.summary.kicker)
        core.author, core.language, core.keywords = "detente", LANGUAGE, brief.crisis.id
        core.created = core.modified = datetime.combine(brief.crisis.as_of, time(), tzinfo=UTC)
        core.last_modified_by = "detente"

    def _slide(self, title: str, notes: str) -> Any:
        from pptx.util import Cm  # noqa: PLC0415  as above

        slide = self._deck.slides.add_slide(self._deck.slide_layouts[_BODY_TITLE_ONLY])
        shape = slide.shapes.title
        shape.left, shape.top = Cm(_MARGIN), Cm(0.9)
        shape.width, shape.height = Cm(_WIDTH - 2 * _MARGIN), Cm(2.6)
        frame = shape.text_frame
        frame.word_wrap = True
        frame.text = allowed(plain(title))
        for paragraph in frame.paragraphs:
            _look(paragraph, size=28.0, font=HEADING_FONT, bold=True)
        foot = slide.shapes.add_textbox(
            Cm(_MARGIN), Cm(_FOOT), Cm(_WIDTH - 2 * _MARGIN), Cm(0.9)
        ).text_frame
        foot.text = allowed(self._footer)
        _look(foot.paragraphs[0], size=11.0, colour=GREY)
        slide.notes_slide.notes_text_frame.text = allowed(notes)
        return slide

    def words(self, title: str, lines: Sequence[Line], *, size: float = 20.0) -> None:
        """Make a slide of a few lines."""
        from pptx.util import Cm, Pt  # noqa: PLC0415  as above

        slide = self._slide(title, self._note)
        frame = slide.shapes.add_textbox(
            Cm(_MARGIN), Cm(_TOP), Cm(_WIDTH - 2 * _MARGIN), Cm(_FOOT - _TOP - 0.3)
        ).text_frame
        frame.word_wrap = True
        kept = [line for line in lines if line[1]]
        for number, (head, text) in enumerate(kept):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            parts = [(f"{plain(head)} ", True)] if head else []
            for words, strong in (*parts, *runs_of(text)):
                run = paragraph.add_run()
                run.text, run.font.bold = allowed(words), strong
            _look(paragraph, size=size)
            paragraph.space_after = Pt(size / 2)

    def picture(self, chart: Chart | None) -> None:
        """Make a slide of a picture: its title is the finding, its measure stands below; the source is in the notes."""
        from pptx.util import Cm  # noqa: PLC0415  as above

        if chart is None:
            return
        slide = self._slide(chart.title, f"{plain(chart.footnote)}\n{self._note}")
        frame = slide.shapes.add_textbox(
            Cm(_MARGIN), Cm(_TOP - 0.4), Cm(_WIDTH - 2 * _MARGIN), Cm(1.4)
        ).text_frame
        frame.word_wrap = True
        frame.text = allowed(plain(chart.subtitle))
        _look(frame.paragraphs[0], size=13.0, colour=GREY)
        top, room = _TOP + 1.2, _FOOT - _TOP - 1.3
        shape = slide.shapes.add_picture(
            io.BytesIO(self._pictures[chart.id]), Cm(_MARGIN), Cm(top), height=Cm(room)
        )
        widest = Cm(_WIDTH - 2 * _MARGIN)
        if shape.width > widest:
            shape.height = round(shape.height * widest / shape.width)
            shape.width = widest
        shape.left = round((Cm(_WIDTH) - shape.width) / 2)
        shape._element.nvPicPr.cNvPr.set("descr", allowed(plain(chart.alt)))  # noqa: SLF001  the library has no other way

    def numbers(self, title: str, lead: str, numbers: Sequence[Any]) -> None:
        """Make a slide of numbers in large letters beside each other."""
        from pptx.util import Cm  # noqa: PLC0415  as above

        slide = self._slide(title, self._note)
        if lead:
            frame = slide.shapes.add_textbox(
                Cm(_MARGIN), Cm(_TOP), Cm(_WIDTH - 2 * _MARGIN), Cm(2.0)
            ).text_frame
            frame.word_wrap = True
            frame.text = allowed(plain(lead))
            _look(frame.paragraphs[0], size=18.0)
        wide = (_WIDTH - 2 * _MARGIN) / max(len(numbers), 3)
        for place, number in enumerate(numbers):
            frame = slide.shapes.add_textbox(
                Cm(_MARGIN + place * wide), Cm(_TOP + 3.2), Cm(wide - 0.5), Cm(8.0)
            ).text_frame
            frame.word_wrap = True
            frame.text = allowed(plain(number.value))
            _look(frame.paragraphs[0], size=28.0, font=HEADING_FONT, bold=True)
            words = frame.add_paragraph()
            words.text = allowed(plain(number.words))
            _look(words, size=15.0, colour=GREY)

    def content(self) -> bytes:
        """Return the file."""
        buffer = io.BytesIO()
        self._deck.save(buffer)
        return buffer.getvalue()


def _look(
    paragraph: Any,
    *,
    size: float,
    font: str = TEXT_FONT,
    bold: bool = False,
    colour: tuple[int, int, int] = INK,
) -> None:
    """Set size, font and colour of a paragraph's runs, and its alignment to the left."""
    from pptx.dml import color  # noqa: PLC0415  as above
    from pptx.enum.text import PP_ALIGN  # noqa: PLC0415  as above
    from pptx.util import Pt  # noqa: PLC0415  as above

    rgb: Any = color.RGBColor  # which has no annotations
    paragraph.alignment = PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.name = Pt(size), font
        run.font.color.rgb = rgb(*colour)
        if bold:
            run.font.bold = True
