"""The data file of a briefing, ``brief.json``: where it is and how it is read again."""

import os
import re
from pathlib import Path

from detente.files.generations import GenerationKind, check_finished
from detente.files.reading import read_plain

__all__ = [
    "APPENDIX_FILE",
    "BRIEFING",
    "DATA_FILE",
    "MAX_DATA_BYTES",
    "PRINTED_FILES",
    "holds_briefing",
    "read_data_file",
]

DATA_FILE = "brief.json"
PRINTED_FILES = ("brief.pdf", "brief.docx", "brief.pptx")
"""The summary on two pages, as a document and as slides."""
APPENDIX_FILE = "appendix.html"
"""What the page leaves out: traces, every table, methods, sources."""

MAX_DATA_BYTES = 2**30

BRIEFING = GenerationKind(
    word="briefing",
    own=re.compile(
        r"brief\.(html|md|json|pdf|docx|pptx)|appendix\.html|charts/[^/\\]+\.(svg|png)|tables/[^/\\]+\.csv"
    ),
    again="write it again: the same detente brief command finishes what was begun",
)
"""Names that the files of a briefing may have."""


def holds_briefing(folder: Path) -> bool:
    """Tell whether a folder holds a briefing, be it one that was not written to its end."""
    return (folder / DATA_FILE).is_file() or os.path.lexists(BRIEFING.journal(folder))


def read_data_file(path: Path) -> str:
    """Read the text of a data file.

    Parameters
    ----------
    path
        The file. A link to it is followed, unless it stands in the folder of a briefing under the name of its data file.

    Raises
    ------
    RunError
        ``run-corrupt`` if a briefing was being written there and was stopped: its files may be of two runs.
    OSError, ValueError
        If it cannot be read, or is no text.
    """
    if path.name == DATA_FILE:
        check_finished(path.parent, kind=BRIEFING)
        content = read_plain(path, most=MAX_DATA_BYTES)
    else:
        content = read_plain(path.resolve(), most=MAX_DATA_BYTES)
    return content.decode()
