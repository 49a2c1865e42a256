"""``detente mcp``: the workbench for assistants, over the Model Context Protocol."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["command"]

CrisesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="Names of shipped crises, or folders; all that ship by default.",
        metavar="[CRISIS|FOLDER]...",
    ),
]
WritingOption = Annotated[
    Path | None,
    typer.Option(
        "--allow-writing",
        help="Let an assistant write changed crises as new folders in this one; nothing is written without it.",
        metavar="FOLDER",
    ),
]


def command(crises: CrisesArgument = None, *, writing: WritingOption = None) -> None:
    """Answer an assistant over the Model Context Protocol: figures, what-ifs, reasons and sources of crises.

    Messages come on standard input and go to standard output: a program starts this command, a person does not. It reads
    only, unless a folder for writing is named. Needs the extra `assistants`.

    For example:

      detente mcp

      detente mcp cuba-1962 --allow-writing my-crises
    """
    from detente.cli._stopping import stopping_on_terminate
    from detente.web.assistants import serve_assistants
    from detente.web.tools import Desk
    from detente.web.workbench import Workbench

    with stopping_on_terminate():
        serve_assistants(Desk.of(Workbench(crises or ()), folder=writing))
