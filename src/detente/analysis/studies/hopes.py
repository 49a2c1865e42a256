"""Hopes: the first policy of a run solved again with the analysts' odds for everybody, on the draws of the run."""

from dataclasses import replace

from detente.analysis.records import HopesStudy
from detente.analysis.studies._study import Study
from detente.crisis.crisis import Crisis
from detente.crisis.odds import has_own_odds
from detente.engine import Engine
from detente.runs.run import Run

__all__ = ["CASES", "STUDY", "without_own_odds"]

CASES = 256
"""Draws of the run on which the game is solved again: the first of them, enough for a mean and a 5-95% range."""


def without_own_odds(crisis: Crisis) -> Crisis:
    """Return a crisis in which everybody rates chance as the analysts do."""
    instruments = {
        name: replace(
            item, chance=tuple(replace(outcome, own={}, favours="") for outcome in item.chance)
        )
        for name, item in crisis.instruments.items()
    }
    return replace(crisis, instruments=instruments, hopes={})


def _study(crisis: Crisis, results: Run) -> HopesStudy:
    cases = results.cases(CASES)
    engine = Engine(without_own_odds(crisis))
    draws = engine.draw(len(next(iter(cases.values()))), settings=cases)
    solution = engine.solve(results.policy_ids[0], draws=draws)
    return HopesStudy(attack=solution["attack"].values, settlement=solution["settlement"].values)


def _is_about(crisis: Crisis) -> bool:
    return any(has_own_odds(crisis, player) for player in crisis.players)


STUDY = Study(name="hopes", is_about=_is_about, record=HopesStudy, compute=_study)
