"""The closed list of error codes, the exceptions that carry them, and the finding of a check.

Every error says what is wrong, where, and what to do next. A code is a stable name: it has a page under
``docs/reference/errors`` and never changes its meaning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, get_args

__all__ = [
    "CODES",
    "Code",
    "CrisisFileError",
    "DetenteError",
    "Finding",
    "GameError",
    "ModelError",
    "Place",
    "RunError",
    "Severity",
    "SolverError",
    "SystemFailedError",
    "UsageError",
    "nearest",
    "refuse",
]

Code = Literal[
    # reading files
    "file-missing",
    "file-not-utf8",
    "file-too-large",
    "file-foreign",
    "character-forbidden",
    "yaml-invalid",
    "yaml-duplicate-key",
    "yaml-alias-bomb",
    "table-missing",
    "table-column-missing",
    "table-row-invalid",
    # shape of the crisis file
    "key-unknown",
    "key-missing",
    "value-type",
    "value-not-finite",
    "value-out-of-range",
    "value-implausible",
    "id-invalid",
    "id-duplicate",
    "schema-version",
    # provenance
    "source-missing",
    "source-unknown",
    "source-edition",
    "date-after-cutoff",
    "mark-incomplete",
    "count-stale",
    "grade-unknown",
    "claim-invalid",
    # quantities
    "unit-unknown",
    "unit-mismatch",
    "distribution-invalid",
    "probability-out-of-range",
    "priors-sum",
    "quantity-unknown",
    "correlation-invalid",
    # references between entries
    "actor-unknown",
    "player-unknown",
    "type-unknown",
    "variable-unknown",
    "state-value-unknown",
    "attack-unnamed",
    "case-idle",
    "instrument-unknown",
    "issue-unknown",
    "issue-closed",
    "exposure-unknown",
    "mechanism-unknown",
    "mechanism-cycle",
    "model-unknown",
    "model-input-unknown",
    "model-input-missing",
    "model-output-unknown",
    "policy-invalid",
    "term-unknown",
    "entry-unused",
    "rule-shadowed",
    # the game that the rules make
    "instrument-unused",
    "instrument-unreachable",
    "menu-empty",
    "nest-unknown",
    "nest-useless",
    "option-copied",
    "chance-empty",
    "outcome-unnamed",
    "outcome-unreachable",
    "game-too-large",
    # solving
    "game-invalid",
    "recall-imperfect",
    "payoff-not-finite",
    "rationality-invalid",
    "menu-invalid",
    "odds-incompatible",
    # models
    "input-invalid",
    # estimation
    "data-too-few",
    "data-separated",
    "outcome-unobserved",
    "regressor-collinear",
    "fit-unidentified",
    # running
    "crisis-unknown",
    "path-unknown",
    "option-invalid",
    "extra-missing",
    "figure-unknown",
    "folder-exists",
    "output-unwritable",
    "run-busy",
    "path-linked",
    "run-corrupt",
    "run-mismatch",
    "study-missing",
    "print-failed",
    "executor-failed",
    "query-invalid",
    "system-failed",
    # keeping
    "log-conflict",
    "log-event-invalid",
    "log-failed",
    "log-unreadable",
    # serving
    "access-denied",
    "page-unknown",
    "request-limited",
    "request-superseded",
    "upload-invalid",
    # playing
    "command-invalid",
    "order-illegal",
    "phase-over",
    "seat-foreign",
    "session-mismatch",
    "session-unknown",
]
"""Every code that an error or a finding may carry."""

CODES: tuple[Code, ...] = get_args(Code)

Severity = Literal["error", "warning"]

_CUTOFF = 0.5
"""Least likeness of a name that is suggested, 0-1.

Among the policies, instruments, actors, mechanisms and considerations of the shipped crises, 0.5 finds 99.5 % of names with
two slips (0.4 all, 0.6 96 %) and suggests something for 45 % of the names of another crisis (0.4 for 74 %).
"""

_MAX_NAMES = 5000
"""Most known names that are compared with an unknown one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an entry stands: file relative to the crisis folder, line from 1, dotted path in the document."""

    file: str = ""
    line: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found in a crisis folder.

    ``file`` is relative to the crisis folder, ``line`` counts from 1 (0 if no line applies), ``path`` is the dotted
    place in the document, ``value`` the offending value as text, ``fix`` an instruction.
    """

    code: Code
    message: str
    file: str = ""
    line: int = 0
    path: str = ""
    value: str = ""
    fix: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """Three lines: what and code, where, what next."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        place = "  ".join(part for part in (where, self.path) if part)
        return f"{self.message} [{self.code}]\n  at:  {place or '-'}\n  fix: {self.fix}"


class DetenteError(Exception):
    """An error with a code, a place and a fix.

    Parameters
    ----------
    message
        What is wrong, with the offending value, in one sentence.
    code
        An entry of :data:`CODES`.
    at
        Where: a file and path, an option, an array.
    fix
        What to do, in the imperative.
    """

    def __init__(self, message: str, *, code: Code, fix: str, at: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.at, self.fix = message, code, at, fix

    def __str__(self) -> str:
        """Three lines: what and code, where, what next."""
        return f"{self.message} [{self.code}]\n  at:  {self.at or '-'}\n  fix: {self.fix}"


class CrisisFileError(DetenteError, ValueError):
    """A crisis folder that cannot be used, with everything that the checks found in it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        place = f"{first.file}:{first.line}" if first.line else first.file
        super().__init__(
            first.message,
            code=first.code,
            fix=first.fix,
            at="  ".join(part for part in (place, first.path) if part),
        )


class GameError(DetenteError, ValueError):
    """An extensive form that is not a game the solvers accept."""


class SolverError(DetenteError, ValueError):
    """Input that a solver refuses, or an answer that it cannot give."""


class ModelError(DetenteError, ValueError):
    """Input that a mechanism refuses."""


class RunError(DetenteError, RuntimeError):
    """A run that cannot be written, read or resumed."""


class SystemFailedError(DetenteError):
    """The system below the program refuses what it was asked for: a file, memory, a place for the output."""


class UsageError(DetenteError, ValueError):
    """A command or call that asks for something that does not exist."""


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known names most like a word, at most three, best first; capitals do not count.

    Parameters
    ----------
    word
        A name that is not known.
    known
        The names that are; of more than some thousands the first are compared.

    Returns
    -------
    tuple of str
        As the known names are written; empty if none is like the word.

    Examples
    --------
    >>> nearest("postre", ["posture", "talks"])
    ('posture',)
    """
    import difflib  # noqa: PLC0415  # only on the way to an error

    lowered = {item.lower(): item for item in reversed(list(known)[:_MAX_NAMES])}
    found = difflib.get_close_matches(word[:100].lower(), list(lowered), n=3, cutoff=_CUTOFF)
    return tuple(lowered[item] for item in found)


def refuse(
    message: str,
    *,
    code: Code,
    at: str | Place,
    fix: str,
    error: type[DetenteError] = UsageError,
    value: str = "",
    cause: BaseException | None = None,
) -> NoReturn:
    """Raise an error; this never returns.

    Parameters
    ----------
    message
        What is wrong, with the offending value, in one sentence.
    code
        An entry of :data:`CODES`.
    at
        Where, as text; or a place of a crisis folder, which makes the error a :class:`CrisisFileError`.
    fix
        What to do, in the imperative.
    error
        Class of the error where ``at`` is text.
    value
        Offending value where ``at`` is a place.
    cause
        The exception that led here, if it is to be shown.

    Raises
    ------
    DetenteError
        Always: an ``error`` with the code, or a :class:`CrisisFileError` of one finding.

    Examples
    --------
    >>> refuse("there is no policy 'x'", code="option-invalid", at="--policy", fix="use arms")
    Traceback (most recent call last):
    detente.errors.UsageError: there is no policy 'x' [option-invalid]
      at:  --policy
      fix: use arms
    """
    if isinstance(at, Place):
        finding = Finding(
            code=code,
            message=message,
            file=at.file,
            line=at.line,
            path=at.path,
            value=value,
            fix=fix,
        )
        raise CrisisFileError([finding]) from cause
    raise error(message, code=code, at=at, fix=fix) from cause
