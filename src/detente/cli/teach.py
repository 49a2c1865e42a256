"""``detente teach``: what an instructor prints for a crisis, and what a designer should know of it as a game."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._options import (
    DRAWS,
    OUT,
    SEED,
    CrisisArgument,
    JsonOption,
    SetOption,
    reworded,
)
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.engine import usual

if TYPE_CHECKING:
    from detente.play.rulebooks import Rulebook

__all__ = ["command"]

OutOption = Annotated[
    Path | None, reworded(OUT, help="Folder to write to; by default teach/CRISIS.")
]
DrawsOption = Annotated[int, reworded(DRAWS, help="Cases that are solved.", min=1, max=1024)]
SeedOption = Annotated[int, reworded(SEED, help="Key of the cases.")]

CheckOption = Annotated[
    bool,
    typer.Option("--check", help="Say what of the crisis makes a poor game; nothing is written."),
]


def command(
    crisis: CrisisArgument,
    *,
    out: OutOption = None,
    assignments: SetOption = None,
    draws: DrawsOption = usual.DRAWS_OF_A_CHANGE,
    seed: SeedOption = usual.SEED,
    check: CheckOption = False,
    as_json: JsonOption = False,
) -> None:
    """Print a crisis for a room: role cards, handouts, the facilitator's sheets, a written assignment and its guide.

    Everything is made from the crisis and its solved game; what its author adds for teachers stands in teaching.yaml in its folder.
    With --json the numbers and words go to standard output and nothing is written. With --check the game is held against checks: seats
    that wait, moves that nobody makes, choices that hardly matter, ends that never come.

    For example:

      detente teach cuba-1962

      detente teach my-crisis --out pack

      detente teach cuba-1962 --json

      detente teach my-crisis --check
    """
    from detente.cli._compiling import saying_what_compiles
    from detente.cli._crises import parse_assignments
    from detente.play.design_checks import design_data
    from detente.play.rulebooks import Rulebook
    from detente.play.teaching import teaching_data

    loaded = detente.load(crisis, parse_assignments(assignments or ()))
    book = Rulebook(loaded, draws=draws, seed=seed)
    with saying_what_compiles():
        if as_json:
            sys.stdout.write(json_text(design_data(book) if check else teaching_data(book)))
        elif check:
            _print_design(design_data(book))
        else:
            _write(book, out or Path("teach") / loaded.id)


def _write(book: "Rulebook", folder: Path) -> None:
    """Write the pack, and say what was written."""
    from detente.web.teaching.packs import find_renderer, make_pack, write_pack

    sys.stderr.write(f"Solving {book.crisis.id} at {book.draws} cases\n")
    pack = make_pack(book, find_renderer())
    for path, says in write_pack(folder, pack):
        print_line(f"{path}  {says}")


def _print_design(data: dict[str, Any]) -> None:
    """Print the seats, and what fires with what to change."""
    from detente.web.teaching.packs import find_renderer

    columns = [text("seat"), number("choices"), number("of the turns"), number("stakes")]
    rows = [
        (
            item["seat"],
            f"{item['choices']:.2f}",
            f"{item['share_of_turns']:.0%}",
            f"{item['stakes']:.0f}",
        )
        for item in data["seats"]
    ]
    print_table(make_table(columns, rows))
    words = find_renderer().words
    print_line("")
    print_line(f"{words('teach-words.j2', 'design_finding', len(data['findings']))}.")
    for item in data["findings"]:
        print_line(f"{item['case']}: {words('teach-words.j2', 'fault', item)}")
        print_line(f"  fix: {item['place']}: {words('teach-words.j2', 'mend', item)}")
