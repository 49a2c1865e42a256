"""Boxes in words: what an analysis found, as a condition that a sentence can end with."""

from collections.abc import Callable, Mapping, Sequence

from detente.analysis.discovery import Limit

__all__ = ["limit_words", "limits_words"]


def limits_words(
    limits: Sequence[Limit],
    *,
    labels: Mapping[str, str] | None = None,
    write: Callable[[str, float], str] | None = None,
) -> str:
    """Say all limits of a box, joined as in a sentence.

    Parameters
    ----------
    limits
        Of a box.
    labels
        Words for inputs; their own names without.
    write
        Writes a value of an input, given its name; four significant digits by default.

    Examples
    --------
    >>> limits_words([Limit("x", 0.0, 0.5, low_open=True), Limit("kind", 0, 0, ("a", "b"))])
    'x is at most 0.5 and kind is a or b'
    """
    names = labels or {}
    words = [
        limit_words(limit, label=names.get(limit.name, limit.name), write=write) for limit in limits
    ]
    if len(words) <= 1:
        return "".join(words) or "in all cases"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def limit_words(
    limit: Limit, *, label: str = "", write: Callable[[str, float], str] | None = None
) -> str:
    """Say one limit: ``x is at least 0.5``, ``x is between 0.2 and 0.5``, ``kind is a or b``."""
    name = label or limit.name
    if limit.categories:
        *first, last = limit.categories
        return f"{name} is {', '.join(first) + ' or ' if first else ''}{last}"
    low, high = (
        f"{end:.4g}" if write is None else write(limit.name, end) for end in (limit.low, limit.high)
    )
    if limit.low_open:
        return f"{name} is at most {high}"
    if limit.high_open:
        return f"{name} is at least {low}"
    return f"{name} is between {low} and {high}"
