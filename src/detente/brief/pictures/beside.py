"""Drawing beside composing: pictures are rendered in a process of their own while the next one is described.

The renderer holds the interpreter's lock, so that a thread would not help. Within :func:`drawing_beside` pictures go to a
second process; without it, or if that process fails, they are rendered on the spot. Either way the bytes are the same.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

import vl_convert

__all__ = ["drawing_beside", "render"]

_WARM = {"mark": "point", "data": {"values": [{"a": 1}]}, "encoding": {"x": {"field": "a"}}}
"""A picture that is drawn before it is needed, since the first one takes longer."""


class _Pen:
    """The process, and the thread that talks to it: one picture after the other, in the order of asking."""

    def __init__(self) -> None:
        self._talk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pen")
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603  # this interpreter and a file of ours
                [sys.executable, "-P", str(Path(__file__).with_name("_pen.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        self.draw(_WARM)

    def draw(self, spec: dict[str, Any]) -> Future[str | None]:
        """Ask for a picture; the answer is None if the process has none."""
        return self._talk.submit(self._exchange, json.dumps(spec).encode() + b"\n")

    def _exchange(self, line: bytes) -> str | None:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
        except (OSError, ValueError):
            self._process = None
            _end(process, process.stdin, process.stdout)
            return None
        return answer if isinstance(answer, str) else None

    def close(self) -> None:
        self._talk.shutdown(wait=True, cancel_futures=True)
        process = self._process
        if process is not None and process.stdin is not None and process.stdout is not None:
            _end(process, process.stdin, process.stdout)


def _end(process: subprocess.Popen[bytes], *streams: IO[bytes]) -> None:
    for stream in streams:
        with suppress(OSError):
            stream.close()
    try:
        process.wait(timeout=10.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_PEN: ContextVar[_Pen | None] = ContextVar("_PEN", default=None)


@contextmanager
def drawing_beside() -> Iterator[None]:
    """Render pictures in a second process until the context ends; those still open then are rendered when asked for."""
    pen = _Pen()
    token = _PEN.set(pen)
    try:
        yield
    finally:
        _PEN.reset(token)
        pen.close()


def render(spec: dict[str, Any]) -> Callable[[], str]:
    """Start rendering a Vega-Lite specification; the function returned waits for the SVG."""
    pen = _PEN.get()
    if pen is None:
        svg = str(vl_convert.vegalite_to_svg(spec))
        return lambda: svg
    waiting = pen.draw(spec)

    def finished() -> str:
        answer = None if waiting.cancelled() else waiting.result()
        return str(vl_convert.vegalite_to_svg(spec)) if answer is None else answer

    return finished
