"""Versions of the libraries that numbers of a run depend on."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

__all__ = ["library_versions"]

_LIBRARIES = ("detente", "duckdb", "numba", "numpy", "pyarrow", "scipy")


def library_versions() -> Mapping[str, str]:
    """Return the versions by name; empty for one that is not installed as a package."""
    found: dict[str, str] = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found
