"""The summary of a briefing as plain data, for ``brief.json``."""

from typing import Any

from detente.brief.figures import plain
from detente.brief.summary import BriefSummary

__all__ = ["summary_data"]


def summary_data(summary: BriefSummary) -> dict[str, Any]:
    """Return what the summary says, in plain words; its charts by the names of their files.

    The figures that are its own stand beside it, as those of a question do.
    """
    return {
        "question": plain(summary.question),
        "what_if": plain(summary.what_if),
        "lead": [plain(text) for text in summary.lead],
        "confidence": {
            "word": summary.confidence.word,
            "reasons": [plain(text) for text in summary.confidence.reasons],
        },
        "types": [
            {"player": line.player, "id": line.id, "label": line.label, "prior": line.prior.id}
            for line in summary.types
        ],
        "findings": [
            {"case": item.case, "head": plain(item.head), "text": plain(item.text)}
            for item in summary.findings
        ],
        "choices": {
            "lead": plain(summary.choices_lead),
            "named": [
                {"policy": item.policy, "label": item.label, "text": plain(item.text)}
                for item in summary.choices
            ],
            "prepare": plain(summary.prepare),
        },
        "allies": {
            "lead": plain(summary.allies_lead),
            "numbers": [
                {"value": plain(item.value), "words": plain(item.words)} for item in summary.numbers
            ],
        },
        "dates": [{"day": item.day, "text": plain(item.text)} for item in summary.dates],
        "signs": [
            {"label": plain(item.label), "direction": item.direction, "text": plain(item.text)}
            for item in summary.signs
        ],
        "assumed": [plain(text) for text in summary.assumed],
        "limits": [plain(text) for text in summary.limits],
        "record": [plain(text) for text in summary.record],
        "note": plain(summary.note),
        "charts": [
            {
                "id": chart.id,
                "title": plain(chart.title),
                "subtitle": plain(chart.subtitle),
                "footnote": plain(chart.footnote),
                "file": f"charts/{chart.id}.svg",
                "table": f"tables/{chart.id}.csv",
            }
            for chart in summary.charts
        ],
    }
