"""Pictures and their numbers as files, on every page that has a picture."""

import csv
import io
import re
import struct
from html import unescape

import pytest
from tests.web.conftest import CRISIS
from tests.web.test_findings import RENDERER

from detente.engine import Engine
from detente.web.answers import Change
from detente.web.exports import ENDINGS, Citation, cite_line
from detente.web.rendering import Renderer

PICTURES = re.compile(r'<p class="exports.*?</p>', re.DOTALL)
CHANGED = "set.calm=6&policy=widen&seed=3"


def links_of(text):
    """The addresses of the files of a page, by picture."""
    return [
        [unescape(link) for link in re.findall(r'href="([^"]+)"', part)]
        for part in PICTURES.findall(text)
    ]


def get_all(client, page):
    (links, *_) = links_of(client.get(f"/{CRISIS}/{page}").text)
    answers = {link.partition("?")[0].rpartition(".")[2]: client.get(link) for link in links}
    assert set(answers) == set(ENDINGS)
    assert {answer.status_code for answer in answers.values()} == {200}
    return answers


def test_numbers_of_a_file_are_those_of_the_engine(client, bench):
    """Oracle: the engine, asked by hand on the same draws."""
    found = get_all(client, f"what-if?{CHANGED}")
    solution = Engine(bench.crisis(CRISIS).set({"calm": 6})).solve("widen", draws=64, seed=3)
    data = found["json"].json()
    attack = data["figures"][data["rows"][0][1]["figure"]]
    assert attack["value"] == pytest.approx(solution["attack"].mean, rel=1e-9)
    assert attack["low"] == pytest.approx(solution["attack"].low, rel=1e-9)
    first, *lines = found["csv"].text.splitlines()
    assert first.startswith("# ")
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    assert float(rows[0]["Now"]) == pytest.approx(solution["attack"].mean, rel=1e-9)
    assert float(rows[0]["Now, high"]) == pytest.approx(solution["attack"].high, rel=1e-9)
    assert {row["Now, unit"] for row in rows} == {"prob"}


def test_every_file_says_what_it_was_made_from(client, bench):
    """Oracle by hand: digest, seed, cases, commitment and the changed assumption stand in each; the same address gives the same bytes."""
    found = get_all(client, f"what-if?{CHANGED}")
    crisis = bench.crisis(CRISIS)
    line = found["json"].json()["citation"]["line"]
    for part in (
        f"{CRISIS} {crisis.digest[:12]}",
        "64 cases, seed 3",
        "“stop fuel as well”",
        "instead of",
        "not a forecast",
    ):
        assert part in line
    assert line in found["csv"].text
    words = " ".join(re.findall(r">([^<]+)</text>", found["svg"].text))
    assert crisis.digest[:12] in words
    assert "seed 3" in words
    again = get_all(client, f"what-if?{CHANGED}")
    assert {name: answer.content for name, answer in found.items()} == {
        name: answer.content for name, answer in again.items()
    }


def test_a_picture_as_png_has_pixels(client):
    """Oracle: the format's own header; the file is offered to be kept under a name of its own."""
    answer = get_all(client, "policies?a=widen&b=talks_only")["png"]
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", answer.content[16:24])
    assert wide > 1000
    assert high > 400
    assert answer.headers["content-disposition"] == f'attachment; filename="{CRISIS}-pair.png"'


def test_a_file_that_there_is_not_is_refused(client):
    """Oracle by hand: the error names the pictures that there are."""
    for name in ("outcome.png", "outcomes.gif"):
        answer = client.get(f"/{CRISIS}/what-if/{name}")
        assert answer.status_code == 404
        assert "page-unknown" in answer.text
        assert "outcomes.svg" in answer.text


def change(**given):
    usual = {"path": "a.b", "label": "a cost", "value": "3", "was": "2", "now": "3"}
    return Change.model_validate({**usual, "outside": False, **given})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([], "seed 1, commitment “hold”. As filed. Explored"),
        ([change()], "“hold”. Changed: a cost 3 instead of 2. Explored"),
        (
            [change(was="", outside=True), change(label="a risk")],
            "Changed: a cost 3 (outside the range of the file); a risk 3 instead of 2. Explored",
        ),
    ],
)
def test_the_line_names_what_was_changed(changes, words):
    """Oracle by hand."""
    made = Citation(
        crisis="x",
        digest="0123456789abcdef",
        engine="1.0",
        seed=1,
        draws=1024,
        policy="hold",
        policy_label="hold",
        changes=changes,
        link="",
    )
    assert isinstance(RENDERER, Renderer)
    line = cite_line(RENDERER, made)
    assert line.startswith("Crisis file x 0123456789ab, detente 1.0, 1,024 cases,")
    assert words in line


def test_links_to_other_pages_take_the_what_if_along(client):
    """Oracle by hand: what is asked, and nothing else of the address."""
    text = client.get(f"/{CRISIS}/sources?q=berlin&set.calm=6&policy=widen&seed=3").text
    links = re.findall(
        r'<a href="([^"]+)"', re.search(r'<nav class="nav".*?</nav>', text, re.DOTALL)[0]
    )
    assert len(links) > 3
    assert {unescape(link).partition("?")[2] for link in links} == {
        "set.calm=6&policy=widen&seed=3"
    }


def test_a_place_in_the_game_can_be_kept(client):
    """Oracle: independent code, the interface: the chances of the file are those of the walk, by type, here and from the start."""
    path = ["test_line", "stopped"]
    known = client.post(f"/api/crises/{CRISIS}/game", json={"path": path}).json()
    text = client.get(f"/{CRISIS}/game?path={'/'.join(path)}").text
    options, follows = links_of(text)
    found = client.get(next(link for link in options if ".json" in link)).json()
    for row, option in zip(found["rows"], known["options"], strict=True):
        figures = [found["figures"][cell["figure"]]["value"] for cell in row[1:]]
        expected = [option["prob"], *(item["prob"] for item in option["by_type"])]
        kept = expected if len(option["by_type"]) > 1 else expected[:1]
        assert figures == pytest.approx([item["mean"] for item in kept], rel=1e-9)
    lines = client.get(next(link for link in follows if ".csv" in link)).text.splitlines()
    rows = list(csv.DictReader(lines[1:]))
    for row, name in zip(rows, known["from_here"], strict=True):
        assert float(row["From here"]) == pytest.approx(known["from_here"][name]["mean"], rel=1e-9)
        assert float(row["From the start"]) == pytest.approx(
            known["at_start"][name]["mean"], rel=1e-9
        )
