"""What is saved: variants and notes are folds of events, committed when acknowledged, deleted with a way back."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.web.conftest import CRISIS, HERE, csrf_of

from detente.log import Log
from detente.testing.profiles import examples
from detente.web import create_app
from detente.web.access import Limits
from detente.web.variants import AskedName, AskedNote, AskedVariant, Variants

SET = {"calm": 6, "berlin.risk": "2..5"}
HOME = f"/{CRISIS}/saved"
API = f"/api/crises/{CRISIS}"


@pytest.fixture
def program(bench):
    """A client that keeps no cookies, as programs do."""
    app = create_app(bench, limits=Limits(burst=10_000))

    class Program(TestClient):
        def request(self, *given_, **named):
            self.cookies.clear()
            return super().request(*given_, **named)

    return Program(app, base_url=HERE, follow_redirects=False)


def test_a_variant_opens_to_what_was_saved(program, bench):
    """Oracle: independent code, the crisis with the same values set; the link of the variant gives the same answer."""
    asked = {"name": "  Hot line  ", "words": "why", "set": SET, "policy": "widen", "seed": 7}
    saved = program.post(f"{API}/variants", json=asked)
    assert saved.status_code == 201
    found = saved.json()
    crisis = bench.crisis(CRISIS)
    assert found["name"] == "Hot line"
    assert (found["digest"], found["deleted"]) == (crisis.digest, False)
    assert found["set"] == dict(crisis.set(SET).overrides)
    page = program.get(found["link"]).text
    assert "2 assumptions changed" in page
    assert "widen" in found["link"]
    assert 'id="stale"' not in page
    assert [item["id"] for item in program.get(f"{API}/variants").json()] == [found["id"]]


def test_saving_again_with_the_same_command_saves_once(program):
    """Oracle by hand."""
    asked = {"name": "x", "set": SET, "command": "once"}
    ids = {program.post(f"{API}/variants", json=asked).json()["id"] for _ in range(3)}
    assert len(ids) == len(program.get(f"{API}/variants").json()) == 1


def test_deleting_can_be_undone(program):
    """Oracle by hand: it goes from the list and comes back as it was; twice is once."""
    saved = program.post(f"{API}/variants", json={"name": "x", "set": SET}).json()
    place = f"{API}/variants/{saved['id']}"
    for _ in range(2):
        assert program.delete(place).json()["deleted"]
    assert program.get(f"{API}/variants").json() == []
    assert [item["id"] for item in program.get(f"{API}/variants?deleted=1").json()] == [saved["id"]]
    for _ in range(2):
        back = program.post(f"{place}/restore", json={}).json()
    assert {key: back[key] for key in ("name", "set", "deleted")} == {
        key: saved[key] for key in ("name", "set", "deleted")
    }
    assert program.get(place).json()["last"] == 3


def test_renaming_wants_the_number_that_it_was_decided_on(program):
    """Oracle by hand: the second of two windows is told, with status 409 and the code."""
    saved = program.post(f"{API}/variants", json={"name": "x", "set": SET}).json()
    place = f"{API}/variants/{saved['id']}/name"
    assert program.post(place, json={"name": "y", "after": 1}).json()["name"] == "y"
    late = program.post(place, json={"name": "z", "after": 1})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "log-conflict")
    assert program.get(f"{API}/variants").json()[0]["name"] == "y"


@pytest.mark.parametrize(
    ("verb", "path", "body", "code"),
    [
        ("POST", "/variants", {"name": "  "}, "option-invalid"),
        ("POST", "/variants", {"name": "x", "set": {"no.such": 1}}, "path-unknown"),
        ("POST", "/variants", {"name": "x", "policy": "nobody"}, "policy-invalid"),
        ("GET", "/variants/none", None, "page-unknown"),
        ("POST", "/variants/no.ne/restore", {}, "page-unknown"),
        ("DELETE", "/variants/none", None, "page-unknown"),
        ("POST", "/notes", {"path": "no.such", "text": "x"}, "quantity-unknown"),
        ("POST", "/notes", {"path": "calm", "text": "x" * 4001}, "option-invalid"),
    ],
)
def test_what_cannot_be_saved_is_refused(program, verb, path, body, code):
    """Oracle by hand."""
    answer = program.request(verb, f"{API}{path}", json=body)
    assert answer.json()["error"]["code"] == code


def test_a_variant_of_another_edition_says_so(program):
    """Oracle by hand: saved of a crisis that was another; its link opens with the notice, and lists what is left out."""
    log = program.app._app.state.log
    data = {"name": "old", "words": "", "set": {"gone.path": "3", "calm": "6"}, "policy": "gone"}
    data |= {"seed": 1, "digest": "0" * 64, "engine": "0.0.1"}
    log.append(f"variant/{CRISIS}/old", [("saved", data)])
    assert "another edition" in program.get(HOME).text
    (found,) = program.get(f"{API}/variants").json()
    page = program.get(found["link"]).text
    assert "version 0.0.1" in page
    assert "gone.path" in page
    assert "1 assumption changed" in page


PATHS = ["calm", "berlin.risk", "rationality"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.sampled_from(["a", "b", "c"]), st.sampled_from(["x", "y"])),
        st.tuples(st.just("rename"), st.sampled_from(["a", "b", "c"]), st.sampled_from(["x", "z"])),
        st.tuples(st.just("delete"), st.sampled_from(["a", "b", "c"]), st.just("")),
        st.tuples(st.just("restore"), st.sampled_from(["a", "b", "c"]), st.just("")),
        st.tuples(st.just("note"), st.sampled_from(PATHS), st.sampled_from(["", "so", "but"])),
    ),
    max_size=15,
)


@examples(60)
@given(steps=STEPS)
def test_what_is_kept_is_what_a_table_would_hold(bench, steps):
    """Oracle: independent code, two dictionaries that are changed in place."""
    crisis = bench.crisis(CRISIS)
    names, gone, notes, ids = {}, set(), {}, {}
    with Log.open("sqlite://") as log:
        variants = Variants(log)
        for verb, which, text in steps:
            if verb == "save":
                saved = variants.save(crisis, AskedVariant(name=text, command=which))
                ids.setdefault(which, saved.id)
                names.setdefault(which, text)
            elif verb == "note":
                variants.write(crisis, AskedNote(path=which, text=text))
                notes.pop(which, None)
                if text:
                    notes[which] = text
            elif which in ids:
                if verb == "rename":
                    variants.give_name(crisis, ids[which], AskedName(name=text))
                    names[which] = text
                elif verb == "delete":
                    variants.delete(crisis, ids[which])
                    gone.add(which)
                else:
                    variants.restore(crisis, ids[which])
                    gone.discard(which)
        for deleted in (False, True):
            found = {item.id: item.name for item in variants.list(crisis, deleted=deleted)}
            assert found == {
                ids[which]: name for which, name in names.items() if (which in gone) == deleted
            }
        kept = {path: note.text for path, note in variants.notes(crisis).items()}
        assert kept == notes
        assert list(kept) == list(notes)


def test_the_page_works_without_scripts(client):
    """Oracle by hand: from a what-if by its link to saving, opening, renaming, deleting and undoing, and a note."""
    page = client.get(f"/{CRISIS}/what-if?set.calm=6").text
    link = unescape(re.search(r'id="save" href="([^"]+)"', page)[1])
    text = client.get(link).text
    form = {
        unescape(name): unescape(value)
        for name, value in re.findall(
            r'name="([^"]+)" value="([^"]*)"', text.split('class="save"')[1].split("</form>")[0]
        )
    }
    assert form["set.calm"] == "6"
    for _ in range(2):  # sent twice, saved once
        answer = client.post(HOME, data={**form, "name": "<b>Calm</b>", "words": "it helps"})
        assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    text = client.get(HOME).text
    assert text.count('class="card variant"') == 1
    assert "&lt;b&gt;Calm&lt;/b&gt;" in text
    (name,) = re.findall(r'id="v-(\w+)"', text)
    token = {"csrf": csrf_of(text)}
    after = re.search(r'name="after" value="(\d+)"', text)[1]
    renamed = {**token, "do": "rename", "name": "Calmer", "after": after}
    assert client.post(f"{HOME}/{name}", data=renamed).status_code == 303
    assert client.post(f"{HOME}/{name}", data=renamed).status_code == 409
    gone = client.post(f"{HOME}/{name}", data={**token, "do": "delete"})
    text = client.get(gone.headers["location"]).text
    assert "“Calmer” is deleted." in text
    assert 'class="card variant"' not in text
    client.post(f"{HOME}/{name}", data={**token, "do": "restore"})
    assert 'class="card variant"' in client.get(HOME).text
    note = {**token, "path": "calm", "text": "ask <again>", "command": "n1"}
    assert client.post(f"{HOME}/notes", data=note).status_code == 303
    assert "ask &lt;again&gt;" in client.get(HOME).text
    assert "Your note: ask &lt;again&gt;" in client.get(f"/{CRISIS}/sources?q=calm").text
    refused = client.post(HOME, data={**token, "name": ""})
    assert refused.status_code == 422


def start_server(folder):
    command = [sys.executable, "-m", "detente", "serve", CRISIS, "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(folder)},
    )
    return process, re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]


@pytest.mark.parametrize("seconds", [0.3, 1.1])
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path, seconds):
    """Oracle by hand: a client saves two hundred times; the server is killed (SIGKILL) in between; the next server has all that
    were acknowledged, and sending the last one again saves it once."""
    process, address = start_server(tmp_path)
    acknowledged, first = [], threading.Event()

    def save(number):
        body = json.dumps({"name": f"n{number}", "set": {"calm": 6}, "command": f"c{number}"})
        request = urllib.request.Request(  # noqa: S310  # our own
            f"{address}{API}/variants",
            data=body.encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)["name"]

    def client():
        for number in range(200):
            try:
                acknowledged.append(save(number))
            except OSError:
                return
            first.set()

    try:
        thread = threading.Thread(target=client)
        thread.start()
        assert first.wait(120)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        thread.join(60)
        process.stdout.close()
        assert 0 < len(acknowledged) < 200
        process, address = start_server(tmp_path)
        last = len(acknowledged)
        assert save(last) == save(last) == f"n{last}"
        with urllib.request.urlopen(f"{address}{API}/variants", timeout=60) as answer:  # noqa: S310
            kept = [item["name"] for item in json.load(answer)]
        assert sorted(kept) == sorted([*acknowledged, f"n{last}"])
    finally:
        process.kill()
        process.wait(60)
        process.stdout.close()
