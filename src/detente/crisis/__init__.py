"""Crises: the folders that describe them, how they are read and checked, and the values of their quantities."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.crisis.claims import claims_of
    from detente.crisis.crisis import Crisis
    from detente.crisis.elements import Distribution, Quantity, Source
    from detente.crisis.loading import check_folder, examine_folder, load_crisis, shipped_crises
    from detente.crisis.overrides import override_paths
    from detente.crisis.quantities import mean, ppf, reference_value, support
    from detente.crisis.registers import attributes, units
    from detente.crisis.scaffold import new_crisis
    from detente.crisis.schema import crisis_schema

__all__ = [
    "Crisis",
    "Distribution",
    "Quantity",
    "Source",
    "attributes",
    "check_folder",
    "claims_of",
    "crisis_schema",
    "examine_folder",
    "load_crisis",
    "mean",
    "new_crisis",
    "override_paths",
    "ppf",
    "reference_value",
    "shipped_crises",
    "support",
    "units",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
