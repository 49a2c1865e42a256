"""``detente explore``: solve a crisis for many cases under many policies and keep the run."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import (
    DESIGN,
    DRAWS,
    JSON,
    MODE,
    RUN,
    SEED,
    WORKERS,
    CrisisArgument,
    SetOption,
    reworded,
)
from detente.cli._progress import RunProgress
from detente.cli._stopping import Terminated, stopping_on_terminate
from detente.errors import RunError, UsageError

if TYPE_CHECKING:
    from detente.crisis import Crisis
    from detente.engine import Design
    from detente.runs import Manifest, Results

__all__ = ["command", "make_design", "parse_part", "parse_policies", "summarise"]

JsonOption = Annotated[bool, reworded(JSON, help="Print the summary as JSON.")]
DrawsOption = Annotated[
    int | None, reworded(DRAWS, help="Cases: joint samples of what is uncertain.  [default: 1024]")
]
SeedOption = Annotated[int | None, reworded(SEED, help="Key of the draws.  [default: 1]")]
DesignOption = Annotated[
    str | None,
    reworded(
        DESIGN,
        help="Where the cases lie: streams, sobol, lhs, monte-carlo or factorial.  [default: streams]",
    ),
]
ModeOption = Annotated[
    str | None,
    reworded(
        MODE,
        help="probabilistic draws from the declared distributions; exploratory spreads cases evenly over their ranges.  [default: probabilistic; factorial: exploratory]",
    ),
]
WorkersOption = Annotated[
    int | None,
    reworded(WORKERS, help="Threads or processes; one for each core by default.", metavar="N"),
]
RunOption = Annotated[Path | None, RUN]
PoliciesOption = Annotated[
    str | None,
    typer.Option(
        "--policies", help="Ids separated by commas, or all.  [default: all]", metavar="A,B|all"
    ),
]
AlternativesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--alternatives",
        help="For the factorial design, values of one quantity, named or not; without any, all contested values. May be repeated.",
        metavar="PATH=[NAME:]V,[NAME:]V",
    ),
]
OthersOption = Annotated[
    str | None,
    typer.Option(
        "--others",
        help="For the factorial design, the other quantities: median, or drawn for each repetition of all combinations.  [default: median]",
        metavar="NAME",
    ),
]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume", help="Go on with the run in the folder; options not given are as it has them."
    ),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        help="What computes: threads, processes, auto (threads, then processes if the run is long), or a Dask cluster by the address of its scheduler, dask://HOST:PORT.  [default: auto]",
        metavar="NAME|ADDRESS",
    ),
]
ShardsOption = Annotated[
    str | None,
    typer.Option(
        "--shards", help="Compute part k of K only, as one task of a job array.", metavar="k/K"
    ),
]
ShardDrawsOption = Annotated[
    int | None,
    typer.Option(
        "--shard-draws",
        help="Cases per file, a multiple of 64; moves no number.  [default: 64, large runs 1024]",
        metavar="N",
    ),
]


def command(
    crisis: CrisisArgument,
    *,
    run: RunOption = None,
    draws: DrawsOption = None,
    policies: PoliciesOption = None,
    design: DesignOption = None,
    mode: ModeOption = None,
    alternatives: AlternativesOption = None,
    others: OthersOption = None,
    seed: SeedOption = None,
    assignments: SetOption = None,
    resume: ResumeOption = False,
    workers: WorkersOption = None,
    executor: ExecutorOption = None,
    shards: ShardsOption = None,
    shard_draws: ShardDrawsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Solve a crisis for many cases under every policy, and keep the run for questions later.

    A run can be stopped at any moment and goes on with --resume; its numbers do not depend on the number of workers.

    For example:

      detente explore my-crisis --draws 4096 --run runs/broad

      detente explore my-crisis --run runs/broad --resume

      detente explore my-crisis --mode exploratory --design sobol --draws 2048 --policies free,arm

      detente explore my-crisis --design factorial --alternatives war.gain=20,40 --alternatives talk.gain=low:5,high:9
    """
    from detente.cli._crises import load_checked, parse_assignments
    from detente.engine.drawing import check_draws

    folder = run if run is not None else Path("runs") / _folder_name(crisis)
    held = _held_run(folder, resume=resume, is_part=shards is not None)
    overrides = parse_assignments(assignments or ())
    if held is not None and not assignments:
        overrides = dict(held.overrides)
    loaded = load_checked(crisis, overrides)
    chosen = _from_run(held, parse_policies(loaded, policies), policies is not None)
    plan = make_design(
        loaded, name=design, mode=mode, alternatives=alternatives, others=others, held=held
    )
    if draws is None:
        draws = held.n_draws if held is not None else _usual_draws(plan)
    if seed is None:
        seed = held.seed if held is not None else 1
    check_draws(draws, seed=seed)
    part = parse_part(shards) if shards is not None else None
    executor = _executor(executor, part)
    options: dict[str, Any] = {
        "folder": folder,
        "policies": chosen,
        "n_draws": draws,
        "seed": seed,
        "workers": workers,
        "design": plan,
        "shard_draws": shard_draws,
        "executor": executor,
    }
    n_policies = len(chosen or loaded.policies) or 1
    progress = RunProgress(f"{draws:,} cases x {n_policies} policies")
    try:
        with stopping_on_terminate():
            if part is not None:
                _run_part(loaded, part, progress, options, as_json=as_json)
                return
            from detente.cli._compiling import saying_what_compiles
            from detente.runs import run_ensemble

            with saying_what_compiles(), progress:
                results = run_ensemble(loaded, progress=progress, **options)
    except KeyboardInterrupt as stop:
        _tell_how_to_resume(crisis, folder, progress)
        raise typer.Exit(143 if isinstance(stop, Terminated) else 130) from None
    if as_json:
        sys.stdout.write(json.dumps(summarise(results), indent=1, ensure_ascii=False) + "\n")
    else:
        _print(results, loaded, progress.peak_mib())


# --- options ---------------------------------------------------------------------------------------------------------


def make_design(
    crisis: "Crisis",
    *,
    name: str | None = None,
    mode: str | None = None,
    alternatives: Sequence[str] | None = None,
    others: str | None = None,
    held: "Manifest | None" = None,
) -> "Design":
    """Return the design that the options ask for; what they leave open is as in the run that is resumed.

    Raises
    ------
    UsageError
        ``option-invalid`` for names that are none, and options that do not go together.
    """
    from detente.engine.designs import DESIGNS, MODES, Design
    from detente.runs.alternatives import contested_alternatives, parse_alternatives

    before = held.plan if held is not None else None
    chosen = _one_of("--design", name, DESIGNS, before.name if before else "streams")
    if chosen != "factorial":
        for option, given in (("--alternatives", alternatives), ("--others", others)):
            if given:
                message = f"{option} is for the factorial design, not for {chosen}"
                fix = "add --design factorial, or leave it out"
                raise UsageError(message, code="option-invalid", at=option, fix=fix)
    usual = "exploratory" if chosen == "factorial" else before.mode if before else "probabilistic"
    chosen_mode = _one_of("--mode", mode, MODES, usual)
    if chosen != "factorial":
        return Design(name=chosen, mode=chosen_mode)
    if chosen_mode != "exploratory":
        message = "combinations of alternatives have no probabilities"
        fix = "leave --mode out: a factorial run is exploratory"
        raise UsageError(message, code="option-invalid", at="--mode", fix=fix)
    is_same = before is not None and before.name == "factorial"
    if alternatives:
        levels = parse_alternatives(crisis, alternatives)
    else:
        levels = before.alternatives if before and is_same else contested_alternatives(crisis)
    rest = _one_of(
        "--others", others, ("median", "drawn"), before.others if before and is_same else "median"
    )
    return Design(name=chosen, mode=chosen_mode, alternatives=levels, others=rest)


def _usual_draws(plan: "Design") -> int:
    """Return the number of cases of a design unless another is asked for; refuse one that nobody may have meant."""
    from detente.runs.store import LARGE_RUN_DRAWS

    if plan.name != "factorial":
        return 1024
    if plan.n_cells > LARGE_RUN_DRAWS:
        message = f"{len(plan.alternatives)} quantities with alternatives make {plan.n_cells:,} combinations"
        fix = f"name the few that matter with --alternatives, or ask for all with --draws {plan.n_cells}"
        raise UsageError(message, code="option-invalid", at="--design", fix=fix)
    return plan.n_cells


def parse_policies(crisis: "Crisis", text: str | None) -> tuple[str, ...] | None:
    """Return the policies of a list with commas, in the order of the file; None for all.

    Raises
    ------
    UsageError
        ``option-invalid`` for a name that is none.
    """
    if text is None or text.strip() == "all":
        return None
    from detente.cli._crises import choose_policies

    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        message = f"--policies is {text!r}, which names none"
        fix = "name policies separated by commas, or all"
        raise UsageError(message, code="option-invalid", at="--policies", fix=fix)
    if not crisis.policies and names == ["free"]:
        return None
    return choose_policies(crisis, names, at="--policies")


def parse_part(text: str) -> tuple[int, int]:
    """Return k and K of ``k/K``.

    Raises
    ------
    UsageError
        ``option-invalid`` for anything else.
    """
    which, sign, of = text.partition("/")
    if sign and which.strip().isdecimal() and of.strip().isdecimal():
        part = int(which), int(of)
        if 1 <= part[0] <= part[1] <= 10**6:
            return part
    message = f"--shards is {text[:80]!r}, not one part of several"
    fix = "write k/K with k from 1 to K, for instance --shards 3/10"
    raise UsageError(message, code="option-invalid", at="--shards", fix=fix)


def _executor(given: str | None, part: tuple[int, int] | None) -> str:
    """Return what computes; ``auto`` unless something else is asked for."""
    from detente.runs.cluster import parse_address
    from detente.runs.running import EXECUTORS

    if given is None or given in EXECUTORS:
        return given or "auto"
    if "://" not in given:
        message = f"--executor is {given[:80]!r}, which is none"
        fix = f"use one of: {', '.join(EXECUTORS)}, dask://HOST:PORT"
        raise UsageError(message, code="option-invalid", at="--executor", fix=fix)
    if part is not None:
        message = "--shards and a cluster are two ways to share the work out"
        raise UsageError(message, code="option-invalid", at="--shards", fix="give one of them")
    return parse_address(given)


def _one_of(option: str, given: str | None, known: Sequence[str], usual: str) -> Any:
    if given is None:
        return usual
    if given not in known:
        message = f"{option} is {given[:80]!r}, which is none"
        raise UsageError(
            message, code="option-invalid", at=option, fix=f"use one of: {', '.join(known)}"
        )
    return given


def _folder_name(crisis: str) -> str:
    return Path(crisis).resolve().name if Path(crisis).is_dir() else crisis.replace("/", "-")


def _held_run(folder: Path, *, resume: bool, is_part: bool) -> "Manifest | None":
    """Return the run that is to be gone on with; refuse to touch one unasked, or a folder of something else."""
    from detente.runs.folders import find_strangers
    from detente.runs.store import read_manifest

    held = read_manifest(folder)
    if held is None and not resume and (strangers := find_strangers(folder)):
        message = f"{folder} holds something that is no run: {', '.join(strangers[:3])}"
        fix = "name a new or an empty folder with --run"
        raise UsageError(message, code="folder-exists", at=str(folder), fix=fix)
    if resume and held is None:
        message = f"{folder} holds no run to go on with"
        fix = "name the folder of the run, or leave out --resume"
        raise RunError(message, code="run-corrupt", at=str(folder), fix=fix)
    if held is not None and not resume and not is_part:
        message = f"{folder} already holds a run of {held.crisis} ({held.n_draws:,} draws)"
        fix = "add --resume to go on with it or to add draws, or name another folder with --run"
        raise UsageError(message, code="folder-exists", at=str(folder), fix=fix)
    return held if resume else None


def _from_run(
    held: "Manifest | None",
    chosen: tuple[str, ...] | None,
    is_given: bool,  # noqa: FBT001
) -> tuple[str, ...] | None:
    return held.policies if held is not None and not is_given else chosen


# --- running and answers ---------------------------------------------------------------------------------------------


def _run_part(
    crisis: "Crisis",
    part: tuple[int, int],
    progress: RunProgress,
    options: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from detente.runs import run_part

    with progress:
        done = run_part(crisis, part=part, progress=progress, **options)
    if as_json:
        fields = {
            "run": str(done.folder),
            "part": part[0],
            "of": part[1],
            "shards": done.shards,
            "computed": done.computed,
            "missing_elsewhere": done.missing_elsewhere,
        }
        sys.stdout.write(json.dumps(fields, indent=1) + "\n")
        return
    rest = "the run is complete"
    if not done.is_complete:
        rest = f"{done.missing_elsewhere:,} shards of other parts are not there yet"
    sys.stdout.write(
        f"part {part[0]} of {part[1]} is done: {done.shards:,} shards, {done.computed:,} of them now; {rest}\n"
    )


def _tell_how_to_resume(crisis: str, folder: Path, progress: RunProgress) -> None:
    import shlex

    there = f"{progress.done:,} of {progress.total:,} cases are kept in {folder}"
    again = f"detente explore {shlex.quote(crisis)} --run {shlex.quote(str(folder))} --resume"
    if not (folder / "manifest.json").exists():
        sys.stderr.write("interrupted before the run began; nothing was written\n")
        return
    sys.stderr.write(f"interrupted: {there}\n  go on with: {again}\n")


def summarise(results: "Results") -> dict[str, Any]:
    """Return the run and its main numbers as plain data; ranges are 5% and 95% quantiles over cases."""
    manifest = results.manifest
    certificate = results.certificate
    plan = manifest.plan
    return {
        "run": str(results.folder),
        "crisis": manifest.crisis,
        "digest": manifest.digest,
        "design": plan.name,
        "mode": plan.mode,
        "share_label": plan.share_label,
        "cases": plan.case_label,
        "draws": results.n_draws,
        "seed": manifest.seed,
        "overrides": dict(manifest.overrides),
        "policies": {
            policy: {
                name: _range(results, name, policy)
                for name in ("attack", "settlement", *results.metrics("outcome/", policy=policy))
            }
            for policy in results.policies
        },
        "certificate": {
            "max_residual": certificate.max_residual,
            "unconverged": certificate.unconverged,
            "solutions": certificate.n_solutions,
        },
    }


def _range(results: "Results", metric: str, policy: str) -> dict[str, float]:
    found = results.summary(metric, policy)
    return {"mean": found.mean, "low": found.low, "high": found.high}


def _print(results: "Results", crisis: "Crisis", peak_mib: float) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    manifest = results.manifest
    plan = manifest.plan
    console = Console(highlight=False)
    cases = "explored cases" if plan.mode == "exploratory" else "draws"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("policy", overflow="fold")
    for name in ("an attack", f"5-95% of {cases}", "a settlement", f"5-95% of {cases}"):
        table.add_column(name, justify="right")
    for policy in results.policies:
        cells = [escape(manifest.policy_labels.get(policy, policy))]
        for metric in ("attack", "settlement"):
            found = results.summary(metric, policy)
            cells += [f"{found.mean:.1%}", f"{found.low:.1%} to {found.high:.1%}"]
        table.add_row(*cells)
    console.print(f"[bold]{escape(crisis.title)}[/bold]")
    console.print(f"{results.n_draws:,} {plan.case_label}", markup=False)
    if plan.mode == "exploratory":
        meaning = "Model's probability, mean and range over explored cases; such a mean is no probability of the event."
    else:
        meaning = "Probability in the model under the declared distributions: mean over draws, and its range."
    console.print(meaning, markup=False)
    console.print(table)
    certificate = results.certificate
    console.print(
        f"{certificate.unconverged:,} of {certificate.n_solutions:,} games missed the tolerance; "
        f"largest residual {certificate.max_residual:.0e}; peak memory {peak_mib:,.0f} MiB.",
        markup=False,
    )
    console.print(f"Run: {results.folder}", markup=False, soft_wrap=True)
    question = "select policy, avg(value) from run where metric = 'attack' group by policy"
    console.print(
        f'Ask it: detente query {results.folder} "{question}"', markup=False, soft_wrap=True
    )
