"""Arguments and options that several commands share, each declared once; a command may word one in its own way.

What one command alone takes stands above that command, in its module.
"""

from copy import copy
from typing import Annotated, Any

import typer

__all__ = [
    "ALL",
    "CRISIS",
    "CRISIS_OR_RUN",
    "DESIGN",
    "DRAWS",
    "EXECUTOR",
    "GAME",
    "JSON",
    "LEAVE_OUT",
    "METRIC",
    "MODE",
    "MOST",
    "OUT",
    "OUTCOME",
    "POLICY",
    "RESAMPLES",
    "RUN",
    "SEARCH",
    "SEED",
    "SET",
    "SINCE",
    "STORE",
    "UNTIL",
    "WORKERS",
    "AllOption",
    "CrisisArgument",
    "CrisisOrRunArgument",
    "DrawsOption",
    "JsonOption",
    "PolicyOption",
    "SeedOption",
    "SetOption",
    "WorkersOption",
    "reworded",
]


def reworded(option: Any, **changes: Any) -> Any:
    """Return a declared option or argument with another help text, metavar or limit.

    Parameters
    ----------
    option
        What :func:`typer.Option` or :func:`typer.Argument` gave.
    changes
        Attributes by name.
    """
    found = copy(option)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


ALL = typer.Option("--all", help="Show all rows of a table, not the first or best ten.")
JSON = typer.Option("--json", help="Print JSON.")
AllOption = Annotated[bool, ALL]
JsonOption = Annotated[bool, JSON]

SINCE = typer.Option("--since", help="First year.", metavar="YEAR")

UNTIL = typer.Option("--until", help="Last year.", metavar="YEAR")

LEAVE_OUT = typer.Option(
    "--leave-out", help="Number of a crisis to leave out. May be repeated.", metavar="N"
)

CRISIS = typer.Argument(help="Name of a shipped crisis, or a folder.", metavar="CRISIS")
CrisisArgument = Annotated[str, CRISIS]

DRAWS = typer.Option("--draws", help="Joint samples of the uncertain quantities.", metavar="N")
DrawsOption = Annotated[int, DRAWS]

SEED = typer.Option("--seed", help="Key of the draws.", metavar="S")
SeedOption = Annotated[int, SEED]

EXECUTOR = typer.Option(
    "--executor",
    help="What computes: threads, processes, or a Dask cluster by the address of its scheduler, dask://HOST:PORT.",
    metavar="NAME|ADDRESS",
)

MODEL_URL = typer.Option(
    "--model-url",
    help="Server of language models that may play seats: its address up to /chat/completions. A key stands in DETENTE_MODEL_KEY.",
    metavar="URL",
)
"""Option of a server of language models."""
MODEL = typer.Option("--model", help="Name of the language model there.", metavar="NAME")
"""Option of a language model."""
STORE = typer.Option("--store", help="Where what is kept stands.", metavar="URL")

SET = typer.Option(
    "--set",
    help="What if: a value or a range a..b for a quantity or state by its path. May be repeated.",
    metavar="PATH=VALUE",
)
SetOption = Annotated[list[str] | None, SET]

RESAMPLES = typer.Option("--resamples", help="Samples that a bootstrap draws.", metavar="N")

POLICY = typer.Option("--policy", help="Under this policy; the first by default.", metavar="ID")
PolicyOption = Annotated[str | None, POLICY]

DESIGN = typer.Option(
    "--design",
    help="Where the cases lie: streams, sobol, lhs or monte-carlo.  [default: streams]",
    metavar="NAME",
)

MODE = typer.Option(
    "--mode",
    help="probabilistic draws from the declared distributions; exploratory spreads cases evenly over their ranges.  [default: probabilistic]",
    metavar="NAME",
)

SEARCH = typer.Option(
    "--search",
    help="Different games that are solved at most to search mixes of the policies' commitments; 0 searches none.",
    metavar="N",
    min=0,
)

OUT = typer.Option("--out", help="Folder to write to; by default brief/CRISIS.", metavar="DIR")

WORKERS = typer.Option("--workers", help="Threads.")
WorkersOption = Annotated[int | None, WORKERS]

METRIC = typer.Option("--metric", help="What to explain by the inputs.", metavar="NAME")

MOST = typer.Option("--most", help="Figures and inputs to print.")

OUTCOME = typer.Option(
    "--outcome",
    help="Column of the table, or metric of the run, that says which cases are of interest.",
    metavar="COLUMN",
)

CRISIS_OR_RUN = typer.Argument(
    help="A crisis by name or folder, or the folder of a run or briefing.", metavar="CRISIS|RUN"
)
CrisisOrRunArgument = Annotated[str, CRISIS_OR_RUN]

RUN = typer.Option("--run", help="Run folder; by default runs/CRISIS.", metavar="DIR")

GAME = typer.Argument(
    help="A Gambit file (.efg, .nfg, .gbt), a nested tree in JSON (.json), or a published game by name.",
    metavar="FILE|NAME",
)
