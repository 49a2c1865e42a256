"""``detente runs``: list, verify and remove runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import JsonOption
from detente.cli._output import json_text, make_table, number, print_table, terminal, text
from detente.errors import RunError, UsageError

if TYPE_CHECKING:
    from detente.runs.folders import RunReport

__all__ = ["command"]

_WIDE = 10_000
"""Characters of a line that holds a path whole, so that it can be copied."""

FolderArgument = Annotated[
    Path | None,
    typer.Argument(help="A run, or a folder with runs below it; by default here.", metavar="DIR"),
]
VerifyOption = Annotated[
    bool, typer.Option("--verify", help="Read every shard and compare its checksum.")
]
RemoveOption = Annotated[
    bool, typer.Option("--remove", help="Remove the one run in DIR, after a question.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Remove without a question.")]


def command(
    folder: FolderArgument = None,
    *,
    verify: VerifyOption = False,
    remove: RemoveOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the runs in a folder: crisis, design, mode, draws, how much is there, size and state.

    With --verify the exit code is 1 if a run is damaged or cannot be read; what is wrong is named file by file.

    For example:

      detente runs

      detente runs runs/broad --verify

      detente runs runs/old --remove
    """
    from detente.runs.folders import find_runs, inspect_run

    place = folder if folder is not None else Path()
    if not place.is_dir():
        message = f"{place} is no folder"
        raise RunError(message, code="run-corrupt", at=str(place), fix="name a folder with runs")
    if yes and not remove:
        message = "--yes answers the question of --remove"
        raise UsageError(message, code="option-invalid", at="--yes", fix="add --remove")
    if remove:
        _remove(place, yes=yes)
        return
    reports = [inspect_run(path, verify=verify) for path in find_runs(place)]
    if as_json:
        sys.stdout.write(json_text([_fields(report) for report in reports]))
    else:
        _print(reports, place)
    if verify and any(report.state in {"damaged", "unreadable"} for report in reports):
        raise typer.Exit(1)


def _remove(place: Path, *, yes: bool) -> None:
    from detente.runs.folders import inspect_run, remove_run

    report = inspect_run(place)
    what = report.manifest.crisis if report.manifest else "an unreadable run"
    question = f"Remove the run of {what} in {place} ({report.n_shards:,} shards, {_size(report.n_bytes)})?"
    if not yes:
        if not sys.stdin.isatty():
            message = "removing a run needs a yes, and there is no terminal to ask on"
            raise UsageError(message, code="option-invalid", at="--remove", fix="add --yes")
        if not typer.confirm(question):
            sys.stdout.write("nothing was removed\n")
            raise typer.Exit(1)
    left = remove_run(place)
    sys.stdout.write(f"removed the run in {place}\n")
    if left:
        sys.stdout.write(f"left, as not of the run: {', '.join(left)}\n")


def _fields(report: "RunReport") -> dict[str, Any]:
    manifest = report.manifest
    fields: dict[str, Any] = {"run": str(report.folder), "state": report.state}
    if manifest is not None:
        fields |= {
            "crisis": manifest.crisis,
            "digest": manifest.digest,
            "design": manifest.design,
            "mode": manifest.mode,
            "draws": manifest.n_draws,
            "seed": manifest.seed,
            "policies": list(manifest.policies),
            "overrides": dict(manifest.overrides),
            "versions": dict(manifest.versions),
        }
    return fields | {
        "problem": report.problem,
        "shards": report.n_shards,
        "present": report.present,
        "missing": report.missing,
        "studies": list(report.studies),
        "outdated": list(report.outdated),
        "damaged": [{"file": name, "wrong": wrong} for name, wrong in report.damaged],
        "leftovers": list(report.leftovers),
        "foreign": list(report.foreign),
        "bytes": report.n_bytes,
        "verified": report.verified,
    }


def _print(reports: list["RunReport"], place: Path) -> None:
    console = terminal()
    if not reports:
        console.print(f"no run in {place} or below")
        return
    columns = [
        text("run", no_wrap=True),
        text("crisis"),
        text("design, mode"),
        *map(number, ("draws", "policies", "size")),
        text("state"),
    ]
    rows = []
    for report in reports:
        manifest = report.manifest
        name = str(report.folder.relative_to(place))
        head = [name, *("?" for _ in range(4))]
        if manifest is not None:
            head = [
                name,
                manifest.crisis,
                f"{manifest.design}, {manifest.mode}",
                f"{manifest.n_draws:,}",
                f"{len(manifest.policies):,}",
            ]
        state = report.state + (
            ", verified" if report.verified and report.state == "complete" else ""
        )
        if report.present < report.n_shards and report.state in {"unfinished", "damaged"}:
            state += f", {report.present:,} of {report.n_shards:,} shards"
        rows.append([*head, _size(report.n_bytes), state])
    print_table(make_table(columns, rows), width=_WIDE)
    for report in reports:
        lines = [report.problem] if report.problem else []
        lines += [f"{name}: {wrong}" for name, wrong in report.damaged]
        lines += [
            f"{name}: temporary file of a process that was stopped" for name in report.leftovers
        ]
        lines += [
            f"study {name}: from before the run had this number of draws"
            for name in report.outdated
        ]
        lines += [f"{name}: not of the run" for name in report.foreign]
        for line in lines:
            console.print(f"{report.folder}: {line}", soft_wrap=True)


def _size(n_bytes: int) -> str:
    size = float(n_bytes)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:,.1f} GiB"
