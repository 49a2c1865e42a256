"""What players choose by beside payoffs and the analysts' chance: menus, and odds of chance of their own.

:class:`ChoiceTerms` are the checked inputs, by draw; :class:`TermArrays` puts them where the kernels read them.
"""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int32Array, IntArray
from detente.game._choices import VisibleLists, scales, share_logs, visible_lists
from detente.game._inputs import as_menus, as_own_odds
from detente.game._steps import NOBODY, first_step
from detente.game.form import ExtensiveForm
from detente.game.menus import MenuForm, Menus
from detente.game.payoffs import DrawRows, take_draws
from detente.game.qre._layout import Layout

__all__ = ["ChoiceTerms", "OwnOdds", "TermArrays", "log_chance", "menu_layout_of"]

OwnOdds = Mapping[int, FloatArray]
"""Odds of chance by player, for those who do not share the analysts', each of shape ``(R, D or 1)``."""

_MOVES = 20.0
"""Moves on one path that may each be as rare as they can be before a branch of probability 0 counts beside them."""


def log_chance(chance: FloatArray, span: FloatArray | float) -> FloatArray:
    """Return logarithms of chance probabilities; those of 0 lie below every strategy's.

    ``span`` bounds the log-odds of a move: the spread of payoffs times rationality, divided by the least scale of a menu's
    lists. Behind branches that never happen beliefs are thus those of branches that hardly ever do, and elsewhere they do
    not count.
    """
    floor = np.log(1e-300) - _MOVES * np.asarray(span)
    found = np.broadcast_to(floor, chance.shape).copy()
    np.log(chance, out=found, where=chance > 1e-300)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChoiceTerms:
    """Menus, None where all sets are plain lists, and own odds of chance by player."""

    menus: Menus | None = None
    own: OwnOdds = field(default_factory=dict)

    @classmethod
    def check(
        cls,
        form: ExtensiveForm,
        chance: FloatArray,
        menus: Menus | None,
        own_odds: Mapping[int, ArrayLike] | None,
    ) -> "ChoiceTerms":
        """Return checked terms for a form and the analysts' odds."""
        return cls(menus=as_menus(form, menus), own=as_own_odds(form, own_odds, chance))

    @property
    def draws(self) -> dict[str, FloatArray]:
        """Arrays with as many draws in their last axis as each of the terms, by name."""
        found = {f"own_odds[{player}]": odds for player, odds in self.own.items()}
        if self.menus is not None:
            found["menus"] = np.empty((0, self.menus.n_draws))
        return found

    def pick(self, draws: DrawRows) -> "ChoiceTerms":
        """Return the terms of some draws only."""
        return ChoiceTerms(
            menus=None if self.menus is None else self.menus.pick_draws(draws),
            own={player: take_draws(odds, draws) for player, odds in self.own.items()},
        )

    def restrict(
        self, form: ExtensiveForm, action: IntArray, own: Mapping[int, FloatArray]
    ) -> "ChoiceTerms":
        """Return the terms of a form that has some of the actions, and the chance events of ``own``."""
        menus = None if self.menus is None else self.menus.pick_actions(form, action)
        return ChoiceTerms(menus=menus, own=own)

    def span(self, span: FloatArray | float) -> FloatArray:
        """Return what bounds the log-odds of a move, from rationality times spread: ``()`` or ``(D,)``.

        Within a list of scale t log-odds are those divided by t, and shares of the lists above add to them.
        """
        found = np.asarray(span, dtype=np.float64)
        if self.menus is None:
            return found
        lists = visible_lists(self.menus.form)
        scale = scales(lists, self.menus).min(axis=0)
        share = -share_logs(lists, self.menus).min(axis=0)
        return np.asarray(found / scale + share * (1 + int(lists.depth.max(initial=0))))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MenuLayout:
    """The lists of menus in the rows of a layout; arrays as :class:`~detente.game.kernels.choosing.MenuArrays`."""

    lists: VisibleLists
    of_piece: Int32Array
    first_list: Int32Array
    first_entry: Int32Array
    opened_by: Int32Array
    row: Int32Array
    share_row: Int32Array
    scale_row: Int32Array
    active_list: Int32Array
    largest: int
    most_nests: int


_CACHE: "weakref.WeakKeyDictionary[MenuForm, MenuLayout]" = weakref.WeakKeyDictionary()


def menu_layout_of(layout: Layout, menu: MenuForm) -> MenuLayout:
    """Return the lists of menus in the rows of a form's layout, made once."""
    found = _CACHE.get(menu)
    if found is None:
        found = _lay_out(layout, menu)
        _CACHE[menu] = found
    return found


def _lay_out(layout: Layout, menu: MenuForm) -> MenuLayout:
    lists = visible_lists(menu)
    sets, first_list = np.unique(lists.info_set, return_index=True)
    first_entry = np.flatnonzero(np.diff(lists.holder, prepend=-1))
    row = np.where(lists.action >= 0, layout.row[np.maximum(lists.action, 0)], -1).astype(np.int64)
    opened_by = np.full(lists.info_set.size, -1, dtype=np.int64)
    inside = np.flatnonzero(lists.opens >= 0)
    opened_by[lists.opens[inside]] = inside
    # the menu of each piece by the first row of its set
    options = np.flatnonzero(lists.action >= 0)
    list_set = lists.info_set[lists.holder[options]]
    least = np.full(sets.size, np.iinfo(np.int64).max)
    np.minimum.at(least, np.searchsorted(sets, list_set), row[options])
    menu_of_row = np.full(layout.row.size + 1, -1, dtype=np.int64)
    menu_of_row[least] = np.arange(sets.size)
    of_piece = np.where(
        layout.piece[:, 0] >= 0,
        menu_of_row[np.minimum(layout.piece[:, 1], layout.row.size)],
        -1,
    )
    list_of_row = np.full(layout.row.size, -1, dtype=np.int64)
    list_of_row[row[options]] = lists.holder[options]
    # nests of each menu have rows after those of all actions, counted anew for each menu
    nests = np.flatnonzero(lists.opens >= 0)
    menu_of = np.searchsorted(sets, lists.info_set[lists.holder[nests]])
    before = np.searchsorted(menu_of, menu_of, side="left")
    row[nests] = layout.row.size + np.arange(nests.size) - before
    ends = np.append(first_entry, lists.holder.size)
    begins = np.append(first_list, lists.info_set.size)
    return MenuLayout(
        lists=lists,
        of_piece=of_piece.astype(np.int32),
        first_list=begins.astype(np.int32),
        first_entry=ends.astype(np.int32),
        opened_by=opened_by.astype(np.int32),
        row=row.astype(np.int32),
        share_row=lists.share_row.astype(np.int32),
        scale_row=lists.scale_row.astype(np.int32),
        active_list=list_of_row[layout.active_row].astype(np.int32),
        largest=int(np.diff(ends[begins]).max(initial=0)),
        most_nests=int(np.bincount(menu_of).max(initial=0)),
    )


_MENU_ROOMS = (
    "log_share",
    "scale",
    "sharpness",
    "worth",
    "log_odds",
    "share_in",
    "share",
)


class TermArrays:
    """Where the kernels read the terms of one form, for blocks or for ``single`` draws, and how that is filled."""

    def __init__(
        self, form: ExtensiveForm, layout: Layout, terms: ChoiceTerms, *, single: bool = False
    ) -> None:
        self.form, self.layout, self.single = form, layout, single
        menu = None if terms.menus is None else terms.menus.form
        self.menu = None if menu is None else menu_layout_of(layout, menu)
        self.players = sorted(terms.own)
        mover: Int32Array = form.player[layout.node]
        self.held: list[tuple[int, IntArray, Int32Array]] = []
        for player in self.players:
            place = np.flatnonzero(mover == player)
            self.held.append((player, place, layout.node[place]))
        self.room: tuple[FloatArray, FloatArray] | None = None
        self.filled = False

    def tree(self) -> dict[str, Any]:
        """Return the fields of the layout that tell of menus and own odds."""
        from detente.game.kernels import choosing  # noqa: PLC0415  loads numba

        names = choosing.MenuArrays._fields[1:]
        empty = dict.fromkeys(names, np.zeros(0, dtype=np.int32))
        found = empty if self.menu is None else {name: getattr(self.menu, name) for name in names}
        plain = self.menu is None and not self.players
        kind = choosing.NoMenus if plain else choosing.MenuArrays
        own = np.zeros(self.form.n_players if self.players else 0, dtype=np.int32)
        for number, player in enumerate(self.players):
            own[player] = (1 + number) * self.form.n_branches
        return {"menu": kind(n_actions=self.form.n_actions, **found), "own_odds": own}

    @property
    def action_rows(self) -> int:
        """Rows of arrays of actions: those of actions, and scratch for the nests of one menu."""
        return self.form.n_actions + (0 if self.menu is None else self.menu.most_nests)

    @property
    def rooms(self) -> dict[str, int]:
        """Rows of the arrays that :meth:`fill` fills, and of the scratch beside them, by name."""
        rooms = {
            "chance": self.form.n_branches * (1 + len(self.players)),
            "tilt": self.layout.node.size if self.players else 0,
        }
        if self.menu is None:
            return rooms | dict.fromkeys(_MENU_ROOMS, 0)
        menu = self.menu
        shares, scale_count = menu.lists.share_weight.size, menu.lists.scale_parent.size
        entries = menu.row.size
        return rooms | {
            "log_share": shares,
            "scale": scale_count,
            "sharpness": scale_count,
            "worth": menu.largest,
            "log_odds": menu.largest,
            "share_in": entries,
            # a derivative needs those of all menus
            "share": entries if self.single else menu.largest,
        }

    @staticmethod
    def block_fields(rows: Mapping[str, FloatArray]) -> dict[str, Any]:
        """Return the fields of a kernel's block from arrays by the names of :attr:`rooms`."""
        from detente.game.kernels.choosing import MenuNumbers  # noqa: PLC0415  loads numba

        numbers = MenuNumbers(**{name: rows[name] for name in MenuNumbers._fields})
        fields = {name: rows[name] for name in ("chance", "tilt", "share_in", "share")}
        return {**fields, "numbers": numbers}

    def fill(
        self,
        rows: Mapping[str, FloatArray],
        terms: ChoiceTerms,
        chance: FloatArray,
        log_of_chance: FloatArray,
        span: FloatArray,
    ) -> None:
        """Write chance, own odds and the numbers of menus of some draws to arrays ``(rows, lanes)``.

        ``terms`` and ``chance`` ``(R, lanes)`` are those of the lanes, ``log_of_chance`` and ``span`` as for
        :func:`log_chance`.
        """
        lanes = chance.shape[1]
        count = self.form.n_branches
        rows["chance"][:count] = chance
        if self.players:
            self._fill_own(rows, terms, log_of_chance, span, lanes)
        if self.menu is None or terms.menus is None:
            return
        if terms.menus.n_draws == 1 and self.filled:
            return  # what all draws have stays where it was written
        self.filled = True
        lists = self.menu.lists
        rows["log_share"][:] = share_logs(lists, terms.menus)
        rows["scale"][:] = scales(lists, terms.menus)
        rows["sharpness"][:] = 1.0 / rows["scale"]

    def _fill_own(
        self,
        rows: Mapping[str, FloatArray],
        terms: ChoiceTerms,
        log_of_chance: FloatArray,
        span: FloatArray,
        lanes: int,
    ) -> None:
        """Write own odds, and how much likelier each mover holds its nodes than the analysts do."""
        from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

        form, count = self.form, self.form.n_branches
        if self.room is None:
            # actions leave the odds as they are
            steps = np.zeros((form.n_actions + count, lanes))
            self.room = steps, np.empty((form.n_nodes, lanes))
        steps, found = self.room
        rows["tilt"][:] = 0.0
        for number, (player, place, node) in enumerate(self.held):
            odds = np.broadcast_to(terms.own[player], (count, lanes))
            rows["chance"][(1 + number) * count : (2 + number) * count] = odds
            steps[form.n_actions :] = log_chance(odds, span) - log_of_chance
            kernels.walk_down(
                form.player, form.first_child, form.n_children, first_step(form), steps, NOBODY, True, found
            )  # fmt: skip
            rows["tilt"][place] = found[node]
