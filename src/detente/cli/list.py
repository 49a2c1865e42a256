"""``detente list``: show the crises that ship."""

import sys
from typing import Annotated, Any

from detente.cli._options import JSON, reworded
from detente.cli._output import json_text, make_table, number, terminal, text

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
        sys.stdout.write(json_text(rows))
        return
    columns = [text(head, overflow="fold") for head in ("name", "title", "cut-off")]
    columns += map(number, ("players", "rounds", "quantities", "claims"))
    terminal().print(make_table(columns, [tuple(map(str, row.values())) for row in rows]))


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
