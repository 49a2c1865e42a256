"""Effects, cross-validation, and tests between models."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm

from detente.errors import UsageError
from detente.fit import average_effects, clarke_test, cross_validate, fit_game, vuong_test
from detente.fit.signalling import equilibria, outcomes_along
from detente.game import read_efg, trace_logit_branch
from detente.game.catalogue import find_game
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


def offer_means(theta, columns):
    """Mean offer and chance of its acceptance by hand, by adaptive quadrature of each row's distribution of offers."""
    mine, theirs = theta[0] + theta[1] * columns["x"], theta[2] + theta[3] * columns["z"]
    s1, s2 = np.exp(theta[4:])

    def below(y, r1, r2):
        return expit(-(100.0 - y - r1 - s2 * (1.0 + np.exp((y - r2) / s2))) / s1)

    found = []
    for r1, r2 in zip(mine, theirs, strict=True):
        # by parts: the expectation of g is g at the end less the integral of its derivative times the chance of less
        less = quad(below, 0.0, 100.0, args=(r1, r2), epsabs=1e-10, limit=200)[0]

        def slope(y, r1=r1, r2=r2):
            share = expit((y - r2) / s2)
            return below(y, r1, r2) * share * (1.0 - share) / s2

        lost = quad(slope, 0.0, 100.0, epsabs=1e-12, limit=200, points=[r2])[0]
        found.append((100.0 - less, expit((100.0 - r2) / s2) - lost))
    return np.mean(found, axis=0)


@pytest.fixture
def offers(write_table):
    columns = draw_offers(40, seed=1)
    return columns, fit_game("ultimatum", write_table(columns), OFFERS_SPEC)


@pytest.mark.parametrize("column", ["x", "z"])
def test_effects_on_offers_and_answers(column, offers):
    """Oracle: independent code: expectations by adaptive quadrature, differences of them; errors by the delta method."""
    columns, result = offers
    theta = np.array([item.estimate for item in result.coefficients])

    def effect(at, step=1e-3):
        low, high = (columns | {column: columns[column] + way} for way in (-step, step))
        return (offer_means(at, high) - offer_means(at, low)) / (2.0 * step)

    found = average_effects(result, [column])
    assert [item.name for item in found] == ["mean offer", "accepted"]
    np.testing.assert_allclose([item.effect for item in found], effect(theta), rtol=1e-4, atol=1e-7)
    steps = 1e-2 * np.sqrt(np.diag(result.covariance))
    slopes = np.stack(
        [
            (effect(theta + way) - effect(theta - way)) / (2 * step)
            for way, step in zip(np.diag(steps), steps, strict=True)
        ],
        axis=1,
    )
    errors = np.sqrt(np.diag(slopes @ result.covariance @ slopes.T))
    np.testing.assert_allclose([item.se for item in found], errors, rtol=1e-2)


def test_offers_have_a_score(offers):
    """Oracle: hand: densities have no squared error over outcomes."""
    _, result = offers
    found = cross_validate(result, folds=5)
    assert found.brier is None
    assert found.log_score < found.in_sample == pytest.approx(result.loglik / result.n)
    with pytest.raises(UsageError) as caught:
        cross_validate(result, folds=1)
    assert caught.value.code == "option-invalid"


def test_a_result_without_its_data_is_refused(result):
    """Oracle: hand."""
    bare = replace(result, fitted=None)
    for asked in (average_effects, cross_validate):
        with pytest.raises(UsageError) as caught:
            asked(bare)
        assert caught.value.code == "option-invalid"


GAME = "mckelvey1992/four-move"
GLOW = {
    "outcome": {"information_set": "set", "action": "action", "count": "count"},
    "rationality": "by player",
    "payoffs": {"glow": {"player": "Player 1", "ends": ["PASS/PASS/TAKE"]}},
}


def centipede(rates, glow):
    """Strategy of the centipede game at some lambdas, with a payoff more."""
    game = read_efg(find_game(GAME))
    payoffs = game.payoffs.copy()
    payoffs[2, 0] += glow
    solved = trace_logit_branch(
        game.form, [1.0], payoffs=payoffs * rates, chance_probs=game.chance_probs
    )
    return game.form, solved.strategy[:, 0]


def choices_table(counts):
    form = read_efg(find_game(GAME)).form
    sets = np.repeat(np.arange(4), 2)
    return {
        "set": [form.info_set_label[place] for place in sets],
        "action": list(form.action_label),
        "count": np.asarray(counts, dtype=int),
    }


@pytest.fixture(scope="module")
def counted():
    _, strategy = centipede([1.0, 2.0], 0.3)
    generator = np.random.default_rng(3)
    return np.concatenate([generator.multinomial(200, pair / pair.sum()) for pair in strategy.reshape(4, 2)])  # fmt: skip


def test_effects_on_choices_are_the_derivatives_of_the_equilibrium(counted, write_table):
    """Oracle: differences: the game solved anew on either side; errors by the delta method, by second differences."""
    result = fit_game(GAME, write_table(choices_table(counted)), GLOW)
    theta = np.array([item.estimate for item in result.coefficients])

    def solved(at):
        return centipede(at[:2], at[2])[1]

    def slopes(at, step=1e-4):
        return [(solved(at + way) - solved(at - way)) / (2 * step) for way in step * np.eye(3)]

    expected = slopes(theta)
    columns = ["lambda Player 1", "lambda Player 2", "glow"]
    found = average_effects(result)
    assert [item.column for item in found] == [name for name in columns for _ in range(8)]
    assert found[0].name.endswith(": TAKE")
    for place, name in enumerate(columns):
        own = average_effects(result, [name])
        np.testing.assert_allclose([item.effect for item in own], expected[place], atol=1e-6)
        bends = np.stack(
            [
                (slopes(theta + way)[place] - slopes(theta - way)[place]) / 2e-3
                for way in 1e-3 * np.eye(3)
            ],
            axis=1,
        )
        errors = np.sqrt(np.diag(bends @ result.covariance @ bends.T))
        np.testing.assert_allclose([item.se for item in own], errors, rtol=1e-3, atol=1e-6)


def test_choices_that_were_left_out_are_foretold(counted, write_table):
    """Oracle: independent code: each part's choices taken from the table by hand, the rest fitted, and the game solved."""
    result = fit_game(GAME, write_table(choices_table(counted)), GLOW, starts=1)
    found = cross_validate(result, folds=3, seed=5)
    actions = np.repeat(np.arange(8), counted)
    logs, squares = [], []
    for part in np.array_split(np.random.default_rng(5).permutation(actions.size), 3):
        left = np.bincount(actions[part], minlength=8)
        again = fit_game(GAME, write_table(choices_table(counted - left)), GLOW, starts=1)
        theta = [item.estimate for item in again.coefficients]
        probs = centipede(theta[:2], theta[2])[1]
        for action in actions[part]:
            logs.append(np.log(probs[action]))
            squares.append(2.0 * (1.0 - probs[action]) ** 2)  # two actions
    assert found.log_score == pytest.approx(np.mean(logs), abs=1e-6)
    assert found.brier == pytest.approx(np.mean(squares), abs=1e-6)
    assert found.in_sample == pytest.approx(result.loglik / result.n)


def test_the_pseudo_likelihood_has_effects_without_errors(signals_table):
    """Oracle: differences along the equilibria at its estimate, as for the other methods; it has no standard errors."""
    found = fit_game("signalling", signals_table, SIGNALS_SPEC, method="pl", starts=1)
    effects = average_effects(found, ["y"])
    assert [item.se for item in effects] == [None] * 4
    np.testing.assert_allclose(
        [item.effect for item in effects], signalling_effect(found, found.fitted.theta), atol=1e-6
    )
    scores = cross_validate(found, folds=3)
    assert scores.lost == 0
    assert scores.in_sample - 1.5 < scores.log_score < scores.in_sample


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
def signals_table(tmp_path_factory):
    columns = draw_signals(120, games=60, seed=1)
    path = tmp_path_factory.mktemp("signals") / "data.csv"
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f"{cell:.12g}" for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def signals(signals_table):
    return fit_game("signalling", signals_table, SIGNALS_SPEC, starts=1)


def signalling_effect(result, at):
    """Effect of y by differences: equilibria solved anew on either side by the search on a grid."""
    likelihood, data = result.fitted.likelihood, result.fitted.data

    def means(way):
        moved = data.replacing("y", [repr(float(cell) + way) for cell in data.columns["y"]])
        there = replace(
            likelihood, equations=[moved.same_equation(item) for item in likelihood.equations]
        )
        odds = equilibria([jet.value for jet in there.payoffs(there.jets(at))])[0][:, 0]
        return np.array([np.exp(log.value).mean() for log in outcomes_along(there, at, odds)])

    return (means(1e-4) - means(-1e-4)) / 2e-4


def test_effects_in_signalling_games_move_equilibria(signals):
    """Oracle: differences: equilibria solved anew on either side by the search on a grid; errors by differences, too."""
    theta = signals.fitted.theta

    def effect(at):
        return signalling_effect(signals, at)

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
