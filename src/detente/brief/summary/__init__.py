"""The summary of a briefing: what two pages, slides and the top of the page say, as one value.

Numbers and named cases are made here, by the rules of decision note 0103; the words stand in ``pages/<language>/summary.j2``.
"""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.brief.summary.composing import summarise
    from detente.brief.summary.value import (
        BriefSummary,
        Confidence,
        DebatedPolicy,
        Headings,
        KeyNumber,
        PlannedDate,
        Sign,
        Takeaway,
        TypeLine,
    )

__all__ = [
    "BriefSummary",
    "Confidence",
    "DebatedPolicy",
    "Headings",
    "KeyNumber",
    "PlannedDate",
    "Sign",
    "Takeaway",
    "TypeLine",
    "summarise",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
