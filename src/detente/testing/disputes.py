"""Made-up data sets of disputes, drawn from strategic models by code of its own."""

import numpy as np
from scipy.special import expit, owens_t
from scipy.stats import norm

from detente.arrays import FloatArray

__all__ = [
    "DISPUTES",
    "DISPUTES_SPEC",
    "OFFERS",
    "OFFERS_SPEC",
    "SIGNALS",
    "SIGNALS_SPEC",
    "draw_disputes",
    "draw_offers",
    "draw_signals",
]

DISPUTES = {"u11": (0.5, 0.8), "u13": (-1.0,), "u14": (0.6,), "u24": (0.4, -0.7)}
"""Coefficients that :func:`draw_disputes` draws from, in the order of the terms of :data:`DISPUTES_SPEC`."""

DISPUTES_SPEC = {
    "outcome": {"column": "outcome", "order": ["quiet", "yield", "war"]},
    "utilities": {"u11": ["const", "x"], "u13": ["const"], "u14": ["w"], "u24": ["const", "z"]},
}
"""The specification that fits them: ``egame12`` with agent error and a probit link."""


def draw_disputes(rows: int, *, seed: int) -> dict[str, FloatArray]:
    """Return columns of made-up disputes: a challenger leaves it or acts, a target yields or fights.

    Each action's utility has a standard normal error of its own, drawn here; each side takes the action that is worth more.

    Parameters
    ----------
    rows
        Number of disputes.
    seed
        Of regressors and errors.

    Returns
    -------
    dict
        Regressors ``x``, ``z``, ``w``; the ``outcome`` in words; ``act`` and ``answer`` as 0 and 1.

    Examples
    --------
    >>> sorted(set(draw_disputes(100, seed=1)["outcome"].tolist()))
    ['quiet', 'war', 'yield']
    """
    generator = np.random.default_rng(seed)
    x, z, w = generator.normal(size=(3, rows))
    quiet = DISPUTES["u11"][0] + DISPUTES["u11"][1] * x
    fighting = DISPUTES["u24"][0] + DISPUTES["u24"][1] * z
    war = norm.cdf(fighting / np.sqrt(2.0))
    acting = (1.0 - war) * DISPUTES["u13"][0] + war * DISPUTES["u14"][0] * w
    errors = generator.normal(size=(4, rows))
    act = acting + errors[0] > quiet + errors[1]
    answer = fighting + errors[2] > errors[3]
    outcome = np.where(~act, "quiet", np.where(answer, "war", "yield"))
    return {"x": x, "z": z, "w": w, "outcome": outcome, "act": act * 1, "answer": answer * 1}


SIGNALS = {
    "S_A": (0.3,),
    "V_A": (0.8,),
    "C_B": (-1.0, 0.4),
    "W_A": (-1.6, 0.5),
    "W_B": (-1.2,),
    "a": (-1.8,),
}
"""Coefficients that :func:`draw_signals` draws from."""

SIGNALS_SPEC = {
    "outcome": {"counts": ["quo", "concede", "firm", "back"]},
    "utilities": {
        "S_A": ["x"],
        "V_A": ["const"],
        "C_B": ["const", "y"],
        "W_A": ["const", "z"],
        "W_B": ["const"],
        "a": ["const"],
    },
}
"""The specification that fits them; V_B is 0."""


def draw_signals(rows: int, *, games: int, seed: int) -> dict[str, FloatArray]:
    """Return columns of made-up signalling games, each drawn from the equilibrium of its payoffs.

    The equilibrium is found by damped responses with probabilities of scipy; where a game has several it is the one that
    they come to from even odds. Regressors are uniform with variance 1: far out there are games in which nobody ever challenges,
    whose equilibrium lies at no finite odds.

    Parameters
    ----------
    rows
        Number of dyads.
    games
        Games that each plays.
    seed
        Of regressors and outcomes.

    Returns
    -------
    dict
        Regressors ``x``, ``y``, ``z`` and counts ``quo``, ``concede``, ``firm``, ``back``.
    """
    generator = np.random.default_rng(seed)
    x, y, z = generator.uniform(-np.sqrt(3.0), np.sqrt(3.0), size=(3, rows))
    quo, concession = SIGNALS["S_A"][0] * x, SIGNALS["V_A"][0]
    conceding = SIGNALS["C_B"][0] + SIGNALS["C_B"][1] * y
    firm, back = SIGNALS["W_A"][0] + SIGNALS["W_A"][1] * z, SIGNALS["a"][0] + 0.0 * z
    resist = np.full(rows, 0.5)
    for _ in range(200):
        threshold = (quo - (1.0 - resist) * concession) / resist
        challenge = 1.0 - norm.cdf(threshold - firm) * norm.cdf(threshold - back)
        both = _both_below((firm - back) / np.sqrt(2.0), firm - threshold)
        stand = np.clip(both / np.maximum(challenge, 1e-300), 1e-12, 1.0)
        gain = (stand * SIGNALS["W_B"][0] - conceding) / stand
        resist = 0.5 * resist + 0.5 * norm.cdf(gain)
    chances = [1.0 - challenge, challenge * (1.0 - resist), challenge * resist * stand]
    chances.append(challenge * resist * (1.0 - stand))
    shares = np.stack(chances, axis=1)
    counts = generator.multinomial(games, shares / shares.sum(axis=1, keepdims=True))
    outcomes = dict(
        zip(("quo", "concede", "firm", "back"), counts.T.astype(np.float64), strict=True)
    )
    return {"x": x, "y": y, "z": z} | outcomes


def _both_below(h: FloatArray, k: FloatArray) -> FloatArray:
    """Return the chance that two normals with correlation 1/sqrt(2) lie below two bounds, by Owen's function."""
    rho = np.sqrt(0.5)
    first = owens_t(h, (k - rho * h) / (h * rho))
    second = owens_t(k, (h - rho * k) / (k * rho))
    return np.asarray(0.5 * (norm.cdf(h) + norm.cdf(k)) - first - second - 0.5 * (h * k < 0.0))


OFFERS = {"R1": (20.0, 5.0), "R2": (15.0, -4.0), "log_s1": (2.0,), "log_s2": (1.0,)}
"""Coefficients that :func:`draw_offers` draws from."""

OFFERS_SPEC = {
    "outcome": {"offer": "offer", "accept": "accept"},
    "offers": {"largest": 100},
    "utilities": {"R1": ["const", "x"], "R2": ["const", "z"]},
}
"""The specification that fits them."""


def draw_offers(rows: int, *, seed: int) -> dict[str, FloatArray]:
    """Return columns of made-up ultimatum games: each proposer makes the offer that is best for it, on a fine grid.

    Parameters
    ----------
    rows
        Number of games.
    seed
        Of regressors and reservation values.

    Returns
    -------
    dict
        Regressors ``x`` and ``z``, ``offer`` and ``accept``.
    """
    generator = np.random.default_rng(seed)
    x, z = generator.normal(size=(2, rows))
    s1, s2 = np.exp(OFFERS["log_s1"][0]), np.exp(OFFERS["log_s2"][0])
    mine = OFFERS["R1"][0] + OFFERS["R1"][1] * x + generator.logistic(0.0, s1, rows)
    theirs = OFFERS["R2"][0] + OFFERS["R2"][1] * z
    grid = np.linspace(0.0, 100.0, 4001)
    accepted = expit((grid - theirs[:, np.newaxis]) / s2)
    worth = accepted * (100.0 - grid) + (1.0 - accepted) * mine[:, np.newaxis]
    offer = grid[worth.argmax(axis=1)]
    accept = (offer >= theirs + generator.logistic(0.0, s2, rows)) * 1
    return {"x": x, "z": z, "offer": offer, "accept": accept}
