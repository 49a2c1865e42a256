"""Effects, cross-validation, and tests between models."""

import copy

import numpy as np
import pytest
from scipy.stats import binom, norm

from detente.errors import UsageError
from detente.fit import average_effects, clarke_test, cross_validate, fit_game, vuong_test
from detente.testing.disputes import DISPUTES_SPEC as SPEC
from detente.testing.disputes import (
    OFFERS_SPEC,
    SIGNALS_SPEC,
    draw_disputes,
    draw_offers,
    draw_signals,
)


@pytest.fixture
def result(disputes, write_table):
    return fit_game("egame12", write_table(disputes), SPEC)


def chances(theta, columns):
    """Chances of the outcomes by hand."""
    x, z, w = (columns[name] for name in "xzw")
    fight = norm.cdf((theta[4] + theta[5] * z) / np.sqrt(2.0))
    worth = (1 - fight) * theta[2] + fight * theta[3] * w - theta[0] - theta[1] * x
    act = norm.cdf(worth / np.sqrt(2.0))
    return np.array([(1 - act).mean(), (act * (1 - fight)).mean(), (act * fight).mean()])


@pytest.mark.parametrize("column", ["x", "z", "w"])
def test_an_effect_is_the_derivative_of_the_mean_probability(column, result, disputes):
    """Oracle: hand: the formulas of the game, and differences; the error by the delta method, also by differences."""
    theta = np.array([item.estimate for item in result.coefficients])

    def effect(at):
        low, high = (disputes | {column: disputes[column] + way} for way in (-1e-4, 1e-4))
        return (chances(at, high) - chances(at, low)) / 2e-4

    slopes = np.stack(
        [(effect(theta + way) - effect(theta - way)) / 2e-4 for way in 1e-4 * np.eye(6)], axis=1
    )
    errors = np.sqrt(np.diag(slopes @ result.covariance @ slopes.T))
    found = average_effects(result, [column])
    np.testing.assert_allclose([item.effect for item in found], effect(theta), atol=1e-6)
    np.testing.assert_allclose([item.se for item in found], errors, rtol=1e-3)
    assert sum(item.effect for item in found) == pytest.approx(0.0, abs=1e-9)


def test_effects_of_words_and_switches_are_differences(disputes, write_table):
    """Oracle: hand: all rows with the word, less all rows with the first word."""
    flag = (disputes["x"] > 0.3) * 1
    word = np.where(flag, "high", "low")
    spec = copy.deepcopy(SPEC)
    spec["utilities"]["u11"] = ["const", "flag"]
    table = write_table(disputes | {"flag": flag, "word": word})
    numbers = average_effects(fit_game("egame12", table, spec), ["flag"])
    spec["utilities"]["u11"] = ["const", "word"]
    words = average_effects(fit_game("egame12", table, spec), ["word"])
    assert [item.column for item in words] == ["word[low]"] * 3
    np.testing.assert_allclose(
        [item.effect for item in words], [-item.effect for item in numbers], atol=1e-6
    )
    np.testing.assert_allclose(
        [item.se for item in words], [item.se for item in numbers], rtol=1e-4
    )


def test_all_columns_have_effects(result):
    """Oracle: hand."""
    assert [item.column for item in average_effects(result)] == ["x"] * 3 + ["w"] * 3 + ["z"] * 3
    with pytest.raises(UsageError) as caught:
        average_effects(result, ["y"])
    assert caught.value.code == "table-column-missing"


def test_cross_validation_leaves_rows_out(result, disputes, write_table):
    """Oracle: independent code: one fold by hand, fitted to a table without its rows."""
    found = cross_validate(result, folds=4, seed=9)
    assert (found.folds, found.lost) == (4, 0)
    assert found.log_score < found.in_sample
    order = np.random.default_rng(9).permutation(400)
    total = 0.0
    places = np.array([["quiet", "yield", "war"].index(word) for word in disputes["outcome"]])
    for part in np.array_split(order, 4):
        rest = np.setdiff1d(order, part)
        table = write_table({name: column[rest] for name, column in disputes.items()})
        theta = [item.estimate for item in fit_game("egame12", table, SPEC).coefficients]
        for row in part:
            one = {name: disputes[name][row : row + 1] for name in "xzw"}
            total += np.log(chances(theta, one)[places[row]])
    assert found.log_score == pytest.approx(total / 400, abs=1e-6)


def test_a_worse_model_has_a_worse_score(disputes, write_table):
    """Oracle: theorem: leaving out a regressor of weight 0.8 costs more than its coefficient."""
    small = copy.deepcopy(SPEC)
    small["utilities"]["u11"] = ["const"]
    table = write_table(disputes)
    scores = [cross_validate(fit_game("egame12", table, spec)) for spec in (SPEC, small)]
    assert scores[0].log_score > scores[1].log_score
    assert scores[0].brier < scores[1].brier


def test_offers_have_a_score_and_no_effects(write_table):
    """Oracle: hand."""
    offers = fit_game("ultimatum", write_table(draw_offers(100, seed=1)), OFFERS_SPEC)
    assert cross_validate(offers, folds=5).brier is None
    with pytest.raises(UsageError) as caught:
        average_effects(offers)
    assert caught.value.code == "option-invalid"
    with pytest.raises(UsageError) as caught:
        cross_validate(offers, folds=1)
    assert caught.value.code == "option-invalid"


@pytest.fixture
def rivals(disputes, write_table):
    """Two models of which none contains the other: the true one, and one with regressors in the wrong places."""
    wrong = copy.deepcopy(SPEC)
    wrong["utilities"] |= {"u11": ["const", "z"], "u24": ["const", "x", "w"]}
    table = write_table(disputes)
    return [fit_game("egame12", table, spec) for spec in (SPEC, wrong)]


def test_vuong_and_clarke_by_hand(rivals):
    """Oracle: hand: the formulas of the publications."""
    first, second = rivals
    gain = first.row_logliks - second.row_logliks
    assert gain.sum() == pytest.approx(first.loglik - second.loglik)
    charge = 0.5 * (6 - 7) * np.log(400)
    z = (gain.sum() - charge) / np.sqrt(400 * (np.mean(gain**2) - gain.mean() ** 2))
    vuong = vuong_test(first, second)
    assert vuong.statistic == pytest.approx(z)
    assert vuong.p_value == pytest.approx(2 * norm.sf(abs(z)))
    assert vuong.favours == 1
    clarke = clarke_test(first, second)
    better = (gain > charge / 400).sum()
    assert clarke.statistic == better
    assert clarke.p_value == pytest.approx(
        min(1.0, 2 * binom.cdf(min(better, 400 - better), 400, 0.5))
    )


def test_tests_between_models_turn_with_the_models(rivals):
    """Oracle: theorem: the other way round the statistics change sides, the chances stay."""
    first, second = rivals
    there, back = vuong_test(first, second), vuong_test(second, first)
    assert there.statistic == pytest.approx(-back.statistic)
    assert there.p_value == pytest.approx(back.p_value)
    assert (there.favours, back.favours) == (1, 2)
    assert clarke_test(first, second).statistic + clarke_test(second, first).statistic == 400


def test_fits_to_other_rows_are_not_compared(result, write_table):
    """Oracle: hand."""
    other = fit_game("egame12", write_table(draw_disputes(300, seed=1)), SPEC)
    for test in (vuong_test, clarke_test):
        with pytest.raises(UsageError) as caught:
            test(result, other)
        assert caught.value.code == "option-invalid"
    with pytest.raises(UsageError, match="same likelihood"):
        vuong_test(result, result)


@pytest.fixture(scope="module")
def signals(tmp_path_factory):
    columns = draw_signals(120, games=60, seed=1)
    path = tmp_path_factory.mktemp("signals") / "data.csv"
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f"{cell:.12g}" for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return fit_game("signalling", path, SIGNALS_SPEC, starts=1)


def test_effects_in_signalling_games_move_equilibria(signals):
    """Oracle: differences: equilibria solved anew on either side by the search on a grid; errors by differences, too."""
    from dataclasses import replace

    from detente.fit.signalling import equilibria, outcomes_along

    likelihood, theta = signals.fitted.likelihood, signals.fitted.theta

    def means(at, way):
        data = signals.fitted.data
        moved = data.replacing("y", [repr(float(cell) + way) for cell in data.columns["y"]])
        there = replace(
            likelihood, equations=[moved.same_equation(item) for item in likelihood.equations]
        )
        odds = equilibria([jet.value for jet in there.payoffs(there.jets(at))])[0][:, 0]
        return np.array([np.exp(log.value).mean() for log in outcomes_along(there, at, odds)])

    def effect(at):
        return (means(at, 1e-4) - means(at, -1e-4)) / 2e-4

    found = average_effects(signals, ["y"])
    np.testing.assert_allclose([item.effect for item in found], effect(theta), atol=1e-6)
    assert sum(item.effect for item in found) == pytest.approx(0.0, abs=1e-8)
    steps = 1e-3 * np.sqrt(np.diag(signals.covariance))
    slopes = np.stack(
        [
            (effect(theta + way) - effect(theta - way)) / (2 * step)
            for way, step in zip(np.diag(steps), steps, strict=True)
        ],
        axis=1,
    )
    errors = np.sqrt(np.diag(slopes @ signals.covariance @ slopes.T))
    np.testing.assert_allclose([item.se for item in found], errors, rtol=1e-2)


def test_signalling_games_have_a_score(signals):
    """Oracle: theorem: games that were not fitted to are foretold worse, but not much with 120 dyads of 60 games."""
    found = cross_validate(signals, folds=4)
    assert found.lost == 0
    assert found.in_sample - 1.0 < found.log_score < found.in_sample
    assert 0.0 < found.brier < 1.0
