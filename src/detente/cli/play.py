"""``detente play``: a crisis as a game, in the terminal against bots, or by bots alone."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

import detente
from detente.cli._options import (
    DRAWS,
    SEED,
    STORE,
    CrisisArgument,
    JsonOption,
    PolicyOption,
    SetOption,
    reworded,
)
from detente.cli._output import json_text, make_table, number, print_line, print_table, text
from detente.engine import usual
from detente.errors import refuse

if TYPE_CHECKING:
    from detente.play.options import SessionOptions
    from detente.play.rulebooks import Rulebook

__all__ = ["command"]

SeatOption = Annotated[
    str | None,
    typer.Option("--seat", help="Play this seat in the terminal, against bots.", metavar="PLAYER"),
]
AllBotsOption = Annotated[
    bool, typer.Option("--all-bots", help="Let bots play all seats, and say how sessions end.")
]
SessionsOption = Annotated[
    int, typer.Option("--sessions", help="Sessions of bots to play.", min=1, max=1_000_000)
]
BotOption = Annotated[
    str,
    typer.Option(
        "--bot",
        help="What plays the seats of nobody: equilibrium (the odds of the solution), scripted (waits and holds back), random (any legal move).",
        metavar="KIND",
    ),
]
TypesOption = Annotated[
    str,
    typer.Option(
        "--types",
        help="hidden: a seat knows its own type alone; dealt: all types lie open.",
        metavar="hidden|dealt",
    ),
]
DrawsOption = Annotated[
    int, reworded(DRAWS, help="Cases that are solved; a session plays one of them.", max=1024)
]
SeedOption = Annotated[int, reworded(SEED, help="Key of the cases and of all that is drawn.")]
StoreOption = Annotated[
    str | None,
    reworded(
        STORE,
        help="Where the session is kept: sqlite:///FILE or postgresql://USER@HOST/DATABASE.  [default: nowhere]",
    ),
]


def command(
    crisis: CrisisArgument,
    *,
    seat: SeatOption = None,
    all_bots: AllBotsOption = False,
    sessions: SessionsOption = 1,
    bot: BotOption = "equilibrium",
    types: TypesOption = "hidden",
    policy: PolicyOption = None,
    draws: DrawsOption = usual.DRAWS_OF_A_CHANGE,
    seed: SeedOption = usual.SEED,
    assignments: SetOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play a crisis: take a seat against bots, or let bots play and see how it ends.

    Bots know what their seats know. Without a policy nobody is committed to anything. A session is drawn at one case of the
    solved ensemble, whose share of outcomes many sessions of equilibrium bots reproduce.

    For example:

      detente play cuba-1962 --seat usa

      detente play cuba-1962 --all-bots --sessions 1000 --json

      detente play my-crisis --seat west --bot random --store sqlite:///sessions.db
    """
    from detente.cli._crises import parse_assignments
    from detente.play.rulebooks import Rulebook
    from detente.play.tables import session_options

    _check_modes(seat, all_bots=all_bots, as_json=as_json)
    loaded = detente.load(crisis, parse_assignments(assignments or ()))
    book = Rulebook(loaded, policy=policy, draws=draws, seed=seed)
    seats = {} if seat is None else {seat: "human"}
    options = session_options(
        loaded, seats=seats, bot=bot, policy=policy or "", draws=draws, seed=seed, types=types
    )
    if seat is None:
        _play_bots(book, options, sessions, as_json=as_json)
    else:
        _play_seat(book, options, seat, store)


def _check_modes(seat: str | None, *, all_bots: bool, as_json: bool) -> None:
    """Refuse options that do not go together."""
    if all_bots and seat is not None:
        refuse(
            f"--all-bots leaves no seat for --seat {seat}",
            code="option-invalid",
            at="--seat",
            fix="use one of the two",
        )
    if not all_bots and seat is None:
        refuse(
            "it is not said who plays",
            code="option-invalid",
            at="--seat",
            fix="name a seat with --seat, or let bots play with --all-bots",
        )
    if as_json and seat is not None:
        refuse(
            "a game in the terminal is not JSON",
            code="option-invalid",
            at="--json",
            fix="use --json with --all-bots",
        )


def _play_bots(
    book: "Rulebook", options: "SessionOptions", sessions: int, *, as_json: bool
) -> None:
    from detente.cli._compiling import saying_what_compiles
    from detente.play.tables import all_bots_data
    from detente.runs.progress import ProgressDisplay

    progress = ProgressDisplay("Playing sessions", unit="session")
    with saying_what_compiles(), progress:
        data = all_bots_data(book, options, sessions, progress=progress)
    if as_json:
        sys.stdout.write(json_text(data))
        return
    print_line(
        f"{data['crisis']}: {data['sessions']:,} sessions of bots ({', '.join(data['bots'])}), "
        f"over {data['cases']} cases."
    )
    columns = [text("end"), number("share"), number("standard error"), number("ensemble")]
    print_table(make_table(columns, [_row(item) for item in data["outcomes"]]))


def _row(item: dict[str, Any]) -> tuple[str, str, str, str]:
    ensemble = "" if item["ensemble"] is None else f"{item['ensemble']:.1%}"
    return (item["label"], f"{item['share']:.1%}", f"{item['standard_error']:.1%}", ensemble)


def _play_seat(book: "Rulebook", options: "SessionOptions", seat: str, store: str | None) -> None:
    from detente.cli._compiling import saying_what_compiles
    from detente.cli._playing import Play
    from detente.log import Log
    from detente.play.sessions import Session

    with Log.open(store or "sqlite://") as log:
        with saying_what_compiles():
            session = Session.create(log, book, options)
            session.send("control", "start")
        Play(session, seat).run()
        if store is not None:
            print_line(f"The session is kept as {session.name} in {log.place}.")
