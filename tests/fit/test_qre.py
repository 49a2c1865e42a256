"""Rationality from counted choices: choices of a solved game give back what it was solved for."""

import numpy as np
import pytest

from detente.errors import UsageError
from detente.fit import fit_game
from detente.game import read_efg, trace_logit_branch
from detente.game.catalogue import find_game

GAME = "mckelvey1992/four-move"
SPEC = {"outcome": {"information_set": "set", "action": "action", "count": "count"}}


def choices(lambdas, n, seed=None, payoffs=None):
    """Counts of choices at an equilibrium: expected ones, or drawn ones."""
    game = read_efg(find_game(GAME))
    form = game.form
    table = (game.payoffs if payoffs is None else payoffs) * np.asarray(lambdas)
    solved = trace_logit_branch(form, [1.0], payoffs=table, chance_probs=game.chance_probs)
    strategy = solved.strategy[:, 0]
    generator = None if seed is None else np.random.default_rng(seed)
    columns = {"set": [], "action": [], "count": []}
    for place, label in enumerate(form.info_set_label):
        span = slice(form.action_offset[place], form.action_offset[place + 1])
        share = strategy[span] / strategy[span].sum()
        counts = np.round(n * share) if generator is None else generator.multinomial(n, share)
        columns["set"] += [label] * share.size
        columns["action"] += form.action_label[span]
        columns["count"] += counts.astype(int).tolist()
    return columns


def test_rationality_is_found_again(write_table):
    """Oracle: theorem: expected counts have their maximum where they were made, but for rounding."""
    found = fit_game(GAME, write_table(choices(2.0, 10_000_000)), SPEC)
    (rate,) = found.coefficients
    assert (rate.utility, rate.term) == ("all", "lambda")
    assert rate.estimate == pytest.approx(2.0, abs=1e-4)
    assert found.converged


def test_players_may_differ(write_table):
    """Oracle: the lambdas of the game, within four standard errors."""
    table = write_table(choices([1.0, 3.0], 4000, seed=1))
    found = fit_game("qre", table, SPEC | {"game": GAME, "rationality": "by player"})
    for item, true in zip(found.coefficients, (1.0, 3.0), strict=True):
        assert abs(item.estimate - true) < 4.0 * item.se


def test_a_payoff_is_found_beside_rationality(write_table):
    """Oracle: what was added to the payoff, within four standard errors."""
    payoffs = read_efg(find_game(GAME)).payoffs.copy()
    payoffs[-1, 0] += 0.5
    table = write_table(choices(1.5, 20_000, seed=2, payoffs=payoffs))
    spec = SPEC | {
        "payoffs": {"warm glow": {"player": "Player 1", "ends": ["PASS/PASS/PASS/PASS"]}}
    }
    found = fit_game(GAME, table, spec)
    for item, true in zip(found.coefficients, (1.5, 0.5), strict=True):
        assert abs(item.estimate - true) < 4.0 * item.se
    assert (found.coefficients[1].utility, found.coefficients[1].term) == ("Player 1", "warm glow")


def test_the_bootstrap_agrees_with_the_hessian(write_table):
    """Oracle: theorem: under the model, up to the noise of 60 resamples."""
    table = write_table(choices(2.0, 500, seed=3))
    hessian, bootstrap = (
        fit_game(GAME, table, SPEC, errors=errors, resamples=60).coefficients[0].se
        for errors in ("hessian", "bootstrap")
    )
    assert 0.7 < bootstrap / hessian < 1.4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"set": "nowhere"}, "table-row-invalid"),
        ({"action": "STAY"}, "table-row-invalid"),
        ({"count": -1}, "table-row-invalid"),
        ({"count": 1.5}, "table-row-invalid"),
        ({"count": "NA"}, "table-row-invalid"),
    ],
)
def test_a_row_that_is_wrong_is_refused(change, code, write_table):
    """Oracle: hand."""
    columns = choices(1.0, 100)
    for name, value in change.items():
        columns[name][3] = value
    with pytest.raises(UsageError) as caught:
        fit_game(GAME, write_table(columns), SPEC)
    assert caught.value.code == code
    assert caught.value.at.endswith("data.csv:5")


@pytest.mark.parametrize(
    ("spec", "options", "code"),
    [
        (SPEC, {"errors": "sandwich"}, "option-invalid"),
        (SPEC | {"payoffs": {"x": {"player": "nobody", "ends": ["TAKE"]}}}, {}, "player-unknown"),
        (SPEC | {"payoffs": {"x": {"player": "Player 1", "ends": ["RUN"]}}}, {}, "path-unknown"),
        (SPEC | {"rationality": "mine"}, {}, "option-invalid"),
    ],
)
def test_a_specification_that_is_wrong_is_refused(spec, options, code, write_table):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        fit_game(GAME, write_table(choices(1.0, 100)), spec, **options)
    assert caught.value.code == code


def test_counts_of_zero_and_a_player_without_any_are_refused(write_table):
    """Oracle: hand."""
    columns = choices(1.0, 100)
    with pytest.raises(UsageError) as caught:
        fit_game(GAME, write_table(columns | {"count": [0] * 8}), SPEC)
    assert caught.value.code == "data-too-few"
    few = {name: column[:2] for name, column in columns.items()}
    with pytest.raises(UsageError) as caught:
        fit_game(GAME, write_table(few), SPEC | {"rationality": "by player"})
    assert caught.value.code == "outcome-unobserved"


def test_choices_without_an_error_have_no_finite_rationality(write_table):
    """Oracle: theorem: taking at once always is the limit of lambda without bound; it is said, and no estimate claimed."""
    columns = choices(1.0, 100)
    columns["count"] = [100, 0, 0, 0, 0, 0, 0, 0]
    with pytest.raises(UsageError) as caught:
        fit_game(GAME, write_table(columns), SPEC)
    assert caught.value.code == "data-separated"


def test_choices_against_all_reason_have_no_positive_rationality(write_table):
    """Oracle: theorem: where what pays more is taken less often, the likelihood is highest at lambda 0."""
    columns = choices(3.0, 1000)
    columns["count"] = [columns["count"][place ^ 1] for place in range(8)]
    with pytest.raises(UsageError) as caught:
        fit_game(GAME, write_table(columns), SPEC)
    assert caught.value.code == "fit-unidentified"


MEETING = {
    "players": ["A", "B"],
    "tree": {
        "player": 0,
        "infoset": 0,
        "actions": ["out", "in"],
        "children": [
            {"payoffs": [0.2, 0.0]},
            {
                "player": 0,
                "infoset": 1,
                "actions": ["here", "there"],
                "children": [
                    {
                        "player": 1,
                        "infoset": 0,
                        "actions": ["here", "there"],
                        "children": [
                            {"payoffs": [float(mine == theirs)] * 2} for theirs in range(2)
                        ],
                    }
                    for mine in range(2)
                ],
            },
        ],
    },
}
"""Two who meet or miss each other, if the first does not stay out."""


@pytest.mark.parametrize("rate", [1.0, 3.0])
def test_other_equilibria_are_told(rate, write_table, tmp_path):
    """Oracle: hand: even choices answer each other at every lambda; from lambda 2 on agreeing on a place does as well."""
    from detente.game import game_from_tree, write_efg

    game = game_from_tree(MEETING)
    path = tmp_path / "meeting.efg"
    path.write_text(write_efg(game), encoding="utf-8")
    form = game.form
    solved = trace_logit_branch(form, [rate], payoffs=game.payoffs).strategy[:, 0]
    sets = np.repeat(np.arange(3), 2)
    columns = {
        "who": [form.player_label[form.info_set_player[place]] for place in sets],
        "set": [form.info_set_label[place] for place in sets],
        "action": list(form.action_label),
        "count": np.round(1e6 * solved).astype(int).tolist(),
    }
    spec = SPEC | {"outcome": SPEC["outcome"] | {"player": "who"}}
    found = fit_game(str(path), write_table(columns), spec)
    assert found.coefficients[0].estimate == pytest.approx(rate, rel=1e-3)
    assert [words for words in found.warnings if "other equilibria" in words] == (
        [
            "the game has 2 other equilibria at the estimate: the likelihood is that of the branch from lambda 0"
        ]
        if rate > 2.0
        else []
    )
