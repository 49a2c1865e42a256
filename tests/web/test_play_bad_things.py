"""Bad things that are sent to a session: what is no command, no number and no text, and what looks like another's."""

import json
from importlib.resources import files

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HERE, csrf_of

from detente.web import Workbench, create_app
from detente.web.access import Limits

CRISIS = "my-crisis"
PEOPLE = dict.fromkeys(("north", "west", "mid"), "human")


@pytest.fixture(scope="module")
def bench():
    return Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)


@pytest.fixture
def owner(bench, rooms):
    app = create_app(bench, log=rooms.log, rooms=rooms, limits=Limits(burst=10_000))
    client = TestClient(app, base_url=HERE, follow_redirects=False)
    client.headers["x-csrf-token"] = csrf_of(client.get(f"/{CRISIS}/play").text)
    return client


@pytest.fixture
def west(owner):
    """Send a command of a seat, as it stands; the name of the session and its control's view."""
    asked = {"crisis": CRISIS, "seats": PEOPLE, "draws": 16, "session_seed": 3}
    room = owner.post("/api/sessions", json=asked).json()
    for who in ("west", "north", "mid"):
        owner.get(room["links"][who].removeprefix(HERE))
    address = f"/api/sessions/{room['id']}/west/commands"

    def send(raw, kind="application/json", address=address):
        return owner.post(address, content=raw, headers={"content-type": kind})

    send.room, send.owner = room["id"], owner
    send.session = owner.app._app.state.rooms.find(room["id"])
    return send


def body(kind, data, command="a"):
    return json.dumps({"id": command, "kind": kind, "data": data})


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "101", "-1", '"half"', "true"]
)
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("estimate", '{"estimates": {"outcome.war": %s}}'),
        ("propose", '{"to": ["north"], "terms": {"membership": %s}}'),
    ],
)
def test_what_is_no_share_is_no_estimate_and_no_term(west, kind, data, number):
    """Oracle: hand; a share is a number from 0 to 1 and a term one from 0 to 100, and nothing is kept of what is neither."""
    before = west.session.digest
    answer = west(f'{{"id": "a", "kind": "{kind}", "data": {data % number}}}')
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]["fix"]
    assert west.session.digest == before


def test_shares_and_terms_are_kept(west):
    """Oracle: hand; what the tests above refuse is refused for its number alone; a party that is named often is one."""
    assert west(body("estimate", {"estimates": {"outcome.war": 0.5}}, "e")).json()["ok"]
    many = {"to": ["north"] * 1_000, "terms": {"membership": 50}}
    assert west(body("propose", many, "p")).json()["ok"]
    assert west.session.view("west")["estimates"] == [{"outcome.war": 0.5}]
    assert sorted(west.session.view("west")["proposals"][0]["parties"]) == ["north", "west"]


@pytest.mark.parametrize(
    "data",
    [
        {"to": ["north"], "terms": {f"issue{number}": 1 for number in range(10_000)}},
        {"to": ["north", "moon"], "terms": {"membership": 1}},
        {"to": ["north"], "terms": {"membership": {"membership": [1]}}},
        {"to": ["north"], "terms": {}},
    ],
)
def test_a_proposal_of_what_is_no_issue_is_refused(west, data):
    """Oracle: hand; ten thousand terms, a party that there is not, nested terms or none are no proposal."""
    before = west.session.digest
    answer = west(body("propose", data))
    assert answer.status_code in {422, 429}
    assert answer.json()["error"]["fix"]
    assert west.session.digest == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_a_body_of_another_kind_is_no_command(west, kind):
    """Oracle: hand; a page of another site can send these without being asked, so they do nothing."""
    before = west.session.digest
    answer = west(body("say", {"text": "x"}), kind)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access-denied")
    assert west.session.digest == before


@pytest.mark.parametrize("command", ["", "x" * 65, "a b", "a\u0000", "\u202ea", None, 3])
def test_an_id_of_a_command_is_short_and_plain(west, command):
    """Oracle: hand."""
    before = west.session.digest
    assert west(body("say", {"text": "x"}, command)).status_code == 422
    assert west.session.digest == before


def test_a_replayed_command_is_done_once_whatever_it_says_then(west):
    """Oracle: hand; a second tab with the id of the first changes nothing, and neither does a copy sent at another seat's address."""
    assert west(body("say", {"text": "one"}, "same")).json()["ok"]
    before = west.session.digest
    assert west(body("say", {"text": "two"}, "same")).json()["ok"]
    assert west(body("propose", {"to": ["north"], "terms": {}}, "same")).json()["ok"]
    assert west.session.digest == before
    other = f"/api/sessions/{west.room}/north/commands"
    assert west(body("say", {"text": "three"}, "same"), address=other).json()["ok"]
    assert [(item.sender, item.text) for item in west.session.state.messages] == [
        ("west", "one"),
        ("north", "three"),
    ]


@pytest.mark.parametrize("more", [{"seat": "north"}, {"who": "north"}, {"from": "north"}])
def test_a_seat_cannot_speak_as_another(west, more):
    """Oracle: hand; a name of another seat beside the command is refused, within it it has no effect."""
    raw = json.dumps({"id": "b", "kind": "say", "data": {"text": "x"}, **more})
    assert west(raw).status_code == 422
    assert west(body("say", {"text": "y", **more}, "c")).status_code in {200, 422}
    assert {item.sender for item in west.session.state.messages} <= {"west"}


def test_what_turns_text_around_is_shown_nowhere(west):
    """Oracle: hand; names, messages, proposals, and reasons are text on every page: no markup of theirs, no control character, no
    override of the direction of writing."""
    foul = "<svg/onload=alert(1)>\u202e\u2066\u0000\u001b[31m\u200f{{7*7}}"
    west(body("join", {"name": foul}, "j"))
    west(body("say", {"text": foul}, "s"))
    issue = next(item.id for item in west.session.book.crisis.issues.values() if item.negotiable)
    west(body("propose", {"to": ["north"], "terms": {issue: 5}, "text": foul}, "p"))
    west.session.send("control", "note", {"text": foul})
    west.session.send("control", "start")
    assert west.session.state.proposals
    for who in ("west", "north", "mid", "control", "public"):
        page = west.owner.get(f"/play/{west.room}/{who}").text
        assert "<svg/onload" not in page
        assert not {"\u202e", "\u2066", "\u0000", "\u001b", "\u200f"} & set(page)
        assert "{{7*7}}" in page or who in {"mid", "public"}
