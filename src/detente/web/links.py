"""A link is a finding: the digest of the crisis, the version of the program, the seed, and only what was changed.

``/cuba-1962/what-if?digest=f5916d53dd65&engine=0.1.0&seed=1&policy=widen&set.calm=6`` opens to the same numbers. Where the crisis
or the program is another by now it opens on what is served, with a notice of what differs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from detente.crisis.crisis import Crisis
from detente.engine.usual import SEED
from detente.errors import DetenteError
from detente.web.answers import DRAWS, Asked, version

__all__ = ["DIGITS", "SET", "Opened", "Stale", "join_link", "open_link", "write_link"]

DIGITS = 12
"""Digits of a digest that a link holds."""
SET = "set."
"""What stands before the path of a changed assumption."""
_MOST_SEED = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """What differs between what a link was made with and what is served.

    ``digest`` and ``engine`` are those of the link, empty where they are the same; ``dropped`` says of each assumption that
    cannot be set any more what it is and why.
    """

    digest: str = ""
    engine: str = ""
    dropped: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.digest or self.engine or self.dropped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A link that was opened: what it asks, and what differs from what it was made with."""

    asked: Asked
    stale: Stale


def write_link(crisis: Crisis, asked: Asked, *, page: str = "what-if") -> str:
    """Return the link of a what-if, from the root of the workbench.

    Parameters
    ----------
    crisis
        As filed.
    asked
        What was asked; only what differs from the crisis as filed stands in the link.
    page
        Path of the page that it opens.
    """
    first = next(iter(crisis.policies), None)
    return join_link(
        crisis.id,
        digest=crisis.digest,
        engine=version(),
        seed=asked.seed,
        policy=asked.policy if asked.policy != first else None,
        changes=crisis.set(asked.set).overrides,
        page=page,
    )


def join_link(
    crisis: str,
    *,
    digest: str,
    engine: str,
    seed: int,
    policy: str | None,
    changes: Mapping[str, str],
    page: str = "what-if",
) -> str:
    """Return the link of what was asked of a crisis of some edition by some version of the program."""
    pairs = [("digest", digest[:DIGITS]), ("engine", engine), ("seed", str(seed))]
    if policy:
        pairs.append(("policy", policy))
    pairs += sorted((SET + path, text) for path, text in changes.items())
    return f"/{quote(crisis)}/{page}?{urlencode(pairs)}"


def open_link(crisis: Crisis, query: Iterable[tuple[str, str]], *, draws: int = 64) -> Opened:
    """Return what a link asks of a crisis that is served, and what differs; nothing in it is an error.

    Parameters
    ----------
    crisis
        As filed.
    query
        Names and values of the link, in order.
    draws
        Draws to answer with, unless the link names some.
    """
    pairs = dict(query)
    draws = next((step for step in DRAWS if str(step) == pairs.get("draws")), draws)
    values = {
        name.removeprefix(SET): value.strip()
        for name, value in pairs.items()
        if name.startswith(SET) and value.strip()
    }
    dropped: list[str] = []
    kept: dict[str, str] = {}
    for path, value in values.items():
        try:
            crisis.set({**kept, path: value})
        except DetenteError as error:
            dropped.append(f"{path} = {value}: {error.message}")
        else:
            kept[path] = value
    policy = pairs.get("policy") or None
    if policy is not None and policy not in crisis.policies:
        dropped.append(f"policy {policy[:80]!r}: the crisis has none of this name")
        policy = None
    seed = pairs.get("seed", "")
    digest, engine = pairs.get("digest", ""), pairs.get("engine", "")
    stale = Stale(
        digest=digest if digest and not crisis.digest.startswith(digest) else "",
        engine=engine if engine not in {"", version()} else "",
        dropped=tuple(dropped),
    )
    number = int(seed) if seed.isascii() and seed.isdecimal() and len(seed) < 17 else SEED
    asked = Asked.model_validate(
        {"set": kept, "policy": policy, "seed": min(number, _MOST_SEED - 1), "draws": draws}
    )
    return Opened(asked=asked, stale=stale)
