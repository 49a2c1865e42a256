"""Briefings: seven questions answered from a finished run, every number with its trace. Nothing is solved here."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.brief.document import Brief, compose
    from detente.brief.export.rendering import as_data, to_html, to_json, to_markdown
    from detente.brief.export.writing import BriefPaths, write_brief
    from detente.brief.figures import Answer, Figure, Trace

__all__ = [
    "Answer",
    "Brief",
    "BriefPaths",
    "Figure",
    "Trace",
    "as_data",
    "compose",
    "to_html",
    "to_json",
    "to_markdown",
    "write_brief",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
