"""What a policy does to the attack of each type of a challenger, labelled by the share of cases in which it goes one way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import MetricKind, metric_name

__all__ = [
    "CLEAR_CHANGE",
    "CLEAR_SHARE",
    "EffectLabel",
    "TypeEffect",
    "are_forced_equal",
    "label_effect",
    "label_news",
    "read_type_effects",
    "type_metrics",
    "types_differ",
]

EffectLabel = Literal[
    "deters", "reassures", "provokes", "uses force", "spends leverage", "no clear effect"
]
"""What a policy does to one type."""

CLEAR_CHANGE = 0.005
"""Smallest change of a probability that counts: half a point, what rounds to a point."""
CLEAR_SHARE = 2 / 3
"""Share of cases in which a change must go one way to be clear; decision 0090."""
ROUNDING = 1e-12
"""Values that are apart by less are the same sum, added up in another order."""
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEffect:
    """What a policy changes given one type of a player, case by case, shape ``(n_draws,)`` each.

    ``attack`` is an attack of any kind, ``own`` the attacks that are acts of this player: nobody is deterred from, or
    provoked to, another's act. ``settlement`` is None where the crisis counts no outcome as one.
    """

    player: str
    type: str
    before: FloatArray
    attack: FloatArray
    own: FloatArray
    settlement: FloatArray | None

    @property
    def label(self) -> EffectLabel:
        """The word for it."""
        return label_effect(self.own, self.settlement, self.attack - self.own)

    @property
    def is_forced(self) -> bool:
        """Whether nothing changes in any case: the rules leave no other result."""
        changes = (self.attack, self.own, self.settlement)
        return all(
            are_forced_equal(change, np.zeros_like(change))
            for change in changes
            if change is not None
        )

    @property
    def share_higher(self) -> float:
        """Share of cases in which an attack rises by half a point or more."""
        return float(np.mean(self.attack >= CLEAR_CHANGE))

    @property
    def share_lower(self) -> float:
        """Share of cases in which an attack falls by half a point or more."""
        return float(np.mean(self.attack <= -CLEAR_CHANGE))

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        after = self.before + self.attack
        low, high = np.quantile(after, (0.05, 0.95))
        return {
            "player": self.player,
            "type": self.type,
            "attack": float(after.mean()),
            "attack_low": float(low),
            "attack_high": float(high),
            "attack_change": float(self.attack.mean()),
            "share_lower": self.share_lower,
            "share_higher": self.share_higher,
            "settlement_change": None if self.settlement is None else float(self.settlement.mean()),
            "label": self.label,
            "forced": self.is_forced,
        }


def label_effect(
    own: FloatArray, settlement: FloatArray | None, others: FloatArray | None = None
) -> EffectLabel:
    """Label what is done to one type.

    Parameters
    ----------
    own
        Change of the chance that this type itself attacks, shape ``(n_draws,)``.
    settlement
        Change of the chance of a settlement with this type, of the same shape; None where there is no settlement.
    others
        Change of the chance that anyone else attacks, of the same shape; None where nobody else can.

    Examples
    --------
    >>> label_effect(np.array([-0.02, -0.03, 0.001]), np.array([0.0, 0.0, 0.0]))
    'deters'
    >>> label_effect(np.array([-0.02, 0.03, 0.001]), np.array([-0.01, -0.01, -0.02]))
    'spends leverage'
    """
    terms = np.zeros_like(own) if settlement is None else settlement
    force = np.zeros_like(own) if others is None else others
    if _is_clear(own):
        return "provokes"
    if _is_clear(force):
        return "uses force"
    if _is_clear(-(own + force)) and _is_clear(terms):
        return "reassures"
    if _is_clear(-own):
        return "deters"
    return "spends leverage" if _is_clear(-terms) else "no clear effect"


def label_news(attack: FloatArray) -> EffectLabel:
    """Label what a move tells of the mover, by the change of the attack to be expected, shape ``(n_draws,)``.

    Examples
    --------
    >>> label_news(np.array([-0.02, -0.03, -0.01]))
    'reassures'
    """
    if _is_clear(attack):
        return "provokes"
    return "reassures" if _is_clear(-attack) else "no clear effect"


def are_forced_equal(first: FloatArray, second: FloatArray) -> bool:
    """Tell whether two columns are the same in every case, so that the rules leave no other result."""
    return bool((np.abs(first - second) <= ROUNDING).all())


def types_differ(effects: Sequence[TypeEffect]) -> bool:
    """Tell whether effects on types must be told apart: they differ in sign or by half, and one is half a point or more."""
    means = [float(effect.attack.mean()) for effect in effects]
    largest = max((abs(mean) for mean in means), default=0.0)
    if len(means) < 2 or largest < CLEAR_CHANGE:
        return False
    return min(means) < 0.0 < max(means) or min(map(abs, means)) < HALF * largest


def type_metrics(crisis: Crisis) -> tuple[str, ...]:
    """Return the metrics that effects by type read: attack, own attacks and settlement given each type of a challenger."""
    kinds: list[MetricKind] = ["attack_given"]
    if any(rule.settlement for rule in crisis.outcomes.values()):
        kinds.append("settlement_given")
    types = _types(crisis)
    return (
        *(metric_name(kind, player, name) for kind in kinds for player, name in types),
        *(metric for player, name in types for metric in _own_attacks(crisis, player, name)),
    )


def _own_attacks(crisis: Crisis, player: str, name: str) -> list[str]:
    return [
        metric_name("outcome_given", player, name, rule.id)
        for rule in crisis.outcomes.values()
        if rule.attack == player
    ]


def read_type_effects(
    crisis: Crisis,
    before: Callable[[str], FloatArray],
    after: Callable[[str], FloatArray],
) -> tuple[TypeEffect, ...]:
    """Read what changes for each type of a challenger that has several.

    Parameters
    ----------
    crisis
        The crisis.
    before, after
        Give a metric of :func:`type_metrics` in the one case and in the other, shape ``(n_draws,)``.
    """
    terms = any(rule.settlement for rule in crisis.outcomes.values())
    found = []
    for player, name in _types(crisis):
        attack, settlement = (
            metric_name(kind, player, name) for kind in ("attack_given", "settlement_given")
        )
        first = before(attack)
        own = _own_attacks(crisis, player, name)
        found.append(
            TypeEffect(
                player=player,
                type=name,
                before=first,
                attack=after(attack) - first,
                own=np.sum([after(one) - before(one) for one in own], axis=0)
                if own
                else np.zeros_like(first),
                settlement=after(settlement) - before(settlement) if terms else None,
            )
        )
    return tuple(found)


def _types(crisis: Crisis) -> list[tuple[str, str]]:
    return [
        (player.id, kind.id)
        for player in crisis.players.values()
        if player.role == "challenger" and len(player.types) > 1
        for kind in player.types
    ]


def _is_clear(change: FloatArray) -> bool:
    return float(np.mean(change >= CLEAR_CHANGE)) >= CLEAR_SHARE
