"""*Policies*: two commitments side by side on the same cases, by type and by aim."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from detente.brief.pictures.drawing import Words
from detente.crisis.crisis import Crisis
from detente.errors import refuse
from detente.web.api import bench_of, stoppable
from detente.web.charts import Charted, draw_rows
from detente.web.comparing import AskedPair, Pair, compare, default_pair, tell_pair
from detente.web.exports import Exportable, cite, offer_exports
from detente.web.links import SET, Opened, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.pages._building import router as building
from detente.web.pages.jobs import told_of
from detente.web.rendering import Page, Renderer, renderer_of

__all__ = ["PAGE", "chart_pair", "export_pair", "read_pair", "router", "say_pair", "show"]

PAGE = Page(label="Policies", path="policies", order=20)
router = APIRouter()
router.include_router(building)


async def read_pair(request: Request, crisis: Crisis) -> tuple[Opened, Pair]:
    """Compare the two policies of the address: the second of the crisis with the first unless it names others.

    Raises
    ------
    UsageError
        ``policy-invalid`` if the crisis has none, or not those of the address.
    """
    if not crisis.policies:
        refuse(
            f"crisis {crisis.id!r} has no policies to compare",
            code="policy-invalid",
            at="policies",
            fix="add some under policies: in the crisis file",
        )
    query = request.query_params
    opened = open_link(crisis, query.multi_items())
    a, b = (
        query.get(name) or usual for name, usual in zip("ab", default_pair(crisis), strict=True)
    )
    asked = AskedPair(a=a, b=b, set=opened.asked.set, seed=opened.asked.seed)
    bench = bench_of(request)
    return opened, await stoppable(
        request, "", lambda stop: compare(bench, crisis.id, asked, is_stopped=stop)
    )


def say_pair(renderer: Renderer, pair: Pair) -> str:
    """Say what an attack comes to under both policies."""
    attack = pair.rows[0]
    case, ends = tell_pair(attack), (attack.now, attack.filed)
    return renderer.words("words.j2", "compared", case, pair.a_label, pair.b_label, *ends)


def chart_pair(renderer: Renderer, pair: Pair) -> Charted:
    """Draw the outcomes under both policies."""
    words = Words(
        title=say_pair(renderer, pair),
        subtitle=renderer.words("words.j2", "measure_pair"),
        footnote="",
    )
    heads = ("A", "A \N{MINUS SIGN} B")
    return draw_rows("pair", pair.rows, words, compared=True, heads=heads, columns=("A", "B"))


async def export_pair(request: Request, crisis: Crisis) -> Exportable:
    """Make the picture of the page, to be handed out."""
    opened, pair = await read_pair(request, crisis)
    citation = cite(bench_of(request), crisis, opened.asked, page=PAGE.path, policy=pair.a)
    label = f"{pair.a_label} (A), {pair.b_label} (B)"
    made = {"draws": pair.draws, "policy_label": label}
    return Exportable(
        charted=chart_pair(renderer_of(request), pair), citation=citation.model_copy(update=made)
    )


offer_exports(router, PAGE, export_pair)


@router.get("/{crisis}/policies")
async def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Compare two policies, the second of the crisis with the first unless the address names others."""
    opened, pair = await read_pair(request, crisis)
    renderer = renderer_of(request)
    given = {SET + path: text for path, text in opened.asked.set.items()}
    return renderer.page(
        "policies.html",
        request,
        crisis=crisis,
        pair=pair,
        stale=opened.stale,
        given=given,
        headline=say_pair(renderer, pair),
        cases=renderer.words(
            "words.j2", "cases", pair.aims[0].better, pair.aims[0].equal, pair.draws
        ),
        chart=chart_pair(renderer, pair).charts[0],
        exports=urlencode({"a": pair.a, "b": pair.b, "seed": pair.seed, **given}),
        **told_of(request, crisis, request.query_params.get("job")),
    )
