"""What a solver is told of kinds of move and of odds, put together from a tree and its prices."""

import numpy as np

from detente.engine.kinds import find_menus
from detente.game import Menus


def kinds_and_odds(tree, crisis, priced, form):
    """Return the keywords ``menus`` and ``own_odds`` of the solver; what pledges do to nature's odds is not in them."""
    number = {name: place for place, name in enumerate(crisis.instruments)}
    instrument = np.array([number[name] for name in tree.action_label], dtype=np.intp)
    found = find_menus(crisis, form, instrument)
    menus = found and Menus.from_numbers(
        found, weight=priced.menu_weights, similarity=priced.similarities
    )
    return {"menus": menus, "own_odds": dict(priced.own_odds)}
