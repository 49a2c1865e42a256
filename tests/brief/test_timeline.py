"""What comes when: titles against the days drawn, days of several tables, what is left out. Oracle: hand, unless said otherwise."""

import shutil
from datetime import date

import pytest

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace, plain
from detente.brief.pages import say
from detente.brief.pictures.timeline import Arrival, Dated
from detente.brief.questions._timeline import arrivals_case, dates_case, timeline_chart
from detente.crisis import load_crisis

TRACKS = """\
id,date,status,scheduled_for,format,place,participants,value,unit,result,visibility,as_of,grade,confidence,source,claims
T1,2030-01-10,scheduled,2030-02-01,visit,Port,"NOR, WES",,,,public,2030-01-10,fact,high,gazette,
T2,2030-01-10,scheduled,2030-02-03,exercise,Range,NOR,10,days,,public,2030-01-10,fact,high,gazette,
T3,2030-01-10,offered,2030-02-04,talks,Port,WES,,,,public,2030-01-10,fact,high,gazette,
T4,2030-01-10,held,2030-01-12,talks,Port,WES,,,,public,2030-01-12,fact,high,gazette,
T5,2030-01-10,scheduled,2030-02-01,phone call,remote,"NOR, WES",,,,public,2030-01-10,fact,high,gazette,
T6,2030-01-10,scheduled,2030-02-01,phone call,remote,"Smith, Jones",,,,public,2030-01-10,fact,high,gazette,
"""
REINFORCEMENT = """\
id,item,place,value,value_hi,unit,scheduled_for,as_of,grade,confidence,source,claims
R1,Great March,Range,,,,2030-02-03,2030-01-10,fact,high,gazette,
"""


def arrival(row, first, ready):
    first, ready = (
        Figure(id=f"{row}.{k}", label="x", value=value, low=None, high=None, unit="days", trace=Trace(model="m"))
        for k, value in enumerate((first, ready))
    )  # fmt: skip
    return Arrival(row=row, first=first, ready=ready, colour="#D55E00")


@pytest.fixture
def chart(template, results, tmp_path):
    def make(tracks=TRACKS, reinforcement=REINFORCEMENT):
        folder = tmp_path / "dated"
        shutil.copytree(template, folder, dirs_exist_ok=True)
        (folder / "tracks.csv").write_text(tracks, encoding="utf-8")
        (folder / "reinforcement.csv").write_text(reinforcement, encoding="utf-8")
        path = folder / "crisis.yaml"
        text = path.read_text(encoding="utf-8")
        for kind in ("tracks", "reinforcement"):
            if f"  {kind}: " not in text:
                text = text.replace("  sources:", f"  {kind}: {kind}.csv\n  sources:", 1)
        path.write_text(text, encoding="utf-8")
        return timeline_chart(Book(Context.of(load_crisis(folder), results), "deterrence"))

    return make


def test_days_ahead_are_those_of_the_tables(chart):
    """What is past or only offered is left out; one place on one day is one event, in the words of the first table."""
    rows = [tuple(plain(cell) for cell in row) for row in chart().table.rows]
    assert [row[:3] for row in rows] == [
        ("phone call (Northland, Westmark)", "1 February 2030", ""),
        ("phone call (Smith, Jones)", "1 February 2030", ""),
        ("visit, Port (Northland, Westmark)", "1 February 2030", ""),
        ("Great March", "3 February 2030", "12 February 2030"),
    ]
    assert chart().title == (
        "Next, on 1 February 2030: phone call (Northland, Westmark), phone call (Smith, Jones) and visit, Port (Northland, Westmark)"
    )


def test_two_days_are_no_picture(chart):
    lines = TRACKS.splitlines()
    assert chart(tracks="\n".join([lines[0], lines[1], ""])) is None


@pytest.mark.parametrize(
    ("own", "others", "title"),
    [
        (
            [("a", 1, 10), ("b", 2, 14)], [("c", 1, 20)],
            "All that North can order could be in place by 15 January, all that others can only by 21 January",
        ),
        (
            [("a", 1, 30)], [("c", 1, 20)],
            "All that others can order could be in place by 21 January, all that North can only by 31 January",
        ),
        ([("a", 3, 10), ("b", 2, 9)], [], "First to arrive: “b”; last to be complete: “a”"),
        ([], [("a", 1, 10), ("b", 2, 9)], "“a” comes first and is complete last"),
    ],
)  # fmt: skip
def test_the_title_says_which_side_is_complete_first(own, others, title):
    """Days from 1 January; the last of each side counts."""
    sides = ([arrival(*row) for row in rows] for rows in (own, others))
    first = arrivals_case(*sides, start=date(2022, 1, 1))
    assert say("deterrence", "timeline_title", first=first, names="North") == title


def test_the_title_of_days_is_the_first_of_them():
    dates = [Dated(words="late", day=date(2022, 3, 1)), Dated(words="soon", day=date(2022, 2, 1))]
    assert dates_case(dates) == ("dates", "1 February 2022", "soon")
    first = dates_case(dates[:1])
    assert (
        say("deterrence", "timeline_title", first=first, names="") == "Next, on 1 March 2022: late"
    )
