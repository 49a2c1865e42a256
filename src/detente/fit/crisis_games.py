"""The game of a crisis as one that can be estimated: its reference values, under a policy, with considerations as parts.

Payoffs of a crisis are sums of considerations, each a weight times a price of the level that a history puts it at. So a
consideration is a part of payoffs that is linear in its weight, and weights can be estimated from how plays ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.crisis import Crisis, load_crisis, shipped_crises
from detente.crisis.quantities import reference_value
from detente.engine import Engine
from detente.engine.engine import find_game
from detente.errors import UsageError, refuse
from detente.game import Game, Menus

__all__ = ["CrisisGame", "crisis_game", "load_if_crisis"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrisisGame:
    """A crisis under a policy, every quantity at its reference value.

    Attributes
    ----------
    game
        The game that the policy leaves; payoff classes are ends.
    rationality
        Lambda of the crisis.
    outcomes, outcome
        Names of the crisis's outcomes, and the one of each end, shape ``(T,)``.
    prices
        Price of each consideration at each end, shape ``(T,)``, by its id.
    shares
        What each consideration adds to each player's payoff at each end, shape ``(T, P)``, by its id.
    """

    game: Game
    rationality: float
    outcomes: tuple[str, ...]
    outcome: IntArray
    prices: Mapping[str, FloatArray]
    shares: Mapping[str, FloatArray]


def load_if_crisis(name: str) -> Crisis | None:
    """Return the crisis of a folder or of that name; None if there is none."""
    if (Path(name) / "crisis.yaml").is_file() or name in shipped_crises():
        return load_crisis(name)
    return None


def crisis_game(crisis: Crisis, policy: str | None = None) -> CrisisGame:
    """Return the game of a crisis that a policy leaves, at reference values.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown policy, ``option-invalid`` for one that rests on a pledge.
    """
    engine = Engine(crisis)
    found = find_game(engine, policy)
    if found.policy.pledges:
        refuse(
            f"the policy {found.policy.id!r} rests on pledges that may not hold: to estimate its game is not modelled",
            code="option-invalid",
            at="policy",
            fix="use a policy without credibility, cost and broken",
            error=UsageError,
        )
    values = {
        path: [reference_value(item.distribution)] for path, item in crisis.quantities.items()
    }
    draws = engine.draw(1, settings=values)
    priced = engine.price(draws, policy)
    tree, cut = found.board.tree, found.cut
    payoffs = priced.payoffs_of(found.classes)[:, :, 0]
    ends = found.form.payoff_class
    menus = None
    if found.menus is not None:
        menus = Menus.from_numbers(
            found.menus, weight=priced.menu_weights, similarity=priced.similarities
        )
    form = replace(
        found.form,
        payoff_class=np.arange(ends.size, dtype=ends.dtype),
        player_label=tree.players,
        action_label=tuple(tree.action_label[action] for action in cut.actions.tolist()),
        chance_label=tuple(tree.chance_label),
        info_set_label=tuple(f"set {number}" for number in cut.info_sets.tolist()),
    )
    if menus is not None:
        menus = Menus(form=menus.form, weight=menus.weight, similarity=menus.similarity)
    classes = tree.payoff_class[cut.terminals]
    prices: dict[str, FloatArray] = {}
    shares: dict[str, FloatArray] = {}
    for column, name in enumerate(tree.considerations):
        levels = tree.class_level[classes, column]
        prices[name] = np.asarray(priced.prices[name][levels, 0])
        shares[name] = np.zeros((ends.size, len(tree.players)))
        for number, player in enumerate(tree.players):
            kinds = tree.class_types[classes, number]
            for place, kind in enumerate(tree.types[number]):
                weight = priced.weights.get((player, kind, name))
                if weight is not None:
                    here = kinds == place
                    shares[name][here, number] = weight[0] * prices[name][here]
    return CrisisGame(
        game=Game(
            title=f"{crisis.title}, {found.policy.id}",
            form=form,
            payoffs=payoffs[ends],
            chance_probs=priced.chance_probs[:, 0],
            menus=menus,
            own_odds={player: odds[:, 0] for player, odds in priced.own_odds.items()},
        ),
        rationality=reference_value(crisis.quantities[crisis.rationality.path].distribution),
        outcomes=tree.outcomes,
        outcome=np.asarray(tree.outcome[cut.terminals], dtype=np.intp),
        prices=prices,
        shares=shares,
    )
