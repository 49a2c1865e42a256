"""Checks of chance outcomes that depend on the state: in every state that play reaches, they can be probabilities."""

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    Binding,
    ByState,
    ChanceOutcome,
    Constant,
    Instrument,
    Product,
    QuantityOf,
    Sum,
)
from detente.crisis.quantities import support
from detente.errors import Finding
from detente.rules.compiling import Rules
from detente.rules.situations import Situations

__all__ = ["impossible_chances"]

_TOLERANCE = 1e-9


def impossible_chances(
    crisis: Crisis, searched: Iterable[tuple[Rules, Situations]]
) -> Iterator[Finding]:
    """Yield a finding for each instrument whose outcomes cannot sum to one in some state; it names one such state.

    Parameters
    ----------
    crisis
        The crisis.
    searched
        Rules with what was found to be reachable under them.
    """
    named: set[str] = set()
    for rules, found in searched:
        for number, compiled in enumerate(rules.instruments):
            item, reads = crisis.instruments[compiled.id], rules.chance_reads[number]
            codes = found.chance_codes.get(item.id)
            if reads is None or codes is None or not any(one.when for one in item.chance):
                continue
            states = np.zeros((len(codes), len(rules.variables)), dtype=np.uint8)
            states[:, reads.columns] = reads.decode(codes)
            for state in states:
                values = rules.values_of(state[reads.columns], reads)
                open_ = [
                    one
                    for one, rule in zip(item.chance, compiled.outcomes, strict=True)
                    if rule.when.holds(state[None, :])[0]
                ]
                problem = _problem(open_, values, crisis)
                if problem and item.id not in named:
                    named.add(item.id)
                    yield _finding(item, problem, rules.describe(state, reads.variables))


def _finding(item: Instrument, problem: str, where: str) -> Finding:
    return Finding(
        code="probability-out-of-range",
        message=f"of {item.id!r}, {problem} at {where}",
        file=item.place.file,
        line=item.place.line,
        path=f"{item.place.path}.chance",
        value=where,
        fix="let exactly one of the outcomes that can follow take the `rest`, and the others sum to at most one",
    )


def _problem(open_: list[ChanceOutcome], values: Mapping[str, str], crisis: Crisis) -> str:
    """Say why some outcomes cannot be all that follows in a state; nothing if they can."""
    rests = [one.id for one in open_ if one.prob is None]
    bounds = [_bounds(one.prob, values, crisis) for one in open_ if one.prob is not None]
    low, high = (math.fsum(ends) for ends in zip(*bounds, strict=True)) if bounds else (0.0, 0.0)
    if len(rests) > 1:
        return f"the outcomes {', '.join(rests)} all take the rest"
    if not rests and high - low > _TOLERANCE:
        return "the chances are uncertain and no outcome takes the rest"
    if low > 1 + _TOLERANCE or (not rests and low < 1 - _TOLERANCE):
        return f"the chances sum to {low:.6g}, not one,"
    return ""


def _bounds(binding: Binding, values: Mapping[str, str], crisis: Crisis) -> tuple[float, float]:
    """Return bounds of a binding in a state; infinite where they are not known beforehand."""
    ends = (-math.inf, math.inf)
    if isinstance(binding, Constant):
        ends = binding.value, binding.value
    elif isinstance(binding, QuantityOf) and binding.path in crisis.quantities:
        ends = support(crisis.quantities[binding.path].distribution)
    elif isinstance(binding, ByState):
        ends = _bounds(binding.cases[values[binding.variable]], values, crisis)
    elif isinstance(binding, Sum):
        parts = [_bounds(term, values, crisis) for term in binding.terms]
        ends = sum(low for low, _ in parts), sum(high for _, high in parts)
    elif isinstance(binding, Product):
        product = (1.0, 1.0)
        for factor in binding.factors:
            corners = [a * b for a in product for b in _bounds(factor, values, crisis)]
            product = (min(corners), max(corners))
            if any(math.isnan(corner) for corner in corners):
                return ends
        ends = product
    return ends
