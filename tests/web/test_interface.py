"""Whatever the description of the interface allows, and some of what it does not, is answered by no failure of the server.

Oracle: independent code, schemathesis, which makes requests from the description that the server gives of itself; by hand, a
status below 500, and a code of the package where something is refused.
"""

from functools import cache
from importlib.resources import files

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from detente.errors import CODES
from detente.web import Workbench, works

SECONDS = 120


@pytest.fixture(scope="module")
def bench():
    """A crisis whose games are small."""
    return Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)


@pytest.fixture
def operations(server, monkeypatch):
    """What the server says that it answers; jobs end at once."""
    for work in works.WORKS:
        monkeypatch.setitem(works.WORKS, work, lambda *_given: {"policies": [], "weights": []})
    described = schemathesis.openapi.from_url(f"{server}/api/openapi.json")
    return [found.ok() for found in described.get_all_operations()]


def try_all(server, bench, operations, count):
    session = requests.Session()
    session.cookies.set_policy(_NoCookies())
    seen = set()
    for operation in operations:
        check = settings(
            max_examples=count,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(
            given(case=operation.as_strategy(), is_served=st.booleans())(
                lambda case, is_served: try_one(
                    session, server, bench.names[0] if is_served else None, case, seen
                )
            )
        )
        check()
    return seen


@cache
def room_of(server, crisis):
    """A session of bots that has ended; its events would go on for ever."""
    made = requests.post(
        f"{server}/api/sessions", json={"crisis": crisis, "draws": 16}, timeout=SECONDS
    )
    room = made.json()["id"]
    start = {"id": "start", "kind": "start"}
    address = f"{server}/api/sessions/{room}/control/commands"
    assert requests.post(address, json=start, timeout=SECONDS).status_code == 200
    return room


def try_one(session, server, crisis, case, seen):
    if crisis is not None and "name" in case.path_parameters:
        case.path_parameters["name"] = crisis
    if crisis is not None and "room" in case.path_parameters and not case.path.endswith("/events"):
        case.path_parameters |= {"room": room_of(server, crisis), "who": "control"}
    answer = case.call(base_url=server, session=session, timeout=SECONDS)
    seen.add((case.method, case.path, answer.status_code))
    assert answer.status_code < 500, (case.as_curl_command(), answer.text)
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["code"] in CODES
        assert error["fix"]


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):
    """A program: it keeps no cookies."""

    def set_ok(self, *_given):
        return False


def check_reach(seen, operations):
    """Each operation was asked, and most were answered with what they are for."""
    asked = {(method, path) for method, path, _ in seen}
    assert len(asked) == len(operations)
    answered = {(method, path) for method, path, status in seen if status < 400}
    assert len(answered) > len(operations) / 3


def test_no_request_of_the_description_makes_the_server_fail(server, bench, operations):
    """A few of each operation."""
    check_reach(try_all(server, bench, operations, 5), operations)


@pytest.mark.slow
def test_no_request_of_the_description_makes_the_server_fail_however_many(
    server, bench, operations
):
    """The same, with many of each."""
    check_reach(try_all(server, bench, operations, 60), operations)
