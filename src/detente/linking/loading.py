"""Loading a crisis together with the game that its rules make."""

from collections.abc import Mapping
from pathlib import Path

from detente.crisis.crisis import Crisis
from detente.crisis.loading import load_crisis
from detente.errors import CrisisFileError
from detente.linking.checks import check_game

__all__ = ["load"]


def load(source: str | Path, overrides: Mapping[str, str] | None = None) -> Crisis:
    """Load a crisis with its overrides and check the game that its rules make.

    Parameters
    ----------
    source
        Id of a shipped crisis, or the folder of another.
    overrides
        Values by path, as text; :meth:`detente.crisis.Crisis.set` does the same later.

    Raises
    ------
    CrisisFileError
        With every error that the checks find.
    UsageError
        ``path-unknown`` and others for an override.
    """
    loaded = load_crisis(source, overrides=dict(overrides or {}))
    errors = [finding for finding in check_game(loaded) if finding.severity == "error"]
    if errors:
        raise CrisisFileError(errors)
    return loaded
