"""``detente brief``: run a crisis and write its briefing. The main job."""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from detente.cli._crises import choose_policies, load_checked, parse_assignments
from detente.cli._options import (
    DESIGN,
    JSON,
    MODE,
    OUT,
    POLICY,
    SEARCH,
    WORKERS,
    CrisisArgument,
    DrawsOption,
    SeedOption,
    SetOption,
    reworded,
)
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.brief import Brief, BriefPaths
    from detente.crisis import Crisis
    from detente.engine import Design

__all__ = ["command", "run_folder"]

JsonOption = Annotated[bool, reworded(JSON, help="Print brief.json instead of the summary.")]
PolicyOption = Annotated[
    list[str] | None,
    reworded(
        POLICY,
        help="Compare only these policies; the first in the file's order is the base case. May be repeated.",
    ),
]
DesignOption = Annotated[str | None, DESIGN]
ModeOption = Annotated[str | None, MODE]
SearchOption = Annotated[int, SEARCH]
OutOption = Annotated[Path | None, OUT]
WorkersOption = Annotated[
    int | None, reworded(WORKERS, help="How many at once; all cores by default.", metavar="N")
]


def command(
    crisis: CrisisArgument,
    *,
    draws: DrawsOption = 1024,
    seed: SeedOption = 1,
    assignments: SetOption = None,
    policies: PolicyOption = None,
    design: DesignOption = None,
    mode: ModeOption = None,
    search: SearchOption = 32,
    out: OutOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a crisis and write its briefing: brief.html, brief.md, brief.json, charts and tables.

    The run is kept under OUT/run: the same command goes on where it was stopped, and more draws add to those there.

    For example:

      detente brief my-crisis

      detente brief ./my-crisis --draws 256 --set war.gain=20..40 --out what-if
    """
    from rich.console import Console

    from detente.analysis.mixes import keep_mixes, with_mixes
    from detente.brief.document import compose
    from detente.brief.export.writing import check_place, write_files
    from detente.brief.pictures.beside import drawing_beside
    from detente.cli._compiling import saying_what_compiles
    from detente.cli.explore import make_design
    from detente.engine.designs import check_size
    from detente.engine.drawing import check_draws
    from detente.runs import run_ensemble

    console = Console(stderr=True)
    check_draws(draws, seed=seed)
    clock = _Clock()
    loaded = load_checked(crisis, parse_assignments(assignments or ()))
    chosen = choose_policies(loaded, policies)
    plan = _plain_design(
        make_design(loaded, name=design, mode=mode) if design != "factorial" else None
    )
    check_size(plan, draws)
    folder = out if out is not None else Path("brief") / loaded.id
    check_place(folder)
    clock.lap("read and checked")
    words = f"{draws:,} cases x {len(chosen) or 1} commitments"
    place = run_folder(folder, loaded, seed=seed, policies=chosen, design=plan, search=search)
    with drawing_beside():
        solved, names = loaded, chosen
        if search and len(chosen) > 1:
            with saying_what_compiles():
                found = keep_mixes(
                    loaded,
                    chosen,
                    place,
                    n_draws=draws,
                    seed=seed,
                    design=plan,
                    most_games=search,
                    workers=workers,
                )
            solved = with_mixes(loaded, found)
            names = (*chosen, *(mix.id for mix in found.mixes))
            clock.lap("searched")
        with saying_what_compiles(), _progress(console, words) as report:
            results = run_ensemble(
                solved,
                folder=place,
                policies=names or None,
                n_draws=draws,
                seed=seed,
                workers=workers,
                progress=report,
                design=plan,
                executor="auto",
            )
        clock.lap("solved")
        brief = compose(loaded, results)
        paths = write_files(brief, folder)
        clock.lap("written")
    if as_json:
        sys.stdout.write(paths.json.read_text(encoding="utf-8"))
    else:
        _summarise(brief, paths, clock.text())


def run_folder(
    folder: Path,
    crisis: "Crisis",
    *,
    seed: int,
    policies: Sequence[str],
    design: "Design",
    search: int = 0,
) -> Path:
    """Return where the run of a briefing is kept: a folder of its own for each crisis file, seed, design, policies, search."""
    from importlib.metadata import version

    from detente.runs.store import FORMAT

    parts = [
        crisis.digest,
        seed,
        list(policies),
        version("detente"),
        FORMAT,
        design.name,
        design.mode,
        search,
    ]
    return folder / "run" / hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _plain_design(design: "Design | None") -> "Design":
    """Refuse the factorial design: a briefing needs cases that spread over everything."""
    if design is None:
        message = "a briefing cannot be written on combinations of alternatives"
        fix = "use detente explore --design factorial, or another design"
        raise UsageError(message, code="option-invalid", at="--design", fix=fix)
    return design


class _Clock:
    """Seconds per phase."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._laps: list[str] = []

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self._laps.append(f"{name} in {now - self._last:.1f} s")
        self._last = now

    def text(self) -> str:
        return "; ".join(self._laps)


class _progress:  # noqa: N801  # used as a function
    """A bar on a terminal; silence elsewhere."""

    def __init__(self, console: "object", words: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        terminal = isinstance(console, Console) and console.is_terminal
        self._bar = Progress(
            TextColumn("Solving {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console if isinstance(console, Console) else None,
            disable=not terminal,
            transient=True,
        )
        self._task = self._bar.add_task(words, total=None)

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar.start()
        return self._report

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _report(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)


def _summarise(brief: "Brief", paths: "BriefPaths", timing: str) -> None:
    """Print the three sentences, the outcomes with ranges and where the files lie."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from detente.brief.figures import plain
    from detente.brief.words import format_date, sentence_case

    console = Console(highlight=False, soft_wrap=False)
    crisis = brief.crisis
    console.print(
        f"\n[bold]{escape(crisis.title)}[/bold], as of {format_date(crisis.as_of)}\n", markup=True
    )
    for sentence in brief.headline:
        console.print(plain(sentence), markup=False, end="\n\n")
    table = Table(box=None, pad_edge=False)
    for head, justify in (("Outcome", "left"), ("Mean", "right"), ("5-95% of cases", "right")):
        table.add_column(head, justify="right" if justify == "right" else "left")
    rows = [
        (rule, brief.figures[f"outlook.outcome.{rule.id}"])
        for rule in crisis.outcomes.values()
        if f"outlook.outcome.{rule.id}" in brief.figures
    ]
    for rule, figure in sorted(rows, key=lambda pair: -(pair[1].value or 0.0)):
        table.add_row(escape(sentence_case(rule.label)), figure.text, figure.range_text)
    console.print(table)
    console.print()
    for sentence in brief.sure:
        console.print(plain(sentence), markup=False)
    console.print(f"\nBriefing: {paths.html}", markup=False, soft_wrap=True)
    console.print(f"Also:     {paths.markdown}, {paths.json}", markup=False, soft_wrap=True)
    console.print(
        f"Pictures and tables: {len(paths.charts)} and {len(paths.tables)} files beside it"
    )
    console.print(f"({timing})", markup=False)
