"""The shape of a crisis file: one pydantic model per kind of entry, with the descriptions that editors show.

Text enters here and nowhere else; unknown keys are refused and numbers are not made from text. Bindings and conditions are
passed on raw: :mod:`detente.crisis.expressions` reads them. :func:`crisis_schema` is the JSON Schema of the whole file.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from detente.crisis.dates import first_day
from detente.crisis.elements import ColumnTable, Grade, Role
from detente.crisis.registers import event_categories, event_modes, instrument_kinds, units

__all__ = [
    "LIST_SECTIONS",
    "MAPPING_SECTIONS",
    "MAX_ROUNDS",
    "SCHEMA_VERSION",
    "WAYS_TO_GIVE_A_VALUE",
    "ActorEntry",
    "AimEntry",
    "ChanceEntry",
    "ConsiderationEntry",
    "ContestedEntry",
    "CrisisDocument",
    "Entry",
    "EventRuleEntry",
    "FactEntry",
    "Header",
    "InstrumentEntry",
    "IssueEntry",
    "MechanismEntry",
    "MissingEntry",
    "MoveEntry",
    "NestEntry",
    "OutcomeEntry",
    "OwnEntry",
    "PhaseEntry",
    "PlayerEntry",
    "PolicyEntry",
    "QuantityEntry",
    "StateVariableEntry",
    "TypeEntry",
    "crisis_schema",
    "value_name",
]

SCHEMA_VERSION = 1
"""Version of the crisis file format; it rises when the meaning of a file changes."""

MAX_ROUNDS = 20
"""Most rounds that a crisis may have."""


_VALUE_TYPE: Final = "value-type"


def _one_or_many(value: Any) -> Any:
    """Take a single text for a list of one."""
    return [value] if isinstance(value, str) else value


def _one_or_many_of(names: Iterable[str]) -> dict[str, Any]:
    """Return the schema of one of some names, or a list of them."""
    one = {"enum": list(names)}
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _words(value: Any) -> Any:
    """Take ``"A B"`` for ``[A, B]``."""
    return value.split() if isinstance(value, str) else value


OF_NOBODY: Final = "true"
"""What stands for whose act an attack is where the file says no more than that it is one."""


def _act(value: Any) -> Any:
    """Take true for an attack of nobody by name, and false for none."""
    if isinstance(value, bool):
        return OF_NOBODY if value else None
    return value


def value_name(value: Any) -> Any:
    """Take a number or truth value for the text that names a state value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _date_text(value: Any) -> Any:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or first_day(text) is None:
        message = "it is no date: write YYYY-MM-DD, YYYY-MM or YYYY"
        raise PydanticCustomError(_VALUE_TYPE, message)
    return text


def _full_date_text(value: Any) -> Any:
    text = _date_text(value)
    if len(text) != len("2030-01-15"):
        message = "the cut-off needs a day: write YYYY-MM-DD"
        raise PydanticCustomError(_VALUE_TYPE, message)
    return text


_NAMES_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}},
    ]
}
_NUMBERS = {"type": "array", "items": {"type": "number"}}
_REFERENCE = "x-definition"


def _readable(value: str) -> str:
    """Refuse text that shows nothing."""
    if value and not value.strip():
        message = "it is blank: write some text"
        raise PydanticCustomError(_VALUE_TYPE, message)
    return value


Text = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_readable)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_readable)]
Names = Annotated[list[Name], BeforeValidator(_one_or_many), WithJsonSchema(_NAMES_SCHEMA)]
Claims = Annotated[list[Name], BeforeValidator(_words), WithJsonSchema(_NAMES_SCHEMA)]
ValueName = Annotated[
    Name,
    BeforeValidator(value_name),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
DateText = Annotated[
    str,
    BeforeValidator(_date_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
                {"type": "integer"},
            ]
        }
    ),
]
FullDateText = Annotated[
    str,
    BeforeValidator(_full_date_text),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
]
RawBinding = Annotated[Any, WithJsonSchema({_REFERENCE: "Binding"})]
RawEffects = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "additionalProperties": {_REFERENCE: "Effect"}}),
]
RawCondition = Annotated[Any, WithJsonSchema({_REFERENCE: "Condition"})]
RawWeight = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {_REFERENCE: "Binding"},
                {"type": "object", "additionalProperties": {_REFERENCE: "Binding"}},
            ]
        }
    ),
]
RawPairs = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": "number"}},
                {"type": "array", "items": _NUMBERS},
            ]
        }
    ),
]
UnitName = Annotated[str, Field(json_schema_extra={"enum": list(units())})]
KindName = Annotated[Name, Field(json_schema_extra={"enum": list(instrument_kinds())})]
CategoryNames = Annotated[
    list[Name],
    BeforeValidator(_one_or_many),
    WithJsonSchema(_one_or_many_of(event_categories())),
]
ModeNames = Annotated[
    list[Name], BeforeValidator(_one_or_many), WithJsonSchema(_one_or_many_of(event_modes()))
]

ClaimsField: Any = Field(default=[], description="Ids of the claims that this entry carries.")


class Entry(BaseModel):
    """What every entry of a crisis file has in common: unknown keys are refused, text is not turned into numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ActorEntry(Entry):
    """A state or institution."""

    name: Text = Field(description="Name as readers see it.")
    kind: Literal["state", "institution"] = Field(
        description="A state, or an institution of states."
    )
    player: Name | None = Field(default=None, description="The strategic player it belongs to.")
    members: Names = Field(default=[], description="Ids of the actors that are its members.")
    decision_rule: str = Field(default="", description="How it decides, in words.")
    note: str = Field(default="", description="A remark.")
    claims: Claims = ClaimsField


class TypeEntry(Entry):
    """A private type of a player."""

    label: Text = Field(description="Name as readers see it.")
    prior: Annotated[Any, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})] = (
        Field(
            default="rest",
            description="Prior probability: a number, the path of a quantity, or `rest` for what the others leave.",
        )
    )
    claims: Claims = ClaimsField


class PlayerEntry(Entry):
    """A strategic player: who moves in the game."""

    name: Text = Field(description="Name as readers see it.")
    role: Role = Field(description="Its part in the crisis.")
    actors: Names = Field(description="Ids of the actors that it stands for.")
    types: dict[str, TypeEntry] = Field(
        min_length=1, description="Its private types; one type means no private information."
    )
    colour: str = Field(
        default="", pattern="^(#[0-9a-fA-F]{6})?$", description="Colour in charts, as #rrggbb."
    )


class ContestedEntry(Entry):
    """One of several rival values."""

    value: float = Field(description="The value that the source gives.")
    source: Names = Field(min_length=1, description="Key of the source that gives it.")


class MissingEntry(Entry):
    """Why a quantity has no value."""

    reason: Text = Field(description="Why no value is known.")


WAYS_TO_GIVE_A_VALUE = (
    "value",
    "triangular",
    "uniform",
    "normal",
    "lognormal",
    "beta",
    "discrete",
    "contested",
    "missing",
)
"""Keys of a quantity that give its value, or say that there is none; exactly one of them stands."""


class QuantityEntry(Entry):
    """A figure with its uncertainty, unit and provenance: exactly one of the ways to give its value."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [way]} for way in WAYS_TO_GIVE_A_VALUE]}
    )

    label: Text = Field(description="Name as readers see it.")
    value: float | None = Field(default=None, description="A fixed value.")
    triangular: list[float] | None = Field(default=None, description="[low, mode, high].")
    uniform: list[float] | None = Field(default=None, description="[low, high].")
    normal: list[float] | None = Field(default=None, description="[mean, standard deviation].")
    lognormal: list[float] | None = Field(
        default=None, description="[median, sigma of the logarithm]."
    )
    beta: list[float] | None = Field(default=None, description="[a, b] or [a, b, low, high].")
    discrete: RawPairs = Field(
        default=None, description="{value: probability, ...} or [[value, probability], ...]."
    )
    contested: list[ContestedEntry] | None = Field(
        default=None, description="Rival values, each with its source; all are kept."
    )
    missing: MissingEntry | None = Field(default=None, description="No value is known, and why.")
    unit: UnitName = Field(description="Unit, from the closed list of units.")
    as_of: DateText = Field(description="The date for which it holds; not after the cut-off.")
    source: Names = Field(default=[], description="Key or keys of its sources.")
    grade: Grade = Field(description="How good it is; a claim names its actor in claimed_by.")
    claimed_by: str = Field(default="", description="Who claims it, for grade: claim.")
    confidence: str = Field(default="", description="How sure the authors are, in words.")
    group: str = Field(default="", description="Name of its correlation group.")
    note: str = Field(default="", description="A remark.")
    unused: str = Field(default="", description="Why it is kept although nothing reads it.")
    claims: Claims = ClaimsField


class IssueEntry(Entry):
    """An issue between the sides, on a scale from 0 to 100."""

    label: Text = Field(description="Name as readers see it.")
    at_0: Text = Field(description="What 0 stands for.")
    at_50: Text = Field(description="What 50 stands for.")
    at_100: Text = Field(description="What 100 stands for.")
    negotiable: bool = Field(
        description="Whether a settlement may move it; one that may not stands in no mechanism over issues."
    )
    claims: Claims = ClaimsField


class StateVariableEntry(Entry):
    """A named variable of the world with a few named values, in order."""

    label: Text = Field(description="Name as readers see it.")
    values: list[ValueName] = Field(min_length=1, description="Names of its values, in order.")
    value_labels: dict[str, Text] = Field(
        default={}, description="Value to its name as readers see it."
    )
    phrases: dict[str, Text] = Field(
        default={},
        description='Value to words that may follow a noun: "with a large arms effort".',
    )
    initial: ValueName = Field(description="Its value at the start.")
    unused: dict[str, Text] = Field(
        default={}, description="Value to why it is kept although nothing sets it."
    )
    claims: Claims = ClaimsField


class OwnEntry(Entry):
    """How a player rates a chance outcome: one of the two."""

    shift: RawBinding = Field(default=None, description="Shift of the analysts' odds, in log-odds.")
    prob: RawBinding = Field(default=None, description="A probability of its own.")


class ChanceEntry(Entry):
    """One chance outcome of an instrument."""

    id: Name = Field(description="Id, unique within the instrument.")
    label: Text = Field(description="What happens, as readers see it.")
    prob: RawBinding = Field(description="Probability: a binding, or `rest`.")
    when: RawCondition = Field(
        default=None, description="In which states it can follow; absent: in all."
    )
    effects: RawEffects = Field(default={}, description="Effects on the state.")
    favours: Name | None = Field(
        default=None, description="Player whom it is good for: its hopes shift its odds of it."
    )
    own: dict[Name, OwnEntry] = Field(
        default={}, description="Player to its own odds of it, in the place of hopes."
    )


class NestEntry(Entry):
    """A kind of move: on a menu its options count as one."""

    label: Text = Field(description="Name as readers see it.")
    similarity: RawBinding = Field(
        description="How alike its options are, 0 (as different as any) to 0.98: a binding that reads no state."
    )
    weight: RawBinding = Field(
        default=None,
        description="How much it counts in its list: a binding that reads no state; absent: 1.",
    )
    within: Name | None = Field(default=None, alias="in", description="The nest that it stands in.")


class InstrumentEntry(Entry):
    """What a player may do."""

    label: Text = Field(description="Name as readers see it.")
    player: Name = Field(description="Who may use it.")
    kind: KindName = Field(description="What it is, from the closed list of kinds.")
    when: RawCondition = Field(default=None, description="When it is available; absent: always.")
    effects: RawEffects = Field(
        default={},
        description="State variable to value, or `up` / `down`: the next in its order; or cases by the state.",
    )
    chance: list[ChanceEntry] = Field(default=[], description="Chance outcomes, if it has any.")
    nest: Name | None = Field(default=None, description="The kind of move that it is: a nest.")
    weight: RawBinding = Field(
        default=None,
        description="How much it counts in its list: a binding that reads no state; absent: 1.",
    )
    seen_by: Names = Field(default=[], description="Players who see it; absent: all.")
    looks_like: Name | None = Field(
        default=None, description="Instrument of the same menu that others take it for."
    )
    description: str = Field(default="", description="What it is, in a sentence or two.")
    source: Names = Field(default=[], description="Key or keys of its sources.")
    claims: Claims = ClaimsField


class MoveEntry(Entry):
    """One player's menu in a sealed phase."""

    player: Name = Field(description="Who moves.")
    menu: Names = Field(min_length=1, description="Ids of the instruments to choose from.")


class PhaseEntry(Entry):
    """A step of a round: one move (`player`, `menu`) or several sealed ones (`moves`)."""

    id: Name = Field(description="Id of the phase.")
    label: Text = Field(description="Name as readers see it.")
    player: Name | None = Field(default=None, description="Who moves, if one player does.")
    menu: Names | None = Field(
        default=None, description="Ids of the instruments that player chooses from."
    )
    moves: list[MoveEntry] | None = Field(
        default=None, description="Sealed moves: nobody sees another's choice before all chose."
    )
    when: RawCondition = Field(default=None, description="When it takes place; absent: always.")
    rounds: list[int] = Field(
        default=[], description="Rounds in which it takes place; absent: all."
    )


class OutcomeEntry(Entry):
    """Names terminal states; the first rule that holds does."""

    label: Text = Field(description="Name as readers see it.")
    when: RawCondition = Field(description="Condition on the state; {} always holds.")
    attack: Annotated[Name | None, BeforeValidator(_act)] = Field(
        default=None,
        description="It counts as an attack: the player whose act it is; true: the challenger's, if there is one.",
    )
    settlement: bool = Field(default=False, description="Counts as a settlement.")
    group: str = Field(
        default="", description="What it is told together with: a noun phrase, the same for each."
    )
    description: str = Field(default="", description="What it is, in a sentence or two.")
    claims: Claims = ClaimsField


class MechanismEntry(Entry):
    """A model with its inputs bound."""

    label: Text = Field(description="What it computes, as readers see it.")
    model: Name = Field(description="Name of a registered model, as mechanism.model.")
    members: Names = Field(default=[], description="Ids of actors (or issues) of its member axis.")
    inputs: dict[str, RawBinding] = Field(default={}, description="Input to binding.")
    design: str = Field(
        default="",
        description="Package of the table of responses, for a model that interpolates equilibria computed beforehand.",
    )
    claims: Claims = ClaimsField


class ConsiderationEntry(Entry):
    """A named thing that players care about."""

    label: Text = Field(description="Name as readers see it.")
    price: RawBinding = Field(description="What it is worth, in stakes.")
    weights: dict[str, RawWeight] = Field(
        description="Player to weight, or player to type to weight; who is absent weighs it zero."
    )
    claims: Claims = ClaimsField


class PolicyEntry(Entry):
    """A commitment made before the game starts."""

    label: Text = Field(description="Name as readers see it.")
    description: str = Field(default="", description="What is committed to, in a sentence or two.")
    fix: dict[str, Names] = Field(
        default={}, description="`phase` or `phase@round` to the instruments left in that menu."
    )
    forbid: Names = Field(default=[], description="Instruments removed from every menu.")
    state: dict[str, ValueName] = Field(default={}, description="Initial values that it changes.")
    credibility: RawBinding = Field(
        default=None,
        description="Chance that it holds when the time comes: a binding in prob; absent: it surely does.",
    )
    cost: dict[str, RawBinding] = Field(
        default={}, description="Player to what it pays because the commitment is made, in stakes."
    )
    broken: dict[str, RawBinding] = Field(
        default={},
        description="Player to what it pays where the commitment is made and not kept, in stakes.",
    )
    claims: Claims = ClaimsField


class AimEntry(Entry):
    """What commitments are judged by besides an attack: one of three kinds of sums."""

    label: Text = Field(description="What it is, as readers see it: a noun phrase.")
    considerations: Names = Field(
        default=[], description="Considerations whose expected levels are added, in stakes."
    )
    outcomes: Names = Field(default=[], description="Outcomes whose probabilities are added.")
    payoffs: Names = Field(default=[], description="Players whose payoffs are added, in stakes.")
    better: Literal["less", "more"] = Field(default="less", description="Which way is better.")
    claims: Claims = ClaimsField


class FactEntry(Entry):
    """A sourced sentence for the briefing."""

    id: Name = Field(description="Id of the fact.")
    question: Literal[
        "aims", "options", "diplomacy", "deterrence", "sanctions", "alliance", "outlook"
    ] = Field(description="The question of the briefing it belongs to.")
    text: Text = Field(description="The sentence.")
    source: Names = Field(default=[], description="Key or keys of its sources.")
    as_of: DateText = Field(description="The date for which it holds; not after the cut-off.")
    grade: Grade = Field(description="How good it is; a claim names its actor in claimed_by.")
    claimed_by: str = Field(default="", description="Who claims it, for grade: claim.")
    figures: Names = Field(default=[], description="Paths of the quantities it speaks of.")
    claims: Claims = ClaimsField


class EventRuleEntry(Entry):
    """What a dated event means in the crisis's terms; of several rules that fit an event, the first counts.

    A rule says exactly one of `move`, `state`, `evidence`, `indicator` and `noise`.
    """

    id: Name = Field(description="Id of the rule.")
    actor: Names = Field(default=[], description="Who acts, one of these; absent: anyone.")
    target: Names = Field(default=[], description="At whom, one of these; absent: anyone.")
    category: CategoryNames = Field(
        default=[], description="PLOVER category, one of these; absent: any."
    )
    mode: ModeNames = Field(default=[], description="PLOVER mode, one of these; absent: any.")
    words: Names = Field(
        default=[],
        description="The text says that one of these happened, in any case; absent: any text.",
    )
    about: Names = Field(default=[], description="The text also holds one of these.")
    without: Names = Field(default=[], alias="not", description="The text holds none of these.")
    move: str = Field(
        default="", description="It is the use of this instrument, or `instrument/outcome`."
    )
    state: dict[str, ValueName] = Field(
        default={}, description="It sets these variables from outside the game."
    )
    evidence: dict[str, float | Name] = Field(
        default={},
        description="`player.type` to how likely the event is if the player is of that type, relative to 1.",
    )
    indicator: str = Field(default="", description="It is this sign of the table of indicators.")
    noise: str = Field(default="", description="Why it tells nothing.")
    weight: float | Name = Field(
        default=0.95, description="Probability that such a report is right: number or quantity."
    )
    seen_by: Names = Field(default=[], description="Players who learn of it; absent: all.")
    claims: Claims = ClaimsField


class Header(Entry):
    """The top of a crisis file: everything but its sections of entries."""

    schema_version: int = Field(alias="schema", description="Version of the format.")
    id: Name = Field(description="Id of the crisis: letters, digits, - and _.")
    title: Text = Field(description="Title as readers see it.")
    as_of: FullDateText = Field(description="The cut-off: nothing dated later may enter.")
    summary: Text = Field(description="The crisis in two or three sentences.")
    scope: str = Field(default="", description="What the crisis covers and leaves out.")
    disputes: list[Text] = Field(default=[], description="Known disputes about the facts.")
    limits: list[Text] = Field(default=[], description="Known limits of the model.")
    rounds: int = Field(ge=1, le=MAX_ROUNDS, description="Number of rounds.")
    rationality: Name = Field(description="Path of the quantity that holds the logit precision.")
    tables: dict[str, Name] = Field(description="Kind of table to its file in this folder.")
    correlations: dict[str, float] = Field(
        default={}, description="Correlation group to the common correlation of its normal scores."
    )
    calendar: list[FullDateText] = Field(
        default=[], description="First day of each round, for `detente watch`."
    )
    watched_until: FullDateText | None = Field(
        default=None, description="Last day of the last round; absent: as long as the one before."
    )
    reported: dict[str, float | Name] = Field(
        default={},
        description="Instrument to the probability that its use is reported by the end of the round.",
    )
    timing: dict[str, float | Name] = Field(
        default={},
        description="Phase to how late in a round its moves come: exponent of the part of the round that has passed, 1 for evenly.",
    )
    hopes: dict[str, RawBinding] = Field(
        default={},
        description="Player or role to the shift, in log-odds, of its odds of what is good for it.",
    )
    ends_when: RawCondition = Field(
        default=None, description="The game ends after a round in which this holds; absent: never."
    )


class CrisisDocument(Header):
    """A crisis: who quarrels over what, what each can do, and how every figure is known."""

    actors: dict[str, ActorEntry] = Field(description="States and institutions.")
    players: dict[str, PlayerEntry] = Field(description="Who moves in the game.")
    quantities: dict[str, QuantityEntry] = Field(description="Figures, by dotted path.")
    issues: dict[str, IssueEntry] = Field(default={}, description="Issues between the sides.")
    state: dict[str, StateVariableEntry] = Field(description="Variables of the world.")
    nests: dict[str, NestEntry] = Field(default={}, description="Kinds of move.")
    instruments: dict[str, InstrumentEntry] = Field(description="What players may do.")
    phases: list[PhaseEntry] = Field(description="The steps of a round, in order.")
    outcomes: dict[str, OutcomeEntry] = Field(description="Names of terminal states, in order.")
    mechanisms: dict[str, MechanismEntry] = Field(default={}, description="Models with inputs.")
    considerations: dict[str, ConsiderationEntry] = Field(description="What players care about.")
    policies: dict[str, PolicyEntry] = Field(description="Commitments to compare.")
    aims: dict[str, AimEntry] = Field(
        default={}, description="What commitments are judged by, besides an attack."
    )
    facts: list[FactEntry] = Field(default=[], description="Sourced sentences.")
    event_rules: list[EventRuleEntry] = Field(
        default=[], description="What dated events mean, for `detente watch`."
    )


MAPPING_SECTIONS: dict[str, type[Entry]] = {
    "actors": ActorEntry,
    "players": PlayerEntry,
    "quantities": QuantityEntry,
    "issues": IssueEntry,
    "state": StateVariableEntry,
    "nests": NestEntry,
    "instruments": InstrumentEntry,
    "outcomes": OutcomeEntry,
    "mechanisms": MechanismEntry,
    "considerations": ConsiderationEntry,
    "policies": PolicyEntry,
    "aims": AimEntry,
}
"""Sections that map an id to an entry."""

LIST_SECTIONS: dict[str, type[Entry]] = {
    "phases": PhaseEntry,
    "facts": FactEntry,
    "event_rules": EventRuleEntry,
}
"""Sections that list entries with their id inside."""


def _binding_schema() -> dict[str, Any]:
    binding = {_REFERENCE: "Binding"}

    def form(key: str, value: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {key: value, **others},
            "required": [key],
            "additionalProperties": False,
        }

    text = {"type": "string", "minLength": 1}
    columns = [form(table, text, missing={"type": "number"}) for table in get_args(ColumnTable)]
    return {
        "description": (
            "Where a number comes from: a number; the path of a quantity; {output: mechanism.name}; "
            "{exposure|position|salience|red_line: name}; {by: variable, value: binding, ..., else: binding}; {sum: [...]}; "
            "{product: [...]}."
        ),
        "anyOf": [
            {"type": "number"},
            text,
            form("output", text),
            *columns,
            form("sum", {"type": "array", "items": binding, "minItems": 1}),
            form("product", {"type": "array", "items": binding, "minItems": 1}),
            {
                "type": "object",
                "properties": {"by": text, "else": binding},
                "required": ["by"],
                "additionalProperties": binding,
            },
        ],
    }


def _condition_schema() -> dict[str, Any]:
    value = {"type": ["string", "integer", "boolean"]}
    alternative = {
        "type": "object",
        "additionalProperties": {
            "anyOf": [value, {"type": "array", "items": value, "minItems": 1}]
        },
    }
    return {
        "description": "{variable: value or [values], ...}: all must hold; a list: any of them.",
        "anyOf": [alternative, {"type": "array", "items": alternative}, {"type": "null"}],
    }


def _effect_schema() -> dict[str, Any]:
    effect = {_REFERENCE: "Effect"}
    return {
        "description": (
            "What happens to a variable: one of its values; up or down along their order; keep; "
            "{by: variable, value: effect, ..., else: effect}."
        ),
        "anyOf": [
            {"type": ["string", "integer", "boolean"]},
            {
                "type": "object",
                "properties": {"by": {"type": "string", "minLength": 1}, "else": effect},
                "required": ["by"],
                "additionalProperties": effect,
            },
        ],
    }


def _resolve(part: Any) -> Any:
    """Put the reference to a definition where the models only name it."""
    if isinstance(part, dict):
        if _REFERENCE in part:
            rest = {key: value for key, value in part.items() if key != _REFERENCE}
            return {"$ref": f"#/$defs/{part[_REFERENCE]}", **_resolve(rest)}
        return {key: _resolve(value) for key, value in part.items()}
    return [_resolve(item) for item in part] if isinstance(part, list) else part


def crisis_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a crisis file, for editors.

    Examples
    --------
    >>> crisis_schema()["title"]
    'Crisis file of detente'
    """
    schema = CrisisDocument.model_json_schema(by_alias=True)
    schema["$defs"] |= {
        "Binding": _binding_schema(),
        "Condition": _condition_schema(),
        "Effect": _effect_schema(),
    }
    resolved: dict[str, Any] = _resolve(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **resolved,
        "title": "Crisis file of detente",
    }
