r"""Search over combinations of commitments: which mix of moves serves several aims.

A combination takes one option of each choice: by default those that the policies of the crisis file are made of, or else one
instrument of each of some menus. All combinations are solved at a few draws; those that several aims could still prefer are
solved at all of them. Where there are too many different games to solve even so, combinations are improved one commitment
at a time, from many starts and for many weights of the aims.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np

from detente.analysis.commitments import Choice, list_commitments, menu_choices
from detente.analysis.robustness import Aim, find_pareto
from detente.analysis.solving import PolicySolver, PolicyValues
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.crisis.metric_names import metric_name
from detente.engine import Engine
from detente.engine.usual import DRAWS_OF_A_COMPARISON, SEED
from detente.errors import refuse
from detente.rules.policies import name_policies, unite

__all__ = [
    "EXHAUSTIVE",
    "Found",
    "SearchResult",
    "combine",
    "default_aims",
    "find_choices",
    "search_policies",
]

EXHAUSTIVE = 512
"""Up to this many different games all combinations are solved."""
_COUNTED = 16_384  # combinations among which different games are counted
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

    ``choices`` are what combinations are made of. ``n_combinations`` counts all, ``n_solved`` those solved, ``n_games`` the different games among them; ``exhaustive``
    tells that every combination was solved. ``final`` holds the metrics of those solved at all draws, ``pareto`` the ones
    that no other beats in the means of all aims.
    """

    aims: tuple[Aim, ...]
    choices: tuple[Choice, ...]
    n_combinations: int
    n_solved: int
    n_games: int
    exhaustive: bool
    n_draws: int
    final: PolicyValues
    policies: tuple[Policy, ...]
    pareto: tuple[Found, ...]


def default_aims(crisis: Crisis) -> tuple[Aim, ...]:
    """Less attack, and the aims that the crisis file states; without any, more for each player who is no challenger."""
    if crisis.aims:
        return (
            Aim("attack", label=_attack_label(crisis)),
            *(
                Aim("+".join(aim.metrics), lower_is_better=aim.lower_is_better, label=aim.label)
                for aim in crisis.aims.values()
            ),
        )
    others = [player for player in crisis.players.values() if player.role != "challenger"]
    return (
        Aim("attack", label=_attack_label(crisis)),
        *(
            Aim(
                metric_name("payoff", player.id),
                lower_is_better=False,
                label=f"payoff of {player.name}",
            )
            for player in others
        ),
    )


def _attack_label(crisis: Crisis) -> str:
    """Return words for an attack that say whose act it is."""
    acts = {rule.attack for rule in crisis.outcomes.values()}
    names = [player.name for player in crisis.players.values() if player.id in acts]
    return f"an attack by {' or '.join(names)}" if names else "an attack"


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
        Keys are ``phase`` or, where several moves are made in it, ``phase/player``, and ``phase/player/2`` for the second
        menu of a player; challengers' menus are left out.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown phase, or if nothing is left to choose.
    """
    known = {phase.id: phase for phase in crisis.phases}
    if phases is None:
        wanted = {name for policy in crisis.policies.values() for name in policy.phases}
        phases = [name for name in known if name in wanted]
    choices: dict[str, tuple[str, ...]] = {}
    for name in phases:
        if name not in known:
            refuse(
                f"crisis {crisis.id!r} has no phase {name!r}",
                code="option-invalid",
                at="phases",
                fix=f"use some of: {', '.join(known)}",
            )
        moves = [
            move
            for move in known[name].moves
            if crisis.players[move.player].role != "challenger" and len(move.menu) > 1
        ]
        turns: dict[str, int] = {}
        for move in moves:
            key = name if len(known[name].moves) == 1 else f"{name}/{move.player}"
            turn = turns[move.player] = turns.get(move.player, 0) + 1
            choices[key if turn == 1 else f"{key}/{turn}"] = tuple(move.menu)
    if not choices:
        refuse(
            "there is no menu to choose a commitment from",
            code="option-invalid",
            at="phases",
            fix="name phases in which a player other than the challenger moves",
        )
    return choices


def combine(
    crisis: Crisis, picks: Mapping[str, str], *, state: Mapping[str, str] | None = None
) -> Policy:
    """Make the policy that fixes one instrument per choice; an empty text leaves a choice free."""
    choices = menu_choices(crisis, {key: (name,) for key, name in picks.items()})
    return replace(unite([item.options[0] for item in choices]), state=dict(state or {}))


def search_policies(
    crisis: Crisis,
    *,
    aims: Sequence[Aim] | None = None,
    choices: Mapping[str, Sequence[str]] | Sequence[Choice] | None = None,
    n_draws: int = DRAWS_OF_A_COMPARISON,
    seed: int = SEED,
    workers: int = 2,
    exhaustive_up_to: int = EXHAUSTIVE,
    keep: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> SearchResult:
    """Search combinations of commitments for those that no other beats in all aims.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    aims
        Metrics whose means are compared; :func:`default_aims` by default.
    choices
        What combinations are made of; by default :func:`detente.analysis.commitments.list_commitments`. Or menus as of
        :func:`find_choices`; an instrument written as an empty text leaves the choice free.
    n_draws, seed
        Draws at which the last candidates are solved.
    workers
        Threads.
    exhaustive_up_to
        With more different games than this, combinations are improved step by step instead.
    keep
        Metrics that ``final`` is to hold beside those of the aims.
    progress
        As of :class:`detente.analysis.solving.PolicySolver`; it begins again for each step of the search.

    Returns
    -------
    SearchResult
        The Pareto set is exact for the means over these draws if ``exhaustive`` and every candidate survived screening;
        a candidate is dropped after 64 draws only if another beats it in every aim by more than 3 standard errors of the
        paired difference.

    Raises
    ------
    UsageError
        As of :meth:`detente.analysis.solving.PolicySolver.evaluate`.
    """
    aims = tuple(aims) if aims else default_aims(crisis)
    chosen = _as_choices(crisis, choices)
    n_all = math.prod(len(choice.options) for choice in chosen)
    n_screen = min(_SCREEN_DRAWS, n_draws)
    engine = Engine(crisis, workers=workers)
    screen = PolicySolver(engine, engine.draw(n_screen, seed=seed), progress=progress)
    metrics = tuple(dict.fromkeys(aim.metric for aim in aims))
    exhaustive = n_all <= _COUNTED
    if exhaustive:
        combinations = list(product(*(choice.options for choice in chosen)))
        exhaustive = screen.count([unite(one) for one in combinations]) <= exhaustive_up_to
    if not exhaustive:
        combinations = _climb(chosen, aims, metrics, screen, seed)
    policies = [unite(one) for one in combinations]
    first = screen.evaluate(policies, metrics)
    alive = _survivors(first, aims)
    kept = [policies[place] for place in alive]
    last = PolicySolver(engine, engine.draw(n_draws, seed=seed), progress=progress)
    final = last.evaluate(kept, [*metrics, *keep])
    losses = _losses(final, aims)
    pareto = np.flatnonzero(find_pareto(losses.mean(axis=2)))
    n_same = np.bincount(np.array(first.same_as), minlength=len(policies))
    found = sorted(
        (
            Found(
                kept[place],
                *_shared(combinations, first.same_as, alive[place]),
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
    combinations: Sequence[Sequence[Policy]], same_as: Sequence[int], place: int
) -> tuple[tuple[str, ...], str]:
    """Return the commitments that all combinations with the same game hold, and their labels."""
    group = [one for one, same in zip(combinations, same_as, strict=True) if same == place]
    every = [
        pick for number, pick in enumerate(group[0]) if all(one[number] == pick for one in group)
    ]
    return tuple(pick.id for pick in every if pick.id), name_policies(every)[1]


def _as_choices(
    crisis: Crisis, choices: Mapping[str, Sequence[str]] | Sequence[Choice] | None
) -> tuple[Choice, ...]:
    """Return what combinations are made of: as given, or the commitments of the file, or the menus of its phases."""
    if choices is None:
        found = list_commitments(crisis)
        return found or menu_choices(crisis, find_choices(crisis))
    if isinstance(choices, Mapping):
        return menu_choices(crisis, choices)
    return tuple(choices)


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
    choices: Sequence[Choice],
    aims: Sequence[Aim],
    metrics: Sequence[str],
    evaluator: PolicySolver,
    seed: int,
) -> list[tuple[Policy, ...]]:
    """Improve combinations one choice at a time, for many weights of the aims; return all that were solved."""
    generator = np.random.default_rng(seed)
    menus = [range(len(choice.options)) for choice in choices]
    known: dict[tuple[int, ...], FloatArray] = {}

    def picks(one: tuple[int, ...]) -> tuple[Policy, ...]:
        return tuple(choice.options[at] for choice, at in zip(choices, one, strict=True))

    def solve(wanted: Sequence[tuple[int, ...]]) -> None:
        fresh = [one for one in dict.fromkeys(wanted) if one not in known]
        if fresh:
            values = evaluator.evaluate([unite(picks(one)) for one in fresh], metrics)
            known.update(zip(fresh, _losses(values, aims).mean(axis=2), strict=True))

    starts = [
        tuple(int(generator.integers(len(menu))) for menu in menus) for _ in range(4 * len(aims))
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
                for place, menu in enumerate(menus)
                for other in menu
                if other != here[place]
            ]
            solve(near)
            best = min(near, key=lambda one: float((known[one] / scale) @ weight))
            if float((known[best] / scale) @ weight) >= float((known[here] / scale) @ weight):
                break
            here = best
    return [picks(one) for one in known]
