"""Energy: what is left of an area's gas when a supplier cuts it off."""

from detente.models.energy.balance import GasBalance, balance_gas
from detente.models.energy.registration import annual_balance

__all__ = ["GasBalance", "annual_balance", "balance_gas"]
