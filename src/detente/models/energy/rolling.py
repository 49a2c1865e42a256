"""A gas year decided month by month, each month with no more than today's rates in view."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.energy.programme import compile_gas
from detente.models.energy.solving import GasSolution, solve_gas
from detente.models.energy.system import GasNode, GasSystem, Step, read_array

__all__ = ["solve_rolling"]

_BLOCKS = (
    "demand_twh",
    "supply_twh",
    "flow_twh",
    "sendout_twh",
    "purchase_twh",
    "injection_twh",
    "withdrawal_twh",
    "stock_twh",
    "response_twh",
    "shedding_twh",
    "price",
    "node_residual_twh",
)


def solve_rolling(system: GasSystem, *, persisting: Collection[str]) -> GasSolution:
    r"""Run a gas system period by period: each is decided as if the named sources went on at its rate.

    In period :math:`t` the programme of periods :math:`t, \dots, T` is solved with the stocks that the periods before
    have left, and with :math:`\hat s_{i \tau} = s_{i t}` for the named sources and :math:`\tau \ge t`; its first period
    is carried out. Everything else is foreseen. :func:`detente.models.energy.solve_gas` foresees all.

    Parameters
    ----------
    system
        The system with the rates that come true.
    persisting
        Names of sources whose coming rates nobody knows.

    Returns
    -------
    GasSolution
        What was carried out; prices are those of the period decided. Residual and gap are the largest of all programmes,
        the cost is that of what was carried out.

    Raises
    ------
    ModelError
        ``input-invalid`` as for :func:`detente.models.energy.solve_gas`, or for an unknown name.

    References
    ----------
    Rolling horizon with myopic expectations, a standard device; the form is our own. :cite:p:`riepin2022` foresees all.
    """
    programme = compile_gas(system)
    known = {source.name for source in system.sources}
    if not set(persisting) <= known:
        name = min(set(persisting) - known)
        message = f"persisting {name!r} is no source"
        raise ModelError(
            message,
            code="input-invalid",
            at="gas system persisting",
            fix=f"use names among {sorted(known)}",
        )
    n_periods = len(system.periods)
    stock = np.array([store.initial_twh for store in system.stores])
    left = np.array(
        [np.inf if source.total_twh is None else source.total_twh for source in system.sources]
    )
    parts: dict[str, list[FloatArray]] = {name: [] for name in _BLOCKS}
    liquefied, answers = [], []
    cost = 0.0
    for period in range(n_periods):
        now = _rest(system, period, stock=stock, left=left, persisting=persisting)
        got = solve_gas(now)
        answers.append(got)
        for name in _BLOCKS:
            parts[name].append(getattr(got, name)[:, 0])
        liquefied.append(got.liquefied_price[0])
        stock = np.clip(got.stock_twh[:, 0], 0.0, [store.capacity_twh for store in system.stores])
        left = np.maximum(left - got.supply_twh[:, 0], 0.0)
    stacked = {name: np.stack(columns, axis=1) for name, columns in parts.items()}
    price = programme.cost
    for block, name in (
        ("supply", "supply_twh"),
        ("flow", "flow_twh"),
        ("sendout", "sendout_twh"),
        ("purchase", "purchase_twh"),
        ("injection", "injection_twh"),
        ("withdrawal", "withdrawal_twh"),
    ):
        cost += float(price[programme.columns[block]] @ stacked[name].ravel())
    cost += _cost_unserved(system, stacked)
    return GasSolution(
        status=answers[-1].status,
        objective_eur_mn=cost,
        missing_twh=answers[-1].missing_twh,
        liquefied_price=np.array(liquefied),
        residual_twh=max(got.residual_twh for got in answers),
        gap_eur_mn=max((got.gap_eur_mn for got in answers), key=abs),
        iterations=sum(got.iterations for got in answers),
        **stacked,
    )


def _cost_unserved(system: GasSystem, got: dict[str, FloatArray]) -> float:
    """Return what response and shedding cost: the steps of a node are taken in their order."""
    total = 0.0
    for node, demand, response, shedding in zip(
        system.nodes, got["demand_twh"], got["response_twh"], got["shedding_twh"], strict=True
    ):
        for steps, twh in ((node.response, response), (node.shedding, shedding)):
            rest = twh.copy()
            for step in steps:
                taken = np.minimum(read_array(step.share, system, node.name) * demand, rest)
                total += float(taken @ read_array(step.price, system, node.name))
                rest -= taken
    return total


def _rest(
    system: GasSystem,
    period: int,
    *,
    stock: FloatArray,
    left: FloatArray,
    persisting: Collection[str],
) -> GasSystem:
    """Return the system from a period on, as it looks then."""

    def tail(values: ArrayLike) -> FloatArray:
        return read_array(values, system, "rolling")[period:]

    def steps(given: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(Step(share=tail(step.share), price=tail(step.price)) for step in given)

    def expected(values: ArrayLike, name: str) -> FloatArray:
        rates = tail(values)
        return np.full(rates.shape, rates[0]) if name in persisting else rates

    past = sum(item.days for item in system.periods[:period])
    return GasSystem(
        periods=system.periods[period:],
        nodes=tuple(
            GasNode(
                name=node.name,
                demand_twh=tail(node.demand_twh),
                response=steps(node.response),
                shedding=steps(node.shedding),
            )
            for node in system.nodes
        ),
        pipelines=tuple(
            replace(pipe, capacity_twh_per_day=tail(pipe.capacity_twh_per_day))
            for pipe in system.pipelines
        ),
        sources=tuple(
            replace(
                source,
                capacity_twh_per_day=expected(source.capacity_twh_per_day, source.name),
                minimum_twh_per_day=expected(source.minimum_twh_per_day, source.name),
                total_twh=None if source.total_twh is None else float(rest),
            )
            for source, rest in zip(system.sources, left, strict=True)
        ),
        terminals=tuple(
            replace(terminal, capacity_twh_per_day=tail(terminal.capacity_twh_per_day))
            for terminal in system.terminals
        ),
        supply=tuple(
            replace(
                step,
                volume_twh_per_day=tail(step.volume_twh_per_day),
                delay_days=max(0.0, step.delay_days - past),
            )
            for step in system.supply
        ),
        stores=tuple(
            replace(
                store,
                initial_twh=float(filled),
                injection_twh_per_day=tail(store.injection_twh_per_day),
                withdrawal_twh_per_day=tail(store.withdrawal_twh_per_day),
                floor_twh=tail(store.floor_twh),
            )
            for store, filled in zip(system.stores, stock, strict=True)
        ),
    )
