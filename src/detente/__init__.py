"""detente: one sourced description of an international crisis, turned into numbers that can be checked and questioned.

A notebook needs few names, and each is imported when it is first asked for: :func:`load` a crisis, an :class:`Engine` that
solves it, :func:`run` it under every policy, :func:`brief` the run, :func:`watch` the crisis day by day, :func:`start` to
play it.
"""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente import brief, watch
    from detente.analysis.running import run
    from detente.engine.engine import Engine, start
    from detente.linking.loading import load

__all__ = ["Engine", "brief", "load", "run", "start", "watch"]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
