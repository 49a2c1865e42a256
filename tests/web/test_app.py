"""The application: pages found by name, errors as pages and as JSON, and what its packages may import."""

import ast
import sys
from pathlib import Path

import pytest
from tests.web.conftest import CRISIS

import detente.web
from detente.web.app import find_pages

FOLDER = Path(detente.web.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
COMPUTING = {"numpy", "scipy", "pandas", "polars", "numba", "pyarrow", "duckdb"}

MODULE = '''"""A page that a newcomer adds."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of

PAGE = Page(label="Players", path="players", order=99)
router = APIRouter()


@router.get("/{crisis}/players")
def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """List the players."""
    return renderer_of(request).page("players.html", request, crisis=crisis)
'''
TEMPLATE = """{% extends "base.html" %}
{% block main %}<h1>{% for player in crisis.players.values() %}{{ player.name }}; {% endfor %}</h1>{% endblock %}
"""


def test_a_page_is_two_files(make_client, tmp_path, monkeypatch):
    """Oracle by hand: a module and a template in a folder make a page, with its place in the navigation of every other."""
    package = tmp_path / "newcomer"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "players.py").write_text(MODULE)
    (package / "players.html").write_text(TEMPLATE)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        client = make_client(pages=["newcomer"], templates=[package])
        text = client.get(f"/{CRISIS}/players").text
        other = client.get(f"/{CRISIS}/what-if").text
    finally:
        for name in [name for name in sys.modules if name.startswith("newcomer")]:
            del sys.modules[name]
    assert "Washington; " in text
    assert f'<a href="/{CRISIS}/players" aria-current="page">Players</a>' in text
    assert f'<a href="/{CRISIS}/players">Players</a>' in other


def test_every_page_of_the_navigation_answers(client):
    """Oracle by hand: no link of the navigation is dead; each page has one first heading and a title of its own."""
    pages = [page for page, *_ in find_pages(["detente.web.pages"])]
    answers = {page.path: client.get(f"/{CRISIS}/{page.path}") for page in pages}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert all(answer.text.count("<h1") == 1 for answer in answers.values())
    titles = {
        answer.text.partition("<title>")[2].partition("</title>")[0] for answer in answers.values()
    }
    assert len(titles) == len(pages)


def test_the_first_page_lists_the_crises(client, bench):
    """Oracle: the crisis file."""
    text = client.get("/").text
    crisis = bench.crisis(CRISIS)
    assert crisis.title in text
    assert crisis.summary.split(",")[0][:40] in text
    assert client.get(f"/{CRISIS}").headers["location"] == f"/{CRISIS}/what-if"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/crises/cuba-1963", None, 404, "crisis-unknown"),
        ("GET", "/api/nothing", None, 404, "page-unknown"),
        ("PUT", "/api/crises", {}, 405, "page-unknown"),
        ("GET", f"/api/crises/{CRISIS}/trace/calmness", None, 422, "quantity-unknown"),
        ("POST", f"/api/crises/{CRISIS}/what-if", {"draws": 100}, 422, "option-invalid"),
        ("POST", f"/api/crises/{CRISIS}/what-if", {"colour": 1}, 422, "option-invalid"),
        ("POST", f"/api/crises/{CRISIS}/what-if", {"set": {"calmness": 1}}, 422, "path-unknown"),
        ("POST", f"/api/crises/{CRISIS}/what-if", {"set": {"calm": "much"}}, 422, "value-type"),
        ("POST", f"/api/crises/{CRISIS}/what-if", {"policy": "peace"}, 422, "policy-invalid"),
        ("POST", f"/api/crises/{CRISIS}/what-if/shares", {}, 422, "option-invalid"),
        ("POST", f"/api/crises/{CRISIS}/why", {"at": "tea"}, 422, "instrument-unknown"),
    ],
)
def test_errors_have_the_codes_of_the_package(client, method, path, body, status, code):
    """Oracle by hand: what the command line says of the same mistake, as JSON, with place and fix."""
    answer = client.request(method, path, json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["message"]
    assert error["at"]
    assert error["fix"]


def test_an_error_on_a_page_is_a_page(client):
    """Oracle by hand; what was asked for is shown as text and never as markup."""
    answer = client.get("/<script>x/what-if")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "crisis-unknown" in answer.text
    assert "<script>x" not in answer.text
    assert "&lt;script&gt;x" in answer.text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_the_workbench_imports_nothing_that_computes(path):
    """Oracle: the source, read with ast."""
    imported = set()
    for part in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(part, ast.Import):
            imported |= {found.name.partition(".")[0] for found in part.names}
        elif isinstance(part, ast.ImportFrom):
            imported.add(str(part.module).partition(".")[0])
    assert imported & COMPUTING == set()


def test_the_interface_is_described(client):
    """Oracle by hand: every route of the interface stands in its description, and no page does."""
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) >= {
        "/api/crises",
        "/api/crises/{name}/what-if",
        "/api/crises/{name}/quantities",
    }
    assert all(path.startswith("/api/") for path in paths)
