"""The brief of a role: what its seat wants, knows and may do, each with its sources."""

from typing import Any

from detente.crisis.crisis import Crisis
from detente.crisis.quantities import reference_value
from detente.play.knowing import weighted_range
from detente.play.menus import describe_instrument
from detente.play.rulebooks import Rulebook

__all__ = ["describe_role", "positions_on_issues", "worth_of_ends"]

_COLUMNS = ("positions", "salience", "red_lines")


def describe_role(book: Rulebook, player: str, kind: str) -> dict[str, Any]:
    """Return the brief of a player of a type.

    What it wants is what each end is worth to it, in stakes, over the cases; and where it stands on the issues. What it knows are
    the facts of the crisis file; what it may do are its instruments. Nothing in it depends on how a session goes.
    """
    crisis = book.crisis
    who = crisis.players[player]
    keys: dict[str, None] = {}
    facts = []
    for fact in crisis.facts:
        keys.update(dict.fromkeys(fact.sources))
        facts.append(
            {
                "question": fact.question,
                "text": fact.text,
                "grade": fact.grade,
                "claimed_by": fact.claimed_by,
                "sources": list(fact.sources),
            }
        )
    instruments = [item for item in crisis.instruments.values() if item.player == player]
    for item in instruments:
        keys.update(dict.fromkeys(item.sources))
    return {
        "name": who.name,
        "role": who.role,
        "type_label": next(item.label for item in who.types if item.id == kind),
        "summary": crisis.summary,
        "worth": worth_of_ends(book, player, kind),
        "issues": _issues(book, player),
        "facts": facts,
        "instruments": [describe_instrument(crisis, item) for item in instruments],
        "sources": [
            {
                "key": key,
                "publisher": crisis.sources[key].publisher,
                "title": crisis.sources[key].title,
                "address": crisis.sources[key].address,
            }
            for key in keys
            if key in crisis.sources
        ],
    }


def worth_of_ends(book: Rulebook, player: str, kind: str) -> list[dict[str, Any]]:
    """Return what each outcome is worth to a type, best first: mean over the cases and 5-95% range, in stakes.

    Cases are weighed by how likely the outcome is in them; one that never comes about is left out.
    """
    rows = []
    for name, (values, weights) in book.worth(player, kind).items():
        if weights.any():
            mean, low, high = weighted_range(values, weights)
            label = book.crisis.outcomes[name].label
            rows.append({"outcome": name, "label": label, "mean": mean, "low": low, "high": high})
    return sorted(rows, key=lambda row: (-float(str(row["mean"])), str(row["outcome"])))


def positions_on_issues(crisis: Crisis) -> dict[str, dict[str, dict[str, float]]]:
    """Return by issue and player where its actors stand on the scale of 0 to 100: what the crisis file states, the same for all types.

    Examples
    --------
    >>> from detente.crisis import load_crisis
    >>> positions_on_issues(load_crisis("cuba-1962"))["other_arms"]["usa"].values()
    dict_values([90.0])
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for issue in crisis.issues:
        for player, who in crisis.players.items():
            points = {
                actor: reference_value(crisis.quantities[path].distribution)
                for actor in who.actors
                if (path := f"positions.{actor}.{issue}") in crisis.quantities
            }
            if points:
                found.setdefault(issue, {})[player] = points
    return found


def _issues(book: Rulebook, player: str) -> list[dict[str, Any]]:
    """Return the issues with the words of their scales, and where the actors of a player stand on each."""
    crisis = book.crisis
    found = []
    for issue in crisis.issues.values():
        stands = {}
        for actor in crisis.players[player].actors:
            held = {
                column: reference_value(crisis.quantities[path].distribution)
                for column in _COLUMNS
                if (path := f"{column}.{actor}.{issue.id}") in crisis.quantities
            }
            if held:
                stands[actor] = held
        found.append(
            {
                "id": issue.id,
                "label": issue.label,
                "at_0": issue.at_0,
                "at_50": issue.at_50,
                "at_100": issue.at_100,
                "negotiable": issue.negotiable,
                "stands": stands,
            }
        )
    return found
