"""Make the track record that ships from what two commands print.

    detente reference-class icb1v15.csv icb2v15.csv --json > classes.json
    detente panel icb1v15.csv icb2v15.csv --json > panel.json
    python tools/track_record.py classes.json panel.json [record.json]

The data do not ship; the scores are facts counted on them.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src/detente/analysis/track_record.json"
MADE_BY = (
    "detente reference-class icb1v15.csv icb2v15.csv",
    "detente panel icb1v15.csv icb2v15.csv",
)
DIGITS = 4


def rounded(value: float | None) -> float | None:
    """Return a number to the digits of the record; None stays."""
    return None if value is None else round(value, DIGITS) + 0.0


def rows(
    cards: Sequence[Mapping[str, Any]], outcome: str, template: str = ""
) -> list[dict[str, Any]]:
    """Return a row for each forecaster."""
    return [
        {
            "outcome": outcome,
            "template": template,
            "forecaster": card["forecaster"],
            "cases": card["forecasts"],
            "hits": sum(item["happened"] for item in card["reliability"]),
            "brier": rounded(card["scores"]["brier"]),
            "log": rounded(card["scores"]["log"]),
            "auc": rounded(card["auc"]),
        }
        for card in cards
    ]


def compile_record(classes: Mapping[str, Any], panel: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record, from what both commands print with ``--json``."""
    outcome = classes["outcomes"][0]["outcome"]
    return {
        "source": f"International Crisis Behavior project, {panel['source']}",
        "made_by": list(MADE_BY),
        "reference_classes": [
            row
            for item in classes["outcomes"]
            for row in rows(item["forecasters"], item["outcome"])
        ],
        "panel": {
            "draws": panel["draws"],
            "left_out": panel["left_out"],
            "verdict": panel["verdict"],
            "weights": panel["weights"],
            "scores": [
                *rows(panel["forecasters"], outcome),
                *(
                    row
                    for template, cards in panel["templates"].items()
                    for row in rows(cards[:3], outcome, template)
                ),
            ],
            "differences": [
                {
                    name: rounded(value) if isinstance(value, float) else value
                    for name, value in item.items()
                }
                for item in panel["differences"]
            ],
        },
    }


if __name__ == "__main__":
    given = [Path(word) for word in sys.argv[1:]]
    made = compile_record(*(json.loads(path.read_text(encoding="utf-8")) for path in given[:2]))
    target = given[2] if len(given) > 2 else TARGET
    target.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
