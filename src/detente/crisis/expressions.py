"""Read bindings, conditions and effects from their short forms, and note what they name so that the checks can follow it up."""

from typing import Any, TypeVar, get_args

from detente.crisis.draft import BindingRole, BindingUse, Draft, Keys, VariableUse
from detente.crisis.elements import (
    AlternativeCondition,
    Binding,
    ByState,
    Column,
    ColumnTable,
    Condition,
    ConditionalEffect,
    Constant,
    Effect,
    OutputOf,
    Product,
    QuantityOf,
    Sum,
)
from detente.crisis.schema import value_name

__all__ = [
    "BINDING_WORDS",
    "CASE_WORDS",
    "EFFECT_WORDS",
    "NEVER",
    "read_binding",
    "read_condition",
    "read_effects",
]

_COLUMNS: tuple[ColumnTable, ...] = get_args(ColumnTable)

BINDING_WORDS = ("by", "output", *_COLUMNS, "sum", "product")
"""Keys that open a binding; no type may bear such a name."""

_REST = "else"

CASE_WORDS = ("by", _REST)
"""Keys of cases that are no values; neither a value nor a type may bear such a name."""

EFFECT_WORDS = ("up", "down", "keep")
"""What an effect may say besides a value; no value may bear such a name."""

NEVER: Condition = (AlternativeCondition(allowed={"round": ()}),)
"""A condition that never holds."""


AnyCase = TypeVar("AnyCase")

_FORMS = (
    "write a number, the path of a quantity, {output: mechanism.name}, {exposure: variable}, "
    "{by: variable, value: binding, ..., else: binding}, {sum: [...]} or {product: [...]}"
)


def _value_text(value: Any) -> str | None:
    """Return the text that names a state value, or None if the value cannot be a name."""
    name = value_name(value)
    return name if isinstance(name, str) and name else None


def read_condition(draft: Draft, raw: Any, keys: Keys, *, absent: Condition = ()) -> Condition:
    """Read a condition.

    Parameters
    ----------
    draft
        Takes the findings and the variables named.
    raw
        ``{variable: value or [values], ...}``, a list of such mappings, or nothing.
    keys
        Where it stands.
    absent
        The condition if there is none.

    Returns
    -------
    Condition
        Its alternatives; empty if it always holds.
    """
    if raw is None:
        return absent
    if isinstance(raw, dict):
        found = _alternative(draft, raw, keys)
        return (found,) if found.allowed else ()
    if isinstance(raw, list):
        if not raw:
            return absent
        alternatives = []
        for index, item in enumerate(raw):
            if isinstance(item, dict):
                alternatives.append(_alternative(draft, item, (*keys, index)))
            else:
                _note_condition(draft, item, (*keys, index))
        return tuple(alternatives)
    _note_condition(draft, raw, keys)
    return absent


def _note_condition(draft: Draft, raw: Any, keys: Keys) -> None:
    draft.report(
        "value-type",
        f"{raw!r} is no condition",
        at=keys,
        value=raw,
        fix="write {variable: value}, {variable: [values]}, or a list of such mappings",
    )


def _alternative(draft: Draft, raw: dict[str, Any], keys: Keys) -> AlternativeCondition:
    allowed: dict[str, tuple[str, ...]] = {}
    for variable, given in raw.items():
        place = (*keys, variable)
        items = given if isinstance(given, list) else [given]
        values = [_value_text(item) for item in items]
        if not values or None in values:
            draft.report(
                "value-type",
                f"{given!r} names no value of {variable!r}",
                at=place,
                value=given,
                fix="write a value of the variable, or a list of its values",
            )
            continue
        names = tuple(dict.fromkeys(value for value in values if value is not None))
        allowed[variable] = names
        draft.variables.append(
            VariableUse(keys=place, variable=variable, values=names, role="condition")
        )
    return AlternativeCondition(allowed=allowed)


def read_effects(draft: Draft, raw: dict[str, Any], keys: Keys) -> dict[str, Effect]:
    """Read effects and note the variables that they change and read; malformed ones are noted and left out."""
    found = {
        variable: _effect(draft, variable, given, (*keys, variable))
        for variable, given in raw.items()
    }
    return {variable: effect for variable, effect in found.items() if effect is not None}


def _effect(draft: Draft, variable: str, raw: Any, keys: Keys) -> Effect | None:
    """Read what happens to a variable."""
    target = _value_text(raw)
    if target is not None:
        draft.variables.append(
            VariableUse(keys=keys, variable=variable, values=(target,), role="effect")
        )
        return target
    read = raw.get("by") if isinstance(raw, dict) else None
    if not isinstance(read, str) or not read:
        draft.report(
            "value-type",
            f"{raw!r} is no effect on {variable!r}",
            at=keys,
            value=raw,
            fix="write a value, up, down, keep, or {by: variable, value: effect, ..., else: effect}",
        )
        return None
    cases = {
        value: _effect(draft, variable, item, (*keys, value))
        for value, item in raw.items()
        if value != "by"
    }
    whole = {value: case for value, case in cases.items() if case is not None}
    _note_cases(draft, read, tuple(cases), keys)
    if len(whole) < len(cases):
        return None
    return ConditionalEffect(variable=read, cases=_spread(draft, read, whole))


def read_binding(
    draft: Draft, raw: Any, keys: Keys, *, role: BindingRole, members: tuple[str, ...] = ()
) -> Binding | None:
    """Read a binding.

    Parameters
    ----------
    draft
        Takes the findings and the parts of the binding.
    raw
        A number, a text or a mapping, as the crisis file has it.
    keys
        Where it stands.
    role
        What it feeds.
    members
        Members of the mechanism that it feeds, for columns.

    Returns
    -------
    Binding or None
        None if it is malformed; the finding is noted.
    """
    binding: Binding | None = None
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        binding = Constant(value=float(raw))
    elif isinstance(raw, str) and raw:
        binding = QuantityOf(path=raw)
    elif isinstance(raw, dict):
        binding = _compound(draft, raw, keys, role, members)
    else:
        _note(draft, f"{raw!r} is no binding", raw, keys)
    if binding is not None:
        draft.bindings.append(BindingUse(keys=keys, binding=binding, role=role, members=members))
    return binding


def _note(draft: Draft, message: str, value: Any, keys: Keys) -> None:
    draft.report("value-type", message[:300], at=keys, value=value, fix=_FORMS)


def _compound(
    draft: Draft, raw: dict[str, Any], keys: Keys, role: BindingRole, members: tuple[str, ...]
) -> Binding | None:
    words = [word for word in BINDING_WORDS if word in raw]
    if "by" in words:
        return _by_state(draft, raw, keys, role, members)
    if len(words) != 1:
        _note(draft, f"{raw!r} is no binding", raw, keys)
        return None
    word = words[0]
    extra = [key for key in raw if key != word and not (key == "missing" and word in _COLUMNS)]
    if extra:
        draft.report(
            "key-unknown",
            f"the key {extra[0]!r} is not known in a binding with {word!r}",
            at=(*keys, extra[0]),
            value=extra[0],
            fix=_FORMS,
        )
        return None
    if word == "output":
        return _output(draft, raw[word], keys)
    for table in _COLUMNS:
        if word == table:
            return _column(draft, raw, keys, table)
    return _series(draft, raw[word], keys, word, role, members)


def _output(draft: Draft, raw: Any, keys: Keys) -> Binding | None:
    mechanism, _, output = raw.partition(".") if isinstance(raw, str) else ("", "", "")
    if not mechanism or not output:
        _note(draft, f"{raw!r} names no output as mechanism.output", raw, keys)
        return None
    return OutputOf(mechanism=mechanism, output=output)


def _column(draft: Draft, raw: dict[str, Any], keys: Keys, table: ColumnTable) -> Binding | None:
    name, missing = raw[table], raw.get("missing")
    if not isinstance(name, str) or not name:
        _note(draft, f"{name!r} names no {table}", name, keys)
        return None
    if missing is not None and (isinstance(missing, bool) or not isinstance(missing, int | float)):
        _note(draft, f"the fill {missing!r} is no number", missing, (*keys, "missing"))
        return None
    fill = None if missing is None else float(missing)
    return Column(table=table, name=name, missing=fill)


def _series(
    draft: Draft, raw: Any, keys: Keys, word: str, role: BindingRole, members: tuple[str, ...]
) -> Binding | None:
    if not isinstance(raw, list) or not raw:
        _note(draft, f"{word!r} needs a list of bindings, not {raw!r}", raw, keys)
        return None
    parts = [
        read_binding(draft, item, (*keys, word, index), role=role, members=members)
        for index, item in enumerate(raw)
    ]
    whole = tuple(part for part in parts if part is not None)
    if len(whole) < len(parts):
        return None
    return Sum(terms=whole) if word == "sum" else Product(factors=whole)


def _by_state(
    draft: Draft, raw: dict[str, Any], keys: Keys, role: BindingRole, members: tuple[str, ...]
) -> Binding | None:
    variable = raw["by"]
    if not isinstance(variable, str) or not variable:
        _note(draft, f"{variable!r} names no state variable", variable, (*keys, "by"))
        return None
    cases = {
        value: read_binding(draft, item, (*keys, value), role=role, members=members)
        for value, item in raw.items()
        if value != "by"
    }
    whole = {value: case for value, case in cases.items() if case is not None}
    _note_cases(draft, variable, tuple(cases), keys)
    if len(whole) < len(cases):
        return None
    return ByState(variable=variable, cases=_spread(draft, variable, whole))


def _note_cases(draft: Draft, variable: str, given: tuple[str, ...], keys: Keys) -> None:
    draft.variables.append(
        VariableUse(
            keys=keys,
            variable=variable,
            values=tuple(value for value in given if value != _REST),
            role="case",
            covers_rest=_REST in given,
        )
    )


def _spread(draft: Draft, variable: str, cases: dict[str, AnyCase]) -> dict[str, AnyCase]:
    """Give every value that is not named what stands under ``else``."""
    if _REST not in cases:
        return cases
    named = {value: case for value, case in cases.items() if value != _REST}
    rest = {value: cases[_REST] for value in draft.values_of(variable) if value not in named}
    return named | rest
