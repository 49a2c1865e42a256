"""The pages of a briefing in a browser: axe finds nothing, the keyboard reaches every control, and no script is needed.

Oracle: independent code, axe-core's rules for WCAG 2.2, and what the browser says that it shows.
"""

import re
import shutil

import pytest

from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.figures import plain
from detente.crisis import load_crisis, shipped_crises
from detente.runs import run_ensemble

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SMALL = "cuba-1962"
OPEN = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"
SHORTEN = """most => document.querySelectorAll('tbody, ul, ol, dl, #traces details').forEach(list => {
  [...list.children].slice(most).forEach(row => row.remove());
})"""
"""Rows of one list or table are made alike: the first few stand for all, of which an appendix has tens of thousands."""
FOCUSED = """() => {
  const one = document.activeElement;
  return one === document.body ? null : [...document.querySelectorAll('*')].indexOf(one);
}"""
CONTROLS = """() => {
  const all = [...document.querySelectorAll('*')];
  const radios = new Set();
  return all.flatMap((one, place) => {
    if (!one.matches('a[href], summary, input, [tabindex="0"]') || !one.checkVisibility()) return [];
    if (one.type === 'radio') {
      if (!one.checked) return [];
      radios.add(one.name);
    }
    return [place];
  });
}"""
"""Elements that a tabulator stops at: of radio buttons of one name the one that is chosen, the arrows reach the others."""


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module", params=sorted(shipped_crises()))
def written(request, tmp_path_factory):
    """A briefing of a shipped crisis, and the folder that it is written to."""
    crisis = load_crisis(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    run = run_ensemble(crisis, folder=folder / "run", n_draws=64, seed=1)
    brief = compose(crisis, keep_studies(crisis, run))
    brief.write(folder / "out")
    return brief, folder / "out"


@pytest.fixture
def visit(browser, written):
    """Open a file of the briefing; nothing may be loaded beside it, and the browser must have nothing to say."""
    _, folder = written
    contexts, said, loaded = [], [], []

    def open_page(name, *, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: loaded.append(request.url))
        page.goto((folder / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert all(url.startswith(folder.as_uri()) for url in loaded)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "width"), [("brief.html", 1280), ("brief.html", 390), ("appendix.html", 1280)]
)
def test_axe_finds_nothing(visit, written, name, width, theme):
    """With every fold open, in both themes, wide and on a phone; of the appendix the first rows of each table."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    if name == "appendix.html" and written[0].crisis.id != SMALL:
        pytest.skip(f"the appendix of {SMALL} stands for all: axe takes minutes over a larger one")
    page = visit(name, width=width, color_scheme=theme)
    page.evaluate(OPEN)
    if name == "appendix.html":
        page.evaluate(SHORTEN, 6)
    found = axe.Axe().run(page).response
    assert found["violations"] == [], [
        (one["id"], one["impact"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in found["violations"]
    ]


def test_the_keyboard_reaches_every_control(visit):
    """Tabulators stop at every control that is shown, in the order of the page, and leave it at the end."""
    page = visit("brief.html")
    wanted = page.evaluate(CONTROLS)
    stops = []
    for _ in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        if place is None or place in stops:
            break
        stops.append(place)
    assert stops == sorted(stops)
    assert set(wanted) - set(stops) == set()
    assert len(wanted) > 50


def test_the_keyboard_opens_folds_and_chooses_types(visit, written):
    """Oracle: hand; Enter opens a fold, arrows choose among types, and what is focused is outlined."""
    brief, _ = written
    page = visit("brief.html")
    fold = page.locator("details > summary").first
    fold.focus()
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.parentElement.open")
    radios = page.locator("input[type=radio]")
    assert radios.count() == (len(brief.summary.types) + 1 if radios.count() else 0)
    if radios.count():
        radios.first.focus()
        page.keyboard.press("ArrowRight")
        assert radios.nth(1).is_checked()


def test_without_scripts_all_text_stands(visit, written):
    """Every sentence of the first screens and of each card is on the page when scripts are off; folds open without one."""
    brief, _ = written
    page = visit("brief.html", java_script_enabled=False)
    shown = " ".join(page.locator("main").inner_text().split())
    said = brief.summary
    for text in (
        *said.lead,
        *(finding.text for finding in said.findings),
        *(a.answer for a in brief.answers),
    ):
        assert " ".join(plain(text).split()) in shown, text
    folded = page.locator("main").text_content()
    folded = re.sub(r"\s+", " ", folded)
    for answer in brief.answers:
        for text in (*answer.model, *answer.changes, *answer.absent):
            assert " ".join(plain(text).split()) in folded, text
    fold = page.locator("details").first
    inside = fold.locator(":scope > :not(summary)").first
    assert not inside.is_visible()
    fold.locator("summary").click()
    assert inside.is_visible()
