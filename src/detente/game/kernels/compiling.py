"""Telling a person that kernels are being compiled: the first solution on a machine takes seconds, later ones do not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["watch_compiling"]


@contextmanager
def watch_compiling(notify: Callable[[], None]) -> Iterator[None]:
    """Call ``notify`` once if a kernel has to be compiled in the block; kernels that were kept do not count.

    Compiled kernels are kept beside the package (or where ``NUMBA_CACHE_DIR`` says) and load in a moment from then on.

    Examples
    --------
    >>> with watch_compiling(lambda: print("compiling, some seconds")):
    ...     pass
    """
    from numba.core import event  # noqa: PLC0415  loads numba

    once = threading.Lock()

    class Listener(event.Listener):
        """Hears what numba compiles."""

        def on_start(self, _event: object) -> None:
            """Tell once."""
            if once.acquire(blocking=False):
                notify()

        def on_end(self, _event: object) -> None:
            """Do nothing."""

    with event.install_listener("numba:compile", Listener()):
        yield
