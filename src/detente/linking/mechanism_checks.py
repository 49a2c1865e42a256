"""Checks of what feeds the models: known models, inputs and outputs, units that fit, no cycle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detente.crisis.crisis import Crisis
from detente.crisis.draft import suggest
from detente.crisis.elements import Binding, ByState, Column, Mechanism, OutputOf, QuantityOf, Sum
from detente.errors import Code, CrisisFileError, Finding, ModelError, Place
from detente.linking.bindings import column_paths
from detente.linking.planning import mechanism_order
from detente.linking.tables import setting_of
from detente.models import Input, Model, Output, all_models, find_model
from detente.rules.state import read_outputs

__all__ = [
    "check_cycles",
    "check_inputs",
    "check_models",
    "check_outputs",
    "check_tables",
    "check_units",
]

ANY = "any"
PROBABILITY_UNITS = ("prob", "share")
WEIGHT_UNITS = ("ratio", "number", "share")
SHIFT_UNITS = ("log_odds",)


def check_models(crisis: Crisis) -> Iterator[Finding]:
    """Every mechanism names a model that is registered."""
    for item in crisis.mechanisms.values():
        if find_model(item.model) is None:
            yield _finding(
                item.place,
                "model",
                code="model-unknown",
                message=f"there is no model {item.model!r}",
                value=item.model,
                fix=suggest(item.model, all_models(), otherwise="name a registered model"),
            )


def check_tables(crisis: Crisis) -> Iterator[Finding]:
    """Every table that a mechanism's model works on is there."""
    for item in crisis.mechanisms.values():
        model = find_model(item.model)
        for kind in () if model is None else model.tables:
            if kind not in crisis.tables:
                yield _finding(
                    item.place,
                    "model",
                    code="table-missing",
                    message=f"{item.model} works on the table {kind!r}, which the crisis does not name",
                    value=kind,
                    fix=f"add `{kind}: {kind}.csv` under `tables`",
                )


def check_inputs(crisis: Crisis) -> Iterator[Finding]:
    """Every mechanism binds the inputs that its model declares, and no others."""
    for item in crisis.mechanisms.values():
        model = find_model(item.model)
        if model is None:
            continue
        known = [declared.name for declared in model.inputs]
        for name in item.inputs:
            if name not in known:
                yield _finding(
                    item.place,
                    f"inputs.{name}",
                    code="model-input-unknown",
                    message=f"{item.model} has no input {name!r}",
                    value=name,
                    fix=suggest(name, known, otherwise="remove it"),
                )
        for declared in model.inputs:
            if declared.default is None and declared.name not in item.inputs:
                yield _finding(
                    item.place,
                    "inputs",
                    code="model-input-missing",
                    message=f"{item.model} needs the input {declared.name!r} [{declared.unit}]",
                    value=declared.name,
                    fix=f"bind it: {declared.description}",
                )
        yield from _check_design(item, model, crisis)
        per_member = [part.per_member for part in model.inputs]
        per_member.extend(part.per_member for part in model.outputs)
        if any(per_member) and not item.members:
            yield _finding(
                item.place,
                "members",
                code="key-missing",
                message=f"{item.model} works per member, and mechanism {item.id!r} has no members",
                value="",
                fix="list the actors or issues of its member axis under `members`",
            )


def _check_design(item: Mechanism, model: Model, crisis: Crisis) -> Iterator[Finding]:
    """Find a design that lacks, is damaged or does not know the members."""
    if not model.reads_responses:
        if item.design:
            yield _finding(
                item.place,
                "design",
                code="model-input-unknown",
                message=f"{item.model} reads no design",
                value=item.design,
                fix="remove `design`",
            )
        return
    table = crisis.tables.get("responses")
    rows = () if table is None else table.rows
    known = list(dict.fromkeys(row.cells["package"] for row in rows))
    if item.design not in known:
        yield _finding(
            item.place,
            "design",
            code="model-input-missing",
            message=f"there is no response to the package {item.design!r}",
            value=item.design,
            fix=suggest(item.design, known, otherwise="compile the responses and name their table"),
        )
        return
    try:
        model.bind(setting_of(crisis, model, item))
    except ModelError as error:
        yield _finding(
            item.place,
            "design",
            code="input-invalid",
            message=error.message,
            value=item.design,
            fix=error.fix,
        )


def check_outputs(crisis: Crisis) -> Iterator[Finding]:
    """Every output that is read exists, and one per member is read only where one per member is wanted."""
    for use in _uses(crisis):
        for part in read_outputs(use.binding):
            mechanism = crisis.mechanisms.get(part.mechanism)
            model = find_model(mechanism.model) if mechanism is not None else None
            if mechanism is None or model is None:
                continue
            output = model.find_output(part.output)
            if output is None:
                known = [declared.name for declared in model.outputs]
                yield _finding(
                    use.place,
                    use.key,
                    code="model-output-unknown",
                    message=f"{mechanism.model} has no output {part.output!r}",
                    value=f"{part.mechanism}.{part.output}",
                    fix=suggest(part.output, known, otherwise="name an output of the model"),
                )
            elif output.per_member:
                yield from _check_members(use, part, mechanism)


def check_units(crisis: Crisis) -> Iterator[Finding]:
    """Units fit: what is bound to an input has its unit, what is added has one unit, a probability is one.

    Numbers in the file and products are exempt, as are inputs that take any unit; those of one model must agree.
    """
    for use in _uses(crisis):
        units = list(_units(use.binding, crisis, use.members))
        if use.wanted == (ANY,):
            continue
        if use.wanted:
            wrong = [found for found in units if found[0] not in use.wanted]
            what = f"[{' or '.join(use.wanted)}] is wanted"
        else:
            wrong = [found for found in units if found[0] != units[0][0]]
            what = f"{units[0][1]} is in [{units[0][0]}]" if units else ""
        if wrong:
            unit, name = wrong[0]
            yield _mismatch(use.place, use.key, name, unit, what)
    for item in crisis.mechanisms.values():
        yield from _check_any(item, crisis)


def check_cycles(crisis: Crisis) -> Iterator[Finding]:
    """No mechanism feeds on its own output."""
    try:
        mechanism_order(crisis)
    except CrisisFileError as error:
        yield from error.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A place where a binding stands: which units it may have (empty: any one unit) and for which members."""

    binding: Binding
    place: Place
    key: str
    wanted: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def _uses(crisis: Crisis) -> Iterator[_Use]:
    yield from _uses_in_mechanisms(crisis)
    for item in crisis.considerations.values():
        yield _Use(binding=item.price, place=item.place, key="price")
        for player, by_type in item.weights.items():
            for kind, binding in by_type.items():
                yield _Use(binding=binding, place=item.place, key=f"weights.{player}.{kind}")
    yield from _uses_as_probability(crisis)
    yield from _uses_in_menus(crisis)
    yield from _uses_as_shift(crisis)


def _uses_in_mechanisms(crisis: Crisis) -> Iterator[_Use]:
    for item in crisis.mechanisms.values():
        for name, binding in item.inputs.items():
            declared = _declared(item, name)
            if declared is not None:
                yield _Use(
                    binding=binding,
                    place=item.place,
                    key=f"inputs.{name}",
                    wanted=(declared.unit,),
                    members=item.members if declared.per_member else (),
                )


def _uses_as_probability(crisis: Crisis) -> Iterator[_Use]:
    found = [
        *(
            (outcome.prob, item.place, f"chance.{outcome.id}.prob")
            for item in crisis.instruments.values()
            for outcome in item.chance
        ),
        *(
            (own.prob, item.place, f"chance.{outcome.id}.own.{player}")
            for item in crisis.instruments.values()
            for outcome in item.chance
            for player, own in outcome.own.items()
        ),
        *(
            (kind.prior, player.place, f"types.{kind.id}.prior")
            for player in crisis.players.values()
            for kind in player.types
        ),
        *(
            (pledge.credibility, policy.place, "credibility")
            for policy in crisis.policies.values()
            for pledge in policy.pledges
        ),
    ]
    for binding, place, key in found:
        if binding is not None:
            yield _Use(binding=binding, place=place, key=key, wanted=PROBABILITY_UNITS)


def _uses_in_menus(crisis: Crisis) -> Iterator[_Use]:
    for nest in crisis.nests.values():
        yield _Use(
            binding=nest.similarity, place=nest.place, key="similarity", wanted=PROBABILITY_UNITS
        )
    weights = [
        *((nest.weight, nest.place) for nest in crisis.nests.values()),
        *((item.weight, item.place) for item in crisis.instruments.values()),
    ]
    for weight, place in weights:
        if weight is not None:
            yield _Use(binding=weight, place=place, key="weight", wanted=WEIGHT_UNITS)


def _uses_as_shift(crisis: Crisis) -> Iterator[_Use]:
    for player, shift in crisis.hopes.items():
        place = crisis.players[player].place
        yield _Use(binding=shift, place=place, key=f"hopes.{player}", wanted=SHIFT_UNITS)
    for item in crisis.instruments.values():
        for outcome in item.chance:
            for player, own in outcome.own.items():
                if own.shift is not None:
                    key = f"chance.{outcome.id}.own.{player}"
                    yield _Use(binding=own.shift, place=item.place, key=key, wanted=SHIFT_UNITS)


def _declared(mechanism: Mechanism, name: str) -> Input | None:
    model = find_model(mechanism.model)
    return None if model is None else model.find_input(name)


def _output(crisis: Crisis, part: OutputOf) -> Output | None:
    mechanism = crisis.mechanisms.get(part.mechanism)
    model = find_model(mechanism.model) if mechanism is not None else None
    return None if model is None else model.find_output(part.output)


def _units(binding: Binding, crisis: Crisis, members: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield unit and name of everything that a binding takes as it is: not what stands inside a product."""
    if isinstance(binding, QuantityOf):
        if binding.path in crisis.quantities:
            yield crisis.quantities[binding.path].unit, binding.path
    elif isinstance(binding, OutputOf):
        output = _output(crisis, binding)
        if output is not None:
            yield output.unit, f"{binding.mechanism}.{binding.output}"
    elif isinstance(binding, Column):
        for _, path in column_paths(binding, crisis, tuple(members)):
            if path is not None:
                yield crisis.quantities[path].unit, path
    elif isinstance(binding, Sum | ByState):
        parts = binding.terms if isinstance(binding, Sum) else tuple(binding.cases.values())
        for part in parts:
            yield from _units(part, crisis, members)


def _check_any(mechanism: Mechanism, crisis: Crisis) -> Iterator[Finding]:
    """Yield a mismatch between inputs that take any unit: they are compared with each other."""
    found = [
        (unit, name, key)
        for key, binding in mechanism.inputs.items()
        if (declared := _declared(mechanism, key)) is not None and declared.unit == ANY
        for unit, name in _units(binding, crisis, mechanism.members)
    ]
    for unit, name, key in found:
        if unit != found[0][0]:
            what = f"{found[0][1]}, which it is compared with, is in [{found[0][0]}]"
            yield _mismatch(mechanism.place, f"inputs.{key}", name, unit, what)
            return


def _check_members(use: _Use, part: OutputOf, mechanism: Mechanism) -> Iterator[Finding]:
    name = f"{part.mechanism}.{part.output}"
    lacking = [member for member in use.members if member not in mechanism.members]
    if use.members and not lacking:
        return
    what = f"it has none for {lacking[0]!r}" if lacking else "one number is wanted"
    yield _finding(
        use.place,
        use.key,
        code="value-type",
        message=f"{name} has one value per member, and {what}",
        value=name,
        fix="bind an output without members, or list the same members in both mechanisms",
    )


def _mismatch(place: Place, key: str, name: str, unit: str, what: str) -> Finding:
    return _finding(
        place,
        key,
        code="unit-mismatch",
        message=f"{name} is in [{unit}] where {what}",
        value=unit,
        fix="bind a quantity in that unit, or convert it with a product",
    )


def _finding(place: Place, key: str, *, code: Code, message: str, value: str, fix: str) -> Finding:
    return Finding(
        code=code,
        message=message,
        file=place.file,
        line=place.line,
        path=f"{place.path}.{key}",
        value=value,
        fix=fix,
    )
