"""Rooms of one class: created at once, opened by one link, run at once, and no class is slowed by its one address."""

import asyncio
from importlib.resources import files

import pytest
from fastapi import Request
from starlette.testclient import TestClient
from tests.web.conftest import HERE, TOKEN

from detente.play.options import SessionOptions
from detente.web import Workbench, create_app
from detente.web.access import Access, Limits
from detente.web.play import class_routes
from detente.web.play.class_routes import follow_class
from detente.web.play.classes import Classes
from detente.web.rendering import renderer_of

CRISIS = "my-crisis"
PEOPLE = {"north": "human", "west": "human"}


@pytest.fixture(scope="module")
def bench():
    """A template: its games are small."""
    return Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)


@pytest.fixture
def make(bench, rooms):
    """Clients of one server that wants a token, with limits of its own; owners hold the token."""

    def client(*, owner=False, **limits):
        access = Access(host="0.0.0.0", port=8000, token=TOKEN)  # noqa: S104  # nothing listens
        kept = Limits(**{"burst": 10_000, **limits})
        app = create_app(bench, log=rooms.log, rooms=rooms, access=access, limits=kept)
        headers = {"authorization": f"Bearer {TOKEN}"} if owner else {}
        return TestClient(app, base_url=HERE, follow_redirects=False, headers=headers)

    return client


def hold(rooms, room, who):
    """Ask as a browser that holds the link of a seat."""
    return {"cookie": f"detente_seat_{room}_{who}={rooms.token(room, who)}"}


def test_seats_behind_one_address_do_not_use_up_each_others_requests(make, rooms):
    """Oracle by hand: with two requests at once, two seats have two each, by cookie or by token; who holds nothing, or a made-up
    link, is counted for the address that all share."""
    client = make(burst=2, per_second=0.001)
    room = rooms.create(CRISIS, SessionOptions(seats=PEOPLE, draws=16, case=0)).name
    west = hold(rooms, room, "west")
    north = {"authorization": f"Bearer {rooms.token(room, 'north')}"}
    forged = {"cookie": f"detente_seat_{room}_west=0.{'A' * 32}"}
    asked = [("west", west), ("west", west), ("north", north), ("north", north)]
    for who, headers in asked:
        answer = client.get(f"/api/sessions/{room}/{who}/view", headers=headers)
        assert answer.status_code == 200
    for who, headers in (("west", west), ("north", north)):
        assert client.get(f"/api/sessions/{room}/{who}/view", headers=headers).status_code == 429
    assert client.get("/static/play.css", headers=west).status_code == 429
    for headers in (forged, {}):
        assert client.get(f"/play/{room}/west", headers=headers).status_code == 403
    for headers in (forged, {}):
        assert client.get(f"/play/{room}/west", headers=headers).status_code == 429


# --- classes ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(make):
    return make(owner=True)


def create(owner, **asked):
    given = {"crisis": CRISIS, "seats": PEOPLE, "draws": 16, "rooms": 3, "minutes": 5, **asked}
    answer = owner.post("/api/classes", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()


def lines(client, made):
    answer = client.get(f"/api/classes/{made['id']}/view")
    assert answer.status_code == 200, answer.text
    return answer.json()["view"]["rooms"]


def ask(client, made, kind, command="a", **more):
    place = f"/api/classes/{made['id']}/commands"
    return client.post(place, json={"id": command, "kind": kind, **more})


def place_of(link):
    return link.removeprefix(HERE)


def test_rooms_of_a_class_share_their_draws_or_have_their_own(owner, rooms):
    """Oracle by hand: the same key and case and types in each room, or other keys; made again from the same key they are the same."""

    def dealt(made):
        states = [rooms.find(room).state for room in made["rooms"]]
        return [(state.seed, state.case, tuple(state.types.items())) for state in states]

    same = dealt(create(owner, session_seed=7))
    assert same == [same[0]] * 3
    assert same[0][0] == 7
    own = dealt(create(owner, session_seed=7, chance="own"))
    assert len({seed for seed, *_ in own}) == 3
    assert own == dealt(create(owner, session_seed=7, chance="own"))


def test_the_link_of_a_class_opens_its_desk_and_that_of_no_other(make, owner):
    """Oracle by hand: without it nothing; with it the desk, its view, its slips and by these every seat; no other class, and not the
    workbench. A made-up, foreign or ended link opens nothing."""
    made, other, client = create(owner, rooms=2), create(owner, rooms=1), make()
    places = [f"/play/class/{made['id']}", f"/play/class/{made['id']}/sheet"]
    places += [f"/api/classes/{made['id']}/{what}" for what in ("view", "events")]
    for place in places:
        assert client.get(place).status_code == 403
    assert ask(client, made, "start").status_code == 403
    forged = [place_of(made["link"])[:-1] + "!", place_of(made["link"]).partition("?")[0]]
    forged.append(place_of(other["link"]).replace(other["id"], made["id"]))
    for link in forged:
        assert client.get(link).status_code == 403
    assert client.get(place_of(made["link"])).headers["location"] == places[0]
    for place in places[:3]:
        assert client.get(place).status_code == 200
    for place in (f"/play/class/{other['id']}", f"/{CRISIS}/play", "/api/crises"):
        assert client.get(place).status_code == 403
    page = client.get(places[0]).text
    for links in made["rooms"].values():
        for who in (*PEOPLE, "control"):
            assert links[who] in page
    (room, links), *_ = made["rooms"].items()
    assert client.get(f"/play/{room}/control").status_code == 403
    client.get(place_of(links["control"]))
    assert client.get(f"/play/{room}/control").status_code == 200
    assert ask(owner, made, "relink").json()["done"] == []
    assert client.get(places[0]).status_code == 403
    assert client.get(place_of(made["link"])).status_code == 403


def test_every_route_of_a_class_asks_for_its_link(make, owner):
    """Oracle: theorem: no route that names a class, or the slips of a session, answers a browser that holds nothing or made-up links."""
    made, client = create(owner, rooms=1), make()
    (room,) = made["rooms"]
    client.cookies.set(f"detente_seat_class_{made['id']}", f"0.{'A' * 32}")
    asked = [
        (method, prefix + route.path)
        for prefix, router in (("/api", class_routes.api), ("", class_routes.router))
        for route in router.routes
        for method in route.methods
        if "{" in route.path and not route.path.endswith("/join")
    ]
    assert len(asked) >= 7
    for method, path in asked:
        address = path.format(group=made["id"], room=room)
        answer = client.request(method, address, json={} if method == "POST" else None)
        assert (answer.status_code, method, path) == (403, method, path)


def test_a_desk_of_one_room_opens_no_class(make, owner):
    """Oracle by hand: who holds control of one room sees nothing of the others."""
    made, client = create(owner, rooms=2), make()
    (room, links), (second, _) = made["rooms"].items()
    client.get(place_of(links["control"]))
    page = client.get(f"/play/{room}/control")
    assert page.status_code == 200
    assert second not in page.text
    assert "Rooms of this class" not in page.text
    assert "Rooms of this class" in owner.get(f"/play/{room}/control").text


def test_all_rooms_are_started_paused_and_given_time_at_once(owner, rooms):
    """Oracle by hand: what a room cannot do now it is not asked; the same id again does nothing and gives the same answer."""
    made = create(owner)
    names = list(made["rooms"])
    rooms.find(names[0]).send("control", "start")
    started = ask(owner, made, "start", "s").json()
    assert (started["done"], started["left"]) == (names[1:], names[:1])
    assert ask(owner, made, "start", "s").json() == started
    assert [line["status"] for line in lines(owner, made)] == ["running"] * 3
    ends = [line["ends"] for line in lines(owner, made)]
    assert ask(owner, made, "extend", "e", minutes=3).json()["done"] == names
    assert all(line["ends"] > end for line, end in zip(lines(owner, made), ends, strict=True))
    assert ask(owner, made, "pause", "p").json()["done"] == names
    assert ask(owner, made, "extend", "e2").json()["done"] == []
    assert ask(owner, made, "resume", "r").json()["done"] == names
    for wrong in ({"kind": "end"}, {"kind": "extend", "minutes": 0}, {"kind": "start", "id": ""}):
        answer = owner.post(f"/api/classes/{made['id']}/commands", json={"id": "x", **wrong})
        assert answer.status_code == 422
    assert owner.get("/api/classes/AAAAAA/view").status_code == 404


def test_a_card_says_how_its_room_stands(owner, rooms):
    """Oracle by hand: turn and phase, who sealed, who is here, and the attack odds that the room's own desk has."""
    made = create(owner, rooms=2, session_seed=3)
    ask(owner, made, "start")
    name = next(iter(made["rooms"]))
    session = rooms.find(name)
    mover = session.state.movers[0]
    rooms.come(name, mover)
    odds = rooms.see(name, "control").view["odds"]
    first, second = lines(owner, made)
    assert (first["here"], second["here"]) == ([mover], [])
    assert first["attack"] == odds["expected"]["attack"]
    text = owner.get(f"/play/class/{made['id']}").text
    assert f"an attack is at {round(100 * first['attack'][0])}%" in text
    before = lines(owner, made)[0]["turn"]
    session.send(mover, "seal", {"choices": [session.state.menus[0].open[0]]})
    assert lines(owner, made)[0]["turn"] > before


def test_a_fork_belongs_to_the_class_of_its_room(owner, rooms):
    """Oracle by hand: it stands in the class, last, and says where it came from."""
    made = create(owner, rooms=2)
    ask(owner, made, "start")
    name = next(iter(made["rooms"]))
    forked = rooms.fork(name, 1)
    found = lines(owner, made)
    assert [line["id"] for line in found] == [*made["rooms"], forked.name]
    assert found[-1]["fork_of"] == name


def test_the_sheet_has_a_slip_for_each_seat_of_a_person(owner):
    """Oracle by hand: room, seat, link and square, each once; also of one session alone."""
    made = create(owner, rooms=2)
    text = owner.get(f"/play/class/{made['id']}/sheet").text
    assert text.count('class="slip"') == 2 * len(PEOPLE) == text.count("<svg")
    for links in made["rooms"].values():
        for who in PEOPLE:
            assert text.count(links[who]) == 1
    room = next(iter(made["rooms"]))
    assert owner.get(f"/play/{room}/control/sheet").text.count('class="slip"') == len(PEOPLE)


def test_a_class_is_followed(make, rooms, owner):
    """Oracle by hand: the desk is told once how it stands, and anew when a room goes on."""
    made = create(owner, rooms=2)
    for room in made["rooms"]:
        rooms.odds(room).ready.wait(60)

    async def told():
        scope = {"type": "http", "app": make().app._app, "headers": [], "method": "GET"}
        request = Request({**scope, "path": "/", "state": {"owner": True}})
        events = follow_class(request, made["id"])
        first = (await anext(events)).id
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.5)
        early = waiting.done()
        await asyncio.to_thread(ask, owner, made, "start")
        second = (await waiting).id
        await events.aclose()
        return first, early, second

    first, early, second = asyncio.run(told())
    assert not early
    assert first != second
    assert Classes(rooms).see(made["id"]).view["rooms"][0]["status"] == "running"


ROOM = {
    "status": "running",
    "round": 2,
    "rounds": 3,
    "phase_label": "the last talks",
    "outcome": "",
    "outcome_label": "",
    "odds_due": False,
    "attack": None,
}


@pytest.mark.parametrize(
    ("change", "first", "second"),
    [
        ({}, "Round 2 of 3, the last talks", "not modelled"),
        ({"status": "paused", "odds_due": True}, "the last talks (paused)", "being computed"),
        (
            {"status": "lobby", "attack": [0.25, 0.1, 0.4]},
            "Not started",
            "at 25% (10\N{EN DASH}40%)",
        ),
        ({"status": "ended", "outcome": "w", "outcome_label": "war"}, "War", "its report is open"),
        ({"status": "ended"}, "Ended by control", "its report is open"),
    ],
)
def test_how_a_room_stands_has_words_for_each_case(make, change, first, second):
    """Oracle by hand."""
    scope = {"type": "http", "app": make().app._app, "headers": []}
    words, item = renderer_of(Request(scope)).words, {**ROOM, **change}
    assert words("play/words.j2", "class_line", item).endswith(first)
    assert second in words("play/words.j2", "room_line", item)
