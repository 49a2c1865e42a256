"""Two policies side by side on the same draws: what each aim comes to, and in how many cases the first does better."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from detente.analysis.effects import ROUNDING
from detente.analysis.robustness import Aim, OutcomeCell, tabulate_policies
from detente.arrays import FloatArray

__all__ = ["PairedAim", "compare_pair"]


class PairedAim(NamedTuple):
    """An aim under two policies.

    ``first`` and ``second`` hold mean and range; the change of ``first`` is against ``second``, with its 90% interval.
    ``lower``, ``equal`` and ``higher`` count the draws in which the first is so.
    """

    aim: Aim
    first: OutcomeCell
    second: OutcomeCell
    lower: int
    equal: int
    higher: int

    @property
    def better(self) -> int:
        """In how many draws the first policy does better."""
        return self.lower if self.aim.lower_is_better else self.higher


def compare_pair(
    aims: Sequence[Aim], first: Sequence[FloatArray], second: Sequence[FloatArray]
) -> tuple[PairedAim, ...]:
    """Compare two policies draw by draw.

    Parameters
    ----------
    aims
        What is wanted.
    first, second
        Values of each aim's metric, shape ``(D,)``, on the same draws.

    Examples
    --------
    >>> (found,) = compare_pair([Aim("attack")], [np.array([0.1, 0.4])], [np.array([0.3, 0.4])])
    >>> found.lower, found.equal, found.higher, round(found.first.change, 3)
    (1, 1, 0, -0.1)
    """
    found = []
    for aim, mine, other in zip(aims, first, second, strict=True):
        cells = tabulate_policies({aim.metric: np.stack([other, mine])}, ("second", "first"))
        apart = mine - other
        found.append(
            PairedAim(
                aim,
                first=cells[1],
                second=cells[0],
                lower=int((apart < -ROUNDING).sum()),
                equal=int((np.abs(apart) <= ROUNDING).sum()),
                higher=int((apart > ROUNDING).sum()),
            )
        )
    return tuple(found)
