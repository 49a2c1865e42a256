"""The checks of a crisis folder: small functions that each yield findings."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from itertools import islice

from detente.crisis.draft import MAX_FINDINGS, Draft
from detente.errors import Finding

__all__ = ["Check", "all_checks", "run_checks"]

Check = Callable[[Draft], Iterator[Finding]]


def all_checks() -> tuple[Check, ...]:
    """Return every ``check_*`` function of this package's modules, in the order of modules and of their text."""
    found: list[Check] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        found += [getattr(loaded, name) for name in loaded.__all__ if name.startswith("check_")]
    return tuple(found)


def run_checks(draft: Draft) -> list[Finding]:
    """Return what every check finds in a draft, up to a limit for each."""
    return [finding for check in all_checks() for finding in islice(check(draft), MAX_FINDINGS)]
