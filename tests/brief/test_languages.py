"""A second language: a folder of pages beside the English one, and English where it has none."""

import re
from pathlib import Path

import jinja2
import jinja2.nodes
import pytest

from detente.analysis.studies import keep_studies
from detente.brief import compose, pages, to_appendix, to_html, to_markdown
from detente.brief.figures import Figure, Trace, plain
from detente.brief.pages import LANGUAGE, card_heading, read_page
from detente.cli.brief import command as brief_command
from detente.crisis import load_crisis, shipped_crises
from detente.errors import UsageError
from detente.runs import run_ensemble

HERE = Path(pages.__file__).parent
TRANSLATED = sorted(path for path in HERE.glob("*/*.j2") if path.parent.name != LANGUAGE)

PARSER = jinja2.Environment(autoescape=True)

ENGLISH = re.compile(
    r"\b(the|a|of|and|or|if|would|wants?|is|are|be|with|without|not|both|from|by|than|that|this|"
    r"there|which|it|its|their|they|on|at|to|for|each|other|what|who|how|rather|only|where|when)\b"
)
"""Function words that are no German words."""


@pytest.fixture(scope="module")
def german(crisis, results):
    return compose(crisis, results, language="de")


def said(answer):
    return (
        answer.title,
        answer.answer,
        answer.so_what,
        *answer.model,
        *answer.changes,
        *answer.absent,
    )


def left_in_english(brief):
    """Return the English words of the first card that stand outside what the crisis file names."""
    answer = brief.answers[0]
    assert answer.language == "de"
    text = re.sub("„[^“]*“", "", plain(" ".join(said(answer))))
    crisis = brief.crisis
    names = [item.name for item in (*crisis.players.values(), *crisis.actors.values())]
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    assert len(text.split()) > 60
    return set(ENGLISH.findall(text.lower()))


def parts(path):
    """Return the names of the blocks, the macros with their arguments, and what is set, of a template."""
    parsed = PARSER.parse(path.read_text("utf-8"))
    return (
        [block.name for block in parsed.find_all(jinja2.nodes.Block)],
        [
            (macro.name, [arg.name for arg in macro.args])
            for macro in parsed.find_all(jinja2.nodes.Macro)
        ],
        [node.target.name for node in parsed.body if isinstance(node, jinja2.nodes.Assign)],
    )


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_translated_page_has_the_blocks_and_macros_of_the_english_one(path):
    """Oracle: independent code, the parsed English page."""
    assert parts(path) == parts(HERE / LANGUAGE / path.name)


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_translated_page_computes_nothing(path):
    """Oracle: independent code, the parsed page, in which no arithmetic is found."""
    parsed = PARSER.parse(path.read_text("utf-8"))
    nodes = jinja2.nodes
    made = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
    assert not list(parsed.find_all(made))


def test_the_card_of_the_template_is_german(german):
    """Oracle: by hand, a list of English words that German does not have."""
    assert left_in_english(german) == set()
    assert german.answers[0].title == "Was will Northland?"


def shown(answer):
    """Yield the words of the pictures and tables of an answer that no crisis file gives: titles, measures, notes, heads."""
    for chart in answer.charts:
        yield from (chart.title, chart.subtitle, chart.footnote)
    for table in answer.tables:
        yield from (table.title, table.note, *table.columns)


def shown_in_english(brief):
    """Return the English words left in the pictures and tables of the first question."""
    answer = brief.answers[0]
    text = re.sub("„[^“]*“", "", " ".join(map(plain, shown(answer))))
    for item in (*brief.crisis.players.values(), *brief.crisis.actors.values()):
        text = text.replace(item.name, "")
    text = text.replace(brief.crisis.id, "")
    assert len(text.split()) > 40
    return set(ENGLISH.findall(text.lower()))


def test_pictures_and_tables_of_the_first_question_are_german(brief, german):
    """Oracle: by hand, a list of English words that German does not have; the page says which language they are in."""
    assert shown_in_english(german) == set()
    (chart,) = german.answers[0].charts
    assert chart.title.startswith("In ") or chart.title.startswith("Die Seiten liegen ")
    page = to_html(german)
    card = page[page.index('<article class="card" id="aims"') : page.index('id="options"')]
    assert 'class="ft">' in card
    assert ">Die Zahlen</a>" in card
    assert '<section id="more-aims" lang="de"' in to_appendix(german)
    assert [list(shown(a)) for a in german.answers[1:]] == [
        list(shown(a)) for a in brief.answers[1:]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_crises()))
def test_the_card_of_a_shipped_crisis_is_german(name, tmp_path):
    """Oracle: by hand, a list of English words that German does not have."""
    crisis = load_crisis(name)
    run = keep_studies(crisis, run_ensemble(crisis, folder=tmp_path, n_draws=16, seed=1))
    brief = compose(crisis, run, language="de")
    assert left_in_english(brief) == set()
    assert shown_in_english(brief) == set()
    text = plain(" ".join(said(brief.answers[0])))
    assert "%" in text
    assert not re.search(r"[0-9]%", text)


def test_what_has_no_german_words_is_told_in_english(brief, german):
    """Oracle: independent code, the English briefing of the same run."""
    assert [answer.language for answer in german.answers] == ["de", *["en"] * 6]
    assert list(map(said, german.answers[1:])) == list(map(said, brief.answers[1:]))
    assert german.summary.lead == brief.summary.lead
    assert set(german.figures) == set(brief.figures)


def test_the_page_says_what_is_german(brief, german):
    """Oracle: by hand."""
    page = to_html(german)
    assert '<article class="card" id="aims" lang="de"' in page
    assert "<summary>Warum</summary>" in page
    words = "Asked for in the language “de”, which has words for one question so far: "
    assert words in page
    assert f"{words}Was will Northland? All else stands in English." in to_markdown(german)
    assert "### Was das ändern würde" in to_markdown(german)
    assert re.findall(r'lang="(\w+)"', to_html(brief)) == ["en"]
    assert "Asked for" not in to_html(brief) + to_markdown(brief)


def figure(value, low, high, unit, **more):
    return Figure(
        id="x.y", label="x", value=value, low=low, high=high, unit=unit, trace=Trace(), **more
    )


@pytest.mark.parametrize(
    ("number", "full", "aside"),
    [
        (
            figure(0.32, 0.08, 0.62, "prob"),
            "32\N{NO-BREAK SPACE}% (8\N{EN DASH}62\N{NO-BREAK SPACE}%)",
            "32\N{NO-BREAK SPACE}%, Spanne 8\N{EN DASH}62\N{NO-BREAK SPACE}%",
        ),
        (figure(1234.5, None, None, "number", exact=True), "1.234,5", "1.234,5"),
        (
            figure(-0.05, -0.08, 0.02, "points"),
            "\N{MINUS SIGN}5 Punkte (\N{MINUS SIGN}8 bis +2 Punkte)",
            "\N{MINUS SIGN}5 Punkte, Spanne \N{MINUS SIGN}8 bis +2 Punkte",
        ),
        (figure(None, None, None, "prob", excluded=True), "ausgeschlossen", "ausgeschlossen"),
    ],
    ids=["percent", "decimal", "points", "excluded"],
)
def test_german_writes_numbers_its_own_way(tmp_path, monkeypatch, number, full, aside):
    """Oracle: by hand."""
    (tmp_path / "de").mkdir()
    page = (
        "{% block title %}{{ x|full }}{% endblock %}{% block answer %}{{ x|aside }}{% endblock %}"
    )
    (tmp_path / "de" / "probe.j2").write_text(page, encoding="utf-8")
    monkeypatch.setattr(pages, "__path__", [*pages.__path__, str(tmp_path)])
    found = read_page("probe", {"x": number}, language="de")
    assert plain(found.title) == full
    assert plain(found.answer) == aside


def test_a_filter_that_writes_english_is_refused_in_german(tmp_path, monkeypatch):
    """Oracle: by hand."""
    (tmp_path / "de").mkdir()
    page = "{% block title %}{{ x|chance }}{% endblock %}"
    (tmp_path / "de" / "probe.j2").write_text(page, encoding="utf-8")
    monkeypatch.setattr(pages, "__path__", [*pages.__path__, str(tmp_path)])
    with pytest.raises(jinja2.TemplateAssertionError, match="chance"):
        read_page("probe", {"x": figure(0.3, None, None, "prob")}, language="de")


def test_a_heading_without_words_is_english():
    """Oracle: by hand."""
    assert card_heading("why", "de") == "Warum"
    assert card_heading("why", "en") == "Why"


@pytest.mark.parametrize("name", ["fr", "", "../en", "DE"])
def test_an_unknown_language_is_refused_before_anything_is_solved(template, tmp_path, name):
    """Oracle: by hand."""
    with pytest.raises(UsageError) as caught:
        brief_command(str(template), language=name, out=tmp_path / "out")
    assert caught.value.code == "option-invalid"
    assert f"“{name}”" in str(caught.value)
    assert caught.value.at == "--language"
    assert "de, en" in caught.value.fix
    assert not (tmp_path / "out").exists()
