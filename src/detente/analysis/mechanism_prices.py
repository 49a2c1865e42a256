"""What the mechanisms of a crisis say in each situation, over draws, with the equations and sources behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import metric_name
from detente.engine.drawing import draw_quantities
from detente.linking.bindings import FixedTerm
from detente.linking.planning import Evaluation
from detente.linking.pricing import Priced, plan_pricing, price
from detente.models import find_model
from detente.rules import compile_rules, unroll
from detente.runs.tracing import trace_metric

__all__ = ["describe_family", "fix_joining", "price_situations", "span"]

_JOINING = "joining_prob"


def price_situations(
    crisis: Crisis,
    *,
    n_draws: int,
    seed: int,
    fixed: Mapping[str, Mapping[str, FloatArray]] | None = None,
) -> Priced:
    """Evaluate all mechanisms of a crisis at every situation that its rules reach.

    Parameters
    ----------
    crisis
        A loaded crisis.
    n_draws, seed
        As for :func:`detente.engine.draw_quantities`.
    fixed
        Values of inputs by mechanism and input, in the place of what the file binds.
    """
    tree = unroll(compile_rules(crisis))
    plan = plan_pricing(tree, crisis)
    if fixed:
        mechanisms = tuple(_fix(item, fixed.get(item.mechanism.id, {})) for item in plan.mechanisms)
        plan = replace(plan, mechanisms=mechanisms)
    return price(plan, draw_quantities(crisis, n_draws, seed=seed).as_mapping())


def _fix(item: Evaluation, values: Mapping[str, FloatArray]) -> Evaluation:
    inputs = tuple(
        (declared, FixedTerm(value=values[declared.name]) if declared.name in values else term)
        for declared, term in item.inputs
    )
    return replace(item, inputs=inputs)


def fix_joining(
    crisis: Crisis, family: Sequence[str], coalition: Mapping[str, float]
) -> tuple[dict[str, Mapping[str, FloatArray]], tuple[str, ...]]:
    """Return the participation of each mechanism's members under a coalition, and everybody who may take part in one.

    Parameters
    ----------
    crisis
        A loaded crisis.
    family
        Mechanisms; those that take the members' participation and have all of the coalition among them are fixed.
    coalition
        Actors and the share with which each takes part; other members do not.

    Returns
    -------
    tuple
        ``fixed`` as for :func:`price_situations`, and the members of all mechanisms of the family that take participation.
    """
    fixed: dict[str, Mapping[str, FloatArray]] = {}
    known: dict[str, None] = {}
    for name in family:
        item = crisis.mechanisms[name]
        if _JOINING not in item.inputs:
            continue
        known.update(dict.fromkeys(item.members))
        if set(coalition) <= set(item.members):
            shares = [coalition.get(member, 0.0) for member in item.members]
            fixed[name] = {_JOINING: np.array(shares).reshape(-1, 1, 1)}
    return fixed, tuple(known)


def describe_family(crisis: Crisis, family: Sequence[str], priced: Priced) -> list[dict[str, Any]]:
    """Return plain values: each mechanism with its situations, outputs, members, equation and sources.

    Parameters
    ----------
    crisis
        A loaded crisis.
    family
        Mechanisms by id.
    priced
        What :func:`price_situations` gave for the crisis.
    """
    mechanisms = []
    for name in family:
        item = crisis.mechanisms[name]
        outputs = _outputs(crisis, name)
        situations = []
        for level, state in enumerate(priced.level_states.get(name, ())):
            rows = []
            for output, unit, per_member in outputs:
                values = priced.outputs[name][output]
                if per_member:
                    rows += [
                        {"output": output, "unit": unit, "member": member, **span(row[level])}
                        for member, row in zip(item.members, values, strict=True)
                    ]
                else:
                    rows.append({"output": output, "unit": unit, **span(values[level])})
            situations.append({"state": state, "label": _state_text(crisis, state), "values": rows})
        mechanisms.append(
            {
                "mechanism": name,
                "label": item.label,
                **_origin(crisis, name),
                "situations": situations,
            }
        )
    return mechanisms


def _outputs(crisis: Crisis, mechanism: str) -> list[tuple[str, str, bool]]:
    model = find_model(crisis.mechanisms[mechanism].model)
    return [] if model is None else [(o.name, o.unit, o.per_member) for o in model.outputs]


def _origin(crisis: Crisis, mechanism: str) -> dict[str, Any]:
    """Return model, equation and sources of a mechanism."""
    model = find_model(crisis.mechanisms[mechanism].model)
    output = "" if model is None else model.outputs[0].name
    trace = trace_metric(crisis, metric_name("mechanism", mechanism, output))
    return {
        "model": crisis.mechanisms[mechanism].model,
        "equation": "" if model is None else model.reference,
        "cites": [] if model is None else list(model.cites),
        "sources": list(trace.sources),
        "quantities": list(trace.quantities),
    }


def _state_text(crisis: Crisis, state: Mapping[str, str]) -> str:
    parts = [
        f"{crisis.state[variable].label}: {crisis.state[variable].value_labels.get(value, value)}"
        for variable, value in state.items()
    ]
    return "; ".join(parts) or "in every situation"


def span(values: FloatArray) -> dict[str, float]:
    """Return ``mean`` and 5-95% range (``low``, ``high``) of draws."""
    low, high = np.quantile(values, [0.05, 0.95])
    return {"mean": float(np.mean(values)), "low": float(low), "high": float(high)}
