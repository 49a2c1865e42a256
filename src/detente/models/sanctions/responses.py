r"""Responses to a package, computed beforehand: world trade solved on a design, and what lies between interpolated.

A package's effect on an actor depends on its intensity, on who takes part, and on the trade elasticities. What is
interpolated is :math:`y = s \ln \hat W`, the log change of real income times the scale of elasticities: it hardly moves
with the scale, so few nodes suffice. Between Chebyshev nodes it is the polynomial through them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from detente.errors import ModelError
from detente.models.registry import FloatArray

__all__ = [
    "CASES",
    "REFERENCE_LEVEL",
    "SCALE_RANGE",
    "SIZES",
    "PackageResponse",
    "chebyshev_nodes",
    "read_response",
]

REFERENCE_LEVEL = 5.0
"""Level of elasticities at which the scale is one."""

SCALE_RANGE = (0.05, 1.7)
"""Scales of elasticities that the design spans."""

CASES = ("target", "weight", "alone", "together", "outside", "followed")
"""What a row of a design holds; see :class:`PackageResponse`."""

SIZES: Mapping[str, tuple[int, ...]] = {
    "target": (4, 5, 4, 4),  # intensity, participation, scale, spread
    "weight": (3, 3),  # scale, spread
    "alone": (3, 3, 3),  # intensity, scale, spread
    "together": (3, 3, 3),
    "outside": (3, 3, 3),
    "followed": (3, 3, 3),
}
"""Numbers of nodes along each axis: Chebyshev's of the first kind, rising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageResponse:
    """What a package does, as a function of intensity, participation and elasticities.

    Attributes
    ----------
    package
        Its id.
    scales
        Whether nothing happens at intensity zero.
    actors
        Those who may take part, ``M`` of them.
    weight
        Part of each in the effect of a slight participation of all on the target, shape ``(M, ...)``; adds up to one.
    target
        Response of the target over participation (and intensity) at the nodes, shape ``SIZES["target"]``.
    alone, together, outside
        Response of each actor if it takes part alone, with everybody, or stays outside while all others take part; over
        intensity; shape ``(M, ...)``.
    followed
        Further response of the target if third countries follow in full; zero if the package has none.
    """

    package: str
    scales: bool
    actors: tuple[str, ...]
    weight: FloatArray
    target: FloatArray
    alone: FloatArray
    together: FloatArray
    outside: FloatArray
    followed: FloatArray

    def target_loss_pct(
        self,
        participation: FloatArray,
        *,
        intensity: FloatArray,
        scale: FloatArray,
        spread: FloatArray,
        compliance: FloatArray | float = 0.0,
    ) -> FloatArray:
        """Loss of real income of the target in percent.

        Parameters
        ----------
        participation
            Share with which each actor takes part, shape ``(M, ...)``.
        intensity, scale, spread
            Intensity 0-1, scale of elasticities (set to the ends of :data:`SCALE_RANGE` beyond them), spread 0-1; they
            broadcast to the rest of the shape.
        compliance
            Share with which third countries follow, 0-1.

        Returns
        -------
        FloatArray
            Positive for a loss.
        """
        log_scale = _log_scale(scale)
        joined = self.joined(participation, scale=scale, spread=spread)
        axes = (_unit(intensity), _unit(joined), log_scale, _unit(spread))
        y = joined * _interpolate(self.target, axes)
        if self.followed.any():
            y = y + compliance * _interpolate(self.followed, (axes[0], *axes[2:]))
        return _as_loss(y * (intensity if self.scales else 1.0), log_scale)

    def joined(
        self, participation: FloatArray, *, scale: FloatArray, spread: FloatArray
    ) -> FloatArray:
        """Return the coalition's weight that takes part, 0-1: shape of the rest of ``participation``."""
        weight = self._weights(scale, spread)
        return np.asarray(np.clip((weight * participation).sum(axis=0), 0.0, 1.0))

    def member_loss_pct(
        self,
        participation: FloatArray,
        *,
        intensity: FloatArray,
        scale: FloatArray,
        spread: FloatArray,
    ) -> FloatArray:
        """Return the expected loss of each actor in percent, over whether it takes part or stays outside.

        Parameters and shape as in :meth:`target_loss_pct`; one more axis for the actors in front.
        """
        log_scale = _log_scale(scale)
        weight = self._weights(scale, spread)
        joined = (weight * participation).sum(axis=0)
        rest = np.clip(
            (joined - weight * participation) / np.maximum(1.0 - weight, 1e-12), 0.0, 1.0
        )
        axes = (_unit(intensity), log_scale, _unit(spread))
        tables = np.stack([self.alone, self.together, self.outside])
        alone, together, outside = _interpolate(tables, axes, lead=2) * (
            intensity if self.scales else 1.0
        )
        inside = _as_loss(alone + rest * (together - alone), log_scale)
        beside = _as_loss(rest * outside, log_scale)
        return np.asarray(participation * inside + (1.0 - participation) * beside)

    def _weights(self, scale: FloatArray, spread: FloatArray) -> FloatArray:
        axes = (_log_scale(scale), _unit(spread))
        return _interpolate(self.weight, axes, lead=1)


def read_response(
    package: str, rows: Sequence[Mapping[str, str]], actors: Sequence[str]
) -> PackageResponse:
    """Read the response to one package from rows of a table.

    Parameters
    ----------
    package
        Id of the package.
    rows
        Cells of its rows: ``case`` (one of :data:`CASES`), ``actor`` (empty for the target), ``values``: numbers
        separated by blanks in the shape of :data:`SIZES`, the last axis fastest. ``scales`` of the target's row is no
        if something happens at intensity zero.
    actors
        Who is wanted, in this order.

    Returns
    -------
    PackageResponse
        Actors that are not wanted are left out: they do not take part.

    Raises
    ------
    ModelError
        ``input-invalid`` for a row that lacks, repeats or does not fit.
    """
    found: dict[tuple[str, str], FloatArray] = {}
    scales = True
    for row in rows:
        case, actor = row["case"], row["actor"]
        if case not in CASES:
            _refuse_row(package, f"the case {case!r} is none of {', '.join(CASES)}")
        if (case, actor) in found:
            _refuse_row(package, f"{case} {actor} stands there twice")
        found[case, actor] = _read_values(package, f"{case} {actor}".strip(), row["values"], case)
        if case == "target":
            scales = row.get("scales", "yes") != "no"
    for case, actor in [("target", ""), *((c, a) for a in actors for c in CASES[1:5])]:
        if (case, actor) not in found:
            known = sorted({name for _, name in found if name})
            _refuse_row(package, f"it has no {case} of {actor or 'the target'}; it knows {known}")

    def stack(case: str) -> FloatArray:
        return np.array([found[case, actor] for actor in actors]).reshape(-1, *SIZES[case])

    return PackageResponse(
        package=package,
        scales=scales,
        actors=tuple(actors),
        weight=stack("weight"),
        target=found["target", ""],
        alone=stack("alone"),
        together=stack("together"),
        outside=stack("outside"),
        followed=found.get(("followed", ""), np.zeros(SIZES["followed"])),
    )


def _read_values(package: str, name: str, text: str, case: str) -> FloatArray:
    wanted = int(np.prod(SIZES[case]))
    try:
        values = np.array([float(part) for part in text.split()])
    except ValueError:
        _refuse_row(package, f"{name}: {text[:30]!r} are not numbers")
    if values.size != wanted or not np.isfinite(values).all():
        _refuse_row(package, f"{name} has {values.size} numbers, {wanted} finite ones are wanted")
    return values.reshape(SIZES[case])


def _refuse_row(package: str, what: str) -> NoReturn:
    message = f"the response to the package {package!r} cannot be used: {what}"
    raise ModelError(
        message,
        code="input-invalid",
        at=f"responses.{package}",
        fix="compile the responses again, or list only members that they know",
    )


def chebyshev_nodes(low: float, high: float, n: int) -> FloatArray:
    """Chebyshev's nodes of the first kind on an interval, rising, shape ``(n,)``."""
    angle = (2.0 * np.arange(n)[::-1] + 1.0) * np.pi / (2.0 * n)
    return np.asarray(0.5 * (low + high) + 0.5 * (high - low) * np.cos(angle))


def _unit(value: FloatArray) -> FloatArray:
    """From 0-1 to the interval of the polynomials."""
    return np.asarray(2.0 * np.asarray(value) - 1.0)


def _log_scale(scale: FloatArray) -> FloatArray:
    """From a scale to the interval of the polynomials, the ends of the range beyond it."""
    low, high = np.log(SCALE_RANGE)
    return np.asarray(np.clip((2.0 * np.log(scale) - low - high) / (high - low), -1.0, 1.0))


def _as_loss(y: FloatArray, log_scale: FloatArray) -> FloatArray:
    low, high = np.log(SCALE_RANGE)
    scale = np.exp(0.5 * (low + high) + 0.5 * (high - low) * log_scale)
    return np.asarray(-100.0 * np.expm1(y / scale))


def _interpolate(values: FloatArray, at: Sequence[FloatArray], *, lead: int = 0) -> FloatArray:
    """Polynomial through values at the nodes of each axis, at points of -1 to 1; points broadcast.

    The first ``lead`` axes of the values are kept. The others are contracted from the last, each with its own array of
    points, so that points that vary over fewer axes are worked out once.
    """
    n_dim = max(np.ndim(point) for point in at)
    table = values.reshape(values.shape + (1,) * n_dim)
    for axis in range(len(at) - 1, -1, -1):
        basis = _cardinal(at[axis], values.shape[lead + axis])
        slices = np.moveaxis(table, lead + axis, 0)
        table = np.asarray(sum(basis[k] * slices[k] for k in range(len(basis))))
    return table


def _cardinal(x: FloatArray, n: int) -> FloatArray:
    """Lagrange's polynomials of the nodes at x, shape ``(n, ...)``."""
    nodes = chebyshev_nodes(-1.0, 1.0, n)
    basis = []
    for i in range(n):
        product = np.ones_like(x)
        for j in range(n):
            if j != i:
                product = product * (x - nodes[j]) / (nodes[i] - nodes[j])
        basis.append(product)
    return np.asarray(basis)
