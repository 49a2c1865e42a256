"""*Policies*: two commitments side by side on the same cases, by type and by aim."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from detente.errors import refuse
from detente.web.api import bench_of, stoppable
from detente.web.charts import draw_rows
from detente.web.comparing import AskedPair, compare, default_pair, tell_pair
from detente.web.links import SET, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.pages.jobs import told_of
from detente.web.rendering import Page, renderer_of

__all__ = ["PAGE", "router", "show"]

PAGE = Page(label="Policies", path="policies", order=20)
router = APIRouter()


@router.get("/{crisis}/policies")
async def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Compare two policies, the second of the crisis with the first unless the address names others."""
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
    pair = await stoppable(
        request, "", lambda stop: compare(bench, crisis.id, asked, is_stopped=stop)
    )
    renderer = renderer_of(request)
    job = told_of(request, crisis, query.get("job"))
    attack = pair.rows[0]
    headline = renderer.words(
        "words.j2",
        "compared",
        tell_pair(attack),
        pair.a_label,
        pair.b_label,
        attack.now,
        attack.filed,
    )
    return renderer.page(
        "policies.html",
        request,
        crisis=crisis,
        pair=pair,
        stale=opened.stale,
        given={SET + path: text for path, text in asked.set.items()},
        headline=headline,
        cases=renderer.words(
            "words.j2", "cases", pair.aims[0].better, pair.aims[0].equal, pair.draws
        ),
        chart=draw_rows(pair.rows, compared=True, alt=headline, heads=("A", "A − B")),  # noqa: RUF001
        **job,
    )
