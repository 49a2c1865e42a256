"""Quantal joining: a fixed point over all members of an alliance at once, with what is known about its uniqueness."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray
from detente.errors import ModelError
from detente.models.alliance._search import answers_by_aggregate, has_own_branches
from detente.models.alliance._system import JoiningSystem, add_up, enclose, responses

__all__ = [
    "Joining",
    "coverage_share",
    "extreme_joining",
    "find_joinings",
    "proximity",
    "solve_joining",
    "unanimity_prob",
]

_TOLERANCE = 1e-12
_MAX_ITERATIONS = 2_000
_NEWTON_STEPS = 50
_NARROWINGS = 30
_DISTINCT = 1e-6
_SOLVED = 1e-9
_UNSOLVED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Joining probabilities that answer each other.

    ``prob`` has shape ``(n_members, ...)``; the others ``(...)``. ``residual`` is the largest gap between a member's
    probability and its answer to the others, recomputed from the result. ``bound`` is how much of a change in what
    others do the responses pass on at most, on a box that holds every fixed point: below 1 there is only one. ``proved`` says that there is only
    one (by the bound, or because the lowest and the highest fixed point coincide), ``multiple`` that another exists;
    where neither holds, a search over the aggregate found no other.
    """

    prob: FloatArray
    residual: FloatArray
    bound: FloatArray
    proved: BoolArray
    multiple: BoolArray


def proximity(distance_km: ArrayLike, *, scale_km: float = 1000.0) -> FloatArray:
    """Compute closeness to the front, 1 at it and towards 0 far away: ``exp(-distance / scale)``.

    Parameters
    ----------
    distance_km
        Distance in km, >= 0.
    scale_km
        Distance over which closeness falls by the factor e, in km.

    Returns
    -------
    FloatArray
        Closeness, 0-1.

    References
    ----------
    Our own equation: a loss of strength with distance after :cite:p:`boulding1962`, in exponential form.
    """
    return np.asarray(np.exp(-np.asarray(distance_km, dtype=np.float64) / scale_km))


def solve_joining(
    benefit: ArrayLike,
    *,
    weight: ArrayLike,
    social: ArrayLike,
    rationality: ArrayLike,
    slope: ArrayLike = 0.0,
) -> Joining:
    r"""Solve for the joining probability of each member when each cares about what the others do.

    .. math:: p_m = \frac{1}{1 + \exp(-\lambda [b_m + J (2 q_{-m} - 1) + s_m q_{-m}])}, \qquad
              q_{-m} = \frac{\sum_{k \ne m} w_k p_k}{\sum_{k \ne m} w_k}

    Parameters
    ----------
    benefit
        Net benefit ``b`` of joining over staying out if no other joins, pressure apart, shape ``(n_members, ...)``.
    weight
        Weight ``w`` of a member in the eyes of the others, >= 0, broadcasts with ``benefit``.
    social
        Social pressure ``J`` >= 0, shape ``(...)``.
    rationality
        Precision lambda >= 0, shape ``(...)``.
    slope
        What joining gains when all others join: positive where burdens are shared, negative where a member rides free,
        broadcasts with ``benefit``.

    Returns
    -------
    Joining
        Where the responses contract on a box that holds every fixed point (always if lambda / 4 times the largest of
        ``2 J + s`` in size is below 1), the only one. Elsewhere the one that small steps of best responses reach from
        even odds (where they find no rest, the lowest found), and others are looked for: if all those slopes are
        >= 0, by the lowest and the highest fixed point; if some are negative, by a search over the weight that joins. A
        member without others (alone, or all others of weight zero) feels neither pressure nor slope.

    Raises
    ------
    ModelError
        ``input-invalid`` if a gap above 1e-6 is left, which only extreme pressure at extreme rationality can do.

    References
    ----------
    :cite:p:`brock2001`, self-consistent choice probabilities under social interactions: with identical members and no
    slope the bound is their condition beta J < 1 for one equilibrium (their beta is half of lambda on choices of -1 and
    1); :cite:p:`milgrom1990` for the lowest and highest equilibrium of games with complements.
    Departs from source: members are unlike each other, weigh unequally, and may be substitutes.
    """
    system, shape = _columns(benefit, weight, social, rationality, slope)
    start, bound = _enclosed(system)
    answer = _newton(system, start)
    proved = bound < 1.0
    multiple = np.zeros(proved.shape, dtype=bool)
    left = proved & (system.gap(answer) > _SOLVED)
    if left.any():
        answer[:, left] = _settle(system.select(left), start[:, left])
    complements = ~proved & (system.slope >= 0.0).all(axis=0)
    if complements.any():
        part = system.select(complements)
        low, high = _extremes(part)
        found = _settle(part, np.full(low.shape, 0.5))
        answer[:, complements] = np.where(part.gap(found) > _SOLVED, low, found)
        multiple[complements] = np.abs(high - low).max(axis=0) > _DISTINCT
        proved[complements] = ~multiple[complements]
    mixed = (bound >= 1.0) & ~complements
    for case in np.flatnonzero(mixed):
        part = system.select(np.array([case]))
        answers = _search(part)
        answer[:, case] = answers[:, 0]
        multiple[case] = answers.shape[1] > 1
    residual = system.gap(answer)
    _check_settled(system, residual)
    rest = shape[1:]
    return Joining(
        prob=answer.reshape(shape),
        residual=residual.reshape(rest),
        bound=bound.reshape(rest),
        proved=proved.reshape(rest),
        multiple=multiple.reshape(rest),
    )


def extreme_joining(
    benefit: ArrayLike,
    *,
    weight: ArrayLike,
    social: ArrayLike,
    rationality: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest fixed point of :func:`solve_joining` without slopes; every other one lies between them.

    Parameters
    ----------
    benefit, weight, social, rationality
        As in :func:`solve_joining`.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Lowest and highest joining probabilities, shape ``(n_members, ...)`` each.
    """
    system, shape = _columns(benefit, weight, social, rationality, 0.0)
    low, high = _extremes(system)
    return low.reshape(shape), high.reshape(shape)


def find_joinings(
    benefit: ArrayLike,
    *,
    weight: ArrayLike,
    social: float,
    rationality: float,
    slope: ArrayLike = 0.0,
) -> FloatArray:
    """Find every fixed point of one case of :func:`solve_joining` by a search over the weight that joins.

    Parameters
    ----------
    benefit, weight, slope
        As in :func:`solve_joining`, shape ``(n_members,)`` or one number.
    social, rationality
        As in :func:`solve_joining`, one number.

    Returns
    -------
    FloatArray
        Shape ``(n_members, n_found)``, in the order of the weight that joins. Pairs of answers closer to each other
        than 1/256 of that weight can be missed.
    """
    b = np.atleast_1d(np.asarray(benefit, dtype=np.float64))[:, None]
    columns = [np.atleast_1d(np.asarray(x, dtype=np.float64))[:, None] for x in (weight, slope)]
    system, _ = _columns(b, columns[0], social, rationality, columns[1])
    answers = _search(system)
    return np.asarray(answers[:, np.argsort((system.weight * answers).sum(axis=0), kind="stable")])


def coverage_share(prob: ArrayLike, *, weight: ArrayLike) -> FloatArray:
    """Compute the expected share of the alliance's weight that joins.

    Parameters
    ----------
    prob
        Joining probabilities, shape ``(n_members, ...)``.
    weight
        Weights >= 0 that broadcast with them; only proportions matter.

    Returns
    -------
    FloatArray
        Shape ``(...)``, 0-1.
    """
    p, w = np.broadcast_arrays(np.asarray(prob, np.float64), np.asarray(weight, np.float64))
    return np.asarray((p * w).sum(axis=0) / w.sum(axis=0))


def unanimity_prob(prob: ArrayLike) -> FloatArray:
    """Probability that every member joins, each deciding on its own once the others' odds are known.

    Parameters
    ----------
    prob
        Joining probabilities, shape ``(n_members, ...)``.

    Returns
    -------
    FloatArray
        Shape ``(...)``.
    """
    return np.asarray(np.prod(np.asarray(prob, dtype=np.float64), axis=0))


def _columns(
    benefit: ArrayLike,
    weight: ArrayLike,
    social: ArrayLike,
    rationality: ArrayLike,
    slope: ArrayLike,
) -> tuple[JoiningSystem, tuple[int, ...]]:
    """Flatten everything to members x cases; weights scaled to sum to one, with the weight of the others."""
    b, w, j, lam, s = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (benefit, weight, social, rationality, slope))
    )
    shape = b.shape
    n = shape[0]
    b, w, s = (x.reshape(n, -1) for x in (b, w, s))
    j, lam = j.reshape(n, -1)[0], lam.reshape(n, -1)[0]
    w = w / add_up(w)
    others = np.clip(1.0 - w, 0.0, 1.0)
    # a sum of weights leaves a rounding error where there is nobody else
    alone = others < 1e-12
    system = JoiningSystem(
        base=np.where(alone, b, b - j),
        slope=np.where(alone, 0.0, 2.0 * j + s),
        weight=w,
        others=np.where(alone, 1.0, others),
        rationality=lam,
        social=j,
    )
    return system, shape


def _enclosed(system: JoiningSystem) -> tuple[FloatArray, FloatArray]:
    """Middle of a box that holds every answer, and how much of a change the responses pass on inside it at most."""
    shape = system.base.shape
    low, high, bound = enclose(system, np.zeros(shape), np.ones(shape))
    middle = 0.5 * (low + high)
    cases = np.flatnonzero(bound >= 1.0)
    for _ in range(_NARROWINGS):
        if cases.size == 0:
            break
        part = system.select(cases)
        low[:, cases], high[:, cases], bound[cases] = enclose(part, low[:, cases], high[:, cases])
        middle[:, cases] = 0.5 * (low[:, cases] + high[:, cases])
        cases = cases[bound[cases] >= 1.0]
    return middle, bound


def _extremes(system: JoiningSystem) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest fixed point: best responses from nobody rise, from everybody fall, and both must stop."""
    shape = system.base.shape
    low = _settle(system, np.zeros(shape), full=True)
    high = _settle(system, np.ones(shape), full=True)
    return low, high


def _settle(system: JoiningSystem, start: FloatArray, *, full: bool = False) -> FloatArray:
    """Best responses from a start, in steps that cannot swing unless ``full``, then Newton where they are slow."""
    answer = start.copy()
    step = np.ones(system.rationality.shape) if full else 1.0 / (1.0 + system.bound())
    open_cases = np.arange(answer.shape[1])
    for _ in range(_MAX_ITERATIONS):
        part = system.select(open_cases)
        move = responses(part, answer[:, open_cases]) - answer[:, open_cases]
        answer[:, open_cases] += step[open_cases] * move
        open_cases = open_cases[np.abs(move).max(axis=0) > _TOLERANCE]
        if open_cases.size == 0:
            return answer
    answer[:, open_cases] = _newton(system.select(open_cases), answer[:, open_cases])
    return answer


def _search(system: JoiningSystem) -> FloatArray:
    """Find fixed points of a system of one case; first the one that small steps reach from even odds."""
    n_members = system.base.shape[0]
    starts = [np.full((n_members, 1), 0.5)]
    if has_own_branches(system):
        starts += [
            np.zeros((n_members, 1)),
            np.ones((n_members, 1)),
            *np.eye(n_members)[:, :, None],
        ]
    found = [_settle(system, start) for start in starts]
    by_weight = answers_by_aggregate(system)
    found += [_newton(system, by_weight[:, i : i + 1]) for i in range(by_weight.shape[1])]
    kept: list[FloatArray] = []
    for answer in found:
        solved = system.gap(answer)[0] <= _SOLVED
        if solved and all(np.abs(answer - other).max() > _DISTINCT for other in kept):
            kept.append(answer)
    return np.concatenate(kept or found[:1], axis=1)


def _newton(system: JoiningSystem, start: FloatArray) -> FloatArray:
    r"""Newton steps on ``respond(p) - p = 0``; kept only where they help, and never outside 0 to 1.

    The derivative of the responses is ``e w' - diag(e w)`` with ``e_m = lambda slope_m R_m (1 - R_m) / others_m``: a
    diagonal and a matrix of rank one, so that a step costs one pass over the members (Sherman-Morrison).
    """
    best = start.copy()
    active = np.arange(start.shape[1])
    part, current = system, start
    gap = np.full(start.shape[1], np.inf)
    for _ in range(_NEWTON_STEPS):
        response = responses(part, current)
        left = response - current
        size = np.abs(left).max(axis=0)
        better = size < gap[active]
        best[:, active[better]] = current[:, better]
        gap[active[better]] = size[better]
        going = better & (size > _TOLERANCE)
        if not going.any():
            break
        if not going.all():
            active, part = active[going], part.select(going)
            response, left = response[:, going], left[:, going]
            current = current[:, going]
        current = np.clip(current + _newton_step(part, response, left), 0.0, 1.0)
    return best


def _newton_step(system: JoiningSystem, response: FloatArray, left: FloatArray) -> FloatArray:
    edge = system.rationality * system.slope * response * (1.0 - response) / system.others
    diagonal = 1.0 + edge * system.weight
    diagonal = np.where(np.abs(diagonal) > _DISTINCT, diagonal, 1.0)
    plain = left / diagonal
    lever = edge / diagonal
    below = 1.0 - add_up(system.weight * lever)
    below = np.where(np.abs(below) > _TOLERANCE, below, 1.0)
    return np.asarray(plain + lever * (add_up(system.weight * plain) / below))


def _check_settled(system: JoiningSystem, residual: FloatArray) -> None:
    if residual.max() <= _UNSOLVED:
        return
    case = int(residual.argmax())
    message = f"joining probabilities do not settle: a gap of {residual[case]:.2g} is left"
    raise ModelError(
        message,
        code="input-invalid",
        at=f"social pressure {system.social[case]:g}, rationality {system.rationality[case]:g}",
        fix="lower the social pressure or the rationality",
    )
