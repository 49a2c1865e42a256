"""The figures of the track-record page, recomputed over the tables of events."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.watch.events import read_events
from detente.watch.explaining import explain
from detente.watch.following import follow
from detente.watch.scoring import reference_forecasts, score_days

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/track-record.md"
TABLES = {
    "cuba-1962": ROOT / "docs/hindcasts/cuba-1962.csv",
    "kuwait-1990": ROOT / "docs/hindcasts/kuwait-1990.csv",
    "ukraine-2022": ROOT.parent / "shared/data/history/ukraine_2021_22_timeline.csv",
}
SCORED = {
    "cuba-1962": ("1962-10-23", "1962-10-27"),
    "kuwait-1990": ("1990-12-01", "1991-01-15"),
    "ukraine-2022": ("2021-11-01", "2022-02-23"),
}
OUTCOMES = {"cuba-1962": "bargain", "kuwait-1990": "air_war", "ukraine-2022": "full_invasion"}
SETTINGS = {"ukraine-2022": {"prior.revisionist": "0.1..0.5", "state.posture": "present"}}
ENDS = {"cuba-1962": "withdraw", "kuwait-1990": "air_campaign", "ukraine-2022": "invade"}

research = (
    pytest.mark.research,
    pytest.mark.skipif(
        not TABLES["ukraine-2022"].is_file(),
        reason="the research copies of ../shared are not here",
    ),
)
CRISES = ["cuba-1962", "kuwait-1990", pytest.param("ukraine-2022", marks=research)]


def rows_of(start):
    """Return the cells of the rows of the page that begin so, without the borders."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith(start)
    ]


def in_points(attack):
    mean, low, high = (f"{100 * value:.0f}" for value in attack[:3])
    return f"{mean}% ({low}-{high})"


def watched(slug, until=None):
    crisis = load_crisis(slug, overrides=SETTINGS.get(slug, {}))
    since, last = SCORED[slug]
    return crisis, follow(crisis, TABLES[slug], since=since, until=until or last).days


def means(scores, n_days):
    last = scores[-n_days:]
    assert len(last) == n_days
    return [f"{np.mean([getattr(item, name) for item in last]):.3f}" for name in ("brier", "log")]


@pytest.mark.slow
@pytest.mark.parametrize("slug", CRISES)
def test_the_page_prints_the_scores_of_the_hindcasts(slug):
    """Oracle: golden, what the page printed when each was run once after its tables and settings were committed."""
    crisis, days = watched(slug)
    (row,) = rows_of(f"| detente | `{slug}` |")
    assert row[2].startswith(f"{len(days)}, from ")
    scores = [item for item in score_days(days, crisis, OUTCOMES[slug]) if item.event == "attack"]
    assert row[3:5] == means(scores, len(days))
    assert row[5:] == [in_points(days[0]["attack"]), in_points(days[-1]["attack"])]
    if slug == "ukraine-2022":
        rows = rows_of("| detente | an attack |")
        assert [int(cells[2].split(",")[0]) for cells in rows] == [115, 74]
        for cells in rows:
            assert cells[3:] == [
                *means(scores, int(cells[2].split(",")[0])),
                in_points(days[-1]["attack"]),
            ]
        probs = np.array([record["outcomes"]["full_invasion"][0] for record in days])
        (cells,) = rows_of("| detente | full invasion |")
        brier, log = np.mean((1 - probs) ** 2), np.mean(-np.log(probs))
        assert cells[3:] == [f"{brier:.3f}", f"{log:.3f}", f"{100 * probs[-1]:.0f}%"]


@pytest.mark.slow
def test_the_page_says_what_was_said_on_the_day_of_the_settlement():
    """Oracle: golden."""
    days = watched("cuba-1962", until="1962-10-28")[1]
    assert f"an attack still had {in_points(days[-1]['attack'])}" in PAGE.read_text(
        encoding="utf-8"
    )
    by_day = ", ".join(f"{100 * record['attack'][0]:.0f}" for record in days[:-1])
    assert f"by day: {by_day}%" in PAGE.read_text(encoding="utf-8")


def test_the_mean_of_the_three_is_that_of_their_rows():
    """Oracle: hand, from the rows as printed."""
    rows = [row for slug in SCORED for row in rows_of(f"| detente | `{slug}` |")]
    (mean,) = rows_of("| detente | mean of the three |")
    for column in (3, 4):
        by_hand = np.mean([float(row[column]) for row in rows])
        assert float(mean[column]) == pytest.approx(by_hand, abs=0.0007)


def test_the_scores_of_who_knows_nothing_are_those_of_one_probability():
    """Oracle: hand, the scores of one half and of the base rates as the crisis ships them."""
    record = [{"day": "1962-10-23", "attack": [0.5], "outcomes": {}}]
    crisis = load_crisis("cuba-1962")
    probs = sorted(item.prob for item in reference_forecasts(record, crisis))
    rows = [
        *rows_of("| base rate, full war"),
        *rows_of("| base rate, serious"),
        *rows_of("| an even chance | each"),
    ]
    assert len(rows) == len(probs)
    for row, prob in zip(rows, probs, strict=True):
        assert row[3:] == [
            f"{prob**2:.3f}",
            f"{-np.log(1 - prob):.3f}",
            f"{100 * prob:.0f}%",
            f"{100 * prob:.0f}%",
        ]


@pytest.mark.parametrize("slug", CRISES)
def test_the_page_prints_what_was_misread_as_it_is_read(slug):
    """Oracle: golden; which readings are wrong is the judgement of the page."""
    since, until = (date.fromisoformat(day) for day in SCORED[slug])
    told = explain(read_events(TABLES[slug])[0], load_crisis(slug))
    scored = [item for item in told if since <= item.event.day <= until]
    unread = sum(item.reading.startswith("unmapped") for item in scored)
    counted, *misread = rows_of(f"| `{slug}` |")
    assert counted == [f"`{slug}`", str(len(scored)), str(unread)]
    readings = {(str(item.event.day), item.event.text): item.reading for item in scored}
    assert misread
    for _, day, text, reading, _ in misread:
        assert f"`{readings[day, text]}`" == reading


@pytest.mark.parametrize("slug", CRISES)
def test_the_end_is_read_as_what_it_was(slug):
    """Oracle: hand, decision note 0105; the move of the first report after the days that are scored."""
    until = date.fromisoformat(SCORED[slug][1])
    told = explain(read_events(TABLES[slug])[0], load_crisis(slug))
    after = next(item for item in told if item.event.day > until)
    assert re.split(r"[:/]", after.reading)[:2] == ["move", ENDS[slug]]


@pytest.mark.parametrize("slug", ["cuba-1962", "kuwait-1990"])
def test_the_page_links_the_table_and_gives_the_command(slug):
    """Oracle: hand, decision note 0105."""
    page = PAGE.read_text(encoding="utf-8")
    since, until = SCORED[slug]
    command = (
        f"detente watch {slug} --events docs/hindcasts/{slug}.csv --since {since} --until {until}"
        f" --outcome {OUTCOMES[slug]}"
    )
    assert command in page
    assert f"(../hindcasts/{slug}.csv)" in page
