"""Packages that offer the names of their modules without importing these before one is asked for."""

import ast
import importlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["offer"]


def offer(package: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package whose imports stand under ``if TYPE_CHECKING:``.

    Type checkers and readers see plain imports, each written once; when the program runs, a name is imported from its
    module the first time somebody asks for it. A command that needs one module of a package so loads no other.
    A module of the package itself may be offered too. ``dir`` lists every name that is offered, so that it can be completed.

    Parameters
    ----------
    package
        Name of the package, its ``__name__``.

    Returns
    -------
    callable
        Takes a name that the package has not got yet, gives the object; an ``AttributeError`` for one that it does not
        offer.
    """

    def find(name: str) -> Any:
        home = _homes(str(sys.modules[package].__file__)).get(name)
        if home is None:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        if home == package:
            return importlib.import_module(f"{package}.{name}")
        value = getattr(importlib.import_module(home), name)
        setattr(sys.modules[package], name, value)
        return value

    module = sys.modules[package]
    module.__dict__["__dir__"] = lambda: sorted({*vars(module), *_homes(str(module.__file__))})
    return find


@cache
def _homes(file: str) -> dict[str, str]:
    """Return the module of each name that a file imports under ``if TYPE_CHECKING:``."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    guarded = (
        line
        for part in tree.body
        if isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING"
        for line in part.body
    )
    return {
        found.name: str(line.module)
        for line in guarded
        if isinstance(line, ast.ImportFrom)
        for found in line.names
    }
