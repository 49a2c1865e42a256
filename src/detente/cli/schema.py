"""``detente schema``: print the JSON Schema of a crisis file."""

import sys
from pathlib import Path
from typing import Annotated

from detente.cli._options import OUT, reworded
from detente.cli._output import json_text

__all__ = ["command"]

OutOption = Annotated[
    Path | None, reworded(OUT, help="Write it to this file instead.", metavar="FILE")
]


def command(
    *,
    out: OutOption = None,
) -> None:
    """Print the JSON Schema of a crisis file, so that editors complete keys and show what they mean.

    Name it in the first line of a crisis file: # yaml-language-server: $schema=crisis.schema.json

    For example:

      detente schema

      detente schema --out my-crisis/crisis.schema.json
    """
    from detente.crisis import crisis_schema
    from detente.files.writing import write_whole

    text = json_text(crisis_schema())
    if out is None:
        sys.stdout.write(text)
    else:
        write_whole(out, text.encode())
        sys.stdout.write(f"{out}\n")
