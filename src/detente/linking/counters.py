"""A package and what the other side does in return: losses from trade, finance and gas put together for every actor.

Mechanisms price the parts apart: packages by horizon (``sanctions.package_horizons``) and a gas cut-off by horizon
(``energy.gas_horizons``). A *counter-measure* is an instrument of the crisis whose effects change what the gas
mechanism reads. Nothing is counted twice: where a package itself bans gas, its trade part leaves the gas out
(``apart_share``, column ``coverage_apart`` of the packages) and the gas part takes all of it away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Instrument, Mechanism
from detente.errors import UsageError, nearest
from detente.linking.pricing import Priced
from detente.models.energy import GAS_HORIZONS
from detente.rules.policies import changes_at_start, start_state
from detente.rules.state import read_variables

__all__ = [
    "GAS_MODEL",
    "PACKAGE_MODEL",
    "PARTS",
    "Cost",
    "Counter",
    "ReadOutput",
    "bans_gas",
    "find_counter",
    "find_counters",
    "join_losses_pct",
    "package_costs",
    "read_priced",
]

PACKAGE_MODEL = "sanctions.package_horizons"
GAS_MODEL = "energy.gas_horizons"
PARTS = ("trade", "finance", "gas", "total")
"""Parts of a loss; the last is what the others come to together."""

ReadOutput = Callable[[str, str, str, Mapping[str, str]], FloatArray | None]
"""Gives draws ``(D,)`` of mechanism, output, member (empty for none) and state; None if there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter-measure: an instrument, what it changes in the state, and the mechanism that prices it."""

    instrument: Instrument
    changes: Mapping[str, str]
    mechanism: Mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Loss of one actor at one horizon in percent of the income of the period, by part, draws ``(D,)``.

    ``actor`` is empty for the target. A part that nothing prices is missing, and counts as nothing in the total.
    """

    actor: str
    horizon: str
    parts: Mapping[str, FloatArray]


def find_counters(crisis: Crisis) -> tuple[Counter, ...]:
    """Return the instruments of a crisis that a gas mechanism by horizon can price, in the order of the file."""
    gas = next((item for item in crisis.mechanisms.values() if item.model == GAS_MODEL), None)
    if gas is None:
        return ()
    reads: set[str] = set()
    for binding in gas.inputs.values():
        reads |= read_variables(binding, crisis)
    found = []
    for item in crisis.instruments.values():
        changes = {
            variable: value
            for variable, value in changes_at_start(crisis, item).items()
            if variable in reads and value != crisis.state[variable].initial
        }
        if changes:
            found.append(Counter(instrument=item, changes=changes, mechanism=gas))
    return tuple(found)


def find_counter(crisis: Crisis, name: str) -> Counter:
    """Return the counter-measure of that name.

    Raises
    ------
    UsageError
        ``instrument-unknown`` if the crisis has no such instrument; ``mechanism-unknown`` if no mechanism prices it.
    """
    known = {item.instrument.id: item for item in find_counters(crisis)}
    if name in known:
        return known[name]
    if name not in crisis.instruments:
        near = nearest(name, crisis.instruments)
        message = f"crisis {crisis.id!r} has no instrument {name!r}"
        raise UsageError(
            message,
            code="instrument-unknown",
            at="--counter",
            fix=f"use one of: {', '.join(known or near) or 'none is priced'}",
        )
    message = f"nothing prices the instrument {name!r} of crisis {crisis.id!r} by horizon"
    raise UsageError(
        message,
        code="mechanism-unknown",
        at="--counter",
        fix=f"use one of: {', '.join(known)}"
        if known
        else f"bind the model {GAS_MODEL} to a state that the instrument changes",
    )


def package_costs(
    crisis: Crisis, package: Mechanism, read: ReadOutput, *, counter: Counter | None = None
) -> tuple[Cost, ...]:
    """Put the parts of every actor's loss under a package together, with a counter-measure or without.

    Parameters
    ----------
    crisis
        The crisis.
    package
        A mechanism of :data:`PACKAGE_MODEL`.
    read
        Gives what the mechanisms said.
    counter
        What the other side does in return.

    Returns
    -------
    tuple[Cost, ...]
        The target first, then members of the package, then those whom only the counter-measure hits; by horizon.
    """
    state = start_state(crisis)
    gas = () if counter is None else counter.mechanism.members
    if counter is not None:
        state |= counter.changes
    actors = ("", *package.members, *(name for name in gas if name not in package.members))
    stopped = "stopped" if bans_gas(crisis, package) else "loss"
    found = []
    for actor in actors:
        for horizon in GAS_HORIZONS:
            named = {
                "trade": (package.id, f"{'member_' if actor else ''}loss_{horizon}_pct_gdp"),
                "finance": (
                    package.id,
                    "member_claims_loss_pct_gdp" if actor else f"finance_loss_{horizon}_pct_gdp",
                ),
            }
            if counter is not None:
                output = f"member_{stopped}_{horizon}_pct_gdp" if actor else "supplier_loss_pct_gdp"
                named["gas"] = (counter.mechanism.id, output)
            parts: dict[str, FloatArray] = {}
            for part, (mechanism, output) in named.items():
                values = read(mechanism, output, actor, state)
                if values is not None:
                    # claims are written off over the first year
                    gone = part == "finance" and actor and horizon == GAS_HORIZONS[-1]
                    parts[part] = np.zeros_like(values) if gone else values
            if parts:
                parts["total"] = join_losses_pct(*parts.values())
                found.append(Cost(actor=actor, horizon=horizon, parts=parts))
    return tuple(found)


def read_priced(crisis: Crisis, priced: Priced) -> ReadOutput:
    """Return how :func:`package_costs` reads what mechanisms said in each situation."""

    def read(
        mechanism: str, output: str, member: str, state: Mapping[str, str]
    ) -> FloatArray | None:
        members = crisis.mechanisms[mechanism].members
        if member and member not in members:
            return None
        for level, found in enumerate(priced.level_states.get(mechanism, ())):
            if all(state.get(variable) == value for variable, value in found.items()):
                values = priced.outputs[mechanism][output]
                row: FloatArray = values[members.index(member)] if member else values
                draws: FloatArray = row[level]
                return draws
        return None

    return read


def join_losses_pct(*losses: FloatArray) -> FloatArray:
    r"""Return the loss that losses come to one on top of the other, in percent.

    .. math:: L = 100 \left[1 - \prod_k (1 - L_k / 100)\right]
    """
    left: FloatArray = np.ones(())
    for loss in losses:
        left = left * (1.0 - np.asarray(loss) / 100.0)
    return np.asarray(100.0 * (1.0 - left))


def bans_gas(crisis: Crisis, package: Mechanism) -> bool:
    """Say whether a package holds something that is priced apart."""
    table = crisis.tables.get("packages")
    return table is not None and any(
        row.cells["package"] == package.design and row.cells.get("coverage_apart", "")
        for row in table.rows
    )
