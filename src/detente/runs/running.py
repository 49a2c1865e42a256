"""Running an ensemble: find out which shards a folder lacks and have them computed: by threads, processes or a cluster."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detente.crisis.crisis import Crisis
from detente.engine.designs import Design, check_size
from detente.engine.drawing import check_draws
from detente.engine.usual import DRAWS, SEED
from detente.errors import RunError, UsageError
from detente.files.holding import holding
from detente.runs.cluster import parse_address, run_on_cluster
from detente.runs.run import Run
from detente.runs.store import (
    LARGE_RUN_DRAWS,
    LARGE_SHARD_DRAWS,
    MAX_SHARD_DRAWS,
    SHARD_DRAWS,
    Manifest,
    check_run_links,
    check_shard,
    read_manifest,
    read_shard,
    remove_run_leftovers,
    write_manifest,
)
from detente.runs.versions import library_versions
from detente.runs.workers import check_not_nested, run_processes, run_threads
from detente.summaries import html_fields, text_fields

__all__ = [
    "EXECUTORS",
    "MAX_WORKERS",
    "Progress",
    "RunPart",
    "make_manifest",
    "run_ensemble",
    "run_part",
]

EXECUTORS = ("auto", "threads", "processes")
"""What may compute shards on this machine. ``auto`` begins with threads and goes on with processes if much is left."""

MAX_WORKERS = 256
"""Most workers on this machine."""

Progress = Callable[[int, int], None]
"""Called with the number of draws done and of all draws; whatever it raises stops the run, which can be resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    """What a call of :func:`run_part` left: how many shards of its part and of the whole run are there."""

    __repr__ = text_fields
    _repr_html_ = html_fields

    folder: Path
    shards: int
    computed: int
    missing_elsewhere: int

    @property
    def is_complete(self) -> bool:
        """Whether the whole run is there."""
        return self.missing_elsewhere == 0


def run_ensemble(
    crisis: Crisis,
    *,
    folder: str | Path,
    policies: Sequence[str] | None = None,
    n_draws: int = DRAWS,
    seed: int = SEED,
    workers: int | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
    executor: str | None = None,
    shard_draws: int | None = None,
) -> Run:
    """Solve a crisis for every draw and policy and store the metrics.

    Draws are the same under every policy (common random numbers). Shards that the folder already holds are kept: a
    stopped run goes on where it was, a longer one adds draws to a shorter one where the design allows it.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    folder
        The run folder; made if missing.
    policies
        Ids of the policies; all of the crisis by default.
    n_draws
        How many draws. Shards are whole, so some more may be computed.
    seed
        Key of the draws.
    workers
        Number of threads or processes; by default one for each core that this process may use. The result does not depend
        on it.
    progress
        Told how far the run is, from the calling thread.
    design
        Where the draws lie and what they are drawn from; by default one stream per quantity and the declared
        distributions.
    executor
        What computes the shards: ``threads`` of this process (the default), ``processes``, ``auto`` (threads, followed by
        processes once it shows that more than some 40 seconds are left), or the address of a Dask scheduler,
        ``dask://HOST:PORT``. The result does not depend on it. A script that asks for processes must do so under
        ``if __name__ == "__main__":``, as always with Python's processes.
    shard_draws
        Draws per shard, a multiple of 64; by default that of the run that the folder holds, else 64, or 1,024 for runs of
        more than 16,384 draws. No number depends on it.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown policy or a number out of range.
    RunError
        ``run-mismatch`` if the folder holds another run, ``run-busy`` if another process is filling it,
        ``output-unwritable`` if it cannot be written, ``executor-failed`` if processes keep dying or the cluster cannot be
        reached or gives up.
    """
    _fill(
        crisis,
        Path(folder),
        policies=policies,
        n_draws=n_draws,
        seed=seed,
        workers=workers,
        progress=progress,
        design=design or Design(),
        executor=executor,
        shard_draws=shard_draws,
        part=(1, 1),
    )
    return Run.open(folder, crisis=crisis)


def run_part(
    crisis: Crisis,
    *,
    folder: str | Path,
    part: tuple[int, int],
    policies: Sequence[str] | None = None,
    n_draws: int = DRAWS,
    seed: int = SEED,
    workers: int | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
    executor: str | None = None,
    shard_draws: int | None = None,
) -> RunPart:
    """Compute one part of the shards of a run: what one task of a job array does.

    Tasks of the same run may work in one folder at the same time, or each in its own folder, to be copied together.

    Parameters
    ----------
    part
        ``(k, K)``: part k of K, from 1; it takes every K-th shard.
    crisis, folder, policies, n_draws, seed, workers, progress, design, executor, shard_draws
        As in :func:`run_ensemble`, but for a cluster: parts and a cluster are two ways to share the work out.

    Returns
    -------
    RunPart
        What is there now.

    Raises
    ------
    UsageError
        ``option-invalid`` for a part that does not exist, and as :func:`run_ensemble`.
    RunError
        As :func:`run_ensemble`.
    """
    which, of = part
    if not 1 <= which <= of:
        message = f"part {which} of {of} does not exist"
        raise UsageError(message, code="option-invalid", at="shards", fix="count parts from 1")
    if executor is not None and executor not in EXECUTORS:
        message = f"a part of a run cannot be computed by {executor!r}"
        fix = f"use one of: {', '.join(EXECUTORS)}"
        raise UsageError(message, code="option-invalid", at="executor", fix=fix)
    return _fill(
        crisis,
        Path(folder),
        policies=policies,
        n_draws=n_draws,
        seed=seed,
        workers=workers,
        progress=progress,
        design=design or Design(),
        executor=executor,
        shard_draws=shard_draws,
        part=part,
    )


def _fill(
    crisis: Crisis,
    folder: Path,
    *,
    policies: Sequence[str] | None,
    n_draws: int,
    seed: int,
    workers: int | None,
    progress: Progress | None,
    design: Design,
    executor: str | None,
    shard_draws: int | None,
    part: tuple[int, int],
) -> RunPart:
    """Compute the shards of a part that the folder lacks."""
    chosen = _chosen_policies(crisis, policies)
    n_workers = _n_workers(workers)
    check_draws(n_draws, seed=seed)
    check_size(design, n_draws)
    if executor not in {None, *EXECUTORS}:
        parse_address(str(executor))
    if executor in {"auto", "processes"}:
        check_not_nested()
    with holding(folder, is_shared=part != (1, 1)):
        check_run_links(folder)
        held = read_manifest(folder)
        manifest = make_manifest(crisis, chosen, n_draws, seed, design)
        size = _shard_size(shard_draws, n_draws, held)
        manifest = replace(manifest, shard_draws=size)
        if held is not None:
            _check_same_run(folder, held, manifest)
        remove_run_leftovers(folder)
        mine = range(part[0] - 1, manifest.n_shards, part[1])
        missing = [number for number in mine if not _is_valid(folder, number, manifest)]
        others = set(range(manifest.n_shards)) - set(mine)
        done = len(mine) - len(missing)
        total = min(len(mine) * size, n_draws)

        def report() -> None:
            if progress is not None:
                progress(min(done * size, total), total)

        def finish() -> None:
            nonlocal done
            done += 1
            report()

        write_manifest(folder, manifest)
        report()
        if missing:
            _compute(
                crisis,
                manifest,
                folder,
                missing,
                executor=executor or "threads",
                n_workers=n_workers,
                finish=finish,
            )
        return RunPart(
            folder=folder,
            shards=len(mine),
            computed=len(missing),
            missing_elsewhere=sum(
                bool(check_shard(folder, number, stamp=manifest.stamp())) for number in others
            ),
        )


def _compute(
    crisis: Crisis,
    manifest: Manifest,
    folder: Path,
    missing: Sequence[int],
    *,
    executor: str,
    n_workers: int,
    finish: Callable[[], None],
) -> None:
    """Compute the missing shards by what was asked for."""
    if executor not in EXECUTORS:
        run_on_cluster(crisis, manifest, folder, missing, address=executor, finish=finish)
        return
    left = tuple(missing)
    if executor != "processes":
        left = run_threads(
            crisis,
            manifest,
            folder,
            missing,
            n_workers=n_workers,
            finish=finish,
            may_hand_over=executor == "auto" and min(n_workers, _n_workers(None)) > 1,
        )
    if left:
        if executor == "auto":  # more processes than cores cost memory and gain nothing
            n_workers = min(n_workers, _n_workers(None))
        run_processes(crisis, manifest, folder, left, n_workers=n_workers, finish=finish)


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


def make_manifest(
    crisis: Crisis, policies: Sequence[str], n_draws: int, seed: int, design: Design
) -> Manifest:
    """Return the manifest of a run: what its shards are draws of."""
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
        versions=library_versions(),
        design=design.name,
        mode=design.mode,
        alternatives=design.alternatives,
        others=design.others,
    )


def _shard_size(wanted: int | None, n_draws: int, held: Manifest | None) -> int:
    """Draws per shard: as asked for, as in the folder, or by the size of the run."""
    if wanted is None:
        if held is not None:
            return held.shard_draws
        return LARGE_SHARD_DRAWS if n_draws > LARGE_RUN_DRAWS else SHARD_DRAWS
    if wanted % SHARD_DRAWS or not SHARD_DRAWS <= wanted <= MAX_SHARD_DRAWS:
        message = f"shards of {wanted} draws cannot be"
        fix = f"use a multiple of {SHARD_DRAWS} from {SHARD_DRAWS} to {MAX_SHARD_DRAWS:,}"
        raise UsageError(message, code="option-invalid", at="shard-draws", fix=fix)
    return wanted


def _check_same_run(folder: Path, held: Manifest, manifest: Manifest) -> None:
    """Refuse a folder that holds a run of something else."""
    fields = [
        ("crisis", "crisis"),
        ("digest", "version of the crisis files or overrides"),
        ("seed", "seed"),
        ("policies", "list of policies"),
        ("design", "design"),
        ("mode", "mode"),
        ("alternatives", "set of alternatives"),
        ("others", "treatment of the other quantities"),
        ("shard_draws", "number of draws per shard"),
    ]
    if not manifest.plan.is_extensible:
        fields.append(
            ("n_draws", "number of draws, on which every draw of a Latin hypercube depends")
        )
    for field, what in fields:
        if getattr(held, field) != getattr(manifest, field):
            message = (
                f"the folder holds a run with another {what}: "
                f"{_short(getattr(held, field))}, not {_short(getattr(manifest, field))}"
            )
            raise _mismatch(folder, message)
    if held.stamp() != manifest.stamp():
        message = (
            f"the folder holds a run of detente {held.versions.get('detente')}, "
            f"not {manifest.versions.get('detente')}"
        )
        raise _mismatch(folder, message)


def _mismatch(folder: Path, message: str) -> RunError:
    return RunError(
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
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
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
    if not 1 <= workers <= MAX_WORKERS:
        message = f"{workers} workers cannot work"
        fix = f"use 1 to {MAX_WORKERS}; without the option there is one for each core"
        raise UsageError(message, code="option-invalid", at="workers", fix=fix)
    return workers
