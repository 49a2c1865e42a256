"""Watching: Bayes' rule over complete histories, against hand, theorems and a slow walk over the tree."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.crisis.elements import Constant
from detente.errors import UsageError
from detente.runs import run_ensemble
from detente.testing import tiny_crisis_folder
from detente.watch.events import Event, understand
from detente.watch.watching import Watch

DRAWS = 64
ROUNDING = 1e-9


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


def silent(crisis):
    """Return the crisis with nothing that silence could tell."""
    return replace(crisis, reported={})


def reading(crisis, does, day=date(2030, 1, 20), weight=1.0):
    event = Event(
        day=day, actor="NOR", target="", category="", mode="", text=does, does=does, weight=weight
    )
    return understand([event], crisis)[0]


def belief(day, player, kind, observer="public"):
    (found,) = [
        item
        for item in day.beliefs
        if (item.observer, item.player, item.kind) == (observer, player, kind)
    ]
    return found.mean


def histories(watch):
    """Every history as (draw-wise probability, profile, outcome, moves): a slow walk from each end up to the root.

    A move is (round, instrument). Shares nothing with the filter but the tree and the solution.
    """
    tree = watch.root.tree
    found = []
    for place, node in enumerate(tree.terminal_node):
        moves, here = [], int(node)
        while here:
            above = int(tree.parent[here])
            if tree.player[above] >= 0:
                group = int(tree.info_set[above])
                action = int(tree.action_offset[group]) + here - int(tree.first_child[above])
                moves.append((int(tree.info_set_round[group]), tree.action_label[action]))
            here = above
        profile = tuple(tree.class_types[tree.payoff_class[place]])
        found.append((watch.root.reach[place], profile, tree.outcomes[tree.outcome[place]], moves))
    return found


def test_without_events_it_says_what_the_ensemble_says(
    crisis, tmp_path
):  # oracle: the other path of code
    watch = Watch(silent(crisis), n_draws=DRAWS)
    day = watch.advance([], date(2030, 1, 15))
    results = run_ensemble(crisis, folder=tmp_path / "run", policies=["free"], n_draws=DRAWS)
    for name, row in day.outcomes.items():
        values = results.values(f"outcome/{name}", "free")
        assert row[0] == pytest.approx(values.mean(), abs=1e-7)
        assert row[1] == pytest.approx(np.quantile(values, 0.05), abs=1e-7)


def test_evidence_multiplies_the_odds(crisis):  # oracle: hand
    watch = Watch(silent(crisis), n_draws=DRAWS)
    prior = watch.values["prior.revisionist"]
    day = watch.advance([reading(crisis, "evidence:north.revisionist=3")], date(2030, 1, 20))
    expected = (3 * prior / (3 * prior + 1 - prior)).mean()
    assert belief(day, "north", "revisionist") == pytest.approx(expected, abs=ROUNDING)
    assert belief(day, "west", "resolute") == pytest.approx(
        watch.values["prior.resolute"].mean(), abs=ROUNDING
    )


def test_evidence_of_one_tells_nothing(
    crisis,
):  # theorem: a likelihood that is the same for all types
    watch = Watch(crisis, n_draws=DRAWS)
    day = watch.advance([reading(crisis, "evidence:north.revisionist=1")], date(2030, 1, 20))
    assert day.effects[0].attack == pytest.approx(0.0, abs=ROUNDING)


@pytest.mark.parametrize("weight", [1.0, 0.8, 0.5, 0.1])
def test_a_report_weighs_histories_as_a_slow_walk_does(crisis, weight):  # oracle: independent code
    crisis = silent(crisis)
    watch = Watch(crisis, n_draws=DRAWS)
    day = watch.advance([reading(crisis, "move:arm", weight=weight)], date(2030, 1, 20))
    total, attack, resolute = (np.zeros(DRAWS) for _ in range(3))
    for prob, profile, outcome, moves in histories(watch):
        share = prob * (weight if (1, "arm") in moves else 1 - weight)
        total += share
        attack += share * bool(crisis.outcomes[outcome].attack)
        resolute += share * (profile[1] == 0)
    assert day.attack[0] == pytest.approx((attack / total).mean(), abs=ROUNDING)
    assert belief(day, "west", "resolute") == pytest.approx((resolute / total).mean(), abs=ROUNDING)


def test_a_report_as_likely_right_as_wrong_tells_nothing(crisis):  # theorem
    watch = Watch(silent(crisis), n_draws=DRAWS)
    day = watch.advance([reading(crisis, "move:arm", weight=0.5)], date(2030, 1, 20))
    assert day.effects[0].attack == pytest.approx(0.0, abs=ROUNDING)


def test_contradictory_reports_of_the_same_weight_cancel(crisis):  # hand: w (1-w) for every history
    watch = Watch(silent(crisis), n_draws=DRAWS)
    start = watch.advance([], date(2030, 1, 19))
    both = [reading(crisis, "move:arm", weight=0.9), reading(crisis, "move:arm", weight=0.1)]
    day = watch.advance(both, date(2030, 1, 20))
    assert day.attack[0] == pytest.approx(start.attack[0], abs=ROUNDING)


def test_order_within_a_day_does_not_matter_to_its_end(crisis):  # theorem: products commute
    items = [
        reading(crisis, "move:arm", weight=0.9),
        reading(crisis, "evidence:north.revisionist=2"),
        reading(crisis, "evidence:west.resolute=1.5"),
    ]
    ends = [
        Watch(crisis, n_draws=DRAWS).advance(order, date(2030, 1, 20)).attack
        for order in (items, items[::-1])
    ]
    assert ends[0] == pytest.approx(ends[1], abs=ROUNDING)


def test_effects_of_a_day_add_up(crisis):
    watch = Watch(crisis, n_draws=DRAWS)
    before = watch.advance([], date(2030, 1, 19)).attack[0]
    items = [reading(crisis, "move:arm"), reading(crisis, "evidence:north.revisionist=2")]
    day = watch.advance(items, date(2030, 1, 20))
    change = day.quiet_attack + sum(item.attack for item in day.effects)
    assert day.attack[0] == pytest.approx(before + change, abs=ROUNDING)


def test_silence_lowers_what_would_be_reported(crisis):  # oracle: independent code
    crisis = replace(crisis, reported={"invade": Constant(value=0.9)}, timing={})
    watch = Watch(crisis, n_draws=DRAWS)
    day = watch.advance([], date(2030, 1, 30))
    part = 15 / 30  # hand: 16 to 30 January of 16 January to 14 February; 15 January is the cut-off
    total, attack = np.zeros(DRAWS), np.zeros(DRAWS)
    for prob, _, outcome, moves in histories(watch):
        share = prob * (1 - 0.9 * part if (1, "invade") in moves else 1)
        total += share
        attack += share * bool(crisis.outcomes[outcome].attack)
    assert day.attack[0] == pytest.approx((attack / total).mean(), abs=ROUNDING)


def test_days_without_an_attack_make_one_less_likely(crisis):
    watch = Watch(crisis, n_draws=DRAWS)
    path = [watch.advance([], date(2030, 1, day)).attack[0] for day in (15, 20, 25, 30)]
    assert all(later < earlier for earlier, later in pairwise(path))


def test_what_looks_like_another_move_stays_possible(crisis):
    crisis = silent(crisis)
    watch = Watch(crisis, n_draws=DRAWS)
    day = watch.advance([reading(crisis, "move:hold")], date(2030, 1, 20))
    assert day.outcomes["pressure"][0] > 0.0  # subversion looks like holding and talking
    insider = belief(day, "north", "revisionist", observer="mid")
    assert insider != pytest.approx(belief(day, "north", "revisionist"), abs=1e-6)


def test_a_chance_outcome_can_be_reported(crisis):
    crisis = silent(crisis)
    watch = Watch(crisis, n_draws=DRAWS)
    day = watch.advance([reading(crisis, "move:invade/won")], date(2030, 1, 20))
    assert day.outcomes["war"][0] == pytest.approx(1.0)
    won = watch.root.has("invade", 1, "won")
    lost = watch.root.has("invade", 1, "lost")
    assert not (won & lost).any()
    assert ((won | lost) == watch.root.has("invade", 1)).all()


def test_setting_what_already_holds_changes_nothing(crisis):
    watch = Watch(crisis, n_draws=DRAWS)
    root = watch.root
    day = watch.advance([reading(crisis, "state:threat=vague")], date(2030, 1, 20))
    assert not day.new_root
    assert watch.root is root


def test_what_is_set_from_outside_starts_the_game_anew(crisis):  # oracle: the other path of code
    changed = silent(crisis)
    watch = Watch(changed, n_draws=DRAWS)
    day = watch.advance([reading(crisis, "state:posture=armed")], date(2030, 1, 20))
    state = dict(changed.state) | {"posture": replace(changed.state["posture"], initial="armed")}
    other = Watch(replace(changed, state=state), n_draws=DRAWS).advance([], date(2030, 1, 20))
    assert day.new_root
    assert day.attack == pytest.approx(other.attack, abs=1e-7)


def test_a_new_root_takes_beliefs_along_and_starts_in_its_round(crisis):
    watch = Watch(silent(crisis), n_draws=DRAWS)
    watch.advance([reading(crisis, "evidence:north.revisionist=4")], date(2030, 1, 20))
    before = watch.advance([], date(2030, 2, 15))
    day = watch.advance([reading(crisis, "state:threat=firm")], date(2030, 2, 16))
    assert watch.root.first_round == 2
    assert belief(day, "north", "revisionist") == pytest.approx(
        belief(before, "north", "revisionist"), abs=1e-7
    )


def test_moves_of_earlier_rounds_stand_in_the_state_of_a_new_root(crisis):
    watch = Watch(silent(crisis), n_draws=DRAWS)
    watch.advance([reading(crisis, "move:arm")], date(2030, 1, 20))
    day = watch.advance([reading(crisis, "state:threat=firm")], date(2030, 2, 16))
    assert day.state["posture"] == "armed"
    assert day.state["threat"] == "firm"


def test_what_cannot_happen_is_refused_with_a_way_out(crisis):
    watch = Watch(crisis, n_draws=DRAWS)
    with pytest.raises(UsageError) as caught:
        watch.advance(
            [reading(crisis, "move:shut"), reading(crisis, "move:withdraw")], date(2030, 1, 20)
        )
    assert caught.value.code == "input-invalid"
    assert "weight" in caught.value.fix


def test_the_most_telling_observation_is_named(
    crisis,
):  # hand: information of the joint distribution
    crisis = silent(crisis)
    watch = Watch(crisis, n_draws=DRAWS)
    day = watch.advance([], date(2030, 1, 15))
    bits = [item.bits for item in day.signals]
    assert bits == sorted(bits, reverse=True)
    assert bits[0] > 0.0
    first = day.signals[0]
    mean = first.prob * first.attack_if + (1 - first.prob) * first.attack_if_not
    assert mean == pytest.approx(day.attack[0], abs=0.05)


def test_a_crisis_without_a_calendar_cannot_be_watched(crisis):
    with pytest.raises(UsageError, match="calendar"):
        Watch(replace(crisis, calendar=()), n_draws=DRAWS)
