"""Boards: what is compiled once of a crisis, for each starting position, and the games that policies make of it.

A policy is a mask on the actions of the tree of its starting position (:mod:`detente.rules.masks`): the tree is unrolled,
planned and priced once for all of them. Nothing here depends on the values of quantities, so that crises which differ in
those alone share it.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import NamedTuple

import numpy as np

from detente.arrays import BoolArray, FloatArray, Int64Array, IntArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Pledge, Policy
from detente.engine.drawing import DrawMemory, Draws
from detente.engine.kinds import find_menus
from detente.engine.metrics import (
    MetricPlan,
    MoveKeys,
    compile_metrics,
    find_excluded,
    find_move_keys,
)
from detente.game import ExtensiveForm, MenuForm
from detente.linking import Plan, Priced, plan_pricing, price
from detente.linking.planning import Within
from detente.rules import Tree, compile_rules, unroll
from detente.rules.masks import CutTree, TreeMasks
from detente.rules.policies import FREE, AdaptivePolicy, Start, pledgers, start_of
from detente.rules.unrolling import CHANCE

__all__ = ["PRICES", "Board", "Compiled", "GameKey", "Levels", "PolicyGame", "compiled_of"]

GameKey = tuple[Start, bytes, tuple[Pledge, ...]]
"""What tells games of a crisis apart: where they start, the actions that are left where play can come, and what the policy
rests on, as far as that matters."""
Levels = Mapping[str, Int64Array]
"""Levels of mechanisms, as codes of what each reads."""

_LOOSE = frozenset(
    {
        "quantities",
        "policies",
        "digest",
        "overrides",
        "title",
        "summary",
        "scope",
        "disputes",
        "limits",
        "schema_version",
        "folder",
        "sources",
        "facts",
        "correlations",
        "calendar",
        "watched_until",
        "reported",
        "timing",
        "event_rules",
        "indicators",
        "aims",
    }
)
"""Fields of a crisis that tree, plan and masks do not depend on; of ``quantities`` the paths alone."""

_MOST_CRISES = 4
_MOST_BOARDS = 16
_MOST_GAMES = 64
_MOST_PLANS = 4
_MOST_PRICED = 16
_MOST_BYTES = 2**27
"""Room for what two threads price of a crisis with several starting positions, some 20 MB each: less, and they price it again."""


class PolicyGame:
    """A game on a board: the actions that a policy leaves, and a key that equal games share.

    What is left of the tree is cut out when it is first asked for. ``policy`` is the policy where it rests on pledges, and
    ``broken`` ``(T,)`` tells which terminals of the board come of breaking it, where somebody pays for that.
    """

    def __init__(
        self,
        board: "Board",
        allowed: BoolArray,
        policy: Policy = FREE,
        broken: BoolArray | None = None,
    ) -> None:
        self.board, self.allowed = board, allowed
        self.policy = policy
        self.broken = broken
        self.key: GameKey = (board.start, np.packbits(allowed).tobytes(), policy.pledges)
        self._plans: OrderedDict[tuple[bool, MoveKeys], MetricPlan] = OrderedDict()

    @property
    def came_up(self) -> frozenset[tuple[str, int]]:
        """The pairs of phase and round in which a choice that the board has is reached."""
        return self.board.masks.came_up(self.allowed)

    @cached_property
    def cut(self) -> CutTree:
        """The tree that is left."""
        return self.board.masks.cut(self.allowed)

    @cached_property
    def _paid(self) -> IntArray:
        """Payoff class of each terminal that is left, twice itself, and one more where the policy was broken."""
        paid = 2 * self.board.tree.payoff_class[self.cut.terminals].astype(np.intp)
        return paid if self.broken is None else paid + self.broken[self.cut.terminals]

    @cached_property
    def _kinds(self) -> IntArray:
        return np.unique(self._paid)

    @property
    def classes(self) -> IntArray:
        """The payoff classes of the board that are left, sorted; one stands twice if some of its terminals broke the policy."""
        return self._kinds // 2

    @property
    def classes_broken(self) -> BoolArray:
        """Which of :attr:`classes` are those of terminals that broke the policy."""
        return np.asarray(self._kinds % 2 == 1)

    @property
    def within(self) -> Within:
        """The part of the board that is left."""
        events = self.cut.info_set[self.cut.player == CHANCE]
        return Within(classes=np.unique(self.classes).astype(np.int64), events=np.unique(events))

    @cached_property
    def form(self) -> ExtensiveForm:
        """The game form; its payoff classes are places in ``classes``."""
        tree, cut = self.board.tree, self.cut
        return ExtensiveForm.from_arrays(
            cut.player,
            cut.first_child,
            cut.n_children,
            cut.info_set,
            tree.info_set_player[cut.info_sets],
            cut.action_offset,
            tree.chance_offset,
            cut.terminal_node,
            np.searchsorted(self._kinds, self._paid),
            len(tree.players),
        )

    @cached_property
    def menus(self) -> MenuForm | None:
        """Which options of its information sets stand in which nest; None where all menus are plain."""
        tree, crisis = self.board.tree, self.board.crisis
        number = {name: place for place, name in enumerate(crisis.instruments)}
        labels = (tree.action_label[action] for action in self.cut.actions.tolist())
        return find_menus(
            crisis, self.form, np.array([number[name] for name in labels], dtype=np.intp)
        )

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The metrics of outcomes that no play that is left ends in, whatever the numbers."""
        return frozenset(find_excluded(self.board.tree, self.board.crisis, self.cut.terminals))

    @cached_property
    def moves(self) -> MoveKeys:
        """The moves that occur in it."""
        return find_move_keys(self.board.tree, self.board.crisis, self.cut.terminals)

    def measures(self, moves: MoveKeys, *, with_levels: bool) -> MetricPlan:
        """Return what measures it: with metrics of some moves, with those of levels and payoffs or without."""
        key = (with_levels, moves)
        found = self._plans.get(key)
        if found is None:
            found = compile_metrics(
                self.board.tree,
                self.board.crisis,
                moves,
                terminals=self.cut.terminals,
                with_levels=with_levels,
                broken=self.broken,
            )
            self._plans[key] = found
            while len(self._plans) > 4:
                self._plans.popitem(last=False)
        return found


class Board:
    """The tree of a crisis from one starting position, with what prices and measures it; may be shared by threads.

    Parameters
    ----------
    crisis
        The crisis; its values play no part.
    start
        What is changed in the state that the game starts from, as of :func:`detente.rules.policies.start_of`.
    first_round
        Round in which the game starts.
    uncertain
        Players who know whether the policy binds, where that is uncertain: nature draws it with the types.
    """

    def __init__(
        self,
        crisis: Crisis,
        start: Start,
        *,
        first_round: int = 1,
        uncertain: tuple[str, ...] = (),
    ) -> None:
        self.crisis, self.start, self.first_round = crisis, start, first_round
        self.uncertain = uncertain
        policy = Policy(id="", label="", state=dict(start))
        rules = compile_rules(
            crisis,
            policy=policy if start else None,
            first_round=first_round,
            uncertain=uncertain,
        )
        self.tree: Tree = unroll(rules)
        self.masks = TreeMasks(self.tree)
        self._lock = threading.RLock()
        self._plans: OrderedDict[tuple[object, ...], Plan] = OrderedDict()
        self._bases: dict[tuple[object, ...], Plan | None] = {}  # kept, so that keys stay theirs
        self._games: OrderedDict[GameKey, PolicyGame] = OrderedDict()

    def plan(
        self, levels: Levels, *, base: Plan | None = None, within: Within | None = None
    ) -> Plan:
        """Return how the board is priced.

        Parameters
        ----------
        levels
            Levels at which mechanisms are evaluated besides those that payoffs need.
        base
            Plan of another board, to share the prices of mechanisms with.
        within
            The part of the tree to price; all by default.
        """
        part = None if within is None else (within.classes.tobytes(), within.events.tobytes())
        asked = tuple((name, codes.tobytes()) for name, codes in sorted(levels.items()))
        key = (id(base), part, *asked)
        with self._lock:
            if key not in self._plans:
                found = plan_pricing(
                    self.tree, self.crisis, reachable=levels, base=base, within=within
                )
                self._plans[key] = found
                self._bases[key] = base
            self._plans.move_to_end(key)
            while len(self._plans) > _MOST_PLANS:
                self._bases.pop(self._plans.popitem(last=False)[0])
            return self._plans[key]

    def game(self, policy: Policy | AdaptivePolicy) -> PolicyGame:
        """Return the game that a policy makes of the board.

        Raises
        ------
        UsageError
            ``policy-invalid`` for a signal that is no instrument.
        """
        allowed = self.masks.allowed(policy)
        if isinstance(policy, AdaptivePolicy) or not policy.pledges:
            game = PolicyGame(self, allowed)
        else:
            pays = any(pledge.broken for pledge in policy.pledges) and bool(self.uncertain)
            broken = self.masks.breaches(policy, allowed) if pays else None
            game = PolicyGame(self, allowed, policy, broken)
        with self._lock:
            game = self._games.setdefault(game.key, game)
            self._games.move_to_end(game.key)
            while len(self._games) > _MOST_GAMES:
                self._games.popitem(last=False)
        return game


class Compiled:
    """What is compiled of a crisis, whatever the values of its quantities; may be shared by threads."""

    def __init__(self, crisis: Crisis) -> None:
        self.crisis = crisis
        self.drawn = DrawMemory()
        self._lock = threading.RLock()
        self._boards: OrderedDict[tuple[Start, int, tuple[str, ...]], Board] = OrderedDict()

    def fits(self, crisis: Crisis) -> bool:
        """Tell whether a crisis differs from this one in values and words alone."""
        mine = self.crisis
        return mine.quantities.keys() == crisis.quantities.keys() and all(
            getattr(mine, name) is getattr(crisis, name)
            or getattr(mine, name) == getattr(crisis, name)
            for name in _TIGHT
        )

    def board(
        self, start: Start, *, first_round: int = 1, uncertain: tuple[str, ...] = ()
    ) -> Board:
        """Return the board of a starting position; ``uncertain`` are the pledgers of a policy that may not hold."""
        key = (start, first_round, uncertain)
        with self._lock:
            if key not in self._boards:
                self._boards[key] = Board(
                    self.crisis, start, first_round=first_round, uncertain=uncertain
                )
            self._boards.move_to_end(key)
            while len(self._boards) > _MOST_BOARDS:
                self._boards.popitem(last=False)
            return self._boards[key]

    def game(self, crisis: Crisis, policy: Policy | AdaptivePolicy | None) -> PolicyGame:
        """Return the game that a policy makes of a crisis that fits."""
        given = FREE if policy is None else policy
        if isinstance(given, AdaptivePolicy):
            return self.board(start_of(crisis, given.start)).game(given)
        uncertain = pledgers(crisis, given)
        return self.board(start_of(crisis, given), uncertain=uncertain).game(given)


_TIGHT = tuple(item.name for item in fields(Crisis) if item.name not in _LOOSE)


class _PriceMemory:
    """The latest prices, a stretch of draws each; bounded by number and size."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[int, int, int, int], _Remembered] = OrderedDict()

    def price(self, plan: Plan, draws: Draws, base: Priced | None) -> Priced:
        """Price a plan; what was priced last for the same stretch of draws is used as far as it holds."""
        key = (id(plan), draws.seed, draws.first, draws.n_draws)
        with self._lock:
            last = self._known.get(key)
            if last is not None:
                self._known.move_to_end(key)
        if last is None:
            found = price(plan, draws.as_mapping(), base=base)
        elif last.base is base and _same_memory(last.values, draws.values):
            return last.priced
        else:
            found = price(plan, draws.as_mapping(), base=base, last=last.priced)
        with self._lock:
            self._known[key] = _Remembered(found, base, draws.values, _size(found))
            self._known.move_to_end(key)
            while len(self._known) > 1 and (
                len(self._known) > _MOST_PRICED
                or sum(item.size for item in self._known.values()) > _MOST_BYTES
            ):
                self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()


class _Remembered(NamedTuple):
    priced: Priced
    base: Priced | None
    values: FloatArray
    size: int


def _same_memory(one: FloatArray, other: FloatArray) -> bool:
    """Tell whether two arrays are the same part of memory, which nobody writes to."""
    if one.flags.writeable or other.flags.writeable:
        return False
    return one.__array_interface__ == other.__array_interface__


PRICES = _PriceMemory()
"""The latest prices of all crises."""

_KNOWN: list[Compiled] = []
_LOCK = threading.Lock()


def compiled_of(crisis: Crisis) -> Compiled:
    """Return what is compiled of a crisis: what another crisis left that differs in values alone, or something new."""
    with _LOCK:
        found = next((item for item in _KNOWN if item.fits(crisis)), None)
        if found is None:
            found = Compiled(crisis)
        else:
            _KNOWN.remove(found)
        _KNOWN.insert(0, found)
        del _KNOWN[_MOST_CRISES:]
        return found


def _size(priced: Priced) -> int:
    """Bytes that a block's prices hold."""
    arrays = [
        priced.parts,
        priced.chance_probs,
        *priced.own_odds.values(),
        *priced.prices.values(),
    ]
    arrays += [array for outputs in priced.outputs.values() for array in outputs.values()]
    return sum(array.nbytes for array in arrays)
