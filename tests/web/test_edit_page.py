"""The page Edit: drafts in forms, sheets and text, by its interface, without scripts, and in a browser."""

import io
import json
import socket
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import pytest
import uvicorn
from tests.web.conftest import CRISIS, csrf_of

from detente.crisis.editing import value_at
from detente.crisis.uploads import pack_folder
from detente.log import Log
from detente.web import Workbench, create_app
from detente.web.access import Access, Limits
from detente.web.densities import draw_density
from detente.web.drafts import files_of
from detente.web.editor import law_of, read_field, show_field, tell_checks

TEMPLATE = resources.files("detente.crisis").joinpath("templates/coercion")
FOLDER = pack_folder(files_of(TEMPLATE), "my-crisis")
GAIN = ["quantities", "war.gain", "triangular"]
FILE = {"content-type": "application/octet-stream"}
JSON = {"content-type": "application/json"}


@pytest.fixture
def draft(client):
    """A small draft, made of an upload."""
    return client.post("/api/drafts/upload", content=FOLDER, headers=FILE).json()


def text_of(client, draft):
    return client.get(f"/api/drafts/{draft['id']}").json()["files"]["crisis.yaml"]


def submit(client, draft, query="", **fields):
    """Send a form of the page, as a browser without scripts does."""
    place = f"/drafts/{draft['id']}/edit{query}"
    page = client.get(place)
    version = client.get(f"/api/drafts/{draft['id']}").json()["version"]
    data = {"csrf": csrf_of(page.text), "base": str(version), **fields}
    return client.post(place, data=data)


class TestInterface:
    def test_draft_begins_with_the_values_of_a_what_if(self, client):
        """Oracle: hand. A range, a state and the rounds stand in the file; nothing else differs from the crisis."""
        values = {"rationality": "0.1..0.2", "optimism.other": "0.5", "rounds": "2"}
        made = client.post("/api/drafts", json={"crisis": CRISIS, "set": values}).json()
        text = text_of(client, made)
        assert value_at(text, ("quantities", "rationality", "uniform")) == [0.1, 0.2]
        assert value_at(text, ("quantities", "optimism.other", "value")) == 0.5
        assert value_at(text, ("rounds",)) == 2
        assert made["origin"] == CRISIS
        filed = (
            resources.files("detente.crisis")
            .joinpath(f"shipped/{CRISIS}/crisis.yaml")
            .read_text("utf-8")
        )
        differing = set(text.splitlines()) ^ set(filed.splitlines())
        assert len(differing) == 6

    def test_value_is_set_and_taken_back(self, client, draft):
        """Oracle: hand."""
        before = text_of(client, draft)
        asked = {"base": draft["version"], "at": GAIN, "shown": "[10, 20, 30]"}
        after = client.patch(f"/api/drafts/{draft['id']}", json=asked)
        assert after.status_code == 200
        assert value_at(text_of(client, draft), tuple(GAIN)) == [10, 20, 30]
        client.post(f"/api/drafts/{draft['id']}/undo", headers=JSON)
        assert text_of(client, draft) == before
        client.post(f"/api/drafts/{draft['id']}/redo", headers=JSON)
        assert value_at(text_of(client, draft), tuple(GAIN)) == [10, 20, 30]

    def test_conflict_is_told_with_both_values(self, client, draft):
        """Oracle: hand. Two tabs that saw the same version change the same value."""
        place = f"/api/drafts/{draft['id']}"
        client.patch(place, json={"base": draft["version"], "at": GAIN, "value": [1, 2, 3]})
        answer = client.patch(
            place, json={"base": draft["version"], "at": GAIN, "value": [4, 5, 6]}
        )
        assert answer.status_code == 409
        found = answer.json()
        assert (found["was"], found["theirs"], found["yours"]) == (
            [30, 50, 80],
            [1, 2, 3],
            [4, 5, 6],
        )
        assert found["error"]["code"] == "log-conflict"
        again = {"base": found["version"], "at": GAIN, "value": [4, 5, 6]}
        assert client.patch(place, json=again).status_code == 200

    def test_what_is_no_value_is_refused_and_the_old_one_stays(self, client, draft):
        """Oracle: hand."""
        before = text_of(client, draft)
        asked = {"base": draft["version"], "at": GAIN, "shown": "[10, 20"}
        answer = client.patch(f"/api/drafts/{draft['id']}", json=asked)
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "yaml-invalid"
        assert text_of(client, draft) == before

    def test_checks_are_those_of_the_program_and_some_have_a_fix(self, client, draft):
        """Oracle: hand. Parameters out of order are an error that the program can put right."""
        asked = {"base": draft["version"], "at": GAIN, "value": [30, 90, 80]}
        client.patch(f"/api/drafts/{draft['id']}", json=asked)
        found = client.get(f"/api/drafts/{draft['id']}/checks").json()
        assert not found["clean"]
        first = found["findings"][0]
        assert (first["code"], first["part"], first["entry"]) == (
            "distribution-invalid",
            "quantities",
            "war.gain",
        )
        assert first["mend"] == "Use 30 / 80 / 90"
        assert client.post(f"/api/drafts/{draft['id']}/preview", headers=JSON).status_code == 422

    def test_first_look_values_moves_by_type(self, client, draft):
        """Oracle: hand. Both types of both movers; probabilities of a choice sum to one."""
        found = client.post(f"/api/drafts/{draft['id']}/preview", headers=JSON).json()
        assert found["draws"] == 32
        by_type = {}
        for item in found["worths"]:
            assert item["now"]["low"] <= item["now"]["mean"] <= item["now"]["high"]
            by_type.setdefault((item["player"], item["type"]), []).append(item["prob"])
        assert list(by_type) == [
            ("Westmark", "resolute"),
            ("Westmark", "hollow"),
            ("Northland", "limited aims"),
            ("Northland", "revisionist"),
        ]
        assert all(abs(sum(probs) - 1) < 1e-6 for probs in by_type.values())

    def test_version_is_served_at_once_and_its_expectations_are_run(self, client, draft):
        """Oracle: hand. What if opens on it; the template holds what it is expected to say."""
        saved = client.post(f"/api/drafts/{draft['id']}/save", headers=JSON).json()
        assert saved["crisis"].startswith("my-crisis-v")
        assert len(saved["expectations"]) == 12
        assert all(item["holds"] for item in saved["expectations"])
        answer = client.post(f"/api/crises/{saved['crisis']}/what-if", json={"draws": 64})
        assert answer.status_code == 200
        assert client.get(f"/{saved['crisis']}/what-if").status_code == 200

    def test_version_needs_clean_checks(self, client, draft):
        """Oracle: hand."""
        asked = {"base": draft["version"], "at": ["quantities", "war.gain", "source"], "shown": ""}
        client.patch(f"/api/drafts/{draft['id']}", json=asked)
        answer = client.post(f"/api/drafts/{draft['id']}/save", headers=JSON)
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "source-missing"

    def test_folder_goes_out_and_comes_in(self, client, draft):
        """Oracle: theorem. What is exported and sent again is the same folder."""
        packed = client.get(f"/api/drafts/{draft['id']}/folder.zip")
        assert packed.headers["content-type"] == "application/zip"
        assert "my-crisis.zip" in packed.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
            assert "my-crisis/crisis.yaml" in archive.namelist()
        again = client.post("/api/drafts/upload", content=packed.content, headers=FILE).json()
        assert text_of(client, again) == text_of(client, draft)

    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [
            (b"\x89PNG\r\n\x1a\n\xff", 422, "file-not-utf8"),
            (b"x" * (8 * 2**20 + 1), 429, "request-limited"),
            (b"title: [", 422, "yaml-invalid"),
        ],
    )
    def test_bad_upload_is_refused(self, client, content, status, code):
        """Oracle: hand. ``tests/crisis/test_uploads.py`` tries all kinds."""
        answer = client.post("/api/drafts/upload", content=content, headers=FILE)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)

    def test_entries_are_changed_with_what_refers_to_them(self, client, draft):
        """Oracle: hand."""
        place = f"/api/drafts/{draft['id']}/entries"
        asked = {"do": "rename", "kind": "instruments", "name": "arm", "new": "send_arms"}
        client.post(place, json=asked)
        assert "send_arms" in value_at(text_of(client, draft), ("phases", 0, "menu"))
        client.post(place, json={"do": "remove", "kind": "instruments", "name": "send_arms"})
        assert "send_arms" not in text_of(client, draft)
        entry = {"label": "embargo", "player": "west", "kind": "sanctions", "effects": {}}
        added = {"do": "add", "kind": "instruments", "name": "embargo", "entry": entry}
        client.post(place, json={**added, "phases": ["answer"]})
        assert value_at(text_of(client, draft), ("phases", 0, "menu"))[-1] == "embargo"

    def test_text_of_a_file_is_replaced(self, client, draft):
        """Oracle: hand. A file that a draft may not have is refused."""
        place = f"/api/drafts/{draft['id']}/text"
        asked = {"base": draft["version"], "file": "expect.yaml", "text": "[]\n"}
        assert client.post(place, json=asked).status_code == 200
        stale = client.post(place, json={**asked, "text": "[1]\n"})
        assert stale.status_code == 409
        answer = client.post(place, json={**asked, "file": "../x"})
        assert answer.json()["error"]["code"] == "path-unknown"

    def test_drafts_are_listed_and_unknown_ones_are_not(self, client, draft):
        """Oracle: hand."""
        assert draft["id"] in {item["id"] for item in client.get("/api/drafts").json()}
        assert client.get("/api/drafts/0000").status_code == 404


class TestWithoutScripts:
    @pytest.mark.parametrize(
        "part",
        [
            "about", "actors", "players", "issues", "state", "moves", "phases", "outcomes", "payoffs", "quantities", "models",
            "policies", "facts", "text",
        ],
    )  # fmt: skip
    def test_every_part_is_a_page(self, client, draft, part):
        """Oracle: hand."""
        page = client.get(f"/drafts/{draft['id']}/edit?part={part}")
        assert page.status_code == 200
        assert "All checks pass" in page.text

    def test_two_looks_at_once_do_not_stop_each_other(self, client, draft):
        """Oracle: hand. A page that is loaded while another asks again is a page, and no error."""
        place = f"/drafts/{draft['id']}/edit"
        with ThreadPoolExecutor(3) as pool:
            asked = [f"{place}?piece=beside&channel=a", place, f"{place}?piece=beside&channel=b"]
            found = list(pool.map(client.get, asked))
        assert [answer.status_code for answer in found] == [200, 200, 200]

    def test_fields_of_a_form_are_set(self, client, draft):
        """Oracle: hand. What differs from what was shown is set, all else is left alone."""
        answer = submit(
            client, draft, "?part=quantities&entry=war.gain",
            **{
                "do": "entry", "way": "triangular", "was": "triangular",
                "n.1": "20", "n.2": "50", "n.3": "80", "v.1": "30", "v.2": "50", "v.3": "80",
                "f.note": "20 where: half is lost", "w.note": "", "at.note": json.dumps(["quantities", "war.gain", "note"]),
                "f.label": "worth of winning", "w.label": "worth of winning", "at.label": json.dumps(["quantities", "war.gain", "label"]),
            },
        )  # fmt: skip
        assert answer.status_code == 303
        found = value_at(text_of(client, draft), ("quantities", "war.gain"))
        assert found["triangular"] == [20, 50, 80]
        assert found["note"] == "20 where: half is lost"
        assert list(found)[:2] == ["label", "triangular"]

    @pytest.mark.parametrize(
        ("way", "value"),
        [
            ("uniform", [30.0, 80.0]),
            ("value", 50.0),
            ("normal", [50.0, 12.5]),
            ("lognormal", [50.0, 0.5]),
            ("beta", [2, 2, 30.0, 80.0]),
            ("discrete", {"30.0": 0.5, "80.0": 0.5}),
        ],
    )
    def test_another_shape_begins_where_the_old_one_ends(self, client, draft, way, value):
        """Oracle: hand. From 30, 50, 80; the checks then find nothing."""
        fields = {"do": "entry", "way": way, "was": "triangular"}
        fields |= {
            f"{kind}.{n}": text for kind in "nv" for n, text in enumerate(("30", "50", "80"), 1)
        }
        submit(client, draft, "?part=quantities&entry=war.gain", **fields)
        assert value_at(text_of(client, draft), ("quantities", "war.gain", way)) == value
        assert client.get(f"/api/drafts/{draft['id']}/checks").json()["clean"]

    def test_what_was_typed_stays_where_it_is_refused(self, client, draft):
        """Oracle: hand."""
        at = json.dumps(["quantities", "war.gain", "source"])
        fields = {"do": "entry", "f.source": "[gazette", "w.source": "judgement", "at.source": at}
        page = submit(client, draft, "?part=quantities&entry=war.gain", **fields)
        assert page.status_code == 422
        assert "yaml-invalid" in page.text
        assert 'value="[gazette"' in page.text

    def test_fix_is_a_button(self, client, draft):
        """Oracle: hand."""
        asked = {"base": draft["version"], "at": GAIN, "value": [30, 90, 80]}
        client.patch(f"/api/drafts/{draft['id']}", json=asked)
        assert "Use 30 / 80 / 90" in client.get(f"/drafts/{draft['id']}/edit").text
        path = "quantities.war.gain.triangular"
        submit(client, draft, do="mend", code="distribution-invalid", path=path)
        assert value_at(text_of(client, draft), tuple(GAIN)) == [30, 80, 90]

    def test_text_of_a_part_is_replaced(self, client, draft):
        """Oracle: hand. The forms follow the text."""
        text = text_of(client, draft)
        start, end = text.index("policies:"), text.index("\n\nfacts:")
        new = text[start:end].replace("no commitment", "none made")
        submit(client, draft, "?part=policies", do="text", text=new, start=str(start), end=str(end))
        assert (
            "none made" in client.get(f"/drafts/{draft['id']}/edit?part=policies&piece=pane").text
        )

    def test_text_that_cannot_be_read_is_kept_and_told(self, client, draft):
        """Oracle: hand."""
        submit(client, draft, "?part=text", do="text", file="crisis.yaml", text="title: [")
        page = client.get(f"/drafts/{draft['id']}/edit?part=moves")
        assert page.status_code == 200
        assert "yaml-invalid" in page.text
        assert "1 to fix" in page.text

    def test_version_is_saved_and_its_expectations_told(self, client, draft):
        """Oracle: hand."""
        page = submit(client, draft, do="save")
        assert page.status_code == 200
        assert "Saved as" in page.text
        assert page.text.count(">holds<") == 12

    def test_draft_is_begun_from_a_crisis(self, client):
        """Oracle: hand. What the link changes is written into it; a prior is said to be left out."""
        page = client.get(f"/{CRISIS}/edit?set.calm=6&set.types.ussr.all_in=0.1")
        assert "<code>calm</code> = 6" in page.text
        assert "types.ussr.all_in" in page.text
        answer = client.post(f"/{CRISIS}/edit", data={"csrf": csrf_of(page.text), "set.calm": "6"})
        assert answer.status_code == 303
        page = client.get(answer.headers["location"])
        assert f'href="/{CRISIS}/edit" aria-current="page"' in page.text
        name = answer.headers["location"].split("/")[2]
        text = text_of(client, {"id": name})
        assert value_at(text, ("quantities", "calm", "value")) == 6

    def test_entries_are_added_renamed_and_removed(self, client, draft):
        """Oracle: hand."""
        fields = {"do": "add", "label": "Close the border", "player": "west", "phase": "answer"}
        answer = submit(client, draft, "?part=moves", **fields)
        assert "entry=close_the_border" in answer.headers["location"]
        assert value_at(text_of(client, draft), ("phases", 0, "menu"))[-1] == "close_the_border"
        submit(client, draft, "?part=moves&entry=close_the_border", do="rename", new="shut_border")
        assert value_at(text_of(client, draft), ("phases", 0, "menu"))[-1] == "shut_border"
        submit(client, draft, "?part=moves&entry=shut_border", do="remove")
        assert "shut_border" not in text_of(client, draft)

    def test_change_from_elsewhere_is_a_page_with_both_values(self, client, draft):
        """Oracle: hand."""
        asked = {
            "base": draft["version"],
            "at": ["quantities", "war.gain", "note"],
            "shown": "theirs",
        }
        client.patch(f"/api/drafts/{draft['id']}", json=asked)
        at = json.dumps(["quantities", "war.gain", "note"])
        fields = {
            "do": "entry",
            "base": str(draft["version"]),
            "f.note": "mine",
            "w.note": "",
            "at.note": at,
        }
        page = submit(client, draft, "?part=quantities&entry=war.gain", **fields)
        assert page.status_code == 409
        assert "theirs" in page.text
        assert ">mine</textarea>" in page.text


class TestWords:
    @pytest.mark.parametrize(
        ("found", "case"),
        [((), "clean"), (("warning",), "to look at"), (("warning", "error"), "to fix")],
    )
    def test_checks_are_told_by_case(self, found, case):
        """Oracle: hand."""
        from detente.errors import Finding
        from detente.web.drafts import Checked

        findings = tuple(
            Finding(code="value-type", message="x", fix="y", severity=kind) for kind in found
        )
        told = tell_checks(Checked(findings=findings, crisis=None))
        assert told == (case, found.count("error"), found.count("warning"))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("label", "yes"),
            ("initial", "yes"),
            ("menu", ["a", "b"]),
            ("rounds", 2),
            ("note", "a: b"),
        ],
    )
    def test_field_is_read_as_it_is_shown(self, name, value):
        """Oracle: theorem."""
        assert read_field(name, show_field(name, value)) == value

    def test_density_has_one_scale_for_both(self):
        """Oracle: hand. The old one is dashed and as wide as its range; a broken one is not drawn."""
        now, before = law_of({"triangular": [0, 1, 2]}), law_of({"uniform": [0, 4]})
        found = draw_density(now, before, alt="a < b")
        assert found.count("<polygon") == 2
        assert 'aria-label="a &lt; b"' in found
        assert law_of({"triangular": [2, 1, 0]}) is None
        assert draw_density(None, None, alt="") == ""
        assert draw_density(law_of({"value": 3}), None, alt="").count('class="now"') == 1


# --- in a browser -------------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(visit):
    """A small draft in a browser, and its address."""
    page = visit(f"/{CRISIS}/edit")
    page.locator("#file").set_input_files(
        files=[{"name": "my-crisis.zip", "mimeType": "application/zip", "buffer": FOLDER}]
    )
    page.get_by_role("button", name="Read it").click()
    page.wait_for_selector("#pane")
    return page


def until(page, wanted):
    """Wait for a condition; the policy of the pages lets a browser wait for no text of a script."""
    end = time.monotonic() + 60
    while not page.evaluate(wanted):
        assert time.monotonic() < end, wanted
        page.wait_for_timeout(50)


def cell(page, *at):
    return page.locator(f".cell[data-at='{json.dumps(list(at))}']")


@pytest.mark.browser
class TestInBrowser:
    def test_sheet_is_walked_and_edited_by_keyboard(self, opened):
        """Oracle: hand. Arrows walk, Enter edits and keeps, Escape leaves as it was; the text beside follows."""
        page = opened
        page.goto(page.url.split("?")[0] + "?part=moves")
        first = page.locator(".sheet .cell").first
        first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.dataset.at") == json.dumps(
            ["instruments", "offer", "label"]
        )
        page.keyboard.press("Enter")
        page.keyboard.type("something else")
        page.keyboard.press("Escape")
        assert cell(page, "instruments", "offer", "label").inner_text() == "offer a moratorium"
        page.keyboard.press("Enter")
        page.keyboard.type("offer a long moratorium")
        with page.expect_event("requestfinished", lambda item: item.method == "PATCH"):
            page.keyboard.press("Enter")
        until(page, "document.querySelector('#snippet').value.includes('offer a long moratorium')")
        assert page.evaluate("document.activeElement.dataset.at") == json.dumps(
            ["instruments", "offer", "label"]
        )

    def test_forms_follow_the_text_and_the_text_the_forms(self, opened):
        """Oracle: hand."""
        page = opened
        page.goto(page.url.split("?")[0] + "?part=quantities&entry=war.gain")
        page.locator("#n-1").fill("10")
        page.get_by_role("button", name="Keep", exact=True).click()
        until(page, "document.querySelector('#snippet').value.includes('[10, 50, 80]')")
        text = page.locator("#snippet").input_value()
        page.locator("#snippet").fill(text.replace("[10, 50, 80]", "[12, 50, 80]"))
        page.get_by_role("button", name="Keep the text").click()
        until(page, "document.querySelector('#n-1').value === '12'")
        page.locator("#undo").click()
        until(page, "document.querySelector('#n-1').value === '10'")

    def test_error_is_shown_with_its_fix_and_mended(self, opened):
        """Oracle: hand."""
        page = opened
        page.goto(page.url.split("?")[0] + "?part=quantities&entry=war.gain")
        page.locator("#n-2").fill("90")
        page.get_by_role("button", name="Keep", exact=True).click()
        page.get_by_role("button", name="Use 30 / 80 / 90").click()
        until(
            page, "document.querySelector('#checks-words').textContent.includes('All checks pass')"
        )
        assert page.locator("#n-2").input_value() == "80"

    def test_half_typed_form_survives_the_reload_of_the_page(self, opened):
        """Oracle: hand."""
        page = opened
        page.goto(page.url.split("?")[0] + "?part=quantities&entry=war.gain")
        page.locator("#f-note").fill("half of a sen")
        page.reload()
        page.wait_for_selector("form.dirty")
        assert page.locator("#f-note").input_value() == "half of a sen"

    def test_accessible_in_both_themes(self, opened):
        """Oracle: independent code. axe finds nothing against WCAG 2.2 AA."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        page = opened
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for part in ("quantities", "moves", "payoffs", "text", "moves&entry=arm"):
                page.goto(page.url.split("?")[0] + f"?part={part}")
                found = axe.run(page, options=options).response["violations"]
                assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []

    @pytest.mark.parametrize("width", [360, 390, 820, 1440])
    def test_nothing_is_wider_than_the_screen(self, opened, width):
        """Oracle: hand."""
        page = opened
        page.set_viewport_size({"width": width, "height": 900})
        for part in ("quantities", "moves", "payoffs", "text"):
            page.goto(page.url.split("?")[0] + f"?part={part}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_nothing_is_lost_when_the_server_starts_anew(browser, tmp_path):
    """Oracle: hand. What is typed while the server is away stands in its field, and is in the draft once it is back."""
    url = f"sqlite:///{tmp_path}/log.sqlite"
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    port = held.getsockname()[1]
    held.close()

    def start():
        log = Log.open(url)
        bench = Workbench([CRISIS], workers=1)
        app = create_app(bench, log=log, access=Access(port=port), limits=Limits(burst=10_000))
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)

        def stop():
            server.should_exit = True
            thread.join(15)
            log.close()

        return stop

    stop = start()
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"http://127.0.0.1:{port}/{CRISIS}/edit")
    page.get_by_role("button", name="Begin a draft").click()
    page.wait_for_selector("#pane")
    place = page.url.split("?")[0]
    page.goto(f"{place}?part=quantities&entry=calm")
    page.wait_for_selector("#f-note")
    stop()
    page.locator("#f-note").fill("typed while nobody listened")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.wait_for_selector("#lost:not([hidden])")
    assert page.locator("#f-note").input_value() == "typed while nobody listened"
    stop = start()
    until(page, "document.querySelector('#lost').hidden")
    page.reload()
    assert page.locator("#f-note").input_value() == "typed while nobody listened"
    assert page.locator('input[name="w.note"]').input_value() == "typed while nobody listened"
    page.close()
    stop()
