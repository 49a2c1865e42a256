"""Files that belong together: whole, or to be finished, whatever the moment at which the program is killed.

Oracle: hand. The writer runs in a child process that ends itself before the n-th call that changes a file system, for every n;
what the folder holds then, and after the next writing, is compared with what was to be written.
"""

import itertools
import json
import os
import re

import pytest

from detente.errors import RunError
from detente.files.generations import (
    GenerationKind,
    check_finished,
    finish_generation,
    write_generation,
)

BOOK = GenerationKind(
    word="book",
    own=re.compile(r"book\.(html|json)|charts/[a-z]+\.svg|tables/[a-z]+\.csv"),
    again="write the book again",
)
CALLS = ("replace", "rename", "unlink", "remove", "rmdir", "mkdir", "open", "fsync", "link")
"""Calls of the operating system that change what is there, or that make a change last."""

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="stops a child of its own"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),  # the child only writes
]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Nothing need reach a disk here; a child still counts the calls."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


def book(word, *charts):
    names = [f"charts/{chart}.svg" for chart in charts]
    names += [f"tables/{chart}.csv" for chart in charts]
    files = {name: f"{name} of {word}".encode() for name in ("book.html", *names)}
    return files | {"book.json": json.dumps({"word": word, "files": names}).encode()}


LARGE = book("large", "one", "two", "three")
OTHER = book("other", "one", "two", "three")
SMALL = book("small", "one")
MINE = {"notes.txt": b"mine", "charts/mine.svg": b"mine", "tables/deep/mine.csv": b"mine"}


def earlier(folder):
    """Names that the data file lists."""
    try:
        return json.loads((folder / "book.json").read_text("utf-8"))["files"]
    except OSError:
        return ()


def write(folder, files):
    write_generation(folder, files, kind=BOOK, earlier=lambda: earlier(folder))


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def make(folder, files):
    folder.mkdir()
    for name, content in MINE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if files:
        write(folder, files)


def killed_at(number, work):
    """Do some work in a child that is stopped before the given call; tell whether it was."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    try:
        count = itertools.count(1)

        def stopping(call):
            def called(*args, **options):
                reads = call is open_file and not args[1] & os.O_CREAT
                if not reads and next(count) == number:
                    os._exit(9)
                return call(*args, **options)

            return called

        open_file = os.open
        for name in CALLS:
            setattr(os, name, stopping(getattr(os, name)))
        work()
    finally:
        os._exit(0)


def is_refused(folder):
    refusal = error_of(lambda: check_finished(folder, kind=BOOK))
    if refusal is None:
        return False
    assert refusal.code == "run-corrupt"
    assert refusal.fix == "write the book again"
    return True


def error_of(work):
    """Return the error that some work ends in, None if it ends well."""
    try:
        work()
    except RunError as error:
        return error
    return None


CASES = [(None, LARGE), (LARGE, LARGE), (LARGE, SMALL), (SMALL, LARGE), (LARGE, OTHER)]
NAMES = ["the first", "the same", "a smaller", "a larger", "another"]


@pytest.mark.parametrize(("before", "after"), CASES, ids=NAMES)
def test_a_kill_at_any_call_leaves_one_generation_or_a_refusal(tmp_path, before, after):
    whole = [(before or {}) | MINE, after | MINE]
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        make(folder, before)
        if not killed_at(number, lambda folder=folder: write(folder, after)):
            break
        there = {name: text for name, text in contents(folder).items() if name[0] != "."}
        there = {name: text for name, text in there.items() if not name.startswith(".book")}
        assert is_refused(folder) or there in whole, number
        assert all((folder / name).read_bytes() == content for name, content in MINE.items())
        third = (LARGE, OTHER, SMALL)[number % 3]
        write(folder, third)
        assert contents(folder) == third | MINE, number
        assert not is_refused(folder)
    assert number > 20
    assert contents(folder) == after | MINE


@pytest.mark.parametrize(("before", "after"), CASES, ids=NAMES)
def test_the_next_start_finishes_or_forgets_what_was_begun(tmp_path, before, after):
    found = set()
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        make(folder, before)
        if not killed_at(number, lambda folder=folder: write(folder, after)):
            break
        finish_generation(folder, kind=BOOK)
        there = contents(folder)
        assert there in ((before or {}) | MINE, after | MINE), number
        assert not is_refused(folder)
        found.add(there == after | MINE)
    if before != after:
        assert found == {False, True}


def test_a_start_that_is_killed_too_is_followed_by_one_that_finishes(tmp_path):
    """Every ninth moment of the writing, then every moment of the start after it."""
    for number in itertools.count(1, 9):
        folder = tmp_path / str(number)
        make(folder, LARGE)
        if not killed_at(number, lambda folder=folder: write(folder, SMALL)):
            break
        for again in itertools.count(1):
            copy = tmp_path / f"{number}-{again}"
            make(copy, LARGE)
            killed_at(number, lambda copy=copy: write(copy, SMALL))
            if not killed_at(again, lambda copy=copy: finish_generation(copy, kind=BOOK)):
                break
            finish_generation(copy, kind=BOOK)
            assert contents(copy) in (LARGE | MINE, SMALL | MINE)
            write(copy, OTHER)
            assert contents(copy) == OTHER | MINE


@pytest.mark.parametrize("name", ["replace", "mkdir", "fsync"])
def test_a_failure_at_any_call_loses_nothing(tmp_path, monkeypatch, name):
    real = getattr(os, name)
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        make(folder, LARGE)
        count = itertools.count(1)

        def failing(*args, count=count, number=number, **options):
            if next(count) == number:
                raise OSError(28, "No space left on device")
            return real(*args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(os, name, failing)
            refusal = error_of(lambda folder=folder: write(folder, SMALL))
            if refusal is None and next(count) <= number:
                break
        if refusal is None:
            assert contents(folder) == SMALL | MINE  # a folder that is there, or syncing one
            continue
        assert refusal.code == "output-unwritable"
        assert contents(folder) == LARGE | MINE
        assert not is_refused(folder)
    assert contents(folder) == SMALL | MINE


def test_what_cannot_be_finished_is_replaced_by_the_next_writing(tmp_path):
    """A file of the way there is damaged: whose the files are is still known."""
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        make(folder, LARGE)
        if not killed_at(number, lambda folder=folder: write(folder, SMALL)):
            break
        staged = sorted(folder.glob(".book-*/new-*"))
        if not staged or not (folder / ".book-journal.json").exists():
            continue
        staged[-1].write_bytes(b"damaged")
        finish_generation(folder, kind=BOOK)
        assert is_refused(folder)
        write(folder, OTHER)
        assert contents(folder) == OTHER | MINE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"staging": "../..", "files": {}, "stale": []}',
        b'{"staging": ".book-0123456789abcdef", "files": {"../x": "0"}, "stale": []}',
        b'{"staging": ".book-0123456789abcdef", "files": {}, "stale": ["notes.txt", "charts/../notes.txt"]}',
        b'{"staging": ".book-0123456789abcdef", "files": [], "stale": 3}',
    ],
)
def test_a_journal_that_no_writer_wrote_moves_and_removes_nothing(tmp_path, content):
    folder = tmp_path / "b"
    make(folder, SMALL)
    (folder / ".book-journal.json").write_bytes(content)
    finish_generation(folder, kind=BOOK)
    assert is_refused(folder)
    write(folder, LARGE)
    assert contents(folder) == LARGE | MINE


def test_a_strangers_file_is_not_overwritten(tmp_path):
    folder = tmp_path / "b"
    make(folder, SMALL)
    (folder / "charts/two.svg").write_bytes(b"mine")
    with pytest.raises(RunError, match=r"two\.svg was not written") as caught:
        write(folder, LARGE)
    assert caught.value.code == "output-unwritable"
    assert contents(folder) == SMALL | MINE | {"charts/two.svg": b"mine"}
