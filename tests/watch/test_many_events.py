"""Very many events: work in proportion to their number, and numbers that do not run out.

Oracles: the same products taken in logarithms from scratch (independent code); calls made for twice as many events.
"""

import sys
from datetime import date, timedelta

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.testing import tiny_crisis_folder
from detente.watch.diary import keep_diary
from detente.watch.events import Event, understand
from detente.watch.watching import PUBLIC, Watch

DAY = date(2030, 1, 16)
SAID = (
    ("evidence:north.revisionist=1.01", None),
    ("move:arm", 0.8),
    ("noise", None),
    ("evidence:north.revisionist=0.98", None),
    ("state:threat=firm", None),
    ("state:threat=vague", None),
)


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


def readings(crisis, number, days=1, said=SAID):
    events = [
        Event(
            day=DAY + timedelta(days=k * days // number),
            actor="NOR",
            target="",
            category="",
            mode="",
            text=f"{k}",
            does=said[k % len(said)][0],
            weight=said[k % len(said)][1],
        )
        for k in range(number)
    ]
    return understand(events, crisis)


def from_scratch(watch, seen, day):
    """Mean and draws of an attack, from all reports at once: sums of logarithms over histories."""
    root, now = watch.root, watch.round_of(day)
    logs = np.log(root.reach)
    told = set()
    for reading in seen:
        rule = reading.rule
        if rule.move:
            told.add(rule.move)
            hit = root.has(rule.move, now)
            logs += np.log(np.where(hit, rule.weight.value, 1.0 - rule.weight.value))[:, None]
        for (player, kind), number in rule.evidence.items():
            types = [item.id for item in watch.crisis.players[player].types]
            of = root.profile_types[root.profile, list(watch.crisis.players).index(player)]
            logs[of == types.index(kind)] += np.log(number.value)
    for instrument, number in watch.crisis.reported.items():
        if instrument not in told:
            reported = min(float(watch._value(number).mean()), 1.0 - 1e-9)
            logs[root.has(instrument, now)] += np.log1p(
                -reported * watch.expected(instrument, day, now)
            )
    fit = logs.max(axis=0) + np.log(np.exp(logs - logs.max(axis=0)).sum(axis=0))
    attack = np.array([bool(watch.crisis.outcomes[name].attack) for name in root.outcomes])[
        root.outcome
    ]
    weight = np.exp(fit - fit.max())
    return np.exp(logs - fit)[attack].sum(axis=0), weight / weight.sum()


@pytest.mark.parametrize("number", [3, 30, 600, 6000])
def test_the_products_are_those_of_all_reports_at_once(crisis, number):
    said = [item for item in SAID if item[0] != "noise" and "state" not in item[0]]
    seen = readings(crisis, number, said=said)
    watch = Watch(crisis, n_draws=32)
    day = watch.advance(seen, DAY)
    attack, weight = from_scratch(watch, seen, DAY)
    look = watch._look(DAY)
    np.testing.assert_allclose(look.attack, attack, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(look.relative_fit(), weight, rtol=1e-6, atol=1e-300)
    assert day.attack[0] == pytest.approx(attack.mean(), rel=1e-9)
    assert day.attack[3] == pytest.approx((attack * weight).sum(), rel=1e-6)


def test_strong_evidence_by_draw_keeps_how_well_a_draw_foresaw_it(crisis):
    """Ten thousand reports for one type: all belief goes there, and no draw ends in "cannot happen"."""
    seen = readings(crisis, 10_000, said=[("evidence:north.revisionist=1.5", None)])
    watch = Watch(crisis, n_draws=32)
    day = watch.advance(seen, DAY)
    (belief,) = [
        item
        for item in day.beliefs
        if (item.observer, item.player, item.kind) == (PUBLIC, "north", "revisionist")
    ]
    assert belief.low == pytest.approx(1.0)
    attack, weight = from_scratch(watch, seen, DAY)
    np.testing.assert_allclose(watch._look(DAY).relative_fit(), weight, rtol=1e-6)
    np.testing.assert_allclose(watch._look(DAY).attack, attack, rtol=1e-9)


def test_a_state_that_comes_back_has_the_game_it_had(crisis):
    """A watch that learns all at once, in the state that stands at the end, believes the same."""
    solved = []

    def count(key, solve):
        solved.append(key)
        return solve()

    watch = Watch(crisis, n_draws=32, solved=count)
    there_and_back = watch.advance(readings(crisis, 240), DAY)
    assert len(solved) == 3
    last = [item for item in readings(crisis, 240) if item.kind != "state"]
    other = Watch(crisis, n_draws=32)
    other.take(readings(crisis, 1, said=[("state:threat=firm", None)]), DAY)
    other.take(readings(crisis, 1, said=[("state:threat=vague", None)]), DAY)
    at_once = other.advance(last, DAY)
    assert there_and_back.attack == pytest.approx(at_once.attack, rel=1e-9)
    assert there_and_back.state == at_once.state


@pytest.mark.parametrize("days", [1, 25])
def test_twice_as_many_events_are_twice_the_work(crisis, tmp_path, days):
    """Oracle: theorem; each event asks for the same calls. How long they take is measured in the benchmarks."""

    def calls(number):
        seen, made = readings(crisis, number, days), [0]

        def count(_frame, event, _what):
            made[0] += event in {"call", "c_call"}

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            keep_diary(crisis, seen, folder=tmp_path / str(number), n_draws=4)
        finally:
            sys.setprofile(before)
        return made[0]

    few, twice, more = calls(200), calls(400), calls(800)
    assert more - twice <= 2.2 * (twice - few)


def test_progress_counts_days_and_events(crisis, tmp_path):
    told = []
    seen = readings(crisis, 60, 3)
    keep_diary(crisis, seen, folder=tmp_path, n_draws=16, progress=lambda *now: told.append(now))
    assert told[-1] == (64, 64)  # the 15th to the 18th, and 60 events
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 60
    told.clear()
    keep_diary(crisis, seen, folder=tmp_path, n_draws=16, progress=lambda *now: told.append(now))
    assert told[-1] == (64, 64)
