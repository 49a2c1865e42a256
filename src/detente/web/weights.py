"""How far each assumption moves an attack: the order in which a reader may want them."""

from collections.abc import Callable

from pydantic import BaseModel

from detente.analysis.driving import find_crisis_swings
from detente.brief.words import format_points
from detente.rules.policies import base_policy, find_policy
from detente.web.assumptions import list_assumptions
from detente.web.workbench import Workbench

__all__ = ["Weight", "weigh"]


class Weight(BaseModel):
    """How far an assumption moves an attack, in 0-1: from its 5% to its 95% quantile, all others at their medians."""

    path: str
    weight: float
    at_low: float
    at_high: float
    words: str


def weigh(
    bench: Workbench,
    name: str,
    policy: str | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> list[Weight]:
    """Return the assumptions of a crisis as filed by how far they move an attack, the farthest first.

    ``progress`` is as of :meth:`detente.engine.Engine.solve`.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown policy.
    """
    crisis = bench.crisis(name)
    chosen = find_policy(crisis, policy) or base_policy(crisis)

    def make() -> list[Weight]:
        paths = [item.path for item in list_assumptions(crisis)]
        swings = (
            find_crisis_swings(crisis, "attack", chosen, paths=paths, progress=progress)
            if paths
            else ()
        )
        found = [
            Weight(
                path=swing.name,
                weight=swing.width,
                at_low=swing.at_low,
                at_high=swing.at_high,
                words=f"moves an attack by {format_points(swing.width).removeprefix('+')}",
            )
            for swing in swings
        ]
        return sorted(found, key=lambda item: -item.weight)

    return bench.weights.get((crisis.digest, chosen.id), make)
