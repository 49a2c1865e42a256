"""What joining is worth to a member and what it costs: our own equations, in log odds at a rationality of one."""

from collections.abc import Mapping

import numpy as np

from detente.models.alliance.equilibrium import proximity
from detente.models.registry import FloatArray

__all__ = ["exposure_cost", "stated_value"]


def stated_value(given: Mapping[str, FloatArray]) -> FloatArray:
    r"""Worth to a member of answering the worst act, before any cost.

    .. math:: V_m = w_p \frac{\text{position}_m}{100} + w_d e^{-\text{distance}_m / 1000}
              + w_h \left(\frac{\text{history}_m}{50} - 1\right) + w_o (2\,\text{opinion}_m - 1)
              + w_a \left(\frac{\text{arms}_m}{50} - 1\right)

    Parameters
    ----------
    given
        ``position``, ``history`` and ``arms`` (0-100), ``opinion`` (0-1), ``distance_km`` and the weights ``w_position``,
        ``w_distance``, ``w_history``, ``w_opinion``, ``w_arms``; arrays that broadcast.

    Returns
    -------
    FloatArray
        History, opinion and arms at the middle of their scales add nothing. Can be negative.

    References
    ----------
    Our own equation (decision note 0004, decision note 0030).
    """
    return np.asarray(
        given["w_position"] * given["position"] / 100.0
        + given["w_distance"] * proximity(given["distance_km"])
        + given["w_history"] * (given["history"] / 50.0 - 1.0)
        + given["w_opinion"] * (2.0 * given["opinion"] - 1.0)
        + given["w_arms"] * (given["arms"] / 50.0 - 1.0)
    )


def exposure_cost(given: Mapping[str, FloatArray]) -> FloatArray:
    r"""Cost to a member of the heaviest package through its exposures.

    .. math:: E_m = w_g\, \text{gas}_m\, \rho\, (1 - y_m) + w_t\, \text{trade}_m + w_b\, \text{banks}_m

    Parameters
    ----------
    given
        ``dependence``, ``trade_exposure``, ``bank_exposure`` (shares), ``cut_risk`` (the chance rho that the challenger
        withholds gas from those who join), ``gas_relief`` (the share y of that loss which others make good) and the
        weights ``w_dependence``, ``w_trade``, ``w_bank``; arrays that broadcast.

    Returns
    -------
    FloatArray
        Never negative; rises with every exposure and with the risk of a cut-off, falls with relief.

    References
    ----------
    Our own equation (decision note 0004, decision note 0030).
    """
    return np.asarray(
        given["w_dependence"]
        * given["dependence"]
        * given["cut_risk"]
        * (1.0 - given["gas_relief"])
        + given["w_trade"] * given["trade_exposure"]
        + given["w_bank"] * given["bank_exposure"]
    )
