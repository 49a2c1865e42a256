"""The JSON API: what the pages show, for programs; ``/api/openapi.json`` describes it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from detente.analysis.uses import find_uses
from detente.analysis.why_tables import why_in_crisis
from detente.engine.usual import DRAWS_OF_A_CHANGE, SEED
from detente.errors import refuse
from detente.web.answers import Answers, Asked, Shares, WhatIf, version
from detente.web.assumptions import (
    Assumption,
    describe_quantity,
    list_assumptions,
    look_up,
)
from detente.web.comparing import AskedPair, Pair, compare, compare_all
from detente.web.links import write_link
from detente.web.rendering import renderer_of
from detente.web.showing import Shown, show_parts, show_shares
from detente.web.walks import PlaceView, view_place, walk_to
from detente.web.weights import Weight, weigh
from detente.web.workbench import Workbench

__all__ = [
    "AskedAll",
    "AskedAnswer",
    "AskedWalk",
    "AskedWhy",
    "CrisisView",
    "Linked",
    "SharesShown",
    "answers_of",
    "bench_of",
    "compare_all_policies",
    "compare_policies",
    "list_crises",
    "list_quantities",
    "list_weights",
    "router",
    "shares",
    "show_crisis",
    "stoppable",
    "trace_quantity",
    "version",
    "walk_game",
    "what_if",
    "why",
]

router = APIRouter()

_PATIENCE = 0.1
"""Seconds between looks whether the client is still there."""

Found = TypeVar("Found")


class CrisisView(BaseModel):
    """A crisis that is served."""

    id: str
    title: str
    as_of: str
    digest: str
    summary: str
    policies: dict[str, str]
    players: dict[str, str]
    outcomes: dict[str, str]


class AskedAnswer(Asked):
    """A what-if; ``shows`` also asks for the parts of the page that its answer changes."""

    shows: bool = False


class Linked(WhatIf):
    """An answer with the link that opens it, from the root of the workbench, and the parts of the page if they are asked for."""

    link: str
    shown: Shown | None = None


class SharesShown(Shares):
    """A difference that was split, and the part of the page that says so."""

    shown: str


class AskedWhy(BaseModel):
    """A choice that is to be explained, in a crisis with values set."""

    model_config = ConfigDict(extra="forbid")

    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    policy: str | None = Field(default=None, max_length=200)
    against: str | None = Field(default=None, max_length=200)
    at: str = Field(default="", max_length=2000)
    seed: int = Field(default=SEED, ge=0, lt=2**53)


class AskedAll(BaseModel):
    """All policies of a crisis with values set."""

    model_config = ConfigDict(extra="forbid")

    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    seed: int = Field(default=SEED, ge=0, lt=2**53)


class AskedWalk(BaseModel):
    """A place in the game of a crisis with values set, by the moves and outcomes of chance that lead there."""

    model_config = ConfigDict(extra="forbid")

    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    policy: str | None = Field(default=None, max_length=200)
    path: list[str] = Field(default_factory=list, max_length=100)
    seed: int = Field(default=SEED, ge=0, lt=2**53)
    channel: str = Field(default="", max_length=64)


def bench_of(request: Request) -> Workbench:
    """Return the workbench of the application that a request came to."""
    found: Workbench = request.app.state.bench
    return found


def answers_of(request: Request) -> Answers:
    """Return the answers of the application that a request came to."""
    found: Answers = request.app.state.answers
    return found


async def stoppable(
    request: Request, channel: str, work: Callable[[Callable[[], bool]], Found]
) -> Found:
    """Do work in a thread; stop it when a later request of the channel comes, or the client has gone.

    Raises
    ------
    UsageError
        ``request-superseded`` if it was stopped.
    """

    def do(is_stopped: Callable[[], bool]) -> Found:
        """Do the work; that it was stopped becomes an error with a code."""
        try:
            return work(is_stopped)
        except CancelledError:  # in a task it would mean that the task itself is
            refuse(
                "a later request of the same channel took the place of this one",
                code="request-superseded",
                at="channel",
                fix="wait for the answer to the later one, or leave the channel out",
            )

    with bench_of(request).channels.latest(channel) as stop:
        task = asyncio.create_task(asyncio.to_thread(do, stop.is_set))
        try:
            while not (await asyncio.wait({task}, timeout=_PATIENCE))[0]:
                if await request.is_disconnected():
                    stop.set()
            return task.result()
        finally:
            del task  # what it ends with may hold this frame; held by it, all would stay until the collector comes


@router.get("/crises")
def list_crises(request: Request) -> list[CrisisView]:
    """Return the crises that are served."""
    bench = bench_of(request)
    return [_view(bench, name) for name in bench.names]


@router.get("/crises/{name}")
def show_crisis(request: Request, name: str) -> CrisisView:
    """Return a crisis."""
    return _view(bench_of(request), name)


@router.get("/crises/{name}/quantities")
def list_quantities(
    request: Request,
    name: str,
    q: Annotated[str, Query(max_length=100)] = "",
    of: Literal["attack", "all"] = "attack",
) -> list[Assumption]:
    """Return the quantities of a crisis with labels, units, ranges and sources.

    ``of=attack`` leaves those that are uncertain and that an attack depends on; ``q`` those with a text in path or label.
    """
    crisis = bench_of(request).crisis(name)
    if of == "attack":
        found = list_assumptions(crisis)
    else:
        uses = find_uses(crisis)
        found = [describe_quantity(crisis, item, uses) for item in crisis.quantities.values()]
    wanted = q.casefold()
    return [item for item in found if wanted in f"{item.path} {item.label}".casefold()]


@router.get("/crises/{name}/weights")
def list_weights(
    request: Request, name: str, policy: Annotated[str | None, Query(max_length=200)] = None
) -> list[Weight]:
    """Return how far each assumption moves an attack, the farthest first: from its 5% to its 95% quantile, others at their medians."""
    return weigh(bench_of(request), name, policy)


@router.get("/crises/{name}/trace/{path:path}")
def trace_quantity(request: Request, name: str, path: str) -> Assumption:
    """Return where a quantity comes from, and what it is used for."""
    crisis = bench_of(request).crisis(name)
    return describe_quantity(crisis, look_up(crisis, path), find_uses(crisis))


@router.post("/crises/{name}/what-if")
async def what_if(request: Request, name: str, asked: AskedAnswer) -> Linked:
    """Solve a crisis with values set: outcomes with ranges and by type, beside those of the crisis as filed."""
    answers = answers_of(request)
    answer = await stoppable(
        request, asked.channel, lambda stop: answers.give(name, asked, is_stopped=stop)
    )
    crisis = bench_of(request).crisis(name)
    link = write_link(crisis, asked)
    shown = show_parts(renderer_of(request), crisis, answer, link) if asked.shows else None
    return Linked(**answer.model_dump(), link=link, shown=shown)


@router.post("/crises/{name}/what-if/shares")
def shares(request: Request, name: str, asked: Asked) -> SharesShown:
    """Split the change of an attack among the assumptions that are set, averaged over all orders of making the changes."""
    found = answers_of(request).split(name, asked)
    renderer = renderer_of(request)
    shown = renderer.part("_shares.html", **show_shares(renderer, found))
    return SharesShown(**found.model_dump(), shown=shown)


@router.post("/crises/{name}/why")
def why(request: Request, name: str, asked: AskedWhy) -> dict[str, Any]:
    """Say what the options of a choice are worth, by consideration, and what a policy changes in that; as ``detente why``."""
    return why_in_crisis(
        bench_of(request).changed(name, asked.set),
        asked.policy,
        asked.against,
        asked.at,
        draws=DRAWS_OF_A_CHANGE,
        seed=asked.seed,
        workers=None,
    )


@router.post("/crises/{name}/compare")
async def compare_policies(request: Request, name: str, asked: AskedPair) -> Pair:
    """Compare two policies on the same draws: outcomes, by type, and each aim of the crisis case by case."""
    bench = bench_of(request)
    return await stoppable(
        request, asked.channel, lambda stop: compare(bench, name, asked, is_stopped=stop)
    )


@router.post("/crises/{name}/policies")
def compare_all_policies(request: Request, name: str, asked: AskedAll) -> dict[str, Any]:
    """Compare all policies by the aims of the crisis, with regret and which are unbeaten; as ``detente policies``."""
    return compare_all(bench_of(request), name, asked.set, asked.seed)


@router.post("/crises/{name}/game")
async def walk_game(request: Request, name: str, asked: AskedWalk) -> PlaceView:
    """Walk the game along a path: who moves, what it knows, its options by type with their worth, beliefs, what follows."""
    bench = bench_of(request)
    crisis = bench.changed(name, asked.set)
    place = await stoppable(
        request,
        asked.channel,
        lambda stop: walk_to(
            bench, crisis, asked.path, policy=asked.policy, seed=asked.seed, is_stopped=stop
        ),
    )
    return view_place(crisis, place)


def _view(bench: Workbench, name: str) -> CrisisView:
    crisis = bench.crisis(name)
    return CrisisView(
        id=crisis.id,
        title=crisis.title,
        as_of=crisis.as_of.isoformat(),
        digest=crisis.digest,
        summary=crisis.summary,
        policies={item.id: item.label for item in crisis.policies.values()},
        players={item.id: item.name for item in crisis.players.values()},
        outcomes={item.id: item.label for item in crisis.outcomes.values()},
    )
