"""Alternatives: the named values that a factorial design combines."""

from collections.abc import Sequence
from typing import NoReturn

from detente.crisis.crisis import Crisis
from detente.engine.designs import Alternatives
from detente.engine.streams import MAX_DRAWS
from detente.errors import refuse

__all__ = ["contested_alternatives", "parse_alternatives"]

_AT = "--alternatives"
_FORM = "write for instance war.gain=20,40 or war.gain=low:20,high:40"


def parse_alternatives(crisis: Crisis, texts: Sequence[str]) -> Alternatives:
    """Read alternatives of quantities from texts of the form ``PATH=VALUE,VALUE`` or ``PATH=NAME:VALUE,NAME:VALUE``.

    Parameters
    ----------
    crisis
        The crisis whose quantities they are.
    texts
        One per quantity.

    Returns
    -------
    tuple
        Path and named values of each, sorted by path; a value without a name is its own name.

    Raises
    ------
    UsageError
        ``option-invalid`` for a text of another form, ``path-unknown`` or the code of a bad value as ``--set`` gives it.
    """
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for text in texts:
        path, sign, listed = text.partition("=")
        path = path.strip().removeprefix("quantities.")
        if not sign or not path:
            _refuse(f"{text[:80]!r} is not of the form PATH=VALUE,VALUE", _FORM)
        if path in found:
            _refuse(f"the alternatives of {path!r} are given twice", "give them once")
        levels = tuple(_level(crisis, path, part) for part in listed.split(","))
        _check_levels(path, levels)
        found[path] = levels
    return _checked(crisis, tuple(sorted(found.items())))


def contested_alternatives(crisis: Crisis) -> Alternatives:
    """Return the rival values of every contested quantity, each named by its source.

    Raises
    ------
    UsageError
        ``option-invalid`` if nothing is contested.
    """
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for path, item in sorted(crisis.quantities.items()):
        rivals: dict[float, list[str]] = {}
        for value, source in item.contested:
            rivals.setdefault(value, []).append(source)
        if len(rivals) > 1:
            found[path] = tuple((" ".join(names), value) for value, names in rivals.items())
    if not found:
        message = f"the crisis {crisis.id!r} has no contested quantity whose alternatives could be combined"
        _refuse(message, f"name alternatives: {_FORM}")
    return _checked(crisis, tuple(found.items()))


def _level(crisis: Crisis, path: str, text: str) -> tuple[str, float]:
    """Name and value of one alternative; its value is refused for the same reasons as one of ``--set``."""
    name, colon, value = text.rpartition(":")
    name, value = name.strip(), value.strip()
    if not value or (colon and not name):
        _refuse(f"{text[:80]!r} is no alternative of {path!r}", _FORM)
    if path not in crisis.quantities:
        known = path == "rounds" or path.startswith(("state.", "types."))
        if known:
            message = f"{path!r} changes the game itself, so it cannot be a factor of one run"
            _refuse(message, f"make one run for each value, with --set {path}=VALUE")
        crisis.set({path: value})  # refuses it with the nearest paths
    changed = crisis.set({path: value}).quantities[path].distribution
    if changed.family != "fixed":
        _refuse(f"{value[:80]!r} is a range, not an alternative of {path!r}", _FORM)
    return name or value, changed.parameters[0]


def _check_levels(path: str, levels: tuple[tuple[str, float], ...]) -> None:
    for which, what in ((0, "name"), (1, "value")):
        if len({level[which] for level in levels}) < len(levels):
            message = f"two alternatives of {path!r} have the same {what}"
            _refuse(message, "make every name and every value a different one")


def _checked(crisis: Crisis, alternatives: Alternatives) -> Alternatives:
    """Refuse combinations that together break what each alone does not, and too many of them."""
    largest = {path: repr(max(value for _, value in levels)) for path, levels in alternatives}
    crisis.set(largest)  # priors that could sum to more than one
    cells = 1
    for _, levels in alternatives:
        cells *= len(levels)
    if cells > MAX_DRAWS:
        message = f"the alternatives have {cells:,} combinations, more than {MAX_DRAWS:,}"
        _refuse(message, "name fewer quantities or alternatives")
    if not alternatives:
        _refuse("a factorial design needs alternatives", _FORM)
    return alternatives


def _refuse(message: str, fix: str) -> NoReturn:
    refuse(message, code="option-invalid", at=_AT, fix=fix)
