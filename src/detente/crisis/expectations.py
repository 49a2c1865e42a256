"""What a crisis is expected to say: what-ifs with the sign or the range that their author would defend, in ``expect.yaml``.

They are the tests of a crisis folder: written down with the crisis, run by ``detente check --expect``, and no input of any
figure. The digest of a crisis does not depend on them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from detente.crisis.crisis import Crisis
from detente.crisis.draft import Draft, duplicates, suggest
from detente.crisis.reading import decode, read_bytes, read_document
from detente.crisis.schema import Entry, Name, Text
from detente.crisis.shaping import shape_entry
from detente.errors import CrisisFileError, Finding, Place, UsageError
from detente.summaries import html_fields, text_fields

__all__ = ["EXPECTATIONS_FILE", "Expectation", "ExpectationEntry", "Sign", "read_expectations"]

EXPECTATIONS_FILE = "expect.yaml"
"""Name of the file in a crisis folder; a crisis may have none."""

Sign = Literal["lower", "higher"]
"""How a metric differs from what it is compared with."""


def _as_text(value: Any) -> Any:
    """Return a number, or a list of two numbers, as ``--set`` takes it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return repr(value)
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(v, int | float) for v in value)
    ):
        return f"{value[0]!r}..{value[1]!r}"
    return value


Assigned = Annotated[Name, BeforeValidator(_as_text)]
Number = Annotated[float, Field(strict=False, allow_inf_nan=False)]


class ExpectationEntry(Entry):
    """One what-if and what is expected of it."""

    id: Name = Field(description="Names the expectation; unique in the file.")
    why: Text = Field(description="Why it should hold, in a sentence.")
    metric: Name = Field(description="A metric of the solved game, or a sum A+B of some.")
    set: dict[Name, Assigned] = Field(
        default={},
        description="Changes of the crisis, as of --set: a value, or a list of low and high.",
    )
    policy: Name | None = Field(
        default=None, description="Under this policy; the first by default."
    )
    against: Name | None = Field(
        default=None,
        description="Compared with this policy under the same changes; without it, with the crisis without the changes.",
    )
    sign: Sign | None = Field(default=None, description="The metric is lower or higher than that.")
    range: tuple[Number, Number] | None = Field(
        default=None,
        strict=False,
        description="Low and high end of the mean; where something is compared, of the change.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> "ExpectationEntry":
        if self.sign is None and self.range is None:
            message = "it expects nothing: give a sign or a range"
            raise ValueError(message)
        if self.sign is not None and not (self.set or self.against):
            message = "a sign needs something to compare with: give against or set"
            raise ValueError(message)
        if self.range is not None and self.range[0] > self.range[1]:
            message = "the range ends below where it begins"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """A what-if with what is expected of it; see :class:`ExpectationEntry`."""

    __repr__ = text_fields
    _repr_html_ = html_fields

    id: str
    why: str
    metric: str
    overrides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    policy: str = ""
    against: str = ""
    sign: Sign | None = None
    range: tuple[float, float] | None = None
    place: Place = field(default_factory=Place)


def read_expectations(crisis: Crisis) -> tuple[Expectation, ...]:
    """Read the expectations that stand in the folder of a crisis.

    Parameters
    ----------
    crisis
        A loaded crisis.

    Returns
    -------
    tuple of Expectation
        In the order of the file; empty if the folder has none.

    Raises
    ------
    CrisisFileError
        With every finding, if the file cannot be used.
    """
    path = crisis.folder / EXPECTATIONS_FILE
    if not os.path.lexists(path):
        return ()
    content, problem = read_bytes(path, EXPECTATIONS_FILE)
    text = ""
    if problem is None:
        text, problem = decode(content, EXPECTATIONS_FILE)
    if problem is not None:
        raise CrisisFileError([problem])
    document = read_document(text, EXPECTATIONS_FILE, wanted=list)
    draft = Draft(folder=crisis.folder, document=document)
    draft.findings += document.findings
    found = [] if document.root is None else _entries(draft, crisis, document.root.content)
    if draft.findings:
        raise CrisisFileError(draft.findings)
    return tuple(found)


def _entries(draft: Draft, crisis: Crisis, nodes: Any) -> list[Expectation]:
    found = []
    for number, node in enumerate(nodes):
        entry = shape_entry(draft, ExpectationEntry, node.plain(), (number,))
        if isinstance(entry, ExpectationEntry):
            found.append(_element(draft, crisis, entry, number))
    for index, name in duplicates(item.id for item in found):
        draft.report(
            "id-duplicate",
            f"the expectation {name!r} stands twice",
            at=found[index].place,
            value=name,
            fix="give each expectation an id of its own",
        )
    return found


def _element(draft: Draft, crisis: Crisis, entry: ExpectationEntry, number: int) -> Expectation:
    for key in ("policy", "against"):
        name = getattr(entry, key)
        if name is not None and name not in crisis.policies:
            draft.report(
                "policy-invalid",
                f"there is no policy {name!r}",
                at=(number, key),
                value=name,
                fix=suggest(name, crisis.policies, otherwise="name a policy of the crisis"),
            )
    try:
        crisis.set(entry.set)
    except UsageError as error:
        draft.findings.append(
            Finding(
                code=error.code,
                message=error.message,
                fix=error.fix,
                file=EXPECTATIONS_FILE,
                line=draft.document.line(number, "set"),
                path=f"{number}.set",
            )
        )
    return Expectation(
        id=entry.id,
        why=entry.why,
        metric=entry.metric,
        overrides=MappingProxyType(dict(entry.set)),
        policy=entry.policy or next(iter(crisis.policies), ""),
        against=entry.against or "",
        sign=entry.sign,
        range=entry.range,
        place=draft.place(number),
    )
