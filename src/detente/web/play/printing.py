"""The after-action report to take along: as a page that needs no server and no script, and as PDF by typst; people are numbered."""

from collections.abc import Mapping
from html import unescape
from pathlib import Path
from re import compile as pattern
from typing import Any

from detente.brief.export.printing import SERIF, typeset
from detente.brief.words import sentence_case
from detente.crisis.crisis import Crisis
from detente.web.play.reporting import show_report
from detente.web.rendering import Renderer
from detente.web.workbench import Workbench

__all__ = ["file_renderer", "print_pages", "to_page", "to_pages"]

_HOME = Path(__file__).parents[1]
_LAYOUT = Path(__file__).with_name("report.typ")
_STYLES = ("app.css", "play.css")
_WIDTH, _LADDER = 760, 520
"""Widths in which pictures are drawn for paper, so that their letters are as large as small print."""
_LONGEST = 40
"""Letters after which a word is broken on paper; a person may write one of 2,000."""
_RUN, _SAID = pattern(rf"\S{{{_LONGEST}}}(?=\S)"), pattern(r'aria-label="([^"]*)"')
_HEADINGS = (
    "kicker",
    "turns",
    "runs",
    "ladder",
    "goals",
    "beliefs",
    "asked",
    "survey",
    "end",
    "turn",
    "room",
    "parted",
    "did",
    "met",
    "attack",
    "points",
)
_NOTES = ("path", "turning", "ladder", "goals", "beliefs", "rooms")
_WORDS = "play/printed.j2"
_COLOURS = [
    "d55e00",
    "0072b2",
    "cc79a7",
    "56b4e9",
    "009e73",
    "e69f00",
    "8a8f00",
    "7a5195",
    "6b7280",
    "444b55",
]
_STYLE = (
    f"text{{font-family:'{SERIF}';font-size:13px;fill:#5c5c5c}} .named{{font-weight:bold;fill:#1c1c1c}} "
    ".grid{stroke:#cfcdc9} .line{fill:none;stroke-width:2.5} .band{fill-opacity:0.15} .turned{fill:#fbf1da} "
    "polyline.attack{stroke:#1c1c1c} circle.attack,polygon.attack{fill:#1c1c1c} "
    "polyline.settlement{stroke:#007a59} circle.settlement,polygon.settlement{fill:#007a59} "
    "polyline.reading{stroke:#00598c;stroke-width:2} circle.reading{fill:#00598c} polygon.reading{fill:#00598c} "
    ".own{fill:#ffffff;stroke:#8a5a00;stroke-width:2.5} .rung{fill:none;stroke:#1c1c1c;stroke-width:3} "
    "polyline.room{fill:none;stroke-width:2} polyline.here{stroke:#1c1c1c;stroke-width:3} circle.here{fill:#1c1c1c} "
    + " ".join(
        f"polyline.end-{number}{{stroke:#{colour}}} circle.end-{number}{{fill:#{colour}}}"
        for number, colour in enumerate(_COLOURS)
    )
)


def file_renderer() -> Renderer:
    """Return what renders templates where no workbench is served."""
    return Renderer([_HOME / "templates"], [], Workbench())


def to_pages(
    renderer: Renderer,
    crisis: Crisis,
    data: Mapping[str, Any],
    *,
    room: str,
    digest: str,
) -> dict[str, bytes]:
    """Return the report as files by name: ``report.html`` and ``report.pdf``.

    Parameters
    ----------
    renderer
        Renders their words.
    crisis, data
        The crisis, and the report of the session, people numbered, with the rooms that it is compared with.
    room, digest
        Name of the session, and the hash of its events.

    Raises
    ------
    RunError
        ``print-failed`` if typst refuses the pages.
    """
    shown = show_report(renderer, crisis, data)
    page = to_page(renderer, shown, room=room, digest=digest)
    return {
        "report.html": page.encode(),
        "report.pdf": print_pages(renderer, crisis, shown, room=room, digest=digest),
    }


def to_page(renderer: Renderer, shown: Mapping[str, Any], *, room: str, digest: str) -> str:
    """Return the report as one file of HTML with its style, that asks for nothing."""
    style = "\n".join((_HOME / "static" / name).read_text("utf-8") for name in _STYLES)
    return renderer.part("play/report_file.html", **shown, room=room, digest=digest, style=style)


def print_pages(
    renderer: Renderer, crisis: Crisis, shown: Mapping[str, Any], *, room: str, digest: str
) -> bytes:
    """Return the report as PDF.

    Raises
    ------
    RunError
        ``print-failed`` if typst refuses the pages.
    """
    data = _page_data(renderer, shown, room=room, digest=digest)
    missing = renderer.words(_WORDS, "note", "letters")
    return typeset(
        _LAYOUT,
        data,
        otherwise={**data, "note": missing},
        crisis=crisis,
        at="report.pdf",
    )


def _page_data(
    renderer: Renderer, shown: Mapping[str, Any], *, room: str, digest: str
) -> dict[str, Any]:
    """Return what the pages say, as plain data for the layout."""
    report, names, labels = shown["report"], shown["names"], shown["labels"]

    def words(macro: str, *given: Any) -> str:
        return renderer.words(_WORDS, macro, *given)

    found: dict[str, Any] = _broken(
        {
            "crisis": report["crisis"]["id"],
            "title": report["crisis"]["title"],
            "footer": f"detente \N{MIDDLE DOT} {report['crisis']['id']} \N{MIDDLE DOT} {room}",
            "headings": {name: words("heading", name) for name in _HEADINGS},
            "notes": {name: words("note", name) for name in _NOTES},
            "note": "",
            "finding": " ".join(item for item in (shown["finding"], shown["turned"]) if item),
            "about": words("about", report, digest),
            "path_title": shown["path_title"],
            "path": _drawn(shown["draw"]["path"](_WIDTH)),
            "asked": shown["asked"],
            "nothing": words("nothing"),
            "turns": [
                {
                    "title": group["title"],
                    "before": _lines(group["before"]["rows"]),
                    "steps": [
                        {
                            "number": step["number"],
                            "did": words("did", step, names, labels),
                            "why": "" if step["by"] == "control" else step["why"],
                            "played": step["played"],
                            "turns": step["turns"],
                            "expected": words("expected", step, labels),
                            "odds": words("odds", step),
                        }
                        for step in group["steps"]
                    ],
                    "later": _lines(group["later"]["rows"]),
                }
                for group in shown["groups"]
            ],
            "runs": {
                "turns": [turn["turn"] for turn in report["turns"]],
                "rows": [
                    {
                        "label": sentence_case(label),
                        "counts": [turn["thousand"].get(end, 0) for turn in report["turns"]],
                    }
                    for end, label in shown["ends"].items()
                ],
            },
            "ladder": _drawn(shown["draw"]["ladder"](_LADDER)),
            "goals": [
                {
                    "seat": names[item["seat"]],
                    "words": words("goal", item),
                    "met": words("met", item),
                }
                for item in report["goals"]
            ],
            "beliefs": [
                {"title": words("belief", item, names), **(_drawn(item["picture"]) or {})}
                for item in shown["beliefs"]
            ],
            "rooms": _rooms(words, shown),
            "survey": _survey(report["survey"], names),
        }
    )
    return found


def _lines(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"head": row["head"], "text": row["text"]} for row in rows]


def _rooms(words: Any, shown: Mapping[str, Any]) -> dict[str, Any] | None:
    if shown["draw_rooms"] is None:
        return None
    names, labels = shown["names"], shown["labels"]
    rows = [
        {
            "colour": "#1c1c1c" if number == 0 else f"#{_COLOURS[(number - 1) % len(_COLOURS)]}",
            "cells": [
                words("room", room, number == 0),
                words("parted", room, number == 0),
                words("did_there", room, names, labels),
                words("room_end", room),
                words("room_start", room),
                words("met_there", room, names),
            ],
        }
        for number, room in enumerate(shown["report"]["rooms"])
    ]
    picture = _drawn(shown["draw_rooms"](_WIDTH)) or {}
    return {"title": shown["rooms_title"], "rows": rows, **picture}


def _survey(survey: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if not survey["answers"]:
        return {"rows": [], "texts": []}
    asked = survey["questions"]
    texts = [
        {
            "words": item["words"],
            "answers": [
                {"head": names[seat], "text": answers[item["id"]]}
                for seat, answers in survey["answers"].items()
                if item["id"] in answers
            ],
        }
        for item in asked
        if item["kind"] == "text"
    ]
    return {
        "rows": [
            {"words": item["words"], "counts": survey["counts"][item["id"]]}
            for item in asked
            if item["kind"] == "points"
        ],
        "texts": [item for item in texts if item["answers"]],
    }


def _drawn(svg: str) -> dict[str, str] | None:
    """Return a picture with its style and its words; None for one of nothing."""
    if not svg:
        return None
    said = _SAID.search(svg)
    styled = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    begun = styled.index(">") + 1
    whole = f"{styled[:begun]}<style>{_STYLE}</style>{styled[begun:]}"
    return {"svg": whole, "alt": unescape(said[1]) if said else ""}


def _broken(data: Any) -> Any:
    """Let words that no line holds be broken, wherever they stand but in pictures."""
    if isinstance(data, dict):
        return {name: value if name == "svg" else _broken(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_broken(value) for value in data]
    return _RUN.sub("\\g<0>\N{ZERO WIDTH SPACE}", data) if isinstance(data, str) else data
