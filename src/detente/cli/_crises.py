"""What commands are told of a crisis: the file, assignments to its quantities, and its policies by name."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.errors import UsageError, nearest

if TYPE_CHECKING:
    from detente.crisis import Crisis

__all__ = ["choose_policies", "parse_assignments"]


def parse_assignments(texts: Sequence[str]) -> dict[str, str]:
    """Split ``PATH=VALUE`` texts; a later one of the same path wins.

    Raises
    ------
    UsageError
        ``option-invalid`` for a text without ``=``, a path or a value.
    """
    found: dict[str, str] = {}
    for text in texts:
        path, sign, value = text.partition("=")
        if not (sign and path.strip() and value.strip()):
            message = f"--set {text!r} is not of the form PATH=VALUE"
            raise UsageError(
                message,
                code="option-invalid",
                at="--set",
                fix="write a path, an equals sign and a value or range: war.gain=20..40",
            )
        found[path.strip()] = value.strip()
    return found


def choose_policies(
    crisis: "Crisis", wanted: Sequence[str] | None, *, at: str = "--policy"
) -> tuple[str, ...]:
    """Return the policies to compare, in the order of the file; all without any wanted.

    Raises
    ------
    UsageError
        ``option-invalid`` for a name that is none, with the nearest.
    """
    known = tuple(crisis.policies)
    if not wanted:
        return known
    for name in wanted:
        if name not in known:
            near = nearest(name, known) or known
            message = f"crisis {crisis.id!r} has no policy {name!r}"
            raise UsageError(
                message,
                code="option-invalid",
                at=at,
                fix=f"use one of: {', '.join(near)}",
            )
    return tuple(name for name in known if name in wanted)
