"""Whether a game has other equilibria at an estimate than the one whose likelihood was maximised."""

import numpy as np

from detente.arrays import FloatArray
from detente.fit.games import GameLikelihood
from detente.game import ExtensiveForm, find_other_branches

__all__ = ["has_hidden_moves", "tell_other_equilibria"]

_MOST = 100
"""Rows that are looked at, evenly spread."""


def has_hidden_moves(form: ExtensiveForm) -> bool:
    """Tell whether some information set has several nodes; without one the equilibrium is the only one."""
    decisions = form.player[form.player >= 0].size
    return bool(decisions > form.n_info_sets)


def tell_other_equilibria(likelihood: GameLikelihood, theta: FloatArray) -> list[str]:
    """Say in how many rows curves that meet the principal branch hold other equilibria at some coefficients."""
    form = likelihood.form
    if not has_hidden_moves(form):
        return []
    payoffs = likelihood.payoff_table(theta)
    rows = payoffs.shape[2]
    looked = np.unique(np.linspace(0, rows - 1, min(rows, _MOST)).round().astype(int))
    many = sum(
        bool(
            find_other_branches(
                form,
                [1.0],
                payoffs=payoffs[:, :, row],
                chance_probs=likelihood.chance,
                menus=likelihood.menus,
                own_odds=likelihood.own_odds,
            ).equilibria
        )
        for row in looked
    )
    if not many:
        return []
    words = (
        f"{many} of {looked.size} rows looked at have other equilibria at the estimate: the likelihood is that of the branch "
        "from lambda 0, and forecasts need a rule of selection"
    )
    return [words]
