"""Contest success functions: from the strength of two sides to the chance that the attacker wins."""

from typing import Annotated, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.models.inputs import ratio
from detente.models.registry import Input, Output, model, raise_where

__all__ = ["contest", "difference_success_prob", "ratio_success_prob"]


class _Outputs(TypedDict):
    success_prob: Annotated[FloatArray, Output("prob", "chance that the attack succeeds")]


@model(
    "deterrence.contest",
    cites=("hirshleifer1989", "skaperdas1996"),
    reference="hirshleifer1989, ratio form of the contest success function",
)
def contest(
    *,
    attacker_strength: Annotated[
        FloatArray,
        Input("any", "strength of the attacker, in the same unit as the defender's", low=0.0),
    ],
    defender_strength: Annotated[
        FloatArray,
        Input("any", "strength of the defender, in the same unit as the attacker's", low=0.0),
    ],
    decisiveness: Annotated[
        FloatArray, ratio("power to which the ratio of strengths is raised", high=50.0)
    ],
    advantage: Annotated[
        FloatArray,
        Input(
            "log_odds",
            "log odds of the attacker's success at equal strength",
            default=0.0,
            low=-50.0,
            high=50.0,
        ),
    ],
) -> _Outputs:
    """Chance that an attack succeeds, from the strengths of both sides.

    See :func:`ratio_success_prob`. Two sides without any strength are refused.
    """
    total = attacker_strength + defender_strength
    raise_where(
        total <= 0.0,
        at="deterrence.contest.attacker_strength",
        array=total,
        why="and defender_strength are both zero: there is no contest",
        fix="give at least one side some strength",
    )
    return {
        "success_prob": ratio_success_prob(
            attacker_strength, defender_strength, decisiveness=decisiveness, advantage=advantage
        )
    }


def ratio_success_prob(
    attacker: ArrayLike, defender: ArrayLike, *, decisiveness: ArrayLike, advantage: ArrayLike = 0.0
) -> FloatArray:
    r"""Chance that the attacker wins, by the ratio of strengths.

    .. math:: \frac{p}{1-p} = e^{b} \left(\frac{A}{D}\right)^{m}

    Parameters
    ----------
    attacker, defender
        Strengths ``A`` and ``D`` >= 0 in one unit, any shape; not both zero.
    decisiveness
        How much the ratio matters, ``m`` >= 0. Zero: not at all. One: in proportion.
    advantage
        The attacker's advantage ``b`` at equal strength, in log odds; negative if defence is easier.

    Returns
    -------
    FloatArray
        Probability in the broadcast shape. A side without strength loses for sure if ``m`` > 0. Two sides without
        strength count as equal.

    References
    ----------
    :cite:p:`hirshleifer1989`, the ratio form; :cite:p:`skaperdas1996` for its axioms and the asymmetric form.
    """
    from scipy.special import expit  # noqa: PLC0415  slow to load

    a, d, m, b = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (attacker, defender, decisiveness, advantage))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(a) - np.log(d)
        evidence = m * log_ratio
    evidence = np.where((m == 0.0) | (a == d), 0.0, evidence)
    return np.asarray(expit(b + evidence))


def difference_success_prob(
    attacker: ArrayLike, defender: ArrayLike, *, steepness: ArrayLike, advantage: ArrayLike = 0.0
) -> FloatArray:
    r"""Chance that the attacker wins, by the difference of strengths: a logistic curve.

    .. math:: \frac{p}{1-p} = e^{b + k (A - D)}

    Parameters
    ----------
    attacker, defender
        Strengths >= 0 in one unit, any shape.
    steepness
        Log odds per unit of difference, ``k`` >= 0.
    advantage
        Log odds at equal strength.

    Returns
    -------
    FloatArray
        Probability in the broadcast shape; a side without strength still has a chance.

    References
    ----------
    :cite:p:`hirshleifer1989`, the difference form. The rival of :func:`ratio_success_prob`.
    """
    from scipy.special import expit  # noqa: PLC0415  slow to load

    a, d, k, b = (np.asarray(x, np.float64) for x in (attacker, defender, steepness, advantage))
    return np.asarray(expit(b + k * (a - d)))
