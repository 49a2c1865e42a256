"""Checks of what `detente watch` needs: the calendar of the rounds, what is reported, what events mean."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise, product

from detente.crisis.checks.references import quantity_findings
from detente.crisis.draft import Draft, Keys, duplicates
from detente.crisis.elements import Constant, EventRule, QuantityOf
from detente.crisis.event_words import covers
from detente.crisis.quantities import support
from detente.crisis.registers import event_categories, event_modes
from detente.errors import Finding

__all__ = [
    "check_calendar",
    "check_event_rules",
    "check_reported",
    "check_shadowed_rules",
    "check_timing",
]

_CODING = ("actors", "targets", "categories", "modes")


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


def check_shadowed_rules(draft: Draft) -> Iterator[Finding]:
    """Find rules for events that an earlier one keeps from being reached, and ends of the crisis that one may take away."""
    ending = _ending_moves(draft)
    for index, rule in enumerate(draft.event_rules):
        earlier = draft.event_rules[:index]
        taken = _taken_by(rule, earlier)
        if taken is not None:
            yield _shadowed(
                draft,
                f"the rule {rule.id!r} can never be reached: {taken} fits whatever it fits",
                index,
                fix="put it first, narrow the rule before it, or remove it",
            )
        elif (rule.move, rule.outcome) in ending:
            for other in earlier:
                if (other.move, other.outcome) not in ending and _may_take(other, rule):
                    yield _shadowed(
                        draft,
                        f"the rule {rule.id!r} reads an end of the crisis, and {other.id!r} before it may take its reports",
                        index,
                        fix=f"put it before {other.id!r}, or let that rule leave its words out with `not`",
                    )
                    break


def _shadowed(draft: Draft, message: str, index: int, *, fix: str) -> Finding:
    return draft.finding(
        "rule-shadowed",
        message,
        at=("event_rules", index),
        value=draft.event_rules[index].id,
        fix=fix,
        severity="warning",
    )


def _ending_moves(draft: Draft) -> frozenset[tuple[str, str]]:
    """Return the moves, and each of their chance outcomes, that can set what ends the game, is an attack or a settlement."""
    marked = {
        name for name, outcome in draft.outcomes.items() if outcome.attack or outcome.settlement
    }
    ends = {
        (use.variable, value)
        for use in draft.variables
        if use.role == "condition"
        and (use.keys[0] == "ends_when" or (use.keys[0] == "outcomes" and use.keys[1] in marked))
        for value in use.values
    }
    found: set[tuple[str, str]] = set()
    for use in draft.variables:
        if use.keys[0] != "instruments" or use.role == "condition":
            continue
        if any((use.variable, value) in ends for value in use.values):
            name = str(use.keys[1])
            found.add((name, ""))
            if use.keys[2] == "chance":
                chance = draft.instruments[name].chance if name in draft.instruments else ()
                place = use.keys[3]
                if isinstance(place, int) and place < len(chance):
                    found.add((name, chance[place].id))
            elif name in draft.instruments:
                found |= {(name, item.id) for item in draft.instruments[name].chance}
    return frozenset(found)


def _taken_by(rule: EventRule, earlier: list[EventRule]) -> str | None:
    """Return the name of a rule that fits whatever another fits, or of those that do so between them."""
    names: list[str] = []
    for actor, target, category in product(
        rule.actors or ("",), rule.targets or ("",), rule.categories or ("",)
    ):
        part = replace(
            rule,
            actors=(actor,) if actor else (),
            targets=(target,) if target else (),
            categories=(category,) if category else (),
        )
        taker = next((other.id for other in earlier if _takes(other, part)), None)
        if taker is None:
            return None
        names.append(taker)
    return " and ".join(repr(name) for name in dict.fromkeys(names))


def _takes(other: EventRule, rule: EventRule) -> bool:
    """Tell whether one rule fits whatever another fits."""
    for name in _CODING:
        wanted, given = getattr(other, name), getattr(rule, name)
        if wanted and "any" not in wanted and not (given and set(given) <= set(wanted)):
            return False
    if _strictness(other) > _strictness(rule) or not set(other.without) <= set(rule.without):
        return False
    return all(
        not wanted or (given and covers(wanted, given))
        for wanted, given in ((other.words, rule.words), (other.about, rule.about))
    )


def _may_take(other: EventRule, rule: EventRule) -> bool:
    """Tell whether a report may fit both rules."""
    for name in _CODING:
        wanted, given = set(getattr(other, name)), set(getattr(rule, name))
        if wanted and given and not wanted & given and "any" not in wanted | given:
            return False
    kept_out = other.without and rule.words and covers(other.without, rule.words)
    asked = [words for words in (other.words, other.about) if words]
    keeps_out = rule.without and any(covers(rule.without, words) for words in asked)
    return not kept_out and not keeps_out


def _strictness(rule: EventRule) -> int:
    """Return how much a rule asks of a report beyond its words: noise nothing, evidence less than a move or a state."""
    return 0 if rule.noise else 1 if rule.evidence else 2


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
