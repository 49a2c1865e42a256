"""How many of the inputs that matter are the authors' judgement, wholly or in part, and how many are from memory."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Quantity

__all__ = ["JUDGEMENT", "Standing", "StandingCount", "count_standing", "standing_of"]

Standing = Literal["judgement", "partly judgement", "sourced"]
"""Whether a quantity is the authors' judgement, rests partly on it, or comes from sources alone."""

JUDGEMENT, MEMORY = "judgement", "memory-unverified"
"""Standing of a source that is the authors' own judgement; grade of what was remembered and not looked up again."""
CODED = ("positions.", "red_lines.")
"""Quantities whose range is a convention about a scale of the file's own, whatever their centre is read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCount:
    """How many quantities of some rest on judgement; ``by_grade`` counts each standing within each grade."""

    n: int
    wholly: int
    partly: int
    memory: int
    by_grade: tuple[tuple[str, tuple[tuple[Standing, int], ...]], ...]

    @property
    def judged(self) -> int:
        """How many rest on judgement wholly or in part."""
        return self.wholly + self.partly

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "quantities": self.n,
            "judgement": self.wholly,
            "partly_judgement": self.partly,
            "memory_unverified": self.memory,
            "by_grade": {grade: dict(counts) for grade, counts in self.by_grade},
        }

    def words(self, what: str) -> str:
        """Say it of ``what``, a noun phrase in the plural behind the number.

        Examples
        --------
        >>> StandingCount(n=9, wholly=3, partly=2, memory=1, by_grade=()).words("uncertain inputs")
        "of 9 uncertain inputs 3 are the authors' judgement, 2 rest partly on it, 1 is from memory"
        """
        if self.n == 0:
            return f"there are no {what}"
        if self.judged + self.memory == 0:
            return f"none of {self.n:,} {what} rests on the authors' judgement or on memory"
        on_it = "it" if self.wholly else "the authors' judgement"
        parts = {
            f"{self.wholly:,} {'is' if self.wholly == 1 else 'are'} the authors' judgement": self.wholly,
            f"{self.partly:,} {'rests' if self.partly == 1 else 'rest'} partly on {on_it}": self.partly,
            f"{self.memory:,} {'is' if self.memory == 1 else 'are'} from memory": self.memory,
        }
        return f"of {self.n:,} {what} {', '.join(text for text, count in parts.items() if count)}"


def standing_of(crisis: Crisis, quantity: Quantity) -> Standing:
    """Say how far a quantity rests on the authors' judgement.

    Wholly, where every source that it names is judgement; partly, where one of several is (one of rival values, or what
    sets the range about a centre that has a source), and where its range is a convention about a scale of the file: a
    position or a red line from 0 to 100 is the authors' reading of what was said.
    """
    known = [crisis.sources[key] for key in quantity.sources if key in crisis.sources]
    judged = [source.standing == JUDGEMENT for source in known]
    if judged and all(judged):
        return "judgement"
    coded = quantity.path.startswith(CODED) and quantity.distribution.family != "fixed"
    return "partly judgement" if any(judged) or coded else "sourced"


def count_standing(crisis: Crisis, paths: Iterable[str]) -> StandingCount:
    """Count the standing of quantities; unknown paths are passed over."""
    chosen = [crisis.quantities[path] for path in paths if path in crisis.quantities]
    pairs = [(quantity.grade, standing_of(crisis, quantity)) for quantity in chosen]
    counts = Counter(standing for _, standing in pairs)
    by_grade: dict[str, Counter[Standing]] = {}
    for grade, standing in pairs:
        by_grade.setdefault(grade, Counter())[standing] += 1
    return StandingCount(
        n=len(chosen),
        wholly=counts["judgement"],
        partly=counts["partly judgement"],
        memory=sum(quantity.grade == MEMORY for quantity in chosen),
        by_grade=tuple((grade, tuple(found.items())) for grade, found in sorted(by_grade.items())),
    )
