"""Part of *Policies*: a commitment is built from the menus and compared with another one on the same cases."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from detente.brief.pictures.drawing import Words
from detente.crisis.crisis import Crisis
from detente.errors import refuse
from detente.rules.policies import FREE, fixed_by_round
from detente.web.answers import DRAWS
from detente.web.api import bench_of, stoppable
from detente.web.building import (
    DO,
    BuiltBelief,
    build_policy,
    compare_with_all,
    infer,
    read_choices,
    show_menus,
    with_policy,
)
from detente.web.charts import draw_rows
from detente.web.comparing import AskedPair, Pair, compare_in, tell_pair, unit_of
from detente.web.links import SET, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import renderer_of

__all__ = ["build", "router"]

router = APIRouter()


@router.get("/{crisis}/policies/build")
async def build(
    request: Request,
    crisis: CrisisOfPage,
    begin: Annotated[str, Query(max_length=200)] = "",
    b: Annotated[str, Query(max_length=200)] = "",
    every: Annotated[str, Query(alias="all", max_length=10)] = "",
) -> HTMLResponse:
    """Show the menus with what the address chooses, and what comes of it beside another commitment."""
    opened = open_link(crisis, request.query_params.multi_items(), draws=DRAWS[0])
    asked, bench, renderer = opened.asked, bench_of(request), renderer_of(request)
    changed = bench.changed(crisis.id, asked.set)
    choices = read_choices(changed, request.query_params.multi_items())
    if not choices and begin in changed.policies:
        choices = fixed_by_round(changed, changed.policies[begin])
    policy = build_policy(renderer, changed, choices)
    menus = await stoppable(request, "", lambda _stop: show_menus(bench, changed, policy))
    other = _other(changed, b)
    whole = with_policy(with_policy(changed, FREE), policy)
    pair: Pair | None = None
    beliefs: list[BuiltBelief] = []
    if choices:
        pair, beliefs = await _compared(request, whole, policy.id, other, asked.seed, asked.draws)
    table = None
    if every and choices:
        own = with_policy(changed, policy)
        table = await stoppable(request, "", lambda _stop: compare_with_all(own, asked.seed))
    given = [(SET + path, str(text)) for path, text in asked.set.items()]
    chosen = [(DO + key, name) for key, names in choices.items() for name in names]
    headline = "" if pair is None else _headline(request, pair)
    words = Words(title=headline, subtitle=renderer.words("words.j2", "measure_pair"), footnote="")
    heads = ("A", "A \N{MINUS SIGN} B")
    return renderer.page(
        "policies-build.html",
        request,
        crisis=crisis,
        menus=menus,
        policy=policy,
        other=other,
        policies=[*crisis.policies.values(), *([] if FREE.id in crisis.policies else [FREE])],
        pair=pair,
        beliefs=beliefs,
        headline=headline,
        cases=""
        if pair is None
        else renderer.words(
            "words.j2", "cases", pair.aims[0].better, pair.aims[0].equal, pair.draws
        ),
        chart=None
        if pair is None
        else draw_rows(
            "pair", pair.rows, words, compared=True, heads=heads, columns=("A", "B")
        ).charts[0],
        table=table,
        unit_of=unit_of,
        stale=opened.stale,
        given=given,
        asked=asked,
        steps=DRAWS,
        link=urlencode([*chosen, ("b", other), ("seed", str(asked.seed)), *given]),
    )


async def _compared(  # two policies of a crisis on some cases
    request: Request, crisis: Crisis, first: str, second: str, seed: int, draws: int
) -> tuple[Pair, list[BuiltBelief]]:
    bench = bench_of(request)
    step = next(one for one in DRAWS if one == draws)
    asked = AskedPair(a=first, b=second, draws=step, seed=seed)

    def work(stop: object) -> tuple[Pair, list[BuiltBelief]]:
        is_stopped = stop if callable(stop) else None
        pair = compare_in(bench, crisis, asked, is_stopped=is_stopped)
        solved = [
            bench.solve(crisis, policy=name, draws=draws, seed=seed, is_stopped=is_stopped)
            for name in (first, second)
        ]
        return pair, infer(crisis, *solved)

    return await stoppable(request, "", work)


def _other(crisis: Crisis, name: str) -> str:
    """Return the policy to compare with: the first of the crisis unless another is named."""
    known = [*crisis.policies, FREE.id]
    if name and name not in known:
        refuse(
            f"crisis {crisis.id!r} has no policy {name[:80]!r}",
            code="policy-invalid",
            at="b",
            fix=f"use one of: {', '.join(known)}",
        )
    return name or known[0]


def _headline(request: Request, pair: Pair) -> str:
    attack = pair.rows[0]
    return renderer_of(request).words(
        "words.j2",
        "compared",
        tell_pair(attack),
        pair.a_label,
        pair.b_label,
        attack.now,
        attack.filed,
    )
