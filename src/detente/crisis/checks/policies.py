"""Checks of policies: what they fix and forbid."""

from collections.abc import Iterator

from detente.crisis.draft import Draft, Keys
from detente.crisis.elements import Constant, Pledge, Policy
from detente.crisis.schema import PhaseEntry
from detente.errors import Finding

__all__ = ["check_fixes", "check_forbids", "check_pledges"]


def _phases(draft: Draft) -> dict[str, PhaseEntry]:
    return {entry.id: entry for _, entry in draft.each("phases", PhaseEntry)}


def check_fixes(draft: Draft) -> Iterator[Finding]:
    """Find policies that fix a phase, a round or an instrument that is not there."""
    phases = _phases(draft)
    n_listed = (
        len(draft.document.root.content["phases"].content) if phases and draft.document.root else 0
    )
    for policy in draft.policies.values():
        for name, instruments in policy.fix.items():
            at: Keys = ("policies", policy.id, "fix", name)
            phase_id, mark, number = name.partition("@")
            phase = phases.get(phase_id)
            if phase is None:
                if len(phases) == n_listed:
                    yield draft.finding(
                        "policy-invalid",
                        f"the policy {policy.id!r} fixes the phase {phase_id!r}, which does not exist",
                        at=at,
                        value=phase_id,
                        fix=draft.suggest(
                            phase_id, phases, otherwise="name a phase, or phase@round"
                        ),
                    )
                continue
            if mark:
                yield from _round(draft, policy.id, phase, number, at)
            yield from _instruments(draft, policy.id, phase, instruments, at)


def _round(
    draft: Draft, policy: str, phase: PhaseEntry, number: str, at: Keys
) -> Iterator[Finding]:
    rounds = phase.rounds or list(range(1, draft.rounds + 1))
    valid = number.isascii() and number.isdigit() and len(number) < 4 and int(number) in rounds
    if not valid and draft.rounds:
        yield draft.finding(
            "policy-invalid",
            f"the policy {policy!r} names round {number[:20]!r} of {phase.id!r}",
            at=at,
            value=number,
            fix=f"name a round in which the phase takes place: {', '.join(map(str, rounds))}",
        )


def _instruments(
    draft: Draft, policy: str, phase: PhaseEntry, instruments: tuple[str, ...], at: Keys
) -> Iterator[Finding]:
    menu = [*(phase.menu or ()), *(name for move in phase.moves or () for name in move.menu)]
    if not instruments:
        yield draft.finding(
            "policy-invalid",
            f"the policy {policy!r} leaves no instrument in {phase.id!r}",
            at=at,
            value=phase.id,
            fix=f"name one or more of: {', '.join(menu[:12])}",
        )
    known = frozenset(menu)
    for name in instruments:
        if name not in known:
            yield draft.finding(
                "policy-invalid",
                f"the policy {policy!r} fixes {name!r}, which is not in the menu of {phase.id!r}",
                at=at,
                value=name,
                fix=draft.suggest(name, menu, otherwise="name an instrument of that menu"),
            )


def check_forbids(draft: Draft) -> Iterator[Finding]:
    """Find policies that forbid an instrument that is not defined."""
    instruments = draft.named("instruments")
    for policy in draft.policies.values():
        for index, name in enumerate(policy.forbid):
            if name not in instruments:
                at = ("policies", policy.id, "forbid", index)
                yield draft.unknown("instrument-unknown", "instrument", name, instruments, at=at)


def check_pledges(draft: Draft) -> Iterator[Finding]:
    """Find commitments whose credibility or costs say nothing: no chance, no player, nothing that could be broken."""
    players = draft.named("players")
    for policy in draft.policies.values():
        for pledge in policy.pledges:
            for name, paid in (("cost", pledge.cost), ("broken", pledge.broken)):
                for player, _ in paid:
                    if player not in players:
                        at: Keys = ("policies", policy.id, name, player)
                        yield draft.unknown("player-unknown", "player", player, players, at=at)
            yield from _credibility(draft, policy, pledge)


def _credibility(draft: Draft, policy: Policy, pledge: Pledge) -> Iterator[Finding]:
    at: Keys = ("policies", policy.id, "credibility")
    chance = pledge.credibility
    if isinstance(chance, Constant) and not 0 <= chance.value <= 1:
        yield draft.finding(
            "probability-out-of-range",
            f"the credibility of {policy.id!r} is {chance.value:g}, which is no probability",
            at=at,
            value=f"{chance.value:g}",
            fix="write a chance from 0 to 1, or a quantity in prob",
        )
    if chance is not None and not (policy.fix or policy.forbid):
        yield draft.finding(
            "policy-invalid",
            f"the policy {policy.id!r} fixes and forbids nothing, so there is nothing that may not hold",
            at=at,
            value=policy.id,
            fix="remove `credibility:`, or say what is committed to with `fix` or `forbid`",
        )
    if chance is None and pledge.broken:
        yield draft.finding(
            "policy-invalid",
            f"the policy {policy.id!r} surely holds, so nobody pays for breaking it",
            at=("policies", policy.id, "broken"),
            value=policy.id,
            fix="give it a `credibility:` below 1, or remove `broken:`",
        )
