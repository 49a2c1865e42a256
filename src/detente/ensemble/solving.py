"""Solving the games of many draws: how hard one of them is tried before it counts as stalled."""

from typing import Any

from numpy.typing import NDArray

from detente.game import ExtensiveForm, LogitQREResult, solve_logit_qre

__all__ = ["MOST_WALKS", "solve_draws"]

MOST_WALKS = 20_000
"""Walks that a draw may take. A tenth of what :func:`~detente.game.solve_logit_qre` gives a single game: a run of thousands
shows the draws that stall and goes on, rather than spend minutes on each."""


def solve_draws(form: ExtensiveForm, rationality: NDArray[Any], **options: Any) -> LogitQREResult:
    """Solve the game of each draw; arguments, result and errors are those of :func:`~detente.game.solve_logit_qre`."""
    return solve_logit_qre(form, rationality, most_walks=MOST_WALKS, **options)
