"""What makes and unmakes a bargaining range: issues that carry it, whole issues, and the slack on each issue."""

from dataclasses import replace
from itertools import product

import numpy as np

from detente.arrays import FloatArray
from detente.models.bargaining.frontier import make_frontier
from detente.models.bargaining.issues import IssueSpace
from detente.models.bargaining.ranges import BargainingRange, solve_range

__all__ = ["carried_by_issue", "slack_by_issue", "trade_rate", "undivided_exists"]

MAX_WHOLE_ISSUES = 10
"""With more issues than this only packages on the frontier are looked at where issues cannot be divided."""

_ROUNDING = 1e-9
_BISECTIONS = 50


def carried_by_issue(
    space: IssueSpace,
    found: BargainingRange,
    *,
    challenger_value: FloatArray,
    defender_value: FloatArray,
    win_prob: FloatArray,
    disagreement: FloatArray,
) -> FloatArray:
    """Share of the range that goes if an issue stays out of the talks and is left to what fighting would make of it.

    Parameters
    ----------
    space
        Issue space.
    found
        Its range.
    challenger_value, defender_value
        Reservation values, shape ``(...)``.
    win_prob, disagreement
        Chance that the challenger wins, and by how much both sides' chances exceed one; shape ``(...)``.

    Returns
    -------
    FloatArray
        Shape ``(n_issues, ...)``, 0-1, zero where there is no range. Shares do not sum to one: trades across issues need
        both.

    References
    ----------
    Our own.
    """
    shape = space.challenger.shape[1:]
    carried = np.zeros(space.challenger.shape)
    p = np.broadcast_to(win_prob, shape)
    lost_c, lost_d = 1.0 - p, np.maximum(p - disagreement, 0.0)
    for k in range(len(space.challenger)):
        stakes = {}
        for name in ("challenger_stake", "defender_stake"):
            stakes[name] = getattr(space, name).copy()
            stakes[name][k] = 0.0
        left = solve_range(
            replace(space, **stakes),
            # what fighting costs on the issue is the same with a deal on the others and without
            challenger_value=challenger_value + lost_c * space.challenger_stake[k],
            defender_value=defender_value + lost_d * space.defender_stake[k],
        ).width
        gone = found.width - left
        carried[k] = np.divide(
            gone, found.width, out=np.zeros(shape), where=found.width > _ROUNDING
        )
    return np.clip(carried, 0.0, 1.0)


def undivided_exists(
    space: IssueSpace, *, challenger_value: FloatArray, defender_value: FloatArray
) -> np.ndarray:
    """Say whether a settlement exists where every issue goes whole to one side.

    Parameters
    ----------
    space
        Issue space.
    challenger_value, defender_value
        Reservation values, shape ``(...)``.

    Returns
    -------
    np.ndarray
        Shape ``(...)``. All assignments are tried up to :data:`MAX_WHOLE_ISSUES` issues; beyond, those on the frontier,
        so that a settlement may be missed.

    References
    ----------
    :cite:p:`fearon1995`, issue indivisibilities.
    """
    shape = space.challenger.shape[1:]
    n = len(space.challenger)
    found = np.zeros(shape, dtype=bool)
    if n > MAX_WHOLE_ISSUES:
        frontier = make_frontier(space)
        both = (frontier.challenger >= challenger_value) & (frontier.defender >= defender_value)
        return np.asarray(both.any(axis=0))
    over, _ = space.crossed(np.ones(space.challenger.shape))
    _, under = space.crossed(np.zeros(space.challenger.shape))
    lost_c = space.challenger_stake * (1.0 + over)
    lost_d = space.defender_stake * (1.0 + under)
    for given in product((False, True), repeat=n):
        chosen = np.array(given)
        u_c = 1.0 - lost_c[chosen].sum(axis=0)
        u_d = 1.0 - lost_d[~chosen].sum(axis=0)
        found |= (u_c >= challenger_value - _ROUNDING) & (u_d >= defender_value - _ROUNDING)
    return found


def slack_by_issue(space: IssueSpace, found: BargainingRange) -> tuple[FloatArray, FloatArray]:
    """How far the best terms could move on one issue alone before a side would rather fight.

    Parameters
    ----------
    space
        Issue space.
    found
        Its range.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Positions, 0-100, nearest to the challenger and nearest to the defender that the Nash point allows on each issue
        with all others held, shape ``(n_issues, ...)``; both at the point itself where there is no range.
    """
    share = found.nash_conceded
    up = _reach(space, share, found.challenger_gain, space.challenger_stake, space.challenger_limit)
    down = _reach(
        space, 1.0 - share, found.defender_gain, space.defender_stake, 1.0 - space.defender_limit
    )
    still = ~found.exists
    up, down = np.where(still, share, up), np.where(still, 1.0 - share, down)
    return space.package(1.0 - down), space.package(up)


def _reach(
    space: IssueSpace, share: FloatArray, gain: FloatArray, stake: FloatArray, limit: FloatArray
) -> FloatArray:
    """Share of the way that a side can concede in all on an issue for what it gains elsewhere, 0-1."""
    price = np.where(stake > 0.0, stake, 1.0)
    more = space.firmness - 1.0

    def paid(at: FloatArray) -> FloatArray:
        return np.asarray(space.powered(at) + more * np.maximum(at - limit, 0.0))

    budget = paid(share) + gain / price
    if (space.exponent == 1.0).all():
        free = np.minimum(budget, limit)
        reach = free + np.maximum(budget - np.maximum(limit, 0.0), 0.0) / space.firmness
    else:
        low, high = share, np.ones_like(share)
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            fits = paid(middle) <= budget
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        reach = low
    reach = np.where(paid(np.ones_like(share)) <= budget, 1.0, np.clip(reach, share, 1.0))
    return np.where(stake > 0.0, reach, 1.0)


def trade_rate(space: IssueSpace) -> FloatArray:
    """Worth of a point on an issue to the challenger, as a share of its worth to both; 0-1, shape ``(n_issues, ...)``.

    Above one half the issue is cheap for the defender to give; one half where neither cares.
    """
    total = space.challenger_slope + space.defender_slope
    return np.divide(  # type: ignore[no-any-return]
        space.challenger_slope, total, out=np.full(total.shape, 0.5), where=total > 0.0
    )
