"""Overview, deter or provoke, allies, sanctions, energy: what they show is what a briefing of the same run says."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.brief.test_gas import figure
from tests.web.conftest import CRISIS, HERE
from tests.web.small import FULL, GAS, write_full, write_gas
from tests.web.test_findings import RENDERER

import detente
from detente.brief import compose
from detente.brief.figures import TableView, link, plain
from detente.crisis import load_crisis
from detente.errors import CODES
from detente.testing.profiles import examples
from detente.web import Workbench, create_app
from detente.web.access import Limits
from detente.web.pages.deter import judged_readings, tell_moves
from detente.web.parts import PartTable, cells_of, count_changed, tell_difference

PAGES = ["overview", "deter", "allies", "sanctions", "energy"]
SET = {"war.gain": 25}
BASE = "arm"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small crisis with every mechanism, and one with a gas system."""
    folder = tmp_path_factory.mktemp("small")
    return Workbench([str(write_full(folder)), str(write_gas(folder))], workers=1)


@pytest.fixture(scope="module")
def brief(small):
    """The briefing of a what-if under another base case, at the draws of a draft."""
    crisis = small.crisis(FULL).set(SET)
    policies = [BASE, *(name for name in crisis.policies if name != BASE)]
    run = detente.run(crisis, draws=64, policies=policies, seed=3, progress=lambda *_: None)
    return compose(crisis, run)


@pytest.fixture(scope="module")
def view_of(small):
    client = TestClient(create_app(small, limits=Limits(burst=10_000)), base_url=HERE)

    def ask(page, **given):
        body = {"set": SET, "policy": BASE, "seed": 3, "draws": 64, **given}
        answer = client.post(f"/api/crises/{FULL}/{page}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.mark.parametrize("page", PAGES)
def test_pictures_and_tables_are_those_of_the_briefing(view_of, brief, page):
    """Oracle: independent code, the briefing composed of a run on the same draws: every number of a picture and its title.

    The page runs its base case alone where no commitment is compared, so pictures of the game are those of the same columns.
    """
    view = view_of(page)
    known = {chart.id: chart for chart in brief.every_chart}
    tables = {table.id: table for answer in brief.answers for table in answer.tables}
    seen = 0
    for chart in view["charts"]:
        other = known[chart["id"]]
        assert chart["title"] == other.title
        assert [[cell["text"] for cell in row] for row in chart["table"]["rows"]] == [
            [plain(cell) for cell in row] for row in other.table.rows
        ]
        seen += 1
    for table in view["tables"]:
        if table["id"] in tables:
            assert [[cell["text"] for cell in row] for row in table["rows"]] == [
                [plain(cell) for cell in row] for row in tables[table["id"]].rows
            ]
            seen += 1
    assert seen or page == "energy"
    assert (view["draws"], view["draft"], view["policy"]) == (64, True, BASE)
    assert [item["path"] for item in view["changes"]] == ["war.gain"]


def test_a_move_has_the_share_of_cases_of_each_sign(view_of, brief):
    """Oracle: independent code, the effects of the briefing: both shares stand in the cell of each type."""
    view = view_of("deter")
    (table,) = [table for table in view["tables"] if table["id"] == "policy-effects"]
    labels = {brief.crisis.policies[name].label.casefold(): name for name in brief.crisis.policies}
    assert len(table["rows"]) > 3
    for row in table["rows"]:
        changes = brief.shared.by_type[labels[row[0]["text"].casefold()]]
        for cell, (effect, found) in zip(row[1:-1], changes, strict=True):
            if not effect.is_forced:
                assert f"({effect.share_lower:.0%} / {effect.share_higher:.0%})" in cell["text"]
                assert view["figures"][cell["figure"]]["value"] == pytest.approx(found.value)


def test_numbers_that_differ_from_the_file_stand_beside_it(view_of):
    """Oracle: the same page asked of the crisis as filed: a marked cell shows its number, and no unmarked number differs."""
    now, filed = view_of("deter"), view_of("deter", set={})
    assert (now["differ"] > 0, filed["differ"]) == (True, 0)
    marked = 0
    for mine, other in zip(now["charts"], filed["charts"], strict=True):
        before = {
            row[0]["text"] + row[1]["text"] * (mine["id"] == "summary-moves"): row
            for row in other["table"]["rows"]
        }
        for row in mine["table"]["rows"]:
            was = before.get(row[0]["text"] + row[1]["text"] * (mine["id"] == "summary-moves"))
            if mine["id"] != "summary-moves" or was is None:
                continue
            for cell, old in zip(row[2:], was[2:], strict=True):
                assert cell["filed"] == ("" if cell["text"] == old["text"] else old["text"])
                marked += bool(cell["filed"])
    assert marked > 0


def test_the_same_question_has_the_same_bytes(view_of):
    """Oracle: theorem, nothing is drawn anew: what is shown depends on the link alone."""
    first, again = (view_of("sanctions", shows=True) for _ in range(2))
    assert first == again
    assert first["link"].startswith(f"/{FULL}/sanctions?digest=")
    assert "set.war.gain=25" in first["link"]


WORDS = st.one_of(st.text(max_size=8), st.sampled_from(["arm", "nothing", "1e999", "3..1", "25"]))


@examples(100)
@given(
    page=st.sampled_from(PAGES),
    given=st.fixed_dictionaries(
        {},
        optional={
            "set": st.dictionaries(
                st.sampled_from(["war.gain", "state.posture", "x"]), WORDS, max_size=1
            ),
            "policy": WORDS,
            "seed": st.sampled_from([1, 2**53, -1, "x"]),
            "options": st.dictionaries(st.sampled_from(["case", "month", "x"]), WORDS, max_size=2),
            "shows": st.booleans(),
        },
    ),
)
def test_no_question_makes_a_page_fail(small, page, given):
    """Oracle by hand: an answer, or an error with code, message and fix."""
    app = create_app(small, limits=Limits(burst=10**9))
    client = TestClient(app, base_url=HERE, raise_server_exceptions=False)
    text = json.dumps({"draws": 64, **given})
    answer = client.post(
        f"/api/crises/{FULL}/{page}",
        content=text.encode("utf-8", "surrogatepass"),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["code"] in CODES
        assert error["fix"]
    else:
        assert answer.json()["finding"]


def rows_of(*rows):
    return TableView(
        id="t", title="", columns=("Who", "A", "B"), rows=rows, numeric=(False, True, True)
    )


def test_cells_are_compared_by_the_words_of_their_row():
    """Oracle by hand: rows in another order, one that is new, and two of the same words."""
    now = rows_of(("Italy", "3", "4"), ("Malta", "1", "1"), ("Italy", "7", "8"))
    filed = rows_of(("Italy", "2", "4"), ("Italy", "7", "9"), ("Spain", "1", "1"))
    cells = cells_of(now, filed)
    assert [[cell.filed for cell in row] for row in cells] == [
        ["", "2", ""],
        ["", "", ""],
        ["", "", "9"],
    ]
    table = PartTable(id="t", title="", columns=[], numeric=[], rows=cells, note="")
    assert count_changed([table]) == 2
    assert [cell.filed for row in cells_of(now) for cell in row] == [""] * 9


def test_a_cell_knows_its_figure():
    """Oracle by hand."""
    (row,) = cells_of(rows_of(("Italy", link(figure(3.0, "q.italy")), "4")))
    assert [cell.figure for cell in row] == ["", "q.italy", ""]
    assert row[1].text == "3.0 TWh"


@pytest.mark.parametrize(
    ("changes", "differ", "case", "words"),
    [
        (0, 0, "as filed", ""),
        (1, 0, "same", "No number on this page differs from the crisis as filed."),
        (
            1,
            1,
            "differ",
            "One number on this page differs from the crisis as filed, whose value stands below.",
        ),
        (
            2,
            7,
            "differ",
            "7 numbers on this page differ from the crisis as filed, whose value stands below.",
        ),
    ],
)
def test_a_page_says_how_much_differs(changes, differ, case, words):
    """Oracle by hand."""
    assert tell_difference(changes, differ) == case
    said = RENDERER.words("parts-words.j2", "differ", case, differ)
    assert said.replace("1 number ", "One number ") == words


@pytest.mark.parametrize(
    ("attacks", "commitments", "drawn", "case", "words"),
    [
        (False, 3, False, "no attack", "nothing to deter"),
        (True, 1, False, "one commitment", "no two commitments"),
        (True, 3, False, "nothing differs", "No commitment changes"),
        (True, 3, True, "told", None),
    ],
)
def test_the_page_of_moves_begins_with_what_there_is(attacks, commitments, drawn, case, words):
    """Oracle by hand."""
    assert tell_moves(attacks=attacks, commitments=commitments, drawn=drawn) == case
    assert words is None or words in RENDERER.words("deter-words.j2", "begins", case)


def test_the_judged_ranges_are_those_that_the_reading_of_moves_rests_on():
    """Oracle: the crisis file: what two postures tell is our judgement; the prior has a source and is not among them."""
    paths = [item.path for item in judged_readings(load_crisis("ukraine-2022"))]
    assert paths == ["alarm.alert", "alarm.reinforced"]
    assert [item.path for item in judged_readings(load_crisis(CRISIS))] == ["alarm.massed"]
    for count, words in ((0, "Nothing"), (1, "one range"), (2, "2 ranges")):
        assert words in RENDERER.words("deter-words.j2", "judged", count)


def test_what_the_crisis_has_no_model_of_is_said(client):
    """Oracle: the crisis file of 1962 has no gas, and lists a measure without an effect."""
    assert "no model of gas by month" in client.get(f"/{CRISIS}/energy").text
    text = client.get(f"/{CRISIS}/sanctions").text
    assert "not modelled" in text
    assert "Not modelled, for want of any estimate" in text


def test_a_page_takes_and_hands_on_what_is_changed(client):
    """Oracle by hand: the changed assumption is listed, can be put back, and travels with every link to a page."""
    text = client.get(f"/{CRISIS}/allies?set.calm=6&seed=3").text
    assert 'id="given"' in text
    back = re.search(r'<a href="([^"]+)" data-drop="calm"', text)[1]
    assert "set.calm" not in back
    assert 'id="given"' not in client.get(back.replace("&amp;", "&")).text
    nav = re.search(r'<nav class="nav".*?</nav>', text, re.DOTALL)[0]
    assert nav.count("set.calm=6") == nav.count("<a href")


def test_an_overview_names_everybody_and_everything(client, bench):
    """Oracle: the crisis file."""
    crisis = bench.crisis(CRISIS)
    text = client.get(f"/{CRISIS}/overview").text
    for entry in (
        *crisis.instruments.values(),
        *crisis.policies.values(),
        *crisis.outcomes.values(),
    ):
        assert entry.label.replace("&", "&amp;").casefold() in text.casefold()
    for player in crisis.players.values():
        assert f'id="p-{player.id}"' in text
    assert "deterrence-theatre" in text


def test_a_month_can_be_linked_to(small):
    """Oracle by hand: the month and the case of the address are chosen, drawn, and stand in the link of the page."""
    name = GAS
    app = create_app(small, limits=Limits(burst=1000))
    client = TestClient(app, base_url=HERE)
    text = client.get(f"/{name}/energy?case=hoarding").text
    periods = re.findall(r'<option value="(\d{4}-\d{2})"', text)
    assert len(periods) == 12
    text = client.get(f"/{name}/energy?case=hoarding&month={periods[4]}").text
    assert f'<option value="{periods[4]}" selected>' in text
    assert f"case=hoarding&amp;month={periods[4]}" in text
    body = {"draws": 64, "options": {"month": periods[4], "case": "stands", "x": "y"}}
    answer = TestClient(app, base_url=HERE).post(f"/api/crises/{name}/energy", json=body)
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert view["link"].endswith(f"&case=stands&month={periods[4]}")
    ids = [chart["id"] for chart in view["charts"]]
    assert {"energy-month-short", "energy-month-stock"} <= set(ids)
    assert any(cell.startswith("energy.gas.stands.stock.") for cell in view["figures"])
