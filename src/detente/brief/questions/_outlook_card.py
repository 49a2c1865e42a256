"""The words of question 7: what is likeliest, how each side's precaution feeds the other's fear, and what holds up."""

from collections.abc import Sequence

from detente.brief.book import Book
from detente.brief.figures import Figure, Trace
from detente.brief.pages import PageWords, read_page
from detente.brief.questions._beliefs import TELLING, Beliefs
from detente.brief.questions._hopes import HopesCase
from detente.brief.questions._leading import Leading
from detente.brief.questions._parts import PostureReading, moved_by
from detente.brief.questions._robust import RobustPart
from detente.brief.shared import SharedFigures
from detente.brief.type_effects import common_reading
from detente.brief.words import format_range
from detente.crisis.elements import Player

__all__ = ["outlook_words"]

MOST_PROVOKE, MOST_BESIDE = 2, 2
HARDLY = 0.005
EVEN = 0.5


def outlook_words(
    book: Book,
    *,
    leading: Leading,
    shared: SharedFigures,
    beliefs: Beliefs,
    read: Sequence[PostureReading],
    mix: RobustPart,
    combinations: Figure | None,
    noise: Figure | None,
    hopes: tuple[HopesCase, Figure] | None,
) -> PageWords:
    """Say what happens now.

    Parameters
    ----------
    book
        The book of the question.
    leading
        What leads.
    shared
        The figures that several parts of the briefing speak of.
    beliefs
        What first moves tell of types.
    read
        How each side reads the other's posture.
    mix
        Which commitments are good enough how often.
    combinations
        How many combinations of commitments were searched.
    noise
        Which share of an attack's chance is noise of choice.
    hopes
        What hopes do to an attack, and what it would be with common odds.
    """
    context = book.context
    enough = _enough(book, mix)
    return read_page(
        "outlook",
        {
            "one_case": context.results.n_draws == 1,
            "names": context.roles.names("challenger"),
            "likeliest": leading.lead.group.label,
            "single": len(leading.lead.group.members) == 1,
            "group": leading.group,
            "leads": leading.share,
            "clear": (leading.share.value or 0.0) >= EVEN,
            "is_attack": leading.is_attack,
            "attack": shared.attack if _attacks(book) else None,
            "several": sum(bool(rule.attack) for rule, _ in shared.outcomes) > 1,
            "alarms": [
                (
                    reading.mechanism.label,
                    reading.prior,
                    reading.widest[1],
                    context.levels.state_words(reading.widest[0]),
                )
                for reading in read
                if (reading.widest[1].value or 0.0) - (reading.prior.value or 0.0) >= TELLING
            ][:1],
            "fears": _fears(book, beliefs),
            "provoke": _provoke(book, shared),
            "enough": enough,
            "limit": mix.limit,
            "combinations": combinations,
            "noise": noise,
            "hopes": hopes[1] if hopes is not None and hopes[0] != "nothing" else None,
            "beside": _beside(book)[:MOST_BESIDE],
            "rows": moved_by(book, "attack", "an attack"),
            "compared": len(context.policies.ids) > 1,
            "listed": len(context.crisis.policies) > 1,
        },
        language=context.language,
    )


def _beside(book: Book) -> list[tuple[str, Figure, str, str]]:
    """Return past rates, to be shown, of what is no outcome of the model: words, rate, number of cases, and the interval."""
    table = book.context.tables.get("base_rates")
    found = []
    for row in table.rows if table is not None else ():
        cells = row.cells
        named = bool(cells.get("show", "").strip() and cells.get("words", "").strip())
        if not named or cells.get("compare", "").strip():
            continue
        try:
            value, low, high = (float(cells.get(key, "")) for key in ("value", "lo90", "hi90"))
        except ValueError:
            continue
        figure = book.number(
            f"base_rate.{cells.get('id', '')}",
            f"base rate: {cells['words']} ({cells.get('population', '')})",
            value,
            unit="share",
            trace=Trace(
                sources=tuple(k.strip() for k in cells.get("source", "").split(";") if k.strip()),
                model="count of past cases",
                place=f"{table.file if table else ''}:{row.place.line}",
            ),
            exact=False,
        )
        interval = format_range(low, high, "share")
        found.append((cells["words"], figure, cells.get("n", ""), interval))
    return found


def _attacks(book: Book) -> bool:
    return any(rule.attack for rule in book.context.crisis.outcomes.values())


def _fears(book: Book, beliefs: Beliefs) -> list[tuple[str, str, str, Figure, Figure]]:
    """Return the first moves of a challenger that raise the belief in its worst type: who, the move, the type, before and after."""
    found = [
        (player.name, label, _clause(book, player, kind), prior, after)
        for player, kind, label, prior, after in beliefs
        if player.role == "challenger" and (after.value or 0.0) - (prior.value or 0.0) >= TELLING
    ]
    return sorted(found, key=lambda row: -(row[4].value or 0.0))[:1]


def _clause(book: Book, player: Player, label: str) -> str:
    """Return what a belief in a type is a belief in, by the label of the type."""
    kind = next(kind.id for kind in player.types if kind.label == label)
    return book.context.names.type_clause(player.id, kind)


def _provoke(book: Book, shared: SharedFigures) -> list[tuple[str, Figure]]:
    """Return the commitments that make an attack likelier whatever the type, the worst first."""
    context = book.context
    found = []
    for policy, changes in shared.by_type.items():
        labels = [effect.label for effect, _ in changes if not effect.is_forced]
        change = shared.policies[policy][1]
        if labels and common_reading(labels) == "provokes" and (change.value or 0.0) >= HARDLY:
            found.append((context.policies.get(policy).label, change))
    return sorted(found, key=lambda row: -(row[1].value or 0.0))[:MOST_PROVOKE]


def _enough(book: Book, mix: RobustPart) -> tuple[str, Figure, Figure] | None:
    """Return the commitment of the file that is good enough most often, with its share and that of the base case."""
    policies = book.context.policies
    shares = {policy: mix.shares[policy] for policy in policies.ids if policy in mix.shares}
    if len(shares) < 2:
        return None
    best = max(shares, key=lambda policy: shares[policy].value or 0.0)
    if best == policies.base or shares[best].text == shares[policies.base].text:
        return None
    return policies.get(best).label, shares[best], shares[policies.base]
