"""Watching under a commitment that may not hold.

Oracle: theorem (Bayes' rule: what happens by itself, and a root grown anew, leave beliefs where they stand; a commitment that
never holds is none) and hand (who is bound uses nothing else, so a breach shows that it is not).
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.crisis.elements import Constant, Pledge
from detente.engine import Engine
from detente.testing import tiny_crisis_folder
from detente.watch.events import Event, understand
from detente.watch.watching import Watch

DRAWS = 32
ROUNDING = 1e-9


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


def with_chance(crisis, chance):
    """The crisis in which the policy ``arm`` holds with a chance, and silence tells nothing."""
    policy = crisis.policies["arm"]
    pledge = Pledge(id=policy.id, credibility=Constant(value=chance))
    policies = {**crisis.policies, "arm": replace(policy, pledges=(pledge,))}
    return replace(crisis, policies=policies, reported={})


def reading(crisis, does):
    event = Event(
        day=date(2030, 1, 20),
        actor="NOR",
        target="",
        category="",
        mode="",
        text=does,
        does=does,
        weight=1.0,
    )
    return understand([event], crisis)[0]


def chance_of_binding(watch):
    """Probability of the profiles in which the policy binds, of the root as it stands."""
    even = np.ones((len(watch.root.profile_types), len(watch.root.outcomes), DRAWS))
    sums = watch.root.sums(watch.root.of_outcome, np.ones(watch.root.n_histories), even).sum(axis=1)
    return sums[watch.root.profile_types[:, -1] == 0].sum(axis=0)


def test_before_anything_is_seen_the_watch_shows_the_solved_game(crisis):
    pledged = with_chance(crisis, 0.6)
    watch = Watch(pledged, n_draws=DRAWS, policy="arm")
    day = watch.advance([], date(2030, 1, 15))
    solved = Engine(pledged).solve("arm", draws=DRAWS)["attack"]
    assert day.attack[0] == pytest.approx(solved.mean, abs=ROUNDING)


def test_a_commitment_that_never_holds_is_watched_as_none(crisis):
    one = Watch(with_chance(crisis, 0.0), n_draws=DRAWS, policy="arm")
    two = Watch(with_chance(crisis, 0.0), n_draws=DRAWS)
    for watch in (one, two):
        watch.advance([reading(crisis, "move:wait")], date(2030, 1, 20))
    days = [watch.advance([], date(2030, 1, 21)) for watch in (one, two)]
    assert days[0].attack == pytest.approx(days[1].attack, abs=ROUNDING)


def test_a_breach_shows_that_the_pledge_does_not_bind_and_stays_known(crisis):
    watch = Watch(with_chance(crisis, 0.6), n_draws=DRAWS, policy="arm")
    watch.advance([], date(2030, 1, 15))
    np.testing.assert_allclose(chance_of_binding(watch), 0.6, atol=ROUNDING)
    breach = reading(crisis, "move:wait")
    watch.advance([breach], date(2030, 1, 20))
    # the next round starts anew once something is set from outside
    later = replace(
        reading(crisis, "state:talks=offered"),
        event=replace(breach.event, day=date(2030, 2, 20), does="state:talks=offered"),
    )
    watch.advance([later], date(2030, 2, 20))
    np.testing.assert_allclose(chance_of_binding(watch), 0.0, atol=ROUNDING)
