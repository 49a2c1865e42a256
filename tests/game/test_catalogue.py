"""Published games. Oracles: Gambit's published numbers, hand, theorems, and the publications' own statements."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from detente.errors import UsageError
from detente.game import expected_payoffs, nash_conv, read_efg, solve_logit_qre, write_efg
from detente.game.catalogue import catalogue, find_game
from detente.game.formats.efg_text import format_efg_file, parse_efg_file
from detente.game.formats.trees import game_from_tree

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "data" / "reference_agent_qre.json"
NAMES = {
    "books/myerson1991/fig2_1": "books/myerson1991/fig2_1",
    "books/watson2013/fig29_1": "books/watson2013/fig29_1",
    "journals/geb/bagwell1995": "geb/bagwell1995/noise-1pct",
    "journals/ijgt/selten1975/fig1": "ijgt/selten1975/fig1",
}


def solve(name, rationality):
    game = read_efg(find_game(name))
    result = solve_logit_qre(
        game.form, rationality, payoffs=game.payoffs, chance_probs=game.chance_probs
    )
    assert result.converged.all()
    return game, result


@pytest.mark.parametrize("name", catalogue())
def test_a_published_game_is_whole_and_cited(name):
    """Oracle: hand, the rules of the folder."""
    document = parse_efg_file(find_game(name).read_text("utf-8"), name=name)
    key = name.split("/")[1]
    assert f"{{{key}," in (ROOT / "docs" / "references.bib").read_text("utf-8")
    assert re.search(r"\d{4}", key)[0] in document.comment
    text = format_efg_file(document)
    assert format_efg_file(parse_efg_file(text)) == text
    game = read_efg(find_game(name))
    assert write_efg(read_efg(find_game(name))) == write_efg(game)
    labels = [label for item in (*document.sets, *document.events) for label in item.actions]
    assert all(label.isascii() and label.strip() == label != "" for label in labels)


def test_gambits_numbers_for_the_card_game():
    """Oracle: published, Gambit 16.7.0 at lambda 0.25: raise with red, meet, raise with black."""
    game, result = solve("myerson1991/fig2_1", 0.25)
    assert game.form.info_set_label == ("red", "raised", "black")
    theirs = [0.5349690035990672, 0.560418982908188, 0.5199109059291913]
    np.testing.assert_allclose(result.strategy[::2, 0], theirs, atol=1e-8)


@pytest.mark.research
@pytest.mark.parametrize("reference", NAMES)
def test_every_reference_number_of_a_published_game(reference):
    """Oracle: published, Gambit 16.7.0 at six lambdas, to 1e-8 in every probability."""
    if not REFERENCE.exists():
        pytest.skip("the research data are not beside the checkout")
    data = json.loads(REFERENCE.read_text("utf-8"))
    entry = next(item for item in data["games"] if item["name"] == reference)
    theirs = game_from_tree(entry)
    game = read_efg(find_game(NAMES[reference]))
    ours = [game.payoffs[row].tolist() for row in game.form.payoff_class]
    assert ours == [theirs.payoffs[row].tolist() for row in theirs.form.payoff_class]
    order = np.argsort(game.form.info_set_player, kind="stable")
    for stop in entry["qre"]:
        _, result = solve(NAMES[reference], stop["lam"])
        for which, item in zip(order, stop["profile"], strict=True):
            span = slice(game.form.action_offset[which], game.form.action_offset[which + 1])
            assert list(game.form.action_label[span]) == item["actions"]
            np.testing.assert_allclose(result.strategy[span, 0], item["probs"], atol=1e-8)


def test_kuhn_poker_is_worth_minus_one_eighteenth_at_its_equilibrium():
    """Oracle: published (Kuhn 1950): bet a jack with probability a, a king with 3a, call with a queen a + 1/3."""
    game = read_efg(find_game("kuhn1950/poker"))
    form, bluff = game.form, 1 / 6
    bets = {
        "J": bluff,
        "Q": 0.0,
        "K": 3 * bluff,
        "J check bet": 0.0,
        "Q check bet": bluff + 1 / 3,
        "K check bet": 1.0,
        "J check": 1 / 3,
        "Q check": 0.0,
        "K check": 1.0,
        "J bet": 0.0,
        "Q bet": 1 / 3,
        "K bet": 1.0,
    }
    strategy = np.array(
        [p for label in form.info_set_label for p in (1 - bets[label], bets[label])]
    )
    conv = nash_conv(form, strategy, payoffs=game.payoffs, chance_probs=game.chance_probs)
    np.testing.assert_allclose(conv, 0.0, atol=1e-12)
    value = expected_payoffs(form, strategy, game.payoffs, game.chance_probs)
    np.testing.assert_allclose(value[0], -1 / 18, atol=1e-12)


def test_the_two_forms_of_the_chain_store_differ_as_published():
    """Oracle: theorem (closed form); in sequence the reply is a logit of 1 against 0, at once it depends on entry."""
    for rationality in (0.5, 1.0, 3.0):
        _, one = solve("mckelvey1998/fig1a", rationality)
        reply = 1 / (1 + np.exp(-rationality))
        np.testing.assert_allclose(one.strategy[3, 0], reply, atol=1e-9)
        enter = 1 / (1 + np.exp(-rationality * (3 * reply - 2)))
        np.testing.assert_allclose(one.strategy[1, 0], enter, atol=1e-9)
        _, other = solve("mckelvey1998/fig1b", rationality)
        entered, yielded = other.strategy[1, 0], other.strategy[3, 0]
        np.testing.assert_allclose(yielded, 1 / (1 + np.exp(-rationality * entered)), atol=1e-8)


def test_a_name_may_be_short_if_it_is_unique():
    assert find_game("selten1975/fig1") == find_game("journals/ijgt/selten1975/fig1")
    for name in ("fig1", "nowhere", "", "mckelvey1992"):
        with pytest.raises(UsageError) as caught:
            find_game(name)
        assert caught.value.code == "path-unknown"
        assert caught.value.fix
