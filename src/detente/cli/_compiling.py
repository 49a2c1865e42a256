"""The sentence that a command says while kernels are compiled."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

__all__ = ["saying_what_compiles"]


@contextmanager
def saying_what_compiles() -> Iterator[None]:
    """Say on standard error that kernels are being compiled, if and when they are: once in a process."""
    from detente.game import watch_compiling

    with watch_compiling(_say):
        yield


@cache
def _say() -> None:
    sys.stderr.write(
        "compiling the solver for this processor: some 10 seconds, once after installing\n"
    )
    sys.stderr.flush()
