"""Checks of what callers hand to solvers and evaluations, in one place and one shape: draws in the last axis."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import SolverError, refuse
from detente.game.form import ExtensiveForm

if TYPE_CHECKING:
    from detente.game.menus import Menus

__all__ = [
    "MOST_PAYOFF",
    "as_chance",
    "as_effort",
    "as_menus",
    "as_own_odds",
    "as_payoffs",
    "as_rationality",
    "as_strategy",
    "count_draws",
]


MOST_PAYOFF = 1e300
"""Largest payoff in size; the differences and sums of such are still numbers."""


def _refuse_size(name: str) -> NoReturn:
    """Refuse payoffs that are too large to be told apart."""
    refuse(
        f"{name} are beyond {MOST_PAYOFF:g} in size",
        code="payoff-not-finite",
        at=name,
        fix="state payoffs on a smaller scale; lambda counts per unit of payoff and grows as they shrink",
        error=SolverError,
    )


def _as_floats(
    name: str, values: ArrayLike, *, code: Literal["payoff-not-finite", "game-invalid"]
) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if (
        code == "payoff-not-finite"
        and array.size
        and MOST_PAYOFF < max(array.max(), -array.min()) < np.inf
    ):
        _refuse_size(name)
    if not np.isfinite(array).all():
        place = tuple(int(index[0]) for index in np.nonzero(~np.isfinite(array)))
        refuse(
            f"{name} is {array[place]} at {list(place)}",
            code=code,
            at=name,
            fix="give a finite number everywhere; leave out draws that have none",
            error=SolverError,
        )
    return array


def _refuse_shape(name: str, shape: tuple[int, ...], expected: str) -> NoReturn:
    refuse(
        f"{name} has shape {shape}, not {expected}",
        code="game-invalid",
        at=name,
        fix=f"pass an array of shape {expected}",
        error=SolverError,
    )


def as_payoffs(form: ExtensiveForm, payoffs: ArrayLike) -> FloatArray:
    """Return payoffs of shape ``(K, P, D or 1)`` with at least as many rows as the form has payoff classes."""
    array = _as_floats("payoffs", payoffs, code="payoff-not-finite")
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    if array.ndim != 3 or array.shape[0] < form.n_classes or array.shape[1] != form.n_players:
        expected = (
            f"({form.n_classes}, {form.n_players}) or ({form.n_classes}, {form.n_players}, D)"
        )
        _refuse_shape("payoffs", np.shape(payoffs), expected)
    return array


def as_chance(
    form: ExtensiveForm, chance_probs: ArrayLike, *, name: str = "chance_probs"
) -> FloatArray:
    """Return chance probabilities of shape ``(R, D or 1)`` that are at least 0 and sum to 1 in each event."""
    array = _as_floats(name, chance_probs, code="game-invalid")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[0] != form.n_branches:
        expected = f"({form.n_branches},) or ({form.n_branches}, D)"
        _refuse_shape(name, np.shape(chance_probs), expected)
    if form.n_branches:
        total = np.add.reduceat(array, form.chance_offset[:-1], axis=0)
        wrong = (np.abs(total - 1.0) > 1e-6).any(axis=1) | np.logical_or.reduceat(
            (array < 0.0).any(axis=1), form.chance_offset[:-1]
        )
        if wrong.any():
            event = int(np.flatnonzero(wrong)[0])
            rows = slice(form.chance_offset[event], form.chance_offset[event + 1])
            draw = int(np.argmax(np.abs(total[event] - 1.0)))
            refuse(
                f"the branches of chance event {event} have probabilities {array[rows, draw].tolist()}",
                code="game-invalid",
                at=f"{name}[{rows.start}:{rows.stop}]",
                fix="give probabilities from 0 to 1 that sum to 1 in each event",
                error=SolverError,
            )
    return array


def as_own_odds(
    form: ExtensiveForm, own_odds: Mapping[int, ArrayLike] | None, chance: FloatArray
) -> dict[int, FloatArray]:
    """Return odds of chance by player, each of shape ``(R, D or 1)``, that leave open just what the analysts' do."""
    found: dict[int, FloatArray] = {}
    for player, odds in (own_odds or {}).items():
        if not 0 <= player < form.n_players:
            refuse(
                f"own_odds names player {player} of {form.n_players}",
                code="player-unknown",
                at=f"own_odds[{player}]",
                fix="use the numbers 0, 1, ... of the players",
                error=SolverError,
            )
        name = f"own_odds[{player}]"
        array = as_chance(form, odds, name=name)
        count_draws(chance_probs=chance, **{name: array})
        strange = np.asarray((array > 0.0) != (chance > 0.0))
        if strange.any():
            row, draw = (int(index[0]) for index in np.nonzero(strange))
            other = np.broadcast_to(chance, strange.shape)[row, draw]
            refuse(
                f"player {form.player_label[player]!r} gives branch {form.chance_label[row]!r} of chance the probability "
                f"{np.broadcast_to(array, strange.shape)[row, draw]}, the analysts {other}",
                code="odds-incompatible",
                at=f"{name}[{row}]",
                fix="let both hold the same branches possible; a shift of log-odds always does",
                error=SolverError,
            )
        found[int(player)] = array
    return found


def as_menus(form: ExtensiveForm, menus: "Menus | None") -> "Menus | None":
    """Return menus, None for none, or refuse those of another form."""
    if menus is None or not menus.form.n_entries:
        return None
    action, info_set = menus.form.action, menus.form.info_set
    option = np.flatnonzero(action >= 0)
    fits = action.max() < form.n_actions and info_set.max() < form.n_info_sets
    if fits:
        owner = np.searchsorted(form.action_offset, action[option], side="right") - 1
        sets = np.unique(info_set)
        wanted = np.diff(form.action_offset)[sets].sum()
        fits = bool((owner == info_set[option]).all()) and option.size == wanted
    if not fits:
        refuse(
            "the menus belong to another game",
            code="menu-invalid",
            at="menus",
            fix="make the menus for the form that is solved",
            error=SolverError,
        )
    return menus


def as_strategy(form: ExtensiveForm, strategy: ArrayLike) -> FloatArray:
    """Return a behaviour strategy of shape ``(A, D or 1)`` that is at least 0 and sums to 1 in each set."""
    array = _as_floats("strategy", strategy, code="game-invalid")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[0] != form.n_actions:
        expected = f"({form.n_actions},) or ({form.n_actions}, D)"
        _refuse_shape("strategy", np.shape(strategy), expected)
    if form.n_actions:
        total = np.add.reduceat(array, form.action_offset[:-1], axis=0)
        if (array < 0.0).any() or (np.abs(total - 1.0) > 1e-6).any():
            worst = np.abs(total - 1.0).max(axis=1) + np.add.reduceat(
                np.maximum(-array, 0.0).max(axis=1), form.action_offset[:-1]
            )
            which = int(np.argmax(worst))
            refuse(
                f"the strategy at information set {which} ({form.info_set_label[which]!r}) "
                "is no probability distribution",
                code="game-invalid",
                at=f"strategy[{form.action_offset[which]}:{form.action_offset[which + 1]}]",
                fix="give probabilities from 0 to 1 that sum to 1 in each information set",
                error=SolverError,
            )
    return array


def as_rationality(form: ExtensiveForm, rationality: ArrayLike) -> FloatArray:
    """Return rationality of shape ``(P, D or 1)``, finite and at least 0."""
    array = np.asarray(rationality, dtype=np.float64)
    if not np.isfinite(array).all() or (array < 0.0).any():
        worst = array[~(array >= 0.0) | ~np.isfinite(array)].ravel()[0]
        refuse(
            f"rationality is {worst}",
            code="rationality-invalid",
            at="rationality",
            fix="give a finite number of 0 or more, per unit of payoff",
            error=SolverError,
        )
    if array.ndim <= 1:
        array = np.broadcast_to(np.atleast_1d(array), (form.n_players, array.size))
    if array.ndim != 2 or array.shape[0] != form.n_players:
        expected = f"(), (D,) or ({form.n_players}, D)"
        _refuse_shape("rationality", np.shape(rationality), expected)
    return array


def as_effort(effort: ArrayLike, n_draws: int) -> FloatArray:
    """Return what draws are likely to take, shape ``(D,)``."""
    array = np.asarray(effort, dtype=np.float64)
    if array.shape != (n_draws,):
        _refuse_shape("effort", array.shape, f"({n_draws},)")
    return array


def count_draws(**arrays: FloatArray) -> int:
    """Return the number of draws that all the arrays have in their last axis, where 1 stands for any number."""
    sizes = {name: array.shape[-1] for name, array in arrays.items()}
    n_draws: int = max(sizes.values())
    if 0 in sizes.values():
        n_draws = 0
    for name, size in sizes.items():
        if size not in {1, n_draws}:
            refuse(
                f"{name} has {size} draws where others have {n_draws}",
                code="game-invalid",
                at=name,
                fix="give every array the same number of draws, or one for all",
                error=SolverError,
            )
    return n_draws
