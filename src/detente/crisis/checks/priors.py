"""Checks of probabilities that belong together: priors of types, chance outcomes."""

import math
from collections.abc import Iterator, Mapping

from detente.crisis.draft import Draft
from detente.crisis.elements import Constant, Player, Quantity, QuantityOf
from detente.crisis.quantities import support
from detente.errors import Finding

__all__ = ["check_chance_sums", "check_prior_sums", "largest_prior_sum"]

_TOLERANCE = 1e-9


def largest_prior_sum(player: Player, quantities: Mapping[str, Quantity]) -> float:
    """Return the largest sum that the given priors of a player can have; a quantity that is not known counts zero."""
    total = 0.0
    for item in player.types:
        if isinstance(item.prior, Constant):
            total += item.prior.value
        elif isinstance(item.prior, QuantityOf) and item.prior.path in quantities:
            total += support(quantities[item.prior.path].distribution)[1]
    return total


def check_prior_sums(draft: Draft) -> Iterator[Finding]:
    """Find priors of a player that do not sum to one: as numbers, or with one type that takes the rest."""
    for player in draft.players.values():
        at = ("players", player.id, "types")
        rests = [item.id for item in player.types if item.prior is None]
        total = largest_prior_sum(player, draft.quantities)
        constant = all(isinstance(item.prior, Constant) for item in player.types)
        if len(rests) > 1:
            yield draft.finding(
                "priors-sum",
                f"the types {', '.join(rests)} of {player.id!r} all take the rest",
                at=at,
                value=", ".join(rests),
                fix="leave `prior: rest` to one type and give the others a number or a quantity",
            )
        elif not rests and not constant:
            yield draft.finding(
                "priors-sum",
                f"the priors of {player.id!r} are uncertain and no type takes the rest",
                at=at,
                value=player.id,
                fix="give one type `prior: rest`",
            )
        elif (not rests and abs(total - 1) > _TOLERANCE) or total > 1 + _TOLERANCE:
            yield draft.finding(
                "priors-sum",
                f"the priors of {player.id!r} can sum to {total:.6g}, not one",
                at=at,
                value=f"{total:.6g}",
                fix="lower the priors, or give one type `prior: rest`",
            )


def check_chance_sums(draft: Draft) -> Iterator[Finding]:
    """Find chances of an instrument that do not sum to one: as numbers, or with one that takes the rest.

    Where outcomes have conditions, what can follow depends on the state: the states that play reaches are searched later.
    """
    for instrument in draft.instruments.values():
        if not instrument.chance or any(item.when for item in instrument.chance):
            continue
        at = ("instruments", instrument.id, "chance")
        rests = [item.id for item in instrument.chance if item.prob is None]
        numbers = [item.prob.value for item in instrument.chance if isinstance(item.prob, Constant)]
        total = math.fsum(numbers)
        if len(rests) > 1:
            problem = f"the outcomes {', '.join(rests)} all take the rest"
        elif not rests and len(numbers) < len(instrument.chance):
            problem = "the chances are uncertain and no outcome takes the rest"
        elif (not rests and abs(total - 1) > _TOLERANCE) or total > 1 + _TOLERANCE:
            problem = f"the chances sum to {total:.6g}, not one"
        else:
            continue
        yield draft.finding(
            "probability-out-of-range",
            f"of {instrument.id!r}, {problem}",
            at=at,
            value=f"{total:.6g}",
            fix="give one outcome `prob: rest`, and the others chances that sum to at most one",
        )
