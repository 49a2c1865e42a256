"""``detente play``: sessions of bots, and a seat in the terminal, read from a pipe."""

import io
import json
from pathlib import Path

import pytest
from tests.play.models import first_open, says, serving

import detente.crisis
from detente.cli import main
from detente.crisis import load_crisis
from detente.log import Log
from detente.play.tables import BOTS

URL = "http://127.0.0.1:1/v1"
TEMPLATE = str(Path(detente.crisis.__file__).with_name("templates") / "coercion")


def run(capsys, monkeypatch, *arguments, typed=""):
    monkeypatch.setattr("sys.argv", ["detente", *map(str, arguments)])
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


@pytest.mark.parametrize("bot", BOTS)
def test_sessions_of_bots_are_told_as_json(capsys, monkeypatch, bot):
    """Oracle: hand; shares sum to one, and the ensemble stands beside bots that play it and no others."""
    asked = ("play", TEMPLATE, "--all-bots", "--sessions", "40", "--draws", "4", "--bot", bot)
    code, out, err = run(capsys, monkeypatch, *asked, "--seed", "3", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert sum(item["share"] for item in data["outcomes"]) == pytest.approx(1.0)
    assert all(
        (item["ensemble"] is not None) == (bot == "equilibrium") for item in data["outcomes"]
    )
    assert (data["sessions"], data["cases"], data["bots"]) == (40, 4, [bot])
    assert run(capsys, monkeypatch, *asked, "--seed", "3", "--json")[1] == out
    code, out, _ = run(capsys, monkeypatch, *asked, "--seed", "3")
    assert "40 sessions of bots" in out


def test_a_seat_is_played_from_a_pipe(capsys, monkeypatch):
    """Oracle: hand; a move can be taken back until it is sealed, closed moves say why, and the end is told."""
    typed = "help\nbrief\nfacts\nstate\nbeliefs\nmenu\naccept\nmoon\ninvade\nwhat\nback\nwithdraw\nseal\nreport\n"
    asked = ("play", TEMPLATE, "--seat", "north", "--draws", "4")
    code, out, err = run(capsys, monkeypatch, *asked, typed=typed)
    assert (code, err) == (0, "")
    text = " ".join(out.split())
    for words in (
        "You are Northland",
        "What each end is worth to you",
        "Westmark: hold and talk",
        "accept is closed: open only with talks: offered",
        "'moon' is no open move",
        "Chosen: invade. `seal` or `back`?",
        "Chosen: withdraw. `seal` or `back`?",
        "The end: Northland withdraws",
        "Westmark was:",
        "Westmark is played by a bot, which neither talks nor signs",
        "played by human, was:",
    ):
        assert words in text


def test_who_asks_about_the_game_is_answered_at_every_prompt(capsys, monkeypatch):
    """Oracle: hand; also where an order waits to be sealed, what is asked changes no choice, and an empty line shows the moves again."""
    typed = "?\n\n1\n?\nseen\nbeliefs\nmoon\nseal\n"
    asked = ("play", TEMPLATE, "--seat", "north", "--draws", "4")
    code, out, err = run(capsys, monkeypatch, *asked, typed=typed)
    assert (code, err) == (0, "")
    text = " ".join(out.split())
    assert text.count("`menu`: your moves again") == 2
    assert text.count("move what it is") >= 2
    before, _, after = text.partition("Chosen: ")
    assert "is no open move" not in before
    moved = "round 1 Westmark: arm Midland"
    assert moved in before
    assert moved in after
    assert "`seal` seals the order, `back` chooses again." in after


def test_beliefs_are_told_in_words(capsys, monkeypatch):
    """Oracle: the crisis file: the labels of types stand there, and ids that are no words do not."""
    asked = ("play", "cuba-1962", "--seat", "usa", "--draws", "4")
    _, out, _ = run(capsys, monkeypatch, *asked, typed="beliefs\n")
    types = load_crisis("cuba-1962").players["ussr"].types
    text = " ".join(out.split())
    assert "all_in" in {kind.id for kind in types}
    assert "all_in" not in text
    assert all(kind.label in text for kind in types)


@pytest.mark.parametrize("typed", ["", "1\n", "quit\n", "1\nquit\n"])
def test_a_player_may_leave(capsys, monkeypatch, typed):
    """Oracle: hand."""
    asked = (
        "play",
        TEMPLATE,
        "--seat",
        "west",
        "--draws",
        "4",
        "--types",
        "dealt",
        "--bot",
        "random",
    )
    code, out, err = run(capsys, monkeypatch, *asked, typed=typed)
    assert (code, err) == (0, "")
    assert "You leave in turn 1; the game is not over." in out


def test_a_session_is_kept_in_a_store(capsys, monkeypatch, tmp_path):
    """Oracle: the log itself."""
    store = f"sqlite:///{tmp_path / 'sessions.db'}"
    asked = ("play", TEMPLATE, "--seat", "north", "--draws", "4", "--store", store)
    code, out, _ = run(capsys, monkeypatch, *asked, typed="withdraw\nseal\n")
    assert code == 0
    with Log.open(store) as log:
        (stream,) = log.streams("session/")
        assert log.read(stream)[-2].kind == "ended"
    assert stream.removeprefix("session/") in out


def test_a_session_of_a_store_is_reported(capsys, monkeypatch, tmp_path):
    """Oracle: hand; the table names each move, the files hold no more than ids."""
    store = f"sqlite:///{tmp_path / 'sessions.db'}"
    seat = ("play", TEMPLATE, "--seat", "north", "--draws", "4", "--store", store)
    out = run(capsys, monkeypatch, *seat, typed="withdraw\nseal\n")[1]
    name = out.split("kept as ")[1].split()[0]
    asked = ("play", TEMPLATE, "--store", store, "--report", name)
    code, out, err = run(capsys, monkeypatch, *asked)
    assert (code, err) == (0, "")
    assert "Northland withdraws" in out
    assert "withdraw" in out
    assert "expected at the start" in out
    code, out, err = run(capsys, monkeypatch, *asked, "--json", "--out", tmp_path / "report")
    assert code == 0
    assert json.loads(out) == json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert "moves.csv" in err
    code, _, err = run(capsys, monkeypatch, *asked[:-1], "NOSUCH")
    assert code == 2
    assert "[session-unknown]" in err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--report", "X"), "option-invalid"),
        (("--seat", "moon"), "player-unknown"),
        (("--all-bots", "--bot", "oracle"), "option-invalid"),
        (("--all-bots", "--types", "seen"), "option-invalid"),
        (("--all-bots", "--seat", "west"), "option-invalid"),
        (("--seat", "west", "--json"), "option-invalid"),
        (("--json",), "option-invalid"),
        (("--all-bots", "--policy", "moon"), "policy-invalid"),
    ],
)
def test_what_does_not_go_together_is_refused(capsys, monkeypatch, words, code):
    """Oracle: hand."""
    found, out, err = run(capsys, monkeypatch, "play", TEMPLATE, *words)
    assert (found, out) == (2, "")
    assert f"[{code}]" in err


def test_without_a_seat_the_browser_opens_where_sessions_are_created(capsys, monkeypatch):
    """Oracle: hand; values that are set and the commitment go along in the address."""
    asked = {}
    monkeypatch.setattr("detente.web.serving.serve", lambda _bench, **given: asked.update(given))
    words = ("play", TEMPLATE, "--set", "rounds=1", "--policy", "arm", "--store", "sqlite://")
    code, _, err = run(capsys, monkeypatch, *words)
    assert (code, err) == (0, "")
    assert asked["begins_at"] == "my-crisis/play?set.rounds=1&policy=arm"
    assert (asked["host"], asked["store"], asked["opens_browser"]) == (
        "127.0.0.1",
        "sqlite://",
        True,
    )


def test_a_language_model_plays_beside_a_person_in_the_terminal(capsys, monkeypatch):
    """Oracle: hand; the server on the loopback address is asked for its seat alone, and the person is told that it is."""
    with serving(lambda _, told: says(json.dumps({"choices": first_open(told)}))) as fake:
        asked = ("play", TEMPLATE, "--seat", "north", "--draws", "4", "--model-seat", "west")
        server = ("--model-url", fake.url, "--model", "tiny")
        code, out, err = run(capsys, monkeypatch, *asked, *server, typed="1\nseal\n" * 9)
    assert (code, err) == (0, "")
    assert "asking tiny for Westmark" in out
    assert "The end:" in out
    assert {json.loads(body["messages"][1]["content"])["you"] for _, body in fake.requests} == {
        "west"
    }


@pytest.mark.parametrize(
    ("options", "at"),
    [
        (("--seat", "north", "--model-seat", "west"), "--model-seat"),
        (("--all-bots", "--model-seat", "west", "--model-url", URL, "--model", "m"), "--model-seat"),
        (("--seat", "west", "--model-seat", "west", "--model-url", URL, "--model", "m"), "--model-seat"),
        (("--seat", "north", "--model-url", URL), "--model"),
        (("--seat", "north", "--model", "m"), "--model-url"),
        (("--seat", "north", "--model-url", "ftp://x", "--model", "m"), "url"),
    ],
)  # fmt: skip
def test_a_model_that_nobody_can_ask_is_refused(capsys, monkeypatch, options, at):
    """Oracle: hand; the option at fault is named."""
    code, _, err = run(capsys, monkeypatch, "play", TEMPLATE, *options)
    assert code == 2
    assert "option-invalid" in err
    assert at in err
