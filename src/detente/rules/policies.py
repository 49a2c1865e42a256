"""What policies, instruments and events do to menus and to states: each said once, for every driver of the rules.

* A policy *fixes*: in a menu of the phase (or phase and round) it names, it leaves the instruments it names. It *forbids*:
  instruments are taken out of every menu. A menu gives way rather than be emptied: first to the bans alone, then to none.
  It *overrides*: some variables have another value where the game starts.
* An effect of an instrument, of a chance outcome or of an event sets a variable to a value, moves it ``up`` or ``down``
  along its order, where it stops at the ends, or ``keep``s it; which of these may depend on the state. All effects of one
  instrument or outcome read the state before any of them. A value that bears the name of such a word is meant as a value.

A policy may rest on *pledges*: then nature draws whether it binds, with the chance that the pledge has, and the *pledgers*,
the players whose menus it shortens, know what was drawn. Where it does not bind all menus are as without it.

A policy shortens menus and makes no new history. So it may be applied while the rules are compiled, or as a mask on the
actions of the tree of its starting position: :func:`menu_masks` and :func:`narrow` are what both use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.arrays import BoolArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    ConditionalEffect,
    Constant,
    Effect,
    Instrument,
    Pledge,
    Policy,
    QuantityOf,
    StateVariable,
)
from detente.errors import UsageError, refuse
from detente.summaries import html_fields, text_fields

__all__ = [
    "FREE",
    "AdaptivePolicy",
    "Start",
    "after_change",
    "after_use",
    "base_policy",
    "change_table",
    "changes_at_start",
    "effect_variables",
    "find_policy",
    "fixed_by_round",
    "menu_masks",
    "name_policies",
    "narrow",
    "pledgers",
    "rules_out",
    "start_of",
    "start_state",
    "unite",
]

Start = tuple[tuple[str, str], ...]
"""What a policy overrides in the state that the game starts from: pairs of variable and value, sorted."""

FREE = Policy(id="free", label="no commitment")
"""No commitment at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptivePolicy:
    """Start with one policy, go on with another once a signal is seen.

    ``signal`` is an instrument of another player. At every information set of a player that has seen it (or what it takes
    for it), menus are those of ``switch``; at all others those of ``start``. Initial values are those of ``start``: a
    commitment cannot change what was before it.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    id: str
    label: str
    start: Policy
    switch: Policy
    signal: str


def find_policy(crisis: Crisis, policy: str | Policy | None) -> Policy | None:
    """Return a policy that is given by its id, or as it is; None stays None.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown id.
    """
    if not isinstance(policy, str):
        return policy
    if policy not in crisis.policies:
        message = f"crisis {crisis.id!r} has no policy {policy!r}"
        raise UsageError(
            message,
            code="policy-invalid",
            at="policy",
            fix=f"use one of: {', '.join(crisis.policies) or '(it has none)'}",
        )
    return crisis.policies[policy]


def base_policy(crisis: Crisis) -> Policy:
    """Return the base case of a crisis: the first of its policies; no commitment where it has none."""
    return next(iter(crisis.policies.values()), FREE)


def unite(policies: Sequence[Policy]) -> Policy:
    """Make the policy that commits to all that several policies commit to.

    In a menu that several fix, what any of them leaves is left. Of two values of a variable the later counts. A pledge that
    several rest on is made once; the whole holds where every pledge does.
    """
    fix: dict[str, tuple[str, ...]] = {}
    state: dict[str, str] = {}
    forbid: tuple[str, ...] = ()
    pledges: dict[str, Pledge] = {}
    for policy in policies:
        for key, names in policy.fix.items():
            fix[key] = (*fix.get(key, ()), *names)
        state |= policy.state
        pledges |= {pledge.id: pledge for pledge in policy.pledges}
        forbid = (*forbid, *(name for name in policy.forbid if name not in forbid))
    name, label = name_policies(policies)
    return Policy(
        id=name,
        label=label,
        fix=fix,
        forbid=forbid,
        state=state,
        pledges=tuple(pledges.values()),
    )


def name_policies(policies: Sequence[Policy]) -> tuple[str, str]:
    """Return id and label of several policies together: those of each that has an id, where the game starts last."""
    kept = [policy for policy in policies if policy.id]
    kept.sort(key=lambda policy: bool(policy.state))
    return (
        "+".join(policy.id for policy in kept) or FREE.id,
        "; ".join(policy.label for policy in kept if policy.label) or FREE.label,
    )


# --- menus -----------------------------------------------------------------------------------------------------------


def menu_masks(
    policy: Policy | None, phase: str, round_number: int, menu: Sequence[str]
) -> tuple[BoolArray, ...]:
    """Return the masks that a policy puts on a menu in a phase and round, strictest first; for :func:`narrow`.

    Parameters
    ----------
    policy
        None: no mask.
    phase, round_number
        When the menu is offered. What is fixed in ``phase@round`` goes before what is fixed in ``phase``.
    menu
        Ids of instruments.

    Returns
    -------
    tuple
        Masks of shape ``(n_menu,)``; those that leave the whole menu are left out.
    """
    if policy is None:
        return ()
    fixed = policy.fix.get(f"{phase}@{round_number}", policy.fix.get(phase, ()))
    kept = np.array([name in fixed or not fixed for name in menu], dtype=np.bool_)
    allowed = np.array([name not in policy.forbid for name in menu], dtype=np.bool_)
    return tuple(mask for mask in (kept & allowed, allowed) if not mask.all())


def narrow(open_: BoolArray, masks: Sequence[BoolArray]) -> BoolArray:
    """Apply to each row of a menu the first mask that leaves something open, or none of them.

    Parameters
    ----------
    open_
        What is open, shape ``(n, n_menu)``.
    masks
        From :func:`menu_masks`.
    """
    done = np.zeros(len(open_), dtype=np.bool_)
    result = open_
    for mask in masks:
        cut = open_ & mask
        apply = ~done & cut.any(axis=1)
        result = np.where(apply[:, None], cut, result)
        done |= apply
    return result


def fixed_by_round(crisis: Crisis, policy: Policy) -> dict[str, tuple[str, ...]]:
    """Return what a policy fixes by ``phase@round``: what is fixed in a phase holds in each round that has it and is not fixed itself."""
    found: dict[str, tuple[str, ...]] = {}
    for key, names in policy.fix.items():
        phase, _, number = key.partition("@")
        rounds = next((item.rounds for item in crisis.phases if item.id == phase), ())
        for one in (int(number),) if number else rounds or range(1, crisis.rounds + 1):
            if number or f"{phase}@{one}" not in policy.fix:
                found[f"{phase}@{one}"] = names
    return found


def rules_out(crisis: Crisis, policy: Policy, instrument: str, round_number: int) -> bool:
    """Tell whether a policy takes an instrument out of every menu of a round in which it stands."""
    offered = [
        (phase, move)
        for phase in crisis.phases
        for move in phase.moves
        if instrument in move.menu and (not phase.rounds or round_number in phase.rounds)
    ]
    return bool(offered) and all(
        any(
            not mask[move.menu.index(instrument)]
            for mask in menu_masks(policy, phase.id, round_number, move.menu)
        )
        for phase, move in offered
    )


def pledgers(crisis: Crisis, policy: Policy | None) -> tuple[str, ...]:
    """Return the players whose menus a policy shortens, if it may be that it does not hold; nobody if it surely holds."""
    if policy is None or all(_is_sure(pledge, crisis) for pledge in policy.pledges):
        return ()
    found = {
        move.player
        for phase in crisis.phases
        for move in phase.moves
        for number in range(1, crisis.rounds + 1)
        for mask in menu_masks(policy, phase.id, number, move.menu)
        if mask.any()
    }
    return tuple(player for player in crisis.players if player in found)


def _is_sure(pledge: Pledge, crisis: Crisis) -> bool:
    """Tell whether a pledge holds whatever is drawn."""
    chance = pledge.credibility
    if isinstance(chance, QuantityOf) and chance.path in crisis.quantities:
        law = crisis.quantities[chance.path].distribution
        return law.family == "fixed" and law.parameters == (1.0,)
    return chance is None or chance == Constant(value=1.0)


# --- states ----------------------------------------------------------------------------------------------------------


def start_state(crisis: Crisis, policy: Policy | None = None) -> dict[str, str]:
    """Return the state that the game starts from: the value of each variable of the crisis."""
    state = {variable.id: variable.initial for variable in crisis.state.values()}
    return {**state, **(policy.state if policy is not None else {})}


def start_of(crisis: Crisis, policy: Policy | None) -> Start:
    """Return what a policy changes in the state that the game starts from."""
    return tuple(
        sorted(
            (name, value)
            for name, value in (policy.state if policy is not None else {}).items()
            if name not in crisis.state or crisis.state[name].initial != value
        )
    )


def change_table(values: Sequence[str], target: str) -> NDArray[np.uint8]:
    """Return the code of the value that each value of a variable changes to, shape ``(n_values,)``.

    Examples
    --------
    >>> change_table(("low", "some", "high"), "up").tolist()
    [1, 2, 2]
    >>> change_table(("low", "some", "high"), "low").tolist()
    [0, 0, 0]
    >>> change_table(("low", "some", "high"), "keep").tolist()
    [0, 1, 2]
    """
    old = np.arange(len(values))
    if target in values:
        new = np.full(len(values), values.index(target))
    elif target == "up":
        new = np.minimum(old + 1, len(values) - 1)
    elif target == "down":
        new = np.maximum(old - 1, 0)
    else:
        new = old
    return new.astype(np.uint8)


def _target(effect: Effect, state: Mapping[str, str]) -> str:
    """Return what happens to a variable in a state."""
    while isinstance(effect, ConditionalEffect):
        if effect.variable not in state:
            refuse(
                f"what an effect does depends on {effect.variable!r}, which is not known here",
                code="variable-unknown",
                at=effect.variable,
                fix="let the effect depend on variables of the state, which everybody can follow",
            )
        effect = effect.cases[state[effect.variable]]
    return effect


def after_change(
    variables: Mapping[str, StateVariable], state: Mapping[str, str], effects: Mapping[str, Effect]
) -> dict[str, str]:
    """Return the state after some effects, all of which read the state before them."""
    result = dict(state)
    for name, effect in effects.items():
        values = variables[name].values
        table = change_table(values, _target(effect, state))
        result[name] = values[int(table[values.index(state[name])])]
    return result


def changes_at_start(crisis: Crisis, instrument: Instrument) -> dict[str, str]:
    """Return the values that an instrument leaves, used where the game starts, of the variables that it acts on.

    A variable is left out if what happens to it depends on a player's type.
    """
    state = start_state(crisis)
    known = {
        name: effect
        for name, effect in instrument.effects.items()
        if effect_variables(effect) <= state.keys()
    }
    after = after_change(crisis.state, state, known)
    return {name: after[name] for name in known}


def effect_variables(effect: Effect) -> frozenset[str]:
    """Return the variables that decide what an effect does."""
    if not isinstance(effect, ConditionalEffect):
        return frozenset()
    inner = (effect_variables(case) for case in effect.cases.values())
    return frozenset({effect.variable}).union(*inner)


def after_use(
    variables: Mapping[str, StateVariable],
    state: Mapping[str, str],
    instrument: Instrument,
    outcome: str = "",
) -> dict[str, str]:
    """Return the state after an instrument is used, and then its chance outcome if one is named."""
    result = after_change(variables, state, instrument.effects)
    for item in instrument.chance:
        if item.id == outcome:
            result = after_change(variables, result, item.effects)
    return result
