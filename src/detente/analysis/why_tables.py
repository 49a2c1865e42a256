"""Why a choice is made in a crisis, and what a policy changes in it, as plain values for tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from detente.analysis.solving import find_policies
from detente.analysis.why import (
    Decision,
    OptionWorth,
    compare_worth,
    explain_choice,
    find_decisions,
    find_turning_point,
    noise_of_attack,
)
from detente.crisis.crisis import Crisis
from detente.engine import Engine, Solution
from detente.engine.designs import describe_cases
from detente.errors import refuse

__all__ = ["why_in_crisis"]

_MOMENT = re.compile(
    r"(?P<phase>[^@/]+)(/(?P<player>[^@/]+)(/(?P<turn>[0-9]{1,2}))?)?(@(?P<round>[0-9]{1,2}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Which decisions are meant: ``phase`` and ``player`` empty and ``turn`` and ``round`` 0 where any is."""

    seen: tuple[str, ...]
    phase: str = ""
    player: str = ""
    turn: int = 0
    round: int = 0


def why_in_crisis(
    crisis: Crisis,
    policy: str | None,
    against: str | None,
    at: str,
    *,
    draws: int,
    seed: int,
    workers: int | None,
) -> dict[str, Any]:
    """Explain a decision of a crisis under a policy, and what differs from another policy.

    Parameters
    ----------
    crisis
        A loaded crisis.
    policy
        Under this policy; None for the first.
    against
        The policy to compare with; None for no comparison.
    at
        What the mover has seen or used before, and the phase, separated by commas; what is left out may be anything. A phase is
        ``PHASE`` or ``PHASE@ROUND``; where several move in it ``PHASE/PLAYER``, and ``PHASE/PLAYER/2`` for the second move of
        one player. Without a phase it is the decision that bears most on an attack.
    draws, seed, workers
        As for the solving of policies.

    Returns
    -------
    dict
        The decision once for each type of the mover, each with its options: probability, payoff and parts under the policy,
        and changes against the other.

    Raises
    ------
    UsageError
        ``path-unknown`` for a decision that is not there, ``instrument-unknown``, ``option-invalid``.
    """
    place = _read_place(crisis, at)
    engine = Engine(crisis, workers=workers)
    shared = engine.draw(draws, seed=seed)
    chosen = find_policies(crisis, [policy] if policy else None)[0]
    solution = engine.solve(chosen, draws=shared)
    decisions = _decisions(solution, place)
    other = None
    if against is not None:
        (before,) = find_policies(crisis, [against])
        other = engine.solve(before, draws=shared)
    return {
        "crisis": crisis.id,
        "draws": draws,
        **describe_cases(),
        "policy": chosen.id,
        "policy_label": chosen.label,
        "against": None if other is None else other.policy,
        "against_label": None if other is None else other.label,
        "round": decisions[0].round,
        "phase": decisions[0].phase,
        "move": decisions[0].move,
        "phase_label": next(item.label for item in crisis.phases if item.id == decisions[0].phase),
        "player": decisions[0].player,
        "player_label": crisis.players[decisions[0].player].name,
        "seen": list(place.seen),
        "attack": solution["attack"].mean,
        "attack_against": None if other is None else other["attack"].mean,
        "attack_noise": noise_of_attack(solution),
        "types": [_of_type(crisis, solution, other, decision) for decision in decisions],
    }


def _read_place(crisis: Crisis, at: str) -> _Place:
    """Return what was seen, and the phase and whose move in it, that a place names."""
    place = _Place(seen=())
    phases = {item.id for item in crisis.phases}
    for part in (piece.strip() for piece in at.split(",")):
        found = _MOMENT.fullmatch(part)
        if found and found["phase"] in phases and not place.phase:
            place = _Place(
                seen=place.seen,
                phase=found["phase"],
                player=found["player"] or "",
                turn=int(found["turn"] or 0),
                round=int(found["round"] or 0),
            )
        elif part:
            place = replace(place, seen=(*place.seen, part))
    return place


def _decisions(solution: Solution, place: _Place) -> tuple[Decision, ...]:
    """Return the decision that is meant, once for each type of the mover: the earliest that fits."""
    if not place.phase and not place.seen:
        return find_turning_point(solution)
    known = find_decisions(solution, seen=place.seen)
    turn_of = {item: _turn(known, item) for item in known}
    fitting = [
        item
        for item in known
        if place.phase in {"", item.phase}
        and place.player in {"", item.player}
        and place.turn in {0, turn_of[item]}
        and place.round in {0, item.round}
    ]
    if not fitting:
        names = sorted({_name(known, item) for item in known})
        refuse(
            f"no choice is made at {_words(place)!r} under {solution.label or solution.policy!r}",
            code="path-unknown",
            at="--at",
            fix=f"choices are made in: {', '.join(names)}" if names else "name fewer moves before",
        )
    first = fitting[0]
    moment = (first.round, first.phase, first.move)
    return tuple(item for item in fitting if (item.round, item.phase, item.move) == moment)


def _turn(known: Sequence[Decision], item: Decision) -> int:
    """Return which of its mover's moves in the phase a decision is, from 1."""
    mine = {one.move for one in known if (one.phase, one.player) == (item.phase, item.player)}
    return 1 + sum(move < item.move for move in mine)


def _name(known: Sequence[Decision], item: Decision) -> str:
    """Return a decision as a place names it, as short as the phase allows."""
    moves = {(one.player, one.move) for one in known if one.phase == item.phase}
    turn = _turn(known, item)
    player = f"/{item.player}" if len(moves) > 1 else ""
    return f"{item.phase}{player}{f'/{turn}' if turn > 1 else ''}@{item.round}"


def _words(place: _Place) -> str:
    turn = f"/{place.turn}" if place.turn else ""
    move = f"{place.phase}{f'/{place.player}' if place.player else ''}{turn}"
    return ", ".join([*place.seen, f"{move}@{place.round}" if place.round else move]).strip(", ")


def _of_type(
    crisis: Crisis, solution: Solution, other: Solution | None, decision: Decision
) -> dict[str, Any]:
    kinds = {kind.id: kind.label for kind in crisis.players[decision.player].types}
    now = explain_choice(solution, decision)
    data: dict[str, Any] = {
        "type": decision.type,
        "type_label": kinds[decision.type],
        "options": [_option(crisis, item) for item in now],
        "changes": [],
        "not_compared": "",
    }
    if other is None:
        return data
    if decision not in find_decisions(other, seen=decision.seen):
        data["not_compared"] = f"under {other.label or other.policy!r} no choice is made here"
        return data
    data["changes"] = [
        {
            "instrument": item.instrument,
            "label": crisis.instruments[item.instrument].label,
            "prob": item.prob,
            "payoff": item.payoff,
            "parts": _parts(item.parts),
        }
        for item in compare_worth(explain_choice(other, decision), now)
    ]
    return data


def _option(crisis: Crisis, item: OptionWorth) -> dict[str, Any]:
    return {
        "instrument": item.instrument,
        "label": crisis.instruments[item.instrument].label,
        "prob": item.prob,
        "prob_range": [item.prob_low, item.prob_high],
        "payoff": item.payoff,
        "range": [item.low, item.high],
        "noise": item.noise,
        "parts": _parts(item.parts),
        "part_ranges": {name: list(item.part_ranges[name]) for name in _parts(item.parts)},
    }


def _parts(parts: Any) -> dict[str, float]:
    """Return parts by size, the largest first."""
    return dict(sorted(parts.items(), key=lambda pair: (-abs(pair[1]), pair[0])))
