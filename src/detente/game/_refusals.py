"""Raising the errors of this package in one line each."""

from typing import NoReturn

from detente.errors import Code, GameError, SolverError

__all__ = ["refuse_game", "refuse_input"]


def refuse_game(message: str, *, at: str, fix: str, code: Code = "game-invalid") -> NoReturn:
    """Raise a :class:`GameError`: something is no game that the solvers accept."""
    raise GameError(message, code=code, at=at, fix=fix)


def refuse_input(message: str, *, at: str, fix: str, code: Code = "game-invalid") -> NoReturn:
    """Raise a :class:`SolverError`: an argument does not fit the game or the solver."""
    raise SolverError(message, code=code, at=at, fix=fix)
