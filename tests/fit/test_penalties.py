"""Penalties: finite estimates where data separate, and what each adds."""

import copy

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit

from detente.errors import UsageError
from detente.fit import fit_game, likelihood_ratio_test
from detente.fit.signalling import equilibria, outcomes_along
from detente.game import game_from_tree, write_efg
from detente.testing.disputes import DISPUTES_SPEC as SPEC
from detente.testing.disputes import OFFERS_SPEC, SIGNALS_SPEC, draw_offers, draw_signals

PENALTIES = ["log-f", "cauchy", "jeffreys"]


def separated(disputes):
    spec = copy.deepcopy(SPEC)
    spec["utilities"]["u24"] = ["const", "z", "flag"]
    return disputes | {"flag": disputes["answer"] * 1.0}, spec


@pytest.mark.parametrize("penalty", PENALTIES)
def test_separated_data_have_an_estimate_and_it_is_told(penalty, disputes, write_table):
    """Oracle: theorem: each penalty falls without bound in every direction that separates."""
    columns, spec = separated(disputes)
    found = fit_game("egame12", write_table(columns), spec, penalty=penalty)
    assert found.converged
    assert found.penalty == penalty
    assert "player 2's choices are separated by" in found.separation[0]
    flag = next(item for item in found.coefficients if item.term == "flag")
    assert 0.5 < flag.estimate < 60.0
    assert flag.se is not None


@pytest.mark.parametrize("penalty", PENALTIES)
def test_data_that_say_much_are_hardly_moved(penalty, disputes, write_table):
    """Oracle: theorem: a penalty of the order of one observation moves an estimate by a small part of its error."""
    table = write_table(disputes)
    plain, found = (
        fit_game("egame12", table, SPEC),
        fit_game("egame12", table, SPEC, penalty=penalty),
    )
    assert found.separation == ()
    assert plain.loglik - 1.0 < found.loglik < plain.loglik
    for mine, theirs in zip(found.coefficients, plain.coefficients, strict=True):
        assert abs(mine.estimate - theirs.estimate) < 0.5 * theirs.se
        assert mine.se == pytest.approx(theirs.se, rel=0.2)


TREE_OF_ONE = {
    "outcome": {"column": "y", "order": ["a", "b", "c"]},
    "link": "logit",
    "utilities": {"u11": 0, "u24": ["const", "x"]},
}
"""egame12 whose first move is even odds: what is estimated is one logit, at half the variance of its errors."""


@pytest.fixture
def logit():
    generator = np.random.default_rng(8)
    x = generator.normal(size=60)
    answer = generator.random(60) < expit(0.5 + 1.5 * x)
    act = generator.random(60) < 0.7
    return {"x": x, "y": np.where(~act, "a", np.where(answer, "c", "b"))}


def penalised_by_hand(penalty, columns):
    """Maximise a plain logit of the second move by other code."""
    reached = columns["y"] != "a"
    design = np.column_stack([np.ones(reached.sum()), columns["x"][reached]]) / np.sqrt(2.0)
    sizes = np.sqrt((np.column_stack([np.ones(60), columns["x"]]) ** 2).mean(axis=0))
    yes = columns["y"][reached] == "c"

    def minus(theta):
        share = expit(design @ theta)
        value = np.log(np.where(yes, share, 1.0 - share)).sum()
        beta = theta * sizes
        if penalty == "log-f":
            value += (0.5 * beta - np.log1p(np.exp(beta))).sum()
        elif penalty == "cauchy":
            value -= np.log1p((beta / np.array([10.0, 2.5])) ** 2).sum()
        return -value

    return minimize(minus, np.zeros(2), method="BFGS", options={"gtol": 1e-9}).x


@pytest.mark.parametrize("penalty", ["none", "log-f", "cauchy"])
def test_estimates_are_those_of_other_code(penalty, logit, write_table):
    """Oracle: independent code: the same penalty on a plain logit, by scipy."""
    found = fit_game("egame12", write_table(logit), TREE_OF_ONE, penalty=penalty)
    expected = penalised_by_hand(penalty, logit)
    np.testing.assert_allclose([item.estimate for item in found.coefficients], expected, atol=1e-4)


def test_jeffreys_is_firths_estimate_in_a_logit(write_table):
    """Oracle: theorem: with a constant alone Firth's logit adds half a success and half a failure.

    The information holds the chance that the move is reached too, but that is a constant here.
    """
    columns = {"y": ["a"] * 6 + ["b"] * 3 + ["c"] * 9}
    spec = TREE_OF_ONE | {"utilities": {"u11": 0, "u24": ["const"]}}
    (found,) = fit_game("egame12", write_table(columns), spec, penalty="jeffreys").coefficients
    assert found.estimate == pytest.approx(np.sqrt(2.0) * np.log(9.5 / 3.5), abs=1e-5)


def test_a_penalty_that_is_not_known_is_refused(disputes, signals, write_table):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        fit_game("signalling", signals, SIGNALS_SPEC, penalty="jeffreys")
    assert caught.value.code == "option-invalid"
    with pytest.raises(UsageError) as caught:
        fit_game("egame12", write_table(disputes), SPEC, penalty="ridge")
    assert caught.value.code == "option-invalid"


def test_counted_outcomes_weigh_as_often_as_they_came_about(disputes, write_table):
    """Oracle: theorem: rows that count outcomes, and the same outcomes in a row each, have one estimate."""
    few = {name: column[:60] for name, column in disputes.items()}
    times = np.arange(60) % 3 + 1
    one_by_one = {name: np.repeat(column, times) for name, column in few.items()}
    names = ["quiet", "yield", "war"]
    counted = few | {name: (few["outcome"] == name) * times for name in names}
    spec = SPEC | {"outcome": {"counts": names}}
    found = fit_game("egame12", write_table(counted), spec, penalty="jeffreys")
    other = fit_game("egame12", write_table(one_by_one), SPEC, penalty="jeffreys")
    for mine, theirs in zip(found.coefficients, other.coefficients, strict=True):
        assert mine.estimate == pytest.approx(theirs.estimate, abs=2e-2 * theirs.se)
        assert mine.se == pytest.approx(theirs.se, rel=2e-2)


# --- offers ----------------------------------------------------------------------------------------------------------


def log_density(theta, columns):
    """Log-density of offers inside the range, and of their answers, by hand."""
    r1, r2 = theta[0] + theta[1] * columns["x"], theta[2] + theta[3] * columns["z"]
    s1, s2 = np.exp(theta[4:])
    offer, accept = columns["offer"], columns["accept"]
    above = (offer - r2) / s2
    margin = (100.0 - offer - r1 - s2 * (1.0 + np.exp(above))) / s1
    value = -np.logaddexp(0.0, margin) - np.logaddexp(0.0, -margin) + np.logaddexp(0.0, above) - np.log(s1)  # fmt: skip
    return value - np.where(accept > 0, np.logaddexp(0.0, -above), np.logaddexp(0.0, above))


def penalty_by_hand(penalty, beta, constant):
    if penalty == "log-f":
        return (0.5 * beta - np.log1p(np.exp(beta))).sum()
    return -np.log1p((beta / np.where(constant, 10.0, 2.5)) ** 2).sum()


@pytest.mark.parametrize("penalty", ["log-f", "cauchy"])
def test_penalised_offers_are_those_of_other_code(penalty, write_table):
    """Oracle: independent code: density and penalty by hand, by scipy; reservation values count in scales of errors."""
    columns = draw_offers(60, seed=4)
    assert 0.0 < columns["offer"].min() <= columns["offer"].max() < 100.0
    found = fit_game("ultimatum", write_table(columns), OFFERS_SPEC, penalty=penalty, starts=1)
    assert found.converged
    rms = [1.0, np.sqrt((columns["x"] ** 2).mean()), 1.0, np.sqrt((columns["z"] ** 2).mean())]

    def minus(theta):
        beta = theta[:4] * rms / np.exp(theta[[4, 4, 5, 5]])
        added = penalty_by_hand(penalty, beta, np.array([True, False, True, False]))
        return -log_density(theta, columns).sum() - added

    start = np.array([item.estimate for item in found.coefficients])
    other = minimize(minus, start + 0.05, method="BFGS", options={"gtol": 1e-6})
    errors = [item.se for item in found.coefficients]
    np.testing.assert_allclose(start, other.x, atol=1e-3 * max(errors))
    plain = fit_game("ultimatum", write_table(columns), OFFERS_SPEC, starts=1)
    assert found.loglik < plain.loglik
    assert max(abs(a.estimate - b.estimate) / b.se for a, b in zip(found.coefficients, plain.coefficients, strict=True)) > 0.02  # fmt: skip


def test_information_of_offers_is_the_mean_of_the_curvature():
    """Oracle: simulation: minus the mean Hessian of a hundred thousand offers drawn from the distribution function."""
    from detente.fit.maximising import Equation
    from detente.fit.ultimatum import UltimatumLikelihood

    generator = np.random.default_rng(5)
    theta = np.array([20.0, 15.0, 2.0, 1.0])
    s1, s2 = np.exp(theta[2:])
    n = 100_000
    low, high = np.zeros(n), np.full(n, 100.0)
    wanted = s1 * generator.logistic(size=n)
    for _ in range(60):
        middle = 0.5 * (low + high)
        less = 100.0 - middle - theta[0] - s2 * (1.0 + np.exp((middle - theta[1]) / s2)) > wanted
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    accept = (low >= theta[1] + s2 * generator.logistic(size=n)) * 1.0

    def made(offer, answer):
        one = np.ones((len(offer), 1))
        names = ("R1", "R2", "log_s1", "log_s2")
        equations = [Equation(name=name, terms=("const",), columns=one) for name in names]
        return UltimatumLikelihood(offer=offer, accept=answer, equations=equations, smallest=0.0, largest=100.0)  # fmt: skip

    simulated = -made(low, accept).evaluate(theta).hessian / n
    found = made(low[:1], accept[:1]).expected_information(theta)
    size = np.sqrt(np.diag(found))
    np.testing.assert_allclose(found / np.outer(size, size), simulated / np.outer(size, size), atol=2e-2)  # fmt: skip


@pytest.mark.parametrize("penalty", ["log-f", "cauchy"])
def test_answers_that_offers_separate_have_an_estimate_under_a_penalty(penalty, write_table):
    """Oracle: theorem: the penalty falls without bound as the scale of answers goes to 0."""
    columns = draw_offers(80, seed=3)
    columns["accept"] = (columns["offer"] > np.median(columns["offer"])) * 1
    spec = OFFERS_SPEC | {"utilities": {"R1": ["const"], "R2": ["const"]}}
    found = fit_game("ultimatum", write_table(columns), spec, penalty=penalty, starts=2)
    assert found.converged
    assert "separate what is accepted" in found.separation[0]
    assert all(item.se is not None for item in found.coefficients)


def test_jeffreys_penalty_of_offers_needs_given_scales(write_table):
    """Oracle: theorem: information on R2 grows like one over s2, so that there is no maximum; with scales given there is one."""
    table = write_table(draw_offers(60, seed=4))
    with pytest.raises(UsageError) as caught:
        fit_game("ultimatum", table, OFFERS_SPEC, penalty="jeffreys")
    assert caught.value.code == "option-invalid"
    assert "fix s1 and s2" in caught.value.fix
    spec = OFFERS_SPEC | {"scale": {"s1": 7.4, "s2": 2.7}}
    plain, found = (
        fit_game("ultimatum", table, spec, penalty=penalty, starts=1)
        for penalty in ("none", "jeffreys")
    )
    assert found.converged
    assert plain.loglik - 1.0 < found.loglik < plain.loglik
    for mine, theirs in zip(found.coefficients, plain.coefficients, strict=True):
        assert abs(mine.estimate - theirs.estimate) < 0.5 * theirs.se
        assert mine.se == pytest.approx(theirs.se, rel=0.25)


# --- counted choices -------------------------------------------------------------------------------------------------

ONE = {"player": 0, "infoset": 0, "actions": ["take", "leave"], "children": [{"payoffs": [1]}, {"payoffs": [0]}]}  # fmt: skip
CHOICES = {"outcome": {"information_set": "set", "action": "action", "count": "count"}}


def rate(counts, penalty, write_table, tmp_path, **more):
    """Fit lambda of one choice between 1 and 0: a logit with a constant."""
    game = game_from_tree({"players": ["chooser"], "tree": ONE})
    path = tmp_path / "one.efg"
    path.write_text(write_efg(game), encoding="utf-8")
    label = game.form.info_set_label[0]
    table = write_table({"set": [label] * 2, "action": ["take", "leave"], "count": counts})
    return fit_game(str(path), table, CHOICES | more, penalty=penalty)


@pytest.mark.parametrize("counts", [(9, 3), (12, 0)])
def test_firths_lambda_adds_half_a_choice_of_each(counts, write_table, tmp_path):
    """Oracle: theorem: one choice between 1 and 0 is a logit with a constant, whose Firth estimate is known."""
    found = rate(counts, "jeffreys", write_table, tmp_path)
    (item,) = found.coefficients
    assert found.converged
    assert item.estimate == pytest.approx(np.log((counts[0] + 0.5) / (counts[1] + 0.5)), abs=1e-4)
    share = expit(item.estimate)
    assert item.se == pytest.approx(1.0 / np.sqrt(12 * share * (1.0 - share)), rel=1e-4)
    assert bool(found.separation) == (counts[1] == 0)


@pytest.mark.parametrize("counts", [(9, 3), (12, 0)])
@pytest.mark.parametrize("penalty", ["log-f", "cauchy"])
def test_penalised_lambdas_are_those_of_other_code(counts, penalty, write_table, tmp_path):
    """Oracle: independent code: the penalised logit by scipy's search on a line."""
    found = rate(counts, penalty, write_table, tmp_path)

    def minus(value):
        plain = -counts[0] * np.log1p(np.exp(-value)) - counts[1] * np.log1p(np.exp(value))
        return -plain - penalty_by_hand(penalty, np.array([value]), np.array([True]))

    expected = minimize_scalar(minus, bounds=(0.0, 60.0), method="bounded", options={"xatol": 1e-9})
    assert found.coefficients[0].estimate == pytest.approx(expected.x, abs=1e-4)
    assert bool(found.separation) == (counts[1] == 0)


# --- signals ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signals(tmp_path_factory):
    columns = draw_signals(40, games=20, seed=1)
    path = tmp_path_factory.mktemp("signals") / "data.csv"
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f"{cell:.12g}" for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def chances(likelihood, theta):
    """Outcomes' probabilities at equilibria that are solved for anew, on a grid."""
    odds = equilibria([jet.value for jet in likelihood.payoffs(likelihood.jets(theta))])[0][:, 0]
    return np.exp([log.value for log in outcomes_along(likelihood, theta, odds)])


@pytest.mark.parametrize("penalty", ["log-f", "cauchy"])
def test_penalised_signals_are_a_maximum_of_likelihood_and_penalty(penalty, signals):
    """Oracle: independent code: equilibria on a grid, the penalty by hand; the sum is level where the estimate is."""
    found = fit_game("signalling", signals, SIGNALS_SPEC, penalty=penalty, starts=1)
    assert found.converged
    assert found.penalty == penalty
    likelihood, theta = found.fitted.likelihood, found.fitted.theta
    sizes = likelihood.sizes()
    constant = np.array([term == "const" for _, term in likelihood.names])
    errors = np.array([item.se for item in found.coefficients])

    def objective(at):
        probs = chances(likelihood, at)
        value = (likelihood.counts.T * np.log(probs)).sum()
        return value + penalty_by_hand(penalty, at * sizes, constant)

    assert found.loglik == pytest.approx((likelihood.counts.T * np.log(chances(likelihood, theta))).sum())  # fmt: skip
    for way in np.diag(2e-3 * errors):
        slope = (objective(theta + way) - objective(theta - way)) / (2 * 2e-3)
        assert abs(slope) < 5e-3
    plain = fit_game("signalling", signals, SIGNALS_SPEC, starts=1)
    assert plain.loglik > found.loglik
    moved = [abs(a.estimate - b.estimate) / b.se for a, b in zip(found.coefficients, plain.coefficients, strict=True)]  # fmt: skip
    assert 0.005 < max(moved) < 2.0


@pytest.mark.parametrize("method", ["npl", "pl"])
def test_pseudo_likelihoods_take_a_penalty(method, signals):
    """Oracle: theorem: the penalised estimate lies between the plain one and none, in the sum of squared coefficients."""
    sums = [
        sum(item.estimate**2 for item in fit_game("signalling", signals, SIGNALS_SPEC, method=method, penalty=penalty, starts=1).coefficients)
        for penalty in ("none", "log-f")
    ]  # fmt: skip
    assert 0.3 * sums[0] < sums[1] < sums[0]


def test_separated_signals_are_told_under_a_penalty(signals, tmp_path):
    """Oracle: hand: B resists wherever y is positive, and nowhere else; no equilibrium is near, and no estimate claimed."""
    lines = [line.split(",") for line in signals.read_text("utf-8").splitlines()]
    y, concede, firm, back = (lines[0].index(name) for name in ("y", "concede", "firm", "back"))
    for row in lines[1:]:
        challenged = sum(float(row[place]) for place in (concede, firm, back))
        resisted = float(row[y]) > 0.0
        row[concede] = "0" if resisted else f"{challenged:g}"
        row[firm] = f"{challenged - challenged // 3:g}" if resisted else "0"
        row[back] = f"{challenged // 3:g}" if resisted else "0"
    path = tmp_path / "data.csv"
    path.write_text("\n".join(",".join(row) for row in lines) + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        fit_game("signalling", path, SIGNALS_SPEC)
    assert caught.value.code == "data-separated"
    assert "or use a penalty" in caught.value.fix
    found = fit_game("signalling", path, SIGNALS_SPEC, penalty="log-f", starts=1)
    assert "separate the games in which B resists" in found.separation[0]
    assert not found.converged
    assert "the numbers are no estimate" in found.warnings[0]
    assert all(item.se is None for item in found.coefficients)


def test_an_information_without_an_inverse_claims_no_estimate(disputes, tmp_path, write_table):
    """Oracle: theorem: a scale of errors beside freely estimated utilities is not identified, so that the information is singular."""
    game = {
        "player": 0,
        "infoset": 0,
        "actions": ["leave", "act"],
        "children": [{"payoffs": [0]}, {"payoffs": [0]}],
    }
    path = tmp_path / "game.efg"
    text = write_efg(game_from_tree({"players": ["one"], "tree": game}))
    path.write_text(text, encoding="utf-8")
    spec = {
        "outcome": {"column": "end", "ends": {"0": ["leave"], "1": ["act"]}},
        "errors": "private",
        "utilities": {"u": {"player": "one", "ends": ["leave"], "terms": ["const", "x"]}},
        "scale": ["const"],
    }
    table = write_table({"x": disputes["x"], "end": disputes["act"]})
    found = fit_game(str(path), table, spec, penalty="jeffreys", starts=1)
    assert not found.converged
    assert "the numbers are no estimate" in found.warnings[0]
    assert all(item.se is None for item in found.coefficients)


def test_a_penalised_fit_has_no_likelihood_ratio_test(disputes, write_table):
    """Oracle: hand."""
    table = write_table(disputes)
    small = copy.deepcopy(SPEC)
    del small["utilities"]["u14"]
    fits = [fit_game("egame12", table, spec, penalty="log-f") for spec in (small, SPEC)]
    with pytest.raises(UsageError, match="with a penalty"):
        likelihood_ratio_test(*fits)
