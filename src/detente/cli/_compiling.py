"""The sentence that a command says while kernels are compiled."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["saying_what_compiles"]


@contextmanager
def saying_what_compiles() -> Iterator[None]:
    """Say on standard error that kernels are being compiled, if and when they are."""
    from detente.game import watch_compiling

    def say() -> None:
        sys.stderr.write(
            "compiling the solver for this processor: some 10 seconds, once after installing\n"
        )
        sys.stderr.flush()

    with watch_compiling(say):
        yield
