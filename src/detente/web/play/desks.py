"""What the desk of control shows in rows: the model's odds of ends, choices and chance, in which case they are told, and what seats think."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from detente.crisis.crisis import Crisis
from detente.play.sessions import Session
from detente.web.play.pictures import draw_share

__all__ = ["OddsCase", "name_estimates", "odds_case", "show_odds"]

OddsCase = Literal["due", "over", "fault", "astray", "shown"]
"""How the odds are told: they are being computed; the game has ended; the engine refused; no explored case leads here; they are shown."""

_MOST_ENDS = 4
"""Likeliest ends that the desk lists (:doc:`/decisions/0128-the-desk-and-its-class`)."""


def odds_case(view: Mapping[str, Any]) -> OddsCase:
    """Return the case in which the view of control has its odds told.

    Examples
    --------
    >>> odds_case({"status": "running", "odds_due": True, "odds_fault": "", "odds": None})
    'due'
    """
    if view["status"] == "ended":
        return "over"
    if view["odds_due"]:
        return "due"
    if view["odds_fault"]:
        return "fault"
    return "shown" if view["odds"]["expected"] else "astray"


def show_odds(session: Session, view: Mapping[str, Any]) -> dict[str, Any]:
    """Return the odds in the view of control as rows in words, with bars."""
    crisis, options, case = session.book.crisis, session.state.options, odds_case(view)
    odds = view["odds"] or {}
    hidden = options.types == "hidden"
    return {
        "case": case,
        "cases": session.book.draws,
        "fault": view["odds_fault"],
        "hidden": hidden,
        "ends": _ends(crisis, odds, hidden=hidden) if case == "shown" else [],
        "seats": [
            {
                "id": player,
                "type": view["type_labels"][player],
                "menus": [_rows(crisis, menu) if menu else None for menu in menus],
            }
            for player, menus in odds.get("choices", {}).items()
        ],
        "chance": [
            {
                "id": name,
                "label": crisis.instruments[name].label,
                "player": crisis.instruments[name].player,
                "rows": [
                    {
                        "id": item.id,
                        "label": item.label,
                        "share": found[item.id] if found else None,
                        "bar": draw_share(found[item.id]) if found else "",
                    }
                    for item in crisis.instruments[name].chance
                    if not found or item.id in found
                ],
            }
            for name, found in odds.get("chance", {}).items()
        ],
    }


def name_estimates(crisis: Crisis, estimates: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return a seat's estimates in words: of types of others, and of ends."""
    rows = []
    for name, share in estimates.items():
        who, _, what = name.partition(".")
        if who == "outcome":
            label = crisis.outcomes[what].label
        else:
            kinds = {kind.id: kind.label for kind in crisis.players[who].types}
            label = f"{crisis.players[who].name}: {kinds[what]}"
        rows.append({"label": label, "share": share})
    return rows


def _ends(crisis: Crisis, odds: Mapping[str, Any], *, hidden: bool) -> list[dict[str, Any]]:
    """Return attack, settlement and the likeliest ends, each as expected and, where types are hidden, as dealt."""
    found = [odds["expected"], *([odds["dealt"]] if hidden else [])]
    rows = [
        {
            "label": label,
            "main": True,
            "shares": [item[name] if item else None for item in found],
        }
        for name, label in (("attack", "an attack"), ("settlement", "a settlement"))
    ]
    means = {name: share[0] for name, share in odds["expected"]["ends"].items()}
    for name in sorted(means, key=lambda end: -means[end])[:_MOST_ENDS]:
        shares = [item["ends"][name] if item else None for item in found]
        rows.append({"label": crisis.outcomes[name].label, "main": False, "shares": shares})
    return rows


def _rows(crisis: Crisis, menu: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    return [
        {"label": crisis.instruments[name].label, "share": share, "bar": draw_share(share)}
        for name, share in menu.items()
    ]
