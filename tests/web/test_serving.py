"""`detente serve`: it says where it is, answers, wants a token elsewhere, and ends when it is asked to."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from tests.web.conftest import CRISIS

from detente.cli import main
from detente.web.access import Access
from detente.web.serving import square_of


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_and_ends_cleanly(ending, tmp_path):
    """Oracle by hand: the address is printed first, a page answers there, and a signal ends it without a trace of an error."""
    command = [sys.executable, "-m", "detente", "serve", CRISIS, "--no-browser", "--port", "0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path)},
    ) as process:
        try:
            said, how_to_stop = process.stdout.readline(), process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", said)[0]
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  # our own
                text = answer.read().decode()
            process.send_signal(ending)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert CRISIS in said
    assert f'href="/{CRISIS}/what-if"' in text
    assert "Ctrl-C" in how_to_stop
    store = tmp_path / "detente" / "store.db"
    assert str(store) in how_to_stop
    assert store.is_file()
    assert errors == ""
    assert process.returncode in {0, 130}


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["detente", "serve", "--store", "sqlite://", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code, capsys.readouterr()


def test_a_port_that_is_taken_is_refused(monkeypatch, capsys):
    """Oracle by hand: exit code 2 and the code, before anything is served."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = run(monkeypatch, capsys, CRISIS, "--no-browser", "--port", str(port))
    assert code == 2
    assert "[option-invalid]" in said.err


def test_a_crisis_that_there_is_not_is_refused(monkeypatch, capsys):
    """Oracle by hand: what every command says of it."""
    code, said = run(monkeypatch, capsys, "cuba-1963", "--no-browser")
    assert code == 2
    assert "[crisis-unknown]" in said.err


@pytest.mark.parametrize(
    ("store", "code"),
    [
        ("mysql://here/x", "option-invalid"),
        ("sqlite:///{file}", "log-unreadable"),
        ("postgresql://me@127.0.0.1:1/x", "log-failed"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused(monkeypatch, capsys, tmp_path, store, code):
    """Oracle by hand: before anything is served."""
    (tmp_path / "notes.txt").write_text("buy milk")
    url = store.format(file=tmp_path / "notes.txt")
    found, said = run(monkeypatch, capsys, CRISIS, "--no-browser", "--store", url)
    assert found == 2
    assert f"[{code}]" in said.err
    assert "fix:" in said.err


def test_the_square_holds_the_link():
    """Oracle: independent code; a square of the same size as segno's own, with a quiet border all round."""
    import segno

    link = Access(host="192.0.2.7", port=8000, token="x" * 32).link
    rows = square_of(link).splitlines()
    size = segno.make(link, error="m").symbol_size(border=2)
    assert len(rows) == -(-size[1] // 2)
    assert {len(row) for row in rows} == {size[0]}
    assert set(rows[0]) == {"█"}
    assert set("".join(rows)) <= set("█▀▄ ")
