"""*Play*: the crisis as a game for a room: its sessions, and a new one."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Player
from detente.errors import UsageError
from detente.play.state import CONTROL
from detente.web.links import SET, Stale, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.play import class_routes, routes
from detente.web.play.asking import MOST_ROOMS, AskedClass, kinds_of, read_session
from detente.web.play.doors import rooms_of
from detente.web.rendering import Page, renderer_of

__all__ = ["PAGE", "api", "create_on_page", "length_text", "router", "show"]

PAGE = Page(label="Play", path="play", order=85)
api = APIRouter()
api.include_router(class_routes.api)
api.include_router(routes.api)
router = APIRouter()

_MINUTES = (5, 10, 20)
"""Minutes for an order for which the page says how long a round then takes at most."""


@router.get("/{crisis}/play")
def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """List the sessions of a crisis, and offer a new one."""
    opened = open_link(crisis, request.query_params.multi_items())
    given = {SET + path: _text(value) for path, value in opened.asked.set.items()}
    return _set_up(
        request, crisis, given=given, stale=opened.stale, policy=opened.asked.policy or ""
    )


@router.post("/{crisis}/play")
async def create_on_page(request: Request, crisis: CrisisOfPage) -> Response:
    """Take the form, create a session or a class, and go to its desk, or at once to the seat of the first person.

    What is wrong is shown beside its field, and what was filled in stays.
    """
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    try:
        asked = AskedClass.model_validate({"rooms": 1, **read_session(crisis.id, pairs)})
        place = await asyncio.to_thread(_create, request, asked, dict(pairs).get("at", ""))
    except ValidationError as error:
        faults = {
            ".".join(str(part) for part in item["loc"][:2]): item["msg"] for item in error.errors()
        }
    except UsageError as error:
        faults = {error.at.removeprefix("options."): f"{error.message}. {error.fix}."}
    else:
        return RedirectResponse(place, status_code=303)
    given = {name: value for name, value in pairs if name.startswith(SET) and value}
    answer = _set_up(request, crisis, given=given, filled=dict(pairs), faults=faults)
    answer.status_code = 422
    return answer


def _create(request: Request, asked: AskedClass, at: str) -> str:
    """Create what is asked for, and return where to go."""
    if asked.rooms > 1:
        return f"/play/class/{class_routes.make_class(request, asked).id}"
    rooms = rooms_of(request)
    session = rooms.create(asked.crisis, asked.options(), asked.set)
    people = [seat.player for seat in session.state.seats.values() if seat.kind == "human"]
    if at != "seat" or not people:
        return f"/play/{session.name}/control"
    session.send(CONTROL, "start")
    return f"/play/{session.name}/{people[0]}/join?s={rooms.token(session.name, people[0])}"


def _set_up(
    request: Request,
    crisis: Crisis,
    *,
    given: Mapping[str, str],
    filled: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    stale: Stale | None = None,
    policy: str = "",
) -> HTMLResponse:
    """Show the page, perhaps as it was filled in, with what is wrong."""
    names = {*(filled or {}), "beliefs", "looks"}
    wrong = dict(faults or {})
    general = " ".join(text for name, text in wrong.items() if name not in names)
    rounds = [("", f"{crisis.rounds}, as in the file")]
    rounds += [(str(number), str(number)) for number in range(1, crisis.rounds)]
    return renderer_of(request).page(
        "play.html",
        request,
        crisis=crisis,
        rooms=rooms_of(request).lines(crisis.id),
        kinds=kinds_of(rooms_of(request).model),
        given=given,
        filled=filled or {},
        faults=wrong,
        general=general,
        stale=stale or Stale(),
        policy=policy,
        policies=[("", "none"), *((item.id, item.label) for item in crisis.policies.values())],
        rounds=rounds,
        lengths=[
            {"minutes": minutes, "time": length_text(len(crisis.phases) * minutes)}
            for minutes in _MINUTES
        ],
        types_of=_types_of,
        most_rooms=MOST_ROOMS,
    )


def _types_of(player: Player) -> list[tuple[str, str]]:
    return [("", "dealt by chance"), *((kind.id, kind.label) for kind in player.types)]


def length_text(minutes: int) -> str:
    """Return a length of time in words.

    Examples
    --------
    >>> length_text(40), length_text(60), length_text(75)
    ('40 min', '1 h', '1 h 15 min')
    """
    hours, rest = divmod(minutes, 60)
    parts = [*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest or not hours else [])]
    return " ".join(parts)


router.include_router(class_routes.router)
router.include_router(routes.router)


def _text(value: object) -> str:
    return "..".join(f"{end:g}" for end in value) if isinstance(value, tuple) else str(value)
