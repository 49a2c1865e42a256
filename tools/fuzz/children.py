"""One case in a child of its own: what it printed, how it ended, what it cost."""

import io
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.cli import main

WALL_S = 150.0
CPU_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a child ended; times in seconds, memory in bytes."""

    exit_code: int
    hung: bool
    wall_s: float
    cpu_s: float
    peak_bytes: int
    out: str
    err: str


def command_line(*arguments: object) -> Callable[[], None]:
    """Return a call of the command line with arguments."""

    def call() -> None:
        sys.argv = ["detente", *map(str, arguments)]
        main()

    return call


def run_in_child(
    call: Callable[[], None],
    folder: Path,
    *,
    stdin: bytes = b"",
    user: int | None = None,
    environment: Mapping[str, str] | None = None,
    wall_s: float = WALL_S,
    cpu_s: float = CPU_S,
) -> Outcome:
    """Run a call in a forked child whose streams are files of a folder, and end it when it takes too long.

    A fork, and no new process: the kernels that the parent has compiled and the modules that it has imported are there.
    """
    names = [folder / f".{name}" for name in ("stdin", "stdout", "stderr")]
    names[0].write_bytes(stdin)
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        _be_the_child(call, folder, names, user, environment or {}, cpu_s)
    hung = False
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() - start > wall_s or _cpu_s_of(child) > cpu_s:
            hung = True
            os.killpg(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            break
        time.sleep(0.01)
    out, err = (path.read_bytes().decode("utf-8", "replace") for path in names[1:])
    return Outcome(
        exit_code=os.waitstatus_to_exitcode(status),
        hung=hung,
        wall_s=time.monotonic() - start,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * 1024,
        out=out,
        err=err,
    )


def _be_the_child(
    call: Callable[[], None],
    folder: Path,
    names: list[Path],
    user: int | None,
    environment: Mapping[str, str],
    cpu_s: float,
) -> None:
    """Run the call and leave the process; nothing of the parent's is run on the way out."""
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s) + 60, int(cpu_s) + 65))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(folder)
        writing = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
        for number, (path, flags) in enumerate(
            zip(names, (os.O_RDONLY, writing, writing), strict=True)
        ):
            os.dup2(os.open(path, flags), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(io.FileIO(2, "w")),
            encoding="utf-8",
            errors="backslashreplace",
            write_through=True,
        )
        os.environ.update(environment)
        if user is not None:
            os.setgid(user)
            os.setuid(user)
        os._exit(_exit_code(call))
    except BaseException:  # noqa: BLE001 - a child must never return into the loop of the parent
        os.write(2, traceback.format_exc().encode())
        os._exit(99)


def _exit_code(call: Callable[[], None]) -> int:
    code = 0
    try:
        call()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what escapes is what is looked for
        traceback.print_exc()
        code = 1
    try:
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        code = 120
    sys.stderr.flush()
    return code


def _cpu_s_of(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))
