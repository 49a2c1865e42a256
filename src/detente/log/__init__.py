"""The log: streams of events that are only ever added to, in a file of SQLite or on a Postgres server.

What stands in :class:`Log` was committed before anybody was told so. The state of a thing is what its stream's events make of it.
"""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.log.log import Log, LogEvent

__all__ = ["Log", "LogEvent"]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
