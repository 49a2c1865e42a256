"""What every page begins with: the crisis that its address names."""

from typing import Annotated

from fastapi import Depends, Request

from detente.crisis.crisis import Crisis
from detente.web.api import bench_of

__all__ = ["CrisisOfPage"]


def _find(request: Request, crisis: str) -> Crisis:
    return bench_of(request).crisis(crisis)


CrisisOfPage = Annotated[Crisis, Depends(_find)]
"""The crisis named by ``{crisis}`` in the address."""
