"""What the text of a report asserts, and what it takes back: denied, called off, long past, or only possible.

The method is that of :cite:t:`chapman2001` and :cite:t:`harkema2009`: cues from a :func:`register
<detente.crisis.registers.event_cues>`, each with a reach in its sentence. Departs from source: the cues and the words that end a
reach are those of reports on crises, and a year well before that of the report is a cue of the past.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from detente.crisis.event_words import pattern_of
from detente.crisis.registers import EventCue, event_cues

__all__ = ["Cue", "ReportText"]

_SENTENCE = re.compile(
    r"(?<!\b\w)[.!?]+[\"')\]\u201d\u2019]*(?=\s|$)|;(?=\s|$)|\s[-\u2013\u2014]+\s|\u2014|\n"
)
"""The end of a sentence: not the point of an initial, as in ``U.S.``"""

_YEAR_WITHIN = re.compile(r"\b(?:in|during|back in)\s+(?:\w+\s+)?((?:1[5-9]|20)\d\d)\b")
_YEAR_OF = re.compile(r"\b(?:of|from|the)\s+((?:1[5-9]|20)\d\d)\b")
"""A year that says when, and one that says which (the line of 1975): the latter must lie further back, and undoes no report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A cue as it stands in a text, and the part that it reaches."""

    words: str
    kind: str
    whole: bool
    start: int
    end: int
    reach: tuple[int, int]


@cache
def _register() -> re.Pattern[str]:
    """Return what finds any cue, the longest that begins at a place; cues are plain letters, so one bound serves them all."""
    cues = (cue.cue for cue in event_cues() if cue.kind != "opening")
    longest_first = sorted(cues, key=len, reverse=True)
    phrases = (r"[\s-]+".join(map(re.escape, cue.split())) for cue in longest_first)
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b".replace(r"\*", r"\w*"))


@cache
def _openers() -> re.Pattern[str]:
    openers = (cue.cue for cue in event_cues() if cue.kind == "opening")
    return re.compile(rf"(?:{'|'.join(openers)})\b")


@lru_cache(maxsize=4096)
def _of_words(words: str) -> tuple[EventCue, ...]:
    """Return the cues that some words are: of those that fit, the longest, on each of its sides."""
    given = re.split(r"[\s-]+", words)
    fitting = [cue for cue in event_cues() if cue.kind != "opening" and _fits(cue, given)]
    longest = max((len(cue.cue) for cue in fitting), default=0)
    return tuple(cue for cue in fitting if len(cue.cue) == longest)


def _fits(cue: EventCue, given: Sequence[str]) -> bool:
    wanted = cue.cue.split()
    return len(wanted) == len(given) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for part, word in zip(wanted, given, strict=True)
    )


class ReportText:
    """A text with capitals folded, and what its cues undo; ``year`` is that of the report."""

    def __init__(self, text: str, year: int) -> None:
        self.text = text.casefold()
        self.year = year

    def find(self, words: tuple[str, ...]) -> str:
        """Return the first of some words as it stands in the text, whatever is said of it, or nothing."""
        found = pattern_of(words).search(self.text)
        return found.group() if found is not None else ""

    def undoing(self, words: tuple[str, ...], kinds: Collection[str]) -> Cue | None:
        """Return the cue that undoes the first of some words, or None if one of them is asserted.

        A cue of another kind than ``kinds``, or one that the phrase itself holds, undoes nothing.
        """
        first: Cue | None = None
        for found in pattern_of(words).finditer(self.text):
            cue = next(self._over(found.start(), found.end(), kinds), None)
            if cue is None:
                return None
            first = first or cue
        return first

    def undone_whole(self, kinds: Collection[str]) -> Cue | None:
        """Return the first cue of the first clause that undoes a report as a whole, or None."""
        end = self._bounds[1] if len(self._bounds) > 1 else len(self.text)
        for cue in self.cues:
            if cue.whole and cue.kind in kinds and cue.start < end:
                return cue
        return None

    def _over(self, start: int, end: int, kinds: Collection[str]) -> Iterator[Cue]:
        for cue in self.cues:
            low, high = cue.reach
            held = start < cue.end < end or (start <= cue.start and cue.end <= end)
            if cue.kind in kinds and not held and low <= start and end <= high:
                yield cue

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        """The cues of the text in order, with the reach of each."""
        found = [
            self._placed(cue, match.start(), match.end())
            for match in self._marks
            for cue in _of_words(match.group())
            if cue.kind not in {"turn", "none"}
        ]
        found += [self._year(match, 1) for match in _YEAR_WITHIN.finditer(self.text)]
        found += [self._year(match, 2) for match in _YEAR_OF.finditer(self.text)]
        return tuple(cue for cue in found if cue.kind)

    def _year(self, match: re.Match[str], back: int) -> Cue:
        """Return a cue of the past if a year lies far enough back, else one of no kind; a round number may be of men."""
        year = int(match.group(1))
        past = year <= self.year - back and year % 100 != 0
        kind = "past" if past else ""
        cue = EventCue(cue=match.group(), kind=kind, side="around", whole=back == 1)
        return self._placed(cue, match.start(), match.end())

    def _placed(self, cue: EventCue, start: int, end: int) -> Cue:
        if cue.side == "around":
            reach = self._between_commas(start, end)
        else:
            low, high = self._clause(start)
            first_word = start + len(cue.cue.split()[0].rstrip("*"))
            reach = (
                low if cue.side in {"after", "both"} else first_word,
                self._opening_end(low, high, start) if cue.side in {"before", "both"} else start,
            )
        return Cue(
            words=self.text[start:end],
            kind=cue.kind,
            whole=cue.whole,
            start=start,
            end=end,
            reach=reach,
        )

    def _clause(self, place: int) -> tuple[int, int]:
        """Return where the clause around a place begins and ends: between sentence ends and turning words."""
        low = max(bound for bound in self._bounds if bound <= place)
        high = min((bound for bound in self._bounds if bound > place), default=len(self.text))
        return low, high

    def _opening_end(self, low: int, high: int, place: int) -> int:
        """Return where the reach of a cue at a place ends: at the comma of an opening clause, else with its clause.

        A clause opens with a word such as "after", or with the cue itself.
        """
        begins = (
            low + len(self.text[low:high]) - len(self.text[low:high].lstrip(" \"'(\u201c\u2018"))
        )
        comma = self.text.find(", ", place, high)
        opens = place == begins or _openers().match(self.text, begins) is not None
        return comma if comma >= 0 and opens and ", " not in self.text[low:place] else high

    def _between_commas(self, start: int, end: int) -> tuple[int, int]:
        low, high = self._clause(start)
        before, after = self.text.rfind(", ", low, start), self.text.find(", ", end, high)
        return (before if before >= 0 else low), (after if after >= 0 else high)

    @cached_property
    def _marks(self) -> tuple[re.Match[str], ...]:
        return tuple(_register().finditer(self.text))

    @cached_property
    def _bounds(self) -> tuple[int, ...]:
        """Where clauses begin, in order: at the start, after each sentence end, at each turning word."""
        turns = [
            match.start()
            for match in self._marks
            if any(cue.kind == "turn" for cue in _of_words(match.group()))
        ]
        return tuple(sorted({0, *turns, *(match.end() for match in _SENTENCE.finditer(self.text))}))
