"""Shards: block by block of draws, the engine draws, prices, solves and measures every policy of a run.

What a shard holds is a pure function of the run's manifest and the shard's number: no draw's numbers depend on the draws that
are priced and solved beside it, so that blocks may span shards. The numerical kernels release the interpreter's lock, so that
threads work side by side.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import Metric, metric_name
from detente.engine import Draws, Engine
from detente.engine.engine import BLOCK_DRAWS, find_game
from detente.engine.metrics import MoveKeys
from detente.linking import Priced
from detente.models import find_model
from detente.runs.store import SHARD_DRAWS, Manifest, Shard

__all__ = ["BLOCK_DRAWS", "ShardMaker"]


_MAX_LEVELS = 256  # level states stored per mechanism


class ShardMaker:
    """Computes the shards of one run; may be shared by threads.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    manifest
        What the run is.
    pool
        Threads to compile the policies with.
    """

    def __init__(self, crisis: Crisis, manifest: Manifest, pool: ThreadPoolExecutor) -> None:
        self._crisis, self._manifest = crisis, manifest
        self._engine = Engine(crisis, workers=1, every_state_of=manifest.policies)
        self._policies = {name: crisis.policies.get(name) for name in manifest.policies}
        games = {name: find_game(self._engine, policy) for name, policy in self._policies.items()}
        self._moves = MoveKeys(used=(), first=(), seen=())
        for moves in pool.map(lambda game: game.moves, games.values()):
            self._moves |= moves
        # The board that most of the mechanisms' levels are read off first: that of the largest game.
        sizes = {name: len(game.cut.player) for name, game in games.items()}
        first = max(sizes, key=lambda name: sizes[name])
        boards = {id(game.board): name for name, game in reversed(games.items())}
        rest = {key: name for key, name in boards.items() if key != id(games[first].board)}
        self._starts = (first, *(name for name in games if name in rest.values()))

    def make(self, number: int, *, is_stopped: Callable[[], bool] = lambda: False) -> Shard | None:
        """Compute one shard: a pure function of the manifest and the shard's number.

        ``is_stopped`` is asked between blocks of draws; if it says so, the answer is None.
        """
        found = self.make_all([number], is_stopped=is_stopped)
        return found[0] if found else None

    def make_all(
        self, numbers: Sequence[int], *, is_stopped: Callable[[], bool] = lambda: False
    ) -> tuple[Shard, ...]:
        """Compute several shards, each the same as by itself; none if ``is_stopped`` says so between blocks."""
        size = self._manifest.shard_draws
        starts = [first for n in numbers for first in range(n * size, (n + 1) * size, SHARD_DRAWS)]
        series: tuple[tuple[str, str], ...] = ()
        blocks: list[FloatArray] = []
        for place in range(0, len(starts), BLOCK_DRAWS // SHARD_DRAWS):
            if is_stopped():
                return ()
            series, values = self._make_block(starts[place : place + BLOCK_DRAWS // SHARD_DRAWS])
            blocks.append(values)
        whole = np.concatenate(blocks, axis=1)
        return tuple(
            Shard(number=n, series=series, values=whole[:, k * size : (k + 1) * size])
            for k, n in enumerate(numbers)
        )

    def _draw(self, starts: Sequence[int]) -> Draws:
        """Draw :data:`SHARD_DRAWS` at each start, side by side."""
        manifest = self._manifest
        parts = [
            self._engine.draw(
                SHARD_DRAWS,
                seed=manifest.seed,
                first=first,
                design=manifest.plan,
                total=manifest.n_draws,
            )
            for first in starts
        ]
        values = np.concatenate([part.values for part in parts], axis=1)
        values.setflags(write=False)
        return replace(parts[0], values=values)

    def _make_block(self, starts: Sequence[int]) -> tuple[tuple[tuple[str, str], ...], FloatArray]:
        """Series and values of the draws that are solved together."""
        crisis, engine = self._crisis, self._engine
        draws = self._draw(starts)
        of_crisis: dict[str, FloatArray] = _quantity_metrics(crisis, draws)
        base: Priced | None = None
        for name in self._starts:
            priced = engine.price(draws, self._policies[name])
            for metric, value in _mechanism_metrics(crisis, priced, known=base).items():
                of_crisis.setdefault(metric, value)
            base = base or priced
        names: list[tuple[str, str]] = []
        rows: list[FloatArray] = []
        effort: FloatArray | None = None
        for policy_id, policy in self._policies.items():
            solution = engine.solve(policy, draws=draws, effort=effort)
            effort = solution.effort
            for name, value in engine.measure(solution, moves=self._moves).items():
                names.append((policy_id, name))
                rows.append(value)
        series = (*(("", name) for name in of_crisis), *names)
        return series, np.array([*of_crisis.values(), *rows])


def _quantity_metrics(crisis: Crisis, draws: Draws) -> dict[str, FloatArray]:
    """Name the uncertain quantities; fixed ones stand in the manifest."""
    return {
        metric_name("quantity", path): values
        for path, values in zip(draws.paths, draws.values, strict=True)
        if crisis.quantities[path].distribution.family != "fixed"
    }


def _mechanism_metrics(
    crisis: Crisis, priced: Priced, *, known: Priced | None = None
) -> dict[str, FloatArray]:
    """Name the outputs of mechanisms at the level states that occur, per member where they have members.

    Mechanisms that have no other levels than in ``known`` are left out.
    """
    metrics: dict[str, FloatArray] = {}
    for mechanism, outputs in priced.outputs.items():
        if known and priced.level_states[mechanism] == known.level_states.get(mechanism):
            continue
        codes = priced.plan.mechanism_codes[mechanism]
        asked = np.isin(codes, priced.plan.reachable.get(mechanism, codes))
        levels = np.flatnonzero(asked)[:_MAX_LEVELS].tolist()
        states = priced.level_states[mechanism]
        members = crisis.mechanisms[mechanism].members
        model = find_model(crisis.mechanisms[mechanism].model)
        unkept = {item.name for item in model.outputs if not item.kept} if model else set()
        for output, values in outputs.items():
            if output in unkept:
                continue
            for level in levels:
                where = Metric.of_output(mechanism, output, states[level].items())
                if values.ndim == 2:
                    metrics[str(where)] = values[level]
                    continue
                for member, value in zip(members, values[:, level], strict=True):
                    metrics[str(replace(where, member=member))] = value
    return metrics
