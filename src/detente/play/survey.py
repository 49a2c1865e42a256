"""The survey after a session: what each seat that a person held is asked, and its answers (:doc:`/decisions/0127-debrief-survey-and-rooms`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from detente.play.commands import Command, Recorder, invalid, read_text
from detente.play.state import SessionState

__all__ = ["POINTS", "QUESTIONS", "SurveyQuestion", "answer_survey", "is_asked"]

POINTS: Final = (1, 2, 3, 4, 5)
"""Points of a scale, from least to most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyQuestion:
    """Something that is asked after a session; ``kind`` is ``points`` (1 to 5, with words for both ends) or ``text``."""

    id: str
    kind: Literal["points", "text"]
    words: str
    least: str = ""
    most: str = ""


QUESTIONS: Final = (
    SurveyQuestion(
        id="aims",
        kind="points",
        words="How far did you pursue the aims of your brief?",
        least="not at all",
        most="in all I did",
    ),
    SurveyQuestion(
        id="reading",
        kind="points",
        words="How sure were you of your reading of the others?",
        least="I guessed",
        most="I was sure",
    ),
    SurveyQuestion(
        id="surprise",
        kind="points",
        words="How much did the end surprise you?",
        least="not at all",
        most="very much",
    ),
    SurveyQuestion(id="otherwise", kind="text", words="What would you do otherwise?"),
    SurveyQuestion(id="remark", kind="text", words="Anything else?"),
)
"""What is asked, in order."""

_BY_ID = {item.id: item for item in QUESTIONS}


def is_asked(state: SessionState, player: str) -> bool:
    """Tell whether a seat is asked: the session has ended, and a person holds it or held it."""
    seat = state.seats[player]
    return state.status == "ended" and (seat.kind == "human" or bool(seat.names))


def answer_survey(recorder: Recorder, command: Command) -> None:
    """Note what a seat answers; it takes the place of what the seat answered before.

    Raises
    ------
    UsageError
        ``command-invalid`` before the end, for a seat of a bot, or for what is no answer.
    """
    state = recorder.state
    if not is_asked(state, command.seat):
        invalid(
            "session",
            f"{command.seat!r} is asked nothing now",
            "answer when the session has ended, for a seat that a person held",
        )
    given = command.data.get("answers")
    if not isinstance(given, Mapping):
        invalid("answers", f"{given!r} are no answers", f"answer some of: {', '.join(_BY_ID)}")
    answers: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _BY_ID:
            invalid("answers", f"nothing is asked as {name!r}", f"use {', '.join(_BY_ID)}")
        if _BY_ID[name].kind == "points":
            if isinstance(value, bool) or not isinstance(value, int) or value not in POINTS:
                invalid(f"answers.{name}", f"{value!r} is no point of the scale", "use 1 to 5")
            answers[name] = value
            continue
        own = Command(id="", seat=command.seat, kind=command.kind, data={name: value})
        if text := read_text(own, name, need=False):
            answers[name] = text
    if not answers:
        invalid("answers", "there are no answers", f"answer some of: {', '.join(_BY_ID)}")
    recorder.emit("surveyed", seat=command.seat, answers=answers)
