"""Everything that is wrong with a crisis folder: what ``detente check`` prints and the workbench shows."""

from pathlib import Path

from detente.crisis.crisis import Crisis
from detente.crisis.expectations import read_expectations
from detente.crisis.loading import examine_folder
from detente.crisis.teaching import read_teaching
from detente.errors import CrisisFileError, Finding
from detente.linking import check_game

__all__ = ["examine"]


def examine(crisis: str | Path) -> tuple[tuple[Finding, ...], Crisis | None]:
    """Return the findings about a crisis folder, its expectations, its notes for teaching and, if its files make a crisis, its game; and the crisis.

    Parameters
    ----------
    crisis
        As for :func:`detente.crisis.load_crisis`.
    """
    findings, loaded = examine_folder(crisis)
    if loaded is None:
        return findings, None
    for read in (read_expectations, read_teaching):
        try:
            read(loaded)
        except CrisisFileError as error:
            findings = (*findings, *error.findings)
    return (*findings, *check_game(loaded)), loaded
