"""A source that was read in a text younger than the cut-off says so.

Oracle: hand, the tiny crisis (cut-off 15 January 2030, no finding) with one source changed at a time.
"""

import shutil

import pytest

from detente.crisis import examine_folder, load_crisis, shipped_crises

HEAD = "key,publisher,title,date,address,standing"
ROW = "gazette,Northland Gazette,Weekly bulletin,2030-01-10,,press"


def findings(folder, row, *, head=HEAD):
    path = folder / "sources.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEAD
    gap = "," * (head.count(",") - HEAD.count(","))
    changed = [row if line.startswith("gazette,") else line + gap for line in lines[1:]]
    path.write_text("\n".join([head, *changed, ""]), encoding="utf-8")
    found, _ = examine_folder(folder)
    return [(item.code, item.severity, item.value) for item in found]


@pytest.mark.parametrize(
    ("address", "standing", "value"),
    [
        ("https://a.example/2030/02/11/bulletin", "press", "2030-02-11"),
        ("https://a.example/news-2030-02-11-bulletin", "press", "2030-02-11"),
        ("https://a.example/20300211bulletin", "press", "2030-02-11"),
        ("https://a.example/2031/bulletin", "press", "2031"),
        ("", "press; figures read from copies of April 2030", "2030-04"),
        ("", "data; edition of 2033", "2033"),
    ],
)
def test_an_address_or_standing_that_names_a_later_day_asks_for_the_edition(
    tiny, address, standing, value
):
    row = f"gazette,Northland Gazette,Weekly bulletin,2030-01-10,{address},{standing}"
    assert findings(tiny, row) == [("source-edition", "warning", value)]


@pytest.mark.parametrize(
    ("address", "standing"),
    [
        ("https://a.example/2030/01/11/bulletin", "press"),
        ("https://a.example/2030/bulletin", "press"),
        ("https://a.example/item/120310211", "press"),
        ("https://a.example/bulletin?id=203102119", "press"),
        ("", "press of January 2030"),
        ("", "data on the years 1900 to 2029"),
    ],
)
def test_days_up_to_the_cutoff_and_other_numbers_ask_for_nothing(tiny, address, standing):
    row = f"gazette,Northland Gazette,Weekly bulletin,2030-01-10,{address},{standing}"
    assert findings(tiny, row) == []


def test_a_source_without_any_day_asks_for_one(tiny):
    assert findings(tiny, ROW.replace("2030-01-10", "")) == [
        ("source-edition", "warning", "gazette")
    ]


@pytest.mark.parametrize("edition", ["2031-02", "2031", "2031-02-11", "undated"])
def test_an_edition_answers_both(tiny, edition):
    row = f"gazette,Northland Gazette,Weekly bulletin,,https://a.example/2031/02/11,press,{edition}"
    assert findings(tiny, row, head=f"{HEAD},edition") == []
    assert load_crisis(tiny).sources["gazette"].edition == edition


def test_an_edition_is_a_date(tiny):
    row = f"{ROW},later"
    assert findings(tiny, row, head=f"{HEAD},edition") == [("table-row-invalid", "error", "later")]


def test_a_printed_month_is_a_day_of_its_own(tiny):
    row = ROW.replace("2030-01-10", "") + ",2029-12 (about 9 Dec)"
    assert findings(tiny, row, head=f"{HEAD},date_printed") == []


@pytest.mark.parametrize("crisis", ["ukraine-2022", "cuba-1962", "kuwait-1990"])
def test_every_source_of_a_shipped_crisis_has_a_day_or_says_that_it_has_none(crisis):
    for row in load_crisis(crisis).tables["sources"].rows:
        cells = row.cells
        assert cells["date"] or cells["edition"] or cells["date_printed"], cells


def test_a_shipped_source_that_forgets_its_edition_is_found(tmp_path):
    """Oracle: hand; the shares of gas were read in copies of April 2022, as the words of the row say."""
    folder = tmp_path / "ukraine"
    shutil.copytree(shipped_crises()["ukraine-2022"], folder)
    path = folder / "sources.csv"
    text = path.read_text(encoding="utf-8")
    assert ",2021-07,2022-04\n" in text
    path.write_text(text.replace(",2021-07,2022-04\n", ",2021-07,\n"), encoding="utf-8")
    found, _ = examine_folder(folder)
    assert [(item.code, item.value) for item in found] == [("source-edition", "2022-04")]
