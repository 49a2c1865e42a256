"""The parts of a crisis as frozen values: what :func:`detente.crisis.load_crisis` returns.

Text enters through the pydantic schema (:mod:`detente.crisis.schema`); these classes are what the other floors use.
Mappings keep the order of the file. A *binding* is how a crisis file feeds a number into a model or a price.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from detente.errors import Place
from detente.summaries import html_grid, html_summary, text_summary

__all__ = [
    "Actor",
    "AlternativeCondition",
    "Binding",
    "ByState",
    "ChanceOutcome",
    "Column",
    "ColumnTable",
    "Condition",
    "ConditionalEffect",
    "Consideration",
    "Constant",
    "Distribution",
    "Effect",
    "EventRule",
    "Fact",
    "Grade",
    "Indicator",
    "Instrument",
    "Issue",
    "Mechanism",
    "Move",
    "Nest",
    "OutcomeRule",
    "OutputOf",
    "OwnOdds",
    "Phase",
    "Player",
    "PlayerType",
    "Pledge",
    "Policy",
    "Product",
    "Quantity",
    "QuantityOf",
    "Role",
    "Source",
    "StateVariable",
    "StatedAim",
    "Sum",
    "Table",
    "TableRow",
]

_SHOWN = 10
"""Most rows of a table that a notebook shows."""

Grade = Literal["fact", "estimate", "claim", "derived", "memory-unverified", "convention"]
"""Quality of an entry. ``claim`` is by an actor and names it in ``claimed_by``; ``convention`` is a scale of our own."""

Role = Literal["challenger", "defender", "ally", "target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A published source; ``date`` is its own date of publication, ``date_printed`` that as the file writes it.

    Of a month or a year, ``date`` is the first day. ``edition`` is the day, month or year of the text that was read, where it is
    another than ``date``: a later copy of what has a date, a later writing or revision of what has none; ``undated`` where
    nobody can tell.
    """

    key: str
    publisher: str
    title: str
    date: date | None
    address: str
    standing: str = ""
    place: Place = field(default_factory=Place)
    date_printed: str = ""
    edition: str = ""

    def __repr__(self) -> str:
        """Key, title, publisher and date."""
        return text_summary(f"Source {self.key!r}: {self.title}", self._rows())

    def _repr_html_(self) -> str:
        return html_summary(f"{self.key}: {self.title}", self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("publisher", self.publisher),
            ("date", self.date_printed),
            ("edition", self.edition),
            ("address", self.address),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What is uncertain about a quantity.

    ``family`` with ``parameters``: fixed (value); triangular (low, mode, high); uniform (low, high);
    normal (mean, sd); lognormal (median, sigma of the log); beta (a, b, low, high);
    discrete (v1, p1, v2, p2, ...).
    """

    family: Literal["fixed", "triangular", "uniform", "normal", "lognormal", "beta", "discrete"]
    parameters: tuple[float, ...]

    def __str__(self) -> str:
        """Return the family with its parameters; of a fixed value the value."""
        numbers = ", ".join(f"{value:g}" for value in self.parameters)
        return numbers if self.family == "fixed" else f"{self.family}({numbers})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A figure with its uncertainty, unit and provenance.

    ``path`` is its name in ``--set`` and in figures. ``contested`` keeps each rival value with its source key; the
    distribution of a contested quantity is discrete over them with equal weights. ``unused`` says why it is kept although
    nothing reads it.
    """

    path: str
    label: str
    distribution: Distribution
    unit: str
    as_of: date
    sources: tuple[str, ...]
    grade: Grade
    claimed_by: str = ""
    confidence: str = ""
    group: str = ""
    note: str = ""
    unused: str = ""
    claims: tuple[str, ...] = ()
    contested: tuple[tuple[float, str], ...] = ()
    place: Place = field(default_factory=Place)

    def __repr__(self) -> str:
        """Path, label, value with its unit, and where it comes from."""
        return text_summary(f"Quantity {self.path!r}: {self.label}", self._rows())

    def _repr_html_(self) -> str:
        return html_summary(f"{self.path}: {self.label}", self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("value", f"{self.distribution} {self.unit}, as of {self.as_of}"),
            ("grade", f"{self.grade} by {self.claimed_by}" if self.claimed_by else self.grade),
            ("sources", ", ".join(self.sources)),
            ("contested", ", ".join(f"{value:g} ({key})" for value, key in self.contested)),
            ("note", self.note),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a crisis table: its cells as text and its line in the file."""

    cells: Mapping[str, str]
    place: Place

    @property
    def claims(self) -> tuple[str, ...]:
        """Ids of the claims that the row carries."""
        return tuple(self.cells.get("claims", "").split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV table of the crisis folder. ``kind`` says which columns it must have."""

    kind: str
    file: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def __repr__(self) -> str:
        """Kind, file, number of rows, and columns."""
        return text_summary(
            f"Table {self.kind!r} of {self.file}",
            [("rows", str(len(self.rows))), ("columns", ", ".join(self.columns))],
        )

    def _repr_html_(self) -> str:
        shown = self.rows[:_SHOWN]
        more = f", the first {len(shown)} shown" if len(shown) < len(self.rows) else ""
        return html_grid(
            f"{self.kind}: {len(self.rows)} rows of {self.file}{more}",
            self.columns,
            ([row.cells[name] for name in self.columns] for row in shown),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A state or institution; ``player`` is the strategic player that it belongs to, if any."""

    id: str
    name: str
    kind: Literal["state", "institution"]
    player: str = ""
    members: tuple[str, ...] = ()
    decision_rule: str = ""
    note: str = ""
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


# --- bindings: where a number comes from -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A number written in the file."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityOf:
    """The quantity at a path (a bare string in the file)."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOf:
    """An output of a mechanism (``{output: mechanism.name}`` in the file)."""

    mechanism: str
    output: str


ColumnTable = Literal["exposure", "position", "salience", "red_line"]
"""What a column holds, and the key that opens it in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One value per member from a table: ``{exposure: variable}``, ``{position|salience|red_line: issue}``.

    ``missing`` is the fill for members without a value; None means that a missing value is an error.
    """

    table: ColumnTable
    name: str
    missing: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByState:
    """A binding per value of a state variable (``{by: variable, value: binding, ...}``)."""

    variable: str
    cases: Mapping[str, "Binding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The sum of bindings (``{sum: [...]}``)."""

    terms: tuple["Binding", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The product of bindings (``{product: [...]}``)."""

    factors: tuple["Binding", ...]


Binding = Constant | QuantityOf | OutputOf | Column | ByState | Sum | Product


# --- conditions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeCondition:
    """Every named variable has one of its listed values. Empty: always true."""

    allowed: Mapping[str, tuple[str, ...]]


Condition = tuple[AlternativeCondition, ...]
"""True if any of its alternatives is; the empty tuple is always true.

``round`` (values "1", "2", ...) and ``PLAYER.type`` (the player's type) may stand where a state variable does.
"""


# --- effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalEffect:
    """An effect per value of a state variable (``{by: variable, value: effect, ...}``)."""

    variable: str
    cases: Mapping[str, "Effect"]


Effect = str | ConditionalEffect
"""What happens to a variable: a value, ``up`` or ``down`` along its order, ``keep``, or one of these by the state."""


# --- the game --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerType:
    """A private type; ``prior`` None means the rest up to one."""

    id: str
    label: str
    prior: Binding | None
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A strategic player: who moves in the game, with its types (one type: no private information)."""

    id: str
    name: str
    role: Role
    actors: tuple[str, ...]
    types: tuple[PlayerType, ...]
    colour: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateVariable:
    """A named variable of the world with a few named values, in order.

    ``value_labels`` name values on their own; ``phrases`` are words that may follow a noun ("with a large arms effort"), and
    ``unused`` says why a value is kept although nothing sets it.
    """

    id: str
    label: str
    values: tuple[str, ...]
    value_labels: Mapping[str, str]
    initial: str
    phrases: Mapping[str, str] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOdds:
    """How a player rates a chance outcome: by a shift of the analysts' odds, in log-odds, or by a probability of its own."""

    shift: Binding | None = None
    prob: Binding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceOutcome:
    """One chance outcome of an instrument; ``prob`` None means the rest up to one, ``when`` says where it can follow.

    ``prob`` is the analysts' probability. ``own`` says by player who rates it otherwise and how; ``favours`` is the player
    whom it is good for: that player's hopes, if it has any, shift its odds.
    """

    id: str
    label: str
    prob: Binding | None
    effects: Mapping[str, Effect]
    when: Condition = ()
    favours: str = ""
    own: Mapping[str, OwnOdds] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nest:
    """A kind of move: on a menu its options count as one, as alike as ``similarity`` says, 0-1.

    ``weight`` is how much it counts in the list that it stands in, ``within`` the nest that it stands in.
    """

    id: str
    label: str
    similarity: Binding
    weight: Binding | None = None
    within: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What a player may do: condition, effects, chance outcomes, and who sees it.

    ``effects`` maps a variable to what happens to it.
    ``nest`` is the kind of move that it is, ``weight`` how much it counts in its list (None: 1).
    ``seen_by`` lists players; empty means all. To a player who does not see it, the move looks like ``looks_like`` (an
    instrument of the same menu); without one it is an unseen move, the same token for all such instruments of the menu.
    """

    id: str
    label: str
    player: str
    kind: str
    when: Condition
    effects: Mapping[str, Effect]
    chance: tuple[ChanceOutcome, ...]
    nest: str = ""
    weight: Binding | None = None
    seen_by: tuple[str, ...] = ()
    looks_like: str = ""
    description: str = ""
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One player's menu in a phase."""

    player: str
    menu: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A step of a round. Several moves are sealed: nobody sees the others' choice before all have chosen.

    A player may stand among them several times: it chooses from each of its menus and so a combination.

    ``rounds`` lists the rounds in which the phase takes place; empty means every round.
    """

    id: str
    label: str
    moves: tuple[Move, ...]
    when: Condition
    rounds: tuple[int, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """Names a terminal state; rules are read in order and the first that holds names it.

    ``attack`` is the player whose act of attack it is, empty if it is none. ``group`` is what it is told together with,
    a noun phrase; attacks and settlements are groups of their own, and have none.
    """

    id: str
    label: str
    when: Condition
    attack: str = ""
    settlement: bool = False
    group: str = ""
    description: str = ""
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """A model with its inputs bound; ``members`` are the actors of its member axis.

    ``design`` names rows of the table of responses, for a model that interpolates what was computed beforehand.
    """

    id: str
    label: str
    model: str
    members: tuple[str, ...]
    inputs: Mapping[str, Binding]
    design: str = ""
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """A named thing that players care about: a price in stakes and a weight per player and type.

    ``weights`` maps player id to type id to binding (no ``by`` in weights); a player who is absent weighs it zero.
    """

    id: str
    label: str
    price: Binding
    weights: Mapping[str, Mapping[str, Binding]]
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """How sure it is that a commitment holds, and what it costs.

    ``credibility`` is the chance that it holds when the time comes, None if it surely does. ``cost`` is what each player
    pays because the pledge is made, ``broken`` what it pays where the pledge is made and not kept, in stakes, as pairs of
    player and binding. ``id`` is that
    of the policy that makes it: parts of one policy share one pledge.
    """

    id: str
    credibility: Binding | None = None
    cost: tuple[tuple[str, Binding], ...] = ()
    broken: tuple[tuple[str, Binding], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A commitment: per player instruments that it must use where its menu has them, or may not use.

    ``fix`` maps ``phase`` or ``phase@round`` to the instrument (or allowed instruments) left in that menu; ``forbid``
    lists instruments removed from every menu; ``state`` sets initial values. A menu that would be emptied is left as is.
    ``pledges`` say what the commitment rests on; none means that it surely holds and costs nothing.
    Several commitments together, a mix of them, and nothing at all are policies too.
    """

    id: str
    label: str
    description: str = ""
    fix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forbid: tuple[str, ...] = ()
    state: Mapping[str, str] = field(default_factory=dict)
    pledges: tuple[Pledge, ...] = ()
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)

    @property
    def binds(self) -> bool:
        """Tell whether it commits to anything."""
        return bool(self.fix or self.forbid or self.state)

    @property
    def phases(self) -> tuple[str, ...]:
        """Ids of the phases in which it fixes something, in its own order."""
        return tuple(dict.fromkeys(key.partition("@")[0] for key in self.fix))

    @property
    def fixed(self) -> tuple[tuple[str, str], ...]:
        """Pairs of ``phase`` or ``phase@round`` and an instrument that it leaves in that menu."""
        return tuple((key, name) for key, names in self.fix.items() for name in names)

    @property
    def forced(self) -> tuple[str, ...]:
        """Instruments that are all that it leaves in a menu."""
        return tuple(names[0] for names in self.fix.values() if len(names) == 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAim:
    """Something that commitments are judged by besides an attack: a sum of metrics of the solved game.

    ``metrics`` are expected levels of considerations, probabilities of outcomes or payoffs of players, in the order given.
    """

    id: str
    label: str
    metrics: tuple[str, ...]
    lower_is_better: bool = True
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue between the sides on a 0-100 scale; positions and salience come from the positions table."""

    id: str
    label: str
    at_0: str
    at_50: str
    at_100: str
    negotiable: bool
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A sourced sentence for the briefing, under one of its questions.

    ``figures`` are paths of quantities that the sentence speaks of; where several sources differ the briefing shows all.
    """

    id: str
    question: Literal[
        "aims", "options", "diplomacy", "deterrence", "sanctions", "alliance", "outlook"
    ]
    text: str
    sources: tuple[str, ...]
    as_of: date
    grade: Grade
    claimed_by: str = ""
    figures: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A sign to watch for that is no move of the game.

    ``ratios`` says for outcomes how likely the sign is if it ends so, relative to an end that is not named; ``alarm`` how
    likely it is to be seen where no named outcome comes. ``seen`` says whether it was by the cut-off (``no``, ``partly``,
    ``yes``), ``lead`` how many days before an outcome it shows, as the table writes it.
    """

    id: str
    label: str
    ratios: tuple[tuple[tuple[str, ...], Distribution], ...]
    alarm: Distribution
    seen: str
    lead: str = ""
    sources: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """What a dated event means; the first rule that fits counts. Empty lists fit everything.

    Of ``words`` one must be asserted in the text, of ``about`` one must stand in it, and none of ``without``.

    It says exactly one thing: that ``move`` was made (with its chance ``outcome``, if one is named), that variables of
    ``state`` were set from outside the game, how likely the event is under each (player, type) of ``evidence`` relative
    to 1, that an ``indicator`` was seen, or why it is ``noise``. ``weight`` is the probability that such a report is right.
    """

    id: str
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    categories: tuple[str, ...]
    modes: tuple[str, ...]
    words: tuple[str, ...]
    about: tuple[str, ...]
    without: tuple[str, ...]
    move: str
    outcome: str
    state: Mapping[str, str]
    evidence: Mapping[tuple[str, str], Constant | QuantityOf]
    noise: str
    weight: Constant | QuantityOf
    indicator: str = ""
    seen_by: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)
