"""The words of question 1: what is wanted above all, whether a deal exists, and what would show or change it."""

from collections.abc import Sequence

import numpy as np

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.pages import PageWords, read_page
from detente.brief.questions._parts import moved_by
from detente.brief.questions._terms import NOTABLE, TELLING, Terms
from detente.crisis.elements import Issue
from detente.crisis.metric_names import Metric, metric_name, metric_prefix

__all__ = ["aims_words"]

SHIFT = 0.02
"""Smallest shift of a belief that is worth a sentence."""
SURE = 0.95
"""Chance of victory from which signing asks for no doubt that is worth telling."""
DECIDES, MATTERS = 0.2, 0.05
"""Chances of an attack that lie this far apart by type."""
MOST_ISSUES, MOST_SHIFTS = 4, 2


def aims_words(
    book: Book,
    *,
    sides: tuple[str, str],
    issues: Sequence[Issue],
    positions: tuple[Figure, Figure] | None,
    terms: Terms | None,
) -> PageWords:
    """Say what the challenger wants.

    Parameters
    ----------
    book
        The book of the question.
    sides
        Names of the challenger and of the side that its position is compared with.
    issues
        Issues on which both have a position, the challenger's most salient first.
    positions
        Their positions on the first of them.
    terms
        What the bargaining mechanism says, where there is one.
    """
    context = book.context
    wish, gap = _wish(issues, positions)
    shifts = _shifts(context, book)
    types = _types(context, book)
    return read_page(
        "aims",
        {
            "one_case": context.results.n_draws == 1,
            "challengers": [player.name for player in context.roles.players("challenger")],
            "side": sides[0],
            "others": sides[1],
            "others_plural": " and " in sides[1],
            "issue": issues[0].label if issues else "",
            "wish": wish,
            "gap": gap,
            "positions": positions,
            "has_demands": context.tables.get("demands") is not None,
            "open": _open_issues(context),
            "types": types,
            "matters": _matters([attack for _, _, attack in types]),
            "room": None if terms is None else terms.exists,
            "despite": terms is not None and (terms.exists.value or 0.0) >= 0.5,
            "best": [] if terms is None else _best(terms, issues),
            "carries": "" if terms is None else _carries(terms, issues),
            "trade": "" if terms is None else _trade(terms, issues),
            "accepts": [] if terms is None else _accepts(book, terms, sides),
            "consents": _consents(context, book),
            "causes": [] if terms is None else _causes(terms),
            "shifts": shifts[:MOST_SHIFTS],
            "quiet": not shifts and _has_types(context),
            "settlement": moved_by(book, "settlement", "a settlement")
            if context.has_settlement and not shifts
            else None,
        },
        language=context.language,
    )


def anchor(issue: Issue, value: float) -> str:
    """Return the words of the scale of an issue that lie nearest to a value; empty where the file has none."""
    return issue.at_0 if value < 25 else issue.at_100 if value > 75 else issue.at_50


def _wish(issues: Sequence[Issue], positions: tuple[Figure, Figure] | None) -> tuple[str, str]:
    """Return what is wanted on the first issue, in the words of its scale, and how far apart the sides stand."""
    if not issues or positions is None:
        return "", ""
    mine, theirs = (figure.value for figure in positions)
    if mine is None or theirs is None:
        return "", ""
    return anchor(issues[0], mine), f"{abs(mine - theirs):.0f}"


def _open_issues(context: Context) -> list[str]:
    """Return the issues held open to bargaining, where others are closed and the open ones can be named."""
    issues = context.crisis.issues.values()
    found = [issue.label for issue in issues if issue.negotiable]
    return found if len(found) <= min(MOST_ISSUES, len(issues) - 1) else []


def _types(context: Context, book: Book) -> list[tuple[str, Figure, Figure]]:
    found = []
    for player in context.roles.players("challenger"):
        for kind in player.types if len(player.types) > 1 else ():
            if not context.columns.has(metric_name("prior", player.id, kind.id)):
                continue
            prior = book.metric(
                f"prior.{player.id}.{kind.id}",
                f"prior that {player.name} is “{kind.label}”",
                metric_name("prior", player.id, kind.id),
            )
            attack = book.metric(
                f"attack_given.{player.id}.{kind.id}",
                f"attack if {player.name} is “{kind.label}”",
                metric_name("attack_given", player.id, kind.id),
            )
            found.append((context.names.type_clause(player.id, kind.id), prior, attack))
    return found


def _matters(attacks: Sequence[Figure]) -> str:
    """Tell how much the type matters for an attack: it ``decides``, ``matters`` or ``hardly`` does."""
    values = [figure.value or 0.0 for figure in attacks]
    spread = max(values, default=0.0) - min(values, default=0.0)
    return "decides" if spread >= DECIDES else "matters" if spread >= MATTERS else "hardly"


def _has_types(context: Context) -> bool:
    return any(len(player.types) > 1 for player in context.roles.players("challenger"))


def _best(terms: Terms, issues: Sequence[Issue]) -> list[tuple[str, Figure, str]]:
    """Return per issue the best common terms, and what the scale calls them."""
    return [
        (issue.label, terms.best[issue.id], anchor(issue, terms.best[issue.id].value or 0.0))
        for issue in issues
        if issue.id in terms.best
    ][:MOST_ISSUES]


def _carries(terms: Terms, issues: Sequence[Issue]) -> str:
    """Name the issue that the range hangs on; ``none`` where no issue carries it alone, empty where that is unknown."""
    names = {issue.id: issue.label for issue in issues}
    ranked = sorted(terms.carried.items(), key=lambda item: -(item[1].value or 0.0))
    if not ranked or ranked[0][0] not in names:
        return ""
    return names[ranked[0][0]] if (ranked[0][1].value or 0.0) >= TELLING else "none"


def _trade(terms: Terms, issues: Sequence[Issue]) -> str:
    """Tell whether both sides care about the issues in the same proportions: ``alike``, ``apart``, or nothing."""
    known = {issue.id for issue in issues}
    rates = [figure.value for name, figure in terms.trade.items() if name in known]
    if not rates or any(rate is None for rate in rates):
        return ""
    return "alike" if all(abs((rate or 0.5) - 0.5) < TELLING for rate in rates) else "apart"


def _accepts(book: Book, terms: Terms, sides: tuple[str, str]) -> list[tuple[str, bool, Figure]]:
    """Return up to which chance of victory each side would sign the best package."""
    context, found = book.context, []
    for role, side in zip(("challenger", "defender"), sides, strict=True):
        for level in context.levels.start(terms.mechanism.id, f"{role}_accepts_below")[:1]:
            figure = book.array(
                f"accepts.{terms.mechanism.id}.{role}",
                f"chance of victory up to which {side} signs the best package, cases with a range",
                np.where(terms.open_cases, context.columns.values(level.metric), np.nan),
                unit="prob",
                trace=context.traces.of(level.metric),
            )
            if figure.value is not None and figure.value < SURE:
                found.append((side, " and " in side, figure))
    return found


def _consents(context: Context, book: Book) -> list[tuple[str, Figure, Figure, str]]:
    """Return of each third party in how many cases it prefers the package to war, and to things as they stand."""
    found = []
    for mechanism in context.levels.mechanisms("bargaining.consent"):
        shares = [
            book.share(
                f"{output}.{mechanism.id}",
                f"share of versions in which the package {words}: {mechanism.label}",
                context.columns.values(level.metric) > 0.5,
                trace=context.traces.of(level.metric),
            )
            for output, words in (
                ("consents", "beats a war"),
                ("consents_as_things_stand", "beats things as they stand"),
            )
            for level in context.levels.start(mechanism.id, output)[:1]
        ]
        if len(shares) == 2:
            war, today = shares
            loss = (war.value or 0.0) - (today.value or 0.0) >= TELLING
            found.append((mechanism.label, war, today, "loss" if loss else "gain"))
    return found


def _causes(terms: Terms) -> list[tuple[str, Figure]]:
    """Return what would open or close the room for a deal: the case and the share."""
    base = terms.exists.value or 0.0
    return [
        (case, figure)
        for case, figure in terms.causes
        if abs((figure.value or 0.0) - base) >= NOTABLE
    ]


def _shifts(context: Context, book: Book) -> list[tuple[str, str, str, bool, Figure, Figure]]:
    """Return the challenger's first moves that tell most about its aims, the most telling first."""
    found = []
    for player in context.roles.players("challenger"):
        if len(player.types) < 2:
            continue
        kind = player.types[-1]
        if not context.columns.has(metric_name("prior", player.id, kind.id)):
            continue
        prior = book.metric(
            f"prior.{player.id}.{kind.id}",
            f"prior that {player.name} is “{kind.label}”",
            metric_name("prior", player.id, kind.id),
        )
        clause = context.names.type_clause(player.id, kind.id)
        for metric in context.columns.metrics(metric_prefix("belief", player.id, kind.id)):
            instrument = context.crisis.instruments.get(Metric.parse(metric).parts[-1])
            if instrument is None:
                continue
            after = book.metric(
                f"belief.{player.id}.{kind.id}.{instrument.id}",
                f"belief that {player.name} is “{kind.label}” after “{instrument.label}”",
                metric,
            )
            if after.value is None or prior.value is None:
                continue
            shift = after.value - prior.value
            if abs(shift) >= SHIFT:
                row = (player.name, instrument.label, clause, shift > 0, prior, after)
                found.append((abs(shift), row))
    return [row for _, row in sorted(found, key=lambda item: -item[0])]
