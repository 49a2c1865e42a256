"""The checks of a crisis that need the game: everything that the rules can reach is searched, no tree is unrolled."""

from collections.abc import Iterator

import numpy as np

from detente.crisis.crisis import Crisis
from detente.errors import CrisisFileError, Finding
from detente.linking.chance_checks import impossible_chances
from detente.linking.measures import check_effect_outputs
from detente.linking.mechanism_checks import (
    check_cycles,
    check_inputs,
    check_models,
    check_outputs,
    check_tables,
    check_units,
)
from detente.linking.packages import check_packages
from detente.rules import transition
from detente.rules.compiling import Rules, compile_rules
from detente.rules.situations import (
    NODE_LIMIT,
    SITUATION_LIMIT,
    Situations,
    find_situations,
    game_too_large_finding,
)

__all__ = ["check_game", "check_menus", "check_play"]


def check_game(
    crisis: Crisis, *, node_limit: int = NODE_LIMIT, situation_limit: int = SITUATION_LIMIT
) -> tuple[Finding, ...]:
    """Check the game that a crisis describes, and what feeds its models.

    Parameters
    ----------
    crisis
        A crisis in whose folder ``check_folder`` finds no error.
    node_limit
        Nodes above which the game is too large.
    situation_limit
        Distinct situations at one moment at which the search for reachable states gives up.

    Returns
    -------
    tuple[Finding, ...]
        Errors and warnings; empty if all is well.
    """
    findings = [
        finding
        for check in (
            check_models,
            check_tables,
            check_inputs,
            check_outputs,
            check_units,
            check_cycles,
            check_menus,
            check_packages,
            check_effect_outputs,
        )
        for finding in check(crisis)
    ]
    findings.extend(check_play(crisis, node_limit=node_limit, situation_limit=situation_limit))
    return tuple(findings)


def check_menus(crisis: Crisis) -> Iterator[Finding]:
    """Every instrument stands in a menu."""
    offered = {name for phase in crisis.phases for move in phase.moves for name in move.menu}
    for item in crisis.instruments.values():
        if item.id not in offered:
            yield Finding(
                code="instrument-unused",
                message=f"instrument {item.id!r} stands in no menu",
                file=item.place.file,
                line=item.place.line,
                path=item.place.path,
                value=item.id,
                fix=f"add it to a menu of {item.player!r}, or remove it",
            )


def check_play(
    crisis: Crisis, *, node_limit: int = NODE_LIMIT, situation_limit: int = SITUATION_LIMIT
) -> Iterator[Finding]:
    """Play comes to no dead end, every end has a name, every instrument and outcome can occur, and the tree fits.

    Policies that change the initial state are searched too; others only shorten menus.
    """
    policies = [None, *(policy.id for policy in crisis.policies.values() if policy.state)]
    searched: list[tuple[Rules, Situations]] = []
    try:
        for policy in policies:
            rules = compile_rules(crisis, policy=policy)
            searched.append((rules, find_situations(rules, situation_limit=situation_limit)))
    except CrisisFileError as error:  # a price reads more variables than can be tabulated
        yield from error.findings
        return
    yield from _dead_ends(searched)
    yield from impossible_chances(crisis, searched)
    yield from _unnamed(searched)
    too_large = [
        (rules, found)
        for rules, found in searched
        if not found.complete or found.n_nodes > node_limit
    ]
    if too_large:
        yield game_too_large_finding(*too_large[0], limit=node_limit)
    if all(found.complete for _, found in searched):
        yield from _unreachable_instruments(crisis, searched)
        yield from _unreachable_outcomes(crisis, searched)


def _dead_ends(searched: list[tuple[Rules, Situations]]) -> Iterator[Finding]:
    """Yield one finding per menu that can be empty, and per instrument after which nothing can follow."""
    named = set()
    for rules, found in searched:
        for moment, batch in found.stuck:
            key = (moment.kind, moment.phase, moment.move, int(batch.choice[0, moment.move]))
            if key not in named:
                named.add(key)
                yield transition.dead_end_finding(rules, moment, batch)


def _unnamed(searched: list[tuple[Rules, Situations]]) -> Iterator[Finding]:
    """Yield a finding for the first terminal state without a name."""
    for rules, found in searched:
        rows = np.flatnonzero(found.terminal_outcome < 0)
        if len(rows):
            yield transition.outcome_unnamed_finding(rules, found.terminal_states[rows[0]])
            return


def _unreachable_instruments(
    crisis: Crisis, searched: list[tuple[Rules, Situations]]
) -> Iterator[Finding]:
    available = np.logical_or.reduce([found.available for _, found in searched])
    offered = {name for phase in crisis.phases for move in phase.moves for name in move.menu}
    for item, reached in zip(crisis.instruments.values(), available, strict=True):
        if not reached and item.id in offered:
            yield Finding(
                code="instrument-unreachable",
                message=f"instrument {item.id!r} can never be chosen: no play makes it available",
                file=item.place.file,
                line=item.place.line,
                path=f"{item.place.path}.when",
                value=item.id,
                fix="loosen its `when`, or let another instrument bring about the state that it needs",
                severity="warning" if crisis.overrides else "error",  # a what-if may close doors
            )


def _unreachable_outcomes(
    crisis: Crisis, searched: list[tuple[Rules, Situations]]
) -> Iterator[Finding]:
    reached = {int(code) for _, found in searched for code in np.unique(found.terminal_outcome)}
    for number, item in enumerate(crisis.outcomes.values()):
        if number not in reached:
            yield Finding(
                code="outcome-unreachable",
                message=f"no play ends in outcome {item.id!r}",
                file=item.place.file,
                line=item.place.line,
                path=item.place.path,
                value=item.id,
                fix="move it before the outcome that takes its states, or remove it",
                severity="warning",
            )
