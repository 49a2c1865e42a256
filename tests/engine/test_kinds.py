"""Kinds of move and hopes of a crisis, down to its solved game.

Oracles: theorems on menus (duplicates change nothing; a nest of one is that option), independent code for the lists, equality
of two ways to say the same, and odds worked out by hand from the prices.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.crisis.elements import ByState, Constant, Nest, OwnOdds, QuantityOf
from detente.engine import Engine

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
DRAWS = 12
KINDS = {"hold": "waiting", "withdraw": "waiting", "subvert": "force", "invade": "force"}
SHOWN = ("attack", "settlement", "outcome/backdown", "outcome/pressure", "outcome/standoff")


def nest(name, similarity=0.6, **others):
    return Nest(id=name, label=name, similarity=Constant(value=similarity), **others)


def with_kinds(crisis, kinds, nests):
    instruments = {
        name: replace(item, nest=kinds.get(name, "")) for name, item in crisis.instruments.items()
    }
    return replace(crisis, instruments=instruments, nests={item.id: item for item in nests})


def with_odds(crisis, *, hopes=None, favours="", own=None):
    """Return a crisis with hopes, and with odds at the first outcome of ``invade``."""
    invade = crisis.instruments["invade"]
    first = replace(invade.chance[0], favours=favours, own=own or {})
    instrument = replace(invade, chance=(first, *invade.chance[1:]))
    return replace(
        crisis, instruments={**crisis.instruments, "invade": instrument}, hopes=hopes or {}
    )


def solved(crisis, policy="free"):
    solution = Engine(crisis).solve(policy, draws=DRAWS)
    return {name: solution[name].values for name in SHOWN}


def close(first, second, **how):
    for name in SHOWN:
        np.testing.assert_allclose(first[name], second[name], **({"atol": 1e-10, "rtol": 0} | how))


@pytest.fixture(scope="module")
def plain():
    """Return the template without what it states of kinds and hopes."""
    crisis = load_crisis(TEMPLATE)
    instruments = {
        name: replace(
            item,
            nest="",
            weight=None,
            chance=tuple(replace(one, favours="", own={}) for one in item.chance),
        )
        for name, item in crisis.instruments.items()
    }
    return replace(crisis, instruments=instruments, nests={}, hopes={})


@pytest.fixture(scope="module")
def kinds(plain):
    return with_kinds(plain, KINDS, [nest("waiting"), nest("force", 0.3)])


def test_the_lists_are_those_of_each_menu(kinds):
    """Oracle: independent code, set by set in plain Python."""
    game = Engine(kinds).solve("free", draws=1).game
    menu, form, tree, cut = game.menus, game.form, game.board.tree, game.cut
    names = [tree.action_label[action] for action in cut.actions.tolist()]
    for which in range(form.n_info_sets):
        options = range(form.action_offset[which], form.action_offset[which + 1])
        expected = {}
        for option in options:
            expected.setdefault(KINDS.get(names[option], option), set()).add(option)
        found = {}
        for entry in np.flatnonzero((menu.info_set == which) & (menu.action >= 0)).tolist():
            holder = int(menu.holder[entry])
            key = menu.nest_label[holder] if holder >= 0 else int(menu.action[entry])
            found.setdefault(key, set()).add(int(menu.action[entry]))
        if any(isinstance(key, str) for key in expected):
            assert found == expected
        else:
            assert found == {}


def test_a_nest_of_one_is_that_option(plain):
    """Oracle: theorem; bit for bit would be too much, since lists are added up in another order."""
    lone = with_kinds(
        plain, {"invade": "force", "offer": "talks"}, [nest("force"), nest("talks", 0.9)]
    )
    close(solved(lone), solved(plain))


def test_similarity_zero_with_the_weight_of_its_number_is_plain(plain):
    """Oracle: theorem, on menus where both options of a nest always stand together."""
    pair = {"impose": "answer", "condemn": "answer"}
    both = with_kinds(plain, pair, [nest("answer", 0.0, weight=Constant(value=2.0))])
    close(solved(both), solved(plain))


@pytest.mark.parametrize("similarity", [0.0, 0.5, 0.9])
def test_a_copy_in_a_nest_of_its_own_changes_nothing(plain, similarity):
    """Oracle: theorem 1; a second way to wait, with the original in a nest that holds nothing else."""
    copied = with_kinds(plain, {"wait": "waits"}, [nest("waits", similarity)])
    again = replace(copied.instruments["wait"], id="wait_again", label="wait once more")
    phases = tuple(
        replace(
            phase,
            moves=tuple(
                replace(move, menu=(*move.menu, "wait_again")) if "wait" in move.menu else move
                for move in phase.moves
            ),
        )
        for phase in copied.phases
    )
    copied = replace(copied, instruments={**copied.instruments, "wait_again": again}, phases=phases)
    close(solved(copied), solved(plain))


def test_a_copy_without_a_nest_moves_the_answer(plain):
    """Oracle: theorem of the plain logit, which counts options; what the nests are for."""
    again = replace(plain.instruments["wait"], id="wait_again", label="wait once more")
    phases = tuple(
        replace(
            phase,
            moves=tuple(
                replace(move, menu=(*move.menu, "wait_again")) if "wait" in move.menu else move
                for move in phase.moves
            ),
        )
        for phase in plain.phases
    )
    copied = replace(plain, instruments={**plain.instruments, "wait_again": again}, phases=phases)
    assert np.abs(solved(copied)["settlement"] - solved(plain)["settlement"]).max() > 0.01


def test_what_a_policy_forbids_leaves_the_weight_of_its_nest(kinds):
    """Oracle: theorem; with subversion off the menu, force is invasion, as if it stood there alone."""
    banned = replace(kinds.policies["free"], id="no_subversion", forbid=("subvert",))
    ban = replace(kinds, policies={**kinds.policies, "no_subversion": banned})
    alone = with_kinds(ban, {**KINDS, "invade": "", "subvert": ""}, [nest("waiting")])
    close(solved(ban, "no_subversion"), solved(alone, "no_subversion"))


def test_similarities_and_weights_are_drawn(kinds):
    """Oracle: hand; the number of each draw, given as a constant, gives that draw's answer."""
    path = "gas.elasticity"
    drawn = with_kinds(
        kinds,
        KINDS,
        [replace(nest("waiting"), similarity=QuantityOf(path=path)), nest("force", 0.3)],
    )
    values = Engine(drawn).draw(DRAWS).as_mapping()[path]
    whole = solved(drawn)
    for draw in (0, 5):
        one = with_kinds(kinds, KINDS, [nest("waiting", float(values[draw])), nest("force", 0.3)])
        np.testing.assert_allclose(solved(one)["attack"][draw], whole["attack"][draw], atol=1e-10)


def test_hopes_of_nothing_are_no_hopes(plain):
    """Oracle: theorem; equal odds are today's solution."""
    none = with_odds(plain, hopes={"north": Constant(value=0.0)}, favours="north")
    close(solved(none), solved(plain), atol=1e-12)


def test_hopes_are_a_shift_where_an_outcome_favours_the_player(plain):
    """Oracle: two ways to say the same; and an outcome that favours nobody is rated alike."""
    shift = Constant(value=0.7)
    hoped = solved(with_odds(plain, hopes={"north": shift}, favours="north"))
    stated = solved(with_odds(plain, own={"north": OwnOdds(shift=shift)}))
    for name in SHOWN:
        np.testing.assert_array_equal(hoped[name], stated[name])
    close(solved(with_odds(plain, hopes={"north": shift})), solved(plain), atol=0)


def test_own_odds_are_those_of_the_log_odds(plain):
    """Oracle: hand; logit p + 0.7 for the mover, p for everybody else."""
    engine = Engine(with_odds(plain, own={"north": OwnOdds(shift=Constant(value=0.7))}))
    priced = engine.price(engine.draw(DRAWS), "free")
    north = list(plain.players).index("north")
    assert list(priced.own_odds) == [north]
    tree = engine.solve("free", draws=1).game.board.tree
    for event in range(1, len(tree.chance_offset) - 1):
        first, last = tree.chance_offset[event], tree.chance_offset[event + 1]
        p, own = priced.chance_probs[first:last], priced.own_odds[north][first:last]
        np.testing.assert_allclose(own.sum(axis=0), 1.0, atol=1e-12)
        logit = np.log(p[0] / p[1]) + 0.7
        np.testing.assert_allclose(np.log(own[0] / own[1]), logit, atol=1e-9)
    n_types = int(tree.chance_offset[1])
    np.testing.assert_array_equal(priced.own_odds[north][:n_types], priced.chance_probs[:n_types])


def test_a_stated_probability_is_the_players_own(plain):
    """Oracle: hand; the other outcome has the rest."""
    engine = Engine(with_odds(plain, own={"north": OwnOdds(prob=Constant(value=0.9))}))
    priced = engine.price(engine.draw(DRAWS), "free")
    north = list(plain.players).index("north")
    n_types = int(engine.solve("free", draws=1).game.board.tree.chance_offset[1])
    np.testing.assert_allclose(priced.own_odds[north][n_types::2], 0.9)
    np.testing.assert_allclose(priced.own_odds[north][n_types + 1 :: 2], 0.1)


def test_outcomes_come_about_by_the_odds_of_the_analysts(plain):
    """Oracle: theorem; of all invasions the share that succeeds is the contest's probability, whatever is hoped."""
    hoped = with_odds(plain, hopes={"north": Constant(value=1.2)}, favours="north")
    fix = {"answer@1": ("wait",), "move@1": ("invade",)}
    forced = replace(plain.policies["free"], id="attack_now", fix=fix)
    for item in (plain, hoped):
        engine = Engine(replace(item, policies={**item.policies, "attack_now": forced}))
        draws = engine.draw(DRAWS)
        levels = engine.solve("attack_now", draws=draws)["level/conquest"].values
        gain = draws.as_mapping()["war.gain"]
        won = engine.price(draws, "attack_now").outputs["contest"]["success_prob"][0]
        np.testing.assert_allclose(levels, won * gain - 10 * (1 - won), atol=1e-9)


def test_hopes_that_differ_by_type(plain):
    """Oracle: hand; the type that hopes attacks otherwise, the other one hardly does."""
    by_type = ByState(
        variable="north.type",
        cases={"limited": Constant(value=0.0), "revisionist": Constant(value=1.2)},
    )
    crisis = with_odds(plain, hopes={"north": by_type}, favours="north")
    base, moved = (Engine(item).solve("free", draws=DRAWS) for item in (plain, crisis))
    gaps = {
        kind: abs(
            moved[f"attack_given/north/{kind}"].mean - base[f"attack_given/north/{kind}"].mean
        )
        for kind in ("limited", "revisionist")
    }
    assert gaps["revisionist"] > 5 * gaps["limited"]
