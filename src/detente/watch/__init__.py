"""A crisis under way: dated events, what they make believable, a diary of days, and scores of what was said."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.crisis.crisis import Crisis
    from detente.watch.diary import DayRecord, Diary, keep_diary
    from detente.watch.events import read_events, understand
    from detente.watch.following import follow
    from detente.watch.watching import Day, Watch

__all__ = [
    "Day",
    "DayRecord",
    "Diary",
    "Watch",
    "follow",
    "keep_diary",
    "read_events",
    "understand",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)


class _Package(ModuleType):
    """The package, which can be called: ``detente.watch(crisis, "reports.csv")``."""

    def __call__(self, crisis: "Crisis", events: Any = None, **options: Any) -> "Diary":
        """Watch a crisis day by day; see :func:`detente.watch.follow`."""
        from detente.watch.following import follow  # noqa: PLC0415  when it is called

        return follow(crisis, events, **options)


sys.modules[__name__].__class__ = _Package
