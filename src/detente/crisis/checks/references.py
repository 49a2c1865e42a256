"""Checks that every name used in a crisis is defined: actors, players, instruments, issues, quantities, mechanisms."""

from collections.abc import Collection, Iterator
from itertools import islice

from detente.crisis.draft import BindingUse, Draft, Keys, duplicates
from detente.crisis.elements import ByState, Column, OutputOf, QuantityOf
from detente.crisis.registers import instrument_kinds, terms
from detente.crisis.schema import ActorEntry, FactEntry, PhaseEntry, PlayerEntry
from detente.errors import Finding

FIXED_ROLES = frozenset({"weight", "prior", "credibility", "cost", "similarity", "menu weight"})
"""What a binding may feed that does not depend on the state."""

__all__ = [
    "FIXED_ROLES",
    "check_actors",
    "check_attacks",
    "check_binding_places",
    "check_columns",
    "check_facts",
    "check_instruments",
    "check_members",
    "check_outputs",
    "check_phases",
    "check_players",
    "check_quantities",
    "check_row_actors",
    "check_row_terms",
    "check_weights",
    "quantity_findings",
]


def check_actors(draft: Draft) -> Iterator[Finding]:
    """Find actors that name a player or a member that is not defined."""
    players, actors = draft.named("players"), draft.named("actors")
    for keys, entry in draft.each("actors", ActorEntry):
        if entry.player and entry.player not in players:
            at = (*keys, "player")
            yield draft.unknown("player-unknown", "player", entry.player, players, at=at)
        for member in entry.members:
            if member not in actors:
                at = (*keys, "members")
                yield draft.unknown("actor-unknown", "actor", member, actors, at=at)


def check_players(draft: Draft) -> Iterator[Finding]:
    """Find players that stand for an actor that is not defined."""
    actors = draft.named("actors")
    for keys, entry in draft.each("players", PlayerEntry):
        for actor in entry.actors:
            if actor not in actors:
                yield draft.unknown("actor-unknown", "actor", actor, actors, at=(*keys, "actors"))


def check_row_actors(draft: Draft) -> Iterator[Finding]:
    """Find exposures and positions of actors, and positions on issues, that are not defined."""
    for kind in ("exposures", "positions"):
        for row in draft.tables[kind].rows if kind in draft.tables else ():
            actor = row.cells["actor"]
            if actor not in draft.named("actors"):
                yield draft.unknown(
                    "actor-unknown", "actor", actor, draft.named("actors"), at=row.place
                )
            issue = row.cells["issue"] if kind == "positions" else None
            if issue is not None and issue not in draft.named("issues"):
                yield draft.unknown(
                    "issue-unknown", "issue", issue, draft.named("issues"), at=row.place
                )


_TERMS = (
    ("positions", "basis", "position basis"),
    ("tracks", "status", "track status"),
    ("effects", "kind", "effect kind"),
    ("indicators", "seen", "indicator seen"),
)
"""Table, column and list of words of the columns that take a word of a list."""


def check_row_terms(draft: Draft) -> Iterator[Finding]:
    """Find cells that take a word of a list and hold another; a cell may be blank."""
    for kind, column, name in _TERMS:
        known = terms(name)
        for row in draft.tables[kind].rows if kind in draft.tables else ():
            text = row.cells.get(column, "")
            if text and text not in known:
                yield draft.unknown("term-unknown", name, text, known, at=row.place)


def check_instruments(draft: Draft) -> Iterator[Finding]:
    """Find instruments of players, seen by players or looking like instruments that are not defined, and unknown kinds."""
    players, instruments = draft.named("players"), draft.named("instruments")
    for instrument in draft.instruments.values():
        keys = ("instruments", instrument.id)
        if instrument.kind not in instrument_kinds():
            at: Keys = (*keys, "kind")
            yield draft.unknown(
                "term-unknown", "kind of instrument", instrument.kind, instrument_kinds(), at=at
            )
        if instrument.player not in players:
            at = (*keys, "player")
            yield draft.unknown("player-unknown", "player", instrument.player, players, at=at)
        for player in instrument.seen_by:
            if player not in players:
                at = (*keys, "seen_by")
                yield draft.unknown("player-unknown", "player", player, players, at=at)
        like = instrument.looks_like
        if not like:
            continue
        at = (*keys, "looks_like")
        if like not in instruments:
            yield draft.unknown("instrument-unknown", "instrument", like, instruments, at=at)
        elif like == instrument.id or (
            like in draft.instruments and draft.instruments[like].player != instrument.player
        ):
            yield draft.finding(
                "instrument-unknown",
                f"{instrument.id!r} cannot look like {like!r}",
                at=at,
                value=like,
                fix=f"name another instrument of {instrument.player} in the same menu",
            )


def check_phases(draft: Draft) -> Iterator[Finding]:
    """Find phases whose movers, menus or rounds are not defined."""
    for keys, entry in draft.each("phases", PhaseEntry):
        if entry.player is not None and entry.menu is not None:
            yield from _menu(draft, entry.player, entry.menu, keys)
        for k, move in enumerate(entry.moves or ()):
            yield from _menu(draft, move.player, move.menu, (*keys, "moves", k))
        for k, number in enumerate(entry.rounds):
            if draft.rounds and not 1 <= number <= draft.rounds:
                yield draft.finding(
                    "value-out-of-range",
                    f"the phase {entry.id!r} is in round {number}; there are {draft.rounds} rounds",
                    at=(*keys, "rounds", k),
                    value=number,
                    fix=f"name rounds from 1 to {draft.rounds}",
                )


def _menu(draft: Draft, player: str, menu: list[str], keys: Keys) -> Iterator[Finding]:
    players, instruments = draft.named("players"), draft.named("instruments")
    if player not in players:
        yield draft.unknown("player-unknown", "player", player, players, at=(*keys, "player"))
    if not menu:
        yield draft.finding(
            "menu-empty",
            f"the menu of {player!r} is empty",
            at=(*keys, "menu"),
            value=player,
            fix="name at least one instrument",
        )
    for k, name in enumerate(menu):
        at = (*keys, "menu", k)
        owner = draft.instruments[name].player if name in draft.instruments else player
        if name not in instruments:
            yield draft.unknown("instrument-unknown", "instrument", name, instruments, at=at)
        elif owner != player and owner in players and player in players:
            all_own = (item.id for item in draft.instruments.values() if item.player == player)
            own = list(islice(all_own, 12))
            yield draft.finding(
                "instrument-unknown",
                f"the instrument {name!r} belongs to {owner!r}, not to {player!r} who moves",
                at=at,
                value=name,
                fix=f"name an instrument of {player}: {', '.join(own)}",
            )


def _known_quantities(draft: Draft) -> list[str]:
    return list(dict.fromkeys([*draft.named("quantities"), *draft.quantities]))


def quantity_findings(draft: Draft, path: str, at: Keys) -> Iterator[Finding]:
    """Find that a path names no quantity, or one without a value."""
    table = path.partition(".")[0]
    unread = ("positions" if table in {"salience", "red_lines"} else table) in draft.unread_tables
    if path in draft.missing:
        yield draft.finding(
            "quantity-unknown",
            f"the quantity {path!r} has no value: {draft.missing[path]}",
            at=at,
            value=path,
            fix="give it a value, or write the number to use in its place",
        )
    elif path not in draft.quantities and path not in draft.named("quantities") and not unread:
        yield draft.unknown("quantity-unknown", "quantity", path, _known_quantities(draft), at=at)


def check_quantities(draft: Draft) -> Iterator[Finding]:
    """Find bindings that name a quantity that is not defined, or that is missing."""
    for use in draft.bindings:
        if isinstance(use.binding, QuantityOf):
            yield from quantity_findings(draft, use.binding.path, use.keys)


def check_outputs(draft: Draft) -> Iterator[Finding]:
    """Find bindings that name a mechanism that is not defined."""
    mechanisms = draft.named("mechanisms")
    for use in draft.bindings:
        if isinstance(use.binding, OutputOf) and use.binding.mechanism not in mechanisms:
            name = use.binding.mechanism
            yield draft.unknown("mechanism-unknown", "mechanism", name, mechanisms, at=use.keys)


def check_binding_places(draft: Draft) -> Iterator[Finding]:
    """Find bindings where they cannot stand: columns outside inputs, state and outputs in weights."""
    for use in draft.bindings:
        column = isinstance(use.binding, Column)
        varying = isinstance(use.binding, ByState | OutputOf)
        if (column and use.role != "input") or (varying and use.role in FIXED_ROLES):
            kind = "a column of a table" if column else "a value that depends on the state"
            yield draft.finding(
                "value-type",
                f"{kind} cannot stand in a {use.role}",
                at=use.keys,
                value=use.role,
                fix="write a number or the path of a quantity; put what depends on the state into a price",
            )


def check_members(draft: Draft) -> Iterator[Finding]:
    """Find members that are neither all actors nor all issues, that stand twice, and issues that no package may move."""
    actors, issues = draft.named("actors"), draft.named("issues")
    for mechanism in draft.mechanisms.values():
        at = ("mechanisms", mechanism.id, "members")
        over_issues = bool(mechanism.members) and mechanism.members[0] in issues
        for k, member in enumerate(mechanism.members):
            if member not in (issues if over_issues else actors):
                if over_issues:
                    yield draft.unknown("issue-unknown", "issue", member, issues, at=(*at, k))
                else:
                    yield draft.unknown("actor-unknown", "actor", member, actors, at=(*at, k))
            elif over_issues and member in draft.issues and not draft.issues[member].negotiable:
                yield draft.finding(
                    "issue-closed",
                    f"{mechanism.id!r} moves the issue {member!r}, which is not negotiable",
                    at=(*at, k),
                    value=member,
                    fix="leave it out of the members; or write `negotiable: true`, with a red line for what a side will not sign",
                )
        for k, member in duplicates(mechanism.members):
            yield draft.finding(
                "id-duplicate",
                f"the member {member!r} stands twice",
                at=(*at, k),
                value=member,
                fix="name each member once",
            )


def check_columns(draft: Draft) -> Iterator[Finding]:
    """Find columns of tables that have no value for a member, and no fill for it."""
    paths = [path.split(".", 2) for path in draft.quantities if path.startswith("exposures.")]
    variables = dict.fromkeys(path[-1] for path in paths)
    for use in draft.bindings:
        if isinstance(use.binding, Column) and use.role == "input":
            yield from _column(draft, use, use.binding, variables)


def _column(
    draft: Draft, use: BindingUse, column: Column, variables: Collection[str]
) -> Iterator[Finding]:
    kind = "exposures" if column.table == "exposure" else "positions"
    if kind in draft.unread_tables:
        return
    if not use.members:
        yield draft.finding(
            "key-missing",
            f"{{{column.table}: {column.name}}} needs members, and the mechanism has none",
            at=use.keys,
            value=column.name,
            fix="add `members:` to the mechanism",
        )
        return
    if column.table == "exposure":
        tail = f".{column.name}"
        if column.name not in variables:
            yield draft.unknown("exposure-unknown", "exposure", column.name, variables, at=use.keys)
            return
        wanted = {member: f"exposures.{member}{tail}" for member in use.members}
    else:
        prefix = {"position": "positions", "salience": "salience", "red_line": "red_lines"}[
            column.table
        ]
        over_issues = use.members[0] in draft.named("issues")
        if over_issues and column.name not in draft.named("actors"):
            yield draft.unknown(
                "actor-unknown", "actor", column.name, draft.named("actors"), at=use.keys
            )
            return
        if not over_issues and column.name not in draft.named("issues"):
            yield draft.unknown(
                "issue-unknown", "issue", column.name, draft.named("issues"), at=use.keys
            )
            return
        wanted = {
            member: f"{prefix}.{column.name}.{member}"
            if over_issues
            else f"{prefix}.{member}.{column.name}"
            for member in use.members
        }
    actors, issues = draft.named("actors"), draft.named("issues")
    absent = [
        member
        for member, path in wanted.items()
        if path not in draft.quantities and (member in actors or member in issues)
    ]
    if absent and column.missing is None:
        yield draft.finding(
            "exposure-unknown",
            f"{', '.join(absent[:12])} has no {column.table} {column.name!r}",
            at=use.keys,
            value=", ".join(absent[:12]),
            fix=f"add rows for them to the table of {kind}, or a fill: `missing: 0`",
        )


def check_weights(draft: Draft) -> Iterator[Finding]:
    """Find considerations weighed by players that are not defined."""
    players = draft.named("players")
    for consideration in draft.considerations.values():
        for player in consideration.weights:
            if player not in players:
                at = ("considerations", consideration.id, "weights", player)
                yield draft.unknown("player-unknown", "player", player, players, at=at)


def check_attacks(draft: Draft) -> Iterator[Finding]:
    """Find attacks that are the act of a player that is not defined."""
    players = draft.named("players")
    for outcome in draft.outcomes.values():
        if outcome.attack and outcome.attack not in players:
            at = ("outcomes", outcome.id, "attack")
            yield draft.unknown("player-unknown", "player", outcome.attack, players, at=at)


def check_facts(draft: Draft) -> Iterator[Finding]:
    """Find facts that speak of quantities that are not defined."""
    for keys, entry in draft.each("facts", FactEntry):
        for path in entry.figures:
            yield from quantity_findings(draft, path, (*keys, "figures"))
