"""What silence tells: a hazard for each phase, days of a round, and days on which nothing is expected."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.crisis import examine_folder, load_crisis
from detente.crisis.elements import Constant, QuantityOf
from detente.testing import template_document, tiny_crisis_folder, write_document
from detente.testing.profiles import examples
from detente.watch.events import Event, understand
from detente.watch.watching import Watch

DRAWS = 16
SUMS = 1e-12
LATE = Constant(value=400.0)
"""An exponent so large that nothing is expected before the last day of a round of a month: (29/30)^400 is 1.3e-6, (15/30)^400 nothing."""


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


@pytest.fixture(scope="module")
def watch(crisis):
    return Watch(crisis, n_draws=DRAWS)


def with_timing(watch, timing, reported=None):
    """Return the watch at its start, under another timing: the solved game does not depend on it."""
    watch.crisis = replace(
        watch.crisis,
        timing=timing,
        reported=watch.crisis.reported if reported is None else reported,
    )
    watch._silences.clear()
    return watch


def days_of(crisis, round_number):
    first = [*crisis.calendar, crisis.watched_until + timedelta(days=1)]
    start = max(first[round_number - 1], crisis.as_of + timedelta(days=1))
    return [start + timedelta(days=k) for k in range((first[round_number] - start).days)]


exponents = st.floats(min_value=0.2, max_value=30.0)


@examples(40)
@given(exponent=exponents, round_number=st.integers(1, 2))
def test_the_parts_of_the_days_sum_to_the_round(watch, exponent, round_number):
    """Theorem: a distribution function that starts at zero and ends at one."""
    here = with_timing(watch, {"move": Constant(value=exponent)})
    days = days_of(here.crisis, round_number)
    before = here.expected("invade", days[0] - timedelta(days=1), round_number)
    reached = [before, *(here.expected("invade", day, round_number) for day in days)]
    parts = np.diff(reached)
    assert reached[0] == 0.0
    assert (parts >= 0.0).all()
    assert parts.sum() == pytest.approx(1.0, abs=SUMS)


def test_an_exponent_of_one_expects_the_same_of_every_day_and_a_larger_one_more_of_later_days(
    watch,
):
    """Oracle: hand, 1/30 a day; 2: the k-th day has (2k - 1)/900."""
    days = days_of(watch.crisis, 1)
    assert len(days) == 30
    for exponent, part in ((1.0, lambda _k: 1 / 30), (2.0, lambda k: (2 * k - 1) / 900)):
        here = with_timing(watch, {"move": Constant(value=exponent)})
        reached = [0.0, *(here.expected("invade", day, 1) for day in days)]
        for k, (one, two) in enumerate(pairwise(reached), 1):
            assert two - one == pytest.approx(part(k), abs=SUMS)


def test_an_uncertain_exponent_enters_with_the_mean_of_what_is_expected(watch):
    """Oracle: hand, the mean over draws of the part passed to the power of each draw's exponent."""
    here = with_timing(watch, {"move": QuantityOf(path="weight.revisionist")})
    expected = (0.5 ** here.values["weight.revisionist"]).mean()
    assert here.expected("invade", date(2030, 1, 30), 1) == pytest.approx(expected, abs=SUMS)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 3.0])
def test_daily_hazards_one_by_one_give_the_same_as_the_days_together(watch, exponent):
    """Oracle: hand; each quiet day multiplies by one less the hazard of a report on that day, given none before."""
    here = with_timing(
        watch, {"move": Constant(value=exponent)}, reported={"invade": Constant(value=0.9)}
    )
    day = date(2030, 2, 4)
    n_days, survival, gone = 30, 1.0, 0.0
    for k in range(1, 21):
        part = (k / n_days) ** exponent - ((k - 1) / n_days) ** exponent
        survival *= 1.0 - 0.9 * part / (1.0 - 0.9 * gone)
        gone += part
    hit = here.root.has("invade", 1)
    attack = np.array([bool(here.crisis.outcomes[name].attack) for name in here.root.outcomes])
    weighed = here.root.reach * np.where(hit, survival, 1.0)[:, None]
    expected = weighed[attack[here.root.outcome]].sum(axis=0) / weighed.sum(axis=0)
    np.testing.assert_allclose(here._look(day).attack, expected, atol=SUMS)


@examples(30)
@given(exponent=exponents, back=st.integers(0, 200))
def test_silence_before_the_first_possible_day_changes_nothing(watch, exponent, back):
    """Theorem: nothing is expected up to the cut-off, so silence there has probability one in every history."""
    here = with_timing(watch, {"move": Constant(value=exponent)})
    look = here._look(here.crisis.as_of - timedelta(days=back))
    total = here.root.sums_of_outcomes(
        np.ones(here.root.n_histories),
        np.ones((len(here.root.profile_types), len(here.root.outcomes), DRAWS)),
    ).sum(axis=0)
    np.testing.assert_allclose(look.outcomes, total / total.sum(axis=0), atol=SUMS)


@examples(30)
@given(number=st.integers(1, 15))
def test_a_quiet_day_on_which_nothing_is_expected_changes_nothing(watch, number):
    """Theorem: a factor of one; with so late a timing nothing is expected in the first half of the round."""
    phases = [phase.id for phase in watch.crisis.phases]
    here = with_timing(watch, dict.fromkeys(phases, LATE))
    days = days_of(here.crisis, 1)
    assert here.expected("invade", days[number - 1], 1) < SUMS
    one, two = (here._look(day) for day in (here.crisis.as_of, days[number - 1]))
    np.testing.assert_allclose(one.outcomes, two.outcomes, atol=SUMS)
    for name, row in one.types.items():
        np.testing.assert_allclose(row, two.types[name], atol=SUMS)


def test_a_whole_quiet_round_tells_the_same_whatever_its_timing(watch):
    """Theorem: at its end all of the chance was expected."""
    ends = []
    for exponent in (0.5, 1.0, 4.0):
        here = with_timing(watch, {"move": Constant(value=exponent)})
        ends.append(here._look(days_of(here.crisis, 1)[-1]).attack)
    np.testing.assert_allclose(ends[0], ends[1], atol=SUMS)
    np.testing.assert_allclose(ends[2], ends[1], atol=SUMS)


def noise(crisis, day):
    event = Event(
        day=day, actor="NOR", target="", category="", mode="", text="talk", does="noise: words"
    )
    return understand([event], crisis)[0]


@examples(15)
@given(noisy=st.sets(st.integers(0, 20), max_size=8), skipped=st.sets(st.integers(0, 19)))
def test_order_of_quiet_days_and_of_events_that_bear_on_nothing_does_not_matter(
    watch, noisy, skipped
):
    """Theorem: the end depends on what was reported by then, and nothing was."""
    here = with_timing(watch, {"move": Constant(value=2.0)})
    days = [date(2030, 1, 15) + timedelta(days=k) for k in range(21)]
    plain = here._look(days[-1])
    for place, day in enumerate(days):
        if place not in skipped:
            here.advance([noise(here.crisis, day)] if place in noisy else [], day)
    np.testing.assert_array_equal(here._look(days[-1]).outcomes, plain.outcomes)


@pytest.mark.parametrize(
    ("timing", "code", "at"),
    [
        ({"siege": 1.0}, "key-unknown", "timing.siege"),
        ({"move": 0.0}, "value-out-of-range", "timing.move"),
        ({"move": "no.such"}, "quantity-unknown", "timing.move"),
        ({"move": "contest.advantage"}, "value-out-of-range", "timing.move"),
    ],
)
def test_a_timing_that_cannot_be_is_refused_with_its_place(tmp_path, timing, code, at):
    """Oracle: hand; an exponent that may fall below zero is none."""
    folder = tiny_crisis_folder(tmp_path)
    write_document(folder, template_document() | {"timing": timing})
    findings, _ = examine_folder(folder)
    found = [item for item in findings if item.code == code]
    assert [item.path for item in found] == [at]
    assert found[0].fix
