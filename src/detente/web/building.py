"""A commitment that is built from the menus: read from an address, compared like those of the file, and what it tells others."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from detente.analysis.menus import OptionCase, list_menus
from detente.analysis.policy_tables import compare_in_crisis
from detente.brief.names import Names
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Condition, Policy
from detente.crisis.metric_names import metric_name
from detente.engine.engine import Engine
from detente.engine.solutions import Solution
from detente.engine.usual import DRAWS_OF_A_CHANGE
from detente.errors import nearest, refuse
from detente.rules.policies import FREE, fixed_by_round
from detente.web.answers import Spread
from detente.web.rendering import Renderer
from detente.web.workbench import Workbench

__all__ = [
    "DO",
    "BuiltBelief",
    "BuiltMenu",
    "BuiltOption",
    "build_policy",
    "compare_with_all",
    "infer",
    "read_choices",
    "show_menus",
    "with_policy",
]

DO = "do."
"""What stands in an address before the phase and round of a choice."""
_LEAST = 0.01
"""Least chance of a first move after which beliefs are told."""


class BuiltOption(BaseModel):
    """An option of a menu; ``condition`` says when the rules open it, in words, empty if always."""

    instrument: str
    label: str
    description: str
    case: OptionCase
    chosen: bool
    condition: str


class BuiltMenu(BaseModel):
    """A menu with its options; ``commits`` tells that a commitment of the file fixes one of this player."""

    key: str
    phase: str
    round: int
    player: str
    player_label: str
    commits: bool
    options: list[BuiltOption]


class BuiltBelief(BaseModel):
    """What one who sees what is public believes of a player after its first move: before, under A, and under B; none if it is not made."""

    player: str
    type: str
    move: str
    before: Spread
    a: Spread | None
    b: Spread | None


def read_choices(crisis: Crisis, query: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return what is chosen in an address, by ``phase@round``.

    Raises
    ------
    UsageError
        ``instrument-unknown`` for an instrument that the menu does not have, ``path-unknown`` for a phase that is none.
    """
    menus = {
        f"{phase.id}@{number}": [name for move in phase.moves for name in move.menu]
        for phase in crisis.phases
        for number in phase.rounds or range(1, crisis.rounds + 1)
    }
    found: dict[str, tuple[str, ...]] = {}
    for name, value in query:
        if not name.startswith(DO) or not value:
            continue
        key = name.removeprefix(DO)
        if key not in menus:
            near = nearest(key[:80], menus) or tuple(menus)
            refuse(
                f"crisis {crisis.id!r} has no phase {key[:80]!r}",
                code="path-unknown",
                at=name[:80],
                fix=f"use one of: {', '.join(near)}",
            )
        if value not in menus[key]:
            refuse(
                f"{value[:80]!r} does not stand on the menu of {key!r}",
                code="instrument-unknown",
                at=name[:80],
                fix=f"use one of: {', '.join(menus[key])}",
            )
        if value not in found.get(key, ()):
            found[key] = (*found.get(key, ()), value)
    return found


def build_policy(renderer: Renderer, crisis: Crisis, choices: dict[str, tuple[str, ...]]) -> Policy:
    """Return the policy that fixes what is chosen; without choices it is no commitment."""
    if not choices:
        return FREE
    digits = hashlib.sha256(json.dumps(sorted(choices.items())).encode()).hexdigest()[:10]
    phases = {item.id: item.label for item in crisis.phases}
    parts = [
        (phases[key.partition("@")[0]], [crisis.instruments[name].label for name in names])
        for key, names in choices.items()
    ]
    label = renderer.words("building-words.j2", "label", parts)
    return Policy(id=f"built-{digits}", label=label, fix=choices)


def with_policy(crisis: Crisis, policy: Policy) -> Crisis:
    """Return a crisis that has one more policy."""
    return replace(crisis, policies={**crisis.policies, policy.id: policy})


def show_menus(bench: Workbench, crisis: Crisis, policy: Policy) -> list[BuiltMenu]:
    """Return the menus with what is open and what is closed under a policy, and the conditions of the rules in words."""
    engine = Engine(crisis, workers=bench.workers)
    fixed = {key for item in crisis.policies.values() for key in fixed_by_round(crisis, item)}
    phases = {item.id: item.label for item in crisis.phases}
    menus = list_menus(engine, policy)
    committing = {menu.player for menu in menus if menu.key in fixed}
    names = Names(crisis)
    return [
        BuiltMenu(
            key=menu.key,
            phase=phases[menu.phase],
            round=menu.round,
            player=menu.player,
            player_label=crisis.players[menu.player].name,
            commits=menu.player in committing,
            options=[
                BuiltOption(
                    instrument=item.instrument,
                    label=crisis.instruments[item.instrument].label,
                    description=crisis.instruments[item.instrument].description,
                    case=item.case,
                    chosen=item.chosen,
                    condition=_condition(names, crisis.instruments[item.instrument].when),
                )
                for item in menu.options
            ],
        )
        for menu in menus
    ]


def infer(crisis: Crisis, first: Solution, second: Solution) -> list[BuiltBelief]:
    """Return what first moves tell of those who have several types, under two policies."""
    found = []
    for player in crisis.players.values():
        if len(player.types) < 2:  # one type has nothing to tell
            continue
        moves = dict.fromkeys(
            name
            for solution in (first, second)
            for mover, name in solution.game.moves.first
            if mover == player.id and name in crisis.instruments
        )
        for move in moves:
            ends = [_seen(solution, player.id, move) for solution in (first, second)]
            if not any(ends):
                continue
            found += [
                BuiltBelief(
                    player=player.name,
                    type=kind.label,
                    move=crisis.instruments[move].label,
                    before=_spread(first, metric_name("prior", player.id, kind.id)),
                    a=_belief(first, player.id, kind.id, move) if ends[0] else None,
                    b=_belief(second, player.id, kind.id, move) if ends[1] else None,
                )
                for kind in player.types
            ]
    return found


def compare_with_all(crisis: Crisis, seed: int) -> dict[str, Any]:
    """Compare all policies of a crisis, that which was built among them, by its aims and with regret."""
    return compare_in_crisis(crisis, (), (), (), DRAWS_OF_A_CHANGE, seed, None)


def _condition(names: Names, when: Condition) -> str:
    """Say when something is open; empty if it always is."""
    parts = [
        " and ".join(
            " or ".join(names.state_phrase(variable, value) for value in values)
            for variable, values in alternative.allowed.items()
        )
        for alternative in when
    ]
    return "; or ".join(part for part in parts if part)


def _seen(solution: Solution, player: str, move: str) -> bool:
    """Tell whether a first move is made often enough, and is seen for what it is, for beliefs after it to be told."""
    if (player, move) not in solution.game.moves.seen:
        return False
    return any(solution[name].mean >= _LEAST for name in _measured(solution, "first", player, move))


def _measured(solution: Solution, kind: Any, player: str, move: str) -> Sequence[str]:
    return [
        name
        for name in solution.measure([f"{metric_name(kind, player)}/"])
        if name.rpartition("/")[2] == move
    ]


def _belief(solution: Solution, player: str, kind: str, move: str) -> Spread:
    return _spread(solution, metric_name("belief", player, kind, move))


def _spread(solution: Solution, name: str) -> Spread:
    found = solution[name]
    return Spread(mean=found.mean, low=found.low, high=found.high)
