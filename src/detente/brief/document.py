"""The whole briefing as one value: the first screen, the answers, and what stands behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from detente.brief.base_rates import base_rate_tables
from detente.brief.behind import (
    disputed_table,
    input_table,
    say_assumptions,
    say_limits,
    say_methods,
    used_sources,
)
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Answer, Chart, Figure, TableView
from detente.brief.first_screen import headline_sentences, how_sure
from detente.brief.questions import Question, find_questions
from detente.brief.shared import SharedFigures, declare_shared
from detente.crisis.elements import Crisis, Source
from detente.runs.results import Results

__all__ = ["Brief", "compose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A briefing before it is rendered."""

    context: Context
    answers: tuple[Answer, ...]
    shared: SharedFigures
    headline: tuple[str, ...]
    sure: tuple[str, ...]
    figures: Mapping[str, Figure]
    inputs: TableView
    base_rates: tuple[TableView, ...]
    timeline: TableView | None
    overrides: tuple[str, ...]
    assumptions: tuple[str, ...]
    limits: tuple[str, ...]
    disputes: tuple[str, ...]
    disputed: TableView | None
    methods: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def crisis(self) -> Crisis:
        """The crisis briefed."""
        return self.context.crisis

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All pictures in order."""
        return tuple(chart for answer in self.answers for chart in answer.charts)

    @property
    def hero(self) -> Chart | None:
        """The picture of the first screen: the outcomes."""
        return next((chart for chart in self.charts if chart.id == "outlook-outcomes"), None)


def compose(crisis: Crisis, results: Results) -> Brief:
    """Answer the questions and gather what stands behind them.

    Parameters
    ----------
    crisis
        The crisis that was run, with the same overrides.
    results
        The finished run, with its studies (:func:`detente.analysis.studies.keep_studies`).

    Raises
    ------
    RunError
        ``study-missing`` if the crisis binds mechanisms that a study is about and the run holds none.
    """
    context = Context.of(crisis, results)
    shared = declare_shared(context)
    answers = tuple(_answer(question, context) for question in find_questions())
    figures = {figure.id: figure for answer in answers for figure in answer.figures}
    return Brief(
        context=context,
        answers=answers,
        headline=headline_sentences(context, answers, shared),
        sure=how_sure(context, shared),
        shared=shared,
        figures=figures,
        inputs=input_table(context),
        base_rates=base_rate_tables(context, shared),
        timeline=context.tables.view(
            "timeline",
            {
                "date": "Date",
                "actors": "Actors",
                "event": "Event",
                "grade": "Grade",
                "source": "Source",
            },
            title="Events before the cut-off",
        ),
        overrides=tuple(f"{path} = {value}" for path, value in crisis.overrides.items()),
        assumptions=say_assumptions(context),
        limits=say_limits(crisis),
        disputes=tuple(crisis.disputes),
        disputed=disputed_table(context),
        methods=say_methods(context),
        sources=used_sources(context, answers, figures.values()),
    )


def _answer(question: Question, context: Context) -> Answer:
    """Let a question fill a book of its own, and put the figures of the book with its answer."""
    book = Book(context, question.id)
    answer = question.answer(book)
    return replace(answer, figures=book.figures)
