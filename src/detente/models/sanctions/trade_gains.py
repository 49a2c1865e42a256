"""What a region would lose without any trade: a formula, no equilibrium."""

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.models.sanctions.trade_table import TradeEconomy

__all__ = ["autarky_loss_pct"]


def autarky_loss_pct(economy: TradeEconomy, *, trade_elasticity: ArrayLike) -> FloatArray:
    r"""Loss of real income from a move to autarky, with many sectors and inputs from all of them.

    .. math:: 1 - \hat W_n, \qquad
              \ln \hat W_n = \sum_{j,k} \alpha^j_n \, b^{kj}_n \, \frac{\ln \pi^k_{nn}}{\theta^k},
              \qquad b_n = (I - \Gamma_n)^{-1}

    where :math:`\Gamma_n` holds the share of inputs from sector k in the cost of j, and :math:`b^{kj}` is how much of
    the output of k the good j needs in all.

    Parameters
    ----------
    economy
        Balanced trade (with transfers, a move to autarky would also end them).
    trade_elasticity
        Trade elasticity theta > 0, one number or one per sector, shape ``(..., J)``.

    Returns
    -------
    FloatArray
        Loss in percent of real income, shape ``(..., N)``; 100 where a good that is needed is not made at home.

    References
    ----------
    :cite:p:`costinot2014`, the gains from trade with multiple sectors and intermediate goods under perfect
    competition. One sector without inputs: :cite:p:`arkolakis2012`, equation (1).
    """
    theta = np.asarray(trade_elasticity, dtype=np.float64)
    n_sectors = len(economy.sectors)
    theta = np.broadcast_to(theta, (*theta.shape[:-1], n_sectors))
    needed = np.linalg.solve(
        np.eye(n_sectors) - economy.input_share, economy.final_share.T[:, :, None]
    )[..., 0].T
    with np.errstate(divide="ignore"):
        home = np.log(economy.domestic_share)
    terms = np.where(needed > 0.0, needed * np.where(needed > 0.0, home, 0.0), 0.0)
    return np.asarray(-100.0 * np.expm1((terms / theta[..., None]).sum(axis=-2)))
