"""The workbench: a crisis in the browser, live. A face on the engine: it reads requests, calls, and presents.

Pages are found like commands: a module in ``pages`` with a ``router`` and a template of its name. Numbers come from the
engine and from the analyses, words from the templates, pictures from :mod:`detente.brief.pictures`.
"""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.web.app import create_app
    from detente.web.workbench import Workbench

__all__ = ["Workbench", "create_app"]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
