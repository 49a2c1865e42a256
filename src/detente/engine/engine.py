"""The engine: one crisis, compiled once, and six verbs: draw, price, solve, measure, condition, start.

Whatever draws, prices and solves the game of a crisis does it here: runs, searches, watches, drivers, notebooks. What is
compiled depends on the rules of the crisis and not on the values of its quantities, and is kept for crises that differ in
those alone; so are the latest draws and prices, of which only what a changed value reaches is computed again.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int64Array
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.engine.boards import PRICES, Board, Levels, PolicyGame, compiled_of
from detente.engine.designs import Design
from detente.engine.drawing import Draws
from detente.engine.metrics import MoveKeys
from detente.engine.roots import Root, Solved
from detente.engine.solutions import Solution, SolvedBlock, solve_block
from detente.engine.usual import SEED
from detente.errors import UsageError
from detente.game import terminal_probs
from detente.linking import Priced
from detente.linking.planning import Within
from detente.linking.pledges import PricedPledges, price_pledges
from detente.rules import Position, Rules, compile_rules, find_situations
from detente.rules import start as start_game
from detente.rules.compiling import profiles
from detente.rules.policies import (
    FREE,
    AdaptivePolicy,
    Start,
    find_policy,
    pledgers,
    start_state,
)
from detente.rules.state import PLEDGE
from detente.summaries import html_summary, text_summary

__all__ = ["BLOCK_DRAWS", "Engine", "find_game", "start"]

PolicyLike = str | Policy | AdaptivePolicy | None
"""A policy by id or as such; None: no commitment."""

BLOCK_DRAWS = 128
"""Most draws that are priced and solved together: more of them share the work per block, and cost memory."""


class Engine:
    """Draws, prices, solves and measures the game of one crisis; may be shared by threads.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    workers
        Threads that blocks of draws are spread over, by default one for each core that this process may use, four at most.
        No number depends on it.
    every_state_of
        Ids of the only policies that are going to be priced and solved, of which the mechanisms are wanted too:
        :meth:`price` and :meth:`solve` then evaluate each mechanism at every state that their games reach, and nothing beyond
        them. By default :meth:`price` does so at every state that any policy can reach, and :meth:`solve` where payoffs
        need it.

    Examples
    --------
    >>> from detente.crisis import load_crisis
    >>> from detente.engine import Engine
    >>> engine = Engine(load_crisis("cuba-1962"))
    >>> solution = engine.solve("strike_now", draws=8)
    >>> solution["attack"].values.shape
    (8,)
    """

    def __init__(
        self,
        crisis: Crisis,
        *,
        workers: int | None = None,
        every_state_of: Sequence[str] | None = None,
    ) -> None:
        self.crisis = crisis
        self.workers = _n_workers() if workers is None else max(1, workers)
        self._compiled = compiled_of(crisis)
        self._reach = None if every_state_of is None else self._find_reach(every_state_of)

    def __repr__(self) -> str:
        """Name the crisis, its policies and the verbs."""
        return text_summary(f"Engine of {self.crisis.id!r}", self._rows())

    def _repr_html_(self) -> str:
        return html_summary(f"engine of {self.crisis.id}: {self.crisis.title}", self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("policies", ", ".join(self.crisis.policies)),
            ("quantities", str(len(self.crisis.quantities))),
            ("verbs", "draw, price, solve, measure, condition, start"),
        ]

    def draw(
        self,
        n_draws: int,
        *,
        seed: int = 1,
        first: int = 0,
        design: Design | None = None,
        total: int | None = None,
        settings: Mapping[str, ArrayLike] | None = None,
    ) -> Draws:
        """Draw the quantities of the crisis jointly.

        Parameters
        ----------
        n_draws, seed, first, design, total
            As of :func:`detente.engine.draw_quantities`.
        settings
            Values of quantities by path in the place of drawn ones, each of shape ``(n_draws,)``.

        Raises
        ------
        UsageError
            ``option-invalid`` for numbers out of range or settings of another length, ``quantity-unknown`` for an unknown
            path of ``settings``.
        """
        draws = self._compiled.drawn.draw(
            self.crisis, n_draws, seed=seed, first=first, design=design, total=total
        )
        for path, given in (settings or {}).items():
            if path not in self.crisis.quantities:
                message = f"crisis {self.crisis.id!r} has no quantity {path!r}"
                raise UsageError(
                    message, code="quantity-unknown", at=path, fix="use a path of the crisis file"
                )
            array = np.asarray(given, dtype=np.float64).reshape(-1)
            if array.size != n_draws:
                message = f"{path} has {array.size} values for {n_draws} settings"
                raise UsageError(
                    message,
                    code="option-invalid",
                    at=f"settings[{path!r}]",
                    fix="give one value for each setting",
                )
            draws.values[draws.row(path)] = array
        draws.values.setflags(write=False)
        return draws

    def price(self, draws: Draws, policy: PolicyLike = None) -> Priced:
        """Price the tree of a policy's starting position: payoffs, chances, and mechanisms at every state it reaches.

        Parameters
        ----------
        draws
            Of this crisis.
        policy
            Policies that start alike have the same prices.

        Returns
        -------
        Priced
            Payoffs ``(K, P, D)`` by class of terminals, probabilities of chance branches ``(R, D)``, and their parts.
        """
        game = find_game(self, policy)
        return self._weigh(game, self._price(game.board, draws, whole=True), draws)[0]

    def solve(
        self,
        policy: PolicyLike = None,
        *,
        draws: int | Draws = 256,
        seed: int = 1,
        metrics: Sequence[str] | None = None,
        effort: FloatArray | None = None,
        progress: Callable[[int, int], None] | None = None,
        is_stopped: Callable[[], bool] | None = None,
    ) -> Solution:
        """Solve the game under a policy, block by block of draws.

        Parameters
        ----------
        policy
            By id or as such; None: no commitment.
        draws
            How many draws of the declared distributions, or draws from :meth:`draw`.
        seed
            Key of the draws, if a number of them is given.
        metrics
            Metrics to compute at once, as of :meth:`measure`; others are computed when they are asked for.
        effort
            What each draw is likely to take, shape ``(D,)``: the ``effort`` of a solution for the same draws under another
            policy. It saves time and changes no number.
        progress
            Called with the number of draws done and of all draws, from the calling thread.
        is_stopped
            Asked before each block of draws.

        Returns
        -------
        Solution
            ``solution["attack"]`` and so on.

        Raises
        ------
        concurrent.futures.CancelledError
            If ``is_stopped`` says so.
        UsageError
            ``policy-invalid`` for an unknown policy or signal, ``path-unknown`` for a metric that there is not,
            ``option-invalid`` for a number of draws out of range.
        """
        given = self.draw(draws, seed=seed) if isinstance(draws, int) else draws
        chosen = _as_policy(self.crisis, policy)
        game = self._compiled.game(self.crisis, chosen)
        blocks = self._solve(game, given, effort=effort, progress=progress, is_stopped=is_stopped)
        solution = Solution(
            crisis=self.crisis.id,
            policy=chosen.id,
            label=chosen.label,
            game=game,
            blocks=blocks,
        )
        if metrics is not None:
            solution.measure(metrics)
        return solution

    def measure(
        self,
        solution: Solution,
        metrics: Sequence[str] | None = None,
        *,
        moves: MoveKeys | None = None,
    ) -> dict[str, FloatArray]:
        """Measure a solution: only what is asked for is computed.

        Parameters
        ----------
        solution
            From :meth:`solve`.
        metrics
            Names of metrics, sums of some joined by ``+``, or beginnings that end in ``/``; all by default. See
            :doc:`/explanation/ensembles`.
        moves
            The moves that ``use/``, ``first/`` and ``belief/`` are wanted for; by default those that occur in its game.

        Returns
        -------
        dict
            Values of shape ``(n_draws,)`` by name.

        Raises
        ------
        UsageError
            ``path-unknown`` for a metric that there is not.
        """
        return solution.measure(metrics, moves=moves)

    def condition(
        self,
        draws: Draws,
        *,
        policy: PolicyLike = None,
        first_round: int = 1,
        state: Mapping[str, str] | None = None,
        priors: FloatArray | None = None,
        solved: Callable[[Callable[[], Solved]], Solved] | None = None,
    ) -> Root:
        """Solve the game from the start of a round and return its histories, to be weighed by what is observed.

        Parameters
        ----------
        draws
            Of this crisis.
        policy
            A commitment that holds from there on.
        first_round
            The round.
        state
            Where the world then stands; the state that the policy starts from by default.
        priors
            Joint probabilities of the players' types, shape ``(V, D)``; those of the crisis by default.
        solved
            Called with a function that solves; returns what the function gives. A cache may stand in its place.
        """
        chosen = (
            find_policy(self.crisis, policy) if not isinstance(policy, AdaptivePolicy) else None
        )
        if isinstance(policy, AdaptivePolicy):
            message = "a policy that adapts cannot be conditioned on events"
            raise UsageError(
                message, code="policy-invalid", at="policy", fix="use one of its two parts"
            )
        stands = start_state(self.crisis, chosen) if state is None else dict(state)
        base = self.crisis.state
        start: Start = tuple(
            sorted((name, value) for name, value in stands.items() if base[name].initial != value)
        )
        board = self._compiled.board(
            start, first_round=first_round, uncertain=pledgers(self.crisis, chosen)
        )
        game = board.game(chosen or FREE)

        def solve() -> Solved:
            blocks = self._solve(game, draws, priors=priors)
            return Solved(
                reach=np.concatenate(
                    [
                        terminal_probs(game.form, block.strategy, block.priced.chance_probs)
                        for block in blocks
                    ],
                    axis=1,
                ),
                residual=max(float(block.residual.max()) for block in blocks),
                unconverged=sum(int((~block.converged).sum()) for block in blocks),
            )

        return Root(self.crisis, game, solve() if solved is None else solved(solve))

    def start(
        self,
        types: Mapping[str, str] | None = None,
        *,
        policy: str | Policy | None = None,
        pledge: str | None = None,
        seed: int = SEED,
    ) -> Position:
        """Start to play the game choice by choice.

        Parameters
        ----------
        types
            Type of each player by id. Types that are left out are drawn by the priors of the crisis. None: the first
            position is nature's draw.
        policy
            A commitment that shortens the menus.
        pledge
            ``binds`` or ``free``: whether a commitment that may not hold does; drawn by its credibility if it is left out.
        seed
            Key of the draw of what is left out, and of the priors themselves where these are uncertain.

        Raises
        ------
        UsageError
            ``player-unknown``, ``type-unknown``, ``policy-invalid``, or ``option-invalid`` for the pledge.
        """
        rules = compile_rules(self.crisis, policy=policy)
        if types is None:
            return start_game(rules)
        given = dict(types) if pledge is None else {**types, PLEDGE: pledge}
        drawn = self._drawn(rules, given, policy, seed)
        held = drawn.pop(PLEDGE, "")
        return start_game(rules, drawn, pledge=held)

    def _drawn(
        self, rules: Rules, given: Mapping[str, str], policy: str | Policy | None, seed: int
    ) -> dict[str, str]:
        """Draw what nature draws and is left out from the joint prior, given the rest, at one draw of the quantities."""
        names = [*rules.players, *([PLEDGE] if rules.pledgers else [])]
        values = rules.values[rules.drawn_columns]
        if all(name in given or len(kinds) == 1 for name, kinds in zip(names, values, strict=True)):
            return dict(given)
        every = [
            {name: kinds[code] for name, kinds, code in zip(names, values, row, strict=True)}
            for row in profiles(rules)
        ]
        fits = np.array([given.items() <= profile.items() for profile in every])
        if not fits.any():
            return dict(given)  # refused where the game starts
        game = find_game(self, policy if rules.pledgers else None)
        one = self.draw(1, seed=seed)
        priced, _ = self._weigh(game, self._price(game.board, one), one)
        weights = priced.chance_probs[: len(every), 0] * fits
        picked = np.random.default_rng(seed).choice(len(every), p=weights / weights.sum())
        return every[picked]

    # --- inside ------------------------------------------------------------------------------------------------------

    def _price(self, board: Board, draws: Draws, *, whole: bool = False) -> Priced:
        """Price a board, at least where payoffs need it; boards of round 1 take what they can from that of the crisis."""
        base = None
        other = bool(board.start or board.uncertain) and board.first_round == 1
        if other and (self._reach is None or ((), ()) in self._reach):
            base = self._price(self._compiled.board(()), draws, whole=whole)
        levels: Levels = board.tree.mechanism_codes if whole else {}
        within = None
        if self._reach is not None:
            levels, within = self._reach[board.start, board.uncertain]
        plan = board.plan(levels, base=None if base is None else base.plan, within=within)
        return PRICES.price(plan, draws, base)

    def _weigh(
        self, game: PolicyGame, priced: Priced, draws: Draws
    ) -> tuple[Priced, PricedPledges | None]:
        """Give nature's draw the odds that the policy binds, and price what it costs; nothing where it rests on no pledge."""
        if not game.policy.pledges:
            return priced, None
        tree, values = game.board.tree, draws.as_mapping()
        pledges = price_pledges(game.policy, tree, self.crisis, values, draws.n_draws)
        if game.board.uncertain:
            drawn = priced.chance_probs[: int(tree.chance_offset[1])]
            priced = priced.with_profiles(pledges.weigh(drawn.copy()))
        return priced, pledges

    def _find_reach(
        self, policies: Sequence[str]
    ) -> dict[tuple[Start, tuple[str, ...]], tuple[Levels, Within]]:
        """Return the levels of mechanisms and the part of the tree that some policies reach, by starting position."""
        crisis = self.crisis
        found: dict[tuple[Start, tuple[str, ...]], tuple[dict[str, Int64Array], Within]] = {}
        for name in policies:
            policy = crisis.policies.get(name)
            game = self._compiled.game(crisis, policy)
            codes = (
                game.board.tree.mechanism_codes
                if game.allowed.all()
                else find_situations(compile_rules(crisis, policy=policy)).mechanism_codes
            )
            place = (game.board.start, game.board.uncertain)
            levels, within = found.get(place, (dict(codes), game.within))
            for mechanism, mine in codes.items():
                levels[mechanism] = np.union1d(levels[mechanism], mine)
            found[place] = (
                levels,
                Within(
                    classes=np.union1d(within.classes, game.within.classes),
                    events=np.union1d(within.events, game.within.events),
                ),
            )
        return dict(found)

    def _solve(
        self,
        game: PolicyGame,
        draws: Draws,
        *,
        priors: FloatArray | None = None,
        effort: FloatArray | None = None,
        progress: Callable[[int, int], None] | None = None,
        is_stopped: Callable[[], bool] | None = None,
    ) -> list[SolvedBlock]:
        """Price and solve a game for each block of draws."""
        spans = [
            (first, min(first + BLOCK_DRAWS, draws.n_draws))
            for first in range(0, draws.n_draws, BLOCK_DRAWS)
        ]
        stop = threading.Event()
        path = draws.row(self.crisis.rationality.path)

        def run(first: int, last: int) -> SolvedBlock:
            if stop.is_set() or (is_stopped is not None and is_stopped()):
                stop.set()
                raise CancelledError
            block = draws.block(first, last)
            priced, pledges = self._weigh(game, self._price(game.board, block), block)
            if priors is not None:
                priced = priced.with_profiles(priors[:, first:last])
            rationality = np.ascontiguousarray(draws.values[path, first:last])
            hint = None if effort is None else effort[first:last]
            return solve_block(game, priced, rationality, pledges, effort=hint)

        return self._spread(run, spans, stop, progress)

    def _spread(
        self,
        run: Callable[[int, int], SolvedBlock],
        spans: Sequence[tuple[int, int]],
        stop: threading.Event,
        progress: Callable[[int, int], None] | None,
    ) -> list[SolvedBlock]:
        """Solve blocks of draws side by side, and say how far it is."""
        done = 0

        def note(span: tuple[int, int]) -> None:
            nonlocal done
            done += span[1] - span[0]
            if progress is not None:
                progress(done, spans[-1][1])

        if len(spans) == 1 or self.workers == 1:
            found = []
            for span in spans:
                found.append(run(*span))
                note(span)
            return found
        with ThreadPoolExecutor(max_workers=min(self.workers, len(spans))) as pool:
            jobs = {pool.submit(run, *span): span for span in spans}
            try:
                for job in as_completed(jobs):
                    job.result()
                    note(jobs[job])
            except BaseException:
                stop.set()
                while jobs:
                    job, _ = jobs.popitem()
                    job.cancel()
                del job  # what is raised holds this frame; held by it, all would stay until the collector comes
                raise
            return [job.result() for job in jobs]


def start(
    crisis: Crisis,
    types: Mapping[str, str] | None = None,
    *,
    policy: str | Policy | None = None,
    pledge: str | None = None,
    seed: int = SEED,
) -> Position:
    """Start to play a crisis choice by choice; see :meth:`Engine.start`."""
    return Engine(crisis).start(types, policy=policy, pledge=pledge, seed=seed)


def find_game(engine: Engine, policy: PolicyLike) -> PolicyGame:
    """Return the game that a policy makes of an engine's crisis; nothing is solved.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown policy or signal.
    """
    return engine._compiled.game(engine.crisis, _as_policy(engine.crisis, policy))  # noqa: SLF001


def _as_policy(crisis: Crisis, policy: PolicyLike) -> Policy | AdaptivePolicy:
    if isinstance(policy, AdaptivePolicy):
        for part in (policy.start, policy.switch):
            if part.pledges:
                message = f"the policy {part.id!r} may not hold or has a cost, and cannot be one that a signal switches"
                fix = "switch between policies without credibility, cost and broken"
                raise UsageError(message, code="policy-invalid", at="policy", fix=fix)
        return policy
    if policy == FREE.id and not crisis.policies:  # as runs call it
        return FREE
    return find_policy(crisis, policy) or FREE


def _n_workers() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, 4)
