"""The whole briefing as one value: the first screen, the answers, and what stands behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from detente.brief.base_rates import base_rate_tables
from detente.brief.behind import (
    disputed_table,
    input_table,
    say_assumptions,
    say_limits,
    say_methods,
    say_sources,
    used_sources,
)
from detente.brief.book import Book
from detente.brief.certainty import how_sure
from detente.brief.context import Context
from detente.brief.export.writing import BriefPaths, write_files
from detente.brief.figures import Answer, Chart, Figure, TableView, plain
from detente.brief.pages import LANGUAGE, choose_language, page_language
from detente.brief.questions import Question, find_questions
from detente.brief.shared import SharedFigures, declare_shared
from detente.brief.summary import BriefSummary, summarise
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Source
from detente.errors import UsageError
from detente.runs.run import Run
from detente.summaries import html_bars, html_summary, text_summary

__all__ = ["Brief", "answer_question", "compose", "compose_run"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Brief:
    """A briefing before it is rendered."""

    context: Context
    answers: tuple[Answer, ...]
    shared: SharedFigures
    summary: BriefSummary
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
    vintage: tuple[str, ...]

    @property
    def crisis(self) -> Crisis:
        """The crisis briefed."""
        return self.context.crisis

    @property
    def headline(self) -> tuple[str, ...]:
        """The sentences of the first screen."""
        return self.summary.lead

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All pictures of answers in order."""
        return tuple(chart for answer in self.answers for chart in answer.charts)

    @property
    def every_chart(self) -> tuple[Chart, ...]:
        """The pictures of the summary, and those of the answers."""
        return (*self.summary.charts, *self.charts)

    @property
    def hero(self) -> Chart | None:
        """The picture of the first screen: the outcomes."""
        return next((chart for chart in self.charts if chart.id == "outlook-outcomes"), None)

    def write(self, folder: str | Path, *, single_file: bool = False) -> BriefPaths:
        """Write the files of :func:`detente.brief.export.writing.write_files` into a folder.

        Raises
        ------
        RunError
            ``output-unwritable``, see :func:`detente.brief.export.writing.write_files`.
        """
        return write_files(self, folder, single_file=single_file)

    def _rows(self) -> list[tuple[str, str]]:
        return [
            *((str(number), plain(sentence)) for number, sentence in enumerate(self.headline, 1)),
            *(
                (
                    rule.id,
                    f"{figure.text} ({figure.range_text})" if figure.range_text else figure.text,
                )
                for rule, figure in self.shared.outcomes
            ),
            ("figures", f"{len(self.figures)}, each with its trace"),
            ("pictures", str(len(self.charts))),
            ("sources", str(len(self.sources))),
        ]

    def __repr__(self) -> str:
        """Show the sentences of the first screen, the outcomes, and how much there is."""
        return text_summary(f"Briefing of {self.crisis.id}: {self.crisis.title}", self._rows())

    def _repr_html_(self) -> str:
        title = f"{self.crisis.id}: {self.crisis.title}"
        bars = [
            (rule.label, figure.value, figure.low, figure.high)
            for rule, figure in self.shared.outcomes
            if figure.value is not None and figure.low is not None and figure.high is not None
        ]
        return html_summary(title, self._rows()) + html_bars("outcomes", bars)


def compose(crisis: Crisis, results: Run, *, language: str = LANGUAGE) -> Brief:
    """Answer the questions and gather what stands behind them.

    Parameters
    ----------
    crisis
        The crisis that was run, with the same overrides.
    results
        The finished run, with its studies (:func:`detente.analysis.studies.keep_studies`).
    language
        The language of the answers; those that have no words in it are told in English.

    Raises
    ------
    UsageError
        ``option-invalid`` for a language without pages.
    RunError
        ``study-missing`` if the crisis binds mechanisms that a study is about and the run holds none.
    """
    context = Context.of(crisis, results, language=choose_language(language))
    shared = declare_shared(context)
    answers = tuple(answer_question(question, context) for question in find_questions())
    summary = summarise(context, shared)
    figures = {figure.id: figure for answer in answers for figure in answer.figures}
    figures |= {figure.id: figure for figure in summary.figures}
    sources = used_sources(context, answers, figures.values())
    return Brief(
        context=context,
        answers=answers,
        sure=how_sure(context, shared),
        shared=shared,
        summary=summary,
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
        sources=sources,
        vintage=say_sources(crisis, sources),
    )


def compose_run(run: Run, *, language: str = LANGUAGE) -> Brief:
    """Compose the briefing of a run that knows its crisis; see :func:`compose`.

    Raises
    ------
    UsageError
        ``option-invalid`` if it does not.
    """
    if run.crisis is None:
        message = f"the run in {run.folder} does not know its crisis"
        fix = "open it with its crisis: Run.open(folder, crisis=...)"
        raise UsageError(message, code="option-invalid", at="run", fix=fix)
    return compose(run.crisis, run, language=language)


def answer_question(question: Question, context: Context) -> Answer:
    """Let a question fill a book of its own, in the language that has its page, and put its figures with the answer."""
    language = page_language(question.id, context.language)
    book = Book(replace(context, language=language), question.id)
    answer = question.answer(book)
    return replace(answer, figures=book.figures, language=language)
