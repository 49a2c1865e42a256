"""Energy: what is left of an area's gas when a supplier cuts it off, in one sum or by country and month."""

from detente.models.energy.balance import GasBalance, balance_gas
from detente.models.energy.curves import residual_supply, response_steps
from detente.models.energy.programme import Bounds, GasProgramme, bound_gas, compile_gas
from detente.models.energy.registration import annual_balance
from detente.models.energy.solving import GasSolution, GasSolver, solve_gas
from detente.models.energy.system import (
    GasSystem,
    Node,
    Period,
    Pipeline,
    Situation,
    Source,
    Step,
    Store,
    SupplyStep,
    Terminal,
    check_system,
    months,
    weeks,
)

__all__ = [
    "Bounds",
    "GasBalance",
    "GasProgramme",
    "GasSolution",
    "GasSolver",
    "GasSystem",
    "Node",
    "Period",
    "Pipeline",
    "Situation",
    "Source",
    "Step",
    "Store",
    "SupplyStep",
    "Terminal",
    "annual_balance",
    "balance_gas",
    "bound_gas",
    "check_system",
    "compile_gas",
    "months",
    "residual_supply",
    "response_steps",
    "solve_gas",
    "weeks",
]
