"""Many policies solved at the same draws, of which little is asked: what searches, drivers and comparisons work on."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.crisis.metric_names import metric_name
from detente.engine import Draws, Engine
from detente.engine.boards import GameKey, PolicyGame
from detente.engine.engine import BLOCK_DRAWS, find_game
from detente.rules.policies import FREE, AdaptivePolicy, find_policy

__all__ = ["PolicySolver", "PolicyValues", "find_policies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyValues:
    """Metrics of policies, ``values[metric]`` of shape ``(n_policies, n_draws)``.

    ``same_as`` gives for each policy the first one that makes the very same game; ``unconverged`` counts draws that
    missed the tolerance, which stay in every number.
    """

    policies: tuple[str, ...]
    labels: tuple[str, ...]
    values: dict[str, FloatArray]
    same_as: tuple[int, ...]
    unconverged: tuple[int, ...]


class PolicySolver:
    """Solves policies with an engine, all at the same draws (common random numbers), and equal games once.

    Parameters
    ----------
    engine
        The crisis.
    draws
        From :meth:`detente.engine.Engine.draw`.
    progress
        Called with the number of games solved, block by block of draws, and of all that a call needs; whatever it raises
        stops the solving.
    """

    def __init__(
        self,
        engine: Engine,
        draws: Draws,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.engine, self.draws = engine, draws
        self._progress = progress
        self._telling = threading.Lock()
        self._done = self._whole = 0
        self._is_stopped = False
        self._known: dict[GameKey, dict[str, FloatArray]] = {}

    def evaluate(
        self, policies: Sequence[Policy | AdaptivePolicy], metrics: Sequence[str]
    ) -> PolicyValues:
        """Solve the game under each policy and return some metrics of it.

        Parameters
        ----------
        policies
            Policies of the crisis or made up; an :class:`~detente.rules.AdaptivePolicy` is solved on the tree of both its
            parts.
        metrics
            As of :meth:`detente.engine.Engine.measure`, by name.

        Raises
        ------
        UsageError
            ``path-unknown`` for a metric that there is not, ``policy-invalid`` for an unknown signal.
        """
        games = self.find_games(policies)
        metrics = tuple(dict.fromkeys(metrics))
        first: dict[GameKey, int] = {}
        same = tuple(first.setdefault(item.key, place) for place, item in enumerate(games))
        wanted = (*metrics, _CONVERGED)
        self._solve([policies[place] for place in first.values()], wanted)
        return PolicyValues(
            policies=tuple(policy.id for policy in policies),
            labels=tuple(policy.label for policy in policies),
            values={
                metric: np.array([self._known[item.key][metric] for item in games]).reshape(
                    len(games), self.draws.n_draws
                )
                for metric in metrics
            },
            same_as=same,
            unconverged=tuple(int((self._known[item.key][_CONVERGED] < 1).sum()) for item in games),
        )

    def count(self, policies: Sequence[Policy | AdaptivePolicy]) -> int:
        """Count the different games that policies make; nothing is solved."""
        return len({game.key for game in self.find_games(policies)})

    def find_games(self, policies: Sequence[Policy | AdaptivePolicy]) -> tuple[PolicyGame, ...]:
        """Return the game of each policy; nothing is solved."""
        return tuple(find_game(self.engine, policy) for policy in policies)

    def _solve(self, policies: Sequence[Policy | AdaptivePolicy], metrics: Sequence[str]) -> None:
        """Solve games of which some metric is not known; block by block of draws, so that each is priced once."""
        fresh = []
        for policy, game in zip(policies, self.find_games(policies), strict=True):
            if not set(metrics) <= self._known.get(game.key, {}).keys():
                fresh.append((policy, game.key))
        parts: dict[GameKey, list[dict[str, FloatArray]]] = {key: [] for _, key in fresh}
        leads = {key[0]: key for _, key in reversed(fresh)}.values()  # they price their boards
        self._done, self._whole = 0, len(fresh) * -(-self.draws.n_draws // BLOCK_DRAWS)
        with ThreadPoolExecutor(max_workers=self.engine.workers) as pool:
            for first in range(0, self.draws.n_draws, BLOCK_DRAWS):
                draws = self.draws.block(first, min(first + BLOCK_DRAWS, self.draws.n_draws))
                run = partial(self._measure, draws=draws, metrics=metrics)
                for policy, key in fresh:
                    if key in leads:
                        parts[key].append(run(policy))
                rest = [(policy, key) for policy, key in fresh if key not in leads]
                for (_, key), found in zip(
                    rest, pool.map(run, (policy for policy, _ in rest)), strict=True
                ):
                    parts[key].append(found)
        for key, rows in parts.items():
            self._known.setdefault(key, {}).update(
                {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
            )

    def _measure(
        self, policy: Policy | AdaptivePolicy, *, draws: Draws, metrics: Sequence[str]
    ) -> dict[str, FloatArray]:
        if self._is_stopped:
            raise CancelledError
        found = self.engine.measure(self.engine.solve(policy, draws=draws), metrics)
        if self._progress is not None:
            self._tell(self._progress)
        return found

    def _tell(self, progress: Callable[[int, int], None]) -> None:
        with self._telling:
            self._done += 1
            try:
                progress(self._done, self._whole)
            except BaseException:
                self._is_stopped = True  # what the pool has not begun is not begun
                raise


_CONVERGED = metric_name("certificate", "converged")


def find_policies(crisis: Crisis, names: Sequence[str] | None = None) -> tuple[Policy, ...]:
    """Return policies of a crisis file by id, all by default; a crisis without any is left free.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown id.
    """
    if not crisis.policies:
        return (FREE,)
    found = (find_policy(crisis, name) for name in (names or crisis.policies))
    return tuple(policy for policy in found if policy is not None)
