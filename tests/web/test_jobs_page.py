"""Jobs in the browser: progress, cancelling, a restart of the server without losing a form, and that all can use it."""

import os
import re
import subprocess
import sys
import threading
from importlib.resources import files

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import PATIENCE

from detente.web import Workbench, works

pytestmark = pytest.mark.browser

TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")
CRISIS = "my-crisis"


@pytest.fixture(scope="module")
def bench():
    """A crisis whose games are small."""
    return Workbench([TEMPLATE], workers=1)


@pytest.fixture
def slow(monkeypatch):
    """Searches that go on until they are let through."""
    through = threading.Event()
    known = works.WORKS["search"]

    def wait(place, name, asked, progress):
        for number in range(1, 6000):
            progress(number, 6000)
            if through.wait(0.01):
                break
        return known(place, name, asked, lambda _done, _whole: None)

    monkeypatch.setitem(works.WORKS, "search", wait)
    return through


def begin(page, work, draws="256"):
    page.goto(re.sub(r"(//[^/]+)/.*", rf"\1/{CRISIS}/jobs", page.url))
    page.select_option("#work", work)
    page.select_option("#draws", draws)
    page.get_by_role("button", name="Begin").click()
    panel = page.locator("#jobs .job").first
    panel.wait_for()
    return panel


def test_a_job_is_begun_followed_and_its_result_shown(visit, slow):
    """Oracle by hand: the bar moves, what a reader of the screen hears changes, and the table comes without a reload."""
    page = visit(f"/{CRISIS}/jobs")
    page.evaluate("window.mark = 1")
    page.select_option("#work", "search")
    page.select_option("#draws", "256")
    page.get_by_role("button", name="Begin").press("Enter")
    panel = page.locator("#jobs .job").first
    panel.locator("progress[value]").wait_for()
    first = float(panel.locator("progress").get_attribute("value"))
    page.wait_for_function(
        "first => Number(document.querySelector('#jobs progress').value) > first", arg=first
    )
    assert re.search(r"[\d,]+ of 6,000 games", panel.locator(".job-words").text_content())
    slow.set()
    panel.locator(".job-result table").wait_for(timeout=PATIENCE)
    assert "unbeaten" in panel.locator(".job-result h2").text_content()
    assert page.locator("#live").text_content().endswith("Done.")
    assert page.evaluate("window.mark") == 1


def test_a_job_is_cancelled_by_keyboard(visit, slow):
    """Oracle by hand."""
    page = visit(f"/{CRISIS}/jobs")
    panel = begin(page, "search")
    panel.get_by_role("button", name=re.compile("Cancel")).press("Enter")
    panel.get_by_text("Cancelled.").wait_for()
    assert panel.get_by_role("button").count() == 0
    slow.set()


def test_all_commitments_are_compared_from_the_page_of_policies(visit):
    """Oracle by hand: the table comes into the page, its links lead to a pair of the same page with the table kept."""
    page = visit(f"/{CRISIS}/policies")
    page.get_by_role("button", name=re.compile("Compare all")).click()
    table = page.locator("#jobs .job-result table")
    table.wait_for(timeout=PATIENCE)
    table.locator("tbody a").first.click()
    page.locator("#found table").wait_for(timeout=PATIENCE)
    assert "job=" in page.url


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_the_pages_fit_and_all_can_use_them(visit, theme, width):
    """Oracle: independent code, axe with the rules of WCAG 2.2 AA; nothing is wider than the window."""
    page = visit(f"/{CRISIS}/jobs", width=width, color_scheme=theme)
    panel = begin(page, "weights")
    panel.locator(".job-result table").wait_for(timeout=PATIENCE)
    check_page(page)
    page.goto(page.url.rpartition("/")[0] + "/jobs/" + panel.get_attribute("data-job"))
    check_page(page)


def check_page(page):
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": rules}})
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_restart_loses_neither_the_job_nor_a_form(browser, tmp_path):
    """Oracle by hand: the server is killed while a job runs and a form is half filled in; the page says that it is away, another
    server comes at the same address, the job ends in the page, and what was typed stands."""
    process, address = start_server(tmp_path, "0")
    try:
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{address}/{CRISIS}/jobs")
        page.select_option("#draws", "1024")
        page.get_by_role("button", name="Begin").click()
        page.locator("#jobs .job[data-status='running']").wait_for()
        page.select_option("#draws", "4096")  # half filled in
        process.kill()
        process.wait(60)
        process.stdout.close()
        page.locator(".job-away:not([hidden])").wait_for()
        process, again = start_server(tmp_path, address.rpartition(":")[2])
        assert again == address
        page.locator("#jobs .job-result table").wait_for(timeout=300_000)
        assert page.locator("#draws").input_value() == "4096"
        assert page.locator(".job-away:not([hidden])").count() == 0
        jobs = page.evaluate("fetch('/api/jobs').then((answer) => answer.json())")
        assert [(job["status"], job["starts"]) for job in jobs] == [("done", 2)]
        context.close()
    finally:
        process.kill()
        process.wait(60)
        process.stdout.close()


def start_server(folder, port):
    command = [sys.executable, "-m", "detente", "serve", TEMPLATE, "--no-browser", "--port", port]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(folder)},
    )
    address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
    return process, address
