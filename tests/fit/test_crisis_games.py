"""The game of a crisis as one to be estimated: what the engine solves, and weights found again from how plays ended."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.crisis.quantities import reference_value
from detente.engine import Engine
from detente.errors import UsageError
from detente.fit import fit_game
from detente.fit.crisis_games import crisis_game
from detente.game import solve_logit_qre

TEMPLATES = Path(str(files("detente.crisis") / "templates"))
CASES = [("blockade", "private"), ("occupation", "pressure"), ("coercion", "arm")]


@pytest.mark.parametrize(("name", "policy"), CASES)
def test_the_game_is_that_of_the_engine(name, policy):
    """Oracle: independent code: the engine's own solution at reference values."""
    crisis = load_crisis(TEMPLATES / name)
    found = crisis_game(crisis, policy)
    game, form = found.game, found.game.form
    solved = solve_logit_qre(
        form,
        found.rationality,
        payoffs=game.payoffs,
        chance_probs=game.chance_probs,
        menus=game.menus,
        own_odds=game.own_odds,
    )
    ends = solved.reach_probs()[form.terminal_node, 0]
    engine = Engine(crisis)
    settings = {
        path: [reference_value(item.distribution)] for path, item in crisis.quantities.items()
    }
    expected = engine.solve(policy, draws=engine.draw(1, settings=settings))
    for place, outcome in enumerate(found.outcomes):
        assert ends[found.outcome == place].sum() == pytest.approx(
            float(expected[f"outcome/{outcome}"].values[0]), abs=1e-7
        )


@pytest.mark.parametrize(("name", "policy"), CASES)
def test_considerations_add_up_to_payoffs(name, policy):
    """Oracle: theorem: payoffs of a crisis are the sum of its considerations."""
    found = crisis_game(load_crisis(TEMPLATES / name), policy)
    np.testing.assert_allclose(sum(found.shares.values()), found.game.payoffs, atol=1e-9)


SPEC = {
    "outcome": {"column": "outcome"},
    "policy": "private",
    "utilities": {
        "strike": {"player": "blocker", "consideration": "strike_blocker", "terms": ["const", "x"]}
    },
}


def plays(rows, seed):
    """Draw how games ended whose blocker weighs a strike by -0.9 + 0.3 x, each solved by the solver."""
    found = crisis_game(load_crisis(TEMPLATES / "blockade"), "private")
    game, form = found.game, found.game.form
    generator = np.random.default_rng(seed)
    x = generator.normal(size=rows)
    place = form.player_label.index("blocker")
    table = np.repeat(game.payoffs[:, :, np.newaxis], rows, axis=2)
    table[:, place] -= found.shares["strike_blocker"][:, place, np.newaxis]
    table[:, place] += found.prices["strike_blocker"][:, np.newaxis] * (-0.9 + 0.3 * x)
    solved = solve_logit_qre(
        form,
        found.rationality,
        payoffs=table,
        chance_probs=game.chance_probs,
        menus=game.menus,
        own_odds=game.own_odds,
    )
    ends = solved.reach_probs()[form.terminal_node]
    chances = np.stack([ends[found.outcome == k].sum(axis=0) for k in range(len(found.outcomes))])
    drawn = (generator.random(rows) > chances.cumsum(axis=0)).sum(axis=0)
    return {"x": x, "outcome": [found.outcomes[k] for k in np.minimum(drawn, len(chances) - 1)]}


def test_the_weight_of_a_consideration_is_found_again(write_table):
    """Oracle: the weight that plays were drawn with, within four standard errors."""
    table = write_table(plays(400, seed=2))
    found = fit_game(str(TEMPLATES / "blockade"), table, SPEC, starts=1)
    assert found.converged
    for item, true in zip(found.coefficients, (-0.9, 0.3), strict=True):
        assert abs(item.estimate - true) < 4.0 * item.se, item
        assert item.se < 0.2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"policy": "nonesuch"}, "policy-invalid"),
        ({"utilities": {"u": {"player": "blocker", "consideration": "gain", "terms": ["x"]}}}, "term-unknown"),
        ({"utilities": {"u": {"player": "nobody", "consideration": "face", "terms": ["x"]}}}, "player-unknown"),
    ],
)  # fmt: skip
def test_what_a_crisis_does_not_have_is_refused(change, code, write_table):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        fit_game(str(TEMPLATES / "blockade"), write_table(plays(30, seed=1)), SPEC | change)
    assert caught.value.code == code
