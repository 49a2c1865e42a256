"""The pages of a briefing: what is read first, what is looked up in the appendix, and the same text as Markdown."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from detente.brief.behind import reading
from detente.brief.export.data_files import APPENDIX_FILE
from detente.brief.export.rendering import environment
from detente.brief.figures import Answer, Chart
from detente.brief.pages import say
from detente.brief.pictures.sections import type_shape
from detente.brief.words import plural
from detente.crisis.elements import Source

if TYPE_CHECKING:
    from detente.brief.document import Brief

__all__ = ["Citations", "to_appendix", "to_html", "to_markdown"]


STAND_INS = ("outlook-outcomes", "outlook-dilemma-effect", "outlook-policies")
"""Pictures that stand on the first screens where the summary has none of its own; no card shows them."""
STAGE = {"timeline": "deterrence-timeline", "theatre": "deterrence-theatre"}
"""Pictures of when and where, which stand with what to watch."""


class Citations:
    """The sources that a page cites, numbered in the order of their first mention.

    Parameters
    ----------
    sources
        The sources that may be cited, by key; any other key is left out.
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._numbers: dict[str, int] = {}

    def cite(self, keys: Iterable[str]) -> tuple[tuple[int, str], ...]:
        """Return number and key of sources, and keep them for the list."""
        known = [key for key in dict.fromkeys(keys) if key in self._sources]
        return tuple((self._numbers.setdefault(key, len(self._numbers) + 1), key) for key in known)

    def listed(self) -> tuple[tuple[int, Source], ...]:
        """Return the sources cited so far, by number."""
        return tuple((number, self._sources[key]) for key, number in self._numbers.items())


def to_html(brief: "Brief", *, single_file: bool = False) -> str:
    """Render the page: no scripts, nothing loaded from elsewhere; with the appendix in it if all is to be one file."""
    values = _values(brief) | {"home": "" if single_file else APPENDIX_FILE, "single": single_file}
    return environment(html=True).get_template("brief.html").render(values)


def to_appendix(brief: "Brief") -> str:
    """Render the appendix: every table and picture that the page leaves out, methods, sources, and traces."""
    values = _values(brief) | {"home": "", "single": False}
    return environment(html=True).get_template("appendix.html").render(values)


def to_markdown(brief: "Brief") -> str:
    """Render the text of the page as Markdown, with its pictures beside it."""
    text = environment(html=False).get_template("brief.md").render(_values(brief))
    return re.sub(r"\n{3,}", "\n\n", text)


# --- inside ----------------------------------------------------------------------------------------------------------


def _case_words(brief: "Brief") -> str:
    results = brief.context.results
    cases = f"{plural(results.n_draws, 'version')} ({results.manifest.mode})"
    commitments = len(brief.context.policies.ids)
    return f"{cases} for each of {commitments} commitments" if commitments > 1 else cases


def _values(brief: "Brief") -> dict[str, Any]:
    crisis = brief.crisis
    screens = _screens(brief)
    taken = {chart.id for chart in screens.values() if chart is not None}
    citations = Citations({source.key: source for source in brief.sources})
    return {
        "brief": brief,
        "crisis": crisis,
        "context": brief.context,
        "note": say("methods", "disclaimer"),
        "reading": reading(brief.context.results),
        "n_cases": _case_words(brief),
        "n_figures": f"{len(brief.figures):,}",
        "citations": citations,
        "said": brief.summary,
        "kinds": [
            (line, type_shape(place, len(brief.summary.types)))
            for place, line in enumerate(brief.summary.types)
        ],
        "forgone": _forgone(brief),
        "screens": screens,
        "told": [answer for answer in brief.answers if answer.language == brief.context.language],
        "cards": [_Card(answer, elsewhere=taken) for answer in brief.answers],
        "traced": [
            ("The first screens", brief.summary.figures),
            *((answer.title, answer.figures) for answer in brief.answers),
        ],
        "standings": _by_standing(brief.sources),
    }


def _screens(brief: "Brief") -> dict[str, Chart | None]:
    """Return the pictures of the first screens: those of the summary, or what stands nearest to them."""
    known = {chart.id: chart for chart in brief.charts}
    said = brief.summary
    return {
        "outcomes": said.outcomes or brief.hero,
        "moves": said.moves or known.get(STAND_INS[1]),
        "tradeoff": said.tradeoff or known.get(STAND_INS[2]),
        **{name: known.get(chart) for name, chart in STAGE.items()},
    }


def _forgone(brief: "Brief") -> list[tuple[list[str], str]]:
    """Return the commitments that rule out an attack of their own side, by whose attack it is."""
    policies = brief.context.policies
    found: dict[str, list[str]] = {}
    for policy in policies.ids:
        if who := policies.forgoes(policy):
            found.setdefault(who, []).append(policies.get(policy).label)
    return [(labels, who) for who, labels in found.items()]


class _Card:
    """An answer with the picture beside it, and the pictures that are left to the appendix."""

    def __init__(self, answer: Answer, *, elsewhere: Container[str]) -> None:
        placed = (*STAND_INS, *STAGE.values())
        free = [chart for chart in answer.charts if chart.id not in placed]
        self.answer = answer
        self.chart = free[0] if free else None
        self.others: Sequence[Chart] = [
            chart
            for chart in answer.charts
            if chart is not self.chart and chart.id not in elsewhere
        ]
        self.shown = [chart for chart in answer.charts if chart not in self.others]


def _by_standing(sources: Sequence[Source]) -> list[tuple[str, list[Source]]]:
    """Group sources by what was read of them, those that were read themselves first."""
    ranked = sorted(sources, key=lambda source: (source.standing, source.publisher, source.key))
    return [
        (standing or "read as published", list(group))
        for standing, group in groupby(ranked, key=lambda source: source.standing)
    ]
