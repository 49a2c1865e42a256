"""Draws of quantities: keyed, prefix-stable, stratified, with the declared marginals and correlations."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import kstest, norm, rankdata, triang

from detente.crisis import load_crisis
from detente.crisis.elements import Distribution, Quantity
from detente.engine.drawing import MAX_DRAWS, draw_quantities, keyed_uniforms
from detente.errors import UsageError
from detente.testing import tiny_crisis_folder


def make_quantity(path, family="uniform", parameters=(0.0, 1.0), group=""):
    return Quantity(
        path=path,
        label=path,
        distribution=Distribution(family=family, parameters=parameters),
        unit="number",
        as_of=date(2030, 1, 1),
        sources=("judgement",),
        grade="estimate",
        group=group,
    )


def make_crisis(*quantities, correlations=None):
    """Only what drawing reads of a crisis."""
    return SimpleNamespace(
        quantities={item.path: item for item in quantities}, correlations=correlations or {}
    )


FOUR = (
    make_quantity("d.cost", "triangular", (10.0, 20.0, 60.0)),
    make_quantity("a.share", "beta", (2.0, 5.0, 0.0, 1.0)),
    make_quantity("c.fixed", "fixed", (7.0,)),
    make_quantity("b.gain", "normal", (3.0, 2.0)),
)


def test_first_draws_do_not_depend_on_how_many_follow():
    # oracle by theorem (the requirement itself), bit by bit
    crisis = make_crisis(*FOUR)
    few = draw_quantities(crisis, 50, seed=3).values
    many = draw_quantities(crisis, 700, seed=3).values
    np.testing.assert_array_equal(few, many[:, :50])


def test_chunks_join_to_the_whole():
    # oracle: theorem, bit by bit
    crisis = make_crisis(*FOUR)
    whole = draw_quantities(crisis, 192, seed=3).values
    parts = [draw_quantities(crisis, 64, seed=3, first=start).values for start in (0, 64, 128)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_seeds_and_quantities_have_streams_of_their_own():
    crisis = make_crisis(*FOUR, make_quantity("e.cost", "triangular", (10.0, 20.0, 60.0)))
    one, two = (draw_quantities(crisis, 64, seed=seed) for seed in (1, 2))
    assert one.n_draws == 64
    assert one.paths == ("a.share", "b.gain", "c.fixed", "d.cost", "e.cost")
    uncertain = [0, 1, 3, 4]
    assert not np.isclose(one.values[uncertain], two.values[uncertain]).any(axis=1).all()
    assert not np.array_equal(one.as_mapping()["d.cost"], one.as_mapping()["e.cost"])


def test_fixed_quantities_are_constant():
    values = draw_quantities(make_crisis(*FOUR), 10, seed=1).as_mapping()
    assert set(values["c.fixed"]) == {7.0}


@pytest.mark.parametrize(
    "changed",
    [
        make_quantity("b.gain", "fixed", (1.0,)),
        make_quantity("b.gain", "uniform", (0.0, 9.0)),
    ],
)
def test_overriding_one_quantity_leaves_the_others_alone(changed):
    # oracle: theorem, bit by bit: what `--set` relies on
    before = draw_quantities(make_crisis(*FOUR), 64, seed=5).as_mapping()
    others = [item for item in FOUR if item.path != "b.gain"]
    after = draw_quantities(make_crisis(changed, *others), 64, seed=5).as_mapping()
    for path in ("a.share", "c.fixed", "d.cost"):
        np.testing.assert_array_equal(before[path], after[path])


def test_adding_or_removing_a_quantity_leaves_the_others_alone():
    before = draw_quantities(make_crisis(*FOUR), 64, seed=5).as_mapping()
    after = draw_quantities(make_crisis(FOUR[0], make_quantity("aa.new")), 64, seed=5).as_mapping()
    np.testing.assert_array_equal(before["d.cost"], after["d.cost"])


@pytest.mark.parametrize("n_draws", [64, 256, 1024])
def test_every_stream_is_stratified_in_blocks_of_powers_of_two(n_draws):
    # oracle by theorem: nested uniform permutations keep one point in each of 2**m bins (Owen 1998)
    names = [f"q{number}" for number in range(50)]
    for first in (0, n_draws, 5 * n_draws):
        u = keyed_uniforms(names, seed=11, first=first, n_draws=n_draws)
        bins = np.sort((u * n_draws).astype(int), axis=1)
        np.testing.assert_array_equal(bins, np.tile(np.arange(n_draws), (50, 1)))


def test_streams_look_independent():
    # oracle by theorem: correlations of 1,225 pairs of independent streams have mean 0 and spread 1/sqrt(n)
    names = [f"q{number}" for number in range(50)]
    for n_draws in (64, 1024):
        u = keyed_uniforms(names, seed=2, n_draws=n_draws)
        pairs = np.corrcoef(u)[np.triu_indices(50, 1)]
        assert abs(pairs.mean()) < 5 / np.sqrt(n_draws * pairs.size)
        assert np.sqrt((pairs**2).mean()) == pytest.approx(1 / np.sqrt(n_draws), rel=0.06)
        assert abs(pairs).max() < 5 / np.sqrt(n_draws)


def test_numbers_stay_strictly_between_zero_and_one():
    u = keyed_uniforms(["q"], seed=1, n_draws=100_000)
    assert u.min() > 0.0
    assert u.max() < 1.0


@pytest.mark.parametrize(
    ("path", "law"),
    [
        ("d.cost", triang(c=0.2, loc=10.0, scale=50.0)),
        ("b.gain", norm(loc=3.0, scale=2.0)),
    ],
)
def test_marginals_are_the_declared_ones(path, law):
    # oracle by independent code (scipy.stats); stratified points lie within 1/n of the distribution function
    values = draw_quantities(make_crisis(*FOUR), 1024, seed=8).as_mapping()[path]
    assert kstest(values, law.cdf).statistic <= 1 / 1024 + 1e-12


@pytest.mark.parametrize("rho", [0.8, 0.3, -0.3])
def test_groups_have_the_declared_correlation_of_normal_scores(rho):
    # oracle by theorem: a sample correlation of n draws has standard error (1 - rho^2) / sqrt(n)
    members = [make_quantity(f"q{number}", group="g") for number in range(3)]
    crisis = make_crisis(*members, make_quantity("lone"), correlations={"g": rho})
    values = draw_quantities(crisis, 4096, seed=4).as_mapping()
    scores = norm.ppf(np.array([values[item.path] for item in members]))
    found = np.corrcoef(scores)[np.triu_indices(3, 1)]
    np.testing.assert_allclose(found, rho, atol=4 / np.sqrt(4096))
    lone = [np.corrcoef(values["lone"], values["q0"])[0, 1]]
    np.testing.assert_allclose(lone, 0.0, atol=4 / np.sqrt(4096))
    assert kstest(values["q1"], "uniform").pvalue > 1e-4


def test_a_member_of_a_group_does_not_depend_on_the_others():
    pair = [make_quantity("x", group="g"), make_quantity("y", group="g")]
    changed = [pair[0], make_quantity("y", "fixed", (1.0,), group="g")]
    before = draw_quantities(make_crisis(*pair, correlations={"g": 0.6}), 64, seed=1)
    after = draw_quantities(make_crisis(*changed, correlations={"g": 0.6}), 64, seed=1)
    np.testing.assert_array_equal(before.as_mapping()["x"], after.as_mapping()["x"])


def test_full_correlation_gives_equal_ranks():
    pair = [make_quantity("x", group="g"), make_quantity("y", "normal", (0.0, 1.0), group="g")]
    values = draw_quantities(make_crisis(*pair, correlations={"g": 1.0}), 64, seed=1).values
    np.testing.assert_array_equal(rankdata(values[0]), rankdata(values[1]))


@pytest.mark.parametrize(("n_draws", "seed"), [(0, 1), (-3, 1), (MAX_DRAWS + 1, 1), (10, -1)])
def test_impossible_requests_are_refused(n_draws, seed):
    with pytest.raises(UsageError) as caught:
        draw_quantities(make_crisis(*FOUR), n_draws, seed=seed)
    assert caught.value.code == "option-invalid"
    assert caught.value.fix


def test_a_quantity_that_was_not_drawn_is_named(tmp_path):
    """Oracle: hand."""
    crisis = load_crisis(tiny_crisis_folder(tmp_path))
    draws = draw_quantities(crisis, 4, seed=1)
    assert [draws.row(path) for path in draws.paths] == list(range(len(draws.paths)))
    with pytest.raises(UsageError, match="nowhere") as caught:
        draws.row("nowhere")
    assert caught.value.code == "quantity-unknown"
    assert caught.value.fix
