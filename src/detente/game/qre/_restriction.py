"""Games under a policy: forbidden actions taken out of the tree, committed choices handed to chance."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.arrays import BoolArray, FloatArray, IntArray
from detente.errors import SolverError, refuse
from detente.game.form import CHANCE, TERMINAL, ExtensiveForm

__all__ = ["ActionLimits", "Restriction", "as_policy", "restrictions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLimits:
    """A checked policy: which actions are allowed ``(A, D or 1)``, and fixed probabilities, NaN where free."""

    allowed: BoolArray
    fixed: FloatArray

    @property
    def draws(self) -> FloatArray:
        """An array with as many draws in its last axis as the policy tells apart."""
        return self.fixed if self.fixed.shape[1] > 1 else np.zeros((1, self.allowed.shape[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A form that some draws share under their policies.

    Attributes
    ----------
    form
        The tree without forbidden actions; sets of fixed probabilities are chance events in it, the last ones.
    draws
        The draws that it holds for.
    action
        The action of the whole form that each of its actions is.
    fixed_action
        The action of the whole form that each of its last chance branches is.
    absent
        For the actions of sets that no play can come to: 1 where allowed; 0 for others.
    """

    form: ExtensiveForm
    draws: IntArray
    action: IntArray
    fixed_action: IntArray
    absent: FloatArray


def as_policy(
    form: ExtensiveForm, allowed: ArrayLike | None, fixed: ArrayLike | None
) -> ActionLimits | None:
    """Check a policy; None if there is nothing to it.

    Raises
    ------
    SolverError
        ``policy-invalid`` with the information set whose actions it leaves no choice or no distribution.
    """
    if allowed is None and fixed is None:
        return None
    mask = np.ones((form.n_actions, 1), dtype=np.bool_) if allowed is None else np.asarray(allowed)
    if mask.dtype != np.bool_:
        refuse(
            f"allowed has type {mask.dtype}",
            code="policy-invalid",
            at="allowed",
            fix="pass booleans, true for the actions that may be taken",
            error=SolverError,
        )
    probs = np.full((form.n_actions, 1), np.nan)
    if fixed is not None:
        probs = np.asarray(fixed, dtype=np.float64)
    mask = _shaped(form, "allowed", mask)
    probs = _shaped(form, "fixed", probs)
    if not form.n_actions:
        return None
    first = form.action_offset[:-1]
    _check(
        form,
        ~np.logical_or.reduceat(mask, first, axis=0),
        at="allowed",
        says="has no action left",
        fix="allow at least one action of each information set",
    )
    free = np.isnan(probs)
    count = np.add.reduceat(free, first, axis=0, dtype=np.int64)
    size = np.diff(form.action_offset)[:, np.newaxis]
    low = np.logical_or.reduceat(probs < 0.0, first, axis=0)
    total = np.add.reduceat(np.where(free, 0.0, probs), first, axis=0)
    wrong = ((count > 0) & (count < size)) | low | ((count == 0) & (np.abs(total - 1.0) > 1e-6))
    _check(
        form,
        wrong | ~np.isfinite(total),
        at="fixed",
        says="has fixed probabilities that are no distribution",
        fix="give probabilities from 0 to 1 that sum to 1 in the set, or NaN for all of its actions",
    )
    if 1 not in {mask.shape[1], probs.shape[1]} and mask.shape[1] != probs.shape[1]:
        refuse(
            f"allowed has {mask.shape[1]} draws where fixed has {probs.shape[1]}",
            code="policy-invalid",
            at="allowed",
            fix="give both the same number of draws, or one for all",
            error=SolverError,
        )
    _check(
        form,
        np.logical_or.reduceat(~mask & (probs > 0.0), first, axis=0),
        at="fixed",
        says="gives probability to an action that is not allowed",
        fix="fix probability 0 for forbidden actions, or allow them",
    )
    return ActionLimits(allowed=mask, fixed=probs)


def _shaped(form: ExtensiveForm, name: str, array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[0] != form.n_actions:
        refuse(
            f"{name} has shape {array.shape}, not ({form.n_actions},) or ({form.n_actions}, D)",
            code="policy-invalid",
            at=name,
            fix="give one entry for each action",
            error=SolverError,
        )
    return array


def _check(form: ExtensiveForm, wrong: BoolArray, *, at: str, says: str, fix: str) -> None:
    if wrong.any():
        which, draw = (int(index[0]) for index in np.nonzero(wrong))
        refuse(
            f"information set {which} ({form.info_set_label[which]!r}) {says} in draw {draw}",
            code="policy-invalid",
            at=f"{at}[{form.action_offset[which]}:{form.action_offset[which + 1]}]",
            fix=fix,
            error=SolverError,
        )


def restrictions(form: ExtensiveForm, policy: ActionLimits, n_draws: int) -> Iterator[Restriction]:
    """Yield a form for each different policy of the draws, with the draws that it holds for."""
    held = np.isfinite(policy.fixed[form.action_offset[:-1]])
    width = max(policy.allowed.shape[1], held.shape[1])
    both = np.concatenate(
        [np.broadcast_to(part, (part.shape[0], width)) for part in (policy.allowed, held)]
    )
    packed = np.ascontiguousarray(np.packbits(both, axis=0).T)
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    group = np.broadcast_to(group.reshape(-1), (n_draws,)) if width == 1 else group.reshape(-1)
    for number, column in enumerate(first):
        allowed, fixed = both[: form.n_actions, column], both[form.n_actions :, column]
        yield _restrict(form, allowed, fixed, np.flatnonzero(group == number))


def _restrict(
    form: ExtensiveForm, allowed: BoolArray, held: BoolArray, draws: IntArray
) -> Restriction:
    kept = _kept_nodes(form, allowed)
    place = np.cumsum(kept) - 1
    old = np.flatnonzero(kept)
    inner = old[form.n_children[old] > 0]
    owner = np.repeat(np.arange(form.n_info_sets), np.diff(form.action_offset))
    there = np.zeros(form.n_info_sets, dtype=np.bool_)
    there[form.info_set[inner[form.player[inner] >= 0]]] = True
    sets = np.flatnonzero(there & ~held)
    events = np.flatnonzero(there & held)
    action = np.flatnonzero((there & ~held)[owner] & allowed)
    fixed_action = np.flatnonzero((there & held)[owner] & allowed)
    counts = np.add.reduceat(allowed, form.action_offset[:-1], dtype=np.int64)
    set_place = np.zeros(form.n_info_sets, dtype=np.int64)
    set_place[sets] = np.arange(sets.size)
    event_place = np.zeros(form.n_info_sets, dtype=np.int64)
    event_place[events] = form.chance_offset.size - 1 + np.arange(events.size)
    player, info_set = form.player[old].copy(), form.info_set[old].astype(np.int64)
    decision = player >= 0
    committed = decision.copy()
    committed[decision] = held[info_set[decision]]
    decision &= ~committed
    info_set[committed] = event_place[info_set[committed]]
    info_set[decision] = set_place[info_set[decision]]
    player[committed] = CHANCE
    n_children = np.bincount(place[form.parent[old[1:]]], minlength=old.size)
    first_child = np.zeros(old.size, dtype=np.int64)
    # written from the last child to the first, so that the first one stays
    first_child[place[form.parent[old[:0:-1]]]] = np.arange(old.size - 1, 0, -1)
    ends = kept[form.terminal_node]
    labels = np.array(form.action_label, dtype=object)
    absent = np.where(~there[owner] & allowed, 1.0, 0.0)
    smaller = ExtensiveForm.from_arrays(
        player,
        first_child,
        n_children,
        np.where(player == TERMINAL, -1, info_set),
        form.info_set_player[sets],
        np.cumsum([0, *counts[sets]]),
        np.concatenate([form.chance_offset, form.chance_offset[-1] + np.cumsum(counts[events])]),
        place[form.terminal_node[ends]],
        form.payoff_class[ends],
        form.n_players,
        player_label=form.player_label,
        info_set_label=[form.info_set_label[which] for which in sets],
        action_label=labels[action].tolist(),
        chance_label=[*form.chance_label, *labels[fixed_action].tolist()],
    )
    return Restriction(
        form=smaller, draws=draws, action=action, fixed_action=fixed_action, absent=absent
    )


def _kept_nodes(form: ExtensiveForm, allowed: BoolArray) -> BoolArray:
    """Tell which nodes can be reached by allowed actions, shape ``(N,)``."""
    kept = np.zeros(form.n_nodes, dtype=np.bool_)
    level = np.zeros(1, dtype=np.int64)
    while level.size:
        kept[level] = True
        counts = form.n_children[level].astype(np.int64)
        branch = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        above = np.repeat(level, counts)
        row = np.zeros(above.size, dtype=np.int64)
        decision = form.player[above] >= 0
        row[decision] = form.action_offset[form.info_set[above[decision]]] + branch[decision]
        level = (form.first_child[above] + branch)[~decision | allowed[row]]
    return kept
