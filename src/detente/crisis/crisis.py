"""A crisis as a whole: everything that a folder says, as one frozen value that can be set anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from detente.crisis.elements import (
    Actor,
    Binding,
    Condition,
    Consideration,
    Constant,
    Correlation,
    EventRule,
    Fact,
    Indicator,
    Instrument,
    Issue,
    Mechanism,
    Nest,
    OutcomeRule,
    Phase,
    Player,
    Policy,
    Quantity,
    QuantityOf,
    Source,
    StatedAim,
    StateVariable,
    Table,
)
from detente.crisis.overrides import assign
from detente.summaries import html_summary, text_summary

__all__ = ["Crisis"]

_SHOWN = 10
"""Most overrides of a crisis that a notebook shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """A loaded crisis: everything that the folder says, checked for shape.

    ``quantities`` holds those of the file and those of tables (``exposures.ACTOR.VARIABLE``,
    ``positions.ACTOR.ISSUE``, ``salience.ACTOR.ISSUE``), by path, in file order. ``overrides`` are the assignments made
    by :meth:`set`, as text. ``digest`` is the SHA-256 of all its files and overrides. For ``detente watch``:
    ``calendar`` holds the first day of each round, ``reported`` the probability that the use of an instrument is
    reported by the end of its round, ``timing`` how late in a round the moves of a phase come, ``event_rules`` what dated events mean, ``indicators`` the signs to watch for that are no move. ``nests`` are the kinds of move, ``hopes`` by player
    the shift, in log-odds, of its odds of what is good for it. ``files`` are the contents of the files
    read, by name, and ``written_players`` the players as written whose priors were set since.
    """

    id: str
    title: str
    as_of: date
    summary: str
    scope: str
    disputes: tuple[str, ...]
    limits: tuple[str, ...]
    schema_version: int
    folder: Path
    digest: str
    rounds: int
    rationality: QuantityOf
    sources: Mapping[str, Source]
    actors: Mapping[str, Actor]
    players: Mapping[str, Player]
    quantities: Mapping[str, Quantity]
    tables: Mapping[str, Table]
    issues: Mapping[str, Issue]
    state: Mapping[str, StateVariable]
    instruments: Mapping[str, Instrument]
    phases: tuple[Phase, ...]
    ends_when: Condition  # checked at the end of each round
    outcomes: Mapping[str, OutcomeRule]
    mechanisms: Mapping[str, Mechanism]
    considerations: Mapping[str, Consideration]
    policies: Mapping[str, Policy]
    facts: tuple[Fact, ...]
    correlations: Mapping[str, Correlation]
    calendar: tuple[date, ...] = ()
    watched_until: date | None = None
    reported: Mapping[str, Constant | QuantityOf] = field(default_factory=dict)
    timing: Mapping[str, Constant | QuantityOf] = field(default_factory=dict)
    event_rules: tuple[EventRule, ...] = ()
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    aims: Mapping[str, StatedAim] = field(default_factory=dict)
    nests: Mapping[str, Nest] = field(default_factory=dict)
    hopes: Mapping[str, Binding] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict, compare=False)
    written_players: Mapping[str, Player] = field(default_factory=dict, compare=False)

    def set(self, values: Mapping[str, object]) -> "Crisis":
        """Return the crisis with some of its values set; this one stays as it is.

        Parameters
        ----------
        values
            Path to value: of a quantity a number, a pair (low, high) for a uniform one, or text as after ``--set``
            (``"0.3"``, ``"0.1..0.4"``); of ``state.VARIABLE`` its initial value; of ``types.PLAYER.TYPE`` a prior;
            of ``rounds`` a number.

        Returns
        -------
        Crisis
            A new crisis with its own digest and ``overrides``, the same as :func:`detente.crisis.load_crisis` gives for
            these overrides. The order of assignments does not matter, and two steps give what one step gives; a path
            that is set again has its last value. Types of a player that are not set share the rest of its prior in
            proportion to the priors in the file.

        Raises
        ------
        UsageError
            ``path-unknown`` with the nearest paths, or the code of a bad value.
        """
        return assign(self, values)

    def __repr__(self) -> str:
        """Title, cut-off, players, and how much there is of everything else; it fits a screen."""
        return text_summary(f"Crisis {self.id!r}: {self.title}", self._rows())

    def _repr_html_(self) -> str:
        return html_summary(f"{self.id}: {self.title}", self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        players = [
            f"{player.id} ({player.role}: {' or '.join(item.id for item in player.types)})"
            for player in self.players.values()
        ]
        uncertain = sum(item.distribution.family != "fixed" for item in self.quantities.values())
        overrides = [f"{path} = {text}" for path, text in self.overrides.items()]
        more = len(overrides) - _SHOWN
        return [
            ("as of", str(self.as_of)),
            ("players", ", ".join(players)),
            ("rounds", f"{self.rounds} of {len(self.phases)} phases"),
            ("instruments", str(len(self.instruments))),
            ("policies", str(len(self.policies))),
            ("quantities", f"{len(self.quantities)}, {uncertain} of them uncertain"),
            ("sources", str(len(self.sources))),
            ("digest", self.digest[:12]),
            (
                "overrides",
                ", ".join(overrides[:_SHOWN]) + (f" and {more} more" if more > 0 else ""),
            ),
        ]
