"""What a page shows of an answer: its sentences, its picture, and the parts of the page that change with it."""

from typing import Any

from pydantic import BaseModel

from detente.brief.pictures.drawing import Words
from detente.brief.pictures.scales import Scale
from detente.crisis.crisis import Crisis
from detente.web.answers import DRAWS, Asked, Shares, WhatIf
from detente.web.charts import Charted, draw_rows
from detente.web.findings import find_leader, tell, tell_shares
from detente.web.links import write_link
from detente.web.rendering import Renderer

__all__ = ["Shown", "chart_answer", "show_answer", "show_parts", "show_shares"]


class Shown(BaseModel):
    """The parts of the page that an answer changes, as HTML, and its sentence."""

    headline: str
    answer: str
    changes: str


def show_answer(renderer: Renderer, crisis: Crisis, answer: WhatIf) -> dict[str, Any]:
    """Return what templates say of an answer."""
    compared = bool(answer.changes)
    headline, mover = _sentences(renderer, crisis, answer)
    return {
        "answer": answer,
        "compared": compared,
        "headline": headline,
        "types": renderer.words("words.j2", "types", answer.attack.by_type),
        "mover": mover,
        "chart": chart_answer(renderer, crisis, answer).charts[0],
        "exports": write_link(crisis, _asked(answer), page="what-if").partition("?")[2]
        + f"&draws={answer.draws}",
        "without": {
            item.path: write_link(crisis, _asked(answer, item.path)) for item in answer.changes
        },
        "first_policy": next(iter(crisis.policies), ""),
    }


def chart_answer(renderer: Renderer, crisis: Crisis, answer: WhatIf) -> Charted:
    """Draw the outcomes of an answer."""
    compared = bool(answer.changes)
    headline, title = _sentences(renderer, crisis, answer)
    words = Words(
        title=title,
        subtitle=renderer.words("words.j2", "measure", compared),
        footnote="",
        alt=f"{headline} {title}.",
    )
    return draw_rows("outcomes", answer.rows, words, compared=compared)


def _sentences(renderer: Renderer, crisis: Crisis, answer: WhatIf) -> tuple[str, str]:
    """Return what an answer says of an attack, and of the outcome that leads or moves most."""
    compared = bool(answer.changes)
    leader = find_leader(answer.rows, crisis.outcomes.values(), changed=compared)
    told = tell(answer.attack, changed=compared)
    return (
        renderer.words("words.j2", "headline", told, answer.attack),
        renderer.words("words.j2", "mover", leader.case, leader.label, leader.value),
    )


def _asked(answer: WhatIf, without: str = "") -> Asked:
    """Return what was asked, but for one of the changes."""
    kept: dict[str, float | str | tuple[float, float]] = {
        item.path: item.value for item in answer.changes if item.path != without
    }
    return Asked(set=kept, policy=answer.policy, seed=answer.seed)


def show_parts(renderer: Renderer, crisis: Crisis, answer: WhatIf, link: str) -> Shown:
    """Return the parts of the page that an answer changes."""
    values = show_answer(renderer, crisis, answer)
    return Shown(
        headline=values["headline"],
        answer=renderer.part("_answer.html", steps=DRAWS, **values),
        changes=renderer.part("_changes.html", link=link, **values),
    )


def show_shares(renderer: Renderer, shares: Shares) -> dict[str, Any]:
    """Return what templates say of a difference that was split."""
    parts = shares.parts
    largest = max((abs(part.part) for part in parts), default=0.0)
    scale = Scale(low=-largest, high=largest or 1.0, start=0.0, end=200.0, ticks=(), words=())
    against = [part for part in parts[1:] if part.part * parts[0].part < 0]
    ends = [sorted((scale.at(0.0), scale.at(part.part))) for part in parts]
    return {
        "shares": shares,
        "title": renderer.words(
            "words.j2", "shares", tell_shares([part.part for part in parts]), parts, len(against)
        ),
        "bars": [(round(low, 1), round(high - low, 1)) for low, high in ends],
    }
