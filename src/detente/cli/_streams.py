"""The two streams that every command prints on: whatever is written to them comes out as text that does nothing to a terminal.

A command writes to ``sys.stdout`` and ``sys.stderr`` as it likes. For as long as it runs they are streams of this module, which
write every forbidden character as its code (:func:`detente.characters.escape`), and every character that the encoding of the
terminal lacks. Colours and the movements of a progress bar are the business of rich, whose consoles ask a stream for the one
behind it: that one lets them pass, and :func:`detente.cli._output.terminal` sees to the text between them.
"""

import codecs
import contextlib
import errno
import io
import os
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO, cast

from detente.characters import escape

__all__ = ["SafeStream", "StreamFailedError", "printing_safely"]

_CODED = "detente.coded"
_STYLES = re.compile(r"(\x1b\[[0-9;?]*[A-Za-z]|\r)")
"""What rich writes between texts: styles, movements of the cursor, and the start of the line."""


def _code(error: UnicodeError) -> tuple[str, int]:
    r"""Write what an encoding lacks as ``\uNNNN``, which JSON reads as the character; two of them beyond the first plane."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end


codecs.register_error(_CODED, _code)


def _give_up(stream: TextIO) -> None:
    """Send what a stream still holds, and all that follows, to nowhere: its reader has gone or it can take no more."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


class StreamFailedError(Exception):
    """Standard output takes no more; the cause says why. A class of its own, so that nothing on the way takes it for its own."""


class _Behind(ABC):
    """A text stream in front of another; ``is_vital`` tells whether it matters that what is written arrives."""

    def __init__(self, stream: TextIO, *, is_vital: bool) -> None:
        self._stream, self._is_vital = stream, is_vital

    def write(self, text: str) -> int:
        """Write a text, made safe."""
        self._do(self._stream.write, self.made_safe(text))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Write texts, made safe."""
        for text in texts:
            self.write(text)

    def flush(self) -> None:
        """Write what is held back."""
        self._do(self._stream.flush)

    @abstractmethod
    def made_safe(self, text: str) -> str:
        """Return the text as it may be written."""

    def _do(self, call: Callable[..., object], *given: str) -> None:
        try:
            call(*given)
        except OSError as error:
            _give_up(self._stream)
            if self._is_vital:
                raise StreamFailedError from error

    def __getattr__(self, name: str) -> Any:
        """Return what the other stream has under the name."""
        return getattr(self._stream, name)


class SafeStream(_Behind):
    """A text stream that escapes what it is given and hands it to another; all else it does as that one."""

    def __init__(self, stream: TextIO, *, is_vital: bool) -> None:
        super().__init__(stream, is_vital=is_vital)
        self.rich_proxied_file = _StyledStream(stream, is_vital=is_vital)
        """Where a console of rich writes in place of this stream."""

    def made_safe(self, text: str) -> str:
        """Return the text with forbidden characters as codes."""
        return escape(text)


class _StyledStream(_Behind):
    """The stream for consoles of rich: styles pass, the text between them is escaped."""

    def made_safe(self, text: str) -> str:
        parts = _STYLES.split(text)
        parts[::2] = map(escape, parts[::2])
        return "".join(parts)


class _ClosedStream(io.StringIO):
    """In place of a standard output that was closed before the program began: what is written is lost, and that is said."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EBADF, "it is closed")


@contextlib.contextmanager
def printing_safely() -> Iterator[None]:
    """Have the standard streams print safely within the block, also where they are closed or know few characters."""
    before = sys.stdin, sys.stdout, sys.stderr
    _fill_gaps()
    stdout = _ClosedStream() if sys.stdout is None else sys.stdout
    stderr = io.StringIO() if sys.stderr is None else sys.stderr
    with contextlib.ExitStack() as stack:
        for stream in (stdout, stderr):
            stack.enter_context(_coding(stream))
        sys.stdout = cast("TextIO", SafeStream(stdout, is_vital=True))
        sys.stderr = cast("TextIO", SafeStream(stderr, is_vital=False))
        if sys.stdin is None:
            sys.stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


def _fill_gaps() -> None:
    """Open nothing on standard numbers that are closed, so that no file that is opened later gets one of them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)


@contextlib.contextmanager
def _coding(stream: TextIO) -> Iterator[None]:
    """Have a stream write what its encoding lacks as codes within the block."""
    if not isinstance(stream, io.TextIOWrapper):
        yield
        return
    before = stream.errors
    stream.reconfigure(errors=_CODED)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):
            stream.reconfigure(errors=before)
