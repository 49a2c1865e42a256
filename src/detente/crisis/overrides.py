"""Apply the assignments of ``--set`` to a loaded crisis."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from detente.crisis.checks.priors import largest_prior_sum
from detente.crisis.elements import (
    Constant,
    Crisis,
    Distribution,
    Player,
    PlayerType,
    Quantity,
    QuantityOf,
)
from detente.crisis.quantities import distribution_problem, reference_value
from detente.crisis.registers import units
from detente.crisis.schema import MAX_ROUNDS
from detente.errors import Code, UsageError, nearest

__all__ = ["apply_overrides", "override_paths"]

_NUMBER = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]+)?)(?:[eE][-+]?[0-9]+)?"
_VALUE = re.compile(rf"({_NUMBER})(?:\.\.({_NUMBER}))?")


def override_paths(crisis: Crisis) -> tuple[str, ...]:
    """Return every path that ``--set`` accepts for a crisis."""
    types = [
        f"types.{player.id}.{item.id}"
        for player in crisis.players.values()
        for item in player.types
    ]
    state = [f"state.{name}" for name in crisis.state]
    return (*crisis.quantities, *state, *types, "rounds")


def apply_overrides(crisis: Crisis, overrides: Mapping[str, str]) -> Crisis:
    """Return the crisis with the assignments made; ``overrides`` are recorded in it.

    Parameters
    ----------
    crisis
        The crisis as loaded.
    overrides
        Path to value as text: ``PATH=0.3``, ``PATH=0.1..0.4``, ``state.VAR=value``, ``types.PLAYER.TYPE=0.7``,
        ``rounds=2``.

    Returns
    -------
    Crisis
        A new crisis.

    Raises
    ------
    UsageError
        ``path-unknown`` with the nearest paths, or the code of a bad value.
    """
    for path, text in overrides.items():
        crisis = _apply(crisis, path.strip(), text.strip())
    _check_priors(crisis)
    return replace(crisis, overrides={**crisis.overrides, **overrides})


def _refuse(code: Code, message: str, path: str, fix: str) -> NoReturn:
    raise UsageError(message, code=code, at=f"--set {path}", fix=fix)


def _apply(crisis: Crisis, path: str, text: str) -> Crisis:
    if path == "rounds":
        return _set_rounds(crisis, text)
    if path.startswith("state.") and path[6:] in crisis.state:
        return _set_state(crisis, path[6:], text)
    player, _, name = path.removeprefix("types.").rpartition(".")
    types = crisis.players[player].types if player in crisis.players else ()
    if path.startswith("types.") and any(item.id == name for item in types):
        return _set_prior(crisis, player, name, text)
    quantity = crisis.quantities.get(path.removeprefix("quantities."))
    if quantity is not None:
        return _set_quantity(crisis, quantity, text)
    found = nearest(path.removeprefix("quantities."), override_paths(crisis))
    hint = (
        f"did you mean {' or '.join(found)}?"
        if found
        else "name a quantity, state.VARIABLE, types.PLAYER.TYPE or rounds"
    )
    message = f"the crisis {crisis.id!r} has no path {path[:200]!r}"
    _refuse("path-unknown", message, path[:200], hint)


def _set_rounds(crisis: Crisis, text: str) -> Crisis:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        message = f"{text[:80]!r} is no number of rounds"
        _refuse("value-type", message, "rounds", f"give a number from 1 to {MAX_ROUNDS}")
    if not 1 <= int(text) <= MAX_ROUNDS:
        message = f"{text} rounds are outside 1-{MAX_ROUNDS}"
        _refuse("value-out-of-range", message, "rounds", f"give a number from 1 to {MAX_ROUNDS}")
    return replace(crisis, rounds=int(text))


def _set_state(crisis: Crisis, name: str, text: str) -> Crisis:
    variable = crisis.state[name]
    if text not in variable.values:
        message = f"{text[:80]!r} is no value of {name!r}"
        fix = f"give one of: {', '.join(variable.values)}"
        _refuse("state-value-unknown", message, f"state.{name}", fix)
    return replace(crisis, state={**crisis.state, name: replace(variable, initial=text)})


def _numbers(text: str, path: str) -> tuple[float, ...]:
    match = _VALUE.fullmatch(text)
    if match is None:
        message = f"{text[:80]!r} is no number and no range"
        _refuse("value-type", message, path, "give a number, or a range as low..high")
    return tuple(float(part) for part in match.groups() if part is not None)


def _set_quantity(crisis: Crisis, quantity: Quantity, text: str) -> Crisis:
    numbers = _numbers(text, quantity.path)
    family = "fixed" if len(numbers) == 1 else "uniform"
    distribution = Distribution(
        family="uniform" if family == "uniform" else "fixed", parameters=numbers
    )
    problem = distribution_problem(distribution)
    if problem:
        message = f"{text[:80]!r} is no distribution: {problem}"
        _refuse(
            "distribution-invalid", message, quantity.path, "give low..high with low below high"
        )
    unit = units()[quantity.unit]
    low, high = min(numbers), max(numbers)
    if low < unit.low or high > unit.high:
        code: Code = (
            "probability-out-of-range"
            if quantity.unit in {"prob", "share"}
            else "value-out-of-range"
        )
        message = (
            f"{text[:80]!r} is outside the range of {unit.name}, {unit.low:g} to {unit.high:g}"
        )
        _refuse(code, message, quantity.path, f"give a value from {unit.low:g} to {unit.high:g}")
    if quantity.path == crisis.rationality.path and low <= 0:
        message = f"a rationality of {text[:80]} is not positive"
        _refuse("value-out-of-range", message, quantity.path, "give a positive number")
    changed = replace(quantity, distribution=distribution, contested=())
    return replace(crisis, quantities={**crisis.quantities, quantity.path: changed})


def _set_prior(crisis: Crisis, player_id: str, name: str, text: str) -> Crisis:
    """Set a prior; the other types share the rest in proportion to their priors at the median."""
    path = f"types.{player_id}.{name}"
    numbers = _numbers(text, path)
    if len(numbers) != 1:
        message = f"a prior is one number, not {text[:80]!r}"
        _refuse("value-type", message, path, "give a number from 0 to 1")
    prior = numbers[0]
    if not 0 <= prior <= 1:
        message = f"the prior {text[:80]} is outside 0-1"
        _refuse("probability-out-of-range", message, path, "give a number from 0 to 1")
    player = crisis.players[player_id]
    others = [item for item in player.types if item.id != name]
    if not others and prior != 1:
        message = f"the only type of {player_id!r} has prior 1, not {text[:80]}"
        _refuse("priors-sum", message, path, "leave it at 1")
    before = _reference_priors(crisis, player)
    total = sum(before[item.id] for item in others)
    types: list[PlayerType] = []
    for item in player.types:
        if item.id == name:
            types.append(replace(item, prior=Constant(value=prior)))
        elif item is others[-1]:
            types.append(replace(item, prior=None))
        else:
            share = before[item.id] / total if total > 0 else 1 / len(others)
            types.append(replace(item, prior=Constant(value=(1 - prior) * share)))
    players = {**crisis.players, player_id: replace(player, types=tuple(types))}
    return replace(crisis, players=players)


def _reference_priors(crisis: Crisis, player: Player) -> dict[str, float]:
    """Return the prior of each type with every quantity at its median, in 0-1."""
    known: dict[str, float] = {}
    for item in player.types:
        if isinstance(item.prior, Constant):
            known[item.id] = item.prior.value
        elif isinstance(item.prior, QuantityOf):
            known[item.id] = reference_value(crisis.quantities[item.prior.path].distribution)
    rest = max(0.0, 1 - sum(known.values()))
    return {item.id: known.get(item.id, rest) for item in player.types}


def _check_priors(crisis: Crisis) -> None:
    """Refuse quantities set so that the priors of a player can exceed one together."""
    for player in crisis.players.values():
        total = largest_prior_sum(player, crisis.quantities)
        if total > 1 + 1e-9:
            message = f"the priors of {player.id!r} can sum to {total:g}"
            _refuse("priors-sum", message, f"types.{player.id}", "lower the priors set")
