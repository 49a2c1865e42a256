"""Rooms of one class: created at once, opened by one link, run at once, and no class is slowed by its one address."""

from importlib.resources import files

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HERE, TOKEN

from detente.log import Log
from detente.play.options import SessionOptions
from detente.web import Workbench, create_app
from detente.web.access import Access, Limits
from detente.web.play.rooms import Rooms

CRISIS = "my-crisis"
PEOPLE = {"north": "human", "west": "human"}


@pytest.fixture(scope="module")
def bench():
    """A template: its games are small."""
    return Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)


@pytest.fixture(scope="module")
def rooms(bench):
    found = Rooms(bench, Log.open("sqlite://"))
    yield found
    found.close()


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
