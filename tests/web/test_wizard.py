"""The wizard: a whole crisis by clicks and typing alone, which passes the checks, is served and can be briefed."""

from urllib.parse import urljoin

import pytest
from tests.web.conftest import CRISIS, csrf_of

import detente
from detente.crisis.editing import value_at
from detente.crisis.scaffold import template_names
from detente.crisis.uploads import read_upload
from detente.web.trees import Limb, draw_tree, list_limbs

ABOUT = {
    "title": "A dispute over a strait",
    "question": "Will Norland seize it?",
    "as_of": "2027-05-04",
}


def begin(client, template="coercion", **more):
    page = client.get("/drafts/new/wizard")
    answer = client.post(
        "/drafts/new/wizard",
        data={"csrf": csrf_of(page.text), "template": template, **ABOUT, **more},
    )
    return answer, csrf_of(page.text)


def step(client, draft, number, token, **fields):
    return client.post(
        f"/drafts/{draft}/wizard?step={number}", data={"csrf": token, "go": "next", **fields}
    )


def text_of(client, draft):
    return client.get(f"/api/drafts/{draft}").json()["files"]["crisis.yaml"]


@pytest.mark.parametrize("template", template_names())
def test_every_step_of_every_shape_is_a_page_and_the_last_solves(client, template):
    """Oracle: hand. Nothing is changed but the title, and all checks pass."""
    answer, _ = begin(client, template)
    assert answer.status_code == 303
    draft = answer.headers["location"].split("/")[2]
    for number in range(1, 9):
        page = client.get(f"/drafts/{draft}/wizard?step={number}")
        assert page.status_code == 200
        assert 'aria-current="step"' in page.text
    assert "All checks pass" in page.text
    assert 'class="tree"' in page.text


def test_steps_change_what_they_ask_for(client):
    """Oracle: hand. One answer of each step, read back from the file."""
    answer, token = begin(client)
    draft = answer.headers["location"].split("/")[2]
    names = {"actor.NOR": "Norland", "actor.WES": "Southmark", "actor.MID": "The Strait Isles"}
    step(client, draft, 2, token, **names, **{"type.north.limited": "after tolls alone"})
    step(
        client,
        draft,
        3,
        token,
        **{"label.membership": "who controls the strait", "position.NOR.membership": "10"},
    )
    text = text_of(client, draft)
    moves = value_at(text, ("instruments",))
    kept = {f"keep.{name}": "1" for name in moves if name != "threaten"}
    labels = {f"label.{name}": item["label"] for name, item in moves.items()}
    own = {
        "own": "Send a warship",
        "own.phase": "answer/west",
        "own.kind": "deterrence",
        "own.effect": "posture=armed",
    }
    answer = step(client, draft, 4, token, **{**kept, **labels, "label.wait": "stand firm"}, **own)
    assert answer.headers["location"].endswith("step=5")
    step(client, draft, 5, token, **{"label.war": "war over the strait"})
    step(client, draft, 6, token, **{"times.audience.north": "2"})
    source = {
        "publisher.1": "Gazette of the Isles",
        "title.1": "What a war costs",
        "day.1": "2027-04-01",
        "address.1": "",
    }
    figure = {
        "path.1": "war.gain",
        "low.1": "20",
        "mode.1": "40",
        "high.1": "60",
        "note.1": "tolls of ten years",
    }
    step(client, draft, 7, token, **figure, **source)
    text = text_of(client, draft)
    assert value_at(text, ("actors", "MID", "name")) == "The Strait Isles"
    assert value_at(text, ("players", "north", "types", "limited", "label")) == "after tolls alone"
    assert value_at(text, ("issues", "membership", "label")) == "who controls the strait"
    assert "threaten" not in value_at(text, ("instruments",))
    assert value_at(text, ("phases", 0, "menu")) == ["wait", "offer", "arm", "send_a_warship"]
    assert value_at(text, ("instruments", "wait", "label")) == "stand firm"
    assert value_at(text, ("outcomes", "war", "label")) == "war over the strait"
    assert value_at(text, ("considerations", "audience", "weights", "north")) == -2
    found = value_at(text, ("quantities", "war.gain"))
    assert (found["triangular"], found["note"]) == ([20, 40, 60], "tolls of ten years")
    assert found["source"] == ["gazette-of-the-isles", "judgement"]
    page = client.get(f"/drafts/{draft}/wizard?step=8")
    assert "All checks pass" in page.text
    assert "war over the strait" in page.text.lower()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": " "}, "key-missing"),
        ({"as_of": "soon"}, "value-type"),
        ({"template": "war"}, "option-invalid"),
    ],
)
def test_first_step_says_what_is_wrong_and_keeps_what_was_typed(client, fields, code):
    """Oracle: hand."""
    answer, _ = begin(client, **fields)
    assert answer.status_code == 422
    assert code in answer.text
    assert "Will Norland seize it?" in answer.text


@pytest.mark.parametrize(
    ("number", "fields", "code"),
    [
        (2, {"actor.NOR": "Same", "actor.WES": "same"}, "id-duplicate"),
        (2, {"actor.NOR": "a: b\nc"}, "value-type"),
        (3, {"position.NOR.membership": "many"}, "value-type"),
        (7, {"path.1": "war.gain", "title.1": "A title alone"}, "key-missing"),
        (7, {"path.1": "war.gain", "low.1": "1", "mode.1": "x", "high.1": "3"}, "value-type"),
    ],
)
def test_bad_answer_keeps_the_step(client, number, fields, code):
    """Oracle: hand. The draft stays as it was."""
    answer, token = begin(client)
    draft = answer.headers["location"].split("/")[2]
    before = text_of(client, draft)
    page = step(client, draft, number, token, **fields)
    assert page.status_code == 422
    assert code in page.text
    assert text_of(client, draft) == before


def test_range_that_is_out_of_order_is_found_at_the_end(client):
    """Oracle: hand. The last step shows what the checks find, and does not save."""
    answer, token = begin(client)
    draft = answer.headers["location"].split("/")[2]
    step(
        client,
        draft,
        7,
        token,
        **{"path.1": "war.gain", "low.1": "50", "mode.1": "20", "high.1": "60"},
    )
    page = client.get(f"/drafts/{draft}/wizard?step=8")
    assert "distribution-invalid" in page.text
    assert "Save it and open it" not in page.text
    assert step(client, draft, 8, token).status_code == 422


def test_tree_is_as_high_as_its_rows_and_as_wide_as_its_ways():
    """Oracle: hand. Three ends, three rows; the line of a way that is always taken is the widest."""
    limbs = (
        Limb("a", "x & y", 1.0, (Limb("b", "p", 0.5, ()), Limb("b", "q", 0.5, ()))),
        Limb("a", "z", 0.0, ()),
    )
    found = draw_tree(limbs, alt="a < b")
    assert 'viewBox="0 0 758 96"' in found
    assert 'stroke-width="10.0"' in found
    assert '<tspan class="who">a:</tspan> x &amp; y 100%' in found
    assert ">Q 50%<" in found
    assert list_limbs(limbs)[1] == ("a: x & y; b: p", "50%")
    assert 'aria-label="a &lt; b"' in found


@pytest.mark.browser
class TestInBrowser:
    def test_whole_crisis_is_made_by_clicks_and_typing(self, visit, tmp_path):
        """Oracle: hand. The crisis that is saved has what was typed, passes the checks, and makes a briefing."""
        page = visit(f"/{CRISIS}/edit")
        page.get_by_role("link", name="Make a first crisis").click()
        page.get_by_label("Title").fill("The Narrows")
        page.get_by_label("The question").fill("Will Norland seize the Narrows?")
        page.get_by_label("As of").fill("2027-05-04")
        page.get_by_label("Coercion").check()
        page.get_by_role("button", name="Next: who").click()
        page.get_by_label("The challenger").fill("Norland")
        page.get_by_label("The defender").fill("Southmark")
        page.get_by_label("The target").fill("The Isles")
        page.get_by_role("button", name="Next: what is demanded").click()
        page.get_by_label("The issue").fill("who controls the Narrows")
        slider = page.get_by_label("Norland", exact=True)
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Next: what each can do").click()
        page.get_by_label("Name of the move invade").fill("seize the Narrows")
        page.locator('[name="keep.threaten"]').uncheck()
        page.get_by_label("Its name").fill("send a warship")
        page.get_by_label("What it brings about").select_option("posture=armed")
        page.get_by_label("Kind").last.select_option("deterrence")
        page.get_by_role("button", name="Next: how it can end").click()
        page.get_by_label("An attack").fill("war over the Narrows")
        page.get_by_role("button", name="Next: what each wants").click()
        page.get_by_label("Cost of backing down").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Next: how sure you are").click()
        page.get_by_label("Which").first.select_option("war.gain")
        for name, text in (("Lowest", "20"), ("Likeliest", "40"), ("Highest", "60")):
            page.get_by_label(name).first.fill(text)
        page.get_by_label("Why this range").first.fill("the tolls of ten years")
        page.get_by_label("Source: title").first.fill("Tolls of the Narrows")
        page.get_by_label("Source: publisher").first.fill("Harbour Office")
        page.get_by_role("button", name="Next: try it").click()
        page.wait_for_selector(".tree")
        assert page.get_by_text("All checks pass").is_visible()
        packed = page.get_by_role("link", name="Folder (zip)").get_attribute("href")
        folder = page.request.get(urljoin(page.url, packed)).body()
        page.get_by_role("button", name="Save it and open it").click()
        page.wait_for_url("**/the-narrows-v1/**")
        for name, text in read_upload(folder).items():
            tmp_path.joinpath(name).write_text(text, "utf-8")
        crisis = detente.load(tmp_path)
        assert crisis.instruments["invade"].label == "seize the Narrows"
        assert "send_a_warship" in crisis.phases[0].moves[0].menu
        assert "threaten" not in crisis.instruments
        assert crisis.quantities["war.gain"].distribution.parameters == (20, 40, 60)
        assert crisis.quantities["positions.NOR.membership"].distribution.parameters[1] == 5
        run = detente.run(crisis, draws=16, folder=tmp_path / "run", workers=1)
        pages = detente.brief(run).write(tmp_path / "brief")
        assert pages

    def test_accessible_and_no_wider_than_the_screen(self, visit):
        """Oracle: independent code. axe finds nothing against WCAG 2.2 AA in any step; 360 pixels suffice."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        page = visit("/drafts/new/wizard", width=360, color_scheme="dark")
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        page.get_by_label("Title").fill("The Narrows")
        page.get_by_label("The question").fill("Will it be seized?")
        for number in range(1, 9):
            found = axe.run(page, options=options).response["violations"]
            assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            if number < 8:
                page.get_by_role("button", name="Next").click()
                page.wait_for_selector(f".steps-of-wizard [aria-current] b:text-is('{number + 1}')")
