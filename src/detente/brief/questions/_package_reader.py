"""A coalition with the words and figures that sentences, pictures and tables of question 6 share."""

from dataclasses import replace
from functools import cached_property

from detente.analysis.records import Coalition
from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace
from detente.brief.words import join_words, plural

__all__ = ["EVEN", "RULE_HEADS", "PackageReader"]

EVEN = 0.5
"""Chance below which consent has run out."""
RULE_HEADS = {
    "unanimity": "All join",
    "consensus": "Nobody blocks",
    "majority": "Qualified majority",
    "willing": "Half of the weight",
}


class PackageReader:
    """One coalition with the words and figures that sentences, pictures and tables share."""

    def __init__(self, context: Context, book: Book, coalition: Coalition) -> None:
        self.context, self.book, self.coalition = context, book, coalition
        self.mechanism = context.crisis.mechanisms[coalition.mechanism]

    @cached_property
    def trace(self) -> Trace:
        """Where all figures of the coalition come from."""
        levels = self.context.levels.start(self.coalition.mechanism, "coverage")
        base = self.context.traces.of(levels[0].metric) if levels else Trace()
        return replace(
            base,
            model="; ".join(self.coalition.models),
            reference="; ".join(self.coalition.references),
        )

    def measure(self, place: int) -> str:
        """Words for one measure."""
        if not self.coalition.measures:
            return self.mechanism.label
        return self.context.crisis.mechanisms[self.coalition.measures[place]].label

    def package(self, package: int) -> str:
        """Words for a package: its measures, or that it holds all of them."""
        places = [k for k in range(package.bit_length()) if package >> k & 1]
        if package == self.coalition.full and len(places) > 2:
            return f"all {plural(len(places), 'measure')}"
        return join_words([self.measure(k) for k in places])

    def member(self, member: int) -> str:
        """Name of a member."""
        return self.context.names.actor(self.coalition.members[member])

    def key(self, package: int) -> str:
        """Part of the id of a figure."""
        return f"{self.coalition.mechanism}.{package}"

    def chance(self, package: int, rule: str = "") -> Figure:
        """Make the figure of the chance that a package holds."""
        rule = rule or self.coalition.rule
        return self.book.array(
            f"package.{self.key(package)}.{rule}",
            f"{self.package(package)}: {RULE_HEADS[rule].lower()}, {self.mechanism.label}",
            self.coalition.chance[rule][package],
            unit="prob",
            trace=self.trace,
        )

    def joins(self, member: int, package: int, values: FloatArray, when: str = "") -> Figure:
        """Make the figure of a member's joining a package."""
        return self.book.array(
            f"package.{self.key(package)}.joins.{self.coalition.members[member]}{when and '.' + when.replace(' ', '_')}",
            f"{self.member(member)} joins {self.package(package)}{when and ', ' + when}",
            values,
            unit="prob",
            trace=self.trace,
        )

    def note(self) -> str:
        """Say what pictures of packages rest on."""
        crisis = self.context.crisis
        n_draws = self.coalition.join.shape[-1]
        return self.context.say(
            "alliance",
            "package_note",
            crisis=crisis.id,
            day=crisis.as_of.isoformat(),
            cases=n_draws,
        )
