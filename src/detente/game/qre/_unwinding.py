"""Large games whose parts fold one beside the other: each fold passed in its own part, if it must be.

Where each of n parts has a stretch of rationality with three answers, the branch of the whole game goes back and forth
through up to 3**n combinations of them. Along it one part turns at a time while the others stand nearly still, so the
same answers lie on a shorter path: through each part's own branch in turn, with the odds between its first nodes held.
If the parts did not bear on one another at all, both paths would lead to the same answer.

The branch is followed as it is as long as all parts that turn back have turned forward again after a number of turns and
none comes to a fold twice. Where that fails, the tracing goes back to the first of those turns, and from there on folds
are passed apart; they are counted, and what lies behind them is no longer certified to lie on the principal branch.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from detente.arrays import FloatArray
from detente.game._steps import walk
from detente.game.qre._parts import GamePart, Parts
from detente.game.qre._terms import ChoiceTerms
from detente.game.qre._tracing import STEPS, TESTED, State, Stops, Tracer

__all__ = ["trace_draw"]

_SHARE = 0.95
"""Of the squared tangent at a turn, the part that must lie in the part of the game that is said to turn."""
_BEYOND = (1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2)
"""How far beyond a fold, in shares of lambda, a part is traced until its own branch has turned."""
_NEXT = 1e-5
_EARLIER = (0.0, 1e-6, 1e-5, 1e-4)
"""How far before a fold a part is taken up, in shares of lambda."""
_TESTED = 300
"""Up to so many unknowns every step of a part on its own is tested for orientation."""
_MOST_TURNS = 40
_CANDIDATES, _PART_WALKS = 5, 30_000
_NESTED, _NESTED_MANY, _MANY = 10, 2, 2000
"""Turns after which parts that have turned back must have turned forward again, and those with more unknowns than so."""
_AGAIN = 1e-4
"""Difference in lambda of two turns back of one part up to which they are one fold, come to twice."""
_RETRY = 10
"""Turns that the branch is followed as it is where a fold could not be passed apart."""
_LARGEST_CHANGE = 0.5
"""Largest difference of a probability between a part passed apart and the whole game corrected from it, which must
also come to less than half of that from the point before the fold."""


def trace_draw(
    tracer: Tracer,
    payoffs: FloatArray,
    chance: FloatArray,
    rationality: FloatArray,
    terms: ChoiceTerms,
    *,
    shares: FloatArray,
    most_walks: int,
) -> Stops:
    """Trace one draw to rising shares of its rationality.

    ``payoffs`` ``(K, P)``, ``chance`` ``(R,)``, ``rationality`` ``(P,)`` and ``shares`` ``(S,)`` in 0-1.
    """
    tracer.prepare(payoffs, chance, rationality, terms)
    stops = shares * tracer.span
    active = tracer.layout.active_row
    points, notes = np.zeros((shares.size, active.size)), np.zeros((shares.size, 4))
    top = float(stops.max(initial=0.0))
    folds: list[float] = []
    if 0 < active.size <= TESTED:
        state = State.begin(active.size)
        points, notes[:, :3] = tracer.run(state, stops, most_turns=STEPS, most_walks=most_walks)
        top = state.top
    elif active.size:
        follower = _Follower(tracer, payoffs, chance, rationality, stops, most_walks)
        points, notes, top = follower.follow()
        folds = follower.peaks
    strategy = np.empty((tracer.form.n_actions, shares.size))
    residual = np.empty(shares.size)
    for stop, t in enumerate(stops):
        strategy[:, stop], residual[stop] = tracer.strategy_at(points[stop], float(t))
    return Stops(
        strategy=strategy,
        residual=residual,
        turns=notes[:, 0],
        walks=notes[:, 1] + 2,
        apart=notes[:, 3],
        met=np.isfinite(notes[:, 2]),
        reached=top / tracer.span,
        folds=tuple(t / tracer.span for t in folds),
    )


@dataclass(slots=True)
class _Fold:
    """A turn back: the point before it, its t and the parts that may have caused it, smallest first."""

    x: FloatArray
    t: float
    peak: float
    parts: list[int]
    turns: int

    def is_again(self, other: "_Fold") -> bool:
        """Tell whether the other turn is this one, come to a second time."""
        same = self.parts[:1] == other.parts[:1]
        return same and abs(self.peak - other.peak) <= _AGAIN * self.peak


class _Follower:
    """Follows the branch of one draw through its stops."""

    def __init__(
        self,
        tracer: Tracer,
        payoffs: FloatArray,
        chance: FloatArray,
        rationality: FloatArray,
        stops: FloatArray,
        most_walks: int,
    ) -> None:
        from detente.game.kernels import branch  # noqa: PLC0415  loads numba

        self.kernels = branch
        self.tracer, self.payoffs, self.chance = tracer, payoffs, chance
        self.rationality, self.stops, self.left = rationality, stops, most_walks
        self.active = tracer.unknown
        self.points = np.zeros((stops.size, self.active.size))
        self.notes = np.zeros((stops.size, 4))
        self.notes[:, 2] = np.inf
        self.done, self.turns, self.walks, self.apart = 0, 0, 0, 0
        self.top = 0.0
        self.peaks: list[float] = []
        self.nested = _NESTED if self.active.size <= _MANY else _NESTED_MANY
        self.parts: Parts | None = None

    def follow(self) -> tuple[FloatArray, FloatArray, float]:
        """Follow the branch through the stops.

        Return points ``(S, n)`` and turns, walks, the last change of the strategy (infinite where a stop was not reached)
        and folds passed apart ``(S, 4)``, and the largest t on the way.
        """
        state = State.begin(self.active.size)
        turned: set[int] = set()  # the parts that have turned back and not yet forward again
        folds: list[_Fold] = []
        mark: _Fold | None = None
        patience = self.nested
        ahead = 0.0  # where the branch must come to after it came to a fold twice
        while self.done < self.stops.size and self.walks <= self.left:
            if not self.advance(state):
                break
            fold = self.fold(state)
            again = None
            if state.tangent[-1] < 0.0:
                again = next((past for past in folds if past.is_again(fold)), None)
                folds.append(fold)
            if not turned and not ahead:
                mark = fold
            turned ^= set(fold.parts[:1])
            if self.top > ahead > 0.0:
                ahead = 0.0
            if again is not None and not ahead:
                mark, ahead = again, self.top * (1.0 + _AGAIN)
            elif not turned and not ahead:
                patience = 0 if self.apart else self.nested
                continue
            if mark is None or self.turns - mark.turns <= patience:
                continue
            kept = (self.tracer.room.last.copy(), self.tracer.room.bend.copy())
            fresh = self.pass_apart(mark)
            if fresh is None:
                # on as before, for some turns more
                self.tracer.room.last[:], self.tracer.room.bend[:] = kept
                patience = self.turns - mark.turns + _RETRY
                continue
            folds = [past for past in folds if past.turns < mark.turns]
            self.peaks = [*self.peaks[: mark.turns], mark.peak, mark.peak]
            state, self.turns, turned, patience, ahead = fresh, mark.turns + 2, set(), 0, 0.0
        self.notes[self.done :, 0] = self.turns
        self.notes[self.done :, 1] = self.walks
        self.notes[self.done :, 3] = self.apart
        return self.points, self.notes, self.top

    def advance(self, state: State) -> bool:
        """Trace to the next turn or to the end; tell whether there was a turn."""
        kernels = self.kernels
        points, notes = self.tracer.run(
            state, self.stops[self.done :], most_turns=1, most_walks=self.left - self.walks
        )
        count = int(state.memo[kernels.STOPS])
        rows = slice(self.done, self.done + count)
        self.points[rows] = points[:count]
        self.notes[rows, 0] = self.turns + notes[:count, 0]
        self.notes[rows, 1] = self.walks + notes[:count, 1]
        self.notes[rows, 2] = notes[:count, 2]
        self.notes[rows, 3] = self.apart
        self.done += count
        self.top = max(self.top, state.top)
        self.walks += int(state.memo[kernels.WALKS])
        paused = bool(state.memo[kernels.PAUSED])
        self.turns += int(paused)
        if paused:
            self.peaks.append(float(state.memo[kernels.PEAK]))
        return paused

    def fold(self, state: State) -> _Fold:
        """Return the turn that a paused tracing stands behind."""
        if self.parts is None:
            self.parts = Parts(self.tracer.form)
        weight = np.zeros(self.tracer.form.n_actions)
        weight[self.active] = state.tangent[:-1] ** 2
        return _Fold(
            x=self.tracer.room.last.copy(),
            t=float(state.memo[self.kernels.BEFORE]),
            peak=float(state.memo[self.kernels.PEAK]),
            parts=self.parts.around(weight, _SHARE),
            turns=self.turns - 1,
        )

    def pass_apart(self, fold: _Fold) -> State | None:
        """Return a state of the whole game just beyond a fold, with one part of it traced round the fold."""
        assert self.parts is not None  # noqa: S101  a fold was found with it
        t = fold.peak * (1.0 + _NEXT)
        here, _ = self.tracer.strategy_at(fold.x, fold.t)
        for node in fold.parts[:_CANDIDATES]:
            x = self.trace_part(node, fold, t)
            if x is None:
                continue
            guess, _ = self.tracer.strategy_at(x, t)
            state = State.begin(self.active.size, x, t)
            self.tracer.run(state, np.array([t]), most_turns=1, most_walks=self.left - self.walks)
            self.walks += int(state.memo[self.kernels.WALKS])
            if state.memo[self.kernels.STOPS] < 1:
                continue
            found, _ = self.tracer.strategy_at(state.x, t)
            change = np.abs(found - guess).max()
            if change > min(_LARGEST_CHANGE, 0.5 * np.abs(found - here).max()):
                continue
            self.apart += 1
            return State.begin(self.active.size, state.x, t)
        return None

    def correct(self, small: Tracer, x: FloatArray, t: float) -> FloatArray | None:
        """Return the point corrected at a given t, or None."""
        points, notes = small.run(
            State.begin(x.size, x, t), np.array([t]), most_turns=1, most_walks=2_000
        )
        return points[0] if np.isfinite(notes[0, 2]) else None

    def chance_of(self, part: GamePart, strategy: FloatArray, chance: FloatArray) -> FloatArray:
        """Return the odds of the first nodes of a part and then of chance in it, ``(branches,)``."""
        reach = walk(self.tracer.form, strategy[:, None], chance[:, None], 1)[part.first, 0]
        return np.concatenate([reach / reach.sum(), chance[part.branch]])

    def trace_part(self, node: int, fold: _Fold, t: float) -> FloatArray | None:
        """Return the fold's point with one part traced round it to ``t`` on its own, or None if it does not turn."""
        assert self.parts is not None  # noqa: S101
        part = self.parts.part(node)
        whole = self.tracer
        strategy, _ = whole.strategy_at(fold.x, fold.t)
        chance = self.chance_of(part, strategy, self.chance)
        own = {
            player: self.chance_of(part, strategy, odds[:, 0])[:, np.newaxis]
            for player, odds in whole.terms.own.items()
        }
        terms = whole.terms.restrict(part.form, part.row, own)
        small = Tracer(part.form, terms, tested=_TESTED, always=_TESTED)
        small.prepare(self.payoffs, chance, self.rationality, terms)
        # the same point in the units of the part: payoffs from its own least, t by its own spread
        row = part.row[small.unknown]
        place = np.full(whole.form.n_actions, -1)
        place[self.active] = np.arange(self.active.size)
        player = small.layout.active_player
        pays = fold.x[place[row]] * whole.spread[player] + whole.least[player]
        x = (pays - small.least[player]) / small.spread[player]
        ratio = small.span / whole.span
        start = fold.t * ratio
        for early in _EARLIER:
            # at the fold itself the point cannot be corrected at a given t
            begun = self.correct(small, x, start * (1.0 - early))
            if begun is not None:
                x, start = begun, start * (1.0 - early)
                break
        turned, left = False, _PART_WALKS
        # the part alone may fold a little before the whole game: then the point is behind its fold already
        for beyond, back in product(_BEYOND, (False, True)):
            stop = np.array([fold.peak * ratio * (1.0 + beyond)])
            state = State.begin(x.size, x, start, back=back)
            points, notes = small.run(state, stop, most_turns=_MOST_TURNS, most_walks=left)
            left -= int(state.memo[self.kernels.WALKS])
            turned = bool(np.isfinite(notes[0, 2])) and notes[0, 0] >= 2 - back
            if turned or left < 0:
                break
        if not turned:
            return None
        x = points[0]
        for share in np.linspace(1.0, 0.0, 5)[1:]:
            nearer = self.correct(small, x, t * ratio + share * (stop[0] - t * ratio))
            if nearer is None:
                return None
            x = nearer
        pays = x * small.spread[player] + small.least[player]
        answer = fold.x.copy()
        answer[place[row]] = (pays - whole.least[player]) / whole.spread[player]
        return answer
