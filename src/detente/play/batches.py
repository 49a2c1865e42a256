"""Many sessions without people: how often each outcome comes, beside what the solved ensemble says.

Session *s* plays case *s* modulo the number of cases, so that the cases are played equally often, as the ensemble counts them
equally (:doc:`/decisions/0121-sessions-and-cases`).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import sqrt
from typing import Any, Final

from detente.crisis.metric_names import metric_name
from detente.engine.keys import key_of
from detente.play.commands import Command
from detente.play.creating import create
from detente.play.deciding import decide
from detente.play.folding import fold, fold_all
from detente.play.options import SessionOptions
from detente.play.rulebooks import Rulebook
from detente.play.state import CONTROL, SessionState

__all__ = ["EPOCH", "PlayedSessions", "play_alone", "play_sessions"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a session that has no clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedSessions:
    """Outcomes of sessions, and what the ensemble says of them.

    ``shares`` and ``errors`` are by outcome: the share of sessions that ended so and its standard error; ``expected`` is the
    mean of the ensemble over its cases, None for bots that do not play the solution.
    """

    sessions: int
    cases: int
    shares: Mapping[str, float]
    errors: Mapping[str, float]
    expected: Mapping[str, float] | None


def play_alone(book: Rulebook, options: SessionOptions) -> SessionState:
    """Play one session to its end with nobody but bots.

    Raises
    ------
    UsageError
        ``command-invalid`` if a seat is a person's or a language model's.
    """
    seats = {player: options.seats.get(player, "equilibrium") for player in book.crisis.players}
    events = create(book, replace(options, seats=seats))
    state = fold_all(book, events)
    for kind, data in decide(state, Command(id="", seat=CONTROL, kind="start"), now=EPOCH):
        state = fold(state, kind, data)
    return state


def play_sessions(
    book: Rulebook,
    options: SessionOptions,
    sessions: int,
    *,
    progress: Callable[[int, int], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> PlayedSessions:
    """Play sessions of bots; session s has a seed of its own and plays case s modulo the number of cases.

    Parameters
    ----------
    book, options
        What they are played by; ``options.session_seed`` is the key of their seeds.
    sessions
        How many.
    progress
        Called with the number done and of all.
    is_stopped
        Asked before each.
    """
    ends: Counter[str] = Counter()
    for number in range(sessions):
        if is_stopped is not None and is_stopped():
            raise CancelledError
        seed = key_of(options.session_seed, str(number), "session") >> 11
        ends[
            play_alone(book, replace(options, session_seed=seed, case=number % book.draws)).outcome
        ] += 1
        if progress is not None:
            progress(number + 1, sessions)
    names = tuple(book.crisis.outcomes)
    shares = {name: ends[name] / sessions for name in names}
    return PlayedSessions(
        sessions=sessions,
        cases=book.draws,
        shares=shares,
        errors={name: sqrt(share * (1.0 - share) / sessions) for name, share in shares.items()},
        expected=_expected(book, options, names),
    )


def _expected(
    book: Rulebook, options: SessionOptions, names: Sequence[str]
) -> dict[str, float] | None:
    """Return what the ensemble says, where all seats play it and all types are drawn and hidden."""
    bots: set[Any] = set(options.seats.values()) or {"equilibrium"}
    if bots != {"equilibrium"} or options.chosen or options.types != "hidden":
        return None
    asked = [metric_name("outcome", name) for name in names]
    found = book.engine.solve(book.policy, draws=book.drawn).measure(asked)
    return {name: float(found[metric].mean()) for name, metric in zip(names, asked, strict=True)}
