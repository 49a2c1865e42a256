"""Energy: what is left of an area's gas when a supplier cuts it off, in one sum or by country and month."""

from detente.models.energy.annual_balance import GasBalance, balance_gas
from detente.models.energy.curves import (
    cut_curve,
    residual_supply,
    response_steps,
    stagger_prices,
)
from detente.models.energy.gas_horizons import GAS_HORIZONS
from detente.models.energy.pricing import (
    GasCase,
    GasMechanism,
    GasSurface,
    cut_routes,
    design_points,
    fit_gas,
    situation_of,
)
from detente.models.energy.programme import GasBounds, GasProgramme, bound_gas, compile_gas
from detente.models.energy.rolling import solve_rolling
from detente.models.energy.solving import GasSolution, GasSolver, solve_gas
from detente.models.energy.system import (
    GasNode,
    GasSource,
    GasSystem,
    Period,
    Pipeline,
    Situation,
    Step,
    Store,
    SupplyStep,
    Terminal,
    check_system,
    months,
    weeks,
)
from detente.models.energy.tables import (
    GAS_TABLES,
    GasReading,
    Span,
    read_gas_tables,
    weeks_from,
    year_from,
)

__all__ = [
    "GAS_HORIZONS",
    "GAS_TABLES",
    "GasBalance",
    "GasBounds",
    "GasCase",
    "GasMechanism",
    "GasNode",
    "GasProgramme",
    "GasReading",
    "GasSolution",
    "GasSolver",
    "GasSource",
    "GasSurface",
    "GasSystem",
    "Period",
    "Pipeline",
    "Situation",
    "Span",
    "Step",
    "Store",
    "SupplyStep",
    "Terminal",
    "balance_gas",
    "bound_gas",
    "check_system",
    "compile_gas",
    "cut_curve",
    "cut_routes",
    "design_points",
    "fit_gas",
    "months",
    "read_gas_tables",
    "residual_supply",
    "response_steps",
    "situation_of",
    "solve_gas",
    "solve_rolling",
    "stagger_prices",
    "weeks",
    "weeks_from",
    "year_from",
]
