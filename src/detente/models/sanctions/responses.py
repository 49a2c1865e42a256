r"""Responses to a package, computed beforehand: world trade solved on a design, and what lies between interpolated.

A package's effect on an actor depends on its intensity, on who takes part, and on the trade elasticities. What is
interpolated is :math:`y = s \ln \hat W`, the log change of real income times the scale of elasticities: it hardly moves
with the scale, so few nodes suffice. Between Chebyshev nodes it is the polynomial through them.

The effect on the target is the sum of what each region does if it takes part alone, and what they do to each other:

.. math:: y = \sum_r e_r(x_r) + q(z)\, \iota(q(z)), \qquad q(z) = \frac{(\sum_r v_r z_r)^2 - \sum_r v_r^2 z_r^2}{1 - \sum_r v_r^2}

with :math:`x_r` the share of a region's flows that takes part, :math:`z_r = e_r(x_r) / e_r(1)`, weights :math:`v` from the
design in which each region in turn stays outside, and :math:`\iota` such that the sum is exact where all regions take part
alike. It is also exact where one region acts alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from detente.arrays import FloatArray
from detente.errors import ModelError, refuse
from detente.models.sanctions._interpolation import (
    chebyshev_nodes,
    divide,
    interpolate,
    interpolate_between,
    to_interval,
)

__all__ = [
    "CASES",
    "N_INTENSITIES",
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

N_INTENSITIES = 3
"""Intensities at which participation is solved where not every measure scales; otherwise their product is what counts."""

SIZES: Mapping[str, tuple[int, ...]] = {
    "target": (5, 5, 4),  # share, scale, spread
    "reach": (5, 5, 4),
    "pair": (5, 4),  # scale, spread
    "alone": (5, 5, 4),  # intensity, scale, spread
    "together": (5, 5, 4),
    "outside": (3, 3, 3),
    "cross": (3, 3),  # scale, spread
    "followed": (3, 3, 3),
}
"""Numbers of nodes along each axis: Chebyshev's of the first kind, rising."""

CASES = tuple(SIZES)
"""What a row of a design holds; see :class:`PackageResponse`. ``apart.`` before it says that it is of the part left."""

APART = "apart."
OWN = ("alone", "together", "outside")
_FLAT = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageResponse:
    """What a package does, as a function of intensity, participation and elasticities.

    Attributes
    ----------
    package
        Its id.
    scales
        Whether nothing happens at intensity zero: then a share of participation times intensity is all that counts.
    actors
        Those who may take part, ``M`` of them.
    regions
        Regions of the trade table that take part with them, ``R`` of them.
    share
        Part of each region's participation that each actor stands for, shape ``(R, M)``; a row adds up to one if all
        its actors are there.
    target
        Response of the target if all regions take part with the same share, over that share: ``(A, *SIZES["target"])``,
        with ``A`` one, or :data:`N_INTENSITIES` where not every measure scales.
    reach
        Response of the target to each region alone, over its share: ``(R, A, *SIZES["reach"])``.
    pair
        Weight of each region in what they do to each other, ``(R, *SIZES["pair"])``; adds up to one.
    alone, together, outside
        Response of each actor if it takes part alone, with everybody, or stays outside while all others take part; over
        intensity; shape ``(M, ...)``.
    cross
        Response of each actor to each region alone, per share that takes part: ``(M, R, *SIZES["cross"])``; zero for the
        region that holds the actor.
    followed
        Further response of the target if third countries follow in full; zero if the package has none.
    apart
        The same package without what another mechanism prices; None if nothing of it is priced apart.
    """

    package: str
    scales: bool
    actors: tuple[str, ...]
    regions: tuple[str, ...]
    share: FloatArray
    target: FloatArray
    reach: FloatArray
    pair: FloatArray
    alone: FloatArray
    together: FloatArray
    outside: FloatArray
    cross: FloatArray
    followed: FloatArray
    apart: "PackageResponse | None" = None

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
        point = _Point(self, intensity=intensity, scale=scale, spread=spread)
        effect = point.effects(self._regional(participation, intensity))
        return self._target(point, effect, intensity=intensity, compliance=compliance)

    def losses_pct(
        self,
        participation: FloatArray,
        *,
        intensity: FloatArray,
        scale: FloatArray,
        spread: FloatArray,
        compliance: FloatArray | float = 0.0,
    ) -> tuple[FloatArray, FloatArray]:
        """Return :meth:`target_loss_pct` and :meth:`member_loss_pct` at once, which share most of the work."""
        point = _Point(self, intensity=intensity, scale=scale, spread=spread)
        effect = point.effects(self._regional(participation, intensity))
        target = self._target(point, effect, intensity=intensity, compliance=compliance)
        return target, self._members(point, effect, participation, intensity=intensity)

    def joined(
        self, participation: FloatArray, *, scale: FloatArray, spread: FloatArray
    ) -> FloatArray:
        """Return the weight of those who take part in the effect of all, 0-1: shape of the rest of ``participation``."""
        point = _Point(self, intensity=np.ones_like(scale), scale=scale, spread=spread)
        one = np.ones((len(self.actors), *np.ones(np.ndim(participation) - 1, dtype=int)))
        taken = point.effects(self._regional(participation, 1.0)).sum(axis=0)
        whole = point.effects(self._regional(one, 1.0)).sum(axis=0)
        return np.asarray(np.clip(divide(taken, whole), 0.0, 1.0))

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
        point = _Point(self, intensity=intensity, scale=scale, spread=spread)
        effect = point.effects(self._regional(participation, intensity))
        return self._members(point, effect, participation, intensity=intensity)

    def _target(
        self,
        point: "_Point",
        effect: FloatArray,
        *,
        intensity: FloatArray,
        compliance: FloatArray | float,
    ) -> FloatArray:
        """Loss of the target, from what each region does to it alone."""
        y = effect.sum(axis=0) + point.interaction(effect)
        if self.followed.any():
            axes = (to_interval(intensity), point.log_scale, point.spread)
            more = compliance * interpolate(self.followed, axes)
            y = y + more * (intensity if self.scales else 1.0)
        return _as_loss(y, point.log_scale)

    def _members(
        self,
        point: "_Point",
        effect: FloatArray,
        participation: FloatArray,
        *,
        intensity: FloatArray,
    ) -> FloatArray:
        """Return the expected loss of each actor, from what each region does to the target alone."""
        one = np.ones((len(self.actors), *np.ones(np.ndim(participation) - 1, dtype=int)))
        full = point.effects(self._regional(one, intensity))
        cross = interpolate(self.cross, (point.log_scale, point.spread), lead=2)
        some, every = (point.others(cross, each) for each in (effect, full))
        taken = self._without_own(effect, participation, intensity)
        rest = np.clip(divide(taken, self._without_own(full, one, intensity)), 0.0, 1.0)
        axes = (to_interval(intensity), point.log_scale, point.spread)
        factor = intensity if self.scales else 1.0
        alone, together, outside = (
            factor * interpolate(getattr(self, name), axes, lead=1) for name in OWN
        )
        inside = _as_loss(alone + some + rest * (together - alone - every), point.log_scale)
        if (participation == 1.0).all():
            return inside
        beside = _as_loss(some + rest * (outside - every), point.log_scale)
        return np.asarray(participation * inside + (1.0 - participation) * beside)

    def _regional(self, participation: FloatArray, intensity: FloatArray | float) -> FloatArray:
        """Share of each region's flows that takes part, ``(R, ...)``; times the intensity where that is all that counts."""
        x = np.tensordot(self.share, participation, axes=1)
        return np.asarray(x * intensity if self.scales else x)

    def _without_own(
        self, effect: FloatArray, participation: FloatArray, intensity: FloatArray
    ) -> FloatArray:
        """Effect on the target of all but each actor, ``(M, ...)``: its part of its own region is left out."""
        x = self._regional(participation, intensity)
        home = self.share.argmax(axis=0)
        held = self.share[home, np.arange(len(self.actors))]
        own = held.reshape(-1, *(1,) * (np.ndim(participation) - 1)) * participation
        if self.scales:
            own = own * intensity
        return np.asarray(effect.sum(axis=0) - effect[home] * divide(own, x[home]))


class _Point:
    """A response at one intensity and elasticity, or arrays of them."""

    def __init__(
        self,
        response: PackageResponse,
        *,
        intensity: FloatArray,
        scale: FloatArray,
        spread: FloatArray,
    ) -> None:
        self.log_scale, self.spread = _log_scale(scale), to_interval(spread)
        axes: tuple[FloatArray, ...] = (self.log_scale, self.spread)
        self.pair = interpolate(response.pair, axes, lead=1)
        target, reach = response.target, response.reach
        if len(target) > 1:
            axes = (to_interval(intensity), *axes)
            target, reach = np.moveaxis(target, 0, 1), np.moveaxis(reach, 1, 2)
        else:
            target, reach = target[0], reach[:, 0]
        self.target = interpolate(target, axes, lead=1)
        self.nodes = chebyshev_nodes(0.0, 1.0, len(self.target))
        at_nodes = interpolate(reach, axes, lead=2)
        self.at_nodes = at_nodes * self.nodes.reshape(-1, *(1,) * (at_nodes.ndim - 2))
        powers = np.linalg.inv(np.vander(self.nodes, increasing=True))
        self.powers = np.einsum("ij,rj...->ri...", powers, at_nodes)

    def effects(self, x: FloatArray) -> FloatArray:
        """Effect of each region alone on the target at its share, ``(R, ...)``."""
        total = self.powers[:, -1]
        for i in range(self.powers.shape[1] - 2, -1, -1):
            total = total * x + self.powers[:, i]
        return np.asarray(total * x)

    def others(self, cross: FloatArray, effect: FloatArray) -> FloatArray:
        """Return what regions do to each actor one by one, ``(M, ...)``, in proportion to what they do to the target."""
        shares = divide(effect, self.at_nodes[:, -1] / self.nodes[-1])
        total = np.zeros(np.broadcast_shapes(cross[:, 0].shape, (1, *shares.shape[1:])))
        for region in range(len(shares)):
            total += cross[:, region] * shares[region]
        return total

    def interaction(self, effect: FloatArray) -> FloatArray:
        """Return what the regions do to each other, given the effect of each alone."""
        top = self.powers.sum(axis=1)
        q = self._pairs(divide(effect, top))
        at = self._pairs(divide(self.at_nodes, top[:, None]))
        nodes = self.nodes.reshape(-1, *(1,) * (self.target.ndim - 1))
        gap = self.target * nodes - self.at_nodes.sum(axis=0)
        # where the pairs do not rise with the share (regions without an effect), the share itself stands for them
        flat = (np.diff(np.sqrt(at), axis=0) <= _FLAT).any(axis=0)
        at = np.where(flat, nodes**2, at)
        return np.asarray(q * interpolate_between(np.sqrt(q), np.sqrt(at), gap / at))

    def _pairs(self, z: FloatArray) -> FloatArray:
        """Weight of the pairs of regions that take part, 0-1: one if all do."""
        v = self.pair if z.ndim == self.pair.ndim else self.pair[:, None]
        whole = 1.0 - (v**2).sum(axis=0)
        found = (v * z).sum(axis=0) ** 2 - (v**2 * z**2).sum(axis=0)
        return np.asarray(np.clip(divide(found, whole), 0.0, 1.0))


def read_response(
    package: str, rows: Sequence[Mapping[str, str]], actors: Sequence[str]
) -> PackageResponse:
    """Read the response to one package from rows of a table.

    Parameters
    ----------
    package
        Id of the package.
    rows
        Cells of its rows: ``case`` (one of :data:`CASES`, or one of them after ``apart.``), ``actor`` (empty for the
        target), ``values``: numbers separated by blanks in the shape of :data:`SIZES`, the last axis fastest. Rows of
        the cases ``reach`` and ``pair`` name a ``region``, those of ``reach`` also who ``stands_for`` it, as
        ``ACTOR=SHARE`` separated by blanks; those of ``cross`` name the actor and all regions, in the order of their
        values. ``scales`` of the target's row is no if something happens at intensity zero.
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
    parts: dict[bool, list[Mapping[str, str]]] = {False: [], True: []}
    for row in rows:
        parts[row["case"].startswith(APART)].append(row)
    apart = None
    if parts[True]:
        without = [
            row | {"case": row["case"].removeprefix(APART)} for row in map(dict, parts[True])
        ]
        apart = _read_part(package, without, actors, apart=None)
    return _read_part(package, parts[False], actors, apart=apart)


def _read_part(
    package: str,
    rows: Sequence[Mapping[str, str]],
    actors: Sequence[str],
    *,
    apart: PackageResponse | None,
) -> PackageResponse:
    found, stands, scales = _sort_rows(package, rows)
    wanted = [("target", ""), *(("pair", region) for region in stands)]
    wanted += [(case, actor) for actor in actors for case in (*OWN, "cross")]
    for case, key in wanted:
        if (case, key) not in found:
            known = sorted({name for kind, name in found if kind in OWN})
            _refuse_row(package, f"it has no {case} of {key or 'the target'}; it knows {known}")
    if not stands:
        _refuse_row(package, "it has no reach of any region")

    def stack(case: str, keys: Sequence[str]) -> FloatArray:
        return np.array([found[case, key] for key in keys]).reshape(len(keys), *SIZES[case])

    def spread_out(case: str, key: str) -> FloatArray:
        wide = found[case, key].reshape(-1, *SIZES[case])
        if len(wide) != (1 if scales else N_INTENSITIES):
            _refuse_row(package, f"{case} {key} has {wide.size} numbers, as if it scaled otherwise")
        return wide

    regions = tuple(stands)
    pair = np.maximum(stack("pair", regions), 0.0)
    return PackageResponse(
        package=package,
        scales=scales,
        actors=tuple(actors),
        regions=regions,
        share=np.array(
            [[stands[region].get(actor, 0.0) for actor in actors] for region in regions]
        ),
        target=spread_out("target", ""),
        reach=np.array([spread_out("reach", region) for region in regions]),
        pair=divide(pair, pair.sum(axis=0)),
        alone=stack("alone", actors),
        together=stack("together", actors),
        outside=stack("outside", actors),
        cross=np.array([found["cross", actor] for actor in actors]).reshape(
            len(actors), len(regions), *SIZES["cross"]
        ),
        followed=found.get(("followed", ""), np.zeros(SIZES["followed"])).reshape(
            SIZES["followed"]
        ),
        apart=apart,
    )


def _sort_rows(
    package: str, rows: Sequence[Mapping[str, str]]
) -> tuple[dict[tuple[str, str], FloatArray], dict[str, dict[str, float]], bool]:
    """Return values by case and actor or region, who stands for each region, and whether all measures scale."""
    found: dict[tuple[str, str], FloatArray] = {}
    stands: dict[str, dict[str, float]] = {}
    scales = True
    for row in rows:
        case = row["case"]
        if case not in CASES:
            _refuse_row(package, f"the case {case!r} is none of {', '.join(CASES)}")
        key = row.get("region", "") if case in {"reach", "pair"} else row["actor"]
        if (case, key) in found:
            _refuse_row(package, f"{case} {key} stands there twice")
        many = len(row.get("region", "").split()) if case == "cross" else 1
        name = f"{case} {key}".strip()
        found[case, key] = _read_values(package, name, row["values"], case, many=many)
        if case == "target":
            scales = row.get("scales", "yes") != "no"
        elif case == "reach":
            stands[key] = _read_shares(package, key, row.get("stands_for", ""))
    for row in rows:
        if stands and row["case"] == "cross" and row.get("region", "").split() != list(stands):
            _refuse_row(package, f"cross {row['actor']} names other regions than the rows of reach")
    return found, stands, scales


def _read_values(package: str, name: str, text: str, case: str, *, many: int = 1) -> FloatArray:
    wanted = int(np.prod(SIZES[case])) * many
    sizes = {wanted, wanted * N_INTENSITIES} if case in {"target", "reach"} else {wanted}
    try:
        values = np.array([float(part) for part in text.split()])
    except ValueError:
        _refuse_row(package, f"{name}: {text[:30]!r} are not numbers")
    if values.size not in sizes or not np.isfinite(values).all():
        _refuse_row(package, f"{name} has {values.size} numbers, {wanted} finite ones are wanted")
    return values


def _read_shares(package: str, region: str, text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in text.split():
        actor, _, share = part.partition("=")
        try:
            value = float(share)
        except ValueError:
            value = -1.0
        if not 0.0 <= value <= 1.0:
            _refuse_row(
                package, f"reach {region}: {part!r} is no ACTOR=SHARE with a share of 0 to 1"
            )
        found[actor] = value
    return found


def _refuse_row(package: str, what: str) -> NoReturn:
    message = f"the response to the package {package!r} cannot be used: {what}"
    refuse(
        message,
        code="input-invalid",
        at=f"responses.{package}",
        fix="compile the responses again, or list only members that they know",
        error=ModelError,
    )


def _log_scale(scale: FloatArray) -> FloatArray:
    """From a scale to the interval of the polynomials, the ends of the range beyond it."""
    low, high = np.log(SCALE_RANGE)
    return np.asarray(np.clip((2.0 * np.log(scale) - low - high) / (high - low), -1.0, 1.0))


def _as_loss(y: FloatArray, log_scale: FloatArray) -> FloatArray:
    low, high = np.log(SCALE_RANGE)
    scale = np.exp(0.5 * (low + high) + 0.5 * (high - low) * log_scale)
    return np.asarray(-100.0 * np.expm1(y / scale))
