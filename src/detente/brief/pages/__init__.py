"""Pages: the words of the briefing as templates, a folder per language.

``brief.html`` and ``brief.md`` are the whole page. ``<question>.j2`` holds the words of one question in blocks: ``title``,
``answer``, ``so_what``, ``model`` (paragraphs, an empty line between two), ``changes`` and ``absent`` (a line each). A template
says what a question computed: it compares no numbers, it only looks at the cases that the question names. ``summary.j2``
holds the words of the summary, a block for each thing that is said.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from detente.brief.figures import Figure, chance, link
from detente.brief.words import join_words, plural, sentence_case, spell_count

__all__ = ["PageWords", "page_loader", "read_page", "say", "say_lines"]

LANGUAGE = "en"
PHRASES = "phrases.j2"
"""Macros that every page may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """The words of a question; what its page does not say is empty. Links to figures are as in sentences of the code."""

    title: str
    answer: str
    so_what: str
    model: tuple[str, ...]
    changes: tuple[str, ...]
    absent: tuple[str, ...]


def page_loader() -> jinja2.BaseLoader:
    """Return what finds templates: in the folder of the language, of every place where pages lie."""
    return jinja2.FileSystemLoader([Path(place) / LANGUAGE for place in __path__])


def read_page(question: str, values: Mapping[str, object]) -> PageWords:
    """Say what a question found, in the words of its page.

    Parameters
    ----------
    question
        The question's id; its template is ``<id>.j2``.
    values
        Figures, names and named cases that the template speaks of. The filters ``link`` (a figure, linked), ``full``
        (with its range), ``aside`` (the same inside brackets) and ``chance`` (as a likelihood) write figures.
    """

    def block(name: str) -> str:
        return _render(question, name, values)

    return PageWords(
        title=_one_line(block("title")),
        answer=_one_line(block("answer")),
        so_what=_one_line(block("so_what")),
        model=_paragraphs(block("model"), "\n\n"),
        changes=_paragraphs(block("changes"), "\n"),
        absent=_paragraphs(block("absent"), "\n"),
    )


def say(page: str, block: str, **values: object) -> str:
    """Say one thing: a block of a page, on one line; empty if the page has no words for it.

    Parameters
    ----------
    page
        Name of the page, without its ending.
    block
        Name of the block.
    values
        As for :func:`read_page`.
    """
    return _one_line(_render(page, block, values))


def say_lines(page: str, block: str, **values: object) -> tuple[str, ...]:
    """Say several things: the lines of a block of a page, those that are empty left out; as :func:`say`."""
    return _paragraphs(_render(page, block, values), "\n")


def _render(page: str, block: str, values: Mapping[str, object]) -> str:
    environment = _environment(tuple(__path__))
    template = environment.get_template(f"{page}.j2")
    if block not in template.blocks:
        return ""
    phrases = vars(environment.get_template(PHRASES).module)
    return "".join(template.blocks[block](template.new_context({**phrases, **values})))


@cache
def _environment(places: tuple[str, ...]) -> jinja2.Environment:
    """Return the templates of questions: plain text, since pages escape what they show. By where pages lie."""
    del places
    found = jinja2.Environment(
        loader=page_loader(),
        autoescape=False,  # noqa: S701  # the pages that show these words escape them
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.filters.update(
        link=link,
        full=lambda figure: link(figure, figure.full_text),
        aside=lambda figure: link(figure, figure.aside_text),
        chance=chance,
        joined=join_words,
        quoted=lambda text: f"“{text}”",
        counted=plural,
        thousands=lambda number: f"{number:,}",
        sentence=sentence_case,
        spelled=spell_count,
        amount=_amount,
        unsigned=lambda text: text.removeprefix("\N{MINUS SIGN}").removeprefix("+"),
        bare_range=_bare_range,
    )
    return found


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


def _one_line(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")


def _paragraphs(text: str, between: str) -> tuple[str, ...]:
    return tuple(line for part in text.split(between) if (line := _one_line(part)))
