"""What differs between two versions of a crisis, and which of it moved a result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from detente.analysis.effects import TypeEffect, read_type_effects, type_metrics
from detente.analysis.splitting import EXACT_INPUTS, Split, split_change
from detente.arrays import BoolArray, FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, Constant, Player, Policy, Quantity, QuantityOf
from detente.engine import Engine, draw_quantities
from detente.engine.usual import DRAWS_OF_A_CHANGE, SEED
from detente.errors import refuse

__all__ = [
    "RULES",
    "InputChange",
    "explain_by_type",
    "explain_change",
    "find_changed_inputs",
    "find_changed_priors",
    "find_changed_rules",
]


RULES = "rules of the game"
"""Stands for everything that is no quantity and no prior, as one input of a split."""

_PARTS = (
    "players",
    "state",
    "instruments",
    "phases",
    "ends_when",
    "outcomes",
    "mechanisms",
    "considerations",
    "policies",
    "rationality",
    "rounds",
    "correlations",
)
_SILENT = frozenset(
    {"place", "claims", "label", "description", "group", "sources", "value_labels", "phrases"}
)


class InputChange(NamedTuple):
    """A quantity that differs: its distributions in words, None where it is absent."""

    path: str
    label: str
    before: str | None
    after: str | None


def find_changed_inputs(before: Crisis, after: Crisis) -> tuple[InputChange, ...]:
    """Find the quantities whose distribution differs or that stand in one version only, by path."""
    found = []
    for path in sorted(before.quantities.keys() | after.quantities.keys()):
        old, new = before.quantities.get(path), after.quantities.get(path)
        if _law(old) != _law(new):
            known = new or old
            label = known.label if known is not None else path
            found.append(InputChange(path, label, _law(old), _law(new)))
    return tuple(found)


def find_changed_priors(before: Crisis, after: Crisis) -> tuple[InputChange, ...]:
    """Find the players of both versions with the same types of which the priors are written otherwise.

    Only what the file writes counts: a prior that is a quantity is the same as long as it is that quantity.
    """
    found = []
    for name, old in before.players.items():
        new = after.players.get(name)
        if new is None or _types(old) != _types(new):
            continue
        texts = [_priors_text(player) for player in (old, new)]
        if texts[0] != texts[1]:
            found.append(InputChange(f"types.{name}", f"priors of {new.name}", *texts))
    return tuple(found)


def find_changed_rules(before: Crisis, after: Crisis) -> tuple[str, ...]:
    """Name the entries that differ in what they do, other than quantities and priors; words and sources do not count."""
    found = []
    for part in _PARTS:
        old, new = getattr(before, part), getattr(after, part)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += [
                f"{part}.{key}"
                for key in dict.fromkeys([*old, *new])
                if _same_priors(old.get(key), new.get(key)) != _bare(new.get(key))
            ]
        elif _bare(old) != _bare(new):
            found.append(part)
    return tuple(found)


def explain_change(
    before: Crisis,
    after: Crisis,
    metric: str,
    *,
    policy: str | None = None,
    n_draws: int = DRAWS_OF_A_CHANGE,
    seed: int = SEED,
    workers: int = 2,
    n_orders: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> Split:
    """Split the change of a metric's mean between two versions of a crisis among what differs.

    Sets of inputs are solved with the distributions of ``after`` for those in the set and of ``before`` for all others, at
    the same underlying random numbers, so that what is left is the inputs' doing. The priors that a player's types are
    written with count as one input for each player, and everything else that is no quantity as one, :data:`RULES`.

    Parameters
    ----------
    before, after
        Two versions of a crisis, overrides applied.
    metric
        A metric of the solved game.
    policy
        Id of a policy of both; the first of ``before`` by default.
    n_draws, seed
        Draws to average over.
    workers
        Threads.
    n_orders
        Orders to sample where more than :data:`~detente.analysis.splitting.EXACT_INPUTS` inputs differ.
    progress
        As of :meth:`detente.engine.Engine.solve`; it begins again where priors or rules change.

    Raises
    ------
    UsageError
        ``option-invalid`` if nothing differs or a policy is missing in one version.
    """
    changed = [item.path for item in find_changed_inputs(before, after)]
    priors = find_changed_priors(before, after)
    with_rules = bool(find_changed_rules(before, after))
    names = [*changed, *(item.label for item in priors), *([RULES] if with_rules else [])]
    if not names:
        refuse(
            "the two versions do not differ",
            code="option-invalid",
            at="after",
            fix="compare versions that differ",
        )
    players = [item.path.removeprefix("types.") for item in priors]
    versions = (before, after)
    chosen = [_policy(crisis, policy or next(iter(before.policies), None)) for crisis in versions]
    draws = [dict(draw_quantities(crisis, n_draws, seed=seed).as_mapping()) for crisis in versions]

    def solve(masks: BoolArray) -> FloatArray:
        results = np.empty(len(masks))
        bits = masks[:, len(changed) :]
        for kind in np.unique(bits, axis=0):
            picked = np.flatnonzero((bits == kind).all(axis=1))
            rules = int(kind[-1]) if with_rules else 0
            crisis = versions[rules]
            for name, late in zip(players, kind, strict=False):
                crisis = _with_priors_of(crisis, versions[int(late)], name)
            settings = _settings(crisis, draws, changed, masks[picked], rules)
            engine = Engine(crisis, workers=workers)
            many = engine.draw(picked.size * n_draws, seed=seed, settings=settings)
            solution = engine.solve(chosen[rules], draws=many, progress=progress)
            values = solution[metric].values
            results[picked] = values.reshape(picked.size, n_draws).mean(axis=1)
        return results

    return split_change(solve, names, exact_up_to=EXACT_INPUTS, n_orders=n_orders, seed=seed)


def explain_by_type(
    before: Crisis,
    after: Crisis,
    *,
    policy: str | None = None,
    n_draws: int = DRAWS_OF_A_CHANGE,
    seed: int = SEED,
) -> tuple[TypeEffect, ...]:
    """Say what changes between two versions for each type of a challenger, on draws of the same numbers.

    Nothing, where the versions do not have the same types or attacks.
    """
    metrics = type_metrics(before)
    if metrics != type_metrics(after) or not metrics:
        return ()
    columns = []
    for crisis in (before, after):
        engine = Engine(crisis)
        chosen = _policy(crisis, policy or next(iter(before.policies), None))
        solution = engine.solve(chosen, draws=engine.draw(n_draws, seed=seed))
        columns.append({metric: solution[metric].values for metric in metrics})
    return read_type_effects(after, columns[0].__getitem__, columns[1].__getitem__)


def _settings(
    crisis: Crisis,
    draws: Sequence[Mapping[str, FloatArray]],
    changed: Sequence[str],
    masks: BoolArray,
    rules: int,
) -> dict[str, FloatArray]:
    """Values of every quantity of a crisis for all sets and draws, sets one after the other."""
    own = draws[rules]
    settings = {path: np.tile(own[path], len(masks)) for path in crisis.quantities}
    for place, path in enumerate(changed):
        if path in settings:
            old, new = (item.get(path, own[path]) for item in draws)
            settings[path] = np.where(masks[:, place, None], new, old).reshape(-1)
    return settings


def _policy(crisis: Crisis, name: str | None) -> Policy:
    if name is None:
        return Policy(id="free", label="")
    if name not in crisis.policies:
        refuse(
            f"crisis {crisis.id!r} has no policy {name!r} in one of the versions",
            code="option-invalid",
            at="policy",
            fix=f"use one of: {', '.join(crisis.policies)}",
        )
    return crisis.policies[name]


def _law(quantity: Quantity | None) -> str | None:
    """Write a distribution in words: family, parameters, group of correlation."""
    if quantity is None:
        return None
    law = quantity.distribution
    numbers = ", ".join(f"{value:g}" for value in law.parameters)
    tied = f" in group {quantity.group}" if quantity.group else ""
    return f"{law.family} {numbers}{tied}"


def _bare(item: Any) -> Any:
    """Strip an entry of what does not change the game: places, words, sources."""
    if is_dataclass(item) and not isinstance(item, type):
        return (
            type(item).__name__,
            *(
                (field.name, _bare(getattr(item, field.name)))
                for field in fields(item)
                if field.name not in _SILENT
            ),
        )
    if isinstance(item, Mapping):
        return tuple((key, _bare(value)) for key, value in item.items())
    if isinstance(item, (list, tuple)):
        return tuple(_bare(part) for part in item)
    return item


def _types(player: Player) -> list[str]:
    return [kind.id for kind in player.types]


def _priors_text(player: Player) -> str:
    """Write the priors of a player's types as the crisis file has them."""
    return ", ".join(f"{kind.id} {_prior_text(kind.prior)}" for kind in player.types)


def _prior_text(prior: Binding | None) -> str:
    if prior is None:
        return "the rest"
    if isinstance(prior, Constant):
        return f"{prior.value:g}"
    return prior.path if isinstance(prior, QuantityOf) else "by a mechanism"


def _same_priors(old: Any, new: Any) -> Any:
    """Strip an entry as :func:`_bare` does, with the priors of another version where it is a player of the same types."""
    if isinstance(old, Player) and isinstance(new, Player) and _types(old) == _types(new):
        old = _with_types_of(old, new)
    return _bare(old)


def _with_types_of(player: Player, other: Player) -> Player:
    types = [
        replace(kind, prior=same.prior)
        for kind, same in zip(player.types, other.types, strict=True)
    ]
    return replace(player, types=tuple(types))


def _with_priors_of(crisis: Crisis, other: Crisis, name: str) -> Crisis:
    """Return a crisis with the priors that another version writes for a player's types."""
    changed = _with_types_of(crisis.players[name], other.players[name])
    return replace(crisis, players={**crisis.players, name: changed})
