"""Sanctions: what they cost the target and the senders, and what an energy cut costs an economy."""

from detente.models.sanctions.gravity import trade_cost_from_gravity
from detente.models.sanctions.production import ces_loss_pct, ces_output_ratio
from detente.models.sanctions.registration import ces_loss, sender_loss, target_loss
from detente.models.sanctions.welfare import gains_from_trade_pct, surviving_share, welfare_loss_pct

__all__ = [
    "ces_loss",
    "ces_loss_pct",
    "ces_output_ratio",
    "gains_from_trade_pct",
    "sender_loss",
    "surviving_share",
    "target_loss",
    "trade_cost_from_gravity",
    "welfare_loss_pct",
]
