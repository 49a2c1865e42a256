"""The words of question 6: who joins what, which package holds, whom to win, and what gas has to do with it."""

from collections.abc import Mapping, Sequence

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.pages import PageWords, read_page
from detente.brief.questions._coalition import CoalitionParts
from detente.brief.questions._gas import GasNumbers
from detente.brief.questions._parts import moved_by
from detente.crisis.elements import Quantity

__all__ = ["alliance_words"]

LIKELY = 0.5
APART = 20.0
"""Points of a position by which an ally departs from its leader that are worth telling."""
TOLD = 0.01
STRONG = 0.1
"""Rise of a chance to join from which money is called a lever."""
MOST_ISSUES, MOST_EXPOSED, MOST_CHANNELS = 3, 3, 2
Packages = Sequence[tuple[str, str, dict[str, Figure]]]
Dependence = Sequence[tuple[str, Sequence[tuple[str, Figure]]]]


def alliance_words(
    book: Book,
    *,
    packages: Packages,
    dependence: Dependence,
    coalition: CoalitionParts,
    gas: GasNumbers | None,
    effects: Mapping[str, tuple[Figure, Figure]],
    hardest: tuple[str, str] | None,
    among: Sequence[str],
    has_balance: bool,
) -> PageWords:
    """Say whether all allies are on board.

    Parameters
    ----------
    book
        The book of the question.
    packages
        Per package its mechanism, its name, and the chance that each member joins.
    dependence
        Per exposure its name and the actors from most to least exposed.
    coalition
        Which packages hold, whom to win, and what a cut of gas splits.
    gas
        What a cut takes and what can stand in.
    effects
        Per commitment about energy or the alliance, the chance of an attack and what it changes.
    hardest
        Metric of the weight that joins the hardest package, and what that weight is called.
    among
        Quantities of this subject.
    has_balance
        Whether the file has a model of gas.
    """
    context = book.context
    rows = (
        moved_by(book, hardest[0], hardest[1])
        if hardest is not None
        else moved_by(book, "attack", "an attack", among=among)
    )
    return read_page(
        "alliance",
        {
            "one_case": context.results.n_draws == 1,
            "names": context.roles.names("challenger"),
            "first": _first(context, packages),
            "exposed": _exposed(context, dependence),
            "strongest": coalition.strongest[0] if coalition.strongest else None,
            "pivot": coalition.pivot,
            "winning": coalition.pivot is not None
            and coalition.pivot.won.text != coalition.pivot.holds.text,
            "lever": _lever(coalition, gas),
            "split": coalition.split,
            "multiple": coalition.multiple,
            "gas": gas,
            "restrained": _restrained(context, book),
            "effects": [
                (context.policies.get(policy).label, change)
                for policy, (_, change) in effects.items()
                if not change.excluded and abs(change.value or 0.0) >= TOLD
            ],
            "rows": rows,
            "what": hardest[1] if hardest is not None else "an attack",
            "has_packages": bool(packages),
            "has_balance": has_balance,
        },
        language=context.language,
    )


def _lever(coalition: CoalitionParts, gas: GasNumbers | None) -> str:
    """Tell whether making gas good is a ``weak`` or a ``strong`` lever on the member to win; empty where it is none."""
    pivot = coalition.pivot
    if pivot is None or pivot.made_good is None or gas is None:
        return ""
    gain = (pivot.made_good.value or 0.0) - (pivot.joins.value or 0.0)
    return "weak" if gain < STRONG else "strong"


def _mean(cells: Mapping[str, Figure]) -> float:
    values = [figure.value or 0.0 for figure in cells.values()]
    return sum(values) / len(values) if values else 0.0


def _likely(cells: Mapping[str, Figure]) -> int:
    return sum((figure.value or 0.0) > LIKELY for figure in cells.values())


def _first(context: Context, packages: Packages) -> dict[str, object] | None:
    """Return what the first sentence says: who is likely to join the easiest package as announced, and the hardest."""
    if not packages:
        return None
    _, hard, cells = min(packages, key=lambda item: _mean(item[2]))
    firsts = {mechanism: (name, row) for mechanism, name, row in reversed(packages)}
    easy, many = max(firsts.values(), key=lambda item: _mean(item[1]))
    actor, figure = min(cells.items(), key=lambda item: item[1].value or 0.0)
    case = "all" if _likely(cells) == len(cells) else "one" if easy == hard else "two"
    return {
        "case": case,
        "easy": easy,
        "hard": hard,
        "joins_easy": _likely(many),
        "joins_hard": _likely(cells),
        "of": len(cells),
        "least": context.names.actor(actor),
        "chance": figure,
    }


def _exposed(
    context: Context, dependence: Dependence
) -> list[tuple[str, list[tuple[str, Figure]]]]:
    return [
        (
            context.names.exposure(name),
            [(context.names.actor(actor), figure) for actor, figure in rows[:MOST_EXPOSED]],
        )
        for name, rows in dependence[:MOST_CHANNELS]
        if rows
    ]


def _restrained(
    context: Context, book: Book
) -> tuple[str, str, list[tuple[str, Figure, Figure]]] | None:
    """Return the first ally whose positions depart from those of its leader, with the issues on which they lie farthest apart."""
    leader = next(iter(context.roles.opponents()), None)
    if leader is None:
        return None
    for player in context.roles.players("ally"):
        apart = []
        for issue in context.crisis.issues.values():
            ends = [
                _position(context, actor, issue.id)
                for actor in (player.actors[0], leader.actors[0])
            ]
            if None in ends:
                continue
            mine, theirs = (
                book.quantity(
                    quantity.path,
                    label=f"position of {context.names.actor(quantity.path.split('.')[1])} on {issue.label}",
                )
                for quantity in ends
                if quantity is not None
            )
            gap = abs((mine.value or 0.0) - (theirs.value or 0.0))
            if gap >= APART:
                apart.append((gap, (issue.label, mine, theirs)))
        if apart:
            apart.sort(key=lambda item: -item[0])
            name, lead = (context.names.actor(one.actors[0]) for one in (player, leader))
            return name, lead, [row for _, row in apart[:MOST_ISSUES]]
    return None


def _position(context: Context, actor: str, issue: str) -> Quantity | None:
    return context.crisis.quantities.get(f"positions.{actor}.{issue}")
