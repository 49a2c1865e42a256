"""The design of a package: world trade solved at every node, for :class:`PackageResponse` to interpolate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.sanctions.responses import (
    N_INTENSITIES,
    REFERENCE_LEVEL,
    SCALE_RANGE,
    SIZES,
    PackageResponse,
    chebyshev_nodes,
)
from detente.models.sanctions.trade_equilibrium import TradeResult, balance_trade, solve_trade
from detente.models.sanctions.trade_packages import Package, elasticities, package_shock
from detente.models.sanctions.trade_table import TradeEconomy

__all__ = ["Participant", "ResponseDesigner"]

_NOTHING = 1e-14
_SWEEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """An actor as the trade table sees it.

    Attributes
    ----------
    actor
        Its id in the crisis.
    region
        The region of the table that holds it.
    share
        Its part of that region's trade with the target, 0-1.
    loss_ratio
        Its loss relative to the region's, >= 0.
    leads
        Whether regions that follow do as it does.
    """

    actor: str
    region: str
    share: float = 1.0
    loss_ratio: float = 1.0
    leads: bool = False


@dataclass(slots=True, kw_only=True)
class ResponseDesigner:
    """Solves the designs of packages on one economy; worlds of balanced trade are kept between packages.

    Attributes
    ----------
    economy
        Trade as the table has it; each node starts from balanced trade.
    participants
        Who may take part.
    by_sector
        Published elasticity of each sector.
    followers
        Regions, or the share of them, that no participant stands for but that take part as those who lead do.

    References
    ----------
    Own, see decision note 0025; each node is :func:`solve_trade`.
    """

    economy: TradeEconomy
    participants: Sequence[Participant]
    by_sector: Sequence[float]
    followers: Mapping[str, float] = field(default_factory=dict)
    _worlds: dict[tuple[float, float], tuple[TradeEconomy, FloatArray]] = field(
        default_factory=dict
    )
    _last: dict[tuple[float, float, int], TradeResult] = field(default_factory=dict)

    def design(self, package: Package, *, third: Sequence[str] = ()) -> PackageResponse:
        """Solve world trade at every node of the design of a package.

        Parameters
        ----------
        package
            The measures.
        third
            Regions that may follow the elements on exports without taking part.

        Returns
        -------
        PackageResponse
            For :meth:`PackageResponse.target_loss_pct`.

        Raises
        ------
        ModelError
            ``input-invalid`` for unknown codes, or a node without an equilibrium.
        """
        full = self.whole_coalition()
        scales = all(element.scales for element in package.elements)
        at = self.economy.regions.index(package.target)
        target, reach, own = self._participation(package, full, at, scales=scales)
        outside, followed = self._outside(package, full, third, at, scales=scales)
        own["outside"] = outside
        ratio = np.array([p.loss_ratio / full[p.region] for p in self.participants])
        stacked = {
            name: np.array([table[p.region] for p in self.participants])
            for name, table in own.items()
        }
        return PackageResponse(
            package=package.name,
            scales=scales,
            actors=tuple(p.actor for p in self.participants),
            regions=tuple(full),
            share=self._shares(full),
            target=target,
            reach=reach,
            pair=self._pairs(package, full, at),
            alone=stacked["alone"] * ratio[:, None, None, None],
            together=stacked["together"] * ratio[:, None, None, None],
            outside=stacked["outside"],
            cross=self._cross(package, full),
            followed=followed,
        )

    def solve(
        self,
        package: Package,
        shares: Mapping[str, float],
        *,
        intensity: float,
        scale: float,
        spread: float,
        compliance: Mapping[str, float] | None = None,
    ) -> FloatArray:
        """Return the log change of real income of every region times the scale, shape ``(N,)``."""
        key = (scale, spread)
        if key not in self._worlds:
            theta = elasticities(self.by_sector, level=REFERENCE_LEVEL, scale=scale, spread=spread)
            self._worlds[key] = (balance_trade(self.economy, trade_elasticity=theta), theta)
        world, theta = self._worlds[key]
        shock = package_shock(
            world, package, participation=shares, intensity=intensity, compliance=compliance
        )
        got = solve_trade(
            world, [shock], trade_elasticity=theta, start=self._last.get((*key, len(shares)))
        )
        self._last[*key, len(shares)] = got
        if got.status != "converged":
            message = f"{package.name}: no equilibrium at scale {scale:g}, spread {spread:g}"
            raise ModelError(
                message, code="input-invalid", at="design", fix="narrow the range of the scale"
            )
        return np.asarray(scale * np.log1p(got.real_income_change_pct / 100.0))

    def whole_coalition(self) -> dict[str, float]:
        """Return the share with which each region takes part if all participants do."""
        return self.regions_of(dict.fromkeys((p.actor for p in self.participants), 1.0))

    def regions_of(self, participation: Mapping[str, float]) -> dict[str, float]:
        """Return the share with which each region takes part, from that of the participants.

        Followers take part as the mean of those who lead, or as the mean of all if nobody leads.
        """
        found: dict[str, float] = {}
        for p in self.participants:
            part = p.share * participation.get(p.actor, 0.0)
            found[p.region] = min(found.get(p.region, 0.0) + part, 1.0)
        lead = [p for p in self.participants if p.leads] or list(self.participants)
        mean = float(np.mean([participation.get(p.actor, 0.0) for p in lead]))
        for code, share in self.followers.items():
            found[code] = min(found.get(code, 0.0) + share * mean, 1.0)
        return found

    def _participation(
        self, package: Package, full: Mapping[str, float], at: int, *, scales: bool
    ) -> tuple[FloatArray, FloatArray, dict[str, dict[str, FloatArray]]]:
        """Responses over the share that takes part: all alike, and each region alone.

        Where every measure scales, a share is as good as an intensity, so that each region's own responses come with it.
        """
        n_x, n_s, n_w = SIZES["target"]
        intensities = (1.0,) if scales else tuple(chebyshev_nodes(0.0, 1.0, N_INTENSITIES))
        nodes = chebyshev_nodes(0.0, 1.0, n_x).tolist()
        places = {code: self.economy.regions.index(code) for code in full}
        target = np.empty((len(intensities), n_x, n_s, n_w))
        reach = np.empty((len(full), *target.shape))
        own = {
            name: {code: np.zeros(SIZES[name]) for code in full} for name in ("alone", "together")
        }
        for k, m, s, w in _elasticity_nodes(n_s, n_w):
            for i, x in enumerate(nodes):
                for h, a in enumerate(intensities):
                    part = {code: share * x for code, share in full.items()}
                    everybody = self._at(package, part, (a, s, w)) / x
                    target[h, i, k, m] = everybody[at]
                    for r, code in enumerate(full):
                        alone = self._at(package, {code: part[code]}, (a, s, w)) / x
                        reach[r, h, i, k, m] = alone[at]
                        own["alone"][code][i, k, m] = alone[places[code]]
                        own["together"][code][i, k, m] = everybody[places[code]]
                if not scales:
                    everybody = self._at(package, full, (x, s, w))
                    for code, share in full.items():
                        alone = self._at(package, {code: share}, (x, s, w))
                        own["alone"][code][i, k, m] = alone[places[code]]
                        own["together"][code][i, k, m] = everybody[places[code]]
        return target, reach, own

    def _outside(
        self,
        package: Package,
        full: Mapping[str, float],
        third: Sequence[str],
        at: int,
        *,
        scales: bool,
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """Responses of regions that stay outside, and the target's further response to third countries."""
        codes = list(dict.fromkeys(p.region for p in self.participants))
        outside = {code: np.zeros(SIZES["outside"]) for code in codes}
        followed = np.zeros(SIZES["followed"])
        n_a, n_s, n_w = SIZES["outside"]
        for k, m, s, w in _elasticity_nodes(n_s, n_w):
            for i, a in enumerate(chebyshev_nodes(0.0, 1.0, n_a).tolist()):
                factor, node = (a if scales else 1.0), (a, s, w)
                if third:
                    everybody = self._at(package, full, node)
                    y = self._at(package, full, node, compliance=dict.fromkeys(third, 1.0))
                    followed[i, k, m] = (y - everybody)[at] / factor
                for code in codes:
                    rest = {key: share for key, share in full.items() if key != code}
                    place = self.economy.regions.index(code)
                    outside[code][i, k, m] = self._at(package, rest, node)[place] / factor
        return outside, followed

    def _at(
        self,
        package: Package,
        shares: Mapping[str, float],
        node: tuple[float, float, float],
        compliance: Mapping[str, float] | None = None,
    ) -> FloatArray:
        intensity, scale, spread = node
        return self.solve(
            package,
            shares,
            intensity=intensity,
            scale=scale,
            spread=spread,
            compliance=compliance,
        )

    def _pairs(self, package: Package, full: Mapping[str, float], at: int) -> FloatArray:
        """Weight of each region in what regions do to each other, from what is missing where it stays outside."""
        n_s, n_w = SIZES["pair"]
        found = np.empty((len(full), n_s, n_w))
        top = float(chebyshev_nodes(0.0, 1.0, SIZES["target"][0])[-1])
        for k, m, s, w in _elasticity_nodes(n_s, n_w):
            node = (top, s, w)
            everybody = self._at(package, full, node)[at]
            lacks = []
            for code, share in full.items():
                rest = {key: value for key, value in full.items() if key != code}
                alone = self._at(package, {code: share}, node)[at]
                lacks.append(alone - (everybody - self._at(package, rest, node)[at]))
            found[:, k, m] = _pair_weights(np.array(lacks))
        return found

    def _cross(self, package: Package, full: Mapping[str, float]) -> FloatArray:
        """Response of each participant to each region alone at the highest share of the design, per share."""
        n_s, n_w = SIZES["cross"]
        top = float(chebyshev_nodes(0.0, 1.0, SIZES["target"][0])[-1])
        found = np.zeros((len(self.participants), len(full), n_s, n_w))
        rows = [self.economy.regions.index(p.region) for p in self.participants]
        ratio = np.array([p.loss_ratio / full[p.region] for p in self.participants])
        for k, m, s, w in _elasticity_nodes(n_s, n_w):
            for r, (code, share) in enumerate(full.items()):
                alone = self._at(package, {code: share * top}, (1.0, s, w)) / top
                others = np.array([p.region != code for p in self.participants])
                found[:, r, k, m] = np.where(others, ratio * alone[rows], 0.0)
        return found

    def _shares(self, full: Mapping[str, float]) -> FloatArray:
        """Part of each region's participation that each participant stands for; see :meth:`regions_of`."""
        codes = list(full)
        found = np.zeros((len(codes), len(self.participants)))
        leads = np.array([p.leads for p in self.participants])
        if not leads.any():
            leads = ~leads
        for number, p in enumerate(self.participants):
            found[codes.index(p.region), number] += p.share
        for code, share in self.followers.items():
            found[codes.index(code)] += share * leads / leads.sum()
        return np.asarray(found / np.array([full[code] for code in codes])[:, None])


def _pair_weights(lacks: FloatArray) -> FloatArray:
    r"""Weights :math:`v` with :math:`v_r (\sum_q v_q - v_r)` as near as may be to what each region's absence adds.

    What has the other sign than the sum counts as nothing; without interaction all weigh alike.
    """
    lacks = np.maximum(lacks * np.sign(lacks.sum()), 0.0)
    if lacks.sum() <= _NOTHING or np.count_nonzero(lacks) < 2:
        return np.full(len(lacks), 1.0 / len(lacks))
    v = lacks / np.sqrt(lacks.sum())
    for _ in range(_SWEEPS):
        v = 0.5 * v + 0.5 * lacks / np.maximum(v.sum() - v, _NOTHING)
    return np.asarray(v / v.sum())


def _elasticity_nodes(n_scales: int, n_spreads: int) -> Iterator[tuple[int, int, float, float]]:
    """Yield the nodes of scale and spread with their numbers."""
    low, high = np.log(SCALE_RANGE)
    for k, s in enumerate(np.exp(chebyshev_nodes(low, high, n_scales)).tolist()):
        for m, w in enumerate(chebyshev_nodes(0.0, 1.0, n_spreads).tolist()):
            yield k, m, s, w
