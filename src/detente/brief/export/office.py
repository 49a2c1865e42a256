"""What a document and slides of an office program share: rich text, fixed times, words for pictures."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date

from detente.brief.figures import parts_of

__all__ = ["GREY", "HEADING_FONT", "INK", "TEXT_FONT", "allowed", "fix_times", "runs_of"]

HEADING_FONT, TEXT_FONT = "Georgia", "Arial"
"""Fonts that nearly every machine with an office program has."""
INK, GREY = (0x1C, 0x1C, 0x1C), (0x5C, 0x5C, 0x5C)
"""Red, green and blue of letters."""
_EARLIEST = 1980
"""Archives know no day before that year."""


def runs_of(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text and whether they are to be strong: numbers that link to a figure are."""
    for figure, words in parts_of(text):
        if words:
            yield words, bool(figure)


def fix_times(content: bytes, day: date) -> bytes:
    """Give every part of an archive the same time, so that the same content is the same bytes."""
    stamp = (max(day.year, _EARLIEST), day.month, day.day, 0, 0, 0)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            part = zipfile.ZipInfo(name, date_time=stamp)
            part.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(part, before.read(name))
    return buffer.getvalue()


def allowed(text: str) -> str:
    """Leave out what XML does not allow."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n"
        or (
            ord(letter) >= 0x20
            and not 0xD800 <= ord(letter) <= 0xDFFF
            and ord(letter) & 0xFFFE != 0xFFFE
        )
    )
