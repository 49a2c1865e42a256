"""What commitments rest on, priced: the odds that a policy binds, and what its players pay for making and breaking it.

Costs are no considerations: they belong to the policy and not to the state, so the same tree serves every policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, Policy, Product
from detente.errors import refuse
from detente.linking.bindings import DrawBlock
from detente.linking.planning import plan_fixed
from detente.linking.pricing import PROB_TOLERANCE
from detente.rules import Tree

__all__ = ["PricedPledges", "price_pledges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPledges:
    """What a policy rests on, for a block of D draws.

    ``holds`` ``(D,)`` is the probability that every pledge holds; ``cost`` and ``broken`` ``(P, D)`` are what players pay
    because it is made, and where it is made and not kept, in stakes.
    """

    holds: FloatArray
    cost: FloatArray
    broken: FloatArray

    def weigh(self, profiles: FloatArray) -> FloatArray:
        """Return probabilities of profiles, given those that leave even odds to whether the policy binds.

        The policy binds in the first of each two profiles with the same types; shape ``(V, D)``.
        """
        odds = np.stack([self.holds, 1.0 - self.holds])
        pairs = profiles.reshape(-1, 2, profiles.shape[1])
        return np.asarray(pairs * 2.0 * odds).reshape(profiles.shape)


def price_pledges(
    policy: Policy, tree: Tree, crisis: Crisis, values: Mapping[str, FloatArray], n_draws: int
) -> PricedPledges:
    """Price the pledges of a policy.

    Parameters
    ----------
    policy
        The commitment.
    tree
        The tree of its starting position.
    crisis
        The crisis.
    values
        Draws of each quantity by path, shape ``(D,)``.
    n_draws
        Their number.

    Raises
    ------
    CrisisFileError
        ``probability-out-of-range`` for a credibility that is no probability, ``payoff-not-finite`` for a cost that is no
        number.
    """
    draws = DrawBlock(values=values, n_draws=n_draws)

    def evaluate(binding: Binding) -> FloatArray:
        term = plan_fixed(binding, tree, crisis, policy.place)
        values_of: FloatArray = np.broadcast_to(term.evaluate(draws), (1, n_draws))[0]
        return values_of

    chances = [one.credibility for one in policy.pledges if one.credibility is not None]
    holds = evaluate(Product(factors=tuple(chances))) if chances else np.ones(n_draws)
    wrong = ~((holds >= -PROB_TOLERANCE) & (holds <= 1.0 + PROB_TOLERANCE))
    if wrong.any():
        refuse(
            f"the credibility of {policy.id!r} is {holds[wrong][0]:g} in some draw, which is no probability",
            code="probability-out-of-range",
            at=policy.place,
            fix="narrow the distribution of what it is bound to",
        )
    paid = {name: np.zeros((len(tree.players), n_draws)) for name in ("cost", "broken")}
    for pledge in policy.pledges:
        for name, by_player in (("cost", pledge.cost), ("broken", pledge.broken)):
            for player, binding in by_player:
                paid[name][tree.players.index(player)] += evaluate(binding)
    for name, table in paid.items():
        if not np.isfinite(table).all():
            refuse(
                f"what {policy.id!r} costs ({name}) is no number in some draw",
                code="payoff-not-finite",
                at=policy.place,
                fix="check the quantities that it is bound to",
            )
    return PricedPledges(holds=np.clip(holds, 0.0, 1.0), cost=paid["cost"], broken=paid["broken"])
