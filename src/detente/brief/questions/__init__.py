"""The questions of the briefing: every module of this folder is one, those with an underscore before their name aside.

Questions are found, not listed. A question's module has ``ID``, ``ORDER`` (its place among the others) and ``answer``, which
declares its figures in the book that it is given and says what they mean. Its words may stand in ``pages/<language>/<id>.j2``.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from detente.brief.book import Book
from detente.brief.figures import Answer

__all__ = ["Question", "find_questions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the briefing: its id, its place, and what answers it from a book."""

    id: str
    order: int
    answer: Callable[[Book], Answer]


def find_questions() -> tuple[Question, ...]:
    """Return the questions in the order of the briefing."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
        if not found.name.startswith("_")
    ]
    questions = [
        Question(id=module.ID, order=module.ORDER, answer=module.answer) for module in modules
    ]
    return tuple(sorted(questions, key=lambda question: (question.order, question.id)))
