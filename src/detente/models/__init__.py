"""The mechanisms: pure functions that price situations. Asking for a model imports and so registers all of them."""

from detente.models.registry import Input, Model, Output, all_models, find_model, model

__all__ = ["Input", "Model", "Output", "all_models", "find_model", "model"]
