"""``detente check``: find everything that is wrong with a crisis folder."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli._options import DRAWS, JSON, SEED, WorkersOption, reworded
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.engine import usual
from detente.errors import Finding

if TYPE_CHECKING:
    from detente.analysis.expecting import ExpectationResult
    from detente.crisis import Crisis
    from detente.crisis.expectations import Expectation

__all__ = ["command", "render"]

JsonOption = Annotated[bool, reworded(JSON, help="Print the findings as a JSON list.")]
CrisisArgument = Annotated[
    str, typer.Argument(help="Name of a shipped crisis, or a folder.", metavar="NAME|FOLDER")
]
ExpectOption = Annotated[
    bool,
    typer.Option(
        "--expect", help="Solve the what-ifs of expect.yaml and say which are as expected."
    ),
]
DrawsOption = Annotated[int, reworded(DRAWS, help="Draws of each what-if.")]
SeedOption = Annotated[int, reworded(SEED, help="Key of these draws.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]


def command(
    crisis: CrisisArgument,
    *,
    as_json: JsonOption = False,
    strict: StrictOption = False,
    expect: ExpectOption = False,
    draws: DrawsOption = usual.DRAWS_OF_AN_EXPECTATION,
    seed: SeedOption = usual.SEED,
    workers: WorkersOption = None,
) -> None:
    """Check a crisis: its files and expectations first, then the game that its rules make.

    Each finding has a code, a file and line, a path, the offending value and a fix. The last line says how strict choice is:
    what the crisis' rationality means for two options that are ten stakes apart.

    With --expect the what-ifs of expect.yaml in the folder are solved, too, and held against what their author expects.

    The exit code is 2 if a finding is an error, 1 if an expectation does not hold, else 0.

    For example:

      detente check my-crisis

      detente check ./my-crisis --strict

      detente check cuba-1962 --expect
    """
    from detente.analysis.checking import examine

    findings, loaded = examine(crisis)
    is_refused = any(strict or finding.severity == "error" for finding in findings)
    results: tuple[ExpectationResult, ...] = ()
    if expect and loaded is not None and not is_refused:
        results = _run(loaded, draws, seed, workers)
    if as_json:
        listed = [asdict(finding) for finding in findings]
        expected = {"findings": listed, "expectations": [_as_data(item) for item in results]}
        sys.stdout.write(json_text(expected if expect else listed))
    else:
        sys.stdout.write(render(findings))
        if loaded is not None:
            from detente.crisis.precision import find_precision

            print_line(str(find_precision(loaded)))
            print_line(f"Inputs: {_inputs(loaded)}.")
        if expect and loaded is not None and not is_refused:
            _print_expectations(results, draws)
    if is_refused:
        raise typer.Exit(2)
    if not all(item.holds for item in results):
        raise typer.Exit(1)


def _inputs(crisis: "Crisis") -> str:
    """Say how many of the uncertain quantities that the game reads are the authors' judgement."""
    from detente.analysis.provenance import count_standing
    from detente.analysis.reading import paths_read, uncertain_paths

    read = paths_read(crisis, "attack", uncertain_paths(crisis))
    return count_standing(crisis, read).words("uncertain quantities that the game reads")


def _run(
    crisis: "Crisis", draws: int, seed: int, workers: int | None
) -> "tuple[ExpectationResult, ...]":
    from detente.analysis.expecting import run_expectations
    from detente.crisis.expectations import read_expectations
    from detente.runs.progress import ProgressDisplay

    expectations = read_expectations(crisis)
    with ProgressDisplay("Solving what-ifs", elsewhere="tenths", unit="what-if") as display:
        return run_expectations(
            crisis, expectations, draws=draws, seed=seed, workers=workers, progress=display
        )


def _as_data(item: "ExpectationResult") -> dict[str, Any]:
    expected = item.expected
    return {
        "id": expected.id,
        "why": expected.why,
        "metric": expected.metric,
        "set": dict(expected.overrides),
        "policy": expected.policy,
        "against": expected.against,
        "sign": expected.sign,
        "range": None if expected.range is None else list(expected.range),
        "mean": item.mean,
        "base": item.base,
        "change": item.change,
        "holds": item.holds,
        "line": expected.place.line,
    }


def _print_expectations(results: "Sequence[ExpectationResult]", draws: int) -> None:
    if not results:
        print_line("No expectations: the folder has no expect.yaml.")
        return
    heads = [text(""), text("expectation"), text("metric"), number("mean"), number("before")]
    rows = [
        (
            "holds" if item.holds else "FAILS",
            item.expected.id,
            item.expected.metric,
            f"{item.mean:.4g}",
            "" if item.base is None else f"{item.base:.4g}",
            _wanted(item.expected),
        )
        for item in results
    ]
    print_line("")
    print_table(make_table([*heads, text("expected")], rows))
    failed = [item for item in results if not item.holds]
    for item in failed:
        print_line(f"{item.expected.id} (line {item.expected.place.line}): {item.expected.why}")
    held = len(results) - len(failed)
    print_line(f"{held} of {len(results)} expectations hold at {draws:,} draws.")


def _wanted(item: "Expectation") -> str:
    compared = bool(item.against or item.overrides)
    words: list[str] = [] if item.sign is None else [item.sign]
    if item.range is not None:
        ends = f"{item.range[0]:g} to {item.range[1]:g}"
        words.append(f"change {ends}" if compared else ends)
    return ", ".join(words)


def render(findings: Sequence[Finding]) -> str:
    """Return the findings as text for people: one paragraph each, and a line that counts them."""
    paragraphs = []
    for finding in findings:
        where = f"{finding.file}:{finding.line}" if finding.line else finding.file
        head = "  ".join(part for part in (where, finding.path) if part)
        value = f"\n  value: {finding.value}" if finding.value else ""
        paragraphs.append(
            f"{head or 'crisis'}\n  {finding.severity}: {finding.message} [{finding.code}]"
            f"{value}\n  fix: {finding.fix}\n\n"
        )
    counts = Counter(finding.severity for finding in findings)
    errors, warnings = counts["error"], counts["warning"]
    total = f"{errors + warnings} problem{'' if errors + warnings == 1 else 's'}"
    if findings:
        total += f" ({errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'})"
    return "".join(paragraphs) + total + "\n"
