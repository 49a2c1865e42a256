"""Steps through a tree: the actions of all information sets and then the branches of all chance events."""

import weakref

import numpy as np

from detente.arrays import FloatArray, Int64Array
from detente.game.form import CHANCE, ExtensiveForm

__all__ = ["NOBODY", "columns", "first_step", "own_order", "stack_steps", "walk", "walk_steps"]

NOBODY = -9
"""The number of no player."""


_FIRST: "weakref.WeakKeyDictionary[ExtensiveForm, Int64Array]" = weakref.WeakKeyDictionary()


def first_step(form: ExtensiveForm) -> Int64Array:
    """Return the row of each node's first branch in actions followed by chance branches, shape ``(N,)``; made once."""
    first = _FIRST.get(form)
    if first is None:
        first = np.zeros(form.n_nodes, dtype=np.int64)
        decision, chance = form.player >= 0, form.player == CHANCE
        first[decision] = form.action_offset[form.info_set[decision]]
        first[chance] = form.n_actions + form.chance_offset[form.info_set[chance]]
        _FIRST[form] = first
    return first


def walk(
    form: ExtensiveForm,
    strategy: FloatArray,
    chance: FloatArray,
    n_draws: int,
    *,
    left_out: int = NOBODY,
    additive: bool = False,
) -> FloatArray:
    """Return the product (or sum) of the steps from the root to each node, shape ``(N, D)``; see :func:`walk_steps`."""
    steps = stack_steps(strategy, chance, n_draws)
    return walk_steps(form, steps, left_out=left_out, additive=additive)


def stack_steps(strategy: FloatArray, chance: FloatArray, n_draws: int) -> FloatArray:
    """Return the steps of all actions and then of all chance branches, shape ``(A + R, D)``."""
    return np.concatenate([columns(strategy, n_draws), columns(chance, n_draws)])


def walk_steps(
    form: ExtensiveForm, steps: FloatArray, *, left_out: int = NOBODY, additive: bool = False
) -> FloatArray:
    """Return the product (or sum) of the steps from the root to each node, shape ``(N, D)``.

    The steps of player ``left_out`` count as one (or zero).
    """
    from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

    out = np.empty((form.n_nodes, steps.shape[1]))
    kernels.walk_down(
        form.player, form.first_child, form.n_children, first_step(form), steps, left_out, additive, out
    )  # fmt: skip
    return out


def columns(array: FloatArray, n_draws: int) -> FloatArray:
    """Return a contiguous copy of an array ``(rows, D or 1)`` with ``n_draws`` columns."""
    return np.array(np.broadcast_to(array, (array.shape[0], n_draws)), order="C")


def own_order(form: ExtensiveForm, player: int) -> Int64Array:
    """Return the player's information sets, those with more own moves before them first."""
    owner = np.repeat(np.arange(form.n_info_sets), np.diff(form.action_offset))
    before = form.info_set_parent
    above = np.where(before >= 0, owner[np.maximum(before, 0)], -1)
    # sets before each set: one step up, then twice as many at a time
    depth = (above >= 0).astype(np.int64)
    while (above >= 0).any():
        depth += np.where(above >= 0, depth[above], 0)
        above = np.where(above >= 0, above[above], -1)
    mine = np.flatnonzero(form.info_set_player == player)
    return mine[np.argsort(-depth[mine], kind="stable")]
