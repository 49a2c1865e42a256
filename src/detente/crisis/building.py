"""Turn the validated entries of a draft into the frozen parts of a crisis."""

import math
from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar, cast, get_args

from detente.crisis.dates import first_day, last_day
from detente.crisis.draft import Draft, VariableUse
from detente.crisis.elements import (
    Actor,
    Binding,
    ChanceOutcome,
    Consideration,
    Distribution,
    Fact,
    Grade,
    Instrument,
    Issue,
    Mechanism,
    Move,
    OutcomeRule,
    Phase,
    Player,
    PlayerType,
    Policy,
    Quantity,
    Source,
    StateVariable,
    TableRow,
)
from detente.crisis.expressions import (
    BINDING_WORDS,
    NEVER,
    read_binding,
    read_condition,
    read_effects,
)
from detente.crisis.quantities import distribution_problem
from detente.crisis.registers import units
from detente.crisis.schema import (
    ActorEntry,
    ConsiderationEntry,
    Entry,
    FactEntry,
    InstrumentEntry,
    IssueEntry,
    MechanismEntry,
    OutcomeEntry,
    PhaseEntry,
    PlayerEntry,
    PolicyEntry,
    QuantityEntry,
    StateVariableEntry,
)

__all__ = ["build", "split_sources"]

AnyEntry = TypeVar("AnyEntry", bound=Entry)

_FAMILIES = ("triangular", "uniform", "normal", "lognormal", "beta")


def build(draft: Draft) -> None:
    """Fill the parts of a draft from its entries and tables."""
    _sources(draft)
    for actor, entry in _entries(draft, "actors", ActorEntry):
        draft.actors[actor] = Actor(
            id=actor,
            name=entry.name,
            kind=entry.kind,
            player=entry.player or "",
            members=tuple(entry.members),
            decision_rule=entry.decision_rule,
            note=entry.note,
            claims=tuple(entry.claims),
            place=draft.place("actors", actor),
        )
    for player, entry in _entries(draft, "players", PlayerEntry):
        draft.players[player] = _player(draft, player, entry)
    for path, entry in _entries(draft, "quantities", QuantityEntry):
        _quantity(draft, path, entry)
    for issue, entry in _entries(draft, "issues", IssueEntry):
        draft.issues[issue] = Issue(
            id=issue,
            label=entry.label,
            at_0=entry.at_0,
            at_50=entry.at_50,
            at_100=entry.at_100,
            negotiable=entry.negotiable,
            claims=tuple(entry.claims),
            place=draft.place("issues", issue),
        )
    _exposures(draft)
    _positions(draft)
    for variable, entry in _entries(draft, "state", StateVariableEntry):
        draft.state[variable] = StateVariable(
            id=variable,
            label=entry.label,
            values=tuple(entry.values),
            value_labels=dict(entry.value_labels),
            initial=entry.initial,
            claims=tuple(entry.claims),
            place=draft.place("state", variable),
        )
    for instrument, entry in _entries(draft, "instruments", InstrumentEntry):
        draft.instruments[instrument] = _instrument(draft, instrument, entry)
    for index, entry in _entries(draft, "phases", PhaseEntry):
        _phase(draft, int(index), entry)
    for outcome, entry in _entries(draft, "outcomes", OutcomeEntry):
        draft.outcomes[outcome] = OutcomeRule(
            id=outcome,
            label=entry.label,
            when=read_condition(draft, entry.when, ("outcomes", outcome, "when")),
            attack=entry.attack,
            settlement=entry.settlement,
            description=entry.description,
            claims=tuple(entry.claims),
            place=draft.place("outcomes", outcome),
        )
    for mechanism, entry in _entries(draft, "mechanisms", MechanismEntry):
        draft.mechanisms[mechanism] = _mechanism(draft, mechanism, entry)
    for consideration, entry in _entries(draft, "considerations", ConsiderationEntry):
        _consideration(draft, consideration, entry)
    for policy, entry in _entries(draft, "policies", PolicyEntry):
        draft.policies[policy] = _policy(draft, policy, entry)
    for index, entry in _entries(draft, "facts", FactEntry):
        draft.facts.append(_fact(draft, int(index), entry))
    draft.ends_when = read_condition(
        draft, draft.header.get("ends_when"), ("ends_when",), absent=NEVER
    )


def _entries(draft: Draft, section: str, model: type[AnyEntry]) -> Iterable[tuple[str, AnyEntry]]:
    for name, entry in draft.entries.get(section, {}).items():
        if isinstance(entry, model):
            yield name, entry


def split_sources(text: str) -> tuple[str, ...]:
    """Return the source keys of a table cell, which ``;`` separates.

    Examples
    --------
    >>> split_sources("gazette; judgement")
    ('gazette', 'judgement')
    """
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _rows(draft: Draft, kind: str) -> tuple[TableRow, ...]:
    return draft.tables[kind].rows if kind in draft.tables else ()


def _sources(draft: Draft) -> None:
    for row in _rows(draft, "sources"):
        cells = row.cells
        draft.sources.setdefault(
            cells["key"],
            Source(
                key=cells["key"],
                publisher=cells["publisher"],
                title=cells["title"],
                date=first_day(cells["date"]),
                address=cells["address"],
                standing=cells["standing"],
                place=row.place,
            ),
        )


def _player(draft: Draft, player: str, entry: PlayerEntry) -> Player:
    types = []
    for name, item in entry.types.items():
        prior: Binding | None = None
        keys = ("players", player, "types", name, "prior")
        if item.prior != "rest":
            if isinstance(item.prior, int | float | str):
                prior = read_binding(draft, item.prior, keys, role="prior")
            else:
                draft.report(
                    "value-type",
                    f"{item.prior!r} is no prior",
                    at=keys,
                    value=item.prior,
                    fix="write a number from 0 to 1, the path of a quantity, or rest",
                )
        types.append(PlayerType(id=name, label=item.label, prior=prior, claims=tuple(item.claims)))
    return Player(
        id=player,
        name=entry.name,
        role=entry.role,
        actors=tuple(entry.actors),
        types=tuple(types),
        colour=entry.colour,
        place=draft.place("players", player),
    )


def _quantity(draft: Draft, path: str, entry: QuantityEntry) -> None:
    keys = ("quantities", path)
    given = [
        family
        for family in ("value", *_FAMILIES, "discrete", "contested", "missing")
        if getattr(entry, family) is not None
    ]
    if len(given) != 1:
        draft.report(
            "distribution-invalid",
            f"the quantity {path!r} has {' and '.join(given) or 'no value and no distribution'}",
            at=keys,
            value=", ".join(given),
            fix=f"give exactly one of value, {', '.join(_FAMILIES)}, discrete, contested, missing",
        )
        return
    family = given[0]
    if entry.missing is not None:
        draft.missing[path] = entry.missing.reason
        return
    contested: tuple[tuple[float, str], ...] = ()
    if entry.contested is not None:
        contested = tuple((item.value, ";".join(item.source)) for item in entry.contested)
        distribution = _rival(value for value, _ in contested)
    else:
        parameters = _parameters(family, getattr(entry, family))
        if parameters is None:
            draft.report(
                "distribution-invalid",
                f"{entry.discrete!r} is no list of values with probabilities"[:300],
                at=(*keys, family),
                value=entry.discrete,
                fix="write {value: probability, ...} or [[value, probability], ...]",
            )
            return
        distribution = _distribution(family, parameters)
    problem = distribution_problem(distribution)
    if len(contested) == 1:
        problem = "a contested quantity needs two values or more"
    if problem:
        draft.report(
            "distribution-invalid",
            f"the distribution of {path!r} is not valid: {problem}",
            at=(*keys, family),
            value=list(distribution.parameters),
            fix="correct its parameters; `detente schema` says what each family takes",
        )
        return
    sources = [*entry.source]
    sources += [key for _, joined in contested for key in joined.split(";")]
    draft.quantities[path] = Quantity(
        path=path,
        label=entry.label,
        distribution=distribution,
        unit=entry.unit,
        as_of=_as_of(draft, entry.as_of),
        sources=tuple(dict.fromkeys(sources)),
        grade=entry.grade,
        claimed_by=entry.claimed_by,
        confidence=entry.confidence,
        group=entry.group,
        note=entry.note,
        claims=tuple(entry.claims),
        contested=contested,
        place=draft.place(*keys),
    )


def _as_of(draft: Draft, text: str) -> date:
    """Return the last day that a date covers, but not later than the cut-off if the date begins before it."""
    first, last = first_day(text) or date.max, last_day(text) or date.max
    cutoff = draft.cutoff
    return cutoff if cutoff is not None and first <= cutoff < last else last


def _rival(values: Iterable[float]) -> Distribution:
    """Give rival values equal weight; a value that several sources give counts as often."""
    given = list(values)
    counts = {value: given.count(value) for value in dict.fromkeys(given)}
    if len(counts) == 1:
        return Distribution(family="fixed", parameters=(given[0],))
    pairs = [number for value, n in counts.items() for number in (value, n / len(given))]
    return Distribution(family="discrete", parameters=tuple(pairs))


def _parameters(family: str, raw: Any) -> tuple[float, ...] | None:
    if family == "value":
        return (float(raw),)
    if family != "discrete":
        numbers = tuple(float(value) for value in raw)
        return (*numbers, 0.0, 1.0) if family == "beta" and len(numbers) == 2 else numbers
    if isinstance(raw, dict):
        raw = [[_as_number(key), value] for key, value in raw.items()]
    if not isinstance(raw, list):
        return None
    flat: list[float] = []
    for pair in raw:
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_number, pair)):
            return None
        flat += [float(pair[0]), float(pair[1])]
    return tuple(flat)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _distribution(family: str, parameters: tuple[float, ...]) -> Distribution:
    name: Any = "fixed" if family == "value" else family
    return Distribution(family=name, parameters=parameters)


def _cell_number(draft: Draft, row: TableRow, column: str) -> float | None:
    """Return the number in a cell, or None if it is blank or malformed; the check of table numbers reports the latter."""
    text = row.cells.get(column, "")
    return _as_number(text) if text else None


def _grade(row: TableRow) -> Grade:
    grade = row.cells["grade"]
    return cast("Grade", grade if grade in get_args(Grade) else "estimate")


def _table_quantity(
    draft: Draft,
    row: TableRow,
    path: str,
    label: str,
    *,
    distribution: Distribution,
    unit: str,
    rows: tuple[TableRow, ...] = (),
) -> None:
    """Enter the quantity of a table row; ``rows`` are its rivals, itself included."""
    family = rows or (row,)
    problem = distribution_problem(distribution)
    if problem:
        draft.report(
            "distribution-invalid",
            f"the distribution of {path!r} is not valid: {problem}",
            at=row.place,
            value=list(distribution.parameters),
            fix="correct value, low and high: low <= value <= high",
        )
        return
    sources = [key for item in family for key in split_sources(item.cells["source"])]
    contested = tuple(
        (value, item.cells["source"])
        for item in rows
        if (value := _cell_number(draft, item, "value")) is not None
    )
    draft.quantities[path] = Quantity(
        path=path,
        label=label,
        distribution=distribution,
        unit=unit,
        as_of=max(_as_of(draft, item.cells["as_of"]) for item in family),
        sources=tuple(dict.fromkeys(sources)),
        grade=_grade(row),
        claimed_by=row.cells.get("claimed_by", ""),
        confidence=row.cells["confidence"],
        group=row.cells.get("group", ""),
        note=row.cells.get("note", ""),
        claims=tuple(dict.fromkeys(claim for item in family for claim in item.claims)),
        contested=contested if len(contested) > 1 else (),
        place=row.place,
    )


def _exposures(draft: Draft) -> None:
    groups: dict[str, list[TableRow]] = {}
    for row in _rows(draft, "exposures"):
        if _cell_number(draft, row, "value") is not None and row.cells["unit"] in units():
            groups.setdefault(row.place.path, []).append(row)
    for path, rows in groups.items():
        row = rows[0]
        actor = draft.actors.get(row.cells["actor"])
        name = row.cells["actor"] if actor is None else actor.name
        values = [
            value for item in rows if (value := _cell_number(draft, item, "value")) is not None
        ]
        low, high = _cell_number(draft, row, "low"), _cell_number(draft, row, "high")
        if len(rows) > 1:
            distribution = _rival(values)
        elif low is not None and high is not None and (low, high) != (values[0], values[0]):
            distribution = Distribution(family="triangular", parameters=(low, values[0], high))
        else:
            distribution = Distribution(family="fixed", parameters=(values[0],))
        if len({item.cells["unit"] for item in rows}) > 1:
            given = ", ".join(dict.fromkeys(item.cells["unit"] for item in rows))
            draft.report(
                "unit-mismatch",
                f"the rival rows of {path!r} have different units: {given}",
                at=rows[-1].place,
                value=given,
                fix="convert all rows of an actor and variable to one unit",
            )
        _table_quantity(
            draft,
            row,
            path,
            f"{name}: {row.cells.get('label') or row.cells['variable'].replace('_', ' ')}",
            distribution=distribution,
            unit=row.cells["unit"],
            rows=tuple(rows) if len(rows) > 1 else (),
        )


def _positions(draft: Draft) -> None:
    for row in _rows(draft, "positions"):
        cells = row.cells
        actor, issue = draft.actors.get(cells["actor"]), draft.issues.get(cells["issue"])
        name = cells["actor"] if actor is None else actor.name
        label = cells["issue"] if issue is None else issue.label
        value = _cell_number(draft, row, "value")
        tail = f"{cells['actor']}.{cells['issue']}"
        if value is not None and 0 <= value <= 100:
            spread = 10 if cells["basis"] == "direct" else 20
            edges = (max(0.0, value - spread), value, min(100.0, value + spread))
            _table_quantity(
                draft,
                row,
                f"positions.{tail}",
                f"{name}: position on {label}",
                distribution=Distribution(family="triangular", parameters=edges),
                unit="score_0_100",
            )
        salience = _cell_number(draft, row, "salience")
        if salience is not None:
            _table_quantity(
                draft,
                row,
                f"salience.{tail}",
                f"{name}: salience of {label}",
                distribution=Distribution(family="fixed", parameters=(salience,)),
                unit="share",
            )


def _instrument(draft: Draft, instrument: str, entry: InstrumentEntry) -> Instrument:
    keys = ("instruments", instrument)
    chance = []
    for index, item in enumerate(entry.chance):
        place = (*keys, "chance", index)
        prob = (
            None
            if item.prob == "rest"
            else read_binding(draft, item.prob, (*place, "prob"), role="prob")
        )
        effects = read_effects(draft, item.effects, (*place, "effects"))
        chance.append(ChanceOutcome(id=item.id, label=item.label, prob=prob, effects=effects))
    return Instrument(
        id=instrument,
        label=entry.label,
        player=entry.player,
        kind=entry.kind,
        when=read_condition(draft, entry.when, (*keys, "when")),
        effects=read_effects(draft, entry.effects, (*keys, "effects")),
        chance=tuple(chance),
        seen_by=tuple(entry.seen_by),
        looks_like=entry.looks_like or "",
        description=entry.description,
        sources=tuple(entry.source),
        claims=tuple(entry.claims),
        place=draft.place(*keys),
    )


def _phase(draft: Draft, index: int, entry: PhaseEntry) -> None:
    keys = ("phases", index)
    single = entry.player is not None and entry.menu is not None
    partial = entry.player is not None or entry.menu is not None
    if single == (entry.moves is not None) or partial != single:
        draft.report(
            "key-missing",
            f"the phase {entry.id!r} needs either player and menu, or moves",
            at=keys,
            value=entry.id,
            fix="write `player:` and `menu:` for one move, or `moves:` for sealed ones",
        )
        return
    if entry.player is not None and entry.menu is not None:
        moves = [Move(player=entry.player, menu=tuple(entry.menu))]
    else:
        moves = [Move(player=item.player, menu=tuple(item.menu)) for item in entry.moves or ()]
    draft.phases.append(
        Phase(
            id=entry.id,
            label=entry.label,
            moves=tuple(moves),
            when=read_condition(draft, entry.when, (*keys, "when")),
            rounds=tuple(entry.rounds),
            place=draft.place(*keys),
        )
    )


def _mechanism(draft: Draft, mechanism: str, entry: MechanismEntry) -> Mechanism:
    keys = ("mechanisms", mechanism)
    members = tuple(entry.members)
    inputs = {
        name: read_binding(draft, raw, (*keys, "inputs", name), role="input", members=members)
        for name, raw in entry.inputs.items()
    }
    return Mechanism(
        id=mechanism,
        label=entry.label,
        model=entry.model,
        members=members,
        inputs={name: binding for name, binding in inputs.items() if binding is not None},
        claims=tuple(entry.claims),
        place=draft.place(*keys),
    )


def _consideration(draft: Draft, consideration: str, entry: ConsiderationEntry) -> None:
    keys = ("considerations", consideration)
    price = read_binding(draft, entry.price, (*keys, "price"), role="price")
    weights = {
        player: _weights(draft, player, raw, consideration) for player, raw in entry.weights.items()
    }
    if price is not None:
        draft.considerations[consideration] = Consideration(
            id=consideration,
            label=entry.label,
            price=price,
            weights=weights,
            claims=tuple(entry.claims),
            place=draft.place(*keys),
        )


def _weights(draft: Draft, player: str, raw: Any, consideration: str) -> dict[str, Binding]:
    """Return the weight per type; one binding counts for all types."""
    keys = ("considerations", consideration, "weights", player)
    types = [item.id for item in draft.players[player].types] if player in draft.players else []
    if isinstance(raw, dict) and not any(word in raw for word in BINDING_WORDS):
        found = {
            name: read_binding(draft, item, (*keys, name), role="weight")
            for name, item in raw.items()
        }
        if types:
            for name in found:
                if name not in types:
                    draft.findings.append(
                        draft.unknown(
                            "type-unknown", f"type of {player}", name, types, at=(*keys, name)
                        )
                    )
            for name in types:
                if name not in found:
                    draft.report(
                        "key-missing",
                        f"the weights of {player!r} lack its type {name!r}",
                        at=keys,
                        value=name,
                        fix=f"give a weight for {name}; 0 if it does not care",
                    )
        return {name: binding for name, binding in found.items() if binding is not None}
    binding = read_binding(draft, raw, keys, role="weight")
    return {} if binding is None else dict.fromkeys(types, binding)


def _policy(draft: Draft, policy: str, entry: PolicyEntry) -> Policy:
    keys = ("policies", policy)
    for variable, value in entry.state.items():
        draft.variables.append(
            VariableUse(
                keys=(*keys, "state", variable),
                variable=variable,
                values=(value,),
                role="initial",
            )
        )
    return Policy(
        id=policy,
        label=entry.label,
        description=entry.description,
        fix={name: tuple(values) for name, values in entry.fix.items()},
        forbid=tuple(entry.forbid),
        state=dict(entry.state),
        claims=tuple(entry.claims),
        place=draft.place(*keys),
    )


def _fact(draft: Draft, index: int, entry: FactEntry) -> Fact:
    return Fact(
        id=entry.id,
        question=entry.question,
        text=entry.text,
        sources=tuple(entry.source),
        as_of=_as_of(draft, entry.as_of),
        grade=entry.grade,
        claimed_by=entry.claimed_by,
        figures=tuple(entry.figures),
        claims=tuple(entry.claims),
        place=draft.place("facts", index),
    )
