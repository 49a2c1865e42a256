"""How each report was read: the rule that fitted, what it was read as, and which rules nearly fitted and why they did not."""

from collections.abc import Iterable
from dataclasses import dataclass

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Constant, EventRule, QuantityOf
from detente.watch.asserting import ReportText
from detente.watch.events import Event, EventReading, known_names, misses, understand

__all__ = ["Explained", "NearRule", "explain"]

_MOST_NEAR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NearRule:
    """A rule that did not read a report, and why: it missed in one part, or it stands later."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How a report was read.

    ``rule`` is the id of the rule that fitted, empty if none did; ``reading`` is in the words of the column ``does``, or
    ``unmapped`` with the reason. ``nearly`` are the rules that missed in one part, in the order of the file.
    """

    event: Event
    rule: str
    reading: str
    nearly: tuple[NearRule, ...]


def explain(
    events: Iterable[Event], crisis: Crisis, *, left_out: Iterable[EventReading] = ()
) -> tuple[Explained, ...]:
    """Say how each report is read, and what else nearly fitted.

    Parameters
    ----------
    events
        Reports in any order.
    crisis
        The crisis with its event rules.
    left_out
        Rows that are no event of their own, as :func:`detente.watch.events.read_events` returns them: told after the others.

    Raises
    ------
    UsageError
        ``table-row-invalid`` if a column ``does`` names what the crisis does not have.
    """
    known = known_names(crisis)
    told = [
        Explained(
            event=reading.event,
            rule=reading.rule.id if reading.rule is not None else "",
            reading=_says(reading),
            nearly=() if reading.event.does else _nearly(reading, crisis, known),
        )
        for reading in understand(events, crisis)
    ]
    told += [
        Explained(event=item.event, rule="", reading=_says(item), nearly=()) for item in left_out
    ]
    return tuple(told)


def _nearly(reading: EventReading, crisis: Crisis, known: frozenset[str]) -> tuple[NearRule, ...]:
    event = reading.event
    text = ReportText(event.text, event.day.year)
    fitting, near = [], []
    taken = reading.rule.id if reading.rule is not None else None
    for rule in crisis.event_rules:
        if rule.id == taken:
            continue
        found = list(misses(rule, event, text, known))
        if not found:
            fitting.append(NearRule(rule=rule.id, why=f"it fits too and stands after {taken!r}"))
        elif len(found) == 1:
            near.append((found[0].part, NearRule(rule=rule.id, why=found[0].why)))
    order = ("not", "about", "words", "mode", "category", "target", "actor")
    near.sort(key=lambda item: order.index(item[0]))
    return tuple([*fitting, *(item for _, item in near)][:_MOST_NEAR])


def _says(reading: EventReading) -> str:
    rule = reading.rule
    return f"unmapped: {reading.reason}" if rule is None else _meaning(rule)


def _meaning(rule: EventRule) -> str:
    """Return what a rule reads in the words of the column ``does``."""
    if rule.move:
        return f"move:{rule.move}/{rule.outcome}" if rule.outcome else f"move:{rule.move}"
    if rule.state:
        return "; ".join(f"state:{name}={value}" for name, value in rule.state.items())
    if rule.evidence:
        return "; ".join(
            f"evidence:{player}.{kind}={_number(number)}"
            for (player, kind), number in rule.evidence.items()
        )
    return f"indicator:{rule.indicator}" if rule.indicator else f"noise:{rule.noise}"


def _number(number: Constant | QuantityOf) -> str:
    return number.path if isinstance(number, QuantityOf) else f"{number.value:g}"
