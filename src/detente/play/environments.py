"""A crisis as an environment for learners: PettingZoo's cycle of agents and environment (AEC), on the same rules and prices."""

from typing import TYPE_CHECKING, cast

from detente.crisis.crisis import Crisis
from detente.engine.usual import SEED
from detente.errors import UsageError
from detente.play.rulebooks import DRAWS, Rulebook

if TYPE_CHECKING:
    from pettingzoo import AECEnv

__all__ = ["make_environment"]


def make_environment(
    crisis: Crisis,
    *,
    policy: str | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    case: int | None = None,
) -> "AECEnv":
    """Return an environment of PettingZoo in which the players of a crisis are agents.

    Parameters
    ----------
    crisis, policy, draws, seed
        As of :class:`detente.play.Rulebook`.
    case
        The case that is played; None: each game draws one.

    Raises
    ------
    UsageError
        ``extra-missing`` without the package ``pettingzoo``.

    Examples
    --------
    >>> from importlib.resources import files
    >>> from detente.crisis import load_crisis
    >>> crisis = load_crisis(str(files("detente.crisis") / "templates" / "coercion"))
    >>> env = make_environment(crisis, draws=2)
    >>> env.reset(seed=1)
    >>> env.agent_selection, int(env.last()[-1]["action_mask"].sum())
    ('west', 4)
    """
    try:
        from detente.play._environment import CrisisEnvironment  # noqa: PLC0415  # an extra
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"pettingzoo", "gymnasium"}:
            raise
        message = "environments for learners need the package pettingzoo"
        raise UsageError(
            message,
            code="extra-missing",
            at="detente.play.environments",
            fix="pip install 'detente[pettingzoo]'",
        ) from error
    book = Rulebook(crisis, policy=policy, draws=draws, seed=seed)
    return cast("AECEnv", CrisisEnvironment(book, case=case))
