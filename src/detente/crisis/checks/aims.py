"""Checks of aims: what commitments are judged by."""

from collections.abc import Iterator

from detente.crisis.draft import Draft
from detente.crisis.schema import AimEntry
from detente.errors import Code, Finding

__all__ = ["check_aims"]

_KINDS: tuple[tuple[str, Code, str], ...] = (
    ("considerations", "path-unknown", "consideration"),
    ("outcomes", "path-unknown", "outcome"),
    ("payoffs", "player-unknown", "player"),
)


def check_aims(draft: Draft) -> Iterator[Finding]:
    """Find aims that add up nothing, unlike things or things that are not there."""
    for keys, entry in draft.each("aims", AimEntry):
        given = {kind: getattr(entry, kind) for kind, _, _ in _KINDS}
        used = [kind for kind, names in given.items() if names]
        if len(used) != 1:
            yield draft.finding(
                "key-missing" if not used else "value-type",
                f"the aim {keys[1]!r} adds up {' and '.join(used) or 'nothing'}",
                at=keys,
                value=", ".join(used),
                fix="give exactly one of considerations, outcomes and payoffs",
            )
        for kind, code, noun in _KINDS:
            known = draft.named("players" if kind == "payoffs" else kind)
            for place, name in enumerate(given[kind]):
                at = (*keys, kind, place)
                if name not in known:
                    yield draft.unknown(code, noun, name, known, at=at)
                elif name in given[kind][:place]:
                    yield draft.finding(
                        "id-duplicate",
                        f"the {noun} {name!r} stands twice",
                        at=at,
                        value=name,
                        fix="name it once",
                    )
