"""Solving a crisis for policies of one's own, at draws or at settings of one's own, without a run folder.

A run stores everything about the policies of the crisis file. This is for many policies of which little is asked: a
search over combinations of commitments, a policy that adapts to what is seen, a function of settings whose drivers are
wanted. Draws are those of a run with the same seed, so that numbers agree with it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.analysis._columns import refuse
from detente.crisis.elements import Crisis, Policy
from detente.engine.boards import AdaptivePolicy, Board, Game, GameKey, start_of
from detente.engine.designs import Design
from detente.engine.drawing import check_draws, draw_quantities
from detente.errors import UsageError
from detente.linking import price

__all__ = ["AdaptivePolicy", "Evaluator", "PolicyValues", "find_policies"]

FloatArray = NDArray[np.float64]
_BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyValues:
    """Metrics of policies, ``values[metric]`` of shape ``(n_policies, n_draws)``.

    ``same_as`` gives for each policy the first one that makes the very same game; ``unconverged`` counts draws that
    missed the tolerance, which stay in every number.
    """

    policies: tuple[str, ...]
    labels: tuple[str, ...]
    values: Mapping[str, FloatArray]
    same_as: tuple[int, ...]
    unconverged: tuple[int, ...]


class Evaluator:
    """Solves one crisis for policies, all at the same draws (common random numbers).

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    n_draws, seed
        Draws of its quantities; those of a run with the same seed.
    design, total
        Where the draws lie, and how many it is laid out for: as of :func:`detente.engine.drawing.draw_quantities`.
    settings
        Instead of drawing: values of quantities by path, each of shape ``(n,)``. Those not named stay at the values of
        draws ``0`` to ``n - 1``.
    workers
        Threads; the result does not depend on it.
    """

    def __init__(
        self,
        crisis: Crisis,
        *,
        n_draws: int = 256,
        seed: int = 1,
        design: Design | None = None,
        total: int | None = None,
        settings: Mapping[str, ArrayLike] | None = None,
        workers: int = 2,
    ) -> None:
        check_draws(n_draws, seed=seed)
        self.crisis, self.n_draws, self.workers = crisis, n_draws, max(1, workers)
        drawn = draw_quantities(crisis, n_draws, seed=seed, design=design, total=total)
        values = dict(drawn.as_mapping())
        for path, given in (settings or {}).items():
            if path not in values:
                message = f"crisis {crisis.id!r} has no quantity {path!r}"
                raise UsageError(
                    message, code="quantity-unknown", at=path, fix="use a path of the crisis file"
                )
            array = np.asarray(given, dtype=np.float64).reshape(-1)
            if array.size != n_draws:
                refuse(
                    f"{path} has {array.size} values for {n_draws} settings",
                    at=f"settings[{path!r}]",
                    fix="give one value for each setting",
                )
            values[path] = array
        self._values = values
        self._boards: dict[tuple[tuple[str, str], ...], Board] = {}
        self._known: dict[GameKey, tuple[dict[str, FloatArray], int]] = {}

    def evaluate(
        self, policies: Sequence[Policy | AdaptivePolicy], metrics: Sequence[str]
    ) -> PolicyValues:
        """Solve the game under each policy and return some metrics of it.

        Parameters
        ----------
        policies
            Policies of the crisis or made up; an :class:`AdaptivePolicy` is solved on the tree of both its parts.
        metrics
            Names of metrics of the solved game, or sums of some joined by ``+``; see :doc:`/explanation/ensembles`. Metrics
            of single moves (``use/``, ``first/``, ``belief/``) are not among them.

        Raises
        ------
        UsageError
            ``path-unknown`` for a metric that there is not, ``policy-invalid`` for an unknown signal.
        """
        prepared = [self._game(policy) for policy in policies]
        metrics = tuple(dict.fromkeys(metrics))
        first: dict[GameKey, int] = {}
        same = tuple(first.setdefault(item.key, place) for place, item in enumerate(prepared))
        fresh = {item.key: item for item in prepared if item.key not in self._known}
        if fresh:
            self._solve(list(fresh.values()))
        found: dict[str, FloatArray] = {}
        for metric in metrics:
            rows = [_sum_of(metric, self._known[item.key][0]) for item in prepared]
            found[metric] = np.array(rows).reshape(len(prepared), self.n_draws)
        return PolicyValues(
            policies=tuple(policy.id for policy in policies),
            labels=tuple(policy.label for policy in policies),
            values=found,
            same_as=same,
            unconverged=tuple(self._known[item.key][1] for item in prepared),
        )

    def count(self, policies: Sequence[Policy | AdaptivePolicy]) -> int:
        """Count the different games that policies make; nothing is solved."""
        return len({self._game(policy).key for policy in policies})

    def find_games(self, policies: Sequence[Policy | AdaptivePolicy]) -> tuple[Game, ...]:
        """Return the game of each policy; nothing is solved."""
        return tuple(self._game(policy) for policy in policies)

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _n_blocks(self) -> int:
        return -(-self.n_draws // _BLOCK)

    def _game(self, policy: Policy | AdaptivePolicy) -> Game:
        start = policy.start if isinstance(policy, AdaptivePolicy) else policy
        return self._board(start_of(self.crisis, start)).game(policy)

    def _board(self, start: tuple[tuple[str, str], ...]) -> Board:
        """Return the board of a starting position; the first one made is the base of the others' prices."""
        if start not in self._boards:
            base = next(iter(self._boards.values()), None)
            plan = None if base is None else base.pricing
            self._boards[start] = Board(self.crisis, start, base=plan)
        return self._boards[start]

    def _block(self, number: int) -> dict[str, FloatArray]:
        """Draws of a block, the last one filled up with its own last draw."""
        at = np.minimum(np.arange(number * _BLOCK, (number + 1) * _BLOCK), self.n_draws - 1)
        return {path: values[at] for path, values in self._values.items()}

    def _solve(self, games: Sequence[Game]) -> None:
        """Solve games that were not solved before, block by block, and keep their metrics."""
        boards = list(dict.fromkeys(game.board for game in games))
        base = next(iter(self._boards.values()))
        parts: dict[GameKey, list[tuple[dict[str, FloatArray], int]]] = {
            game.key: [] for game in games
        }
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            for block in range(self._n_blocks):
                draws = self._block(block)
                rationality = np.ascontiguousarray(draws[self.crisis.rationality.path])
                n_real = min(_BLOCK, self.n_draws - block * _BLOCK)
                priced_base = price(base.pricing, draws) if len(self._boards) > 1 else None
                for board in boards:
                    priced = (
                        priced_base
                        if board is base and priced_base is not None
                        else price(board.pricing, draws, base=priced_base)
                    )
                    mine = [game for game in games if game.board is board]
                    jobs = [
                        pool.submit(board.solve, game, priced, rationality, n_real=n_real)
                        for game in mine
                    ]
                    for game, job in zip(mine, jobs, strict=True):
                        parts[game.key].append(job.result())
        for key, rows in parts.items():
            joined = {
                name: np.concatenate([row[name] for row, _ in rows])[: self.n_draws]
                for name in rows[0][0]
            }
            self._known[key] = (joined, sum(missed for _, missed in rows))


def find_policies(crisis: Crisis, names: Sequence[str] | None = None) -> tuple[Policy, ...]:
    """Return policies of a crisis file by id, all by default; a crisis without any is left free.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown id.
    """
    if not crisis.policies:
        return (
            Policy(id="free", label="no commitment", description="", fix={}, forbid=(), state={}),
        )
    for name in names or ():
        if name not in crisis.policies:
            message = f"crisis {crisis.id!r} has no policy {name!r}"
            raise UsageError(
                message,
                code="policy-invalid",
                at="policies",
                fix=f"use one of: {', '.join(crisis.policies)}",
            )
    return tuple(crisis.policies[name] for name in (names or crisis.policies))


def _sum_of(metric: str, known: Mapping[str, FloatArray]) -> FloatArray:
    parts = [part.strip() for part in metric.split("+")]
    for part in parts:
        if part not in known:
            raise _unknown_metric(part, known)
    return np.sum([known[part] for part in parts], axis=0) if len(parts) > 1 else known[parts[0]]


def _unknown_metric(metric: str, known: Mapping[str, FloatArray]) -> UsageError:
    import difflib  # noqa: PLC0415  # only on the way out

    near = difflib.get_close_matches(metric, list(known), n=3, cutoff=0.4)
    return UsageError(
        f"there is no metric {metric!r} of a policy",
        code="path-unknown",
        at="metrics",
        fix=f"nearest: {', '.join(near)}" if near else "use attack, outcome/NAME or payoff/PLAYER",
    )
