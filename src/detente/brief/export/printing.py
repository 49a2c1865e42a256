"""The summary on two A4 pages as a tagged PDF, and pictures as PNG, by typst: in this process, from memory, offline."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.brief.export.document_file import to_docx
from detente.brief.export.slides import to_pptx
from detente.brief.figures import Chart, Picture, parts_of, plain
from detente.brief.pages import LANGUAGE, say
from detente.brief.pictures.palette import ink
from detente.brief.pictures.pen import FONT
from detente.brief.pictures.sections import type_shape
from detente.brief.words import sentence_case
from detente.errors import RunError

if TYPE_CHECKING:
    from datetime import datetime

    from detente.brief.document import Brief
    from detente.brief.summary import BriefSummary
    from detente.crisis.crisis import Crisis

__all__ = ["PAGES", "SERIF", "to_pdf", "to_png", "to_printed", "typeset"]

PAGES = 2
"""How many pages a brief may have."""
SIZES = (10.0, 9.6, 9.2, 8.8, 8.4, 8.0, 7.6)
"""Sizes of letters in points, of which the first is taken that needs no more pages."""
ONE_PAGE = 9.2
"""With letters no smaller than these a brief of little stands on one page."""
STANDARD = "ua-1"
"""PDF/UA-1: tagged, titled, with words for every picture."""
SERIF = "Libertinus Serif"
"""The family that typst carries, for pictures too: its letters are narrower than those that pictures are laid out for."""
LAYOUT = Path(__file__).with_name("brief.typ")
PPI, SLIDE_PPI = 144.0, 240.0
"""Pixels an inch of pictures in files, and on slides; one of theirs is 96th of an inch."""
LAST_OF_FONT = 0x0530
"""Letters beyond Latin, Greek and Cyrillic are looked for among the fonts of the machine."""


def to_pdf(brief: "Brief") -> bytes:
    """Set the summary of a briefing on two pages.

    Parameters
    ----------
    brief
        The briefing.

    Returns
    -------
    bytes
        A PDF of the standard UA-1. The same summary gives the same bytes on every machine, as long as its letters are
        Latin, Greek or Cyrillic. Where no font has a letter the standard cannot be kept: then the pages are tagged all the
        same, and their last line says so.

    Raises
    ------
    RunError
        ``print-failed`` if typst refuses the pages.
    """
    import typst  # noqa: PLC0415  a large library, needed where a briefing is written

    data = _page_data(brief)
    try:
        try:
            return _compile(data, brief, [STANDARD])
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            data["note"] += _rich(" " + say("summary", "letters_missing"))
            return _compile(data, brief, [])
    except typst.TypstError as error:
        raise _print_error(brief.crisis.id, error) from error


def _compile(data: Mapping[str, Any], brief: "Brief", standards: list[str]) -> bytes:
    text = json.dumps(data, ensure_ascii=False)
    found = _fitting(text).compile(
        format="pdf", pdf_standards=standards, timestamp=_midnight(brief.crisis)
    )
    return bytes(found)


def to_printed(brief: "Brief") -> Mapping[str, bytes]:
    """Write all printed forms of a briefing, by the name of their file: pages, document, slides, and each chart as PNG.

    Raises
    ------
    RunError
        ``print-failed`` if typst refuses the pages or a picture.
    """
    crisis = brief.crisis.id
    sheets = to_png({chart.id: chart.svg for chart in brief.every_chart}, crisis)
    bare = to_png(
        {chart.id: chart.picture().printed for chart in brief.summary.charts}, crisis, ppi=SLIDE_PPI
    )
    return {
        "brief.pdf": to_pdf(brief),
        "brief.docx": to_docx(brief, sheets),
        "brief.pptx": to_pptx(brief, bare),
        **{f"charts/{name}.png": content for name, content in sheets.items()},
    }


def to_png(pictures: Mapping[str, str], crisis: str, *, ppi: float = PPI) -> Mapping[str, bytes]:
    """Draw pictures as PNG.

    Parameters
    ----------
    pictures
        SVG by name: of charts that stand alone, with title, measure and source, or without words around them.
    crisis
        Id of the crisis, for messages.
    ppi
        Pixels an inch.

    Raises
    ------
    RunError
        ``print-failed`` if typst refuses one.
    """
    import typst  # noqa: PLC0415  as above

    if not pictures:
        return {}
    text = json.dumps([_set(svg) for svg in pictures.values()], ensure_ascii=False)
    try:
        found = _compiler(_SHEETS, text).compile(format="png", ppi=ppi)
    except typst.TypstError as error:
        raise _print_error(crisis, error) from error
    sheets = found if isinstance(found, list) else [found]
    return {name: bytes(sheet) for name, sheet in zip(pictures, sheets, strict=True)}


_SHEETS = b"""
#set page(width: auto, height: auto, margin: 0pt)
#for (number, svg) in json(bytes(sys.inputs.data)).enumerate() {
  if number > 0 { pagebreak() }
  image(bytes(svg), format: "svg")
}
"""


def typeset(
    layout: Path,
    data: Mapping[str, Any],
    *,
    otherwise: Mapping[str, Any] | None = None,
    crisis: "Crisis",
    at: str,
) -> bytes:
    """Set pages of another layout than the briefing's, tagged by PDF/UA-1.

    Parameters
    ----------
    layout
        A file of typst that reads ``data`` as JSON from its inputs: whatever stands in it is text and never source.
    data
        What the pages say.
    otherwise
        What the pages say where no font has a letter of theirs, and the standard cannot be kept; by default the same.
    crisis, at
        What they are about, whose cut-off is the date of the file, and its name.

    Raises
    ------
    RunError
        ``print-failed`` if typst refuses the pages.
    """
    import typst  # noqa: PLC0415  as above

    made = _midnight(crisis)
    try:
        try:
            text = json.dumps(data, ensure_ascii=False)
            found = _compiler(layout, text)
            return bytes(found.compile(format="pdf", pdf_standards=[STANDARD], timestamp=made))
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            text = json.dumps(data if otherwise is None else otherwise, ensure_ascii=False)
            return bytes(_compiler(layout, text).compile(format="pdf", timestamp=made))
    except typst.TypstError as error:
        raise _print_error(crisis.id, error, at) from error


# --- inside ----------------------------------------------------------------------------------------------------------


@cache
def _fonts(*, system: bool) -> Any:
    import typst  # noqa: PLC0415  as above

    return typst.Fonts(include_system_fonts=system)


def _compiler(source: bytes | Path, text: str, **inputs: str) -> Any:
    import typst  # noqa: PLC0415  as above

    foreign = any(ord(letter) >= LAST_OF_FONT for letter in text if letter.isalpha())
    return typst.Compiler(
        source, font_paths=_fonts(system=foreign), sys_inputs={"data": text, **inputs}
    )


def _fitting(text: str) -> Any:
    """Return the pages with the largest letters that fit: one page if it holds all, else two.

    The main chart has its own size where it then stands on the first page, else that which is left of this.
    """
    tries = [
        *((size, "no", 1) for size in SIZES if size >= ONE_PAGE),
        *((size, fitted, PAGES) for size in SIZES for fitted in ("no", "yes")),
    ]
    for size, fitted, most in tries:
        compiler = _compiler(LAYOUT, text, size=f"{size:g}", fitted=fitted)
        pages, drawn = (
            json.loads(compiler.query(label, field="value")) for label in ("<pages>", "<drawn>")
        )
        if pages[0] <= most and (fitted == "yes" or drawn in ([], [1])):
            return compiler
    return compiler


def _midnight(crisis: "Crisis") -> "datetime":
    from datetime import UTC, datetime, time  # noqa: PLC0415  beside its use

    return datetime.combine(crisis.as_of, time(), tzinfo=UTC)


def _print_error(crisis: str, error: Exception, at: str = "brief.pdf") -> RunError:
    message = f"typst refused the pages of {crisis}: {str(error).strip().splitlines()[0]}"
    fix = "look for letters that cannot be printed in the words of the crisis file, and report it with that file"
    return RunError(message, code="print-failed", at=at, fix=fix)


_HALO = re.compile(
    r'(<text[^>]*?)( stroke="[^"]*" stroke-width="[^"]*" stroke-linejoin="round" paint-order="stroke")([^>]*>)([^<]*</text>)'
)


def _set(svg: str) -> str:
    """Set a picture in the family that typst carries, and write halos below words: it would draw them over the letter before."""
    return _HALO.sub(r"\1\2\3\4\1\3\4", svg.replace(FONT, SERIF))


def _rich(text: str) -> list[dict[str, object]]:
    """Return a text as parts, numbers that link to a figure strong."""
    return [{"text": words, "strong": bool(figure)} for figure, words in parts_of(text) if words]


def _chart(chart: Chart | None) -> dict[str, str] | None:
    if chart is None:
        return None
    picture: Picture = chart.picture()
    return {
        "title": plain(chart.title),
        "subtitle": plain(chart.subtitle),
        "alt": plain(chart.alt),
        "svg": _set(picture.printed or picture.svg),
    }


def _page_data(brief: "Brief") -> dict[str, Any]:
    """Return the summary as plain data for the layout."""
    summary: BriefSummary = brief.summary
    headings = summary.headings
    shapes = {line: (place, len(summary.types)) for place, line in enumerate(summary.types)}
    return {
        "crisis": summary.crisis,
        "language": LANGUAGE,
        "kicker": summary.kicker,
        "question": summary.question,
        "what_if": summary.what_if,
        "footer": f"detente \N{MIDDLE DOT} {summary.crisis} \N{MIDDLE DOT} {brief.crisis.digest[:8]}",
        "headings": {name: getattr(headings, name) for name in type(headings).__slots__},
        "lead": [_rich(text) for text in summary.lead],
        "confidence": [_rich(text) for text in summary.confidence.reasons],
        "outcomes": _chart(summary.outcomes),
        "types": [
            {
                "label": line.label,
                "prior": line.prior.text,
                "shape": type_shape(*shapes[line]),
                "colour": ink(brief.context.roles.colours[line.player]).light,
            }
            for line in summary.types
        ],
        "moves": _chart(summary.moves),
        "findings": [
            {"head": _rich(item.head), "text": _rich(item.text)} for item in summary.findings
        ],
        "tradeoff": _chart(summary.tradeoff),
        "choices_lead": _rich(summary.choices_lead),
        "choices": [
            {"label": sentence_case(item.label), "text": _rich(item.text)}
            for item in summary.choices
        ],
        "prepare": _rich(summary.prepare),
        "allies_lead": _rich(summary.allies_lead),
        "numbers": [
            {"value": _rich(item.value), "words": _rich(item.words)} for item in summary.numbers
        ],
        "dates": [{"day": item.day, "text": _rich(item.text)} for item in summary.dates],
        "signs": [
            {"label": _rich(item.label), "direction": item.direction, "text": _rich(item.text)}
            for item in summary.signs
        ],
        "assumed": [_rich(text) for text in summary.assumed],
        "limits": [_rich(text) for text in summary.limits],
        "record": [_rich(text) for text in summary.record],
        "note": _rich(summary.note),
    }
