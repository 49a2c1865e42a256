"""The mechanisms: pure functions that price situations. Importing this package registers every one of them."""

import importlib
import pkgutil

from detente.models.registry import Input, Model, Output, all_models, find_model, register

__all__ = ["Input", "Model", "Output", "all_models", "find_model", "register"]

for _module in pkgutil.iter_modules(__path__):
    if _module.ispkg:
        importlib.import_module(f"{__name__}.{_module.name}")
