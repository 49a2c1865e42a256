"""What a check finds and the program can put right by itself: the change that the fix of a finding asks for, where it is one."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from detente.crisis.draft import Keys
from detente.crisis.editing import add_entry, remove_entry, rename_entry, set_value, value_at
from detente.crisis.loading import CRISIS_FILE
from detente.errors import DetenteError, Finding

__all__ = ["Mend", "keys_of", "mend"]

_MEANT = re.compile(r"did you mean (?P<names>.+)\?")
_JUDGEMENT = "judgement"


class Mend(NamedTuple):
    """A change that would put a finding right: what it does, in the imperative, and the text of the crisis file after it."""

    label: str
    text: str


def keys_of(text: str, path: str) -> Keys | None:
    r"""Return the keys of the path of a finding; None if it leads nowhere. Keys may hold dots themselves.

    Examples
    --------
    >>> keys_of("a:\n  b.c: {d: [1, 2]}\n", "a.b.c.d.1")
    ('a', 'b.c', 'd', 1)
    """
    node, keys, rest = value_at(text, ()), [], path
    while rest:
        if isinstance(node, dict):
            names = [name for name in node if rest == name or rest.startswith(f"{name}.")]
            if not names:
                return None
            name = max(names, key=len)
            keys.append(name)
            node, rest = node[name], rest[len(name) + 1 :]
        elif isinstance(node, list):
            head, _, tail = rest.partition(".")
            if not head.isdecimal() or int(head) >= len(node):
                return None
            keys.append(int(head))
            node, rest = node[int(head)], tail
        else:
            return None
    return tuple(keys)


def mend(files: Mapping[str, str], finding: Finding) -> Mend | None:
    """Return the change that puts a finding right, None where it takes a person to say what is right.

    Parameters
    ----------
    files
        Names and texts of the files of the crisis.
    finding
        Of a check of these files.
    """
    text = files[CRISIS_FILE]
    if finding.file not in {CRISIS_FILE, ""}:
        return None
    try:
        for way in (_meant, _judgement, _order, _offer, _unused):
            found = way(text, finding)
            if found is not None:
                return found
    except DetenteError:
        return None
    return None


def _meant(text: str, finding: Finding) -> Mend | None:
    """Put the name that is nearest in the place of one that is not known."""
    found = _MEANT.fullmatch(finding.fix)
    keys = keys_of(text, finding.path)
    if found is None or not keys:
        return None
    name, wrong = found["names"].split(" or ")[0], finding.value
    label = f"Use “{name}”"
    if finding.code == "key-unknown":
        return Mend(label, rename_entry(text, keys, name))
    there = value_at(text, keys)
    if there == wrong:
        return Mend(label, set_value(text, keys, name))
    if isinstance(there, list) and there.count(wrong) == 1:
        return Mend(label, set_value(text, (*keys, there.index(wrong)), name))
    if isinstance(there, dict) and list(there.values()).count(wrong) == 1:
        key = next(key for key, value in there.items() if value == wrong)
        return Mend(label, set_value(text, (*keys, key), name))
    return None


def _judgement(text: str, finding: Finding) -> Mend | None:
    """Name the authors' judgement as the source, as the crisis file does elsewhere."""
    if finding.code != "source-missing" or not _says_judgement(text):
        return None
    keys = keys_of(text, finding.path.removesuffix(".source"))
    if not keys:
        return None
    return Mend("Say that it is judgement", set_value(text, (*keys, "source"), _JUDGEMENT))


def _says_judgement(text: str) -> bool:
    there = value_at(text, ("quantities",)) or {}
    return any(
        _JUDGEMENT in _list(entry.get("source"))
        for entry in there.values()
        if isinstance(entry, dict)
    )


def _order(text: str, finding: Finding) -> Mend | None:
    """Put the parameters of a range in order."""
    keys = keys_of(text, finding.path)
    if finding.code != "distribution-invalid" or not keys:
        return None
    there = value_at(text, keys)
    if keys[-1] not in {"triangular", "uniform"} or not isinstance(there, list):
        return None
    ordered = sorted(there)
    if ordered == there or ordered[0] == ordered[-1]:
        return None
    label = "Use " + " / ".join(f"{value:g}" for value in ordered)
    return Mend(label, set_value(text, keys, ordered))


def _offer(text: str, finding: Finding) -> Mend | None:
    """Put a move that no menu offers on the first menu of its player."""
    keys = keys_of(text, finding.path)
    if finding.code != "instrument-unused" or not keys or keys[0] != "instruments":
        return None
    name, player = str(keys[1]), value_at(text, (*keys[:2], "player"))
    for number, phase in enumerate(value_at(text, ("phases",)) or []):
        menus: list[tuple[Keys, Any]] = [(("phases", number), phase)]
        menus += [
            (("phases", number, "moves", place), move)
            for place, move in enumerate(phase.get("moves") or [])
        ]
        for place, move in menus:
            if move.get("player") == player and isinstance(move.get("menu"), list):
                label = f"Add to “{phase.get('label', phase.get('id'))}”"
                return Mend(label, add_entry(text, (*place, "menu", "-"), name))
    return None


def _unused(text: str, finding: Finding) -> Mend | None:
    """Remove an entry that nothing reads, or a key that means nothing."""
    keys = keys_of(text, finding.path)
    if not keys:
        return None
    is_entry = finding.code == "entry-unused" and len(keys) == 2
    if is_entry or (finding.code == "key-unknown" and finding.fix.startswith("remove it")):
        return Mend(f"Remove “{keys[-1]}”", remove_entry(text, keys))
    return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
