"""Packages of measures on trade, and who takes part: what a sanctions package does to the flows of a trade table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.sanctions.trade_shocks import TradeShock
from detente.models.sanctions.trade_table import TradeEconomy, find_positions

__all__ = ["Element", "Package", "elasticities", "package_shock"]

DIRECTIONS = ("imports", "exports", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One measure of a package.

    Attributes
    ----------
    direction
        ``imports`` (what members buy from the target), ``exports`` (what they sell to it) or ``both``.
    sectors
        Sectors of the table that it covers; empty for all.
    coverage
        Share of the flows that stops at unchanged prices where the package's intensity is one, 0-1.
    scales
        Whether the share is multiplied by the intensity; else it is the same at any intensity.
    """

    direction: str
    sectors: tuple[str, ...] = ()
    coverage: float = 1.0
    scales: bool = True

    def __post_init__(self) -> None:
        """Check direction and coverage."""
        if self.direction not in DIRECTIONS:
            message = f"direction {self.direction!r} is none of {', '.join(DIRECTIONS)}"
            raise ModelError(
                message, code="input-invalid", at="element.direction", fix="use one of the three"
            )
        if not 0.0 <= self.coverage <= 1.0:
            message = f"coverage {self.coverage:g} is outside 0 to 1"
            raise ModelError(
                message, code="input-invalid", at="element.coverage", fix="give a share of 0 to 1"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Measures that are taken together against one target.

    Attributes
    ----------
    name
        Id of the package.
    target
        Region that it is aimed at.
    elements
        The measures; those on the same flows overlap by chance, so what they leave multiplies.
    """

    name: str
    target: str
    elements: tuple[Element, ...]


def package_shock(
    economy: TradeEconomy,
    package: Package,
    *,
    participation: Mapping[str, float],
    intensity: float = 1.0,
    compliance: Mapping[str, float] | None = None,
) -> TradeShock:
    r"""Turn a package and those who take part into a shock on trade.

    Of what flows between a member that takes part with the share :math:`p_m` and the target, the element :math:`e`
    stops the share :math:`p_m c_e` at unchanged prices:

    .. math:: 1 - s^j_m = \prod_e \left(1 - p_m c^j_e\right)

    An effect of :math:`\delta` log points on trade flows, as gravity equations estimate it, is
    :math:`c = 1 - e^\delta` whatever the elasticity.

    Parameters
    ----------
    economy
        Gives regions and sectors.
    package
        The measures.
    participation
        Share with which each region takes part, 0-1. The target may not be among them.
    intensity
        Intensity of the elements that scale, 0-1.
    compliance
        Regions that do not take part but follow the elements on ``exports`` with this share, as under a rule on foreign
        direct products.

    Returns
    -------
    TradeShock
        The measure.

    Raises
    ------
    ModelError
        ``input-invalid`` for an unknown code, a share outside 0-1, or a target among those who take part.

    References
    ----------
    Own; the factor on demand is that of :func:`remaining_demand` with prohibitive costs. See decision notes 0020, 0025.
    """
    follow = dict(compliance or {})
    _check_shares(package.target, participation, "participation")
    _check_shares(package.target, follow, "compliance")
    if not 0.0 <= intensity <= 1.0:
        message = f"intensity {intensity:g} is outside 0 to 1"
        raise ModelError(
            message, code="input-invalid", at="intensity", fix="give a share of 0 to 1"
        )
    at = find_positions([package.target], known=economy.regions, kind="region")[0]
    kept = np.ones_like(economy.import_share)
    for element in package.elements:
        rows = (
            list(range(len(economy.sectors)))
            if not element.sectors
            else find_positions(element.sectors, known=economy.sectors, kind="sector")
        )
        covered = element.coverage * (intensity if element.scales else 1.0)
        groups = [(participation, element.direction)]
        if element.direction != "imports":
            groups.append((follow, "exports"))
        for shares, direction in groups:
            members = find_positions(shares, known=economy.regions, kind="region")
            left = 1.0 - covered * np.array(list(shares.values()), dtype=np.float64)
            if direction != "exports":
                kept[np.ix_(rows, members, [at])] *= left[:, None]
            if direction != "imports":
                kept[np.ix_(rows, [at], members)] *= left
    return TradeShock(
        label=package.name,
        coverage=1.0 - kept,
        cost=np.full_like(kept, np.inf),
        tariff=np.zeros_like(kept),
    )


def _check_shares(target: str, shares: Mapping[str, float], kind: str) -> None:
    for code, share in shares.items():
        if not 0.0 <= share <= 1.0:
            message = f"{code} takes part with the share {share:g}"
            raise ModelError(
                message, code="input-invalid", at=f"{kind}.{code}", fix="give a share of 0 to 1"
            )
        if code == target:
            message = f"the target {code} is a member of the coalition against it"
            raise ModelError(message, code="input-invalid", at=kind, fix=f"leave {code} out of it")


def elasticities(
    by_sector: Sequence[float] | FloatArray,
    *,
    level: FloatArray | float,
    scale: FloatArray | float = 1.0,
    spread: FloatArray | float = 1.0,
) -> FloatArray:
    r"""Trade elasticities of each sector from a level, a spread between sectors and a scale for the horizon.

    .. math:: \theta^j = s\, \bar\theta^{1 - \omega} \left(\theta^j_0\right)^{\omega}

    Parameters
    ----------
    by_sector
        Published elasticities :math:`\theta^j_0` of the sectors, > 0.
    level
        Elasticity :math:`\bar\theta` > 0 of all sectors where the spread is zero.
    scale
        Share :math:`s` > 0 of the long-run elasticity that is reached at the horizon.
    spread
        How far sectors differ as published, :math:`\omega`: 0 not at all, 1 as published.

    Returns
    -------
    FloatArray
        Shape ``(..., J)``.

    Raises
    ------
    ModelError
        ``input-invalid`` for an elasticity that is zero, negative or not finite.

    References
    ----------
    Own, see decision note 0025; the scale after :cite:p:`boehm2023`, elasticities by horizon.
    """
    base = np.asarray(by_sector, dtype=np.float64)
    for name, value in (("elasticity", base), ("level", level), ("scale", scale)):
        array = np.asarray(value, dtype=np.float64)
        if not (np.isfinite(array) & (array > 0.0)).all():
            message = f"a trade {name} of {array[~(array > 0.0)].flat[0] if (~(array > 0.0)).any() else np.inf:g} has no equilibrium"
            raise ModelError(
                message, code="input-invalid", at=name, fix="give a finite number above zero"
            )
    level, scale, spread = (
        np.asarray(value, dtype=np.float64)[..., None] for value in (level, scale, spread)
    )
    return np.asarray(scale * np.exp((1.0 - spread) * np.log(level) + spread * np.log(base)))
