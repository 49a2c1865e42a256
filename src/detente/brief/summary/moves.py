"""What each commitment does, by type of the challenger: the rows of the main chart and what they show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.analysis.effects import CLEAR_CHANGE, CLEAR_SHARE, EffectLabel, label_effect
from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.shared import SharedFigures
from detente.brief.summary.value import TypeLine
from detente.crisis.elements import Instrument, Policy
from detente.crisis.metric_names import metric_name
from detente.crisis.registers import instrument_kinds

__all__ = [
    "Combination",
    "EffectOnType",
    "MoveGroup",
    "Moves",
    "TypedMove",
    "find_combination",
    "has_attacks",
    "policy_group",
    "read_moves",
]

MoveGroup = Literal["offers", "both", "force", "economic", "other", "attack"]
"""What a commitment holds beyond the base case: diplomacy, diplomacy and pressure, force, economic pressure, none of them, or an
attack of one's own."""

OFFER = "diplomacy"
DETERRENCE = frozenset({"posture", "sanctions", "deterrence", "aid", "defence", "military"})
ECONOMIC = frozenset({"sanctions", "energy", "economic"})
ORDER: tuple[MoveGroup, ...] = ("offers", "both", "force", "economic", "other", "attack")
HELPS = frozenset({"deters", "reassures"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectOnType:
    """What a commitment does to an attack given one type; ``type`` is None where no types are told apart.

    ``own`` is the mean change of the attacks that are acts of the type itself: nobody is provoked to another's act.
    """

    type: TypeLine | None
    change: Figure
    own: float
    label: EffectLabel
    share_higher: float
    share_lower: float
    forced: bool
    uses_force: bool

    @property
    def mean(self) -> float:
        """The mean change of the chance of an attack."""
        return self.change.value or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedMove:
    """One commitment with its effects, in the order of the types."""

    policy: str
    label: str
    group: MoveGroup
    forgoes: bool
    effects: tuple[EffectOnType, ...]

    @property
    def told(self) -> tuple[EffectOnType, ...]:
        """Effects that the rules do not force."""
        return tuple(effect for effect in self.effects if not effect.forced)

    @property
    def compared(self) -> bool:
        """Whether it may be judged by the chance of an attack: it neither forgoes an attack of its own side nor makes one."""
        return not self.forgoes and self.group != "attack" and bool(self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """All commitments in the order in which they are drawn, and those that stand out; None where none does.

    ``calm`` helps every type and leaves an attack least likely; ``dilemma`` lowers an attack for one type and raises it for
    another; ``harm`` provokes every type. ``small`` counts commitments that move an attack by less than a point whatever the
    type.
    """

    rows: tuple[TypedMove, ...]
    calm: TypedMove | None
    dilemma: TypedMove | None
    harm: TypedMove | None
    small: int


def read_moves(context: Context, shared: SharedFigures, types: Sequence[TypeLine]) -> Moves:
    """Read what every commitment but the base case does to an attack, by type; nothing where no outcome is one."""
    rows = [
        move
        for policy in (context.policies.ids if has_attacks(context) else ())
        if policy != context.policies.base
        if (move := _move(context, shared, policy, types)) is not None
    ]
    rows.sort(key=lambda move: (ORDER.index(move.group), _mean(move)))
    ranked = [move for move in rows if move.compared]
    calm = [move for move in ranked if all(effect.label in HELPS for effect in move.told)]
    harm = [
        move
        for move in ranked
        if all(effect.label == "provokes" and effect.mean >= CLEAR_CHANGE for effect in move.told)
    ]
    split = [move for move in ranked if _split(move) >= CLEAR_CHANGE]
    return Moves(
        rows=tuple(rows),
        calm=min(calm, key=lambda move: shared.policies[move.policy][0].value or 0.0, default=None),
        dilemma=max(split, key=_split, default=None),
        harm=max(harm, key=_mean, default=None),
        small=sum(
            all(abs(effect.mean) < 2 * CLEAR_CHANGE for effect in move.told) for move in ranked
        ),
    )


def _mean(move: TypedMove) -> float:
    return sum(effect.mean for effect in move.effects) / len(move.effects)


def _split(move: TypedMove) -> float:
    """Return the smaller of the largest rise and the largest fall; negative where a commitment moves all types one way.

    A type counts by the smaller of what changes in all attacks and in its own.
    """
    rises = [min(effect.mean, effect.own) for effect in move.told]
    falls = [min(-effect.mean, -effect.own) for effect in move.told]
    return min(max(rises), max(falls)) if len(rises) > 1 else -1.0


def _move(
    context: Context, shared: SharedFigures, policy: str, types: Sequence[TypeLine]
) -> TypedMove | None:
    known = {(line.player, line.id): line for line in types}
    effects = [
        EffectOnType(
            type=known.get((effect.player, effect.type)),
            change=figure,
            own=float(effect.own.mean()),
            label=effect.label,
            share_higher=effect.share_higher,
            share_lower=effect.share_lower,
            forced=effect.is_forced,
            uses_force=_is_clear(effect.attack - effect.own),
        )
        for effect, figure in shared.by_type.get(policy, ())
    ]
    if not effects:
        whole = _whole(context, shared, policy)
        effects = [whole] if whole is not None else []
    if not effects:
        return None
    return TypedMove(
        policy=policy,
        label=context.policies.get(policy).label,
        group="attack"
        if any(item.uses_force for item in effects)
        else policy_group(context, policy),
        forgoes=bool(context.policies.forgoes(policy)),
        effects=tuple(effects),
    )


def _whole(context: Context, shared: SharedFigures, policy: str) -> EffectOnType | None:
    """Read the effect without types: of a crisis that has none, or where nothing changes for any of them."""
    change = shared.policies[policy][1]
    if change.value is None:
        return None
    columns = context.columns
    attack = columns.change("attack", policy)
    terms = columns.change("settlement", policy) if context.has_settlement else None
    acts = [
        columns.change(name, policy)
        for player in context.roles.players("challenger")
        if columns.has(name := metric_name("attack_by", player.id))
    ]
    own = np.sum(acts, axis=0) if acts else np.zeros_like(attack)
    return EffectOnType(
        type=None,
        change=change,
        own=float(own.mean()),
        label=label_effect(own, terms, attack - own),
        share_higher=float(np.mean(attack >= CLEAR_CHANGE)),
        share_lower=float(np.mean(attack <= -CLEAR_CHANGE)),
        forced=not attack.any(),
        uses_force=_is_clear(attack - own),
    )


def _is_clear(change: FloatArray) -> bool:
    return float(np.mean(change >= CLEAR_CHANGE)) >= CLEAR_SHARE


# --- what a commitment holds -----------------------------------------------------------------------------------------


def _held(context: Context, policy: Policy) -> dict[str, str]:
    """Return the instruments that a commitment holds, each with its kind.

    A menu that it narrows counts where all that is left changes something and is of one sort: offers, deterrence, or one kind.
    A state that it sets counts as the instruments that bring it about.
    """
    known = context.crisis.instruments
    found: dict[str, str] = {}
    menus: dict[str, list[Instrument]] = {}
    for menu, name in policy.fixed:
        menus.setdefault(menu, []).extend([known[name]] if name in known else [])
    for left in menus.values():
        kinds = {item.kind for item in left}
        if all(map(_acts, left)) and (len(kinds) == 1 or kinds <= DETERRENCE):
            found |= {item.id: item.kind for item in left}
    for variable, value in policy.state.items():
        found |= {
            item.id: item.kind for item in known.values() if item.effects.get(variable) == value
        }
    return found


def _acts(instrument: Instrument) -> bool:
    """Tell whether an instrument changes anything: to stand by what was said is no offer."""
    return bool(instrument.effects or instrument.chance)


def _beyond(context: Context, policy: str) -> Mapping[str, str]:
    """Return what a commitment holds and the base case does not."""
    base = _held(context, context.policies.get(context.policies.base))
    held = _held(context, context.policies.get(policy))
    return {name: kind for name, kind in held.items() if name not in base}


def policy_group(context: Context, policy: str) -> MoveGroup:
    """Tell what a commitment holds beyond the base case, for the headings of the chart."""
    kinds = set(_beyond(context, policy).values())
    if OFFER in kinds:
        return "both" if kinds & DETERRENCE else "offers"
    if kinds and kinds <= ECONOMIC:
        return "economic"
    forceful = {name for name, kind in instrument_kinds().items() if kind.force >= 7}
    return "force" if kinds & forceful else "economic" if kinds & ECONOMIC else "other"


# --- offers and deterrence together ----------------------------------------------------------------------------------


Verdict = Literal["helps", "harms", "none", "force"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """A commitment to offers and deterrence, against the same offers alone.

    ``verdicts`` gives for each type, or for None, what deterrence on top does, with the change: ``helps``, ``harms`` or ``none``; for
    all of them ``force`` where attacks by others than the challenger clearly rise with any, so that it is no deterrence.
    """

    policy: str
    label: str
    alone: str
    alone_label: str
    verdicts: tuple[tuple[TypeLine | None, Verdict, Figure], ...]

    def of(self, verdict: str) -> tuple[tuple[TypeLine | None, Figure], ...]:
        """Return types with a verdict, each with its change."""
        return tuple((line, figure) for line, found, figure in self.verdicts if found == verdict)


def has_attacks(context: Context) -> bool:
    """Tell whether the file counts any outcome as an attack."""
    return any(rule.attack for rule in context.crisis.outcomes.values())


def find_combination(context: Context, book: Book, types: Sequence[TypeLine]) -> Combination | None:
    """Find the commitment that combines, with the lowest chance of an attack, and compare it; None if there is none."""
    held = {policy: _beyond(context, policy) for policy in context.policies.compared}
    offers = {policy: _of(kinds, {OFFER}) for policy, kinds in held.items()}
    pressing = {policy: _of(kinds, DETERRENCE) for policy, kinds in held.items()}
    pairs = [
        (policy, alone)
        for policy in context.policies.compared
        if offers[policy] and pressing[policy] and not context.policies.forgoes(policy)
        for alone in context.policies.ids
        if offers[alone] == offers[policy] and not pressing[alone]
    ]
    if not pairs:
        return None
    policy, alone = min(
        pairs,
        key=lambda pair: (
            pair[0] in context.policies.mixes,
            float(context.columns.values("attack", pair[0]).mean()),
        ),
    )
    label = context.policies.get(policy).label
    alone_label = context.policies.get(alone).label
    verdicts: list[tuple[TypeLine | None, Verdict, Figure]] = []
    for line in types or (None,):
        metric = "attack" if line is None else metric_name("attack_given", line.player, line.id)
        if not context.columns.has(metric):
            continue
        change = context.columns.values(metric, policy) - context.columns.values(metric, alone)
        suffix = "" if line is None else f".{line.player}.{line.id}"
        clause = "" if line is None else f" if {line.clause}"
        figure = book.array(
            f"combined.{policy}.{alone}{suffix}",
            f"change of an attack under “{label}” against “{alone_label}”{clause}",
            change,
            unit="points",
            trace=context.traces.of(metric, policy),
        )
        others = _by_others(context, line, policy) - _by_others(context, line, alone)
        verdicts.append((line, _verdict(change, others), figure))
    if any(verdict == "force" for _, verdict, _ in verdicts):
        verdicts = [(line, "force", figure) for line, _, figure in verdicts]
    return Combination(
        policy=policy, label=label, alone=alone, alone_label=alone_label, verdicts=tuple(verdicts)
    )


def _of(held: Mapping[str, str], kinds: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(kinds)
    return frozenset(name for name, kind in held.items() if kind in wanted)


def _by_others(context: Context, line: TypeLine | None, policy: str) -> FloatArray:
    """Return the chance of an attack that is no act of the challenger, given a type if there is one."""
    columns = context.columns
    if line is None:
        challengers = {player.id for player in context.roles.players("challenger")}
        names = [
            metric_name("outcome", rule.id)
            for rule in context.crisis.outcomes.values()
            if rule.attack and rule.attack not in challengers
        ]
    else:
        names = [
            metric_name("outcome_given", line.player, line.id, rule.id)
            for rule in context.crisis.outcomes.values()
            if rule.attack and rule.attack != line.player
        ]
    values = [columns.values(name, policy) for name in names if columns.has(name)]
    return np.sum(values, axis=0) if values else np.zeros_like(columns.values("attack", policy))


def _verdict(change: FloatArray, others: FloatArray) -> Verdict:
    if _is_clear(others):
        return "force"
    if float(np.mean(change <= -CLEAR_CHANGE)) >= CLEAR_SHARE:
        return "helps"
    return "harms" if float(np.mean(change >= CLEAR_CHANGE)) >= CLEAR_SHARE else "none"
