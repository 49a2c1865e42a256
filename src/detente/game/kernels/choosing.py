# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg,var-annotated"
# ruff: noqa: ANN001, ANN202  (numba infers the types of kernels)
"""Compiled choice from one menu with nests: up its lists for their values, down for probabilities; and its derivative.

Lists of a menu come deepest first, its own list last. Payoffs count from the best option of the menu, and every list takes
its greatest entry out before it exponentiates, so that the odds within a nest that is hardly ever picked keep their digits.

Symbols: ``j`` the menu; ``logs`` where logarithms of probabilities go, or None.
"""

from typing import Any, NamedTuple

import numba

from detente.game.kernels._lanes import load, same, store
from detente.game.kernels._lists import keep, mix_menu, mix_nest, offer
from detente.game.kernels._pieces import at

__all__ = ["MenuArrays", "MenuNumbers", "change_choice", "choose"]

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
}


class MenuArrays(NamedTuple):
    """The lists of all menus of a layout.

    ``of_piece`` is the menu of each piece, -1 for none, and empty where no set has one; ``first_list`` and ``first_entry``
    where menus and lists begin; ``opened_by`` the entry that each list is of, -1 for a menu's own; ``row`` the row of the
    strategy that each entry is, -1 for a list below. ``share_row`` and ``scale_row`` are where the numbers of each entry and
    of each list stand, which many have in common. ``active_list`` is the list that each active row stands in, -1 for none.
    """

    of_piece: Any
    first_list: Any
    first_entry: Any
    opened_by: Any
    row: Any
    share_row: Any
    scale_row: Any
    active_list: Any


class MenuNumbers(NamedTuple):
    """Logarithms of shares, scales and their inverses; then scratch, by entry of one menu."""

    log_share: Any
    scale: Any
    sharpness: Any
    worth: Any
    prob: Any
    log_odds: Any


def _choose(
    menu_arrays, number_arrays, source, target, logs, share, shares_kept, rate, i, j,
):  # fmt: skip
    """Write the response to ``source`` from menu ``j`` of player ``i``, to ``share`` by list and to ``target`` by row.

    Its logarithm goes to ``logs``, unless that is None. Shares of entries stay where those of all menus have room, and
    otherwise, with ``shares_kept`` 0, until the next choice. The arrays come unpacked, once a walk.
    """
    first_list, first_entry, opened_by, entry_row, share_row, scale_row = menu_arrays
    log_share, scale, sharpness, worth, prob, log_odds = number_arrays
    lam, one = load(rate, i), same(source, 1.0)
    first, last = at(first_list, j), at(first_list, j + 1)
    begin, end = at(first_entry, first), at(first_entry, last)
    shift = begin * (1 - shares_kept)
    offer(entry_row, source, worth, lam, begin, end)
    for k in range(first, last - 1):
        low = at(first_entry, k)
        s = at(scale_row, k)
        value = mix_nest(
            worth, log_share, share_row, share, log_odds, logs, low - begin, low, low - shift,
            at(first_entry, k + 1) - low, load(sharpness, s), load(scale, s),
        )  # fmt: skip
        store(worth, at(opened_by, k) - begin, value)
    low = at(first_entry, last - 1)
    mix_menu(
        worth, log_share, share_row, share, log_odds, logs, low - begin, low, low - shift,
        end - low, one, one,
    )  # fmt: skip
    for e in range(low, end):
        row = at(entry_row, e)
        if row >= 0:
            store(target, row, load(share, e - shift))
            keep(logs, logs, row, load(log_odds, e - begin))
        else:
            store(prob, e - begin, load(share, e - shift))
    for k in range(last - 2, first - 1, -1):
        entry = at(opened_by, k) - begin
        above, before = load(prob, entry), load(log_odds, entry)
        for e in range(at(first_entry, k), at(first_entry, k + 1)):
            row = at(entry_row, e)
            x = before + load(log_odds, e - begin)
            if row >= 0:
                store(target, row, above * load(share, e - shift))
                keep(logs, logs, row, x)
            else:
                store(prob, e - begin, above * load(share, e - shift))
                keep(logs, log_odds, e - begin, x)


def _change_choice(menu, numbers, share, change, j):
    """Turn the changes of logits in the rows of menu ``j`` into those of logarithms of probabilities, for one draw."""
    value, mean = numbers.worth, numbers.prob
    first, last = menu.first_list[j], menu.first_list[j + 1]
    begin = menu.first_entry[first]
    for k in range(first, last):
        total = 0.0
        for e in range(menu.first_entry[k], menu.first_entry[k + 1]):
            if menu.row[e] >= 0:
                value[e - begin] = change[menu.row[e]]
            total += share[e] * value[e - begin]
        mean[k - first] = total
        if menu.opened_by[k] >= 0:
            value[menu.opened_by[k] - begin] = total
    for k in range(last - 1, first - 1, -1):
        before = value[menu.opened_by[k] - begin] if menu.opened_by[k] >= 0 else 0.0
        sharpness = numbers.sharpness[menu.scale_row[k]]
        for e in range(menu.first_entry[k], menu.first_entry[k + 1]):
            x = before + (value[e - begin] - mean[k - first]) * sharpness
            if menu.row[e] >= 0:
                change[menu.row[e]] = x
            else:
                value[e - begin] = x


choose = numba.njit(inline="always", **_OPTIONS)(_choose)
change_choice = numba.njit(**_OPTIONS)(_change_choice)
