"""The guard: who may ask, how it is told that a request comes from the workbench's own pages, and what every answer carries.

Oracles by hand: what RFC 6265bis, Fetch Metadata and the design ask for.
"""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

import pytest
from tests.web.conftest import CRISIS, HERE, TOKEN, csrf_of

from detente.web.access import HEADERS, Access

WHAT_IF = f"/api/crises/{CRISIS}/what-if"
ASKED = {"draws": 64}
LAN = "http://192.0.2.7:8000"


@pytest.mark.parametrize(
    "path", ["/", "/static/app.css", "/api/crises", "/no/such/page", "/api/nothing"]
)
def test_every_answer_carries_the_headers(client, path):
    """Oracle by hand: a page, a file, an answer and errors alike."""
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_policy_allows_only_what_the_workbench_serves(client):
    """Oracle by hand: default-src 'self' and no word that begins with unsafe, and no page that needs one."""
    policy = client.get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    for path in ("/", f"/{CRISIS}/what-if", "/no/such/page"):
        text = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text)
        assert not re.search(r'(?:src|action)="(?!/)|<link[^>]*href="(?!/)', text)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_pages_that_load_from_elsewhere_are_off(client, path):
    """Oracle by hand: FastAPI's own documentation pages load scripts from a network; here they are no pages."""
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("", 403),
    ],
)
def test_the_loopback_workbench_answers_to_its_own_names_only(client, host, status):
    """Oracle by hand: a name of another site that is made to point here is refused (DNS rebinding)."""
    assert client.get("/", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("host", "wants"),
    [
        ("127.0.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("0.0.0.0", True),  # noqa: S104
        ("192.0.2.7", True),
        ("::", True),
    ],
)
def test_any_other_address_wants_a_token(host, wants):
    """Oracle by hand."""
    access = Access.of(host, 80)
    assert bool(access.token) is wants
    assert ("token=" in access.link) is wants
    assert len(access.token) >= 32 * wants
    assert Access.of(host, 80).token != access.token or not wants


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104
def test_a_link_can_be_opened_from_elsewhere(host):
    """Oracle: theorem: an address that means "all of this machine" opens nothing on another; the link has one that this machine has."""
    name = urlsplit(Access.of(host, 80).link).hostname
    assert not ipaddress.ip_address(name).is_unspecified
    kind = socket.AF_INET6 if ":" in name else socket.AF_INET
    with socket.socket(kind, socket.SOCK_DGRAM) as own:
        own.bind((name, 0))  # only an address of this machine can be bound


def test_without_the_token_nothing_is_served(make_client):
    """Oracle by hand: pages, files, answers and changes alike."""
    client = make_client(token=TOKEN, host="192.0.2.7", base=LAN)
    for path in ("/", "/static/app.css", "/api/crises", f"/{CRISIS}/what-if"):
        answer = client.get(path)
        assert (answer.status_code, "access-denied" in answer.text) == (403, True)
    assert client.post(WHAT_IF, json=ASKED).status_code == 403
    assert client.get("/?token=wrong").status_code == 403
    assert client.get("/", headers={"authorization": "Bearer wrong"}).status_code == 403


def test_the_link_lets_a_browser_in_and_leaves_the_address(make_client):
    """Oracle by hand: the token becomes a cookie that no script reads and no other site sends along with a change."""
    client = make_client(token=TOKEN, host="192.0.2.7", base=LAN)
    first = client.get(f"/{CRISIS}/what-if?token={TOKEN}&set.calm=3")
    assert first.status_code == 303
    assert first.headers["location"] == f"/{CRISIS}/what-if?set.calm=3"
    cookies = first.headers.get_list("set-cookie")
    access = next(item for item in cookies if item.startswith("detente_access"))
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in access.split(";")}
    assert client.get("/").status_code == 200


def test_a_program_sends_the_token_in_a_header(make_client):
    """Oracle by hand."""
    client = make_client(token=TOKEN, host="192.0.2.7", base=LAN)
    answer = client.get("/api/crises", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("location", ["//evil.example/", "/\\evil.example"])
def test_the_token_is_no_way_to_another_site(make_client, location):
    """Oracle by hand: what follows the token is a path of the workbench."""
    client = make_client(token=TOKEN, host="192.0.2.7", base=LAN)
    answer = client.get(f"{LAN}{location}?token={TOKEN}")
    assert not answer.headers.get("location", "/").startswith("//")


def test_a_program_on_this_machine_needs_no_page(client):
    """Oracle by hand: without cookies and origin there is nothing that another site could abuse."""
    assert client.post(WHAT_IF, json=ASKED).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
    ],
)
def test_what_another_site_sends_is_refused(client, headers):
    """Oracle by hand: the browser says where a request comes from."""
    page = client.get("/")
    good = {"x-csrf-token": csrf_of(page.text), "origin": HERE, "sec-fetch-site": "same-origin"}
    assert client.post(WHAT_IF, json=ASKED, headers=good).status_code == 200
    answer = client.post(WHAT_IF, json=ASKED, headers=good | headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "access-denied"


@pytest.mark.parametrize(
    ("mode", "site", "status"),
    [
        ("no-cors", "cross-site", 403),
        ("cors", "same-site", 403),
        ("navigate", "cross-site", 200),
        ("no-cors", "same-origin", 200),
        ("navigate", "none", 200),
    ],
)
def test_another_site_may_link_and_not_embed(client, mode, site, status):
    """Oracle by hand: a picture or a script of another page must not make the engine work; a link that is followed may."""
    headers = {"sec-fetch-mode": mode, "sec-fetch-site": site}
    assert client.get("/", headers=headers).status_code == status


@pytest.mark.parametrize("token", [None, "", "another"])
def test_a_change_without_the_token_of_a_page_is_refused(client, token):
    """Oracle by hand: a browser has the cookie, and the page's own copy must match it."""
    client.get("/")
    headers = {"origin": HERE} | ({} if token is None else {"x-csrf-token": token})
    assert client.post(WHAT_IF, json=ASKED, headers=headers).status_code == 403
    form = {"set.calm": "3"} | ({} if token is None else {"csrf": token})
    assert client.post(f"/{CRISIS}/what-if", data=form).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_kind_is_refused(client, kind):
    """Oracle by hand: these are the kinds that a page of another site may send without asking."""
    answer = client.post(WHAT_IF, content=b'{"draws": 64}', headers={"content-type": kind})
    assert answer.status_code == 403


def test_the_token_against_forgery_is_one_per_browser_and_strict(client):
    """Oracle by hand."""
    first = client.get("/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert csrf_of(first.text) in cookie
    assert csrf_of(client.get("/").text) == csrf_of(first.text)


@pytest.mark.parametrize("declared", [True, False])
def test_a_large_body_is_refused(make_client, declared):
    """Oracle by hand: as soon as its size is declared, or when it comes."""
    client = make_client(body=1000)
    chunks = [b"x" * 500] * 3
    body = b"".join(chunks) if declared else iter(chunks)
    answer = client.post(WHAT_IF, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "request-limited"


def test_too_many_requests_wait():
    """Oracle by hand: three at once, then one a second, by the clock that the guard is given."""
    import asyncio

    from detente.web.access import Guard, Limits

    now = [0.0]
    answered = []

    async def inner(_scope, _receive, _send):
        answered.append("yes")

    def refused(_scope, error):
        async def answer(*_given):
            answered.append(error.code)

        return answer

    guard = Guard(
        inner,
        access=Access(),
        limits=Limits(burst=3, per_second=1.0),
        refused=refused,
        clock=lambda: now[0],
    )
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
    }

    async def nothing(*_given):
        return None

    def ask():
        asyncio.run(guard(dict(scope), nothing, nothing))

    for _ in range(4):
        ask()
    now[0] = 1.0
    ask()
    ask()
    assert answered == ["yes", "yes", "yes", "request-limited", "yes", "request-limited"]
