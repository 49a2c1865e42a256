"""``detente explore``: solve a crisis for many cases under many policies and keep the run."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._options import (
    DESIGN,
    DRAWS,
    EXECUTOR,
    JSON,
    MODE,
    RUN,
    SEED,
    WORKERS,
    CrisisArgument,
    SetOption,
    reworded,
)
from detente.cli._output import json_text, make_table, number, terminal, text
from detente.cli._plans import (
    choose_executor,
    choose_overrides,
    choose_run_policies,
    choose_size,
    find_held,
    make_design,
    name_folder,
    parse_part,
)
from detente.cli._stopping import Terminated, stopping_on_terminate
from detente.runs.progress import ProgressDisplay

if TYPE_CHECKING:
    from detente.crisis import Crisis
    from detente.runs import Run

__all__ = ["command", "summarise"]

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
    reworded(
        EXECUTOR,
        help="What computes: threads, processes, auto (threads, then processes if the run is long), or a Dask cluster by the address of its scheduler, dask://HOST:PORT.  [default: auto]",
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
    folder = run if run is not None else Path("runs") / name_folder(crisis)
    held = find_held(folder, resume=resume, is_part=shards is not None)
    loaded = detente.load(crisis, choose_overrides(held, assignments))
    chosen = choose_run_policies(held, loaded, policies)
    plan = make_design(
        loaded, name=design, mode=mode, alternatives=alternatives, others=others, held=held
    )
    n_draws, key = choose_size(held, plan, draws, seed)
    part = parse_part(shards) if shards is not None else None
    options: dict[str, Any] = {
        "folder": folder,
        "policies": chosen,
        "n_draws": n_draws,
        "seed": key,
        "workers": workers,
        "design": plan,
        "shard_draws": shard_draws,
        "executor": choose_executor(executor, part),
    }
    _run(crisis, loaded, part, options, as_json=as_json)


def _run(
    name: str,
    crisis: "Crisis",
    part: tuple[int, int] | None,
    options: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    """Solve and print; where it is stopped, say how to go on."""
    from detente.cli._compiling import saying_what_compiles
    from detente.runs import run_ensemble

    n_policies = len(options["policies"] or crisis.policies) or 1
    progress = ProgressDisplay(f"Solving {options['n_draws']:,} cases x {n_policies} policies")
    try:
        with stopping_on_terminate():
            if part is not None:
                _run_part(crisis, part, progress, options, as_json=as_json)
                return
            with saying_what_compiles(), progress:
                results = run_ensemble(crisis, progress=progress, **options)
    except KeyboardInterrupt as stop:
        _tell_how_to_resume(name, options["folder"], progress)
        raise typer.Exit(143 if isinstance(stop, Terminated) else 130) from None
    if as_json:
        sys.stdout.write(json_text(summarise(results)))
    else:
        _print(results, crisis, progress.peak_mib())


def _run_part(
    crisis: "Crisis",
    part: tuple[int, int],
    progress: ProgressDisplay,
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
        sys.stdout.write(json_text(fields))
        return
    rest = "the run is complete"
    if not done.is_complete:
        rest = f"{done.missing_elsewhere:,} shards of other parts are not there yet"
    sys.stdout.write(
        f"part {part[0]} of {part[1]} is done: {done.shards:,} shards, {done.computed:,} of them now; {rest}\n"
    )


def _tell_how_to_resume(crisis: str, folder: Path, progress: ProgressDisplay) -> None:
    import shlex

    there = f"{progress.done:,} of {progress.total:,} cases are kept in {folder}"
    again = f"detente explore {shlex.quote(crisis)} --run {shlex.quote(str(folder))} --resume"
    if not (folder / "manifest.json").exists():
        sys.stderr.write("interrupted before the run began; nothing was written\n")
        return
    sys.stderr.write(f"interrupted: {there}\n  go on with: {again}\n")


def summarise(results: "Run") -> dict[str, Any]:
    """Return the run and its main numbers as plain data; ranges are 5% and 95% quantiles over cases."""
    from detente.crisis.metric_names import metric_prefix

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
                for name in (
                    "attack",
                    "settlement",
                    *results.metrics(metric_prefix("outcome"), policy=policy),
                )
            }
            for policy in results.policy_ids
        },
        "certificate": {
            "max_residual": certificate.max_residual,
            "unconverged": certificate.unconverged,
            "solutions": certificate.n_solutions,
        },
    }


def _range(results: "Run", metric: str, policy: str) -> dict[str, float | bool | None]:
    if results.is_excluded(metric, policy):
        return {"mean": None, "low": None, "high": None, "excluded": True}
    found = results.summary(metric, policy)
    return {"mean": found.mean, "low": found.low, "high": found.high}


def _print(results: "Run", crisis: "Crisis", peak_mib: float) -> None:
    manifest = results.manifest
    plan = manifest.plan
    console = terminal()
    cases = "explored cases" if plan.mode == "exploratory" else "draws"

    def cells(policy: str) -> Iterator[str]:
        yield manifest.policy_labels.get(policy, policy)
        for metric in ("attack", "settlement"):
            if results.is_excluded(metric, policy):
                yield from ("excluded", "")
                continue
            found = results.summary(metric, policy)
            yield f"{found.mean:.1%}"
            yield f"{found.low:.1%} to {found.high:.1%}"

    heads = ("an attack", f"5-95% of {cases}", "a settlement", f"5-95% of {cases}")
    columns = [text("policy", overflow="fold"), *map(number, heads)]
    table = make_table(columns, [tuple(cells(policy)) for policy in results.policy_ids])
    console.print(crisis.title, style="bold")
    console.print(f"{results.n_draws:,} {plan.case_label}")
    if plan.mode == "exploratory":
        meaning = "Model's probability, mean and range over explored cases; such a mean is no probability of the event."
    else:
        meaning = "Probability in the model under the declared distributions: mean over draws, and its range."
    console.print(meaning)
    console.print(table)
    certificate = results.certificate
    console.print(
        f"{certificate.unconverged:,} of {certificate.n_solutions:,} games missed the tolerance; "
        f"largest residual {certificate.max_residual:.0e}; peak memory {peak_mib:,.0f} MiB.",
    )
    console.print(f"Run: {results.folder}", soft_wrap=True)
    question = "select policy, avg(value) from run where metric = 'attack' group by policy"
    console.print(f'Ask it: detente query {results.folder} "{question}"', soft_wrap=True)
