"""Why a choice is made: parts against the solution's own metrics, against the response that was solved for, and by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.why import (
    Decision,
    compare_worth,
    explain_choice,
    find_decisions,
    find_turning_point,
    noise_of_attack,
)
from detente.analysis.why_tables import why_in_crisis
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.errors import UsageError
from detente.game import terminal_probs
from detente.testing import template_document, tiny_crisis_folder, write_document

TEMPLATES = Path(detente.crisis.__file__).with_name("templates")


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATES / "coercion")


@pytest.fixture(scope="module")
def engine(crisis):
    return Engine(crisis)


@pytest.fixture(scope="module")
def one(engine):
    """Return the game without a commitment, solved for one draw."""
    return engine.solve("free", draws=1)


@pytest.fixture(scope="module")
def many(engine):
    return engine.solve("free", draws=40)


def test_decisions_stand_in_the_order_of_play(one):
    """Oracle: hand, from the phases of the file."""
    found = find_decisions(one)
    assert found[0] == Decision(round=1, phase="answer", player="west", type="resolute")
    assert [item.round for item in found] == sorted(item.round for item in found)
    assert {item.phase for item in found} == {"answer", "move", "response", "counter"}
    assert all(item.type != "only" for item in found)


@pytest.mark.parametrize("kind", ["resolute", "hollow"])
def test_worths_of_a_first_choice_are_the_payoff_of_the_type(one, kind):
    """Oracle: independent code, the metrics of the solution: what a type gets, and what each consideration adds to it."""
    options = explain_choice(one, Decision(round=1, phase="answer", player="west", type=kind))
    assert sum(item.prob for item in options) == pytest.approx(1.0, abs=1e-12)
    whole = sum(item.prob * item.payoff for item in options)
    assert whole == pytest.approx(one[f"payoff/west/{kind}"].mean, abs=1e-9)
    for name in options[0].parts:
        part = sum(item.prob * item.parts[name] for item in options)
        assert part == pytest.approx(one[f"payoff/west/{kind}/{name}"].mean, abs=1e-9)


def test_options_are_taken_by_the_logit_of_their_worths(crisis):
    """Oracle: theorem; on a plain menu the log-odds of two options are rationality times their difference."""
    items = {name: replace(item, nest="", weight=None) for name, item in crisis.instruments.items()}
    engine = Engine(replace(crisis, instruments=items, nests={}))
    one = engine.solve("free", draws=1)
    precision = float(engine.draw(1).as_mapping()[crisis.rationality.path][0])
    for seen in (("arm",), ("offer",), ("wait",)):
        for kind in ("limited", "revisionist"):
            place = Decision(round=1, phase="move", player="north", type=kind, seen=seen)
            options = explain_choice(one, place)
            base = options[0]
            for item in options[1:]:
                odds = np.log(item.prob / base.prob)
                assert odds == pytest.approx(precision * (item.payoff - base.payoff), abs=1e-6)


def test_parts_sum_to_payoffs_and_changes_to_their_difference(engine, many):
    """Oracle: theorem."""
    armed = engine.solve("arm", draws=40)
    for place in find_turning_point(many):
        before, after = explain_choice(many, place), explain_choice(armed, place)
        for item in (*before, *after):
            assert sum(item.parts.values()) == pytest.approx(item.payoff, abs=1e-9)
            assert item.low <= item.payoff <= item.high
            assert 0.0 <= item.noise <= 1.0
        old = {item.instrument: item for item in before}
        new = {item.instrument: item for item in after}
        changes = compare_worth(before, after)
        assert {item.instrument for item in changes} == set(old) & set(new)
        for item in changes:
            gap = new[item.instrument].payoff - old[item.instrument].payoff
            assert sum(item.parts.values()) == pytest.approx(gap, abs=1e-9)


def slow_noise(solution):
    """Return the share of noise of an attack, walked path by path with nothing but parents."""
    game, tree = solution.game, solution.game.board.tree
    form, cut = game.form, game.cut
    crisis = game.board.crisis
    attack = {
        int(node): crisis.outcomes[tree.outcomes[tree.outcome[end]]].attack
        for node, end in zip(cut.terminal_node, cut.terminals, strict=True)
    }

    def ends(node):
        first, count = int(form.first_child[node]), int(form.n_children[node])
        if not count:
            return [node]
        return [end for child in range(first, first + count) for end in ends(child)]

    (block,) = solution.blocks
    odds = block.priced.chance_probs
    rated = [
        terminal_probs(form, block.strategy, block.priced.own_odds.get(player, odds))[:, 0]
        for player in range(len(tree.players))
    ]
    prob, *own = (
        dict(zip(map(int, cut.terminal_node), probs, strict=True))
        for probs in (terminal_probs(form, block.strategy, odds)[:, 0], *rated)
    )
    pays = {
        int(node): block.payoffs[row, :, 0]
        for node, row in zip(form.terminal_node, form.payoff_class, strict=True)
    }
    total = wasted = 0.0
    for end, is_attack in attack.items():
        if not is_attack:
            continue
        total += prob[end]
        node = end
        while node and all(attack[item] for item in ends(int(form.parent[node]))):
            node = int(form.parent[node])
        above = int(form.parent[node])
        mover = int(form.player[above])
        if mover < 0:
            continue
        peers = np.flatnonzero((form.info_set == form.info_set[above]) & (form.player == mover))
        worths = []
        for branch in range(int(form.n_children[above])):
            below = [item for peer in peers for item in ends(int(form.first_child[peer]) + branch)]
            mass = sum(own[mover][item] for item in below)
            worths.append(sum(own[mover][item] * pays[item][mover] for item in below) / mass)
        if worths[node - int(form.first_child[above])] < max(worths) - 1e-9:
            wasted += prob[end]
    return wasted / total


def test_noise_of_an_attack_is_that_of_every_path(one):
    """Oracle: independent code, path by path."""
    assert noise_of_attack(one) == pytest.approx(slow_noise(one), abs=1e-9)


def test_stricter_choice_is_less_noise(crisis):
    """Oracle: theorem in the limit; a player who never errs never makes an attack that is worth less."""
    shares = [
        noise_of_attack(Engine(crisis.set({"rationality": value})).solve("free", draws=8))
        for value in (0.01, 0.2, 10.0)
    ]
    assert shares[0] > shares[1] > shares[2]
    assert shares[2] < 0.05


def test_what_was_seen_narrows_a_decision(one):
    """Oracle: hand; after an offer the menu holds an answer to it, after arms it does not."""
    offered = explain_choice(
        one, Decision(round=1, phase="move", player="north", type="limited", seen=("offer",))
    )
    armed = explain_choice(
        one, Decision(round=1, phase="move", player="north", type="limited", seen=("arm",))
    )
    assert "accept" in {item.instrument for item in offered}
    assert "accept" not in {item.instrument for item in armed}


def test_a_chance_outcome_may_have_been_seen(one):
    """Oracle: hand; the west answers a war that was lost, in either round."""
    found = find_decisions(one, seen=("invade/lost",))
    assert {(item.phase, item.player) for item in found} == {
        ("response", "west"),
        ("counter", "north"),
    }


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """Return a crisis in which the west chooses from two menus at once, beside the north."""
    folder = tiny_crisis_folder(tmp_path_factory.mktemp("twice"))
    document = template_document()
    answer, move = document["phases"][:2]
    answer["moves"] = [
        {"player": "west", "menu": ["wait", "arm"]},
        {"player": "north", "menu": ["hold", "subvert"]},
        {"player": "west", "menu": ["wait", "offer", "threaten"]},
    ]
    del answer["player"], answer["menu"]
    move["menu"] = ["hold", "accept", "withdraw", "invade"]
    write_document(folder, document)
    return load_crisis(folder)


def test_each_menu_of_a_player_is_a_decision(twice):
    """Oracle: theorem, the options of a menu are taken with probabilities that sum to one; and the menus of the file."""
    solution = Engine(twice).solve("free", draws=4)
    found = [item for item in find_decisions(solution) if item.phase == "answer"]
    menus = {(item.player, item.move): explain_choice(solution, item) for item in found}
    assert {key: {one.instrument for one in menu} for key, menu in menus.items()} == {
        ("west", 1): {"wait", "arm"},
        ("north", 2): {"hold", "subvert"},
        ("west", 3): {"wait", "offer", "threaten"},
    }
    for menu in menus.values():
        assert sum(item.prob for item in menu) == pytest.approx(1.0, abs=1e-12)
        for item in menu:
            assert sum(item.parts.values()) == pytest.approx(item.payoff, abs=1e-9)


PLACES = {
    "answer": "arm",
    "answer/north": "subvert",
    "answer/west@1": "arm",
    "answer/west/2@1": "offer",
}


@pytest.mark.parametrize("at", PLACES)
def test_a_place_says_whose_move_in_a_phase(twice, at):
    """Oracle: hand, from the menus of the file."""
    data = why_in_crisis(twice, "free", None, at, draws=2, seed=1, workers=1)
    for item in data["types"]:
        assert PLACES[at] in {option["instrument"] for option in item["options"]}


def test_a_move_that_is_not_there_is_told_with_those_that_are(twice):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        why_in_crisis(twice, "free", None, "answer/west/3", draws=2, seed=1, workers=1)
    assert "answer/west/2@1" in caught.value.fix
    assert "answer/north@1" in caught.value.fix


REFUSED = {
    "an unknown instrument": ("invde", "instrument-unknown"),
    "an unknown outcome": ("invade/wn", "instrument-unknown"),
    "a phase without a choice": ("arm,answer@1", "path-unknown"),
    "a round that is not played": ("move@9", "path-unknown"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_place_that_is_not_there_is_refused(crisis, name):
    at, code = REFUSED[name]
    with pytest.raises(UsageError) as caught:
        why_in_crisis(crisis, "free", None, at, draws=2, seed=1, workers=1)
    assert caught.value.code == code
    assert caught.value.fix


def test_a_forced_move_is_told(crisis):
    """Oracle: hand; a west that is bound to wait chooses nothing there."""
    data = why_in_crisis(crisis, "free", "nothing", "answer@1", draws=4, seed=1, workers=1)
    assert all("no choice is made here" in item["not_compared"] for item in data["types"])
    assert all(item["options"] for item in data["types"])


@pytest.mark.parametrize("name", ["blockade", "coercion", "occupation"])
def test_every_policy_of_a_template_is_explained(name):
    """Oracle: theorem, the parts sum; the command's words are looked at elsewhere."""
    crisis = load_crisis(TEMPLATES / name)
    first, *others = crisis.policies
    engine = Engine(crisis)
    for other in others:
        if not find_decisions(engine.solve(other, draws=1)):
            with pytest.raises(UsageError, match="nobody has a choice"):
                why_in_crisis(crisis, other, first, "", draws=1, seed=1, workers=1)
            continue
        data = why_in_crisis(crisis, other, first, "", draws=4, seed=1, workers=1)
        for item in data["types"]:
            assert sum(option["prob"] for option in item["options"]) == pytest.approx(1.0)
            for option in (*item["options"], *item["changes"]):
                assert sum(option["parts"].values()) == pytest.approx(option["payoff"], abs=1e-9)
