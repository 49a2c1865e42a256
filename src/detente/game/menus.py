r"""Menus: which options of an information set are of a kind, how much each counts, and how alike those of a kind are.

A menu is a list of entries; an entry is an option or a *nest*, and a nest holds a list of its own. Weights count within
their list: divided by its sum they are the *shares* :math:`q`. A nest has a *similarity* :math:`s`, and
:math:`\theta = 1 - s` is its dissimilarity. With the scale :math:`t = 1` for the menu and :math:`t_m = \theta_m t` for a
nest in a list of scale :math:`t`, and :math:`x_a = \lambda u_I(a)` at options, going up

.. math:: x_m = t_m \log \sum_{c \in m} q_c\, e^{x_c / t_m}, \qquad \sigma(c \mid m) = q_c\, e^{(x_c - x_m) / t_m},

and an option is picked with the product of these shares over the lists above it. Because shares sum to one, the value of
a nest is a mean of its entries: a nest counts as one option however many it holds. See :doc:`/explanation/agent-qre`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray, Int64Array, IntArray
from detente.errors import GameError, refuse
from detente.game.form import ExtensiveForm
from detente.game.payoffs import DrawRows, take_draws
from detente.summaries import html_fields, text_fields

__all__ = ["LARGEST_SIMILARITY", "Entry", "MenuForm", "Menus"]

Entry = str | Mapping[str, Any]
"""An entry of a menu as it stands in a file: see :meth:`Menus.from_lists`."""

LARGEST_SIMILARITY = 0.98
"""Largest similarity of a nest. At 1 a nest would play its best option alone: no choice that errs, and none that is smooth."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class MenuForm:
    """Which options stand in which nest, for the information sets that have a menu; others are plain lists.

    It belongs to a form as information sets do; weights and similarities are no part of it, since they change from draw
    to draw. Make one with :meth:`from_arrays`, which checks it. ``E`` entries, ``N`` nests.

    Attributes
    ----------
    holder
        The nest whose list holds each entry, shape ``(E,)``; -1 for the list of the information set itself.
    action
        The action, on the form's flat axis, that each entry is, shape ``(E,)``; -1 if it is a nest.
    nest
        The nest that each entry is, shape ``(E,)``; -1 if it is an option.
    info_set
        The information set that each entry belongs to, shape ``(E,)``.
    weight_row, similarity_row
        Where the weight of each entry ``(E,)`` and the similarity of each nest ``(N,)`` stand among the numbers of the
        menus: entries and nests of a kind have them in common.
    nest_label
        Names of the nests, for people.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    holder: Int64Array
    action: Int64Array
    nest: Int64Array
    info_set: Int64Array
    weight_row: Int64Array
    similarity_row: Int64Array
    nest_label: tuple[str, ...]

    @property
    def n_entries(self) -> int:
        """Number of entries of all lists."""
        return self.holder.size

    @property
    def n_nests(self) -> int:
        """Number of nests."""
        return len(self.nest_label)

    @property
    def parent(self) -> Int64Array:
        """The nest that holds each nest, shape ``(N,)``; -1 for none."""
        above = np.full(self.n_nests, -1, dtype=np.int64)
        is_nest = self.nest >= 0
        above[self.nest[is_nest]] = self.holder[is_nest]
        return above

    @property
    def depth(self) -> Int64Array:
        """How many nests each nest stands in, shape ``(N,)``."""
        parent = self.parent
        depth = np.zeros(self.n_nests, dtype=np.int64)
        above = parent.copy()
        while (above >= 0).any():
            depth += above >= 0
            above = np.where(above >= 0, parent[above], -1)
        return depth

    @classmethod
    def from_arrays(
        cls,
        form: ExtensiveForm,
        *,
        holder: ArrayLike,
        action: ArrayLike,
        nest: ArrayLike,
        nest_label: Sequence[str] = (),
        weight_row: ArrayLike | None = None,
        similarity_row: ArrayLike | None = None,
    ) -> "MenuForm":
        """Check the lists against a form and keep them; see the class for the arrays.

        Without ``weight_row`` and ``similarity_row`` every entry has a row of weights and every nest one of similarities.

        Raises
        ------
        GameError
            ``menu-invalid`` if a set has some of its options in lists and others not, or one twice, if a nest is empty,
            stands twice or in itself, or holds options of several sets.

        Examples
        --------
        A car, or one of two buses, which are a nest of their own:

        >>> from detente.game import GameBuilder
        >>> builder = GameBuilder(["traveller"])
        >>> root = builder.decision(None, player="traveller", info_set="way", actions=["car", "red", "blue"])
        >>> for way in ("car", "red", "blue"):
        ...     _ = builder.terminal((root, way), payoffs=[1.0])
        >>> form = builder.build().form
        >>> menu = MenuForm.from_arrays(
        ...     form, holder=[-1, -1, 0, 0], action=[0, -1, 1, 2], nest=[-1, 0, -1, -1], nest_label=["bus"]
        ... )
        >>> menu.info_set.tolist()
        [0, 0, 0, 0]
        """
        arrays = [
            _vector(name, values)
            for name, values in (("holder", holder), ("action", action), ("nest", nest))
        ]
        inside, option, opens = arrays
        if not inside.size == option.size == opens.size:
            _refuse(
                f"holder, action and nest have {inside.size}, {option.size} and {opens.size} entries",
                fix="give one entry of each for every option and every nest",
            )
        count = int(max(opens.max(initial=-1), inside.max(initial=-1))) + 1
        labels = tuple(nest_label) or tuple(str(number + 1) for number in range(count))
        count = len(labels)
        _check_range("action", option, form.n_actions)
        _check_range("nest", opens, count)
        _check_range("holder", inside, count)
        both = (option >= 0) == (opens >= 0)
        if both.any():
            _refuse(
                f"entry {int(np.flatnonzero(both)[0])} is not either an option or a nest",
                fix="give an entry an action, or a nest, and -1 for the other",
            )
        _check_nests(inside, opens, labels)
        info_set = _sets(form, inside, option, opens, labels)
        _check_options(form, option, info_set)
        return cls(
            holder=inside,
            action=option,
            nest=opens,
            info_set=info_set,
            weight_row=_rows("weight_row", weight_row, option.size),
            similarity_row=_rows("similarity_row", similarity_row, count),
            nest_label=labels,
        )

    def pick(self, form: ExtensiveForm, action: IntArray) -> "MenuForm":
        """Return the menus of a form that has some actions of this one.

        ``action`` is the action of this form that each action of the other one is. A nest without any of them is gone.
        """
        place = np.full(max(int(self.action.max(initial=-1)), int(action.max(initial=-1))) + 1, -1)
        place[action] = np.arange(action.size)
        option = np.where(self.action >= 0, place[np.maximum(self.action, 0)], -1)
        kept = option >= 0
        used = np.zeros(self.n_nests, dtype=np.bool_)
        holder = self.holder[kept]
        parent = self.parent
        while (holder := np.unique(holder[holder >= 0])).size:
            used[holder] = True
            holder = parent[holder]
        kept |= (self.nest >= 0) & used[np.maximum(self.nest, 0)] if self.n_nests else kept
        nests = np.flatnonzero(used)
        number = np.append(np.cumsum(used) - 1, -1)  # -1, no nest, stays -1
        entries = np.flatnonzero(kept)
        options = np.flatnonzero(option >= 0)
        renamed = np.zeros(int(self.info_set.max(initial=-1)) + 1, dtype=np.int64)
        owner = np.searchsorted(form.action_offset, option[options], side="right") - 1
        renamed[self.info_set[options]] = owner
        return MenuForm(
            holder=number[self.holder[entries]],
            action=option[entries],
            nest=number[self.nest[entries]],
            info_set=renamed[self.info_set[entries]],
            weight_row=self.weight_row[entries],
            similarity_row=self.similarity_row[nests],
            nest_label=tuple(self.nest_label[item] for item in nests),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Menus:
    """Menus with their numbers, by draw; make one with :meth:`from_numbers` or :meth:`from_lists`, which check them.

    Attributes
    ----------
    form
        Which options stand in which nest.
    weight
        How much entries count within their list, shape ``(W, D or 1)``, above 0; the form's ``weight_row`` tells which row.
    similarity
        How alike the entries of nests are, shape ``(S, D or 1)``, from 0 to 0.98; see ``similarity_row``.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    form: MenuForm
    weight: FloatArray
    similarity: FloatArray

    @classmethod
    def from_numbers(
        cls, form: MenuForm, *, similarity: ArrayLike, weight: ArrayLike = 1.0
    ) -> "Menus":
        """Check weights and similarities and keep them with the lists that they belong to.

        Parameters
        ----------
        form
            The lists.
        similarity
            One number for all nests, or by the rows that the nests name, shape ``(S,)`` or ``(S, D)``.
        weight
            One number for all entries, or by the rows that the entries name, shape ``(W,)`` or ``(W, D)``.

        Raises
        ------
        GameError
            ``menu-invalid`` for a similarity outside 0 to 0.98, a weight that is not above 0 and finite, or arrays that do
            not fit the lists.
        """
        weights = _numbers("weight", weight, int(form.weight_row.max(initial=-1)) + 1)
        alike = _numbers("similarity", similarity, int(form.similarity_row.max(initial=-1)) + 1)
        low = ~((weights > 0.0) & (weights <= _MOST_WEIGHT))
        if low.any():
            _refuse(
                f"a weight is {weights[low][0]}",
                at=f"weight[{int(np.nonzero(low)[0][0])}]",
                fix="give weights above 0; leave out options that may not be taken",
            )
        wrong = ~((alike >= 0.0) & (alike <= LARGEST_SIMILARITY))
        if wrong.any():
            number = int(np.nonzero(wrong)[0][0])
            named = np.flatnonzero(form.similarity_row == number)
            name = f" of nest {form.nest_label[named[0]]!r}" if named.size else ""
            _refuse(
                f"the similarity{name} is {alike[wrong][0]}",
                at=f"similarity[{number}]",
                fix=f"give a similarity from 0 to {LARGEST_SIMILARITY}; entries that are the same are copies: give them "
                "a nest of their own with any similarity",
            )
        sizes = {weights.shape[1], alike.shape[1]} - {1}
        if len(sizes) > 1:
            _refuse(
                f"weight has {weights.shape[1]} draws where similarity has {alike.shape[1]}",
                fix="give both the same number of draws, or one for all",
            )
        return cls(form=form, weight=weights, similarity=alike)

    @classmethod
    def from_lists(cls, form: ExtensiveForm, lists: Mapping[int, Sequence[Entry]]) -> "Menus":
        """Return the menus that nested lists describe, as they stand in a file.

        Parameters
        ----------
        form
            The game tree.
        lists
            For the information sets that have a menu, by number, a list of entries: the label of an option,
            ``{"option": label, "weight": w}``, or ``{"nest": name, "similarity": s, "weight": w, "of": [entries]}``.

        Raises
        ------
        GameError
            ``menu-invalid`` with the set whose menu is wrong.

        Examples
        --------
        >>> from detente.game import GameBuilder
        >>> builder = GameBuilder(["traveller"])
        >>> root = builder.decision(None, player="traveller", info_set="way", actions=["car", "red", "blue"])
        >>> for way in ("car", "red", "blue"):
        ...     _ = builder.terminal((root, way), payoffs=[1.0])
        >>> form = builder.build().form
        >>> menus = Menus.from_lists(form, {0: ["car", {"nest": "bus", "similarity": 0.6, "of": ["red", "blue"]}]})
        >>> menus.form.nest_label, menus.similarity[:, 0].tolist()
        (('bus',), [0.6])
        """
        reader = _Reader(form)
        for which, entries in lists.items():
            reader.read(which, entries)
        weight, weight_row = np.unique(reader.weight, return_inverse=True)
        similarity, similarity_row = np.unique(reader.similarity, return_inverse=True)
        structure = MenuForm.from_arrays(
            form,
            holder=reader.holder,
            action=reader.action,
            nest=reader.nest,
            nest_label=reader.labels,
            weight_row=weight_row.reshape(-1),
            similarity_row=similarity_row.reshape(-1),
        )
        return cls.from_numbers(structure, weight=weight, similarity=similarity)

    @property
    def n_draws(self) -> int:
        """Number of draws, 1 if all have the same numbers."""
        return int(max(self.weight.shape[1], self.similarity.shape[1]))

    def pick_draws(self, draws: DrawRows) -> "Menus":
        """Return the menus of some draws only."""
        return Menus(
            form=self.form,
            weight=take_draws(self.weight, draws),
            similarity=take_draws(self.similarity, draws),
        )

    def pick_actions(self, form: ExtensiveForm, action: IntArray) -> "Menus | None":
        """Return the menus of a form that has some of the actions, see :meth:`MenuForm.pick`; None if none is left.

        Weights stay as they are: shares are of the entries that are left.
        """
        smaller = self.form.pick(form, action)
        if not smaller.n_entries:
            return None
        return Menus(form=smaller, weight=self.weight, similarity=self.similarity)

    def lists_of(self, form: ExtensiveForm) -> dict[int, list[Any]]:
        """Return the menus of one draw as nested lists, the form that :meth:`from_lists` takes."""
        menu = self.form
        inside: dict[int, list[Any]] = {number: [] for number in range(menu.n_nests)}
        top: dict[int, list[Any]] = {}
        for entry in range(menu.n_entries):
            weight = float(self.weight[menu.weight_row[entry], 0])
            if menu.action[entry] >= 0:
                label = form.action_label[menu.action[entry]]
                item: Any = label if weight == 1.0 else {"option": label, "weight": weight}
            else:
                number = int(menu.nest[entry])
                item = {
                    "nest": menu.nest_label[number],
                    "similarity": float(self.similarity[menu.similarity_row[number], 0]),
                    "weight": weight,
                    "of": inside[number],
                }
            holder = int(menu.holder[entry])
            which = int(menu.info_set[entry])
            into = inside[holder] if holder >= 0 else top.setdefault(which, [])
            into.append(item)
        return top


_MOST_WEIGHT = 1e100


class _Reader:
    """Collects entries from nested lists."""

    def __init__(self, form: ExtensiveForm) -> None:
        self.form = form
        self.holder: list[int] = []
        self.action: list[int] = []
        self.nest: list[int] = []
        self.weight: list[float] = []
        self.similarity: list[float] = []
        self.labels: list[str] = []
        self.at = ""

    def read(self, which: int, entries: object) -> None:
        """Take up the menu of an information set."""
        form = self.form
        if not 0 <= which < form.n_info_sets:
            _refuse(
                f"there is no information set {which}",
                fix=f"use numbers from 0 to {form.n_info_sets - 1}",
            )
        self.at = f"menu of {form.info_set_label[which]!r}"
        first, last = int(form.action_offset[which]), int(form.action_offset[which + 1])
        place = {label: first + n for n, label in enumerate(form.action_label[first:last])}
        stack: list[tuple[object, int]] = [(entries, -1)]
        while stack:
            items, holder = stack.pop()
            if not isinstance(items, Sequence) or isinstance(items, str) or not items:
                _refuse(
                    f"{_short(items)} is no list of entries",
                    at=self.at,
                    fix="give the options of the set, or nests of them, as a list that is not empty",
                )
            for item in items:
                inner = self.entry(item, holder, place)
                if inner is not None:
                    stack.append(inner)

    def entry(
        self, item: object, holder: int, place: Mapping[str, int]
    ) -> tuple[object, int] | None:
        """Take up one entry; return the list of a nest and its number."""
        if isinstance(item, str):
            item = {"option": item}
        if not isinstance(item, Mapping) or ("option" in item) == ("nest" in item):
            _refuse(
                f"{_short(item)} is no entry of a menu",
                at=self.at,
                fix='write an option, {"option": ..., "weight": ...} or '
                '{"nest": ..., "similarity": ..., "weight": ..., "of": [...]}',
            )
        known = {"option", "weight"} if "option" in item else {"nest", "similarity", "weight", "of"}
        strange = [key for key in item if key not in known]
        if strange:
            _refuse(
                f"an entry of a menu has the key {_short(strange[0])}",
                at=self.at,
                fix=f"use {', '.join(sorted(known))}",
            )
        self.holder.append(holder)
        self.weight.append(self.number(item.get("weight", 1.0), "weight"))
        if "option" in item:
            label = item["option"]
            if label not in place:
                _refuse(
                    f"there is no option {_short(label)}",
                    at=self.at,
                    fix=f"use {', '.join(map(repr, place))}",
                )
            self.action.append(place[label])
            self.nest.append(-1)
            return None
        name = item["nest"]
        if not isinstance(name, str):
            _refuse(f"{_short(name)} is no name of a nest", at=self.at, fix="give the nest a name")
        number = len(self.labels)
        self.labels.append(name)
        self.similarity.append(self.number(item.get("similarity"), "similarity"))
        self.action.append(-1)
        self.nest.append(number)
        return item.get("of"), number

    def number(self, value: object, name: str) -> float:
        """Return a number of an entry; its size is checked with those of all others."""
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
            _refuse(
                f"a {name} is {_short(value)}",
                at=self.at,
                fix=f"give the {name} as a number",
            )
        if (name == "similarity" and not 0.0 <= value <= LARGEST_SIMILARITY) or (
            name == "weight" and not 0.0 < value <= _MOST_WEIGHT
        ):
            span = "above 0" if name == "weight" else f"from 0 to {LARGEST_SIMILARITY}"
            _refuse(f"a {name} is {value}", at=self.at, fix=f"give a {name} {span}")
        return float(value)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "..."


def _refuse(message: str, *, fix: str, at: str = "menus") -> NoReturn:
    refuse(message, code="menu-invalid", at=at, fix=fix, error=GameError)


def _vector(name: str, values: ArrayLike) -> Int64Array:
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        _refuse(
            f"{name} has shape {array.shape} and type {array.dtype}",
            at=name,
            fix="pass a one-dimensional array of integers",
        )
    return array.astype(np.int64)


def _rows(name: str, values: ArrayLike | None, count: int) -> Int64Array:
    """Return which number each entry or nest has: its own unless somebody says so."""
    if values is None:
        return np.arange(count)
    rows = _vector(name, values)
    if rows.size != count or (rows < 0).any():
        _refuse(
            f"{name} has {rows.size} entries for {count}, or a negative one",
            at=name,
            fix="name one row of numbers for each",
        )
    return rows


def _check_range(name: str, index: Int64Array, count: int) -> None:
    wrong = (index < -1) | (index >= count)
    if wrong.any():
        entry = int(np.flatnonzero(wrong)[0])
        _refuse(
            f"{name} is {index[entry]} at entry {entry}, of {count}",
            at=f"{name}[{entry}]",
            fix=f"use numbers from 0 to {count - 1}, or -1 for none",
        )


def _check_nests(holder: Int64Array, nest: Int64Array, labels: tuple[str, ...]) -> None:
    """Refuse nests that are empty, stand in no list or in several, or in themselves."""
    count = len(labels)
    stands = np.bincount(nest[nest >= 0], minlength=count)
    if (stands != 1).any():
        number = int(np.flatnonzero(stands != 1)[0])
        _refuse(
            f"nest {labels[number]!r} is an entry {stands[number]} times",
            fix="let every nest stand in one list, once",
        )
    holds = np.bincount(holder[holder >= 0], minlength=count)
    if (holds == 0).any():
        number = int(np.flatnonzero(holds == 0)[0])
        _refuse(f"nest {labels[number]!r} is empty", fix="give it an option, or leave it out")
    parent = np.full(count, -1, dtype=np.int64)
    parent[nest[nest >= 0]] = holder[nest >= 0]
    above = parent.copy()
    for _ in range(count):
        if not (above >= 0).any():
            return
        above = np.where(above >= 0, parent[above], -1)
    if (above >= 0).any():
        number = int(np.flatnonzero(above >= 0)[0])
        _refuse(f"nest {labels[number]!r} stands in itself", fix="let nests hold others in a tree")


def _sets(
    form: ExtensiveForm,
    holder: Int64Array,
    action: Int64Array,
    nest: Int64Array,
    labels: tuple[str, ...],
) -> Int64Array:
    """Return the information set of each entry; refuse a nest that holds options of several."""
    owner = np.repeat(np.arange(form.n_info_sets), np.diff(form.action_offset))
    info_set = np.where(action >= 0, owner[np.maximum(action, 0)] if owner.size else -1, -1)
    of_nest = np.full(len(labels), -1, dtype=np.int64)
    for _ in range(len(labels) + 1):
        known = (holder >= 0) & (info_set >= 0)
        of_nest[holder[known]] = info_set[known]
        wrong = known & (of_nest[np.maximum(holder, 0)] != info_set) if labels else known
        if wrong.any():
            number = int(holder[np.flatnonzero(wrong)[0]])
            _refuse(
                f"nest {labels[number]!r} holds options of several information sets",
                fix="give every information set nests of its own",
            )
        open_nests = (nest >= 0) & (info_set < 0)
        if not open_nests.any():
            break
        info_set[open_nests] = of_nest[nest[open_nests]]
    return info_set


def _check_options(form: ExtensiveForm, action: Int64Array, info_set: Int64Array) -> None:
    """Refuse a set with a menu that has some option not exactly once."""
    count = np.bincount(action[action >= 0], minlength=form.n_actions)
    owner = np.repeat(np.arange(form.n_info_sets), np.diff(form.action_offset))
    has_menu: BoolArray = np.zeros(form.n_info_sets, dtype=np.bool_)
    has_menu[info_set] = True
    wrong = has_menu[owner] & (count != 1) if owner.size else np.zeros(0, dtype=np.bool_)
    if wrong.any():
        which = int(np.flatnonzero(wrong)[0])
        _refuse(
            f"option {form.action_label[which]!r} stands in the menu {count[which]} times",
            at=f"menu of {form.info_set_label[owner[which]]!r}",
            fix="put every option of the set in its menu, once",
        )


def _numbers(name: str, values: ArrayLike, count: int) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        array = np.full((count, 1), float(array))
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[0] < count:
        _refuse(
            f"{name} has shape {np.shape(values)}",
            at=name,
            fix=f"pass one number, or an array of shape ({count},) or ({count}, D)",
        )
    return array
