"""``detente trace``: print where a figure of a briefing comes from."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["command"]


def command(
    figure_id: Annotated[
        str,
        typer.Argument(help="Id of a figure, as in the briefing's traces.", metavar="FIGURE_ID"),
    ],
    *,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run",
            help="Folder of the briefing; by default the newest under ./brief.",
            metavar="DIR",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the trace as JSON.")] = False,
) -> None:
    """Print where a number of a briefing comes from: model, quantities, sources, lines of the crisis file.

    For example:

      detente trace outlook.attack

      detente trace outlook.outcome.war --run brief/my-crisis
    """
    from detente.brief.export.explaining import explain_figure, find_data_file

    found = explain_figure(figure_id, find_data_file(run))
    text = (
        json.dumps(found.as_data(), indent=1, ensure_ascii=False) + "\n"
        if as_json
        else found.as_text()
    )
    sys.stdout.write(text)
