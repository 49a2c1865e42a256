"""Designs: marginals, stratification, balance, correlation, keys; modes that are kept apart."""

from datetime import date
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import chisquare, kstest, norm, qmc, spearmanr, triang

from detente.crisis.elements import Distribution, Quantity
from detente.engine.designs import (
    Design,
    check_size,
    explored_distribution,
    latin_uniforms,
    random_uniforms,
    sobol_uniforms,
)
from detente.engine.drawing import draw_quantities
from detente.errors import UsageError

NAMES = [f"q{number}" for number in range(12)]


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
SPREAD = ("streams", "sobol", "lhs", "monte-carlo")


@pytest.mark.parametrize("name", SPREAD)
def test_a_stretch_of_draws_is_the_same_made_alone(name):
    # oracle by theorem (the requirement itself), bit by bit: what makes a shard a pure function of its number
    crisis, design = make_crisis(*FOUR), Design(name=name)
    whole = draw_quantities(crisis, 256, seed=3, design=design, total=256).values
    for first, n_draws in ((0, 64), (64, 128), (100, 7), (255, 1)):
        part = draw_quantities(crisis, n_draws, seed=3, first=first, design=design, total=256)
        np.testing.assert_array_equal(part.values, whole[:, first : first + n_draws])


@pytest.mark.parametrize("name", SPREAD)
def test_only_the_latin_hypercube_depends_on_the_number_of_draws(name):
    crisis, design = make_crisis(*FOUR), Design(name=name)
    short = draw_quantities(crisis, 64, seed=3, design=design, total=64).values
    longer = draw_quantities(crisis, 64, seed=3, design=design, total=128).values
    assert np.array_equal(short, longer) == design.is_extensible == (name != "lhs")


@pytest.mark.parametrize("name", SPREAD)
def test_seeds_and_quantities_differ(name):
    crisis, design = (
        make_crisis(*FOUR, make_quantity("e", "beta", (2.0, 5.0, 0.0, 1.0))),
        Design(name=name),
    )
    one, two = (draw_quantities(crisis, 64, seed=seed, design=design) for seed in (1, 2))
    again = draw_quantities(crisis, 64, seed=1, design=design)
    np.testing.assert_array_equal(one.values, again.values)
    assert not np.isclose(one.as_mapping()["d.cost"], two.as_mapping()["d.cost"]).all()
    assert not np.isclose(one.as_mapping()["a.share"], one.as_mapping()["e"]).any()


@pytest.mark.parametrize("name", ["streams", "lhs", "monte-carlo"])
def test_overriding_one_quantity_leaves_the_others_alone(name):
    # oracle by theorem, bit by bit
    before = draw_quantities(make_crisis(*FOUR), 64, seed=5, design=Design(name=name)).as_mapping()
    changed = make_crisis(*[item for item in FOUR if item.path != "a.share"])
    after = draw_quantities(changed, 64, seed=5, design=Design(name=name)).as_mapping()
    np.testing.assert_array_equal(before["d.cost"], after["d.cost"])


@pytest.mark.parametrize("name", SPREAD)
@pytest.mark.parametrize(
    ("path", "law"),
    [("d.cost", triang(c=0.2, loc=10.0, scale=50.0)), ("b.gain", norm(loc=3.0, scale=2.0))],
)
def test_marginals_are_the_declared_ones(name, path, law):
    # oracle by independent code (scipy.stats)
    values = draw_quantities(make_crisis(*FOUR), 4096, seed=8, design=Design(name=name))
    assert kstest(values.as_mapping()[path], law.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", SPREAD)
@pytest.mark.parametrize("rho", [0.8, -0.3])
def test_correlation_groups_hold_under_every_design(name, rho):
    # oracle by theorem: a sample correlation of n draws has standard error (1 - rho^2) / sqrt(n); Spearman's rank
    # correlation of a Gaussian copula is 6/pi arcsin(rho/2)
    members = [
        make_quantity(f"q{number}", "beta", (2.0, 3.0, 0.0, 1.0), group="g") for number in range(3)
    ]
    crisis = make_crisis(*members, make_quantity("lone"), correlations={"g": rho})
    values = draw_quantities(crisis, 4096, seed=4, design=Design(name=name)).as_mapping()
    found = spearmanr(np.array([values[path] for path in ("q0", "q1", "q2", "lone")]).T).statistic
    expected = 6 / np.pi * np.arcsin(rho / 2)
    np.testing.assert_allclose(found[:3, :3][np.triu_indices(3, 1)], expected, atol=5 / 64)
    np.testing.assert_allclose(found[3, :3], 0.0, atol=5 / 64)


@pytest.mark.parametrize("total", [1, 2, 7, 64, 1000, 4097])
def test_a_latin_hypercube_has_one_draw_in_each_part_of_the_range(total):
    # oracle by theorem (McKay, Beckman and Conover 1979): the definition
    u = latin_uniforms(NAMES, seed=11, n_draws=total, total=total)
    assert u.min() > 0.0
    assert u.max() < 1.0
    np.testing.assert_array_equal(
        np.sort(np.floor(u * total).astype(int), axis=1), np.tile(np.arange(total), (12, 1))
    )


def test_the_latin_hypercube_stays_one_at_the_largest_size():
    # oracle by theorem on a stretch: no part of the range twice
    total = 1 << 24
    u = latin_uniforms(["a"], seed=1, first=total - 100_000, n_draws=100_000, total=total)
    assert np.unique(np.floor(u * total)).size == 100_000


def test_every_order_of_a_small_hypercube_is_equally_likely():
    # oracle by theorem: 24 permutations of four, 24,000 keys, chi-square
    names = [f"key {number}" for number in range(24_000)]
    order = np.floor(latin_uniforms(names, seed=1, n_draws=4, total=4) * 4).astype(int)
    _, counts = np.unique(order @ [64, 16, 4, 1], return_counts=True)
    assert counts.size == 24
    assert chisquare(counts).pvalue > 1e-3


def test_columns_of_a_hypercube_are_independent():
    # oracle by theorem: correlations of independent permutations have spread 1 / sqrt(n - 1)
    names = [f"q{number}" for number in range(60)]
    u = latin_uniforms(names, seed=2, n_draws=1000, total=1000)
    pairs = np.corrcoef(u)[np.triu_indices(60, 1)]
    assert np.sqrt((pairs**2).mean()) == pytest.approx(1 / np.sqrt(999), rel=0.06)
    assert abs(pairs).max() < 5 / np.sqrt(999)


def test_a_hypercube_beats_independent_draws_on_sums():
    # oracle by theorem (Stein 1987): on additive functions its variance is of order n^-3, not n^-1
    errors = {}
    for name in ("lhs", "monte-carlo"):
        crisis = make_crisis(*[make_quantity(path) for path in NAMES])
        means = [
            draw_quantities(crisis, 100, seed=seed, design=Design(name=name))
            .values.sum(axis=0)
            .mean()
            for seed in range(40)
        ]
        errors[name] = np.std(np.array(means) - 6.0)
    assert errors["lhs"] < errors["monte-carlo"] / 20


@pytest.mark.parametrize("log_draws", [6, 8, 10])
def test_sobol_points_are_balanced_in_one_and_two_dimensions(log_draws):
    # oracle by theorem: the first two dimensions of Sobol' are a (0, m, 2)-net, which scrambling keeps (Owen 1995):
    # each dyadic rectangle of volume 2**-m holds exactly one of 2**m points
    n_draws = 1 << log_draws
    u = sobol_uniforms(NAMES, seed=5, n_draws=n_draws)
    for row in u:
        np.testing.assert_array_equal(np.sort(np.floor(row * n_draws)), np.arange(n_draws))
    for split in range(log_draws + 1):
        cell = np.floor(u[0] * 2**split) * 2 ** (log_draws - split) + np.floor(
            u[1] * 2 ** (log_draws - split)
        )
        np.testing.assert_array_equal(np.sort(cell), np.arange(n_draws))


def test_sobol_points_are_more_even_than_others():
    # oracle by independent code (scipy's centred discrepancy)
    names = NAMES[:5]
    sobol = qmc.discrepancy(sobol_uniforms(names, seed=5, n_draws=512).T)
    chance = qmc.discrepancy(random_uniforms(names, seed=5, n_draws=512).T)
    assert sobol < chance / 5


def test_scrambling_depends_on_seed_and_name_and_keeps_the_net():
    one, two = (sobol_uniforms(NAMES, seed=seed, n_draws=64) for seed in (1, 2))
    assert not np.isclose(one, two).all(axis=1).any()
    assert not np.array_equal(one[0], one[1])


@pytest.mark.parametrize(
    ("n_draws", "near"),
    [(3, "4,"), (1000, "1,024"), (700, "512"), (1_000_000, "1,048,576"), (5, "4,")],
)
def test_sobol_runs_of_another_size_than_a_power_of_two_are_refused(n_draws, near):
    with pytest.raises(UsageError) as caught:
        check_size(Design(name="sobol"), n_draws)
    assert caught.value.code == "option-invalid"
    assert f"ask for {near}" in caught.value.fix


@pytest.mark.parametrize("n_draws", [1, 2, 64, 1024])
def test_powers_of_two_pass(n_draws):
    check_size(Design(name="sobol"), n_draws)


def test_independent_draws_are_independent():
    # oracle by theorem: serial and cross correlations of n numbers have standard error 1 / sqrt(n)
    u = random_uniforms(NAMES, seed=3, n_draws=20_000)
    serial = np.corrcoef(u[:, 1:], u[:, :-1])
    np.testing.assert_allclose(serial[12:, :12], 0.0, atol=5 / np.sqrt(20_000))
    assert all(kstest(row, "uniform").pvalue > 1e-4 for row in u)
    bins = np.floor(u[0] * 64)
    assert np.unique(bins[:64]).size < 64  # not stratified


# --- factorial -------------------------------------------------------------------------------------------------------

FACTORS = (
    ("b.gain", (("low", 1.0), ("high", 5.0))),
    ("d.cost", (("cheap", 10.0), ("mid", 20.0), ("dear", 60.0))),
)


def test_a_factorial_design_has_every_combination_once():
    # oracle by hand
    design = Design(name="factorial", mode="exploratory", alternatives=FACTORS)
    assert design.n_cells == 6
    check_size(design, 6)
    values = draw_quantities(make_crisis(*FOUR), 6, seed=1, design=design).as_mapping()
    found = list(zip(values["b.gain"], values["d.cost"], strict=True))
    assert found == list(product((1.0, 5.0), (10.0, 20.0, 60.0)))
    assert set(values["c.fixed"]) == {7.0}
    # the median of Beta(2, 5), by independent code
    from scipy.stats import beta

    np.testing.assert_allclose(values["a.share"], beta(2, 5).median(), rtol=1e-9)


def test_repetitions_share_their_draws_over_all_combinations():
    # oracle by theorem: common random numbers
    design = Design(name="factorial", mode="exploratory", alternatives=FACTORS, others="drawn")
    values = draw_quantities(make_crisis(*FOUR), 60, seed=1, design=design).as_mapping()
    share = values["a.share"].reshape(10, 6)
    assert (share == share[:, :1]).all()
    assert np.unique(share[:, 0]).size == 10
    part = draw_quantities(make_crisis(*FOUR), 13, seed=1, first=40, design=design).as_mapping()
    np.testing.assert_array_equal(part["a.share"], values["a.share"][40:53])


@pytest.mark.parametrize(
    ("others", "n_draws", "fix"),
    [("median", 12, "6 draws"), ("drawn", 10, "12"), ("drawn", 2, "6")],
)
def test_factorial_runs_of_another_size_are_refused(others, n_draws, fix):
    design = Design(name="factorial", mode="exploratory", alternatives=FACTORS, others=others)
    with pytest.raises(UsageError) as caught:
        check_size(design, n_draws)
    assert caught.value.code == "option-invalid"
    assert fix in caught.value.fix


# --- modes -----------------------------------------------------------------------------------------------------------


def law(family, *parameters):
    return Distribution(family=family, parameters=parameters)


@pytest.mark.parametrize(
    ("declared", "explored"),
    [
        (law("triangular", 10.0, 20.0, 60.0), law("uniform", 10.0, 60.0)),
        (law("beta", 2.0, 5.0, 1.0, 3.0), law("uniform", 1.0, 3.0)),
        (law("uniform", 1.0, 2.0), law("uniform", 1.0, 2.0)),
        (law("fixed", 4.0), law("fixed", 4.0)),
        (law("discrete", 3.0, 0.9, 1.0, 0.1, 2.0, 0.0), law("discrete", 1.0, 0.5, 3.0, 0.5)),
    ],
)
def test_exploring_spreads_evenly_over_the_declared_range(declared, explored):
    # oracle by hand
    assert explored_distribution(declared) == explored


@pytest.mark.parametrize("declared", [law("normal", 3.0, 2.0), law("lognormal", 3.0, 0.4)])
def test_a_family_without_ends_is_explored_between_its_5_and_95_percent_quantiles(declared):
    # oracle by independent code
    from scipy.stats import lognorm

    exact = norm(3.0, 2.0) if declared.family == "normal" else lognorm(0.4, scale=3.0)
    np.testing.assert_allclose(
        explored_distribution(declared).parameters, exact.ppf([0.05, 0.95]), rtol=1e-9
    )


def test_exploratory_draws_are_uniform_over_the_ranges():
    # oracle by independent code (Kolmogorov-Smirnov)
    design = Design(mode="exploratory")
    values = draw_quantities(make_crisis(*FOUR), 4096, seed=8, design=design).as_mapping()
    assert kstest((values["d.cost"] - 10.0) / 50.0, "uniform").pvalue > 1e-3
    assert kstest(values["a.share"], "uniform").pvalue > 1e-3


def test_labels_keep_the_modes_apart():
    explored = [
        Design(mode="exploratory"),
        Design(name="factorial", mode="exploratory", alternatives=FACTORS),
    ]
    for design in explored:
        assert "of explored cases" in design.share_label
        assert "probab" not in design.share_label + design.case_label
    assert "probability" in Design().share_label
