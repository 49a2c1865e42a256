"""What a result was fitted to: kept with it, so that more can be asked than coefficients."""

from dataclasses import dataclass

from detente.arrays import FloatArray
from detente.fit.maximising import AbstractLikelihood
from detente.fit.terms import Observations, columns_of

__all__ = ["Fitted"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """The likelihood of all rows, the rows, and the estimate, shape ``(K,)``."""

    likelihood: AbstractLikelihood
    data: Observations
    theta: FloatArray

    def columns(self) -> list[str]:
        """Return the columns that stand in some term."""
        found: dict[str, None] = {}
        for equation in self.likelihood.equations:
            for term in equation.terms:
                found |= dict.fromkeys(columns_of(term, self.data.columns))
        return list(found)
