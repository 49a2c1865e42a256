"""Commitments in sessions: each policy that ships is played, and one that may not hold is refused where the session is set up."""

import dataclasses
from importlib.resources import files

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HERE, csrf_of

from detente.crisis import load_crisis
from detente.crisis.elements import Constant, Pledge
from detente.errors import UsageError
from detente.log import Log
from detente.play import Rulebook, Session, SessionOptions
from detente.web import Workbench, create_app
from detente.web.play.rooms import Rooms

TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")
SHIPPED = ("cuba-1962", "kuwait-1990", "ukraine-2022")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("crisis", "policy"),
    [(name, policy) for name in SHIPPED for policy in load_crisis(name).policies],
)
def test_each_policy_that_ships_is_played_to_the_end(crisis, policy):
    """Oracle: hand; bots play under it to an end that the crisis has, the public is told of it, and the log replays to the same end."""
    book = Rulebook(load_crisis(crisis), policy=policy, draws=4)
    with Log.open("sqlite://") as log:
        session = Session.create(log, book, SessionOptions(policy=policy, draws=4))
        session.send("control", "start")
        state = session.state
        assert state.status == "ended"
        assert state.outcome in book.crisis.outcomes
        assert Session(log, session.name, book).state.outcome == state.outcome
        assert session.view("public")["commitment"] == book.crisis.policies[policy].label


@pytest.fixture(scope="module")
def doubtful():
    """The template, with its first policy resting on a pledge that holds in half of all cases."""
    crisis = load_crisis(TEMPLATE)
    first = next(iter(crisis.policies.values()))
    pledge = Pledge(id=first.id, credibility=Constant(value=0.5), cost=(), broken=())
    changed = dataclasses.replace(first, pledges=(pledge,))
    return dataclasses.replace(crisis, policies={**crisis.policies, first.id: changed}), first.id


def test_a_policy_that_may_not_hold_is_refused(doubtful):
    """Oracle: hand; the code, the value and what to do instead."""
    crisis, policy = doubtful
    with pytest.raises(UsageError, match=policy) as caught:
        Rulebook(crisis, policy=policy, draws=4)
    assert (caught.value.code, caught.value.at) == ("policy-invalid", "policy")
    assert "credibility" in caught.value.fix


def test_the_set_up_says_beside_its_field_that_it_is_refused(doubtful, monkeypatch):
    """Oracle: hand; the page stays, with what is wrong at the commitment; a program gets the code; no session is made."""
    crisis, policy = doubtful
    bench = Workbench([TEMPLATE], workers=1)
    monkeypatch.setattr(bench, "changed", lambda *_: crisis)
    rooms = Rooms(bench, Log.open("sqlite://"))
    app = create_app(bench, log=rooms.log, rooms=rooms)
    client = TestClient(app, base_url=HERE, follow_redirects=False)
    csrf = csrf_of(client.get("/my-crisis/play").text)
    answer = client.post("/my-crisis/play", data={"csrf": csrf, "policy": policy})
    assert answer.status_code == 422
    assert 'id="fault-policy"' in answer.text
    assert "choose a policy without credibility" in answer.text
    asked = {"crisis": "my-crisis", "policy": policy}
    made = client.post("/api/sessions", json=asked, headers={"x-csrf-token": csrf})
    assert (made.status_code, made.json()["error"]["code"]) == (422, "policy-invalid")
    assert not rooms.lines("my-crisis")
    rooms.close()
