"""Measures on trade: embargoes, costs, export controls and tariffs, by any coalition and in any part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.sanctions.trade_table import TradeEconomy, find_positions

__all__ = [
    "Membership",
    "TradeShock",
    "embargo",
    "export_control",
    "import_ban",
    "raise_tariffs",
    "raise_trade_costs",
    "remaining_demand",
    "total_tariff",
]

Membership = Mapping[str, float] | Sequence[str]
"""Regions that take part: codes, or codes with the share of their trade that takes part (0-1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeShock:
    r"""One measure: the goods it covers and what it does to them.

    In a sector with a continuum of goods, a share ``coverage`` of what ``n`` buys from ``i`` costs the factor
    ``cost`` more to deliver and the rest is as before. Demand for the seller, before it is normalised over all
    sellers, therefore changes by :math:`\phi = 1 - s + s \hat\kappa^{-\theta}`.

    Attributes
    ----------
    label
        What the measure is, in words.
    coverage
        Share of goods covered, shape ``(J, N, N)``: sector, buyer, seller; 0-1.
    cost
        Factor on the cost of what is covered, same shape, > 0; infinite for a ban.
    tariff
        Ad-valorem duty paid to the buyer's region on all goods of the pair, same shape, >= 0.
    """

    label: str
    coverage: FloatArray
    cost: FloatArray
    tariff: FloatArray


def remaining_demand(
    shocks: Sequence[TradeShock], *, trade_elasticity: FloatArray
) -> FloatArray | float:
    r"""Factor on demand for each seller at unchanged prices, over all measures.

    .. math:: \phi = \prod_m \left(1 - s_m + s_m \hat\kappa_m^{-\theta}\right) (1 + t_m)^{-\theta}

    Parameters
    ----------
    shocks
        The measures. Covers of different measures are taken to overlap by chance.
    trade_elasticity
        Trade elasticity of each sector, shape ``(..., J)``, > 0.

    Returns
    -------
    FloatArray or float
        Shape ``(..., J, N, N)``; the number 1 if there is no measure.

    References
    ----------
    Own; the case ``s = 1`` is :cite:p:`caliendo2015`, trade shares in relative changes. See decision note 0020.
    """
    factor: FloatArray | float = 1.0
    theta = np.asarray(trade_elasticity, dtype=np.float64)[..., None, None]
    for shock in shocks:
        with np.errstate(divide="ignore"):
            kept = 1.0 - shock.coverage + shock.coverage * np.exp(-theta * np.log(shock.cost))
        factor = factor * kept
        if shock.tariff.any():
            factor = factor * np.exp(-theta * np.log1p(shock.tariff))
    return factor


def total_tariff(shocks: Sequence[TradeShock]) -> FloatArray | None:
    """Sum of the duties of all measures, shape ``(J, N, N)``, or None if there is none.

    Raises
    ------
    ModelError
        ``input-invalid`` if two measures tax the same goods: give one measure with their sum.
    """
    taxed = [shock.tariff for shock in shocks if shock.tariff.any()]
    if not taxed:
        return None
    if (np.sum([tariff > 0.0 for tariff in taxed], axis=0) > 1).any():
        message = "two measures put a tariff on the same goods"
        raise ModelError(
            message,
            code="input-invalid",
            at="shocks.tariff",
            fix="give one measure with the sum of the duties",
        )
    return np.asarray(np.sum(taxed, axis=0))


def embargo(
    economy: TradeEconomy,
    *,
    coalition: Membership,
    target: str,
    sectors: Sequence[str] | None = None,
    coverage: float = 1.0,
) -> TradeShock:
    """Ban of all trade between the members and the target, both ways.

    Parameters
    ----------
    economy
        Gives regions and sectors.
    coalition
        Members, or members with the share of their trade that takes part.
    target
        Region that is cut off.
    sectors
        Sectors under the ban; None for all.
    coverage
        Share of each sector's goods under the ban, 0-1.

    Returns
    -------
    TradeShock
        The measure.
    """
    return raise_trade_costs(
        economy,
        coalition=coalition,
        target=target,
        cost_pct=np.inf,
        sectors=sectors,
        coverage=coverage,
    )


def import_ban(
    economy: TradeEconomy,
    *,
    coalition: Membership,
    target: str,
    sectors: Sequence[str] | None = None,
    coverage: float = 1.0,
) -> TradeShock:
    """Ban of what the members buy from the target; their sales to it go on. Parameters as in :func:`embargo`."""
    return raise_trade_costs(
        economy,
        coalition=coalition,
        target=target,
        cost_pct=np.inf,
        sectors=sectors,
        coverage=coverage,
        direction="imports",
    )


def raise_trade_costs(
    economy: TradeEconomy,
    *,
    coalition: Membership,
    target: str,
    cost_pct: float,
    sectors: Sequence[str] | None = None,
    coverage: float = 1.0,
    direction: str = "both",
) -> TradeShock:
    """Rise of the cost of trade between the members and the target.

    Parameters
    ----------
    economy, coalition, target, sectors, coverage
        As in :func:`embargo`.
    cost_pct
        Ad-valorem rise in percent, > -100; infinite for a ban.
    direction
        ``imports`` (what members buy from the target), ``exports`` (what they sell to it) or ``both``.

    Returns
    -------
    TradeShock
        The measure.

    Raises
    ------
    ModelError
        ``input-invalid`` for an unknown code, a share outside 0-1, a target among the members, or another direction.
    """
    if not cost_pct > -100.0:
        message = f"a rise of trade costs of {cost_pct:g}% leaves no cost"
        raise ModelError(message, code="input-invalid", at="cost_pct", fix="give more than -100")
    share = _pair_coverage(
        economy,
        coalition=coalition,
        target=target,
        sectors=sectors,
        coverage=coverage,
        direction=direction,
    )
    word = "ban" if np.isinf(cost_pct) else f"+{cost_pct:g}% trade cost"
    return TradeShock(
        label=f"{word} ({direction}) on {target}",
        coverage=share,
        cost=np.full_like(share, 1.0 + cost_pct / 100.0),
        tariff=np.zeros_like(share),
    )


def export_control(
    economy: TradeEconomy,
    *,
    coalition: Membership,
    target: str,
    sectors: Sequence[str],
    compliance: Membership = (),
    cost_pct: float = np.inf,
    coverage: float = 1.0,
) -> TradeShock:
    """Ban (or cost) on what the members sell to the target in some sectors, which third countries follow in part.

    A rule on foreign direct products forbids third countries to sell goods made with the members' technology. What
    they sell is covered by the share with which they comply.

    Parameters
    ----------
    economy, coalition, target, sectors, coverage
        As in :func:`embargo`.
    compliance
        Third countries with the share of their covered sales that stops (0-1).
    cost_pct
        Ad-valorem rise of costs of covered goods; infinite for a ban.

    Returns
    -------
    TradeShock
        The measure.
    """
    members, third = _as_shares(coalition), _as_shares(compliance)
    both = sorted(set(members) & set(third))
    if both:
        message = f"{both[0]} is a member of the coalition and a third country at once"
        raise ModelError(
            message,
            code="input-invalid",
            at="compliance",
            fix=f"leave {both[0]} out of one of them",
        )
    shock = raise_trade_costs(
        economy,
        coalition={**members, **third},
        target=target,
        cost_pct=cost_pct,
        sectors=sectors,
        coverage=coverage,
        direction="exports",
    )
    return TradeShock(
        label=f"export control on {', '.join(sectors)} to {target}",
        coverage=shock.coverage,
        cost=shock.cost,
        tariff=shock.tariff,
    )


def raise_tariffs(
    economy: TradeEconomy,
    *,
    coalition: Membership,
    target: str,
    tariff_pct: float,
    sectors: Sequence[str] | None = None,
) -> TradeShock:
    """Duty that members put on what they buy from the target; its revenue is income of the member.

    Parameters
    ----------
    economy, coalition, target, sectors
        As in :func:`embargo`; a member's share scales its duty.
    tariff_pct
        Ad-valorem duty in percent, >= 0, on top of a table in which duties are not booked.

    Returns
    -------
    TradeShock
        The measure.
    """
    if not 0.0 <= tariff_pct < np.inf:
        message = f"a tariff of {tariff_pct:g}% is not a duty"
        raise ModelError(
            message, code="input-invalid", at="tariff_pct", fix="give zero or more; use import_ban"
        )
    share = _pair_coverage(
        economy,
        coalition=coalition,
        target=target,
        sectors=sectors,
        coverage=1.0,
        direction="imports",
    )
    return TradeShock(
        label=f"+{tariff_pct:g}% tariff on {target}",
        coverage=np.zeros_like(share),
        cost=np.ones_like(share),
        tariff=share * tariff_pct / 100.0,
    )


def _as_shares(membership: Membership) -> dict[str, float]:
    if isinstance(membership, Mapping):
        shares = {code: float(share) for code, share in membership.items()}
    else:
        shares = dict.fromkeys(membership, 1.0)
    for code, share in shares.items():
        if not 0.0 <= share <= 1.0:
            message = f"{code} takes part with the share {share:g}"
            raise ModelError(
                message, code="input-invalid", at=f"coalition.{code}", fix="give a share of 0 to 1"
            )
    return shares


def _pair_coverage(
    economy: TradeEconomy,
    *,
    coalition: Membership,
    target: str,
    sectors: Sequence[str] | None,
    coverage: float,
    direction: str,
) -> FloatArray:
    if direction not in {"imports", "exports", "both"}:
        message = f"direction {direction!r} is none of imports, exports, both"
        raise ModelError(message, code="input-invalid", at="direction", fix="use one of the three")
    if not 0.0 <= coverage <= 1.0:
        message = f"coverage {coverage:g} is outside 0 to 1"
        raise ModelError(message, code="input-invalid", at="coverage", fix="give a share of 0 to 1")
    shares = _as_shares(coalition)
    if target in shares:
        message = f"the target {target} is a member of the coalition against it"
        raise ModelError(
            message,
            code="input-invalid",
            at="coalition",
            fix=f"leave {target} out of the coalition",
        )
    at = find_positions([target], known=economy.regions, kind="region")[0]
    members = find_positions(shares, known=economy.regions, kind="region")
    rows = (
        list(range(len(economy.sectors)))
        if sectors is None
        else find_positions(sectors, known=economy.sectors, kind="sector")
    )
    covered = np.zeros_like(economy.import_share)
    for member, share in zip(members, shares.values(), strict=True):
        if direction in {"imports", "both"}:
            covered[rows, member, at] = share * coverage
        if direction in {"exports", "both"}:
            covered[rows, at, member] = share * coverage
    return covered
