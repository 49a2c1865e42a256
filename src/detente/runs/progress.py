"""Progress of what takes long: how far, how fast, how long still, how much memory; a bar on a terminal."""

import multiprocessing
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TextIO

__all__ = ["ProgressDisplay", "peak_memory_mib"]

_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_SHOWS = 0.05
_SECONDS_OF_SILENCE = 2.0


def peak_memory_mib() -> float:
    """Largest resident memory so far of this process and of each worker process that lives, summed, in MiB.

    Pages that processes share count in each. 0 where the system does not tell; workers are counted on Linux alone.
    """
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:  # not on this system
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    own = float(peak) / (2**20 if sys.platform == "darwin" else 2**10)
    return own + sum(_peak_of(child.pid) for child in multiprocessing.active_children())


def _peak_of(process: int | None) -> float:
    """Largest resident memory of another process in MiB, 0 where the system does not tell."""
    try:
        with Path(f"/proc/{process}/status").open(encoding="ascii", errors="replace") as stream:
            return next(int(line.split()[1]) / 2**10 for line in stream if line[:6] == "VmHWM:")
    except (OSError, StopIteration):
        return 0.0


class ProgressDisplay:
    """Tells how work goes on; call it with the number of cases done and of all cases.

    The rate is that of the cases after the first computed ones: those found in the folder count as done, not as speed, and
    starting up is no work.

    Parameters
    ----------
    words
        What is done, to stand before the bar.
    elsewhere
        What is written where there is no terminal: a line every ten seconds, a line per tenth of the work once it has taken
        two seconds, a counter in one line, or nothing.
    unit
        What is counted.
    plural
        What the unit ends in where it stands for many.
    at_once
        Write the first line at the first call, not ten seconds after it.
    stream
        Standard error if it is not given.
    """

    def __init__(
        self,
        words: str,
        *,
        elsewhere: Literal["lines", "tenths", "counter", "nothing"] = "lines",
        unit: str = "case",
        plural: str = "s",
        at_once: bool = False,
        stream: TextIO | None = None,
    ) -> None:
        from rich.console import Console  # noqa: PLC0415  slow to load
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
        )

        self._stream = stream if stream is not None else sys.stderr
        console = Console(file=self._stream)
        self._is_bar = console.is_terminal
        self._elsewhere, self._unit = elsewhere, unit
        self._units, self._at_once = unit + plural, at_once
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            console=console,
            disable=not self._is_bar,
            transient=True,
        )
        self._task = self._bar.add_task(words, total=None, pace="")
        self.done = self.total = self._found = 0
        self._begin = self._last_line = self._start = time.monotonic()
        self._calls = self._tenth = 0
        self._shown = -_SECONDS_BETWEEN_SHOWS
        self._peak = 0.0

    def __enter__(self) -> Self:
        """Start the bar."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Take note of how far the run is."""
        now = time.monotonic()
        self.done, self.total = done, total
        if self._calls < 2:  # what was found, and the first that were computed
            self._found, self._begin = done, now
        if self._calls == 0:
            self._last_line = now - _SECONDS_BETWEEN_LINES if self._at_once else now
        self._calls += 1
        if self._is_bar and (done == total or now - self._shown >= _SECONDS_BETWEEN_SHOWS):
            self._shown = now
            self._bar.update(self._task, completed=done, total=total, pace=self.pace())
        if self._is_bar or self._elsewhere == "nothing":
            return
        if self._elsewhere == "tenths":
            self._tell_tenth(now)
            return
        if self._elsewhere == "counter":
            end = "\n" if done == total else ""
            place = self._bar.console.file  # where the start of the line passes
            place.write(f"\r{self._unit} {done} of {total}{end}")
            place.flush()
        elif now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._write_line()

    def _tell_tenth(self, now: float) -> None:
        """Write a line when another tenth is done, if the work takes long enough to be told of."""
        tenth = 10 * self.done // max(self.total, 1)
        if tenth > self._tenth and now - self._start >= _SECONDS_OF_SILENCE:
            self._tenth = tenth
            self._write_line()

    def _write_line(self) -> None:
        self._stream.write(f"{self.done:,} of {self.total:,} {self._units}, {self.pace()}\n")
        self._stream.flush()

    def pace(self) -> str:
        """Rate, time left and memory as words."""
        seconds = time.monotonic() - self._begin
        rate = (self.done - self._found) / seconds if seconds > 0 else 0.0
        memory = f"peak {self.peak_mib():,.0f} MiB"
        if rate <= 0:
            return memory
        left = (self.total - self.done) / rate
        return f"{rate:,.0f}/s, {_duration(left)} left, {memory}"

    def peak_mib(self) -> float:
        """Largest memory seen so far, worker processes included, in MiB."""
        self._peak = max(self._peak, peak_memory_mib())
        return self._peak


def _duration(seconds: float) -> str:
    """Seconds as 8 s, 3 min 20 s or 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
