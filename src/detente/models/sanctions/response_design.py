"""The design of a package: world trade solved at every node, for :class:`PackageResponse` to interpolate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.errors import ModelError
from detente.models.registry import FloatArray
from detente.models.sanctions.responses import (
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

_SLIGHT = 0.05
"""Participation at which the parts of the participants in the effect are measured."""


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
        own, followed = self._own(package, full, third, at, scales=scales)
        ratio = np.array([p.loss_ratio / full[p.region] for p in self.participants])
        regions = list(own["alone"])
        rows = [regions.index(p.region) for p in self.participants]
        stacked = {
            name: np.array([table[code] for code in regions])[rows] for name, table in own.items()
        }
        return PackageResponse(
            package=package.name,
            scales=scales,
            actors=tuple(p.actor for p in self.participants),
            weight=self._weights(package, full, at),
            target=self._target(package, full, at, scales=scales),
            alone=stacked["alone"] * ratio[:, None, None, None],
            together=stacked["together"] * ratio[:, None, None, None],
            outside=stacked["outside"],
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

    def _target(
        self, package: Package, full: Mapping[str, float], at: int, *, scales: bool
    ) -> FloatArray:
        n_a, n_p, n_s, n_w = SIZES["target"]
        found = np.empty(SIZES["target"])
        for i, a in enumerate(chebyshev_nodes(0.0, 1.0, n_a)):
            for j, p in enumerate(chebyshev_nodes(0.0, 1.0, n_p)):
                shares = {code: share * p for code, share in full.items()}
                for k, s in enumerate(_scales(n_s)):
                    for m, w in enumerate(chebyshev_nodes(0.0, 1.0, n_w)):
                        y = self.solve(package, shares, intensity=a, scale=s, spread=w)[at]
                        found[i, j, k, m] = y / p / (a if scales else 1.0)
        return found

    def _own(
        self,
        package: Package,
        full: Mapping[str, float],
        third: Sequence[str],
        at: int,
        *,
        scales: bool,
    ) -> tuple[dict[str, dict[str, FloatArray]], FloatArray]:
        """Responses of the participants' regions, and the target's further response to third countries."""
        codes = list(dict.fromkeys(p.region for p in self.participants))
        own = {
            name: {code: np.zeros(SIZES[name]) for code in codes}
            for name in ("alone", "together", "outside")
        }
        followed = np.zeros(SIZES["followed"])
        n_a, n_s, n_w = SIZES["alone"]
        for i, a in enumerate(chebyshev_nodes(0.0, 1.0, n_a)):
            for k, s in enumerate(_scales(n_s)):
                for m, w in enumerate(chebyshev_nodes(0.0, 1.0, n_w)):
                    factor = a if scales else 1.0
                    node = (float(a), float(s), float(w))
                    everybody = self._at(package, full, node)
                    if third:
                        more = dict.fromkeys(third, 1.0)
                        y = self._at(package, full, node, compliance=more)
                        followed[i, k, m] = (y - everybody)[at] / factor
                    for code in codes:
                        place = self.economy.regions.index(code)
                        alone = self._at(package, {code: full[code]}, node)
                        rest = {key: share for key, share in full.items() if key != code}
                        outside = self._at(package, rest, node)
                        own["together"][code][i, k, m] = everybody[place] / factor
                        own["alone"][code][i, k, m] = alone[place] / factor
                        own["outside"][code][i, k, m] = outside[place] / factor
        return own, followed

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

    def _weights(self, package: Package, full: Mapping[str, float], at: int) -> FloatArray:
        """Part of each participant in the effect of a slight participation; followers count with those who lead."""
        n_s, n_w = SIZES["weight"]
        found = np.empty((len(self.participants), n_s, n_w))
        for k, s in enumerate(_scales(n_s)):
            for m, w in enumerate(chebyshev_nodes(0.0, 1.0, n_w)):
                effect = {
                    code: self._at(package, {code: _SLIGHT * share}, (0.5, float(s), float(w)))[at]
                    for code, share in full.items()
                }
                found[:, k, m] = self._parts(effect, full)
        return found

    def _parts(self, effect: Mapping[str, float], full: Mapping[str, float]) -> FloatArray:
        each = np.array(
            [effect[p.region] * min(p.share / full[p.region], 1.0) for p in self.participants]
        )
        led = sum(
            effect[code] * min(share / full[code], 1.0) for code, share in self.followers.items()
        )
        leads = np.array([p.leads for p in self.participants])
        if not leads.any():
            leads = ~leads
        each = np.where(leads, each + led / leads.sum(), each)
        return np.asarray(each / each.sum())


def _scales(n: int) -> FloatArray:
    low, high = np.log(SCALE_RANGE)
    return np.exp(chebyshev_nodes(low, high, n))
