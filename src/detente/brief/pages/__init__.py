"""Pages: the words of the briefing as templates, a folder per language.

``brief.html`` and ``brief.md`` are the whole page. ``<question>.j2`` holds the words of one question in blocks: ``title``,
``answer``, ``so_what``, ``model`` (paragraphs, an empty line between two), ``changes`` and ``absent`` (a line each). Of a
picture it has ``<name>_title``, ``<name>_measure`` and where needed ``<name>_note``; of a table ``<name>_title`` and ``<name>_note``.
A template says what a question computed: it compares no numbers, it only looks at the cases that the question names.
``summary.j2`` holds the words of the summary, ``pictures.j2`` those that pictures of several questions share, ``card.j2`` the
headings of a card, a block for each thing that is said.

Another language is a folder beside ``en`` with its own ``phrases.j2``, which also says how numbers are written. A page that
it lacks is taken from ``en``, with the phrases of ``en``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from detente.brief.figures import Figure, chance, link
from detente.brief.words import join_words, plural, sentence_case, spell_count
from detente.errors import UsageError

__all__ = [
    "LANGUAGE",
    "PageWords",
    "card_heading",
    "choose_language",
    "page_language",
    "page_loader",
    "read_page",
    "say",
    "say_lines",
]

LANGUAGE = "en"
"""The language that has words for everything."""
PHRASES = "phrases.j2"
"""Macros that every page may use, and how a language writes numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """The words of a question; what its page does not say is empty. Links to figures are as in sentences of the code."""

    title: str
    answer: str
    so_what: str
    model: tuple[str, ...]
    changes: tuple[str, ...]
    absent: tuple[str, ...]


def choose_language(name: str | None) -> str:
    """Return the language asked for, or the one that has words for everything.

    Raises
    ------
    UsageError
        ``option-invalid`` for a language without a folder.
    """
    if name is None:
        return LANGUAGE
    known = {path.parent.name for place in __path__ for path in Path(place).glob(f"*/{PHRASES}")}
    if name not in known:
        message = f"the briefing has no words in the language “{name}”"
        fix = f"ask for one of {', '.join(sorted(known))}"
        raise UsageError(message, code="option-invalid", at="--language", fix=fix)
    return name


def page_language(page: str, language: str) -> str:
    """Return the language in which a page is told: the one asked for if it has the page."""
    found = any((Path(place) / language / f"{page}.j2").is_file() for place in __path__)
    return language if found else LANGUAGE


def page_loader(language: str = LANGUAGE) -> jinja2.BaseLoader:
    """Return what finds templates: in the folder of the language, of every place where pages lie."""
    return jinja2.FileSystemLoader([Path(place) / language for place in __path__])


def read_page(
    question: str, values: Mapping[str, object], *, language: str = LANGUAGE
) -> PageWords:
    """Say what a question found, in the words of its page.

    Parameters
    ----------
    question
        The question's id; its template is ``<id>.j2``.
    values
        Figures, names and named cases that the template speaks of. The filters ``link`` (a figure, linked), ``written``
        (not linked, as in titles), ``full`` (linked, with its range), ``aside`` (the same inside brackets) and ``chance`` (as a
        likelihood) write figures.
    language
        The language to say it in, where that has the page.
    """
    language = page_language(question, language)

    def block(name: str) -> str:
        return _render(question, name, values, language)

    return PageWords(
        title=_one_line(block("title")),
        answer=_one_line(block("answer")),
        so_what=_one_line(block("so_what")),
        model=_paragraphs(block("model"), "\n\n"),
        changes=_paragraphs(block("changes"), "\n"),
        absent=_paragraphs(block("absent"), "\n"),
    )


def say(page: str, block: str, language: str = LANGUAGE, /, **values: object) -> str:
    """Say one thing: a block of a page, on one line; empty if the page has no words for it.

    Parameters
    ----------
    page
        Name of the page, without its ending.
    block
        Name of the block.
    language
        The language to say it in, where that has the page.
    values
        As for :func:`read_page`.
    """
    return _one_line(_render(page, block, values, page_language(page, language)))


def card_heading(block: str, language: str) -> str:
    """Return a heading of a card in the language of its words."""
    return _one_line(_render("card", block, {}, page_language("card", language)))


def say_lines(
    page: str, block: str, language: str = LANGUAGE, /, **values: object
) -> tuple[str, ...]:
    """Say several things: the lines of a block of a page, those that are empty left out; as :func:`say`."""
    return _paragraphs(_render(page, block, values, page_language(page, language)), "\n")


def _render(page: str, block: str, values: Mapping[str, object], language: str) -> str:
    environment = _environment(tuple(__path__), language)
    template = environment.get_template(f"{page}.j2")
    if block not in template.blocks:
        return ""
    phrases = _phrases(environment)
    return "".join(template.blocks[block](template.new_context({**phrases, **values})))


def _phrases(environment: jinja2.Environment) -> dict[str, Any]:
    return vars(environment.get_template(PHRASES).module)


@cache
def _environment(places: tuple[str, ...], language: str) -> jinja2.Environment:
    """Return the templates of questions: plain text, since pages escape what they show. By where pages lie."""
    del places
    found = jinja2.Environment(
        loader=page_loader(language),
        autoescape=False,  # noqa: S701  # the pages that show these words escape them
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )

    def written(figure: Figure, text: str = "") -> str:
        return link(figure, _write(text or figure.text, _phrases(found)))

    found.filters.update(
        link=written,
        written=lambda figure: _write(figure.text, _phrases(found)),
        priced=lambda figure: _write(figure.full_text, _phrases(found)),
        full=lambda figure: written(figure, figure.full_text),
        aside=lambda figure: written(figure, figure.aside_text),
        joined=lambda words, last="": join_words(words, last=last or _phrases(found)["last_word"]),
        sentence=sentence_case,
        unsigned=lambda text: text.removeprefix("\N{MINUS SIGN}").removeprefix("+"),
    )
    if language == LANGUAGE:
        found.filters.update(_ENGLISH)
    return found


_NUMBER = re.compile(r"[0-9](?:[0-9.,]*[0-9])?%?")


def _write(text: str, phrases: Mapping[str, Any]) -> str:
    """Write the text of a figure with the marks of a language, and its words beside numbers."""
    marks, words = phrases["number_marks"], phrases["number_words"]
    text = _NUMBER.sub(lambda match: match[0].translate(str.maketrans(marks)), text)
    return re.sub(r"n/a|[a-z]+", lambda match: words.get(match[0], match[0]), text)


def _amount(figure: Figure) -> str:
    """Write the value of a figure alone where words beside it say the unit; a currency keeps its sign."""
    text = figure.text
    for name, sign in (("EUR", "€"), ("USD", "$"), ("GBP", "£")):
        if text.startswith(f"{name} "):
            return sign + text.removeprefix(f"{name} ").partition(" ")[0]
    return text.partition("%")[0] if figure.unit == "pct_gdp" else text.partition(" ")[0]


def _bare_range(figure: Figure) -> str:
    """Write the range of a figure in percent of something without saying again of what."""
    return (
        figure.range_text.partition("%")[0] + "%" if "%" in figure.range_text else figure.range_text
    )


_ENGLISH: Mapping[str, Callable[..., str]] = {
    "chance": chance,
    "quoted": lambda text: f"“{text}”",
    "counted": plural,
    "thousands": lambda number: f"{number:,}",
    "spelled": spell_count,
    "amount": _amount,
    "bare_range": _bare_range,
}
"""Filters that write English; a page in another language that uses one is refused when it is read."""


def _one_line(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")


def _paragraphs(text: str, between: str) -> tuple[str, ...]:
    return tuple(line for part in text.split(between) if (line := _one_line(part)))
