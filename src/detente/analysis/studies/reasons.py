"""Reasons: why the policy under which an attack is least likely works, and how much of an attack is noise of choice."""

from detente.analysis.records import OptionReasons, ReasonsStudy, TypeReasons
from detente.analysis.solving import find_policies
from detente.analysis.studies._study import Study
from detente.analysis.why import (
    Decision,
    attack_by_noise,
    compare_worth,
    explain_choice,
    find_decisions,
    find_turning_point,
)
from detente.crisis.crisis import Crisis
from detente.engine import Engine, Solution
from detente.runs.run import Run

__all__ = ["CASES", "STUDY"]

CASES = 256
"""Draws of the run on which two games are solved again: the first of them."""


def _study(crisis: Crisis, results: Run) -> ReasonsStudy:
    cases = results.cases(CASES)
    engine = Engine(crisis)
    draws = engine.draw(len(next(iter(cases.values()))), settings=cases)
    first, best = results.policy_ids[0], _best(crisis, results)
    before = engine.solve(find_policies(crisis, [first])[0], draws=draws)
    decisions: tuple[Decision, ...] = ()
    types: tuple[TypeReasons, ...] = ()
    if best:
        after = engine.solve(find_policies(crisis, [best])[0], draws=draws)
        if find_decisions(after):
            decisions = find_turning_point(after)
            types = tuple(_of_type(before, after, item) for item in decisions)
    return ReasonsStudy(
        policy=best,
        round=decisions[0].round if decisions else 0,
        phase=decisions[0].phase if decisions else "",
        player=decisions[0].player if decisions else "",
        types=types,
        attack=before["attack"].values,
        noise=attack_by_noise(before),
        rationality=draws.as_mapping()[crisis.rationality.path],
    )


def _best(crisis: Crisis, results: Run) -> str:
    """Return the policy of the file under which an attack is least likely, of those that forgo none; empty for the first."""
    first = results.policy_ids[0]
    ranked = [
        item
        for item in results.policy_ids
        if item == first or (item in crisis.policies and not results.forgone(item))
    ]
    best = min(ranked, key=lambda item: results.summary("attack", item).mean)
    return "" if best == first else best


def _of_type(before: Solution, after: Solution, decision: Decision) -> TypeReasons:
    if decision not in find_decisions(before):
        return TypeReasons(type=decision.type, options=(), opened={})
    old, new = explain_choice(before, decision), explain_choice(after, decision)
    known = {item.instrument for item in old}
    return TypeReasons(
        type=decision.type,
        options=tuple(
            OptionReasons(
                instrument=item.instrument, prob=item.prob, payoff=item.payoff, parts=item.parts
            )
            for item in compare_worth(old, new)
        ),
        opened={item.instrument: item.prob for item in new if item.instrument not in known},
    )


def _is_about(crisis: Crisis) -> bool:
    return any(item.attack for item in crisis.outcomes.values())


STUDY = Study(name="reasons", is_about=_is_about, record=ReasonsStudy, compute=_study)
