"""What moves and outcomes are worth in a solved game, to each type of each player: a first look at a crisis that is being written."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from detente.analysis.why import Decision, OptionWorth, explain_choice, find_decisions
from detente.arrays import FloatArray
from detente.engine.solutions import Solution
from detente.game import terminal_probs

__all__ = ["FirstChoice", "OutcomeWorth", "value_first_choices", "value_outcomes"]


class FirstChoice(NamedTuple):
    """The first choice that a type of a player has: when, and what each option is worth to it, the likeliest first."""

    decision: Decision
    options: tuple[OptionWorth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWorth:
    """What a consideration adds to the payoff of a type if play ends in an outcome, in stakes.

    Attributes
    ----------
    price, weight
        Means over the draws.
    mean, low, high
        Of their product: mean, 5% and 95% quantile over the draws in which play can end there.
    """

    price: float
    weight: float
    mean: float
    low: float
    high: float


def value_first_choices(solution: Solution) -> tuple[FirstChoice, ...]:
    """Return the first choice of each type of each player, in the order of play."""
    first: dict[str, tuple[int, str, int]] = {}
    found = []
    for item in find_decisions(solution):
        moment = (item.round, item.phase, item.move)
        if first.setdefault(item.player, moment) == moment:
            found.append(FirstChoice(item, explain_choice(solution, item)))
    return tuple(found)


def value_outcomes(solution: Solution) -> dict[str, dict[tuple[str, str, str], OutcomeWorth]]:
    """Return what each outcome is worth, consideration by consideration, in the order of the crisis file.

    An outcome is told of many ends of the game; each counts as often as play comes to it.

    Returns
    -------
    dict
        Outcome to player, type and consideration to worth; outcomes that play never ends in are left out, and considerations
        that a type does not weigh.
    """
    board, cut, form = solution.game.board, solution.game.cut, solution.game.form
    tree = board.tree
    levels = tree.class_level[tree.payoff_class[cut.terminals]].astype(np.intp)
    outcome = tree.outcome[cut.terminals]
    reach = [
        terminal_probs(form, block.strategy, block.priced.chance_probs) for block in solution.blocks
    ]
    found: dict[str, dict[tuple[str, str, str], OutcomeWorth]] = {}
    for place, name in enumerate(tree.outcomes):
        here = np.flatnonzero(outcome == place)
        if not here.size or sum(float(probs[here].sum()) for probs in reach) <= 0.0:
            continue
        prices = {
            consideration: [
                _mean(block.priced.prices[consideration][levels[here, column]], probs[here])
                for block, probs in zip(solution.blocks, reach, strict=True)
            ]
            for column, consideration in enumerate(tree.considerations)
        }
        found[name] = {
            key: _worth(
                np.concatenate(prices[key[2]]),
                np.concatenate([block.priced.weights[key] for block in solution.blocks]),
            )
            for key in solution.blocks[0].priced.weights
        }
    return found


def _mean(price: FloatArray, probs: FloatArray) -> FloatArray:
    """Return the mean price over ends, by draw; NaN in draws in which play comes to none."""
    total = probs.sum(axis=0)
    found = np.full(total.size, np.nan)
    np.divide((price * probs).sum(axis=0), total, out=found, where=total > 0.0)
    return found


def _worth(price: FloatArray, weight: FloatArray) -> OutcomeWorth:
    known = ~np.isnan(price)
    values = (price * weight)[known]
    low, high = np.quantile(values, (0.05, 0.95))
    return OutcomeWorth(
        price=float(price[known].mean()),
        weight=float(weight[known].mean()),
        mean=float(values.mean()),
        low=float(low),
        high=float(high),
    )
