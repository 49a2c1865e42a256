"""Times of estimation: a small tree on many rows, the signalling game, and a general game with hidden types.

From the files to the estimate, all four starts and standard errors. The data are made up at the sizes of the published ones;
where the research data lie beside the checkout, those are timed too.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from detente.fit import fit_game
from detente.fit.fitting import GAME_STARTS
from detente.fit.games import GameLikelihood, Part
from detente.fit.maximising import Equation
from detente.fit.searching import Options, estimate
from detente.game import solve_logit_qre
from detente.game.formats.trees import game_from_tree
from detente.testing.disputes import SIGNALS_SPEC, draw_signals
from detente.testing.games import bargaining_tree

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
SPECS = ROOT / "docs" / "specs"


def written(columns, path):
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def test_egame12_on_7240_rows(benchmark, tmp_path):
    """Target: under 1 s; 19 coefficients, private information."""
    generator = np.random.default_rng(3)
    names = [f"x{number}" for number in range(15)]
    columns = dict(zip(names, generator.normal(size=(15, 7240)), strict=True))
    fight = norm.cdf(0.4 + 0.3 * columns["x8"] - 0.3 * columns["x9"])
    worth = -3.2 - 0.4 * fight - 0.3 * columns["x0"] + 0.2 * columns["x1"]
    act = generator.random(7240) < norm.cdf(worth / np.sqrt(1 + fight**2 + (1 - fight) ** 2))
    columns["outcome"] = np.where(~act, "a", np.where(generator.random(7240) < fight, "c", "b"))
    spec = {
        "outcome": {"column": "outcome", "order": ["a", "b", "c"]},
        "errors": "private",
        "utilities": {"u11": names[:8], "u13": ["const"], "u14": ["const"], "u24": ["const", *names[7:]]},
    }  # fmt: skip
    table = written(columns, tmp_path / "data.csv")
    found = benchmark.pedantic(fit_game, args=("egame12", table, spec), rounds=3, warmup_rounds=1)
    assert found.converged
    assert len(found.coefficients) == 19


def test_signalling_of_418_dyads(benchmark, tmp_path):
    """Target: under 20 s."""
    table = written(draw_signals(418, games=120, seed=1), tmp_path / "data.csv")
    found = benchmark.pedantic(fit_game, args=("signalling", table, SIGNALS_SPEC), rounds=3)
    assert found.converged


@pytest.mark.research
@pytest.mark.parametrize(
    ("model", "data", "spec"),
    [
        ("egame12", "leblang2003.csv", "currency-attacks.yaml"),
        ("signalling", "sanctions_signalling.csv", "sanctions.yaml"),
    ],
)
def test_published_data(benchmark, model, data, spec):
    """Targets as above; the program of the publication takes 243 s for the second."""
    if not (SHARED / data).is_file():
        pytest.skip("the research data are not beside the checkout")
    found = benchmark.pedantic(
        fit_game, args=(model, SHARED / data, SPECS / spec), rounds=3, warmup_rounds=1
    )
    assert found.converged


def test_a_game_of_60_nodes_on_1000_rows(benchmark):
    """Target: under 30 s; hidden types on both sides, four parts of payoffs with eight coefficients."""
    game = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=2))
    form = game.form
    assert (form.player >= 0).sum() == 60
    ends, rows = form.terminal_node.size, 1000
    alone = replace(form, payoff_class=np.arange(ends, dtype=form.payoff_class.dtype))
    generator = np.random.default_rng(0)
    tables = [np.zeros((ends, 2)) for _ in range(4)]
    for number, table in enumerate(tables):
        table[generator.random(ends) < 0.3, number % 2] = 1.0
    columns = [np.column_stack([np.ones(rows), generator.normal(size=rows)]) for _ in tables]
    truth = [0.3 * generator.normal(size=2) for _ in tables]
    base = 3.0 * game.payoffs[form.payoff_class]
    payoffs = base[:, :, np.newaxis] + sum(
        table[:, :, np.newaxis] * (matrix @ part)
        for table, matrix, part in zip(tables, columns, truth, strict=True)
    )
    solved = solve_logit_qre(alone, 1.0, payoffs=payoffs, chance_probs=game.chance_probs)
    outcome = np.arange(ends) % 12
    chances = solved.outcome_probs(outcome, 12).cumsum(axis=0)
    drawn = (generator.random(rows) > chances).sum(axis=0)
    likelihood = GameLikelihood(
        form=alone,
        chance=game.chance_probs,
        base=base,
        payoff_parts={f"p{k}": Part(name=f"p{k}", table=table) for k, table in enumerate(tables)},
        counts=np.eye(12)[np.minimum(drawn, 11)],
        outcome=outcome,
        equations=[
            Equation(name=f"p{k}", terms=("const", "x"), columns=matrix)
            for k, matrix in enumerate(columns)
        ],
        fixed={},
    )
    found = benchmark.pedantic(
        estimate,
        args=("game", likelihood, {"zero": np.zeros(8)}, Options(starts=GAME_STARTS)),
        rounds=1,
    )
    assert found.converged
    errors = [
        (item.estimate - true) / item.se
        for item, true in zip(found.coefficients, np.concatenate(truth), strict=True)
    ]
    assert np.abs(errors).max() < 4.0
