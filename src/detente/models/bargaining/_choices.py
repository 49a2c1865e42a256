"""Choosing one of a few named things."""

from collections.abc import Mapping
from typing import TypeVar

from detente.errors import UsageError

Named = TypeVar("Named")


def choose(known: Mapping[str, Named], name: str, *, kind: str, of: str) -> Named:
    """Return the thing of this name, or raise ``option-invalid`` with the names there are."""
    if name in known:
        return known[name]
    message = f"there is no {kind} {name!r} of {of}"
    raise UsageError(
        message, code="option-invalid", at=kind, fix=f"choose one of {', '.join(known)}"
    )
