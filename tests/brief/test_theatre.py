"""The sketch of where forces stand: marks, claimants, ranges. Oracle: hand, a table of a few rows."""

import re
import shutil

import pytest
from tests.brief.drawn import collisions

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import plain
from detente.brief.pictures.maps import MARK_COLUMNS
from detente.brief.questions._theatre import theatre_chart
from detente.crisis import load_crisis

HEAD = "id,side,actor,item,place,latitude,longitude,value,low,high,unit,as_of,grade,claimed_by,confidence,source,claims"
RIDGE = "F1,NOR,army,troops,Ridge,50,30,900,,,persons,2030-01-10,fact,,high,gazette,"
PORT = "F2,NOR,navy,ships,Port,52,36,4,,,ships,2030-01-11,claim,WES,low,gazette,"
FORD = "F3,MID,guard,troops,Ford,47,33,,2000,3000,persons,2030-01-12,estimate,a think tank,low,gazette,"
RIVAL = "F4,MID,guard,troops,Ford,47,33,5000,,,persons,2030-01-02,claim,NOR (staff),low,gazette,"
OURS = "F5,NOR,army,troops by our split,Hill,55,40,700,500,1000,persons,2030-01-15,estimate,,low,judgement,"


@pytest.fixture
def draw(template, results, tmp_path):
    def chart(*rows):
        folder = tmp_path / "with-forces"
        shutil.copytree(template, folder, dirs_exist_ok=True)
        (folder / "forces.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
        path = folder / "crisis.yaml"
        text = path.read_text(encoding="utf-8").replace(
            "  sources:", "  forces: forces.csv\n  sources:", 1
        )
        path.write_text(text, encoding="utf-8")
        book = Book(Context.of(load_crisis(folder), results), "deterrence")
        return theatre_chart(book), book

    return chart


def lines(chart):
    return [tuple(plain(cell) for cell in row) for row in chart.table.rows]


def test_each_mark_says_what_how_many_who_when_and_how_it_is_known(draw):
    """Largest first; the row without persons last; a claimant that is an actor has its name."""
    chart, book = draw(RIDGE, PORT, FORD, OURS)
    assert MARK_COLUMNS[2:] == ("What", "How many", "Who says so", "As of", "Grade")
    assert [line[0:1] + line[2:] for line in lines(chart)] == [
        (
            "Ford",
            "troops",
            "2,000\u20133,000 persons",
            "a think tank",
            "12 January 2030",
            "estimate",
        ),
        ("Ridge", "troops", "900 persons", "Westmark Gazette", "10 January 2030", "fact"),
        (
            "Hill",
            "troops by our split",
            "700 persons (500\u20131,000)",
            "our judgement",
            "15 January 2030",
            "estimate",
        ),
        ("Port", "ships", "4 ships", "Westmark", "11 January 2030", "claim"),
    ]
    counted = {figure.id: figure for figure in book.figures if "theatre" in figure.id}
    assert {name: figure.value for name, figure in counted.items()} == {
        "deterrence.theatre.F1": 900, "deterrence.theatre.F3": 2500, "deterrence.theatre.F5": 700,
    }  # fmt: skip
    assert (counted["deterrence.theatre.F5"].low, counted["deterrence.theatre.F5"].high) == (
        500,
        1000,
    )
    assert (counted["deterrence.theatre.F1"].low, counted["deterrence.theatre.F1"].high) == (
        None,
        None,
    )
    assert counted["deterrence.theatre.F3"].trace.place == "forces.csv:4"


def test_rival_counts_of_one_force_give_a_range_and_name_nobody(draw):
    chart, _ = draw(RIDGE, PORT, FORD, RIVAL)
    assert "Ford: 2,000\u20135,000 (sources differ)" in chart.wide
    assert [line[3:5] for line in lines(chart)][:2] == [
        ("2,000\u20133,000 persons", "a think tank"),
        ("5,000 persons", "Northland (staff)"),
    ]


def test_forces_of_two_actors_at_a_place_are_no_rivals(draw):
    chart, _ = draw(RIDGE, PORT, FORD, RIVAL.replace("guard", "militia"))
    assert "Ford: 5,000 (says Northland)" in chart.wide


@pytest.mark.parametrize(
    ("row", "label"),
    [
        (RIDGE, "Ridge: 900<"),
        (OURS, "Hill: 500\u20131,000 (ours)"),
        (RIVAL, "Ford: 5,000 (says Northland)"),
        (PORT, "Port: 4 ships<"),
    ],
)
def test_a_label_says_whose_count_it_is_unless_it_is_a_fact(draw, row, label):
    rest = [other for other in (RIDGE, OURS, RIVAL, PORT) if other != row]
    chart, _ = draw(row, *rest)
    assert label in chart.wide


@pytest.mark.parametrize(
    ("rows", "title", "ours"),
    [
        ((RIDGE, PORT, FORD), "Northland's largest force on the map: Ridge, 900 persons; of the others: Ford, 2,000\u20133,000 persons (Midland)", False),
        ((RIDGE, PORT, FORD, RIVAL), "Northland's largest force on the map: Ridge, 900 persons; of the others: Ford, 2,000\u20135,000 persons (Midland; sources differ)", False),
        ((PORT, OURS, RIVAL), "Northland's largest force on the map: Hill, 500\u20131,000 persons (our judgement); of the others: Ford, 5,000 persons (Midland; says Northland)", True),
        ((PORT, PORT.replace("F2", "F9").replace("Port", "Pier"), FORD), "The largest force on the map: Ford, 2,000\u20133,000 persons (Midland)", False),
        ((PORT, PORT.replace("F2", "F8").replace("Port", "Mole"), PORT.replace("F2", "F9").replace("Port", "Pier")), "Nobody counts the persons at the 3 places named", False),
    ],
)  # fmt: skip
def test_the_title_names_the_largest_force_of_the_challenger_and_of_the_others(
    draw, rows, title, ours
):
    chart, _ = draw(*rows)
    assert chart.title == title
    assert chart.subtitle.endswith("“ours” marks what is our judgement") is ours
    assert re.search("rows of 1[01] January 2030 to|rows of 2 January 2030 to", chart.footnote)


def test_names_that_find_no_place_are_left_to_the_table(draw):
    """Twelve places within a kilometre: the largest is named, no name touches another or a disc, all are in the table."""
    crowd = [
        OURS.replace("F5", f"G{k}").replace("Hill,55,40", f"Dale {k},50.00{k},30.00{k}")
        for k in range(12)
    ]
    chart, _ = draw(RIDGE, PORT, FORD, *crowd)
    for svg in (chart.wide, chart.narrow):
        assert "Ridge: 900" in svg
        assert collisions(svg) == []
        assert svg.count("Dale") < 12
    assert {f"Dale {k}" for k in range(12)} <= {line[0] for line in lines(chart)}


def test_two_places_are_no_map(draw):
    assert draw(RIDGE, PORT)[0] is None
