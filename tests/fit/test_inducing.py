"""Normal errors in any game of perfect information: against the models with names, simulated choices, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from detente.errors import UsageError
from detente.fit import fit_game
from detente.fit.game_fitting import read_game_likelihood
from detente.fit.specs import as_spec
from detente.game import game_from_tree, write_efg
from detente.testing.trees import end, move

SHARED = Path(__file__).parents[3] / "shared" / "data"
SHAPES = {
    "egame12": move(0, 0, l=end(0, 0), r=move(1, 0, l=end(0, 0), r=end(0, 0))),
    "egame122": move(
        0,
        0,
        l=move(1, 0, l=end(0, 0), r=end(0, 0)),
        r=move(1, 1, l=end(0, 0), r=end(0, 0)),
    ),
    "egame123": move(
        0,
        0,
        l=end(0, 0, 0),
        r=move(1, 0, l=end(0, 0, 0), r=move(2, 0, l=end(0, 0, 0), r=end(0, 0, 0))),
    ),
}
ENDS = {
    "egame12": {"u11": "l", "u13": "r/l", "u14": "r/r", "u24": "r/r"},
    "egame122": {"u11": "l/l", "u12": "l/r", "u13": "r/l", "u22": "l/r", "u24": "r/r"},
    "egame123": {"u11": "l", "u15": "r/r/l", "u23": "r/l", "u26": "r/r/r", "u36": "r/r/r"},
}
OUTCOMES = {
    "egame12": ["l", "r/l", "r/r"],
    "egame122": ["l/l", "l/r", "r/l", "r/r"],
    "egame123": ["l", "r/l", "r/r/l", "r/r/r"],
}
TERMS = {
    "egame12": {"u11": ["const", "x"], "u13": ["const"], "u14": ["y"], "u24": ["const", "z"]},
    "egame122": {"u11": ["const", "x"], "u12": ["y"], "u13": ["z"], "u22": ["const", "x"], "u24": ["z"]},
    "egame123": {"u11": ["const", "x"], "u15": ["y"], "u23": ["const", "z"], "u26": ["y"], "u36": ["const", "x"]},
}  # fmt: skip


@pytest.fixture
def save(tmp_path):
    def write(tree, players, name="game.efg"):
        path = tmp_path / name
        game = game_from_tree({"players": list(players), "tree": tree})
        path.write_text(write_efg(game), encoding="utf-8")
        return str(path)

    return write


def made(model, rows=300):
    generator = np.random.default_rng(4)
    columns = dict(zip("xyz", generator.normal(size=(3, rows)), strict=True))
    drawn = generator.integers(0, len(OUTCOMES[model]), rows)
    return columns | {"outcome": [OUTCOMES[model][place] for place in drawn]}


def specs(model, **more):
    named = {
        "outcome": {"column": "outcome", "order": OUTCOMES[model]},
        "utilities": TERMS[model],
    } | more
    general = {
        "outcome": {"column": "outcome"},
        "utilities": {
            name: {"player": f"p{name[1]}", "ends": [ENDS[model][name]], "terms": terms}
            for name, terms in TERMS[model].items()
        },
    } | more
    return named, general


@pytest.mark.parametrize("errors", ["private", "agent"])
@pytest.mark.parametrize("model", SHAPES)
def test_a_tree_of_the_literature_is_the_model_with_a_name(model, errors, write_table, save):
    """Oracle: independent code: the models with names, written for two actions and their own trees."""
    named, general = specs(model, errors=errors, link="probit")
    table = write_table(made(model))
    players = ["p1", "p2", "p3"][: 3 if model == "egame123" else 2]
    known = fit_game(model, table, named, starts=1)
    found = fit_game(save(SHAPES[model], players), table, general, starts=1)
    assert found.converged
    assert found.loglik == pytest.approx(known.loglik, abs=1e-8)
    theirs = {(item.utility, item.term): item for item in known.coefficients}
    for item in found.coefficients:
        other = theirs[item.utility, item.term]
        assert item.estimate == pytest.approx(other.estimate, abs=1e-4 * other.se)
        assert item.se == pytest.approx(other.se, rel=1e-4)


def test_scales_are_those_of_the_model_with_a_name(write_table, save):
    """Oracle: independent code, as above; the first player's errors vary with a column."""
    named, general = specs("egame12", errors="private")
    table = write_table(made("egame12"))
    known = fit_game("egame12", table, named | {"scale": {1: ["x"]}}, starts=1)
    found = fit_game(
        save(SHAPES["egame12"], ["p1", "p2"]), table, general | {"scale": {"p1": ["x"]}}, starts=1
    )
    assert found.loglik == pytest.approx(known.loglik, abs=1e-8)
    assert (found.coefficients[-1].utility, found.coefficients[-1].term) == ("log_sigma p1", "x")
    assert found.coefficients[-1].estimate == pytest.approx(
        known.coefficients[-1].estimate, abs=1e-6
    )


THREE = move(
    0,
    0,
    wait=end(0.3, 0),
    threaten=move(1, 0, give=end(1.0, -0.4), fight=end(-0.5, 0.1), punish=end(-0.9, -0.1)),
    strike={
        "chance": [0.3, 0.7],
        "actions": ["works", "fails"],
        "children": [end(1.5, -1), move(1, 1, stop=end(-0.2, 0), go=end(-1.2, 0.2))],
    },
)
"""Three actions at two moves, and an event of chance before a third."""


def largest(means, spreads, generator):
    draws = means + spreads * generator.normal(size=(2_000_000, len(means)))
    return np.bincount(draws.argmax(axis=1), minlength=len(means)) / 2_000_000


def test_choices_are_those_of_players_who_know_their_own_payoffs(write_table, save):
    """Oracle: simulation: two million draws of every end's error, each player taking what is worth most to it."""
    generator = np.random.default_rng(6)
    answer = largest(np.array([-0.4, 0.1, -0.1]), np.ones(3), generator)
    later = norm.cdf(0.2 / np.sqrt(2.0))
    errors = generator.normal(size=(2_000_000, 7))
    threat = (np.array([1.0, -0.5, -0.9]) + errors[:, 1:4]) @ answer
    strike = 0.3 * (1.5 + errors[:, 4])
    strike += 0.7 * ((1 - later) * (-0.2 + errors[:, 5]) + later * (-1.2 + errors[:, 6]))
    first = np.stack([0.3 + errors[:, 0], threat, strike]).argmax(axis=0)
    acts = np.bincount(first, minlength=3) / 2_000_000
    simulated = {"wait": acts[0]}
    simulated |= {
        f"threaten/{name}": acts[1] * share
        for name, share in zip(("give", "fight", "punish"), answer, strict=True)
    }
    simulated |= {
        "strike/works": 0.3 * acts[2],
        "strike/fails/stop": 0.7 * acts[2] * (1 - later),
        "strike/fails/go": 0.7 * acts[2] * later,
    }
    spec = {
        "outcome": {"column": "end"},
        "errors": "private",
        "utilities": {"u": {"player": "A", "ends": ["wait"], "terms": ["x"]}},
    }
    columns = {"x": [0.5, 1.0], "end": ["wait", "strike/works"]}
    table = write_table(columns)
    likelihood, _ = read_game_likelihood(save(THREE, "AB"), as_spec(spec), table)
    from detente.fit.paths import paths_of

    found = dict(
        zip(paths_of(likelihood.form), likelihood.outcome_probs(np.zeros(1))[0], strict=True)
    )
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-9)
    for name, share in simulated.items():
        assert found[name] == pytest.approx(share, abs=1.5e-3), name


@pytest.mark.parametrize("errors", ["private", "agent"])
def test_gradient_and_hessian_are_exact(errors, write_table, save):
    """Oracle: differences of the log-likelihood and its gradient; three actions, chance seen otherwise, a scale of its own."""
    from dataclasses import replace

    generator = np.random.default_rng(2)
    ends = ["wait", "threaten/give", "threaten/fight", "strike/works", "strike/fails/go"]
    columns = {
        "x": generator.normal(size=20),
        "end": [ends[k] for k in generator.integers(0, 5, 20)],
    }
    spec = {
        "outcome": {"column": "end"},
        "errors": errors,
        "link": "probit",
        "utilities": {
            "quo": {"player": "A", "ends": ["wait"], "terms": ["const", "x"]},
            "war": {"player": "B", "ends": ["threaten/fight"], "terms": ["x"]},
        },
        "scale": {"A": ["const"], "B": ["x"]},
    }
    likelihood, _ = read_game_likelihood(save(THREE, "AB"), as_spec(spec), write_table(columns))
    likelihood = replace(likelihood, own_odds={0: np.array([0.6, 0.4])})
    theta, step = np.array([0.2, -0.3, 0.4, 0.1, -0.2]), 1e-5
    here = likelihood.evaluate(theta)
    for place in range(theta.size):
        way = step * np.eye(theta.size)[place]
        up, down = likelihood.evaluate(theta + way), likelihood.evaluate(theta - way)
        assert here.gradient[place] == pytest.approx(
            (up.value - down.value) / (2 * step), rel=1e-5, abs=1e-5
        )
        np.testing.assert_allclose(
            here.hessian[place], (up.gradient - down.gradient) / (2 * step), rtol=1e-4, atol=1e-4
        )


TWICE = move(0, 0, leave=end(0, 0), act=move(1, 0, give=end(1, -1), hold=move(0, 1, back=end(-1, 1), war=end(-2, -2))))  # fmt: skip
HIDDEN = {
    "chance": [0.4, 0.6],
    "actions": ["strong", "weak"],
    "children": [
        move(0, kind, leave=end(0, 0), act=move(1, 0, give=end(1, -1), hold=end(-1, 1)))
        for kind in range(2)
    ],
}


@pytest.mark.parametrize(
    ("tree", "change", "words"),
    [
        (TWICE, {"errors": "private"}, "A moves more than once on a path"),
        (HIDDEN, {"errors": "private"}, "private information is not modelled in this game: it has hidden moves"),
        (HIDDEN, {"link": "probit"}, "a probit link is not modelled in this game: it has hidden moves"),
        (TWICE, {"errors": "private", "link": "logit"}, "a sum of logistic errors is not logistic"),
        (TWICE, {"link": "probit", "rationality": 2}, "normal errors have a scale"),
        (TWICE, {"scale": ["const"]}, "logistic errors a lambda"),
    ],
)  # fmt: skip
def test_what_has_no_closed_form_is_refused(tree, change, words, write_table, save):
    """Oracle: hand."""
    first = "*/leave" if tree is HIDDEN else "leave"
    spec = {
        "outcome": {"column": "end"},
        "utilities": {"u": {"player": "A", "ends": [first], "terms": ["x"]}},
    }
    table = write_table({"x": [0.5], "end": ["leave"]})
    with pytest.raises(UsageError) as caught:
        fit_game(save(tree, "AB"), table, spec | change)
    assert caught.value.code == "option-invalid"
    assert words in caught.value.message
    assert caught.value.fix


def test_a_player_who_errs_anew_may_move_twice(write_table, save):
    """Oracle: hand: with agent error and a probit link the last move is a plain probit, worth its mean to the first."""
    spec = {
        "outcome": {"column": "end"},
        "link": "probit",
        "utilities": {"u": {"player": "A", "ends": ["leave"], "terms": ["x"]}},
    }
    columns = {"x": [0.5, 0.1], "end": ["leave", "act/give"]}
    likelihood, _ = read_game_likelihood(save(TWICE, "AB"), as_spec(spec), write_table(columns))
    war = norm.cdf(-1 / np.sqrt(2))
    hold = norm.cdf(((1 - war) * 1 + war * -2 + 1) / np.sqrt(2))
    act = norm.cdf(((1 - hold) * 1 + hold * ((1 - war) * -1 + war * -2)) / np.sqrt(2))
    found = likelihood.outcome_probs(np.zeros(1))[0]
    np.testing.assert_allclose(found[0], 1 - act, rtol=1e-10)
    np.testing.assert_allclose(sorted(found), sorted([1 - act, act * (1 - hold), act * hold * (1 - war), act * hold * war]), rtol=1e-10)  # fmt: skip


@pytest.mark.research
@pytest.mark.skipif(not SHARED.is_dir(), reason="the research data are not beside the checkout")
def test_the_currency_attacks_as_a_game_file(save):
    """Oracle: published: the log-likelihood of the model with a name, from a file of the same game."""
    from detente.fit.specs import read_spec

    named = read_spec(Path(__file__).parents[2] / "docs/specs/currency-attacks.yaml").entries
    outcome = named["outcome"]
    spec = {
        "outcome": {
            "column": outcome["column"],
            "ends": {str(label): [path] for label, path in zip(outcome["order"], OUTCOMES["egame12"], strict=True)},
        },
        "errors": "private",
        "utilities": {
            name: {"player": f"p{name[1]}", "ends": [ENDS["egame12"][name]], "terms": terms}
            for name, terms in named["utilities"].items()
        },
    }  # fmt: skip
    found = fit_game(save(SHAPES["egame12"], ["p1", "p2"]), SHARED / "leblang2003.csv", spec, starts=1)  # fmt: skip
    assert found.converged
    assert found.loglik == pytest.approx(-482.0155, abs=1e-3)
