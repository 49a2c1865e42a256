"""Briefings: seven questions answered from a finished run, every number with its trace. Nothing is solved here."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.brief.document import Brief, compose
    from detente.brief.export.page import to_appendix, to_html, to_markdown
    from detente.brief.export.rendering import as_data, to_json
    from detente.brief.export.writing import BriefPaths
    from detente.brief.figures import Answer, Figure, Trace
    from detente.runs.run import Run

__all__ = [
    "Answer",
    "Brief",
    "BriefPaths",
    "Figure",
    "Trace",
    "as_data",
    "compose",
    "to_appendix",
    "to_html",
    "to_json",
    "to_markdown",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)


class _Package(ModuleType):
    """The package, which can be called: ``detente.brief(run)``."""

    def __call__(self, run: "Run", *, language: str | None = None) -> "Brief":
        """Compose the briefing of a run that knows its crisis, as one of :func:`detente.run` does.

        Parameters
        ----------
        run
            The run, with its studies.
        language
            As for :func:`detente.brief.compose`.

        Returns
        -------
        Brief
            ``brief.write(folder)`` writes it.

        Raises
        ------
        UsageError
            ``option-invalid`` if the run does not know its crisis, and for a language without pages.
        RunError
            ``study-missing`` as :func:`detente.brief.compose`.
        """
        from detente.brief.document import compose_run  # noqa: PLC0415  when it is called
        from detente.brief.pages import choose_language  # noqa: PLC0415  as above

        return compose_run(run, language=choose_language(language))


sys.modules[__name__].__class__ = _Package
