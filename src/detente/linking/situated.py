"""Mechanisms by themselves: inputs and outputs at any state of the world that a caller names, without a game tree.

Pricing a game evaluates mechanisms at the states that play can reach. A reader of an ensemble also asks what they would
give elsewhere: a package nobody threatened, a cut-off before any attack. Bindings and models are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.errors import UsageError
from detente.linking.bindings import DrawBlock
from detente.linking.planning import plan_mechanisms
from detente.linking.pricing import evaluate_mechanism
from detente.rules.compiling import Rules, compile_rules
from detente.summaries import html_fields, text_fields

__all__ = ["Situated", "evaluate_mechanisms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situated:
    """A mechanism at some states: ``inputs`` as bound and ``outputs``.

    Arrays have shape ``(n_states, n_draws)``, or ``(n_members, n_states, n_draws)`` where they are per member.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    members: tuple[str, ...]
    inputs: Mapping[str, FloatArray]
    outputs: Mapping[str, FloatArray]


def evaluate_mechanisms(
    crisis: Crisis,
    names: Sequence[str],
    *,
    values: Mapping[str, FloatArray],
    states: Sequence[Mapping[str, str]] = ({},),
) -> dict[str, Situated]:
    """Evaluate mechanisms at states of the caller's choice.

    Parameters
    ----------
    crisis
        A crisis whose references are sound.
    names
        Ids of mechanisms; those that they read are evaluated with them.
    values
        Draws of each quantity by path, shape ``(n_draws,)``.
    states
        Values of state variables, each taken as initial where it is not named.

    Returns
    -------
    dict[str, Situated]
        By id, for the named mechanisms alone.

    Raises
    ------
    UsageError
        ``state-value-unknown`` for a variable or a value that the crisis does not have; ``mechanism-unknown``.
    """
    for name in names:
        if name not in crisis.mechanisms:
            message = f"crisis {crisis.id!r} has no mechanism {name!r}"
            raise UsageError(
                message,
                code="mechanism-unknown",
                at="names",
                fix=f"use one of: {', '.join(crisis.mechanisms)}",
            )
    rules = compile_rules(crisis)
    rows = np.array([_state_row(rules, state) for state in states])
    codes = {name: rules.mechanism_reads[name].code(rows) for name in names}
    order, paths, evaluations = plan_mechanisms(crisis, rules, codes)
    draws = DrawBlock(
        values={path: np.asarray(values[path], dtype=np.float64) for path in sorted(paths)},
        n_draws=len(next(iter(values.values()))) if values else 1,
    )
    inputs: dict[str, dict[str, FloatArray]] = {}
    for item in evaluations:
        given, draws.outputs[item.mechanism.id] = evaluate_mechanism(item, draws)
        inputs[item.mechanism.id] = given
    found = {}
    for name in names:
        at = np.searchsorted(order[name], codes[name])
        n_levels = len(order[name])
        found[name] = Situated(
            members=crisis.mechanisms[name].members,
            inputs={
                key: _at_levels(array, at, n_levels, draws.n_draws)
                for key, array in inputs[name].items()
            },
            outputs={key: array[..., at, :] for key, array in draws.outputs[name].items()},
        )
    return found


def _at_levels(array: FloatArray, at: np.ndarray, n_levels: int, n_draws: int) -> FloatArray:
    full = np.broadcast_to(array, (*array.shape[:-2], n_levels, n_draws))
    return np.asarray(full[..., at, :])


def _state_row(rules: Rules, state: Mapping[str, str]) -> np.ndarray:
    row = rules.initial.copy()
    for variable, value in state.items():
        known = rules.values[rules.variables.index(variable)] if variable in rules.variables else ()
        if value not in known:
            message = f"the state has no {variable!r} with the value {value!r}"
            raise UsageError(
                message,
                code="state-value-unknown",
                at=f"states.{variable}",
                fix=f"use one of: {', '.join(known or rules.variables)}",
            )
        row[rules.variables.index(variable)] = known.index(value)
    return row
