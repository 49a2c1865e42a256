"""Files of a report from the command line: several sessions, pages to take along, and people by number."""

import json

from tests.cli.test_play import TEMPLATE, run

from detente.crisis import load_crisis
from detente.log import Log
from detente.play import Rulebook, Session, SessionOptions


def test_sessions_are_compared_and_written(capsys, monkeypatch, tmp_path):
    """Oracle: hand: two sessions that differ in the first move; no file holds the name of a person, the pages hold what it wrote."""
    store = f"sqlite:///{tmp_path / 'sessions.db'}"
    book = Rulebook(load_crisis(TEMPLATE), draws=4)
    names = []
    with Log.open(store) as log:
        for choice in ("wait", "arm"):
            options = SessionOptions(seats={"west": "human"}, draws=4, case=0)
            session = Session.create(log, book, options)
            session.send("west", "join", {"name": "Ilse Marchand"})
            session.send("control", "start")
            session.send("west", "seal", {"choices": [choice], "why": "time is with us"})
            if session.state.status != "ended":
                session.send("control", "end", {"why": "enough"})
            names.append(session.name)
        other = Session.create(log, Rulebook(book.crisis, draws=8), SessionOptions(draws=8))
        other.send("control", "start")
    asked = ("play", TEMPLATE, "--store", store, "--report", names[0], "--report", names[1])
    code, out, err = run(capsys, monkeypatch, *asked)
    assert (code, err) == (0, "")
    assert f"Session {names[1]}" in out
    assert "it parted in turn 1" in out
    code, _, err = run(capsys, monkeypatch, *asked, "--out", tmp_path / "out")
    assert code == 0
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(written) == {
        "events.jsonl",
        "moves.csv",
        "report.html",
        "report.json",
        "report.pdf",
        "survey.csv",
    }
    assert all(name in err for name in written)
    assert not any(b"Ilse" in content for content in written.values())
    assert b"time is with us" in written["report.html"]
    assert b"time is with us" not in written["events.jsonl"] + written["moves.csv"]
    report = json.loads(written["report.json"])
    assert [room["room"] for room in report["rooms"]] == names
    people = {seat["id"]: seat["people"] for seat in report["seats"]}
    assert people["west"] == ["person1"]
    code, out, err = run(capsys, monkeypatch, *asked, "--report", other.name)
    assert (code, out) == (2, "")
    assert "[session-mismatch]" in err
