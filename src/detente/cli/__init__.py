"""The command line: one module per command, found by name.

A command module defines ``command``, a function with typer annotations; the module's name is the command's, unless it
sets ``NAME``. Heavy imports belong inside the function, so that ``detente --help`` stays instant.
"""

import atexit
import gc
import importlib
import pkgutil
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from detente.characters import describe_character, escape, find_forbidden
from detente.cli._streams import StreamFailedError, printing_safely
from detente.errors import CrisisFileError, DetenteError, SystemFailedError, UsageError

__all__ = ["app", "main"]

_REFUSED, _FAULT, _INTERRUPTED, _PIPE_BROKEN = 2, 1, 130, 141
"""Exit codes; the last two are those by which a shell tells that a signal (SIGINT, SIGPIPE) ended a program."""
_CYCLES = (50_000, 20, 20)
"""How rarely cycles are searched for: a command makes hundreds of thousands of objects that it keeps, and few cycles."""


class _OutcomeError(Exception):
    """Carries an error past the command-line parser, which has an answer of its own to some kinds."""


class _Group(TyperGroup):
    """The commands; what one of them raises reaches :func:`main` as it is."""

    def invoke(self, ctx: Any) -> Any:
        """Call the command."""
        try:
            return super().invoke(ctx)
        except (OSError, EOFError) as error:
            raise _OutcomeError from error


app = typer.Typer(
    name="detente",
    help="One sourced description of an international crisis, turned into numbers that can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=_Group,
)


@app.callback()
def _root() -> None:
    """Give the application its own help even while it has a single command."""


for _found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
    if _found.name.startswith("_"):
        continue
    _module = importlib.import_module(f"{__name__}.{_found.name}")
    app.command(name=getattr(_module, "NAME", _found.name.replace("_", "-")))(_module.command)


def main() -> None:
    """Run the command line; an error of ours is three lines on stderr (a finding, too) and exit code 2.

    So is a failure of the system: a file that cannot be read, an output that cannot be written, memory that does not
    suffice. A mistake in the program itself keeps its traceback, exit code 1.
    """
    gc.set_threshold(*_CYCLES)
    atexit.register(_leave)
    with printing_safely():
        code = _answer(_run)
        code = _answer(sys.stdout.flush) or code
        sys.stderr.flush()
    raise SystemExit(code)


def _leave() -> None:
    """Leave what there is as it is when the process ends: a search for cycles in all of it takes most of a second."""
    if (
        "duckdb" not in sys.modules
    ):  # it counts its objects, and complains of those that are not taken away
        gc.freeze()


def _run() -> None:
    _check_arguments(sys.argv[1:])
    try:
        app()
    except _OutcomeError as error:
        raise error.__cause__ or error from None


def _check_arguments(arguments: Sequence[str]) -> None:
    """Refuse an argument that holds a character that no text may hold; a NUL ends it, and none comes from a system."""
    for number, given in enumerate(arguments, start=1):
        argument = given.replace("\0", "")
        at = find_forbidden(argument)
        if at is not None:
            sign = describe_character(argument[at])
            message = f"argument {number} holds the character {sign}, which no text may hold"
            fix = "write the argument without it; rename a file that has it in its name"
            place = escape(argument[:80])
            raise UsageError(message, code="character-forbidden", at=place, fix=fix)


def _answer(call: Callable[[], object]) -> int:
    """Make a call and return the exit code; what went wrong is told on standard error."""
    try:
        call()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the last place where it can be told
        text, code = _tell(error)
        sys.stderr.write(text)
        return code
    return 0


def _tell(error: BaseException) -> tuple[str, int]:
    """Return what is told of an error, and the exit code."""
    code = _REFUSED
    match error:
        case CrisisFileError():
            findings = "\n\n".join(str(finding) for finding in error.findings)
            text = f"{type(error).__name__}: {findings}\n"
        case DetenteError():
            text = f"{type(error).__name__}: {error}\n"
        case KeyboardInterrupt():
            text, code = "interrupted\n", _INTERRUPTED
        case StreamFailedError() if isinstance(error.__cause__, BrokenPipeError):
            text, code = "", _PIPE_BROKEN  # the reader has seen enough
        case StreamFailedError():
            message = f"the output cannot be written: {_reason(error.__cause__)}"
            text = _failure(message, "standard output", "send it where there is room for it")
        case OSError() | UnicodeError() | EOFError() | MemoryError() | RecursionError():
            text = _failure(*_describe(error))
        case _:
            text, code = f"{''.join(traceback.format_exception(error))}\n{_REPORT}\n", _FAULT
    return text, code


_REPORT = "This is a mistake in detente, not in what it was given. Please report it, with the lines above and the command."


def _failure(message: str, at: str, fix: str) -> str:
    """Say a failure of the system in three lines."""
    error = SystemFailedError(message, code="system-failed", at=at, fix=fix)
    return f"{type(error).__name__}: {error}\n"


def _describe(error: BaseException) -> tuple[str, str, str]:
    """Return what failed, where, and what to do about it."""
    if isinstance(error, MemoryError):
        return (
            "the memory of this machine does not suffice",
            "",
            "take fewer draws, or a smaller input",
        )
    if isinstance(error, RecursionError):
        return "the input is nested too deeply", "", "give an input with fewer levels"
    if isinstance(error, EOFError):
        return "the input ends where more was expected", "", "give the whole input"
    if isinstance(error, UnicodeError):
        return f"a text is not in the encoding expected: {error}", "", "save the text as UTF-8"
    at = str(getattr(error, "filename", None) or "")
    fix = "see that what it names is there, has room and is yours to use"
    return f"the system refuses: {_reason(error)}", at, fix


def _reason(error: BaseException | None) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
