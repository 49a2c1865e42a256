"""*Watch*: reports are read, seen, accepted and taken back, and the film goes on."""

import json
import tempfile
from datetime import date

import pytest
from tests.web.accessibility import find_faults
from tests.web.conftest import CRISIS, PATIENCE, csrf_of

import detente
from detente.errors import UsageError
from detente.log import Log
from detente.watch.events import Event
from detente.web.answers import Asked, Spread
from detente.web.films import (
    EventGiven,
    Films,
    ReadReport,
    accept,
    accepted_in,
    read_reports,
    stream_of,
    take_back,
    tell_film,
)
from detente.web.tools import Desk

ADDRESS = f"/{CRISIS}/watch"
API = f"/api/crises/{CRISIS}/watch"
TURN = {
    "date": "1962-10-24",
    "actor": "USR",
    "target": "USA",
    "category": "RETREAT",
    "event": "Soviet ships turn back before the quarantine line",
}
FORM = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}


@pytest.fixture
def crisis(bench):
    return bench.crisis(CRISIS)


@pytest.fixture
def log():
    with Log.open("sqlite://") as found:
        yield found


def test_without_reports_the_film_is_the_what_if(client):
    """Oracle, independent code: the engine at the same draws and seed; decision note 0081."""
    found = client.get(API).json()
    solved = detente.Engine(detente.load(CRISIS)).solve("as_announced", draws=64, seed=1)
    assert found["case"] == "nothing reported"
    assert found["attack"]["mean"] == pytest.approx(solved["attack"].mean, abs=1e-6)
    assert found["attack"]["low"] == pytest.approx(solved["attack"].low, abs=1e-6)
    assert found["accepted"] == []
    assert "Nothing is reported yet: an attack stands at 43%" in client.get(ADDRESS).text


def test_a_report_is_read_and_seen_before_it_is_kept(client):
    """Oracle, independent code: the watch of the package, asked with the same event; and nothing is kept by reading."""
    read = client.post(f"{API}/reading", json={"events": [TURN]}).json()
    (report,) = read["reports"]
    assert (report["kind"], report["rule"]) == ("move", "ships_turn")
    assert report["reading"] == "move:turn_back"
    event = Event(
        day=date(1962, 10, 24),
        actor="USR",
        target="USA",
        category="RETREAT",
        mode="",
        text=TURN["event"],
    )
    diary = detente.watch(detente.load(CRISIS), (event,), draws=64, progress=lambda *_: None)
    last = diary.days[-1]
    assert read["with_them"]["mean"] == pytest.approx(last["attack"][0], abs=1e-12)
    assert report["points"] == pytest.approx(last["effects"][0]["attack"], abs=1e-12)
    assert read["last_day"] == "1962-10-24"
    assert client.get(API).json()["accepted"] == []


def test_what_is_accepted_goes_on_and_can_be_taken_back(client):
    """Oracle by hand: the film with it ends as the reading said, and without it again as before."""
    read = client.post(f"{API}/reading", json={"events": [TURN]}).json()
    before = client.get(API).json()
    kept = client.post(f"{API}/events", json={"events": [TURN], "command": "a1"}).json()
    again = client.post(f"{API}/events", json={"events": [TURN], "command": "a1"}).json()
    assert again == kept
    assert len(kept) == 1
    film = client.get(API).json()
    assert film["attack"] == read["with_them"]
    assert film["case"] == "falls"
    assert len(film["days"]) == 3
    assert film["signs"]
    assert {sign["direction"] for sign in film["signs"]} <= {"to an attack", "away", "neither"}
    assert client.delete(f"{API}/events/{kept[0]['number']}").json() == []
    assert client.get(API).json()["attack"] == before["attack"]
    gone = client.delete(f"{API}/events/{kept[0]['number']}")
    assert gone.status_code == 422
    assert gone.json()["error"]["code"] == "option-invalid"


def test_all_of_it_works_by_forms(client):
    """Oracle by hand: form, reading, ticked box, film, take back, without a script."""
    page = client.get(f"{ADDRESS}?set.calm=8").text
    sent = {"csrf": csrf_of(page), **TURN}
    reading = client.post(f"{ADDRESS}/reading?set.calm=8", data=sent, headers=FORM)
    assert reading.status_code == 200
    assert "Read as a move: “turn the ships round”." in reading.text
    assert "Nothing is kept yet." in reading.text
    event = json.dumps(EventGiven.model_validate(TURN).model_dump(mode="json"))
    sent = {"csrf": csrf_of(page), "event": event, "command": "b1"}
    done = client.post(f"{ADDRESS}?set.calm=8", data=sent, headers=FORM)
    assert done.status_code == 303
    assert "set.calm=8" in done.headers["location"]
    text = client.get(done.headers["location"]).text
    assert "Soviet Union: Soviet ships turn back" in text
    assert "An attack falls from" in text
    number = client.get(API).json()["accepted"][0]["number"]
    sent = {"csrf": csrf_of(page), "number": str(number)}
    client.post(f"{ADDRESS}/back", data=sent, headers=FORM)
    assert client.get(API).json()["accepted"] == []


def test_a_form_that_is_wrong_comes_back_with_what_was_written(client):
    """Oracle by hand: the code and fix of the table, the place without a path of this machine, and the fields as they were."""
    page = client.get(ADDRESS).text
    sent = {"csrf": csrf_of(page), **TURN, "weight": "2"}
    answer = client.post(f"{ADDRESS}/reading", data=sent, headers=FORM)
    assert answer.status_code == 422
    assert "table-row-invalid, reports:2" in answer.text
    assert "a probability from 0 to 1" in answer.text
    assert "Soviet ships turn back before the quarantine line</textarea>" in answer.text
    assert tempfile.gettempdir() not in answer.text


TABLE = (
    "date,actor,target,category,event\n"
    f"1962-10-24,USR,USA,RETREAT,{TURN['event']}\n"
    "1962-10-25,USA,,,A calm day\n"
)


@pytest.mark.parametrize(
    "text", [TABLE, json.dumps([TURN, {**TURN, "date": "1962-10-25", "event": "A calm day"}])]
)
def test_tables_and_json_are_read_alike(crisis, text):
    """Oracle by hand: two reports, in the order of days."""
    found = read_reports(text, crisis)
    assert [item.day for item in found] == [date(1962, 10, 24), date(1962, 10, 25)]
    assert found[1].text == "A calm day"


def test_a_layout_of_others_is_read(crisis):
    """Oracle by hand: a row of ACLED, by its columns."""
    from detente.crisis.registers import event_layouts

    assert "acled" in event_layouts()
    head = "event_id_cnty,event_date,event_type,sub_event_type,actor1,actor2,notes,timestamp,source"
    row = 'X1,"24 October 1962",Battles,Armed clash,Military Forces of Cuba (1959-),,A clash at sea,1,Gazette'
    (found,) = read_reports(f"{head}\n{row}\n", crisis, layout="acled")
    assert (found.day, found.actor, found.text) == (date(1962, 10, 24), "CUB", "A clash at sea")


@pytest.mark.parametrize(
    ("text", "layout", "code", "at"),
    [
        ("date,actor\n1962-10-24,USR\n", "", "table-column-missing", "reports:1"),
        ("date,actor,event\nyesterday,USR,x\n", "", "table-row-invalid", "reports:2"),
        (
            "date,actor,event,category\n1962-10-24,USR,x,SMILE\n",
            "",
            "table-row-invalid",
            "reports:2",
        ),
        (
            "date,actor,event,does\n1962-10-24,USR,x,move:fly\n",
            "",
            "table-row-invalid",
            "",
        ),
        ("date,actor,event\n", "", "option-invalid", "reports"),
        ("[1, 2]", "", "option-invalid", "reports"),
        ('{"date": ', "", "option-invalid", "reports"),
        ("[" * 5000, "", "option-invalid", "reports"),
        (TABLE, "newspaper", "option-invalid", ""),
        ("PK\x03\x04 rubbish", "", "character-forbidden", ""),
        (
            "date,actor,event\n" + "".join(f"1962-10-24,USR,x{k}\n" for k in range(201)),
            "",
            "option-invalid",
            "reports",
        ),
    ],
)
def test_what_is_no_table_of_reports_is_refused(crisis, text, layout, code, at):
    """Oracle by hand: the code, the place, a fix, and no path of this machine."""
    with pytest.raises(UsageError) as caught:
        read_reports(text, crisis, layout=layout)
    assert caught.value.code == code
    assert at in caught.value.at
    assert caught.value.fix
    assert tempfile.gettempdir() not in str(caught.value)


def test_a_file_that_is_too_large_is_refused(client):
    """Oracle by hand: the limit of a request."""
    answer = client.post(f"{API}/reading", json={"table": "x" * 300_000})
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "request-limited"


def test_reports_are_a_fold_of_the_log(log, crisis):
    """Oracle by hand: two come, one goes; what is no report of ours is passed by; the order is that of the days."""
    late = EventGiven(date=date(1962, 10, 28), actor="USR", event="late")
    early = EventGiven(date=date(1962, 10, 24), actor="USA", event="early")
    accept(log, crisis, [late, early])
    log.append(stream_of(CRISIS), [("written", {"text": "a note"})])
    assert [item.event.text for item in accepted_in(log, crisis)] == ["early", "late"]
    take_back(log, crisis, 1)
    assert [(item.number, item.event.text) for item in accepted_in(log, crisis)] == [(2, "early")]


def test_a_report_that_the_crisis_can_read_no_more_is_left_out(log, crisis):
    """Oracle by hand: a meaning that the crisis file does not have."""
    accept(
        log, crisis, [EventGiven(date=date(1962, 10, 24), actor="USR", event="x", does="move:fly")]
    )
    (found,) = accepted_in(log, crisis)
    assert "fly" in found.left_out


def test_a_watch_is_stopped_before_the_next_day(bench):
    """Oracle by hand."""
    from concurrent.futures import CancelledError

    films = Films(bench)
    with pytest.raises(CancelledError):
        films.film(CRISIS, Asked(draws=64, seed=5), (), is_stopped=lambda: True)


def report(kind, reading):
    event = EventGiven.model_validate(TURN)
    return ReadReport(
        event=event, kind=kind, rule="", reading=reading, nearly=[], points=0, types=[], left_out=""
    )


@pytest.mark.parametrize(
    ("kind", "reading", "words"),
    [
        ("move", "move:turn_back", "Read as a move: “turn the ships round”."),
        (
            "state",
            "state:incident=yes",
            "Read as a change from outside: aircraft lost over Cuba becomes “yes”.",
        ),
        (
            "evidence",
            "evidence:ussr.all_in=1.5",
            "Read as evidence on who a player is.",
        ),
        ("noise", "noise:rumour", "Read, and it tells nothing: rumour."),
        ("unmapped", "unmapped: no rule fits", "Not understood: no rule fits."),
    ],
)
def test_each_kind_of_reading_has_its_sentence(bench, crisis, kind, reading, words):
    """Oracle by hand: one sentence for each kind."""
    desk = Desk.of(bench)
    assert desk.renderer.words("watch-words.j2", "reading", report(kind, reading), crisis) == words


@pytest.mark.parametrize(
    ("first", "last", "reported", "case", "words"),
    [
        (
            0.4,
            0.4,
            0,
            "nothing reported",
            "Nothing is reported yet: an attack stands at 40% (20\N{EN DASH}60%).",
        ),
        (
            0.401,
            0.399,
            1,
            "unmoved",
            "After the reports to 24 October 1962 an attack stands at 40% (20\N{EN DASH}60%), as on 22 October 1962.",
        ),
        (
            0.4,
            0.5,
            1,
            "rises",
            "An attack rises from 40% on 22 October 1962 to 50% (20\N{EN DASH}60%) on 24 October 1962.",
        ),
        (
            0.4,
            0.3,
            1,
            "falls",
            "An attack falls from 40% on 22 October 1962 to 30% (20\N{EN DASH}60%) on 24 October 1962.",
        ),
    ],
)
def test_each_case_of_a_film_has_its_sentence(bench, first, last, reported, case, words):
    """Oracle by hand: one sentence for each case."""

    class Ends:
        """The two ends of a film."""

    film = Ends()
    film.first = Spread(mean=first, low=0.2, high=0.6)
    film.attack = Spread(mean=last, low=0.2, high=0.6)
    assert tell_film(film, reported) == case
    said = Desk.of(bench).renderer.words(
        "watch-words.j2", "headline", case, film.first, film.attack, "1962-10-22", "1962-10-24"
    )
    assert said == words


def test_what_would_follow_has_its_sentences(bench):
    """Oracle by hand: it moves, or not by a point."""
    renderer = Desk.of(bench).renderer
    spread = Spread(mean=0.4, low=0.2, high=0.6)
    higher = Spread(mean=0.47, low=0.2, high=0.6)
    assert (
        renderer.words("watch-words.j2", "would", spread, higher)
        == "Accepted, an attack would go from 40% to 47%."
    )
    assert (
        renderer.words("watch-words.j2", "would", spread, spread)
        == "Accepted, an attack would stay at 40%."
    )


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_the_page_fits(visit, width):
    """Oracle by hand: nothing lies beyond the edge of the screen."""
    page = visit(ADDRESS, width=width)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_a_report_is_added_in_the_browser(visit, tmp_path):
    """Oracle by hand: a file is chosen, read, accepted; the film and the slider of days follow; axe finds nothing."""
    from playwright.sync_api import expect

    table = tmp_path / "reports.csv"
    table.write_text(TABLE)
    page = visit(ADDRESS)
    page.locator("#status[data-draws='256']").wait_for()
    assert find_faults(page) == []
    page.click("text=Several at once, from a table")
    page.set_input_files("#f-file", str(table))
    expect(page.locator("#f-table")).to_have_value(TABLE)
    page.click("text=See how they are read")
    page.wait_for_selector("text=Accept what is ticked", timeout=PATIENCE)
    assert page.locator("input[name=event]").count() == 2
    assert page.locator("input[name=event]:checked").count() == 1
    assert find_faults(page) == []
    page.click("text=Accept what is ticked")
    page.wait_for_selector("text=Take back")
    page.locator("#status[data-draws='256']").wait_for()
    assert page.locator("h1").inner_text().startswith("An attack falls from")
    assert page.locator("details.day:visible").count() == 1
    page.locator("#day").press("ArrowLeft")
    assert page.locator("#which").inner_text() == "23 October 1962"
    page.click("text=Take back")
    page.wait_for_selector("text=Nothing is reported yet")


@pytest.mark.browser
def test_a_file_that_is_too_large_is_told_at_once(visit, tmp_path):
    """Oracle by hand: the page says the limit and sends nothing."""
    table = tmp_path / "reports.csv"
    table.write_text("x" * 200_001)
    page = visit(ADDRESS)
    page.click("text=Several at once, from a table")
    page.set_input_files("#f-file", str(table))
    page.wait_for_selector("text=send at most 200,000")
    assert page.input_value("#f-table") == ""
