"""Random play of many games at once, over the same transition code as the tree."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.arrays import BoolArray, Int64Array
from detente.rules import transition
from detente.rules.compiling import Rules, profiles
from detente.rules.phases import Kind, Moment
from detente.rules.state import StateArray
from detente.rules.transition import Batch
from detente.summaries import html_fields, text_fields

__all__ = ["Chooser", "PlayedGames", "sample", "uniform_choice"]

Chooser = Callable[[Moment, Batch, BoolArray, np.random.Generator], Int64Array]
"""Picks one of what is open in each row: ``(moment, batch, open (n, k), rng) -> (n,)``; rows without a choice are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedGames:
    """Games that were played.

    ``types`` ``(n, P)``; ``picks`` ``(n, len(rules.schedule))``: place in the menu or among the chance outcomes at each
    moment, -1 where nothing was chosen; ``state`` ``(n, n_variables)`` at the end; ``outcome`` ``(n,)`` index.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    types: StateArray
    picks: NDArray[np.int16]
    state: StateArray
    outcome: Int64Array


def sample(
    rules: Rules, *, rng: np.random.Generator, n: int, choose: Chooser | None = None
) -> PlayedGames:
    """Play n games.

    Parameters
    ----------
    rules
        Compiled rules.
    rng
        Source of randomness.
    n
        Number of games.
    choose
        Picks at moves and at chance events; default: every option is equally likely, as are the types.

    Returns
    -------
    PlayedGames
        One row per game.

    Raises
    ------
    CrisisFileError
        ``menu-empty`` or ``outcome-unnamed`` if play comes to such a state.
    """
    pick_one = uniform_choice if choose is None else choose
    every = profiles(rules)
    drawn = every[rng.integers(len(every), size=n)]
    state = np.tile(rules.initial, (n, 1))
    state[:, rules.drawn_columns] = drawn
    batch = transition.begin(rules, state)
    picks = np.full((n, len(rules.schedule)), -1, dtype=np.int16)
    for number, moment in enumerate(rules.schedule):
        if moment.kind not in {Kind.MOVE, Kind.CHANCE}:
            batch = transition.pass_moment(rules, moment, batch)
            continue
        open_ = transition.options(rules, moment, batch)
        stuck = np.flatnonzero(transition.stuck(rules, moment, batch, open_))
        if len(stuck):
            raise transition.dead_end(rules, moment, batch.select(stuck[:1]))
        pick = transition.forced(open_)
        free = open_.sum(axis=1) > 1
        if free.any():
            pick[free] = pick_one(moment, batch.select(free), open_[free], rng)
        batch = transition.take(rules, moment, batch, pick)
        picks[:, number] = pick
    outcome = transition.name_outcomes(rules, batch.state)
    unnamed = np.flatnonzero(outcome < 0)
    if len(unnamed):
        raise transition.outcome_unnamed(rules, batch.state[unnamed[0]])
    return PlayedGames(
        types=drawn[:, : rules.n_players], picks=picks, state=batch.state, outcome=outcome
    )


def uniform_choice(
    moment: Moment, batch: Batch, open_: BoolArray, rng: np.random.Generator
) -> Int64Array:
    """Pick each open option with the same probability; shape ``(n,)``."""
    del moment, batch
    score = np.where(open_, rng.random(open_.shape), -1.0)
    pick: Int64Array = score.argmax(axis=1).astype(np.int64)
    return pick
