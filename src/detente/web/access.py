"""Who may ask for what: the guard that every request passes before a page or an answer sees it.

By default the workbench listens on the loopback address alone and answers to names of that address only, so that no page of
another site can reach it by a name that it makes point here. On any other address it wants a token. A request that changes
something or makes the engine work comes from the workbench's own pages, which is checked twice: by what the browser says of
its origin, and by a token that the page carries and the cookie holds.
"""

import hmac
import re
import secrets
import socket
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from detente.errors import UsageError, refuse

__all__ = ["CSRF_FIELD", "CSRF_HEADER", "HEADERS", "SEAT_COOKIE", "Access", "Guard", "Limits"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""What every answer carries."""

CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"
_CSRF_COOKIE, _ACCESS_COOKIE = "detente_csrf", "detente_access"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ALL = frozenset({"0.0.0.0", "::"})  # noqa: S104  # compared with, not listened on
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME = frozenset({"same-origin", "none"})
_FILE = "application/octet-stream"
"""Kind of a file that is sent as it is; a page of another site may not send it without asking first."""
SEAT_COOKIE = "detente_seat_"
"""Begins the names of cookies that hold what opens a seat of a session."""
_SESSIONS = re.compile(
    r"/(?:api/sessions|play)/[A-Z2-9]{6}/.*|/(?:api/classes|play/class)/[A-Z2-9]{6}(?:/.*)?"
)
"""Pages of sessions and classes need no token: they see to it themselves that a seat's link opens no more than its seat
(:mod:`detente.web.play.doors`)."""
_MOST_CLIENTS = 1024
"""Clients whose rate is remembered; the one that was quiet longest is forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one client may ask for: who holds a seat's link, or else an address.

    ``body`` is the most bytes of a request and ``upload`` those of a file that is sent, ``burst`` the most requests at once and
    ``per_second`` those after that.
    """

    body: int = 256 * 1024
    upload: int = 8 * 1024 * 1024
    burst: int = 120
    per_second: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the workbench listens, and the token that it wants there; none on the loopback address.

    ``host`` is the address and ``port`` the port; :meth:`of` makes one.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""

    @classmethod
    def of(cls, host: str, port: int) -> "Access":
        """Return the access to an address: with a new token for any but the loopback one."""
        token = "" if host.strip("[]") in _LOOPBACK else secrets.token_urlsafe(24)
        return cls(host=host, port=port, token=token)

    @property
    def link(self) -> str:
        """The address to open, with its token."""
        return self.link_to("")

    def link_to(self, page: str) -> str:
        """Return the address of a page, given with its query, with the token.

        Where it listens on all addresses of the machine, the link has the one by which others reach it, as far as that is known.

        Examples
        --------
        >>> Access(port=8000).link_to("cuba-1962/play?set.rounds=2")
        'http://127.0.0.1:8000/cuba-1962/play?set.rounds=2'
        """
        host = self.host.strip("[]")
        host = _outward(host) if host in _ALL else host
        host = f"[{host}]" if ":" in host else host
        path, _, query = page.partition("?")
        pairs = [*parse_qsl(query), *([("token", self.token)] if self.token else [])]
        return f"http://{host}:{self.port}/{path}" + (f"?{urlencode(pairs)}" if pairs else "")

    def answers_to(self, host: str) -> bool:
        """Tell whether a request for a host is one for this workbench."""
        name = urlsplit(f"//{host}").hostname or ""
        return bool(self.token) or name in _LOOPBACK

    def opens(self, given: str) -> bool:
        """Tell whether a token opens this workbench."""
        return not self.token or hmac.compare_digest(self.token.encode(), given.encode())


def _outward(host: str) -> str:
    """Return the address of this machine that others see; nothing is sent to find it."""
    kind, elsewhere = (
        (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
    )
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            return str(probe.getsockname()[0])
    except OSError:  # no network: only this machine can open it
        return "::1" if ":" in host else "127.0.0.1"


class Guard:
    """Stands before an application: checks host, token, origin, size and rate, and adds the headers.

    Parameters
    ----------
    app
        The application.
    access
        Where it listens and what opens it.
    limits
        How much one client may ask for.
    refused
        Makes the answer to what is refused from the request and the error.
    counted
        Returns whom a request is counted for, from its path, its cookies and its bearer token; empty: its address.
    clock
        Seconds, for the rate.
    """

    def __init__(
        self,
        app: App,
        *,
        access: Access,
        limits: Limits,
        refused: Callable[[Scope, UsageError], App],
        counted: Callable[[str, Mapping[str, str], str], str] = lambda _path, _cookies, _bearer: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._access, self._limits = app, access, limits
        self._refused, self._counted, self._clock = refused, counted, clock
        self._rates: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            key.decode("latin-1").lower(): value.decode("latin-1")
            for key, value in scope["headers"]
        }
        cookies = _cookies(headers.get("cookie", ""))
        csrf = cookies.get(_CSRF_COOKIE, "") or secrets.token_urlsafe(24)
        scope.setdefault("state", {}).update(csrf=csrf, owner=True)
        set_cookies: list[str] = []
        if _CSRF_COOKIE not in cookies and not str(scope["path"]).startswith("/api"):
            set_cookies.append(f"{_CSRF_COOKIE}={csrf}; Path=/; HttpOnly; SameSite=Strict")
        answer = self._app
        try:
            self._check_rate(scope, headers, cookies)
            self._check_host(headers)
            redirect = self._check_token(scope, headers, cookies)
            if redirect is not None:
                access = f"{_ACCESS_COOKIE}={self._access.token}; Path=/; HttpOnly; SameSite=Lax"
                set_cookies.append(access)
                answer = _redirect(redirect)
            elif scope["method"] in _SAFE:
                _check_embedding(headers)
            else:
                body = await self._read(headers, receive)
                _check_origin(scope, headers, cookies, body)
                receive = _replay(body, receive)
        except UsageError as error:
            answer = self._refused(scope, error)
        await answer(scope, receive, _adding(send, set_cookies))

    def _check_rate(
        self, scope: Scope, headers: Mapping[str, str], cookies: Mapping[str, str]
    ) -> None:
        """Refuse who asks too often: by seat, for the seats of a class sit behind one address, else by address."""
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        client = self._counted(str(scope["path"]), cookies, bearer)
        client = client or str((scope.get("client") or ("",))[0])
        now, limits = self._clock(), self._limits
        left, since = self._rates.pop(client, (float(limits.burst), now))
        left = min(float(limits.burst), left + (now - since) * limits.per_second)
        self._rates[client] = (max(0.0, left - 1.0), now)
        if len(self._rates) > _MOST_CLIENTS:
            self._rates.popitem(last=False)
        if left < 1.0:
            refuse(
                f"more than {limits.burst} requests at once, or {limits.per_second:g} a second",
                code="request-limited",
                at="requests",
                fix="wait a second and ask again",
            )

    def _check_host(self, headers: Mapping[str, str]) -> None:
        host = headers.get("host", "")
        if not self._access.answers_to(host):
            refuse(
                f"the workbench listens on the loopback address and does not answer to {host[:80]!r}",
                code="access-denied",
                at="Host",
                fix=f"open {self._access.link}, or serve with --host",
            )

    def _check_token(
        self, scope: Scope, headers: Mapping[str, str], cookies: Mapping[str, str]
    ) -> str | None:
        """Return where to go without the token, if it stands in the address; None where the request may go on."""
        access = self._access
        if not access.token:
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token")
        if given is not None and access.opens(given) and scope["method"] in _SAFE:
            rest = urlencode([pair for pair in query if pair[0] != "token"])
            return f"{scope['path']}?{rest}" if rest else str(scope["path"])
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if not (access.opens(cookies.get(_ACCESS_COOKIE, "")) or access.opens(bearer)):
            holds = any(name.startswith(SEAT_COOKIE) for name in cookies)
            path = str(scope["path"])
            if _SESSIONS.fullmatch(path) or (holds and path.startswith("/static/")):
                scope["state"]["owner"] = False
                return None
            refuse(
                "the request carries no token that opens this workbench",
                code="access-denied",
                at="token",
                fix="open the link that detente serve printed, or send the token as Authorization: Bearer",
            )
        return None

    async def _read(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        """Read the whole body, as far as it may go."""
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        most = self._limits.upload if kind == _FILE else self._limits.body
        declared = headers.get("content-length", "0")
        size = int(declared) if declared.isdecimal() else 0
        parts: list[bytes] = []
        more = True
        while more and size <= most:
            message = await receive()
            parts.append(message.get("body", b""))
            more = bool(message.get("more_body", False))
            size = max(size, sum(map(len, parts)))
        if size > most:
            refuse(
                f"the request is larger than {most:,} bytes",
                code="request-limited",
                at="body",
                fix="send less",
            )
        return b"".join(parts)


def _check_embedding(headers: Mapping[str, str]) -> None:
    """Refuse what a page of another site embeds: it could not read it, but would make the engine work. Links are followed."""
    foreign = headers.get("sec-fetch-site", "none") not in _SAME
    if foreign and headers.get("sec-fetch-mode", "navigate") != "navigate":
        _deny("is made by a page of another site", "Sec-Fetch-Site")


def _check_origin(
    scope: Scope, headers: Mapping[str, str], cookies: Mapping[str, str], body: bytes
) -> None:
    """Refuse what another site may have made a browser send."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    origin = headers.get("origin", "")
    foreign = bool(origin) and urlsplit(origin).netloc != headers.get("host", "")
    if foreign or headers.get("sec-fetch-site", "none") not in _SAME:
        _deny("comes from a page of another site", "Origin")
    if kind == "application/x-www-form-urlencoded":
        given = dict(parse_qsl(body.decode("utf-8", "replace"))).get(CSRF_FIELD, "")
    elif kind in {"application/json", _FILE} or (scope["method"] == "DELETE" and not body):
        given = headers.get(CSRF_HEADER, "")
        if _CSRF_COOKIE not in cookies and not origin:
            return  # a program, which no site can make send its cookies
    else:
        _deny(f"is of the kind {kind[:80]!r}, neither JSON nor a form", "Content-Type")
    known = cookies.get(_CSRF_COOKIE, "")
    if not known or not hmac.compare_digest(known.encode(), given.encode()):
        _deny("does not carry the token of the page that it comes from", CSRF_HEADER)


def _deny(what: str, at: str) -> None:
    refuse(
        f"the request {what}",
        code="access-denied",
        at=at,
        fix="send it from a page of the workbench; reload the page if it is old",
    )


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: found.value for name, found in SimpleCookie(text).items()}
    except CookieError:
        return {}


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read once more, and then what comes: that the client has gone."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _adding(send: Send, cookies: Iterable[str]) -> Send:
    """Add the headers to an answer."""
    own = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
    own += [(b"set-cookie", cookie.encode()) for cookie in cookies]

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *own]
        await send(message)

    return add


def _redirect(place: str) -> App:
    where = place if place.startswith("/") and not place.startswith("//") else "/"

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"location", where.encode("latin-1", "replace")), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return answer
