"""*Deter or provoke*: what each move does to an attack, by type, and the judged ranges that the reading of moves rests on."""

from collections.abc import Mapping
from typing import Any, Literal

from detente.analysis.provenance import standing_of
from detente.analysis.uses import find_uses
from detente.brief.figures import plain
from detente.brief.type_effects import effects_table
from detente.crisis.crisis import Crisis
from detente.web.answers import Asked
from detente.web.assumptions import Assumption, describe_quantity
from detente.web.briefings import Told
from detente.web.charts import draw_track
from detente.web.parts import BriefedPage, Content, Options, routes_of
from detente.web.rendering import Page, Renderer

__all__ = ["PAGE", "MovesCase", "api", "judged_readings", "read", "router", "tell_moves"]

PAGE = Page(label="Deter or provoke", path="deter", order=15)
_CHARTS = (
    "deterrence-readings",
    "deterrence-holds",
    "deterrence-balance",
    "deterrence-success",
)
"""Pictures of the question about deterrence that say how moves are read and what holds back."""

MovesCase = Literal["no attack", "one commitment", "nothing differs", "told"]
"""How the page begins: no outcome is an attack, there is nothing to compare, no commitment changes anything, or by the finding."""


def judged_readings(crisis: Crisis) -> list[Assumption]:
    """Return the uncertain quantities that say how a move is read and rest on the authors' judgement alone."""
    uses = find_uses(crisis)
    return [
        describe_quantity(crisis, quantity, uses)
        for path, quantity in crisis.quantities.items()
        if quantity.distribution.family != "fixed"
        and any(use.family == "beliefs" for use in uses.get(path, ()))
        and standing_of(crisis, quantity) == "judgement"
    ]


def tell_moves(*, attacks: bool, commitments: int, drawn: bool) -> MovesCase:
    """Return the case in which the page begins."""
    if not attacks:
        return "no attack"
    if commitments < 2:
        return "one commitment"
    return "told" if drawn else "nothing differs"


def read(renderer: Renderer, told: Told, _options: Options) -> Content:
    """Read what every commitment does to an attack, by type, and what holds the challenger back."""
    crisis, summary, shared = told.crisis, told.summary, told.shared
    said = told.answer("deterrence")
    moves, effects = summary.moves, effects_table(told.context, shared.by_type)
    case = tell_moves(
        attacks=any(rule.attack for rule in crisis.outcomes.values()),
        commitments=len(crisis.policies),
        drawn=moves is not None,
    )
    figures = [
        *(figure for changes in shared.by_type.values() for _, figure in changes),
        *(figure for pair in shared.policies.values() for figure in pair),
        *said.figures,
        *summary.figures,
    ]
    drawn = [chart for name in _CHARTS for chart in said.charts if chart.id == name]
    return Content(
        finding=f"{moves.title}."
        if case == "told" and moves is not None
        else renderer.words("deter-words.j2", "begins", case),
        sentences=(
            *map(plain, summary.lead[:1]),
            *(plain(f"{item.head} {item.text}") for item in summary.findings),
        ),
        charts=(*([] if moves is None else [moves]), *drawn),
        tables=() if effects is None else (effects,),
        figures={figure.id: figure for figure in figures},
    )


def _around(crisis: Crisis, _asked: Asked) -> Mapping[str, Any]:
    judged = judged_readings(crisis)
    return {"judged": judged, "tracks": {item.path: draw_track(item) for item in judged}}


router, api = routes_of(BriefedPage(page=PAGE, read=read, every_policy=True, around=_around))
