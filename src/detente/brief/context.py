"""What every question reads: the crisis, the results of its run, and what is read off them, by what it is.

A question never solves and never draws. It asks for columns of the run, levels of mechanisms, names, traces and tables,
and keeps the figures that it makes in a :class:`detente.brief.book.Book`.
"""

from dataclasses import dataclass
from typing import Self

from detente.brief.columns import Columns
from detente.brief.levels import EvaluatedLevels
from detente.brief.names import Names
from detente.brief.pages import LANGUAGE, say, say_lines
from detente.brief.policies import ComparedPolicies
from detente.brief.roles import Roles
from detente.brief.tables import Tables
from detente.brief.traces import Traces
from detente.crisis.crisis import Crisis
from detente.runs.run import Run

__all__ = ["Context"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A crisis and its results, with what is read off them."""

    crisis: Crisis
    results: Run
    columns: Columns
    policies: ComparedPolicies
    roles: Roles
    names: Names
    levels: EvaluatedLevels
    traces: Traces
    tables: Tables
    language: str = LANGUAGE

    @classmethod
    def of(cls, crisis: Crisis, results: Run, *, language: str = LANGUAGE) -> Self:
        """Read a run.

        Parameters
        ----------
        crisis
            The loaded crisis.
        results
            The results of its run.
        language
            The language that answers are told in, where it has their pages.
        """
        policies = ComparedPolicies(crisis, results)
        columns = Columns(results, base=policies.base)
        names = Names(crisis)
        levels = EvaluatedLevels(crisis, columns=columns, names=names)
        return cls(
            crisis=crisis,
            results=results,
            columns=columns,
            policies=policies,
            roles=Roles(crisis, defenders=results.manifest.defenders),
            names=names,
            levels=levels,
            traces=Traces(crisis, results, columns=columns, levels=levels),
            tables=Tables(crisis, names=names),
            language=language,
        )

    def say(self, page: str, block: str, **values: object) -> str:
        """Say one thing in the language of the briefing; see :func:`detente.brief.pages.say`."""
        return say(page, block, self.language, **values)

    def say_lines(self, page: str, block: str, **values: object) -> tuple[str, ...]:
        """Say several things in the language of the briefing; see :func:`detente.brief.pages.say_lines`."""
        return say_lines(page, block, self.language, **values)

    @property
    def has_settlement(self) -> bool:
        """Whether the file counts any outcome as a settlement."""
        return any(rule.settlement for rule in self.crisis.outcomes.values())
