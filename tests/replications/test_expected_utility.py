"""Published numbers of the expected-utility model, and the same model written out slowly."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.models.bargaining import (
    VARIANTS,
    chart_quadrants,
    make_issue,
    solve_expected_utility,
)

PRINTED = 5.1e-7
"""Half a unit of the sixth decimal."""

SAME = 1e-6
"""Two ways to compute ten rounds; rounding grows from round to round."""

# date of introduction of emission standards for cars, years (buenodemesquita1994, p. 78; scholz2011, table 1)
ACTORS = ["NLD", "BEL", "LUX", "DEU", "FRA", "ITA", "GBR", "IRL", "DNK", "GRC"]
CAPABILITY = [0.08, 0.08, 0.03, 0.16, 0.16, 0.16, 0.16, 0.05, 0.05, 0.08]
POSITION = [4, 7, 4, 4, 10, 10, 10, 7, 4, 7]
SALIENCE = [0.8, 0.4, 0.2, 0.8, 0.6, 0.6, 0.9, 0.1, 1.0, 0.7]

ROUND_MEANS = [
    7.389956,
    7.461314,
    7.552501,
    7.590145,
    7.358131,
    7.349174,
    7.414878,
    7.510457,
    7.572447,
    7.324989,
    7.242131,
]
RISK_EXPONENTS = {
    "NLD": 1.405653,
    "BEL": 0.754196,
    "LUX": 0.508864,
    "DEU": 1.405653,
    "FRA": 1.046524,
    "ITA": 1.046524,
    "GBR": 1.964898,
    "IRL": 0.5,
    "DNK": 2.0,
    "GRC": 1.112125,
}


def emission_case():
    return make_issue(CAPABILITY, POSITION, SALIENCE)


def test_round_means_of_the_emission_case():
    """Oracle: published (jmckib, the code that replicates scholz2011), to the printed digits."""
    result = solve_expected_utility(emission_case(), variant="all-pairs", rounds=10)
    np.testing.assert_allclose(result.means, ROUND_MEANS, rtol=0, atol=PRINTED)
    assert result.medians[0] == 7.0


def test_risk_exponents_of_the_emission_case():
    """Oracle: published (jmckib), first round, to the printed digits."""
    result = solve_expected_utility(emission_case(), rounds=1)
    got = dict(zip(ACTORS, result.risk_exponents[0], strict=True))
    assert got == pytest.approx(RISK_EXPONENTS, abs=PRINTED)


def test_choice_rules_part_in_the_fourth_round():
    """Oracle: independent code, below. Up to the third round both rules move everybody alike."""
    published = solve_expected_utility(emission_case(), variant="all-pairs", rounds=4)
    nearest = solve_expected_utility(emission_case(), variant="all-pairs-nearest", rounds=4)
    np.testing.assert_array_equal(published.positions[:4], nearest.positions[:4])
    assert published.moves[3, 1] == nearest.moves[3, 1] == 2
    # one actor takes the compromise at the low end though one nearer to it is open
    assert ACTORS[published.partners[3, 1]] == "NLD"
    assert ACTORS[nearest.partners[3, 1]] == "FRA"


def slow_rounds(capability, position, salience, *, variant, rounds, capitulation):
    """Run the model as scholz2011 defines it, with loops and 30 digits. Oracle for the fast version.

    Returns the positions after each round, and the smallest margin by which any comparison was decided.
    """
    with localcontext() as context:
        context.prec = 30
        c, x, s = ([Decimal(str(v)) for v in column] for column in (capability, position, salience))
        actors = range(len(x))
        span = max(x) - min(x)
        seen, margins = [], []
        for _ in range(rounds):
            r = _slow_risk(c, x, s, span, variant)
            win = _slow_chances(c, x, s, r, span, variant)
            new = list(x)
            for i in actors:
                offers = {"confrontation": [], "compromise": [], "capitulation": []}
                for j in actors:
                    if x[i] == x[j]:
                        continue
                    own = _slow_value(win[i][j], x[i], x[j], s[j], r[i], span)
                    other = _slow_value(win[j][i], x[i], x[j], s[i], r[i], span)
                    margins += [abs(own), abs(other), abs(own - other), abs(own + other)]
                    if other > own > 0:
                        offers["confrontation"].append((abs(x[j] - x[i]), x[j]))
                    elif other > 0 > own and other > -own:
                        target = x[i] + (x[j] - x[i]) * -own / other
                        lean = (-own * x[i] + other * x[j]) / (other - own)
                        key = abs(target - x[i]) if variant.choice == "nearest" else lean
                        offers["compromise"].append((key, target))
                    elif other > 0 > own and other < -own and capitulation:
                        offers["capitulation"].append((abs(x[j] - x[i]), x[j]))
                for kind in ("confrontation", "compromise", "capitulation"):
                    if offers[kind]:
                        new[i] = min(offers[kind], key=lambda offer: offer[0])[1]
                        keys = sorted(key for key, target in offers[kind] if target != new[i])
                        margins += [abs(key - min(offers[kind])[0]) or 1 for key in keys]
                        break
            x = new
            seen.append([float(v) for v in x])
        return np.array(seen), float(min(margins, default=Decimal(1)))


def _power(base, exponent):
    return base**exponent if base else Decimal(0)


def _slow_value(win, x_i, x_j, resisting, r, span):
    half = abs(x_i - x_j) / span / 2
    success = 2 - 4 * _power(Decimal("0.5") - half, r)
    failure = 2 - 4 * _power(Decimal("0.5") + half, r)
    quiet = 2 - 4 * _power(Decimal("0.5"), r)
    return resisting * (win * success + (1 - win) * failure) + (1 - resisting) * success - quiet


def _slow_chances(c, x, s, r, span, variant):
    actors = range(len(x))

    def vote(k, i, j):
        return (
            c[k]
            * s[k]
            * (_power(abs(x[k] - x[j]) / span, r[k]) - _power(abs(x[k] - x[i]) / span, r[k]))
        )

    tally = [[sum(max(vote(k, i, j), Decimal(0)) for k in actors) for j in actors] for i in actors]
    everything = sum(sum(row) for row in tally) * 2 or Decimal(1)
    if variant.probability == "all-pairs":
        return [[tally[i][j] / everything for j in actors] for i in actors]
    chances = [[Decimal("0.5")] * len(x) for _ in actors]
    for i in actors:
        for j in actors:
            if tally[i][j] + tally[j][i]:
                chances[i][j] = tally[i][j] / (tally[i][j] + tally[j][i])
    return chances


def _slow_risk(c, x, s, span, variant):
    actors = range(len(x))
    ones = [Decimal(1)] * len(x)
    if len(set(x)) == 1:
        return ones
    win = _slow_chances(c, x, s, ones, span, variant)
    danger = [
        sum(_slow_value(win[j][i], x[j], x[i], s[i], 1, span) for j in actors if x[j] != x[i])
        for i in actors
    ]
    low, high = min(danger), max(danger)
    if high == low:
        return ones
    shares = [(2 * d - high - low) / (high - low) / 3 for d in danger]
    return [(1 - share) / (1 + share) for share in shares]


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("capitulation", [False, True])
def test_every_variant_agrees_with_loops_in_thirty_digits(name, capitulation):
    """Oracle: independent code. After four rounds the nearest-offer rule hangs on the seventeenth decimal."""
    result = solve_expected_utility(
        emission_case(), variant=name, rounds=4, capitulation=capitulation
    )
    expected, margin = slow_rounds(
        CAPABILITY,
        POSITION,
        SALIENCE,
        variant=VARIANTS[name],
        rounds=4,
        capitulation=capitulation,
    )
    assert margin > SAME
    np.testing.assert_allclose(result.positions[1:], expected, rtol=0, atol=SAME)


tables = st.lists(
    st.tuples(
        st.integers(1, 20),
        st.sampled_from([0, 10, 25, 40, 50, 60, 75, 100]),
        st.integers(1, 10),
    ),
    min_size=2,
    max_size=5,
).filter(lambda rows: len({row[1] for row in rows}) > 1)


@given(tables, st.sampled_from(sorted(VARIANTS)), st.booleans())
def test_any_table_agrees_with_loops_in_thirty_digits(rows, name, capitulation):
    """Oracle: independent code, wherever no comparison is decided by less than a millionth."""
    c, x, s = (list(column) for column in zip(*rows, strict=True))
    s = [value / 10 for value in s]
    expected, margin = slow_rounds(
        c, x, s, variant=VARIANTS[name], rounds=2, capitulation=capitulation
    )
    if margin < SAME:
        return
    result = solve_expected_utility(
        make_issue(c, x, s), variant=name, rounds=2, capitulation=capitulation
    )
    np.testing.assert_allclose(result.positions[1:], expected, rtol=0, atol=1e-4)


def test_quadrants_of_the_emission_case_by_loops():
    """Oracle: independent code."""
    c, x, s = ([Decimal(str(v)) for v in column] for column in (CAPABILITY, POSITION, SALIENCE))
    variant = VARIANTS["all-pairs"]
    span = max(x) - min(x)
    r = _slow_risk(c, x, s, span, variant)
    win = _slow_chances(c, x, s, r, span, variant)
    for i in range(len(x)):
        chart = chart_quadrants(emission_case(), i)
        for j in range(len(x)):
            if x[i] == x[j]:
                assert chart.own[j] == chart.other[j] == chart.quadrants[j] == 0
                continue
            own = _slow_value(win[i][j], x[i], x[j], s[j], r[i], span)
            other = _slow_value(win[j][i], x[i], x[j], s[i], r[i], span)
            assert chart.own[j] == pytest.approx(float(own), abs=1e-12)
            assert chart.other[j] == pytest.approx(float(other), abs=1e-12)
            assert chart.win_prob[j] == pytest.approx(float(win[i][j]), abs=1e-12)
