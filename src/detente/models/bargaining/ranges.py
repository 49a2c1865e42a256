"""The bargaining range of two sides, and the points that axioms pick in it."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from detente.arrays import FloatArray
from detente.models.bargaining.frontier import make_frontier
from detente.models.bargaining.issues import IssueSpace

__all__ = ["BargainingRange", "agreement_volume", "solve_range"]

_BISECTIONS = 60
_INNER = 45
_POINTS_LOG2 = 8
_CHUNK = 64
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class BargainingRange:
    """What two sides can agree on.

    ``exists``, ``width``, ``challenger_gain`` and ``defender_gain`` (over fighting, at the Nash point; zero where no
    range exists) have shape ``(...)``. ``nash_point`` and ``kalai_smorodinsky_point`` are packages, 0-100, shape
    ``(n_issues, ...)``; where no range exists both are the package that leaves the two sides the same distance short of
    their reservation values. ``most_challenger`` and ``most_defender`` are the most that a side can gain while the other
    gets its reservation value: below zero, by how much it would have to lower its demands for a range to open (unless
    the other side prefers fighting even to its own ideal package, by how much then).
    ``nash_conceded`` is the share of the way that the challenger concedes at the Nash point, shape ``(n_issues, ...)``.
    """

    exists: np.ndarray
    width: FloatArray
    nash_point: FloatArray
    kalai_smorodinsky_point: FloatArray
    challenger_gain: FloatArray
    defender_gain: FloatArray
    most_challenger: FloatArray
    most_defender: FloatArray
    nash_conceded: FloatArray


def solve_range(
    space: IssueSpace, *, challenger_value: FloatArray, defender_value: FloatArray
) -> BargainingRange:
    """Find the bargaining range along the Pareto frontier and the agreements in it.

    Losses add up over issues, so the frontier is a curve with one parameter: how much the challenger concedes in all.
    With linear losses it is a polyline and the answer exact; else everything is a search by bisection along the curve,
    on a quantity that is monotone there.

    Parameters
    ----------
    space
        Ideal points, stakes and red lines, shape ``(n_issues, ...)``.
    challenger_value, defender_value
        Reservation values, shape ``(...)``: what fighting, or any other way on, is worth to each side.

    Returns
    -------
    BargainingRange
        ``width`` is the mean of the most that each side can gain over fighting while the other gets its reservation
        value; on a single linear issue it is the length of the range.

    References
    ----------
    :cite:p:`fearon1995` for the range; :cite:p:`nash1950`, the product of gains; :cite:p:`kalai1975`, equal shares
    of the largest gains.
    """
    shape = space.challenger.shape[1:]
    v_c = np.broadcast_to(challenger_value, shape)
    v_d = np.broadcast_to(defender_value, shape)
    linear = np.broadcast_to(space.exponent == 1.0, shape)
    if linear.all():
        return _solve_linear(space, v_c, v_d)
    smooth = _solve_smooth(space, v_c, v_d)
    if not linear.any():
        return smooth
    exact = _solve_linear(replace(space, exponent=np.ones_like(space.exponent)), v_c, v_d)
    return BargainingRange(
        **{
            field.name: np.where(linear, getattr(exact, field.name), getattr(smooth, field.name))
            for field in fields(BargainingRange)
        }
    )


def _solve_linear(space: IssueSpace, v_c: FloatArray, v_d: FloatArray) -> BargainingRange:
    frontier = make_frontier(space)
    gain_c, gain_d = frontier.challenger - v_c, frontier.defender - v_d
    # along the frontier the challenger's gain falls and the defender's rises
    first = frontier.turn(-gain_d)
    last = frontier.turn(gain_c)
    first = np.where(gain_d[0] >= 0.0, 0.0, first)
    most_c = frontier.gains(first)[0] - v_c
    most_d = frontier.gains(last)[1] - v_d
    # sums of very firm red lines round at their own size
    slack = _ROUNDING * (1.0 + np.maximum(-frontier.challenger[-1], -frontier.defender[0]).clip(0))
    open_c = frontier.gains(first)[1] - v_d >= -slack
    open_d = frontier.gains(last)[0] - v_c >= -slack
    exists = (most_c >= -slack) & (most_d >= -slack) & open_c & open_d
    # a side that even its own ideal package leaves short stays short by that
    most_c = np.where(open_c, most_c, np.minimum(most_c, frontier.gains(first)[1] - v_d))
    most_d = np.where(open_d, most_d, np.minimum(most_d, frontier.gains(last)[0] - v_c))
    equal = frontier.turn(gain_c - gain_d)
    nash = np.where(exists, frontier.best_product(v_c, v_d), equal)
    kalai = np.where(exists, frontier.turn(gain_c * most_d - gain_d * most_c), equal)
    ends = np.minimum(first, last), np.maximum(first, last)
    nash, kalai = (np.where(exists, np.clip(place, *ends), place) for place in (nash, kalai))
    u_c, u_d = frontier.gains(nash)
    conceded = frontier.conceded(nash)
    return BargainingRange(
        exists=exists,
        width=np.where(exists, np.maximum(0.5 * (most_c + most_d), 0.0), 0.0),
        nash_point=space.package(conceded),
        kalai_smorodinsky_point=space.package(frontier.conceded(kalai)),
        challenger_gain=np.where(exists, np.maximum(u_c - v_c, 0.0), 0.0),
        defender_gain=np.where(exists, np.maximum(u_d - v_d, 0.0), 0.0),
        most_challenger=most_c,
        most_defender=most_d,
        nash_conceded=conceded,
    )


def _solve_smooth(space: IssueSpace, v_c: FloatArray, v_d: FloatArray) -> BargainingRange:
    frontier = _Frontier(space)
    shape = frontier.shape

    def gains(along: FloatArray) -> tuple[FloatArray, FloatArray]:
        u_c, u_d = space.utilities(frontier.conceded(along))
        return u_c - v_c, u_d - v_d

    def defender_wants_more(along: FloatArray) -> np.ndarray:
        return gains(along)[1] < 0.0

    def challenger_still_gains(along: FloatArray) -> np.ndarray:
        return gains(along)[0] >= 0.0

    first = _bisect(defender_wants_more, shape)[1]
    last = _bisect(challenger_still_gains, shape)[0]
    most_c = gains(first)[0]
    most_d = gains(last)[1]
    exists = (most_c >= -_ROUNDING) & (gains(first)[1] >= -_ROUNDING)

    def nash_lies_further(along: FloatArray) -> np.ndarray:
        gain_c, gain_d = gains(along)
        pull_c, pull_d = frontier.pulls(along)
        return pull_d * gain_c > pull_c * gain_d

    def kalai_lies_further(along: FloatArray) -> np.ndarray:
        gain_c, gain_d = gains(along)
        return gain_c * most_d > gain_d * most_c

    def equal_lies_further(along: FloatArray) -> np.ndarray:
        gain_c, gain_d = gains(along)
        return gain_c > gain_d

    equal = _middle(_bisect(equal_lies_further, shape))
    nash = np.where(exists, _middle(_bisect(nash_lies_further, shape)), equal)
    nash = np.where(exists, np.clip(nash, first, np.maximum(first, last)), nash)
    kalai = np.where(exists, _middle(_bisect(kalai_lies_further, shape)), equal)
    kalai = np.where(exists, np.clip(kalai, first, np.maximum(first, last)), kalai)
    gain_c, gain_d = gains(nash)
    conceded = frontier.conceded(nash)
    return BargainingRange(
        exists=exists,
        width=np.where(exists, np.maximum(0.5 * (most_c + most_d), 0.0), 0.0),
        nash_point=space.package(conceded),
        kalai_smorodinsky_point=space.package(frontier.conceded(kalai)),
        challenger_gain=np.where(exists, np.maximum(gain_c, 0.0), 0.0),
        defender_gain=np.where(exists, np.maximum(gain_d, 0.0), 0.0),
        most_challenger=most_c,
        most_defender=most_d,
        nash_conceded=conceded,
    )


def agreement_volume(
    space: IssueSpace, *, challenger_value: FloatArray, defender_value: FloatArray
) -> FloatArray:
    """Share of all packages, 0-100 on every issue, that both sides prefer to fighting.

    Parameters
    ----------
    space
        Ideal points and stakes, shape ``(n_issues, ...)``.
    challenger_value, defender_value
        Reservation values, shape ``(...)``.

    Returns
    -------
    FloatArray
        Shape ``(...)``, 0-1, counted on 256 Sobol points that are the same in every case.
    """
    n_issues = space.challenger.shape[0]
    shape = space.challenger.shape[1:]
    # whether a package is acceptable does not hang on the last digits: half the memory, half the time
    v_c, v_d = (
        np.broadcast_to(value, shape).ravel().astype(np.float32)
        for value in (challenger_value, defender_value)
    )
    a, b, slope_a, slope_b, limit_a, limit_b, stake_a, stake_b = (
        array.reshape(n_issues, -1).astype(np.float32)
        for array in (
            space.challenger,
            space.defender,
            space.challenger_slope,
            space.defender_slope,
            space.challenger_limit,
            space.defender_limit,
            space.challenger_stake,
            space.defender_stake,
        )
    )
    rho, firm = (
        np.broadcast_to(x, shape).ravel().astype(np.float32)
        for x in (space.exponent, space.firmness)
    )
    lines = [
        # red line, and what a point beyond it costs more
        None
        if (firm == 1.0).all()
        else (
            a + limit * (b - a),
            bound * (firm - np.float32(1.0)) * stake / np.where(b == a, np.float32(1.0), b - a),
        )
        for limit, bound, stake in (
            (limit_a, limit_a < 1.0, stake_a),
            (limit_b, limit_b > 0.0, stake_b),
        )
    ]
    agreed = np.zeros(v_c.shape)
    points = _packages(n_issues).astype(np.float32)
    for start in range(0, len(points), _CHUNK):
        chunk = points[start : start + _CHUNK]
        # what is left of the room to either side, issue by issue
        room_c = np.repeat((np.float32(1.0) - v_c)[None], len(chunk), axis=0)
        room_d = np.repeat((np.float32(1.0) - v_d)[None], len(chunk), axis=0)
        for issue in range(n_issues):
            x = chunk[:, issue, None]
            for room, ideal, slope, line, sign in (
                (room_c, a, slope_a, lines[0], np.float32(1.0)),
                (room_d, b, slope_b, lines[1], np.float32(-1.0)),
            ):
                lost = np.abs(x - ideal[issue]) * np.float32(0.01)
                if (rho != 1.0).any():
                    lost **= rho
                lost *= slope[issue]
                if line is not None:
                    red, price = line
                    lost += np.maximum(sign * price[issue] * (x - red[issue]), np.float32(0.0))
                np.subtract(room, lost, out=room)
        agreed += ((room_c >= 0.0) & (room_d >= 0.0)).sum(axis=0)
    return (agreed / len(points)).reshape(shape)


class _Frontier:
    """The Pareto frontier: what is conceded on each issue as the total concession goes from 0 to 1."""

    def __init__(self, space: IssueSpace) -> None:
        self.shape = space.challenger.shape[1:]
        self._c, self._d = space.challenger_stake, space.defender_stake
        self._idle = (self._c <= 0.0) & (self._d <= 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            self._log_ratio = np.log(self._d) - np.log(self._c)
        # an issue nobody has a stake in goes last, so that it never stands still in the way of a search
        self._log_ratio = np.where(self._idle, -np.inf, self._log_ratio)
        self._space = space
        self._kinked = bool(
            (
                (space.firmness > 1.0)
                & ((space.challenger_limit < 1.0) | (space.defender_limit > 0.0))
            ).any()
        )
        self._power = np.broadcast_to(space.exponent, self.shape) - 1.0
        self._linear = self._power < 1e-9
        # linear losses: issues change hands one after another, those the defender values most first; ties together
        ratio = self._log_ratio
        self._before = np.stack([(ratio > ratio[k]).sum(axis=0) for k in range(len(ratio))])
        self._tied = np.stack([(ratio == ratio[k]).sum(axis=0) for k in range(len(ratio))])

    def conceded(self, along: FloatArray) -> FloatArray:
        """Share of the way conceded on each issue, shape ``(n_issues, ...)``."""
        from scipy.special import expit  # noqa: PLC0415  slow to load

        n = len(self._log_ratio)
        stepwise = np.clip((along * n - self._before) / self._tied, 0.0, 1.0)
        if self._linear.all():
            share = stepwise
        else:
            with np.errstate(divide="ignore"):
                log_weight = np.log(along) - np.log1p(-along)
            power = np.where(self._linear, 1.0, self._power)
            with np.errstate(invalid="ignore"):
                smooth = expit((log_weight + self._log_ratio) / power)
            # a side that cares for an issue alone gets it, also at the very ends of the frontier
            smooth = np.where(np.isnan(smooth), np.where(self._d > 0.0, 1.0, 0.0), smooth)
            share = np.where(self._linear, stepwise, smooth)
        if self._kinked:
            share = np.where(self._linear, share, self._between_red_lines(along))
        return np.where(self._idle, 0.5, share)

    def _between_red_lines(self, along: FloatArray) -> FloatArray:
        """Share conceded on each issue where losses bend and have kinks: the root of a falling derivative."""
        space, more = self._space, self._space.firmness - 1.0

        def wants_more(share: FloatArray) -> np.ndarray:
            with np.errstate(divide="ignore", invalid="ignore"):
                bend_c = space.exponent * share**self._power
                bend_d = space.exponent * (1.0 - share) ** self._power
            mine = self._c * (bend_c + more * (share > space.challenger_limit))
            theirs = self._d * (bend_d + more * (share < space.defender_limit))
            return np.asarray(along * theirs > (1.0 - along) * mine)

        return _middle(_bisect(wants_more, space.challenger.shape, steps=_INNER))

    def pulls(self, along: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute what the challenger loses and the defender wins by a step along the frontier.

        Both up to a common factor, shape ``(...)``.
        """
        n = len(self._log_ratio)
        here = (self._before <= along * n) & (along * n < self._before + self._tied)
        # the frontier ends on its last step
        here |= (along >= 1.0) & (self._before + self._tied == n)
        step_c, step_d = (self._c * here).sum(axis=0), (self._d * here).sum(axis=0)
        # smooth losses: at weight 1 - along on the challenger, the gains trade at (1 - along) : along
        smooth_c, smooth_d = along, 1.0 - along
        return (
            np.where(self._linear, step_c, smooth_c),
            np.where(self._linear, step_d, smooth_d),
        )


def _bisect(
    further: Callable[[FloatArray], np.ndarray], shape: tuple[int, ...], steps: int = _BISECTIONS
) -> tuple[FloatArray, FloatArray]:
    """Bounds, 0-1, of the point where ``further`` turns from true to false."""
    low, high = np.zeros(shape), np.ones(shape)
    for _ in range(steps):
        middle = 0.5 * (low + high)
        beyond = further(middle)
        low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
    return low, high


def _middle(bounds: tuple[FloatArray, FloatArray]) -> FloatArray:
    return 0.5 * (bounds[0] + bounds[1])


@lru_cache(maxsize=32)
def _packages(n_issues: int) -> FloatArray:
    """Sobol points in the issue space, 0-100, shape ``(256, n_issues)``; centred in their cells."""
    from scipy.stats import qmc  # noqa: PLC0415  slow to load

    count = 2**_POINTS_LOG2
    points = qmc.Sobol(n_issues, scramble=False).random(count)
    packages: FloatArray = 100.0 * (points + 0.5 / count)
    packages.flags.writeable = False
    return packages
