"""Set quantities, priors, initial values or the number of rounds of a crisis: behind :meth:`Crisis.set` and ``--set``.

What is set once stays set: the crisis that results depends on the assignments as a set, in whatever order or number of
steps they were made. So the priors of a player are taken anew from those that the file gives: each type that is set has
its prior, and the others share the rest in proportion to their priors at the median.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, NoReturn

from detente.crisis.checks.priors import largest_prior_sum
from detente.crisis.elements import Constant, Distribution, Player, PlayerType, Quantity, QuantityOf
from detente.crisis.quantities import distribution_problem, reference_value
from detente.crisis.registers import units
from detente.crisis.schema import MAX_ROUNDS, value_name
from detente.errors import Code, nearest, refuse

if TYPE_CHECKING:
    from detente.crisis.crisis import Crisis

__all__ = ["assign", "digest_of", "override_paths"]

_NUMBER = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]+)?)(?:[eE][-+]?[0-9]+)?"
_VALUE = re.compile(rf"({_NUMBER})(?:\.\.({_NUMBER}))?")
_TOLERANCE = 1e-9


def override_paths(crisis: "Crisis") -> tuple[str, ...]:
    """Return every path that ``--set`` accepts for a crisis."""
    types = [
        f"types.{player.id}.{item.id}"
        for player in crisis.players.values()
        for item in player.types
    ]
    state = [f"state.{name}" for name in crisis.state]
    return (*crisis.quantities, *state, *types, "rounds")


def digest_of(files: Mapping[str, bytes], overrides: Mapping[str, str]) -> str:
    """Hash names and contents of files, each with its length, and the overrides; their order does not matter.

    Examples
    --------
    >>> digest_of({}, {"a": "1", "b": "2"}) == digest_of({}, {"b": "2", "a": "1"})
    True
    """
    state = hashlib.sha256()
    for file, content in sorted(files.items()):
        state.update(f"{len(file.encode())} {file} {len(content)}\n".encode())
        state.update(content)
    state.update(json.dumps(sorted(overrides.items())).encode())
    return state.hexdigest()


def assign(crisis: "Crisis", values: Mapping[str, object]) -> "Crisis":
    """Return a crisis with values set: what :meth:`Crisis.set` does and says."""
    if not values:
        return crisis
    given = {path: _text(path.strip(), value) for path, value in values.items()}
    names = {_name(path, crisis): path for path in given}  # the last spelling of a path counts
    kept = {
        path: text for path, text in crisis.overrides.items() if _name(path, crisis) not in names
    }
    overrides = kept | {path: given[path] for path in names.values()}
    changed = crisis
    for path, text in given.items():
        changed = _apply(changed, path.strip(), text.strip())
    changed = _set_priors(changed, {_name(path, crisis): text for path, text in overrides.items()})
    _check_priors(changed)
    files = crisis.files or {"": crisis.digest.encode()}  # made by hand: its digest stands for it
    return replace(changed, overrides=overrides, files=files, digest=digest_of(files, overrides))


def _refuse(code: Code, message: str, path: str, fix: str) -> NoReturn:
    refuse(message, code=code, at=f"--set {path}", fix=fix)


def _text(path: str, value: object) -> str:
    """Return a value as ``--set`` would have it: text, a number, or a pair of numbers as ``low..high``."""
    if isinstance(value, str | bool):
        return str(value_name(value))
    if isinstance(value, Real):
        return repr(float(value)).removesuffix(".0")
    if isinstance(value, tuple | list) and len(value) == 2:
        return "..".join(_text(path, part) for part in value)
    _refuse(
        "value-type",
        f"{value!r:.80} is no text, no number and no pair of numbers",
        path,
        "give a number, a pair (low, high), or text as after --set",
    )


def _name(path: str, crisis: "Crisis") -> str:
    """Return the one name of a path that may be written in two ways."""
    short = path.strip().removeprefix("quantities.")
    return short if short in crisis.quantities else path.strip()


def _apply(crisis: "Crisis", path: str, text: str) -> "Crisis":
    """Set everything but priors, which are only looked at: they depend on each other and on quantities."""
    if path == "rounds":
        return _set_rounds(crisis, text)
    if path.startswith("state.") and path[6:] in crisis.state:
        return _set_state(crisis, path[6:], text)
    player = _player_of(path, crisis)
    if player is not None:
        _prior(player, path, text)
        return crisis
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


def _player_of(path: str, crisis: "Crisis") -> Player | None:
    """Return the player whose type a path names, None if it names no type."""
    if not path.startswith("types."):
        return None
    player_id, _, name = path.removeprefix("types.").rpartition(".")
    player = crisis.players.get(player_id)
    return player if player and any(item.id == name for item in player.types) else None


def _set_rounds(crisis: "Crisis", text: str) -> "Crisis":
    if not re.fullmatch(r"[0-9]{1,4}", text):
        message = f"{text[:80]!r} is no number of rounds"
        _refuse("value-type", message, "rounds", f"give a number from 1 to {MAX_ROUNDS}")
    if not 1 <= int(text) <= MAX_ROUNDS:
        message = f"{text} rounds are outside 1-{MAX_ROUNDS}"
        _refuse("value-out-of-range", message, "rounds", f"give a number from 1 to {MAX_ROUNDS}")
    return replace(crisis, rounds=int(text))


def _set_state(crisis: "Crisis", name: str, text: str) -> "Crisis":
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


def _set_quantity(crisis: "Crisis", quantity: Quantity, text: str) -> "Crisis":
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


def _prior(player: Player, path: str, text: str) -> float:
    numbers = _numbers(text, path)
    if len(numbers) != 1:
        message = f"a prior is one number, not {text[:80]!r}"
        _refuse("value-type", message, path, "give a number from 0 to 1")
    prior = numbers[0]
    if not 0 <= prior <= 1:
        message = f"the prior {text[:80]} is outside 0-1"
        _refuse("probability-out-of-range", message, path, "give a number from 0 to 1")
    if len(player.types) == 1 and prior != 1:
        message = f"the only type of {player.id!r} has prior 1, not {text[:80]}"
        _refuse("priors-sum", message, path, "leave it at 1")
    return prior


def _set_priors(crisis: "Crisis", overrides: Mapping[str, str]) -> "Crisis":
    """Set the priors that are named; the other types of a player share the rest in proportion to their priors."""
    named: dict[str, dict[str, float]] = {}
    for path, text in overrides.items():
        player = _player_of(path, crisis)
        if player is not None:
            name = path.rpartition(".")[2]
            named.setdefault(player.id, {})[name] = _prior(player, path, text.strip())
    written = {name: crisis.written_players.get(name, crisis.players[name]) for name in named}
    players = {name: _with_priors(crisis, written[name], priors) for name, priors in named.items()}
    return replace(crisis, players={**crisis.players, **players}, written_players=written)


def _with_priors(crisis: "Crisis", player: Player, priors: Mapping[str, float]) -> Player:
    total = math.fsum(priors.values())
    others = [item for item in player.types if item.id not in priors]
    if total > 1 + _TOLERANCE or (not others and total < 1 - _TOLERANCE):
        message = f"the priors set for types of {player.id!r} sum to {total:g}" + (
            "" if others else ", not 1"
        )
        fix = "lower the priors set" if total > 1 else "leave one type out: it takes the rest"
        _refuse("priors-sum", message, f"types.{player.id}", fix)
    before = _reference_priors(crisis, player)
    weight = sum(before[item.id] for item in others)
    types: list[PlayerType] = []
    for item in player.types:
        if item.id in priors:
            types.append(replace(item, prior=Constant(value=priors[item.id])))
        elif item is others[-1]:
            types.append(replace(item, prior=None))
        else:
            share = before[item.id] / weight if weight > 0 else 1 / len(others)
            types.append(replace(item, prior=Constant(value=max(0.0, 1 - total) * share)))
    return replace(player, types=tuple(types))


def _reference_priors(crisis: "Crisis", player: Player) -> dict[str, float]:
    """Return the prior of each type with every quantity at its median, in 0-1."""
    known: dict[str, float] = {}
    for item in player.types:
        if isinstance(item.prior, Constant):
            known[item.id] = item.prior.value
        elif isinstance(item.prior, QuantityOf):
            known[item.id] = reference_value(crisis.quantities[item.prior.path].distribution)
    rest = max(0.0, 1 - sum(known.values()))
    return {item.id: known.get(item.id, rest) for item in player.types}


def _check_priors(crisis: "Crisis") -> None:
    """Refuse quantities set so that the priors of a player can exceed one together."""
    for player in crisis.players.values():
        total = largest_prior_sum(player, crisis.quantities)
        if total > 1 + 1e-9:
            message = f"the priors of {player.id!r} can sum to {total:g}"
            _refuse("priors-sum", message, f"types.{player.id}", "lower the priors set")
