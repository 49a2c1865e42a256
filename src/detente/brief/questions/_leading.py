"""What leads in question 7, in words: one outcome, a group of them, or the one or the other by how they are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from detente.analysis.leading import Lead, find_lead
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace
from detente.crisis.elements import OutcomeRule
from detente.crisis.metric_names import metric_name

__all__ = ["Leading", "outcomes_case", "read_leading"]


HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """What leads, with the figures of the likeliest outcome, of the likeliest group and of the share in which it leads."""

    lead: Lead
    alone: Figure
    group: Figure
    share: Figure

    @property
    def is_attack(self) -> bool:
        """Whether the likeliest group is that of attacks."""
        return bool(self.lead.group.members[0].attack)


def read_leading(
    context: Context,
    book: Book,
    outcomes: Sequence[tuple[OutcomeRule, Figure]],
    attack: Figure,
) -> Leading:
    """Read off the run what leads."""
    figures = {rule.id: figure for rule, figure in outcomes}
    lead = find_lead(
        {name: context.columns.values(metric_name("outcome", name)) for name in figures},
        [rule for rule, _ in outcomes],
    )
    group = lead.group
    trace = context.traces.of(metric_name("outcome", group.members[0].id))
    if len(group.members) == 1:
        figure = figures[group.id]
    elif group.members[0].attack:
        figure = attack
    else:
        together = replace(trace, metric="") if isinstance(trace, Trace) else trace
        label = f"{group.label}: {' or '.join(rule.label for rule in group.members)}"
        figure = book.array(f"group.{group.id}", label, lead.probs, unit="prob", trace=together)
    share = book.share(
        f"leading.{group.id}",
        f"share of versions in which “{group.label}” is likelier than any other kind of outcome",
        lead.leads,
        trace=trace,
    )
    return Leading(lead=lead, alone=figures[lead.outcome.id], group=figure, share=share)


def outcomes_case(
    leading: Leading, outcomes: Sequence[tuple[OutcomeRule, Figure]], attack: Figure
) -> dict[str, object]:
    """Return what the title of the chart of outcomes says: what leads and how, and how likely attacks are where others lead.

    ``case`` is ``cut`` where the likeliest outcome stands outside the likeliest group, ``first`` where nothing has more than
    half, else ``leads``; ``attacks`` is ``several``, ``one``, or ``told`` where an attack leads or there is none.
    """
    lead, group = leading.lead, leading.group
    kinds = sum(bool(item.attack) for item, _ in outcomes)
    return {
        "case": "cut"
        if lead.kind == "cut"
        else "first"
        if (group.value or 0.0) < HALF
        else "leads",
        "group": lead.group.label,
        "is_single": len(lead.group.members) == 1,
        "chance": group,
        "outcome": lead.outcome.label,
        "alone": leading.alone,
        "attacks": "told" if leading.is_attack or not kinds else "several" if kinds > 1 else "one",
        "attack": attack,
    }
