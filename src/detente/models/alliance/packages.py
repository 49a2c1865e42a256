"""Packages as a lattice of measures: every set of measures, who joins it, and what a body would adopt.

A package is a set of measures, written as the bits of an integer: bit k is measure k. Sets are ordered by inclusion. Costs
of measures add up and are never negative, so that adding a measure never makes a member more willing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.alliance.decisions import RULES, Votes, adoption_prob, veto_share
from detente.models.alliance.equilibrium import Joining, solve_joining

__all__ = [
    "MOST_MEASURES",
    "Alliance",
    "Pivot",
    "contains",
    "find_pivots",
    "package_members",
    "package_strength",
    "solve_packages",
    "strongest_packages",
    "take_votes",
]

MOST_MEASURES = 8
"""Measures of a lattice at most: it has two to the power of that many packages."""
_SURE = 40.0
"""Log odds that stand for a member that has been won for certain."""
_NOBODY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Alliance:
    """What members of an alliance bring to a decision. ``M`` members, ``D`` draws.

    ``worth`` (of answering at all), ``fixed_cost`` (of joining any package) in log odds at a rationality of one and
    ``weight`` have shape ``(M, D)`` or broadcast to it; ``social``, ``rationality``, ``burden_sharing`` and
    ``free_riding`` shape ``(D,)`` or one number. ``votes`` says who sits in the deciding body, shape ``(M,)``;
    ``people`` weighs its members; ``stake`` is what a unit of the cost of the package costs a member that stays out of
    it, and ``veto_price`` what a veto costs.
    """

    worth: ArrayLike
    weight: ArrayLike
    rationality: ArrayLike
    fixed_cost: ArrayLike = 0.0
    social: ArrayLike = 1.0
    burden_sharing: ArrayLike = 0.0
    free_riding: ArrayLike = 0.0
    votes: ArrayLike = True
    people: ArrayLike = 1.0
    stake: ArrayLike = 0.0
    veto_price: ArrayLike = 3.0


def package_members(n_measures: int) -> np.ndarray:
    """Which measures each package holds, shape ``(2 ** n_measures, n_measures)``, True where it does.

    Raises
    ------
    ModelError
        ``input-invalid`` for fewer than one measure or more than :data:`MOST_MEASURES`.
    """
    if not 1 <= n_measures <= MOST_MEASURES:
        message = f"a lattice of {n_measures} measures has no size that can be searched"
        raise ModelError(
            message,
            code="input-invalid",
            at="measures",
            fix=f"give 1 to {MOST_MEASURES} measures; join those that always go together",
        )
    return np.asarray((np.arange(2**n_measures)[:, None] >> np.arange(n_measures)) & 1, dtype=bool)


def contains(package: int, other: int) -> bool:
    """Say whether a package holds every measure of another: the order of the lattice."""
    return package & other == other


def package_strength(strength: ArrayLike) -> FloatArray:
    """Sum the strength of the measures of each package.

    Parameters
    ----------
    strength
        Of each measure, shape ``(n_measures, ...)``.

    Returns
    -------
    FloatArray
        Shape ``(2 ** n_measures, ...)``; zero for the empty package.
    """
    s = np.asarray(strength, dtype=np.float64)
    return np.asarray(np.tensordot(package_members(len(s)).astype(np.float64), s, axes=1))


def solve_packages(
    alliance: Alliance, measure_cost: ArrayLike, *, packages: Sequence[int] | None = None
) -> Joining:
    """Solve for who joins each package of a lattice.

    Parameters
    ----------
    alliance
        The members.
    measure_cost
        Cost of each measure to each member, >= 0, shape ``(n_measures, M, D)``, or broadcasts to it.
    packages
        Some packages alone, by their bits; default: all.

    Returns
    -------
    Joining
        ``prob`` of shape ``(M, n_packages, D)``. The empty package costs nothing: everyone who finds an answer worth
        giving joins it.
    """
    cost = np.asarray(measure_cost, dtype=np.float64)
    if cost.min() < 0.0:
        message = f"a measure costs {cost.min():g}, and a cost is not negative"
        raise ModelError(
            message,
            code="input-invalid",
            at="measure_cost",
            fix="let what a member gains from a measure stand in its worth",
        )
    chosen = package_members(len(cost))
    if packages is not None:
        chosen = chosen[np.asarray(packages, dtype=np.intp)]
    burden = np.moveaxis(np.tensordot(chosen.astype(np.float64), cost, axes=1), 0, 1)
    worth = np.asarray(alliance.worth, np.float64)[:, None, :]
    fixed = _lift(alliance.fixed_cost)
    return solve_joining(
        worth - fixed - burden,
        weight=_lift(alliance.weight),
        social=np.asarray(alliance.social),
        rationality=np.asarray(alliance.rationality),
        slope=np.asarray(alliance.burden_sharing) * burden
        - np.asarray(alliance.free_riding) * np.maximum(worth, 0.0),
    )


def take_votes(alliance: Alliance, join: FloatArray, burden: ArrayLike = 0.0) -> Votes:
    """Turn joining probabilities into the votes of the deciding body.

    Parameters
    ----------
    alliance
        The members; those with ``votes`` sit in the body.
    join
        Joining probabilities, shape ``(M, ..., D)``.
    burden
        Cost of the package to each member, shape as ``join``: what a member that stays out still bears of it is
        ``alliance.stake`` times as much, and makes it more ready to block.

    Returns
    -------
    Votes
        Of the members of the body alone.
    """
    sits = np.broadcast_to(np.asarray(alliance.votes, dtype=bool), (len(join),))
    stake = _lift(alliance.stake) if join.ndim == 3 else np.asarray(alliance.stake)
    hurt = np.broadcast_to(-stake * np.asarray(burden), join.shape)
    block = (1.0 - join) * veto_share(
        hurt, price=alliance.veto_price, rationality=alliance.rationality
    )
    people = np.broadcast_to(np.asarray(alliance.people, dtype=np.float64), (len(join),))
    return Votes(join=join[sits], block=block[sits], weight=people[sits])


def strongest_packages(
    chance: ArrayLike, strength: ArrayLike, *, levels: Sequence[float] = (0.5, 0.8, 0.95)
) -> Mapping[float, int]:
    """Find the strongest package that has at least some chance.

    Parameters
    ----------
    chance
        Of each package, shape ``(n_packages,)``.
    strength
        Of each package, shape ``(n_packages,)``.
    levels
        Least chances.

    Returns
    -------
    Mapping[float, int]
        Level to package; the empty package (0) where no other reaches the level. Of equally strong ones the likelier.
    """
    chance, strength = np.asarray(chance, np.float64), np.asarray(strength, np.float64)
    found = {}
    for level in levels:
        able = np.flatnonzero(chance >= level)
        best = max(
            able.tolist(), key=lambda package: (strength[package], chance[package]), default=0
        )
        found[level] = best
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot:
    """What winning one member for a package would do: the chance of adoption if it joined for certain, and without."""

    member: int
    chance: FloatArray
    before: FloatArray

    @property
    def gain(self) -> float:
        """Mean rise of the chance over draws."""
        return float(np.mean(self.chance - self.before))


def find_pivots(
    alliance: Alliance,
    burden: ArrayLike,
    *,
    rule: str,
    members: Sequence[int] | None = None,
) -> tuple[Pivot, ...]:
    """Rank members by how much winning them for a package raises its chance, the others answering.

    Parameters
    ----------
    alliance
        The members.
    burden
        Cost of the package to each member, shape ``(M, D)``.
    rule
        A rule of :data:`detente.models.alliance.RULES`.
    members
        Members to try; default: those who sit in the deciding body.

    Returns
    -------
    tuple[Pivot, ...]
        The pivot first. Ties in the order of members.

    Raises
    ------
    ModelError
        ``input-invalid`` for an unknown rule.
    """
    if rule not in RULES:
        message = f"there is no rule of decision {rule!r}"
        raise ModelError(
            message, code="input-invalid", at="rule", fix=f"use one of: {', '.join(RULES)}"
        )
    cost = np.asarray(burden, dtype=np.float64)

    def chance(join: FloatArray) -> FloatArray:
        return adoption_prob(rule, take_votes(alliance, join, cost))

    before = chance(_hold(alliance, cost, None, 0.0).prob)
    sits = np.broadcast_to(np.asarray(alliance.votes, dtype=bool), (len(cost),))
    tried = np.flatnonzero(sits).tolist() if members is None else list(members)
    found = [
        Pivot(
            member=member,
            chance=chance(_hold(alliance, cost, member, _SURE).prob),
            before=before,
        )
        for member in tried
    ]
    return tuple(sorted(found, key=lambda item: -item.gain))


def _motives(alliance: Alliance, cost: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Net benefit of joining if nobody else does, pressure apart, and what the others add, shape ``(M, D)`` each."""
    worth = np.broadcast_to(np.asarray(alliance.worth, np.float64), cost.shape)
    own = worth - np.asarray(alliance.fixed_cost) - cost
    slope = np.asarray(alliance.burden_sharing) * cost
    return own, slope - np.asarray(alliance.free_riding) * np.maximum(worth, 0.0)


def _hold(alliance: Alliance, cost: FloatArray, member: int | None, log_odds: float) -> Joining:
    """Solve for one package with a member held at some odds whatever the others do; None: nobody is held."""
    own, slope = (np.array(array) for array in _motives(alliance, cost))
    social = np.broadcast_to(np.asarray(alliance.social, np.float64), cost.shape[1:])
    lam = np.broadcast_to(np.asarray(alliance.rationality, np.float64), cost.shape[1:])
    if member is not None:
        slope[member] = -2.0 * social
        own[member] = log_odds / np.maximum(lam, _NOBODY) + social
    return solve_joining(own, weight=alliance.weight, social=social, rationality=lam, slope=slope)


def _lift(array: ArrayLike) -> FloatArray:
    """Give an array over members and draws an axis of packages between them."""
    a = np.asarray(array, dtype=np.float64)
    return a[:, None, :] if a.ndim == 2 else a
