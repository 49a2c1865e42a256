"""Welfare from trade by its sufficient statistic: the share of spending that stays at home."""

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray

__all__ = ["gains_from_trade_pct", "surviving_share", "welfare_loss_pct"]


def surviving_share(trade_cost_pct: ArrayLike, *, trade_elasticity: ArrayLike) -> FloatArray:
    r"""Demand for a supplier relative to before, when its goods cost more: :math:`\hat\tau^{-\theta}`.

    Parameters
    ----------
    trade_cost_pct
        Ad-valorem rise of trade costs in percent, > -100.
    trade_elasticity
        Trade elasticity theta > 0.

    Returns
    -------
    FloatArray
        Relative demand before it is normalised over all suppliers, 0-1 for a rise of costs.

    References
    ----------
    :cite:p:`arkolakis2012`, gravity equation (R3).
    """
    log_cost = np.log1p(np.asarray(trade_cost_pct, dtype=np.float64) / 100.0)
    return np.asarray(np.exp(-np.asarray(trade_elasticity, dtype=np.float64) * log_cost))


def welfare_loss_pct(
    lost_share: ArrayLike, *, trade_elasticity: ArrayLike, value_added_share: ArrayLike = 1.0
) -> FloatArray:
    r"""Loss of real income in percent when a share of spending is priced out.

    With suppliers' shares :math:`\pi_m` and trade costs up by :math:`\hat\tau_m`, every remaining share, the
    domestic one :math:`\lambda` among them, grows by :math:`1/\Phi` where
    :math:`\Phi = \sum_k \pi_k \hat\tau_k^{-\theta} = 1 - x` and ``x`` is ``lost_share``. Therefore

    .. math:: \hat W = \hat\lambda^{-1/(\theta\beta)} = (1 - x)^{1/(\theta\beta)}

    Parameters
    ----------
    lost_share
        :math:`x = \sum_m \pi_m (1 - \hat\tau_m^{-\theta})`, 0-1, any shape.
    trade_elasticity
        Trade elasticity theta > 0.
    value_added_share
        Share ``beta`` of value added in gross output, > 0. One means no intermediate goods.

    Returns
    -------
    FloatArray
        Loss of real income in percent, 0-100, in the broadcast shape; exactly zero where nothing is lost.

    References
    ----------
    :cite:p:`arkolakis2012`, equation (1); :cite:p:`costinot2014` for intermediate goods.
    Departs from source: factor prices are held at their values before the shock, so the share is not the one of the
    new general equilibrium.
    """
    lost = np.asarray(lost_share, dtype=np.float64)
    theta = np.asarray(trade_elasticity, dtype=np.float64)
    beta = np.asarray(value_added_share, dtype=np.float64)
    with np.errstate(divide="ignore"):
        log_welfare = np.log1p(-lost) / (theta * beta)
    return np.asarray(-100.0 * np.expm1(log_welfare))


def gains_from_trade_pct(
    domestic_share: ArrayLike, *, trade_elasticity: ArrayLike, value_added_share: ArrayLike = 1.0
) -> FloatArray:
    r"""Loss of real income in percent from a move to autarky: :math:`1 - \lambda^{1/(\theta\beta)}`.

    Parameters
    ----------
    domestic_share
        Share of spending on domestic goods, 0-1.
    trade_elasticity, value_added_share
        As in :func:`welfare_loss_pct`.

    Returns
    -------
    FloatArray
        Gains from trade in percent of real income.

    References
    ----------
    :cite:p:`arkolakis2012`, equation (1) with a domestic share of one after the shock.
    """
    return welfare_loss_pct(
        1.0 - np.asarray(domestic_share, dtype=np.float64),
        trade_elasticity=trade_elasticity,
        value_added_share=value_added_share,
    )
