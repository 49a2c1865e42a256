"""Who joins a package: net benefits of our own, and choices that depend on what the others do."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.alliance._exposed import (
    BankExposure,
    CutRisk,
    Dependence,
    GasRelief,
    Rationality,
    Reluctance,
    TradeExposure,
    Weight,
    WeightOfBank,
    WeightOfDependence,
    WeightOfTrade,
    coefficient,
    exposure_cost,
)
from detente.models.alliance.equilibrium import (
    coverage_share,
    proximity,
    solve_joining,
    unanimity_prob,
)
from detente.models.inputs import ratio, score, share, sum_of_weights
from detente.models.registry import Input, Output, model

__all__ = ["joining"]


class _Outputs(TypedDict):
    joining_prob: Annotated[
        FloatArray, Output("prob", "probability that the member joins", per_member=True)
    ]
    coverage: Annotated[FloatArray, Output("share", "expected share of weight that joins")]
    unanimity_prob: Annotated[FloatArray, Output("prob", "probability that all join")]
    expected_share: Annotated[FloatArray, Output("share", "expected share of members")]
    multiple: Annotated[
        FloatArray, Output("prob", "1 where social pressure holds up more than one answer, else 0")
    ]
    residual: Annotated[FloatArray, Output("prob", "gap left in the fixed point, recomputed")]
    worth: Annotated[
        FloatArray,
        Output(
            "ratio",
            "what an answer is worth to the member before its cost, in log odds",
            per_member=True,
            kept=False,
        ),
    ]
    cost: Annotated[
        FloatArray,
        Output(
            "ratio",
            "what the package costs the member if it joins alone, in log odds",
            per_member=True,
            kept=False,
        ),
    ]


@model(
    "alliance.joining",
    cites=("brock2001", "milgrom1990", "boulding1962", "olson1966"),
    reference="brock2001, self-consistent choice probabilities; net benefit our own",
)
def joining(
    *,
    position: Annotated[FloatArray, score("the member's stated firmness, 100 for the firmest")],
    distance_km: Annotated[
        FloatArray, Input("km", "distance of the member from the front", per_member=True, low=0.0)
    ],
    weight: Weight,
    severity: Annotated[FloatArray, share("how bad the challenger's act is, 1 for the worst")],
    package_strength: Annotated[FloatArray, share("how heavy the package is, 1 for the heaviest")],
    rationality: Rationality,
    dependence: Dependence,
    trade_exposure: TradeExposure,
    bank_exposure: BankExposure,
    cut_risk: CutRisk,
    gas_relief: GasRelief,
    w_dependence: WeightOfDependence,
    w_trade: WeightOfTrade,
    w_bank: WeightOfBank,
    history: Annotated[
        FloatArray, score("how firm the member was in earlier cases, 50 for neither", default=50.0)
    ],
    opinion: Annotated[
        FloatArray, share("share of the member's public for acting", per_member=True, default=0.5)
    ],
    arms: Annotated[
        FloatArray, score("the member's stand on arming the target, 50 for neither", default=50.0)
    ],
    measure_cost: Annotated[
        FloatArray,
        ratio(
            "cost of the measures in the package, summed over alliance.measure",
            per_member=True,
            default=0.0,
        ),
    ],
    resolve: Annotated[
        FloatArray,
        ratio(
            "what only the member itself knows of its will, in log odds",
            per_member=True,
            default=0.0,
            low=-1000.0,
            high=1000.0,
        ),
    ],
    side_payment: Annotated[
        FloatArray, share("share of the cost of exposures that others make good", default=0.0)
    ],
    payment_pct_gdp: Annotated[
        FloatArray,
        Input(
            "pct_gdp",
            "payment to a member that joins, in percent of its GDP",
            per_member=True,
            default=0.0,
            low=0.0,
            high=100.0,
        ),
    ],
    burden_sharing: Annotated[
        FloatArray,
        share("share of the cost of the package that falls away when all others join", default=0.0),
    ],
    free_riding: Annotated[
        FloatArray,
        share(
            "share of the worth of an answer that a member has without joining when all others join",
            default=0.0,
        ),
    ],
    w_position: Annotated[
        FloatArray,
        coefficient("benefit to the firmest member of answering the worst act", default=6.0),
    ],
    w_distance: Annotated[
        FloatArray,
        coefficient("benefit to a member at the front of answering the worst act", default=1.0),
    ],
    w_history: Annotated[
        FloatArray, coefficient("benefit from a record of full firmness, against none", default=1.0)
    ],
    w_opinion: Annotated[
        FloatArray,
        coefficient("benefit from a public all for acting, against evenly split", default=1.0),
    ],
    w_arms: Annotated[
        FloatArray,
        coefficient("benefit from full support for arms, against a neutral stand", default=0.5),
    ],
    w_social: Annotated[
        FloatArray, coefficient("pressure of all others joining, against none joining", default=1.0)
    ],
    w_payment: Annotated[
        FloatArray, coefficient("worth of a payment of one percent of GDP", default=0.2)
    ],
    w_reluctance: Reluctance,
) -> _Outputs:
    r"""Who joins a package, from exposures, stated positions and what the others do.

    The net benefit of joining is ``worth - cost``. The worth of answering is ``severity * V + resolve`` with

    .. math:: V_m = w_p \frac{\text{position}_m}{100} + w_d e^{-\text{distance}_m / 1000}
              + w_h \left(\frac{\text{history}_m}{50} - 1\right) + w_o (2\,\text{opinion}_m - 1)
              + w_a \left(\frac{\text{arms}_m}{50} - 1\right)

    where history, opinion and arms at the middle of their scales add nothing; it can be negative. The cost is
    ``package_strength * [(1 - side_payment) * E + w_reluctance] + measure_cost - w_payment * payment`` with the exposures

    .. math:: E_m = w_g\, \text{gas}_m\, \rho\, (1 - y_m) + w_t\, \text{trade}_m + w_b\, \text{banks}_m

    When all others join, ``burden_sharing`` of the cost of exposures and measures falls away and ``free_riding`` of the
    worth is had without joining. These are our own equations (docs/explanation/alliance.md; decision notes 0004 and 0030);
    the fixed point is that of :func:`detente.models.alliance.solve_joining`.
    """
    sum_of_weights(weight, at="alliance.joining.weight")
    value = (
        w_position * position / 100.0
        + w_distance * proximity(distance_km)
        + w_history * (history / 50.0 - 1.0)
        + w_opinion * (2.0 * opinion - 1.0)
        + w_arms * (arms / 50.0 - 1.0)
    )
    worth = severity * value + resolve
    exposed = exposure_cost(
        dependence=dependence,
        trade_exposure=trade_exposure,
        bank_exposure=bank_exposure,
        cut_risk=cut_risk,
        gas_relief=gas_relief,
        w_dependence=w_dependence,
        w_trade=w_trade,
        w_bank=w_bank,
    )
    burden = package_strength * (1.0 - side_payment) * exposed + measure_cost
    cost = burden + package_strength * w_reluctance - w_payment * payment_pct_gdp
    solved = solve_joining(
        worth - cost,
        weight=weight,
        social=w_social,
        rationality=rationality,
        slope=burden_sharing * burden - free_riding * np.maximum(worth, 0.0),
    )
    return {
        "joining_prob": solved.prob,
        "coverage": coverage_share(solved.prob, weight=weight),
        "unanimity_prob": unanimity_prob(solved.prob),
        "expected_share": np.asarray(solved.prob.mean(axis=0)),
        "multiple": solved.multiple.astype(np.float64),
        "residual": solved.residual,
        "worth": worth,
        "cost": cost,
    }
