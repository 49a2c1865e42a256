"""What an author tells those who teach with a crisis: aims, questions and their guides, in ``teaching.yaml``.

It is no input: neither the digest of a crisis nor any figure depends on it.
"""

import os
from dataclasses import dataclass

from pydantic import Field

from detente.crisis.crisis import Crisis
from detente.crisis.draft import Draft, suggest
from detente.crisis.reading import decode, read_bytes, read_document
from detente.crisis.schema import Entry, Names, Text
from detente.crisis.shaping import shape_entry
from detente.errors import CrisisFileError

__all__ = [
    "MOST_LINES",
    "TEACHING_FILE",
    "QuestionEntry",
    "TeachingEntry",
    "TeachingNotes",
    "TeachingQuestion",
    "read_teaching",
]

TEACHING_FILE = "teaching.yaml"
"""Name of the file in a crisis folder; a crisis may have none."""
MOST_LINES = 5
"""Most lines in which it says what the game is about."""


class QuestionEntry(Entry):
    """A question for those who played or read, and what a good answer holds."""

    ask: Text = Field(description="The question.")
    guide: Text = Field(description="What a good answer holds, for those who mark it.")
    source: Names = Field(
        min_length=1, description="Key or keys of its sources, in the table of sources."
    )


class TeachingEntry(Entry):
    """The file: what the game is about, what it is good for, and questions."""

    about: list[Text] = Field(
        default=[], max_length=MOST_LINES, description="What the game is about, at most five lines."
    )
    aims: list[Text] = Field(default=[], description="What one should have learned, a line each.")
    questions: list[QuestionEntry] = Field(
        default=[], description="For the written assignment, answerable by the cut-off."
    )
    debrief: list[QuestionEntry] = Field(
        default=[],
        description="For the talk afterwards; they may speak of what happened later, and are on no sheet of a player.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingQuestion:
    """A question, what a good answer holds, and its sources by key."""

    ask: str
    guide: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingNotes:
    """What the author of a crisis tells those who teach with it; all empty where the folder says nothing."""

    about: tuple[str, ...] = ()
    aims: tuple[str, ...] = ()
    questions: tuple[TeachingQuestion, ...] = ()
    debrief: tuple[TeachingQuestion, ...] = ()


def read_teaching(crisis: Crisis) -> TeachingNotes:
    """Read what stands in the folder of a crisis for those who teach with it.

    Parameters
    ----------
    crisis
        A loaded crisis.

    Returns
    -------
    TeachingNotes
        Empty if the folder has no such file.

    Raises
    ------
    CrisisFileError
        With every finding, if the file cannot be used; ``source-unknown`` for a source that the crisis does not have.
    """
    path = crisis.folder / TEACHING_FILE
    if not os.path.lexists(path):
        return TeachingNotes()
    content, problem = read_bytes(path, TEACHING_FILE)
    text = ""
    if problem is None:
        text, problem = decode(content, TEACHING_FILE)
    if problem is not None:
        raise CrisisFileError([problem])
    document = read_document(text, TEACHING_FILE)
    draft = Draft(folder=crisis.folder, document=document)
    draft.findings += document.findings
    entry = None
    if document.root is not None:
        entry = shape_entry(draft, TeachingEntry, document.root.plain(), ())
    if not isinstance(entry, TeachingEntry):
        raise CrisisFileError(draft.findings)
    notes = TeachingNotes(
        about=tuple(entry.about),
        aims=tuple(entry.aims),
        questions=_questions(draft, crisis, "questions", entry.questions),
        debrief=_questions(draft, crisis, "debrief", entry.debrief),
    )
    if draft.findings:
        raise CrisisFileError(draft.findings)
    return notes


def _questions(
    draft: Draft, crisis: Crisis, section: str, entries: list[QuestionEntry]
) -> tuple[TeachingQuestion, ...]:
    """Return the questions of a section, and find sources that the crisis does not have."""
    for number, entry in enumerate(entries):
        for key in entry.source:
            if key not in crisis.sources:
                draft.report(
                    "source-unknown",
                    f"there is no source {key!r}",
                    at=(section, number, "source"),
                    value=key,
                    fix=suggest(
                        key, crisis.sources, otherwise="add a row for it to the table of sources"
                    ),
                )
    return tuple(
        TeachingQuestion(ask=entry.ask, guide=entry.guide, sources=tuple(entry.source))
        for entry in entries
    )
