"""Sessions over HTTP: who may open what, commands that are forged, replayed, foreign or too large, and what a seat is sent."""

import asyncio
import json
import re
import time
from datetime import datetime, timedelta
from importlib.resources import files

import pytest
from fastapi import Request
from tests.web.conftest import HERE, csrf_of

from detente.log import Log
from detente.play.options import SessionOptions
from detente.web import Workbench
from detente.web.play import routes
from detente.web.play.rooms import Rooms
from detente.web.play.showing import clock_case, end_case
from detente.web.rendering import renderer_of

CRISIS = "my-crisis"
PEOPLE = {"north": "human", "west": "human", "mid": "human"}
TYPES = {"north": "limited", "west": "hollow", "mid": "only"}


@pytest.fixture(scope="module")
def bench():
    """A template: its games are small."""
    return Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)


@pytest.fixture
def owner(make):
    return make(owner=True)


@pytest.fixture
def room(owner):
    """A session of people that has not started: its name and the links of its seats."""
    asked = {"crisis": CRISIS, "seats": PEOPLE, "draws": 16, "session_seed": 3}
    made = owner.post("/api/sessions", json=asked)
    assert made.status_code == 201
    return made.json()


def take(client, link):
    """Open a link: the browser then holds the seat."""
    answer = client.get(link.removeprefix(HERE))
    assert answer.status_code == 303
    return answer.headers["location"]


def send(client, room, who, kind, data=None, command=None):
    body = {"id": command or f"{kind}-{time.monotonic_ns()}", "kind": kind, "data": data or {}}
    page = client.get(f"/play/{room['id']}/{who}").text
    headers = {"x-csrf-token": csrf_of(page)}
    return client.post(f"/api/sessions/{room['id']}/{who}/commands", json=body, headers=headers)


def view(client, room, who):
    return client.get(f"/api/sessions/{room['id']}/{who}/view").json()["view"]


def test_a_link_opens_its_seat_and_nothing_else(make, owner, room):
    """Oracle by hand: one seat's browser is refused every other seat, control, the projector, and the workbench."""
    client, name = make(), room["id"]
    assert take(client, room["links"]["west"]) == f"/play/{name}/west"
    assert client.get(f"/play/{name}/west").status_code == 200
    assert view(client, room, "west")["who"] == "west"
    for who in ("north", "mid", "control", "public"):
        assert client.get(f"/play/{name}/{who}").status_code == 403
        assert client.get(f"/api/sessions/{name}/{who}/view").status_code == 403
        assert client.get(f"/api/sessions/{name}/{who}/events").status_code == 403
        body = {"id": "a", "kind": "say", "data": {"text": "it was me"}}
        headers = {"x-csrf-token": csrf_of(client.get(f"/play/{name}/west").text)}
        address = f"/api/sessions/{name}/{who}/commands"
        assert client.post(address, json=body, headers=headers).status_code == 403
    for place in ("/", f"/{CRISIS}/overview", f"/{CRISIS}/play", "/api/crises", "/api/jobs"):
        assert client.get(place).status_code == 403
    assert view(owner, room, "control")["messages"] == []


def test_every_route_of_a_session_asks_for_a_link(make, room):
    """Oracle: theorem: no route that names a session answers a browser that holds nothing, or holds made-up links."""
    asked = [
        (method, prefix + route.path)
        for prefix, router in (("/api", routes.api), ("", routes.router))
        for route in router.routes
        for method in route.methods
        if "{room}" in route.path and not route.path.endswith("/join")
    ]
    assert len(asked) >= 12
    client = make()
    for who in (*PEOPLE, "control", "public"):
        client.cookies.set(f"detente_seat_{room['id']}_{who}", "0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    for method, path in asked:
        address = path.format(room=room["id"], who="west")
        answer = client.request(method, address, json={} if method == "POST" else None)
        assert (answer.status_code, method, path) == (403, method, path)


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link[:-1] + ("A" if link[-1] != "A" else "B"),
        lambda link: link.replace("s=0.", "s=1."),
        lambda link: link.replace("/west/", "/north/"),
        lambda link: link.partition("?")[0],
        lambda link: link + "é",
        lambda link: link.replace("s=0.", "s=0000000000000000000000."),
    ],
)
def test_forged_links_open_nothing(make, room, change):
    """Oracle by hand."""
    client = make()
    answer = client.get(change(room["links"]["west"]).removeprefix(HERE))
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers or "detente_seat" not in answer.headers["set-cookie"]


def test_a_link_that_control_has_ended_says_so(make, owner, room):
    """Oracle by hand: the old link, and a browser that holds it, are told when; the new one opens the seat."""
    client, name = make(), room["id"]
    take(client, room["links"]["west"])
    renewed = owner.post(f"/api/sessions/{name}/links", json={"who": "west", "id": "r1"}).json()
    again = owner.post(f"/api/sessions/{name}/links", json={"who": "west", "id": "r1"}).json()
    assert again == renewed
    answer = client.get(f"/api/sessions/{name}/west/view")
    assert answer.status_code == 403
    assert re.search(r"ended by control at \d\d:\d\d UTC", answer.json()["error"]["message"])
    take(client, renewed["link"])
    assert client.get(f"/play/{name}/west").status_code == 200


def test_a_command_is_done_once_and_ids_are_of_their_seat(make, owner, room):
    """Oracle by hand: the same id again gives the same answer; another seat's same id is another command."""
    west, north = make(), make()
    take(west, room["links"]["west"])
    take(north, room["links"]["north"])
    first = send(west, room, "west", "say", {"text": "one"}, "same").json()
    assert first["ok"]
    assert send(west, room, "west", "say", {"text": "two"}, "same").json() == first
    assert send(north, room, "north", "say", {"text": "three"}, "same").json()["ok"]
    assert [item["text"] for item in view(owner, room, "control")["messages"]] == ["one", "three"]


def test_foreign_illegal_and_oversized_commands_are_refused(make, owner, room):
    """Oracle by hand: each is refused with its code, and the session is as it was."""
    west = make()
    take(west, room["links"]["west"])
    before = view(owner, room, "control")
    cases = [
        ("start", {}, 403, "seat-foreign"),
        ("look", {}, 403, "seat-foreign"),
        ("override", {"seat": "north", "choices": ["invade"], "why": "x"}, 403, "seat-foreign"),
        ("nothing", {}, 422, "command-invalid"),
        ("seal", {"choices": ["wait"]}, 422, "command-invalid"),
        ("say", {"text": "x" * 2001}, 422, "command-invalid"),
        ("say", {"text": "x", "to": ["nobody"]}, 422, "command-invalid"),
        ("join", {"name": "x" * 81}, 422, "command-invalid"),
        ("say", {"text": "x" * 300_000}, 429, "request-limited"),
    ]
    for kind, data, status, code in cases:
        answer = send(west, room, "west", kind, data)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert answer.json()["error"]["fix"]
    answer = owner.post(
        f"/api/sessions/{room['id']}/public/commands",
        json={"id": "p", "kind": "say", "data": {"text": "x"}},
    )
    assert answer.json()["error"]["code"] == "seat-foreign"
    assert view(owner, room, "control") == before
    unknown = owner.get("/api/sessions/AAAAAA/control/view")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "session-unknown")


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"id": "a", "data": ' + b'{"a":' * 3000, b"\xff\xfe\x00"]
)
def test_what_is_no_json_is_refused_as_such(make, room, raw):
    """Oracle by hand: a body that is no JSON, is nested without end or is no text is refused, and said to be unreadable."""
    west = make()
    take(west, room["links"]["west"])
    headers = {"x-csrf-token": csrf_of(west.get(f"/play/{room['id']}/west").text)}
    headers["content-type"] = "application/json"
    answer = west.post(f"/api/sessions/{room['id']}/west/commands", content=raw, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["at"] == "body"


def test_a_form_of_another_site_is_refused(make, room):
    """Oracle by hand: without the token of the page, or from another origin, nothing is done."""
    west = make()
    take(west, room["links"]["west"])
    place = f"/play/{room['id']}/west"
    csrf = csrf_of(west.get(place).text)
    body = {"kind": "say", "text": "x"}
    assert west.post(place, data=body).status_code == 403
    foreign = {"origin": "http://192.0.2.1"}
    assert west.post(place, data={**body, "csrf": csrf}, headers=foreign).status_code == 403
    assert west.post(place, data={**body, "csrf": csrf}).status_code == 303


def test_names_and_messages_are_text(make, room):
    """Oracle by hand: markup is shown as it was typed, control characters are dropped."""
    west = make()
    take(west, room["links"]["west"])
    send(west, room, "west", "join", {"name": "<script>alert(1)</script>\u202e\x1b"})
    send(west, room, "west", "say", {"text": "<img src=x onerror=alert(1)>\x00 & more"})
    page = west.get(f"/play/{room['id']}/west").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; more" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert not {"\x00", "\x1b", "\u202e"} & set(page)


def sent(make, rooms, room, who):
    """All bytes that a seat is sent, without what differs between any two sessions: the name, tokens and the time."""
    client = make()
    token = rooms.token(room, who)
    take(client, f"/play/{room}/{who}/join?s={token}")
    page = client.get(f"/play/{room}/{who}").text
    told = client.get(f"/api/sessions/{room}/{who}/view").text
    event = asyncio.run(first_event(make.app, rooms, room, who))
    found = f"{page}\n{told}\n{event}".replace(room, "ROOM")
    found = found.replace(csrf_of(page), "CSRF")
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", "TIME", found)


async def first_event(app, rooms, room, who):
    scope = {"type": "http", "app": app, "headers": [], "method": "GET", "path": "/"}
    rooms.note(room)
    events = routes.follow_session(Request(scope), room, who)
    event = await anext(events)
    await events.aclose()
    return f"{event.id} {event.event} {event.data.model_dump_json()}"


def test_no_byte_of_a_seat_depends_on_what_it_may_not_know(make, rooms):
    """Oracle: theorem: two sessions that differ in another's type, in whispers, proposals, estimates, notes of
    control and looks are the same to the byte for a third seat and for the public; the event's id included."""
    found = []
    for case, (kind, whispered) in enumerate(
        [("limited", "we will pay"), ("revisionist", "we will not")]
    ):
        chosen = {**TYPES, "north": kind}
        options = SessionOptions(seats=PEOPLE, draws=16, case=0, looks=True, chosen=chosen)
        session = rooms.create(CRISIS, options)
        session.send("control", "start")
        session.send("west", "say", {"to": ["north"], "text": whispered})
        for _ in range(case * 3):
            session.send("north", "say", {"to": ["west", "control"], "text": "again"})
            session.send("control", "look")
        issues = session.book.crisis.issues.values()
        terms = {next(item.id for item in issues if item.negotiable): 10.0 + case}
        session.send("west", "propose", {"to": ["north"], "terms": terms})
        session.send("north", "estimate", {"estimates": {"west.hollow": 0.1 + case / 2}})
        session.send("control", "note", {"text": whispered})
        found.append([sent(make, rooms, session.name, who) for who in ("mid", "public")])
        found[-1].append(sent(make, rooms, session.name, "west"))
    assert found[0][:2] == found[1][:2]
    assert found[0][2] != found[1][2]
    assert "we will" not in "".join(found[0][:2])


def test_a_sealed_order_is_seen_to_be_sealed_and_no_more(make, rooms):
    """Oracle: theorem: whatever is sealed, with whatever reason, others are sent the same bytes until it is revealed."""
    found = []
    for place, why in ((0, "time works for us"), (1, "")):
        options = SessionOptions(seats=PEOPLE, draws=16, case=0, chosen=TYPES, reveal="control")
        session = rooms.create(CRISIS, options)
        session.send("control", "start")
        order = session.state.menus[0].open[place]
        session.send("west", "seal", {"choices": [order], "why": why})
        found.append([sent(make, rooms, session.name, who) for who in ("north", "mid")])
    assert found[0] == found[1]
    assert '"west":true' in found[0][0]


def test_a_whole_game_is_played_by_forms_without_scripts(make, owner):
    """Oracle by hand: forms alone create a session, take seats, start, seal until it ends, and the report and its files open; no
    name of a person is in the files."""
    page = owner.get(f"/{CRISIS}/play")
    form = {"csrf": csrf_of(page.text), "draws": "16", "minutes": "", "set.rounds": "1"}
    form |= {f"seats.{who}": "human" for who in PEOPLE} | {"beliefs": "yes"}
    desk = owner.post(f"/{CRISIS}/play", data=form).headers["location"]
    name = desk.split("/")[2]
    links = re.findall(rf'href="{HERE}(/play/{name}/(\w+)/join\?s=[^"]+)"', owner.get(desk).text)
    clients = {who: make() for _, who in links if who in PEOPLE}
    for link, who in links:
        if who in clients:
            clients[who].get(link)
            post(clients[who], f"/play/{name}/{who}", kind="join", name=f"Person of {who}")
            post(clients[who], f"/play/{name}/{who}", kind="ready")
    assert owner.get(f"/play/{name}/report").status_code == 422
    post(owner, desk, kind="start")
    for _ in range(20):
        for who, client in clients.items():
            text = client.get(f"/play/{name}/{who}").text
            found = re.findall(r'name="(choices\.\d)" value="(\w+)" required', text)
            if found:
                post(
                    client, f"/play/{name}/{who}", kind="seal", why="a reason", **dict(found[::-1])
                )
        if "The game has ended" in owner.get(desk).text:
            break
    for client in (owner, *clients.values()):
        report = client.get(f"/play/{name}/report")
        assert report.status_code == 200
        assert "A thousand runs" in report.text
        assert client.get(f"/api/sessions/{name}/report").json()["outcome"]
    for ending in ("moves.csv", "events.jsonl"):
        text = owner.get(f"/api/sessions/{name}/{ending}").text
        assert text.count("\n") > 2
        assert "Person of" not in text
        assert "a reason" not in text
    assert f'href="/play/{name}/report"' in owner.get(f"/{CRISIS}/play").text


def post(client, place, **form):
    csrf = csrf_of(client.get(place).text)
    answer = client.post(place, data={"csrf": csrf, "seen": "x", **form})
    assert answer.status_code == 303, answer.text


def test_a_past_turn_is_played_anew_in_another_room(owner, room):
    """Oracle by hand: the fork has its own links and is listed; the first session stays as it is."""
    name = room["id"]
    send(owner, room, "control", "start")
    before = view(owner, room, "control")
    csrf = {"x-csrf-token": csrf_of(owner.get(f"/play/{name}/control").text)}
    place = f"/api/sessions/{name}/forks"
    forked = owner.post(place, json={"turn": 1}, headers=csrf).json()
    assert forked["id"] != name
    assert view(owner, forked, "control")["turn"] == 1
    assert view(owner, room, "control") == before
    listed = owner.get(f"/{CRISIS}/play").text
    assert name in listed
    assert forked["id"] in listed
    assert owner.post(place, json={"turn": 99}, headers=csrf).status_code == 422


def test_links_and_what_was_played_outlive_the_server(bench, tmp_path):
    """Oracle: theorem: what opens a seat and the digest of the events are the same to another process of the same store."""
    store = f"sqlite:///{tmp_path / 'play.db'}"
    options = SessionOptions(seats=PEOPLE, draws=16, chosen=TYPES)
    with Log.open(store) as log:
        first = Rooms(bench, log)
        session = first.create(CRISIS, options, {"rounds": "1"})
        session.send("control", "start")
        kept = session.digest, first.token(session.name, "west"), session.view("west")
        first.close()
    with Log.open(store) as log:
        second = Rooms(bench, log)
        again = second.find(session.name)
        assert (again.digest, second.token(session.name, "west"), again.view("west")) == kept
        assert again.book.crisis.rounds == 1
        second.close()


def test_the_clock_of_the_server_ends_a_phase(rooms):
    """Oracle by hand: after the deadline a bot has moved, though nobody asked for anything."""
    options = SessionOptions(seats=PEOPLE, draws=16, chosen=TYPES, minutes=0.005)
    session = rooms.create(CRISIS, options)
    session.send("control", "start")
    end = time.monotonic() + 30
    while not session.state.turns:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert next(iter(session.state.turns[0].orders.values())).by == "bot"


def test_a_seat_that_was_away_for_two_turns_goes_on(make, rooms):
    """Oracle by hand: while it was away a bot moved for it at the deadline and others wrote; its page then shows all that was, marked as
    the bot's, and the next order is its own."""
    options = SessionOptions(seats=PEOPLE, draws=16, chosen=TYPES, minutes=5, session_seed=3)
    session = rooms.create(CRISIS, options)
    session.send("control", "start")
    while (turn := session.state.turn) <= 2:
        for seat in session.state.waiting_for:
            if seat != "north":
                session.send(seat, "say", {"to": ["north"], "text": f"turn {turn}"})
                mine = [menu.open[0] for menu in session.state.menus if menu.player == seat]
                session.send(seat, "seal", {"choices": mine})
        if session.state.turn == turn:  # only the seat that is away is waited for
            late = datetime.fromisoformat(session.state.ends) + timedelta(seconds=1)
            session.send("control", "tick", now=late)
    away = [done.orders["north"].by for done in session.state.turns if "north" in done.orders]
    assert away
    assert set(away) == {"bot"}
    client = make()
    take(client, f"/play/{session.name}/north/join?s={rooms.token(session.name, 'north')}")
    page = client.get(f"/play/{session.name}/north").text
    assert "turn 1" in page
    told = client.get(f"/api/sessions/{session.name}/north/view").json()["view"]
    assert told == json.loads(json.dumps(session.view("north")))
    assert len(told["seen"]) >= 2
    while session.state.status == "running" and "north" not in session.state.movers:
        for seat in session.state.waiting_for:
            mine = [menu.open[0] for menu in session.state.menus if menu.player == seat]
            session.send(seat, "seal", {"choices": mine})
    room = {"id": session.name}
    turn = session.state.turn
    mine = [menu.open[0] for menu in session.state.menus if menu.player == "north"]
    assert send(client, room, "north", "seal", {"choices": mine}).status_code == 200
    done = next(item for item in session.state.turns if item.number == turn)
    assert done.orders["north"].by == "human"


SHOWN = {
    "status": "running",
    "practised": False,
    "outcome": "",
    "menus": [],
    "order": None,
    "phase": "line",
    "sealed": {"usa": False},
}


@pytest.mark.parametrize(
    ("change", "case"),
    [
        ({"status": "lobby"}, "lobby"),
        ({"status": "lobby", "practised": True}, "practised"),
        ({"status": "practice", "menus": [1]}, "practice"),
        ({"status": "practice", "menus": [1], "order": {"choices": ["a"]}}, "practice_sealed"),
        ({"status": "practice"}, "practice_elsewhere"),
        ({"status": "paused"}, "paused"),
        ({"status": "ended", "outcome": "war"}, "ended"),
        ({"status": "ended"}, "stopped"),
        ({"menus": [1]}, "choose"),
        ({"menus": [1], "order": {"choices": ["a"]}}, "sealed"),
        ({"phase": None}, "unknown"),
        ({"sealed": {}}, "waits"),
        ({}, "elsewhere"),
    ],
)
def test_where_the_game_is_has_a_case_for_all(make, change, case):
    """Oracle by hand; each case has words of its own."""
    shown = {**SHOWN, **change, "outcome_label": "war"}
    assert clock_case(shown) == case
    said = words(make, "where", case, shown)
    others = {words(make, "where", other, shown) for other in ("lobby", "paused", "choose")}
    assert said
    assert said not in others or case in {"lobby", "paused", "choose"}


def words(make, name, *given):
    scope = {"type": "http", "app": make.app, "headers": []}
    return renderer_of(Request(scope)).words("play/words.j2", name, *given)


@pytest.mark.parametrize(
    ("outcome", "case", "said"),
    [
        ("", "stopped", "Control ended the session before the game did."),
        ("deal", "likeliest", "held likeliest at the start, at 50% (40\N{EN DASH}60%)."),
        (
            "war",
            "likelier",
            "which the model gave 30% at the start (20\N{EN DASH}40%), and another end more.",
        ),
        ("coup", "unlikely", "held unlikely at the start, at 20% (in all cases)."),
    ],
)
def test_the_report_says_how_it_ended(make, outcome, case, said):
    """Oracle by hand: the case that the numbers make, and its words."""
    ends = {"deal": (0.5, 0.4, 0.6), "war": (0.3, 0.2, 0.4), "coup": (0.2, 0.2, 0.2)}
    assert end_case(outcome, ends) == case
    assert words(make, "ended", case, outcome, ends.get(outcome)).endswith(said)


@pytest.mark.parametrize("rule", ["bot", "default", "extend", "pause"])
def test_what_happens_to_a_missing_order_is_said(make, rule):
    """Oracle by hand: each rule has its own words."""
    said = {name: words(make, "missing", name) for name in ("bot", "default", "extend", "pause")}
    assert len(set(said.values())) == 4
    assert said[rule].startswith("If time runs out")


def test_what_is_asked_of_a_new_session_is_checked(owner):
    """Oracle by hand: a name, a kind or a number that there is not is refused with its place."""
    for wrong in (
        {"seats": {"nobody": "human"}},
        {"seats": {"north": "model"}},
        {"minutes": 0},
        {"draws": 7},
        {"missing": "what"},
        {"more": 1},
    ):
        answer = owner.post("/api/sessions", json={"crisis": CRISIS, **wrong})
        assert answer.status_code == 422
        assert json.loads(answer.text)["error"]["fix"]
    assert owner.post("/api/sessions", json={"crisis": "none"}).status_code == 404
