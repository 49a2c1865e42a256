"""Checks of what `detente watch` needs: the calendar of the rounds, what is reported, what events mean."""

import math
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from detente.crisis.checks.references import quantity_findings
from detente.crisis.draft import Draft, Keys, duplicates
from detente.crisis.elements import Constant, EventRule, QuantityOf
from detente.crisis.quantities import support
from detente.crisis.registers import event_categories, event_modes
from detente.errors import Finding

__all__ = ["check_calendar", "check_event_rules", "check_reported", "check_timing"]


def check_calendar(draft: Draft) -> Iterator[Finding]:
    """Find a calendar that does not give each round a first day, in order."""
    days = [date.fromisoformat(day) for day in draft.header.get("calendar", ())]
    if not days:
        return
    if draft.rounds and len(days) != draft.rounds:
        yield draft.finding(
            "value-out-of-range",
            f"the calendar has {len(days)} days for {draft.rounds} rounds",
            at=("calendar",),
            value=len(days),
            fix="give the first day of each round, or leave the calendar out",
        )
    until = draft.header.get("watched_until")
    last = [] if until is None else [date.fromisoformat(until)]
    for k, (earlier, later) in enumerate(pairwise([*days, *last])):
        if later <= earlier:
            yield draft.finding(
                "value-out-of-range",
                f"{later} does not come after {earlier}",
                at=("calendar", k + 1) if k + 1 < len(days) else ("watched_until",),
                value=later,
                fix="put the days in order, each later than the one before",
            )


def check_reported(draft: Draft) -> Iterator[Finding]:
    """Find reported instruments that are not defined, and probabilities that are none."""
    instruments = draft.named("instruments")
    for name, value in draft.header.get("reported", {}).items():
        at = ("reported", name)
        if name not in instruments:
            yield draft.unknown("instrument-unknown", "instrument", name, instruments, at=at)
        yield from _probability(draft, value, at)


def check_timing(draft: Draft) -> Iterator[Finding]:
    """Find timings of phases that are not defined, and exponents that are none."""
    phases = [phase.id for phase in draft.phases]
    for name, value in draft.header.get("timing", {}).items():
        at = ("timing", name)
        if name not in phases:
            yield draft.unknown("key-unknown", "phase", name, phases, at=at)
        if isinstance(value, str):
            yield from quantity_findings(draft, value, at)
            quantity = draft.quantities.get(value)
            low = None if quantity is None else support(quantity.distribution)[0]
        else:
            low = float(value)
        if low is not None and not 0.0 < low < math.inf:
            yield draft.finding(
                "value-out-of-range",
                f"{low:g} is no exponent of the part of a round that has passed",
                at=at,
                value=value,
                fix="write a number above 0: 1 for evenly, more for later in the round; or a quantity that lies above 0",
            )


def check_event_rules(draft: Draft) -> Iterator[Finding]:
    """Find rules for events that say nothing or several things, or name what is not defined."""
    for index, name in duplicates(rule.id for rule in draft.event_rules):
        yield draft.finding(
            "id-duplicate",
            f"the rule {name!r} stands twice",
            at=("event_rules", index, "id"),
            value=name,
            fix="give each rule an id of its own",
        )
    for index, rule in enumerate(draft.event_rules):
        keys: Keys = ("event_rules", index)
        said = [
            bool(part)
            for part in (rule.move, rule.state, rule.evidence, rule.indicator, rule.noise)
        ]
        if sum(said) != 1:
            yield draft.finding(
                "key-missing" if not any(said) else "key-unknown",
                f"the rule {rule.id!r} says {sum(said)} things; it must say one",
                at=keys,
                value=rule.id,
                fix="give it exactly one of move, state, evidence, indicator and noise",
            )
        yield from _rule(draft, rule, keys)


def _rule(draft: Draft, rule: EventRule, keys: Keys) -> Iterator[Finding]:
    instruments, players = draft.named("instruments"), draft.named("players")
    at: Keys = (*keys, "move")
    if rule.move and rule.move not in instruments:
        yield draft.unknown("instrument-unknown", "instrument", rule.move, instruments, at=at)
    elif rule.outcome and rule.move in draft.instruments:
        outcomes = [item.id for item in draft.instruments[rule.move].chance]
        if rule.outcome not in outcomes:
            kind = f"outcome of {rule.move!r}"
            yield draft.unknown("instrument-unknown", kind, rule.outcome, outcomes, at=at)
    if rule.indicator and rule.indicator not in draft.indicators:
        at = (*keys, "indicator")
        yield draft.unknown("path-unknown", "indicator", rule.indicator, draft.indicators, at=at)
    yield from _coding(draft, rule, keys)
    for player in rule.seen_by:
        if player not in players:
            at = (*keys, "seen_by")
            yield draft.unknown("player-unknown", "player", player, players, at=at)
    yield from _evidence(draft, rule, keys)
    yield from _probability(draft, rule.weight, (*keys, "weight"))


def _coding(draft: Draft, rule: EventRule, keys: Keys) -> Iterator[Finding]:
    """Find categories and modes that no event can have, and modes that go with none of the rule's categories."""
    known = event_categories()
    for category in rule.categories:
        if category not in known:
            kind, at = "category of events", (*keys, "category")
            yield draft.unknown("term-unknown", kind, category, known, at=at)
    for name in rule.modes:
        at = (*keys, "mode")
        mode = event_modes().get(name)
        if mode is None:
            yield draft.unknown("term-unknown", "mode of events", name, event_modes(), at=at)
        elif rule.categories and not set(rule.categories) & set(mode.categories):
            yield draft.finding(
                "term-unknown",
                f"no event of {' or '.join(rule.categories)} has the mode {name!r}: the rule fits nothing",
                at=at,
                value=name,
                fix=f"name a category that it goes with: {', '.join(mode.categories)}; or another mode",
            )


def _evidence(draft: Draft, rule: EventRule, keys: Keys) -> Iterator[Finding]:
    players = draft.named("players")
    for (player, kind), number in rule.evidence.items():
        at = (*keys, "evidence", f"{player}.{kind}" if kind else player)
        if player not in players:
            yield draft.unknown("player-unknown", "player", player, players, at=at)
        elif player in draft.players:
            types = [item.id for item in draft.players[player].types]
            if kind not in types:
                yield draft.unknown("type-unknown", f"type of {player}", kind, types, at=at)
        if isinstance(number, QuantityOf):
            yield from quantity_findings(draft, number.path, at)
        elif not 0.0 < number.value <= 1e6:
            yield draft.finding(
                "value-out-of-range",
                f"{number.value} is no relative likelihood",
                at=at,
                value=number.value,
                fix="write a number above 0; 2 makes the type twice as likely, relative to the others",
            )


def _probability(
    draft: Draft, value: float | str | Constant | QuantityOf, at: Keys
) -> Iterator[Finding]:
    if isinstance(value, str | QuantityOf):
        path = value if isinstance(value, str) else value.path
        yield from quantity_findings(draft, path, at)
        return
    number = value.value if isinstance(value, Constant) else value
    if not 0.0 <= number <= 1.0:
        yield draft.finding(
            "probability-out-of-range",
            f"{number} is no probability",
            at=at,
            value=number,
            fix="write a number from 0 to 1, or the path of a quantity in prob",
        )
