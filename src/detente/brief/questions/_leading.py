"""What leads in question 7, in words: one outcome, a group of them, or the one or the other by how they are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from detente.analysis.leading import Lead, find_lead
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, Trace
from detente.brief.words import sentence_case
from detente.crisis.elements import OutcomeRule
from detente.crisis.metric_names import metric_name

__all__ = ["Leading", "outcomes_title", "read_leading"]


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


def outcomes_title(
    leading: Leading, outcomes: Sequence[tuple[OutcomeRule, Figure]], attack: Figure
) -> str:
    """Name what leads in the title of the chart of outcomes, and how likely attacks are."""
    lead, group, alone = leading.lead, leading.group, leading.alone
    name = f"“{lead.group.label}”" if len(lead.group.members) == 1 else lead.group.label
    if lead.kind == "cut":
        title = f"Together {name} leads with {group.text}, one by one “{lead.outcome.label}” with {alone.text}"
    elif (group.value or 0.0) < 0.5:
        title = f"No outcome dominates: {name} is first with {group.text}"
    else:
        title = f"{sentence_case(name)} leads with {group.text}"
    flagged = [item for item, _ in outcomes if item.attack]
    if len(flagged) > 1 and not leading.is_attack:
        title += f"; attacks of all kinds together come to {attack.text}"
    elif flagged and not leading.is_attack:
        title += f"; an attack comes to {attack.text}"
    return title
