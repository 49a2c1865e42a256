"""Running an ensemble: compile the tree of each policy once, then price, solve and measure shard by shard.

A shard is one task of one thread; the numerical kernels release the interpreter's lock. What a shard holds does not
depend on which thread computed it or on how many there are.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.crisis.elements import Crisis
from detente.ensemble.drawing import Draws, check_draws, draw_quantities
from detente.ensemble.metrics import (
    MetricPlan,
    MoveKeys,
    compile_metrics,
    evaluate_metrics,
    find_move_keys,
)
from detente.ensemble.results import Results
from detente.ensemble.store import (
    SHARD_DRAWS,
    Manifest,
    Shard,
    check_shard,
    read_manifest,
    read_shard,
    write_manifest,
    write_shard,
)
from detente.errors import RunError, UsageError
from detente.game import ExtensiveForm, nash_conv, solve_logit_qre, terminal_probs
from detente.models import find_model
from detente.rules import Plan, Priced, Tree, compile_rules, plan_pricing, price, unroll

__all__ = ["Progress", "run_ensemble"]

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Called with the number of draws done and of all draws; whatever it raises stops the run, which can be resumed."""

_LIBRARIES = ("detente", "duckdb", "numba", "numpy", "pyarrow", "scipy")
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


def run_ensemble(
    crisis: Crisis,
    *,
    folder: str | Path,
    policies: Sequence[str] | None = None,
    n_draws: int = 1024,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Results:
    """Solve a crisis for every draw and policy and store the metrics.

    Draws are the same under every policy (common random numbers). Shards that the folder already holds are kept: a
    stopped run goes on where it was, a longer one adds draws to a shorter one.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    folder
        The run folder; made if missing.
    policies
        Ids of the policies; all of the crisis by default.
    n_draws
        How many draws. Shards are whole, so up to 63 more are computed.
    seed
        Key of the draws.
    workers
        Number of threads; by default one for each core that this process may use. The result does not depend on it.
    progress
        Told how far the run is, from the calling thread.

    Returns
    -------
    Results
        The finished run.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown policy or a number out of range.
    RunError
        ``run-mismatch`` if the folder holds another run, ``output-unwritable`` if it cannot be written.
    """
    folder = Path(folder)
    chosen = _chosen_policies(crisis, policies)
    n_workers = _n_workers(workers)
    check_draws(n_draws, seed=seed)
    manifest = _make_manifest(crisis, chosen, n_draws, seed)
    _check_folder(folder, manifest)
    missing = [
        number for number in range(manifest.n_shards) if not _is_valid(folder, number, manifest)
    ]
    done = manifest.n_shards - len(missing)

    def report() -> None:
        if progress is not None:
            progress(min(done * SHARD_DRAWS, n_draws), n_draws)

    write_manifest(folder, manifest)
    report()
    if missing:
        with ThreadPoolExecutor(max_workers=n_workers) as pool:
            try:
                prepared = _prepare(crisis, chosen, pool)
                pending = {
                    pool.submit(_run_shard, crisis, prepared, folder, number, manifest)
                    for number in missing
                }
                while pending:
                    finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in finished:
                        future.result()
                        done += 1
                        report()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
    return Results.open(folder)


# --- compiling -------------------------------------------------------------------------------------------------------


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
            form=_form_of(tree),
            pricing=plan,
            is_base=number == largest,
            metrics=compile_metrics(tree, crisis, keys),
        )

    return tuple(pool.map(prepare, range(len(trees))))


def _unroll(crisis: Crisis, policy: str) -> Tree:
    known = policy if policy in crisis.policies else None
    return unroll(compile_rules(crisis, policy=known))


def _form_of(tree: Tree) -> ExtensiveForm:
    return ExtensiveForm.from_arrays(
        tree.player,
        tree.first_child,
        tree.n_children,
        tree.info_set,
        tree.info_set_player,
        tree.action_offset,
        tree.chance_offset,
        tree.terminal_node,
        tree.payoff_class,
        len(tree.players),
    )


# --- a shard ---------------------------------------------------------------------------------------------------------


def _run_shard(
    crisis: Crisis,
    prepared: Sequence[_Prepared],
    folder: Path,
    number: int,
    manifest: Manifest,
) -> None:
    """Compute and write one shard: a pure function of the manifest's stamp and the shard's number."""
    draws = draw_quantities(crisis, SHARD_DRAWS, seed=manifest.seed, first=number * SHARD_DRAWS)
    values = draws.as_mapping()
    rationality = np.ascontiguousarray(values[crisis.rationality.path])
    of_crisis: dict[str, FloatArray] = _quantity_metrics(crisis, draws)
    names: list[tuple[str, str]] = []
    rows: list[FloatArray] = []
    base = price(next(item for item in prepared if item.is_base).pricing, values)
    of_crisis |= _mechanism_metrics(crisis, base)
    for item in prepared:
        priced = base if item.is_base else price(item.pricing, values, base=base)
        for name, value in _mechanism_metrics(crisis, priced, known=base).items():
            of_crisis.setdefault(name, value)
        for name, value in _solve(item, priced, rationality).items():
            names.append((item.policy, name))
            rows.append(value)
    series = [("", name) for name in of_crisis] + names
    block = np.array([*of_crisis.values(), *rows])
    shard = Shard(number=number, series=tuple(series), values=block)
    write_shard(folder, shard, stamp=manifest.stamp())


def _solve(item: _Prepared, priced: Priced, rationality: FloatArray) -> dict[str, FloatArray]:
    """Solve the game of one policy for a block of draws and measure the solution."""
    payoffs, chance = priced.payoffs, priced.chance_probs
    solution = solve_logit_qre(item.form, rationality, payoffs=payoffs, chance_probs=chance)
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
    metrics["certificate/residual"] = solution.residual
    metrics["certificate/iterations"] = solution.iterations.astype(np.float64)
    metrics["certificate/converged"] = solution.converged.astype(np.float64)
    metrics["certificate/nashconv"] = gain
    return metrics


def _quantity_metrics(crisis: Crisis, draws: Draws) -> dict[str, FloatArray]:
    """Name the uncertain quantities; fixed ones stand in the manifest."""
    return {
        f"quantity/{path}": values
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
                where = ",".join(f"{variable}={value}" for variable, value in state.items())
                name = f"mechanism/{mechanism}/{output}" + (f"@{where}" if where else "")
                if values.ndim == 2:
                    metrics[name] = values[level]
                    continue
                for member, value in zip(members, values[:, level], strict=True):
                    metrics[f"{name}/{member}"] = value
    return metrics


# --- the folder ------------------------------------------------------------------------------------------------------


def _find_defenders(crisis: Crisis) -> tuple[str, ...]:
    """Players whose payoff is what regret is about: the defenders; without any, all who do not challenge; else all."""
    players = crisis.players.values()
    for group in (
        [player.id for player in players if player.role == "defender"],
        [player.id for player in players if player.role != "challenger"],
    ):
        if group:
            return tuple(group)
    return tuple(crisis.players)


def _make_manifest(crisis: Crisis, policies: Sequence[str], n_draws: int, seed: int) -> Manifest:
    return Manifest(
        crisis=crisis.id,
        digest=crisis.digest,
        seed=seed,
        n_draws=n_draws,
        policies=tuple(policies),
        policy_labels={
            policy: crisis.policies[policy].label if policy in crisis.policies else policy
            for policy in policies
        },
        players=tuple(crisis.players),
        defenders=_find_defenders(crisis),
        overrides=dict(crisis.overrides),
        fixed={
            path: item.distribution.parameters[0]
            for path, item in sorted(crisis.quantities.items())
            if item.distribution.family == "fixed"
        },
        versions=_versions(),
    )


def _check_folder(folder: Path, manifest: Manifest) -> None:
    """Refuse a folder that holds a run of something else."""
    held = read_manifest(folder)
    if held is None:
        return
    for field, what in (
        ("crisis", "crisis"),
        ("digest", "version of the crisis files or overrides"),
        ("seed", "seed"),
        ("policies", "list of policies"),
    ):
        if getattr(held, field) != getattr(manifest, field):
            message = (
                f"the folder holds a run with another {what}: "
                f"{_short(getattr(held, field))}, not {_short(getattr(manifest, field))}"
            )
            raise RunError(
                message,
                code="run-mismatch",
                at=str(folder / "manifest.json"),
                fix="run into another folder, or remove this one",
            )
    if held.stamp() != manifest.stamp():
        message = (
            f"the folder holds a run of detente {held.versions.get('detente')}, "
            f"not {manifest.versions.get('detente')}"
        )
        raise RunError(
            message,
            code="run-mismatch",
            at=str(folder / "manifest.json"),
            fix="run into another folder, or remove this one",
        )


def _is_valid(folder: Path, number: int, manifest: Manifest) -> bool:
    """Whether the folder holds a whole, undamaged shard of this run."""
    if check_shard(folder, number, stamp=manifest.stamp()):
        return False
    try:
        read_shard(folder, number, stamp=manifest.stamp())
    except RunError:
        return False
    return True


def _short(value: object) -> str:
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _chosen_policies(crisis: Crisis, policies: Sequence[str] | None) -> tuple[str, ...]:
    """Ids of the policies to run; ``free`` stands for no commitment in a crisis without policies."""
    known = tuple(crisis.policies) or ("free",)
    chosen = known if policies is None else tuple(dict.fromkeys(policies))
    for policy in chosen:
        if policy not in known:
            message = f"crisis {crisis.id!r} has no policy {policy!r}"
            raise UsageError(
                message, code="option-invalid", at="policies", fix=f"use one of: {', '.join(known)}"
            )
    if not chosen:
        message = "the list of policies is empty"
        raise UsageError(message, code="option-invalid", at="policies", fix="name one or more")
    return chosen


def _n_workers(workers: int | None) -> int:
    if workers is None:
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if workers < 1:
        message = f"{workers} workers cannot work"
        raise UsageError(message, code="option-invalid", at="workers", fix="use 1 or more")
    return workers


def _versions() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found
