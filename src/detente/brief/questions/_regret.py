"""How far each commitment falls short of the best one of each case, in question 7."""

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import (
    Figure,
    TableView,
    Trace,
    link,
    present_table,
)
from detente.brief.questions._parts import policy_row
from detente.brief.words import (
    format_number,
    format_percent,
    format_value,
    sentence_case,
)
from detente.crisis.metric_names import metric_name

__all__ = ["REGRET_REFERENCE", "preference_table", "regret_table"]

MOST_CHANGES = 6
"""Most quantities that are named."""
REGRET_REFERENCE = "Savage (1951), regret: shortfall from the best policy of each case"


def _points(value: float | None) -> str:
    points = (value or 0.0) * 100
    if points == 0:
        return "0 points"
    return (
        "under 1 point"
        if points < 0.5
        else f"{points:.0f} point{'' if round(points) == 1 else 's'}"
    )


def _regret_figure(
    context: Context, book: Book, what: str, policy: str, mean: float, high: float
) -> Figure:
    label = context.policies.get(policy).label
    metric = (
        "attack" if what == "attack" else metric_name("payoff", context.roles.opponents()[0].id)
    )
    words = (
        "probability of an attack"
        if what == "attack"
        else f"payoff of {context.roles.opponent_names()}"
    )
    trace = context.traces.of(metric, policy)
    return book.keep(
        Figure(
            id=f"{book.question}.regret.{what}.{policy}",
            label=f"mean regret of “{label}”, {words}",
            value=mean,
            low=0.0,
            high=high,
            unit="points" if what == "attack" else "stakes",
            trace=Trace(
                sources=trace.sources,
                quantities=trace.quantities,
                model="ensemble.regret",
                reference=REGRET_REFERENCE,
                metric=metric,
                policy=policy,
                inputs_read=trace.inputs_read,
            ),
        )
    )


def preference_table(context: Context) -> TableView | None:
    """Tabulate where the commitment that the defender would choose changes; None where it does not."""
    if len(context.policies.ids) < 2:
        return None
    rows = []
    for change in context.results.first_changes(policies=context.policies.ids):
        quantity = context.crisis.quantities.get(change.path)
        if quantity is None or change.advantage <= 2 * change.advantage_error:
            continue
        rows.append(
            (
                sentence_case(quantity.label),
                f"{change.direction} {_threshold(change.threshold, quantity.unit)}",
                context.policies.get(change.before).label,
                context.policies.get(change.after).label,
            )
        )
    if not rows:
        return None
    return present_table(
        "preferences",
        ("Where this", "is", "instead of", "the better choice is"),
        rows[:MOST_CHANGES],
        title=context.say("outlook", "preferences_title", names=context.roles.opponent_names()),
        numeric=(),
        note=context.say("outlook", "preferences_note"),
    )


def _threshold(value: float, unit: str) -> str:
    return format_percent(value) if unit in {"prob", "share"} else format_number(value)


def regret_table(context: Context, book: Book) -> TableView | None:
    """Tabulate the regret of each commitment, of an attack and of payoff; None where only one policy was run."""
    if len(context.policies.ids) < 2:
        return None
    regret = context.results.regret
    table = regret("attack", lower_is_better=True, policies=context.policies.ranked)
    attack = {row.policy: row for row in sorted(table.rows, key=lambda item: item.mean)}
    payoff = {row.policy: row for row in regret(policies=context.policies.ids).rows}
    rows = []
    for policy in (*attack, *(name for name in context.policies.ids if name not in attack)):
        other, cells = payoff[policy], ("forgone", "")
        if policy in attack:
            row = attack[policy]
            first = _regret_figure(context, book, "attack", policy, row.mean, row.high)
            cells = (
                link(first, _points(row.mean)) + f" ({round(row.high * 100)})",
                format_percent(row.best_share),
            )
        second = _regret_figure(context, book, "payoff", policy, other.mean, other.high)
        rows.append(
            (
                policy_row(context, policy),
                *cells,
                link(second, second.text.removesuffix(" stakes"))
                + f" ({format_value(other.high, 'stakes').removesuffix(' stakes')})",
            )
        )
    defenders = context.roles.opponent_names()
    return present_table(
        "regret",
        (
            "Commitment",
            "Attack",
            "Lowest attack in",
            f"Payoff of {defenders}",
        ),
        rows,
        title=context.say("outlook", "regret_title"),
        note=context.say("outlook", "regret_note", forgone=len(attack) < len(payoff)),
    )
