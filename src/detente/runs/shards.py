"""Shards: compile the tree of each policy once, then price, solve and measure block by block of draws.

What a shard holds is a pure function of the run's manifest and the shard's number: no draw's numbers depend on the draws that
are priced and solved beside it, so that blocks may span shards. The numerical kernels release the interpreter's lock, so that
threads work side by side.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.crisis.elements import Crisis
from detente.crisis.metric_names import Metric, metric_name
from detente.engine.drawing import Draws, draw_quantities
from detente.engine.metrics import (
    MetricPlan,
    MoveKeys,
    compile_metrics,
    evaluate_metrics,
    find_move_keys,
)
from detente.engine.solving import form_of, solve_draws
from detente.game import ExtensiveForm, nash_conv, terminal_probs
from detente.linking import Plan, Priced, plan_pricing, price
from detente.models import find_model
from detente.rules import Tree, compile_rules, unroll
from detente.runs.store import SHARD_DRAWS, Manifest, Shard

__all__ = ["BLOCK_DRAWS", "ShardMaker"]

FloatArray = NDArray[np.float64]
BLOCK_DRAWS = 128
"""Most draws that are priced and solved together: more of them share the work per block, and cost memory."""

_MAX_LEVELS = 256  # level states stored per mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """What is the same for all draws under one policy; the pricing of one policy is the base of the others."""

    policy: str
    tree: Tree
    form: ExtensiveForm
    pricing: Plan
    is_base: bool
    metrics: MetricPlan


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
        self.prepared = _prepare(crisis, manifest.policies, pool)

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
            draw_quantities(
                self._crisis,
                SHARD_DRAWS,
                seed=manifest.seed,
                first=first,
                design=manifest.plan,
                total=manifest.n_draws,
            )
            for first in starts
        ]
        return replace(parts[0], values=np.concatenate([part.values for part in parts], axis=1))

    def _make_block(self, starts: Sequence[int]) -> tuple[tuple[tuple[str, str], ...], FloatArray]:
        """Series and values of the draws that are solved together."""
        crisis = self._crisis
        draws = self._draw(starts)
        values = draws.as_mapping()
        rationality = np.ascontiguousarray(values[crisis.rationality.path])
        of_crisis: dict[str, FloatArray] = _quantity_metrics(crisis, draws)
        names: list[tuple[str, str]] = []
        rows: list[FloatArray] = []
        base = price(next(item for item in self.prepared if item.is_base).pricing, values)
        of_crisis |= _mechanism_metrics(crisis, base)
        for item in self.prepared:
            priced = base if item.is_base else price(item.pricing, values, base=base)
            for name, value in _mechanism_metrics(crisis, priced, known=base).items():
                of_crisis.setdefault(name, value)
            for name, value in _solve(item, priced, rationality).items():
                names.append((item.policy, name))
                rows.append(value)
        series = (*(("", name) for name in of_crisis), *names)
        return series, np.array([*of_crisis.values(), *rows])


def _prepare(
    crisis: Crisis, policies: Sequence[str], pool: ThreadPoolExecutor
) -> tuple[_Prepared, ...]:
    """Unroll the game under each policy and compile its pricing and metrics."""
    trees: list[Tree] = list(pool.map(lambda policy: _unroll(crisis, policy), policies))
    keys = MoveKeys(used=(), first=(), seen=())
    for tree in trees:
        keys |= find_move_keys(tree, crisis)
    # The largest game reaches most levels of the mechanisms: the others take what they can from it.
    largest = max(range(len(trees)), key=lambda number: (trees[number].n_nodes, -number))
    base = plan_pricing(trees[largest], crisis)

    def prepare(number: int) -> _Prepared:
        tree = trees[number]
        plan = base if number == largest else plan_pricing(tree, crisis, base=base)
        return _Prepared(
            policy=policies[number],
            tree=tree,
            form=form_of(tree),
            pricing=plan,
            is_base=number == largest,
            metrics=compile_metrics(tree, crisis, keys),
        )

    return tuple(pool.map(prepare, range(len(trees))))


def _unroll(crisis: Crisis, policy: str) -> Tree:
    known = policy if policy in crisis.policies else None
    return unroll(compile_rules(crisis, policy=known))


def _solve(item: _Prepared, priced: Priced, rationality: FloatArray) -> dict[str, FloatArray]:
    """Solve the game of one policy for a block of draws and measure the solution."""
    payoffs, chance = priced.payoffs, priced.chance_probs
    solution = solve_draws(item.form, rationality, payoffs=payoffs, chance_probs=chance)
    n_profiles = int(item.form.chance_offset[1])
    given = chance.copy()
    given[:n_profiles] = 1.0 / n_profiles  # type profiles alike, so that each can be divided out
    metrics = evaluate_metrics(
        item.metrics,
        given_profile=terminal_probs(item.form, solution.strategy, given) * n_profiles,
        profile_probs=chance[:n_profiles],
        priced=priced,
    )
    gain = nash_conv(item.form, solution.strategy, payoffs=payoffs, chance_probs=chance)
    metrics[metric_name("certificate", "residual")] = solution.residual
    metrics[metric_name("certificate", "iterations")] = solution.iterations.astype(np.float64)
    metrics[metric_name("certificate", "converged")] = solution.converged.astype(np.float64)
    metrics[metric_name("certificate", "nashconv")] = gain
    return metrics


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
        states = priced.level_states[mechanism][:_MAX_LEVELS]
        members = crisis.mechanisms[mechanism].members
        model = find_model(crisis.mechanisms[mechanism].model)
        unkept = {item.name for item in model.outputs if not item.kept} if model else set()
        for output, values in outputs.items():
            if output in unkept:
                continue
            for level, state in enumerate(states):
                where = Metric.of_output(mechanism, output, state.items())
                if values.ndim == 2:
                    metrics[str(where)] = values[level]
                    continue
                for member, value in zip(members, values[:, level], strict=True):
                    metrics[str(replace(where, member=member))] = value
    return metrics
