"""``detente play``: a crisis as a game, for a room in the browser, in the terminal against bots, or by bots alone."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import typer

import detente
from detente.cli._options import (
    DRAWS,
    MODEL,
    MODEL_URL,
    OUT,
    SEED,
    STORE,
    CrisisArgument,
    JsonOption,
    PolicyOption,
    SetOption,
    reworded,
)
from detente.cli._output import (
    json_text,
    make_table,
    number,
    print_line,
    print_table,
    say_at_once,
    text,
)
from detente.engine import usual
from detente.errors import refuse

if TYPE_CHECKING:
    from detente.crisis import Crisis
    from detente.play.language import Endpoint
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
ModelUrlOption = Annotated[str | None, MODEL_URL]
ModelOption = Annotated[str | None, MODEL]
ModelSeatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model-seat",
        help="With --seat: let the language model play this seat. May be repeated.",
        metavar="PLAYER",
    ),
]
ReportOption = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        help="Report on a game that was played: its id in the store. Further ones are compared with it.",
        metavar="SESSION",
    ),
]
OutOption = Annotated[
    Path | None,
    reworded(
        OUT,
        help="Folder for the report as HTML, PDF and JSON, and for moves.csv, survey.csv and events.jsonl; people are numbered.",
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
    model_url: ModelUrlOption = None,
    model: ModelOption = None,
    model_seats: ModelSeatOption = None,
    store: StoreOption = None,
    report: ReportOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play a crisis: with others in the browser, alone in a seat against bots, or let bots play and see how it ends.

    Bots know what their seats know. Without a policy nobody is committed to anything. A session is drawn at one case of the
    solved ensemble, whose share of outcomes many sessions of equilibrium bots reproduce.

    For example:

      detente play cuba-1962

      detente play cuba-1962 --seat usa

      detente play cuba-1962 --all-bots --sessions 1000 --json

      detente play my-crisis --seat west --bot random --store sqlite:///sessions.db

      detente play cuba-1962 --seat usa --model-seat ussr --model-url http://127.0.0.1:11434/v1 --model NAME

      detente play my-crisis --store sqlite:///sessions.db --report K7Q4M2 --out report
    """
    from detente.cli._crises import parse_assignments
    from detente.cli._endpoints import read_endpoint
    from detente.play.rulebooks import Rulebook

    endpoint = read_endpoint(model_url, model)
    modelled = _check_models(model_seats or (), seat, endpoint)
    if not _check_modes(seat, report, store, all_bots=all_bots, as_json=as_json):
        _serve(crisis, policy, assignments or (), store, endpoint)
        return
    loaded = detente.load(crisis, parse_assignments(assignments or ()))
    if report:
        _report(loaded, report, store or "", out, as_json=as_json)
        return
    book = Rulebook(loaded, policy=policy, draws=draws, seed=seed)
    seats = modelled if seat is None else modelled | {seat: "human"}
    options = _options(book, seats, bot, types, endpoint)
    if seat is None:
        _play_bots(book, options, sessions, as_json=as_json)
    else:
        _play_seat(book, options, seat, store, endpoint)


def _options(
    book: "Rulebook", seats: dict[str, str], bot: str, types: str, endpoint: "Endpoint | None"
) -> "SessionOptions":
    """Return the options of a session that is played by a rulebook."""
    from detente.play.tables import session_options

    return session_options(
        book.crisis,
        seats=seats,
        bot=bot,
        policy="" if book.policy is None else book.policy.id,
        draws=book.draws,
        seed=book.seed,
        types=types,
        model="" if endpoint is None else endpoint.model,
    )


def _check_modes(
    seat: str | None, report: list[str] | None, store: str | None, *, all_bots: bool, as_json: bool
) -> bool:
    """Refuse options that do not go together; tell whether it is said who plays, which else is said in the browser."""
    asked = [
        name
        for name, given in (
            ("--all-bots", all_bots),
            ("--seat", seat is not None),
            ("--report", bool(report)),
        )
        if given
    ]
    if len(asked) > 1:
        refuse(
            f"{' and '.join(asked)} do not go together",
            code="option-invalid",
            at="--seat",
            fix="name a seat with --seat, let bots play with --all-bots, or --report a session",
        )
    if report and store is None:
        refuse(
            f"it is not said where the session {report[0]!r} is kept",
            code="option-invalid",
            at="--store",
            fix="name the store with --store",
        )
    if as_json and (seat is not None or not asked):
        refuse(
            f"a game in the {'browser' if seat is None else 'terminal'} is not JSON",
            code="option-invalid",
            at="--json",
            fix="use --json with --all-bots or --report",
        )
    return bool(asked)


def _check_models(
    seats: Sequence[str], mine: str | None, endpoint: "Endpoint | None"
) -> dict[str, str]:
    """Return the seats that a language model plays; refuse them where nobody is asked, or nobody plays beside them."""
    if seats and (mine is None or mine in seats):
        refuse(
            "a language model plays a seat of a game in which a person plays another",
            code="option-invalid",
            at="--model-seat",
            fix="name your own seat with --seat; without it, seats are settled in the browser, and --all-bots asks no model",
        )
    if seats and endpoint is None:
        refuse(
            "it is not said which language model is asked",
            code="option-invalid",
            at="--model-seat",
            fix="give --model-url and --model",
        )
    return dict.fromkeys(seats, "model")


def _serve(
    crisis: str,
    policy: str | None,
    assignments: Sequence[str],
    store: str | None,
    endpoint: "Endpoint | None",
) -> None:
    """Serve the crisis, and open the page on which sessions are created."""
    from detente.cli._stopping import stopping_on_terminate
    from detente.web.serving import serve
    from detente.web.workbench import Workbench

    bench = Workbench([crisis])
    pairs = [(f"set.{name}", value) for name, _, value in (a.partition("=") for a in assignments)]
    query = urlencode([*pairs, *([("policy", policy)] if policy else [])])
    with stopping_on_terminate():
        serve(
            bench,
            host="127.0.0.1",
            port=0,
            store=store,
            endpoint=endpoint,
            opens_browser=True,
            say=say_at_once,
            begins_at=f"{bench.names[0]}/play" + (f"?{query}" if query else ""),
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


def _play_seat(
    book: "Rulebook",
    options: "SessionOptions",
    seat: str,
    store: str | None,
    endpoint: "Endpoint | None",
) -> None:
    from detente.cli._compiling import saying_what_compiles
    from detente.cli._playing import Play
    from detente.log import Log
    from detente.play.sessions import Session

    with Log.open(store or "sqlite://") as log:
        with saying_what_compiles():
            session = Session.create(log, book, options)
            session.send("control", "start")
        Play(session, seat, endpoint).run()
        if store is not None:
            print_line(f"The session is kept as {session.name} in {log.place}.")


def _report(
    crisis: "Crisis", names: Sequence[str], store: str, out: Path | None, *, as_json: bool
) -> None:
    from detente.cli._compiling import saying_what_compiles
    from detente.cli._reporting import print_report
    from detente.log import Log
    from detente.play.comparing import compare_rooms
    from detente.play.reports import report_data
    from detente.play.research import number_people, write_report
    from detente.play.sessions import Session
    from detente.web.play.printing import file_renderer, to_pages

    with Log.open(store) as log, saying_what_compiles():
        session = Session.find(log, names[0], crisis)
        others = [Session(log, name, session.book) for name in names[1:]]
        state, events = session.state, [(event.kind, event.data) for event in session.events]
        digest = session.digest
        rooms = compare_rooms(session.name, state, {one.name: one.state for one in others})
        data = {**number_people(state, report_data(state)), "rooms": rooms}
    if out is not None:
        pages = to_pages(file_renderer(), crisis, data, room=names[0], digest=digest)
        for path in write_report(out, state, events, report=data, pages=pages):
            sys.stderr.write(f"wrote {path}\n")
    if as_json:
        sys.stdout.write(json_text(data))
    elif out is None:
        print_report(data)
