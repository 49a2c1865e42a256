r"""Where a branch of logit equilibria turns or meets another one, and what lies on the others.

Points of a branch are zeros of :math:`F(x, t) = x - G(x, t)`. Let :math:`[F_x \, F_t]` be the matrix of derivatives, one
column more than rows. Where it has full rank the curve goes on alone, and where only :math:`F_x` is singular it turns in
:math:`t`. At a *branch point* the rank falls: other curves pass through it :cite:p:`allgower1990`. In games with
symmetries the principal branch meets such points, and all that lies beyond them on the other curves are equilibria too.

Branch points are found by the number of negative real eigenvalues of :math:`F_x`, which changes there and at turns alone,
and refined by bisection; other curves are sought along the null vectors at the point, to both sides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from detente.arrays import FloatArray
from detente.game.qre._tracing import State, Tracer

__all__ = ["BranchPoint", "Curve", "find_branch_points", "follow_curve", "leave_branch"]

MOST_POINTS = 20_000
_EIGENVALUES = 60
"""Up to so many unknowns eigenvalues are counted; with more the sign of the determinant alone is looked at."""
_SINGULAR = 1e-6
"""Singular values below this count as 0."""
_ROUNDS = 60
_NEWTON = 30
_DIRECTIONS = 24
"""Directions that are tried in a null space of two or more dimensions, besides its axes."""
_STEPS = (0.03, 0.1, 0.01, 0.3, 1e-3)
"""Largest change of log-odds in a step off a branch; the first that leads to another curve is taken."""
_WALKS = 60_000
_TIGHT = 1e-11


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPoint:
    """A point where curves meet: ``x`` ``(n,)``, ``t``, and unit vectors ``(m, n + 1)`` off the curve that it was met on.

    ``place`` is the row of that curve's points that it lies behind.
    """

    x: FloatArray
    t: float
    place: float
    directions: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A traced curve: points ``(L, n + 1)``, x and then t; the branch points on it; places and t where it turned."""

    points: FloatArray
    branch_points: tuple[BranchPoint, ...] = field(default=())
    turns: tuple[tuple[float, float], ...] = field(default=())

    def crossings(self, tracer: Tracer, t: float) -> list[FloatArray]:
        """Return every point of the curve at this t."""
        heights = self.points[:, -1] - t
        found = []
        for row in np.flatnonzero((heights[:-1] < 0.0) != (heights[1:] < 0.0)):
            low, high = heights[row], heights[row + 1]
            share = low / (low - high)
            start = (1.0 - share) * self.points[row] + share * self.points[row + 1]
            start[-1] = t
            border = np.zeros(start.size)
            border[-1] = 1.0
            point = _correct(tracer, start, border)
            if point is not None and np.abs(point - start).max() < 0.2:
                found.append(point[:-1])
        return found


def _derivative(tracer: Tracer, point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return F ``(n,)`` and its derivative ``(n, n + 1)`` at a point ``(n + 1,)``."""
    from detente.game.kernels.branch_algebra import walk_differential  # noqa: PLC0415  loads numba

    tree, block, room = tracer.tree, tracer.block, tracer.room
    rows, t = tracer.layout.active_row, float(point[-1])
    room.point[:] = 0.0
    room.point[rows] = point[:-1]
    block.lam[:] = t * room.weight
    tracer.walk(tree, block, room.point, False, room.change)
    size = point.size
    matrix = np.zeros((size - 1, size))
    room.d_point[:] = 0.0
    for column in range(size):
        moves = column < size - 1
        if moves:
            room.d_point[rows[column]] = 1.0
        walk_differential(
            tree.n_players,
            tree.piece,
            tree.cell,
            tree.split_start,
            tree.split_node,
            block.chance,
            block.value,
            block.belief,
            block.sigma_in,
            block.sigma,
            block.out,
            room.point,
            t,
            room.weight,
            room.d_log,
            room.d_sigma,
            room.d_reach,
            room.d_value,
            room.d_out,
            room.d_point,
            0.0 if moves else 1.0,
        )
        matrix[:, column] = -room.d_out[rows]
        if moves:
            matrix[column, column] += 1.0
            room.d_point[rows[column]] = 0.0
    return point[:-1] - block.out[rows], matrix


def _correct(tracer: Tracer, start: FloatArray, border: FloatArray) -> FloatArray | None:
    """Return the zero of F on the plane through ``start`` across ``border``, by Newton's method; None without one."""
    point = start.copy()
    for _ in range(_NEWTON):
        gap, matrix = _derivative(tracer, point)
        system = np.vstack([matrix, border])
        rights = -np.append(gap, border @ (point - start))
        try:
            step = np.linalg.lstsq(system, rights, rcond=1e-13)[0]
        except np.linalg.LinAlgError:
            return None
        point = point + step
        if not np.isfinite(point).all() or point[-1] < 0.0:
            return None
        if np.abs(step).max() < _TIGHT * (1.0 + point[-1]):
            gap, _ = _derivative(tracer, point)
            return point if np.abs(gap).max() * (1.0 + point[-1]) < 1e3 * _TIGHT else None
    return None


def _count(tracer: Tracer, point: FloatArray) -> int:
    """Return the number of negative real eigenvalues of F's derivative in x, or whether it is odd."""
    _, matrix = _derivative(tracer, point)
    square = matrix[:, :-1]
    if square.shape[0] > _EIGENVALUES:
        return int(np.linalg.slogdet(square)[0] < 0.0)
    values = np.linalg.eigvals(square)
    return int(((np.abs(values.imag) < 1e-12) & (values.real < 0.0)).sum())


def _tangent_height(tracer: Tracer, point: FloatArray, along: FloatArray) -> float:
    """Return how fast t changes along the curve, in the direction of ``along``."""
    _, matrix = _derivative(tracer, point)
    tangent = np.linalg.svd(matrix)[2][-1]
    return float(tangent[-1] * np.sign(tangent @ along))


def find_branch_points(
    tracer: Tracer, points: FloatArray, *, first: int = 0
) -> Iterator[BranchPoint]:
    """Yield the branch points on a traced curve ``(L, n + 1)``, in order, from one of its points on."""
    if len(points) < first + 2:
        return
    before = _count(tracer, points[first])
    for place, (low, high) in enumerate(pairwise(points[first:]), start=first):
        after = _count(tracer, high)
        changed, before = after - before, after
        if changed == 0:
            continue
        along = high - low
        heights = [_tangent_height(tracer, point, along) for point in (low, high)]
        if (heights[0] < 0.0) != (heights[1] < 0.0) and abs(changed) == 1:
            continue  # a turn
        found = _refine(tracer, low, high, after - changed)
        if found is not None:
            point, directions = found
            yield BranchPoint(
                x=point[:-1], t=float(point[-1]), place=place + 0.5, directions=directions
            )


def _refine(
    tracer: Tracer, first: FloatArray, second: FloatArray, count: int
) -> tuple[FloatArray, FloatArray] | None:
    """Return the branch point between two points of a curve by bisection, and directions off the curve.

    None if no rank falls there.
    """
    low, high = first, second
    for _ in range(_ROUNDS):
        border = high - low
        length = np.linalg.norm(border)
        if length < 1e-10 * (1.0 + high[-1]):
            break
        middle = _correct(tracer, 0.5 * (low + high), border / length)
        if middle is None:
            break
        if _count(tracer, middle) == count:
            low = middle
        else:
            high = middle
    point = 0.5 * (low + high)
    _, matrix = _derivative(tracer, point)
    _, sizes, vectors = np.linalg.svd(matrix)
    null = int((sizes < _SINGULAR).sum())
    if null == 0:
        return None
    plane = vectors[-null - 1 :]
    along = second - first
    inside = plane @ along
    # what is left of the null space without the direction that the curve itself goes on in
    _, _, turned = np.linalg.svd(inside[np.newaxis, :])
    return point, turned[1:] @ plane


def follow_curve(
    tracer: Tracer, state: State, t: float, *, origin: FloatArray | None = None
) -> Curve:
    """Trace a curve from a state until it first rises to ``t``; with the branch points that it passes.

    ``origin`` is the point ``(n + 1,)`` that it came from, which then is its first one.
    """
    start = np.append(state.x, state.t)
    tracer.run(state, np.array([t]), most_turns=200, most_walks=_WALKS)
    before = [start] if origin is None else [origin, start]
    points = np.vstack([*before, tracer.passed(state)])
    steps = np.diff(points[:, -1])
    peaks = 1 + np.flatnonzero(steps[:-1] * steps[1:] < 0.0)
    return Curve(
        points=points,
        branch_points=tuple(find_branch_points(tracer, points, first=len(before) - 1)),
        turns=tuple((float(peak), _turn(tracer, points[peak - 1 : peak + 2])) for peak in peaks),
    )


def _turn(tracer: Tracer, three: FloatArray) -> float:
    """Return the t at which a curve turns between three of its points, by bisection on the sign of its slope."""
    along = three[2] - three[0]
    slopes = [_tangent_height(tracer, point, along) < 0.0 for point in three]
    if slopes[0] == slopes[2]:
        return _peak(three)
    low, high = three[:2] if slopes[0] != slopes[1] else three[1:]
    for _ in range(_ROUNDS):
        border = high - low
        length = np.linalg.norm(border)
        if length < 1e-8:
            break
        middle = _correct(tracer, 0.5 * (low + high), border / length)
        if middle is None:
            return _peak(three)
        if (_tangent_height(tracer, middle, along) < 0.0) == slopes[0]:
            low = middle
        else:
            high = middle
    return float(0.5 * (low + high)[-1])


def _peak(three: FloatArray) -> float:
    """Return the extreme t of the parabola through three points of a curve, by the lengths between them."""
    steps = np.linalg.norm(np.diff(three, axis=0), axis=1)
    places = np.array([0.0, steps[0], steps.sum()])
    square, slope, level = np.polyfit(places, three[:, -1], 2)
    return float(level - slope**2 / (4.0 * square)) if square else float(three[1, -1])


def leave_branch(tracer: Tracer, where: BranchPoint, top: float) -> Iterator[Curve]:
    """Yield the curves that leave a branch point off the one that it was met on, each traced until it rises to ``top``."""
    origin = np.append(where.x, where.t)
    weight = tracer.room.weight[tracer.layout.active_player]
    seen: list[FloatArray] = []
    for direction in _directions(where.directions):
        pace = where.t * np.abs(weight * direction[:-1]).max()
        for size in _STEPS:
            step = size / max(pace, 1e-12)
            near = _correct(tracer, origin + step * direction, direction)
            if near is None or near[-1] >= top or abs(near[-1] - where.t) > 0.3 * where.t:
                continue
            if any(np.abs(near - other).max() < 0.05 * step for other in seen):
                break
            far = _correct(tracer, origin + 2.0 * (near - origin), direction)
            if far is None:
                continue
            seen.append(near)
            # away from the point, not through it
            back = bool(far[-1] < near[-1])
            state = State.begin(where.x.size, near[:-1], float(near[-1]), back=back)
            yield follow_curve(tracer, state, top, origin=origin)
            break


def _directions(axes: FloatArray) -> FloatArray:
    """Return unit vectors in the space of these axes ``(m, n + 1)``: both ways along each, and between them."""
    found = [axes, -axes]
    if len(axes) > 1:
        rng = np.random.default_rng(0)
        mixed = rng.normal(size=(_DIRECTIONS * (len(axes) - 1), len(axes)))
        found.append(mixed / np.linalg.norm(mixed, axis=1, keepdims=True) @ axes)
    return np.concatenate(found)
