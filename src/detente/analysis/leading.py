"""Which outcome leads: taken alone, and taken together with those of its kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.elements import OutcomeRule

__all__ = [
    "Lead",
    "LeadKind",
    "Likeliest",
    "OutcomeGroup",
    "find_lead",
    "find_likeliest",
    "group_outcomes",
]

LeadKind = Literal["outcome", "group", "cut"]
"""What leads: one outcome that stands in no group, a group with its likeliest member, or the one or the other by the cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeGroup:
    """Outcomes that are told together: attacks, settlements, those of a declared group, or one that stands in none."""

    label: str
    members: tuple[OutcomeRule, ...]

    @property
    def id(self) -> str:
        """Name it by its members, as a sum of metrics is written."""
        return "+".join(rule.id for rule in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeliest:
    """The likeliest outcome taken alone, and the likeliest group with the mean of its outcomes together."""

    kind: LeadKind
    outcome: OutcomeRule
    group: OutcomeGroup
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """The likeliest outcome taken alone, the likeliest group, and where the group leads all others, shape ``(n_draws,)``."""

    kind: LeadKind
    outcome: OutcomeRule
    group: OutcomeGroup
    probs: FloatArray
    leads: np.ndarray


def group_outcomes(rules: Iterable[OutcomeRule]) -> tuple[OutcomeGroup, ...]:
    """Put outcomes into groups, in the order of their first members: every outcome stands in exactly one."""
    found: dict[tuple[str, str], list[OutcomeRule]] = {}
    for rule in rules:
        kind = "attack" if rule.attack else "settlement" if rule.settlement else rule.group
        found.setdefault((kind, "" if kind else rule.id), []).append(rule)
    labels = {"attack": "an attack of any kind", "settlement": "a settlement of any kind"}
    return tuple(
        OutcomeGroup(
            label=members[0].label if len(members) == 1 else labels.get(kind, kind),
            members=tuple(members),
        )
        for (kind, _), members in found.items()
    )


def find_likeliest(means: Mapping[str, float], rules: Iterable[OutcomeRule]) -> Likeliest:
    """Find what is likeliest: what every page says leads.

    Parameters
    ----------
    means
        Mean probability of each outcome by id.
    rules
        The outcomes.

    Returns
    -------
    Likeliest
        A tie goes to what stands first.
    """
    groups = group_outcomes(rules)
    group = max(groups, key=lambda one: sum(means[rule.id] for rule in one.members))
    every = [rule for one in groups for rule in one.members]
    alone = max(every, key=lambda rule: means[rule.id])
    inside = alone.id in {rule.id for rule in group.members}
    kind: LeadKind = "cut" if not inside else "outcome" if len(group.members) == 1 else "group"
    mean = sum(means[rule.id] for rule in group.members)
    return Likeliest(kind=kind, outcome=alone, group=group, mean=mean)


def find_lead(probs: Mapping[str, FloatArray], rules: Iterable[OutcomeRule]) -> Lead:
    """Find what leads by its mean.

    Parameters
    ----------
    probs
        Probability of each outcome by id, shape ``(n_draws,)`` each.
    rules
        The outcomes.

    Returns
    -------
    Lead
        A tie goes to what stands first; a group leads in a draw where it is likelier than every other group.
    """
    rules = tuple(rules)
    found = find_likeliest({name: float(np.mean(row)) for name, row in probs.items()}, rules)
    sums = {
        group.id: np.sum([probs[rule.id] for rule in group.members], axis=0)
        for group in group_outcomes(rules)
    }
    mine = sums.pop(found.group.id)
    leads = np.ones(mine.shape, dtype=bool)
    for row in sums.values():
        leads &= mine > row
    return Lead(kind=found.kind, outcome=found.outcome, group=found.group, probs=mine, leads=leads)
