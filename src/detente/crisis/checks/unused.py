"""Checks of what stands in a folder and is used by nothing: quantities, red lines, sources, issues, values of the state.

Whoever writes ``unused:`` with a reason is not told; if the thing is used after all, the reason is wrong and that is told.
"""

from collections import Counter
from collections.abc import Iterator

from detente.crisis.draft import Draft, Keys
from detente.crisis.elements import Column, OutcomeRule, Quantity
from detente.crisis.quantity_building import split_sources
from detente.crisis.reading import Node
from detente.crisis.schema import QuantityEntry, StateVariableEntry
from detente.errors import Finding, Place

__all__ = [
    "check_groups",
    "check_unread_quantities",
    "check_unread_red_lines",
    "check_unused_issues",
    "check_unused_sources",
    "check_unused_values",
]


def check_unread_quantities(draft: Draft) -> Iterator[Finding]:
    """Find quantities of the crisis file that nothing reads: no binding, no fact, no rule; rival values are shown."""
    named = _texts(draft)
    for keys, entry in draft.each("quantities", QuantityEntry):
        read = keys[-1] in named or entry.contested is not None
        if not read and not entry.unused:
            yield _unused(
                draft,
                f"nothing reads the quantity {keys[-1]!r}",
                keys,
                fix="bind it, name it in the figures of a fact, or remove it; to keep it, say why: `unused: reason`",
            )
        elif read and entry.unused:
            yield _used(draft, f"the quantity {keys[-1]!r}", keys)


def check_unread_red_lines(draft: Draft) -> Iterator[Finding]:
    """Find red lines in the table of positions that no mechanism reads: the model would cross them without a word."""
    read = _columns_read(draft) | _texts(draft)
    for path, quantity in draft.quantities.items():
        if path.startswith("red_lines.") and path not in read:
            yield _unread_line(draft, path, quantity)


def _unread_line(draft: Draft, path: str, quantity: Quantity) -> Finding:
    _, actor, issue = path.split(".", 2)
    return _unused(
        draft,
        f"{actor} draws a red line on {issue!r} and no mechanism reads it: models do as if there were none",
        quantity.place,
        value=path,
        fix=f"bind it in a mechanism over issues, such as `challenger_red_line: {{red_line: {actor}}}`, or leave the cell blank",
    )


def check_unused_sources(draft: Draft) -> Iterator[Finding]:
    """Find sources that no entry and no row of a table cites; a column ``unused`` may say why one is kept."""
    cited = {
        key
        for kind, table in draft.tables.items()
        if kind != "sources"
        for row in table.rows
        for key in split_sources(row.cells.get("source", ""))
    } | _texts(draft)
    for row in draft.tables["sources"].rows if "sources" in draft.tables else ():
        key, reason = row.cells["key"], row.cells.get("unused", "")
        if key not in cited and not reason:
            yield _unused(
                draft,
                f"nothing cites the source {key!r}",
                row.place,
                value=key,
                fix="cite it, or remove the row; to keep it, say why in a column `unused`",
            )
        elif key in cited and reason:
            yield _used(draft, f"the source {key!r}", row.place)


def check_unused_issues(draft: Draft) -> Iterator[Finding]:
    """Find issues on which nobody has a position and that no mechanism and no demand is about."""
    used = {member for mechanism in draft.mechanisms.values() for member in mechanism.members}
    for kind in ("positions", "demands"):
        table = draft.tables.get(kind)
        used |= {row.cells["issue"] for row in table.rows} if table is not None else set()
    for name, issue in draft.issues.items():
        if name not in used and "positions" not in draft.unread_tables:
            yield _unused(
                draft,
                f"nobody has a position on the issue {name!r}",
                issue.place,
                value=name,
                fix="add rows for it to the table of positions, or remove it",
            )


def check_unused_values(draft: Draft) -> Iterator[Finding]:
    """Find state variables that nothing reads, and values that nothing sets."""
    read: dict[str, bool] = {}
    set_to: dict[str, set[str]] = {}
    for use in draft.variables:
        if use.role in {"condition", "case"}:
            read[use.variable] = True
        else:
            set_to.setdefault(use.variable, set()).update(use.values)
    for keys, entry in draft.each("state", StateVariableEntry):
        name = str(keys[-1])
        given = set_to.get(name, set())
        if name not in read:
            yield _unused(
                draft,
                f"nothing reads the state variable {name!r}: no condition and no price depends on it",
                keys,
                fix="let a condition or a price read it, or remove it with the effects that set it",
            )
        for value in entry.values:
            reached = value == entry.initial or bool({value, "up", "down"} & given)
            reason = entry.unused.get(value, "")
            if not reached and not reason:
                yield _unused(
                    draft,
                    f"nothing sets {name!r} to {value!r}",
                    (*keys, "values"),
                    value=value,
                    fix=f"let an instrument, a policy or an event set it, or remove it; to keep it, say why: `unused: {{{value}: reason}}`",
                )
            elif reached and reason:
                yield _used(draft, f"the value {value!r} of {name!r}", (*keys, "unused"))


def check_groups(draft: Draft) -> Iterator[Finding]:
    """Find groups of outcomes that tell nothing: of one outcome, or of an attack or a settlement, which are groups."""
    members = Counter(rule.group for rule in draft.outcomes.values() if not _is_flagged(rule))
    for rule in draft.outcomes.values():
        if not rule.group or (members[rule.group] > 1 and not _is_flagged(rule)):
            continue
        flagged = f"{rule.id!r} is told with the other {'attacks' if rule.attack else 'settlements'} already"
        yield _unused(
            draft,
            flagged if _is_flagged(rule) else f"no other outcome is told with {rule.id!r}",
            ("outcomes", rule.id, "group"),
            value=rule.group,
            fix="give the group to an outcome of the same kind as well, or remove it",
        )


def _is_flagged(rule: OutcomeRule) -> bool:
    return bool(rule.attack) or rule.settlement


def _unused(
    draft: Draft, message: str, at: Keys | Place, *, fix: str, value: str | int = ""
) -> Finding:
    shown = value or ("" if isinstance(at, Place) else at[-1])
    return draft.finding("entry-unused", message, at=at, value=shown, fix=fix, severity="warning")


def _used(draft: Draft, what: str, at: Keys | Place) -> Finding:
    return _unused(
        draft, f"{what} is called unused and is used", at, fix="remove what it says under `unused`"
    )


def _columns_read(draft: Draft) -> set[str]:
    """Return the paths of red lines that mechanisms read as columns; members are actors, or issues of one actor."""
    return {
        path
        for use in draft.bindings
        if isinstance(use.binding, Column) and use.binding.table == "red_line"
        for member in use.members
        for path in (
            f"red_lines.{use.binding.name}.{member}",
            f"red_lines.{member}.{use.binding.name}",
        )
    }


def _texts(draft: Draft) -> set[str]:
    """Return every text that stands as a value in the crisis file: whatever names a path or a key is among them."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [] if draft.document.root is None else [draft.document.root]
    while waiting:
        node: Node = waiting.pop()
        if id(node) in seen:  # a part with an anchor stands in several places
            continue
        seen.add(id(node))
        if isinstance(node.content, str):
            found.add(node.content)
        elif isinstance(node.content, dict):
            waiting.extend(node.content.values())
        elif isinstance(node.content, list):
            waiting.extend(node.content)
    return found
