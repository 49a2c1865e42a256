"""The axis of steps: the actions of all information sets and then the branches of all chance events."""

import numpy as np
from numpy.typing import NDArray

from detente.game.form import CHANCE, ExtensiveForm

__all__ = ["first_step"]


def first_step(form: ExtensiveForm) -> NDArray[np.int64]:
    """Return the row of each node's first branch in actions followed by chance branches, shape ``(N,)``."""
    first = np.zeros(form.n_nodes, dtype=np.int64)
    decision, chance = form.player >= 0, form.player == CHANCE
    first[decision] = form.action_offset[form.info_set[decision]]
    first[chance] = form.n_actions + form.chance_offset[form.info_set[chance]]
    return first
