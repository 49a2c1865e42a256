"""``detente check``: find everything that is wrong with a crisis folder."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli._options import JSON, reworded
from detente.cli._output import json_text, print_line
from detente.errors import Finding

if TYPE_CHECKING:
    from detente.crisis import Crisis

__all__ = ["command", "examine", "render"]

JsonOption = Annotated[bool, reworded(JSON, help="Print the findings as a JSON list.")]
CrisisArgument = Annotated[
    str, typer.Argument(help="Name of a shipped crisis, or a folder.", metavar="NAME|FOLDER")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]


def command(
    crisis: CrisisArgument,
    *,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Check a crisis: its files first, then the game that its rules make.

    Each finding has a code, a file and line, a path, the offending value and a fix. The last line says how strict choice is:
    what the crisis' rationality means for two options that are ten stakes apart.

    The exit code is 2 if any of them is an error, else 0.

    For example:

      detente check my-crisis

      detente check ./my-crisis --strict
    """
    findings, loaded = examine(crisis)
    if as_json:
        sys.stdout.write(json_text([asdict(finding) for finding in findings]))
    else:
        sys.stdout.write(render(findings))
        if loaded is not None:
            from detente.crisis.precision import find_precision

            print_line(str(find_precision(loaded)))
    if any(strict or finding.severity == "error" for finding in findings):
        raise typer.Exit(2)


def examine(crisis: str) -> "tuple[tuple[Finding, ...], Crisis | None]":
    """Return the findings about a crisis folder, and about its game if no finding so far is an error, with the crisis."""
    from detente.crisis import examine_folder
    from detente.linking import check_game

    findings, loaded = examine_folder(crisis)
    return (findings if loaded is None else (*findings, *check_game(loaded))), loaded


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
