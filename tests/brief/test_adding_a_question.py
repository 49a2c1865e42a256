"""A question is two files, found like commands; the order in which questions are answered changes nothing."""

import importlib.resources
import json
import sys

import jsonschema
import numpy as np
import pytest

from detente.brief import (
    as_data,
    compose,
    document,
    pages,
    questions,
    to_appendix,
    to_html,
    to_json,
    to_markdown,
)
from detente.brief.questions import find_questions

SCHEMA = json.loads(
    (importlib.resources.files("detente.brief") / "brief.schema.json").read_text("utf-8")
)
QUESTION = '''
"""Who moves? An added question."""

from detente.brief.figures import Answer
from detente.brief.pages import read_page

ID, ORDER = "movers", 25


def answer(book):
    attack = book.metric("attack", "an attack", "attack")
    names = [player.name for player in book.context.roles.players()]
    case = "low" if (attack.value or 0.0) < 0.5 else "high"
    said = read_page(ID, {"attack": attack, "names": names, "case": case})
    return Answer(id=ID, title=said.title, answer=said.answer, model=said.model, absent=said.absent)
'''
PAGE = """{% block title %}Who moves, and what of it?{% endblock %}
{% block answer %}
{{ names|joined }} move, and an attack stands
{%- if case == "low" %} low{% else %} high{% endif %} at {{ attack|link }}.
{% endblock %}
{% block model %}
The first paragraph speaks of {{ names|length|counted("player") }}.

The second says {{ attack|full }}.
{% endblock %}
"""


@pytest.fixture
def added(tmp_path, monkeypatch):
    """Two files in a folder of their own, which the packages look into as well."""
    for folder in ("questions", "pages/en"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "questions" / "movers.py").write_text(QUESTION, encoding="utf-8")
    (tmp_path / "pages" / "en" / "movers.j2").write_text(PAGE, encoding="utf-8")
    for package, folder in ((questions, "questions"), (pages, "pages")):
        places = [*package.__path__, str(tmp_path / folder)]
        monkeypatch.setattr(package, "__path__", places)
    yield
    sys.modules.pop("detente.brief.questions.movers", None)


@pytest.mark.usefixtures("added")
def test_two_files_add_a_question(crisis, results):
    """Oracle: hand, the words of the page with the players and the probability of the template's run."""
    brief = compose(crisis, results)
    ids = [answer.id for answer in brief.answers]
    assert ids == [
        *("aims", "options", "movers", "diplomacy"),
        *("deterrence", "sanctions", "alliance", "outlook"),
    ]
    attack = brief.figures["movers.attack"]
    assert attack.value == brief.shared.attack.value
    data = json.loads(to_json(brief))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    question = data["questions"][2]
    assert question["title"] == "Who moves, and what of it?"
    assert question["answer"] == (
        f"Northland, Westmark and Midland move, and an attack stands low at {attack.text}."
    )
    assert question["model"] == [
        "The first paragraph speaks of 3 players.",
        f"The second says {attack.full_text}.",
    ]
    assert [figure["id"] for figure in question["figures"]] == ["movers.attack"]
    page, text = to_html(brief), to_markdown(brief)
    assert '<article class="card" id="movers" aria-labelledby="h-movers">' in page
    assert '<a class="n" href="appendix.html#movers.attack">' in page
    assert '<dl id="movers.attack">' in to_appendix(brief)
    assert "3. Who moves, and what of it?" in text
    assert f"an attack stands low at {attack.text}" in text


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_answering_changes_nothing(full_brief, monkeypatch, seed):
    """Oracle: theorem, a figure is a function of the run, and a text of figures."""

    def shuffled():
        found = find_questions()
        return [found[place] for place in np.random.default_rng(seed).permutation(len(found))]

    monkeypatch.setattr(document, "find_questions", shuffled)
    crisis, results = full_brief.context.crisis, full_brief.context.results
    other = compose(crisis, results)
    assert [answer.id for answer in other.answers] != [answer.id for answer in full_brief.answers]
    assert dict(other.figures) == dict(full_brief.figures)
    before, after = as_data(full_brief), as_data(other)

    def by_id(data):
        return {question["id"]: question for question in data.pop("questions")}

    assert by_id(before) == by_id(after)
    assert sorted(before.pop("files")) == sorted(after.pop("files"))
    assert before == after


def test_a_module_with_an_underscore_is_no_question():
    # oracle: hand, the modules of the folder
    ids = [question.id for question in find_questions()]
    assert ids == ["aims", "options", "diplomacy", "deterrence", "sanctions", "alliance", "outlook"]
    assert [question.order for question in find_questions()] == [10, 20, 30, 40, 50, 60, 70]
