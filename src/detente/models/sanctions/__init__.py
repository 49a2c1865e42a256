"""Sanctions: what they cost the target and the senders, and what an energy cut costs an economy."""

from detente.models._production import ces_loss_pct, ces_output_ratio
from detente.models.sanctions.currency import currency_price_ratio
from detente.models.sanctions.gravity import trade_cost_from_gravity
from detente.models.sanctions.package_horizons import HORIZONS
from detente.models.sanctions.response_design import Participant, ResponseDesigner
from detente.models.sanctions.responses import PackageResponse, read_response
from detente.models.sanctions.trade_balancing import (
    BalancedMatrix,
    Overlay,
    balance_matrix,
    overlay_purchases,
)
from detente.models.sanctions.trade_draws import TradeDraws, solve_trade_draws
from detente.models.sanctions.trade_equilibrium import (
    TradeCertificate,
    TradeResult,
    balance_trade,
    solve_trade,
)
from detente.models.sanctions.trade_gains import autarky_loss_pct
from detente.models.sanctions.trade_packages import Element, Package, elasticities, package_shock
from detente.models.sanctions.trade_shocks import (
    TradeShock,
    embargo,
    export_control,
    import_ban,
    raise_tariffs,
    raise_trade_costs,
)
from detente.models.sanctions.trade_table import (
    InputOutputTable,
    TradeEconomy,
    aggregate_table,
    calibrate_economy,
)
from detente.models.sanctions.welfare import gains_from_trade_pct, surviving_share, welfare_loss_pct

__all__ = [
    "HORIZONS",
    "BalancedMatrix",
    "Element",
    "InputOutputTable",
    "Overlay",
    "Package",
    "PackageResponse",
    "Participant",
    "ResponseDesigner",
    "TradeCertificate",
    "TradeDraws",
    "TradeEconomy",
    "TradeResult",
    "TradeShock",
    "aggregate_table",
    "autarky_loss_pct",
    "balance_matrix",
    "balance_trade",
    "calibrate_economy",
    "ces_loss_pct",
    "ces_output_ratio",
    "currency_price_ratio",
    "elasticities",
    "embargo",
    "export_control",
    "gains_from_trade_pct",
    "import_ban",
    "overlay_purchases",
    "package_shock",
    "raise_tariffs",
    "raise_trade_costs",
    "read_response",
    "solve_trade",
    "solve_trade_draws",
    "surviving_share",
    "trade_cost_from_gravity",
    "welfare_loss_pct",
]
