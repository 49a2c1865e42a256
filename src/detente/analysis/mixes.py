"""The search that a briefing reads: combinations of the commitments that its policies make, small enough for every run.

The space is cut to a number of different games: choices that few policies make stay open, then those that most make are kept
to the options that policies use. All that is left is solved over the first cases of the run. What no other betters on average
in all aims is solved with the policies over all cases; the record of the search stands in the run folder.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from detente.analysis.commitments import Choice, list_commitments, name_mix
from detente.analysis.robustness import Aim, find_pareto
from detente.analysis.search import default_aims
from detente.analysis.solving import PolicySolver
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.engine import Engine
from detente.engine.boards import PolicyGame
from detente.engine.designs import Design
from detente.engine.usual import GAMES_OF_A_SEARCH
from detente.errors import RunError
from detente.files.reading import read_plain
from detente.files.writing import write_whole
from detente.rules.policies import unite
from detente.runs.store import SEARCH_FILE

__all__ = [
    "MOST_MIXES",
    "SEARCH_DRAWS",
    "MixSearch",
    "keep_mixes",
    "read_mixes",
    "search_key",
    "search_mixes",
    "with_mixes",
]


SEARCH_DRAWS = 64
"""Cases of the run that they are solved over: the first ones."""
MOST_MIXES = 4
"""Combinations that are solved over all cases at most."""
_FORMAT = 1
_MAX_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSearch:
    """What the search of a briefing did and found.

    ``aims`` are triples of metric, whether less is better, and label. ``choices`` are what was combined, with the labels of
    options, an empty one where a choice may stay open; ``left_open`` were left out. ``n_unbeaten`` counts combinations that
    are no listed policy and that nothing betters; ``listed_unbeaten`` are the listed policies of which that holds. ``mixes`` are
    combinations that no other betters in all aims, over the cases of the search; by the id of each, ``means`` hold its mean in
    each aim and ``commitments`` the ids of those that come up in its game.
    """

    aims: tuple[tuple[str, bool, str], ...]
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    left_open: tuple[str, ...]
    n_combinations: int
    n_games: int
    n_draws: int
    n_unbeaten: int
    listed_unbeaten: tuple[str, ...]
    mixes: tuple[Policy, ...]
    commitments: dict[str, tuple[str, ...]]
    means: dict[str, tuple[float, ...]]

    def as_aims(self) -> tuple[Aim, ...]:
        """Return the aims."""
        return tuple(Aim(metric, less, label=label) for metric, less, label in self.aims)


def search_mixes(
    crisis: Crisis,
    policies: Sequence[str],
    *,
    n_draws: int = SEARCH_DRAWS,
    seed: int = 1,
    design: Design | None = None,
    total: int | None = None,
    most_games: int = GAMES_OF_A_SEARCH,
    workers: int = 2,
) -> MixSearch:
    """Search combinations of the commitments that some policies make.

    Parameters
    ----------
    crisis
        The crisis, with its overrides applied.
    policies
        Ids of the policies that are compared. One without any commitment makes the largest game and is not solved here.
    n_draws, seed, design, total
        The first cases of a run of ``total`` cases.
    most_games
        How many different games are solved at most.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    MixSearch
        Without choices where the policies leave nothing to combine.
    """
    aims = default_aims(crisis)
    stated = tuple((aim.metric, aim.lower_is_better, aim.label) for aim in aims)
    engine = Engine(crisis, workers=workers)
    solver = PolicySolver(engine, engine.draw(n_draws, seed=seed, design=design, total=total))
    choices, left_open, combinations = _narrow(
        solver, list_commitments(crisis, policies), most_games
    )
    nothing = MixSearch(
        aims=stated,
        choices=(),
        left_open=left_open,
        n_combinations=0,
        n_games=0,
        n_draws=n_draws,
        n_unbeaten=0,
        listed_unbeaten=(),
        mixes=(),
        commitments={},
        means={},
    )
    if len(combinations) < 2:
        return nothing
    games = {game.key for game in solver.find_games([unite(one) for one in combinations])}
    chosen = [crisis.policies[name] for name in policies]
    listed = [
        policy
        for policy, game in zip(chosen, solver.find_games(chosen), strict=True)
        if policy.binds or game.key in games
    ]
    every = [*listed, *(unite(one) for one in combinations)]
    found = solver.evaluate(every, tuple(aim.metric for aim in aims))
    distinct = [place for place, same in enumerate(found.same_as) if place == same]
    means = np.array(
        [[float(found.values[aim.metric][place].mean()) for aim in aims] for place in distinct]
    )
    losses = means * np.array([1.0 if aim.lower_is_better else -1.0 for aim in aims])
    unbeaten = find_pareto(losses)
    fresh = [
        number for number, place in enumerate(distinct) if place >= len(listed) and unbeaten[number]
    ]
    shown = _choose(losses, fresh)
    picked = [combinations[distinct[number] - len(listed)] for number in shown]
    mixes = tuple(_mix(crisis, picks) for picks in picked)
    return replace(
        nothing,
        choices=tuple((item.id, tuple(one.label for one in item.options)) for item in choices),
        n_combinations=math.prod(len(choice.options) for choice in choices),
        n_games=len(games),
        n_unbeaten=len(fresh),
        listed_unbeaten=tuple(
            policy.id
            for place, policy in enumerate(listed)
            if unbeaten[distinct.index(found.same_as[place])]
        ),
        mixes=mixes,
        commitments={
            mix.id: tuple(pick.id for pick in picks)
            for mix, picks in zip(mixes, picked, strict=True)
        },
        means={
            mix.id: tuple(float(value) for value in means[number])
            for mix, number in zip(mixes, shown, strict=True)
        },
    )


def with_mixes(crisis: Crisis, search: MixSearch) -> Crisis:
    """Return the crisis with the combinations found among its policies, so that a run can solve them."""
    added = {mix.id: mix for mix in search.mixes}
    return replace(crisis, policies={**crisis.policies, **added})


def search_key(
    crisis: Crisis, policies: Sequence[str], *, n_draws: int, seed: int, design: Design, most: int
) -> str:
    """Return what a search depends on, as one line of text."""
    parts: list[object] = [crisis.digest, list(policies), min(n_draws, SEARCH_DRAWS), seed, most]
    parts += [design.name, design.mode, 0 if design.is_extensible else n_draws]
    return json.dumps([*parts, _FORMAT, version("detente")])


def keep_mixes(
    crisis: Crisis,
    policies: Sequence[str],
    folder: Path,
    *,
    n_draws: int,
    seed: int,
    design: Design,
    most_games: int = GAMES_OF_A_SEARCH,
    workers: int | None = None,
) -> MixSearch:
    """Return the search of a run folder; what is not there, or damaged, or of another run is searched and written.

    Parameters
    ----------
    folder
        The run folder; made if missing.
    n_draws
        Cases of the run.
    crisis, policies, seed, design, most_games, workers
        As of :func:`search_mixes`.

    Raises
    ------
    RunError
        ``output-unwritable`` if it cannot be written.
    """
    key = search_key(crisis, policies, n_draws=n_draws, seed=seed, design=design, most=most_games)
    try:
        held = _read(folder / SEARCH_FILE)
    except RunError:
        held = None
    if held is not None and held[0] == key:
        return held[1]
    found = search_mixes(
        crisis,
        policies,
        n_draws=min(n_draws, SEARCH_DRAWS),
        seed=seed,
        design=design,
        total=n_draws,
        most_games=most_games,
        workers=workers or 2,
    )
    body = {"key": key, "search": _written(found)}
    seal = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    text = json.dumps({**body, "sha256": seal}, indent=1, ensure_ascii=False) + "\n"
    write_whole(folder / SEARCH_FILE, text.encode(), within=folder)
    return found


def read_mixes(folder: Path) -> MixSearch | None:
    """Return the search that a run folder holds, if it holds one.

    Raises
    ------
    RunError
        ``run-corrupt`` if its file is damaged.
    """
    held = _read(folder / SEARCH_FILE)
    return None if held is None else held[1]


# --- inside ----------------------------------------------------------------------------------------------------------

_Picks = tuple[Policy, ...]


def _narrow(
    solver: PolicySolver, choices: Sequence[Choice], most: int
) -> tuple[tuple[Choice, ...], tuple[str, ...], list[_Picks]]:
    """Choose what to combine: as many choices and options as make no more than some different games.

    Where the game starts comes first, then choices in the order of how many policies make them. A choice that most
    policies make is first kept to the ways in which they make it; that it may also stay open is added last.
    """
    ranked = sorted(choices, key=lambda item: (bool(item.phase), -item.n_fixed))
    chosen: dict[str, Choice] = {}
    combinations: list[_Picks] = [()]
    for choice in ranked:
        usual = 2 * choice.n_fixed > choice.n_policies
        options = tuple(one for one in choice.options if one.id or not (usual and choice.phase))
        grown = _grow(solver, combinations, options, most) if options else None
        if grown is not None:
            chosen[choice.id] = choice._replace(options=options)
            combinations = grown
    for choice in ranked:
        if choice.id in chosen and chosen[choice.id].options != choice.options:
            wider = {**chosen, choice.id: choice}
            again: list[_Picks] | None = [()]
            for item in wider.values():
                again = _grow(solver, again, item.options, most) if again else None
            if again:
                chosen, combinations = wider, again
    ordered = tuple(chosen[choice.id] for choice in choices if choice.id in chosen)
    left_open = tuple(choice.id for choice in choices if choice.id not in chosen)
    return ordered, left_open, [_come_up(solver, one) for one in combinations]


def _grow(
    solver: PolicySolver, combinations: Sequence[_Picks], options: Sequence[Policy], most: int
) -> list[_Picks] | None:
    """Add a choice to combinations, one of each different game kept; None if there are more than some."""
    found: dict[Any, _Picks] = {}
    for one in combinations:
        for option in options:
            picks = (*one, option)
            found.setdefault(_game(solver, picks).key, picks)
            if len(found) > most:
                return None
    return list(found.values())


def _game(solver: PolicySolver, picks: _Picks) -> PolicyGame:
    return solver.find_games([unite(picks)])[0]


def _come_up(solver: PolicySolver, picks: _Picks) -> _Picks:
    """Leave out commitments about phases that no play comes to."""
    phases = {phase for phase, _ in _game(solver, picks).came_up}
    return tuple(
        pick for pick in picks if pick.id and (not pick.phases or phases.intersection(pick.phases))
    )


def _choose(losses: FloatArray, among: Sequence[int]) -> list[int]:
    """Choose combinations to solve over all cases: the best over all aims, the best in each, then by all aims again.

    All aims are taken alike: shortfalls from the best mean of an aim, as shares of the range of its means, are added.
    """
    if not among:
        return []
    span = np.ptp(losses, axis=0)
    span[span == 0.0] = 1.0
    short = ((losses - losses.min(axis=0)) / span).sum(axis=1)
    ranked = sorted(among, key=lambda number: (float(short[number]), number))
    best = [
        min(among, key=lambda number: (float(losses[number, aim]), float(short[number]), number))
        for aim in range(losses.shape[1])
    ]
    return list(dict.fromkeys([ranked[0], *best, *ranked]))[:MOST_MIXES]


def _mix(crisis: Crisis, picks: _Picks) -> Policy:
    mix = unite(picks)
    name = f"mix-{mix.id}"
    while name in crisis.policies:
        name += "-"
    return replace(mix, id=name, label=name_mix(crisis, picks))


# --- the record ------------------------------------------------------------------------------------------------------


def _written(search: MixSearch) -> dict[str, Any]:
    """Return what the record holds: each mix with what was found about it."""
    written = {
        field.name: getattr(search, field.name)
        for field in fields(search)
        if field.name not in {"commitments", "means"}
    }
    written["mixes"] = [
        {
            "id": mix.id,
            "label": mix.label,
            "commitments": search.commitments[mix.id],
            "fix": mix.fix,
            "forbid": mix.forbid,
            "state": mix.state,
            **({"pledges": [asdict(one) for one in mix.pledges]} if mix.pledges else {}),
            "means": search.means[mix.id],
        }
        for mix in search.mixes
    ]
    return written


def _as_written(content: Mapping[str, Any]) -> MixSearch:
    """Make the search that a record holds."""
    beside = {
        name: {mix["id"]: mix[name] for mix in content["mixes"]}
        for name in ("commitments", "means")
    }
    return _SEARCH.validate_python({**content, **beside})


_SEARCH = TypeAdapter(MixSearch)


def _read(path: Path) -> tuple[str, MixSearch] | None:
    try:
        content = from_json(read_plain(path, most=_MAX_BYTES))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    try:
        seal = content.pop("sha256")
        body = json.dumps({"key": content["key"], "search": content["search"]}, sort_keys=True)
        if hashlib.sha256(body.encode()).hexdigest() != seal:
            raise _damaged(path, "its checksum is not that of its content")
        return str(content["key"]), _as_written(content["search"])
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise _damaged(path, "it is no record of a search") from error


def _damaged(path: Path, reason: str) -> RunError:
    return RunError(
        f"{path.name} is unusable: {reason}",
        code="run-corrupt",
        at=str(path),
        fix="run the same command again: it is made anew",
    )
