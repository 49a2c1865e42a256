"""Parts that several questions share: what drives a result, what a commitment changes, and how to say it."""

from collections.abc import Iterable, Sequence

from detente.brief.context import Book, Context, Level
from detente.brief.figures import Figure, link
from detente.brief.words import likelihood_word, sentence_case

__all__ = [
    "chance",
    "change_sentences",
    "effect_sentence",
    "grouped_row",
    "policy_figures",
    "run_note",
]

SMALLEST_EFFECT = 0.01
"""Effects on a probability under one point are not worth a sentence."""


def chance(figure: Figure) -> str:
    """Say a probability as word, number and range: "unlikely (31%, range 8-62%)"."""
    if figure.value is None:
        return "not known"
    return f"{likelihood_word(figure.value)} ({link(figure, figure.aside_text)})"


def run_note(context: Context) -> str:
    """Footnote of a picture that is read off the run."""
    crisis = context.crisis
    return (
        f"Source: own computation on the crisis file {crisis.id} as of {crisis.as_of.isoformat()}, "
        f"{context.results.n_draws:,} cases. Point: mean; line: 5\N{EN DASH}95% of cases."
    )


def change_sentences(
    book: Book,
    metric: str,
    noun: str,
    *,
    policy: str | None = None,
    among: Iterable[str] | None = None,
    most: int = 4,
) -> tuple[str, ...]:
    """Say which quantities move a probability most, with its value where each is low and where it is high.

    ``among`` limits them to the quantities of one subject; if none of these matters, that is said.
    """
    context = book.context
    trace = context.trace(metric, policy)
    sentences: list[str] = []
    wanted = None if among is None else set(among)
    for driver in context.movers(metric, policy):
        quantity = context.crisis.quantities.get(driver.path)
        if quantity is None or abs(driver.effect) < SMALLEST_EFFECT or len(sentences) == most:
            continue
        if wanted is not None and driver.path not in wanted:
            continue
        key = metric.replace("/", ".")
        low = book.number(
            f"driver.{key}.{driver.path}.low",
            f"{noun} where “{quantity.label}” is in its lowest fifth",
            driver.mean_at_bottom,
            unit="prob",
            trace=trace,
            exact=False,
        )
        high = book.number(
            f"driver.{key}.{driver.path}.high",
            f"{noun} where “{quantity.label}” is in its highest fifth",
            driver.mean_at_top,
            unit="prob",
            trace=trace,
            exact=False,
        )
        verb = "raises" if driver.effect > 0 else "lowers"
        sentences.append(
            f"{sentence_case(quantity.label)}: a higher value {verb} {noun}, from {link(low)} where it is in its "
            f"lowest fifth of cases to {link(high)} in its highest."
        )
    if not sentences and wanted is not None:
        return (
            (
                f"No uncertain quantity of this subject moves the probability of {noun} by more than chance among "
                f"{context.results.n_draws:,} cases would; what does is listed under the last question."
            ),
        )
    if not sentences:
        return (
            f"No single uncertain quantity moves {noun} by more than chance among {context.results.n_draws:,} cases would.",
        )
    return tuple(sentences)


def policy_figures(
    book: Book, policies: Sequence[str], metric: str, noun: str
) -> dict[str, tuple[Figure, Figure]]:
    """Make, per policy, the figure of a probability under it and of its change against the base case."""
    context = book.context
    key = metric.replace("/", ".")
    found = {}
    for policy in policies:
        label = context.policy(policy).label
        level = book.metric(
            f"policy.{policy}.{key}", f"{noun} under “{label}”", metric, policy=policy
        )
        change = book.array(
            f"policy.{policy}.{key}.change",
            f"change of {noun} under “{label}” against the base case",
            context.change(metric, policy),
            unit="points",
            trace=context.trace(metric, policy),
        )
        found[policy] = (level, change)
    return found


def effect_sentence(context: Context, policy: str, noun: str, pair: tuple[Figure, Figure]) -> str:
    """Say what a commitment changes in a probability, with the paired range."""
    level, change = pair
    label = context.policy(policy).label
    if change.value is None:
        return ""
    paired = f" (case by case {change.range_text})" if change.range_text else ""
    return (
        f"Under “{label}” {noun} stands at {link(level, level.full_text)}, "
        f"{link(change, change.text + paired)} against the base case."
    )


def grouped_row(context: Context, level: Level, seen: dict[str, int]) -> tuple[str, str]:
    """Return the short name of a level's row on a picture and its full name in a table.

    The first row of a mechanism bears its label; those after it only what differs, behind a dash. Equal names of
    different mechanisms are told apart by characters without width.
    """
    label = sentence_case(context.crisis.mechanisms[level.mechanism].label)
    state = context.level_label(level) if context.changed(level) else ""
    full = f"{label}; {state}" if state else label
    count = seen.get(level.mechanism, 0)
    seen[level.mechanism] = count + 1
    if count == 0:
        return full, full
    rank = list(seen).index(level.mechanism)
    return f"\N{EN DASH} {state or 'as things stand'}" + "\N{ZERO WIDTH SPACE}" * rank, full
