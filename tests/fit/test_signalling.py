"""The crisis signalling game: chances by simulation, derivatives by differences, equilibria by hand."""

import numpy as np
import pytest

from detente.errors import UsageError
from detente.fit import fit_game
from detente.fit.jets import variables
from detente.fit.maximising import Equation
from detente.fit.signalling import (
    PAYOFFS,
    Beliefs,
    SignallingLikelihood,
    challenger_moves,
    equilibria,
)
from detente.testing.disputes import SIGNALS, SIGNALS_SPEC, draw_signals

ONE = {"S_A": 0.0, "V_A": 1.0, "C_B": 0.0, "W_A": -1.9, "W_B": -1.7, "a": -1.2, "V_B": 1.0}
"""Payoffs of one game."""


def made(rows=40):
    generator = np.random.default_rng(5)
    counts = generator.integers(0, 4, (rows, 4)).astype(float)
    equations = [
        Equation(name=name, terms=("p", "q"), columns=generator.normal(size=(rows, 2)))
        for name in PAYOFFS[:-1]
    ]
    beliefs = Beliefs(
        resist=generator.normal(size=rows), firm=-np.abs(generator.normal(size=rows)) - 0.1
    )
    likelihood = SignallingLikelihood(
        counts=counts, equations=equations, fixed={"V_B": 0.3}, beliefs=beliefs
    )
    return likelihood, 0.3 * generator.normal(size=likelihood.size)


def test_gradient_and_hessian_are_exact():
    """Oracle: differences of the pseudo-likelihood and of its gradient."""
    likelihood, theta = made()
    here, step = likelihood.evaluate(theta), 1e-5
    for place in range(likelihood.size):
        way = step * np.eye(likelihood.size)[place]
        up, down = likelihood.evaluate(theta + way), likelihood.evaluate(theta - way)
        assert here.gradient[place] == pytest.approx((up.value - down.value) / (2 * step), rel=1e-5)
        np.testing.assert_allclose(
            here.hessian[place], (up.gradient - down.gradient) / (2 * step), rtol=1e-4, atol=1e-4
        )


def test_the_challengers_chances_are_those_of_simulated_choices():
    """Oracle: simulation: a million pairs of errors, each side taking what is worth more."""
    generator = np.random.default_rng(2)
    resist = 0.4
    firm, back = (ONE[name] + generator.normal(size=1_000_000) for name in ("W_A", "a"))
    challenge = resist * np.maximum(firm, back) + (1 - resist) * ONE["V_A"] > ONE["S_A"]
    simulated = [
        (~challenge).mean(),
        (challenge & (firm > back)).mean(),
        (challenge & (firm <= back)).mean(),
    ]
    utilities = variables([[ONE[name]] for name in PAYOFFS])
    odds = utilities[0] * 0.0 + np.log(resist / (1 - resist))
    found = [float(np.exp(jet.value[0])) for jet in challenger_moves(utilities, odds)]
    assert sum(found) == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(found, simulated, atol=2e-3)


def test_equilibria_are_fixed_points_and_are_all_found():
    """Oracle: theorem: the condition is zero at each, and changes sign oddly often unless its limits have one sign.

    They have where A, resisted for certain, would leave the status quo to others, would rather back down than stand firm, and
    B rather be backed down to than concede: a game in which nobody resists and nobody challenges.
    """
    generator = np.random.default_rng(11)
    values = [generator.normal(0.0, 2.0, 200) for _ in PAYOFFS]
    found, counts = equilibria(values)
    equations = [
        Equation(name=name, terms=("value",), columns=value[:, None])
        for name, value in zip(PAYOFFS, values, strict=True)
    ]
    empty = np.zeros(200)
    likelihood = SignallingLikelihood(
        counts=np.ones((200, 4)),
        equations=equations,
        fixed={},
        beliefs=Beliefs(resist=empty, firm=empty),
    )
    quo, concession, conceding, firm, _, back, backed = values
    even = (quo > concession) & (firm < back) & (backed < conceding)
    assert 0 < even.sum() < 100
    assert (counts % 2 == ~even).all()
    for place in range(found.shape[1]):
        there = ~np.isnan(found[:, place]) & (found[:, place] > -25.0)
        _, condition, _ = likelihood.take(np.flatnonzero(there)).joint(
            np.ones(7), found[there, place]
        )
        assert (np.abs(condition.value) < 1e-8 * np.maximum(1.0, np.abs(found[there, place]))).all()
    assert (counts > 1).any()


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    columns = draw_signals(400, games=60, seed=3)
    path = tmp_path_factory.mktemp("signals") / "data.csv"
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f"{cell:.12g}" for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("method", ["cmle", "npl"])
def test_coefficients_are_found_again(method, table):
    """Oracle: the coefficients that the games were drawn from, within four standard errors."""
    found = fit_game("signalling", table, SIGNALS_SPEC, method=method)
    assert found.converged
    truth = [value for name in SIGNALS_SPEC["utilities"] for value in SIGNALS[name]]
    for item, true in zip(found.coefficients, truth, strict=True):
        assert abs(item.estimate - true) < 4.0 * item.se, item
        assert item.se < 1.0


def test_the_constrained_maximum_is_the_highest(table):
    """Oracle: theorem: equilibria of the nested estimate meet the constraints, so that it cannot lie above."""
    found = {
        method: fit_game("signalling", table, SIGNALS_SPEC, method=method)
        for method in ("cmle", "npl", "pl")
    }
    assert found["cmle"].loglik >= found["npl"].loglik - 1e-6
    assert all(item.se is None for item in found["pl"].coefficients)
    assert "bootstrap" in found["pl"].warnings[0]


def test_standard_errors_of_the_constrained_estimate_are_those_of_the_profile(table):
    """Oracle: differences: the log-likelihood along the equilibria, refitted nowhere, bends as the Hessian says."""
    from detente.fit.constrained import restore
    from detente.fit.signalling_fitting import read_signalling
    from detente.fit.specs import as_spec

    found = fit_game("signalling", table, SIGNALS_SPEC)
    likelihood, _ = read_signalling(as_spec(SIGNALS_SPEC), table)
    theta = np.array([item.estimate for item in found.coefficients])
    odds = equilibria([jet.value for jet in likelihood.payoffs(likelihood.jets(theta))])[0][:, 0]

    def along(way):
        near = restore(likelihood, theta + way, odds)
        return likelihood.joint(theta + way, near)[0].value.sum()

    for place, item in enumerate(found.coefficients):
        way = 1e-2 * item.se * np.eye(theta.size)[place]
        bend = (along(way) - 2.0 * along(0.0 * way) + along(-way)) / (1e-2 * item.se) ** 2
        precision = np.linalg.inv(found.covariance)[place, place]
        assert -bend == pytest.approx(precision, rel=2e-2)


def test_a_term_in_all_payoffs_of_a_player_is_refused(table):
    spec = SIGNALS_SPEC | {
        "utilities": {"C_B": ["const"], "W_B": ["const"], "V_B": ["const"], "W_A": ["const"]}
    }
    with pytest.raises(UsageError, match="const stands in all of C_B, W_B, V_B") as caught:
        fit_game("signalling", table, spec)
    assert caught.value.code == "fit-unidentified"


def test_separated_games_are_refused(table, tmp_path):
    lines = table.read_text("utf-8").splitlines()
    names = lines[0].split(",")
    x = names.index("y")
    resist = [names.index("firm"), names.index("back")]
    conceded = names.index("concede")
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        cells = [float(row[place]) for place in resist]
        if float(row[x]) > 0.0:
            row[conceded] = "0"
        else:
            row[conceded] = str(int(float(row[conceded]) + sum(cells)))
            for place in resist:
                row[place] = "0"
    path = tmp_path / "data.csv"
    path.write_text("\n".join([lines[0], *map(",".join, rows)]) + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        fit_game("signalling", path, SIGNALS_SPEC)
    assert caught.value.code == "data-separated"


@pytest.mark.parametrize(
    ("method", "resamples"),
    [("pl", 30), pytest.param("npl", 20, marks=pytest.mark.slow), ("cmle", 12)],
)
def test_the_bootstrap_agrees_with_the_curvature(method, resamples, table):
    """Oracle: theorem: both estimate one covariance; ratios of errors scatter with so few resamples, their middle does not."""
    found = fit_game(
        "signalling",
        table,
        SIGNALS_SPEC,
        method=method,
        errors="bootstrap",
        resamples=resamples,
        starts=1,
    )
    assert found.errors == "bootstrap"
    other = fit_game("signalling", table, SIGNALS_SPEC, starts=1)
    ratios = [a.se / b.se for a, b in zip(found.coefficients, other.coefficients, strict=True)]
    assert 0.6 < np.median(ratios) < 1.7


@pytest.mark.parametrize("method", ["cmle", "npl"])
def test_the_sandwich_agrees_with_the_curvature(method, table):
    """Oracle: theorem: the same where the model holds, up to the noise of 400 dyads."""
    found, other = (
        fit_game("signalling", table, SIGNALS_SPEC, method=method, errors=errors, starts=1)
        for errors in ("sandwich", "hessian")
    )
    ratios = [a.se / b.se for a, b in zip(found.coefficients, other.coefficients, strict=True)]
    assert 0.6 < min(ratios) <= max(ratios) < 1.6
