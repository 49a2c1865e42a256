"""Errors that point at a place of the crisis file."""

from detente.errors import Code, CrisisFileError, Finding, Place

__all__ = ["refuse"]


def refuse(*, code: Code, message: str, place: Place, fix: str, value: str = "") -> CrisisFileError:
    """Return the error for one thing that is wrong at a place of the crisis file."""
    return CrisisFileError(
        [
            Finding(
                code=code,
                message=message,
                file=place.file,
                line=place.line,
                path=place.path,
                value=value,
                fix=fix,
            )
        ]
    )
