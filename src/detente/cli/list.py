"""``detente list``: show the crises that ship."""

import json
import sys
from typing import Annotated, Any

from detente.cli._options import JSON, reworded

__all__ = ["NAME", "command"]

NAME = "list"

JsonOption = Annotated[bool, reworded(JSON, help="Print the crises as a JSON list.")]


def command(
    *,
    as_json: JsonOption = False,
) -> None:
    """Show the crises that ship with the program: name, title, cut-off, size.

    For example:

      detente list

      detente list --json
    """
    rows = _rows()
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("name", "title", "cut-off"):
        table.add_column(heading, overflow="fold")
    for heading in ("players", "rounds", "quantities", "claims"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


def _rows() -> list[dict[str, Any]]:
    from detente.crisis import claims_of, load_crisis, shipped_crises

    crises = {name: load_crisis(name) for name in shipped_crises()}
    return [
        {
            "name": name,
            "title": crisis.title,
            "as_of": crisis.as_of.isoformat(),
            "players": len(crisis.players),
            "rounds": crisis.rounds,
            "quantities": len(crisis.quantities),
            "claims": len(claims_of(crisis)),
        }
        for name, crisis in crises.items()
    ]
