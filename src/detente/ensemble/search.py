r"""Search over combinations of commitments: which mix of moves serves several aims.

A combination fixes one instrument in each of some phases of the crisis. All combinations are solved at a few draws; those
that several aims could still prefer are solved at all of them. Where there are too many to solve even so, combinations are
improved one commitment at a time, from many starts and for many weights of the aims.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.crisis.elements import Crisis, Policy
from detente.ensemble._columns import refuse
from detente.ensemble.evaluating import Evaluator, PolicyValues
from detente.ensemble.robustness import Aim, find_pareto

__all__ = [
    "EXHAUSTIVE",
    "Found",
    "SearchResult",
    "combine",
    "default_aims",
    "find_choices",
    "search_policies",
]

FloatArray = NDArray[np.float64]
EXHAUSTIVE = 512
"""Up to this many combinations all are solved."""
_SCREEN_DRAWS = 64


class Found(NamedTuple):
    """A combination of the Pareto set, with its mean in each aim and standard errors.

    ``policy`` is the first of ``n_same`` combinations that make the very same game; ``commitments`` are the instruments
    that all of these share: the others never come to be chosen. ``label`` names them.
    """

    policy: Policy
    commitments: tuple[str, ...]
    label: str
    means: tuple[float, ...]
    errors: tuple[float, ...]
    n_same: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found.

    ``n_combinations`` counts all, ``n_solved`` those solved, ``n_games`` the different games among them; ``exhaustive``
    tells that every combination was solved. ``final`` holds the metrics of those solved at all draws, ``pareto`` the ones
    that no other beats in the means of all aims.
    """

    aims: tuple[Aim, ...]
    choices: Mapping[str, tuple[str, ...]]
    n_combinations: int
    n_solved: int
    n_games: int
    exhaustive: bool
    n_draws: int
    final: PolicyValues
    policies: tuple[Policy, ...]
    pareto: tuple[Found, ...]


def default_aims(crisis: Crisis) -> tuple[Aim, ...]:
    """Aims that any crisis has: less attack, and more for each player who is no challenger."""
    others = [player for player in crisis.players.values() if player.role != "challenger"]
    return (
        Aim("attack", label="an attack"),
        *(
            Aim(f"payoff/{player.id}", lower_is_better=False, label=f"payoff of {player.name}")
            for player in others
        ),
    )


def find_choices(crisis: Crisis, phases: Sequence[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return what can be committed to: per phase and mover the instruments of its menu.

    Parameters
    ----------
    crisis
        The crisis.
    phases
        Ids of phases; by default those in which a policy of the crisis file fixes something.

    Returns
    -------
    dict
        Keys are ``phase`` or, where several move in it, ``phase/player``; challengers' menus are left out.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown phase, or if nothing is left to choose.
    """
    known = {phase.id: phase for phase in crisis.phases}
    if phases is None:
        fixed = (key.partition("@")[0] for policy in crisis.policies.values() for key in policy.fix)
        wanted = set(fixed)
        phases = [name for name in known if name in wanted]
    choices: dict[str, tuple[str, ...]] = {}
    for name in phases:
        if name not in known:
            refuse(
                f"crisis {crisis.id!r} has no phase {name!r}",
                at="phases",
                fix=f"use some of: {', '.join(known)}",
            )
        moves = [
            move
            for move in known[name].moves
            if crisis.players[move.player].role != "challenger" and len(move.menu) > 1
        ]
        for move in moves:
            key = name if len(known[name].moves) == 1 else f"{name}/{move.player}"
            choices[key] = tuple(move.menu)
    if not choices:
        refuse(
            "there is no menu to choose a commitment from",
            at="phases",
            fix="name phases in which a player other than the challenger moves",
        )
    return choices


def combine(
    crisis: Crisis, picks: Mapping[str, str], *, state: Mapping[str, str] | None = None
) -> Policy:
    """Make the policy that fixes one instrument per choice; an empty text leaves a choice free."""
    fix: dict[str, tuple[str, ...]] = {}
    for key, instrument in picks.items():
        if instrument:
            phase = key.partition("/")[0]
            fix[phase] = (*fix.get(phase, ()), instrument)
    chosen = [instrument for instrument in picks.values() if instrument]
    labels = [crisis.instruments[instrument].label for instrument in chosen]
    return Policy(
        id="+".join(chosen) or "free",
        label="; ".join(labels) or "no commitment",
        description="",
        fix=fix,
        forbid=(),
        state=dict(state or {}),
    )


def search_policies(
    crisis: Crisis,
    *,
    aims: Sequence[Aim] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    n_draws: int = 256,
    seed: int = 1,
    workers: int = 2,
    exhaustive_up_to: int = EXHAUSTIVE,
) -> SearchResult:
    """Search combinations of commitments for those that no other beats in all aims.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    aims
        Metrics whose means are compared; :func:`default_aims` by default.
    choices
        As of :func:`find_choices`; an instrument written as an empty text leaves the choice free.
    n_draws, seed
        Draws at which the last candidates are solved.
    workers
        Threads.
    exhaustive_up_to
        With more combinations than this, they are improved step by step instead.

    Returns
    -------
    SearchResult
        The Pareto set is exact for the means over these draws if ``exhaustive`` and every candidate survived screening;
        a candidate is dropped after 64 draws only if another beats it in every aim by more than 3 standard errors of the
        paired difference.

    Raises
    ------
    UsageError
        As of :meth:`detente.ensemble.evaluating.Evaluator.evaluate`.
    """
    aims = tuple(aims) if aims else default_aims(crisis)
    chosen = {key: tuple(menu) for key, menu in (choices or find_choices(crisis)).items()}
    n_all = int(np.prod([len(menu) for menu in chosen.values()]))
    n_screen = min(_SCREEN_DRAWS, n_draws)
    screen = Evaluator(crisis, n_draws=n_screen, seed=seed, workers=workers)
    metrics = tuple(dict.fromkeys(aim.metric for aim in aims))
    exhaustive = n_all <= exhaustive_up_to
    if exhaustive:
        policies = [
            combine(crisis, dict(zip(chosen, one, strict=True)))
            for one in product(*chosen.values())
        ]
        first = screen.evaluate(policies, metrics)
    else:
        policies, first = _climb(crisis, chosen, aims, metrics, screen, seed)
    alive = _survivors(first, aims)
    kept = [policies[place] for place in alive]
    final = Evaluator(crisis, n_draws=n_draws, seed=seed, workers=workers).evaluate(kept, metrics)
    losses = _losses(final, aims)
    pareto = np.flatnonzero(find_pareto(losses.mean(axis=2)))
    n_same = np.bincount(np.array(first.same_as), minlength=len(policies))
    found = sorted(
        (
            Found(
                kept[place],
                *_shared(crisis, policies, first.same_as, alive[place]),
                tuple(float(final.values[aim.metric][place].mean()) for aim in aims),
                tuple(
                    float(final.values[aim.metric][place].std(ddof=1) / np.sqrt(n_draws))
                    if n_draws > 1
                    else 0.0
                    for aim in aims
                ),
                int(n_same[alive[place]]),
            )
            for place in pareto
            if final.same_as[place] == place
        ),
        key=lambda item: item.means if aims[0].lower_is_better else tuple(-x for x in item.means),
    )
    return SearchResult(
        aims=aims,
        choices=chosen,
        n_combinations=n_all,
        n_solved=len(policies),
        n_games=len(set(first.same_as)),
        exhaustive=exhaustive,
        n_draws=n_draws,
        final=final,
        policies=tuple(kept),
        pareto=tuple(found),
    )


def _shared(
    crisis: Crisis, policies: Sequence[Policy], same_as: Sequence[int], place: int
) -> tuple[tuple[str, ...], str]:
    """Instruments that all combinations with the same game fix, and their labels."""
    group = [
        {name for fixed in policy.fix.values() for name in fixed}
        for policy, same in zip(policies, same_as, strict=True)
        if same == place
    ]
    every = set.intersection(*group)
    fixed = [name for names in policies[place].fix.values() for name in names if name in every]
    labels = [crisis.instruments[name].label for name in fixed]
    return tuple(fixed), "; ".join(labels) or "no commitment"


def _losses(values: PolicyValues, aims: Sequence[Aim]) -> FloatArray:
    """Losses of shape ``(n_policies, n_aims, n_draws)``: less is better in each."""
    return np.array(
        [values.values[aim.metric] * (1.0 if aim.lower_is_better else -1.0) for aim in aims]
    ).transpose(1, 0, 2)


def _survivors(values: PolicyValues, aims: Sequence[Aim]) -> list[int]:
    """Places of different games that no other clearly beats in every aim."""
    distinct = [place for place, same in enumerate(values.same_as) if same == place]
    losses = _losses(values, aims)[distinct]
    n_draws = losses.shape[2]
    kept = []
    for number, place in enumerate(distinct):
        gaps = losses[number] - losses  # positive: the other is better
        error = gaps.std(axis=2, ddof=1 if n_draws > 1 else 0) / np.sqrt(n_draws)
        clear = (gaps.mean(axis=2) > 3.0 * error) & (gaps.mean(axis=2) > 0.0)
        if not clear.all(axis=1).any():
            kept.append(place)
    return kept


def _climb(
    crisis: Crisis,
    choices: Mapping[str, tuple[str, ...]],
    aims: Sequence[Aim],
    metrics: Sequence[str],
    evaluator: Evaluator,
    seed: int,
) -> tuple[list[Policy], PolicyValues]:
    """Improve combinations one choice at a time, for many weights of the aims; return all that were solved."""
    generator = np.random.default_rng(seed)
    keys = list(choices)
    known: dict[tuple[str, ...], FloatArray] = {}

    def solve(wanted: Sequence[tuple[str, ...]]) -> None:
        fresh = [one for one in dict.fromkeys(wanted) if one not in known]
        if fresh:
            policies = [combine(crisis, dict(zip(keys, one, strict=True))) for one in fresh]
            values = evaluator.evaluate(policies, metrics)
            known.update(zip(fresh, _losses(values, aims).mean(axis=2), strict=True))

    starts = [
        tuple(menu[int(generator.integers(len(menu)))] for menu in choices.values())
        for _ in range(4 * len(aims))
    ]
    solve(starts)
    scale = np.ptp(np.array(list(known.values())), axis=0)
    scale[scale == 0.0] = 1.0
    weights = [*np.eye(len(aims)), *generator.dirichlet(np.ones(len(aims)), size=3 * len(aims))]
    for weight, start in zip(weights, starts, strict=True):
        here = start
        while True:
            near = [
                (*here[:place], other, *here[place + 1 :])
                for place, key in enumerate(keys)
                for other in choices[key]
                if other != here[place]
            ]
            solve(near)
            best = min(near, key=lambda one: float((known[one] / scale) @ weight))
            if float((known[best] / scale) @ weight) >= float((known[here] / scale) @ weight):
                break
            here = best
    policies = [combine(crisis, dict(zip(keys, one, strict=True))) for one in known]
    return policies, evaluator.evaluate(policies, metrics)
