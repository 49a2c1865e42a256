"""*Compare*: which numbers, inputs and rules differ between two versions of a crisis, or of a briefing."""

import shutil

import pytest
from starlette.testclient import TestClient
from tests.web.accessibility import find_faults
from tests.web.conftest import CRISIS, HERE

import detente
from detente.analysis.running import run
from detente.brief.document import compose
from detente.brief.export.writing import write_files
from detente.web import Workbench, create_app
from detente.web.access import Limits
from detente.web.tools import Desk
from detente.web.versions import FigureRow, InputRow, Versions, search, tell_versions

ADDRESS = f"/{CRISIS}/compare"
API = f"/api/crises/{CRISIS}/compare"
FILED = "triangular: [5, 12, 22]"


@pytest.fixture(scope="module")
def revised(tmp_path_factory):
    """The folder of the crisis with one quantity written otherwise."""
    folder = tmp_path_factory.mktemp("versions") / "revised"
    shutil.copytree(detente.load(CRISIS).folder, folder)
    text = (folder / "crisis.yaml").read_text(encoding="utf-8")
    assert text.count(f"to the allies, {FILED}") == 1
    text = text.replace(f"to the allies, {FILED}", "to the allies, triangular: [1, 3, 8]")
    (folder / "crisis.yaml").write_text(text, encoding="utf-8")
    return str(folder)


@pytest.fixture(scope="module")
def briefings(tmp_path_factory):
    """Two briefings of the crisis, the second with a value set."""
    places = []
    for name, values in (("one", {}), ("two", {"calm": "6"})):
        folder = tmp_path_factory.mktemp("briefings") / name
        crisis = detente.load(CRISIS).set(values)
        results = run(
            crisis, draws=16, policies=["as_announced", "widen"], progress=lambda *_: None
        )
        write_files(compose(crisis, results), folder)
        places.append(str(folder))
    return places


@pytest.fixture(scope="module")
def client(revised, briefings):
    bench = Workbench([CRISIS], workers=1, beside=[revised, *briefings])
    app = create_app(bench, limits=Limits(burst=10_000))
    return TestClient(app, base_url=HERE, follow_redirects=False)


def test_filed_against_changed_has_the_numbers_of_the_what_if(client):
    """Oracle, independent code: the engine on both at the same draws and seed."""
    found = client.get(f"{API}?set.calm=6&draws=64").json()
    row = next(row for row in found["figures"] if row["id"] == "attack")
    before, after = (
        detente.Engine(crisis).solve("as_announced", draws=64, seed=1)["attack"].mean
        for crisis in (detente.load(CRISIS), detente.load(CRISIS).set({"calm": "6"}))
    )
    assert row["change"] == pytest.approx(after - before, abs=1e-9)
    assert [item["path"] for item in found["inputs"]] == ["calm"]
    assert found["rules"] == []


def test_a_folder_is_another_version(client, revised):
    """Oracle by hand: the one quantity that was written otherwise, and numbers that move with it."""
    found = client.get(API, params={"with": revised, "draws": 64}).json()
    assert [(item["path"], item["label"]) for item in found["inputs"]] == [
        ("calm", "worth of an end to the crisis to the allies")
    ]
    assert found["before"] == "revised"
    assert any(row["moved"] for row in found["figures"])
    moves = [abs(row["change"]) for row in found["figures"] if row["change"] is not None]
    assert moves == sorted(moves, reverse=True)


def test_the_difference_is_split_among_what_differs(client, revised):
    """Oracle: one difference makes all of the change."""
    text = client.get(ADDRESS, params={"with": revised, "draws": 64, "why": "1"}).text
    assert "makes all of the difference" in text


def test_two_briefings_are_compared(client, briefings):
    """Oracle, independent code: what detente diff reads off the same two."""
    from detente.brief.export.comparing import compare_briefs
    from detente.brief.export.reading import read_brief

    found = client.get(API, params={"a": briefings[0], "b": briefings[1]}).json()
    wanted = compare_briefs(*(read_brief(place_of(folder)) for folder in briefings))
    assert [row["id"] for row in found["figures"]] == [item.id for item in wanted.figures]
    assert "calm" in {item["path"] for item in found["inputs"]}
    text = client.get(ADDRESS, params={"a": briefings[0], "b": briefings[1]}).text
    assert "The crisis files or the values set differ." in text
    assert "the same cases" in text


def place_of(folder):
    from pathlib import Path

    return Path(folder) / "brief.json"


def test_one_finds_a_number_among_many(client):
    """Oracle by hand: words of a label; what does not change is shown when it is asked for."""
    text = client.get(f"{ADDRESS}?set.calm=6&draws=64&q=nuclear&every=1").text
    assert "Nuclear weapons used" in text
    assert "Landing in Cuba" not in text


@pytest.mark.parametrize(
    "query", [{"with": "/etc"}, {"with": "nothing"}, {"a": "/etc/passwd", "b": "/etc/passwd"}]
)
def test_only_what_was_named_is_opened(client, query):
    """Oracle by hand: no other path of this machine, be it there or not."""
    answer = client.get(API, params=query)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "option-invalid"
    assert (
        "--other" in answer.json()["error"]["fix"]
        or "use one of" in (answer.json()["error"]["fix"])
    )


def versions(*, moved=0, still=1, inputs=0, rules=0, kind="crisis"):
    rows = [
        FigureRow(
            id=str(k),
            label="x",
            unit="prob",
            before="1%",
            after="2%" if k < moved else "1%",
            change=0.01,
            change_text="",
            moved=k < moved,
        )
        for k in range(moved + still)
    ]
    return Versions(
        kind=kind,
        before="a",
        after="b",
        made_with="",
        figures=rows,
        inputs=[InputRow(path=f"p{k}", label="y", before="", after="") for k in range(inputs)],
        rules=[f"r{k}" for k in range(rules)],
    )


@pytest.mark.parametrize(
    ("given", "case", "words"),
    [
        ({}, "alike", "Nothing differs between the two versions."),
        (
            {"inputs": 1},
            "inputs only",
            "1 input differs, and no number changes as it is printed.",
        ),
        (
            {"inputs": 2, "rules": 1},
            "inputs only",
            "2 inputs and 1 rule differ, and no number changes as it is printed.",
        ),
        (
            {"rules": 1},
            "inputs only",
            "1 rule differs, and no number changes as it is printed.",
        ),
        (
            {"moved": 1, "inputs": 1},
            "moved",
            "1 number of 2 changes; 1 input differs.",
        ),
        (
            {"moved": 3, "still": 0, "kind": "briefing"},
            "moved",
            "3 numbers of 3 change, and no input differs.",
        ),
    ],
)
def test_each_case_has_its_sentence(bench, given, case, words):
    """Oracle by hand: one sentence for each case, with singular and plural."""
    found = versions(**given)
    assert tell_versions(found) == case
    said = Desk.of(bench).renderer.words("compare-words.j2", "headline", case, found)
    assert said == words


def test_a_search_looks_at_ids_and_labels():
    """Oracle by hand."""
    found = versions(moved=1, still=1, inputs=2)
    figures, inputs = search(found, "P1", every=False)
    assert (figures, [row.path for row in inputs]) == ([], ["p1"])
    assert len(search(found, "X", every=True)[0]) == 2
    assert len(search(found, "X", every=False)[0]) == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_the_page_fits_and_axe_finds_nothing(visit, width):
    """Oracle: axe, and by hand that nothing lies beyond the edge of the screen."""
    page = visit(f"{ADDRESS}?set.calm=6&draws=64", width=width)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert find_faults(page) == []


@pytest.mark.browser
def test_rows_are_found_while_one_types(visit):
    """Oracle by hand."""
    page = visit(f"{ADDRESS}?set.calm=6&draws=64&every=1")
    before = page.locator(".found tbody tr:visible").count()
    page.fill("#q", "nuclear")
    assert 0 < page.locator(".found tbody tr:visible").count() < before
