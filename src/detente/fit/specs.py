"""What is to be fitted: the specification that a user writes, as a file or as a mapping.

It names the columns of the outcome, the terms of each utility, and how errors arise. Every entry is checked against what the
model knows; what is wrong is refused with its line and with the names that are known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from detente.crisis.reading import Document, decode, read_bytes, read_document
from detente.errors import Code, UsageError, nearest, refuse

__all__ = ["Spec", "as_spec", "read_spec"]

_START = "docs/how-to/fit-a-game.md shows one for each model"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spec:
    """A specification: its entries as plain values, and where each stands."""

    entries: Mapping[str, Any]
    file: str = ""
    _document: Document | None = field(default=None, repr=False)

    def at(self, *keys: str | int) -> str:
        """Return the place of an entry, for messages."""
        path = ".".join(map(str, keys))
        if self._document is None:
            return f"{self.file or 'spec'}  {path}".strip()
        return f"{self.file}:{self._document.line(*keys)}  {path}".strip()

    def refuse(self, code: Code, message: str, *keys: str | int, fix: str) -> NoReturn:
        """Refuse the entry at some keys."""
        refuse(message, code=code, at=self.at(*keys), fix=fix, error=UsageError)

    def check_keys(self, known: Sequence[str], *keys: str) -> None:
        """Refuse an entry of the mapping at some keys that is not among those known."""
        for name in self.mapping(*keys):
            if str(name) not in known:
                near = nearest(str(name), known) or tuple(known)
                self.refuse(
                    "key-unknown",
                    f"{name!r} is not known here",
                    *keys,
                    str(name),
                    fix=f"use one of: {', '.join(near)}",
                )

    def mapping(self, *keys: str) -> Mapping[str, Any]:
        """Return the mapping at some keys; empty if there is none."""
        found = self.value(*keys)
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            self.refuse(
                "value-type", f"{found!r} is no mapping", *keys, fix="write keys with values"
            )
        return found

    def value(self, *keys: str) -> Any:
        """Return what stands at some keys, or None."""
        found: Any = self.entries
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                return None
            found = found[key]
        return found

    def word(self, key: str, choices: Sequence[str]) -> str:
        """Return one of some words at a key; the first if nothing stands there."""
        found = self.value(key)
        if found is None:
            return choices[0]
        if found not in choices:
            self.refuse(
                "option-invalid",
                f"{key} is {found!r}",
                key,
                fix=f"write one of: {', '.join(choices)}",
            )
        return str(found)

    def text(self, *keys: str) -> str:
        """Return the text at some keys, which must be there."""
        found = self.value(*keys)
        if found is None:
            self.refuse(
                "key-missing", f"{'.'.join(keys)} is missing", *keys[:-1], fix=f"add it; {_START}"
            )
        if not isinstance(found, str) or not found:
            self.refuse("value-type", f"{found!r} is no text", *keys, fix="write a name")
        return found

    def texts(self, *keys: str) -> list[str]:
        """Return the list of names at some keys; numbers are taken as text."""
        found = self.value(*keys)
        good = isinstance(found, Sequence) and not isinstance(found, str)
        if not good or not all(
            isinstance(item, str | int | float) and not isinstance(item, bool) for item in found
        ):
            self.refuse(
                "value-type", f"{found!r} is no list of names", *keys, fix="write [one, another]"
            )
        return [str(item) for item in found]

    def number(self, *keys: str) -> float:
        """Return the number at some keys, which must be there."""
        found = self.value(*keys)
        if found is None:
            self.refuse(
                "key-missing", f"{'.'.join(keys)} is missing", *keys[:-1], fix=f"add it; {_START}"
            )
        if isinstance(found, bool) or not isinstance(found, int | float):
            self.refuse("value-type", f"{found!r} is no number", *keys, fix="write a number")
        return float(found)


def read_spec(path: Path) -> Spec:
    """Read a specification from a YAML file.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-not-utf8``, ``yaml-invalid`` and what else a crisis file may be refused for.
    """
    file = str(path)
    content, finding = read_bytes(path, file)
    text = ""
    if finding is None:
        text, finding = decode(content, file)
    if finding is not None:
        place = f"{file}:{finding.line}" if finding.line else file
        _refuse(finding.code, finding.message, place, finding.fix)
    document = read_document(text, file)
    for problem in document.findings:
        fix = _START if problem.code == "value-type" else problem.fix
        _refuse(problem.code, problem.message, f"{file}:{problem.line or 1}", fix)
    root = document.root
    entries = {} if root is None else root.plain()
    return Spec(entries=entries, file=file, _document=document)


def _refuse(code: Code, message: str, at: str, fix: str) -> NoReturn:
    words = message.replace(" in the crisis folder", "")
    advice = "name a YAML file that can be read; " + _START if code == "file-missing" else fix
    refuse(words, code=code, at=at, fix=advice, error=UsageError)


def as_spec(spec: "Spec | Mapping[str, Any] | Path | str") -> Spec:
    """Return a specification from a file, a mapping, or itself."""
    if isinstance(spec, Spec):
        return spec
    if isinstance(spec, Mapping):
        return Spec(entries=spec)
    return read_spec(Path(spec))
