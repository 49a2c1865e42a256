"""Indicators: ratios by outcome as the research notes have them, false alarms by class (decision note 0083)."""

import csv
from pathlib import Path

INDICATORS = (
    "id",
    "indicator",
    "label",
    "outcomes",
    "value",
    "low",
    "high",
    "unit",
    "seen",
    "lead_days",
    "as_of",
    "grade",
    "confidence",
    "source",
    "claims",
    "note",
    "observable",
    "reported",
    "reported_on",
    "claimant",
    "report_grade",
    "report_source",
)
CLASSES = {
    "rare": ("03 08 12 21 24 26", (0.01, 0.03, 0.10), "no false alarm on record, or one"),
    "some": (
        "01 04 09 14 15 17 18 19 20",
        (0.05, 0.15, 0.35),
        "seen in some earlier crisis that passed",
    ),
    "common": (
        "02 05 06 07 10 11 13 16 22 23 25 27 28 29",
        (0.15, 0.35, 0.70),
        "recurs in most years or exercises",
    ),
}
"""Indicators of each class, the chance of a false alarm (low, middle, high), and the class in words."""
LABELS = {"IN19": "troops stay on after the exercise"}
"""Labels that say what is meant where the notes name the moment."""
RATIOS = {"full": "full_invasion", "limited": "airstrikes; incursion"}


def compile_indicators(shared: Path) -> list[dict[str, str]]:
    """Return a row for the false alarm and one for each ratio of every indicator that tells anything."""
    with (shared / "data/ukraine-2022/indicators.csv").open(encoding="utf-8", newline="") as file:
        notes = list(csv.DictReader(file))
    known = {f"IN{number}": key for key, (ids, _, _) in CLASSES.items() for number in ids.split()}
    return [row for note in notes if note["id"] in known for row in _rows(note, known[note["id"]])]


def _rows(note: dict[str, str], kind: str) -> list[dict[str, str]]:
    name = note["id"]
    common = {"indicator": name, "as_of": "2022-01-27", "grade": "estimate", "source": "judgement"}
    common |= {"confidence": note["confidence"]}
    ratios = {
        key: [float(note[f"lr_{key}{end}"]) for end in ("_low", "", "_high")] for key in RATIOS
    }
    (low, value, high), cut = _alarm(kind, max(1.0, *(numbers[2] for numbers in ratios.values())))
    words = CLASSES[kind][2] + ("; cut so that no chance exceeds 1" if cut else "")
    lead = f"{note['lead_days_low']}-{note['lead_days_high']}" if note["lead_days_low"] else ""
    alarm = common | {
        "id": f"{name}-alarm",
        "label": LABELS.get(name, note["indicator"]),
        "value": f"{value:g}",
        "low": f"{low:g}",
        "high": f"{high:g}",
        "unit": "prob",
        "seen": note["seen_by_2022_01_27"],
        "lead_days": lead,
        "note": words,
        "observable": note["observable"],
        "reported": note["what_was_reported"],
        "reported_on": note["reported_on"],
        "claimant": note["claimant"],
        "report_grade": note["grade_of_report"],
        "report_source": note["source"],
    }
    others = [
        common
        | {
            "id": f"{name}-{key}",
            "outcomes": outcomes,
            "value": f"{ratios[key][1]:g}",
            "low": f"{ratios[key][0]:g}",
            "high": f"{ratios[key][2]:g}",
            "unit": "ratio",
        }
        for key, outcomes in RATIOS.items()
    ]
    return [{column: row.get(column, "") for column in INDICATORS} for row in (alarm, *others)]


def _alarm(kind: str, most: float) -> tuple[tuple[float, float, float], bool]:
    """Return the range of a class, cut so that the largest ratio keeps the chance at one or below, and whether it was."""
    low, value, high = CLASSES[kind][1]
    cap = int(1000 / most) / 1000
    if cap >= high:
        return (low, value, high), False
    value = min(value, round(cap / 2, 3))
    return (min(low, round(value / 2, 4)), value, cap), True
