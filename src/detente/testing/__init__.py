"""Public helpers for tests of crises, models and games; generators for hypothesis lie in :mod:`detente.testing.strategies`."""

from detente.testing.crises import (
    carried_claims,
    template_document,
    tiny_crisis_folder,
    write_document,
)

__all__ = ["carried_claims", "template_document", "tiny_crisis_folder", "write_document"]
