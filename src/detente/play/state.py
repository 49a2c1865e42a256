"""The state of a session: what its events add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from detente.play.courses import Menu, Stand
from detente.play.options import SessionOptions
from detente.play.rulebooks import Opening, Rulebook

__all__ = [
    "CONTROL",
    "Argument",
    "ChanceDraw",
    "Inject",
    "Message",
    "News",
    "Order",
    "Proposal",
    "Reason",
    "Seat",
    "SessionState",
    "Turn",
]

CONTROL: Final = "control"
"""The desk that runs a session; no player may have this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A player's place in a session: who plays it, and the names of those who joined it."""

    player: str
    kind: str
    names: tuple[str, ...] = ()
    ready: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a seat chose in a phase, one instrument for each of its menus, why, and who chose."""

    choices: tuple[str, ...]
    why: str = ""
    by: str = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something said; ``to`` empty: to all."""

    sender: str
    to: tuple[str, ...]
    text: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Terms on the issues that some seats are asked to sign.

    ``answers`` holds ``signed`` or ``refused`` by party; ``lapses`` is the last round in which it can be signed, 0 for none;
    ``breaches`` are pairs of who says so and of whom; ``instead_of`` is the proposal that it answers, if it answers one.
    """

    id: str
    sponsor: str
    parties: tuple[str, ...]
    terms: Mapping[str, float]
    text: str
    turn: int
    lapses: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    breaches: tuple[tuple[str, str], ...] = ()
    instead_of: str = ""

    @property
    def in_force(self) -> bool:
        """Tell whether all parties have signed."""
        return all(self.answers.get(party) == "signed" for party in self.parties)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A plain line told to seats; ``to`` empty: to all."""

    text: str
    kind: str
    turn: int
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """Something that control brings in when a round begins: news, to all or to the seats in ``to``, and values that it sets."""

    id: str
    round: int
    text: str
    state: Mapping[str, str]
    why: str
    when: Mapping[str, str] = field(default_factory=dict)
    to: tuple[str, ...] = ()
    status: str = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something argued would happen (``for``) or would not (``against``), and who says so."""

    sender: str
    side: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An action outside the menus that a seat argues for, read by all: values that are to hold when a round begins.

    ``status`` is ``open``, ``withdrawn``, ``refused``, ``succeeded`` or ``failed``. ``odds`` and ``drawn`` are those of a judged one,
    ``prior`` the model's chance as ``control`` and the ``public`` knew the world (mean and 5-95% range, None: no round could begin),
    ``why`` the reason of control, and ``inject`` what it became.
    """

    id: str
    seat: str
    text: str
    state: Mapping[str, str]
    round: int
    turn: int
    reasons: tuple[Reason, ...] = ()
    status: str = "open"
    odds: float | None = None
    drawn: float | None = None
    prior: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    inject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceDraw:
    """An outcome of chance, with the odds that it had; ``by`` is ``chance``, or ``control`` where it was overridden."""

    instrument: str
    outcome: str
    odds: Mapping[str, float]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """A phase that was played: where it began, what was chosen and drawn, and where that led."""

    number: int
    opening: Opening
    before: Stand
    after: Stand
    orders: Mapping[str, Order]
    draws: tuple[ChanceDraw, ...] = ()
    event: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SessionState:
    """Where a session stands: a pure fold of its events.

    ``history`` holds turn, kind and data of what a report tells in order (turn 0 before the start); ``surveys`` the answers by seat.
    ``earlier`` holds the openings that changes from outside have ended, each with its last stand; ``status`` is ``empty``,
    ``lobby``, ``practice``, ``running``, ``paused`` or ``ended``; ``lobby`` is the lobby that a practice turn goes back to, and
    ``practised`` that one was held and the game has not started.
    """

    book: Rulebook
    options: SessionOptions = field(default_factory=SessionOptions)
    status: str = "empty"
    practised: bool = False
    lobby: "SessionState | None" = None
    events: int = 0
    seed: int = 1
    case: int = 0
    types: Mapping[str, str] = field(default_factory=dict)
    seats: Mapping[str, Seat] = field(default_factory=dict)
    opening: Opening | None = None
    stand: Stand | None = None
    began: int = 0
    ends: str = ""
    left_s: float = 0.0
    orders: Mapping[str, Order] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    earlier: tuple[tuple[Opening, Stand], ...] = ()
    messages: tuple[Message, ...] = ()
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    news: tuple[News, ...] = ()
    estimates: tuple[tuple[int, str, Mapping[str, float]], ...] = ()
    injects: Mapping[str, Inject] = field(default_factory=dict)
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    looked: tuple[int, ...] = ()
    asked: tuple[Mapping[str, Any], ...] = ()
    forked: tuple[str, int] = ("", 0)
    outcome: str = ""
    surveys: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    history: tuple[tuple[int, str, Mapping[str, Any]], ...] = ()

    @property
    def where(self) -> Stand:
        """The stand; only of a session that was created."""
        if self.stand is None:  # pragma: no cover - commands to an empty session are refused before
            message = "the session was not created yet"
            raise AssertionError(message)
        return self.stand

    @property
    def begun(self) -> Opening:
        """The starting position that is played from; only of a session that was created."""
        if self.opening is None:  # pragma: no cover - as above
            message = "the session was not created yet"
            raise AssertionError(message)
        return self.opening

    @property
    def turn(self) -> int:
        """Number of the turn that is on, or was last."""
        return self.stand.turn if self.stand is not None else 0

    @property
    def menus(self) -> tuple[Menu, ...]:
        """The choices of the phase that is on; none while a session neither runs nor practises."""
        if self.stand is None or self.status not in {"practice", "running", "paused"}:
            return ()
        return self.begun.course.menus(self.stand)

    @property
    def movers(self) -> tuple[str, ...]:
        """Players who have a choice in the phase that is on."""
        return tuple(dict.fromkeys(menu.player for menu in self.menus))

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Players whose order only a person or a language model can give, and who gave none; in practice people alone."""
        kinds = {"human"} if self.status == "practice" else {"human", "model"}
        return tuple(
            player
            for player in self.movers
            if self.seats[player].kind in kinds and player not in self.orders
        )
