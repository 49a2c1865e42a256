"""*Export*: a what-if as documents and as a crisis folder; what is changed stands in each."""

import io
import json
import threading
import zipfile

import pytest
from tests.web.accessibility import find_faults
from tests.web.conftest import CRISIS, PATIENCE, csrf_of

import detente
from detente.errors import UsageError
from detente.web.answers import Asked
from detente.web.documents import FORMS, Documents, Making, zip_files
from detente.web.tools import Desk

QUERY = "set.calm=6&draws=64"
ADDRESS = f"/{CRISIS}/export"


@pytest.fixture(scope="module")
def briefed(bench):
    """The files of a briefing with one assumption changed."""
    documents = Documents(bench)
    making = documents.begin(CRISIS, Asked(set={"calm": "6"}, draws=64))
    assert making.finished.wait(300)
    assert making.error is None
    return making.files


def words_in(content):
    """All that the parts of an office file say."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    return b"".join(parts).decode("utf-8", "replace")


def test_every_form_says_what_is_changed(briefed):
    """Oracle by hand: the assignment stands in the text of each form, in the PDF as in the data that it is set from."""
    assert set(briefed) == set(FORMS)
    assert briefed["brief.pdf"].startswith(b"%PDF-")
    for name in ("brief.docx", "brief.pptx"):
        assert "calm = 6" in words_in(briefed[name])
    assert "calm = 6" in briefed["brief.md"].decode()
    assert "calm = 6" in briefed["brief.html"].decode()
    data = json.loads(briefed["brief.json"])
    assert data["overrides"] == {"calm": "6"}
    assert "calm = 6" in data["summary"]["what_if"]
    with zipfile.ZipFile(io.BytesIO(briefed["briefing.zip"])) as archive:
        assert archive.read(f"{CRISIS}-briefing/brief.pdf") == briefed["brief.pdf"]
        assert archive.read(f"{CRISIS}-briefing/tables/figures.csv") == briefed["figures.csv"]


def test_the_briefing_has_the_numbers_of_the_what_if(briefed, bench):
    """Oracle, independent code: the engine at the same draws and seed."""
    found = detente.Engine(bench.changed(CRISIS, {"calm": "6"})).solve(
        "as_announced", draws=64, seed=1
    )
    data = json.loads(briefed["brief.json"])
    attack = next(
        figure
        for question in data["questions"]
        for figure in question["figures"]
        if figure["id"] == "outlook.attack"
    )
    assert attack["value"] == pytest.approx(found["attack"].mean, abs=1e-6)


def test_a_file_is_waited_for_and_kept(client):
    """Oracle by hand: what was not made is made; the second time it is there, with the same bytes, and the page lists it."""
    before = client.get(f"{ADDRESS}?{QUERY}").text
    assert "Not made yet." in before
    first = client.get(f"{ADDRESS}/brief.md?{QUERY}")
    assert first.status_code == 200
    assert first.headers["content-disposition"] == f'attachment; filename="{CRISIS}-brief.md"'
    assert client.get(f"{ADDRESS}/brief.md?{QUERY}").content == first.content
    after = client.get(f"{ADDRESS}?{QUERY}").text
    assert "It is there." in after
    assert all(f"/export/{name}?" in after for name in FORMS)
    told = client.get(f"/api/crises/{CRISIS}/export?{QUERY}").json()
    assert (told["case"], told["done"], told["total"]) == ("ready", 64, 64)


def test_the_changed_folder_is_loaded_again(client, bench, tmp_path):
    """Oracle, independent code: the folder from the archive against the crisis with the value set."""
    answer = client.get(f"{ADDRESS}/crisis.zip?set.calm=6&set.types.usa.hawk=0.3")
    assert answer.headers["content-disposition"] == f'attachment; filename="{CRISIS}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    found = detente.load(tmp_path / CRISIS)
    wanted = bench.changed(CRISIS, {"calm": "6", "types.usa.hawk": "0.3"})
    assert found.quantities["calm"].distribution == wanted.quantities["calm"].distribution
    assert [item.prior for item in found.players["usa"].types] == [
        item.prior for item in wanted.players["usa"].types
    ]


def test_the_same_files_are_the_same_archive():
    """Oracle by hand."""
    assert zip_files({"b": b"2", "a": b"1"}, folder="x") == zip_files(
        {"a": b"1", "b": b"2"}, folder="x"
    )


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/brief.exe", 404, "page-unknown"),
        ("/crisis.zip?set.positions.USA.missiles=50", 422, "option-invalid"),
        ("/../secret", 404, "page-unknown"),
    ],
)
def test_what_cannot_be_exported_is_refused(client, path, status, code):
    """Oracle by hand: an unknown form, a value that a table cannot say, a way out."""
    answer = client.get(f"{ADDRESS}{path}")
    assert answer.status_code == status
    assert code in answer.text


def test_a_briefing_is_begun_by_a_form_and_can_be_stopped(client):
    """Oracle by hand: a form begins and one stops; what was stopped says so and may be asked for again."""
    page = client.get(f"{ADDRESS}?set.calm=7")
    sent = {"csrf": csrf_of(page.text), "draws": "64"}
    headers = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    begun = client.post(f"{ADDRESS}?set.calm=7", data=sent, headers=headers)
    assert begun.status_code == 303
    place = begun.headers["location"]
    assert "draws=64" in place
    assert 'name="stop"' in client.get(place).text
    client.post(place, data={**sent, "stop": "1"}, headers=headers)
    made = client.get(place.replace("/export?", "/export/brief.md?"))
    assert made.status_code == 409
    assert "stopped" in made.text


def test_only_one_is_made_at_a_time(bench, monkeypatch):
    """Oracle by hand: a second briefing waits until the first is there."""
    documents = Documents(bench)
    go, seen = threading.Event(), []

    def write(_name, asked, _making):
        seen.append(asked.seed)
        assert go.wait(20)
        return {}

    monkeypatch.setattr(documents, "_write", write)
    first = documents.begin(CRISIS, Asked(seed=1))
    second = documents.begin(CRISIS, Asked(seed=2))
    assert documents.begin(CRISIS, Asked(seed=1)) is first
    assert second.case == "waiting"
    assert len(seen) <= 1
    go.set()
    assert first.finished.wait(20)
    assert second.finished.wait(20)
    assert sorted(seen) == [1, 2]


@pytest.mark.parametrize(
    ("case", "begun", "words"),
    [
        ("waiting", False, "Not made yet."),
        ("waiting", True, "Waits for another briefing that is being made."),
        ("solving", True, "Being made: 64 of 1,024 cases are solved under every commitment."),
        ("writing", True, "Being made: all cases are solved; now it is studied and written."),
        ("ready", True, "It is there."),
        ("failed", True, "It was not made: no room; make room."),
    ],
)
def test_each_stage_has_its_sentence(bench, case, begun, words):
    """Oracle by hand: one sentence for each case."""
    making = Making()
    making.case, making.done, making.total = case, 64, 1024
    making.error = UsageError("no room", code="system-failed", at="", fix="make room")
    assert Desk.of(bench).renderer.words("export-words.j2", "how_far", making, begun) == words


@pytest.mark.browser
def test_a_briefing_is_made_and_taken_in_the_browser(visit):
    """Oracle by hand: a click makes it, the page says how far it is, a link hands it out; axe finds nothing on either page."""
    page = visit(f"{ADDRESS}?set.calm=8")
    assert find_faults(page) == []
    page.select_option("#draws", "64")
    page.click("text=Make the briefing")
    page.wait_for_selector("text=It is there.", timeout=3 * PATIENCE)
    with page.expect_download() as caught:
        page.click("a[href*='brief.pdf']")
    assert caught.value.suggested_filename == f"{CRISIS}-brief.pdf"
    assert find_faults(page) == []


@pytest.mark.browser
def test_the_link_to_it_follows_the_slider(visit):
    """Oracle by hand: after a change on *What if* the link to *Export* takes it along."""
    page = visit(f"/{CRISIS}/what-if")
    page.select_option("#policy", "widen")
    page.locator("a.btn[data-carry][href*='export'][href*='policy=widen']").wait_for()
