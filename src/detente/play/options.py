"""What is settled before a session starts: seats, types, time, and what happens if an order is missing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, NoReturn, get_args

from detente.errors import nearest, refuse
from detente.play.rulebooks import DRAWS

__all__ = ["KINDS", "MODEL", "SessionOptions", "read_options"]

Kind = Literal["human", "equilibrium", "scripted", "random", "model"]
KINDS: Final = get_args(Kind)
"""Who may play a seat: a person, one of three bots, or a language model."""

MODEL: Final = "model"

_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "types": ("hidden", "dealt"),
    "missing": ("bot", "default", "extend", "pause"),
    "reveal": ("auto", "control"),
    "talk": ("any", "all", "none"),
}
_MOST_MINUTES = 60 * 24 * 30
_MOST_DRAWS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How a session is played; plain data, so that it can stand in a log.

    Attributes
    ----------
    seats
        Who plays each seat, by player.
    policy
        A commitment that binds for the whole session, by id; empty for none.
    draws, seed
        How many cases of the ensemble are solved, and the key of their draw.
    case
        The case that is played; None: drawn by the seed of the session.
    session_seed
        Key of everything that is drawn in the session.
    types
        ``hidden``: a seat knows its own type alone. ``dealt``: all types lie open.
    chosen
        Types that are chosen and not drawn, by player.
    scripts
        What scripted seats do, and others by default: by player, an instrument or several in order of preference for ``phase``
        or ``phase@round``.
    minutes
        Time for an order; None: no limit.
    missing
        What happens where an order is missing at the deadline: a ``bot`` plays, the ``default`` move is made, the time is
        ``extend``-ed, or the session takes a ``pause``.
    extra_minutes
        By how much time is extended.
    reveal
        ``auto``: orders are revealed when all are sealed. ``control``: when control says so.
    talk
        Private channels between ``any`` seats, to ``all`` at once only, or ``none``.
    beliefs
        Whether seats are shown the model's reading of what they may believe.
    looks
        Whether control may look at sealed orders; a look is logged.
    arguments
        Whether seats may argue for actions outside their menus, which control judges.
    model
        Name of the language model that is asked for the orders of its seats; empty where none is.
    away_minutes
        After how many minutes without anybody at a person's seat an equilibrium bot takes it; None: never.
    """

    seats: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""
    draws: int = DRAWS
    seed: int = 1
    case: int | None = None
    session_seed: int = 1
    types: str = "hidden"
    chosen: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    minutes: float | None = None
    missing: str = "bot"
    extra_minutes: float = 2.0
    reveal: str = "auto"
    talk: str = "any"
    beliefs: bool = True
    looks: bool = False
    arguments: bool = False
    model: str = ""
    away_minutes: float | None = None

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def read_options(data: Mapping[str, Any]) -> SessionOptions:
    """Read options from plain data.

    Raises
    ------
    UsageError
        ``command-invalid`` for a name or value that there is not.
    """
    _check_names(data)
    _check_numbers(data)
    scripts = {
        player: {key: _names(names) for key, names in script.items()}
        for player, script in dict(data.get("scripts", {})).items()
    }
    return SessionOptions(**{**data, "scripts": scripts})


def _check_names(data: Mapping[str, Any]) -> None:
    """Check names of options and words among their values."""
    known = SessionOptions.__dataclass_fields__
    for name in data:
        if name not in known:
            near = nearest(name, known)
            refuse(
                f"a session has no option {name!r}",
                code="command-invalid",
                at="options",
                fix=f"nearest: {', '.join(near)}" if near else f"use {', '.join(known)}",
            )
    for name, allowed in _CHOICES.items():
        if data.get(name, allowed[0]) not in allowed:
            _refuse(name, data[name], f"use {' or '.join(allowed)}")
    for player, kind in dict(data.get("seats", {})).items():
        if kind not in KINDS:
            _refuse(f"seats.{player}", kind, f"use {', '.join(KINDS)}")


def _check_numbers(data: Mapping[str, Any]) -> None:
    """Check numbers among the values."""
    draws, case = data.get("draws", DRAWS), data.get("case")
    if not _is_number(draws, whole=True) or not 1 <= draws <= _MOST_DRAWS:
        _refuse("draws", draws, f"use a whole number from 1 to {_MOST_DRAWS}")
    if case is not None and (not _is_number(case, whole=True) or not 0 <= case < draws):
        _refuse("case", case, f"use a whole number from 0 to {draws - 1}")
    for name in ("seed", "session_seed"):
        if not _is_number(data.get(name, 1), whole=True) or data.get(name, 1) < 0:
            _refuse(name, data[name], "use a whole number that is not negative")
    for name in ("minutes", "extra_minutes", "away_minutes"):
        value = data.get(name)
        if value is not None and not (_is_number(value) and 0 < value <= _MOST_MINUTES):
            _refuse(name, value, f"use a number of minutes, at most {_MOST_MINUTES}")


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _is_number(value: Any, *, whole: bool = False) -> bool:
    kinds = (int,) if whole else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool)


def _refuse(name: str, value: Any, fix: str) -> NoReturn:
    refuse(
        f"the option {name} of a session cannot be {value!r}",
        code="command-invalid",
        at=f"options.{name}",
        fix=fix,
    )
