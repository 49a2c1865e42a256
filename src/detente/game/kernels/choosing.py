# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg,var-annotated,untyped-decorator,misc,import-untyped"
# ruff: noqa: ANN001, ANN201, ANN202  (numba infers the types of kernels)
"""Compiled choice from one menu with nests: up its lists for their values, down for probabilities; and its derivative.

Lists of a menu come deepest first, its own list last. Payoffs count from the best option of the menu, and every list takes
its greatest entry out before it exponentiates, so that the odds within a nest that is hardly ever picked keep their digits.

Symbols: ``j`` the menu; ``logs`` where logarithms of probabilities go, or None.
"""

from typing import Any, NamedTuple

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from detente.game.kernels._lanes import load, store
from detente.game.kernels._lists import descend, mix_menu, mix_nest, offer
from detente.game.kernels._pieces import at

__all__ = ["MenuArrays", "MenuNumbers", "NoMenus", "change_choice", "choose", "has_terms"]

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
}


class MenuArrays(NamedTuple):
    """The lists of all menus of a layout.

    ``of_piece`` is the menu of each piece, -1 for none, and empty where no set has one; ``first_list`` and ``first_entry``
    where menus and lists begin; ``opened_by`` the entry that each list is of, -1 for a menu's own. ``row`` is where each
    entry stands in arrays of actions: options at theirs, which are less than ``n_actions``, nests of one menu from there on,
    in scratch that the next menu uses again. ``share_row`` and ``scale_row`` are where the numbers of each entry and of each
    list stand, which many have in common. ``active_list`` is the list that each active row stands in, -1 for none.
    """

    n_actions: Any
    of_piece: Any
    first_list: Any
    first_entry: Any
    opened_by: Any
    row: Any
    share_row: Any
    scale_row: Any
    active_list: Any


class NoMenus(NamedTuple):
    """The same where there are neither menus nor own odds: another type, for which kernels leave out what is not needed."""

    n_actions: Any
    of_piece: Any
    first_list: Any
    first_entry: Any
    opened_by: Any
    row: Any
    share_row: Any
    scale_row: Any
    active_list: Any


@intrinsic
def has_terms(_typing, menu):
    """Tell by its type whether there may be menus or own odds: compiled code for other games holds nothing of them."""
    there = menu.instance_class.__name__ == "MenuArrays"

    def code(_context, _builder, _signature, _arguments):
        return ir.Constant(ir.IntType(1), there)

    return types.boolean(menu), code


class MenuNumbers(NamedTuple):
    """Logarithms of shares, scales and their inverses; then scratch, by entry of one menu."""

    log_share: Any
    scale: Any
    sharpness: Any
    worth: Any
    log_odds: Any


def _choose(
    n_actions, menu_arrays, number_arrays, source, target, logs, share, shares_kept, rate, i, j,
):  # fmt: skip
    """Write the response to ``source`` from menu ``j`` of player ``i``, to ``share`` by list and to ``target`` by row.

    Its logarithm goes to ``logs``, unless that is None. Shares of entries stay where those of all menus have room, and
    otherwise, with ``shares_kept`` 0, until the next choice. The arrays come unpacked, once a walk.
    """
    first_list, first_entry, opened_by, entry_row, share_row, scale_row = menu_arrays
    log_share, scale, sharpness, worth, log_odds = number_arrays
    first, last = at(first_list, j), at(first_list, j + 1) - 1
    begin, end = at(first_entry, first), at(first_entry, last + 1)
    shift = begin * (1 - shares_kept)
    offer(entry_row, source, worth, load(rate, i), n_actions, begin, end)
    for k in range(first, last):
        low = at(first_entry, k)
        s = at(scale_row, k)
        value = mix_nest(
            worth, log_share, share_row, share, log_odds, logs, low - begin, low, low - shift,
            at(first_entry, k + 1) - low, load(sharpness, s), load(scale, s),
        )  # fmt: skip
        store(worth, at(opened_by, k) - begin, value)
    low = at(first_entry, last)
    mix_menu(
        worth, log_share, share_row, share, target, logs, entry_row, low - begin, low, low - shift,
        end - low,
    )  # fmt: skip
    for k in range(last - 1, first - 1, -1):
        low = at(first_entry, k)
        descend(
            share, log_odds, target, logs, entry_row, at(entry_row, at(opened_by, k)), low - begin,
            low, low - shift, at(first_entry, k + 1) - low,
        )  # fmt: skip


def _change_choice(menu, numbers, share, change, j):
    """Turn the changes of logits in the rows of menu ``j`` into those of logarithms of probabilities, for one draw."""
    mean = numbers.worth
    first, last = menu.first_list[j], menu.first_list[j + 1]
    for k in range(first, last):
        total = 0.0
        for e in range(menu.first_entry[k], menu.first_entry[k + 1]):
            total += share[e] * change[menu.row[e]]
        mean[k - first] = total
        if menu.opened_by[k] >= 0:
            change[menu.row[menu.opened_by[k]]] = total
    for k in range(last - 1, first - 1, -1):
        before = change[menu.row[menu.opened_by[k]]] if menu.opened_by[k] >= 0 else 0.0
        sharpness = numbers.sharpness[menu.scale_row[k]]
        for e in range(menu.first_entry[k], menu.first_entry[k + 1]):
            row = menu.row[e]
            change[row] = before + (change[row] - mean[k - first]) * sharpness


choose = numba.njit(inline="always", **_OPTIONS)(_choose)
change_choice = numba.njit(**_OPTIONS)(_change_choice)
