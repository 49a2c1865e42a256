"""Inputs that alone tell the cases of interest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.analysis._columns import split_columns
from detente.analysis.single_inputs import find_single_inputs

WORDS = ("v", "w", "x", "y")


def best_of_all(values, interest):
    """Return the largest difference of shares over every interval and every complement, counted one by one."""
    ends = np.unique(values)
    best = 0.0
    for low in ends:
        for high in ends[ends >= low]:
            inside = (values >= low) & (values <= high)
            best = max(best, abs(inside[interest].mean() - inside[~interest].mean()))
    return best


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=12, max_size=40))
def test_the_best_condition_on_a_number_is_found(cases):
    """Oracle: independent code: every interval and complement counted."""
    values = np.array([float(value) for value, _ in cases])
    interest = np.array([hit for _, hit in cases])
    if min(interest.sum(), (~interest).sum()) < 5 or values.min() == values.max():
        return
    (found,) = find_single_inputs(split_columns({"x": values}, values.size), interest, least=-1.0)
    index = found.hits / found.n_hits - found.misses / found.n_misses
    assert index == pytest.approx(best_of_all(values, interest))


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.booleans()), min_size=12, max_size=40))
def test_the_best_set_of_categories_is_found(cases):
    """Oracle: independent code: every set of words counted."""
    words = np.array([word for word, _ in cases])
    interest = np.array([hit for _, hit in cases])
    if min(interest.sum(), (~interest).sum()) < 5 or len(set(words)) < 2:
        return
    (found,) = find_single_inputs(split_columns({"x": words}, words.size), interest, least=-1.0)
    sets = [[word for k, word in enumerate(WORDS) if mask >> k & 1] for mask in range(16)]
    best = max(
        np.isin(words, chosen)[interest].mean() - np.isin(words, chosen)[~interest].mean()
        for chosen in sets
    )
    assert found.hits / found.n_hits - found.misses / found.n_misses == pytest.approx(best)


def test_noise_and_few_cases_are_not_warned_of():
    """Oracle: hand; an interval that catches 95% of the cases of interest and no other is no chance among 200."""
    rng = np.random.default_rng(1)
    columns = split_columns({"x": rng.random(200), "k": rng.integers(0, 3, 200).astype(str)}, 200)
    assert find_single_inputs(columns, rng.random(200) < 0.3) == ()
    few = split_columns({"x": np.arange(20.0)}, 20)
    assert find_single_inputs(few, np.arange(20) > 15) == ()


def test_an_interval_in_the_middle_and_its_outside_are_both_conditions():
    """Oracle: hand."""
    x = np.arange(100.0)
    middle = (x > 30) & (x < 60)
    (inside,) = find_single_inputs(split_columns({"x": x}, 100), middle)
    (outside,) = find_single_inputs(split_columns({"x": x}, 100), ~middle)
    for found in (inside, outside):
        assert (found.limit.low, found.limit.high) == (30.5, 59.5)
        assert (found.hits, found.misses) == (found.n_hits, 0)
    assert (inside.outside, outside.outside) == (False, True)
