"""Bueno de Mesquita's expected-utility model of a group decision on one issue, in four named variants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int8Array, Int64Array, IntArray
from detente.errors import ModelError, UsageError
from detente.models.bargaining._choices import choose
from detente.models.bargaining.averages import weighted_mean, weighted_median
from detente.models.bargaining.challenges import (
    Challenges,
    Contests,
    Probability,
    count_votes,
    price_challenges,
    row_blocks,
)

__all__ = [
    "MAX_ACTORS",
    "MOVES",
    "QUADRANTS",
    "VARIANTS",
    "BargainingIssue",
    "ExpectedUtilityResult",
    "QuadrantChart",
    "Variant",
    "chart_quadrants",
    "find_variant",
    "make_issue",
    "solve_expected_utility",
]

MAX_ACTORS = 5_000
"""More actors than this are refused: memory and time grow with the square of their number."""

MOVES = ("none", "confrontation", "compromise", "capitulation")
"""How an actor came to move in a round; the codes in ``ExpectedUtilityResult.moves`` index it."""

QUADRANTS = (
    "same position",
    "stalemate",
    "confrontation, upper hand",
    "confrontation, lower hand",
    "compromise, upper hand",
    "compromise, lower hand",
    "compels",
    "is compelled",
)
"""How an actor sees a pair; the codes in ``QuadrantChart.quadrants`` index it."""

# differences of expected utilities (in stakes) and of positions (in lengths of the scale) below this are rounding
_ROUNDING = 1e-13
_LOWEST_RISK, _RISK_DAMPING = 1e-12, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A named way to run the model: how chances follow from votes, and which offer an actor takes."""

    name: str
    probability: Probability
    choice: Literal["published", "nearest"]
    summary: str


VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        variant.name: variant
        for variant in (
            Variant(
                name="all-pairs",
                probability="all-pairs",
                choice="published",
                summary="votes over those of all contests; the published code's choice of offers",
            ),
            Variant(
                name="all-pairs-nearest",
                probability="all-pairs",
                choice="nearest",
                summary="votes over those of all contests; the offer that moves the actor least",
            ),
            Variant(
                name="pairwise",
                probability="pairwise",
                choice="published",
                summary="votes over those of the contest; the published code's choice of offers",
            ),
            Variant(
                name="pairwise-nearest",
                probability="pairwise",
                choice="nearest",
                summary="votes over those of the contest; the offer that moves the actor least",
            ),
        )
    }
)
"""The variants by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BargainingIssue:
    """Actors on one issue, checked: ``capability``, ``position`` and ``salience``, shape ``(n,)``, and the scale.

    ``weights`` are shares in capability times salience; ``low`` and ``high`` the ends of the scale.
    """

    capability: FloatArray
    position: FloatArray
    salience: FloatArray
    weights: FloatArray
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedUtilityResult:
    """Positions of the actors round by round.

    ``positions`` has shape ``(n_rounds + 1, n)``, the stated positions first; ``means`` and ``medians``, weighted by
    capability times salience, ``(n_rounds + 1,)``. ``risk_exponents``, ``moves`` (codes of :data:`MOVES`) and
    ``partners`` (index of the actor whose offer was taken, -1 for none) have shape ``(n_rounds, n)``.
    """

    variant: Variant
    issue: BargainingIssue
    capitulation: bool
    positions: FloatArray
    means: FloatArray
    medians: FloatArray
    risk_exponents: FloatArray
    moves: Int8Array
    partners: Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadrantChart:
    """How one actor sees each pair that it is part of; all of shape ``(n,)``.

    ``own`` is the expected utility of challenging the other actor, ``other`` what the other gains by challenging, both
    as ``actor`` sees them; ``win_prob`` the chance of winning; ``quadrants`` codes of :data:`QUADRANTS`.
    """

    actor: int
    risk_exponent: float
    own: FloatArray
    other: FloatArray
    win_prob: FloatArray
    quadrants: Int8Array


def find_variant(name: str) -> Variant:
    """Return the variant of this name.

    Raises
    ------
    UsageError
        ``option-invalid`` if there is none.

    Examples
    --------
    >>> find_variant("pairwise").choice
    'published'
    """
    return choose(VARIANTS, name, kind="variant", of="the expected-utility model")


def make_issue(
    capability: ArrayLike,
    position: ArrayLike,
    salience: ArrayLike,
    *,
    low: float | None = None,
    high: float | None = None,
) -> BargainingIssue:
    """Check actors and scale, and bind them together.

    Parameters
    ----------
    capability
        Capabilities >= 0 in any unit, shape ``(n,)``; only proportions matter.
    position
        Stated positions in any unit, shape ``(n,)``.
    salience
        Saliences, 0-1, shape ``(n,)``.
    low, high
        Ends of the scale; by default the lowest and highest position.

    Returns
    -------
    BargainingIssue
        Arrays of their own; the input is not kept.

    Raises
    ------
    ModelError
        ``input-invalid`` if there are fewer than two actors, shapes differ, a value is not finite or outside its range,
        all weights are zero, or a position lies outside the scale.
    """
    columns = {
        name: np.array(values, dtype=np.float64)
        for name, values in (
            ("capability", capability),
            ("position", position),
            ("salience", salience),
        )
    }
    _check_columns(columns)
    c, x, s = columns.values()
    product = c * s / max(float(c.max()), np.finfo(float).tiny)
    if product.sum() <= 0.0:
        message = "capability times salience is zero for every actor"
        raise _invalid(message, "capability, salience", "give at least one actor both above zero")
    ends = float(x.min()) if low is None else low, float(x.max()) if high is None else high
    if not np.isfinite([*ends, ends[1] - ends[0]]).all() or ends[0] > ends[1]:
        message = f"the scale from {ends[0]:g} to {ends[1]:g} has no length that is finite"
        raise _invalid(message, "low, high", "give a low end below the high end")
    outside = (x < ends[0]) | (x > ends[1])
    if outside.any():
        index = int(outside.argmax())
        message = f"position {x[index]:g} lies outside the scale from {ends[0]:g} to {ends[1]:g}"
        raise _invalid(message, f"position[{index}]", "correct the position or widen the scale")
    return BargainingIssue(
        capability=c,
        position=x,
        salience=s,
        weights=product / product.sum(),
        low=ends[0],
        high=ends[1],
    )


def solve_expected_utility(
    issue: BargainingIssue,
    *,
    variant: str = "all-pairs",
    rounds: int = 10,
    capitulation: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ExpectedUtilityResult:
    r"""Run the model: each round, actors size each other up, make offers, and take the best offer they get.

    In each round the risk exponents come first, from how secure each actor's position is among all others
    (:math:`D_i` is what all others expect to gain by challenging it, priced without risk attitudes):

    .. math:: r_i = \frac{1 - R_i/3}{1 + R_i/3},
        \qquad R_i = \frac{2 D_i - \max_j D_j - \min_j D_j}{\max_j D_j - \min_j D_j}

    Then each actor prices every pair with its own exponent. With ``a`` the gain it expects from challenging the other
    and ``b`` what it thinks the other expects from challenging it, an offer reaches it where ``b > 0``: confrontation
    if ``b > a > 0`` (it moves all the way), compromise if ``a < 0`` and ``b > -a`` (it moves by the share ``-a/b``),
    capitulation if ``a < 0`` and ``b < -a`` (all the way). It takes a confrontation before a compromise, and that
    before a capitulation, and all actors move at once.

    Parameters
    ----------
    issue
        Actors and scale.
    variant
        A name in :data:`VARIANTS`. Among offers of a kind, ``nearest`` takes the one that moves the actor least.
        ``published`` does so too for confrontations and capitulations, but takes the compromise with the lowest
        :math:`(|a| x_i + |b| x_j) / (|a| + |b|)`, as the code behind the published figures does: so it leans to the
        low end of the scale.
    rounds
        How many rounds, >= 0.
    capitulation
        Whether actors capitulate. The code behind the published figures never does, since the condition in it cannot
        hold; the theory says that they do.
    progress
        Called after each round with rounds done and rounds in all.

    Returns
    -------
    ExpectedUtilityResult
        Between equally good offers the actor first in the table wins. Where nobody disagrees nobody moves, and all
        exponents are one.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown variant or fewer than zero rounds.
    ModelError
        ``input-invalid`` for more than :data:`MAX_ACTORS` actors, unless no round is asked for.

    References
    ----------
    :cite:p:`scholz2011`, the model and its algorithm; :cite:p:`jmckib`, the published code's choice of offers.
    Departs from source: positions closer than :data:`~detente.models.bargaining.challenges.SAME_POSITION` of the scale
    count as the same, and differences of expected utility below 1e-13 of what is at stake as zero, so that rounding
    moves nobody.

    Examples
    --------
    >>> issue = make_issue([2.0, 1.0], [0.0, 100.0], [1.0, 1.0])
    >>> solve_expected_utility(issue, variant="pairwise", rounds=1).positions[-1].tolist()
    [0.0, 0.0]
    """
    found = find_variant(variant)
    if rounds < 0:
        message = f"the number of rounds is {rounds}"
        raise UsageError(message, code="option-invalid", at="rounds", fix="give zero or more")
    n = len(issue.position)
    if rounds > 0:
        _check_size(n)
    positions = np.tile(issue.position, (rounds + 1, 1))
    exponents = np.ones((rounds, n))
    moves = np.zeros((rounds, n), dtype=np.int8)
    partners = np.full((rounds, n), -1, dtype=np.int64)
    for step in range(rounds):
        order = np.argsort(positions[step], kind="stable")
        ascending, x = _reorder(issue, order), positions[step, order]
        r = _risk_exponents(ascending, x, found.probability)
        contests = _contests(ascending, x, r)
        for rows in row_blocks(n):
            pairs = price_challenges(
                contests, rows, risk_exponents=r[rows], probability=found.probability
            )
            offers = _offers(pairs, contests, rows, capitulation=capitulation)
            mine = order[rows]
            positions[step + 1, mine], moves[step, mine], partners[step, mine] = _choose(
                offers, x[rows], order, choice=found.choice, span=contests.span
            )
        exponents[step, order] = r
        if progress is not None:
            progress(step + 1, rounds)
    weights = issue.weights[:, None]
    return ExpectedUtilityResult(
        variant=found,
        issue=issue,
        capitulation=capitulation,
        positions=positions,
        means=weighted_mean(positions.T, weights),
        medians=weighted_median(positions.T, weights),
        risk_exponents=exponents,
        moves=moves,
        partners=partners,
    )


def chart_quadrants(
    issue: BargainingIssue,
    actor: int,
    *,
    variant: str = "all-pairs",
    positions: ArrayLike | None = None,
) -> QuadrantChart:
    """Place every other actor in the plane of mutual expected utilities that one actor sees.

    Parameters
    ----------
    issue
        Actors and scale.
    actor
        Index of the actor whose view is taken.
    variant
        A name in :data:`VARIANTS`; only its probability matters here.
    positions
        Positions of all actors, shape ``(n,)``; by default those stated.

    Returns
    -------
    QuadrantChart
        A point for each actor; the actor itself is at the origin.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown variant or an actor that is not there.
    ModelError
        ``input-invalid`` for more than :data:`MAX_ACTORS` actors.

    References
    ----------
    :cite:p:`scholz2011`, octants of expected utility.
    """
    found = find_variant(variant)
    n = len(issue.position)
    if not 0 <= actor < n:
        message = f"there is no actor {actor} among {n}"
        raise UsageError(message, code="option-invalid", at="actor", fix=f"give 0 to {n - 1}")
    _check_size(n)
    x = issue.position if positions is None else np.asarray(positions, dtype=np.float64)
    order = np.argsort(x, kind="stable")
    place = np.argsort(order)
    ascending = _reorder(issue, order)
    exponents = _risk_exponents(ascending, x[order], found.probability)
    rows = slice(int(place[actor]), int(place[actor]) + 1)
    pairs = price_challenges(
        _contests(ascending, x[order], exponents),
        rows,
        risk_exponents=exponents[rows],
        probability=found.probability,
    )
    a, b, nil = (row[0, place] for row in (pairs.own, pairs.other, _ROUNDING * pairs.stake))
    gains, feared, loses, safe = a > nil, b > nil, a < -nil, b < -nil
    quadrants = np.select(
        [
            pairs.same[0, place],
            gains & feared & (a >= b),
            gains & feared,
            gains & safe & (a > -b),
            loses & feared & (b > -a),
            gains & safe,
            loses & feared,
        ],
        [0, 2, 3, 4, 5, 6, 7],
        default=1,
    ).astype(np.int8)
    return QuadrantChart(
        actor=actor,
        risk_exponent=float(exponents[place[actor]]),
        own=a,
        other=b,
        win_prob=pairs.win_prob[0, place],
        quadrants=quadrants,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offers:
    """Offers to the actors in the rows: their kind (index of MOVES), target, and the two sort keys; ``(n_rows, n)``."""

    kind: Int8Array
    target: FloatArray
    published_key: FloatArray
    distance: FloatArray


def _reorder(issue: BargainingIssue, order: IntArray) -> BargainingIssue:
    return replace(
        issue,
        capability=issue.capability[order],
        position=issue.position[order],
        salience=issue.salience[order],
        weights=issue.weights[order],
    )


def _contests(issue: BargainingIssue, x: FloatArray, exponents: FloatArray) -> Contests:
    span = issue.high - issue.low
    return count_votes(
        x,
        issue.weights,
        issue.salience,
        risk_exponents=exponents,
        span=span if span > 0.0 else 1.0,
    )


def _check_size(n: int) -> None:
    if n > MAX_ACTORS:
        message = f"there are {n} actors; the model compares all pairs of at most {MAX_ACTORS}"
        fix = "merge actors that share a position and salience, adding capability, or ask for no rounds"
        raise _invalid(message, "position", fix)


def _risk_exponents(issue: BargainingIssue, x: FloatArray, probability: Probability) -> FloatArray:
    n = len(x)
    ones = np.ones(n)
    contests = _contests(issue, x, ones)
    danger = np.empty(n)
    for rows in row_blocks(n):
        pairs = price_challenges(contests, rows, risk_exponents=ones[rows], probability=probability)
        danger[rows] = pairs.other.sum(axis=1)
    low, high = danger.min(), danger.max()
    if high - low <= _LOWEST_RISK * max(1.0, abs(high), abs(low)):
        return ones
    acceptance = (2.0 * danger - high - low) / (high - low)
    return np.asarray((1.0 - acceptance / _RISK_DAMPING) / (1.0 + acceptance / _RISK_DAMPING))


def _offers(pairs: Challenges, contests: Contests, rows: slice, *, capitulation: bool) -> _Offers:
    x, (a, b) = contests.positions, (pairs.own, pairs.other)
    mine, theirs = x[rows, None], np.broadcast_to(x[None, :], a.shape)
    kind = np.zeros(a.shape, dtype=np.int8)
    nil = _ROUNDING * pairs.stake
    feared, loses = b > nil, a < -nil
    kind[feared & (a > nil) & (b > a + nil)] = 1
    compromise = feared & loses & (b > nil - a)
    kind[compromise] = 2
    if capitulation:
        kind[feared & loses & (b < -a - nil)] = 3
    share = np.divide(-a, b, out=np.ones_like(a), where=compromise)
    target = np.where(compromise, mine + (theirs - mine) * share, theirs)
    distance = np.abs(target - mine)
    total = np.abs(a) + np.abs(b)
    middle = np.divide(
        np.abs(a) * mine + np.abs(b) * theirs, total, out=distance.copy(), where=compromise
    )
    return _Offers(kind=kind, target=target, published_key=middle, distance=distance)


def _choose(
    offers: _Offers,
    x: FloatArray,
    order: IntArray,
    *,
    choice: Literal["published", "nearest"],
    span: float,
) -> tuple[FloatArray, Int8Array, Int64Array]:
    """Return new positions, kinds of move and partners of the actors in the rows."""
    rank = np.where(offers.kind == 0, len(MOVES), offers.kind)
    best = rank.min(axis=1)
    open_offers = (rank == best[:, None]) & (offers.kind > 0)
    key = offers.published_key if choice == "published" else offers.distance
    key = np.where(open_offers, key, np.inf)
    lowest = key.min(axis=1, keepdims=True)
    # of offers that are equally good but for rounding, the first in the table
    as_good = key <= lowest + _ROUNDING * span
    taken = np.where(as_good, order[None, :], len(order)).argmin(axis=1)
    moved = open_offers.any(axis=1)
    rows = np.arange(len(x))
    return (
        np.where(moved, offers.target[rows, taken], x),
        np.where(moved, offers.kind[rows, taken], 0).astype(np.int8),
        np.where(moved, order[taken], -1).astype(np.int64),
    )


def _check_columns(columns: Mapping[str, FloatArray]) -> None:
    n = columns["position"].size
    for name, values in columns.items():
        if values.ndim != 1 or values.size != n:
            message = f"{name} has shape {values.shape}, position has {n} values"
            raise _invalid(message, name, "give each column one value per actor")
    if n < 2:
        message = f"there {'is 1 actor' if n == 1 else 'are no actors'}"
        raise _invalid(message, "position", "give two actors or more")
    limits = {"capability": (0.0, np.inf), "position": (-np.inf, np.inf), "salience": (0.0, 1.0)}
    for name, (low, high) in limits.items():
        values = columns[name]
        wrong = ~np.isfinite(values) | (values < low) | (values > high)
        if wrong.any():
            index = int(wrong.argmax())
            message = f"{name} of actor {index} is {values[index]:g}"
            wanted = f"from {low:g} to {high:g}" if np.isfinite(high) else "that is finite"
            wanted += " and not negative" if name == "capability" else ""
            raise _invalid(message, f"{name}[{index}]", f"give a number {wanted}")


def _invalid(message: str, at: str, fix: str) -> ModelError:
    return ModelError(message, code="input-invalid", at=at, fix=fix)
