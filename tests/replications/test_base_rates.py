"""Base rates of the reference crisis, recomputed from the research copies that they were counted on."""

import csv
import math
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

HISTORY = Path(__file__).parents[3] / "shared" / "data" / "history"


pytestmark = [
    pytest.mark.research,
    pytest.mark.skipif(
        not HISTORY.is_dir(), reason="the research copies of ../shared are not here"
    ),
]
Z90 = 1.6448536269514722


def shipped():
    text = (resources.files("detente.crisis") / "shipped/ukraine-2022/base_rates.csv").read_text(
        "utf-8"
    )
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def read(name):
    with (HISTORY / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def wilson(hits, cases):
    """The score interval of a share, 90 per cent."""
    middle = (hits + Z90**2 / 2) / (cases + Z90**2)
    half = Z90 / (cases + Z90**2) * math.sqrt(hits * (cases - hits) / cases + Z90**2 / 4)
    return middle - half, middle + half


def assert_row(row, hits, cases):
    low, high = wilson(hits, cases)
    assert int(row["n"]) == cases
    assert float(row["value"]) == pytest.approx(hits / cases, abs=5e-4)
    assert float(row["lo90"]) == pytest.approx(low, abs=1.5e-3)
    assert float(row["hi90"]) == pytest.approx(high, abs=1.5e-3)


def test_crises_outside_a_war_that_became_full_scale_wars():
    """Oracle: published data (ICB v15): 34 of 410, and 2 of 71 after a non-violent military act."""
    crises = [row for row in read("icb1v15.csv") if int(float(row["iwcmb"])) == 1]
    wars = [row for row in crises if int(float(row["viol"])) == 4]
    assert (len(wars), len(crises)) == (34, 410)
    assert_row(shipped()["B071"], 34, 410)
    act = [row for row in crises if int(float(row["break"])) == 7]
    assert (sum(int(float(row["viol"])) == 4 for row in act), len(act)) == (2, 71)
    assert_row(shipped()["B072"], 2, 71)


def test_crises_since_1946_that_became_full_scale_wars():
    """Oracle: published data (ICB v15): 65 of 387."""
    crises = [row for row in read("icb1v15.csv") if int(float(row["yrtrig"])) >= 1946]
    wars = sum(int(float(row["viol"])) == 4 for row in crises)
    assert (wars, len(crises)) == (65, 387)
    assert_row(shipped()["B057"], wars, len(crises))


def test_the_exponent_of_the_contest_is_the_slope_fitted_on_wars():
    """Oracle: independent code and published data (COW): a logit of victory on the log ratio of capabilities."""
    capability = {
        (row["ccode"], float(row["year"])): float(row["cinc"])
        for row in read("cow_nmc.csv")
        if row["cinc"]
    }
    dyads = read("cow_interstate_war_dyads.csv")
    wars = {}
    for row in dyads:
        wars.setdefault(row["warnum"], []).append(row)
    points = []
    for rows in wars.values():
        first = min(float(row["year"]) for row in rows)
        start = [row for row in rows if float(row["year"]) == first]
        sides = [
            {row["ccode1"] for row in start if float(row["initiator1"]) == flag}
            for flag in (1.0, 0.0)
        ]
        if not all(sides) or sides[0] & sides[1]:
            continue
        strength = [sum(capability.get((state, first), 0.0) for state in side) for side in sides]
        if min(strength) <= 0:
            continue
        won = any(row["outcome1"] in {"1", "1.0"} and row["ccode1"] in sides[0] for row in rows)
        lost = any(row["outcome1"] in {"1", "1.0"} and row["ccode1"] in sides[1] for row in rows)
        points.append((math.log(strength[0] / strength[1]), float(won and not lost)))
    x, y = np.array(points).T

    def loss(b):
        z = b[0] + b[1] * x
        return float(np.logaddexp(0.0, z).sum() - (y * z).sum())

    fitted = minimize(loss, np.zeros(2)).x
    row = shipped()["B018"]
    assert len(points) == pytest.approx(95, abs=8)
    assert float(row["lo90"]) <= fitted[1] <= float(row["hi90"])
