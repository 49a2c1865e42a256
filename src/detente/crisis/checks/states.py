"""Checks of the state: variables and values in conditions, effects, cases and policies."""

from collections.abc import Iterator

from detente.crisis.draft import Draft, VariableUse
from detente.crisis.expressions import EFFECT_WORDS
from detente.errors import Code, Finding

__all__ = ["check_cases", "check_initial_values", "check_variables"]


def check_initial_values(draft: Draft) -> Iterator[Finding]:
    """Find state variables that start with a value they do not have."""
    for name, variable in draft.state.items():
        if variable.initial not in variable.values:
            at = ("state", name, "initial")
            yield draft.unknown(
                "state-value-unknown",
                f"value of {name!r}",
                variable.initial,
                variable.values,
                at=at,
            )


def check_variables(draft: Draft) -> Iterator[Finding]:
    """Find variables and values that conditions, effects, cases and policies name and the state does not have."""
    known = draft.known_values()
    for use in draft.variables:
        name = use.variable
        derived = name == "round" or name.endswith(".type")
        if name not in known or (derived and not _may_be_derived(use)):
            yield _unknown_variable(draft, use, known)
            continue
        values = known[name]
        if values is None:
            continue
        if use.role == "effect":
            values = (*values, *EFFECT_WORDS)
        allowed = frozenset(values)
        for value in use.values:
            if value not in allowed:
                code: Code = "type-unknown" if name.endswith(".type") else "state-value-unknown"
                at = (*use.keys, value) if use.role == "case" else use.keys
                yield draft.unknown(code, f"value of {name!r}", value, values, at=at)


def _may_be_derived(use: VariableUse) -> bool:
    """Types may stand in conditions and cases, the round in conditions; neither can be changed."""
    return use.role == "condition" or (use.role == "case" and use.variable != "round")


def _unknown_variable(
    draft: Draft, use: VariableUse, known: dict[str, tuple[str, ...] | None]
) -> Finding:
    at = (*use.keys, "by") if use.role == "case" else use.keys
    player, _, last = use.variable.rpartition(".")
    if last == "type" and use.variable not in known:
        return draft.unknown("player-unknown", "player", player, draft.named("players"), at=at)
    if use.variable in known:
        return draft.finding(
            "variable-unknown",
            f"{use.variable!r} cannot stand in a {use.role}",
            at=at,
            value=use.variable,
            fix="name a state variable; a type or the round never changes by itself",
        )
    own = [name for name in known if name in draft.named("state") or use.role == "condition"]
    return draft.unknown("variable-unknown", "state variable", use.variable, own, at=at)


def check_cases(draft: Draft) -> Iterator[Finding]:
    """Find cases that leave out a value of their variable, and an ``else`` that covers none."""
    known = draft.known_values()
    for use in draft.variables:
        if use.role != "case":
            continue
        given = frozenset(use.values)
        values = known.get(use.variable)
        if use.covers_rest:
            if values is not None and given.issuperset(values):
                yield draft.finding(
                    "case-idle",
                    f"the cases by {use.variable!r} name all its values: `else` covers none",
                    at=(*use.keys, "else"),
                    value="else",
                    fix="remove `else:`, or the cases that it should stand for",
                    severity="warning",
                )
            continue
        for value in values or ():
            if value not in given and use.variable != "round":
                yield draft.finding(
                    "key-missing",
                    f"the cases by {use.variable!r} lack its value {value!r}",
                    at=use.keys,
                    value=value,
                    fix=f"add `{value}:`, or `else:` for every value that is not named",
                )
