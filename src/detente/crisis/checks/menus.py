"""Checks of kinds of move and of hopes: nests that are there, stand in a tree and say something, and odds of players."""

from collections.abc import Iterator

from detente.crisis.draft import Draft, Keys
from detente.crisis.elements import Binding, Constant, Instrument, QuantityOf
from detente.crisis.quantities import support
from detente.errors import Finding

__all__ = ["check_copies", "check_menu_numbers", "check_nests", "check_odds"]

LARGEST_SIMILARITY = 0.98
"""Largest similarity of a nest: beyond it the solver has no smooth choice left; see :mod:`detente.game.menus`."""


def check_nests(draft: Draft) -> Iterator[Finding]:
    """Find nests that are not defined, or stand in themselves."""
    known = draft.named("nests")
    for instrument in draft.instruments.values():
        if instrument.nest and instrument.nest not in known:
            at: Keys = ("instruments", instrument.id, "nest")
            yield draft.unknown("nest-unknown", "nest", instrument.nest, known, at=at)
    for nest in draft.nests.values():
        at = ("nests", nest.id, "in")
        if nest.within and nest.within not in known:
            yield draft.unknown("nest-unknown", "nest", nest.within, known, at=at)
        seen, above = {nest.id}, nest.within
        while above in draft.nests and above not in seen:
            seen.add(above)
            above = draft.nests[above].within
        if above == nest.id:
            yield draft.finding(
                "nest-unknown",
                f"the nest {nest.id!r} stands in itself",
                at=at,
                value=nest.within,
                fix="let nests stand in others as in a tree",
            )


def check_menu_numbers(draft: Draft) -> Iterator[Finding]:
    """Find similarities outside 0 to 0.98 and weights that may not be above 0."""
    for nest in draft.nests.values():
        keys: Keys = ("nests", nest.id)
        yield from _within(draft, nest.similarity, (*keys, "similarity"), 0.0, LARGEST_SIMILARITY)
        if nest.weight is not None:
            yield from _positive(draft, nest.weight, (*keys, "weight"))
    for instrument in draft.instruments.values():
        if instrument.weight is not None:
            yield from _positive(draft, instrument.weight, ("instruments", instrument.id, "weight"))


def _ends(draft: Draft, binding: Binding) -> tuple[float, float] | None:
    """Return the least and the largest value of a number or a quantity; None of anything else."""
    if isinstance(binding, Constant):
        return binding.value, binding.value
    if isinstance(binding, QuantityOf) and binding.path in draft.quantities:
        return support(draft.quantities[binding.path].distribution)
    return None


def _within(draft: Draft, binding: Binding, at: Keys, low: float, high: float) -> Iterator[Finding]:
    ends = _ends(draft, binding)
    if ends is not None and not low <= ends[0] <= ends[1] <= high:
        yield draft.finding(
            "value-out-of-range",
            f"a similarity goes from {ends[0]:g} to {ends[1]:g}",
            at=at,
            value=f"{ends[0]:g} to {ends[1]:g}",
            fix=f"keep it from {low:g} to {high:g}; options that are the same are copies: give them a nest of their own",
        )


def _positive(draft: Draft, binding: Binding, at: Keys) -> Iterator[Finding]:
    ends = _ends(draft, binding)
    if ends is not None and ends[0] <= 0.0:
        yield draft.finding(
            "value-out-of-range",
            f"a weight on a menu goes down to {ends[0]:g}",
            at=at,
            value=f"{ends[0]:g}",
            fix="give a weight above 0; take what cannot be chosen off the menu",
        )


def check_odds(draft: Draft) -> Iterator[Finding]:
    """Find players of odds and hopes that are not defined, and hopes of what is certain."""
    players = draft.named("players")
    for instrument in draft.instruments.values():
        for place, outcome in enumerate(instrument.chance):
            keys: Keys = ("instruments", instrument.id, "chance", place)
            if outcome.favours and outcome.favours not in players:
                at: Keys = (*keys, "favours")
                yield draft.unknown("player-unknown", "player", outcome.favours, players, at=at)
            for player in outcome.own:
                if player not in players:
                    at = (*keys, "own", player)
                    yield draft.unknown("player-unknown", "player", player, players, at=at)
            shifted = outcome.favours in draft.hopes or any(
                own.shift is not None for own in outcome.own.values()
            )
            if shifted and isinstance(outcome.prob, Constant) and outcome.prob.value in {0, 1}:
                yield draft.finding(
                    "probability-out-of-range",
                    f"a shift moves nothing: {outcome.id!r} has probability {outcome.prob.value:g}",
                    at=keys,
                    value=f"{outcome.prob.value:g}",
                    fix="leave the shift out, or give the outcome a probability between 0 and 1",
                    severity="warning",
                )


def check_copies(draft: Draft) -> Iterator[Finding]:
    """Find options of a menu with the very same effects outside one nest, and nests that hold whole menus."""
    used: dict[str, list[bool]] = {}
    for number, phase in enumerate(draft.phases):
        for move in phase.moves:
            options = [draft.instruments[name] for name in move.menu if name in draft.instruments]
            yield from _same_effects(draft, options, ("phases", number))
            for nest in draft.nests:
                inside = [_stands_in(draft, item.nest, nest) for item in options]
                if sum(inside) > 1:
                    used.setdefault(nest, []).append(all(inside))
    for nest, whole in used.items():
        if all(whole):
            yield draft.finding(
                "nest-useless",
                f"the nest {nest!r} holds whole menus and nothing less: it says how strictly they are searched, and no more",
                at=("nests", nest),
                value=nest,
                fix="nest by finer kinds, or leave these options plain",
                severity="warning",
            )


def _stands_in(draft: Draft, nest: str, other: str) -> bool:
    seen: set[str] = set()
    while nest in draft.nests and nest not in seen:
        if nest == other:
            return True
        seen.add(nest)
        nest = draft.nests[nest].within
    return False


def _same_effects(draft: Draft, options: list[Instrument], keys: Keys) -> Iterator[Finding]:
    for place, item in enumerate(options):
        for other in options[place + 1 :]:
            same = (
                item.effects == other.effects
                and item.chance == other.chance
                and item.when == other.when
                and item.seen_by == other.seen_by
            )
            if same and not (item.nest and item.nest == other.nest):
                yield draft.finding(
                    "option-copied",
                    f"{item.id!r} and {other.id!r} do the same, and count as two options of the menu",
                    at=keys,
                    value=other.id,
                    fix="put both into one nest, or leave one out",
                    severity="warning",
                )
