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
from detente.brief.words import (
    format_number,
    format_percent,
    format_value,
    sentence_case,
)
from detente.crisis.metric_names import metric_name

__all__ = ["REGRET_REFERENCE", "policy_paragraph", "preference_changes", "regret_table"]

FORGONE = " Forgone: the commitment rules out an attack of its own side, which deters nobody; it is not compared by that."
REGRET_REFERENCE = "Savage (1951), regret: shortfall from the best policy of each case"


def policy_paragraph(context: Context, book: Book) -> str:
    """Say which commitment holds up best against an attack, and which once its costs count."""
    if len(context.policies.ids) < 2:
        return (
            "Only the base case was run."
            if len(context.crisis.policies) > 1
            else "The file names no commitment to compare with the base case."
        )
    ranked = context.policies.ranked
    if len(ranked) < 2:
        return "Every other commitment compared forgoes an attack, so none can be ranked by how likely it leaves one."
    table = context.results.regret("attack", lower_is_better=True, policies=ranked)
    label = context.policies.get(table.least_mean).label
    row = next(row for row in table.rows if row.policy == table.least_mean)
    figure = _regret_figure(context, book, "attack", row.policy, row.mean, row.high)
    text = (
        f"Of {len(ranked)} commitments compared over the same cases, “{label}” holds up best against an attack: "
        + (
            "in every case no other leaves it less likely"
            if row.best_share == 1
            else f"on average it leaves the probability {link(figure, _points(figure.value))} above that of the best "
            "commitment of each case"
        )
    )
    if table.minimax != table.least_mean:
        text += f", while “{context.policies.get(table.minimax).label}” has the smallest worst case"
    payoff = context.results.regret(policies=context.policies.ids)
    defenders = context.roles.opponent_names()
    best = next(item for item in payoff.rows if item.policy == payoff.least_mean)
    cost = _regret_figure(context, book, "payoff", best.policy, best.mean, best.high)
    text += (
        f". Once its costs to {defenders} are counted, “{context.policies.get(best.policy).label}” has the least regret "
        f"({link(cost, cost.text)} on average)."
    )
    return text


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


def preference_changes(context: Context) -> tuple[str, ...]:
    """Where the commitment that the defender would choose changes."""
    if len(context.policies.ids) < 2:
        return ()
    sentences = []
    for change in context.results.first_changes(policies=context.policies.ids)[:2]:
        quantity = context.crisis.quantities.get(change.path)
        if quantity is None or change.advantage <= 2 * change.advantage_error:
            continue
        sentences.append(
            f"Where “{quantity.label}” is {change.direction} {_threshold(change.threshold, quantity.unit)}, "
            f"{context.roles.opponent_names()} would do better with “{context.policies.get(change.after).label}” than with "
            f"“{context.policies.get(change.before).label}”."
        )
    return tuple(sentences)


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
                sentence_case(context.policies.get(policy).label)
                + (" (base case)" if policy == context.policies.base else ""),
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
        title="Regret: how far each commitment falls short of the best one of each case",
        note="Mean over cases, in brackets what 95% of cases stay below. Attack in percentage points; payoff in stakes, "
        "costs included. Small regret in both columns is what robust means here."
        + (FORGONE if len(attack) < len(payoff) else ""),
    )
