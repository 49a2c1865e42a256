"""``detente brief``: run a crisis and write its briefing. The main job."""

import hashlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._crises import choose_policies, parse_assignments
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
from detente.cli._output import make_table, number, print_title, terminal, text
from detente.cli._plans import make_design
from detente.engine import usual
from detente.errors import UsageError
from detente.runs.progress import ProgressDisplay

if TYPE_CHECKING:
    from detente.brief import Brief, BriefPaths
    from detente.crisis import Crisis
    from detente.engine import Design
    from detente.runs import Run

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
SingleOption = Annotated[
    bool,
    typer.Option(
        "--single-file", help="Put the appendix into brief.html, so that one file holds all."
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        help="Language of the answers, such as de; what has no words in it stands in English."
    ),
]
WorkersOption = Annotated[
    int | None, reworded(WORKERS, help="How many at once; all cores by default.", metavar="N")
]


def command(
    crisis: CrisisArgument,
    *,
    draws: DrawsOption = usual.DRAWS,
    seed: SeedOption = usual.SEED,
    assignments: SetOption = None,
    policies: PolicyOption = None,
    design: DesignOption = None,
    mode: ModeOption = None,
    search: SearchOption = usual.GAMES_OF_A_SEARCH,
    out: OutOption = None,
    workers: WorkersOption = None,
    single_file: SingleOption = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a crisis and write its briefing: brief.html, brief.pdf, brief.docx, brief.pptx, brief.json, charts and tables.

    The run is kept under OUT/run: the same command goes on where it was stopped, and more draws add to those there.

    For example:

      detente brief my-crisis

      detente brief ./my-crisis --draws 256 --set war.gain=20..40 --out what-if
    """
    from detente.analysis.studies import keep_studies
    from detente.brief.document import compose
    from detente.brief.export.writing import check_place, write_files
    from detente.brief.pages import choose_language
    from detente.engine.designs import check_size
    from detente.engine.drawing import check_draws

    check_draws(draws, seed=seed)
    told_in = choose_language(language)
    clock = _Clock()
    loaded = detente.load(crisis, parse_assignments(assignments or ()))
    names = choose_policies(loaded, policies)
    plan = _plain_design(loaded, design, mode)
    check_size(plan, draws)
    folder = out if out is not None else Path("brief") / loaded.id
    place = run_folder(folder, loaded, seed=seed, policies=names, design=plan, search=search)
    check_place(folder, run=place)
    clock.lap("read and checked")
    options: dict[str, Any] = {"n_draws": draws, "seed": seed, "design": plan, "workers": workers}
    solved = loaded
    if search and len(names) > 1:
        solved, names = _search(loaded, names, place, search, options)
        clock.lap("searched")
    options |= {"folder": place, "policies": names or None, "executor": "auto"}
    results = _run(solved, options)
    clock.lap("solved")
    keep_studies(loaded, results)
    clock.lap("studied")
    brief = compose(loaded, results, language=told_in)
    paths = write_files(brief, folder, single_file=single_file)
    clock.lap("written")
    _tell(brief, paths, clock.text(), as_json=as_json)


def _display(draws: int, policies: Sequence[str]) -> ProgressDisplay:
    words = f"Solving {draws:,} cases x {len(policies) or 1} commitments"
    return ProgressDisplay(words, elsewhere="nothing")


def _run(crisis: "Crisis", options: dict[str, Any]) -> "Run":
    """Solve everything, or what a run that was stopped has left, and say how it goes on."""
    from detente.cli._compiling import saying_what_compiles
    from detente.runs import run_ensemble

    with saying_what_compiles(), _display(options["n_draws"], options["policies"] or ()) as report:
        return run_ensemble(crisis, progress=report, **options)


def _search(
    crisis: "Crisis",
    policies: tuple[str, ...],
    place: Path,
    most_games: int,
    options: Mapping[str, Any],
) -> "tuple[Crisis, tuple[str, ...]]":
    """Search mixes of the policies' commitments; return the crisis with those found, and all policies to solve."""
    from detente.analysis.mixes import keep_mixes, with_mixes
    from detente.cli._compiling import saying_what_compiles

    with saying_what_compiles():
        found = keep_mixes(crisis, policies, place, most_games=most_games, **options)
    return with_mixes(crisis, found), (*policies, *(mix.id for mix in found.mixes))


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


def _plain_design(crisis: "Crisis", name: str | None, mode: str | None) -> "Design":
    """Refuse the factorial design: a briefing needs cases that spread over everything."""
    if name == "factorial":
        message = "a briefing cannot be written on combinations of alternatives"
        fix = "use detente explore --design factorial, or another design"
        raise UsageError(message, code="option-invalid", at="--design", fix=fix)
    return make_design(crisis, name=name, mode=mode)


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


def _tell(brief: "Brief", paths: "BriefPaths", spent: str, *, as_json: bool) -> None:
    """Print the data of a briefing, or what it says and where it lies."""
    if as_json:
        sys.stdout.write(paths.json.read_text(encoding="utf-8"))
    else:
        _summarise(brief, paths, spent)


def _summarise(brief: "Brief", paths: "BriefPaths", timing: str) -> None:
    """Print the three sentences, the outcomes with ranges and where the files lie."""
    from detente.brief.figures import plain
    from detente.brief.words import format_date, sentence_case

    console = terminal()
    crisis = brief.crisis
    print_title(console, crisis.title, f", as of {format_date(crisis.as_of)}")
    for sentence in brief.headline:
        console.print(plain(sentence), end="\n\n")
    cells = [
        (sentence_case(rule.label), figure.text, figure.range_text)
        for rule, figure in sorted(brief.shared.outcomes, key=lambda pair: -(pair[1].value or 0.0))
    ]
    columns = [text("Outcome"), number("Mean"), number("5-95% of cases")]
    console.print(make_table(columns, cells, head_style=None))
    console.print()
    for sentence in brief.sure:
        console.print(plain(sentence))
    console.print(f"\nBriefing: {paths.html}", soft_wrap=True)
    beside = dict.fromkeys((paths.appendix, paths.markdown, paths.json))
    beside.pop(paths.html, None)
    console.print(f"To print: {paths.pdf}, {paths.docx}, {paths.pptx}", soft_wrap=True)
    console.print(f"Also:     {', '.join(map(str, beside))}", soft_wrap=True)
    console.print(
        f"Pictures and tables: {len(paths.charts)} and {len(paths.tables)} files beside it"
    )
    console.print(f"({timing})")
