"""``detente new``: make the folder of a new crisis."""

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["command"]

NameArgument = Annotated[str, typer.Argument(help="Id of the crisis: letters, digits, - and _.")]
FolderOption = Annotated[
    Path | None,
    typer.Option("--folder", help="Where to write it; ./NAME without this.", metavar="DIR"),
]
TemplateOption = Annotated[
    str,
    typer.Option(
        "--from-template",
        help="Shape to start from: coercion (forces massed at a border), occupation (a seizure, an embargo, a deadline) or blockade (weapons on an island, a line at sea, a private exchange).",
        metavar="NAME",
    ),
]


def command(
    name: NameArgument,
    *,
    folder: FolderOption = None,
    template: TemplateOption = "coercion",
) -> None:
    """Make a folder with a small invented crisis that passes every check, to be replaced piece by piece.

    Nothing that exists is overwritten. crisis.schema.json lies beside the crisis file, for editors.

    For example:

      detente new strait-2031

      detente new strait-2031 --folder crises/strait --from-template blockade
    """
    from detente.crisis import new_crisis

    made = new_crisis(name, folder or Path(name), template=template)
    sys.stdout.write(f"{made}\nnext: detente check {_argument(made)}\n")


def _argument(folder: Path) -> str:
    return f'"{folder}"' if " " in str(folder) else str(folder)
