"""Runs of what-ifs, read as a briefing reads them: answers with their pictures, tables and figures, kept for a while."""

from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import cached_property

from detente.analysis.running import run
from detente.brief.context import Context
from detente.brief.document import answer_question
from detente.brief.figures import Answer
from detente.brief.questions import find_questions
from detente.brief.shared import SharedFigures, declare_shared
from detente.brief.summary import BriefSummary, summarise
from detente.crisis.crisis import Crisis
from detente.rules.policies import find_policy
from detente.runs.run import Run
from detente.web.answers import Asked
from detente.web.workbench import Recent, Workbench

__all__ = ["Briefings", "Told"]

_KEPT = 12
"""Runs that are kept, with what was read off them; each lies in a temporary folder until it goes."""


class Told:
    """A run of a crisis, and what a briefing says of it; each part is made when it is first asked for.

    Parameters
    ----------
    crisis
        The crisis that was run, with its overrides.
    results
        The run, with its studies.
    """

    def __init__(self, crisis: Crisis, results: Run) -> None:
        self.crisis, self.results = crisis, results
        self._answers: dict[str, Answer] = {}

    @cached_property
    def context(self) -> Context:
        """What the questions of a briefing read."""
        return Context.of(self.crisis, self.results)

    @cached_property
    def shared(self) -> SharedFigures:
        """The figures that the whole briefing rests on."""
        return declare_shared(self.context)

    @cached_property
    def summary(self) -> BriefSummary:
        """The summary of the briefing."""
        return summarise(self.context, self.shared)

    def answer(self, question: str) -> Answer:
        """Return the answer to a question of the briefing, by its id."""
        if question not in self._answers:
            found = next(item for item in find_questions() if item.id == question)
            self._answers[question] = answer_question(found, self.context)
        return self._answers[question]


class Briefings:
    """Runs of what-ifs, by the crisis with its values set, policies, draws and seed; may be shared by threads.

    Parameters
    ----------
    bench
        The crises.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._kept: Recent[Told] = Recent(_KEPT)

    def read(
        self,
        name: str,
        asked: Asked,
        *,
        every_policy: bool = False,
        is_stopped: Callable[[], bool] | None = None,
    ) -> Told:
        """Run a crisis with values set, and return what a briefing says of it.

        Parameters
        ----------
        name
            The crisis.
        asked
            What is set; its policy, or the first of the crisis, is the base case.
        every_policy
            Whether all other policies are run as well.
        is_stopped
            Asked before each 64 draws.

        Raises
        ------
        UsageError
            ``policy-invalid`` for an unknown policy, and the codes of :meth:`detente.crisis.Crisis.set`.
        concurrent.futures.CancelledError
            If ``is_stopped`` says so.
        """
        crisis = self._bench.changed(name, asked.set)
        chosen = find_policy(crisis, asked.policy)
        base = next(iter(crisis.policies), "") if chosen is None else chosen.id
        others = [policy for policy in crisis.policies if policy != base] if every_policy else []
        policies = tuple(policy for policy in (base, *others) if policy)

        def look(_done: int, _total: int) -> None:
            if is_stopped is not None and is_stopped():
                raise CancelledError

        def solve() -> Told:
            results = run(
                crisis,
                draws=asked.draws,
                policies=policies or None,
                seed=asked.seed,
                workers=self._bench.workers,
                progress=look,
            )
            return Told(crisis, results)

        return self._kept.get((crisis.digest, policies, asked.draws, asked.seed), solve)
