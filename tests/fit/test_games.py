"""Any game with payoffs linear in regressors: against the models with names, differences, and made-up plays."""

import numpy as np
import pytest

from detente.errors import UsageError
from detente.fit import fit_game
from detente.fit.game_fitting import read_game_likelihood
from detente.fit.specs import as_spec
from detente.game import game_from_tree, solve_logit_qre, write_efg
from detente.testing.disputes import DISPUTES_SPEC
from detente.testing.trees import end, move

DISPUTE = {
    "players": ["one", "two"],
    "tree": move(0, 0, leave=end(0, 0), act=move(1, 0, give=end(0, 0), fight=end(0, 0))),
}
"""egame12 as a tree."""

HIDDEN = {
    "players": ["A", "B"],
    "tree": {
        "chance": [0.4, 0.6],
        "actions": ["strong", "weak"],
        "children": [
            move(0, 0, quiet=end(0, 0), act=move(1, 0, give=end(2, -1), fight=end(0.5, -2))),
            move(0, 1, quiet=end(0, 0), act=move(1, 0, give=end(2, -1), fight=end(-2, 0.5))),
        ],
    },
}
"""A challenger of hidden strength: the answer comes without knowing it."""

HIDDEN_SPEC = {
    "outcome": {
        "column": "outcome",
        "ends": {"quiet": ["*/quiet"], "give": ["*/act/give"], "fight": ["*/act/fight"]},
    },
    "utilities": {
        "status quo": {"player": "A", "ends": ["*/quiet"], "terms": ["const", "x"]},
        "shame": {"player": "B", "ends": ["*/act/give"], "terms": ["z"]},
    },
}


@pytest.fixture
def save(tmp_path):
    def write(tree, name="game.efg"):
        path = tmp_path / name
        path.write_text(write_efg(game_from_tree(tree)), encoding="utf-8")
        return path

    return write


def plays(rows, seed):
    """Draw how games of hidden strength end, from strategies that the solver gives for each row's payoffs."""
    generator = np.random.default_rng(seed)
    x, z = generator.normal(size=(2, rows))
    game = game_from_tree(HIDDEN)
    quo, shame = 0.5 + 0.8 * x, -1.0 * z
    # payoffs by the ends' classes: quiet, give, fight of the strong, then of the weak
    form = game.form
    table = np.repeat(game.payoffs[form.payoff_class][:, :, None], rows, axis=2)
    paths = ["strong/quiet", "weak/quiet", "strong/give", "strong/fight", "weak/give", "weak/fight"]
    assert len(paths) == form.terminal_node.size
    from dataclasses import replace

    from detente.fit.paths import paths_of

    for place, path in enumerate(paths_of(form)):
        table[place, 0] += quo * path.endswith("quiet")
        table[place, 1] += shame * path.endswith("give")
    alone = replace(form, payoff_class=np.arange(6, dtype=form.payoff_class.dtype))
    solved = solve_logit_qre(alone, 1.0, payoffs=table, chance_probs=game.chance_probs)
    probs = solved.reach_probs()[form.terminal_node]
    words = [path.rsplit("/", 1)[-1] for path in paths_of(form)]
    chances = {
        word: sum(probs[k] for k in range(6) if words[k] == word)
        for word in ("quiet", "give", "fight")
    }
    draw = generator.random(rows)
    outcome = np.where(
        draw < chances["quiet"],
        "quiet",
        np.where(draw < chances["quiet"] + chances["give"], "give", "fight"),
    )
    return {"x": x, "z": z, "outcome": outcome}


def test_a_tree_of_the_literature_is_the_model_with_a_name(disputes, write_table, save):
    """Oracle: independent code: egame12 with agent error and logit link, coefficients larger by the root of 2."""
    table = write_table(disputes)
    named = fit_game("egame12", table, DISPUTES_SPEC | {"link": "logit"})
    terms = DISPUTES_SPEC["utilities"]
    spec = {
        "outcome": {
            "column": "outcome",
            "ends": {"quiet": ["leave"], "yield": ["act/give"], "war": ["act/fight"]},
        },
        "utilities": {
            "u11": {"player": "one", "ends": ["leave"], "terms": terms["u11"]},
            "u13": {"player": "one", "ends": ["act/give"], "terms": terms["u13"]},
            "u14": {"player": "one", "ends": ["act/fight"], "terms": terms["u14"]},
            "u24": {"player": "two", "ends": ["act/fight"], "terms": terms["u24"]},
        },
    }
    found = fit_game(str(save(DISPUTE)), table, spec)
    assert found.loglik == pytest.approx(named.loglik, abs=1e-7)
    for mine, theirs in zip(found.coefficients, named.coefficients, strict=True):
        assert (mine.utility, mine.term) == (theirs.utility, theirs.term)
        assert mine.estimate * np.sqrt(2.0) == pytest.approx(theirs.estimate, abs=1e-5)
        assert mine.se * np.sqrt(2.0) == pytest.approx(theirs.se, rel=1e-5)


def test_gradient_and_hessian_are_exact_with_hidden_information(write_table, save):
    """Oracle: differences of the log-likelihood and its gradient; lambda varies, too."""
    spec = as_spec(HIDDEN_SPEC | {"rationality": ["const", "z"]})
    likelihood, _ = read_game_likelihood(str(save(HIDDEN)), spec, write_table(plays(40, seed=1)))
    theta = np.array([0.3, -0.4, 0.2, 0.5, 0.3])
    here, step = likelihood.evaluate(theta), 1e-5
    assert likelihood.names[-1] == ("log_lambda", "z")
    for place in range(theta.size):
        way = step * np.eye(theta.size)[place]
        up, down = likelihood.evaluate(theta + way), likelihood.evaluate(theta - way)
        assert here.gradient[place] == pytest.approx(
            (up.value - down.value) / (2 * step), rel=1e-5, abs=1e-5
        )
        np.testing.assert_allclose(
            here.hessian[place], (up.gradient - down.gradient) / (2 * step), rtol=1e-4, atol=1e-4
        )


def test_coefficients_are_found_again(write_table, save):
    """Oracle: what the plays were drawn from, within four standard errors."""
    found = fit_game(str(save(HIDDEN)), write_table(plays(1500, seed=2)), HIDDEN_SPEC)
    assert found.converged
    for item, true in zip(found.coefficients, (0.5, 0.8, -1.0), strict=True):
        assert abs(item.estimate - true) < 4.0 * item.se, item
        assert item.se < 0.3


def test_lambda_is_found_with_payoffs_given(write_table, save):
    """Oracle: hand: the plays were drawn at lambda 1, its logarithm is 0."""
    spec = HIDDEN_SPEC | {"rationality": ["const"], "utilities": {}}
    spec["utilities"] = {
        "status quo": {"player": "A", "ends": ["*/quiet"], "terms": 0.5},
        "shame": {"player": "B", "ends": ["*/act/give"], "terms": ["z"]},
    }
    columns = plays(300, seed=3)
    found = fit_game(str(save(HIDDEN)), write_table(columns), spec)
    rate = found.coefficients[-1]
    assert (rate.utility, rate.term) == ("log_lambda", "const")
    assert rate.estimate < 0.5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outcome": {"column": "outcome", "ends": {"quiet": ["*/quiet"]}}}, "value-type"),
        (
            {"outcome": {"column": "outcome", "ends": {"quiet": ["*"], "give": ["weak"]}}},
            "value-type",
        ),
        ({"outcome": {"column": "outcome", "ends": {"quiet": ["*/rest"]}}}, "path-unknown"),
        ({"outcome": {"column": "outcome"}}, "table-row-invalid"),
        ({"utilities": {"u": {"player": "C", "ends": ["*"], "terms": ["x"]}}}, "player-unknown"),
        (
            {"utilities": {"u": {"player": "A", "ends": ["*"], "terms": ["q"]}}},
            "table-column-missing",
        ),
        ({"utilities": {"u": {"player": "A", "ends": ["*/quiet"]}}}, "key-missing"),
        ({"utilities": {}}, "key-missing"),
        ({"rationality": -1}, "rationality-invalid"),
        ({"utilities": {"u": {"player": "A", "ends": ["*"], "terms": ["x"]}}}, "fit-unidentified"),
    ],
)
def test_a_specification_that_is_wrong_is_refused(change, code, write_table, save):
    """Oracle: hand; a part at all ends of a player moves nothing."""
    with pytest.raises(UsageError) as caught:
        fit_game(str(save(HIDDEN)), write_table(plays(60, seed=4)), HIDDEN_SPEC | change)
    assert caught.value.code == code


NESTED = {
    "players": ["A", "B"],
    "tree": {
        "chance": [0.4, 0.6],
        "actions": ["strong", "weak"],
        "children": [
            move(
                0,
                kind,
                quiet=end(0, 0),
                probe=end(0.3, -0.2),
                act=move(1, 0, give=end(2, -1), fight=end(gain, loss), punish=end(gain - 1, loss)),
            )
            for kind, (gain, loss) in enumerate([(0.5, -2), (-2, 0.5)])
        ],
    },
}
OWN = ["quiet", {"nest": "force", "similarity": 0.5, "weight": 2, "of": ["probe", "act"]}]
ANSWER = ["give", {"nest": "war", "similarity": 0.7, "of": ["fight", {"option": "punish", "weight": 3}]}]  # fmt: skip


@pytest.fixture
def nested(write_table, save):
    """A likelihood of a game with nests, weights, and a player's own odds of strength."""
    from dataclasses import replace

    from detente.game import Menus

    spec = as_spec(
        {
            "outcome": {
                "column": "outcome",
                "ends": {"quiet": ["*/quiet", "*/probe"], "give": ["*/act/give"],
                         "fight": ["*/act/fight", "*/act/punish"]},
            },
            "utilities": HIDDEN_SPEC["utilities"],
            "rationality": ["const"],
        }
    )  # fmt: skip
    likelihood, _ = read_game_likelihood(str(save(NESTED)), spec, write_table(plays(30, seed=5)))
    form = likelihood.form
    lists = {
        place: OWN if form.info_set_player[place] == 0 else ANSWER
        for place in range(form.n_info_sets)
    }
    menus = Menus.from_lists(form, lists)
    return replace(likelihood, menus=menus, own_odds={1: np.array([0.7, 0.3])})


def test_nests_and_own_odds_are_those_of_the_solver(nested):
    """Oracle: independent code: the compiled solver, one row at a time."""
    theta = np.array([0.3, -0.4, 0.5, 0.2])
    table = nested.payoff_table(theta)
    for row in range(5):
        solved = solve_logit_qre(
            nested.form,
            1.0,
            payoffs=table[:, :, row],
            chance_probs=nested.chance,
            menus=nested.menus,
            own_odds=nested.own_odds,
        )
        ends = solved.reach_probs()[nested.form.terminal_node, 0]
        expected = [ends[nested.outcome == place].sum() for place in range(3)]
        np.testing.assert_allclose(nested.outcome_probs(theta)[row], expected, atol=1e-9)


def test_derivatives_are_exact_with_nests_and_own_odds(nested):
    """Oracle: differences of the log-likelihood and its gradient."""
    theta, step = np.array([0.3, -0.4, 0.5, 0.2]), 1e-5
    here = nested.evaluate(theta)
    for place in range(theta.size):
        way = step * np.eye(theta.size)[place]
        up, down = nested.evaluate(theta + way), nested.evaluate(theta - way)
        assert here.gradient[place] == pytest.approx(
            (up.value - down.value) / (2 * step), rel=1e-5, abs=1e-5
        )
        np.testing.assert_allclose(
            here.hessian[place], (up.gradient - down.gradient) / (2 * step), rtol=1e-4, atol=1e-4
        )
