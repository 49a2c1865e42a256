"""Decisions: every choice of a solved game in numbers: when it comes up, what is chosen, what it is worth, and what hangs on it.

All cases of the ensemble are one mixture, bots in all seats; what a move is worth is by the analysts' odds
(:doc:`/decisions/0130-teaching-and-design`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente.arrays import BoolArray, FloatArray, IntArray
from detente.engine.engine import find_game
from detente.play.rulebooks import Rulebook
from detente.rules.unrolling import CHANCE

__all__ = ["ActionTable", "DecisionTable", "SeatDecision", "WeighedMove"]

_NONE = 1e-12
"""What is less likely than this is not computed with: it would be a quotient of roundings."""

_TIED = 1e-6
"""Stakes by which worths differ that are the same but for rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeighedMove:
    """A move of a decision: how likely it is where it is open, and how the game ends after it.

    ``open`` is the chance that the decision comes up with it open; ``types`` how likely the mover is of each type then, and
    ``by_type`` how likely each type makes it; ``most`` the largest chance in any case; ``ever_best`` whether it is worth most for some type, in some case, at something that its mover may know.
    """

    instrument: str
    open: float
    chance: float
    types: Mapping[str, float]
    by_type: Mapping[str, float]
    ends: Mapping[str, float]
    most: float
    ever_best: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeatDecision:
    """A choice of a player in a phase of a round.

    ``comes_up`` is the chance that the player has it; ``hangs`` the expected total variation between the ends before and after it,
    times that chance; ``swing`` the total variation between the ends after the move worth most and the second, and ``gain`` the
    stakes between these two, both as far as the mover knows. Moves stand the likeliest first.
    """

    player: str
    round: int
    phase: str
    comes_up: float
    hangs: float
    swing: float
    gain: float
    moves: tuple[WeighedMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActionTable:
    """By action of the solved game, what the table of decisions is made of.

    ``made`` and ``reached`` ``(A, D)`` are the chances that it is made and that its information set comes up, ``worth`` ``(A, D)`` is
    in stakes, minus infinity where it is never made; ``ends`` ``(A, n_outcomes)`` over all cases, not normalised.
    """

    made: FloatArray
    reached: FloatArray
    worth: FloatArray
    ends: FloatArray


class DecisionTable:
    """Every decision of the game that a session of a rulebook starts.

    Parameters
    ----------
    book
        The rulebook; it is solved when something is first asked for.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book, self.opening = book, book.opening()
        game = find_game(book.engine, book.policy)
        self._tree, self._cut = game.board.tree, game.cut

    @cached_property
    def all(self) -> tuple[SeatDecision, ...]:
        """Decisions in the order of play."""
        groups: dict[tuple[int, int, int, int], list[int]] = {}
        tree = self._tree
        for number, known in enumerate(self._cut.info_sets.tolist()):
            key = (
                int(tree.info_set_round[known]),
                int(tree.info_set_phase[known]),
                int(tree.info_set_move[known]),
                int(tree.info_set_player[known]),
            )
            groups.setdefault(key, []).append(number)
        found = [self._decision(key, np.array(groups[key])) for key in sorted(groups)]
        return tuple(item for item in found if item.comes_up > _NONE)

    @cached_property
    def turns(self) -> tuple[float, int]:
        """Turns of the average run, and of the longest."""
        at = self._turn[self.opening.root.form.terminal_node]
        share = self.opening.root.reach.mean(axis=1)
        return float((at * share).sum()), int(at[share > _NONE].max())

    def choices(self, player: str) -> tuple[float, int]:
        """Return how many choices a player has in the average run, and in the run with most."""
        number = self._tree.players.index(player)
        mine = np.asarray(self._cut.player) == number
        depth = np.zeros(mine.size, dtype=np.intp)
        for nodes in self.opening.levels:
            above = self.opening.root.form.parent[nodes]
            depth[nodes] = depth[above] + mine[above]
        at = depth[self.opening.root.form.terminal_node]
        share = self.opening.root.reach.mean(axis=1)
        return float((at * share).sum()), int(at[share > _NONE].max())

    def longest(self, rounds: int) -> int:
        """Return the turns of the longest run up to the end of a round."""
        seen = np.asarray(self._round) <= rounds
        return int(self._turn[seen].max())

    # --- inside ------------------------------------------------------------------------------------------------------

    @cached_property
    def _round(self) -> IntArray:
        """Round of the latest choice at or above each node; 0 before the first."""
        return self._walk[0]

    @cached_property
    def _turn(self) -> IntArray:
        """Number of phases with a choice that have begun at or above each node."""
        return self._walk[1]

    @cached_property
    def _walk(self) -> tuple[IntArray, IntArray]:
        cut, tree = self._cut, self._tree
        decides = np.asarray(cut.player) >= 0
        known = np.asarray(cut.info_sets)[np.where(decides, cut.info_set, 0)]
        place = np.where(
            decides, tree.info_set_round[known] * 1000 + tree.info_set_phase[known], -1
        ).astype(np.intp)
        turn = decides.astype(np.intp)
        for nodes in self.opening.levels:
            above = self.opening.root.form.parent[nodes]
            begins = (place[nodes] >= 0) & (place[nodes] != place[above])
            place[nodes] = np.where(place[nodes] >= 0, place[nodes], place[above])
            turn[nodes] = turn[above] + begins
        return np.maximum(place, 0) // 1000, turn

    @cached_property
    def table(self) -> ActionTable:
        """The numbers of every action."""
        cut, opening = self._cut, self.opening
        form, reach = opening.root.form, opening.root.reach
        mover = np.asarray(cut.player)[np.maximum(form.parent, 0)]
        below = np.flatnonzero((form.parent >= 0) & (mover >= 0) & (mover != CHANCE))
        above = form.parent[below]
        action = (
            np.asarray(cut.action_offset)[np.asarray(cut.info_set)[above]]
            + below
            - np.asarray(cut.first_child)[above]
        ).astype(np.intp)
        count = int(cut.action_offset[-1])
        made, paid = np.zeros((count, reach.shape[1])), np.zeros((count, reach.shape[1]))
        np.add.at(made, action, opening.mass[below])
        for player in range(len(self._tree.players)):
            mine = mover[below] == player
            worth = opening.gather(reach * self.book.payoffs[:, player, :])
            np.add.at(paid, action[mine], worth[below[mine]])
        onehot = np.eye(len(opening.root.outcomes))[opening.root.outcome]
        after = opening.gather(onehot * reach.mean(axis=1)[:, None])
        ends = np.zeros((count, onehot.shape[1]))
        np.add.at(ends, action, after[below])
        reached = np.add.reduceat(made, np.asarray(cut.action_offset[:-1], dtype=np.intp))
        return ActionTable(
            made=made,
            reached=np.repeat(reached, np.diff(cut.action_offset), axis=0),
            worth=np.divide(paid, made, out=np.full_like(paid, -np.inf), where=made > _NONE),
            ends=ends,
        )

    @cached_property
    def _best(self) -> BoolArray:
        """Whether an action is worth most in its information set in some case, shape ``(A,)``."""
        cut, worth = self._cut, self.table.worth
        most = np.maximum.reduceat(worth, np.asarray(cut.action_offset[:-1], dtype=np.intp))
        best = worth >= np.repeat(most, np.diff(cut.action_offset), axis=0) - _TIED
        found: BoolArray = np.asarray((best & np.isfinite(worth)).any(axis=1))
        return found

    def _decision(self, key: tuple[int, int, int, int], sets: IntArray) -> SeatDecision:
        round_number, phase, _, player = key
        cut, tree = self._cut, self._tree
        actions: dict[str, list[int]] = {}
        hangs = swing = gain = total = 0.0
        for one in sets.tolist():
            rows = np.arange(int(cut.action_offset[one]), int(cut.action_offset[one + 1]))
            for row in rows.tolist():
                name = tree.action_label[int(cut.actions[row])]
                actions.setdefault(name, []).append(row)
            part = self._hang(rows)
            total += part[0]
            hangs, swing, gain = hangs + part[1], swing + part[2], gain + part[3]
        moves = [self._move(name, np.array(rows), player) for name, rows in actions.items()]
        scale = total if total > _NONE else 1.0
        return SeatDecision(
            player=tree.players[player],
            round=round_number,
            phase=tree.phases[phase],
            comes_up=total,
            hangs=hangs,
            swing=swing / scale,
            gain=gain / scale,
            moves=tuple(
                sorted(moves, key=lambda item: (-item.chance * item.open, item.instrument))
            ),
        )

    def _hang(self, rows: IntArray) -> tuple[float, float, float, float]:
        """Return of an information set its chance, and times that what hangs on it, what the best two differ in, and their stakes."""
        table = self.table
        made = table.made[rows].mean(axis=1)
        total = float(made.sum())
        if total <= _NONE:
            return 0.0, 0.0, 0.0, 0.0
        after = np.divide(
            table.ends[rows],
            made[:, None],
            out=np.zeros_like(table.ends[rows]),
            where=made[:, None] > _NONE,
        )
        before = table.ends[rows].sum(axis=0) / total
        hangs = float((made * np.abs(after - before).sum(axis=1) / 2.0).sum())
        weights = np.where(np.isfinite(table.worth[rows]), table.made[rows], 0.0)
        paid = (np.where(weights > 0.0, table.worth[rows], 0.0) * weights).sum(axis=1)
        worth = np.divide(
            paid, weights.sum(axis=1), out=np.full(rows.size, -np.inf), where=made > _NONE
        )
        first, second = np.argsort(-worth, kind="stable")[:2]
        swing = float(np.abs(after[first] - after[second]).sum() / 2.0)
        gain = float(worth[first] - worth[second]) if np.isfinite(worth[second]) else 0.0
        return total, hangs, total * swing, total * gain

    def _move(self, name: str, rows: IntArray, player: int) -> WeighedMove:
        table, tree = self.table, self._tree
        made, reached = table.made[rows], table.reached[rows]
        open_ = float(reached.mean(axis=1).sum())
        chance = float(made.mean(axis=1).sum())
        by_case = np.divide(
            made.sum(axis=0),
            reached.sum(axis=0),
            out=np.zeros(made.shape[1]),
            where=reached.sum(axis=0) > _NONE,
        )
        own = np.asarray(self._cut.actions)[rows]
        kinds = tree.info_set_type[np.searchsorted(tree.action_offset, own, side="right") - 1]
        had, done = reached.mean(axis=1), made.mean(axis=1)
        by_type = {
            tree.types[player][kind]: (
                float(had[kinds == kind].sum()),
                float(done[kinds == kind].sum()),
            )
            for kind in np.unique(kinds).tolist()
        }
        ends = table.ends[rows].sum(axis=0)
        return WeighedMove(
            instrument=name,
            open=open_,
            chance=chance / open_ if open_ > _NONE else 0.0,
            types={kind: held / max(open_, _NONE) for kind, (held, _) in by_type.items()},
            by_type={kind: did / max(held, _NONE) for kind, (held, did) in by_type.items()},
            ends=dict(
                zip(tree.outcomes, (ends / max(float(ends.sum()), _NONE)).tolist(), strict=True)
            ),
            most=float(by_case.max()),
            ever_best=bool(self._best[rows].any()),
        )
