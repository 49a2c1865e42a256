"""Following the advice of a refusal gets further: the same refusal never comes again.

One table: a code, the files that give it, the part of its fix that is followed, and what following it means. A code whose
fix names two ways has two rows. To add a refusal, add a row; :data:`FOLLOWED` says which codes must have one.

Oracle: hand. Each row applies what the fix says, no more; then the call must succeed or be refused for another reason.
"""

import contextlib
import io
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from detente.cli import main
from detente.crisis.past_crises import read_past_crises
from detente.crisis.trade_tables import read_trade_table
from detente.errors import CODES, DetenteError
from detente.watch.events import read_events
from detente.watch.scoring import read_forecasts

Files = Mapping[str, str | bytes]
Step = Callable[[dict, list], None]

FOLLOWED = {
    "character-forbidden",
    "file-missing",
    "file-not-utf8",
    "id-duplicate",
    "option-invalid",
    "table-column-missing",
    "table-row-invalid",
    "value-not-finite",
    "value-out-of-range",
    "value-type",
}
"""Codes of the readers of tables, each of which has a row."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A refusal and what its fix means: ``says`` stands in the fix, ``follow`` changes files and options accordingly.

    ``call`` gets a folder with the files in it, which is the working folder, and the options; it returns what was refused.
    """

    code: str
    says: str
    call: Callable[[list], str]
    files: Files
    follow: Step
    options: tuple[str, ...] = ()
    name: str = field(default="")


def command(*words):
    """Return a call of the command line; what it returns is its standard error if the exit code is 2."""

    def call(options):
        out, err = io.StringIO(), io.StringIO()
        before, sys.argv = sys.argv, ["detente", *words, *options]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main()
        except SystemExit as done:
            if done.code not in {None, 0}:
                return err.getvalue()
        finally:
            sys.argv = before
        return ""

    return call


def function(read, *arguments):
    """Return a call of a function of the package."""

    def call(_):
        try:
            read(*arguments)
        except DetenteError as error:
            return str(error)
        return ""

    return call


def edit(old, new, file="t.csv"):
    """Follow the fix by writing something else in a file."""

    def step(files, _):
        assert old in files[file]
        files[file] = files[file].replace(old, new)

    return step


def write(content, file="t.csv"):
    """Follow the fix by writing a file anew."""

    def step(files, _):
        files[file] = content

    return step


def give(*more):
    """Follow the fix by giving options."""

    def step(_, options):
        options.extend(more)

    return step


def both(*steps):
    """Follow a fix that asks for several things."""

    def step(files, options):
        for one in steps:
            one(files, options)

    return step


ROWS = "".join(f"{k / 8},{k % 5},{'xy'[k % 2]},{int(k > 10)}\n" for k in range(2, 18))
CASES_TABLE = f"a,b,kind,failed\n{ROWS}"
ACTORS = "actor,capability,position,salience\nA,100,0,0.9\nB,60,40,0.5\nC,30,100,1\n"
EVENTS = "date,actor,category,weight,event\n2030-01-16,NOR,AID,0.5,x\n2030-01-17,NOR,AID,0.5,y\n"
PAST = "crisno,crisname,yrtrig,break,trigent,gravcr,viol,iwcmb\n1,one,1950,4,2,3,4,1\n2,two,1960,9,2,3,1,1\n"
TRADE = "row,A_x,B_x,FD_A,FD_B,OUTPUT\nA_x,1,2,3,4,10\nB_x,1,1,1,1,4\n"

DISCOVER = command("discover", "t.csv", "--outcome", "failed")
BARGAIN = command("bargain", "t.csv")
EVENTS_OF = function(read_events, Path("t.csv"))
FORECASTS = "date,forecaster,prob,event\n2030-01-16,a,0.5,war\n2030-01-17,a,0.25,\n"
FORECASTS_OF = function(read_forecasts, Path("t.csv"), SimpleNamespace(outcomes={"war": None}))
PAST_OF = function(read_past_crises, Path("t.csv"))
TRADE_OF = function(read_trade_table, "t.csv")


def odd(cell, column="a"):
    """Return the cases with a cell in the third line."""
    first = {"a": "0.375,3,y,0", "kind": "0.375,3,y,0"}[column]
    new = {"a": f"{cell},3,y,0", "kind": f"0.375,3,{cell},0"}[column]
    return CASES_TABLE.replace(first, new)


def discover(code, content, says, follow, *, options=(), call=DISCOVER):
    return Advice(
        code=code, says=says, call=call, files={"t.csv": content}, follow=follow, options=options
    )


def reads(call, code, content, says, follow):
    return Advice(code=code, says=says, call=call, files={"t.csv": content}, follow=follow)


ALL = [
    # a file
    Advice(
        code="file-missing",
        says="name a CSV file that can be read",
        call=DISCOVER,
        files={},
        follow=write(CASES_TABLE),
    ),
    discover("file-not-utf8", b"a,b\xe9\n1,2\n", "save the table as UTF-8", write(CASES_TABLE)),
    discover("file-not-utf8", b"PK\x03\x04\xff", "export the sheet as CSV", write(CASES_TABLE)),
    discover("character-forbidden", odd("x\x1b[2J"), "remove the character", edit("x\x1b[2J", "1")),
    discover("table-row-invalid", "", "name the columns in the first row", write(CASES_TABLE)),
    discover("table-row-invalid", odd('"0.375'), "close every quote", edit('"0.375', '"0.375"')),
    discover("table-row-invalid", odd("1" * 140_000), "shorten the cell", edit("1" * 140_000, "1")),
    # its columns
    discover(
        "table-row-invalid",
        CASES_TABLE.replace("a,b,", "a,A,"),
        "delete one of them, or give each column its own name",
        edit("a,A,", "a,b,"),
    ),
    discover(
        "table-row-invalid",
        CASES_TABLE.replace("a,b,", "a,,"),
        "name every column",
        edit("a,,", "a,b,"),
    ),
    discover(
        "table-row-invalid",
        odd("x,y", "kind"),
        "put cells that hold commas in double quotes",
        edit("x,y", '"x,y"'),
    ),
    discover(
        "table-row-invalid",
        CASES_TABLE.replace("0.375,3,y,0", "0.375,3,0"),
        "give the row a cell for each column",
        both(edit("0.375,3,0", "0.375,3,,0"), give("--drop-missing")),
    ),
    # its cells
    *(
        discover("table-row-invalid", odd(cell), says, follow)
        for cell in ("12%", "2020_01", "x", "$3")
        for says, follow in [
            ("write a plain number", edit(cell, "0.12")),
            (
                "leave the cell blank and give --drop-missing",
                both(edit(f"{cell},", ","), give("--drop-missing")),
            ),
            ("leave the column out (--leave-out 'a')", give("--leave-out", "a")),
        ]
    ),
    *(
        discover("table-row-invalid", odd(cell, column), says, follow)
        for column in ("a", "kind")
        for cell in ("", "-", "NA")
        for says, follow in [
            ("leave out cases without a value (--drop-missing)", give("--drop-missing")),
            (f"leave the column out (--leave-out {column!r})", give("--leave-out", column)),
            ("fill the value in", write(CASES_TABLE)),
        ]
    ),
    discover("value-not-finite", odd("inf"), "remove the row", edit("inf,3,y,0\n", "")),
    discover("value-not-finite", odd("1e999"), "(--leave-out 'a')", give("--leave-out", "a")),
    *(
        discover(
            "table-row-invalid",
            "a;b;failed\n" + "".join(f"{k};x;{k % 2}\n" for k in range(9)) + "1,375;y;0\n",
            says,
            follow,
        )
        for says, follow in [
            ("write 1375, or 1.375", edit("1,375;", "1375;")),
            ("write 1375, or 1.375 if the mark is that of decimals", edit("1,375;", "1.375;")),
        ]
    ),
    discover(
        "table-row-invalid",
        "a,b,failed\n1,,0\n,2,1\n,3,0\n",
        "leave columns out as well (--leave-out a)",
        give("--leave-out", "a"),
        options=("--drop-missing",),
    ),
    discover(
        "value-out-of-range",
        odd("1e300"),
        "or leave it out (--leave-out 'a')",
        give("--leave-out", "a"),
    ),
    # what is asked of it
    discover(
        "table-column-missing",
        CASES_TABLE.replace("failed", "cost"),
        "use one of: a, b, kind, cost",
        edit("cost", "failed"),
    ),
    discover(
        "table-column-missing",
        CASES_TABLE,
        "use some of: a, b, kind, failed",
        lambda _, options: options.__setitem__(1, "b"),
        options=("--leave-out", "c"),
    ),
    discover(
        "value-type",
        CASES_TABLE.replace(",1\n", ",bad\n").replace(",0\n", ",good\n"),
        "write 1 for cases of interest and 0 for others",
        both(edit(",bad\n", ",1\n"), edit(",good\n", ",0\n")),
    ),
    discover(
        "option-invalid",
        CASES_TABLE,
        "use some of: a, b, kind",
        lambda _, options: options.__setitem__(1, "kind"),
        options=("--input", "c"),
    ),
    discover(
        "option-invalid",
        CASES_TABLE,
        "use a number from 0 to",
        lambda _, options: options.__setitem__(1, "0"),
        options=("--box", "999"),
    ),
    # actors
    reads(
        BARGAIN,
        "table-column-missing",
        ACTORS.replace("salience", "care"),
        "header row",
        edit("care", "salience"),
    ),
    reads(
        BARGAIN,
        "table-column-missing",
        ACTORS.replace("capability", "power"),
        "give --equal-capability",
        give("--equal-capability"),
    ),
    reads(
        BARGAIN,
        "id-duplicate",
        ACTORS.replace("B,", "A,"),
        "name each actor once",
        edit("A,60", "B,60"),
    ),
    reads(
        BARGAIN,
        "table-row-invalid",
        ACTORS.replace("60", "60%"),
        "give a number",
        edit("60%", "60"),
    ),
    reads(
        BARGAIN, "value-not-finite", ACTORS.replace("60", "inf"), "give a number", edit("inf", "60")
    ),
    reads(
        BARGAIN,
        "value-out-of-range",
        ACTORS.replace("0.5", "8"),
        "--salience-max",
        give("--salience-max", "10"),
    ),
    reads(
        BARGAIN, "value-out-of-range", ACTORS.replace("0.5", "80"), "80% is 0.8", edit("80", "0.8")
    ),
    reads(
        BARGAIN,
        "table-row-invalid",
        ACTORS.replace(",", ";").replace("60", "1,234"),
        "write 1234, or 1.234",
        edit("1,234", "1.234"),
    ),
    # events
    reads(
        EVENTS_OF,
        "table-column-missing",
        EVENTS.replace("date", "day"),
        "columns date, actor and event",
        edit("day", "date"),
    ),
    reads(
        EVENTS_OF,
        "table-row-invalid",
        EVENTS.replace("2030-01-17", "17/01/2030"),
        "YYYY-MM-DD",
        edit("17/01/2030", "2030-01-17"),
    ),
    reads(
        EVENTS_OF,
        "table-row-invalid",
        EVENTS.replace("2030-01-17", "0001-01-01T00:00:00+02:00"),
        "YYYY-MM-DD, without a time",
        edit("0001-01-01T00:00:00+02:00", "0001-01-01"),
    ),
    reads(
        EVENTS_OF,
        "table-row-invalid",
        EVENTS.replace("AID", "AIDE", 1),
        "write AID",
        edit("AIDE", "AID"),
    ),
    reads(
        EVENTS_OF,
        "table-row-invalid",
        EVENTS.replace("AID", "QQQ", 1),
        "or leave the cell blank",
        edit("QQQ", ""),
    ),
    reads(
        EVENTS_OF,
        "table-row-invalid",
        EVENTS.replace("0.5", "50%", 1),
        "probability from 0 to 1",
        edit("50%", "0.5"),
    ),
    reads(
        EVENTS_OF,
        "table-row-invalid",
        EVENTS.replace("0.5", "1.5", 1),
        "leave the cell blank",
        edit("1.5", ""),
    ),
    reads(
        EVENTS_OF, "table-row-invalid", EVENTS.replace("NOR", "", 1), "name who acts", write(EVENTS)
    ),
    # forecasts
    reads(
        FORECASTS_OF,
        "table-column-missing",
        FORECASTS.replace("prob", "p"),
        "columns date, forecaster, prob",
        edit(",p,", ",prob,"),
    ),
    reads(
        FORECASTS_OF,
        "table-row-invalid",
        FORECASTS.replace("0.5", "50%"),
        "a number from 0 to 1",
        edit("50%", "0.5"),
    ),
    reads(
        FORECASTS_OF,
        "table-row-invalid",
        FORECASTS.replace("2030-01-17", "17 January"),
        "write YYYY-MM-DD",
        edit("17 January", "2030-01-17"),
    ),
    reads(
        FORECASTS_OF,
        "table-row-invalid",
        FORECASTS.replace("war", "peace"),
        "write attack, or one of: war",
        edit("peace", "war"),
    ),
    # past crises
    reads(
        PAST_OF,
        "table-row-invalid",
        PAST.replace("1950", ""),
        "write both as whole numbers",
        write(PAST),
    ),
    reads(
        PAST_OF,
        "table-row-invalid",
        PAST.replace(",4,2,", ",x,2,"),
        "or leave the cell blank",
        edit(",x,", ",,"),
    ),
    reads(
        PAST_OF,
        "table-row-invalid",
        PAST.replace(",4,2,", ",4.5,2,"),
        "the number of the codebook",
        edit(",4.5,", ",4,"),
    ),
    reads(
        PAST_OF,
        "table-row-invalid",
        PAST.partition("\n")[0] + "\n",
        "give the whole table",
        write(PAST),
    ),
    # trade tables
    reads(
        TRADE_OF,
        "table-row-invalid",
        TRADE.replace(",3,", ",..,"),
        "or nothing for zero",
        edit("..", ""),
    ),
    reads(
        TRADE_OF,
        "table-row-invalid",
        TRADE.replace(",3,", ",1_000,"),
        "give a number such as 1234.5",
        edit("1_000", "1000"),
    ),
    reads(
        TRADE_OF,
        "value-out-of-range",
        TRADE.replace(",3,", ",1e300,"),
        "in a larger unit",
        edit("1e300", "3"),
    ),
    reads(
        TRADE_OF,
        "value-not-finite",
        TRADE.replace(",3,", ",inf,"),
        "give a number",
        edit("inf", "3"),
    ),
    reads(
        TRADE_OF,
        "id-duplicate",
        TRADE.replace("FD_B", "FD_A"),
        "keep one of them",
        edit("FD_A,FD_A", "FD_A,FD_B"),
    ),
    reads(
        TRADE_OF,
        "table-column-missing",
        TRADE.replace("FD_B", "ZZ"),
        "add a column FD_B",
        edit("ZZ", "FD_B"),
    ),
    reads(
        TRADE_OF,
        "table-row-invalid",
        TRADE.replace("1,1,1,1,4", "1,1,1,1"),
        "a cell for each column",
        write(TRADE),
    ),
]


def refusal(text):
    """Return the code and the place of a refusal; None if nothing was refused."""
    code = re.search(r"\[([a-z0-9-]+)\]\s*$", text, re.MULTILINE)
    place = re.search(r"^ +(?:at: )?(.*)$", text, re.MULTILINE)
    return None if not text else (code and code[1], place and place[1])


def put(folder, files):
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)


@pytest.mark.parametrize(
    "advice", [pytest.param(item, id=f"{item.code}-{item.says[:30]}") for item in ALL]
)
def test_following_the_advice_gets_further(tmp_path, monkeypatch, advice):
    monkeypatch.chdir(tmp_path)
    put(tmp_path, advice.files)
    first = advice.call(list(advice.options))
    assert f"[{advice.code}]" in first
    assert advice.says in first.partition("fix: ")[2]
    files, options = dict(advice.files), list(advice.options)
    advice.follow(files, options)
    assert (files, options) != (advice.files, list(advice.options))
    put(tmp_path, files)
    then = advice.call(options)
    assert refusal(then) != refusal(first)
    assert then == ""


def test_every_code_of_the_readers_has_a_row():
    assert {item.code for item in ALL} == FOLLOWED <= set(CODES)
