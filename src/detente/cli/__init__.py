"""The command line: one module per command, found by name.

A command module defines ``command``, a function with typer annotations; the module's name is the command's, unless it
sets ``NAME``. Heavy imports belong inside the function, so that ``detente --help`` stays instant.
"""

import importlib
import pkgutil
import sys

import typer

from detente.errors import CrisisFileError, DetenteError

__all__ = ["app", "main"]

app = typer.Typer(
    name="detente",
    help="One sourced description of an international crisis, turned into numbers that can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
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
    """Run the command line; an error of ours is three lines on stderr (a finding, too) and exit code 2."""
    try:
        app()
    except CrisisFileError as error:
        text = "\n\n".join(str(finding) for finding in error.findings)
        sys.stderr.write(f"{type(error).__name__}: {text}\n")
        raise SystemExit(2) from None
    except DetenteError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        raise SystemExit(130) from None
