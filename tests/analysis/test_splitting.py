"""The split of a change: efficiency, symmetry, dummy, additivity, and hand-made values."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.analysis.splitting import split_change
from detente.errors import UsageError
from detente.testing.profiles import examples


def make_game(seed, count):
    """A function of sets with a random value for each."""
    table = np.random.default_rng(seed).normal(size=2**count)
    return lambda after: table[after @ (1 << np.arange(count))]


def parts_of(split):
    return {part.name: part.part for part in split.parts}


@examples(25)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 5))
def test_the_exact_split_is_the_mean_over_all_orders(seed, count):
    # oracle theorem: Shapley's definition, by enumeration
    game = make_game(seed, count)
    names = [f"x{k}" for k in range(count)]
    split = split_change(game, names)
    expected = np.zeros(count)
    orders = list(permutations(range(count)))
    for order in orders:
        mask = np.zeros((1, count), dtype=bool)
        before = game(mask)[0]
        for number in order:
            mask[0, number] = True
            expected[number] += game(mask)[0] - before
            before = game(mask)[0]
    found = parts_of(split)
    assert [found[name] for name in names] == pytest.approx(expected / len(orders), abs=1e-12)
    assert sum(found.values()) == pytest.approx(split.after - split.before, abs=1e-12)
    assert split.exact
    assert split.n_evaluated == 2**count


def test_what_does_nothing_gets_nothing_and_twins_get_the_same():
    # oracle theorem: dummy and symmetry
    split = split_change(lambda m: 1.0 * (m[:, 0] & m[:, 1]) + 0.0 * m[:, 2], ["a", "b", "idle"])
    assert parts_of(split) == pytest.approx({"a": 0.5, "b": 0.5, "idle": 0.0})
    assert {part.name: (part.alone, part.last) for part in split.parts}["a"] == (0.0, 1.0)


def test_sampled_parts_add_up_and_lie_within_their_errors():
    # oracle theorem: efficiency holds for every order; the exact split is the truth
    game = make_game(3, 8)
    names = [f"x{k}" for k in range(8)]
    exact = parts_of(split_change(game, names))
    split = split_change(game, names, exact_up_to=4, n_orders=400)
    assert not split.exact
    assert sum(parts_of(split).values()) == pytest.approx(split.after - split.before, abs=1e-10)
    off = [abs(part.part - exact[part.name]) / part.error for part in split.parts]
    assert max(off) < 4.0
    assert np.mean(np.square(off)) == pytest.approx(1.0, abs=1.0)


def test_many_additive_inputs_are_split_without_error():
    # oracle theorem: in an additive game every order gives the same
    weights = np.arange(40.0)
    split = split_change(lambda m: m @ weights, [str(k) for k in range(40)], n_orders=4)
    assert [part.part for part in split.parts] == pytest.approx(weights[::-1])
    assert max(part.error for part in split.parts) == pytest.approx(0.0, abs=1e-9)


def test_a_set_is_evaluated_once():
    calls = []

    def function(masks):
        calls.append(masks)
        return masks.sum(axis=1)

    split_change(function, ["a", "b", "c"])
    assert len(calls) == 1
    assert len(np.unique(calls[0], axis=0)) == len(calls[0]) == 8


@pytest.mark.parametrize(
    ("function", "names", "fix"),
    [(lambda m: m[:, 0], [], "name one"), (lambda _: [1.0], ["a"], "each row")],
)
def test_splits_that_cannot_be_are_refused(function, names, fix):
    with pytest.raises(UsageError) as caught:
        split_change(function, names)
    assert caught.value.code == "option-invalid"
    assert fix in caught.value.fix
