"""A request to end (SIGTERM, as job managers and systems send it) stops a run as Ctrl-C does: in order, to be resumed."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Terminated", "stopping_on_terminate"]


class Terminated(KeyboardInterrupt):
    """Raised in the main thread when the process is asked to end."""


@contextmanager
def stopping_on_terminate() -> Iterator[None]:
    """Raise :class:`Terminated` on SIGTERM within the block."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return

    def stop(_number: int, _frame: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
