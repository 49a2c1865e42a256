"""The mechanisms: pure functions that price situations. Importing this package registers every one of them."""

import importlib
import pkgutil

from detente.models.registry import Input, Model, Output, all_models, find_model, model

__all__ = ["Input", "Model", "Output", "all_models", "find_model", "model"]

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    if not _module.name.rpartition(".")[2].startswith("_"):
        importlib.import_module(_module.name)
