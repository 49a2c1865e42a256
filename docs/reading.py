"""How the briefing reads: words, sentences and reading level of its own words, by part of the page.

Measured on the texts of the golden pages, which the tests hold to what the program writes. Facts are left out: they are
those of the crisis file and its sources; so are headings, captions, links to numbers and the list of sources.
"""

import re
from dataclasses import dataclass

__all__ = ["Reading", "measure", "parts_of_page", "syllables"]

SKIPPED = re.compile(r"^(?:#|!\[|Source: |\||\d+\. )")
PARTS = {
    "first screens": re.compile(r"^# "),
    "cards": re.compile(r"^## \d\."),
    "behind": re.compile(r"^## (?!\d)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Counts of a text, and the school grade that its words and sentences ask for."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """The grade of Flesch and Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
        words = max(self.words, 1)
        return 0.39 * words / max(self.sentences, 1) + 11.8 * self.syllables / words - 15.59


def syllables(word: str) -> int:
    """Count the syllables of an English word, about: groups of vowels, a silent e at the end aside.

    Examples
    --------
    >>> [syllables(word) for word in ("risk", "attack", "settlement", "escalation", "the", "made")]
    [1, 2, 3, 4, 1, 1]
    """
    letters = word.lower()
    groups = len(re.findall("[aeiouy]+", letters))
    silent = letters.endswith("e") and not letters.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def measure(text: str) -> Reading:
    """Count the words, sentences and syllables of a text; numbers count as words of one syllable, which flatters a text of many.

    Examples
    --------
    >>> found = measure("Russia signs only if it expects to lose. Both must trust the other.")
    >>> found.words, found.sentences
    (13, 2)
    """
    words = re.findall(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d[\d.,]*", text)
    sentences = [part for part in re.split(r"(?<=[.?!])\s+", text) if re.search(r"\w", part)]
    return Reading(
        words=len(words),
        sentences=len(sentences),
        syllables=sum(syllables(word) for word in words),
    )


def parts_of_page(markdown: str) -> dict[str, str]:
    r"""Return the words of a page by part: the first screens, the cards without their facts, and what stands behind.

    Examples
    --------
    >>> page = "# Q?\n\nIt is so.\n\n## 1. A?\n\nYes.\n\n### Facts\n\n- one\n\n## What was assumed\n\nTwo."
    >>> parts_of_page(page)
    {'first screens': 'It is so.', 'cards': 'Yes.', 'behind': 'Two.'}
    """
    found: dict[str, list[str]] = {name: [] for name in PARTS}
    part, is_fact, seen_card = "first screens", False, False
    for line in markdown.splitlines():
        if line.startswith("## "):
            seen_card = seen_card or bool(PARTS["cards"].match(line))
            behind = bool(PARTS["behind"].match(line)) and seen_card
            part = (
                "behind" if behind else "cards" if PARTS["cards"].match(line) else "first screens"
            )
            is_fact = line.startswith("## Sources")
        elif line.startswith("### "):
            is_fact = line.startswith("### Facts")
        elif line.strip() and not is_fact and not SKIPPED.match(line):
            found[part].append(re.sub(r"^- |[*_`\\]|\[\d+\\?\]", "", line).strip())
    return {name: " ".join(lines) for name, lines in found.items()}
