"""Following: an event when what somebody is sent has changed, and no word of what it may not know."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from fastapi import Request
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel

from detente.errors import DetenteError
from detente.web.play.rooms import Seen

__all__ = ["Changed", "follow", "now_text"]

_LOOK = 0.1
"""Seconds between looks for news of what is followed."""
_CHECK = 20
"""Looks between two checks that the link still opens it."""


class Changed(BaseModel):
    """That what one is sent has changed: fetch the view. ``ends`` is when the phase ends, ``now`` the server's time."""

    id: str
    now: str
    ends: str
    status: str


async def follow(
    request: Request,
    sent: str,
    *,
    moved: Callable[[], tuple[object, ...]],
    see: Callable[[], Seen],
    check: Callable[[], None] | None,
    newer: Callable[[], bool] | None = None,
) -> AsyncIterator[ServerSentEvent]:
    """Give an event when a view has another name than what was sent.

    Parameters
    ----------
    request
        Of whom it is asked.
    sent
        Name of the view that the follower has.
    moved
        Returns something that differs when the view may differ.
    see
        Returns the view.
    check
        Refuses if what opened it opens it no longer; None: nothing to check.
    newer
        Tells whether a later window follows the same seat; None where that is not told.
    """
    jobs = request.app.state.jobs
    before: tuple[object, ...] | None = None
    looks, older = 0, False
    while not jobs.is_ending:
        looks += 1
        if check is not None and looks % _CHECK == 0:
            try:
                await asyncio.to_thread(check)
            except DetenteError:
                yield ServerSentEvent(event="ended", data={})
                return
        if newer is not None and newer() != older:
            older = not older
            yield ServerSentEvent(event="windows", data={"newer": older})
        now = moved()
        if now != before:
            before = now
            seen = await asyncio.to_thread(see)
            if seen.id != sent:
                sent = seen.id
                data = Changed(
                    id=sent, now=now_text(), ends=seen.view["ends"], status=seen.view["status"]
                )
                yield ServerSentEvent(id=sent, event="changed", data=data, retry=1000)
        await asyncio.sleep(_LOOK)


def now_text() -> str:
    """Return the server's time."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
