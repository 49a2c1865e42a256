"""Kinds of move on the menus of a game: which of its options stand in which nest."""

import numpy as np

from detente.arrays import IntArray
from detente.crisis.crisis import Crisis
from detente.game import ExtensiveForm, MenuForm

__all__ = ["find_menus"]


def find_menus(crisis: Crisis, form: ExtensiveForm, instrument: IntArray) -> MenuForm | None:
    """Return the menus that the nests and weights of a crisis make of a game's information sets.

    A set none of whose options has a nest or a weight is a plain list. Weights stand in the rows of instruments and then of
    nests, similarities in those of nests, in the order of the crisis.

    Parameters
    ----------
    crisis
        The crisis.
    form
        The game.
    instrument
        The instrument that each action is, by its place in the crisis, shape ``(A,)``.

    Returns
    -------
    MenuForm or None
        None where all sets are plain.
    """
    nests = {name: number for number, name in enumerate(crisis.nests)}
    if not form.n_actions:
        return None
    items = tuple(crisis.instruments.values())
    nest_of = np.array([nests.get(item.nest, -1) for item in items], dtype=np.int64)
    above = np.array([nests.get(nest.within, -1) for nest in crisis.nests.values()], dtype=np.int64)
    weighed = np.array([item.weight is not None for item in items], dtype=np.bool_)
    owner = np.repeat(np.arange(form.n_info_sets), np.diff(form.action_offset))
    special = (nest_of[instrument] >= 0) | weighed[instrument]
    has_menu = np.zeros(form.n_info_sets, dtype=np.bool_)
    has_menu[owner[special]] = True
    action = np.flatnonzero(has_menu[owner])
    if not action.size:
        return None
    width = max(len(nests), 1)
    inner = nest_of[instrument[action]]
    # the nests of a set: those of its options, and those that these stand in
    pairs = [(owner[action] * width + inner)[inner >= 0]]
    while pairs[-1].size:
        outer = above[pairs[-1] % width]
        pairs.append(np.unique((pairs[-1] // width * width + outer)[outer >= 0]))
    places = np.unique(np.concatenate(pairs))
    held = np.where(inner >= 0, np.searchsorted(places, owner[action] * width + inner), -1)
    nest = places % width
    outer = above[nest] if nests else np.zeros(0, dtype=np.int64)
    holder = np.where(outer >= 0, np.searchsorted(places, places // width * width + outer), -1)
    nothing, none = np.full(action.size, -1), np.full(places.size, -1)
    names = list(crisis.nests)
    return MenuForm.from_arrays(
        form,
        holder=np.concatenate([held, holder]),
        action=np.concatenate([action, none]),
        nest=np.concatenate([nothing, np.arange(places.size)]),
        nest_label=[names[number] for number in nest.tolist()],
        weight_row=np.concatenate([instrument[action], len(items) + nest]),
        similarity_row=nest,
    )
