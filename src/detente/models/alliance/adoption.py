"""What a body that decides by consensus adopts, and who then applies it."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.alliance._exposed import Rationality, Weight, coefficient
from detente.models.alliance.decisions import Votes, consensus_prob, veto_share
from detente.models.alliance.equilibrium import coverage_share
from detente.models.inputs import prob, ratio, share, sum_of_weights
from detente.models.registry import Input, Output, model, raise_where

__all__ = ["adoption"]


class _Outputs(TypedDict):
    adopted_prob: Annotated[
        FloatArray, Output("prob", "probability that the body adopts the package by consensus")
    ]
    applied_share: Annotated[
        FloatArray, Output("share", "expected share of weight that applies the package")
    ]
    applies_prob: Annotated[
        FloatArray,
        Output(
            "prob", "probability that the member applies the package", per_member=True, kept=False
        ),
    ]
    veto_prob: Annotated[
        FloatArray,
        Output(
            "prob", "probability that the member blocks the package", per_member=True, kept=False
        ),
    ]


@model(
    "alliance.adoption",
    cites=("euabstention",),
    reference="euabstention, unanimity with constructive abstention; choice of a veto our own",
)
def adoption(
    *,
    joining_prob: Annotated[FloatArray, prob("probability that the member joins", per_member=True)],
    votes: Annotated[
        FloatArray,
        share(
            "1 if the member sits in the body that decides, else 0: it then joins or not by itself",
            per_member=True,
            default=1.0,
        ),
    ],
    people: Annotated[
        FloatArray,
        Input(
            "persons",
            "people of the member, by which abstentions are weighed; only proportions matter",
            per_member=True,
            default=1.0,
            low=0.0,
        ),
    ],
    weight: Weight,
    stake: Annotated[
        FloatArray,
        ratio(
            "what the package is worth to a member that stays out of it, in log odds",
            per_member=True,
            default=0.0,
            low=-1000.0,
            high=1000.0,
        ),
    ],
    veto_price: Annotated[
        FloatArray, coefficient("cost of blocking what the others want", default=3.0)
    ],
    rationality: Rationality,
) -> _Outputs:
    """Compute what a body that decides by consensus makes of its members' wish to join.

    Constructive abstention is allowed. A member that stays out blocks with the probability of
    :func:`detente.models.alliance.veto_share`, else it abstains
    and is not bound. The package is adopted if nobody blocks and those who abstain are not both a third of the members
    and of the people. Members outside the body apply it if they join. That somebody joins is taken to be independent of
    whether too many of the others abstain.
    """
    shape = np.broadcast_shapes(
        joining_prob.shape,
        votes.shape,
        people.shape,
        weight.shape,
        stake.shape,
        veto_price.shape,
        rationality.shape,
    )
    sits = np.broadcast_to(votes, shape)[:, 0, 0] > 0.5
    raise_where(
        (votes > 0.5) != sits[:, None, None],
        at="alliance.adoption.votes",
        array=votes,
        why="differs between cases",
        fix="give each member one place in or out of the body",
    )
    sum_of_weights(weight, at="alliance.adoption.weight")
    joins = np.broadcast_to(joining_prob, shape)
    veto = (1.0 - joins) * veto_share(stake, price=veto_price, rationality=rationality)
    veto = np.where(sits[:, None, None], veto, 0.0)
    adopted = np.ones(shape[1:])
    if sits.any():
        heads = people[sits] if len(people) > 1 else people
        heads = np.where(heads.sum(axis=0) > 0.0, heads, 1.0)
        if heads[0].size > 1:
            heads = np.broadcast_to(heads, joins[sits].shape)
        elif len(heads) == 1:
            heads = np.ones((int(sits.sum()), 1, 1))
        adopted = consensus_prob(Votes(join=joins[sits], block=veto[sits], weight=heads))
    free = 1.0 - veto
    inside = np.divide(joins, free, out=np.zeros(shape), where=free > 0.0) * adopted
    applies = np.where(sits[:, None, None], inside, joins)
    return {
        "adopted_prob": adopted,
        "applied_share": coverage_share(applies, weight=np.broadcast_to(weight, shape)),
        "applies_prob": applies,
        "veto_prob": veto,
    }
