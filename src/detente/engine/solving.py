"""From an unrolled tree to the solved games of many draws, and how hard one of them is tried before it counts as stalled."""

from typing import Any

from numpy.typing import NDArray

from detente.game import ExtensiveForm, LogitQREResult, solve_logit_qre
from detente.rules import Tree

__all__ = ["MOST_WALKS", "form_of", "solve_draws"]

MOST_WALKS = 20_000
"""Walks that a draw may take. A tenth of what :func:`~detente.game.solve_logit_qre` gives a single game: a run of thousands
shows the draws that stall and goes on, rather than spend minutes on each."""


def form_of(tree: Tree) -> ExtensiveForm:
    """Return the game form of an unrolled tree."""
    return ExtensiveForm.from_arrays(
        tree.player,
        tree.first_child,
        tree.n_children,
        tree.info_set,
        tree.info_set_player,
        tree.action_offset,
        tree.chance_offset,
        tree.terminal_node,
        tree.payoff_class,
        len(tree.players),
    )


def solve_draws(form: ExtensiveForm, rationality: NDArray[Any], **options: Any) -> LogitQREResult:
    """Solve the game of each draw; arguments, result and errors are those of :func:`~detente.game.solve_logit_qre`."""
    return solve_logit_qre(form, rationality, most_walks=MOST_WALKS, **options)
