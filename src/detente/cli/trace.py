"""``detente trace``: print where a figure of a briefing comes from."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from detente.cli._options import JSON, RUN, reworded
from detente.cli._output import json_text

__all__ = ["command"]

JsonOption = Annotated[bool, reworded(JSON, help="Print the trace as JSON.")]
RunOption = Annotated[
    Path | None, reworded(RUN, help="Folder of the briefing; by default the newest under ./brief.")
]
FigureIdArgument = Annotated[
    str, typer.Argument(help="Id of a figure, as in the briefing's traces.", metavar="FIGURE_ID")
]


def command(
    figure_id: FigureIdArgument,
    *,
    run: RunOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print where a number of a briefing comes from: model, quantities, sources, lines of the crisis file.

    For example:

      detente trace outlook.attack

      detente trace outlook.outcome.war --run brief/my-crisis
    """
    from detente.brief.export.explaining import explain_figure, find_data_file

    found = explain_figure(figure_id, find_data_file(run))
    sys.stdout.write(json_text(found.as_data()) if as_json else found.as_text())
